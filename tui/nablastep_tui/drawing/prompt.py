"""Draws the line that is being typed: label, text with a cursor, and what is wrong with it."""

from __future__ import annotations

from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.text import plain
from nablastep_tui.scene import Scene
from nablastep_tui.themes import accent_style, selected_style, style


def draw_prompt(canvas: Canvas, scene: Scene) -> None:
    """One row; nothing if nothing is asked."""
    prompt, palette = scene.prompt, scene.palette
    if prompt is None:
        return
    canvas.fill(0, 0, canvas.width, 1, style(palette.text, palette.raised))
    label = plain(prompt.label) if scene.glyphs.name == "ascii" else prompt.label
    x = canvas.write(2, 0, label, style(palette.muted)) + 1
    room = canvas.width - x - 3
    shown = prompt.text if width_of(prompt.text) <= room else scene.glyphs.ellipsis + prompt.text[-(room - 1) :]
    look = style(palette.bright, bold=True)
    x = canvas.write(x, 0, shown, selected_style(palette) if prompt.fresh and prompt.text else look)
    canvas.write(x, 0, " ", selected_style(palette))
    if prompt.problem:
        problem = plain(prompt.problem) if scene.glyphs.name == "ascii" else prompt.problem
        start = max(x + 3, canvas.width - width_of(problem) - 2)
        canvas.write(start, 0, problem[: canvas.width - start - 1], accent_style(palette))
