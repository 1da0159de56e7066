"""The vocabulary of an opened network: what a demo about it may name.

Reads the network's program; computes nothing.
"""

from __future__ import annotations

from nablastep.demo.vocabulary import Shape, Vocabulary
from nablastep.demo.words import SCALARS
from nablastep.network import Network
from nablastep.session import Session
from nablastep.shapes import sizes_of


def network_vocabulary(network: Network) -> Vocabulary:
    """The ids of the network with their shapes, for its first batch, which is the largest."""
    session = Session(network)
    program, values = session.program, session.values
    ids: dict[str, Shape] = dict.fromkeys(SCALARS)
    for name, symbol in (*program.symbols.items(), *((name, view.target) for name, view in program.views.items())):
        sizes = sizes_of(symbol.shape, values)
        ids[name] = (sizes[0], sizes[1]) if len(sizes) == 2 else None
    ids |= {name: session[name].shape for name in program.samples}
    parameters = (symbol.id for symbol in program.parameters)
    editable = frozenset({*parameters, *network.held, *program.samples})
    return Vocabulary(ids, editable, tuple(step.id for step in program.steps))
