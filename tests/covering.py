"""Which of many cases of a kind a test tries: part of them, and all of them where NABLASTEP_FUZZ is set."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

IS_THOROUGH = "NABLASTEP_FUZZ" in os.environ


def covering(cases: Iterable[T], usual: Iterable[T]) -> list[T]:
    """The usual cases, in which each part of the code that tells cases apart is met; else all."""
    return list(cases if IS_THOROUGH else usual)
