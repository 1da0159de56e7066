"""The network of a recording: a built-in name stays a name, a file is copied beside the demo together with its CSV.

Owns what is copied and when the network is written anew instead. What was opened decides, not what the file holds now.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from nablastep.errors import NablastepError, NetworkError
from nablastep.files.built_in import network_names
from nablastep.files.network_file import data_file, read_network, write_network
from nablastep.files.network_toml import network_text
from nablastep.network import Network


def place_network(network: Network, source: str | Path | None, folder: Path) -> str:
    """What a demo in the folder writes after `network`, once all that it needs lies there.

    `source` is a built-in name or the file that the network was opened from; None for a network that was made. Raises
    NetworkError if something cannot be written.
    """
    if isinstance(source, str) and source in network_names():
        return source
    name = _plain_name(source)
    if source is not None and _is_network(network, Path(source)):
        beside = _copied(network, Path(source), folder, name)
        if beside is not None:
            return beside
    target = _place_for(network, folder, name)
    if not target.exists():
        write_network(network, target)
    return target.name


def _plain_name(source: str | Path | None) -> str:
    """The file's own name, unless a demo could not write it or would take it for a built-in network."""
    name = "" if source is None else Path(source).name
    return "network.toml" if not name.isprintable() or name in ("", *network_names()) else name


def _copied(network: Network, source: Path, folder: Path, name: str) -> str | None:
    """The name of the copy in the folder; None if the file's data would not be found from there."""
    data = data_file(source)
    if data is not None and not _copy_data(source.parent / data, folder, data):
        return None
    target = _place_for(network, folder, name)
    if not target.exists():
        _copy(source, target)
    return target.name if _is_network(network, target) else None


def _copy_data(data: Path, folder: Path, name: str) -> bool:
    """Whether the CSV file now lies where the network file looks for it."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or Path(name).is_absolute():
        return False
    target = folder / name
    if target.exists():
        return target.read_bytes() == data.read_bytes()
    _copy(data, target)
    return True


def _place_for(network: Network, folder: Path, name: str) -> Path:
    """The file of that name in the folder, numbered if another network is there."""
    path, number = folder / name, 1
    while path.exists() and not _is_network(network, path):
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
    partial = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, partial)
        partial.replace(target)
    except OSError as problem:
        raise NetworkError(f"cannot be written: {problem.strerror or problem}", file=str(target)) from None
    finally:
        partial.unlink(missing_ok=True)
