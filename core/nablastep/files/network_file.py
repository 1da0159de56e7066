"""Network files: TOML in, a Network out, and back again.

Owns which keys a network file has and where each mistake stands. What the values must be is the network's own affair.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from nablastep.errors import NetworkError
from nablastep.field_checks import FieldError, Key, described, unknown_key, whole_number
from nablastep.files.array_files import array_files, with_arrays
from nablastep.files.data_sets import DataSet, data_set
from nablastep.files.key_lines import KeyLines
from nablastep.files.network_toml import file_text
from nablastep.files.reading import read_text
from nablastep.files.toml_text import toml_table
from nablastep.files.writing import write_text
from nablastep.network import Network
from nablastep.safe_text import shown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from nablastep.formulas.statements import EquationError

OPTION_KEYS = (
    "title",
    "loss",
    "reduction",
    "batch_size",
    "shuffle",
    "seed",
    "convention",
    "order",
    "picture",
    "label_names",
    "optimizer",
    "layers",
    "equations",
    "error",
    "gradients",
    "parameters",
    "given",
    "penalty",
)
NETWORK_KEYS = ("x", "y", "data", *OPTION_KEYS)

DataPlace: TypeAlias = "tuple[Traversable, Path | None]"
"""The folder from which data files are looked for, and the one that they have to lie in, if any."""


def read_network(path: str | os.PathLike[str], within: Path | None = None) -> Network:
    """The network in a network file. Raises NetworkError or DataError that names file, line and key.

    With `within` its data have to lie in that folder or below, links followed.
    """
    source = Path(path)
    text = read_text(source, str(source))
    return network_from_text(text, name=str(source), folder=source.parent, within=within)


def write_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network file that reads back to the same numbers, bit for bit, and never half of one."""
    write_text(path, file_text(network))


def network_from_text(text: str, *, name: str, folder: Traversable, within: Path | None = None) -> Network:
    """The network in the text of a network file; errors call it `name`, a CSV file is looked for from `folder`.

    Errors and `within` as `read_network`.
    """
    table = toml_table(text, name)
    try:
        return _network(table, shown(Path(name).stem), (folder, within))
    except FieldError as error:
        raise _placed(error, text, name) from None


def _placed(error: FieldError, text: str, name: str) -> NetworkError:
    """The mistake with the line, and in equations the column, where it stands in the file."""
    from nablastep.formulas.statements import EquationError

    lines = KeyLines(text)
    line = lines.line(error.at, error.row)
    if isinstance(error, EquationError) and line is not None and error.text_line is not None:
        line, column = _place_in_file(text, line, error)
        told = error.told_from(line - error.text_line + 1)
        return NetworkError(told, file=name, line=line, column=column, hint=error.hint)
    if line is None and error.at in {("x",), ("y",)}:
        line = lines.line(("data",))
    return NetworkError(error.message, file=name, line=line, hint=error.hint)


def _place_in_file(text: str, key_line: int, error: EquationError) -> tuple[int, int | None]:
    """The line and column of the file for those of the equations, whose key stands in `key_line`."""
    assert error.text_line is not None
    file_lines = text.splitlines()
    # A line break right behind the opening quotation marks belongs to none of the lines.
    first = re.search(r"=\s*(\"{3}|'{3})\s*$", file_lines[key_line - 1]) is not None
    line = key_line + first + error.text_line - 1
    if line == key_line and error.text_column is not None:
        opening = re.search(r"=\s*(\"{3}|'{3}|\"|')", file_lines[key_line - 1])
        return line, error.text_column + (0 if opening is None else opening.end())
    return line, error.text_column


def data_files(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The files that a network file names, as they are written there: a CSV file, and files of arrays."""
    source = Path(path)
    table = toml_table(read_text(source, str(source)), str(source))
    data = table.get("data")
    file = data.get("csv") if isinstance(data, dict) else None
    return (*((file,) if isinstance(file, str) else ()), *array_files(table))


def _network(table: Mapping[str, Any], default_title: str, place: DataPlace) -> Network:
    _check_keys(table)
    table = with_arrays(table, place)
    options = {key: table[key] for key in OPTION_KEYS if key in table}
    return Network(**{"title": default_title, **_data(table, place), **options})


def _check_keys(table: Mapping[str, Any]) -> None:
    for key in table:
        if key not in NETWORK_KEYS:
            raise unknown_key(key, NETWORK_KEYS)
    _check_misplaced(table)
    if "equations" in table:
        for key in ("loss", "reduction", "layers", "penalty"):
            if key in table:
                raise FieldError("does not go with equations, which say it themselves; leave it out", (key,))
        return
    for key, example in (("loss", 'loss = "half_squared_error"'), ("layers", "[[layers]]")):
        if key not in table:
            raise FieldError(f"the key {key!r} is missing", hint=f"for example: {example}; or equations = …")


def _check_misplaced(table: Mapping[str, Any]) -> None:
    """In TOML a key belongs to the last header above it, so a network's key below one is in the wrong place."""
    layers = table.get("layers")
    tables: list[tuple[Key, object]] = [(("optimizer",), table.get("optimizer"))]
    if isinstance(layers, list):
        tables += [(("layers", number), layer) for number, layer in enumerate(layers, start=1)]
    for place, inner in tables:
        for key in inner if isinstance(inner, dict) else ():
            if key in NETWORK_KEYS:
                raise FieldError(
                    f"the key {key!r} belongs above the first [table] of the file", place, at=(*place, key)
                )


def _data(table: Mapping[str, Any], place: DataPlace) -> dict[str, Any]:
    """`x` and `y`, as the file has them or read from elsewhere, and `label_names` if the data name their classes."""
    if "data" not in table:
        if "equations" in table:
            return {key: table[key] for key in ("x", "y") if key in table}
        for key in ("x", "y"):
            if key not in table:
                raise FieldError(f"the key {key!r} is missing", hint="data are x and y, or data = …")
        return {"x": table["x"], "y": table["y"]}
    for key in ("x", "y"):
        if key in table:
            raise FieldError("does not go with data; leave out one of them", (key,))
    source = table["data"]
    if isinstance(source, dict):
        from nablastep.files.csv_data import CsvPlace, csv_data

        data = csv_data(source, CsvPlace(*place))
    else:
        data = _built_in_data(source, table.get("seed", 0))
    return {"x": data.x, "y": data.y, "label_names": data.label_names}


def _built_in_data(name: object, seed: object) -> DataSet:
    if not isinstance(name, str):
        raise FieldError(f"expected the name of a data set, or {{ csv = … }}, found {described(name)}", ("data",))
    return data_set(name, whole_number(seed, ("seed",), least=0))
