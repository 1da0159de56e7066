"""A word on stderr while something takes long: on a terminal and in a log, and never in what is printed."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable

import pytest

from nablastep_tui import progress


class Stream(io.StringIO):
    """A stderr that tells when something has been written."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal
        self.written = threading.Event()

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, text: str) -> int:
        count = super().write(text)
        self.written.set()
        return count


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Stream]:
    """A stderr, and progress that is told at once."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ("AFTER", "AFTER_IN_A_LOG"):
        monkeypatch.setattr(progress, name, 0.0)
    monkeypatch.setattr(progress, "EVERY", 0.01)

    def made(is_terminal: bool) -> Stream:
        found = Stream(is_terminal=is_terminal)
        monkeypatch.setattr("sys.stderr", found)
        return found

    return made


def test_on_a_terminal_one_line_is_written_over_and_wiped(stream: Callable[[bool], Stream]) -> None:
    stderr = stream(True)
    progress.start("export a.demo")
    assert stderr.written.wait(20)
    progress.stop()
    text = stderr.getvalue()
    assert text.startswith("\r\x1b[Knablastep: export a.demo: still at work, 0 s")
    assert text.endswith("\r\x1b[K")
    assert "\n" not in text


def test_in_a_log_there_is_a_whole_line_with_how_far_it_is(stream: Callable[[bool], Stream]) -> None:
    stderr = stream(False)
    progress.start("check a.demo")
    progress.note("beat 3 of 40")
    assert stderr.written.wait(20)
    progress.stop()
    assert re.fullmatch(r"nablastep: check a\.demo: (beat 3 of 40|still at work), 0 s\n", stderr.getvalue())


def test_what_is_quick_says_nothing(stream: Callable[[bool], Stream], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "AFTER", 1000.0)
    stderr = stream(True)
    progress.start("trace mazur")
    progress.stop()
    assert stderr.getvalue() == ""
    progress.stop()
    progress.note("nobody listens")
