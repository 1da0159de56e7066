"""The caption of a scripted demo: one bold line, plain ones, and how far the demo has come or what it waits for."""

from __future__ import annotations

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.spans import clipped
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Scene

_TEXT_X = 3


def draw_caption(canvas: Canvas, scene: Scene) -> None:
    """The caption on the raised band; blank without one. On fewer rows only the first lines are shown."""
    if scene.caption is None:
        return
    palette, glyphs = scene.palette, scene.glyphs
    *lines, place = scene.caption
    canvas.fill(0, 0, canvas.width, canvas.height, style(palette.text, palette.raised))
    canvas.vertical(0, 0, canvas.height, glyphs.accent_bar, accent_style(palette))
    last = canvas.height - 1
    place_x = canvas.width - width_of(place) - 3
    canvas.write(place_x, last, place, style(palette.muted))
    for row, text in enumerate(lines[: canvas.height]):
        look = style(palette.text) if row else style(palette.bright, bold=True)
        end = place_x - 2 if row == last and place else canvas.width - 2
        canvas.write(_TEXT_X, row, clipped(text, end - _TEXT_X, glyphs), look)
