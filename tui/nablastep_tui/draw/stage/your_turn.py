"""Draws the lesson: the quantity that is asked for, what there is to build it from, and the last verdict."""

from __future__ import annotations

from nablastep.expressions import Apply, Symbol
from nablastep.notation import notation_named
from nablastep.program import Program
from nablastep.words import step_title
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.text import plain, wrapped
from nablastep_tui.look.themes import accent_style, dimension_style, style
from nablastep_tui.scene.scene import Scene


def draw_your_turn(canvas: Canvas, scene: Scene) -> None:
    """The whole stage while a lesson runs; the equation asked for stands nowhere on it."""
    lesson = scene.lesson
    if lesson is None:
        return
    palette, glyphs = scene.palette, scene.glyphs
    step, program = scene.session.upcoming, scene.session.program
    muted = style(palette.muted)
    parts = [("your turn", accent_style(palette)), (f"  step {step.number} of {len(program)}   {lesson.score}", muted)]
    named = step_title(step, program)
    title = (plain(named) if glyphs.name == "ascii" else named, style(palette.text))
    draw_title_rule(canvas, 1, 0, canvas.width - 2, parts, title, style(palette.line), glyphs)
    target = scene.view.convention.shown_symbol(step.target)
    name = notation_named("ascii" if glyphs.name == "ascii" else "unicode").text(target)
    y = 2
    x = canvas.write(4, y, f"{name} = ", style(palette.bright, bold=True))
    if lesson.answer:
        text = plain(lesson.answer) if glyphs.name == "ascii" else lesson.answer
        x = canvas.write(x, y, _fitted(text, canvas.width - x - 24), style(palette.text))
        x = canvas.write(x + 1, y, glyphs.cross, accent_style(palette))
    else:
        x = canvas.write(x, y, "?", style(palette.bright, bold=True))
    _draw_shape(canvas, scene, target.shape, x + 4, y)
    y = _draw_verdict(canvas, scene, y + 1 if lesson.message else y + 2)
    y = _draw_quantities(canvas, scene, y + 1)
    lines = (
        f"Write the right side in any spelling: A.T @ B, Aᵀ B or A.T B; * or ⊙ is entry by entry. {_names(program)}",
        *_of_activations(program),
        "Numbers do as well: [[0.1, 0.2], [0.3, 0.4]], judged to the digits given.",
    )
    for line in lines:
        pieces = wrapped(plain(line) if glyphs.name == "ascii" else line, canvas.width - 8)
        if y + len(pieces) > canvas.height:
            break  # a line is said whole or not at all
        for row, text in enumerate(pieces, y):
            canvas.write(4, row, text, muted)
        y += len(pieces)


def _of_activations(program: Program) -> tuple[str, ...]:
    """How a function of the network and its slope are written; nothing where there is none."""
    for found in program.forward:
        applied = found.equation.expression
        if isinstance(applied, Apply) and isinstance(applied.x, Symbol):
            name, argument = applied.function.name, applied.x.id
            return (f"An activation goes by its name: {name}({argument}), and {name}'({argument}) is its slope.",)
    return ()


def _names(program: Program) -> str:
    """How a parameter and a gradient are typed: no product of the two, which might be what is asked for."""
    writer = notation_named("unicode")
    parameter = next(reversed(program.parameters), program.error)
    gradient = next((found for _, found in program.uses(parameter) if found is not None), program.error.gradient)
    return " and ".join(f"{each.id} is {writer.text(each)}" for each in (parameter, gradient)) + "."


def _draw_verdict(canvas: Canvas, scene: Scene, y: int) -> int:
    lesson, palette = scene.lesson, scene.palette
    if lesson is None or not lesson.message:
        return y
    say = plain if scene.glyphs.name == "ascii" else str
    for text in wrapped(say(lesson.message), canvas.width - 8):
        canvas.write(4, y, text, accent_style(palette))
        y += 1
    for hint in lesson.hints:
        for text in wrapped(say(hint), canvas.width - 10):
            canvas.write(6, y, text, style(palette.text))
            y += 1
    return y


def _fitted(text: str, width: int) -> str:
    return text if width_of(text) <= width else text[: max(1, width - 1)] + "…"


def _draw_quantities(canvas: Canvas, scene: Scene, y: int) -> int:
    """Everything that exists now, with its shape: the bricks."""
    writer = notation_named("ascii" if scene.glyphs.name == "ascii" else "unicode")
    x = canvas.write(4, y, "you have  ", style(scene.palette.muted))
    left = x
    for name, symbol in scene.session.program.symbols.items():
        if scene.session.get(name) is None or symbol.prefix in {"m", "v", "velocity"}:
            continue
        shown = scene.view.convention.shown_symbol(symbol)
        text = writer.text(shown)
        width = width_of(text) + 8
        if x + width > canvas.width - 3:
            x, y = left, y + 1
            if y >= canvas.height - 1:
                return y
        end = canvas.write(x, y, text, style(scene.palette.text))
        _draw_shape(canvas, scene, shown.shape, end + 1, y)
        x += max(width, 16)
    return y + 2


def _draw_shape(canvas: Canvas, scene: Scene, shape: tuple[str, ...], x: int, y: int) -> None:
    if not shape:
        canvas.write(x, y, "a number", style(scene.palette.muted))
        return
    for place, dimension in enumerate(shape):
        if place:
            x = canvas.write(x, y, scene.glyphs.times, style(scene.palette.muted))
        x = canvas.write(x, y, scene.glyphs.dimension(dimension), dimension_style(scene.palette, dimension))
