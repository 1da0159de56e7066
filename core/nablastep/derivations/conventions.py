"""Derivations in the other conventions: the same transpositions as for equations, for the nodes of derivations too.

A Jacobian of vectors does not see whether they lie or stand, an entry swaps its indices, and a transpose that the
derivation itself writes stays where it is unless a stored transpose meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nablastep.expressions import Equation, Expression, Sum, Symbol, Transpose
from nablastep.shapes import shape_of
from nablastep.structures import (
    Delta,
    Diagonal,
    Differential,
    Entry,
    IndexSum,
    Inner,
    Jacobian,
    OfSample,
    Partial,
    Vec,
)
from nablastep.transposition import Convention, transposed


def shown(expression: Expression, convention: Convention) -> Expression:
    """The expression with this convention's symbols in it; its own value is not transposed."""
    if not (convention.transposes_weights or convention.transposes_samples):
        return expression
    rule = _RULES.get(type(expression))
    if rule is not None:
        return rule(expression, convention)
    if not expression.operands:
        return expression
    operands = tuple(shown(operand, convention) for operand in expression.operands)
    changed = expression.with_operands(operands)
    return Sum(_plainer(changed.x)) if isinstance(changed, Sum) else changed


def shown_transposed(expression: Expression, convention: Convention) -> Expression:
    """The expression as this convention writes it for a quantity that it stores transposed."""
    return transposed(shown(expression, convention))


def is_row(convention: Convention) -> bool:
    """Whether a sample is a row."""
    return convention.transposes_samples


def _symbol(node: Symbol, convention: Convention) -> Expression:
    symbol = convention.shown_symbol(node)
    return Transpose(symbol) if convention.transposes(node) else symbol


def _of_sample(node: OfSample, convention: Convention) -> Expression:
    part = OfSample(convention.shown_symbol(node.x))
    return Transpose(part) if convention.transposes(node.x) else part


def _transpose(node: Transpose, convention: Convention) -> Expression:
    inner = shown(node.x, convention)
    return Transpose(inner) if inner == node.x else transposed(inner)


def _differential(node: Differential, convention: Convention) -> Expression:
    if isinstance(node.x, Symbol):
        change = Differential(convention.shown_symbol(node.x))
        return Transpose(change) if convention.transposes(node.x) else change
    return Differential(shown(node.x, convention))


def _inner(node: Inner, convention: Convention) -> Expression:
    """⟨A, B⟩ = ⟨Aᵀ, Bᵀ⟩: the form whose right side, the change, is not transposed."""
    left, right = shown(node.left, convention), shown(node.right, convention)
    if shape_of(right) != () and _transposes(transposed(right)) < _transposes(right):
        return Inner(transposed(left), transposed(right))
    return Inner(left, right)


def _entry(node: Entry, convention: Convention) -> Expression:
    inner = shown(node.x, convention)
    if isinstance(inner, Transpose):
        return Entry(inner.x, node.indices[::-1])
    if isinstance(node.x, Symbol | OfSample | Transpose):
        return Entry(inner, node.indices)
    if shape_of(inner) != () and _transposes(transposed(inner)) < _transposes(inner):
        return Entry(transposed(inner), node.indices[::-1])
    return Entry(inner, node.indices)


def _partial(node: Partial, convention: Convention) -> Expression:
    denominator = shown(node.denominator, convention)
    assert isinstance(denominator, Entry)
    return Partial(shown(node.numerator, convention), denominator)


def _jacobian(node: Jacobian, convention: Convention) -> Expression:
    return Jacobian(_vector(node.numerator, convention), _vector(node.denominator, convention), node.layout)


def _vector(x: Expression, convention: Convention) -> Expression:
    """A vector in a Jacobian: its entries count, not whether they lie or stand."""
    inner = shown(x, convention)
    if isinstance(inner, Transpose) and isinstance(inner.x, Symbol | OfSample):
        return inner.x
    if isinstance(inner, Vec) or shape_of(inner) == ():
        return inner
    return min(inner, transposed(inner), key=_transposes)


def _plainer(x: Expression) -> Expression:
    """The sum of all entries does not see a transpose."""
    flipped = transposed(x)
    return flipped if _transposes(flipped) < _transposes(x) else x


def _transposes(expression: Expression) -> int:
    return isinstance(expression, Transpose) + sum(_transposes(operand) for operand in expression.operands)


def _diagonal(node: Diagonal, convention: Convention) -> Expression:
    inner = shown(node.x, convention)
    return Diagonal(min(inner, transposed(inner), key=_transposes))


def _index_sum(node: IndexSum, convention: Convention) -> Expression:
    return IndexSum(node.index, node.dimension, shown(node.x, convention))


def shown_forward(equations: tuple[Equation, ...], convention: Convention) -> tuple[Equation, ...]:
    """The forward equations as this convention writes them."""
    return tuple(convention.shown_equation(equation) for equation in equations)


_RULES: dict[type[Expression], Callable[[Any, Convention], Expression]] = {
    Symbol: _symbol,
    OfSample: _of_sample,
    Transpose: _transpose,
    Differential: _differential,
    Inner: _inner,
    Entry: _entry,
    Partial: _partial,
    Jacobian: _jacobian,
    Diagonal: _diagonal,
    IndexSum: _index_sum,
    Delta: lambda node, _: node,
}
