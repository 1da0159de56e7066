"""The slip of a constant factor, and what a factor is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from nablastep.expressions import Add, Expression, Factor, Scale, Subtract, substitute, symbols, walk
from nablastep.laws import scale
from nablastep.slips.case import Case
from nablastep.slips.record import Wrong, said, slip
from nablastep.slips.worlds import TOLERANCE, Array, distance

LARGEST_NUMBER = 1000
"""A factor is named as a fraction of whole numbers up to this one."""


@slip(
    "factor",
    "{what}",
    "Where does the mean over the samples, or the constant of the loss, enter, and how often?",
    "Follow the constants from E to here, step by step.",
    shown=True,
)
def FACTOR(case: Case) -> Iterator[Wrong]:
    without = _without_factors(case.right)
    if without != case.right:
        yield without, {"what": "a constant factor is forgotten"}
    dimensions = {name for node in walk(case.right) if isinstance(node, Factor) for name in node.dimensions}
    for name in sorted(dimensions):
        yield scale(Factor(1, 1, (name,)), case.right), {"what": f"1/{name} is in it twice"}
    yield scale(Factor(2), case.right), {"what": "it is twice as large as it should be"}
    yield scale(Factor(1, 2), case.right), {"what": "it is half of what it should be"}


@slip(
    "term-factor",
    "one of the terms is wrong by a constant: that with {term} {what}",
    "Differentiate each term of E on its own: which constants does each of them keep?",
    "A square brings a 2, a mean brings its 1/m, and each to its own term only.",
)
def TERM_FACTOR(case: Case) -> Iterator[Wrong]:
    for node in walk(case.right):
        if isinstance(node, Add | Subtract):
            for place, term in enumerate(node.operands):
                names = " and ".join(said(symbol) for symbol in symbols(term))
                for factor, what in _TERM_FACTORS:
                    if factor.dimensions and not case.has_samples:
                        continue
                    operands = list(node.operands)
                    operands[place] = scale(factor, term)
                    changed = node.with_operands(tuple(operands))
                    yield substitute(case.right, {node: changed}), {"term": names or "the number", "what": what}


_TERM_FACTORS = (
    (Factor(2), "is twice as large as it should be"),
    (Factor(1, 2), "is half of what it should be"),
    (Factor(1, 1, ("m",)), "is divided by m"),
    (Factor(-1), "has the other sign"),
)


def _without_factors(expression: Expression) -> Expression:
    if isinstance(expression, Scale) and isinstance(expression.scalar, Factor):
        sign = -1 if expression.scalar.numerator < 0 else 1
        return scale(Factor(sign), _without_factors(expression.x))
    return expression


@dataclass(frozen=True)
class Ratio:
    """What an answer is compared with the right value: `number` times a setting or size named in `names` (±1)."""

    number: Fraction
    names: tuple[tuple[str, int], ...] = ()


def ratio_of(found: Sequence[Array], right: Sequence[Array], values: Sequence[Mapping[str, Any]]) -> Ratio | None:
    """The constant by which the found arrays are too large, the same in every world; None if there is none."""
    factors = [_constant(one, other) for one, other in zip(found, right, strict=True)]
    if any(factor is None for factor in factors):
        return None
    known = [float(factor) for factor in factors if factor is not None]
    names = [name for name in values[0] if name in _SETTINGS or _is_size(name, values)]
    for combination in _combinations(names):
        rest = [
            factor / np.prod([float(world[name]) ** power for name, power in combination])
            for factor, world in zip(known, values, strict=True)
        ]
        number = Fraction(float(rest[0])).limit_denominator(LARGEST_NUMBER)
        small = number and abs(number.numerator) <= LARGEST_NUMBER
        if small and all(abs(each - float(number)) <= TOLERANCE * abs(float(number)) for each in rest):
            return Ratio(number, combination)
    return None


def usual_ratio(agrees: Callable[[float], bool], values: Mapping[str, Any]) -> Ratio | None:
    """The usual constant for which the right value, so many times as large, is the answer."""
    names = [name for name in values if name == "learning_rate" or _is_size(name, (values,))]
    powers: list[tuple[tuple[str, int], ...]] = [(), *(((name, power),) for name in names for power in (-1, 1, -2))]
    for combination in powers:
        known = float(np.prod([float(values[name]) ** power for name, power in combination]))
        for number in _USUAL:
            if float(number) * known != 1 and (known != 1 or not combination) and agrees(float(number) * known):
                return Ratio(number, combination)
    return None


_USUAL = tuple(
    sign * Fraction(*pair) for pair in ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (4, 1), (1, 4)) for sign in (1, -1)
)

_SETTINGS = {"learning_rate": "η", "momentum": "μ", "weight_decay": "λ"}


def _is_size(name: str, values: Sequence[Mapping[str, Any]]) -> bool:
    """Whether it is the name of a dimension that is not 1 in every world."""
    known = [world[name] for world in values]
    return name not in {"1", "t"} and all(isinstance(size, int) for size in known) and set(known) != {1}


def _combinations(names: Sequence[str]) -> Iterator[tuple[tuple[str, int], ...]]:
    yield ()
    for name in names:
        for power in (-1, 1, -2):
            yield ((name, power),)
    sizes = [name for name in names if name not in _SETTINGS]
    for index, first in enumerate(sizes):
        for second in sizes[index + 1 :]:
            for powers in ((-1, -1), (1, 1), (1, -1), (-1, 1)):
                yield ((first, powers[0]), (second, powers[1]))


def _constant(found: Array, right: Array) -> float | None:
    if np.shape(found) != np.shape(right) or not np.isfinite(found).all() or not np.isfinite(right).all():
        return None
    size = float(np.sum(right * right))
    if not size:
        return None
    factor = float(np.sum(found * right)) / size
    return factor if factor and distance(found, factor * right) <= TOLERANCE else None


def ratio_text(ratio: Ratio, right: Expression) -> str:
    """What is said of the factor: "4 times too large", "1/m is in it twice", "1/m is forgotten"."""
    number = abs(ratio.number)
    own = {name for node in walk(right) if isinstance(node, Factor) for name in node.dimensions}
    parts = [_name_text(name, power, name in own) for name, power in ratio.names]
    if number != 1:
        parts.append(_number_text(number))
    if ratio.number < 0:
        parts.append("its sign is the wrong way round")
    return " and ".join(parts)


def _number_text(number: Fraction) -> str:
    words = {Fraction(1, 2): "half of what it should be", Fraction(1, 3): "a third of what it should be",
             Fraction(1, 4): "a quarter of what it should be", Fraction(2): "2 times too large"}  # fmt: skip
    if number in words:
        return f"it is {words[number]}"
    if number.numerator == 1:
        return f"it is {number.denominator} times too small"
    text = str(number.numerator) if number.denominator == 1 else f"{float(number):.4g}"
    return f"it is {text} times too large" if number > 1 else f"it is {text} of what it should be"


def _name_text(name: str, power: int, is_own: bool) -> str:
    text = _SETTINGS.get(name, name)
    if name in _SETTINGS:
        place = f"{text} belongs to the update" if name == "learning_rate" else f"{text} has no place here"
        return place if power > 0 else f"{text} divides here and should not"
    if power == 1:
        return f"1/{text} is forgotten"
    return f"1/{text} is in it {'twice' if is_own else 'and does not belong here'}"
