"""Whether somebody's formula for a derivative is right: its shape, then its value where the derivative was proved."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nablastep.derivations.worth import Evaluator
from nablastep.deriving.answer import Answer
from nablastep.deriving.kinds import IDENTITY, IDENTITY_NAME, DeriveError, Kind
from nablastep.deriving.reading import read
from nablastep.errors import NablastepError
from nablastep.expressions import Fill, Shape
from nablastep.field_checks import did_you_mean
from nablastep.formulas.parser import FUNCTION_NAMES
from nablastep.formulas.spellings import plain
from nablastep.formulas.tokens import NAME, tokens_of
from nablastep.shapes import shape_of, shape_text, sizes_of

_WORDS = frozenset({"axis", "keepdims", "T", "if", "else", "slice", "concatenate", "squared_norm"})
"""Words of formulas that name nothing."""

RELATIVE, ABSOLUTE = 1e-9, 1e-11
ROUNDED, ROUNDED_DIGITS = 1e-5, 6
"""The error that a formula may have in which a number was rounded to so many digits, as notations write them."""
_DECIMAL = re.compile(r"(?<![\w.])\d*\.\d+")


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
    spelled = plain(formula)
    start = _right_side(spelled.text)
    text = spelled.text[start:]
    known = {symbol.id: symbol for symbol in (*reading.variables, *result.extra)}
    wanted = shape_of(result.expression)
    try:
        names = _names(text, known, result.sizes, reading.text)
        kinds = {name: Kind(known[name].shape) for name in names if name in known}
        used = {part for kind in kinds.values() for each in kind.shape or () for part in each.split("+")}
        sizes = {name: np.array(size) for name, size in result.sizes.items() if name in used}
        found = read(text, kinds, sizes, names=names).expression
        if shape_of(found) != wanted and IDENTITY_NAME in names and wanted[:1] == wanted[1:]:  # I has any size
            found = read(text, {**kinds, IDENTITY_NAME: Kind(wanted, IDENTITY)}, names=names).expression
    except NablastepError as error:
        column = None if error.column is None else spelled.column(error.column + start)
        raise DeriveError(error.message, column=column, hint=error.hint) from None
    shape = shape_of(found)
    if shape == () and isinstance(result.expression, Fill):  # every entry is one number, which stands for all
        found, shape = Fill(found, wanted), wanted
    if not _same_sizes(shape, wanted, result.values):
        told, needed = (shape_text(each) if each else "a number" for each in (shape, wanted))
        return Judgement(False, f"this is {told}, and the derivative is {needed}", "look at the shapes of the factors")
    value = np.broadcast_to(Evaluator(result.values, ())(found).array, sizes_of(wanted, result.values))
    relative = ROUNDED if _has_rounded_number(text) else RELATIVE
    if np.allclose(value, result.value, rtol=relative, atol=ABSOLUTE):
        return Judgement(True, f"right: {answer.text()}")
    return Judgement(False, "the shape is right, and the numbers are not", _hint(value, np.asarray(result.value)))


def _has_rounded_number(text: str) -> bool:
    """Whether a decimal in it has six digits or more: of 0.00001, which has one, nothing was rounded away."""
    return any(len(found.replace(".", "").lstrip("0")) >= ROUNDED_DIGITS for found in _DECIMAL.findall(text))


def _right_side(text: str) -> int:
    """Where the right side begins: behind the first = that stands in no bracket, as that of axis=0 does."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "=" and depth == 0:
            return place + 1
    return 0


def _names(text: str, known: Collection[str], sizes: Collection[str], expression: str) -> tuple[str, ...]:
    """The quantities that a formula mentions. Raises DeriveError for a name that is none."""
    found: dict[str, None] = {}
    for token in tokens_of(text, {name: name for name in known}):
        name = token.text.removeprefix("np.").removeprefix("linalg.")
        name = IDENTITY_NAME if name == "eye" else name
        if token.kind != NAME or name in sizes or name in _WORDS or name.removesuffix("_prime") in FUNCTION_NAMES:
            continue
        if name not in known and name != IDENTITY_NAME:
            raise DeriveError(
                f"there is no {name!r} in {expression}{did_you_mean(name, tuple(known))}",
                column=token.place + 1,
                hint=f"the names are {', '.join(known)}",
            )
        found[name] = None
    return tuple(found)


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
