"""The border around all that happens while the app runs: a fault is said in one line, and the session stays.

A fault is an exception that is no user's mistake. Without a border one in an action, a background worker, a timer or a
drawing would end the app, and the session with it. The faults are kept, so that tests can ask that there was none.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque

from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import WorkerFailed

from nablastep.errors import NablastepError
from nablastep.safe_text import shortened, shown

MOST_FAULTS, WITHIN_SECONDS = 50, 5.0
"""More faults than that in so short a time come by themselves and would never end: the app leaves instead."""
MOST_LETTERS = 300
"""Of what a fault says."""


class Guarded(MessagePump):
    """What goes on with its next message after a fault in one; Textual would end its loop, and the app."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as fault:
            self.app._handle_exception(fault)


class KeepsOnRunning(Guarded, App[None]):
    """An app that no fault ends, once it is under way; `faults` are those of this run, the oldest first."""

    survives = True

    def __init__(self) -> None:
        self.faults: list[BaseException] = []
        self._times: deque[float] = deque(maxlen=MOST_FAULTS)
        super().__init__()

    @property
    def is_under_way(self) -> bool:
        """Whether there is a session on screen that a fault would lose; before that, a fault is a failed start."""
        raise NotImplementedError

    def say_fault(self, text: str) -> None:
        """Show the line."""
        raise NotImplementedError

    def keep_fault(self, fault: BaseException) -> None:
        """Remember a fault that is said elsewhere, as one of a drawing is in its place."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's way out for every exception that nobody has caught."""
        fault = error.error if isinstance(error, WorkerFailed) else error
        if self._exit or self._exception is not None:
            return  # the app is leaving: what was still under way finds it no more
        now = time.monotonic()
        endless = len(self._times) == MOST_FAULTS and now - self._times[0] < WITHIN_SECONDS
        if not self.survives or not self.is_under_way or endless:
            super()._handle_exception(fault if isinstance(fault, Exception) else error)
            return
        self._times.append(now)
        if not isinstance(fault, NablastepError | OSError):
            self.keep_fault(fault)
        try:
            self.say_fault(said(fault))
        except Exception:  # what shows the line is itself broken: a toast needs nothing of ours
            with contextlib.suppress(Exception):
                self.notify(said(fault), markup=False, severity="error")


def said(fault: BaseException) -> str:
    """The line: a mistake of the user as it is, a fault with its kind and that nothing is lost."""
    if isinstance(fault, NablastepError):
        return shown(shortened(str(fault), MOST_LETTERS))
    if isinstance(fault, OSError):
        return shown(shortened(fault.strerror or str(fault), MOST_LETTERS))
    what = shortened(f"{type(fault).__name__}: {fault}".replace("\n", " "), MOST_LETTERS)
    return shown(f"a mistake in nablastep, the session stays: {what}")
