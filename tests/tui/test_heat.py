from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.heat import draw_heat, draw_map_strip, draw_strip, draw_viewport
from nablastep_tui.draw.pooling import (
    HeatPicture,
    Strength,
    heat_picture,
    heat_scale,
    levels_of,
    picture_side,
    pool,
    row_picture,
)
from nablastep_tui.look.glyphs import ASCII, UNICODE, Glyphs
from nablastep_tui.look.palettes import DARK, MONOCHROME, Palette
from nablastep_tui.look.themes import NOT_FINITE, heat_colour, level_of, style

BLOCKS = np.array(
    [
        [3.0, -4.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, 0.0, 1.0],
        [-2.0, 1.0, 5.0, -5.0, -1.0],
    ]
)


def blank(width: int, height: int) -> Canvas:
    return Canvas(width, height, style(DARK.text, DARK.background))


def picture_of(levels: list[list[int]]) -> HeatPicture:
    array = np.array(levels, dtype=np.int8)
    return HeatPicture(array, (array.shape[0], array.shape[1]), 1.0)


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        # Rows fall into {0} and {1, 2}, columns into {0, 1} and {2, 3, 4}.
        ("max", [[-4.0, 1.0], [-2.0, 5.0]]),
        ("rms", [[-math.sqrt(25 / 2), math.sqrt(1 / 3)], [-math.sqrt(5 / 4), math.sqrt(52 / 6)]]),
        ("mean", [[-7 / 2, 1 / 3], [-3 / 4, 12 / 6]]),
    ],
)
def test_blocks_have_the_sign_of_their_largest_entry(strength: Strength, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(pool(BLOCKS, 2, 2, strength), expected, rtol=1e-14)


def test_unpooled_values_stay_themselves() -> None:
    np.testing.assert_array_equal(pool(BLOCKS, 3, 5), BLOCKS)


def test_small_matrices_are_stretched_by_repetition() -> None:
    np.testing.assert_array_equal(pool(np.array([[1.0, -2.0]]), 2, 5), [[1.0, 1.0, 1.0, -2.0, -2.0]] * 2)


def test_blocks_with_a_nan_or_an_infinity_say_so() -> None:
    broken = BLOCKS.copy()
    broken[0, 0], broken[2, 4] = np.nan, np.inf
    assert np.isnan(pool(broken, 2, 2)).tolist() == [[True, False], [False, True]]
    assert np.isnan(pool(broken, 3, 5))[[0, 2], [0, 4]].all()


def test_huge_and_tiny_values_neither_overflow_nor_vanish() -> None:
    np.testing.assert_allclose(pool(BLOCKS * 1e300, 2, 2), pool(BLOCKS, 2, 2) * 1e300, rtol=1e-12)
    np.testing.assert_allclose(pool(BLOCKS * 1e-300, 2, 2), pool(BLOCKS, 2, 2) * 1e-300, rtol=1e-12)
    assert not pool(np.zeros((4, 4)), 2, 2).any()


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))
def test_pooling_takes_every_shape(rows: int, columns: int, high: int, wide: int) -> None:
    values = np.random.default_rng(rows * 13 + columns).normal(size=(rows, columns))
    pooled = pool(values, high, wide, "max")
    assert pooled.shape == (high, wide)
    assert np.abs(pooled).max() == np.abs(values).max()


def test_scale_is_a_high_percentile_but_never_zero_for_sparse_values() -> None:
    many = np.linspace(0.0, 1.0, 1001).reshape(7, 143)
    assert heat_scale(many) == pytest.approx(0.995)
    sparse = np.zeros((50, 50))
    sparse[3, 4] = -2.0
    assert heat_scale(sparse) == 2.0
    assert heat_scale(np.full((2, 2), np.nan)) == 0.0
    for size in (1, 2, 3, 50, 399, 1000):
        values = np.random.default_rng(size).normal(size=size)
        assert heat_scale(values) == pytest.approx(np.percentile(np.abs(values), 99.5), rel=1e-14)


def test_levels_agree_with_those_of_single_values() -> None:
    values = np.array([[0.0, 1e-9, -0.3, 0.5, -1.0, 3.0, np.nan, np.inf]])
    assert levels_of(values, 1.0)[0].tolist() == [level_of(value, 1.0) for value in values[0].tolist()]


def test_a_picture_knows_its_blocks_and_cells() -> None:
    picture = heat_picture(np.ones((128, 784)), 50, 12)
    assert picture.levels.shape == (24, 50)
    assert picture.block == (6, 16)
    assert picture.pixel_of((0, 0)) == (0, 0)
    assert picture.pixel_of((127, 783)) == (23, 49)
    for pixel in ((0, 0), (13, 27), (23, 49)):
        assert picture.pixel_of(picture.cell_at(*pixel)) == pixel
    stretched = heat_picture(np.ones((2, 3)), 9, 4)
    assert stretched.block == (1, 1)
    assert stretched.pixel_of((1, 2)) == (4, 6)
    assert stretched.cell_at(7, 8) == (1, 2)


def test_half_blocks_hold_two_pixels() -> None:
    canvas = blank(4, 3)
    draw_heat(canvas, 1, 1, picture_of([[31, -31], [0, 5], [NOT_FINITE, 0]]), DARK, UNICODE)
    assert canvas.text_rows() == ["    ", " ▀▀ ", " ▀▀ "]
    assert canvas.style_at(1, 1) is style(heat_colour(DARK, 31), DARK.cell)
    assert canvas.style_at(2, 1) is style(DARK.negative_heat, heat_colour(DARK, 5))
    assert canvas.style_at(1, 2) is style(DARK.bright, DARK.cell)


@pytest.mark.parametrize(
    ("palette", "glyphs", "text"),
    [(MONOCHROME, UNICODE, "#=+·✗"), (MONOCHROME, ASCII, "#=+.X"), (DARK, ASCII, "     ")],
)
def test_signs_survive_without_half_blocks_or_colour(palette: Palette, glyphs: Glyphs, text: str) -> None:
    canvas = blank(5, 1)
    draw_heat(canvas, 0, 0, picture_of([[31, -2, 3, 0, NOT_FINITE], [0, -31, 0, 0, 0]]), palette, glyphs)
    assert canvas.text_rows() == [text]
    if palette.fills:
        assert canvas.style_at(1, 0) is style("", DARK.negative_heat)


def test_viewport_frames_its_pixel() -> None:
    canvas = blank(12, 4)
    picture = heat_picture(np.ones((80, 100)), 10, 4)
    draw_heat(canvas, 1, 0, picture, DARK, UNICODE)
    assert draw_viewport(canvas, 1, 0, picture, (45, 55), DARK, UNICODE) == (6, 2)
    assert canvas.text_rows()[2] == " ▀▀▀▀[▀]▀▀▀ "


def test_map_strips_have_brackets_and_dots_until_computed() -> None:
    canvas = blank(6, 2)
    draw_map_strip(canvas, 0, 0, heat_picture(np.ones((30, 40)), 4, 1), 4, "n1", DARK, UNICODE)
    draw_map_strip(canvas, 0, 1, None, 4, "n1", DARK, UNICODE)
    assert canvas.text_rows() == ["[▀▀▀▀]", "[····]"]
    assert canvas.style_at(0, 0).color == Color.parse(DARK.dimensions[1])
    assert canvas.style_at(1, 1).color == Color.parse(DARK.faint)


def test_products_of_a_batch_stand_two_to_a_cell() -> None:
    canvas = blank(4, 1)
    draw_strip(canvas, 0, 0, np.array([1.0, 0.0, -1.0]), 4, DARK, UNICODE, scale=1.0)
    assert canvas.text_rows() == ["▌▌▌▌"]
    assert canvas.style_at(0, 0) is style(heat_colour(DARK, 31), DARK.cell)
    assert canvas.style_at(1, 0) is style(heat_colour(DARK, -31), DARK.cell)
    assert canvas.style_at(3, 0) is style(DARK.cell, DARK.cell)


def test_long_strips_are_pooled() -> None:
    canvas = blank(4, 1)
    draw_strip(canvas, 0, 0, np.arange(1.0, 101.0), 2, MONOCHROME, UNICODE, scale=100.0)
    assert canvas.text_rows() == ["##  "]


@pytest.mark.parametrize(("length", "side"), [(784, 28), (64, 8), (16, 4), (9, None), (785, None), (2, None)])
def test_rows_that_may_be_pictures(length: int, side: int | None) -> None:
    assert picture_side(length) == side


def test_a_row_as_a_picture() -> None:
    weights = np.zeros((3, 784))
    weights[1, 28 * 5 + 7] = -1.0
    picture = row_picture(weights, 1)
    assert picture is not None
    assert picture.levels.shape == (28, 28)
    assert np.argwhere(picture.levels).tolist() == [[5, 7]]
    assert row_picture(np.zeros((3, 10)), 0) is None
