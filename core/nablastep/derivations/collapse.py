"""How structured matrices multiply: diag(u) v = u ⊙ v, 1ᵀ diag(u) = uᵀ, (B ⊗ A) vec(G) = vec(A G Bᵀ), I v = v."""

from __future__ import annotations

from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Expression,
    Fill,
    MatMul,
    Scale,
    Shape,
    Subtract,
)
from nablastep.laws import add, filled, hadamard, matmul, negate, rearrange, repeat, scale, summed, total
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import Commutation, Diagonal, Identity, Kronecker, Selection, Vec
from nablastep.transposition import transposed


def plain_product(left: Expression, right: Expression) -> Expression:
    """left right, in which only the identity and numbers are multiplied out."""
    if isinstance(right, Identity):
        return left
    if isinstance(left, Identity):
        return right
    if shape_of(left) == ():
        return scale(left, right)
    if shape_of(right) == ():
        return scale(right, left)
    if shape_of(left) == ("1", "1"):
        return scale(summed(left), right)
    if isinstance(left, Scale):
        return scale(left.scalar, plain_product(left.x, right))
    if isinstance(right, Scale):
        return scale(right.scalar, plain_product(left, right.x))
    return MatMul(left, right)


def folded_product(left: Expression, right: Expression) -> Expression:
    """left right, with what is known of diagonals, ones and sums multiplied out."""
    if isinstance(right, Add | Subtract):
        return _terms(right, folded_product(left, right.left), folded_product(left, right.right))
    if isinstance(left, Add | Subtract):
        return _terms(left, folded_product(left.left, right), folded_product(left.right, right))
    if isinstance(right, MatMul):
        return plain_product(folded_product(left, right.left), right.right)
    if isinstance(left, Scale):
        return scale(left.scalar, folded_product(left.x, right))
    if isinstance(right, Scale):
        return scale(right.scalar, folded_product(left, right.x))
    if isinstance(left, Diagonal) and isinstance(right, Fill) and right.shape[1:] == ("1",):
        return scale(right.scalar, _column(left.x))
    if isinstance(left, Fill) and isinstance(right, Diagonal) and left.shape[:1] == ("1",):
        return scale(left.scalar, transposed(_column(right.x)))
    return plain_product(left, right)


def _terms(node: Add | Subtract, left: Expression, right: Expression) -> Expression:
    return add(left, right) if isinstance(node, Add) else _difference(left, right)


def _difference(left: Expression, right: Expression) -> Expression:
    return add(left, negate(right))


def _column(x: Expression) -> Expression:
    return x if shape_of(x)[1:] == ("1",) else transposed(x)


def applied(matrix: Expression, x: Expression, shape: Shape) -> Expression:
    """The X of that shape with vec(X) = matrix · vec(x)."""
    found = _applied(matrix, x, shape)
    return found if shape_of(found) == shape else transposed(found)


def _applied(matrix: Expression, x: Expression, shape: Shape) -> Expression:
    if shape == () and shape_of(x) == ():
        return scale(matrix, x)
    match matrix:
        case Add() | Subtract():
            return _terms(matrix, applied(matrix.left, x, shape), applied(matrix.right, x, shape))
        case Scale():
            return scale(matrix.scalar, applied(matrix.x, x, shape))
        case Identity():
            return x
        case Commutation():
            return transposed(x)
        case Selection():
            source = matrix.plan.after if matrix.back else matrix.plan.before
            return rearrange(x if shape_of(x) == source else transposed(x), matrix.plan, back=matrix.back)
        case Diagonal():
            return hadamard(_laid_like(matrix.x, shape), x)
        case Kronecker():
            return _from_right(matrix.left, _from_left(matrix.right, x))
        case Fill() if matrix.shape[:1] == ("1",) and shape == ():
            return scale(matrix.scalar, summed(x))
        case Fill() if shape_of(x) == ():
            return filled(scale(matrix.scalar, x), shape)
    if shape_of(matrix) == ():
        return scale(matrix, x)
    if shape_of(x) == ():  # a column times a number
        return scale(x, _laid_like(matrix, shape))
    if shape == ():  # a row times a stacked matrix
        return summed(hadamard(_laid_like(transposed(matrix), shape_of(x)), x))
    if shape_of(x)[:1] == ("1",) and rows_and_columns(matrix)[1] != "1":
        return transposed(matmul(matrix, transposed(x)))
    return _from_left(matrix, x)


def _laid_like(stacked: Expression, shape: Shape) -> Expression:
    """A stacked column as the matrix that it stacks."""
    if isinstance(stacked, Vec):
        return stacked.x
    return stacked if shape_of(stacked) == shape else transposed(stacked)


def _from_left(matrix: Expression, x: Expression) -> Expression:
    """matrix x, in which ones add up or repeat the rows."""
    if isinstance(matrix, Identity):
        return x
    if isinstance(matrix, Fill) and matrix.scalar == ONE:
        return _ones_times(matrix, x, ROWS)
    return matmul(matrix, x)


def _from_right(matrix: Expression, x: Expression) -> Expression:
    """x matrixᵀ, in which ones add up or repeat the columns."""
    if isinstance(matrix, Identity):
        return x
    if isinstance(matrix, Fill) and matrix.scalar == ONE:
        return _ones_times(matrix, x, COLUMNS)
    return matmul(x, transposed(matrix))


def _ones_times(ones: Fill, x: Expression, axis: int) -> Expression:
    """What is added up along the axis, repeated along it."""
    rows, columns = rows_and_columns(ones)
    added = x if columns == "1" else total(x, axis)
    return added if rows == "1" else repeat(added, axis, rows)
