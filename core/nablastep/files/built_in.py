"""What is built in: the networks and data sets that every command takes by name.

Owns the names and what a name given by a user means. The network files stand in the package of demos.
"""

from __future__ import annotations

import os
from pathlib import Path

from nablastep.errors import NetworkError
from nablastep.field_checks import described, did_you_mean
from nablastep.files.data_sets import DATA_SETS
from nablastep.files.network_file import network_from_text, read_network
from nablastep.files.reading import read_text
from nablastep.network import Network

LAYER_NETWORK_NAMES = (
    "mazur",
    "mazur-bug",
    "ng-ex4",
    "cs231n-two-layer",
    "tanh-neuron",
    "dead-relu",
    "xor",
    "skinny",
    "square",
    "digits-mlp",
)
EQUATION_NETWORK_NAMES = (
    "ridge",
    "residual",
    "rnn",
    "lstm-cell",
    "layer-norm",
    "batch-norm",
    "attention",
    "two-heads",
    "convolution",
    "tied-autoencoder",
    "hinge",
    "temperature",
    "weight-decay",
)
NETWORK_NAMES = (*LAYER_NETWORK_NAMES, *EQUATION_NETWORK_NAMES)


def network_names() -> tuple[str, ...]:
    """The built-in networks, in the order in which they are listed."""
    return NETWORK_NAMES


def layer_network_names() -> tuple[str, ...]:
    """Those of them that are written as layers."""
    return LAYER_NETWORK_NAMES


def equation_network_names() -> tuple[str, ...]:
    """Those of them that are written as equations."""
    return EQUATION_NETWORK_NAMES


def data_set_names() -> tuple[str, ...]:
    """The built-in data sets, in the order in which they are listed."""
    return tuple(DATA_SETS)


def open_network(source: str | os.PathLike[str], within: Path | None = None) -> Network:
    """The built-in network of that name, or else the network in that file (`./mazur` is a file).

    With `within` the file's data have to lie in that folder or below.

    Raises NetworkError or DataError, for a name that is neither with the names that there are.
    """
    if not isinstance(source, str | os.PathLike):
        raise NetworkError(f"expected a built-in network's name or a file, found {described(source)}")
    if isinstance(source, str) and source in NETWORK_NAMES:
        return _built_in(source)
    path = Path(source)
    if isinstance(source, str) and _is_plain_name(source) and not os.path.lexists(path):
        names = f"built in: {', '.join(NETWORK_NAMES)}"
        near = did_you_mean(source, NETWORK_NAMES)
        problem = f"{source!r} is neither a built-in network nor a file{near or '; ' + names}"
        raise NetworkError(problem, hint=names if near else None)
    return read_network(path, within)


def _built_in(name: str) -> Network:
    import nablastep_demos

    # Not importlib.resources: NumPy runs from no archive, so neither does this, and it takes a while to load.
    folder = Path(nablastep_demos.__file__).parent / "networks"
    text = read_text(folder.joinpath(f"{name}.toml"), f"{name}.toml")
    return network_from_text(text, name=f"{name}.toml", folder=folder)


def _is_plain_name(source: str) -> bool:
    return not source.endswith(".toml") and os.sep not in source and "/" not in source
