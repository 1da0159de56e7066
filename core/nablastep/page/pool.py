"""What occurs on a page many times and is stored once: pieces of MathML, arrays, derivation lines, sentences.

Owns the numbering. An array and its transpose are stored once; so are all things that are equal as JSON.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.notation import Token
from nablastep.trace.numerals import format_for

Array = NDArray[np.float64]

MOST_ENTRIES = 400
"""Larger arrays are stored as a picture of block means and a window of numbers."""

PICTURE_ROWS, PICTURE_COLUMNS = 24, 48
WINDOW = 6
LEVELS = 8
"""Shades on either side of zero."""


class Pool:
    """Numbered lists, to be written as JSON. `things` holds one list for each kind."""

    def __init__(self) -> None:
        self.things: dict[str, list[Any]] = {"fragments": [], "texts": [], "arrays": [], "shared": []}
        self._known: dict[tuple[str, Any], int] = {}

    def text(self, text: str) -> int:
        """The number of a sentence."""
        return self._number("texts", text, text)

    def shared(self, thing: Any) -> int:
        """The number of anything that is equal as JSON."""
        return self._number("shared", json.dumps(thing, ensure_ascii=False), thing)

    def mathml(self, tokens: Iterable[Token | str]) -> int:
        """The number of an expression or equation: a list of pieces that joined are MathML.

        A piece that names a quantity carries its id, so that the page can light and link it.
        """
        pieces = []
        for token in tokens:
            text, symbol = (token, None) if isinstance(token, str) else (token.text, token.symbol)
            if text not in {"<math>", "</math>"}:
                marked = f'<mrow data-q="{symbol.id}">{text}</mrow>' if symbol is not None else text
                pieces.append(self._number("fragments", marked, marked))
        return self.shared(pieces)

    def array(self, value: Any) -> int:
        """Twice the number of the array, plus 1 if the value is its transpose; numbers are 1×1."""
        array = np.atleast_2d(np.asarray(value, dtype=np.float64))
        key, flipped = (_fingerprint(each) for each in (array, array.T))
        if key not in {flipped} and ("arrays", flipped) in self._known and ("arrays", key) not in self._known:
            return 2 * self._known["arrays", flipped] + 1
        return 2 * self._number("arrays", key, array, stored_array)

    def _number(self, kind: str, key: Any, thing: Any, made: Any = None) -> int:
        if (kind, key) not in self._known:
            things = self.things[kind]
            self._known[kind, key] = len(things)
            things.append(thing if made is None else made(thing))
        return self._known[kind, key]


def _fingerprint(array: Array) -> tuple[tuple[int, ...], bytes]:
    """What two arrays have in common only if they are the same; far smaller than a large array."""
    return array.shape, hashlib.blake2b(array.tobytes()).digest()


def stored_array(array: Array) -> dict[str, Any]:
    """The array as the page has it: every number of a small one, picture and window of a large one."""
    stored: dict[str, Any] = {"n": list(array.shape)}
    shown = array
    if array.size > MOST_ENTRIES:
        row, column = window_corner(array)
        shown = array[row : row + WINDOW, column : column + WINDOW]
        stored |= {"at": [row, column], "picture": picture(array)}
    number = format_for(shown.ravel().tolist())
    stored |= {"f": [number.decimals, int(number.powers_of_ten)]}
    return stored | {"v": [[plain(entry) for entry in row] for row in shown.tolist()]}


def window_corner(array: Array) -> tuple[int, int]:
    """Where the window of a large array begins, so that its largest entry is in it."""
    place = np.unravel_index(int(np.argmax(np.abs(np.nan_to_num(array)))), array.shape)
    row, column = (
        max(0, min(int(index) - WINDOW // 2, size - WINDOW)) for index, size in zip(place, array.shape, strict=True)
    )
    return row, column


def picture(array: Array) -> list[list[int]]:
    """Means of blocks as shades from −8 to 8, at most 24 rows of 48."""
    sums = np.nan_to_num(array, posinf=0.0, neginf=0.0)
    sizes = np.ones_like(sums)
    for axis, most in enumerate((PICTURE_ROWS, PICTURE_COLUMNS)):
        starts = np.linspace(0, array.shape[axis], min(most, array.shape[axis]), endpoint=False).astype(int)
        sums, sizes = (np.add.reduceat(each, starts, axis=axis) for each in (sums, sizes))
    means = sums / sizes
    share = np.abs(means) / (np.abs(means).max() or 1.0)
    levels: list[list[int]] = (np.sign(means) * np.rint(share**0.8 * LEVELS)).astype(int).tolist()
    return levels


def plain(value: float) -> float | int | str:
    """The number as JSON has it: 0 for 0.0, the names of those that JSON cannot write."""
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() and abs(value) < 1e15 and math.copysign(1, value) > 0 else value


def shape_in_places(shape: Sequence[str]) -> list[str]:
    """The dimensions' names, `1` for a number."""
    return list(shape) or ["1", "1"]
