"""Rearrangements in derivations: blocks that stand still stay whole, and each π or Π has a name of its own.

What is cut, folded or put together without anything in it moving is read like any other matrix, entry by entry. Only
where the derivative goes through it is it written out as zeros and ones, π, or Π as a matrix; of several each gets a
number, and the reason of the first line that has one says what it is. Knows no route.
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
from nablastep.structures import Indices, Placed, Selection

Moves = Callable[[Expression], bool]
Kind = tuple[Plan, bool]


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
    found = dict.fromkeys(_kind(each) for draft in drafts for each in _moving(draft))
    if not found:
        return tuple(drafts)
    numbers = {key: str(place) if len(found) > 1 else "" for place, key in enumerate(found, 1)}
    first = next(draft for draft in drafts if any(_moving(draft)))
    introduced = sentences.with_places if isinstance(next(_moving(first)), Placed) else sentences.with_selections
    return tuple(
        replace(_numbered(draft, numbers), rule=introduced(draft.rule, numbers))
        if draft is first
        else _numbered(draft, numbers)
        for draft in drafts
    )


def _moving(draft: Draft) -> Iterator[Placed | Selection]:
    return (node for side in (draft.left, draft.right) for node in walk(side) if isinstance(node, Placed | Selection))


def _kind(node: Placed | Selection) -> Kind:
    """What has a name of its own: a matrix of zeros and ones is the same, transposed, on the way back."""
    return node.plan, node.back and isinstance(node, Placed)


def _numbered(draft: Draft, numbers: dict[Kind, str]) -> Draft:
    new: dict[Expression, Expression] = {each: replace(each, number=numbers[_kind(each)]) for each in _moving(draft)}
    return replace(draft, left=substitute(draft.left, new), right=substitute(draft.right, new)) if new else draft
