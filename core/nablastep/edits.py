"""Edits: numbers set by hand, each from one position on. Knows positions and arrays, not what they mean."""

from __future__ import annotations

from typing import Any

import numpy as np

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

    def applied(self, value: Any) -> Any:
        """The array with that number in its place, a new one; for a quantity that is one number, the number."""
        if not np.ndim(value):
            return self.value
        changed = value.copy()
        changed[self.indices] = self.value
        return changed
