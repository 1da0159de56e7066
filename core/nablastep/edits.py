"""Edits: numbers set by hand, each from one position on. Knows positions and arrays, not what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def edited(values: Mapping[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """Those of the values that the edits change, as they leave them: new arrays; of what is one number, the number."""
    changed: dict[str, Any] = {}
    for edit in edits:
        if not np.ndim(values[edit.name]):
            changed[edit.name] = edit.value
            continue
        if edit.name not in changed:
            changed[edit.name] = values[edit.name].copy()
        changed[edit.name][edit.indices] = edit.value
    return changed
