"""Slices, blocks, reshapes and patches that were typed → the plans by which entries are moved."""

from __future__ import annotations

from math import prod
from typing import Protocol

from nablastep.errors import ShapeError
from nablastep.exact import exact
from nablastep.expressions import (
    COLUMNS,
    ROWS,
    Block,
    Cut,
    Fill,
    Fold,
    Rearrange,
    Windows,
)
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.scope import (
    OPEN,
    Built,
    Scope,
    pair,
)
from nablastep.formulas.syntax import (
    Blocks,
    Called,
    End,
    Ends,
    Sliced,
    Typed,
)


class Builder(Protocol):
    """What builds the formula around it, as far as it is needed here."""

    scope: Scope

    def built(self, node: Typed) -> Built:
        """A part of the formula."""

    def size(self, dimension: str) -> int:
        """How many a dimension has."""

    def fresh(self, size: int) -> str:
        """A dimension of that size."""

    def same(self, left: str, right: str) -> bool:
        """Whether two dimensions are or become one."""

    def joined(self, left: str, right: str) -> str:
        """The dimension of two blocks together."""

    def closed(self, built: Built, shape: tuple[str, ...]) -> Built:
        """With repetitions of open length as long as the shape that stands beside them."""

    def text(self, shape: tuple[str, ...]) -> str:
        """A shape as its author knows it."""


def sliced(builder: Builder, node: Sliced) -> Built:
    """X[1:3, :], counted from 0."""
    found = builder.built(node.x)
    if len(found.shape) != 2:
        raise ShapeError("a number has no rows or columns to choose from", column=node.place + 1)
    for axis, ends in ((ROWS, node.rows), (COLUMNS, node.columns)):
        if ends is not None:
            found = _cut(builder, found, axis, ends, node.place)
    return found


def _cut(builder: Builder, inner: Built, axis: int, ends: Ends, place: int) -> Built:
    whole = inner.shape[axis]
    if whole.startswith(OPEN) or "m" in whole.split("·"):
        raise ShapeError("samples of a batch cannot be chosen one by one", column=place + 1)
    size = builder.size(whole)
    start, stop = _end(builder, ends[0], place), size if ends[1] is None else _end(builder, ends[1], place)
    if not 0 <= start < stop <= size:
        what = "rows" if axis == ROWS else "columns"
        raise ShapeError(f"{start}:{stop} is not within the {size} {what}, counted from 0", column=place + 1)
    shape = list(inner.shape)
    shape[axis] = "1" if stop - start == 1 else builder.fresh(stop - start)
    plan = Cut(pair(inner.shape), pair(shape), axis, str(start), str(stop))
    return Built(Rearrange(inner.expression, plan), tuple(shape))


def _end(builder: Builder, end: End, place: int) -> int:
    if isinstance(end, int):
        return end
    if not all(part in builder.scope.sizes for part in end.split("·")):
        raise FormulaError(f"expected a number or a dimension, found '{end}'", column=place + 1)
    return builder.size(end)


def blocks(builder: Builder, node: Blocks) -> Built:
    """[A, B] and [A; B]."""
    left, right = _as_matrix(builder, builder.built(node.left)), _as_matrix(builder, builder.built(node.right))
    axis, across = (ROWS, COLUMNS) if node.below else (COLUMNS, ROWS)
    if not builder.same(left.shape[across], right.shape[across]):
        raise ShapeError(
            f"the blocks {builder.text(left.shape)} and {builder.text(right.shape)} do not fit beside each other",
            column=node.place + 1,
        )
    left = builder.closed(left, right.shape)
    right = builder.closed(right, left.shape)
    along = (left.shape[axis], right.shape[axis])
    if any(dimension.startswith(OPEN) or "m" in dimension.split("·") for dimension in along):
        raise ShapeError("batches of samples cannot be put beside each other", column=node.place + 1)
    shape = list(left.shape)
    shape[axis] = builder.joined(*along)
    return Built(Block(left.expression, right.expression, axis, shape[axis]), tuple(shape))


def _as_matrix(builder: Builder, built: Built) -> Built:
    return Built(Fill(built.expression, ("1", "1")), ("1", "1")) if built.shape == () else built


def reshaped(builder: Builder, node: Called, inner: Built, rows: Built, columns: Built) -> Built:
    """reshape(x, rows, columns), column by column."""
    inner = _as_matrix(builder, inner)
    shape = (_dimension_of(builder, node, rows), _dimension_of(builder, node, columns))
    if not _same_entries(builder, inner.shape, shape):
        raise ShapeError(
            f"{builder.text(inner.shape)} has not as many entries as {builder.text(shape)}", column=node.place + 1
        )
    return Built(Rearrange(inner.expression, Fold(pair(inner.shape), shape)), shape)


def _same_entries(builder: Builder, left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    counts = []
    for shape in (left, right):
        parts = [part for dimension in shape for part in dimension.split("·")]
        counts.append((parts.count("m"), prod(builder.size(part) for part in parts if part != "m")))
    return counts[0] == counts[1]


def _dimension_of(builder: Builder, node: Called, size: Built) -> str:
    """The dimension that a number of rows or columns means: 4, 4 m, rows(X)."""
    number = exact(size.expression)
    if number is None or number.fraction.denominator != 1 or number.fraction < 1 or size.shape:
        raise FormulaError(f"{node.name} takes numbers of rows and columns", column=node.place + 1)
    if any(power < 0 for power in number.powers.values()):
        raise FormulaError(f"{node.name} takes numbers of rows and columns", column=node.place + 1)
    parts = [name for name, power in number.powers.items() for _ in range(power)]
    if number.fraction != 1 or not parts:
        parts.append("1" if number.fraction == 1 else builder.fresh(int(number.fraction)))
    return "·".join(sorted(part for part in parts if part != "1")) or "1"


def _whole_numbers(builder: Builder, node: Called, arguments: tuple[Built, ...]) -> list[int]:
    numbers = [exact(argument.expression) for argument in arguments]
    if any(number is None or number.powers or number.fraction.denominator != 1 for number in numbers):
        raise FormulaError(f"{node.name} takes whole numbers behind its first argument", column=node.place + 1)
    return [int(number.fraction) for number in numbers if number is not None]


def patches(
    builder: Builder, node: Called, x: Built, height: Built, width: Built, kernel: Built, stride: Built
) -> Built:
    """Every patch of the pictures x, channels·height·width × m, or with `_back` each added to its place."""
    high, wide, side, step = _whole_numbers(builder, node, (height, width, kernel, stride))
    if min(high, wide, side, step) < 1 or side > min(high, wide):
        raise FormulaError(f"{node.name}: the kernel has to fit into the picture", column=node.place + 1)
    positions = ((high - side) // step + 1) * ((wide - side) // step + 1)
    x = _as_matrix(builder, x)
    if node.name == "patches_back":
        return _patches_back(builder, node, x, (high, wide, side, step), positions)
    channels, rest = divmod(builder.size(x.shape[0]), high * wide)
    if rest or not channels:
        raise ShapeError(
            f"{builder.text(x.shape)} has no rows for channels of {high}×{wide} pixels", column=node.place + 1
        )
    across = [builder.fresh(positions)] if positions > 1 else []
    columns = "·".join(sorted([*across, *(part for part in x.shape[1].split("·") if part != "1")])) or "1"
    shape = (builder.fresh(channels * side**2), columns)
    plan = Windows(pair(x.shape), shape, high, wide, side, step)
    return Built(Rearrange(x.expression, plan), shape)


def _patches_back(builder: Builder, node: Called, x: Built, sizes: tuple[int, int, int, int], positions: int) -> Built:
    high, wide, side, step = sizes
    channels = builder.size(x.shape[0]) // side**2
    samples = "m" if "m" in x.shape[1].split("·") else str(builder.size(x.shape[1]) // positions)
    shape = (str(channels * high * wide), samples)
    return Built(Rearrange(x.expression, Windows(shape, pair(x.shape), high, wide, side, step), True), shape)


def placed(builder: Builder, node: Called, x: Built, start: Built, size: Built) -> Built:
    """x among zeros, from row (or with axis=1 column) start of so many."""
    axis = COLUMNS if node.axis == 1 else ROWS
    x = _as_matrix(builder, x)
    shape = list(x.shape)
    shape[axis] = _dimension_of(builder, node, size)
    first = exact(start.expression)
    at = "0" if first is not None and not first.fraction else _dimension_of(builder, node, start)
    own = x.shape[axis]
    stop = str(int(at) + builder.size(own)) if at.isdigit() else ""
    return Built(Rearrange(x.expression, Cut(pair(shape), pair(x.shape), axis, at, stop), True), tuple(shape))
