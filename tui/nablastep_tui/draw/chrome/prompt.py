"""Draws the line that is being typed: label, text with a cursor, and what is wrong with it, above it if it is long."""

from __future__ import annotations

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.spans import clipped
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.text import plain, wrapped
from nablastep_tui.look.themes import accent_style, selected_style, style
from nablastep_tui.scene.prompt import Prompt
from nablastep_tui.scene.scene import Scene

MOST_ROWS = 3
_MARGIN = 2
_LEAST_ROOM = 12
"""Cells for what is typed, beside a problem."""


def prompt_rows(scene: Scene, width: int) -> int:
    """The rows that the prompt takes: one, and above it those of a problem that has no room beside the text."""
    prompt = scene.prompt
    if prompt is None or not prompt.problem or _fits_beside(scene, prompt, width):
        return 1
    return min(MOST_ROWS, 1 + len(wrapped(_say(scene, prompt.problem), width - 2 * _MARGIN)))


def draw_prompt(canvas: Canvas, scene: Scene) -> None:
    """The prompt at the bottom of its canvas; nothing if nothing is asked."""
    prompt, palette = scene.prompt, scene.palette
    if prompt is None:
        return
    canvas.fill(0, 0, canvas.width, canvas.height, style(palette.text, palette.raised))
    y = canvas.height - 1
    x = canvas.write(_MARGIN, y, _say(scene, prompt.label), style(palette.muted)) + 1
    problem, accent = _say(scene, prompt.problem), accent_style(palette)
    is_beside = bool(problem) and y == 0
    room = canvas.width - x - 3
    shown = prompt.text if width_of(prompt.text) <= room else scene.glyphs.ellipsis + prompt.text[-(room - 1) :]
    look = style(palette.bright, bold=True)
    x = canvas.write(x, y, shown, selected_style(palette) if prompt.fresh and prompt.text else look)
    canvas.write(x, y, " ", selected_style(palette))
    if is_beside:
        start = max(x + 3, canvas.width - width_of(problem) - 2)
        canvas.write(start, y, clipped(problem, canvas.width - start - 1, scene.glyphs), accent)
    elif problem:
        for row, line in enumerate(wrapped(problem, canvas.width - 2 * _MARGIN)[:y]):
            canvas.write(_MARGIN, row, line, accent)


def _fits_beside(scene: Scene, prompt: Prompt, width: int) -> bool:
    typed = _MARGIN + width_of(_say(scene, prompt.label)) + 1 + max(_LEAST_ROOM, width_of(prompt.text))
    return typed + 3 + width_of(_say(scene, prompt.problem)) + 1 <= width


def _say(scene: Scene, text: str) -> str:
    return plain(text) if scene.glyphs.name == "ascii" else text
