"""Draws "wrong but fits": the right equation and the usual wrong ones, each beside the derivative taken on E itself."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style

from nablastep.derivations.wrong_formulas import Comparison, Training, WrongFormula
from nablastep.notation import notation_named
from nablastep.phrases import degrees, significant
from nablastep_tui.draw.bars import draw_loss_bars, shared_loss_bars
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.matrix import draw
from nablastep_tui.draw.why.exhibits import Look, small_matrix
from nablastep_tui.draw.why.page import page_top
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import error_text
from nablastep_tui.look.text import folded, wrapped
from nablastep_tui.look.themes import accent_style, style

TALLEST_BARS = 6
MOST_ROWS, MOST_COLUMNS = 6, 6

LEFT_AND_ERROR, LEAST_REASON = 33, 20
"""Cells of a row beside its formula and what is wrong with it; so many the latter has at least."""

BELOW, BELOW_TRAINED = 2, 9
"""Rows that the formulas leave below them: for how to go on, or for what training does and what that proves."""

FILTER = "shapes filter formulas, they do not derive them: the difference quotient decides"
MEASURE = "relative error: how far a value is from the right one, over the longer of the two; 2 in place of 1 has 0.5"
MISFITS = "these do not even fit:"


def draw_wrong(
    canvas: Canvas, comparison: Comparison, place: int, training: Training | None, look: Look, keys: str
) -> None:
    """The page; `place` is the wrong formula in focus, `training` what learning with it does, `keys` how to go on."""
    palette, glyphs, y = look.palette, look.glyphs, page_top(canvas)
    x = canvas.write(3, y, "wrong but fits", accent_style(palette)) + 3
    for text, left in ((FILTER, x), (MEASURE, 3)):
        for line in wrapped(look.say(text), canvas.width - left - 3):
            canvas.write(left, y, line, style(palette.muted))
            y += 1
    right, *rows = _rows(canvas, comparison, look)
    wide = max(width_of(line) for row in (right, *rows) for line in row.formula)
    canvas.write(9 + wide + 3, y, "relative error", style(palette.muted))
    canvas.write(9 + wide + 20, y, "what is wrong", style(palette.muted))
    _draw_row(canvas, right, wide, y + 1, style(palette.bright, bold=True), style(palette.muted))
    canvas.write(4, y + 1, glyphs.tick, style(palette.bright, bold=True))
    y += right.height + 2
    seen = _seen(rows, place, canvas.height - (BELOW if training is None else BELOW_TRAINED) - y)
    for index in seen:
        if _is_headed(rows, index, seen.start):
            canvas.write(4, y, MISFITS, style(palette.muted))
            y += 1
        y = _draw_formula(canvas, rows[index], wide, y, look, focused=index == place)
    if training is None and comparison.wrong:
        y = _draw_arrays(canvas, comparison, comparison.wrong[min(place, len(comparison.wrong) - 1)], y, look)
    if training is not None and canvas.height - y >= 6:
        _draw_training(canvas, training, y, look)
    elif y < canvas.height:
        canvas.write(4, canvas.height - 2, look.say(keys), style(palette.muted))


@dataclass(frozen=True)
class _Row:
    """A formula with what is said of it, in lines."""

    formula: list[str]
    error: str
    reason: list[str]
    fits: bool = True

    @property
    def height(self) -> int:
        return max(len(self.formula), len(self.reason))


def _rows(canvas: Canvas, comparison: Comparison, look: Look) -> list[_Row]:
    """The right equation, then the wrong ones."""
    writer = notation_named(look.notation)
    equations = [comparison.equation, *(wrong.equation for wrong in comparison.wrong)]
    pieces = [tuple(token.text for token in writer.equation_tokens(equation)) for equation in equations]
    # The same formula can be wrong by what it reads.
    pieces = [pieces[0], *((*each, "  with new W") if each == pieces[0] else each for each in pieces[1:])]
    widest = max(20, min(canvas.width // 2, canvas.width - LEFT_AND_ERROR - LEAST_REASON))
    formulas = [folded(each, widest) for each in pieces]
    room = canvas.width - LEFT_AND_ERROR - max(width_of(line) for lines in formulas for line in lines)
    error = comparison.relative_error
    rows = [_Row(formulas[0], "" if error is None else look.say(significant(error, 2)), ["the equation of this step"])]
    for wrong, formula in zip(comparison.wrong, formulas[1:], strict=True):
        reason = wrapped(look.say(wrong.slip), room)
        if wrong.problem and not wrong.fits:
            reason += wrapped(look.say(wrong.problem), room)
        error = wrong.relative_error
        told = "shapes disagree" if not wrong.fits else "" if error is None else look.say(significant(error, 2))
        rows.append(_Row(formula, told, reason, wrong.fits))
    return rows


def _seen(rows: list[_Row], place: int, room: int) -> range:
    """The rows that are drawn: as many as there is room for, with the one in focus among them."""

    def end(first: int) -> int:
        used = 0
        for index in range(first, len(rows)):
            used += rows[index].height + (2 if _is_headed(rows, index, first) else 1)
            if index > first and used > room:
                return index
        return len(rows)

    first = next((first for first in range(len(rows)) if end(first) > place), 0)
    return range(first, end(first)) if rows else range(0)


def _is_headed(rows: list[_Row], index: int, first: int) -> bool:
    """Whether it is the first of those drawn that do not fit."""
    return not rows[index].fits and (index == first or rows[index - 1].fits)


def _draw_row(canvas: Canvas, row: _Row, wide: int, y: int, written: Style, told: Style) -> None:
    for down, line in enumerate(row.formula):
        canvas.write(9, y + down, line, written)
    canvas.write(9 + wide + 3, y, row.error, written)
    for down, line in enumerate(row.reason):
        canvas.write(9 + wide + 20, y + down, line, told)


def _draw_formula(canvas: Canvas, row: _Row, wide: int, y: int, look: Look, *, focused: bool) -> int:
    palette, glyphs = look.palette, look.glyphs
    if focused:
        canvas.fill(2, y, canvas.width - 4, row.height, style(palette.text, palette.panel))
        canvas.vertical(2, y, row.height, glyphs.accent_bar, accent_style(palette))
    canvas.write(4, y, glyphs.cross, accent_style(palette))
    written = style(palette.bright if focused else palette.text, bold=focused)
    _draw_row(canvas, row, wide, y, written, style(palette.text if focused else palette.muted))
    return y + row.height + 1


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
        canvas.write(x, y + 1, look.say(f"{degrees(wrong.angle)} apart"), style(palette.text))
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
