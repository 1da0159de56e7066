"""What a name stands for: a matrix, a column vector or a number, by its typography or as declared.

Capital letters are matrices, small ones column vectors, Greek ones and numbers scalars; `X=m×n, w=n, s=1,
A=symmetric n×n` says otherwise. Values in numbers say it too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import NablastepError
from nablastep.field_checks import did_you_mean
from nablastep.formulas.statements import canonical_name
from nablastep.formulas.tokens import GREEK_NAMES

Array = NDArray[np.float64]

SYMMETRIC, POSITIVE_DEFINITE = "symmetric", "positive definite"
PROPERTIES = {
    "symmetric": SYMMETRIC,
    "positive definite": POSITIVE_DEFINITE,
    "positive-definite": POSITIVE_DEFINITE,
    "spd": POSITIVE_DEFINITE,
    "pd": POSITIVE_DEFINITE,
}
"""What may stand before a shape. A positive definite matrix is taken to be symmetric, as usual."""

IDENTITY = "identity"
IDENTITY_NAME = "I"
"""The identity matrix, of the size that fits, where nothing else is declared for the name."""

SHAPE_EXAMPLE = 'say for example --shape "X=m×n, w=n, B=3×3, s=1, A=symmetric n×n"'
LET_EXAMPLE = 'say for example --let "w=[1,2,3], X=[[1,2,3],[4,5,6]], s=0.5"'
_DIMENSION = r"(?:[A-Za-z][A-Za-z0-9_]*|[1-9]\d*)"
_SHAPE = re.compile(rf"({_DIMENSION})(?:\s*[×*]\s*({_DIMENSION})|\s+x\s+({_DIMENSION}))?")
_PLAIN_CROSS = re.compile(r"([A-Za-z]\d*|[1-9]\d*)x([A-Za-z]\d*|[1-9]\d*)")


@dataclass(frozen=True)
class Kind:
    """A declared kind: its dimensions, () for a number and None where only the property is said."""

    shape: tuple[str, ...] | None
    property: str = ""


class DeriveError(NablastepError):
    """A question that cannot be answered; the column is that of the expression."""


def declared(text: str) -> dict[str, Kind]:
    """The declarations of a `--shape`. Raises DeriveError."""
    found: dict[str, Kind] = {}
    for name, right in _assignments(text, "--shape", SHAPE_EXAMPLE):
        found[name] = _kind(name, right)
    return found


def _kind(name: str, right: str) -> Kind:
    words = right.strip()
    for spelling, meaning in PROPERTIES.items():
        if words.lower().startswith(spelling):
            rest = words[len(spelling) :].strip()
            shape = _shape(name, rest) if rest else None
            if shape is not None and (len(shape) != 2 or shape[0] != shape[1]):
                raise DeriveError(f"--shape: {name} is to be {meaning}, so it is square, found {rest!r}")
            return Kind(shape, meaning)
    return Kind(_shape(name, words))


def _shape(name: str, text: str) -> tuple[str, ...]:
    match = _PLAIN_CROSS.fullmatch(text) or _SHAPE.fullmatch(text)
    near = did_you_mean(text.lower(), tuple(PROPERTIES))
    if match is None or (near and match[2] is None):
        raise DeriveError(f"--shape: cannot read {name}={text}{near}", hint=SHAPE_EXAMPLE)
    parts = [part for part in match.groups() if part is not None]
    if parts == ["1"]:
        return ()
    return (parts[0], parts[1] if len(parts) == 2 else "1")


def let(text: str) -> dict[str, Array]:
    """The numbers of a `--let`. Raises DeriveError."""
    return {name: number_array(name, right) for name, right in _assignments(text, "--let", LET_EXAMPLE)}


def number_array(name: str, right: Any) -> Array:
    """A number, a column or a matrix of numbers, from text or from anything NumPy reads. Raises DeriveError."""
    if isinstance(right, str):
        try:
            right = ast.literal_eval(right.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise DeriveError(f"--let: {name}={right.strip()} is no list of numbers", hint=LET_EXAMPLE) from None
    try:
        array = np.asarray(right, dtype=np.float64)
    except (ValueError, TypeError):
        raise DeriveError(f"{name} is not made of numbers in rows of one length", hint=LET_EXAMPLE) from None
    if array.ndim > 2 or array.size == 0:
        raise DeriveError(f"{name} has to be a number, a vector or a matrix, found an array of shape {array.shape}")
    if not np.isfinite(array).all():
        raise DeriveError(f"{name} holds a number that is not finite")
    return array[:, np.newaxis] if array.ndim == 1 else array


def _assignments(text: str, option: str, example: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for part in _parts(text):
        name, equals, right = part.partition("=")
        name = canonical_name(name.strip())
        if not equals or not re.fullmatch(r"[^\W\d]\w*", name) or not right.strip():
            raise DeriveError(f"{option}: cannot read {part.strip()!r}", hint=example)
        if name in seen:
            raise DeriveError(f"{option}: {name} is said twice")
        seen.add(name)
        yield name, right


def _parts(text: str) -> list[str]:
    """The text between commas (or semicolons) that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character in ",;" and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part for part in (*parts, text[start:]) if part.strip()]


def by_typography(name: str) -> str:
    """`matrix`, `vector` or `scalar`."""
    stem = name.rstrip("0123456789").split("_")[0]
    if stem in GREEK_NAMES.values():
        return "scalar"
    return "matrix" if stem[:1].isupper() else "vector"


def kind_of(name: str, kinds: Mapping[str, Kind]) -> str:
    """The same, with what is declared."""
    found = kinds.get(name)
    if found is None or found.shape is None:
        return "matrix" if found is not None and found.property else by_typography(name)
    return "scalar" if found.shape == () else "vector" if found.shape[1] == "1" else "matrix"
