"""Data from a CSV file with a header: which columns are targets, labels as one-hot rows, inputs scaled.

A mistake in the table that names the file is a FieldError, for the network file's line; a mistake in the CSV itself
is a DataError with the CSV's own name and line. Of a file that lies outside the network file's folder no error shows
content. Knows no network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nablastep.errors import DataError
from nablastep.field_checks import (
    FieldError,
    FloatArray,
    choice,
    described,
    did_you_mean,
    read_only,
    text,
    truth,
    unknown_key,
)
from nablastep.files.csv_table import (
    SEPARATORS,
    CsvTable,
    as_number,
    csv_table,
    first_twice,
    hidden_problem,
    numbers,
    separator_text,
)
from nablastep.files.data_sets import DataSet
from nablastep.files.kinds import leads_out
from nablastep.files.reading import read_text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

CSV_KEYS = ("csv", "target", "one_hot", "scale", "separator")
SCALES = ("none", "standard", "minmax")
LARGEST_TABLE = 25_000_000
"""Numbers in x or y, 200 MB of float64."""


@dataclass(frozen=True)
class CsvPlace:
    """Where CSV files are looked for: from `folder`; with `within` they have to lie in that folder or below."""

    folder: Traversable
    within: Path | None = None


def csv_data(options: Mapping[str, object], place: CsvPlace) -> DataSet:
    """The data that `{ csv = …, target = […], one_hot = …, scale = …, separator = … }` asks for.

    Scaling is for inputs only: `standard` gives each column mean 0 and standard deviation 1, `minmax` the range 0 to 1;
    a constant column becomes 0.
    """
    for key in options:
        if key not in CSV_KEYS:
            raise unknown_key(key, CSV_KEYS, ("data",))
    one_hot = truth(options.get("one_hot", False), ("data", "one_hot"))
    scale = choice(options.get("scale", "none"), SCALES, ("data", "scale"))
    separator = _separator(options.get("separator", ","))
    targets = _target_names(options, one_hot)
    path = _path(options)
    is_outside = _is_outside(path, place)
    content = _content(path, place, is_outside=is_outside)
    try:
        table = csv_table(content, str(place.folder.joinpath(path)), separator)
        return _data_of(table, targets, one_hot=one_hot, scale=scale)
    except (DataError, FieldError):
        if is_outside:
            raise FieldError(f"{path!r} does not hold such data; {_NOT_SHOWN}", _FILE) from None
        raise


_FILE = ("data", "csv")
_TARGET = ("data", "target")
_NOT_SHOWN = "what is in it is not shown, because it lies outside the folder of the network file"


def _target_names(options: Mapping[str, object], one_hot: bool) -> tuple[str, ...]:
    value = options.get("target")
    if not isinstance(value, (list, tuple)) or not value:
        raise FieldError(f'expected a list of column names such as ["label"], found {described(value)}', _TARGET)
    names = tuple(text(name, _TARGET) for name in value)
    twice = first_twice(names)
    if twice is not None:
        raise FieldError(f"found the column {names[twice]!r} twice", _TARGET)
    if one_hot and len(names) != 1:
        raise FieldError(f"expected one column for one_hot = true, found {len(names)}", _TARGET)
    return names


def _separator(value: object) -> str:
    if isinstance(value, str) and value in SEPARATORS:
        return value
    known = ", ".join(separator_text(mark) for mark in SEPARATORS)
    raise FieldError(f"expected one of {known}, found {described(value)}", ("data", "separator"))


def _path(options: Mapping[str, object]) -> str:
    if "csv" not in options:
        raise FieldError("the key 'csv' is missing", ("data",))
    return text(options["csv"], _FILE)


def _is_outside(path: str, place: CsvPlace) -> bool:
    """Whether the file lies outside the network file's folder. Raises FieldError if it must not lie where it does."""
    if not isinstance(place.folder, Path):
        return False
    source = place.folder.joinpath(path)
    if place.within is not None and leads_out(source, place.within):
        raise FieldError(f"{path!r} leads out of the folder in which this network's data have to lie", _FILE)
    return leads_out(source, place.folder)


def _content(path: str, place: CsvPlace, *, is_outside: bool) -> str:
    source = place.folder.joinpath(path)
    try:
        return read_text(source, str(source), DataError)
    except DataError as problem:
        if problem.line is not None and not is_outside:
            raise
        found = problem.message if problem.line is None else "this one is no UTF-8 text"
        raise FieldError(f"{path!r}, as seen from the network file: {found}", _FILE) from None


def _data_of(table: CsvTable, targets: Sequence[str], *, one_hot: bool, scale: str) -> DataSet:
    _check_targets(targets, table)
    chosen = set(targets)
    inputs = [name for name in table.header if name not in chosen]
    if not inputs:
        raise FieldError(f"expected a column of {table.name} to be left as input, found only targets", _TARGET)
    x = read_only(_scaled(numbers(table, inputs), scale, table.name))
    if not one_hot:
        hint = "if its cells are labels, say one_hot = true" if len(targets) == 1 else None
        return DataSet(x, read_only(numbers(table, targets, hint)))
    names = _sorted_labels(table, targets[0])
    return DataSet(x, read_only(_one_hot(table, targets[0], names)), names)


def _one_hot(table: CsvTable, column: str, names: Sequence[str]) -> FloatArray:
    """A row a sample, a column a label, 1 where they meet."""
    if len(table.rows) * len(names) > LARGEST_TABLE:
        sizes = f"{len(table.rows)} samples × {len(names)} labels"
        raise FieldError(f"{sizes} are more than {LARGEST_TABLE} numbers", ("data", "one_hot"))
    places = {name: place for place, name in enumerate(names)}
    y = np.zeros((len(table.rows), len(names)))
    y[np.arange(len(table.rows)), [places[label] for label in table.column(column)]] = 1.0
    return y


def _check_targets(targets: Sequence[str], table: CsvTable) -> None:
    known = set(table.header)
    for name in targets:
        if name not in known:
            columns = ", ".join(map(repr, table.header[:12]))
            near = did_you_mean(name, table.header) or f"; the columns are {columns}"
            raise FieldError(f"no column {name!r} in {table.name}{near}", _TARGET)


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
        problem = "the cell is empty" if not label else hidden_problem(label)
        if problem:
            raise table.error(row, column, problem)
        number = as_number(label)
        if number is not None and number in numbers:
            other = numbers[number]
            raise table.error(row, column, f"{label!r} and {other!r} are one number written in two ways")
        if number is not None and not math.isnan(number):
            numbers[number] = label
    if len(numbers) == len(first_rows):
        return tuple(numbers[number] for number in sorted(numbers))
    return tuple(sorted(first_rows))
