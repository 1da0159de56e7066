"""The slope of E along one number, by difference quotient: an independent check of any gradient entry, and what-ifs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from nablastep.evaluation import Run, compiled, value_of
from nablastep.expressions import Apply, Expression, TimesLog, depends_on, matrix_symbols, walk
from nablastep.program import Program
from nablastep.records import record

STEP = 1e-5
TOLERANCE = 1e-6


@record()
class Slope:
    """A central difference quotient of E; `at_kink` says that a kink lies within its reach.

    `rounding` is by how much the quotient may be wrong only because E has no more than 16 digits.
    """

    value: float
    at_kink: bool
    rounding: float = 0.0

    def agrees(self, value: float) -> bool:
        """Whether the value is this slope, at 1e-6·max(1, |value|) and as far as rounding lets one tell."""
        return abs(value - self.value) <= TOLERANCE * max(1.0, abs(value), abs(self.value)) + self.rounding


def rounding_of(number: float, h: float) -> float:
    """By how much a difference quotient of that number over 2h may be wrong, because digits end."""
    return 4 * float(np.finfo(float).eps) * abs(number) / h


def slope(program: Program, values: Mapping[str, Any], variable: str, cell: tuple[int, ...]) -> Slope:
    """dE/d(variable[cell]) by central difference with h = 1e-5·max(1, |value|), all other inputs held still.

    What stands in a logarithm is moved by 1e-5 of its distance from 0 and 1 instead, where ln bends fast.

    `values` are those of the iteration, at least up to E; `variable` is any quantity that comes in or is computed on
    the way to E.
    """
    number = float(np.asarray(values[variable])[cell])
    h = _step_size(program, variable, number)
    above, below = (error_with(program, values, variable, cell, number + d) for d in (h, -h))
    rounding = rounding_of(max(abs(above[0]), abs(below[0])), h)
    return Slope((above[0] - below[0]) / (2 * h), above[1] != below[1], rounding)


def _step_size(program: Program, variable: str, value: float) -> float:
    if _stands_in_a_logarithm(program, variable):
        return STEP * (min(abs(value), abs(1 - value)) or 1.0)
    return STEP * max(1.0, abs(value))


@lru_cache(maxsize=512)
def _stands_in_a_logarithm(program: Program, variable: str) -> bool:
    symbol = program.symbols[variable]
    forms = ((definition.definition or definition.equation).expression for definition in program.forward)
    logarithms = (node for form in forms for node in walk(form) if isinstance(node, TimesLog))
    return any(depends_on(node.right, symbol) for node in logarithms)


def error_with(
    program: Program, values: Mapping[str, Any], variable: str, cell: tuple[int, ...], number: float
) -> tuple[float, tuple[bytes, ...]]:
    """E if that one number were another, and on which side of every kink the network then is."""
    changed = dict(values)
    array = np.array(values[variable], dtype=float)
    array[cell] = number
    changed[variable] = array if array.shape else float(array)
    with np.errstate(all="ignore"):
        _run_after(program, variable)(changed)
    return float(changed[program.error.id]), _sides(program, changed)


@lru_cache(maxsize=512)
def _run_after(program: Program, variable: str) -> Run:
    """The forward equations that the variable moves, in the form that reads it."""
    symbol = program.symbols[variable]
    moved, moving = {symbol}, []
    for found in program.forward:
        textbook = found.definition if symbol in found.passed_over else None
        equation = textbook or found.equation
        if moved.intersection(matrix_symbols(equation.expression)) and found.target != symbol:
            moved.add(found.target)
            moving.append(equation)
    return compiled(moving)


def _sides(program: Program, values: Mapping[str, Any]) -> tuple[bytes, ...]:
    return tuple(np.sign(value_of(x, values) - kink).tobytes() for x, kink in _kinks(program))


@lru_cache(maxsize=64)
def _kinks(program: Program) -> tuple[tuple[Expression, float], ...]:
    """What stands in each function of the forward pass that has kinks, and where they are."""
    nodes = (node for found in program.forward for node in walk(found.equation.expression))
    return tuple((node.x, kink) for node in nodes if isinstance(node, Apply) for kink in node.function.kinks)
