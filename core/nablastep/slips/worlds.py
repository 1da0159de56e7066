"""Random networks of a program's form, on which formulas are compared; no formula is judged on one network's numbers.

Widths, numbers of samples and settings differ from world to world, so that a number typed where a size or a setting
belongs shows. Widths that are equal in the network stay equal and those that are 1 stay 1: what fits there fits here.
A twin is a world in which all dimensions are equal, so that formulas whose shapes do not fit have a value too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import NablastepError
from nablastep.evaluation import value_of
from nablastep.expressions import Block, Expression, Rearrange, TimesLog, Total, walk
from nablastep.graph import COMPUTED, Role
from nablastep.program import UPDATE, Program, Step
from nablastep.shapes import dimensions_in

WORLDS = 3
"""On so many random networks a formula is tried."""

TOLERANCE = 1e-9
"""The relative error below which two values count as equal."""

TWIN_SIZE, TWIN_DIMENSION = 5, "twin_size"

Array = NDArray[np.float64]


class Reading(dict[str, Any]):
    """The values that one step reads in one world; known by identity, so that what follows from it is remembered."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class World:
    """The values of one random network in columns, by id, with settings and sizes of dimensions.

    Forward and backward steps have been carried out; updates have not.
    """

    program: Program
    values: Mapping[str, Any]

    @lru_cache(maxsize=256)  # noqa: B019 - worlds are few and remembered themselves
    def before(self, step: Step) -> Reading:
        """The values that the step reads: of the updates, those before it have been carried out."""
        values = Reading(self.values)
        if step.phase == UPDATE:
            with np.errstate(all="ignore"):
                for other in self.program.steps[: step.number - 1]:
                    if other.phase == UPDATE:
                        other.run(values)
        return values


def worth(expression: Expression, values: Mapping[str, Any]) -> Array | None:
    """The value of an expression; None if its shapes do not fit, which a number shows by having no transpose or sum."""
    try:
        return np.asarray(value_of(expression, values))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, NablastepError):
        return None


def distance(found: Array | None, expected: Array) -> float:
    """The relative error; infinite where shapes differ or a value is not finite."""
    if found is None or np.shape(found) != np.shape(expected):
        return float("inf")
    error = relative_error(found, expected)
    return error if np.isfinite(error) else float("inf")


def relative_error(value: Any, expected: Any) -> float:
    """‖value − expected‖ / max(‖value‖, ‖expected‖), 0 where both are zero: the one measure of how wrong a value is."""
    with np.errstate(all="ignore"):
        size = max(float(np.linalg.norm(value)), float(np.linalg.norm(expected)))
        return float(np.linalg.norm(value - expected)) / size if size else 0.0


def sample_count(sizes: Collection[int]) -> int:
    """A number of samples that is none of the sizes, so that no product fits by accident."""
    return next(count for count in range(3, 5 + len(sizes)) if count not in sizes)


@lru_cache(maxsize=64)
def worlds(program: Program, sizes: tuple[tuple[str, int], ...]) -> tuple[World, ...]:
    """Random networks like the one of these sizes."""
    return tuple(_random(program, _small(program, dict(sizes), seed), seed) for seed in range(WORLDS))


@lru_cache(maxsize=16)
def twins(program: Program) -> tuple[World, ...]:
    """Random networks in which every dimension has one size; none where sizes are written in the equations."""
    if has_written_sizes(program):
        return ()
    sizes = dict.fromkeys((*dimensions(program), TWIN_DIMENSION), TWIN_SIZE)
    if "m" not in sizes:
        sizes["1"] = TWIN_SIZE  # one sample becomes as many as there are units: vectors become square too
    return tuple(_random(program, sizes, 20 + seed) for seed in range(WORLDS))


def own_world(program: Program, sizes: Mapping[str, int], fixed: Mapping[str, Any], seed: int) -> World:
    """A random network with the sizes, settings and frozen parameters of one's own."""
    return _random(program, dict(sizes), 40 + seed, fixed)


def dimensions(program: Program) -> tuple[str, ...]:
    """The names of all dimensions but 1, in order of appearance: those of quantities, then those inside equations."""
    found = [name for symbol in program.symbols.values() for name in symbol.shape]
    for definition in program.forward:
        for equation in (definition.equation, definition.definition):
            found += dimensions_in(equation.expression) if equation is not None else ()
    parts = dict.fromkeys(part for name in found for part in name.split("·"))
    return tuple(part for part in parts if part != "1" and not part.isdigit())


def has_written_sizes(program: Program) -> bool:
    """Whether equations cut, fold or slide over matrices of certain sizes only."""
    nodes = (node for definition in program.forward for node in walk(definition.equation.expression))
    return any(isinstance(node, Rearrange | Block) for node in nodes)


def _small(program: Program, own: Mapping[str, int], seed: int) -> dict[str, int]:
    """Other sizes: small, equal where one's own are equal, 1 where they are 1; the number of samples is like none."""
    if has_written_sizes(program):
        return {**own, **({"m": 2 + seed} if "m" in own else {})}
    others = sorted({size for name, size in own.items() if size != 1 and name != "m"})
    renamed = {1: 1} | {size: 2 + seed + place for place, size in enumerate(others)}
    sizes = {name: renamed[size] for name, size in own.items() if name != "m"}
    return sizes | ({"m": 2 + seed + len(others) + seed % 2} if "m" in own else {})


def _random(program: Program, sizes: Mapping[str, int], seed: int, fixed: Mapping[str, Any] | None = None) -> World:
    """A random network; where its equations have no value for any numbers (logarithms, roots), for positive ones."""
    for positive in (False, True):
        values = _drawn(program, sizes, seed, fixed or {}, positive=positive)
        with np.errstate(all="ignore"):
            for step in program.steps:
                if step.phase != UPDATE:
                    step.run(values)
            for name, view in program.views.items():
                values[name] = value_of(view.expression, values)
        computed = (step.id for step in program.steps if step.phase != UPDATE)
        if all(np.isfinite(values[name]).all() for name in computed):
            break
    return World(program, values)


def _drawn(
    program: Program, sizes: Mapping[str, int], seed: int, fixed: Mapping[str, Any], *, positive: bool
) -> dict[str, Any]:
    generator = np.random.default_rng([7, seed])
    values: dict[str, Any] = {"1": 1, "m": 1, **sizes}
    for name in ("learning_rate", "momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay"):
        values[program.setting(name)] = float(generator.uniform(0.1, 0.9))
    values[program.count] = 3 + seed % 20
    roles = {symbol.id: role for role in Role for symbol in program.graph.of(role)}
    for symbol in program.symbols.values():
        if symbol.prefix == "grad" or roles.get(symbol.id) in COMPUTED:
            continue
        # In a twin even 1 is a size of its own.
        shape = tuple(prod(values[part] for part in name.split("·")) for name in symbol.shape)
        drawn = generator.uniform(0.1, 0.9, shape) if positive else generator.normal(0.0, 1.0, shape)
        if roles.get(symbol.id) is Role.PARAMETER and len(shape) == 2 and shape[1] > 1:
            drawn = drawn / np.sqrt(shape[1])
        if roles.get(symbol.id) is Role.TARGET:
            drawn = _targets(program, drawn, generator)
        values[symbol.id] = np.abs(drawn) if symbol in program.state else drawn
    return {**values, **fixed}


def _targets(program: Program, drawn: Array, generator: np.random.Generator) -> Array:
    """Targets that the loss allows: shares where E takes logarithms of them, else any numbers."""
    definition = program.graph.definition_of(program.error.id)
    assert definition is not None
    textbook = definition.definition or definition.equation
    logs = [node for node in walk(textbook.expression) if isinstance(node, TimesLog)]
    if not logs:
        return drawn
    if len(logs) > 1:
        return generator.uniform(0.1, 0.9, drawn.shape)
    shares = generator.uniform(0.1, 1.0, drawn.shape)
    target = program.graph.target
    sums_to_one = not any(isinstance(node, Total) and node.x == target for node in walk(definition.equation.expression))
    total = shares.sum(axis=0, keepdims=True)
    return np.asarray(shares / total * (1.0 if sums_to_one else 1.3))
