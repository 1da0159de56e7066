"""E over the iterations as bars on a log scale, the iteration of now in the accent, other branches beside it.

On a few rows it is a strip; over the stage it has a title and the numbers of its iterations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nablastep_tui.drawing.bars import LossBars, draw_loss_bars, loss_bars
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.lines import draw_title_rule
from nablastep_tui.numbers import scalar_text
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import style

TALL = 6
_MARGIN = 5


@dataclass(frozen=True)
class Curve:
    """The errors of one branch. `number` is the branch's, `is_here` whether the session is on it."""

    number: int
    errors: tuple[float, ...]
    is_here: bool


def draw_loss(canvas: Canvas, scene: Scene) -> None:
    """`E 0.2984 ▇▆▅… 0.0020  log, 240 kept`; a click on a bar goes to its iteration."""
    top, bottom = (2, canvas.height - 1) if canvas.height >= TALL else (0, canvas.height)
    if canvas.height >= TALL:
        title = [("E", style(scene.palette.bright, bold=True)), (" over the iterations", style(scene.palette.muted))]
        end = ("", style(scene.palette.muted))
        line = style(scene.palette.line, dim=scene.palette.monochrome)
        draw_title_rule(canvas, 1, 0, canvas.width - 2, title, end, line, scene.glyphs)
    curves = _curves(scene)
    if not curves[0].errors:
        number = scene.session.program.step("E").number
        canvas.write(_MARGIN, bottom - 1, f"E appears at step {number}", style(scene.palette.muted))
    if any(curve.errors for curve in curves):
        _draw_curves(canvas, scene, [curve for curve in curves if curve.errors], top, bottom)


def _curves(scene: Scene) -> list[Curve]:
    """This branch first, then the others; here E of the running iteration counts as soon as it is computed."""
    session = scene.session
    here = list(session.error_history)
    running = session.get("E")
    if running is not None and session.position.iteration == len(here) + 1:
        here.append(float(running))
    others = [Curve(branch.number, branch.error_history, False) for branch in session.branches]
    return [Curve(session.branch, tuple(here), True), *others]


def _draw_curves(canvas: Canvas, scene: Scene, curves: list[Curve], top: int, bottom: int) -> None:
    several = len(scene.session.branches) > 0
    note = _note(curves)
    room = canvas.width - 2 * _MARGIN - width_of(note) - 2
    share = room // len(curves)
    texts = [_ends(curve, scene, several) for curve in curves]
    widths = [max(1, share - width_of(before) - width_of(after) - 3) for before, after in texts]
    x = _MARGIN if curves[0].is_here else _MARGIN + 24
    for curve, text, bars in zip(curves, texts, _shared_scale(curves, widths, bottom - top), strict=True):
        x = _draw_curve(canvas, scene, curve, text, bars, x, top, bottom) + 2
    canvas.write(x, bottom - 1, note, style(scene.palette.muted))


def _note(curves: list[Curve]) -> str:
    return f"log, {len(curves[0].errors)} kept" if curves[0].is_here else "log"


def _ends(curve: Curve, scene: Scene, several: bool) -> tuple[str, str]:
    """What stands before and after the bars: the first and the last E, and the branch where there are several."""
    ascii_only = scene.glyphs.name == "ascii"
    first, last = (scalar_text(error, 4, ascii=ascii_only) for error in (curve.errors[0], curve.errors[-1]))
    return f"branch {curve.number}  E {first}" if several else f"E {first}", last if len(curve.errors) > 1 else ""


def _draw_curve(
    canvas: Canvas, scene: Scene, curve: Curve, texts: tuple[str, str], bars: LossBars, x: int, top: int, bottom: int
) -> int:
    """One branch's bars between its first and last E; returns the column after them."""
    palette = scene.palette
    look = style(palette.text) if curve.is_here else style(palette.muted)
    before, _, number = texts[0].rpartition(" ")
    x = canvas.write(x, bottom - 1, f"{before} ", style(palette.muted))
    x = canvas.write(x, bottom - 1, number, look) + 1
    current = scene.session.position.iteration - 1
    shown = current if curve.is_here and current < len(curve.errors) else None
    draw_loss_bars(canvas, x, top, bars, shown, palette, scene.glyphs)
    if curve.is_here:
        for column in range(len(bars.starts)):
            target = Target("iteration", number=bars.index_at(column) + 1)
            canvas.mark(x + column, top, 1, bottom - top, target)
    end = x + len(bars.starts)
    if canvas.height >= TALL:
        canvas.write(x, bottom, "1", style(palette.muted))
        last = str(len(curve.errors))
        if len(bars.starts) > width_of(last) + 1:
            canvas.write(end - width_of(last), bottom, last, style(palette.muted))
    return canvas.write(end + 1, bottom - 1, texts[1], look) if texts[1] else end


def _shared_scale(curves: list[Curve], widths: list[int], height: int) -> list[LossBars]:
    """The bars of all curves on one scale, so that heights may be compared.

    Every column of a curve keeps the largest error of its part; one picture of all columns sets the scale.
    """
    alone = [loss_bars(curve.errors, width, height) for curve, width in zip(curves, widths, strict=True)]
    columns = [_tallest(curve.errors, bars.starts) for curve, bars in zip(curves, alone, strict=True)]
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
