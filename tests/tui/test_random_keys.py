"""A short run of random keys on each network; `tests/random_keys.py` does the long ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from random_keys import SOURCES, one_run

KEYS = int(os.environ.get("NABLASTEP_RANDOM_KEYS", "100"))
"""Keys for each network: set it for a longer run."""


@pytest.mark.parametrize("source", SOURCES)
async def test_whatever_is_pressed_the_app_is_alive(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    await one_run(source, KEYS, seed=SOURCES.index(source))
