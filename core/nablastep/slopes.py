"""The slope of E along one number, by difference quotient: an independent check of any gradient entry, and what-ifs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from nablastep.evaluation import Run, compiled, value_of
from nablastep.expressions import Apply, TimesLog, walk
from nablastep.program import FORWARD, Program

STEP = 1e-5


@dataclass(frozen=True)
class Slope:
    """A central difference quotient of E; `at_kink` says that a kink lies within its reach."""

    value: float
    at_kink: bool


def slope(program: Program, values: Mapping[str, Any], variable: str, cell: tuple[int, int]) -> Slope:
    """dE/d(variable[cell]) by central difference with h = 1e-5·max(1, |value|), all other inputs held still.

    An output that stands in a logarithm is moved by 1e-5 of its distance from 0 and 1 instead, where −ln bends fast.

    `values` are those of the iteration, at least up to E; `variable` is a parameter, a0, y, or a forward value.
    """
    h = _step_size(program, variable, float(values[variable][cell]))
    above, below = (error_with(program, values, variable, cell, float(values[variable][cell]) + d) for d in (h, -h))
    return Slope((above[0] - below[0]) / (2 * h), above[1] != below[1])


def _step_size(program: Program, variable: str, value: float) -> float:
    step = program.step("E")
    definition = step.definition or step.equation
    is_output = variable == f"a{len(program.form.activations)}"
    if is_output and any(isinstance(node, TimesLog) for node in walk(definition.expression)):
        return STEP * (min(abs(value), abs(1 - value)) or 1.0)
    return STEP * max(1.0, abs(value))


def error_with(
    program: Program, values: Mapping[str, Any], variable: str, cell: tuple[int, int], number: float
) -> tuple[float, tuple[bytes, ...]]:
    """E if that one number were another, and on which side of every kink the network then is."""
    changed = dict(values)
    array = np.array(values[variable], dtype=float)
    array[cell] = number
    changed[variable] = array
    with np.errstate(all="ignore"):
        _run_after(program, variable)(changed)
    if variable == f"a{len(program.form.activations)}" and program.step("E").definition is not None:
        changed["E"] = value_of(program.step("E").definition.expression, changed)  # type: ignore[union-attr]
    return float(changed["E"]), _sides(program, changed)


@lru_cache(maxsize=512)
def _run_after(program: Program, variable: str) -> Run:
    """The forward steps after the one that makes the variable."""
    ids = [step.id for step in program.steps if step.phase == FORWARD]
    first = ids.index(variable) + 1 if variable in ids else 0
    return compiled(step.equation for step in program.steps[first : len(ids)])


def _sides(program: Program, values: Mapping[str, Any]) -> tuple[bytes, ...]:
    sides = []
    for step in program.steps:
        for node in walk(step.equation.expression) if step.phase == FORWARD else ():
            if isinstance(node, Apply):
                for kink in node.function.kinks:
                    sides.append(np.sign(value_of(node.x, values) - kink).tobytes())
    return tuple(sides)
