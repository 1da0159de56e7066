"""Whether somebody's formula for a derivative is right: its shape, then its value where the derivative was proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nablastep.derivations.worth import Evaluator
from nablastep.deriving.answer import Answer
from nablastep.deriving.kinds import IDENTITY, IDENTITY_NAME, DeriveError, Kind
from nablastep.deriving.reading import names_in, read
from nablastep.errors import NablastepError
from nablastep.expressions import Shape
from nablastep.shapes import shape_of, shape_text, sizes_of

RELATIVE, ABSOLUTE = 1e-9, 1e-11


@dataclass(frozen=True)
class Judgement:
    """Whether the formula is right, and what there is to say."""

    right: bool
    message: str
    hint: str = ""


def judged(answer: Answer, formula: str) -> Judgement:
    """The formula, with or without its left side, against the first derivative; in any spelling.

    Raises DeriveError, with the column, for a formula that cannot be read.
    """
    result, reading = answer.first, answer.reading
    left, equals, right = formula.partition("=")
    text = right if equals else formula
    names = names_in(text)
    known = {symbol.id: symbol for symbol in (*reading.variables, *result.extra)}
    for name in names:
        if name not in known and name not in result.sizes and name != IDENTITY_NAME:
            raise DeriveError(f"there is no {name!r} in {reading.text}", hint=f"the names are {', '.join(known)}")
    kinds = {name: Kind(known[name].shape) for name in names if name in known}
    wanted = shape_of(result.expression)
    used = {part for kind in kinds.values() for each in kind.shape or () for part in each.split("+")}
    sizes = {name: np.array(size) for name, size in result.sizes.items() if name in used}
    try:
        found = read(text, kinds, sizes).expression
        if shape_of(found) != wanted and IDENTITY_NAME in names and wanted[:1] == wanted[1:]:  # I has any size
            found = read(text, {**kinds, IDENTITY_NAME: Kind(wanted, IDENTITY)}).expression
    except NablastepError as error:
        column = None if error.column is None else error.column + len(left) + len(equals)
        raise DeriveError(error.message, column=column, hint=error.hint) from None
    shape = shape_of(found)
    if not _same_sizes(shape, wanted, result.values):
        told, needed = (shape_text(each) if each else "a number" for each in (shape, wanted))
        return Judgement(False, f"this is {told}, and the derivative is {needed}", "look at the shapes of the factors")
    value = np.broadcast_to(Evaluator(result.values, ())(found).array, sizes_of(wanted, result.values))
    if np.allclose(value, result.value, rtol=RELATIVE, atol=ABSOLUTE):
        return Judgement(True, f"right: {answer.text()}")
    return Judgement(False, "the shape is right, and the numbers are not", _hint(value, np.asarray(result.value)))


def _same_sizes(found: Shape, wanted: Shape, values: Mapping[str, Any]) -> bool:
    """Whether the shapes are one; a part of a matrix has numbers where the variable has letters."""
    return len(found) == len(wanted) and sizes_of(found, values) == sizes_of(wanted, values)


def _hint(found: np.ndarray, expected: np.ndarray) -> str:
    """What the numbers themselves tell."""
    with np.errstate(all="ignore"):
        share = float(np.sum(found * expected) / np.sum(expected * expected))
    if np.allclose(found, share * expected, rtol=RELATIVE, atol=ABSOLUTE) and share:
        return (
            "its sign is the other way round" if np.isclose(share, -1) else f"it is {share:.6g} times what it should be"
        )
    if found.ndim == 2 and found.shape == found.T.shape and np.allclose(found.T, expected):
        return "it is transposed"
    return "nablastep derive shows the way, line by line"
