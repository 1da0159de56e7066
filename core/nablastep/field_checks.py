"""Checks of single fields of a network description: text, numbers, choices and arrays.

Owns the error that names the field, so that whoever read the field from a file can add file and line.
Knows neither networks nor files.
"""

from __future__ import annotations

import datetime
import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import NetworkError
from nablastep.safe_text import HIDDEN, hidden_kind

FloatArray = NDArray[np.float64]
Key = tuple[str | int, ...]

LONGEST_NEAR_NAME, MOST_NEAR_NAMES = 80, 2000


class FieldError(NetworkError):
    """A field that cannot be used: `key` names it, `at` is the key whose line is to blame, `row` counts from 1."""

    def __init__(
        self, problem: str, key: Key = (), *, at: Key | None = None, row: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(f"{key_text(key)}: {problem}" if key else problem, hint=hint)
        self.problem = problem
        self.key = key
        self.at = key if at is None else at
        self.row = row

    def inside(self, *outer: str | int) -> FieldError:
        """The same mistake, its key seen from outside: `("W",)` inside `"layers", 2` is `layers[2].W`."""
        return FieldError(self.problem, outer + self.key, at=outer + self.at, row=self.row, hint=self.hint)


def key_text(key: Key) -> str:
    """`("layers", 2, "W")` as `layers[2].W`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def counted(count: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def described(value: object) -> str:
    """A short, printable account of a value found where another kind was expected."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(value) if len(value) <= 40 else f"{value[:37]!r}…"
        case Mapping():
            return "a table"
        case list() | tuple():
            return f"a list of {len(value)}"
        case np.ndarray():
            return f"an array of shape {value.shape}"
        case datetime.date() | datetime.time():
            return "a date or time"
    if not isinstance(value, Real):
        return f"a {type(value).__name__}"
    if not isinstance(value, Integral):
        return repr(float(value))
    return f"{int(value)}" if abs(int(value)) < 10**40 else "a number of more than 40 digits"


def did_you_mean(word: str, names: Collection[str]) -> str:
    """`; did you mean 'loss'?` for a near miss, empty for anything else."""
    if len(word) > LONGEST_NEAR_NAME:
        return ""
    candidates = [name for name in islice(names, MOST_NEAR_NAMES) if len(name) <= LONGEST_NEAR_NAME]
    by_lower_case = {name.lower(): name for name in candidates}
    near = difflib.get_close_matches(word.lower(), by_lower_case, n=1)
    return f"; did you mean {by_lower_case[near[0]]!r}?" if near else ""


def unknown_key(word: str, names: Collection[str], container: Key = ()) -> FieldError:
    """The error for a key that the container does not know."""
    near = did_you_mean(word, names)
    problem = f"unknown key {word!r}{near or '; the keys are ' + ', '.join(names)}"
    return FieldError(problem, container, at=(*container, word), hint=f"keys: {', '.join(names)}" if near else None)


def is_number(value: object) -> bool:
    """Whether the value is a real number; truth values are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def text(value: object, key: Key) -> str:
    """A text without control characters, which could drive the terminal that shows it, and without invisible ones."""
    if not isinstance(value, str):
        raise FieldError(f"expected text, found {described(value)}", key)
    found = HIDDEN.search(value)
    if found is not None:
        code = f"U+{ord(found[0]):04X} at position {found.start() + 1}"
        raise FieldError(f"expected text without {hidden_kind(found[0])} characters, found {code}", key)
    return value


def lines_of_text(value: object, key: Key) -> str:
    """A text of several lines, without other control characters."""
    if not isinstance(value, str):
        raise FieldError(f"expected text, found {described(value)}", key)
    for number, line in enumerate(value.replace("\t", " ").splitlines(), start=1):
        try:
            text(line, key)
        except FieldError as error:
            raise FieldError(f"line {number}: {error.problem}", key) from None
    return value


def checked_names(value: object, key: Key) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise FieldError(f'expected a list such as ["x"], found {described(value)}', key)
    return tuple(text(name, key) for name in value)


def choice(value: object, names: Sequence[str], key: Key) -> str:
    """One of the names."""
    if isinstance(value, str) and value in names:
        return value
    near = did_you_mean(value, names) if isinstance(value, str) else ""
    if near:
        raise FieldError(f"unknown name {value!r}{near}", key, hint=f"known: {', '.join(names)}")
    raise FieldError(f"expected one of {', '.join(names)}, found {described(value)}", key)


def truth(value: object, key: Key) -> bool:
    """A truth value, not a number that could stand for one."""
    if isinstance(value, bool):
        return value
    raise FieldError(f"expected true or false, found {described(value)}", key)


def whole_number(value: object, key: Key, *, least: int, most: int | None = None) -> int:
    """A whole number from `least` to `most`, both included."""
    wanted = f"a whole number from {least} to {most}" if most is not None else f"a whole number of at least {least}"
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise FieldError(f"expected {wanted}, found {described(value)}", key)
    number = int(value)
    if number < least or (most is not None and number > most):
        raise FieldError(f"expected {wanted}, found {described(number)}", key)
    return number


def finite_number(value: object, key: Key, *, least: float = 0.0, below: float = math.inf) -> float:
    """A finite number of at least `least` and less than `below`."""
    bounds = f"of at least {least:g}" + (f" and less than {below:g}" if below < math.inf else "")
    number = _as_float(value) if is_number(value) else math.nan
    if math.isfinite(number) and least <= number < below:
        return number
    raise FieldError(f"expected a finite number {bounds}, found {described(value)}", key)


def vector(value: object, key: Key) -> FloatArray:
    """Finite numbers as a read-only float64 array of shape (n,); a column (n, 1) is taken as its n numbers."""
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 1:
        value = value[:, 0]
    listed = _listed(value)
    if not isinstance(listed, (list, tuple)) or not listed:
        raise FieldError(f"expected a list of numbers, found {described(value)}", key)
    numbers = [_cell(entry, key, f"entry {place}") for place, entry in enumerate(listed, start=1)]
    return read_only(numbers)


def matrix(value: object, key: Key, meaning: str) -> FloatArray:
    """Finite numbers as a read-only float64 array of shape (rows, columns); `meaning` names both axes."""
    if _is_finite_matrix(value):
        return read_only(value)
    listed = _listed(value)
    if not isinstance(listed, (list, tuple)) or not listed:
        raise FieldError(f"expected rows of numbers ({meaning}), found {described(value)}", key)
    if all(is_number(entry) for entry in listed):
        raise FieldError(f"expected rows of numbers ({meaning}), found one flat list; write [[…]] for one row", key)
    rows = [_row(entry, key, place) for place, entry in enumerate(listed, start=1)]
    for place, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            problem = f"expected {counted(len(rows[0]), 'number')} in row {place} as in row 1, found {len(row)}"
            raise FieldError(problem, key, row=place)
    return read_only(rows)


def array_or_number(value: object, key: Key) -> FloatArray | float:
    """A number as it is, a list of numbers as a column, rows of numbers as a matrix; all finite."""
    if is_number(value):
        number = _as_float(value)
        if not math.isfinite(number):
            raise FieldError(f"expected a finite number, found {described(value)}", key)
        return number
    listed = _listed(value)
    if isinstance(listed, (list, tuple)) and listed and all(is_number(entry) for entry in listed):
        return read_only(vector(listed, key)[:, np.newaxis])
    if not isinstance(listed, (list, tuple)) or not listed:
        raise FieldError(f"expected a number, a list or rows of numbers, found {described(value)}", key)
    return matrix(value, key, "rows × columns")


def read_only(values: object) -> FloatArray:
    """A float64 copy, in C order, that nobody can write to."""
    array = np.array(values, dtype=np.float64, order="C")
    array.setflags(write=False)
    return array


def _is_finite_matrix(value: object) -> bool:
    """Whether there is nothing to find in the array cell by cell, which takes long for a large one."""
    if not isinstance(value, np.ndarray) or value.ndim != 2 or not value.size or value.dtype.kind not in "fiu":
        return False
    return bool(np.isfinite(value.astype(np.float64, copy=False)).all())


def _listed(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return value
    array = np.asarray(value) if hasattr(value, "__array__") else None
    return array.tolist() if array is not None and array.ndim else value


def _row(value: object, key: Key, place: int) -> list[float]:
    listed = _listed(value)
    if not isinstance(listed, (list, tuple)) or not listed:
        raise FieldError(f"row {place}: expected a list of numbers, found {described(value)}", key, row=place)
    return [_cell(entry, key, f"row {place}, column {column}", place) for column, entry in enumerate(listed, start=1)]


def _cell(value: object, key: Key, where: str, row: int | None = None) -> float:
    if not is_number(value):
        raise FieldError(f"{where}: expected a number, found {described(value)}", key, row=row)
    number = _as_float(value)
    if not math.isfinite(number):
        raise FieldError(f"{where}: expected a finite number, found {described(value)}", key, row=row)
    return number


def _as_float(value: object) -> float:
    assert isinstance(value, Real)
    try:
        return float(value)
    except OverflowError:
        return math.inf
