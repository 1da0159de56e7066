"""Draws "wrong but fits": the right equation and the usual wrong ones, each beside the derivative taken on E itself."""

from __future__ import annotations

from nablastep.derivations.wrong_formulas import Comparison, Training, WrongFormula
from nablastep.notation import notation_named
from nablastep.words import significant
from nablastep_tui.draw.bars import draw_loss_bars, shared_loss_bars
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.matrix import draw
from nablastep_tui.draw.why.exhibits import Look, small_matrix
from nablastep_tui.draw.why.page import page_top
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import error_text
from nablastep_tui.look.text import wrapped
from nablastep_tui.look.themes import accent_style, style

TALLEST_BARS = 6
MOST_ROWS, MOST_COLUMNS = 6, 6


def draw_wrong(
    canvas: Canvas, comparison: Comparison, place: int, training: Training | None, look: Look, keys: str
) -> None:
    """The page; `place` is the wrong formula in focus, `training` what learning with it does, `keys` how to go on."""
    palette, glyphs, top = look.palette, look.glyphs, page_top(canvas)
    writer = notation_named(look.notation)
    x = canvas.write(3, top, "wrong but fits", accent_style(palette))
    note = "shapes filter formulas, they do not derive them: the difference quotient decides"
    canvas.write(x + 3, top, look.say(note), style(palette.muted))
    right = writer.equation_text(comparison.equation)
    texts = [writer.equation_text(wrong.equation) for wrong in comparison.wrong]
    # The same formula can be wrong by what it reads.
    texts = [f"{text}  with new W" if text == right else text for text in texts]
    wide = min(max(map(width_of, (right, *texts)), default=20), canvas.width // 2)
    canvas.write(9 + wide + 3, top + 2, "relative error", style(palette.muted))
    canvas.write(9 + wide + 20, top + 2, "what is wrong", style(palette.muted))
    canvas.write(4, top + 3, glyphs.tick, style(palette.bright, bold=True))
    canvas.write(9, top + 3, right, style(palette.bright, bold=True))
    if comparison.relative_error is not None:
        canvas.write(9 + wide + 3, top + 3, look.say(significant(comparison.relative_error, 2)), style(palette.bright))
    canvas.write(9 + wide + 20, top + 3, "the equation of this step", style(palette.muted))
    y = top + 5
    for index, (wrong, text) in enumerate(zip(comparison.wrong, texts, strict=True)):
        if y >= canvas.height - 8:
            break
        y = _draw_formula(canvas, wrong, text, wide, y, look, focused=index == place)
    if training is None and comparison.wrong:
        y = _draw_arrays(canvas, comparison, comparison.wrong[min(place, len(comparison.wrong) - 1)], y, look)
    if training is not None and canvas.height - y >= 6:
        _draw_training(canvas, training, y, look)
    elif y < canvas.height:
        canvas.write(4, canvas.height - 2, look.say(keys), style(palette.muted))


def _draw_formula(
    canvas: Canvas, wrong: WrongFormula, text: str, wide: int, y: int, look: Look, *, focused: bool
) -> int:
    palette, glyphs = look.palette, look.glyphs
    lines = wrapped(look.say(wrong.slip), canvas.width - wide - 33)
    if wrong.problem and not wrong.fits:
        lines += wrapped(look.say(wrong.problem), canvas.width - wide - 33)
    if focused:
        canvas.fill(2, y, canvas.width - 4, max(1, len(lines)), style(palette.text, palette.panel))
        canvas.vertical(2, y, max(1, len(lines)), glyphs.accent_bar, accent_style(palette))
    canvas.write(4, y, glyphs.cross, accent_style(palette))
    canvas.write(9, y, text, style(palette.bright if focused else palette.text, bold=focused))
    if wrong.relative_error is not None:
        error = look.say(significant(wrong.relative_error, 2))
    else:
        error = "shapes disagree" if not wrong.fits else ""
    canvas.write(9 + wide + 3, y, error, style(palette.bright, bold=True))
    for row, line in enumerate(lines):
        canvas.write(9 + wide + 20, y + row, line, style(palette.text if focused else palette.muted))
    return y + max(1, len(lines)) + 1


def _draw_arrays(canvas: Canvas, comparison: Comparison, wrong: WrongFormula, y: int, look: Look) -> int:
    """The wrong array beside the right one, and the angle between them; the first free row."""
    palette, shape = look.palette, comparison.equation.target.shape
    if wrong.value is None or len(shape) != 2 or wrong.value.ndim != 2:
        return y
    rows, columns = (
        min(size, most) for size, most in zip(comparison.value.shape, (MOST_ROWS, MOST_COLUMNS), strict=True)
    )
    if canvas.height - y < rows + 4:
        return y
    cut = "" if comparison.value.shape == (rows, columns) else f", the first {rows}×{columns} entries"
    x, last = 4, y
    for name, value in ((f"right{cut}", comparison.value), ("wrong", wrong.value)):
        picture = small_matrix(value[:rows, :columns], (shape[0], shape[1]), 4)
        canvas.write(x, y, look.say(name), style(palette.muted))
        drawn = draw(canvas, x, y + 1, picture, palette, look.glyphs)
        last = max(last, y + 1 + drawn.height)
        x += max(drawn.width, width_of(name)) + 6
    if wrong.angle is not None and x < canvas.width - 24:
        canvas.write(x, y + 1, look.say(f"{significant(wrong.angle, 2)}° apart"), style(palette.text))
    return last + 1


def _draw_training(canvas: Canvas, training: Training, y: int, look: Look) -> None:
    """E while learning with the right formula and with the wrong one: a falling error proves nothing."""
    palette = look.palette
    ascii_only = look.glyphs.name == "ascii"
    told = len(wrapped(look.say(training.remark), canvas.width - 8)) if training.remark else 0
    height = max(1, min(TALLEST_BARS, (canvas.height - y - 2 - told) // 2))
    y += min(2, canvas.height - y - 2 * height - 2)
    over = f"{training.error} over {len(training.right)} iterations"
    text = f"{over}: a falling error proves nothing   (log scale, one for both)"
    canvas.write(4, y, look.say(text), style(palette.muted))
    width = canvas.width - 36
    shown = shared_loss_bars((training.right, training.wrong), (width, width), height)
    for row, (name, errors) in enumerate((("right", training.right), ("wrong", training.wrong))):
        top = y + 1 + (height + (1 if height > 2 else 0)) * row
        x = canvas.write(
            4, top + height - 1, f"{name:<6}{error_text(errors[0], ascii=ascii_only)} ", style(palette.text)
        )
        bars = shown[row]
        draw_loss_bars(canvas, x, top, bars, None, palette, look.glyphs)
        end = x + len(bars.starts) + 1
        canvas.write(end, top + height - 1, error_text(errors[-1], ascii=ascii_only), style(palette.text))
    below = y + 1 + 2 * height + (1 if height > 2 else 0)
    for row, line in enumerate(wrapped(look.say(training.remark), canvas.width - 8) if training.remark else ()):
        if below + row < canvas.height:
            canvas.write(4, below + row, line, accent_style(palette))
