"""Bars: the loss over iterations on a log scale, and single bars to either side of zero."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import accent_style, not_finite_style, style

EIGHTHS = 8
_SMALLEST_SHARE = 1e-12


@record()
class LossBars:
    """E of many iterations as bars: `eighths` per column (1 … 8 · height), and which iterations a column holds.

    `starts`: the index of the first loss in each column. `overflowed`: columns with `nan` or an infinity.
    """

    eighths: tuple[int, ...]
    starts: tuple[int, ...]
    overflowed: frozenset[int]
    height: int

    def column_of(self, index: int) -> int:
        """The column of a loss by its index from 0; the last one for anything beyond."""
        return max(0, int(np.searchsorted(np.asarray(self.starts), index, side="right")) - 1)

    def index_at(self, column: int) -> int:
        """The first loss in a column: where a click goes."""
        return self.starts[column]


def loss_bars(losses: Sequence[float] | NDArray[np.float64], width: int, height: int) -> LossBars:
    """Losses in order of iterations → bars on a log scale, at most one per column, each the largest loss of its part.

    The largest loss fills the height, the smallest has one eighth; losses of 0 or below have one eighth too.
    """
    values = np.asarray(losses, dtype=np.float64)
    columns = min(max(0, width), values.size)
    if not columns:
        return LossBars((), (), frozenset(), height)
    starts = np.arange(columns) * values.size // columns
    broken = np.logical_or.reduceat(~np.isfinite(values), starts)
    tallest = np.maximum.reduceat(np.where(np.isfinite(values), values, -np.inf), starts)
    eighths = np.where(broken, EIGHTHS * height, _log_eighths(tallest, EIGHTHS * height))
    return LossBars(tuple(eighths.tolist()), tuple(starts.tolist()), frozenset(np.flatnonzero(broken).tolist()), height)


def _log_eighths(losses: NDArray[np.float64], full: int) -> NDArray[np.int64]:
    positive = losses[np.isfinite(losses) & (losses > 0)]
    if not positive.size:
        return np.ones(losses.shape, dtype=np.int64)
    largest = float(positive.max())
    # Without a floor one loss of 1e-300 would press all others against the top.
    smallest = max(float(positive.min()), largest * _SMALLEST_SHARE)
    if smallest == largest:
        return np.where(losses >= largest, full, 1)
    shares = (np.log(np.clip(losses, smallest, largest)) - math.log(smallest)) / math.log(largest / smallest)
    return 1 + np.rint(shares * (full - 1)).astype(np.int64)


def shared_loss_bars(curves: Sequence[Sequence[float]], widths: Sequence[int], height: int) -> list[LossBars]:
    """The bars of several curves on one scale, so that heights may be compared.

    Every column of a curve keeps the largest error of its part; one picture of all columns sets the scale.
    """
    alone = [loss_bars(errors, width, height) for errors, width in zip(curves, widths, strict=True)]
    columns = [_tallest(errors, bars.starts) for errors, bars in zip(curves, alone, strict=True)]
    together = loss_bars([error for part in columns for error in part], sum(map(len, columns)), height)
    found, offset = [], 0
    for bars in alone:
        end = offset + len(bars.starts)
        broken = frozenset(column - offset for column in together.overflowed if offset <= column < end)
        found.append(LossBars(together.eighths[offset:end], bars.starts, broken, height))
        offset = end
    return found


def _tallest(errors: Sequence[float], starts: Sequence[int]) -> list[float]:
    """The largest error from each start to the next; infinite where one is no finite number."""
    values = np.asarray(errors, dtype=np.float64)
    safe = np.where(np.isfinite(values), values, math.inf)
    tallest: list[float] = np.maximum.reduceat(safe, np.asarray(starts, dtype=np.intp)).tolist()
    return tallest


def draw_loss_bars(
    canvas: Canvas, x: int, y: int, bars: LossBars, current: int | None, palette: Palette, glyphs: Glyphs
) -> None:
    """Draw bars with their top at (x, y); the column of loss `current` (an index from 0) is in the accent."""
    plain = style(palette.faint, dim=palette.monochrome)
    marked = None if current is None or not bars.starts else bars.column_of(current)
    for column, eighths in enumerate(bars.eighths):
        look = accent_style(palette) if column == marked else plain
        if column in bars.overflowed:
            look = accent_style(palette) if column == marked else style(palette.text, bold=True)
        for row in range(bars.height):
            filled = min(EIGHTHS, eighths - EIGHTHS * (bars.height - 1 - row))
            if filled > 0:
                canvas.write(x + column, y + row, glyphs.bars[filled - 1], look)
        if column in bars.overflowed:
            canvas.write(x + column, y, "?" if glyphs.name == "ascii" else "∞", not_finite_style(palette))


def draw_signed_bar(
    canvas: Canvas, x: int, y: int, width: int, value: float, scale: tuple[float, float], look: Style, glyphs: Glyphs
) -> int:
    """One bar from zero to `value` on a row whose ends stand for `scale`; returns the column of zero.

    Ends in half cells where the glyph set has them. `scale` includes zero.
    """
    low, high = min(0.0, scale[0]), max(0.0, scale[1])
    span = (high - low) or 1.0
    zero = round(-low / span * (width - 1))
    halves = round(abs(value) / span * 2 * (width - 1)) if math.isfinite(value) else 0
    full, half = divmod(halves, 2)
    if value >= 0:
        canvas.write(x + zero + 1, y, glyphs.full_block * full + (glyphs.left_half if half else ""), look)
    else:
        canvas.write(x + zero - full, y, glyphs.full_block * full, look)
        canvas.write(x + zero - full - 1, y, glyphs.right_half if half else "", look)
    return x + zero
