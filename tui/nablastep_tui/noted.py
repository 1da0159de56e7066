"""Tells on stderr, before a command's answer, what the owner of a network should know of it.

A trace has these notes in its document, the app on its stage; here they are for commands whose output has no place.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from nablastep.safe_text import shown

if TYPE_CHECKING:
    from nablastep.network import Network
    from nablastep.session import Session


def open_noted(source: str) -> Session:
    """The session of a network's name or file; what should be known of the network is told."""
    import nablastep as ns

    session = ns.open(source)
    tell_notes(session.network)
    return session


def tell_notes(network: Network, place: str = "") -> None:
    """A line on stderr for each note; `place` names the file that asked for the network."""
    from nablastep.network_notes import network_notes

    with contextlib.suppress(OSError, ValueError):  # nobody may be listening
        for note in network_notes(network):
            print(shown(f"nablastep: {f'{place}: ' if place else ''}note: {note}"), file=sys.stderr)
