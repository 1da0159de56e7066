"""The tree of what was typed, before any network gives it a meaning: names, numbers, operators, calls, with places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from nablastep.records import record


@record()
class Typed:
    """A node of what was typed; `place` counts characters from 0."""

    place: int

    @property
    def children(self) -> tuple[Typed, ...]:
        """The nodes inside, in reading order."""
        found: list[Typed] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Typed):
                found.append(value)
            elif isinstance(value, tuple):
                found += [part for part in value if isinstance(part, Typed)]
        return tuple(found)


@record()
class Named(Typed):
    """A quantity, setting or dimension."""

    name: str


@record()
class Number(Typed):
    """A number; 1 may also be a vector of ones."""

    text: str


@record()
class Operation(Typed):
    """left operator right; the operator of things that just stand beside each other is a space."""

    operator: str
    left: Typed
    right: Typed


@record()
class Negated(Typed):
    """−x."""

    x: Typed


@record()
class Transposed(Typed):
    """xᵀ."""

    x: Typed


@record()
class Summed(Typed):
    """Σ x; with an axis the sum along it."""

    x: Typed
    axis: int | None = None


@record()
class Called(Typed):
    """name(arguments), with `prime` name′(arguments); `axis` where one was given."""

    name: str
    arguments: tuple[Typed, ...]
    prime: bool = False
    axis: int | None = None


def walk(tree: Typed) -> Iterator[Typed]:
    """Every node, in no particular order, without recursion."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


End = int | str
Ends = tuple[End, End | None]
"""From which row or column on, and before which it stops, as numbers or names of dimensions; None is the end."""


@record()
class Sliced(Typed):
    """x[a:b, c:d], counted from 0; None for all rows or all columns."""

    x: Typed
    rows: Ends | None
    columns: Ends | None


@record()
class Blocks(Typed):
    """[left; right] one above the other, or [left, right] side by side."""

    left: Typed
    right: Typed
    below: bool


def edits(node: Typed, change: Any) -> Iterator[Typed]:
    """The tree with `change` made at one node, for every node where it gives something (change: node → nodes)."""
    yield from change(node)
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Typed):
            for edited in edits(value, change):
                yield _with(node, field.name, edited)
        elif isinstance(value, tuple):
            for index, part in enumerate(value):
                if isinstance(part, Typed):
                    for edited in edits(part, change):
                        yield _with(node, field.name, (*value[:index], edited, *value[index + 1 :]))


def moved(node: Typed, place: Callable[[int], int]) -> Typed:
    """The tree with every place told anew."""
    arguments: dict[str, Any] = {"place": place(node.place)}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Typed):
            arguments[field.name] = moved(value, place)
        elif isinstance(value, tuple):
            arguments[field.name] = tuple(moved(part, place) if isinstance(part, Typed) else part for part in value)
    return replace(node, **arguments)


def _with(node: Typed, field: str, value: Any) -> Typed:
    arguments: dict[str, Any] = {field: value}
    return replace(node, **arguments)
