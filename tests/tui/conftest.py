"""No test of the app may pass while the app's own border has caught a fault, unless the test says that it makes one.

A pilot waits for the app by looking at its loop: it goes on as soon as nothing is left to be done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import textual.app
import textual.pilot
import textual.screen

from nablastep_tui.faults import KeepsOnRunning

SOON = 0.02
"""Seconds: a timer that is due within that time is waited for, as that of the next frame."""


async def nothing_to_do(min_sleep: float = SOON, max_sleep: float = 1) -> None:
    """Until the loop waits for timers that are due later, for threads or for input, and for nothing else."""
    loop: Any = asyncio.get_running_loop()
    latest, last = loop.time() + max(SOON, min_sleep), loop.time() + max_sleep
    while loop.time() < last:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        due = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=latest)
        if due >= latest:
            return
        await asyncio.sleep(max(0.0, due - loop.time()))


@pytest.fixture(autouse=True, scope="session")
def quick_pilots() -> Iterator[None]:
    """Textual's own way is to sleep until the process has used next to no time of the processor for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textual.app, "wait_for_idle", nothing_to_do)
        patch.setattr(textual.pilot, "wait_for_idle", nothing_to_do)
        patch.setattr(textual.screen, "UPDATE_PERIOD", 0.001)
        yield


@pytest.fixture(autouse=True)
def caught_faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """The faults that the border has caught; a test that makes some empties the list."""
    caught: list[BaseException] = []
    keep = KeepsOnRunning.keep_fault

    def keep_and_note(app: KeepsOnRunning, fault: BaseException) -> None:
        caught.append(fault)
        keep(app, fault)

    monkeypatch.setattr(KeepsOnRunning, "keep_fault", keep_and_note)
    yield caught
    if caught:
        raise AssertionError(f"{len(caught)} faults were caught by the app's border") from caught[0]
