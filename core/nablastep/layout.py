"""How an equation is laid out: operands side by side with operators between, and what one cell of the result reads.

Takes the equation as a convention shows it. Knows nothing of screens: a view places the operands as matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Ratio,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
)
from nablastep.notation.unicode import NOTATION
from nablastep.records import record
from nablastep.shapes import rows_and_columns, shape_of

Index = int | None
"""An index from 0, or None for all along that dimension."""

Request = tuple[Index, Index]
"""The cells (row, column) of an operand that one cell of the result reads."""


@record()
class Operand:
    """A matrix in the layout; `reads` are the cells of it behind the selected cell, None if none is selected."""

    expression: Expression
    reads: Request | None

    @property
    def symbol(self) -> Symbol | None:
        """The quantity shown, if the operand is one quantity, transposed or not."""
        inner = self.expression.operands[0] if self.expression.operands else self.expression
        bare = self.expression if isinstance(self.expression, Symbol) else inner
        return bare if isinstance(bare, Symbol) else None

    @property
    def text(self) -> str:
        """What is written above it."""
        text = NOTATION.text(self.expression)
        return f"({text})" if isinstance(self.expression, Add | Subtract) else text


@record()
class Operator:
    """A sign between operands: `·`, `⊙`, `+`, a bracket, or a function's name with its bracket."""

    text: str


@record()
class Coefficient:
    """A scalar in front: its expression, written as a symbol or fraction."""

    expression: Expression

    @property
    def text(self) -> str:
        """What is written."""
        text = NOTATION.text(self.expression)
        return f"({text})" if isinstance(self.expression, Add | Subtract) else text


Piece = Operand | Operator | Coefficient


def pieces(expression: Expression, cell: tuple[int, int] | None = None) -> tuple[Piece, ...]:
    """The expression as pieces in reading order; `cell` is the selected cell of its value, from 0."""
    return tuple(_lay_out(expression, cell, root=True))


def _lay_out(expression: Expression, request: Request | None, *, root: bool = False) -> list[Piece]:
    rule = _RULES.get(type(expression))
    if rule is None or (isinstance(expression, Apply) and not root):
        return [Operand(expression, request)]
    return rule(expression, request)


def _bracketed(expression: Expression, request: Request | None, weak: tuple[type[Expression], ...]) -> list[Piece]:
    inner = _lay_out(expression, request)
    return [Operator("("), *inner, Operator(")")] if isinstance(expression, weak) else inner


def _sum(node: Add | Subtract, request: Request | None) -> list[Piece]:
    sign = Operator("+" if isinstance(node, Add) else "−")
    return [*_lay_out(node.left, request), sign, *_bracketed(node.right, request, (Add, Subtract))]


def _product(node: MatMul, request: Request | None) -> list[Piece]:
    left = None if request is None else (request[0], None)
    right = None if request is None else (None, request[1])
    weak = (Add, Subtract, Hadamard, Divide, Ratio)
    return [*_bracketed(node.left, left, weak), Operator("·"), *_bracketed(node.right, right, (*weak, MatMul))]


def _element_wise(node: Hadamard, request: Request | None) -> list[Piece]:
    weak = (Add, Subtract, MatMul)
    return [*_bracketed(node.left, request, weak), Operator("⊙"), *_bracketed(node.right, request, (*weak, Hadamard))]


def _quotient(node: Divide | Ratio, request: Request | None) -> list[Piece]:
    if shape_of(node.right) == ():
        return [*_bracketed(node.left, request, (Add, Subtract)), Operator("/"), Coefficient(node.right)]
    return [Operand(node.left, request), Operator("⊘"), Operand(node.right, request)]


def _times_log(node: TimesLog, request: Request | None) -> list[Piece]:
    return [Operand(node.left, request), Operator("⊙ ln("), Operand(node.right, request), Operator(")")]


def _scaled(node: Scale, request: Request | None) -> list[Piece]:
    front: Piece = Operator("−") if node.scalar == MINUS_ONE else Coefficient(node.scalar)
    return [front, *_bracketed(node.x, request, (Add, Subtract, Hadamard, Divide, Ratio))]


def _everything(node: Sum, _: Request | None) -> list[Piece]:
    inner = _lay_out(node.x, (None, None), root=True)
    if shape_of(node.x) == ("1", "1"):
        return inner
    is_power = isinstance(node.x, Apply) and node.x.function.style == "postfix"
    return [Operator("Σ"), *inner] if is_power else [Operator("Σ ("), *inner, Operator(")")]


def _function(node: Apply, request: Request | None) -> list[Piece]:
    name = NOTATION.function_name(node)
    if node.function.style == "postfix":
        return [Operator("("), *_lay_out(node.x, request), Operator(")" + name)]
    return [Operator(name + "("), *_lay_out(node.x, request), Operator(")")]


def _per_sample(node: Softmax | LogSumExp, request: Request | None) -> list[Piece]:
    name = "softmax(" if isinstance(node, Softmax) else "lse("
    whole = None if request is None else _along(node.axis, request)
    return [Operator(name), *_lay_out(node.x, whole), Operator(")")]


def _total(node: Total, request: Request | None) -> list[Piece]:
    rows, columns = rows_and_columns(node.x)
    whole = None if request is None else _along(node.axis, request)
    summed = _bracketed(node.x, whole, (Add, Subtract, Hadamard, MatMul))
    nothing = None if request is None else (None, None)
    if node.axis == COLUMNS:
        return [*summed, Operator("·"), Operand(Fill(ONE, (columns, "1")), nothing)]
    return [Operand(Fill(ONE, ("1", rows)), nothing), Operator("·"), *summed]


def _along(axis: int, request: Request) -> Request:
    """All cells along the axis that the cell of the result comes from."""
    return (request[0], None) if axis == COLUMNS else (None, request[1])


_RULES: dict[type[Expression], Callable[[Any, Request | None], list[Piece]]] = {
    Add: _sum,
    Subtract: _sum,
    MatMul: _product,
    Hadamard: _element_wise,
    Divide: _quotient,
    Ratio: _quotient,
    TimesLog: _times_log,
    Scale: _scaled,
    Sum: _everything,
    Apply: _function,
    Softmax: _per_sample,
    LogSumExp: _per_sample,
    Total: _total,
}
