"""Data from a CSV file with a header: which columns are targets, labels as one-hot rows, inputs scaled.

A mistake in the table that names the file is a FieldError, for the network file's line; a mistake in the CSV itself
is a DataError with the CSV's own name and line. Knows no network.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np

from nablastep.errors import DataError
from nablastep.field_checks import (
    FieldError,
    FloatArray,
    choice,
    counted,
    described,
    did_you_mean,
    read_only,
    text,
    truth,
    unknown_key,
)
from nablastep.files.data_sets import DataSet
from nablastep.files.text_file import read_text

CSV_KEYS = ("csv", "target", "one_hot", "scale")
SCALES = ("none", "standard", "minmax")


@dataclass(frozen=True)
class CsvTable:
    """The cells of a CSV file as text: `rows[i]` stands on line `lines[i]` of the file `name`."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def error(self, row: int, column: str, problem: str) -> DataError:
        """The mistake in one cell, with the file and the line."""
        return DataError(f"column {column!r}: {problem}", file=self.name, line=self.lines[row])

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]


def csv_data(options: Mapping[str, object], folder: Traversable) -> DataSet:
    """The data that `{ csv = …, target = […], one_hot = …, scale = … }` asks for, the file found from `folder`.

    Scaling is for inputs only: `standard` gives each column mean 0 and standard deviation 1, `minmax` the range 0 to 1;
    a constant column becomes 0.
    """
    for key in options:
        if key not in CSV_KEYS:
            raise unknown_key(key, CSV_KEYS, ("data",))
    one_hot = truth(options.get("one_hot", False), ("data", "one_hot"))
    scale = choice(options.get("scale", "none"), SCALES, ("data", "scale"))
    targets = _target_names(options, one_hot)
    table = read_csv(*_file(options, folder))
    _check_targets(targets, table)
    inputs = [name for name in table.header if name not in targets]
    if not inputs:
        raise FieldError(f"expected a column of {table.name} to be left as input, found only targets", _TARGET)
    x = read_only(_scaled(_numbers(table, inputs), scale, table.name))
    if not one_hot:
        return DataSet(x, read_only(_numbers(table, targets)))
    labels = table.column(targets[0])
    label_names = _sorted_labels(table, targets[0])
    return DataSet(x, read_only([[label == name for name in label_names] for label in labels]), label_names)


def read_csv(source: Traversable, name: str) -> CsvTable:
    """The cells of a CSV file with a header, blank lines left out. Raises DataError with file and line."""
    reader = csv.reader(io.StringIO(read_text(source, name, DataError), newline=""), strict=True)
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
    _check_header(table, lines[0])
    _check_widths(table)
    return table


_TARGET = ("data", "target")


def _target_names(options: Mapping[str, object], one_hot: bool) -> tuple[str, ...]:
    value = options.get("target")
    if not isinstance(value, (list, tuple)) or not value:
        raise FieldError(f'expected a list of column names such as ["label"], found {described(value)}', _TARGET)
    names = tuple(text(name, _TARGET) for name in value)
    for place, name in enumerate(names):
        if name in names[:place]:
            raise FieldError(f"found the column {name!r} twice", _TARGET)
    if one_hot and len(names) != 1:
        raise FieldError(f"expected one column for one_hot = true, found {len(names)}", _TARGET)
    return names


def _file(options: Mapping[str, object], folder: Traversable) -> tuple[Traversable, str]:
    key = ("data", "csv")
    if "csv" not in options:
        raise FieldError("the key 'csv' is missing", ("data",))
    path = text(options["csv"], key)
    source = folder.joinpath(path)
    if not source.is_file():
        found = "found a folder or a device" if source.is_dir() else "there is none"
        raise FieldError(f"expected a file {path!r}, as seen from the network file; {found}", key)
    return source, str(source)


def _check_targets(targets: Sequence[str], table: CsvTable) -> None:
    for name in targets:
        if name not in table.header:
            columns = ", ".join(map(repr, table.header[:12]))
            near = did_you_mean(name, table.header) or f"; the columns are {columns}"
            raise FieldError(f"no column {name!r} in {table.name}{near}", _TARGET)


def _check_header(table: CsvTable, line: int) -> None:
    if len(table.header) == 1 and ";" in table.header[0]:
        raise DataError("expected commas between the columns, found semicolons", file=table.name, line=line)
    for place, name in enumerate(table.header, start=1):
        problem = f"expected a name for column {place}, found none" if not name else _unprintable(name)
        if name in table.header[: place - 1]:
            problem = f"found the column {name!r} twice"
        if problem:
            raise DataError(problem, file=table.name, line=line)
    if not table.rows:
        raise DataError("expected rows of data under the header, found none", file=table.name, line=line)


def _check_widths(table: CsvTable) -> None:
    for row, line in zip(table.rows, table.lines, strict=True):
        if len(row) != len(table.header):
            expected = f"expected {counted(len(table.header), 'cell')} as in the header"
            raise DataError(f"{expected}, found {len(row)}", file=table.name, line=line)


def _unprintable(name: str) -> str:
    try:
        text(name, ())
    except FieldError as error:
        return error.problem
    return ""


def _numbers(table: CsvTable, columns: Sequence[str]) -> FloatArray:
    places = [table.header.index(name) for name in columns]
    numbers = np.empty((len(table.rows), len(columns)))
    for index, row in enumerate(table.rows):
        for column, place in enumerate(places):
            number = _number(row[place])
            if number is None or not math.isfinite(number):
                kind = "not a number" if number is None else "not a finite number"
                problem = f"{described(row[place])} is {kind}" if row[place] else "the cell is empty"
                raise table.error(index, columns[column], problem)
            numbers[index, column] = number
    return numbers


def _number(cell: str) -> float | None:
    # float() would also take digit groups such as 1_000 and digits of other scripts, which is a guess.
    if "_" in cell or not cell.isascii():
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def _scaled(numbers: FloatArray, scale: str, file: str) -> FloatArray:
    if scale == "none":
        return numbers
    with np.errstate(over="ignore", invalid="ignore"):
        least, most = numbers.min(axis=0), numbers.max(axis=0)
        constant = least == most
        start = least if scale == "minmax" else numbers.mean(axis=0)
        width = most - least if scale == "minmax" else numbers.std(axis=0)
    if not (np.isfinite(start) & np.isfinite(width)).all():
        raise DataError(f"cannot be scaled to {scale!r}: the inputs are too large", file=file)
    scaled: FloatArray = (numbers - start) / np.where(constant, 1.0, width)
    scaled[:, constant] = 0.0
    return scaled


def _sorted_labels(table: CsvTable, column: str) -> tuple[str, ...]:
    """The different labels: sorted as numbers if all of them are numbers, else as text."""
    first_rows: dict[str, int] = {}
    for row, label in enumerate(table.column(column)):
        first_rows.setdefault(label, row)
    numbers: dict[float, str] = {}
    for label, row in first_rows.items():
        problem = "the cell is empty" if not label else _unprintable(label)
        if problem:
            raise table.error(row, column, problem)
        number = _number(label)
        if number is not None and number in numbers:
            other = numbers[number]
            raise table.error(row, column, f"{label!r} and {other!r} are one number written in two ways")
        if number is not None and not math.isnan(number):
            numbers[number] = label
    if len(numbers) == len(first_rows):
        return tuple(numbers[number] for number in sorted(numbers))
    return tuple(sorted(first_rows))
