"""The built-in data sets, drawn by a seeded generator.

Owns their names and their numbers. Knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from nablastep.field_checks import FieldError, FloatArray, described, did_you_mean, read_only
from nablastep.records import record

CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
POINTS_OF_A_CLASS = 50
SPIRALS = 3
POINTS_OF_A_SPIRAL = 33


@record(eq=False)
class DataSet:
    """Inputs `x` (samples, inputs), targets `y` (samples, outputs), and names of the outputs where they are classes."""

    x: FloatArray
    y: FloatArray
    label_names: tuple[str, ...] = ()


def data_set(name: object, seed: int) -> DataSet:
    """The built-in set of that name; moons, circles and spirals are drawn with the seed. Raises NetworkError."""
    if isinstance(name, str) and name in DATA_SETS:
        return DATA_SETS[name](np.random.default_rng(seed))
    near = did_you_mean(name, DATA_SETS) if isinstance(name, str) else ""
    known = ", ".join(DATA_SETS)
    problem = (
        f"unknown data set {described(name)}{near}" if near else f"expected one of {known}, found {described(name)}"
    )
    raise FieldError(problem, ("data",), hint=f"data sets: {known}" if near else None)


def _xor(_generator: np.random.Generator) -> DataSet:
    return DataSet(read_only(CORNERS), read_only([[0], [1], [1], [0]]))


def _and(_generator: np.random.Generator) -> DataSet:
    return DataSet(read_only(CORNERS), read_only([[0], [0], [0], [1]]))


def _or(_generator: np.random.Generator) -> DataSet:
    return DataSet(read_only(CORNERS), read_only([[0], [1], [1], [1]]))


def _moons(generator: np.random.Generator) -> DataSet:
    angle = np.linspace(0.0, np.pi, POINTS_OF_A_CLASS)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)])
    return _two_classes(upper, lower, generator.normal(0.0, 0.1, (2 * POINTS_OF_A_CLASS, 2)))


def _circles(generator: np.random.Generator) -> DataSet:
    angle = np.linspace(0.0, 2.0 * np.pi, POINTS_OF_A_CLASS, endpoint=False)
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    return _two_classes(outer, 0.5 * outer, generator.normal(0.0, 0.05, (2 * POINTS_OF_A_CLASS, 2)))


def _two_classes(first: FloatArray, second: FloatArray, noise: FloatArray) -> DataSet:
    # The classes alternate, so that a batch of neighbours holds both.
    x = np.stack([first, second], axis=1).reshape(-1, 2) + noise
    return DataSet(read_only(x), read_only(np.tile([[0.0], [1.0]], (len(first), 1))))


def _spirals(generator: np.random.Generator) -> DataSet:
    radius = np.linspace(0.05, 1.0, POINTS_OF_A_SPIRAL)[:, np.newaxis]
    turn = 2.0 * np.pi * np.arange(SPIRALS) / SPIRALS
    angle = turn + 4.0 * radius + generator.normal(0.0, 0.15, (POINTS_OF_A_SPIRAL, SPIRALS))
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=-1).reshape(-1, 2)
    return DataSet(read_only(x), read_only(np.tile(np.eye(SPIRALS), (POINTS_OF_A_SPIRAL, 1))))


DATA_SETS: Mapping[str, Callable[[np.random.Generator], DataSet]] = MappingProxyType(
    {"xor": _xor, "and": _and, "or": _or, "moons": _moons, "circles": _circles, "spirals": _spirals}
)
