"""One's own numbers for a whole network: which are right, which one is the first that is wrong, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from nablastep.errors import DataError
from nablastep.files.reading import read_bytes, read_text
from nablastep.formulas.errors import FormulaError
from nablastep.judging.numbers import Numbers, from_array, from_decimals, judge_numbers, typed_numbers
from nablastep.judging.question import question_of
from nablastep.judging.result import Verdict
from nablastep.session import Session
from nablastep.transposition import convention_named

LARGEST_VALUES = 4 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Compared:
    """One quantity of the file with its verdict; `id` is the step's, `number` its place in the program."""

    id: str
    number: int
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """Every quantity of the file, in the order of the program."""

    quantities: tuple[Compared, ...]

    @property
    def first_wrong(self) -> Compared | None:
        """The first quantity in the order of the program that is wrong."""
        return next((each for each in self.quantities if not each.verdict.right), None)


def compare(
    session: Session, values: Mapping[str, Numbers], convention: str | None = None, *, layers_from: int = 0
) -> Comparison:
    """The values beside the network's own in this iteration. Raises UnknownNameError for a name that is no step's."""
    shown_in = convention_named(convention or session.network.convention)
    found = []
    for name, numbers in values.items():
        question = question_of(session, name, shown_in, layers_from=layers_from)
        found.append(Compared(question.id, question.step.number, judge_numbers(question, numbers)))
    return Comparison(tuple(sorted(found, key=lambda each: each.number)))


def read_values(path: str) -> dict[str, Numbers]:
    """The quantities of a file: `.npz`, `.json`, `.csv`, else a text of lines `grad_W1 = [[0.08, 0.08], …]`.

    Raises DataError with the file, and the line where there is one.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".npz":
        return _from_npz(path)
    text = read_text(Path(path), path, DataError, largest=LARGEST_VALUES)
    values = (
        _from_json(text, path)
        if suffix == ".json"
        else dict(_from_csv(text, path) if suffix == ".csv" else _from_text(text, path))
    )
    if not values:
        raise DataError("expected a quantity a line, such as grad_W1 = [[0.08, 0.08], [-0.02, -0.02]]", file=path)
    return values


def _from_text(text: str, path: str) -> Iterator[tuple[str, Numbers]]:
    lines = text.splitlines()
    place = 0
    while place < len(lines):
        first = place
        statement = lines[place].split("#")[0].strip()
        place += 1
        while statement.count("[") > statement.count("]") and place < len(lines):
            statement += "\n" + lines[place].split("#")[0].strip()
            place += 1
        if not statement:
            continue
        name, sign, numbers = statement.partition("=") if "=" in statement else statement.partition(":")
        yield name.strip(), _numbers(numbers if sign else "", path, first + 1)


def _numbers(text: str, path: str, line: int) -> Numbers:
    try:
        found = typed_numbers(text)
    except FormulaError as error:
        raise DataError(error.message, file=path, line=line, hint=error.hint) from None
    if found is None:
        shown = text.strip()[:40] or "nothing"
        raise DataError(
            f"expected numbers such as [[0.08, 0.08], [-0.02, -0.02]], found {shown!r}", file=path, line=line
        )
    return found


def _from_csv(text: str, path: str) -> Iterator[tuple[str, Numbers]]:
    """Lines `name,row,column,value` with that header (places from 0), else `name,number,number,…`: one column each."""
    rows = [
        (line, [cell.strip() for cell in row.split(",")])
        for line, row in enumerate(text.splitlines(), 1)
        if row.strip()
    ]
    if not rows:
        return
    header = [cell.lower() for cell in rows[0][1]]
    if len(header) != 4 or header[1] not in {"row", "i"}:
        for line, cells in rows:
            yield cells[0], _numbers(f"[{', '.join(cells[1:])}]", path, line)
        return
    cells_of: dict[str, dict[tuple[int, int], Decimal]] = {}
    for line, cells in rows[1:]:
        try:
            row, column, number = int(cells[1]), int(cells[2]), Decimal(cells[3])
        except (ValueError, IndexError, InvalidOperation):
            raise DataError("expected name,row,column,value with places from 0", file=path, line=line) from None
        cells_of.setdefault(cells[0], {})[row, column] = number
    for name, cells_here in cells_of.items():
        yield name, _table(name, cells_here, path)


def _table(name: str, cells: Mapping[tuple[int, int], Decimal], path: str) -> Numbers:
    rows, columns = (max(place[axis] for place in cells) + 1 for axis in (0, 1))
    if rows * columns != len(cells) or min(min(place) for place in cells) < 0:
        raise DataError(f"{name}: expected a number for every row and column, found {len(cells)}", file=path)
    return from_decimals([[cells[row, column] for column in range(columns)] for row in range(rows)])


def _from_json(text: str, path: str) -> dict[str, Numbers]:
    try:
        found = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, InvalidOperation) as error:
        line = getattr(error, "lineno", None)
        raise DataError('expected JSON such as {"grad_W1": [[0.08, 0.08]]}', file=path, line=line) from None
    if not isinstance(found, dict):
        raise DataError('expected JSON such as {"grad_W1": [[0.08, 0.08]]}', file=path)
    return {name: _from_lists(name, value, path) for name, value in found.items()}


def _from_lists(name: str, value: object, path: str) -> Numbers:
    lists = value if isinstance(value, list) else [[value]]
    rows = [row if isinstance(row, list) else [row] for row in lists]
    numbers = [[number for number in row if isinstance(number, Decimal)] for row in rows]
    if len({len(row) for row in (*rows, *numbers)}) != 1 or not numbers[0]:
        raise DataError(f"{name}: expected rows of numbers of one length", file=path)
    return from_decimals(numbers)


def _from_npz(path: str) -> dict[str, Numbers]:
    import io

    content = read_bytes(Path(path), path, DataError, largest=LARGEST_VALUES)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = {name: np.asarray(arrays[name]) for name in arrays.files}
    except (ValueError, OSError, EOFError, KeyError) as error:
        raise DataError("expected an .npz of NumPy with arrays of numbers", file=path) from error
    for name, array in found.items():
        if array.ndim > 2 or not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
            raise DataError(
                f"{name}: expected a matrix of numbers, found {array.dtype} of {array.ndim} axes", file=path
            )
    return {name: from_array(array) for name, array in found.items()}
