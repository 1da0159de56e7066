"""The errors that a user can cause: one root, one leaf per kind of mistake.

Every message says what was found and what would be right; the program's border prints it without a traceback.
"""

from __future__ import annotations

from nablastep.safe_text import shortened

LONGEST_HINT = 400  # characters


class NablastepError(Exception):
    """Root of all user mistakes. `str(error)` is the whole message, without the hint; long ones lose their middle.

    `file`, `line` and `column` (both from 1) say where the mistake stands, as far as that is known;
    `hint` is one more sentence on how to mend it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        self.message = shortened(message)
        super().__init__(self.message)
        self.file = file
        self.line = line
        self.column = column
        self.hint = None if hint is None else shortened(hint, LONGEST_HINT)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def place(self) -> str:
        """`file:line:column`, as much of it as is known; empty if nothing is."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class NetworkError(NablastepError):
    """A network description that contradicts itself or misses something."""


class DataError(NablastepError):
    """A data file or data set that cannot be used."""


class ShapeError(NablastepError):
    """Operands whose shapes do not fit the operation."""


class UnknownNameError(NablastepError, KeyError):
    """A name that this network has no quantity, step or setting for."""


class NotComputed(NablastepError, KeyError):  # noqa: N818 - the contract's name
    """A value that no step of this iteration has produced yet."""


class EditError(NablastepError):
    """An edit that is refused: a computed value, a number that is none, a cell that does not exist."""


class CommandError(NablastepError):
    """A command that cannot be carried out where the session stands."""
