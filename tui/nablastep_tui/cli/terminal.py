"""What the terminal is: whether there is one to draw on, asked before a screen would hang, and what it can do."""

from __future__ import annotations

import gc
import os
import sys

from nablastep_tui import progress
from nablastep_tui.cli.error_border import WrongUseError


def screen_stream() -> object:
    """The stream that Textual draws on: stderr on Linux and macOS, stdout on Windows."""
    return sys.__stdout__ if sys.platform == "win32" else sys.__stderr__


def has_terminal() -> bool:
    """Whether keys can be read and a screen can be drawn."""
    return _is_terminal(sys.__stdin__) and _is_terminal(screen_stream()) and os.environ.get("TERM") != "dumb"


def need_terminal(command: str, instead: str) -> None:
    """Raise WrongUseError if there is no terminal; `instead` says what works without one."""
    if not has_terminal():
        raise WrongUseError(f"{command} needs a terminal; {instead}")


def prepare_for_textual() -> None:
    """The environment that Textual reads when it is imported; and no collection of garbage before the first frame.

    The terminal is the screen's from here on. What the start makes lives as long as the app, which turns the collector
    on when it is mounted.
    """
    progress.stop()
    gc.disable()
    os.environ.setdefault("TEXTUAL_FPS", "120")
    if os.environ.get("NO_COLOR") == "":
        # Textual takes an empty NO_COLOR for a set one; no-color.org does not.
        del os.environ["NO_COLOR"]


def _is_terminal(stream: object) -> bool:
    try:
        return stream is not None and bool(stream.isatty())  # type: ignore[attr-defined]
    except ValueError:  # the stream is closed
        return False
