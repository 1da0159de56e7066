"""The adjoint rule of each node, and with them: forward equations → backward equations.

The differential of an expression in X is linear in dX. Writing dE = ⟨G, d(expression)⟩, one node at a time is moved
across the bracket: ⟨G, A X⟩ = ⟨AᵀG, X⟩, ⟨G, X B⟩ = ⟨G Bᵀ, X⟩, ⟨G, c ⊙ X⟩ = ⟨G ⊙ c, X⟩, ⟨G, X 1ᵀ⟩ = ⟨G 1, X⟩; a sum
splits. When only dX is left, G is ∇X. Source: Magnus & Neudecker, Matrix Differential Calculus; Giles (2008),
"Collected matrix derivative results for forward and reverse mode algorithmic differentiation".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nablastep.expressions import (
    ARGUMENT,
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Fill,
    Function,
    Hadamard,
    LogSumExp,
    MatMul,
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
    depends_on,
    substitute,
)
from nablastep.laws import add, hadamard, matmul, negate, repeat, scale, transpose
from nablastep.shapes import shape_of

AdjointRule = Callable[[Any, int, Expression], Expression]
"""(node, which operand, the gradient by the node's value) → the gradient by that operand."""


@dataclass(frozen=True)
class Move:
    """One application of a rule: at `node`, seen from its operand number `operand`, G `before` became `after`."""

    node: Expression
    operand: int
    before: Expression
    after: Expression


def gradient(expression: Expression, variable: Symbol, upstream: Expression) -> Expression:
    """∇variable, given ∇(expression) = upstream: the sum over every place where the variable occurs."""
    paths = [path[-1].after if path else upstream for path in moves(expression, variable, upstream)]
    total = paths[0]
    for path in paths[1:]:
        total = add(total, path)
    return total


def moves(expression: Expression, variable: Symbol, upstream: Expression) -> Iterator[tuple[Move, ...]]:
    """For each occurrence of the variable, the rules applied on the way down to it, outermost first."""
    if expression == variable:
        yield ()
        return
    for index, operand in enumerate(expression.operands):
        if depends_on(operand, variable):
            after = ADJOINT_RULES[type(expression)](expression, index, upstream)
            first = Move(expression, index, upstream, after)
            for rest in moves(operand, variable, after):
                yield (first, *rest)


def seed() -> Expression:
    """∇E of E itself: the number 1."""
    return ONE


def function_body(function: Function, x: Expression, *, prime: bool = False) -> Expression:
    """What f(x), or with `prime` f′(x), stands for: the definition with x put in for the argument."""
    body = function.derivative if prime else function.definition
    if body is None:
        raise ValueError(f"{function.name} has no {'derivative' if prime else 'definition'} as an expression")
    return _with_argument(body, x)


def _with_argument(body: Expression, x: Expression) -> Expression:
    constants: dict[Expression, Expression] = {node: Fill(node.scalar, shape_of(x)) for node in _constants(body)}
    return substitute(body, {ARGUMENT: x, **constants})


def _constants(body: Expression) -> Iterator[Fill]:
    if isinstance(body, Fill):
        yield body
    for operand in body.operands:
        yield from _constants(operand)


def _transpose(_: Transpose, __: int, upstream: Expression) -> Expression:
    return transpose(upstream)


def _product(node: MatMul, operand: int, upstream: Expression) -> Expression:
    if operand == 0:
        return matmul(upstream, transpose(node.right))
    return matmul(transpose(node.left), upstream)


def _hadamard(node: Hadamard, operand: int, upstream: Expression) -> Expression:
    return hadamard(upstream, node.left if operand else node.right)


def _quotient(node: Divide | Ratio, operand: int, upstream: Expression) -> Expression:
    if operand == 0:
        return type(node)(upstream, node.right)
    by_entry = negate(hadamard(upstream, Divide(node, node.right)))
    return Sum(by_entry) if shape_of(node.right) != shape_of(node) else by_entry


def _times_log(node: TimesLog, operand: int, upstream: Expression) -> Expression:
    if operand == 0:
        raise ValueError("the derivative by the factor of a TimesLog is not needed and not defined where it is 0")
    return hadamard(upstream, Ratio(node.left, node.right))


def _add(_: Add, __: int, upstream: Expression) -> Expression:
    return upstream


def _subtract(_: Subtract, operand: int, upstream: Expression) -> Expression:
    return negate(upstream) if operand else upstream


def _scale(node: Scale, operand: int, upstream: Expression) -> Expression:
    if operand == 0:
        return Sum(hadamard(upstream, node.x))
    return scale(node.scalar, upstream)


def _apply(node: Apply, _: int, upstream: Expression) -> Expression:
    if node.function.named_derivative:
        slope: Expression = Apply(node.function, node.x, prime=True)
        if not _is_activation_step(upstream):
            slope = function_body(node.function, node.x, prime=True)
    else:
        slope = function_body(node.function, node.x, prime=True)
    return hadamard(upstream, slope)


def _is_activation_step(upstream: Expression) -> bool:
    """Behind a loss the constant upstream leaves the bare derivative, which then is written out."""
    return not isinstance(upstream, Fill)


def _softmax(node: Softmax, _: int, upstream: Expression) -> Expression:
    """(diag p − p pᵀ) G for each sample, without writing the matrix: p ⊙ (G − 1 (1ᵀ(p ⊙ G)))."""
    shape = shape_of(node)
    weighted_mean = Total(hadamard(node, upstream), node.axis)
    return hadamard(node, Subtract(upstream, Repeat(weighted_mean, node.axis, shape[node.axis])))


def _log_sum_exp(node: LogSumExp, _: int, upstream: Expression) -> Expression:
    shape = shape_of(node.x)
    probabilities = Softmax(node.x, node.axis)
    return hadamard(probabilities, repeat(upstream, node.axis, shape[node.axis]))


def _repeat(node: Repeat, _: int, upstream: Expression) -> Expression:
    return Total(upstream, node.axis)


def _total(node: Total, _: int, upstream: Expression) -> Expression:
    shape = shape_of(node.x)
    return repeat(upstream, node.axis, shape[node.axis])


def _sum(node: Sum, _: int, upstream: Expression) -> Expression:
    return Fill(upstream, shape_of(node.x))


ADJOINT_RULES: dict[type[Expression], AdjointRule] = {
    Transpose: _transpose,
    MatMul: _product,
    Hadamard: _hadamard,
    Divide: _quotient,
    Ratio: _quotient,
    TimesLog: _times_log,
    Add: _add,
    Subtract: _subtract,
    Scale: _scale,
    Apply: _apply,
    Softmax: _softmax,
    LogSumExp: _log_sum_exp,
    Repeat: _repeat,
    Total: _total,
    Sum: _sum,
}
