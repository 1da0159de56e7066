"""What leaves the screen: the clipboard, and files of what is on stage or of the screen as it is.

Files are written only where the user says, whole or not at all. Knows no screen but the one handed in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from textual.screen import Screen

from nablastep.errors import CommandError
from nablastep.files.writing import write_text
from nablastep.notation import notation_named
from nablastep.session import Session
from nablastep.view import View

LONGEST_COPY = 70_000
"""Bytes that go to a clipboard by way of a terminal: many take at most 100,000, in which this is with its encoding."""

SCREEN_KINDS = (".svg", ".txt")
SESSION_KINDS = {".html": "html", ".md": "markdown", ".tex": "latex", ".json": "json", ".py": "python"}
"""Endings of files of the session so far, and the format that each of them means."""

MOST_ITERATIONS = 20
"""Iterations of a session that a document tells from the first on; a page has the last few, however far it is."""


def stage_text(view: View) -> str:
    """The matrix on stage as NumPy code in full precision, if it is computed, and the equation in LaTeX."""
    value = view.result()
    equation = notation_named("latex").equation_text(view.equation)
    if value is None:
        return f"% {equation}\n"
    numbers = re.sub(r"\b(nan|inf)\b", r"np.\1", repr(np.asarray(value).tolist()))
    return f"{view.step.id} = np.array({numbers})\n% {equation}\n"


def copy_text(send: Callable[[str], None], view: View, *, is_taken: bool) -> str:
    """Send what is on stage to the terminal's clipboard by `send`; what to tell, with `{copy-to-file}` for that key.

    No terminal answers, so nothing more is claimed than what is known: `is_taken` says that this one takes it.
    """
    text = stage_text(view)
    size = len(text.encode())
    if size > LONGEST_COPY:
        return f"too long for a terminal's clipboard: {size / 1e6:.1f} MB; {{copy-to-file}} writes a file"
    send(text)
    if is_taken:
        return "sent to the clipboard"
    return "sent to the terminal, which may not fill the clipboard; {copy-to-file} writes a file"


def takes_clipboard(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this terminal is known to fill the clipboard when a program asks it to (OSC 52).

    By default, that is: xterm, iTerm2 and others have it behind a setting, a multiplexer in between has its own.
    """
    if environment.get("TMUX") or environment.get("STY") or environment.get("ZELLIJ"):
        return False
    if environment.get("WT_SESSION") or environment.get("TERM_PROGRAM") in {"WezTerm", "ghostty"}:
        return True
    return environment.get("TERM", "").removeprefix("xterm-").split("-")[0] in _TAKE_CLIPBOARD


_TAKE_CLIPBOARD = frozenset({"kitty", "ghostty", "alacritty", "foot", "wezterm", "contour"})


def offered_name(name: str) -> str:
    """The name, numbered if there is a file of that name already."""
    path = Path(name)
    number, free = 2, path
    while os.path.lexists(free):
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return str(free)


class Photographed(Protocol):
    """An app of Textual, as far as a picture of it needs it."""

    @property
    def screen(self) -> Screen[Any]:
        """What is on top."""

    def export_screenshot(self) -> str:
        """Its picture."""


class ScreenShot:
    """A screen at one moment, which can be written later."""

    def __init__(self, app: Photographed) -> None:
        self._picture = app.export_screenshot()
        strips = app.screen._compositor.render_strips()
        self._lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def write(self, path: Path) -> None:
        """Write it as a picture or as text, by the ending of the name. Raises a NablastepError if that cannot be."""
        if path.suffix.lower() not in SCREEN_KINDS:
            known = " ".join((*SCREEN_KINDS, *SESSION_KINDS))
            raise CommandError(f"the ending says what is saved: {known}")
        is_picture = path.suffix.lower() == ".svg"
        write_text(path, self._picture if is_picture else "\n".join(self._lines) + "\n")


def write_session(session: Session, convention: str, path: Path) -> None:
    """Write the session so far: a page of its last iterations, or a document from the first one, by the name's ending.

    Raises a NablastepError if that cannot be.
    """
    from nablastep.trace import Trace, written

    kind, iteration = SESSION_KINDS[path.suffix.lower()], session.position.iteration
    if kind == "html":
        from nablastep.page.document import session_page

        write_text(path, session_page(session, convention))
        return
    if iteration > MOST_ITERATIONS:
        raise CommandError(
            f"this is iteration {iteration}; a {path.suffix} file tells at most {MOST_ITERATIONS} of them"
        )
    write_text(path, "".join(written(Trace(session, convention=convention, iterations=iteration), kind)))
