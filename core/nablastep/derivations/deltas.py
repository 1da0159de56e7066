"""Using up Kronecker deltas: Σᵢ xᵢ δᵢⱼ = xⱼ. Works on numbers written with entries; knows no network."""

from __future__ import annotations

from collections.abc import Iterable

from nablastep.expressions import (
    ONE,
    Add,
    Expression,
    Factor,
    Scale,
    Subtract,
    walk,
)
from nablastep.laws import scale
from nablastep.products import indices_of, renamed
from nablastep.structures import Delta, Entry, IndexSum

Kept = list[tuple[str, str]]


def factors(expression: Expression) -> list[Expression]:
    """The factors of a product of numbers, in reading order."""
    if isinstance(expression, Scale):
        return [*factors(expression.scalar), *factors(expression.x)]
    return [expression]


def product(*operands: Expression) -> Expression:
    """The product of numbers, exact factors multiplied together in front."""
    parts = [part for operand in operands for part in factors(operand)]
    constant: Expression = ONE
    rest: list[Expression] = []
    for part in parts:
        if isinstance(part, Factor):
            constant = scale(part, constant)
        else:
            rest.append(part)
    if not rest:
        return constant
    found = rest[-1]
    for part in reversed(rest[:-1]):
        found = Scale(part, found)
    return scale(constant, found)


def used_up(expression: Expression) -> tuple[Expression, Kept] | None:
    """The expression with the innermost sums that hold a delta each reduced to one term, and which indices were kept.

    None if no sum can be.
    """
    if isinstance(expression, IndexSum):
        inner = used_up(expression.x)
        if inner is not None:
            return _tidied(IndexSum(expression.index, expression.dimension, _tidied(inner[0]))), inner[1]
        return _one_term(expression)
    found: Kept = []
    operands = []
    for operand in _number_operands(expression):
        result = used_up(operand)
        operands.append(operand if result is None else result[0])
        found += [] if result is None else [pair for pair in result[1] if pair not in found]
    if not found:
        return None
    return _tidied(expression.with_operands(tuple(operands))), found


def spread(expression: Expression) -> Expression | None:
    """The first sum of a product with a bracket in which some terms have a delta, multiplied out; None if none is."""
    if isinstance(expression, IndexSum):
        bracket = next((part for part in factors(expression.x) if isinstance(part, Add | Subtract)), None)
        if bracket is not None and _has_delta(bracket, expression.index):
            others = [part for part in factors(expression.x) if part is not bracket]
            terms = (product(*others, bracket.left), product(*others, bracket.right))
            left, right = (IndexSum(expression.index, expression.dimension, term) for term in terms)
            return type(bracket)(left, right)
    if isinstance(expression, Entry) or not expression.operands:
        return None
    operands = list(expression.operands)
    for place, operand in enumerate(operands):
        opened = spread(operand)
        if opened is not None:
            operands[place] = opened
            return expression.with_operands(tuple(operands))
    return None


def _number_operands(expression: Expression) -> Iterable[Expression]:
    return () if isinstance(expression, Entry) else expression.operands


def _one_term(node: IndexSum) -> tuple[Expression, Kept] | None:
    other = _partner(node.x, node.index)
    if other is None:
        return None
    return _tidied(renamed(_without_delta(node.x, node.index), node.index, other)), [(node.index, other)]


def _partner(body: Expression, index: str) -> str | None:
    """The index that a delta in the body ties to this one; every term of a bracket has to have it."""
    if isinstance(body, Add | Subtract):
        left, right = _partner(body.left, index), _partner(body.right, index)
        return left if left == right else None
    for part in factors(body):
        if isinstance(part, Delta) and index in (part.left, part.right):
            return part.right if part.left == index else part.left
        if isinstance(part, Add | Subtract):
            found = _partner(part, index)
            if found is not None:
                return found
    return None


def _without_delta(body: Expression, index: str) -> Expression:
    if isinstance(body, Add | Subtract):
        return type(body)(_without_delta(body.left, index), _without_delta(body.right, index))
    kept: list[Expression] = []
    dropped = False
    for part in factors(body):
        if not dropped and isinstance(part, Delta) and index in (part.left, part.right):
            dropped = True
        elif not dropped and isinstance(part, Add | Subtract) and _partner(part, index) is not None:
            kept.append(_without_delta(part, index))
            dropped = True
        else:
            kept.append(part)
    return product(*kept)


def _tidied(expression: Expression) -> Expression:
    """Products flattened, with their exact factors in front; a delta that a sum does not run over stands beside it."""
    if isinstance(expression, IndexSum):
        parts = factors(expression.x)
        foreign = [part for part in parts if isinstance(part, Delta) and expression.index not in indices_of(part)]
        own = [part for part in parts if part not in foreign]
        if foreign and own:
            return product(*foreign, IndexSum(expression.index, expression.dimension, product(*own)))
        return expression
    return product(expression) if isinstance(expression, Scale) else expression


def _has_delta(expression: Expression, index: str) -> bool:
    return any(isinstance(node, Delta) and index in (node.left, node.right) for node in walk(expression))
