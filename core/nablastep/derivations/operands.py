"""What a line of a derivation puts together, with its numbers: the arrays in it and the signs between them.

Reads the line's own expression and asks its evaluator; says nothing about how arrays are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.arrays import TooLarge
from nablastep.derivations.worth import Evaluator, Worth
from nablastep.expressions import (
    ROWS,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Hadamard,
    MatMul,
    Number,
    Repeat,
    Scale,
    Subtract,
    Sum,
    Symbol,
    Total,
    Transpose,
    walk,
)
from nablastep.shapes import shape_of
from nablastep.structures import (
    SAMPLE,
    Delta,
    Diagonal,
    Differential,
    Entry,
    Identity,
    IndexSum,
    Inner,
    Jacobian,
    Kronecker,
    OfSample,
    Partial,
    Trace,
)

SIGNS: dict[type[Expression], str] = {
    MatMul: "·", Hadamard: "⊙", Divide: "⊘", Kronecker: "⊗", Add: "+", Subtract: "−",
}  # fmt: skip
SUMS = (Add, Subtract)
MINUS = (Factor(-1), Number(-1))
SPARSE = (Diagonal, Identity, Kronecker, Jacobian, Partial)
"""Arrays whose exact zeros stand by structure."""
LONGEST = 80
"""Expressions of more pieces than this are listed instead of written out: they would fill pages."""


@dataclass(frozen=True, eq=False)
class Operand:
    """An array or number that a line reads. `value` has two axes or none; `has_structure`: its exact zeros mean that
    there is no path, whatever the numbers are."""

    expression: Expression
    value: NDArray[np.float64]
    dimensions: tuple[str, str]
    has_structure: bool


@dataclass(frozen=True, eq=False)
class Reading:
    """The right side of a line: signs and brackets as text, arrays as operands, in the order in which it is written.

    `is_whole`: the pieces are the expression itself, so what they give is the line's value; where entries are written,
    or one sample stands for all, they are a list of what is read.
    """

    pieces: tuple[str | Operand, ...] = ()
    is_whole: bool = True
    of_sample: bool = False


def reading_of(expression: Expression, evaluator: Evaluator) -> Reading:
    """The operands of the expression; an empty reading where it is one array by itself, or too large to write out."""
    try:
        if any(isinstance(node, Entry | Partial | Delta) for node in walk(expression)):
            listed = list(dict.fromkeys(_read_in_entries(expression)))
            if len(listed) == 1 and isinstance(listed[0], Apply):
                listed = list(dict.fromkeys(_symbols_in(listed[0])))
            return Reading() if _is_one_slope(listed) else Reading(_Reader(evaluator, listed).listed(), is_whole=False)
        pieces = list(_pieces(expression))
        if len(pieces) == 1:  # one function of an array: the array
            listed = list(dict.fromkeys(_symbols_in(expression)))
            return Reading(_Reader(evaluator, listed).listed(), is_whole=False)
        found = _Reader(evaluator, pieces)
        if found.of_sample or not found.is_flat or len(pieces) > LONGEST:
            return Reading(found.listed(), is_whole=False, of_sample=found.of_sample)
        return Reading(tuple(found.shown()))
    except TooLarge:
        return Reading()


class _Reader:
    """The values of the leaves among some pieces."""

    def __init__(self, evaluator: Evaluator, pieces: Sequence[str | Expression]) -> None:
        self.pieces = pieces
        self.leaves = list(dict.fromkeys(piece for piece in pieces if not isinstance(piece, str)))
        self._worths = {leaf: evaluator(leaf) for leaf in self.leaves}

    @property
    def of_sample(self) -> bool:
        """Whether a leaf has a value for each sample."""
        return any(SAMPLE in worth.axes for worth in self._worths.values())

    @property
    def is_flat(self) -> bool:
        """Whether every leaf can be laid out in rows and columns; one with a matrix for each index cannot."""
        return all(_is_flat(worth) for worth in self._worths.values())

    def shown(self) -> Iterator[str | Operand]:
        """The pieces, every leaf with its value."""
        for piece in self.pieces:
            yield piece if isinstance(piece, str) else _operand(piece, self._worths[piece])

    def listed(self) -> tuple[Operand, ...]:
        """Each leaf once, those that can be laid out in rows and columns."""
        return tuple(_operand(leaf, worth) for leaf, worth in self._worths.items() if _is_flat(worth))


def _is_flat(worth: Worth) -> bool:
    indices = [axis for axis in worth.axes if axis != SAMPLE]
    return len(indices) + max(0, worth.array.ndim - len(worth.axes)) <= 2


def _operand(leaf: Expression, worth: Worth) -> Operand:
    array = np.asarray(worth.array, dtype=np.float64)
    if SAMPLE in worth.axes:
        array = np.take(array, 0, axis=worth.axes.index(SAMPLE))
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    shape = shape_of(leaf)
    rows, columns = shape if len(shape) == 2 else ("1", "1")
    bare = leaf.x if isinstance(leaf, Transpose) else leaf
    return Operand(leaf, array, (rows, columns), isinstance(bare, SPARSE))


def _pieces(x: Expression) -> Iterator[str | Expression]:
    """The expression from left to right, down to what is an array by itself."""
    sign = SIGNS.get(type(x))
    if sign is not None:
        left, right = x.operands
        yield from _bracketed(left, x, is_right=False)
        yield "/" if isinstance(x, Divide) and shape_of(right) == () else sign
        yield from _bracketed(right, x, is_right=True)
    elif isinstance(x, Inner):
        yield from ("⟨", *_pieces(x.left), ",", *_pieces(x.right), "⟩")
    elif isinstance(x, Trace):
        yield from ("tr(", *_pieces(x.x), ")")
    elif isinstance(x, Sum):
        yield from ("Σ(", *_pieces(x.x), ")")
    elif isinstance(x, Scale):
        yield from (*(("−",) if x.scalar in MINUS else (x.scalar, "·")), *_bracketed(x.x, x, is_right=True))
    elif isinstance(x, Total | Repeat):
        one = "1ᵀ" if (x.axis == ROWS) == isinstance(x, Total) else "1"
        inner = _bracketed(x.x, x, is_right=x.axis == ROWS)
        yield from (f"{one} ·", *inner) if x.axis == ROWS else (*inner, f"· {one}")
    elif isinstance(x, IndexSum):
        yield from ("Σ", *_pieces(x.x))
    elif isinstance(x, Transpose) and type(x.x) in SIGNS:
        yield from ("(", *_pieces(x.x), ")ᵀ")
    else:
        yield x


def _bracketed(x: Expression, outer: Expression, *, is_right: bool) -> Iterator[str | Expression]:
    """An operand of `outer`, in brackets where it is another kind of product, a sum in anything but a sum, or a
    factor or a minus behind a sign."""
    if isinstance(outer, SUMS):
        needed = is_right and isinstance(outer, Subtract) and isinstance(x, SUMS)
    else:
        needed = _kind(x) in SIGNS and (_kind(x) is not _kind(outer) or isinstance(outer, Divide))
    if is_right and isinstance(x, Scale) and not isinstance(outer, Scale):
        needed = x.scalar in MINUS or not isinstance(outer, SUMS)
    yield from ("(", *_pieces(x), ")") if needed else _pieces(x)


def _kind(x: Expression) -> type[Expression]:
    """The operation; adding up and copying are products with ones."""
    return MatMul if isinstance(x, Total | Repeat) else type(x)


def _read_in_entries(expression: Expression) -> Iterator[Expression]:
    """The arrays whose entries are written, and the tables of slopes; not what a slope is taken of."""
    if isinstance(expression, Partial | Symbol):
        yield expression
    elif isinstance(expression, Entry):
        yield from (piece for piece in _pieces(expression.x) if not isinstance(piece, str))
    elif isinstance(expression, Apply) and isinstance(expression.x, Entry):
        yield replace(expression, x=expression.x.x)
    else:
        for operand in expression.operands:
            yield from _read_in_entries(operand)


def _is_one_slope(leaves: Sequence[Expression]) -> bool:
    """Whether nothing is read but a table of slopes, which is what the line is worth itself."""
    return len(leaves) == 1 and isinstance(leaves[0], Partial)


def _symbols_in(expression: Expression) -> Iterator[Expression]:
    """What an array made by one function is made of; nothing where it is an array by itself, or a table of slopes."""
    if not isinstance(expression, Symbol | Jacobian | Differential | OfSample | Transpose):
        yield from (node for node in walk(expression) if isinstance(node, Symbol) and node.shape)
