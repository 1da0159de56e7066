"""Built-in demos, and opening a demo together with the network that it is about.

Owns the names of the built-in demos; their files stand in the package of demos.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from nablastep.demo.checker import demo_folder, network_source
from nablastep.demo.loader import load_demo
from nablastep.demo.network_vocabulary import network_vocabulary
from nablastep.demo.problems import DemoError, DemoErrors
from nablastep.demo.script import Demo, Header
from nablastep.demo.vocabulary import Vocabulary
from nablastep.demo.work import work_problem
from nablastep.field_checks import did_you_mean
from nablastep.files.built_in import network_names, open_network
from nablastep.network import Network
from nablastep.session import Session

DEMO_NAMES = (
    "forward-backward",
    "why-hadamard",
    "why-transpose",
    "outer-product-and-batches",
    "vanishing-gradient",
    "dead-relu",
    "the-published-number-is-wrong",
    "xor-training",
    "shared-weights",
    "skip-connection",
    "attention-backwards",
    "convolution-backwards",
    "the-penalty",
)


@dataclass(frozen=True, eq=False)
class OpenDemo:
    """A demo that can be read, its network, and what the network was opened from."""

    demo: Demo
    network: Network
    source: str | Path

    @property
    def title(self) -> str:
        """The demo's own title, or else its network's."""
        return self.demo.header.title or self.network.title

    def new_session(self) -> Session:
        """A session for playing it from the start."""
        return Session(self.network)


def demo_names() -> tuple[str, ...]:
    """The built-in demos, in the order in which they are listed."""
    return DEMO_NAMES


def demo_path(source: str | os.PathLike[str]) -> Path:
    """The file of the built-in demo of that name, or else the file (`./dead-relu` is a file).

    DemoErrors for a plain name that is neither, with the names that there are.
    """
    if isinstance(source, str) and source in DEMO_NAMES:
        return Path(str(files("nablastep_demos").joinpath(f"{source}.demo")))
    path = Path(source)
    if isinstance(source, str) and path.suffix != ".demo" and path.name == source and not os.path.lexists(path):
        names = f"built in: {', '.join(DEMO_NAMES)}"
        near = did_you_mean(source, DEMO_NAMES)
        problem = f"'{source}' is neither a built-in demo nor a file{near or '; ' + names}"
        raise DemoErrors([DemoError(problem, hint=names if near else None)])
    return path


def open_demo(source: str | os.PathLike[str]) -> OpenDemo:
    """The built-in demo of that name or the demo in that file, with its network.

    DemoErrors with all mistakes of the demo, of the files that it includes, and of its network.
    """
    opened: list[tuple[Network, str | Path]] = []

    def vocabulary_of(header: Header) -> Vocabulary:
        network_from = network_source(header, network_names())
        network = open_network(network_from, within=demo_folder(header))
        opened.append((network, network_from))
        return network_vocabulary(network)

    demo = load_demo(demo_path(source), vocabulary_of)
    network, network_from = opened[0]
    too_long = work_problem(demo.statements, network)
    if too_long is not None:
        raise DemoErrors([too_long])
    return OpenDemo(demo, network, network_from)
