"""Forward equations → backward equations: ∇ of every quantity that E depends on, as the sum over its uses.

The rules of single nodes are those of `calculus`; this module knows only how a graph puts them together, and in which
order: definitions from the last to the first; after ∇ of each one's target, ∇ of what is first used there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from nablastep.calculus import gradient, seed
from nablastep.expressions import Equation, Expression, Symbol, Transpose, substitute
from nablastep.graph import Graph, Role
from nablastep.laws import add
from nablastep.transposition import transposed


def gradient_equation(graph: Graph, quantity: Symbol) -> Equation:
    """∇quantity = the sum over its uses; what a forward equation has computed already is read, not computed again."""
    terms = [gradient(use.equation.expression, quantity, use.upstream or seed()) for use in graph.uses(quantity)]
    total = terms[0]
    for term in terms[1:]:
        total = add(total, term)
    return Equation(quantity.gradient, substitute(total, _computed(graph)))


def backward_order(graph: Graph) -> Iterator[tuple[Symbol, ...]]:
    """The quantities whose gradients are steps, in order: one group for each definition, the last one first."""
    for definition in reversed(graph.definitions):
        target = definition.target
        own = (target,) if target != graph.error and graph.uses(target) else ()
        read = (*definition.read, *definition.passed_over)
        first = tuple(symbol for symbol in read if _begins_at(graph, symbol, target))
        if own or first:
            yield (*own, *first)


def _begins_at(graph: Graph, symbol: Symbol, target: Symbol) -> bool:
    """Whether ∇symbol is a step, and all that it is summed over is known once ∇target is."""
    quantity = graph.by_id[symbol.id]
    is_step = quantity.role is Role.PARAMETER or symbol.id in graph.wanted
    return is_step and bool(graph.uses(symbol)) and graph.first_use(symbol).target == target


@lru_cache(maxsize=2)
def _computed(graph: Graph) -> dict[Expression, Expression]:
    """Right sides that have a name; a bare symbol or number is no result to be read instead."""
    found: dict[Expression, Expression] = {}
    for definition in graph.definitions:
        expression = definition.equation.expression
        if expression.operands:
            found[expression] = definition.target
            if definition.target.shape and not isinstance(expression, Transpose):
                found.setdefault(transposed(expression), Transpose(definition.target))
    return found
