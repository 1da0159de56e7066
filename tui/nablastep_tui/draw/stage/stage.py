"""Draws the stage: title rule, the equation over its matrices, one scalar line, one sentence, one check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain, product

from rich.style import Style

from nablastep.expressions import Equation
from nablastep.notation import notation_named
from nablastep.notation.writer import Writer
from nablastep.program import BACKWARD, FORWARD
from nablastep.words import step_title
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.draw.stage.arrangement import Arrangement, draw_arrangement
from nablastep_tui.draw.stage.beside import arrange_beside
from nablastep_tui.draw.stage.falk import arrange_falk
from nablastep_tui.draw.stage.folded import arrange_terms, folded_equation
from nablastep_tui.draw.stage.line import draw_plan, symbol_places
from nablastep_tui.draw.stage.plan import equation_rows, has_room_for_numbers, plan_stage
from nablastep_tui.draw.stage.words import Tail, draw_line, long_notice, tails
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.text import plain
from nablastep_tui.look.themes import Phase, accent_style, phase_style, style
from nablastep_tui.scene.scene import Scene, Target

SHEET_ROWS = 6


def draw_stage(canvas: Canvas, scene: Scene) -> None:
    """The whole stage on a canvas of its size."""
    draw_title(canvas, scene)
    found = _fitting(canvas, scene)
    if found is None:
        from nablastep_tui.draw.stage.large import draw_large

        draw_large(canvas, scene)
        return
    draw_equation, end, tail, space = found
    draw_equation()
    y = end + space
    for number, line in enumerate(tail.lines, 1):
        if scene.rows_shown != 0:  # before the result appears nothing tells it
            draw_line(canvas, y, line, scene)
        y += 2 if space and number == max(1, tail.numbers) and canvas.height >= 18 else 1
    if canvas.height - y >= SHEET_ROWS + 2:
        _draw_sheet(canvas, scene, canvas.height - SHEET_ROWS - 1)


_ARRANGED: tuple[Callable[..., Arrangement | None], ...]
_ARRANGED = (arrange_falk, folded_equation, arrange_terms, arrange_beside)

Fitting = tuple[Callable[[], None], int, Tail, int]
"""What draws the equation, the first row below it, the lines there, and the blank rows between."""


def _fitting(canvas: Canvas, scene: Scene) -> Fitting | None:
    """The equation with its numbers and as many lines below it as fit: in one line, or else in one of four ways.

    None where the matrices are too large for numbers. What is written in words gives way to numbers in matrices.
    """
    if not has_room_for_numbers(scene):
        return None
    whole, cut = tails(canvas, scene)
    layouts: list[Callable[[Canvas, Scene, Tail], Fitting | None]] = [_inline]
    for arranged in _ARRANGED:
        layouts += [partial(_in_rows, partial(arranged, is_tight=tight)) for tight in (False, True)]
    # A sentence is cut to one half only where no layout has room for all of it.
    first = ((layout, tail) for layout in layouts for tail in whole)
    then = ((layout, tail) for tail in cut for layout in layouts)
    tried = (layout(canvas, scene, tail) for layout, tail in chain(first, then))
    return next((found for found in tried if found is not None), None)


@dataclass(frozen=True)
class _Head:
    """The rows above the matrices of an equation in one line. `top`: the row of its symbols, below them their shapes;
    `connector`: a row that joins the inner dimensions; `blank`: one above the rulers."""

    top: int
    connector: bool
    blank: bool

    @property
    def rows(self) -> int:
        """All of them."""
        return self.top + 2 + self.connector + self.blank


_ROOMY = _Head(2, connector=True, blank=True)
_HEADS = (_Head(2, connector=True, blank=False), _Head(1, connector=True, blank=False))
_LEAST = _Head(1, connector=False, blank=False)


def _inline(canvas: Canvas, scene: Scene, tail: Tail) -> Fitting | None:
    """The equation over its matrices, with as many rows above them as leave these as large as they can be."""
    roomy = canvas.height >= 18
    spaces = (1,) if roomy else (1, 0)
    for space in spaces:
        head = _ROOMY if roomy else _LEAST
        room = canvas.width - 4, canvas.height - head.rows - len(tail) - space - roomy
        plan = plan_stage(scene, *room)
        if plan is not None:
            break
    else:
        return None
    for larger in () if roomy else _HEADS:
        less = room[0], room[1] - larger.rows + head.rows
        tried = plan_stage(scene, *less)
        if tried is not None and (tried.tile_height, tried.decimals) == (plan.tile_height, plan.decimals):
            head, room, plan = larger, less, tried
            break

    def draw_equation() -> None:
        symbols = symbol_places(canvas, scene, plan, room)
        draw_plan(canvas, scene, plan, symbols, top=head.top, connector=head.connector, roomy=head.blank)

    return draw_equation, head.rows + plan.body_height + 1, tail, space


def _in_rows(
    arranged: Callable[[Scene, int, int], Arrangement | None], canvas: Canvas, scene: Scene, tail: Tail
) -> Fitting | None:
    """The equation as text, and its matrices as `arranged` has them: in Falk's layout, side by side, or its terms."""
    lines = equation_rows(scene, canvas.width - 4)
    roomy = canvas.height >= 18
    for above, space in product((2, 1) if roomy else (1,), (1, 0)):
        top = 2 * above + len(lines) - 1
        room = canvas.height - top - len(tail) - space * (2 if roomy else 1)
        arrangement = arranged(scene, canvas.width - 4, room)
        if arrangement is not None:
            break
    else:
        return None

    def draw_equation() -> None:
        x = max(1, (canvas.width - max(map(width_of, lines))) // 2)
        for y, line in enumerate(lines, above):
            canvas.write(x, y, line, accent_style(scene.palette))
        draw_arrangement(canvas, scene, arrangement, top)

    return draw_equation, top + arrangement.height, tail, space


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
        parts = [(plain(text), look) for text, look in parts]
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
