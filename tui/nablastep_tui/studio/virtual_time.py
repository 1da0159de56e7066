"""Virtual time: an event loop that never waits, Textual's clock tied to it, and an environment that is always the same.

Owns everything that makes a recording repeat byte for byte. Does not import Textual before it is asked to patch it,
since Textual reads its environment at import.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from nablastep_tui.recording.errors import CaptureError

STALL_SECONDS = 30.0
"""Real seconds without any event after which a loop that waits for threads gives up."""

_THREAD_POLL_SECONDS = 0.02

_SET = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "TEXTUAL_COLOR_SYSTEM": "truecolor",
}
_DROPPED = (
    "NO_COLOR",
    "FORCE_COLOR",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
    "COLUMNS",
    "LINES",
    "JUPYTER_COLUMNS",
    "JUPYTER_LINES",
    "DATABRICKS_RUNTIME_VERSION",
    "UNICODE_VERSION",
    "ESCDELAY",
    "TEXTUAL",
)


def pinned_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy of `environment` in which everything that changes what Textual draws has one fixed value.

    For a child process that records; Textual reads most of these when it is imported.
    """
    kept = {
        name: value for name, value in environment.items() if name not in _DROPPED and not name.startswith("TEXTUAL_")
    }
    return {**kept, **_SET}


def pin_environment() -> None:
    """Give this process the pinned environment. Must run before Textual is imported.

    Raises CaptureError if Textual is already there with another environment.
    """
    pinned = pinned_environment(os.environ)
    if pinned == dict(os.environ):
        return
    if "textual" in sys.modules:
        raise CaptureError("the environment can be pinned only before Textual is imported")
    _replace_environment(pinned)


@contextmanager
def briefly_pinned_environment() -> Iterator[None]:
    """The pinned environment while an app is made, whose colours are chosen then; afterwards the one before.

    What Textual read when it was imported stays as it is.
    """
    before = dict(os.environ)
    _replace_environment(pinned_environment(before))
    try:
        yield
    finally:
        _replace_environment(before)


def _replace_environment(environment: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)


class _ClockSelector(selectors.DefaultSelector):
    """A selector that, asked to wait with nothing ready, moves its own clock on and returns.

    While jobs run in threads the clock stands still, so that real work takes no virtual time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.nanoseconds = 0
        self.jobs = 0
        self._idle_since: float | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            self._idle_since = None
            return ready
        if self.jobs or timeout is None:
            return self._wait_for_threads()
        self.nanoseconds += max(1, round(timeout * 1e9))
        return ready

    def _wait_for_threads(self) -> list[tuple[selectors.SelectorKey, int]]:
        now = time.monotonic()
        if self._idle_since is None:
            self._idle_since = now
        if now - self._idle_since > STALL_SECONDS:
            self._idle_since = None
            raise CaptureError(
                f"the recorded app waits for something that does not come: nothing happened for {STALL_SECONDS:g} s",
                hint="A background thread must not wait for the app's timers while a demo is recorded.",
            )
        return super().select(_THREAD_POLL_SECONDS)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which `asyncio.sleep(60)` takes no real time and `time()` counts from 0."""

    def __init__(self) -> None:
        self._virtual_clock = _ClockSelector()
        super().__init__(self._virtual_clock)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual_clock.nanoseconds / 1e9

    @property
    def milliseconds(self) -> int:
        """Virtual milliseconds since the loop was made, rounded to the nearest."""
        return (self._virtual_clock.nanoseconds + 500_000) // 1_000_000

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """As in asyncio; the clock stands still until the job is done."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual_clock.jobs += 1
        future.add_done_callback(self._job_done)
        return future

    def _job_done(self, _: asyncio.Future[Any]) -> None:
        self._virtual_clock.jobs -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """As in asyncio, without a limit: it would pass at once in virtual time."""
        self._virtual_clock.jobs += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._virtual_clock.jobs -= 1


_patching = threading.Lock()


@contextmanager
def textual_clock(clock: Callable[[], float]) -> Iterator[None]:
    """Let Textual's timers, animations and messages take their time from `clock` (seconds).

    Raises CaptureError, before anything is changed, if Textual keeps its time elsewhere, and if a patch is in force.
    """
    time_module, timer_module = _checked_modules()
    if not _patching.acquire(blocking=False):
        raise CaptureError("only one app can be recorded in virtual time at once")
    originals = time_module.get_time, timer_module.sleep
    try:
        time_module.get_time, timer_module.sleep = clock, _sleep  # type: ignore[attr-defined]
        _check_that_it_holds(clock)
        yield
    finally:
        time_module.get_time, timer_module.sleep = originals  # type: ignore[attr-defined]
        _patching.release()


async def _sleep(seconds: float) -> None:
    """Sleep exactly; Textual's own sleep is shortened on some systems and a thread's on others."""
    await asyncio.sleep(max(seconds, 0))


def _checked_modules() -> tuple[ModuleType, ModuleType]:
    """Textual's private time and timer modules, if they are still built as the patch needs them."""
    try:
        time_module, timer, animator, message = (
            importlib.import_module(f"textual.{name}") for name in ("_time", "timer", "_animator", "message")
        )
    except ImportError as error:
        raise _moved(str(error)) from error
    for module in (timer, animator, message):
        if getattr(module, "_time", None) is not time_module:
            raise _moved(f"{module.__name__} no longer reads textual._time")
    for module, name in ((time_module, "get_time"), (timer, "sleep")):
        if not callable(getattr(module, name, None)):
            raise _moved(f"{module.__name__}.{name} is gone")
    return time_module, timer


def _check_that_it_holds(clock: Callable[[], float]) -> None:
    """A message made now must carry the clock's time."""
    from textual.message import Message

    before = clock()
    stamp = Message().time
    if not before <= stamp <= clock():
        raise _moved("a message does not carry the patched time")


def _moved(what: str) -> CaptureError:
    from importlib.metadata import version

    return CaptureError(
        f"Textual {version('textual')} keeps its time elsewhere: {what}",
        hint="Recording in virtual time needs a Textual from 8.2.8 on, below 9.",
    )
