"""One moment in one convention, as data: the equation, its operands with their values, the result, and of each cell
what it reads, its scalar form, its sentence and its check.

Everything is asked of a `View`; nothing is computed here, and no quantity is known by its letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nablastep.entries import EntryLines, Part
from nablastep.layout import Coefficient, Operand, Operator, Piece
from nablastep.notation import notation_named
from nablastep.page.pool import MOST_ENTRIES, WINDOW, Pool, shape_in_places, window_corner
from nablastep.shapes import shape_of
from nablastep.slopes import Slope
from nablastep.trace.numerals import number_text
from nablastep.view import CELL, View

MOST_CELLS = 64
ALL = -1

WRITER = notation_named("mathml")


def scene(pool: Pool, view: View) -> dict[str, Any]:
    """The moment as the stage shows it; `pool` takes what occurs more than once."""
    result = view.result()
    equation, definition = view.equation, view.definition
    found: dict[str, Any] = {
        "e": pool.mathml(WRITER.equation_tokens(equation)),
        "t": pool.mathml(WRITER.tokens(equation.target)),
        "s": shape_in_places(equation.target.shape),
        "u": int(equation.is_update),
        "l": [_piece(pool, view, piece) for piece in view.pieces(None)],
        "r": None if result is None else pool.array(result),
    }
    if definition is not None:
        found["d"] = pool.mathml(WRITER.equation_tokens(definition))
    if result is None:
        found["z"] = [view.size(dimension) for dimension in found["s"]]
    else:
        found["c"] = [pool.shared(_cell(pool, view, cell)) for cell in cells_of(np.atleast_2d(result))]
    return found


def cells_of(value: Any) -> Iterator[CELL]:
    """The cells that the page tells something about: all of them, or those of the window of a large array."""
    rows, columns = value.shape
    top, left = window_corner(value) if value.size > MOST_ENTRIES else (0, 0)
    if value.size > MOST_CELLS:
        rows, columns = min(rows, top + WINDOW), min(columns, left + WINDOW)
    return ((row, column) for row in range(top, rows) for column in range(left, columns))


def _piece(pool: Pool, view: View, piece: Piece) -> list[Any]:
    """[0, text] for a sign, [1, MathML] for a coefficient, [2, MathML, array, dimensions, id] for an operand."""
    if isinstance(piece, Operator):
        return [0, piece.text]
    tokens = WRITER.tokens(piece.expression)
    if isinstance(piece, Coefficient):
        return [1, pool.mathml(tokens)]
    value = view.operand(piece.expression)
    name = piece.symbol.id if piece.symbol is not None else ""
    return [
        2,
        pool.mathml(tokens),
        None if value is None else pool.array(_whole(value, piece, view)),
        shape_in_places(shape_of(piece.expression)),
        name,
    ]


def _whole(value: Any, piece: Operand, view: View) -> Any:
    """The operand's value at its full size: a repeated vector may have been left to broadcasting."""
    shape = shape_of(piece.expression)
    return np.broadcast_to(value, tuple(view.size(dimension) for dimension in shape)) if shape else value


def _cell(pool: Pool, view: View, cell: CELL) -> list[Any]:
    """[row, column, what each operand contributes, scalar form, sentence, check].

    A number set by hand is no result of the equation: then what the equation made of it comes last.
    """
    entry = view.entry(cell)
    assert entry is not None  # the result is there
    reads = [piece.reads for piece in view.pieces(cell) if isinstance(piece, Operand)]
    check = view.check(cell)
    remarks = (*view.by_hand(), *filter(None, [view.not_finite()]))
    found, made = (np.atleast_2d(np.asarray(value))[cell] for value in (view.result(), view.made()))
    by_hand = [number_text(float(made)).replace("-", "−")] if made.tobytes() != found.tobytes() else []
    return [
        *cell,
        [[ALL, ALL] if read is None else [ALL if index is None else index for index in read] for read in reads],
        _entry(pool, entry),
        pool.text(" ".join((*remarks, view.sentence(cell)))),
        None if check is None else _check(float(np.atleast_2d(np.asarray(view.result()))[cell]), check),
        *by_hand,
    ]


def _entry(pool: Pool, entry: EntryLines) -> list[int]:
    return [pool.shared(_parts(side)) for side in (entry.name, entry.symbolic, entry.numeric)]


def _parts(parts: Sequence[Part]) -> list[Any]:
    """Texts, numbers as [text], indices as [text, dimension]; neighbouring texts are joined."""
    found: list[Any] = []
    for index, part in enumerate(parts):
        if part.value is not None:
            text = number_text(part.value).replace("-", "−")
            is_first = not index or parts[index - 1].text.endswith("(")
            found.append([text if is_first or not text.startswith("−") else f"({text})"])
        elif part.dimension is not None:
            found.append([part.text, part.dimension])
        elif found and isinstance(found[-1], str):
            found[-1] += part.text
        else:
            found.append(part.text)
    return found


def _check(value: float, check: Slope) -> list[Any]:
    """[holds, or 2 at a kink; the difference quotient as text]."""
    verdict = 1 if check.agrees(value) else 2 if check.at_kink else 0
    return [verdict, number_text(check.value).replace("-", "−")]
