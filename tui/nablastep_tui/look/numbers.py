"""How numbers are written for people: decimals per matrix, one shared exponent, a true minus sign.

Owns the text of a value and nothing else: no colour, no layout. Copy-out at full precision belongs to the core's
notations, not here. Every function takes `ascii=True` for terminals without U+2212, `∞`, `·` and superscripts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nablastep.records import record

NOT_COMPUTED = "·"
NOT_COMPUTED_ASCII = "."

SMALLEST_PLAIN = 1e-3
LARGEST_PLAIN = 1e4
MOST_DIGITS = 16

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@record()
class MatrixFormat:
    """How all values of one matrix are written, so that their decimal points stand under each other.

    `decimals`: digits after the point. `exponent`: the power of ten that the whole matrix shares (0: none), printed
    once as `suffix`. `width`: cells that the longest value needs; `aligned` pads to it.
    """

    decimals: int
    exponent: int = 0
    width: int = 0
    ascii: bool = False

    def text(self, value: float) -> str:
        """`value` without padding and without the shared exponent: `−0.022603`, `nan`, `−∞`; never `−0.000`."""
        if not math.isfinite(value):
            return _not_finite(value, self.ascii)
        if self.exponent:
            # Decimal shifts the point exactly; dividing by a power of ten would overflow for subnormal numbers.
            written = f"{Decimal(value).scaleb(-self.exponent):.{self.decimals}f}"
        else:
            written = f"{value:.{self.decimals}f}"
        return _with_minus(written, self.ascii)

    def aligned(self, value: float) -> str:
        """`text(value)` right-aligned in `width` cells."""
        return self.text(value).rjust(self.width)

    def full(self, value: float) -> str:
        """`text(value)` with the shared exponent, for use outside of the matrix: `−16.460×10⁻³`."""
        return self.text(value) + (self.suffix if math.isfinite(value) else "")

    @cached_property
    def suffix(self) -> str:
        """The shared exponent, `×10⁻³`; empty if there is none."""
        return power_of_ten(self.exponent, ascii=self.ascii) if self.exponent else ""

    @cached_property
    def structural_zero(self) -> str:
        """A zero that stands by structure, not by computation: `0` at the units place, padded to `width`."""
        return ("0" + " " * (self.decimals + 1 if self.decimals else 0)).rjust(self.width)


FEW = 8
"""Up to so many values Python looks at sooner than NumPy."""


def choose_format(
    values: NDArray[np.float64] | Iterable[float] | None,
    decimals: int,
    *,
    plain_from: float = SMALLEST_PLAIN,
    ascii: bool = False,
) -> MatrixFormat:
    """The format of a whole matrix from its values, of any shape; `None` (not computed) gives the plain format.

    A shared exponent is taken if the largest finite magnitude is not 0 and lies below `plain_from` or from 10⁴ up; it
    is chosen so that this magnitude has one digit before the point, and then 3 or 4 decimals are kept.
    """
    extremes = _extremes(values)
    largest = max((abs(value) for value in extremes if math.isfinite(value)), default=0.0)
    exponent = 0
    if largest and not plain_from <= largest < LARGEST_PLAIN:
        decimals = min(max(decimals, 3), 4)
        exponent = _exponent_of(largest, decimals)
    plain = MatrixFormat(decimals, exponent, ascii=ascii)
    # Text grows with magnitude on either side of zero, so the extremes are the longest values.
    width = max(len(plain.text(value)) for value in extremes or [0.0])
    return MatrixFormat(decimals, exponent, width, ascii)


def _extremes(values: NDArray[np.float64] | Iterable[float] | None) -> list[float]:
    """The smallest and the largest finite value, and every kind of value there that is not finite."""
    if isinstance(values, np.ndarray):
        if values.size > FEW:
            return _extremes_of_many(values)
        values = values.ravel().tolist()
    flat = [] if values is None else list(values)
    finite = [value for value in flat if math.isfinite(value)]
    kinds = {str(float(value)): value for value in flat if not math.isfinite(value)}
    return [*([min(finite), max(finite)] if finite else []), *kinds.values()]


def _extremes_of_many(values: NDArray[np.float64]) -> list[float]:
    is_finite = np.isfinite(values)
    finite = values if is_finite.all() else values[is_finite]
    ends = [float(finite.min()), float(finite.max())] if finite.size else []
    if finite is values:
        return ends
    kinds = {math.inf: np.isposinf(values), -math.inf: np.isneginf(values), math.nan: np.isnan(values)}
    return [*ends, *(kind for kind, places in kinds.items() if places.any())]


def scalar_text(value: float, decimals: int = 6, *, ascii: bool = False) -> str:
    """One number that stands alone: `0.298371`, `3.51×10⁻⁵` where fixed decimals would leave under three digits."""
    if not math.isfinite(value):
        return _not_finite(value, ascii)
    smallest_fixed = min(SMALLEST_PLAIN, 10.0 ** (2 - decimals))
    if value == 0 or smallest_fixed <= abs(value) < 1e5:
        return _with_minus(f"{value:.{decimals}f}", ascii)
    mantissa, exponent = f"{value:.2e}".split("e")
    return _with_minus(mantissa, ascii) + power_of_ten(int(exponent), ascii=ascii)


def rough_text(value: float, width: int, *, ascii: bool = False) -> str:
    """A number with as many digits as `width` cells hold, one at least: `2.4×10⁻¹²`, `2×10⁻¹²`."""
    for digits in (2, 1, 0):
        mantissa, exponent = f"{value:.{digits}e}".split("e")
        text = _with_minus(mantissa, ascii) + power_of_ten(int(exponent), ascii=ascii)
        if len(text) <= width:
            break
    return text


def error_text(error: float | None, *, ascii: bool = False) -> str:
    """E for the header, without its letter: six decimals, or `·` if no step has computed it."""
    if error is None:
        return NOT_COMPUTED_ASCII if ascii else NOT_COMPUTED
    return scalar_text(error, 6, ascii=ascii)


def signed(value: float, decimals: int = 6, *, ascii: bool = False) -> str:
    """A change (Δ, a gap): as `scalar_text`, with a plus sign where it is above zero."""
    written = scalar_text(value, decimals, ascii=ascii)
    return f"+{written}" if value > 0 else written


def parenthesised(text: str) -> str:
    """A factor that follows an operator: `(−0.813)` if it is negative, unchanged otherwise."""
    return f"({text})" if text.startswith(("−", "-")) else text


def power_of_ten(exponent: int, *, ascii: bool = False) -> str:
    """`×10⁻³`; `x10^-3` in ASCII."""
    return f"x10^{exponent}" if ascii else "×10" + str(exponent).translate(_SUPERSCRIPTS)


def digits_of_agreement(first: float, second: float) -> int:
    """How many significant digits two numbers share, from 0 to 16: ⌊−log₁₀ of their relative difference⌋.

    Equal numbers (equal infinities too) share all 16; anything against `nan` shares none.
    """
    if first == second:
        return MOST_DIGITS
    if not (math.isfinite(first) and math.isfinite(second)):
        return 0
    largest = max(abs(first), abs(second))
    # Halving first keeps the difference of two huge numbers of unlike sign finite.
    relative = abs(first / 2 - second / 2) / (largest / 2) if largest > 1e-300 else abs(first - second) / largest
    return min(MOST_DIGITS, max(0, math.floor(-math.log10(relative)))) if relative else MOST_DIGITS


def _exponent_of(magnitude: float, decimals: int) -> int:
    """The power of ten of `magnitude` after rounding: 9.9996·10⁻⁴ counts as 10⁻³."""
    return int(f"{magnitude:.{decimals}e}".split("e")[1])


def _not_finite(value: float, ascii: bool) -> str:
    if math.isnan(value):
        return "nan"
    return ("inf" if value > 0 else "-inf") if ascii else ("∞" if value > 0 else "−∞")


def _with_minus(written: str, ascii: bool) -> str:
    """The true minus sign instead of the hyphen, and none at all on a value that rounds to zero."""
    if not written.startswith("-"):
        return written
    digits = written[1:]
    if not digits.strip("0."):
        return digits
    return f"-{digits}" if ascii else f"−{digits}"
