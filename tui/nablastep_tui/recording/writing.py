"""Putting exports on disk: whole files or none.

Owns the one way in which an exporter's result becomes a file. Knows no format.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from nablastep_tui.recording.errors import ExportError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write `content` (text as UTF-8, line ends as they are) beside `path`, then rename it into place.

    The folder is made if it is missing. Raises ExportError if that fails; what stood at `path` is then untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        raise ExportError(f"cannot write: {error.strerror or error}", file=str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write an exporter's files (names relative to `folder`, with `/`), each atomically; the paths, in order."""
    paths = []
    for name, content in files.items():
        path = folder / name
        write_atomically(path, content)
        paths.append(path)
    return paths
