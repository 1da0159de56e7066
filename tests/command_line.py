"""The program as a program of its own, for tests that run it from outside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with the source roots on the path and no word on colours or terminals."""
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    plain["PYTHONPATH"] = os.pathsep.join(str(ROOT / folder) for folder in ("core", "tui", "demos"))
    plain |= {name: value for name, value in changes.items() if value is not None}
    return {name: value for name, value in plain.items() if changes.get(name, "") is not None}


def command(*words: str) -> list[str]:
    """The words that start it."""
    return [sys.executable, "-m", "nablastep_tui.cli.main", *words]
