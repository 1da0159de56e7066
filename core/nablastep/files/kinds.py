"""What stands under a name on disk, where a regular file is wanted: in words for errors, links followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def is_regular(mode: int) -> bool:
    """Whether a mode of `os.stat` is that of a regular file."""
    return stat.S_ISREG(mode)


def kind_of(mode: int) -> str:
    """`a folder`, `a pipe`, …: what a mode of `os.stat` says."""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "something else")


def reason(problem: OSError) -> str:
    """The system's own words for a failure, to stand in a sentence."""
    return (problem.strerror or "unknown reason").lower()


def leads_out(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> bool:
    """Whether the path, links followed, is neither the folder nor below it."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
