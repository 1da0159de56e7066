"""Tells on stderr, before a command's answer, what the owner of a network or of a demo should know of it.

A trace has these notes in its document, the app on its stage; here they are for commands whose output has no place.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nablastep.safe_text import shown

if TYPE_CHECKING:
    from nablastep.demo.opening import OpenDemo
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

    _tell(f"{place}: " if place else "", network_notes(network))


def tell_long_captions(opened: OpenDemo) -> None:
    """A line on stderr for each caption that the demo's own size cannot show at once."""
    from nablastep.demo.language import Say
    from nablastep_tui.scene.captions import DEFAULT_SIZE, caption_pages, caption_rows

    size = opened.demo.header.size or DEFAULT_SIZE
    says = [statement for statement in opened.demo.statements if isinstance(statement, Say)]
    rows = caption_rows((say.text for say in says), size)
    for say in says:
        pages = len(caption_pages(say.text, size[0], rows))
        if pages > 1:
            place = f"{say.place.file}:{say.place.line}:{say.place.column}: "
            screen = f"a screen of {size[0]}x{size[1]} shows {rows} rows of it at once"
            _tell(place, [f"the caption takes {pages} pages: {screen}; shorten it or say it in two"])


def _tell(place: str, notes: Iterable[str]) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody may be listening
        for note in notes:
            print(shown(f"nablastep: {place}note: {note}"), file=sys.stderr)
