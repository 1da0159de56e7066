"""Numbers to prove a derivative on: those that were given, and for the rest random ones where it is differentiable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from nablastep.deriving.kinds import POSITIVE_DEFINITE, SYMMETRIC, Array, DeriveError
from nablastep.deriving.reading import Reading
from nablastep.evaluation import value_of
from nablastep.expressions import Apply, Cases, Determinant, Expression, Inverse, Symbol, walk
from nablastep.functions.elementary import LOG, SQRT
from nablastep.shapes import shape_of, sizes_of

SEED = 12
NEAR_KINK = 1e-3
"""Random numbers stay so far away from kinks, so that differences do not step over them."""

WORST_CONDITION = 1e4
"""Beyond this a matrix counts as singular."""

Draw = Callable[[np.random.Generator, tuple[int, ...]], Any]
_DRAWS: tuple[Draw, ...] = (
    lambda generator, sizes: generator.standard_normal(sizes),
    lambda generator, sizes: generator.uniform(0.2, 1.2, sizes),
    lambda generator, sizes: generator.uniform(0.05, 0.2, sizes),
    lambda generator, sizes: generator.uniform(1.2, 2.2, sizes),
)


def values_of(reading: Reading, extra: tuple[Symbol, ...] = ()) -> dict[str, Any]:
    """Values for every variable and dimension at which the expression is finite and smooth, the same every time.

    `extra` are symbols beside those of the expression. Raises DeriveError where the given numbers allow none.
    """
    fixed: dict[str, Any] = {**reading.sizes, "1": 1}
    fixed.update(
        {
            name: _as_shaped(reading.variable(name), value)
            for name, value in reading.values.items()
            if name in {symbol.id for symbol in reading.variables}
        }
    )
    for name, value in fixed.items():
        _check_property(name, value, reading.properties.get(name, ""))
    problem: DeriveError | None = None
    tries = [(draw, sizes) for draw in _DRAWS for sizes in _SIZES for _ in range(4)]
    for number, (draw, sizes) in enumerate(tries):
        generator = np.random.default_rng([SEED, number])
        values = {**fixed, **_sized(reading.free, sizes)}
        for symbol in (*reading.variables, *extra):
            if symbol.id not in values:
                drawn = draw(generator, sizes_of(symbol.shape, values))
                values[symbol.id] = _with_property(drawn, reading.properties.get(symbol.id, ""))
        found = _problem(reading.expression, values, exactly=all(s.id in reading.values for s in reading.variables))
        if found is None:
            return values
        problem = found
    assert problem is not None
    raise problem


_SIZES = ((4, 3, 2, 5, 6, 7), (2, 3, 4, 5, 6, 7))
"""All different, so that no shape fits by chance; falling first: the usual X has more rows than columns."""


def _sized(free: tuple[str, ...], sizes: tuple[int, ...]) -> dict[str, int]:
    if len(free) == 1:
        return {free[0]: 3}
    return {name: sizes[place] if place < len(sizes) else place + 2 for place, name in enumerate(free)}


def _as_shaped(symbol: Symbol, value: Array) -> Any:
    return float(value.reshape(-1)[0]) if not symbol.shape else value


def _with_property(drawn: Any, name: str) -> Any:
    if name == SYMMETRIC:
        return (drawn + drawn.T) / 2
    if name == POSITIVE_DEFINITE:
        return drawn @ drawn.T / len(drawn) + np.eye(len(drawn))
    return drawn if np.ndim(drawn) else float(drawn)


def _check_property(name: str, value: Any, declared: str) -> None:
    if declared and not np.array_equal(value, np.transpose(value)):
        raise DeriveError(f"{name} is declared {declared}, and its numbers are not symmetric")
    if declared == POSITIVE_DEFINITE and np.linalg.eigvalsh(value).min() <= 0:
        raise DeriveError(f"{name} is declared positive definite, and its numbers are not")


def _problem(expression: Expression, values: Mapping[str, Any], *, exactly: bool) -> DeriveError | None:
    """Why the expression has no derivative at these values; near counts as at, unless all of them are given."""
    hint = "choose other numbers with --let" if exactly else "choose numbers at which it is smooth with --let"
    for argument, kink, name in kinks_of(expression):
        value = np.asarray(_value(argument, values))
        near = np.abs(value - kink) <= (1e-12 if exactly else NEAR_KINK)
        if near.any():
            place = _place(near, argument)
            return DeriveError(f"{name} has a kink at {kink:g}, and its argument stands on it{place}", hint=hint)
    try:
        value = np.asarray(_value(expression, values))
        for node in walk(expression):
            if isinstance(node, Inverse | Determinant) and np.linalg.cond(_value(node.x, values)) > WORST_CONDITION:
                raise np.linalg.LinAlgError
    except np.linalg.LinAlgError:
        return DeriveError("a matrix that is to be inverted is singular at these numbers", hint=hint)
    if not np.isfinite(value).all():
        return DeriveError("at these numbers it is not finite: no derivative", hint=hint)
    return None


def _value(expression: Expression, values: Mapping[str, Any]) -> Any:
    value = value_of(expression, values)
    return np.broadcast_to(value, sizes_of(shape_of(expression), values))


def kinks_of(expression: Expression) -> Iterator[tuple[Expression, float, str]]:
    """Every argument of something with a kink: the argument, the kink, and what it is called."""
    for node in walk(expression):
        if isinstance(node, Apply):
            for kink in node.function.kinks:
                yield node.x, kink, node.function.name.replace("_", " ")
            if node.function in (SQRT, LOG):
                yield node.x, 0.0, "the square root" if node.function is SQRT else "the logarithm"
        elif isinstance(node, Cases):
            name = "max" if any(operand in walk(node.condition) for operand in (node.positive,)) else "where"
            yield node.condition, 0.0, f"{name}(…): where both sides are equal it"


def _place(near: Any, argument: Expression) -> str:
    if not near.shape:
        return ""
    row, column = (int(index[0]) + 1 for index in np.nonzero(near))
    where = f"row {row}, column {column}" if "1" not in shape_of(argument) else f"entry {max(row, column)}"
    return f" in {where}"
