"""Expressions written so that they keep their digits: constants put together, and logarithms of probabilities undone.

`tidied` folds constants and says what a formula of one sample has no need to say. `stable` finds ln softmax(z) =
z − lse z, ln σ(z) = −softplus(−z) and ln(1 − σ(z)) = −softplus(z) in any expression: then no probability has to be
rounded to 0 before its logarithm is taken. Source: the logits forms of PyTorch's losses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from nablastep.exact import ONE_EXACTLY, Exact, exact
from nablastep.expressions import (
    MINUS_ONE,
    ONE,
    ROWS,
    Add,
    Apply,
    Cut,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Plan,
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
from nablastep.functions.elementary import EXP, LOG, SIGMOID, SOFTPLUS
from nablastep.laws import negate
from nablastep.shapes import shape_of

Rename = Callable[[str], str]


def with_dimensions(expression: Expression, renamed: Rename) -> Expression:
    """The expression with other names for its dimensions; those named 1 are left out of factors."""
    changes: dict[str, Any] = {}
    for field in fields(expression):  # type: ignore[arg-type]  # every node is a dataclass
        value = getattr(expression, field.name)
        if field.name == "shape":
            changes["shape"] = tuple(renamed(dimension) for dimension in value)
        elif field.name == "dimension":
            changes["dimension"] = renamed(value)
        elif field.name in ("dimensions", "times"):
            parts = (part for dimension in value for part in renamed(dimension).split("·"))
            changes[field.name] = tuple(sorted(part for part in parts if part != "1"))
        elif isinstance(value, Plan):
            changes[field.name] = _planned(value, renamed)
        elif isinstance(value, Expression):
            changes[field.name] = with_dimensions(value, renamed)
    return replace(expression, **changes) if changes else expression  # type: ignore[type-var]


def _planned(plan: Plan, renamed: Rename) -> Plan:
    before, after = (tuple(renamed(dimension) for dimension in shape) for shape in (plan.before, plan.after))
    changes: dict[str, Any] = {"before": before, "after": after}
    if isinstance(plan, Cut):
        ends = {"start": plan.start, "stop": plan.stop}
        changes |= {name: end if end.isdigit() or not end else renamed(end) for name, end in ends.items()}
    return replace(plan, **changes)


def tidied(expression: Expression) -> Expression:
    """The expression with its constants put together and without copies and sums of one."""
    operands = tuple(tidied(operand) for operand in expression.operands)
    node = expression.with_operands(operands) if operands else expression
    rule = _TIDY.get(type(node))
    return node if rule is None else rule(node)


def _split(node: Expression) -> tuple[Exact, Expression]:
    """The exact number in front, and the rest."""
    number = exact(node.scalar) if isinstance(node, Scale) else None
    return (ONE_EXACTLY, node) if number is None else (number, node.operands[1])


def _tidy_scale(node: Scale) -> Expression:
    number = exact(node)
    if number is not None:
        return number.written
    scalar, x = node.scalar, node.x
    if exact(x) is not None:
        scalar, x = x, scalar
    number = exact(scalar)
    if number is None:
        inner, rest = _split(x)
        own, front = _split(scalar)
        number = own.times(inner)
        return _in_front(number, Scale(front, rest)) if number.fraction != 1 or number.powers else node
    inner, rest = _split(x)
    return _in_front(number.times(inner), rest)


def _in_front(number: Exact, x: Expression) -> Expression:
    written = number.written
    return x if written == ONE else Scale(written, x)


def _tidy_divide(node: Divide) -> Expression:
    number = exact(node)
    if number is not None:
        return number.written
    below = exact(node.right)
    if below is not None and below.fraction:
        return _tidy_scale(Scale(ONE_EXACTLY.times(below, -1).written, node.left))
    inner, rest = _split(node.right)
    if inner.fraction and (inner.fraction != 1 or inner.powers):
        return _tidy_scale(Scale(ONE_EXACTLY.times(inner, -1).written, Divide(node.left, rest)))
    return node


def _tidy_hadamard(node: Hadamard) -> Expression:
    if isinstance(node.right, Apply) and node.right.function is LOG and not node.right.prime:
        return TimesLog(node.left, node.right.x)
    if isinstance(node.left, Apply) and node.left.function is LOG and not node.left.prime:
        return TimesLog(node.right, node.left.x)
    return node


def _tidy_difference(node: Subtract) -> Expression:
    scalar = node.right.scalar if isinstance(node.right, Fill) else node.right
    return node.left if scalar == Factor(0) else node


def _tidy_product(node: MatMul) -> Expression:
    left, first = _split(node.left)
    right, second = _split(node.right)
    return _in_front(left.times(right), MatMul(first, second))


def _tidy_sum(node: Sum) -> Expression:
    number, rest = _split(node.x)
    return _in_front(number, Sum(rest.x if isinstance(rest, Total) else rest))


def _tidy_repeat(node: Repeat) -> Expression:
    return node.x if node.dimension == "1" else node


def _tidy_total(node: Total) -> Expression:
    shape = shape_of(node.x)
    return node.x if shape and shape[node.axis] == "1" else node


_TIDY: dict[type[Expression], Callable[[Any], Expression]] = {
    Divide: _tidy_divide,
    Scale: _tidy_scale,
    Hadamard: _tidy_hadamard,
    Subtract: _tidy_difference,
    Repeat: _tidy_repeat,
    Total: _tidy_total,
    Sum: _tidy_sum,
    MatMul: _tidy_product,
}


# stable forms


def stable(
    expression: Expression, stands_for: Mapping[Expression, Expression], distributions: frozenset[Symbol]
) -> Expression | None:
    """The expression without logarithms of probabilities, or None if there are none in it.

    `stands_for` says what quantities are defined as; the columns of `distributions` are known to sum to 1.
    """
    rules = _Stable(stands_for, distributions)
    found = rules.rewritten(expression)
    return tidied(found) if rules.applied else None


class _Stable:
    def __init__(self, stands_for: Mapping[Expression, Expression], distributions: frozenset[Symbol]) -> None:
        self.stands_for = stands_for
        self.distributions = distributions
        self.applied = False

    def rewritten(self, node: Expression) -> Expression:
        for rule in (self.binary, self.categorical, self.logarithm, self.log_sum):
            found = rule(node)
            if found is not None:
                self.applied = True
                return found
        operands = tuple(self.rewritten(operand) for operand in node.operands)
        return node.with_operands(operands) if operands else node

    def meaning(self, node: Expression) -> Expression:
        return self.stands_for.get(node, node)

    def of_sigmoid(self, node: Expression) -> Expression | None:
        """z, where the node is σ(z)."""
        meant = self.meaning(node)
        is_sigmoid = isinstance(meant, Apply) and meant.function is SIGMOID and not meant.prime
        return meant.x if is_sigmoid else None  # type: ignore[attr-defined]

    def binary(self, node: Expression) -> Expression | None:
        """y ln σ(z) + (1 − y) ln(1 − σ(z)) = −(softplus z − y z), in either order and with either sign."""
        if not isinstance(node, Add | Subtract):
            return None
        first, second = _signed_log(node.left), _signed_log(node.right)
        if first is None or second is None or (first[0] is second[0]) is isinstance(node, Subtract):
            return None
        for (_, y, p), (_, rest, ones) in ((first, second), (second, first)):
            z = self.of_sigmoid(p)
            if z is not None and (rest, ones) == (_one_minus(y), _one_minus(p)):
                product = Hadamard(y, z) if shape_of(z) else Scale(y, z)
                found = Subtract(Apply(SOFTPLUS, z), product)
                return found if first[0] else negate(found)
        return None

    def categorical(self, node: Expression) -> Expression | None:
        """Σ y ln softmax(z) = −Σ ((1ᵀy) lse z − yᵀz)."""
        inside = node.x if isinstance(node, Sum) else None
        meant = self.meaning(inside.right) if isinstance(inside, TimesLog) else None
        if not (isinstance(inside, TimesLog) and isinstance(meant, Softmax)):
            return None
        y, z, axis = inside.left, meant.x, meant.axis
        lse: Expression = LogSumExp(z, axis)
        if not (y in self.distributions and axis == ROWS):
            lse = Hadamard(Total(y, axis), lse)
        one_sample = axis == ROWS and shape_of(z)[1:] == ("1",)
        product = MatMul(Transpose(y), z) if one_sample else Total(Hadamard(y, z), axis)
        return negate(Sum(Subtract(lse, product)))

    def logarithm(self, node: Expression) -> Expression | None:
        """The logarithm of one probability, with or without a factor."""
        if isinstance(node, TimesLog):
            found = self.log_of(node.right)
            return None if found is None else Hadamard(self.rewritten(node.left), found)
        if isinstance(node, Apply) and node.function is LOG and not node.prime:
            return self.log_of(node.x)
        return None

    def log_of(self, probability: Expression) -> Expression | None:
        meant = self.meaning(probability)
        if isinstance(meant, Softmax):
            shape = shape_of(meant)
            return Subtract(meant.x, Repeat(LogSumExp(meant.x, meant.axis), meant.axis, shape[meant.axis]))
        z = self.of_sigmoid(probability)
        if z is not None:
            return negate(Apply(SOFTPLUS, negate(z)))
        if isinstance(probability, Subtract) and probability.left in (ONE, _ones(probability)):
            z = self.of_sigmoid(probability.right)
            return None if z is None else negate(Apply(SOFTPLUS, z))
        return None

    def log_sum(self, node: Expression) -> Expression | None:
        """ln Σ exp x = lse x."""
        if not (isinstance(node, Apply) and node.function is LOG and isinstance(node.x, Total) and not node.prime):
            return None
        inside = node.x.x
        is_exponential = isinstance(inside, Apply) and inside.function is EXP and not inside.prime
        return LogSumExp(inside.x, node.x.axis) if is_exponential else None  # type: ignore[attr-defined]


def _signed_log(node: Expression) -> tuple[bool, Expression, Expression] | None:
    """Whether there is a minus in front, y and p, where the node is ± y ln p."""
    if isinstance(node, Scale) and node.scalar == MINUS_ONE:
        found = _signed_log(node.x)
        return None if found is None else (not found[0], *found[1:])
    if not isinstance(node, TimesLog):
        return None
    y = node.left
    minus = isinstance(y, Scale) and y.scalar == MINUS_ONE
    return minus, y.operands[1] if minus else y, node.right


def _ones(node: Expression) -> Expression:
    shape = shape_of(node)
    return Fill(ONE, shape) if shape else ONE


def _one_minus(node: Expression) -> Expression:
    return Subtract(_ones(node), node)
