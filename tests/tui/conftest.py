"""No test of the app may pass while the app's own border has caught a fault, unless the test says that it makes one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nablastep_tui.faults import KeepsOnRunning


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
