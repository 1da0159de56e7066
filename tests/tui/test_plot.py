from __future__ import annotations

import math

import numpy as np
import pytest
from rich.color import Color

from nablastep_tui.draw.bars import draw_loss_bars, draw_signed_bar, loss_bars
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.plot import CurvePlot, Point, draw_curve, spread
from nablastep_tui.look.glyphs import ASCII, UNICODE, Glyphs
from nablastep_tui.look.palettes import DARK, MONOCHROME
from nablastep_tui.look.themes import accent_style, not_finite_style, style

PARABOLA = CurvePlot(
    (0.0, 1.0, 2.0),
    (1.0, 0.25, 0.0),
    tangent=(1.0, 0.25, -0.5),
    points=(Point(1.0, 0.25, "before"), Point(1.5, 0.125, "actual"), Point(1.5, 0.0, "predicted", drop=False)),
)


def blank(width: int, height: int) -> Canvas:
    return Canvas(width, height, style(DARK.text, DARK.background))


def test_loss_bars_are_logarithmic() -> None:
    bars = loss_bars([1.0, 0.1, 0.01], 10, 2)
    assert bars.eighths == (16, 8, 1)
    assert bars.starts == (0, 1, 2)


def test_many_losses_share_columns_by_their_largest() -> None:
    losses = np.full(1000, 1e-3)
    losses[333] = 1.0
    bars = loss_bars(losses, 10, 1)
    assert bars.starts == tuple(range(0, 1000, 100))
    assert bars.eighths == (1, 1, 1, 8, 1, 1, 1, 1, 1, 1)
    assert (bars.column_of(399), bars.column_of(400), bars.column_of(5000)) == (3, 4, 9)
    assert bars.index_at(3) == 300


@pytest.mark.parametrize(
    ("losses", "eighths"),
    [
        ([], ()),
        ([0.5], (8,)),
        ([0.5, 0.5], (8, 8)),
        ([0.0, 0.0], (1, 1)),
        ([1.0, 0.0, -1.0], (8, 1, 1)),
        ([math.inf], (8,)),
    ],
)
def test_unusual_losses(losses: list[float], eighths: tuple[int, ...]) -> None:
    assert loss_bars(losses, 5, 1).eighths == eighths


def test_one_tiny_loss_does_not_flatten_the_others() -> None:
    assert loss_bars([1.0, 1e-6, 1e-300], 5, 3).eighths == (24, 13, 1)


def test_loss_bars_mark_the_current_iteration_and_overflow() -> None:
    canvas = blank(8, 2)
    draw_loss_bars(canvas, 1, 0, loss_bars([1.0, 0.1, 0.001, math.inf], 6, 2), 1, DARK, UNICODE)
    assert canvas.text_rows() == [" █▃ ∞   ", " ██▁█   "]
    accent = Color.parse(DARK.accent)
    assert [canvas.style_at(x, 1).color == accent for x in range(1, 5)] == [False, True, False, False]
    assert canvas.style_at(2, 1).bold == accent_style(DARK).bold
    assert canvas.style_at(4, 0) is not_finite_style(DARK)


def test_signed_bars_grow_away_from_zero() -> None:
    canvas = blank(21, 3)
    look = style(DARK.text)
    assert draw_signed_bar(canvas, 0, 0, 21, -0.5, (-1.0, 1.0), look, UNICODE) == 10
    assert draw_signed_bar(canvas, 0, 1, 21, 0.25, (-1.0, 1.0), look, UNICODE) == 10
    assert draw_signed_bar(canvas, 0, 2, 21, math.nan, (-1.0, 0.5), look, UNICODE) == 13
    assert canvas.text_rows() == ["     █████           ", "           ██▌       ", " " * 21]


def test_curve_tangent_and_points_in_braille() -> None:
    canvas = blank(40, 9)
    draw_curve(canvas, 0, 0, 40, 9, PARABOLA, DARK, UNICODE)
    assert canvas.text_rows() == [
        "1.000 │⠑⠢⢄                              ",
        "      │⣀  ⠉⠢⢄⡀                          ",
        "      │  ⠑ ⠤ ⠈⠒⢄⡀                       ",
        "      │      ⠉ ⠢⠈⣑⠤⡀                    ",
        "      │            ⠚⠑⢦⣀○                ",
        "      │                ⠉⠒⠶⠢⡤⠤⣀⣀●        ",
        "0.000 │                ┊   ⠈ ⠒ ◇⠉⠑⠒⠒⠤⠤⢄⣀",
        "      └────────────────┴───────┴────────",
        "       0               1      1.5      2",
    ]
    assert canvas.style_at(7, 0).color == Color.parse(DARK.text)
    assert canvas.style_at(7, 1).color == Color.parse(DARK.forward)
    assert canvas.style_at(31, 5).color == Color.parse(DARK.accent)
    assert canvas.style_at(31, 8).color == Color.parse(DARK.accent)


def test_curve_without_braille_has_a_point_per_column() -> None:
    canvas = blank(40, 9)
    draw_curve(canvas, 0, 0, 40, 9, PARABOLA, MONOCHROME, ASCII)
    assert canvas.text_rows() == [
        "1.000 |**                               ",
        "      |  ****                           ",
        "      |......***                        ",
        "      |      ...****                    ",
        "      |           ..***o                ",
        "      |                :*******@**      ",
        "0.000 |                :     ..x..******",
        "      +----------------+-------+--------",
        "       0               1      1.5      2",
    ]


def test_steep_curves_have_no_holes() -> None:
    canvas = blank(30, 12)
    step = CurvePlot((0.0, 1.0, 1.001, 2.0), (0.0, 0.0, 1.0, 1.0))
    draw_curve(canvas, 0, 0, 30, 12, step, DARK, UNICODE)
    crossed = [any(0x2800 < ord(glyph) < 0x2900 for glyph in row) for row in canvas.text_rows()[:10]]
    assert crossed == [True] * 10


def test_overflow_leaves_a_gap_and_a_flat_curve_has_a_range() -> None:
    canvas = blank(30, 8)
    draw_curve(canvas, 0, 0, 30, 8, CurvePlot((0.0, 1.0, 2.0, 3.0), (0.5, 0.5, math.inf, math.nan)), DARK, UNICODE)
    rows = canvas.text_rows()
    assert (rows[0][:5], rows[5][:5]) == ("1.000", "0.000")
    dots = [glyph for row in rows for glyph in row if 0x2800 < ord(glyph) < 0x2900]
    assert 0 < len(dots) < 14


@pytest.mark.parametrize(
    ("width", "height", "plot"),
    [(15, 9, PARABOLA), (40, 4, PARABOLA), (40, 9, CurvePlot((0.0, 1.0), (math.nan, math.nan)))],
)
def test_nothing_is_drawn_where_nothing_can_be_read(width: int, height: int, plot: CurvePlot) -> None:
    canvas = blank(40, 9)
    draw_curve(canvas, 0, 0, width, height, plot, DARK, UNICODE)
    assert "".join(canvas.text_rows()).strip() == ""


def test_points_outside_are_left_out_and_labels_never_overlap() -> None:
    canvas = blank(40, 9)
    points = (Point(5.0, 0.5, "actual"), Point(1.0, 0.25, "before"), Point(1.05, 0.2, "actual"))
    draw_curve(canvas, 0, 0, 40, 9, CurvePlot((0.0, 1.0, 2.0), (1.0, 0.25, 0.0), points=points), DARK, UNICODE)
    assert canvas.text_rows()[8].split() == ["0", "1", "2"]
    assert "".join(canvas.text_rows()).count("●") == 1


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=lambda glyphs: glyphs.name)
@pytest.mark.parametrize("size", [0.0, 5e-324, 1.0, 1e15, 1e17, -1e17, 1e300, 1.7e308])
def test_a_flat_curve_of_any_size_has_a_range(size: float, glyphs: Glyphs) -> None:
    flat = CurvePlot((0.0, 1.0, 2.0), (size,) * 3, tangent=(1.0, size, 0.0), points=(Point(1.0, size, "before"),))
    upright = CurvePlot((size,) * 3, (0.0, 1.0, 2.0), tangent=(size, 1.0, 0.0), points=(Point(size, 1.0, "actual"),))
    for plot in (flat, upright):
        canvas = blank(40, 10)
        draw_curve(canvas, 0, 0, 40, 10, plot, DARK, glyphs)
        assert any(line.strip() for line in canvas.text_rows())
    assert spread(size, size)[0] < spread(size, size)[1]
