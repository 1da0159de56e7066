"""What kind of matrix a Jacobian is, read off how it is written."""

from __future__ import annotations

from nablastep.expressions import Add, Expression, Factor, Fill, MatMul, Scale, Subtract, Transpose
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import Commutation, Diagonal, Identity, Kronecker, Selection

DIAGONAL, LOW_RANK = "diagonal", "rank one"


def structure_of(matrix: Expression) -> str | None:
    """`diagonal`, `permutation`, `Kronecker product`, `diagonal plus rank one`, …; None for any matrix."""
    match matrix:
        case Scale(_, x):
            inner = structure_of(x)
            return "a multiple of the identity" if inner == "identity" else inner
        case Identity():
            return "identity"
        case Diagonal():
            return DIAGONAL
        case Commutation():
            return "permutation"
        case Selection():
            return "selection of entries"
        case Kronecker():
            return "Kronecker product"
        case Fill(Factor(0), _):
            return "zero"
        case MatMul() if _inner(matrix) == "1":
            return LOW_RANK
        case Transpose(x):
            return structure_of(x)
        case Add(left, right) | Subtract(left, right):
            return _of_a_sum({structure_of(left), structure_of(right)})
    return _divided(matrix)


def _divided(matrix: Expression) -> str | None:
    operands = matrix.operands
    if len(operands) == 2 and shape_of(operands[0]) == shape_of(matrix) and shape_of(operands[1]) == ():
        return structure_of(Scale(operands[1], operands[0]))
    return None


def _inner(product: MatMul) -> str:
    return rows_and_columns(product.left)[1]


def _of_a_sum(kinds: set[str | None]) -> str | None:
    diagonal = {DIAGONAL, "identity", "a multiple of the identity"}
    if kinds <= diagonal:
        return DIAGONAL
    if LOW_RANK in kinds and kinds & diagonal:
        return "diagonal plus rank one"
    return "sum of Kronecker products" if kinds == {"Kronecker product"} else None
