"""Rearrangements in the lines of the index route: blocks that stand still stay whole, and each π has a name of its own.

What is cut, folded or put together without anything in it moving is read like any other matrix, entry by entry. Only
where the derivative goes through it is it written out as zeros and ones, π; of several each gets a number, and the
reason of the first line that has one says what it is. Knows no route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from nablastep.calculus import entry_of
from nablastep.derivations import sentences
from nablastep.derivations.lines import Draft
from nablastep.expressions import (
    Block,
    Diagonals,
    Expression,
    Plan,
    Rearrange,
    Symbol,
    substitute,
    symbols,
    walk,
)
from nablastep.shapes import shape_of
from nablastep.structures import Indices, Placed

Moves = Callable[[Expression], bool]


def entry_with_blocks(expression: Expression, indices: Indices, used: frozenset[str], moves: Moves) -> Expression:
    """The entry at these indices; rearranged matrices in which nothing moves are not taken apart."""
    blocks = dict.fromkeys(_standing_still(expression, moves))
    names: dict[Expression, Expression] = {
        block: Symbol(f"block{place}", None, shape_of(block)) for place, block in enumerate(blocks)
    }
    taken = used | {symbol.base for symbol in symbols(expression) if len(symbol.base) == 1}
    entry = entry_of(substitute(expression, names), indices, taken)
    return substitute(entry, {name: block for block, name in names.items()})


def _standing_still(expression: Expression, moves: Moves) -> Iterator[Expression]:
    """The outermost rearrangements in which nothing moves; a diagonal is said by equal indices already."""
    is_rearranged = isinstance(expression, Block) or (
        isinstance(expression, Rearrange) and not isinstance(expression.plan, Diagonals)
    )
    if is_rearranged and not moves(expression):
        yield expression
        return
    for operand in expression.operands:
        yield from _standing_still(operand, moves)


def told_apart(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The lines with a number for each rearrangement if there are several; the first that has one says what π is."""
    found = dict.fromkeys((each.plan, each.back) for draft in drafts for each in _placed(draft))
    if not found:
        return tuple(drafts)
    numbers = {key: str(place) if len(found) > 1 else "" for place, key in enumerate(found, 1)}
    first = next(draft for draft in drafts if any(_placed(draft)))
    return tuple(
        replace(_numbered(draft, numbers), rule=sentences.with_places(draft.rule, numbers))
        if draft is first
        else _numbered(draft, numbers)
        for draft in drafts
    )


def _placed(draft: Draft) -> Iterator[Placed]:
    return (node for side in (draft.left, draft.right) for node in walk(side) if isinstance(node, Placed))


def _numbered(draft: Draft, numbers: dict[tuple[Plan, bool], str]) -> Draft:
    new: dict[Expression, Expression] = {
        each: replace(each, number=numbers[each.plan, each.back]) for each in _placed(draft)
    }
    return replace(draft, left=substitute(draft.left, new), right=substitute(draft.right, new)) if new else draft
