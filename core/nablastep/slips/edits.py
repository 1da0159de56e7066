"""Changes at one place of an expression. Nothing is ever changed inside a divisor or an exponent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nablastep.expressions import Divide, Expression, Power, Ratio, Symbol, substitute

Change = Callable[[Expression], Iterator[Expression]]


def everywhere(expression: Expression, change: Change) -> Iterator[Expression]:
    """The whole tree with `change` made at one node, for every node and every change it offers, parents first."""
    yield from change(expression)
    operands = expression.operands
    for index in range(1 if isinstance(expression, Divide | Ratio | Power) else len(operands)):
        for changed in everywhere(operands[index], change):
            yield expression.with_operands((*operands[:index], changed, *operands[index + 1 :]))


def swapped(expression: Expression, old: Symbol, new: Expression) -> Expression:
    """The tree with another expression wherever the symbol stands."""
    return substitute(expression, {old: new})


def inserted(expression: Expression, values: Mapping[Symbol, Symbol]) -> Expression:
    """The tree with several symbols replaced at once."""
    return substitute(expression, dict(values.items()))
