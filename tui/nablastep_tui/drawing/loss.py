"""E over the iterations as bars on a log scale, the iteration of now in the accent."""

from __future__ import annotations

from nablastep_tui.drawing.bars import draw_loss_bars, loss_bars
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.numbers import error_text
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import style


def draw_loss(canvas: Canvas, scene: Scene) -> None:
    """`E 0.2984 ▇▆▅… 0.0020  log, 240 iterations`; a click on a bar goes there."""
    session, palette = scene.session, scene.palette
    muted, text = style(palette.muted), style(palette.text)
    errors = session.error_history
    y = canvas.height - 1
    if not errors:
        number = session.program.step("E").number
        now = session.get("E")
        said = f"E appears at step {number}" if now is None else f"E {error_text(now)} is the first bar once the iteration is done"
        canvas.write(6, y, said, muted)
        return
    ascii_only = scene.glyphs.name == "ascii"
    first, last = error_text(errors[0], ascii=ascii_only), error_text(errors[-1], ascii=ascii_only)
    x = canvas.write(6, y, "E ", muted)
    x = canvas.write(x, y, first, text) + 1
    count = f"log, {len(errors)} iteration{'s' if len(errors) > 1 else ''}"
    room = canvas.width - x - width_of(last) - width_of(count) - 9
    bars = loss_bars(errors, max(1, room), canvas.height)
    draw_loss_bars(canvas, x, 0, bars, session.position.iteration - 1, palette, scene.glyphs)
    for column in range(len(bars.starts)):
        canvas.mark(x + column, 0, 1, canvas.height, Target("iteration", number=bars.index_at(column) + 1))
    x = canvas.write(x + len(bars.starts) + 1, y, last, text)
    canvas.write(x + 2, y, count, muted)
