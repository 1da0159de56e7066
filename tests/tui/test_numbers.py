from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nablastep_tui.look.numbers import (
    MatrixFormat,
    choose_format,
    digits_of_agreement,
    error_text,
    parenthesised,
    power_of_ten,
    scalar_text,
    signed,
)

MAZUR_GRADIENT = np.array([[0.082167041, 0.082668], [-0.022603, -0.02274]])


def written(values: np.ndarray, decimals: int) -> list[str]:
    format = choose_format(values, decimals)
    return [format.aligned(value) for value in values.ravel().tolist()]


def test_points_stand_under_each_other_with_a_true_minus() -> None:
    assert written(MAZUR_GRADIENT, 6) == [" 0.082167", " 0.082668", "−0.022603", "−0.022740"]


def test_width_is_that_of_the_longest_value() -> None:
    assert choose_format(np.array([[1.5, -120.25]]), 2).width == len("−120.25")
    assert choose_format(np.array([[0.5]]), 3).width == len("0.500")


@pytest.mark.parametrize("value", [-0.0, -0.0004, -1e-300])
def test_a_value_that_rounds_to_zero_has_no_minus(value: float) -> None:
    assert MatrixFormat(3).text(value) == "0.000"


def test_small_matrices_share_one_exponent() -> None:
    values = np.array([[3.147e-4, -1.646e-4]])
    format = choose_format(values, 6)
    assert (format.exponent, format.suffix, format.decimals) == (-4, "×10⁻⁴", 4)
    assert [format.text(value) for value in values.ravel()] == ["3.1470", "−1.6460"]
    assert format.full(-1.646e-4) == "−1.6460×10⁻⁴"


def test_large_matrices_share_one_exponent() -> None:
    format = choose_format(np.array([[12345.0, 1.0]]), 3)
    assert format.suffix == "×10⁴"
    assert format.text(12345.0) == "1.234"  # exact: 1.2345 is a tie of the decimal value and goes to the even digit
    assert format.text(1.0) == "0.000"


@pytest.mark.parametrize(("largest", "exponent"), [(1e-3, 0), (0.99e-3, -4), (9999.0, 0), (1e4, 4)])
def test_the_limits_of_plain_decimals(largest: float, exponent: int) -> None:
    assert choose_format(np.array([[largest, 0.0]]), 3).exponent == exponent


def test_rounding_up_to_the_next_power_takes_that_power() -> None:
    format = choose_format(np.array([9.99999e-4]), 3)
    assert (format.exponent, format.text(9.99999e-4)) == (-3, "1.000")


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.full((2, 2), np.nan), np.array([[np.inf, -np.inf]]), None])
def test_without_a_magnitude_there_is_no_exponent(values: np.ndarray | None) -> None:
    assert choose_format(values, 3).exponent == 0


def test_what_is_not_finite_is_spelled_out() -> None:
    format = choose_format(np.array([[np.nan, np.inf, -np.inf]]), 3)
    assert [format.text(value) for value in (math.nan, math.inf, -math.inf)] == ["nan", "∞", "−∞"]
    assert format.width == 3
    assert format.full(math.inf) == "∞"


def test_infinities_do_not_hide_the_finite_magnitude() -> None:
    assert choose_format(np.array([[np.inf, 2e-5]]), 3).exponent == -5


def test_subnormal_numbers_keep_their_digits() -> None:
    format = choose_format(np.array([5e-324]), 3)
    assert (format.exponent, format.text(5e-324)) == (-324, "4.941")


def test_structural_zero_stands_at_the_units_place() -> None:
    format = choose_format(np.array([[0.186816, -12.5]]), 6)
    assert format.structural_zero == "  0       "
    assert len(format.structural_zero) == len(format.aligned(-12.5))


def test_ascii_has_no_glyph_outside_of_ascii() -> None:
    format = choose_format(np.array([[-1e-5, np.inf, -np.inf]]), 4, ascii=True)
    texts = [format.text(value) for value in (-1e-5, math.inf, -math.inf)] + [format.suffix]
    assert texts == ["-1.0000", "inf", "-inf", "x10^-5"]
    assert error_text(None, ascii=True) == "."


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (0.298371109, "0.298371"),
        (0.0, "0.000000"),
        (3.51e-5, "3.51×10⁻⁵"),
        (9.999e-5, "1.00×10⁻⁴"),
        (1234567.0, "1.23×10⁶"),
        (math.inf, "∞"),
        (math.nan, "nan"),
        (None, "·"),
    ],
)
def test_error_in_the_header(error: float | None, text: str) -> None:
    assert error_text(error) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.8, "+0.800"), (-0.018082, "−0.018"), (0.0, "0.000"), (4.2e-7, "+4.20×10⁻⁷")]
)
def test_changes_carry_their_sign(value: float, text: str) -> None:
    assert signed(value, 3) == text


def test_scalars_keep_three_digits() -> None:
    assert scalar_text(0.00123, 3) == "0.001"
    assert scalar_text(0.00099, 3) == "9.90×10⁻⁴"


def test_negative_factors_take_parentheses() -> None:
    assert parenthesised("−0.813") == "(−0.813)"
    assert parenthesised("-0.813") == "(-0.813)"
    assert parenthesised("0.813") == "0.813"


def test_powers_of_ten() -> None:
    assert (power_of_ten(-12), power_of_ten(4), power_of_ten(-3, ascii=True)) == ("×10⁻¹²", "×10⁴", "x10^-3")


@pytest.mark.parametrize(
    ("first", "second", "digits"),
    [
        (1.0, 1.0, 16),
        (1.0, 1.0 + 2e-10, 9),
        (0.5, -0.5, 0),
        (0.0, 1e-12, 0),
        (0.0, 0.0, 16),
        (math.inf, math.inf, 16),
        (math.nan, math.nan, 0),
        (math.inf, 1.0, 0),
        (1e308, -1e308, 0),
        (5e-324, 1e-323, 0),
    ],
)
def test_digits_of_agreement(first: float, second: float, digits: int) -> None:
    assert digits_of_agreement(first, second) == digits
    assert digits_of_agreement(second, first) == digits


@given(st.lists(st.floats(width=64), min_size=1, max_size=6), st.integers(0, 6))
def test_every_float_fits_its_column(values: list[float], decimals: int) -> None:
    format = choose_format(np.array(values), decimals)
    for value in values:
        text = format.text(value)
        assert len(text) <= format.width
        assert "e" not in text
        assert not (text.startswith("−") and not text.strip("−0."))
