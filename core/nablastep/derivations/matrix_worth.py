"""What the nodes of equations are worth: whole arrays, with an axis in front for each free index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nablastep import primitives
from nablastep.derivations.complex_step import check_entries
from nablastep.derivations.indexed import Worth, aligned
from nablastep.expressions import (
    ARGUMENT,
    Add,
    Apply,
    Cases,
    Divide,
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
)

if TYPE_CHECKING:
    from nablastep.derivations.worth import Evaluator

Rule = Callable[["Evaluator", Any], Worth]


def _entry_wise(function: Callable[..., Any]) -> Rule:
    def rule(evaluator: Evaluator, node: Expression) -> Worth:
        operands = [evaluator(operand) for operand in node.operands]
        axes, arrays = aligned(*operands)
        return Worth(np.asarray(function(*arrays)), axes, all(operand.scalar for operand in operands))

    return rule


def times(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """left · right, in which a zero, such as that of a delta, drops its term even if the other factor is infinite."""
    with np.errstate(all="ignore"):
        product = np.multiply(left, right)
    return product if np.isfinite(product).all() else np.where((left == 0) | (right == 0), 0.0, product)


def _matrix_product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """left @ right; where one side is the same for all of the other, as one large product instead of many small."""
    check_entries(*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), left.shape[-2], right.shape[-1])
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
    return Worth(
        function_value(evaluator, node.function, operand.array, prime=node.prime), operand.axes, operand.scalar
    )


def function_value(evaluator: Evaluator, function: Function, x: NDArray[Any], *, prime: bool = False) -> NDArray[Any]:
    """f, or with `prime` f′, of every entry, real or complex."""
    body = function.derivative if prime else function.definition
    if body is None:
        assert function.primitive is not None
        if np.iscomplexobj(x) and not function.analytic:
            return _stepped(function.primitive, x)
        return np.asarray(function.primitive(x))
    evaluator = evaluator.empty()
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


MATRIX_RULES: dict[type[Expression], Rule] = {
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
    Scale: _entry_wise(times),
    Power: _entry_wise(np.power),
    Apply: _apply,
    Cases: _entry_wise(_cases),
    Softmax: _along_axis(primitives.softmax),
    LogSumExp: _along_axis(primitives.log_sum_exp),
    Repeat: _repeat,
    Total: _along_axis(lambda array, axis: array.sum(axis=axis, keepdims=True)),
    Sum: _sum,
}
