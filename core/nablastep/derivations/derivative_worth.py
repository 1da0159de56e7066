"""What differentials, Jacobians and partial derivatives are worth: complex steps on the forward equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.complex_step import LARGEST_TABLE, STEP, TooLarge, slope_of_step
from nablastep.derivations.indexed import Worth
from nablastep.derivations.node_worth import NODE_RULES, samples_are_columns
from nablastep.expressions import (
    Expression,
    Fill,
    Repeat,
    Symbol,
    Transpose,
)
from nablastep.structures import (
    SAMPLE,
    Differential,
    Entry,
    Jacobian,
    OfSample,
    Partial,
    Vec,
)

if TYPE_CHECKING:
    from nablastep.derivations.worth import Evaluator

Rule = Callable[["Evaluator", Any], Worth]


def of_sample(expression: Expression) -> Expression:
    """The expression for one sample: each quantity with samples becomes its part, copies over samples fall away."""
    if isinstance(expression, Symbol):
        return OfSample(expression) if "m" in expression.shape else expression
    if isinstance(expression, Repeat) and expression.dimension == "m":
        return of_sample(expression.x)
    if isinstance(expression, Fill):
        shape: Any = tuple("1" if dimension == "m" else dimension for dimension in expression.shape)
        return Fill(expression.scalar, shape)
    if isinstance(expression, OfSample) or not expression.operands:
        return expression
    return expression.with_operands(tuple(of_sample(operand) for operand in expression.operands))


def _jacobian(evaluator: Evaluator, node: Jacobian) -> Worth:
    numerator, denominator = node.numerator, node.denominator
    if isinstance(numerator, Symbol) and numerator.base == "E":
        found = _error_row(evaluator, denominator)
    elif isinstance(numerator, Entry):
        return _slices(evaluator, numerator, denominator)
    else:
        variable = denominator.x if isinstance(denominator, Vec) else denominator
        stacks_rows = isinstance(variable, Transpose)  # the columns of xᵀ are the rows of x
        variable = variable.x if isinstance(variable, Transpose) else variable
        rows, axes = _rows(evaluator, numerator, variable)
        if isinstance(denominator, Vec) and not stacks_rows:
            rows = _column_order(rows, evaluator(variable).array.shape)
        found = Worth(rows, axes)
    if node.layout == "denominator":
        return Worth(found.array.swapaxes(-1, -2), found.axes)
    return found


def _rows(evaluator: Evaluator, numerator: Expression, variable: Expression) -> tuple[NDArray[Any], tuple[str, ...]]:
    """A row of derivatives for each entry of the numerator, for each sample where it is a sample's part."""
    if isinstance(numerator, OfSample) and numerator.x in evaluator.forward and not isinstance(variable, OfSample):
        # All samples at once: one matrix product for each nudge instead of one for each sample as well.
        table = evaluator.derivative_table(evaluator.forward[numerator.x].expression, variable).array
        return (table.swapaxes(0, 1) if samples_are_columns(numerator.x) else table), (SAMPLE,)
    found = evaluator.derivative_table(opened(evaluator, numerator), variable)
    return found.array.reshape(*found.array.shape[: len(found.axes)], -1, found.array.shape[-1]), found.axes


def _error_row(evaluator: Evaluator, denominator: Expression) -> Worth:
    """∂E/∂v as a row; for a sample's part one row for each sample."""
    if isinstance(denominator, OfSample):
        symbol = denominator.x
        array = evaluator.error_derivative(symbol).array
        return Worth((array.T if samples_are_columns(symbol) else array)[:, None, :], (SAMPLE,))
    variable = denominator.x if isinstance(denominator, Vec) else denominator
    if isinstance(variable, Transpose):
        assert isinstance(variable.x, Symbol)
        array = evaluator.error_derivative(variable.x).array.T
    else:
        assert isinstance(variable, Symbol)
        array = evaluator.error_derivative(variable).array
    return Worth(array.reshape(1, -1, order="F" if isinstance(denominator, Vec) else "C"))


def _slices(evaluator: Evaluator, numerator: Entry, matrix: Expression) -> Worth:
    table = evaluator.derivative_table(Entry(opened(evaluator, numerator.x), numerator.indices), matrix)
    rows, columns = evaluator(matrix).array.shape
    return Worth(table.array.reshape(*table.array.shape[:-1], rows, columns), table.axes)


def _column_order(rows: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """The last axis from row by row order to column by column order of a matrix of that shape."""
    order = np.arange(shape[0] * shape[1]).reshape(shape).ravel(order="F")
    return np.take(rows, order, axis=-1)


def opened(evaluator: Evaluator, numerator: Expression) -> Expression:
    """A computed quantity, or a sample's part of it, as the right side of its forward equation."""
    if isinstance(numerator, OfSample) and numerator.x in evaluator.forward:
        return of_sample(evaluator.forward[numerator.x].expression)
    if isinstance(numerator, Symbol) and numerator in evaluator.forward:
        return evaluator.forward[numerator].expression
    return numerator


def _partial(evaluator: Evaluator, node: Partial) -> Worth:
    variable = node.denominator.x
    assert isinstance(variable, Symbol)
    if isinstance(node.numerator, Symbol) and node.numerator.base == "E":
        derivative = evaluator.error_derivative(variable)
        return NODE_RULES[Entry](evaluator.bound({variable: derivative}), node.denominator)
    numerator = node.numerator
    if isinstance(numerator, Entry):
        numerator = Entry(opened(evaluator, numerator.x), numerator.indices)
    if SAMPLE in node.denominator.indices and SAMPLE in evaluator(numerator).axes:
        return _partial_of_sample(evaluator, numerator, node.denominator)
    table = evaluator.derivative_table(numerator, variable)
    return _entry_axes(table, evaluator(variable).array.shape, node.denominator.indices)


def _partial_of_sample(evaluator: Evaluator, numerator: Expression, denominator: Entry) -> Worth:
    """The samples do not see each other, so entry (i, s) is nudged for all s at once."""
    variable = denominator.x
    base = evaluator(variable).array
    samples = denominator.indices.index(SAMPLE)
    base = base if samples == 1 else base.T  # units × samples
    rows: list[NDArray[Any]] = []
    axes: tuple[str, ...] = ()
    for unit in range(base.shape[0]):
        nudged = base.astype(complex)
        nudged[unit] += 1j * STEP
        worth = evaluator.bound({variable: Worth(nudged if samples == 1 else nudged.T)})(numerator)
        axes = worth.axes
        rows.append(slope_of_step(worth.array))
        if worth.array.size * base.shape[0] > LARGEST_TABLE:
            raise TooLarge
    unit_index = denominator.indices[1 - samples]
    assert unit_index is not None
    return Worth(np.stack(rows, axis=-1), (*axes, unit_index), True)


def _entry_axes(table: Worth, shape: tuple[int, ...], indices: tuple[str | None, str | None]) -> Worth:
    kept = [(size, index) for size, index in zip(shape, indices, strict=True) if index is not None]
    array = table.array.reshape((*table.array.shape[:-1], *(size for size, _ in kept)))
    return Worth(array, (*table.axes, *(index for _, index in kept)), True)


def _differential(evaluator: Evaluator, node: Differential) -> Worth:
    if node.x == evaluator.moving:
        assert evaluator.direction is not None
        return Worth(evaluator.direction)
    return evaluator.directional(node.x)


DERIVATIVE_RULES: dict[type[Expression], Rule] = {
    Differential: _differential,
    Jacobian: _jacobian,
    Partial: _partial,
}
