"""Writing whole files: the one way in which the program puts something on disk.

Files are written beside their place and renamed, so that nobody ever finds half of one. Links are followed; what is no
regular file, such as a device, is left alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from nablastep.errors import NablastepError, NetworkError
from nablastep.files.kinds import is_regular, kind_of, reason


def write_text(
    path: str | os.PathLike[str], text: str, error: type[NablastepError] = NetworkError, *, folders: bool = False
) -> None:
    """Write a text as UTF-8, its line ends as they are; the rest as `write_bytes`."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"), error, folders=folders)


def write_bytes(
    path: str | os.PathLike[str], content: bytes, error: type[NablastepError] = NetworkError, *, folders: bool = False
) -> None:
    """Write a file at once or not at all; with `folders` those that are missing on the way to it are made.

    Raises an error of the type `error` if it cannot be written; what stood there is then untouched.
    """
    name = os.fspath(path)
    try:
        target = Path(os.path.realpath(path))
    except ValueError:
        raise error(f"expected the name of a file, found {name!r}") from None
    try:
        existing = _mode(name)
    except OSError as problem:
        raise error(f"cannot be written: {_why(problem, target)}", file=name) from None
    if existing is not None and not is_regular(existing):
        raise error(f"cannot be written: there is {kind_of(existing)} of that name", file=name)
    try:
        if folders:
            target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content, exists=existing is not None)
    except OSError as problem:
        raise error(f"cannot be written: {_why(problem, target)}", file=name) from None


def _mode(name: str) -> int | None:
    """The mode of what stands there, links followed; None if there is nothing."""
    try:
        return os.stat(name).st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, content: bytes, *, exists: bool) -> None:
    if exists and not os.access(target, os.W_OK):
        raise PermissionError(0, "it is write-protected")
    partial = target.with_name(f".nablastep-{os.urandom(6).hex()}.part")
    try:
        with partial.open("xb") as file:
            file.write(content)
        if exists:
            shutil.copymode(target, partial)
        os.replace(partial, target)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _why(problem: OSError, target: Path) -> str:
    if isinstance(problem, FileNotFoundError | NotADirectoryError) and not os.path.isdir(target.parent):
        return f"there is no folder {str(target.parent)!r}"
    return reason(problem)
