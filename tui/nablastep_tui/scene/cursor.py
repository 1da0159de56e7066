"""The cell cursor: the matrices of the equation that it can stand in, where it stands, and what an edit there means.

A stop is the result or an operand that is one quantity, transposed or not. Cells count as the quantity is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from nablastep.expressions import Expression, Symbol, Transpose, walk
from nablastep.layout import Operand, Piece
from nablastep.program import Program
from nablastep.records import record
from nablastep.view import View
from nablastep_tui.scene.editing import can_be_edited
from nablastep_tui.scene.looks import Cell, Looks

MOST_CELLS = 400
"""Results of more cells are not searched for what reads an operand."""


@record()
class Stop:
    """An operand that the cursor can stand in: as it is written, and the quantity that it is."""

    expression: Expression
    symbol: Symbol

    @property
    def is_turned(self) -> bool:
        """Whether the quantity is written transposed."""
        return isinstance(self.expression, Transpose)

    def on_screen(self, cell: Cell) -> Cell:
        """A cell of the quantity where it stands on the stage, and the other way round."""
        return (cell[1], cell[0]) if self.is_turned else cell


def stops(view: View) -> tuple[Stop, ...]:
    """The operands on stage that are quantities, in reading order, each once."""
    found: dict[Expression, Stop] = {}
    for piece in view.pieces(None):
        if isinstance(piece, Operand):
            bare = piece.expression
            bare = bare.x if isinstance(bare, Transpose) else bare
            if isinstance(bare, Symbol) and bare.shape:
                found.setdefault(piece.expression, Stop(piece.expression, bare))
            elif piece.symbol is not None and piece.symbol.shape:
                found.setdefault(piece.expression, Stop(piece.expression, piece.symbol))
    return tuple(found.values())


def readers(view: View, stop: Stop, cell: Cell) -> Iterator[Cell]:
    """The cells of the result that read that cell of the operand."""
    target = view.equation.target
    rows, columns = (view.size(dimension) for dimension in target.shape) if target.shape else (1, 1)
    if rows * columns > MOST_CELLS:
        return
    wanted = stop.on_screen(cell)
    for place in product(range(rows), range(columns)):
        if any(_is_read(piece, stop, wanted) for piece in view.pieces(place)):
            yield place


def _is_read(piece: Piece, stop: Stop, wanted: Cell) -> bool:
    if not isinstance(piece, Operand) or piece.expression != stop.expression or piece.reads is None:
        return False
    return all(read is None or read == index for read, index in zip(piece.reads, wanted, strict=True))


def clamped(view: View, symbol: Symbol, cell: Cell) -> Cell:
    """The cell of that quantity nearest to this one."""
    if not symbol.shape:
        return (0, 0)
    rows, columns = (view.size(dimension) for dimension in symbol.shape)
    return (max(0, min(cell[0], rows - 1)), max(0, min(cell[1], columns - 1)))


def selected(view: View, looks: Looks, symbol: Symbol | None = None) -> Cell:
    """The selected cell of a quantity, of the step's result where none is named."""
    symbol = symbol or view.equation.target
    return clamped(view, symbol, looks.cells.get(symbol.id, (0, 0)))


def stop_of(view: View, looks: Looks) -> Stop | None:
    """The operand in which the cursor stands; None for the result, where it is after every step."""
    position, place = looks.operand
    found = stops(view) if place and position == view.session.position and view.is_done else ()
    return found[place - 1] if 0 < place <= len(found) else None


def with_cells(looks: Looks, *cells: tuple[str, Cell]) -> Looks:
    """These cells selected, each of the quantity of that id."""
    return replace(looks, cells={**looks.cells, **dict(cells)})


def in_result(view: View, looks: Looks) -> Looks:
    """The cursor back in the result."""
    return replace(looks, operand=(view.session.position, 0))


def in_operand(view: View, looks: Looks, stop: Stop, cell: Cell) -> Looks:
    """The cursor on a cell of an operand; of the result's cells that read it one is the one in numbers."""
    looks = replace(looks, operand=(view.session.position, stops(view).index(stop) + 1))
    cell = clamped(view, stop.symbol, cell)
    looks, target = with_cells(looks, (stop.symbol.id, cell)), view.equation.target
    row, column = here = selected(view, looks)
    read_by = list(readers(view, stop, cell))
    if not read_by or here in read_by or stop.symbol.id == target.id:
        return looks
    nearest = min(read_by, key=lambda place: abs(place[0] - row) + abs(place[1] - column))
    return with_cells(looks, (target.id, nearest))


def editable_of(view: View, program: Program) -> str | None:
    """The quantity that an edit on this step changes: the result itself or what its gradient belongs to; else the first
    parameter among its operands, the first that is given, or the nearest before them. None if nothing comes in."""
    target = view.equation.target
    if is_own(program, target):
        return target.id
    seen: set[str] = set()
    level = list(_symbols(view.step.equation.expression))
    while level:
        comes_in = [symbol for symbol in level if is_own(program, symbol)]
        if comes_in:
            parameters = [symbol for symbol in comes_in if symbol in program.parameters]
            return (parameters or comes_in)[0].id
        seen |= {symbol.id for symbol in level}
        made = {step.id: step.equation.expression for step in program.steps}
        before = [inner for symbol in level if symbol.id in made for inner in _symbols(made[symbol.id])]
        level = [symbol for symbol in dict.fromkeys(before) if symbol.id not in seen]
    return None


def is_own(program: Program, symbol: Symbol) -> bool:
    """Whether an edit of the quantity is one of itself, or of what it is the gradient of."""
    return can_be_edited(program, symbol.id) or (symbol.prefix == "grad" and can_be_edited(program, symbol.bare.id))


def _symbols(expression: Expression) -> Iterator[Symbol]:
    return (node for node in walk(expression) if isinstance(node, Symbol) and node.shape)
