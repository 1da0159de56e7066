"""One iteration seen step by step: the values that exist after each of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from nablastep.timeline import Timeline


class Iteration:
    """The steps of one iteration of a timeline, computed as far as they were asked for; all arrays are frozen."""

    def __init__(self, timeline: Timeline, number: int) -> None:
        self.timeline = timeline
        self.number = number
        self.program = timeline.program(number)
        self._states: list[Mapping[str, Any]] = [_frozen(timeline.start(number))]

    def values(self, step: int) -> Mapping[str, Any]:
        """Every value that exists after so many steps, by id; a read-only mapping."""
        while len(self._states) <= step:
            self._advance()
        return self._states[step]

    def _advance(self) -> None:
        step = self.program.steps[len(self._states) - 1]
        values = dict(self._states[-1])
        with np.errstate(all="ignore"):
            step.run(values)
        for edit in self.timeline.edits_at(self.number, step.number):
            copy = values[edit.name].copy()
            copy[edit.indices] = edit.value
            values[edit.name] = copy
        self._states.append(_frozen(values))


def _frozen(values: dict[str, Any]) -> Mapping[str, Any]:
    for value in values.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return MappingProxyType(values)
