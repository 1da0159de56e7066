"""The network of a recording: a built-in name stays a name, a file is copied beside the demo together with its data.

Owns what is copied, when the network is written anew instead, and what of it comes from elsewhere. What was opened
decides, not what the file holds now.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nablastep.errors import NablastepError, NetworkError
from nablastep.files.array_formats import LARGEST_ARRAY_FILE
from nablastep.files.built_in import network_names
from nablastep.files.kinds import leads_out
from nablastep.files.network_file import data_files, read_network, write_network
from nablastep.files.network_toml import network_text
from nablastep.files.reading import read_bytes
from nablastep.files.writing import write_bytes
from nablastep.network import Network


@dataclass(frozen=True)
class PlacedNetwork:
    """What a demo writes after `network`, and the files outside the network file's folder whose content came along."""

    name: str
    from_outside: tuple[Path, ...] = ()


def place_network(network: Network, source: str | Path | None, folder: Path) -> PlacedNetwork:
    """The network for a demo in the folder, once all that it needs lies there.

    `source` is a built-in name or the file that the network was opened from; None for a network that was made. Raises
    NetworkError if something cannot be written, or if the data are behind a link that leads out of the file's folder.
    """
    if isinstance(source, str) and source in network_names():
        return PlacedNetwork(source)
    name = _plain_name(source)
    outside: tuple[Path, ...] = ()
    if source is not None and _is_network(network, Path(source)):
        file = Path(source)
        outside = _from_outside(file)
        beside = _copied(network, file, folder, name)
        if beside is not None:
            return PlacedNetwork(beside, outside)
    target = _place_for(network, folder, name)
    if not os.path.lexists(target):
        write_network(network, target)
    return PlacedNetwork(target.name, outside)


def _plain_name(source: str | Path | None) -> str:
    """The file's own name, unless a demo could not write it or would take it for a built-in network."""
    name = "" if source is None else Path(source).name
    return "network.toml" if not name.isprintable() or name in ("", *network_names()) else name


def _from_outside(source: Path) -> tuple[Path, ...]:
    """The files outside the network file's folder that it is made of, itself included if its name is a link.

    A link that leads out is followed for the file that the user has named, never for what that file names.
    """
    found = [Path(os.path.realpath(source))] if leads_out(source, source.parent) else []
    for data in data_files(source):
        if leads_out(source.parent / data, source.parent):
            if _stays_below(data):
                problem = f"its data {data!r} are a link that leads out of its folder; a recording follows none"
                raise NetworkError(problem, file=str(source), hint="copy the file itself beside the network file")
            found.append(source.parent / data)
    return tuple(found)


def _copied(network: Network, source: Path, folder: Path, name: str) -> str | None:
    """The name of the copy in the folder; None if the file's data would not be found from there."""
    names = data_files(source)
    if not all(_stays_below(data) and not leads_out(folder / data, folder) for data in names):
        return None
    if not all(_copy_data(source.parent / data, folder / data) for data in names):
        return None
    target = _place_for(network, folder, name)
    if not os.path.lexists(target):
        _copy(source, target)
    return target.name if _is_network(network, target) else None


def _stays_below(name: str) -> bool:
    """Whether the name, as it is written, is that of a file in a folder or below it."""
    pure = PurePosixPath(name)
    return not (pure.is_absolute() or ".." in pure.parts or Path(name).is_absolute())


def _copy_data(data: Path, target: Path) -> bool:
    """Whether the data file now lies where the network file looks for it."""
    if os.path.lexists(target):
        try:
            one, other = (read_bytes(path, str(path), largest=LARGEST_ARRAY_FILE) for path in (target, data))
            return one == other
        except NablastepError:
            return False
    _copy(data, target)
    return True


def _place_for(network: Network, folder: Path, name: str) -> Path:
    """The file of that name in the folder, numbered if another network is there."""
    path, number = folder / name, 1
    while os.path.lexists(path) and not _is_network(network, path):
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _is_network(network: Network, path: Path) -> bool:
    """Whether the file holds this very network, bit for bit."""
    try:
        return network_text(read_network(path)) == network_text(network)
    except NablastepError:
        return False


def _copy(source: Path, target: Path) -> None:
    write_bytes(target, read_bytes(source, str(source), largest=LARGEST_ARRAY_FILE), folders=True)
