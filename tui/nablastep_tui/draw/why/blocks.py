"""One line of a derivation, laid out: what is written, what it is worth, why it is allowed, the operands in focus.

Nothing is cut: written lines and reasons wrap, matrices that are too large are thumbnails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.lines import DEFINITION, Line, close
from nablastep.derivations.operands import Operand, Reading
from nablastep.derivations.writing import derivation_notation
from nablastep.shapes import shape_of
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.why.exhibits import (
    Exhibit,
    Look,
    Placed,
    array_exhibit,
    bottom_of,
    captioned,
    flowed,
    is_small,
    joined,
    narrowest,
    text_exhibit,
)
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.text import folded, wrapped
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.why_page import WhyPage, zero_cells

INDENT = 10
LEAST_WRITTEN, LEAST_WORTH, LEAST_RULE, TICK = 16, 24, 42, 3
ACCORDION_WIDTH = 100
CLOSING = (")", "⟩", ",", "· 1")
"""How signs begin that belong to the operand before them."""


@dataclass(frozen=True)
class Columns:
    """Where the three columns begin; without a rule column the reason stands below what is written."""

    worth: int
    rule: int | None
    width: int

    @property
    def written_width(self) -> int:
        """Cells for what is written."""
        return self.worth - INDENT - 2

    @property
    def worth_width(self) -> int:
        """Cells for what it is worth, the tick apart."""
        return (self.rule or self.width - 1) - self.worth - TICK

    @property
    def below_width(self) -> int:
        """Cells for what it is worth where that stands below what is written."""
        return (self.rule or self.width - 1) - INDENT - 2 - TICK

    @property
    def rule_width(self) -> int:
        """Cells for the reason."""
        return self.width - 3 - (self.rule if self.rule is not None else INDENT + 2)


@dataclass(frozen=True, eq=False)
class Block:
    """A line laid out from row 0 on: its pieces and its rows. `written`, `rule` and `worth` are among the pieces;
    the worth stands from column `worth_x` on, or behind the operands."""

    line: Line
    pieces: tuple[Placed, ...]
    written: Placed
    rule: Placed
    worth: Placed | None
    worth_x: int
    height: int


def columns_of(page: WhyPage, look: Look, width: int) -> Columns:
    """The columns for a page of that width: what is written has the first claim, reasons the last."""
    longest = max(width_of(line.text(look.notation)) for line in page.lines)
    if width < ACCORDION_WIDTH:
        return Columns(max(INDENT + 26, min(INDENT + longest + 3, width - LEAST_WORTH - TICK)), None, width)
    worth = min(INDENT + max(LEAST_WRITTEN, longest) + 3, width - LEAST_RULE - LEAST_WORTH)
    widest = max(_worth(line, page, look, width // 3).width for line in page.lines)
    rule = worth + max(LEAST_WORTH, min(widest + TICK + 2, width - LEAST_RULE - worth))
    return Columns(worth, rule, width)


def block_of(page: WhyPage, place: int, look: Look, columns: Columns, *, is_short: bool = False) -> Block:
    """The line at that place; `is_short` leaves out what a matrix is worth where that takes rows of its own."""
    line, palette = page.lines[place], look.palette
    focused = place == page.place
    written = text_exhibit(
        _written(line, look, columns.written_width),
        style(palette.bright, bold=True) if focused else style(palette.text),
    )
    reading = line.reading if focused else Reading()
    pieces = [Placed(INDENT, 0, written)]
    worth, top = None, written.height
    if not (focused and _ends_in_worth(reading)):
        worth, top = _place_worth(page, place, look, columns, written.height, is_short)
        pieces += [worth] if worth is not None else []
    rule = text_exhibit(
        wrapped(look.say(line.rule), columns.rule_width), style(palette.text if focused else palette.muted)
    )
    if columns.rule is not None:
        reason = Placed(columns.rule, 0, rule)
        below = max(written.height, rule.height, bottom_of([worth] if worth else []))
    else:
        reason = Placed(INDENT + 2, top, rule)
        below = top + rule.height
    pieces.append(reason)
    beside = _operands(page, line, reading, look, columns, written.height)
    fits_beside = columns.rule is not None and all(each.x + each.exhibit.width < columns.rule for each in beside)
    pieces += beside if fits_beside and worth is None else _operands(page, line, reading, look, columns, below)
    return Block(line, tuple(pieces), pieces[0], reason, worth, columns.worth, bottom_of(pieces))


def _written(line: Line, look: Look, width: int) -> list[str]:
    """The equation, its lines after the first below the right side where that leaves room."""
    pieces = line.pieces(look.notation)
    after_equals = width_of("".join(pieces).split("=", 1)[0]) + 2
    return folded(pieces, width, after_equals if after_equals <= width // 3 else 2)


def _place_worth(
    page: WhyPage, place: int, look: Look, columns: Columns, written_rows: int, is_short: bool
) -> tuple[Placed | None, int]:
    """What the line is worth beside what is written, or below it where that is too narrow; the first row below."""
    line, width = page.lines[place], columns.worth_width
    if width < _least_width(line, look) <= columns.below_width:
        width = columns.below_width  # numbers below rather than colours beside
    exhibit = _worth_of_line(page, place, look, width)
    if is_short and exhibit.height > 2:
        exhibit = _ticked(text_exhibit("", style()), line, look)
    if not exhibit.width:
        return None, written_rows
    if exhibit.width <= columns.worth_width + TICK:
        return Placed(columns.worth, 0, exhibit), max(written_rows, exhibit.height)
    return Placed(INDENT + 2, written_rows, exhibit), written_rows + exhibit.height


def _worth_of_line(page: WhyPage, place: int, look: Look, width: int) -> Exhibit:
    """The worth with its tick; a matrix that a line above shows already is named by that line."""
    line = page.lines[place]
    same = _shown_before(page.lines, place)
    if same is not None and place != page.place:
        text = text_exhibit(f"= line {same}", style(look.palette.muted))
        return _ticked(text, line, look)
    return _ticked(_worth(line, page, look, width), line, look)


_SAME: WeakKeyDictionary[Line, int | None] = WeakKeyDictionary()
"""Found once for each line, and forgotten with it: a line holds all that was computed for it."""


def _shown_before(lines: tuple[Line, ...], place: int) -> int | None:
    """The number of the first line above whose matrix is the same to the last digit that counts, if there is one."""
    if lines[place] not in _SAME:
        _SAME[lines[place]] = _first_like(lines, place)
    return _SAME[lines[place]]


def _first_like(lines: tuple[Line, ...], place: int) -> int | None:
    value = lines[place].value
    if not isinstance(value, np.ndarray) or value.size < 2:
        return None
    likely = (line for line in lines[:place] if line.kind == lines[place].kind)
    return next((line.number for line in likely if line.value is not None and close(line.value, value)), None)


def _array(line: Line) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """The value of a line as it is laid out, and its dimensions."""
    value = np.asarray(line.value, dtype=float)
    dimensions = shape_of(line.right)
    return value.reshape(-1, 1) if value.ndim == 1 else value, dimensions if len(dimensions) == 2 else ("1", "1")


def _least_width(line: Line, look: Look) -> int:
    """The cells that the numbers of a small matrix take at least; 0 of anything else."""
    if line.value is None:
        return 0
    value, dimensions = _array(line)
    return narrowest(value, dimensions, look) if value.ndim and is_small(value) else 0


def _worth(line: Line, page: WhyPage, look: Look, width: int) -> Exhibit:
    """The value of a line, without its tick; empty where it only defines."""
    if line.value is None:
        told = f"{line.structure}, {'×'.join(map(str, line.shape))}" if line.structure else ""
        return text_exhibit(look.say(told), style(look.palette.muted))
    value, dimensions = _array(line)
    zeros = zero_cells(line) if page.zeros and is_small(value) else frozenset()
    most = 4 if value.ndim == 2 and value.shape[1] > 2 else 6
    return array_exhibit(value, dimensions, look, width, cell=page.cell, zeros=zeros, most_decimals=most)


def _ticked(exhibit: Exhibit, line: Line, look: Look) -> Exhibit:
    """The exhibit with ✓ or ✗ behind it, where the line was compared with something."""
    if line.holds is None:
        return exhibit
    bold = style(look.palette.bright, bold=True)
    mark, mark_look = (look.glyphs.tick, bold) if line.holds else (look.glyphs.cross, accent_style(look.palette))
    at = exhibit.width + 1 if exhibit.width else 0

    def paint(canvas: Canvas, x: int, y: int) -> None:
        exhibit.paint(canvas, x, y)
        canvas.write(x + at, y, mark, mark_look)

    return Exhibit(at + width_of(mark), max(1, exhibit.height), paint, exhibit.middle)


def _ends_in_worth(reading: Reading) -> bool:
    return bool(reading.pieces) and reading.is_whole


def _operands(page: WhyPage, line: Line, reading: Reading, look: Look, columns: Columns, top: int) -> list[Placed]:
    """The operands of the line in focus as matrices, with the signs between them, and what they give."""
    if not reading.pieces:
        return []
    width = columns.width - INDENT - 4
    pieces = reading.pieces if reading.is_whole else _as_list(reading)
    shown = [(piece, _operand(piece, page, look, width)) for piece in pieces]
    if _ends_in_worth(reading) and line.kind != DEFINITION:
        shown.append(("=", _operand("=", page, look, width)))
        shown.append(("", _ticked(_worth(line, page, look, width), line, look)))
    return flowed(_units(shown, width), INDENT + 2, top, width)


def _as_list(reading: Reading) -> Iterator[str | Operand]:
    """What is read and not put together here, with commas: operands beside each other would be a product."""
    yield "first sample:" if reading.of_sample else "with"
    for place, piece in enumerate(reading.pieces):
        yield from (",", piece) if place else (piece,)


def _units(shown: Iterable[tuple[str | Operand, Exhibit]], width: int) -> Iterator[Exhibit]:
    """What stands on one row where it can: a sign with the operand behind it, a closing sign with the one before."""
    unit: list[Exhibit] = []
    leads = False
    for piece, exhibit in shown:
        is_sign = isinstance(piece, str) and piece != ""
        closes = isinstance(piece, str) and piece.startswith(CLOSING)
        longer = [*unit, exhibit]
        if unit and not ((leads or closes) and joined(longer).width <= width):
            yield joined(unit)
            longer = [exhibit]
        unit, leads = longer, is_sign and not closes
    yield joined(unit)


def _operand(piece: str | Operand, page: WhyPage, look: Look, width: int) -> Exhibit:
    if isinstance(piece, str):
        return text_exhibit(look.say(piece), style(look.palette.muted))
    zeros = frozenset[tuple[int, int]]()
    if piece.has_structure and page.zeros and is_small(piece.value) and min(piece.value.shape, default=0) > 1:
        zeros = frozenset((int(row), int(column)) for row, column in np.argwhere(piece.value == 0))
    exhibit = array_exhibit(
        piece.value, piece.dimensions, look, width, cell=page.cell, zeros=zeros, most_decimals=4
    )  # fmt: skip
    name = derivation_notation(look.notation).text(piece.expression)
    return captioned(exhibit, name, style(look.palette.text)) if exhibit.height > 0 else exhibit
