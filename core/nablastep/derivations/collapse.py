"""How a product with a structured matrix collapses: diag(u) v → u ⊙ v, I v → v, and what follows from these."""

from __future__ import annotations

from nablastep.expressions import (
    COLUMNS,
    Add,
    Expression,
    Hadamard,
    MatMul,
    Scale,
    Subtract,
    Total,
)
from nablastep.laws import add, scale
from nablastep.structures import Diagonal, Identity


def collapsed(expression: Expression) -> Expression:
    """The same column without matrices that are diagonal or the identity."""
    if isinstance(expression, Add | Subtract):
        left, right = collapsed(expression.left), collapsed(expression.right)
        return add(left, right) if isinstance(expression, Add) else Subtract(left, right)
    if isinstance(expression, Scale):
        return scale(expression.scalar, collapsed(expression.x))
    if isinstance(expression, Total) and expression.axis == COLUMNS and isinstance(expression.x, Diagonal):
        return expression.x.x
    if isinstance(expression, MatMul):
        return _product(expression.left, collapsed(expression.right))
    return expression


def _product(matrix: Expression, vector: Expression) -> Expression:
    if isinstance(matrix, Identity):
        return vector
    if isinstance(matrix, Diagonal):
        return Hadamard(matrix.x, vector)
    if isinstance(matrix, Add | Subtract):
        return type(matrix)(_product(matrix.left, vector), _product(matrix.right, vector))
    if isinstance(matrix, MatMul):
        return MatMul(matrix.left, _product(matrix.right, vector))
    return MatMul(matrix, vector)
