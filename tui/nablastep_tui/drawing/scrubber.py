"""The tape of one iteration: its phases, how far it has been played, and a symbol for every step."""

from __future__ import annotations

from itertools import groupby

from nablastep.notation import notation_named
from nablastep.program import BACKWARD, FORWARD, Step
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import Phase, accent_style, phase_style, selected_style, style

GAP = 4


def draw_scrubber(canvas: Canvas, scene: Scene) -> None:
    """Phase names, bar, symbols; the symbols give way first, then the bar shrinks to one cell a step."""
    steps = scene.session.program.steps
    blocks = [list(group) for _, group in groupby(steps, key=lambda step: step.block)]
    room = canvas.width - 12 - GAP * (len(blocks) - 1)
    pitch = 10 if canvas.width >= 170 else 6
    while pitch > 1 and pitch * len(steps) > room:
        pitch -= 1
    if pitch * len(steps) > room:
        _draw_short(canvas, scene, room)
        return
    symbols = canvas.height >= 3 and pitch >= 5
    bar = 1 if canvas.height >= 2 else 0
    names = 0 if canvas.height >= 3 else canvas.height - 1
    if canvas.height == 2:
        bar = 0
    x = 6
    for block in blocks:
        _draw_phase_name(canvas, scene, block[0], x, names)
        for step in block:
            _draw_step(canvas, scene, step, x, bar, pitch)
            if symbols:
                _draw_symbol(canvas, scene, step, x, bar + 1, pitch)
            canvas.mark(x, 0, pitch, canvas.height, Target("step", number=step.number))
            x += pitch
        x += GAP


def _draw_phase_name(canvas: Canvas, scene: Scene, step: Step, x: int, y: int) -> None:
    glyph = {FORWARD: scene.glyphs.forward, BACKWARD: scene.glyphs.backward}.get(step.phase, scene.glyphs.update)
    phase: Phase = step.phase  # type: ignore[assignment]
    active = scene.view.is_done and scene.view.step.block == step.block
    look = phase_style(scene.palette, phase, bold=True) if active else style(scene.palette.muted)
    canvas.write(x, y, f"{glyph} {step.phase}", look)


def _draw_step(canvas: Canvas, scene: Scene, step: Step, x: int, y: int, pitch: int) -> None:
    done = scene.session.position.step
    phase: Phase = step.phase  # type: ignore[assignment]
    if step.number > done:
        canvas.write(x, y, scene.glyphs.dashed * pitch, style(scene.palette.faint))
    elif step.number < done:
        canvas.write(x, y, scene.glyphs.heavy * pitch, phase_style(scene.palette, phase))
    else:
        canvas.write(x, y, scene.glyphs.heavy * pitch, accent_style(scene.palette))
        canvas.write(x + pitch // 2, y, scene.glyphs.position, accent_style(scene.palette))


def _draw_symbol(canvas: Canvas, scene: Scene, step: Step, x: int, y: int, pitch: int) -> None:
    text = short_symbol(scene, step, pitch)
    if step.number == scene.session.position.step:
        canvas.write(x, y, text.center(pitch), selected_style(scene.palette))
        return
    look = style(scene.palette.text if step.number < scene.session.position.step else scene.palette.muted)
    canvas.write(x + max(0, (pitch - width_of(text)) // 2), y, text, look)


def short_symbol(scene: Scene, step: Step, room: int) -> str:
    """The step's symbol, without the brackets of its layer mark where they do not fit."""
    name = "ascii" if scene.glyphs.name == "ascii" else "unicode"
    text = notation_named(name).text(step.target)
    if width_of(text) > room - (0 if room > 6 else 0):
        text = text.replace("⁽", "").replace("⁾", "").replace("grad_", "d")
    return text if width_of(text) <= room else text[:room]


def _draw_short(canvas: Canvas, scene: Scene, room: int) -> None:
    """More steps than cells: one bar, the current step named above it."""
    steps, done = scene.session.program.steps, scene.session.position.step
    at = 6 + (done * (room - 1)) // len(steps)
    canvas.write(6, canvas.height - 1, scene.glyphs.dashed * room, style(scene.palette.faint))
    canvas.write(6, canvas.height - 1, scene.glyphs.heavy * (at - 6), style(scene.palette.text))
    canvas.write(at, canvas.height - 1, scene.glyphs.position, accent_style(scene.palette))
    if done:
        name = f"{steps[done - 1].phase}  {short_symbol(scene, steps[done - 1], 12)}"
        canvas.write(max(6, min(at - width_of(name) // 2, canvas.width - width_of(name) - 2)), 0, name, accent_style(scene.palette))
