"""What commands print on stdout: safe to show, quiet when the reader leaves early, coloured on a terminal only.

Owns the streams, also those that were closed when the program began, and the colours of plain output by the roles of
its parts. Rich is loaded only where something is coloured.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from nablastep.safe_text import shown
from nablastep_tui import progress

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
    """Write the pieces as they come, until the reader leaves; what the command found out still is its exit code.

    A stream that cannot be written to for another reason, a full disk or a closed one, is an error.
    """
    try:
        for piece in pieces:
            if piece and sys.stdout.isatty():
                progress.stop()  # what is printed shows that there is work going on
            sys.stdout.write(shown(piece, keep="\n"))
        sys.stdout.flush()
    except OSError as problem:
        give_up(problem)


def write_names(names: Iterable[object]) -> None:
    """Write names or paths, each on a line of its own, whatever characters they have."""
    write(f"{shown(str(name))}\n" for name in names)


def give_up(problem: OSError) -> None:
    """What to do when stdout takes nothing more: nothing if its reader has left, else an error."""
    discard(sys.stdout)
    if not isinstance(problem, BrokenPipeError):
        raise problem


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
        progress.stop()
        text = Text()
        for span in line:
            text.append(shown(span.text), style=_STYLES.get(span.role, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)


def wants_colours() -> bool:
    """Whether stdout is a terminal, not a dumb one, and NO_COLOR is not set (an empty one counts as not set)."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def width() -> int:
    """Columns for text: the terminal's, at least 80 and at most 120; 80 in a pipe."""
    if not sys.stdout.isatty():
        return IN_A_PIPE
    import shutil

    return min(WIDEST, max(IN_A_PIPE, shutil.get_terminal_size((IN_A_PIPE, 24)).columns))


def can_show(text: str) -> bool:
    """Whether stdout's encoding has all of these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def discard(stream: TextIO) -> None:
    """From here on the stream goes nowhere: what is left in its buffer must not fail again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_closed_streams() -> None:
    """Give stdout and stderr a place if they were closed when the program began: one where every write fails.

    Else a file opened later would get their number, and what is printed would go into it.
    """
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is not None:
            continue
        fails = os.open(os.devnull, os.O_WRONLY if number == 0 else os.O_RDONLY)
        with contextlib.suppress(OSError):
            if fails != number and not _is_open(number):
                os.dup2(fails, number)
        stream = os.fdopen(fails, "r" if number == 0 else "w", encoding="utf-8", errors="backslashreplace")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def finish() -> OSError | None:
    """Flush both streams, so that nothing is left to fail at exit; what kept stdout from taking all, if anything."""
    failure = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as problem:
            discard(stream)
            failure = problem if stream is sys.stdout else failure
        except ValueError:
            pass  # closed meanwhile
    return failure


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
