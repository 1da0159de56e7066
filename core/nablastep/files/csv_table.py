"""The cells of a CSV text as a table, and as numbers, every mistake one DataError with file and line.

Knows no key of a network file.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nablastep.errors import DataError
from nablastep.field_checks import FieldError, FloatArray, counted, described, text

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class CsvTable:
    """The cells of a CSV file as text: `rows[i]` stands on line `lines[i]` of the file `name`."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def error(self, row: int, column: str, problem: str, hint: str | None = None) -> DataError:
        """The mistake in one cell, with the file and the line."""
        return DataError(f"column {column!r}: {problem}", file=self.name, line=self.lines[row], hint=hint)

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]


def csv_table(content: str, name: str, separator: str = ",") -> CsvTable:
    """The cells of a CSV text with a header, blank lines left out. Raises DataError with file and line."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=separator)
    records: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append(tuple(cell.strip() for cell in record))
                lines.append(reader.line_num)
    except csv.Error as problem:
        raise DataError(f"not valid CSV: {problem}", file=name, line=reader.line_num) from None
    if not records:
        raise DataError("expected a header with the names of the columns, found an empty file", file=name)
    table = CsvTable(name, records[0], tuple(records[1:]), tuple(lines[1:]))
    _check_header(table, lines[0], separator)
    _check_widths(table)
    return table


def first_twice(names: Sequence[str]) -> int | None:
    """The index of the first name that stands there before."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            return index
        seen.add(name)
    return None


def separator_text(mark: str) -> str:
    """The separator as TOML writes it."""
    return '"\\t"' if mark == "\t" else f'"{mark}"'


def _check_header(table: CsvTable, line: int, separator: str) -> None:
    if len(table.header) == 1:
        _check_separator(table, line, separator)
    for place, name in enumerate(table.header, start=1):
        problem = f"expected a name for column {place}, found none" if not name else hidden_problem(name)
        if problem:
            raise DataError(problem, file=table.name, line=line)
    twice = first_twice(table.header)
    if twice is not None:
        raise DataError(f"found the column {table.header[twice]!r} twice", file=table.name, line=line)
    if not table.rows:
        raise DataError("expected rows of data under the header, found none", file=table.name, line=line)


def _check_separator(table: CsvTable, line: int, separator: str) -> None:
    """A single column whose name holds another separator was meant to be several."""
    for other, found in SEPARATORS.items():
        if other != separator and other in table.header[0]:
            remedy = "say" if other == "," else "save it as CSV, or say"
            problem = f"expected {SEPARATORS[separator]}, found {found} ({remedy} separator = {separator_text(other)})"
            raise DataError(problem, file=table.name, line=line)


def _check_widths(table: CsvTable) -> None:
    for row, line in zip(table.rows, table.lines, strict=True):
        if len(row) != len(table.header):
            expected = f"expected {counted(len(table.header), 'cell')} as in the header"
            raise DataError(f"{expected}, found {len(row)}", file=table.name, line=line)


def hidden_problem(name: str) -> str:
    """What is wrong with a name that holds a character that must not be shown; empty if nothing is."""
    try:
        text(name, ())
    except FieldError as error:
        return error.problem
    return ""


def numbers(table: CsvTable, columns: Sequence[str], hint: str | None = None) -> FloatArray:
    """The cells of the columns as numbers, shape (samples, columns); `hint` goes with the error for a word."""
    header = {name: place for place, name in enumerate(table.header)}
    places = [header[name] for name in columns]
    found = np.empty((len(table.rows), len(columns)))
    for index, row in enumerate(table.rows):
        for column, place in enumerate(places):
            number = as_number(row[place])
            if number is None or not math.isfinite(number):
                kind = "not a number" if number is None else "not a finite number"
                problem = f"{described(row[place])} is {kind}" if row[place] else "the cell is empty"
                raise table.error(index, columns[column], problem, hint if row[place] and number is None else None)
            found[index, column] = number
    return found


def as_number(cell: str) -> float | None:
    """The number in a cell, None if it is none."""
    # float() would also take digit groups such as 1_000 and digits of other scripts, which is a guess.
    if "_" in cell or not cell.isascii():
        return None
    try:
        return float(cell)
    except ValueError:
        return None
