from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rich.color import Color

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lens import draw_lens, lens_picture, lens_size, window
from nablastep_tui.draw.matrix import (
    CellTarget,
    MatrixPicture,
    MatrixState,
    compact,
    draw,
    geometry,
    measure,
)
from nablastep_tui.look.glyphs import ASCII, SAFE, UNICODE, Glyphs
from nablastep_tui.look.numbers import MatrixFormat, choose_format
from nablastep_tui.look.palettes import DARK, LIGHT, MONOCHROME, Palette
from nablastep_tui.look.themes import (
    dimension_style,
    level_of,
    mixed,
    not_finite_style,
    selected_style,
    style,
    value_fill,
)

GRADIENT = np.array([[0.082167, 0.082668], [-0.022603, -0.02274]])
WEIGHTS = np.array([[-0.782, 0.219, -0.098], [0.543, 0.176, -0.289]])

TILES = MatrixPicture(
    GRADIENT,
    (2, 2),
    "n2",
    "n1",
    choose_format(GRADIENT, 6),
    tile_width=14,
    tile_height=3,
    selected=(1, 0),
    operands=frozenset({(0, 1)}),
    quantity="grad_W1",
)
ROWS = MatrixPicture(
    WEIGHTS, (2, 3), "n1", "n2", choose_format(WEIGHTS, 3), tile_width=8, operands=frozenset({(0, 0), (0, 1), (0, 2)})
)


def drawn(picture: MatrixPicture, palette: Palette = DARK, glyphs: Glyphs = UNICODE) -> Canvas:
    canvas = Canvas(*measure(picture, glyphs), style(palette.text, palette.background))
    draw(canvas, 0, 0, picture, palette, glyphs)
    return canvas


def test_tiles_with_a_selected_and_an_operand_cell() -> None:
    assert drawn(TILES).text_rows() == [
        "    ╶─────────── n₁ ───────────╴ ",
        "   ⎡              ┌────────────┐⎤",
        "   ⎢   0.082167   │  0.082668  │⎥",
        "n₂ ⎢              └────────────┘⎥",
        "   ⎢┌────────────┐              ⎥",
        "   ⎢│ −0.022603  │  −0.022740   ⎥",
        "   ⎣└────────────┘              ⎦",
    ]


def test_tiles_of_five_rows_and_of_a_row_vector() -> None:
    row = MatrixPicture(
        np.array([[0.59327, 0.596884]]), (1, 2), "1", "n1", choose_format([0.5], 4), tile_width=10, tile_height=5
    )
    assert drawn(row).text_rows() == [
        "   ╶─────── n₁ ───────╴ ",
        "  ⎡                    ⎤",
        "  ⎢                    ⎥",
        "1 ⎢  0.5933    0.5969  ⎥",
        "  ⎢                    ⎥",
        "  ⎣                    ⎦",
    ]


def test_a_column_vector_has_a_letter_and_no_ruler_line() -> None:
    column = replace(ROWS, values=WEIGHTS[:, :1], shape=(2, 1), column_dimension="1", operands=frozenset())
    assert drawn(column).text_rows() == ["       1     ", "n₁ ⎡ −0.782 ⎤", "   ⎣  0.543 ⎦"]


def test_cells_of_one_row_mark_operands() -> None:
    assert drawn(ROWS).text_rows() == [
        "    ╶───────── n₂ ─────────╴ ",
        "n₁ ⎡▸−0.782  ▸0.219 ▸−0.098 ⎤",
        "   ⎣  0.543   0.176  −0.289 ⎦",
    ]


def test_ascii_draws_ascii_whatever_the_format_says() -> None:
    rows = drawn(TILES, MONOCHROME, ASCII).text_rows()
    assert rows == [
        "    ------------ n1 ------------ ",
        "   [              +------------+]",
        "   |   0.082167   |  0.082668  ||",
        "n2 |              +------------+|",
        "   |+------------+              |",
        "   || -0.022603  |  -0.022740   |",
        "   [+------------+              ]",
    ]


def test_safe_brackets_are_box_drawing() -> None:
    assert [row[3] for row in drawn(TILES, DARK, SAFE).text_rows()] == [" ", "┌", "│", "│", "│", "│", "└"]


def test_not_computed_keeps_shape_and_weakens_brackets() -> None:
    canvas = drawn(replace(ROWS, values=None, operands=frozenset()))
    assert canvas.text_rows() == [
        "    ╶───────── n₂ ─────────╴ ",
        "n₁ ⎡   ·       ·       ·    ⎤",
        "   ⎣   ·       ·       ·    ⎦",
    ]
    assert canvas.style_at(3, 1).color == Color.parse(mixed(DARK.background, DARK.dimensions[1], 0.6))
    assert canvas.style_at(7, 1) is style(DARK.faint, DARK.cell)


def test_a_result_fills_in_row_by_row() -> None:
    assert drawn(replace(ROWS, rows_shown=1, operands=frozenset())).text_rows()[1:] == [
        "n₁ ⎡ −0.782   0.219  −0.098 ⎤",
        "   ⎣   ·       ·       ·    ⎦",
    ]


def test_structural_zeros_stand_faint_at_the_units_place() -> None:
    jacobian = np.diag([0.186816, 0.17551])
    picture = MatrixPicture(
        jacobian,
        (2, 2),
        "n2",
        "n2",
        choose_format(jacobian, 6),
        tile_width=11,
        structural_zeros=frozenset({(0, 1), (1, 0)}),
        ruler=False,
        row_letter=False,
    )
    canvas = drawn(picture)
    assert canvas.text_rows() == ["⎡  0.186816   0        ⎤", "⎣  0          0.175510 ⎦"]
    assert canvas.style_at(14, 0) is style(DARK.faint, DARK.cell)


def test_a_computed_zero_prints_its_decimals() -> None:
    zero = replace(ROWS, values=np.zeros((2, 3)), operands=frozenset())
    canvas = drawn(zero)
    assert canvas.text_rows()[1] == "n₁ ⎡  0.000   0.000   0.000 ⎤"
    assert canvas.style_at(7, 1) is style(DARK.bright, DARK.cell)


def test_the_shared_exponent_stands_once_at_the_top_right() -> None:
    small = WEIGHTS * 1e-4
    picture = replace(ROWS, values=small, format=choose_format(small, 3), operands=frozenset())
    assert drawn(picture).text_rows()[:2] == ["    ╶───────── n₂ ───── ×10⁻⁵", "n₁ ⎡ −7.820   2.190  −0.980 ⎤"]
    beside = replace(picture, ruler=False)
    assert drawn(beside).text_rows()[0] == "n₁ ⎡ −7.820   2.190  −0.980 ⎤×10⁻⁵"
    narrow = replace(picture, values=small[:, :1], shape=(2, 1), column_dimension="1")
    assert drawn(narrow).text_rows()[0] == "       1 ×10⁻⁵"


def test_what_is_not_finite_is_reversed_and_aligned() -> None:
    values = np.array([[np.nan, np.inf, -np.inf, 0.5]])
    picture = MatrixPicture(values, (1, 4), "1", "n1", choose_format(values, 3), tile_width=7, row_letter=False)
    canvas = drawn(picture)
    assert canvas.text_rows()[1] == "[   nan      ∞     −∞  0.500 ]"
    for column in (1, 8, 15):
        assert canvas.style_at(column, 1) is not_finite_style(DARK)
    assert canvas.style_at(22, 1) is style(DARK.bright, value_fill(DARK, 31))


def test_a_number_that_does_not_fit_is_not_cut() -> None:
    picture = replace(ROWS, values=WEIGHTS * 1e3, format=MatrixFormat(3), tile_width=7, operands=frozenset())
    assert drawn(picture).text_rows()[1] == "n₁ ⎡   …   219.000−98.000⎤"


def test_an_operand_that_fills_its_cell_is_underlined() -> None:
    canvas = drawn(replace(ROWS, tile_width=6))
    assert canvas.text_rows()[1] == "n₁ ⎡−0.782▸0.219−0.098⎤"
    assert canvas.style_at(4, 1).underline
    assert not canvas.style_at(12, 1).underline


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_lines_say_shape_and_fills_say_value(palette: Palette) -> None:
    canvas = drawn(TILES, palette)
    assert canvas.style_at(3, 2).color == dimension_style(palette, "n2").color
    assert canvas.style_at(6, 0).color == dimension_style(palette, "n1").color
    plain = style(palette.bright, value_fill(palette, level_of(0.082167, 0.082668)))
    assert canvas.style_at(8, 2) is plain
    negative = style(palette.bright, value_fill(palette, level_of(-0.02274, 0.082668)))
    assert canvas.style_at(20, 5) is negative


def test_accent_marks_the_selected_cell_and_its_operands() -> None:
    canvas = drawn(TILES)
    assert {canvas.style_at(x, y) for x in range(4, 18) for y in (4, 5, 6)} == {selected_style(DARK)}
    assert canvas.style_at(20, 2) is style(DARK.accent, value_fill(DARK, 31), bold=True)


def test_monochrome_reverses_the_selected_cell_only() -> None:
    canvas = drawn(TILES, MONOCHROME)
    reversed_cells = {
        (x, y) for y in range(canvas.height) for x in range(canvas.width) if canvas.style_at(x, y).reverse
    }
    assert reversed_cells == {(x, y) for x in range(4, 18) for y in (4, 5, 6)}
    assert all(segment.style is None or segment.style.color is None for strip in canvas.strips() for segment in strip)


def test_previous_values_have_no_fill() -> None:
    canvas = drawn(replace(TILES, state=MatrixState.PREVIOUS, selected=None, operands=frozenset()))
    assert canvas.style_at(8, 2) is style(DARK.muted, DARK.cell)


def test_a_held_scale_keeps_colours_still() -> None:
    canvas = drawn(replace(TILES, scale=1.0, selected=None, operands=frozenset()))
    assert canvas.style_at(8, 2) is style(DARK.bright, value_fill(DARK, level_of(0.082167, 1.0)))


def test_cells_are_mouse_targets() -> None:
    canvas = drawn(TILES)
    assert canvas.target_at(4, 1) == CellTarget("grad_W1", 0, 0)
    assert canvas.target_at(31, 6) == CellTarget("grad_W1", 1, 1)
    assert canvas.target_at(3, 1) is None
    assert canvas.target_at(4, 0) is None
    assert drawn(replace(TILES, quantity="")).target_at(4, 1) is None


def test_geometry_says_where_symbols_and_operators_stand() -> None:
    place = geometry(TILES, UNICODE)
    assert (place.width, place.height) == measure(TILES, UNICODE) == (33, 7)
    assert (place.body_x, place.body_y, place.body_width, place.body_height) == (4, 1, 28, 6)
    assert (place.center_x, place.middle_y) == (18, 3)


def test_compact_form_of_the_map() -> None:
    picture = compact(GRADIENT, (2, 2), "n2", "n1", choose_format(GRADIENT, 3), quantity="grad_W1", selected=(0, 1))
    canvas = drawn(picture)
    assert canvas.text_rows() == ["⎡ 0.082  0.083⎤", "⎣−0.023 −0.023⎦"]
    assert canvas.style_at(7, 0).bgcolor == Color.parse(DARK.background)
    assert canvas.style_at(8, 0) is selected_style(DARK)
    assert canvas.target_at(8, 1) == CellTarget("grad_W1", 1, 1)
    empty = compact(None, (1, 2), "1", "n1", choose_format(None, 3))
    assert drawn(empty).text_rows() == ["[  ·      ·   ]"]


LARGE = np.arange(100 * 90, dtype=np.float64).reshape(100, 90) * 1e-7


@pytest.mark.parametrize(
    ("cell", "origin"), [((72, 88), (70, 86)), ((0, 0), (0, 0)), ((99, 89), (95, 86)), ((50, 40), (48, 38))]
)
def test_window_stays_inside(cell: tuple[int, int], origin: tuple[int, int]) -> None:
    assert window((100, 90), cell, 5, 4) == (origin, (5, 4))
    assert window((3, 2), (2, 0), 5, 4) == ((0, 0), (3, 2))


def test_lens_numbers_its_rows_and_columns_from_one() -> None:
    picture = lens_picture(LARGE, (72, 88), "n1", "n0", quantity="W0")
    canvas = Canvas(*lens_size(picture, UNICODE), style(DARK.text, DARK.background))
    draw_lens(canvas, 0, 0, picture, DARK, UNICODE)
    assert canvas.text_rows() == [
        "×10⁻⁴     87       88       89       90  ",
        "71 ⎡   6.386    6.387    6.388    6.389 ⎤",
        "72 ⎢   6.476    6.477    6.478    6.479 ⎥",
        "73 ⎢   6.566    6.567    6.568    6.569 ⎥",
        "74 ⎢   6.656    6.657    6.658    6.659 ⎥",
        "75 ⎣   6.746    6.747    6.748    6.749 ⎦",
    ]
    number = dimension_style(DARK, "n1", bold=True)
    assert (canvas.style_at(0, 3).color, canvas.style_at(0, 3).bold) == (number.color, True)
    assert not canvas.style_at(0, 2).bold
    assert canvas.style_at(24, 3) is selected_style(DARK)
    assert canvas.target_at(24, 3) == CellTarget("W0", 72, 88)
