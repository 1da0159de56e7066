"""The stage for matrices too large for numbers: heat maps in Falk's layout, a lens with values, a row as a picture.

In Falk's layout the right factor stands above the product and the left factor beside it, so that shared dimensions
align. Everything is drawn with a cost that follows the screen, not the matrix; pictures are remembered by array.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep.expressions import WEIGHTS
from nablastep.layout import Operand
from nablastep.notation import notation_named
from nablastep.words import significant
from nablastep_tui.draw.canvas import Area, Canvas
from nablastep_tui.draw.heat import draw_heat, draw_strip, draw_viewport
from nablastep_tui.draw.lens import draw_lens, lens_picture, lens_size
from nablastep_tui.draw.lines import draw_brackets, draw_ruler
from nablastep_tui.draw.matrix import CellTarget, MatrixPicture
from nablastep_tui.draw.pooling import HeatPicture, Strength, heat_picture
from nablastep_tui.draw.spans import Spans, clipped, spans_width, write_spans
from nablastep_tui.draw.stage.plan import Source, equation_rows, is_product, operand_source, result_source
from nablastep_tui.draw.stage.scalar import Line, scalar_lines
from nablastep_tui.draw.stage.words import (
    check_lines,
    draw_line_at,
    half_of,
    long_notice,
    notes_of,
    remarks_of,
)
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import choose_format, parenthesised
from nablastep_tui.look.symbols import plain as plain_text
from nablastep_tui.look.text import balanced, wrapped
from nablastep_tui.look.themes import accent_style, dimension_style, faint_style, style
from nablastep_tui.scene.scene import Scene

Values = NDArray[np.float64]

ROW_START, ROW_GAP, SMALLEST_BODY = 5, 7, 6
"""Where the first picture of a row stands, the cells between two, and the least cells for one that is larger."""

SMALLEST_PICTURES = 8
"""The least rows for the pictures under the equation."""

MOST_GROWN, MOST_LARGEST, TALL = 4, 5, 16
"""How often a column of entries is repeated at most, how many products are listed, and the rows from which on there is
room for a check."""

LEAST_ABOVE = 9
"""The rows of title, equation and shapes and of the smallest pictures."""

LEAST_BESIDE_LENS = 32
"""The cells that pictures and words have at least beside a lens."""


@dataclass(frozen=True, eq=False)
class Blocks(Area):
    """What the mouse hits on a picture: the first cell of the block under it."""

    quantity: str
    picture: HeatPicture

    def at(self, x: int, y: int) -> CellTarget:
        """The cell under a place in the picture."""
        rows, columns = self.picture.levels.shape
        return CellTarget(self.quantity, *self.picture.cell_at(min(2 * y, rows - 1), min(x, columns - 1)))


def draw_large(canvas: Canvas, scene: Scene) -> None:
    """The equation of the step as pictures, on the stage's canvas below its title."""
    result = result_source(scene)
    operands = [operand_source(scene, piece) for piece in scene.shown.pieces(None) if isinstance(piece, Operand)]
    told = _told(scene, operands, canvas)
    bottom = canvas.height - len(told)
    lens = _lens(canvas.width, min(5, bottom - 4), scene, result, operands)
    side = 0 if lens is None else lens_size(lens, scene.glyphs)[0] + 3
    width = canvas.width - side - 4
    top = 4 + draw_header(canvas, scene, result, operands, width, bottom - 4 - SMALLEST_PICTURES)
    draw_pictures = _draw_falk if is_product(scene) else _draw_row
    draw_pictures(canvas, scene, result, operands, width, top, bottom)
    for row, draw in enumerate(told):
        draw(canvas, bottom + row)
    if lens is not None:
        _draw_side(canvas, scene, result, operands, lens, canvas.width - side, bottom)


def draw_header(canvas: Canvas, scene: Scene, result: Source, operands: list[Source], width: int, spare: int) -> int:
    """The equation, its shapes in letters and in numbers, or where there is no room for both in numbers.

    An equation that needs several lines takes the place of the shapes, and `spare` rows more where the pictures can do
    without them; returns the lines beyond those two.
    """
    lines = equation_rows(scene, width)
    if len(lines) - 2 > max(0, spare):
        text = notation_named(scene.notation).equation_text(scene.shown.equation)
        lines = [clipped(text, width, scene.glyphs)]
    for row, line in enumerate(lines, 1):
        canvas.write(3, row, line, accent_style(scene.palette))
    if len(lines) > 1:
        return len(lines) - 2
    letters, numbers = (_shapes(scene, result, operands, in_numbers) for in_numbers in (False, True))
    both = (*letters, ("    ", style(scene.palette.muted)), *numbers)
    shown = next((spans for spans in (both, numbers) if spans_width(spans) <= width), ())
    write_spans(canvas, 3, 2, shown)
    return 0


def _shapes(scene: Scene, result: Source, operands: list[Source], in_numbers: bool) -> Spans:
    """`n₂×n₁ = n₂×m · m×n₁`, or the same in numbers."""
    palette, glyphs = scene.palette, scene.glyphs
    muted = style(palette.muted)
    factors = is_product(scene)
    signs = ["", " = ", f" {glyphs.product} " if factors else "  "] + [" + " if factors else "  "] * len(operands)
    spans: list[tuple[str, Style]] = []
    for sign, source in zip(signs, (result, *operands), strict=False):
        spans.append((sign, muted))
        for place, dimension in enumerate(source.shape):
            text = str(source.sizes[place]) if in_numbers else glyphs.dimension(dimension)
            spans += [(glyphs.times, muted)] if place else []
            spans.append((text, dimension_style(palette, dimension)))
    return tuple(spans)


def _label(source: Source) -> str:
    """What stands in the ruler of a heat map."""
    return f" {source.text} "


def _draw_falk(
    canvas: Canvas, scene: Scene, result: Source, operands: list[Source], width: int, top: int, bottom: int
) -> None:
    """Left factor and product in one row, the right factor above the product: they fill the rows down to `bottom`.

    Entries are enlarged by whole numbers, so that all of one matrix are equally large; spare rows go to the upper one.
    """
    left, right = operands[0], operands[1]
    rows = bottom - top - 3
    lower = _grown(result.sizes[0], max(2, rows * 3 // 5))
    upper = _grown(right.sizes[0], max(1, rows - lower))
    lower = max(lower, _grown(result.sizes[0], max(2, rows - upper)))
    spare = width - _falk_start(scene, 0, left, result) - result.sizes[1] - 2
    left_width = _grown_columns(left.sizes[1], max(2, width // 4, min(spare, left.sizes[1])))
    x, y = _falk_start(scene, left_width, left, result), top
    body = _grown_columns(result.sizes[1], max(4, width - x - 2))
    _draw_heat(canvas, scene, right, x, y, body, upper)
    _draw_heat(canvas, scene, left, ROW_START + _extra(scene, left), y + upper + 2, left_width, lower)
    _draw_heat(canvas, scene, result, x, y + upper + 2, body, lower)


def _grown(entries: int, rows: int) -> int:
    """The rows of a picture of so many rows of entries: half a row for each where that is all there is, or a whole
    multiple of it."""
    natural = -(-entries // 2)
    if natural > rows or entries == 1:
        return min(natural, rows)
    multiple = max(1, 2 * rows // entries)
    return max(natural, -(-entries * multiple // 2))


def _grown_columns(entries: int, columns: int) -> int:
    """The columns of a picture: a whole multiple of the entries where all of them have room."""
    return entries * max(1, min(MOST_GROWN, columns // entries)) if entries <= columns else columns


def _extra(scene: Scene, source: Source) -> int:
    """Cells that the letter of the rows takes beyond the two that are kept for one: `m·n2` is longer than `n₂`."""
    return max(0, width_of(scene.glyphs.dimension(source.shape[0])) - 2)


def _falk_start(scene: Scene, left_width: int, left: Source, result: Source) -> int:
    """The column where the product stands, beside the left factor."""
    letters = _extra(scene, left) + _extra(scene, result)
    return ROW_START + max(left_width, width_of(_label(left))) + 6 + letters


def _row(result: Source, operands: list[Source]) -> list[Source]:
    """What an element-wise step shows side by side: every matrix once, in which there is something to be seen."""
    pictured = [source for source in (result, *operands) if source.sizes != (1, 1) and not _is_constant(source)]
    by_name = {source.text: source for source in reversed(pictured)}
    return [source for source in pictured if by_name[source.text] is source][:4] or [result]


def _is_constant(source: Source) -> bool:
    """Whether it is no quantity but one number everywhere: the ones that a sum is written with."""
    if source.quantity or source.values is None:
        return False
    return bool(np.all(source.values == source.values[0, 0]))


def _row_width(scene: Scene, shown: list[Source], space: int) -> int:
    """The cells that they take, with bodies of at most `space` cells."""
    bodies = sum(_slot_width(source, space) + _extra(scene, source) for source in shown)
    return bodies + ROW_GAP * (len(shown) - 1) + ROW_START


def _slot_width(source: Source, space: int) -> int:
    return max(_body_width(source, space), width_of(_label(source)))


def _body_width(source: Source, space: int) -> int:
    return max(2, _grown_columns(source.sizes[1], space))


def _body_height(source: Source, width: int, height: int) -> int:
    """As many of `height` rows as make the picture a square, or twice as tall as it is by itself: no bars of colour."""
    natural = -(-source.sizes[0] // 2)
    return max(1, _grown(source.sizes[0], min(height, max(2 * natural, width // 2))))


def _draw_row(
    canvas: Canvas, scene: Scene, result: Source, operands: list[Source], width: int, top: int, bottom: int
) -> None:
    """Result and operands side by side, for element-wise steps; those for which there is no room are left out."""
    shown = _row(result, operands)
    while len(shown) > 1 and _row_width(scene, shown, SMALLEST_BODY) > width:
        shown.pop()
    spaces = range(max(SMALLEST_BODY, width // len(shown)), SMALLEST_BODY, -1)
    space = next((space for space in spaces if _row_width(scene, shown, space) <= width), SMALLEST_BODY)
    height = max(2, bottom - top - 2)
    x = ROW_START
    for source in shown:
        body = _body_width(source, space)
        x += _extra(scene, source)
        _draw_heat(canvas, scene, source, x, top + 1, body, _body_height(source, body, height))
        x += _slot_width(source, space) + ROW_GAP


def _draw_heat(canvas: Canvas, scene: Scene, source: Source, x: int, y: int, width: int, height: int) -> None:
    """One heat map with brackets, ruler and row letter; its body starts at (x, y)."""
    palette, glyphs = scene.palette, scene.glyphs
    missing = source.values is None
    draw_brackets(canvas, x, y, width, height, dimension_style(palette, source.shape[0], missing=missing), glyphs)
    label = _label(source)
    if source.shape[1] != "1" and width >= width_of(label) + 6:
        label = f" {source.text} {glyphs.dimension(source.shape[1])}={source.sizes[1]} "
    draw_ruler(canvas, x, y - 1, max(width, width_of(label)), label, dimension_style(palette, source.shape[1]), glyphs)
    letter = glyphs.dimension(source.shape[0])
    if height >= 2:
        canvas.write(x - 2 - width_of(letter), y + height // 2, letter, dimension_style(palette, source.shape[0]))
    if source.values is None:
        canvas.fill(x, y, width, height, faint_style(palette), glyphs.not_computed)
        return
    strength: Strength = scene.pooling  # type: ignore[assignment]
    picture = heat_picture(source.values, width, height, strength=strength)
    draw_heat(canvas, x, y, picture, palette, glyphs)
    if source.selected is not None:
        draw_viewport(canvas, x, y, picture, source.selected, palette, glyphs)
    if source.quantity:
        canvas.mark(x, y, width, height, Blocks(source.quantity, picture))


def _lens(width: int, rows: int, scene: Scene, result: Source, operands: list[Source]) -> MatrixPicture | None:
    """The lens with as many columns as leave room for the pictures; None where there is no value or no room."""
    if result.values is None or width < 60 or rows < 1 or result.sizes == (1, 1):
        return None
    needed = _row_width(scene, _row(result, operands), SMALLEST_BODY)
    if is_product(scene):
        needed = _falk_start(scene, 2, operands[0], result) + max(
            SMALLEST_BODY, *(width_of(_label(s)) for s in (result, operands[1]))
        )
    for columns in range(min(4 if width >= 110 else 3, result.sizes[1]), 0, -1):
        picture = lens_picture(
            result.values,
            scene.cell,
            *result.shape,
            rows=rows,
            columns=columns,
            quantity=result.quantity,
            ascii=scene.glyphs.name == "ascii",
        )
        if max(needed, LEAST_BESIDE_LENS) <= width - lens_size(picture, scene.glyphs)[0] - 7:
            return picture
    return None


def _draw_side(
    canvas: Canvas, scene: Scene, result: Source, operands: list[Source], lens: MatrixPicture, x: int, bottom: int
) -> None:
    """From column `x` on the lens, the row as the picture that the inputs are, and the largest products."""
    place = f"row {scene.cell[0] + 1}  column {scene.cell[1] + 1}"
    canvas.write(x, 1, clipped(place, canvas.width - x, scene.glyphs), style(scene.palette.muted))
    draw_lens(canvas, x, 2, lens, scene.palette, scene.glyphs)
    y = 3 + lens_size(lens, scene.glyphs)[1]
    y = _draw_picture(canvas, scene, result, x, y, bottom)
    products = _products(scene, operands)
    if products is not None and scene.view.is_done:
        _draw_largest(canvas, scene, operands, products, x, y, bottom - 1)


def _draw_largest(
    canvas: Canvas, scene: Scene, operands: list[Source], products: Values, x: int, y: int, bottom: int
) -> None:
    """The largest products of the sum behind the selected entry, each as its two factors: place, factors, product."""
    room = min(MOST_LARGEST, bottom - y - 1, int(np.count_nonzero(products)))
    left, right = operands[0].values, operands[1].values
    if room < 1 or left is None or right is None:
        return
    order = np.argsort(-np.abs(products), kind="stable")[:room]
    row, column = scene.cell
    title = f"the {f'{room} ' if room > 1 else ''}largest of {products.size} products"
    letter = scene.glyphs.dimension(operands[0].shape[1])
    lines = [
        plain_text(
            f"{letter} {place + 1:>{len(str(products.size))}}  {significant(left[row, place], 3)} × "
            f"{parenthesised(significant(right[place, column], 3))} = {significant(products[place], 4)}",
            scene.glyphs,
        )
        for place in order.tolist()
    ]
    if max(map(width_of, lines)) > canvas.width - x - 1:
        return
    canvas.write(x, y, title, style(scene.palette.muted))
    for offset, line in enumerate(lines, 1):
        canvas.write(x, y + offset, line, style(scene.palette.text))


def _draw_picture(canvas: Canvas, scene: Scene, result: Source, x: int, y: int, bottom: int) -> int:
    """A row or column of a quantity over the inputs, as the picture that the inputs are; the first row below."""
    sides = scene.session.network.picture
    if sides is None or result.values is None or not scene.picture:
        return y
    values = result.values
    along, where = None, ""
    pixels = _dimension_of_inputs(scene)
    if result.shape[1] == pixels:
        along, where = values[scene.cell[0]], f"row {scene.cell[0] + 1}"
    elif result.shape[0] == pixels:
        along, where = values[:, scene.cell[1]], f"column {scene.cell[1] + 1}"
    height, width = -(-sides[0] // 2), sides[1]
    if along is None or y + height + 1 > bottom or along.size != sides[0] * sides[1]:
        return y
    grown = 2 if y + 2 * height + 1 <= bottom - 2 and 2 * width <= canvas.width - x - 2 else 1
    what = f"{where} as a picture, {sides[0]}×{sides[1]}"
    canvas.write(x, y, what, style(scene.palette.muted))
    picture = heat_picture(np.asarray(along).reshape(sides), width * grown, height * grown)
    draw_heat(canvas, x, y + 1, picture, scene.palette, scene.glyphs)
    if _is_learned(scene):
        legend = [("+ weight falls", 0), ("− weight rises", 1), ("at the update", 2)]
        for text, offset in legend:
            if x + width * grown + 2 + width_of(text) <= canvas.width:
                canvas.write(x + width * grown + 2, y + 2 + offset, text, style(scene.palette.muted))
    return y + height * grown + 2


def _dimension_of_inputs(scene: Scene) -> str:
    data = scene.session.program.graph.data
    return data.shape[0] if data is not None and data.shape else ""


def _is_learned(scene: Scene) -> bool:
    """Whether the step shown is the gradient of a matrix that the update moves."""
    target = scene.view.step.target
    return target.prefix == "grad" and target.flips_with == WEIGHTS


def _told(scene: Scene, operands: list[Source], canvas: Canvas) -> list[Callable[[Canvas, int], None]]:
    """The rows below the pictures, each as what draws it: the sum in a strip, what the number means, and the check.

    Where the pictures would have next to nothing left the sentence is one half of itself, or goes.
    """
    palette, width = scene.palette, canvas.width - 6
    room = max(1, canvas.height - LEAST_ABOVE)
    muted = style(palette.muted)
    if not scene.view.is_done:
        if scene.caption is not None:
            return []
        said = (long_notice(scene, width), *notes_of(scene))
        notes = [row for note in said for row in wrapped(note, width)][: room - 1]
        press = scene.keymap.said("press {next} to compute it")
        return [*(_written(row, accent_style(palette)) for row in notes), _written(press, muted)]
    value: Any = scene.shown.made()
    number = float(value if not np.ndim(value) else value[scene.cell])
    products = _products(scene, operands)
    if products is not None:
        rows = [lambda canvas, y: _draw_sum(canvas, scene, products, number, width, y)]
    else:
        rows = [_entry_line(scene, line) for line in scalar_lines(scene, width, 2 if canvas.height >= TALL else 1)]
    sentence = scene.shown.sentence(scene.cell)
    for words in (sentence, half_of(sentence), ""):
        lines = balanced(" ".join((long_notice(scene, width), *remarks_of(scene), words)), width)
        if len(rows) + len(lines) <= room:
            break
    rows += [_written(line, muted) for line in lines[: room - len(rows)]]
    checks = check_lines(scene, width) if canvas.height >= TALL else []
    return [*rows, *(_entry_line(scene, line) for line in checks)]


def _entry_line(scene: Scene, line: Line) -> Callable[[Canvas, int], None]:
    def draw(canvas: Canvas, y: int) -> None:
        draw_line_at(canvas, 3, y, line, scene)

    return draw


def _written(text: str, look: Style) -> Callable[[Canvas, int], None]:
    def draw(canvas: Canvas, y: int) -> None:
        canvas.write(3, y, text, look)

    return draw


def _draw_sum(canvas: Canvas, scene: Scene, products: Values, number: float, width: int, y: int) -> None:
    """`Σ of 64 products ▌▌▌▌ = 0.0061   45 are zero`; without its strip where there is no room for it."""
    palette, muted = scene.palette, style(scene.palette.muted)
    text = choose_format([number], 4).full(number)
    x = canvas.write(3, y, f"Σ of {products.size} product{'s' if products.size != 1 else ''}  ", muted)
    strip = min(32, width - x - width_of(text) - 24, -(-products.size // 2))
    if strip >= 1:
        draw_strip(canvas, x, y, products, strip, palette, scene.glyphs)
        x += strip + 1
    x = canvas.write(x, y, "= ", muted)
    x = canvas.write(x, y, text, accent_style(palette))
    silent = int(products.size - np.count_nonzero(products))
    if silent:
        told = f"{silent} of them {'is' if silent == 1 else 'are'} zero"
        canvas.write(x + 3, y, told, muted)


def _products(scene: Scene, operands: list[Source]) -> Values | None:
    """The terms whose sum is the selected entry of a matrix product."""
    if not is_product(scene):
        return None
    left, right = operands[0].values, operands[1].values
    if left is None or right is None:
        return None
    return np.asarray(left[scene.cell[0], :] * right[:, scene.cell[1]])
