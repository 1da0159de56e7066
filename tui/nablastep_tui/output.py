"""What commands print on stdout: quiet when the reader leaves early, coloured on a terminal only.

Owns the colours of plain output by the roles of its parts. Rich is loaded only where something is coloured.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from nablastep.trace import Line

WIDEST = 120
IN_A_PIPE = 80

_STYLES = {
    "title": "bold",
    "heading": "bold",
    "rule": "dim",
    "number": "dim",
    "name": "bold",
    "id": "dim",
    "equation": "cyan",
    "caption": "dim",
    "bracket": "dim",
    "result": "bold",
    "holds": "green",
    "fails": "bold red",
    "reason": "italic",
    "note": "",
}


def write(pieces: Iterable[str]) -> None:
    """Write the pieces as they come. If the reader has left, end the program quietly; other failures are raised."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        discard()
        raise typer.Exit(0) from None
    except OSError:
        discard()
        raise


def write_document(pieces: Iterable[str]) -> None:
    """Write a document of a file format: UTF-8 with plain line ends, whatever the terminal's encoding is."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", newline="\n")
    write(pieces)


def write_lines(lines: Iterable[Line]) -> None:
    """Write lines whose parts have roles, coloured where stdout is a terminal that wants colours."""
    from nablastep.trace import line_text

    if not wants_colours():
        write(line_text(line) + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        text = Text()
        for span in line:
            text.append(span.text, style=_STYLES.get(span.role, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)


def wants_colours() -> bool:
    """Whether stdout is a terminal, not a dumb one, and NO_COLOR is not set (an empty one counts as not set)."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def width() -> int:
    """Columns for text: the terminal's, at least 80 and at most 120; 80 in a pipe."""
    if not sys.stdout.isatty():
        return IN_A_PIPE
    return min(WIDEST, max(IN_A_PIPE, shutil.get_terminal_size((IN_A_PIPE, 24)).columns))


def can_show(text: str) -> bool:
    """Whether stdout's encoding has all of these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def discard() -> None:
    """From here on stdout goes nowhere: what is left in its buffer must not fail again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
