"""Lines of text whose parts have roles, and the two sets of glyphs that they are drawn with.

A role says what a part is (a heading, a number, a result); whoever prints decides how that looks, if at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A piece of a line and its role: title, heading, number, name, id, equation, caption, bracket, value, result,
    sign, reason, note, or empty for none."""

    text: str
    role: str = ""


Line = tuple[Span, ...]

BLANK: Line = ()


def line_text(line: Line) -> str:
    """The line as plain text, without blanks at its end."""
    return "".join(span.text for span in line).rstrip()


def width_of(line: Iterable[Span]) -> int:
    """The number of characters; all glyphs here are one cell wide."""
    return sum(len(span.text) for span in line)


def indented(line: Line, columns: int) -> Line:
    """The line moved to the right."""
    return (Span(" " * columns), *line) if line else line


@dataclass(frozen=True)
class Glyphs:
    """The characters for what has no letters; a bracket's four are for one row, and for top, middle and bottom."""

    left: str
    right: str
    open: str
    close: str
    across: str
    down: str
    diagonal: str
    times: str
    rule: str
    holds: str
    fails: str


UNICODE = Glyphs("[⎡⎢⎣", "]⎤⎥⎦", "(⎛⎜⎝", ")⎞⎟⎠", "…", "⋮", "⋱", "×", "─", "✓", "✗")
ASCII = Glyphs("[[[[", "]]]]", "((((", "))))", "..", ":", ":.", "x", "-", "ok", "FAILS")


def tall(bracket: str, height: int) -> tuple[str, ...]:
    """A bracket of that height, from top to bottom."""
    single, top, middle, bottom = tuple(bracket)
    return (single,) if height == 1 else (top, *[middle] * (height - 2), bottom)
