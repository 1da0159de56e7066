"""The four conventions, as transpositions of the one that the program computes in.

An equation exists once, for columns with z = W a + b. Another convention stores some quantities transposed: each such
symbol X is replaced by X′ᵀ, and the transposes are pushed to the leaves with (AB)ᵀ = BᵀAᵀ. Nothing else changes.
Which they are goes by role: parameters that multiply a quantity with samples, and the quantities with samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import UnknownNameError
from nablastep.expressions import (
    COLUMNS,
    ROWS,
    SAMPLES,
    WEIGHTS,
    Block,
    Cut,
    Diagonals,
    Equation,
    Expression,
    Extension,
    Fill,
    LogSumExp,
    MatMul,
    Rearrange,
    Repeat,
    Scale,
    Shape,
    Softmax,
    Sum,
    Symbol,
    Total,
    Transpose,
)
from nablastep.records import record
from nablastep.shapes import shape_of


@record()
class Convention:
    """Which quantities are stored transposed, seen from z = W a + b, and where that form is met."""

    name: str
    transposes_weights: bool
    transposes_samples: bool
    formula: str
    met_in: str

    def transposes(self, symbol: Symbol) -> bool:
        """Whether this convention stores the symbol's quantity transposed."""
        if symbol.flips_with == WEIGHTS:
            return self.transposes_weights
        return self.transposes_samples and symbol.flips_with == SAMPLES

    def shown_symbol(self, symbol: Symbol) -> Symbol:
        """The symbol with the shape that it has in this convention."""
        return replace(symbol, shape=_flip_shape(symbol.shape)) if self.transposes(symbol) else symbol

    def shown_value(self, symbol: Symbol, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value, computed in columns, as this convention stores it: itself or its exact transpose."""
        return value.T if self.transposes(symbol) else value

    def shown_equation(self, equation: Equation) -> Equation:
        """The equation, rearranged."""
        expression = self.shown_expression(equation.expression)
        if self.transposes(equation.target):
            expression = transposed(expression)
        return Equation(self.shown_symbol(equation.target), expression, equation.is_update)

    def shown_expression(self, expression: Expression) -> Expression:
        """The expression with this convention's symbols in it; its own value is not transposed."""
        if isinstance(expression, Symbol):
            shown = self.shown_symbol(expression)
            return Transpose(shown) if self.transposes(expression) else shown
        operands = tuple(self.shown_expression(operand) for operand in expression.operands)
        return pushed(expression.with_operands(operands)) if operands else expression


def pushed(expression: Expression) -> Expression:
    """The same value with every transpose of this node's operands moved as far down as it goes."""
    if isinstance(expression, Transpose):
        return transposed(expression.x)
    if isinstance(expression, Sum):
        return Sum(_without_transpose(expression.x))
    if isinstance(expression, Rearrange) and isinstance(expression.x, Transpose) and isinstance(expression.plan, Cut):
        return Transpose(transposed(expression))
    return expression


def pushed_throughout(expression: Expression) -> Expression:
    """The same value with every transpose at the leaves."""
    if isinstance(expression, Transpose):
        return transposed(pushed_throughout(expression.x))
    operands = tuple(map(pushed_throughout, expression.operands))
    return expression.with_operands(operands) if operands else expression


def transposed(expression: Expression) -> Expression:
    """expressionᵀ with the transpose pushed down to the leaves."""
    rule = TRANSPOSE_RULES.get(type(expression))
    if rule is not None:
        return rule(expression)
    if shape_of(expression) == ():
        return expression
    if isinstance(expression, Extension):
        return expression.transposed()
    return expression.with_operands(tuple(transposed(operand) for operand in expression.operands))


def _without_transpose(expression: Expression) -> Expression:
    """The sum of all entries does not see a transpose: take the form with fewer of them."""
    flipped = transposed(expression)
    return flipped if _count_transposes(flipped) < _count_transposes(expression) else expression


def _count_transposes(expression: Expression) -> int:
    return isinstance(expression, Transpose) + sum(_count_transposes(operand) for operand in expression.operands)


def _flip(axis: int) -> int:
    return ROWS if axis == COLUMNS else COLUMNS


def _rearranged(node: Rearrange) -> Expression:
    """Rows cut become columns cut; other rearrangements go by columns and keep doing so."""
    plan = node.plan
    if isinstance(plan, Diagonals) and node.back:
        return node
    if not isinstance(plan, Cut) or isinstance(node.x, Symbol):
        return Transpose(node)
    before, after = _flip_shape(plan.before), _flip_shape(plan.after)
    return Rearrange(transposed(node.x), replace(plan, before=before, after=after, axis=_flip(plan.axis)), node.back)


def _flip_shape(shape: Shape) -> Shape:
    return shape[::-1] if shape else shape


TRANSPOSE_RULES: dict[type[Expression], Callable[[Any], Expression]] = {
    Symbol: lambda node: Transpose(node) if node.shape else node,
    Fill: lambda node: Fill(node.scalar, _flip_shape(node.shape)),
    Transpose: lambda node: node.x,
    MatMul: lambda node: MatMul(transposed(node.right), transposed(node.left)),
    Scale: lambda node: Scale(node.scalar, transposed(node.x)),
    Softmax: lambda node: Softmax(transposed(node.x), _flip(node.axis)),
    LogSumExp: lambda node: LogSumExp(transposed(node.x), _flip(node.axis)),
    Repeat: lambda node: Repeat(transposed(node.x), _flip(node.axis), node.dimension),
    Total: lambda node: Total(transposed(node.x), _flip(node.axis)),
    Rearrange: _rearranged,
    Block: lambda node: Block(transposed(node.left), transposed(node.right), _flip(node.axis), node.dimension),
}

CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention("column", False, False, "z = W a + b", "Nielsen and most textbooks"),
        Convention("column-transposed", True, False, "z = Wᵀa + b", "scalars, W from i to j: zⱼ = Σᵢ Wᵢⱼ aᵢ"),
        Convention("row-keras", True, True, "z = a W + b", "Keras Dense: its kernel is inputs × units"),
        Convention("row-pytorch", False, True, "z = a Wᵀ + b", "PyTorch Linear: its weight is units × inputs"),
    )
}


def convention_named(name: str) -> Convention:
    """The convention of that name; UnknownNameError names the four there are."""
    if name not in CONVENTIONS:
        raise UnknownNameError(f"unknown convention '{name}'; there are {', '.join(CONVENTIONS)}")
    return CONVENTIONS[name]
