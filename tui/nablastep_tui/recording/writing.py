"""Putting exports on disk: an exporter's files, text or bytes, each at once or not at all. Knows no format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nablastep.files.writing import write_bytes
from nablastep_tui.recording.errors import ExportError


def write_export(path: Path, content: str | bytes) -> None:
    """Write `content`, making the folder if it is missing. Raises ExportError; what stood there is then untouched."""
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    write_bytes(path, data, ExportError, folders=True)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write an exporter's files (names relative to `folder`, with `/`); the paths, in order."""
    paths = []
    for name, content in files.items():
        path = folder / name
        write_export(path, content)
        paths.append(path)
    return paths
