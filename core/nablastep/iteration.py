"""One iteration seen step by step: the values that exist after each of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from nablastep.edits import Edit
from nablastep.program import Step
from nablastep.timeline import Timeline


class Iteration:
    """The steps of one iteration of a timeline, computed as far as they were asked for; all arrays are frozen."""

    def __init__(self, timeline: Timeline, number: int) -> None:
        self.timeline = timeline
        self.number = number
        self.program = timeline.program(number)
        self._now = timeline.start(number)
        for value in self._now.values():
            _freeze(value)
        # What there is at the start, then what each step has changed.
        self._changes: list[Mapping[str, Any]] = [self._now.copy()]
        self._seen: dict[int, Mapping[str, Any]] = {}

    def values(self, step: int) -> Mapping[str, Any]:
        """Every value that exists after so many steps, by id; a read-only mapping."""
        found = self._seen.get(step)
        if found is None:
            self.compute(step)
            values: dict[str, Any] = {}
            for changed in self._changes[: step + 1]:
                values.update(changed)
            found = self._seen[step] = MappingProxyType(values)
        return found

    def compute(self, step: int) -> None:
        """Carry out the steps up to that one, as far as they are not yet; what they come to goes to the timeline."""
        with self.timeline.checkpoints.lock:
            while len(self._changes) <= step:
                self._advance(self.program.steps[len(self._changes) - 1])

    def _advance(self, step: Step) -> None:
        values = self._now
        edits = self.timeline.carry_out(step, values, self.number)
        changed = {step.id: values[step.id]}
        for edit in edits:
            changed[edit.name] = values[edit.name]
        for value in changed.values():
            _freeze(value)
        self._changes.append(changed)
        if step.number == len(self.program.steps):
            self.timeline.hand_over(self.number, values)

    def made(self, step: int) -> Any:
        """What the step itself computes: its quantity before numbers of it were set by hand just after it."""
        found = self.program.steps[step - 1]
        if not any(edit.name == found.id for edit in self.by_hand(step)):
            return self.values(step)[found.id]
        values = dict(self.values(step - 1))
        with np.errstate(all="ignore"):
            found.run(values)
        _freeze(values[found.id])
        return values[found.id]

    def by_hand(self, step: int) -> tuple[Edit, ...]:
        """The numbers set by hand just after so many steps; of several edits of one number the last."""
        last = {(edit.name, edit.indices): edit for edit in self.timeline.edits_at(self.number, step)}
        return tuple(last.values())


def _freeze(value: Any) -> None:
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
