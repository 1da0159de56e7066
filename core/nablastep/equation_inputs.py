"""What equations start from: parameters with their first values or how to draw them, and what is given.

Owns the checks of these two tables of a network. Knows no equation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from nablastep.field_checks import (
    FieldError,
    FloatArray,
    array_or_number,
    choice,
    described,
    truth,
    unknown_key,
    whole_number,
)
from nablastep.layer import INIT_NAMES, LARGEST_MATRIX, drawn
from nablastep.records import record

PARAMETER_KEYS = ("shape", "init", "value", "frozen")

Value = FloatArray | float
Size = tuple[()] | tuple[int, int]


@record(eq=False)
class Parameter:
    """A quantity that is learned: its first `value`, or its `shape` and how it is drawn. A number has the shape ()."""

    shape: Size
    value: Value | None
    init: str
    frozen: bool

    def initial(self, generator: Callable[[], np.random.Generator]) -> Value:
        """The first value, given or drawn; the generator is asked for when a number is drawn."""
        if self.value is not None:
            return self.value
        if not self.shape:
            return float(drawn(self.init, (1, 1), generator())[0, 0])
        return drawn(self.init, self.shape, generator())


def checked_parameters(table: object) -> dict[str, Parameter]:
    """Parameters from a table of numbers, lists, or tables of `shape`, `init`, `value` and `frozen`."""
    return {name: _parameter(value, name) for name, value in _named(table, "parameters").items()}


def checked_given(table: object) -> dict[str, Value]:
    """What stands still: numbers, columns and matrices by name."""
    return {name: array_or_number(value, ("given", name)) for name, value in _named(table, "given").items()}


def size_of(value: Value) -> Size:
    """The size in numbers: () for a number."""
    return () if isinstance(value, float) else (int(value.shape[0]), int(value.shape[1]))


def _named(table: object, key: str) -> dict[str, object]:
    if not isinstance(table, Mapping):
        raise FieldError(f"expected a table of names, found {described(table)}", (key,))
    return {str(name): value for name, value in table.items()}


def _parameter(value: object, name: str) -> Parameter:
    if isinstance(value, Parameter):
        return value
    key = ("parameters", name)
    if not isinstance(value, Mapping):
        number = array_or_number(value, key)
        return Parameter(size_of(number), number, "", False)
    for word in value:
        if word not in PARAMETER_KEYS:
            raise unknown_key(word, PARAMETER_KEYS, key)
    frozen = truth(value.get("frozen", False), (*key, "frozen"))
    if "value" in value:
        for word in ("shape", "init"):
            if word in value:
                raise FieldError("does not go with value; leave out one of them", (*key, word))
        number = array_or_number(value["value"], (*key, "value"))
        return Parameter(size_of(number), number, "", frozen)
    if "shape" not in value:
        raise FieldError('expected numbers, or a shape such as { shape = [3, 3], init = "xavier" }', key)
    init = choice(value.get("init", "xavier"), INIT_NAMES, (*key, "init"))
    return Parameter(_shape(value["shape"], (*key, "shape")), None, init, frozen)


def _shape(value: object, key: tuple[str, ...]) -> Size:
    if not isinstance(value, (list, tuple)) or len(value) not in (0, 1, 2):
        raise FieldError(f"expected [rows, columns], found {described(value)}", key)
    if not value:
        return ()
    rows, columns = (whole_number(size, key, least=1) for size in (*value, 1)[:2])
    if rows * columns > LARGEST_MATRIX:
        raise FieldError(f"expected at most {LARGEST_MATRIX} entries, found {rows} × {columns}", key)
    return (rows, columns)
