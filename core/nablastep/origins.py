"""Where an entry of a rearranged matrix comes from: of a slice, blocks, another shape, a diagonal, patches.

An index is a place counted from 0, or a letter that stands for all of them. What a plan does is asked of the functions
that carry it out; here stands only how their answer is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.evaluation import value_of
from nablastep.expressions import ROWS, Block, Cut, Diagonals, Expression, Plan, Rearrange, Symbol
from nablastep.shapes import in_sizes, rows_and_columns, size_of

Index = int | str | None
"""None along an axis of size 1."""
At = tuple[Index, Index]
Origin = tuple[Expression, At]
"""A matrix and a place in it."""
Sizes = Mapping[str, Any]
"""How large dimensions are, by their names."""


def origins(node: Rearrange | Block, at: At, sizes: Sizes) -> tuple[Origin, ...] | None:
    """The entries whose sum stands at that place; none where it is a zero.

    None where a letter stands for places that come from here and there.
    """
    if isinstance(node, Block):
        return _of_blocks(node, at, sizes)
    plan = _sized(node, sizes)
    if isinstance(plan, Cut):
        return _of_cut(node, plan, at)
    if isinstance(plan, Diagonals) and not node.back:
        return ((node.x, (at[0], at[0])),)
    if any(isinstance(index, str) for index in at):
        return None
    return tuple((node.x, place) for place in _moved(plan, (int(at[0] or 0), int(at[1] or 0)), back=node.back))


def _sized(node: Rearrange, sizes: Sizes) -> Plan:
    """The plan with numbers for dimensions."""
    sized = in_sizes(Rearrange(Symbol("x", None, rows_and_columns(node.x)), node.plan, node.back), sizes)
    assert isinstance(sized, Rearrange)
    return sized.plan


def _of_blocks(node: Block, at: At, sizes: Sizes) -> tuple[Origin, ...] | None:
    index = at[node.axis]
    if isinstance(index, str):
        return None
    first = size_of(rows_and_columns(node.left)[node.axis], sizes)
    place = index or 0
    return ((node.left, at),) if place < first else ((node.right, _along(at, node.axis, place - first)),)


def _of_cut(node: Rearrange, plan: Cut, at: At) -> tuple[Origin, ...] | None:
    """A slice, or with `back` zeros around what stood in the slice."""
    index, start = at[plan.axis], int(plan.start)
    if isinstance(index, str):
        return ((node.x, at),) if start == 0 and not node.back else None
    if not node.back:
        return ((node.x, _along(at, plan.axis, (index or 0) + start)),)
    place = (index or 0) - start
    return ((node.x, _along(at, plan.axis, place)),) if 0 <= place < int(plan.after[plan.axis]) else ()


def _along(at: At, axis: int, place: int) -> At:
    return (place, at[1]) if axis == ROWS else (at[0], place)


def _moved(plan: Plan, at: tuple[int, int], *, back: bool) -> list[tuple[int, int]]:
    """The places that a plan moves to this one."""
    table, (_, columns) = _table(plan), map(int, plan.before)
    if back:
        return [(int(row), int(column)) for row, column in np.argwhere(table == at[0] * columns + at[1])]
    row, column = divmod(int(table[at]), columns)
    return [(row, column)]


@lru_cache(maxsize=32)
def _table(plan: Plan) -> NDArray[np.int64]:
    """For every place of what the plan makes the number of the entry that it takes, counted row by row."""
    rows, columns = map(int, plan.before)
    every = np.arange(rows * columns).reshape(rows, columns)
    return np.asarray(value_of(Rearrange(Symbol("x", None, plan.before), plan), {"x": every})).astype(np.int64)
