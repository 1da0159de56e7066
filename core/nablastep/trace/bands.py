"""Plugged-in equations as text: matrices side by side under their names, in as many bands as the width asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nablastep.expressions import Dimension
from nablastep.trace.grids import ACROSS, DIAGONAL, DOWN, MOST_COLUMNS, Grid, grid
from nablastep.trace.lines import Glyphs, Line, Span, tall, width_of
from nablastep.trace.numerals import scalar_text
from nablastep.trace.plugged import Item, Sign, Value, units

DIGITS = (6, 5, 4)
FEWEST_COLUMNS = 3


@dataclass(frozen=True)
class Frame:
    """What all blocks of one equation share: glyphs, how a dimension is written, and the width in columns."""

    glyphs: Glyphs
    dimension_text: Callable[[Dimension], str]
    width: int


@dataclass(frozen=True)
class Block:
    """One item drawn: its rows, all equally wide, and the lines of its caption.

    `stretch` is a bracket that takes the height of what it encloses, to the right of it if it `opens`;
    `shortened` names a matrix of which a part is left out.
    """

    rows: tuple[Line, ...]
    captions: tuple[str, ...] = ()
    stretch: str = ""
    opens: bool = False
    shortened: str = ""

    @property
    def width(self) -> int:
        """Columns that the block needs."""
        own = max((width_of(row) for row in self.rows), default=1)
        return max(own, *(len(caption) for caption in self.captions)) if self.captions else own


Unit = list[Block]


@dataclass(frozen=True)
class Drawing:
    """Bands of lines, and the names of the matrices of which a part is left out."""

    bands: tuple[list[Line], ...]
    shortened: tuple[str, ...]


def drawn(items: tuple[Item, ...], frame: Frame) -> Drawing:
    """The items side by side if they fit into the frame's width, else broken at operators into bands."""
    arranged = _arranged(items, frame)
    shortened = dict.fromkeys(block.shortened for unit in arranged for block in unit if block.shortened)
    return Drawing(tuple(_band(unit) for unit in arranged), tuple(shortened))


def _arranged(items: tuple[Item, ...], frame: Frame) -> list[Unit]:
    """The arrangement with the fewest bands, and among those the one with the most digits.

    Few digits are enough where matrices are shortened anyway; else the numbers matter more than one band less.
    """
    groups = units(items)
    candidates = [
        _wrapped([part for group in groups for part in _fitted(group, digits, frame)], frame.width) for digits in DIGITS
    ]
    if not any(block.shortened for unit in candidates[0] for block in unit):
        candidates.pop()
    return min(candidates, key=len)


def _fitted(group: tuple[Item, ...], digits: int, frame: Frame) -> list[Unit]:
    """The group on one line, with at most so many digits and as many columns as its width allows.

    What is too wide for one line, such as a call with several arguments, goes on in the next, item by item.
    """
    for most_columns in (MOST_COLUMNS, *range(8, FEWEST_COLUMNS, -1)):
        for fewer in range(digits, DIGITS[-1] - 1, -1):
            unit = _unit(group, fewer, frame, most_columns)
            if _width(unit) <= frame.width:
                return [unit]
    unit = _unit(group, DIGITS[-1], frame, FEWEST_COLUMNS)
    if len(group) == 1 or _width(unit) <= frame.width:
        return [unit]
    return [part for item in group for part in _fitted((item,), digits, frame)]


def _wrapped(groups: list[Unit], width: int) -> list[Unit]:
    """Units put on one line as long as they fit."""
    lines: list[Unit] = []
    for unit in groups:
        if lines and _width(lines[-1]) + _width(unit) <= width:
            lines[-1] += unit
        else:
            lines.append(list(unit))
    return lines


def _width(unit: Unit) -> int:
    return sum(block.width for block in unit)


def _unit(group: tuple[Item, ...], digits: int, frame: Frame, most_columns: int = MOST_COLUMNS) -> Unit:
    return [_block(item, digits, frame, most_columns) for item in group]


def _block(item: Item, digits: int, frame: Frame, most_columns: int) -> Block:
    if isinstance(item, Sign):
        if item.text in ("(", ")"):
            opens = item.text == "("
            return Block((), stretch=frame.glyphs.open if opens else frame.glyphs.close, opens=opens)
        return Block(((Span(item.text, "sign"),),))
    role = "result" if item.is_result else "value"
    if not np.ndim(item.value):
        text = item.value if isinstance(item.value, str) else scalar_text(item.value)
        return Block(((Span(text, role),),), (item.name,))
    found = grid(item.value, digits, most_columns=most_columns)
    captions = (item.name, _shape_caption(item, found, frame))
    shortened = item.name if found.is_shortened else ""
    return Block(_matrix_rows(found, role, frame.glyphs), captions, shortened=shortened)


def _shape_caption(item: Value, found: Grid, frame: Frame) -> str:
    times = frame.glyphs.times
    caption = times.join(frame.dimension_text(dimension) for dimension in item.shape)
    if not found.is_shortened:
        return caption
    return f"{caption} = {times.join(str(size) for size in item.value.shape)}"


def _matrix_rows(found: Grid, role: str, glyphs: Glyphs) -> tuple[Line, ...]:
    gaps = {ACROSS: glyphs.across, DOWN: glyphs.down, DIAGONAL: glyphs.diagonal}
    texts = [[gaps.get(cell, cell) for cell in row] for row in found.rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    height = len(texts)
    brackets = zip(tall(glyphs.left, height), tall(glyphs.right, height), strict=True)
    return tuple(
        (
            Span(f"{left} ", "bracket"),
            Span("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)), role),
            Span(f" {right}", "bracket"),
        )
        for row, (left, right) in zip(texts, brackets, strict=True)
    )


def _band(blocks: Unit) -> list[Line]:
    """The blocks beside each other: captions above, rows centred on one line."""
    fitted = _brackets_fitted(blocks)
    height = max((len(block.rows) for block in fitted), default=1)
    caption_lines = max((len(block.captions) for block in fitted), default=0)
    columns = [_column(block, height, caption_lines) for block in fitted]
    return [tuple(span for cell in line for span in cell) for line in zip(*columns, strict=True)]


def _brackets_fitted(blocks: Unit) -> Unit:
    """The blocks with every bracket as high as what it encloses; one without its partner reaches to the band's end."""
    fitted = list(blocks)
    for index, block in enumerate(blocks):
        if block.stretch:
            inside = blocks[index + 1 :] if block.opens else blocks[:index][::-1]
            height = max((len(other.rows) for other in _until_partner(inside, block.opens)), default=1)
            rows = tuple((Span(part, "sign"),) for part in tall(block.stretch, max(1, height)))
            fitted[index] = replace(block, rows=rows)
    return fitted


def _until_partner(blocks: Unit, opens: bool) -> Unit:
    depth = 1
    for index, block in enumerate(blocks):
        if block.stretch:
            depth += 1 if block.opens == opens else -1
            if depth == 0:
                return blocks[:index]
    return blocks


def _column(block: Block, height: int, caption_lines: int) -> list[Line]:
    """One block as lines of its own width, from the captions down."""
    width = block.width
    above = (height - len(block.rows)) // 2
    centred: list[Line] = [(Span(" " * width),)] * height
    for index, row in enumerate(block.rows):
        missing = width - width_of(row)
        centred[above + index] = (Span(" " * (missing // 2)), *row, Span(" " * (missing - missing // 2)))
    captions = [*block.captions, *[""] * (caption_lines - len(block.captions))]
    return [*((Span(caption.center(width), "caption"),) for caption in captions), *centred]
