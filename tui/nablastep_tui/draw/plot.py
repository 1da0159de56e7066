"""A curve with its tangent, marked points and axes: E along one weight. Also the dots of any curves on common axes.

Draws numbers that it is given; it evaluates no network. Curves use braille dots (2 × 4 a cell) where the glyph set
has them and one point per column otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rich.style import Style

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import scalar_text
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import accent_style, style

# Bits of the dots of one braille cell, by [row][column].
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

Kind = Literal["before", "actual", "predicted"]
Dots = set[tuple[int, int]]
"""Places of braille dots, two across and four down in a cell, from the top left of the axes."""


@dataclass(frozen=True)
class Point:
    """A marked point of a plot; `drop` draws a line from it down to the axis and names its x there."""

    x: float
    y: float
    kind: Kind
    drop: bool = True


@dataclass(frozen=True)
class CurvePlot:
    """E along one weight.

    `xs` rise; `ys` has as many values, non-finite ones leave gaps. `tangent`: (x, y, slope) of the straight line that
    the gradient promises, or None.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    tangent: tuple[float, float, float] | None = None
    points: tuple[Point, ...] = ()
    decimals: int = 3


@dataclass(frozen=True)
class Axes:
    """The part of the canvas in which dots are set, and the ranges that it shows; none of them empty."""

    x: int
    y: int
    width: int
    height: int
    low_x: float
    high_x: float
    low_y: float
    high_y: float

    def across(self, value: float, steps: int) -> float:
        """`value` on the x axis as a position from 0 to `steps` − 1."""
        return (value - self.low_x) / (self.high_x - self.low_x) * (steps - 1)

    def down(self, value: float, steps: int) -> float:
        """`value` on the y axis as a position from 0 (top) to `steps` − 1 (bottom)."""
        return (self.high_y - value) / (self.high_y - self.low_y) * (steps - 1)


def cell_of(axes: Axes, x: float, y: float, glyphs: Glyphs) -> tuple[int, int] | None:
    """The cell in which the curve has its dot for a point; None where that is no number."""
    across, down = (2, 4) if glyphs.braille else (1, 1)
    places = axes.across(x, across * axes.width), axes.down(y, down * axes.height)
    if not all(map(math.isfinite, places)):
        return None
    return axes.x + round(places[0]) // across, axes.y + round(places[1]) // down


def draw_curve(
    canvas: Canvas, x: int, y: int, width: int, height: int, plot: CurvePlot, palette: Palette, glyphs: Glyphs
) -> None:
    """Draw curve, tangent, points, axes and their labels in a region; nothing in under 16 × 5 cells.

    The y range is that of curve and points; the tangent is cut off where it leaves it.
    """
    axes = _axes(x, y, width, height, plot, glyphs)
    if axes is None:
        return
    _draw_axes(canvas, axes, plot, palette, glyphs)
    if glyphs.braille:
        _draw_dots(canvas, axes, plot, palette, glyphs)
    else:
        _draw_columns(canvas, axes, plot, palette, glyphs)
    for point in plot.points:
        _draw_point(canvas, axes, point, plot, palette, glyphs)


def _axes(x: int, y: int, width: int, height: int, plot: CurvePlot, glyphs: Glyphs) -> Axes | None:
    heights = [value for value in (*plot.ys, *(point.y for point in plot.points)) if math.isfinite(value)]
    if width < 16 or height < 5 or len(plot.xs) < 2 or not heights:
        return None
    low, high = spread(min(heights), max(heights))
    labels = max(width_of(_label(value, plot, glyphs)) for value in (low, high))
    return Axes(x + labels + 2, y, width - labels - 2, height - 2, *spread(plot.xs[0], plot.xs[-1]), low, high)


def spread(low: float, high: float) -> tuple[float, float]:
    """The range, or one around it that is none: wide enough for its ends to be two numbers, however large they are."""
    if low != high:
        return low, high
    half = max(0.5, abs(low) * 1e-3)
    return low - half, high + half


def _label(value: float, plot: CurvePlot, glyphs: Glyphs) -> str:
    return scalar_text(value, plot.decimals, ascii=glyphs.name == "ascii")


def _draw_axes(canvas: Canvas, axes: Axes, plot: CurvePlot, palette: Palette, glyphs: Glyphs) -> None:
    line, muted = style(palette.faint, dim=palette.monochrome), style(palette.muted)
    bottom = axes.y + axes.height
    canvas.vertical(axes.x - 1, axes.y, axes.height, glyphs.vertical, line)
    canvas.write(axes.x - 1, bottom, glyphs.frame.bottom_left + glyphs.rule * axes.width, line)
    for value, row in ((axes.high_y, axes.y), (axes.low_y, bottom - 1)):
        text = _label(value, plot, glyphs)
        canvas.write(axes.x - 2 - width_of(text), row, text, muted)
    canvas.write(axes.x, bottom + 1, _tick(axes.low_x, glyphs), muted)
    last = _tick(axes.high_x, glyphs)
    canvas.write(axes.x + axes.width - width_of(last), bottom + 1, last, muted)


def _tick(value: float, glyphs: Glyphs) -> str:
    """A label on the x axis: at most three decimals, no trailing zeros."""
    text = scalar_text(value, 3, ascii=glyphs.name == "ascii")
    return text if "10" in text and ("×" in text or "^" in text) else text.rstrip("0").rstrip(".") or "0"


def _draw_dots(canvas: Canvas, axes: Axes, plot: CurvePlot, palette: Palette, glyphs: Glyphs) -> None:
    """The curve over the dashed tangent; where both cross one cell it shows both in the curve's colour."""
    tangent, curve = _dots_of_tangent(axes, plot), dots_of_curve(axes, plot.xs, plot.ys)
    draw_dots(canvas, axes, ((tangent, style(palette.forward)), (curve, style(palette.text))), glyphs)


def draw_dots(canvas: Canvas, axes: Axes, layers: Iterable[tuple[Dots, Style]], glyphs: Glyphs) -> None:
    """Layers of braille dots, later ones over earlier ones: a cell that two share has the dots of both."""
    patterns: dict[tuple[int, int], tuple[int, Style]] = {}
    for dots, look in layers:
        for across, down in dots:
            cell = (across // 2, down // 4)
            bits = patterns.get(cell, (0, look))[0] | _DOTS[down % 4][across % 2]
            patterns[cell] = (bits, look)
    for (column, row), (bits, look) in patterns.items():
        canvas.write(axes.x + column, axes.y + row, chr(ord(glyphs.braille) + bits), look)


def dots_of_curve(axes: Axes, xs: Sequence[float], ys: Sequence[float]) -> Dots:
    """The curve's dots, neighbouring columns joined by a vertical run so that steep parts have no holes."""
    columns, rows = 2 * axes.width, 4 * axes.height
    heights = _heights(axes, xs, ys, columns)
    dots: Dots = set()
    before: int | None = None
    for across, height in enumerate(heights):
        if not math.isfinite(height):
            before = None
            continue
        place = axes.down(height, rows)
        if not math.isfinite(place):  # the range itself is beyond a double
            continue
        down = round(place)
        first = down if before is None or abs(down - before) <= 1 else before + (1 if down > before else -1)
        dots.update((across, row) for row in range(min(first, down), max(first, down) + 1))
        before = down
    return {(across, row) for across, row in dots if 0 <= row < rows}


def _heights(axes: Axes, xs: Sequence[float], ys: Sequence[float], columns: int) -> list[float]:
    """The curve's y at `columns` even places, linear between the given points; `nan` before and after them."""
    places = np.linspace(axes.low_x, axes.high_x, columns)
    heights: list[float] = np.interp(places, xs, ys, left=math.nan, right=math.nan).tolist()
    return heights


def _dots_of_tangent(axes: Axes, plot: CurvePlot) -> Dots:
    """Two dots on, two dots off."""
    if plot.tangent is None:
        return set()
    columns, rows = 2 * axes.width, 4 * axes.height
    downs = ((across, axes.down(_tangent_at(axes, plot.tangent, across, columns), rows)) for across in range(columns))
    # Where E or its slope is no number, the comparison leaves the dot out.
    return {(across, round(down)) for across, down in downs if -0.5 < down < rows - 0.5 and across % 4 < 2}


def _tangent_at(axes: Axes, tangent: tuple[float, float, float], across: int, columns: int) -> float:
    x, y, slope = tangent
    return y + slope * (axes.low_x + (axes.high_x - axes.low_x) * across / (columns - 1) - x)


def _draw_columns(canvas: Canvas, axes: Axes, plot: CurvePlot, palette: Palette, glyphs: Glyphs) -> None:
    """One point per column, for glyph sets without braille."""
    if plot.tangent is not None:
        for across in range(axes.width):
            tangent = axes.down(_tangent_at(axes, plot.tangent, across, axes.width), axes.height)
            if -0.5 <= tangent < axes.height - 0.5:
                canvas.write(axes.x + across, axes.y + round(tangent), glyphs.faint_dot, style(palette.forward))
    draw_points(canvas, axes, plot.xs, plot.ys, glyphs.dot, style(palette.text))


def draw_points(canvas: Canvas, axes: Axes, xs: Sequence[float], ys: Sequence[float], glyph: str, look: Style) -> None:
    """A curve as one point per column, where there is no braille."""
    for across, height in enumerate(_heights(axes, xs, ys, axes.width)):
        down = axes.down(height, axes.height)
        if math.isfinite(down):
            canvas.write(axes.x + across, axes.y + round(down), glyph, look)


def _draw_point(canvas: Canvas, axes: Axes, point: Point, plot: CurvePlot, palette: Palette, glyphs: Glyphs) -> None:
    """The marker, and under it a dashed line to the axis with its x; points outside of the ranges are left out."""
    across, down = axes.across(point.x, axes.width), axes.down(point.y, axes.height)
    if not (math.isfinite(down) and math.isfinite(across) and axes.low_x <= point.x <= axes.high_x):
        return
    column, row = axes.x + round(across), axes.y + round(down)
    glyph, look = {
        "before": (glyphs.point_before, style(palette.bright, bold=True)),
        "actual": (glyphs.point_actual, accent_style(palette)),
        "predicted": (glyphs.point_predicted, style(palette.forward, bold=True)),
    }[point.kind]
    bottom = axes.y + axes.height
    if point.drop:
        for below in range(row + 1, bottom):
            if canvas.text_at(column, below) == " ":
                canvas.write(column, below, glyphs.vertical_dashed, style(palette.faint, dim=palette.monochrome))
        canvas.write(column, bottom, glyphs.axis_tick, style(palette.muted))
        _write_tick(
            canvas,
            axes,
            column,
            bottom + 1,
            _tick(point.x, glyphs),
            look if point.kind == "actual" else style(palette.muted),
        )
    canvas.write(column, row, glyph, look)


def _write_tick(canvas: Canvas, axes: Axes, column: int, row: int, text: str, look: Style) -> None:
    """A label centred under `column`, unless it would touch one that is already there; the accent may cover others."""
    start = min(max(axes.x, column - width_of(text) // 2), axes.x + axes.width - width_of(text))
    around = range(start - 1, start + width_of(text) + 1)
    if all(canvas.text_at(place, row) in {" ", ""} for place in around):
        canvas.write(start, row, text, look)
