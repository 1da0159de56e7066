"""What an expression of a derivation is worth: its value, by interpretation, index by index and matrix by matrix.

Derivatives (Jacobians, partial derivatives, differentials) are taken by the complex step on the forward equations and
on nothing else, so that no line is checked against the formula that it derives. Source of the method: Squire and Trapp
(1998), "Using Complex Variables to Estimate Derivatives of Real Functions".
A value carries an axis for each index that is free in the expression, in front of its rows and columns.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep import primitives
from nablastep.derivations.nodes import (
    SAMPLE,
    Basis,
    Delta,
    Diagonal,
    Differential,
    Entry,
    Identity,
    IndexSum,
    Inner,
    Jacobian,
    Kronecker,
    Named,
    OfSample,
    Partial,
    Trace,
    Vec,
)
from nablastep.expressions import (
    ARGUMENT,
    Add,
    Apply,
    Cases,
    Divide,
    Equation,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    symbols,
)
from nablastep.shapes import shape_of

STEP = 1e-150
"""The imaginary step: far below every value, so that the derivative has no error of truncation at all."""

LARGEST_FINITE = 1e140
"""A derivative beyond this is a division by the step itself: the true one is infinite."""

LARGEST_TABLE = 8_000_000
"""Derivative tables of more entries are not written out."""

LARGEST_WORK = 500_000_000
"""Nor are those of quantities so large that nudging each entry in turn takes too long (entries squared)."""

_NUDGED = "@"  # the axis of the nudges that are tried at once


class TooLarge(Exception):  # noqa: N818 - not a mistake: the line is shown without a value
    """A table of derivatives that is too large to be written out."""


@dataclass(frozen=True, eq=False)
class Worth:
    """A value: `array` has one axis for each of `axes`, then rows and columns unless it is a scalar."""

    array: NDArray[Any]
    axes: tuple[str, ...] = ()
    scalar: bool = False


Rule = Callable[["Evaluator", Any], Worth]


class Evaluator:
    """Evaluates the expressions of derivations for one state of one network.

    `values` maps ids and dimensions to arrays (units × samples) and numbers; `forward` are the equations, in order,
    with E's last. `moving` is the quantity that moves along `direction`, for differentials.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        forward: Iterable[Equation],
        moving: Symbol | None = None,
        direction: NDArray[np.float64] | None = None,
    ) -> None:
        self.values = values
        self.forward = {equation.target: equation for equation in forward}
        self.moving = moving
        self.direction = direction
        self.bindings: dict[Expression, Worth] = {}
        self.known_derivatives: dict[Expression, Worth] = {}
        self.remembered: dict[Expression, Worth] = {}

    def __call__(self, expression: Expression) -> Worth:
        """The value of the expression. Raises TooLarge if it needs a table of derivatives that is."""
        if expression in self.bindings:
            return self.bindings[expression]
        if expression in self.remembered:
            return self.remembered[expression]
        with np.errstate(all="ignore"):
            found = RULES[type(expression)](self, expression)
        if isinstance(expression, Jacobian | Partial) and not self.bindings:
            self.remembered[expression] = found
        return found

    def size(self, dimension: str) -> int:
        """How large a dimension is, also a product `n0·n1`."""
        size = 1
        for part in dimension.split("·"):
            size *= 1 if part == "1" else int(self.values[part])
        return size

    def with_direction(self, moving: Symbol, direction: NDArray[np.float64]) -> Evaluator:
        """The same state, in which one quantity moves."""
        other = self.bound({})
        other.moving, other.direction = moving, direction
        return other

    def error_change(self) -> float:
        """dE along the direction, through the whole forward pass."""
        error = next(symbol for symbol in self.forward if symbol.base == "E")
        return float(self.directional(error).array)

    def bound(self, bindings: Mapping[Expression, Worth]) -> Evaluator:
        """The same state, in which some expressions have other values."""
        other = Evaluator(self.values, self.forward.values(), self.moving, self.direction)
        other.bindings = {**self.bindings, **bindings}
        if not bindings:
            other.known_derivatives, other.remembered = self.known_derivatives, self.remembered
        return other

    # derivatives

    def forward_value(self, target: Symbol, bindings: Mapping[Expression, Worth]) -> Worth:
        """The quantity as the forward pass makes it from the bound values: everything after them is computed again."""
        evaluator = self.bound(bindings)
        for symbol, equation in self.forward.items():
            if symbol in bindings:
                continue
            if any(read in evaluator.bindings for read in symbols(equation.expression)):
                evaluator.bindings[symbol] = evaluator(equation.expression)
        return evaluator(target)

    def error_derivative(self, variable: Symbol) -> Worth:
        """∂E/∂(every entry of the variable), through the whole forward pass, laid out like the variable."""
        if variable not in self.known_derivatives:
            error = next(symbol for symbol in self.forward if symbol.base == "E")

            def run(nudged: Worth) -> Worth:
                return self.forward_value(error, {variable: nudged})

            table = self._table(run, self(variable))
            shape = self(variable).array.shape
            self.known_derivatives[variable] = Worth(np.moveaxis(table.array, -1, 0).reshape(shape))
        return self.known_derivatives[variable]

    def directional(self, expression: Expression) -> Worth:
        """The change of the expression while the moving quantity moves along the direction, to first order."""
        if self.moving is None or self.direction is None:
            raise ValueError("nothing moves: a differential has no value here")
        nudged = Worth(self(self.moving).array + 1j * STEP * self.direction)
        bindings: dict[Expression, Worth] = {self.moving: nudged}
        if isinstance(expression, Symbol):
            found = self.forward_value(expression, bindings)
        else:
            found = self._along(expression, bindings)
        return Worth(_derivative(found.array), found.axes, found.scalar)

    def _along(self, expression: Expression, bindings: dict[Expression, Worth]) -> Worth:
        """An expression of computed quantities: those between the moving one and it move too."""
        moved = dict(bindings)
        for symbol in symbols(expression):
            if symbol not in moved and symbol in self.forward:
                moved[symbol] = self.forward_value(symbol, bindings)
        return self.bound(moved)(expression)

    def derivative_table(self, numerator: Expression, variable: Expression) -> Worth:
        """The derivative of the numerator by every entry of the variable; the entries are the last axis, row by row.

        The entries of different samples are nudged together, each seen by its own sample only.
        """
        base = self(variable)

        def run(nudged: Worth) -> Worth:
            return self.bound({variable: nudged})(numerator)

        return self._table(run, base)

    def _table(self, run: Callable[[Worth], Worth], base: Worth) -> Worth:
        rows, columns = base.array.shape[-2:]
        entries = rows * columns
        if entries * base.array.size > LARGEST_WORK:
            raise TooLarge
        found: list[NDArray[Any]] = []
        axes: tuple[str, ...] = ()
        scalar = False
        chunk, start = 1, 0
        while start < entries:
            stop = min(entries, start + chunk)
            worth = run(_nudged(base, start, stop))
            if _NUDGED in worth.axes:
                place = worth.axes.index(_NUDGED)
                array = np.moveaxis(worth.array, place, -1)
                axes = (*worth.axes[:place], *worth.axes[place + 1 :])
            else:
                array = np.repeat(worth.array[..., None], stop - start, axis=-1)
                axes = worth.axes
            scalar = worth.scalar
            per_entry = max(1, array[..., 0].size)
            if per_entry * entries > LARGEST_TABLE:
                raise TooLarge
            found.append(_derivative(array))
            chunk = max(1, min(4096, 2_000_000 // max(per_entry, base.array.size)))
            start = stop
        return Worth(np.concatenate(found, axis=-1), axes, scalar)


def _nudged(base: Worth, start: int, stop: int) -> Worth:
    """The value once for each entry from start to stop, each time with a step in that entry."""
    rows, columns = base.array.shape[-2:]
    steps = np.zeros((stop - start, rows * columns), dtype=complex)
    steps[np.arange(stop - start), np.arange(start, stop)] = 1j * STEP
    shape = (stop - start, *(1 for _ in base.axes), rows, columns)
    return Worth(base.array + steps.reshape(shape), (_NUDGED, *base.axes))


def _derivative(array: NDArray[Any]) -> NDArray[np.float64]:
    slope = np.imag(array) / STEP
    return np.asarray(np.where(np.abs(slope) > LARGEST_FINITE, np.copysign(np.inf, slope), slope))


def aligned(*operands: Worth) -> tuple[tuple[str, ...], list[NDArray[Any]]]:
    """The arrays with the same axes in front, in order of appearance; scalars among matrices get two of size 1."""
    axes = tuple(dict.fromkeys(axis for operand in operands for axis in operand.axes))
    matrices = any(not operand.scalar for operand in operands)
    arrays = []
    for operand in operands:
        array = operand.array
        if operand.scalar and matrices:
            array = array[..., None, None]
        kept = [axis for axis in axes if axis in operand.axes]
        trailing = list(range(len(operand.axes), array.ndim))
        array = array.transpose([operand.axes.index(axis) for axis in kept] + trailing)
        shape = iter(array.shape[: len(kept)])
        front = [next(shape) if axis in kept else 1 for axis in axes]
        arrays.append(array.reshape((*front, *array.shape[len(kept) :])))
    return axes, arrays


def _entry_wise(function: Callable[..., Any]) -> Rule:
    def rule(evaluator: Evaluator, node: Expression) -> Worth:
        operands = [evaluator(operand) for operand in node.operands]
        axes, arrays = aligned(*operands)
        return Worth(np.asarray(function(*arrays)), axes, all(operand.scalar for operand in operands))

    return rule


def _matrix_product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """left @ right; where one side is the same for all of the other, as one large product instead of many small."""
    if max(left.ndim, right.ndim) > 2:
        if all(size == 1 for size in right.shape[:-2]):
            inner, columns = right.shape[-2:]
            flat = left.reshape(-1, inner) @ right.reshape(inner, columns)
            return np.asarray(flat.reshape(*left.shape[:-1], columns))
        if all(size == 1 for size in left.shape[:-2]):
            left = left.reshape(left.shape[-2:])
            return np.asarray(np.tensordot(right, left, axes=([-2], [1])).swapaxes(-1, -2))
    return np.asarray(left @ right)


def _along_axis(function: Callable[[NDArray[Any], int], Any]) -> Rule:
    def rule(evaluator: Evaluator, node: Any) -> Worth:
        operand = evaluator(node.x)
        return Worth(np.asarray(function(operand.array, node.axis - 2)), operand.axes)

    return rule


def _symbol(evaluator: Evaluator, node: Symbol) -> Worth:
    value = evaluator.values[node.id]
    return Worth(np.asarray(value), (), node.shape == ())


def _factor(evaluator: Evaluator, node: Factor) -> Worth:
    below = float(node.denominator)
    for dimension in node.dimensions:
        below *= evaluator.size(dimension)
    return Worth(np.asarray(node.numerator / below), (), True)


def _number(_: Evaluator, node: Number) -> Worth:
    return Worth(np.asarray(node.value), (), True)


def _fill(evaluator: Evaluator, node: Fill) -> Worth:
    scalar = evaluator(node.scalar)
    if node.shape == ():
        return scalar
    shape = tuple(evaluator.size(dimension) for dimension in node.shape)
    return Worth(scalar.array[..., None, None] * np.ones(shape), scalar.axes)


def _transpose(evaluator: Evaluator, node: Transpose) -> Worth:
    operand = evaluator(node.x)
    return Worth(operand.array.swapaxes(-1, -2), operand.axes)


def _apply(evaluator: Evaluator, node: Apply) -> Worth:
    operand = evaluator(node.x)
    return Worth(function_value(node.function, operand.array, prime=node.prime), operand.axes, operand.scalar)


def function_value(function: Function, x: NDArray[Any], *, prime: bool = False) -> NDArray[Any]:
    """f, or with `prime` f′, of every entry, real or complex."""
    body = function.derivative if prime else function.definition
    if body is None:
        assert function.primitive is not None
        if np.iscomplexobj(x) and not function.analytic:
            return _stepped(function.primitive, x)
        return np.asarray(function.primitive(x))
    evaluator = Evaluator({}, ())
    flat = x.reshape(-1, 1)
    evaluator.bindings[ARGUMENT] = Worth(flat)
    found = evaluator(_as_large_as_argument(body)).array
    return np.broadcast_to(found, flat.shape).reshape(x.shape)


def _as_large_as_argument(body: Expression) -> Expression:
    """Constants of a definition are as large as the argument; broadcasting does that."""
    if isinstance(body, Fill):
        return Fill(body.scalar, ("1", "1"))
    if not body.operands:
        return body
    return body.with_operands(tuple(_as_large_as_argument(operand) for operand in body.operands))


def _stepped(primitive: Callable[..., Any], x: NDArray[Any]) -> NDArray[Any]:
    """A complex step through a function that takes real numbers only: value plus step times an 8th order quotient."""
    real, step = np.real(x), 0.02
    slope = np.zeros(real.shape)
    for offset, weight in ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280)):
        slope += weight * (primitive(real + offset * step) - primitive(real - offset * step)) / step
    return np.asarray(primitive(real) + 1j * np.imag(x) * slope)


def _cases(condition: NDArray[Any], positive: NDArray[Any], otherwise: NDArray[Any]) -> NDArray[Any]:
    return np.where(np.real(condition) > 0, positive, otherwise)


def _times_log(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """x ln y, 0 where x is 0. Beside a complex step ln 0 keeps a finite real part, which no derivative reads."""
    if not np.iscomplexobj(y):
        return primitives.times_log(x, y)
    logarithm = np.log(np.where(x == 0, 1, y))
    return np.asarray(np.where(x == 0, 0, x * (np.maximum(logarithm.real, -1e200) + 1j * logarithm.imag)))


def _repeat(evaluator: Evaluator, node: Repeat) -> Worth:
    operand = evaluator(node.x)
    return Worth(np.repeat(operand.array, evaluator.size(node.dimension), axis=node.axis - 2), operand.axes)


def _sum(evaluator: Evaluator, node: Sum) -> Worth:
    operand = evaluator(node.x)
    return Worth(operand.array.sum(axis=(-1, -2)), operand.axes, True)


def _differential(evaluator: Evaluator, node: Differential) -> Worth:
    if node.x == evaluator.moving:
        assert evaluator.direction is not None
        return Worth(evaluator.direction)
    return evaluator.directional(node.x)


def _of_sample(evaluator: Evaluator, node: OfSample) -> Worth:
    array = evaluator(node.x).array
    if samples_are_columns(node.x):
        return Worth(array.T[:, :, None], (SAMPLE,))
    return Worth(array[:, None, :], (SAMPLE,))


def samples_are_columns(symbol: Symbol) -> bool:
    """Whether the quantity is units × samples."""
    return symbol.shape[1:] == ("m",)


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
    on_diagonal = np.eye(entries.shape[-1], dtype=bool)
    return Worth(np.where(on_diagonal, entries[..., None], 0.0), operand.axes)


def _identity(evaluator: Evaluator, node: Identity) -> Worth:
    return Worth(np.eye(evaluator.size(node.dimension)))


def _kronecker(evaluator: Evaluator, node: Kronecker) -> Worth:
    axes, (left, right) = aligned(evaluator(node.left), evaluator(node.right))
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


def _partial(evaluator: Evaluator, node: Partial) -> Worth:
    variable = node.denominator.x
    assert isinstance(variable, Symbol)
    if isinstance(node.numerator, Symbol) and node.numerator.base == "E":
        derivative = evaluator.error_derivative(variable)
        return _entry(evaluator.bound({variable: derivative}), node.denominator)
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
        rows.append(_derivative(worth.array))
        if worth.array.size * base.shape[0] > LARGEST_TABLE:
            raise TooLarge
    unit_index = denominator.indices[1 - samples]
    assert unit_index is not None
    return Worth(np.stack(rows, axis=-1), (*axes, unit_index), True)


def _entry_axes(table: Worth, shape: tuple[int, ...], indices: tuple[str | None, str | None]) -> Worth:
    kept = [(size, index) for size, index in zip(shape, indices, strict=True) if index is not None]
    array = table.array.reshape((*table.array.shape[:-1], *(size for size, _ in kept)))
    return Worth(array, (*table.axes, *(index for _, index in kept)), True)


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
    with np.errstate(all="ignore"):
        product = spread[0]
        for array in spread[1:]:
            product = np.where((product == 0) | (array == 0), 0, product * array)
    found = product.sum(axis=tuple(names.index(index) for index in summed))
    kept = [name for name in names if name not in summed]
    return Worth(np.asarray(found.transpose([kept.index(axis) for axis in axes])), axes, True)


def _named(evaluator: Evaluator, node: Named) -> Worth:
    _, (left, right) = aligned(evaluator(node.left), evaluator(node.right))
    return Worth(np.concatenate([left, right], axis=node.axis - 2))


RULES: dict[type[Expression], Rule] = {
    Symbol: _symbol,
    Factor: _factor,
    Number: _number,
    Fill: _fill,
    Transpose: _transpose,
    MatMul: _entry_wise(_matrix_product),
    Hadamard: _entry_wise(np.multiply),
    Divide: _entry_wise(np.divide),
    Ratio: _entry_wise(primitives.ratio),
    TimesLog: _entry_wise(_times_log),
    Add: _entry_wise(np.add),
    Subtract: _entry_wise(np.subtract),
    Scale: _entry_wise(np.multiply),
    Power: _entry_wise(np.power),
    Apply: _apply,
    Cases: _entry_wise(_cases),
    Softmax: _along_axis(primitives.softmax),
    LogSumExp: _along_axis(primitives.log_sum_exp),
    Repeat: _repeat,
    Total: _along_axis(lambda array, axis: array.sum(axis=axis, keepdims=True)),
    Sum: _sum,
    Differential: _differential,
    OfSample: _of_sample,
    Inner: _inner,
    Trace: _trace,
    Diagonal: _diagonal,
    Identity: _identity,
    Kronecker: _kronecker,
    Vec: _vec,
    Basis: _basis,
    Jacobian: _jacobian,
    Entry: _entry,
    Partial: _partial,
    Delta: _delta,
    IndexSum: _index_sum,
    Named: _named,
}
