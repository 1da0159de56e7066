"""Reading whole files: the one way in which the program reads what others have written.

Only regular files up to a size: a pipe or a device would never end. Each mistake is one error that names the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from nablastep.errors import NablastepError, NetworkError
from nablastep.files.kinds import is_regular, kind_of, reason

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LARGEST_FILE = 16 * 1024 * 1024  # bytes
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_text(
    source: Traversable,
    name: str,
    error: type[NablastepError] = NetworkError,
    *,
    largest: int = LARGEST_FILE,
    keep_mark: bool = False,
) -> str:
    """The text of a UTF-8 file of at most `largest` bytes; `name` is what errors of the type `error` call it.

    A byte order mark is left out unless `keep_mark` says otherwise; line ends stay as they are.
    """
    content = read_bytes(source, name, error, largest=largest)
    try:
        return content.decode("utf-8" if keep_mark else "utf-8-sig")
    except UnicodeDecodeError as problem:
        # The place counts from the start of the file: the decoder leaves a byte order mark out of its own count.
        text = content.decode("utf-8", "surrogateescape")
        start = next(place for place, character in enumerate(text) if "\udc80" <= character <= "\udcff")
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        found = f"found the byte 0x{ord(text[start]) - 0xDC00:02X}"
        message = f"expected UTF-8 text, {found}; save the file as UTF-8"
        raise error(message, file=name, line=line, column=column) from problem


def read_bytes(
    source: Traversable, name: str, error: type[NablastepError] = NetworkError, *, largest: int = LARGEST_FILE
) -> bytes:
    """The content of a regular file of at most `largest` bytes; errors as `read_text`."""
    try:
        with _opened(source, name, error) as file:
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise error("no such file", file=name) from None
    except OSError as problem:
        raise error(f"cannot be read: {reason(problem)}", file=name) from None
    except ValueError:
        raise error(f"expected the name of a file, found {name!r}") from None
    if len(content) > largest:
        raise error(f"expected a file of at most {largest // 1_000_000} MB, found a larger one", file=name)
    return content


def _opened(source: Traversable, name: str, error: type[NablastepError]) -> IO[bytes]:
    """The file, open; what is no regular file is refused before it is opened, and once more after that."""
    if not isinstance(source, Path):
        return source.open("rb")  # inside an archive there are regular files only
    _check_kind(os.stat(source).st_mode, name, error)
    file = os.fdopen(os.open(source, _FLAGS), "rb")
    try:
        _check_kind(os.fstat(file.fileno()).st_mode, name, error)
    except NablastepError:
        file.close()
        raise
    return file


def _check_kind(mode: int, name: str, error: type[NablastepError]) -> None:
    if not is_regular(mode):
        raise error(f"expected a file, found {kind_of(mode)}", file=name)
