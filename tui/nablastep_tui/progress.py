"""A word on stderr while a command is at work for more than two seconds; nothing else there changes.

On a terminal one line that is written over and wiped at the end. Elsewhere whole lines, seldom, and counted by the
program's own work: a slow machine is no news in a log. Knows no command.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

AFTER, EVERY = 2.0, 0.5
AFTER_IN_A_LOG, EVERY_IN_A_LOG = 4.0, 10.0
_WIPE = "\r\x1b[K"


class Progress:
    """Tells that `what` is at work, from `start` to `stop`; `note` says how far it is."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._note = ""
        self._ended = threading.Event()
        self._is_shown = False
        self._lock = threading.Lock()
        self._on_terminal = _is_terminal()
        self._clock = time.monotonic if self._on_terminal else time.process_time
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def start(self) -> None:
        """The work begins."""
        self._began = self._clock()
        self._next = AFTER if self._on_terminal else AFTER_IN_A_LOG
        self._thread.start()

    def note(self, text: str) -> None:
        """How far the work is."""
        self._note = text

    def stop(self) -> None:
        """The work is done, or somebody else has the terminal from here on."""
        with self._lock:
            self._ended.set()
            if self._is_shown and self._on_terminal:
                _write(_WIPE)

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            passed = self._clock() - self._began
            with self._lock:
                if passed >= self._next and not self._ended.is_set():
                    self._tell(passed)

    def _tell(self, passed: float) -> None:
        text = f"nablastep: {self._what}: {self._note or 'still at work'}, {passed:.0f} s"
        _write(f"{_WIPE}{text}" if self._on_terminal else f"{text}\n")
        self._is_shown = True
        self._next = passed + (EVERY if self._on_terminal else EVERY_IN_A_LOG)


_current: Progress | None = None


def start(what: str) -> None:
    """From here on `what` is at work."""
    global _current
    stop()
    _current = Progress(what)
    _current.start()


def note(text: str) -> None:
    """How far the work is, for whoever has waited for it."""
    if _current is not None:
        _current.note(text)


def stop() -> None:
    """Nothing is at work any more, or what is printed shows it."""
    global _current
    if _current is not None:
        _current.stop()
    _current = None


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:
        return False


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody may be listening
        sys.stderr.write(text)
        sys.stderr.flush()
