"""Draws the stage: title rule, the equation over its matrices, one scalar line, one sentence, one check."""

from __future__ import annotations

from rich.style import Style

from nablastep.expressions import Equation
from nablastep.notation import notation_named
from nablastep.notation.writer import Writer
from nablastep.program import BACKWARD, FORWARD
from nablastep.words import step_title
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.draw.stage.fitting import fit
from nablastep_tui.draw.stage.words import draw_line, long_notice
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.text import plain
from nablastep_tui.look.themes import Phase, accent_style, phase_style, style
from nablastep_tui.scene.scene import Scene, Target

SHEET_ROWS = 6


def draw_stage(canvas: Canvas, scene: Scene) -> None:
    """The whole stage on a canvas of its size."""
    draw_title(canvas, scene)
    found = fit(canvas, scene)
    if found is None:
        from nablastep_tui.draw.stage.large import draw_large

        draw_large(canvas, scene)
        return
    found.draw_equation()
    if scene.rows_shown != 0:  # before the result appears nothing tells it
        for y, line in found.rows:
            draw_line(canvas, y, line, scene, found.left, found.width)
    if canvas.height - found.end >= SHEET_ROWS + 2:
        _draw_sheet(canvas, scene, canvas.height - SHEET_ROWS - 1)


def draw_title(canvas: Canvas, scene: Scene) -> None:
    """`── ◀ backward  step 8 of 15 ──── gradient of the weights into layer 2 ──`."""
    session, palette, glyphs = scene.session, scene.palette, scene.glyphs
    step = scene.view.step
    if scene.notice and not long_notice(scene, canvas.width - 6):
        look = style(palette.bright, bold=True) if not scene.is_error else accent_style(palette)
        parts: list[tuple[str, Style]] = [(f"{glyphs.cross} {scene.notice}" if scene.is_error else scene.notice, look)]
    elif not scene.view.is_done:
        again = "" if session.position.iteration == 1 else f"iteration {session.position.iteration} "
        parts = [("ready ", style(palette.bright, bold=True)), (f"{again}nothing computed yet", style(palette.muted))]
    else:
        phase: Phase = step.phase  # type: ignore[assignment]
        glyph = {FORWARD: glyphs.forward, BACKWARD: glyphs.backward}.get(step.phase, glyphs.update)
        parts = [
            (f"{glyph} {step.phase}", phase_style(palette, phase, bold=True)),
            (f"  step {step.number} of {len(session.program)}", style(palette.muted)),
        ]
    title = step_title(step, session.program)
    if glyphs.name == "ascii":
        title, parts = plain(title), [(plain(text), look) for text, look in parts]
    draw_title_rule(canvas, 1, 0, canvas.width - 2, parts, (title, style(palette.text)), style(palette.line), glyphs)


# the equation sheet


def _draw_sheet(canvas: Canvas, scene: Scene, y: int) -> None:
    """The equations around the current one, with what they do: where there is room below everything else."""
    palette = scene.palette
    steps = scene.session.program.steps
    current = scene.view.step.number
    first = max(1, min(current - 2, len(steps) - SHEET_ROWS + 2))
    writer = notation_named(scene.notation)
    shown = steps[first - 1 : first + SHEET_ROWS - 2]
    titles = [step_title(step, scene.session.program) for step in shown]
    if scene.glyphs.name == "ascii":
        titles = list(map(plain, titles))
    beside = max(map(width_of, titles))
    # Of an equation that leaves no room for the titles only what it makes is named: the stage has it whole.
    texts = [_short(writer, scene.view.convention.shown_equation(step.equation), canvas.width - beside - 15)
             for step in shown]  # fmt: skip
    wide = max(map(width_of, texts))
    gap = max(2, min(5, canvas.width - 9 - wide - beside - 4))
    x = max(3, (canvas.width - wide - max(50, beside + 16)) // 2)
    x = max(1, min(x, canvas.width - 7 - wide - gap - beside - 1))
    canvas.write(x, y, "equation sheet", style(palette.muted))
    for row, (step, text, title) in enumerate(zip(shown, texts, titles, strict=True), 1):
        now = step.number == current and scene.view.is_done
        look = accent_style(palette) if now else style(palette.text if step.number < current else palette.muted)
        mark = scene.glyphs.operand if now else " "
        canvas.write(x, y + row, f"{mark} {step.number:>3}  {text}", look)
        canvas.write(x + 7 + wide + gap, y + row, title, style(palette.muted))
        canvas.mark(x, y + row, canvas.width - 2 * x, 1, Target("step", number=step.number))


def _short(writer: Writer, equation: Equation, width: int) -> str:
    """The equation, or where it is wider than that the name of what it makes."""
    text = writer.equation_text(equation)
    return text if width_of(text) <= width else writer.text(equation.target)
