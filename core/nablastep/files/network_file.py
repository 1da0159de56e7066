"""Network files: TOML in, a Network out, and back again.

Owns which keys a network file has and where each mistake stands. What the values must be is the network's own affair.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from nablastep.errors import NetworkError
from nablastep.field_checks import FieldError, Key, described, unknown_key, whole_number
from nablastep.files.csv_data import CsvPlace, csv_data
from nablastep.files.data_sets import DataSet, data_set
from nablastep.files.key_lines import KeyLines
from nablastep.files.network_toml import network_text
from nablastep.files.reading import read_text
from nablastep.files.toml_text import toml_table
from nablastep.files.writing import write_text
from nablastep.network import Network
from nablastep.safe_text import shown

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
)
NETWORK_KEYS = ("x", "y", "data", *OPTION_KEYS)


def read_network(path: str | os.PathLike[str], within: Path | None = None) -> Network:
    """The network in a network file. Raises NetworkError or DataError that names file, line and key.

    With `within` its data have to lie in that folder or below, links followed.
    """
    source = Path(path)
    text = read_text(source, str(source))
    return network_from_text(text, name=str(source), folder=source.parent, within=within)


def write_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network file that reads back to the same numbers, bit for bit, and never half of one."""
    write_text(path, network_text(network))


def network_from_text(text: str, *, name: str, folder: Traversable, within: Path | None = None) -> Network:
    """The network in the text of a network file; errors call it `name`, a CSV file is looked for from `folder`.

    Errors and `within` as `read_network`.
    """
    table = toml_table(text, name)
    try:
        return _network(table, shown(Path(name).stem), CsvPlace(folder, within))
    except FieldError as error:
        lines = KeyLines(text)
        line = lines.line(error.at, error.row)
        if line is None and error.at in {("x",), ("y",)}:
            line = lines.line(("data",))
        raise NetworkError(error.message, file=name, line=line, hint=error.hint) from None


def data_file(path: str | os.PathLike[str]) -> str | None:
    """The CSV file that a network file names, as it is written there; None if its data stand elsewhere."""
    source = Path(path)
    data = toml_table(read_text(source, str(source)), str(source)).get("data")
    file = data.get("csv") if isinstance(data, dict) else None
    return file if isinstance(file, str) else None


def _network(table: Mapping[str, Any], default_title: str, place: CsvPlace) -> Network:
    _check_keys(table)
    options = {key: table[key] for key in OPTION_KEYS if key in table}
    return Network(**{"title": default_title, **_data(table, place), **options})


def _check_keys(table: Mapping[str, Any]) -> None:
    for key in table:
        if key not in NETWORK_KEYS:
            raise unknown_key(key, NETWORK_KEYS)
    _check_misplaced(table)
    for key, example in (("loss", 'loss = "half_squared_error"'), ("layers", "[[layers]]")):
        if key not in table:
            raise FieldError(f"the key {key!r} is missing", hint=f"for example: {example}")


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


def _data(table: Mapping[str, Any], place: CsvPlace) -> dict[str, Any]:
    """`x` and `y`, as the file has them or read from elsewhere, and `label_names` if the data name their classes."""
    if "data" not in table:
        for key in ("x", "y"):
            if key not in table:
                raise FieldError(f"the key {key!r} is missing", hint="data are x and y, or data = …")
        return {"x": table["x"], "y": table["y"]}
    for key in ("x", "y"):
        if key in table:
            raise FieldError("does not go with data; leave out one of them", (key,))
    source = table["data"]
    data = csv_data(source, place) if isinstance(source, dict) else _built_in_data(source, table.get("seed", 0))
    return {"x": data.x, "y": data.y, "label_names": data.label_names}


def _built_in_data(name: object, seed: object) -> DataSet:
    if not isinstance(name, str):
        raise FieldError(f"expected the name of a data set, or {{ csv = … }}, found {described(name)}", ("data",))
    return data_set(name, whole_number(seed, ("seed",), least=0))
