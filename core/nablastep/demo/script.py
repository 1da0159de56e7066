"""A demo file as written, line by line, and a whole demo as players get it: header and expanded statements.

Data only; how text becomes a Script is the parser's business, how Scripts become a Demo the loader's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nablastep.demo.language import Statement
from nablastep.demo.references import NOWHERE, Place


@dataclass(frozen=True)
class Line:
    """One entry of a file: a statement, a comment, both, or neither (a blank line).

    `comment` is what follows `#`, without trailing spaces.
    """

    statement: Statement | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Script:
    """One demo file with its comments and blank lines, includes not expanded."""

    lines: tuple[Line, ...]
    file: str = field(default="", compare=False)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of this file, header verbs among them, in the order written."""
        return tuple(line.statement for line in self.lines if line.statement is not None)


@dataclass(frozen=True)
class Header:
    """What stands before the first statement; None where the demo says nothing.

    `size` is columns and rows; `network` is the text written, `network_place` where it stands.
    """

    network: str = ""
    title: str | None = None
    convention: str | None = None
    size: tuple[int, int] | None = None
    speed: float | None = None
    theme: str | None = None
    network_place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Demo:
    """A whole demo: its header, its statements with all includes expanded, and the file it came from.

    Each statement keeps the file and line where it is written. `script` is the top file alone.
    """

    header: Header
    statements: tuple[Statement, ...]
    script: Script

    @property
    def file(self) -> str:
        """The demo's file as it was named when it was opened."""
        return self.script.file
