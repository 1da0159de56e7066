"""Reading and writing whole text files, each mistake one error that names the file.

Files are written beside their place and renamed, so that nobody ever finds half of one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from importlib.resources.abc import Traversable
from pathlib import Path

from nablastep.errors import NablastepError, NetworkError

LARGEST_FILE = 16 * 1024 * 1024  # bytes


def read_text(source: Traversable, name: str, error: type[NablastepError] = NetworkError) -> str:
    """The text of a UTF-8 file of at most 16 MB, without byte order mark; `name` is what errors call it."""
    content = _read_bytes(source, name, error)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        found = f"found the byte 0x{content[problem.start]:02X}"
        raise error(f"expected UTF-8 text, {found}; save the file as UTF-8", file=name, line=line) from None


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a UTF-8 file at once or not at all. Raises NetworkError if it cannot be written."""
    try:
        target = Path(os.path.realpath(path))
    except ValueError:
        raise NetworkError(f"expected the name of a file, found {os.fspath(path)!r}") from None
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if target.exists():
            shutil.copymode(target, partial)
        os.replace(partial, target)
    except OSError as problem:
        raise NetworkError(f"cannot be written: {_reason(problem, target)}", file=os.fspath(path)) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _read_bytes(source: Traversable, name: str, error: type[NablastepError]) -> bytes:
    try:
        with source.open("rb") as file:
            content: bytes = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise error("no such file", file=name) from None
    except IsADirectoryError:
        raise error("expected a file, found a folder", file=name) from None
    except OSError as problem:
        raise error(f"cannot be read: {_strerror(problem)}", file=name) from None
    except ValueError:
        raise error(f"expected the name of a file, found {name!r}") from None
    if len(content) > LARGEST_FILE:
        raise error("expected a file of at most 16 MB, found a larger one", file=name)
    return content


def _reason(problem: OSError, target: Path) -> str:
    if target.is_dir():
        return "there is a folder of that name"
    if not target.parent.is_dir():
        return f"there is no folder {str(target.parent)!r}"
    return _strerror(problem)


def _strerror(problem: OSError) -> str:
    return (problem.strerror or "unknown reason").lower()
