"""Edits: numbers set by hand, each from one position on. Knows positions and arrays, not what they mean."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from nablastep.records import record

Position = tuple[int, int]
"""(iteration from 1, steps done in it)."""


@record()
class Edit:
    """One number set by hand. With step 0 it holds from the start of the iteration, else from after that step on."""

    iteration: int
    step: int
    name: str
    indices: tuple[int, ...]
    value: float

    @property
    def position(self) -> Position:
        """Where it first shows."""
        return (self.iteration, self.step)


class Edits:
    """Edits in the order in which they first show, those of each kind once more by themselves.

    `kind` tells it from the name of what is edited. A value: one more edit makes another one.
    """

    def __init__(self, kind: Callable[[str], str], edits: Iterable[Edit] = ()) -> None:
        self._kind = kind
        self._all = tuple(sorted(edits, key=_position))
        self._of: dict[str, tuple[Edit, ...]] = {
            each: tuple(edit for edit in self._all if kind(edit.name) == each)
            for each in dict.fromkeys(kind(edit.name) for edit in self._all)
        }

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def with_edit(self, edit: Edit, at: Position) -> Edits:
        """These and one more, made at the position `at`; what shows later is not part of them."""
        changed = Edits(self._kind)
        changed._all = _inserted(_until(self._all, at), edit)
        changed._of = {kind: _until(edits, at) for kind, edits in self._of.items()}
        own = self._kind(edit.name)
        changed._of[own] = _inserted(changed._of.get(own, ()), edit)
        return changed

    def of(self, kind: str, iteration: int) -> Sequence[Edit]:
        """Those of the kind that show in the iteration or before it."""
        edits = self._of.get(kind, ())
        return edits[: bisect_right(edits, iteration, key=_iteration)]

    def at(self, kind: str, position: Position) -> Sequence[Edit]:
        """Those of the kind that show first at that position."""
        edits = self._of.get(kind, ())
        if not edits or edits[-1].iteration < position[0]:
            return ()
        stop = bisect_right(edits, position, key=_position)
        start = stop
        while start and edits[start - 1].position == position:
            start -= 1
        return edits[start:stop]

    def after(self, iteration: int) -> int | None:
        """The first iteration behind that one in which something is edited."""
        place = bisect_right(self._all, iteration, key=_iteration)
        return self._all[place].iteration if place < len(self._all) else None

    def between_steps(self, iteration: int) -> bool:
        """Whether something is edited after a step of that iteration."""
        place = bisect_right(self._all, iteration, key=_iteration)
        return bool(place) and self._all[place - 1].iteration == iteration and self._all[place - 1].step > 0

    def beyond(self, position: Position) -> bool:
        """Whether something shows later than there."""
        return bool(self._all) and self._all[-1].position > position


def _iteration(edit: Edit) -> int:
    return edit.iteration


def _position(edit: Edit) -> Position:
    return edit.position


def _until(edits: tuple[Edit, ...], at: Position) -> tuple[Edit, ...]:
    return edits[: bisect_right(edits, at, key=_position)]


def _inserted(edits: tuple[Edit, ...], edit: Edit) -> tuple[Edit, ...]:
    """With one more, behind those that show at the same place."""
    place = bisect_right(edits, edit.position, key=_position)
    return (*edits[:place], edit, *edits[place:])


def edited(values: Mapping[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """Those of the values that the edits change, as they leave them: new arrays; of what is one number, the number."""
    changed: dict[str, Any] = {}
    for edit in edits:
        if not edit.indices:
            changed[edit.name] = edit.value
            continue
        if edit.name not in changed:
            changed[edit.name] = values[edit.name].copy()
        changed[edit.name][edit.indices] = edit.value
    return changed
