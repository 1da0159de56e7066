"""What entries, deltas, sums over indices, inner products and structured matrices are worth."""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from nablastep.derivations.complex_step import check_entries
from nablastep.derivations.indexed import Worth, aligned
from nablastep.derivations.matrix_worth import times
from nablastep.expressions import (
    Expression,
    Scale,
    Symbol,
)
from nablastep.shapes import shape_of
from nablastep.structures import (
    SAMPLE,
    Basis,
    Delta,
    Diagonal,
    Entry,
    Identity,
    IndexSum,
    Inner,
    Kronecker,
    Named,
    OfSample,
    Trace,
    Vec,
)

if TYPE_CHECKING:
    from nablastep.derivations.worth import Evaluator

Rule = Callable[["Evaluator", Any], Worth]


def samples_are_columns(symbol: Symbol) -> bool:
    """Whether the quantity is units × samples."""
    return symbol.shape[1:] == ("m",)


def _of_sample(evaluator: Evaluator, node: OfSample) -> Worth:
    array = evaluator(node.x).array
    if samples_are_columns(node.x):
        return Worth(array.T[:, :, None], (SAMPLE,))
    return Worth(array[:, None, :], (SAMPLE,))


def _inner(evaluator: Evaluator, node: Inner) -> Worth:
    axes, (left, right) = aligned(evaluator(node.left), evaluator(node.right))
    if shape_of(node.left) == ():
        return Worth(left * right, axes, True)
    return Worth((left * right).sum(axis=(-1, -2)), axes, True)


def _trace(evaluator: Evaluator, node: Trace) -> Worth:
    operand = evaluator(node.x)
    return Worth(np.trace(operand.array, axis1=-2, axis2=-1), operand.axes, True)


def _diagonal(evaluator: Evaluator, node: Diagonal) -> Worth:
    operand = evaluator(node.x)
    entries = operand.array.reshape(*operand.array.shape[:-2], -1)
    check_entries(*entries.shape, entries.shape[-1])
    on_diagonal = np.eye(entries.shape[-1], dtype=bool)
    return Worth(np.where(on_diagonal, entries[..., None], 0.0), operand.axes)


def _identity(evaluator: Evaluator, node: Identity) -> Worth:
    return Worth(np.eye(evaluator.size(node.dimension)))


def _kronecker(evaluator: Evaluator, node: Kronecker) -> Worth:
    axes, (left, right) = aligned(evaluator(node.left), evaluator(node.right))
    check_entries(*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), *left.shape[-2:], *right.shape[-2:])
    product = left[..., :, None, :, None] * right[..., None, :, None, :]
    front = product.shape[:-4]
    rows, columns = left.shape[-2] * right.shape[-2], left.shape[-1] * right.shape[-1]
    return Worth(product.reshape(*front, rows, columns), axes)


def _vec(evaluator: Evaluator, node: Vec) -> Worth:
    operand = evaluator(node.x)
    stacked = operand.array.swapaxes(-1, -2)
    return Worth(stacked.reshape(*stacked.shape[:-2], -1, 1), operand.axes)


def _basis(evaluator: Evaluator, node: Basis) -> Worth:
    return Worth(np.eye(evaluator.size(node.dimension))[:, :, None], (node.index,))


def _entry(evaluator: Evaluator, node: Entry) -> Worth:
    operand = evaluator(node.x)
    array, axes = operand.array, operand.axes
    names = []
    for axis, index in ((-2, node.indices[0]), (-1, node.indices[1])):
        if index is not None:
            names.append(index)
        elif array.shape[axis] != 1:
            raise ValueError("an entry without an index along an axis of more than one")
    keep = tuple(size for size, index in zip(array.shape[-2:], node.indices, strict=True) if index is not None)
    return Worth(array.reshape((*array.shape[:-2], *keep)), (*axes, *names), True)


def _delta(evaluator: Evaluator, node: Delta) -> Worth:
    return Worth(np.eye(evaluator.size(node.dimension)), (node.left, node.right), True)


def _index_sum(evaluator: Evaluator, node: IndexSum) -> Worth:
    if shape_of(node.x) == ():
        return _contracted(evaluator, node)
    operand = evaluator(node.x)
    place = operand.axes.index(node.index)
    axes = (*operand.axes[:place], *operand.axes[place + 1 :])
    return Worth(operand.array.sum(axis=place), axes)


def _contracted(evaluator: Evaluator, node: IndexSum) -> Worth:
    """Sums of products as one contraction, so that tables of many indices never stand in memory at once."""
    summed: list[str] = []
    factors: list[Worth] = []

    def collect(expression: Expression) -> None:
        if isinstance(expression, IndexSum) and shape_of(expression.x) == ():
            summed.append(expression.index)
            collect(expression.x)
        elif isinstance(expression, Scale):
            collect(expression.scalar)
            collect(expression.x)
        else:
            factors.append(evaluator(expression))

    collect(node)
    present = {axis for factor in factors for axis in factor.axes}
    for index in summed:
        if index not in present:
            raise ValueError(f"the sum over {index} has no term with {index}")
    axes = tuple(dict.fromkeys(axis for factor in factors for axis in factor.axes if axis not in summed))
    names = dict.fromkeys(axis for factor in factors for axis in factor.axes)
    letters = dict(zip(names, string.ascii_letters, strict=False))
    inputs = ",".join("".join(letters[axis] for axis in factor.axes) for factor in factors)
    output = "".join(letters[axis] for axis in axes)
    arrays = [factor.array for factor in factors]
    if not all(np.isfinite(array).all() for array in arrays):
        return _summed_with_infinities(factors, list(letters), summed, axes)
    found = np.einsum(f"{inputs}->{output}", *arrays, optimize=len(arrays) > 2)
    return Worth(np.asarray(found), axes, True)


def _summed_with_infinities(factors: list[Worth], names: list[str], summed: list[str], axes: tuple[str, ...]) -> Worth:
    """The same sum where a zero, such as that of a delta, drops its term even if another factor is infinite."""
    ones = Worth(np.ones((1,) * len(names)), tuple(names), True)
    _, (_, *spread) = aligned(ones, *factors)
    product = reduce(times, spread)
    found = product.sum(axis=tuple(names.index(index) for index in summed))
    kept = [name for name in names if name not in summed]
    return Worth(np.asarray(found.transpose([kept.index(axis) for axis in axes])), axes, True)


def _named(evaluator: Evaluator, node: Named) -> Worth:
    _, (left, right) = aligned(evaluator(node.left), evaluator(node.right))
    return Worth(np.concatenate([left, right], axis=node.axis - 2))


NODE_RULES: dict[type[Expression], Rule] = {
    OfSample: _of_sample,
    Inner: _inner,
    Trace: _trace,
    Diagonal: _diagonal,
    Identity: _identity,
    Kronecker: _kronecker,
    Vec: _vec,
    Basis: _basis,
    Entry: _entry,
    Delta: _delta,
    IndexSum: _index_sum,
    Named: _named,
}
