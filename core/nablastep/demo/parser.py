"""Text of one demo file → Script, or all its errors at once.

Knows the layout of a file (comments, blank lines, indentation); follows no include and asks nothing of a network.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from nablastep.demo.grammar import VERBS, read_statement
from nablastep.demo.language import DemoVersion, Statement, TextStatement
from nablastep.demo.lexer import (
    REPLACEMENT,
    Cursor,
    LogicalLine,
    logical_lines,
    plain_text,
    without_forbidden_characters,
)
from nablastep.demo.problems import LONGEST_WORD, DemoError, DemoErrors
from nablastep.demo.references import Place
from nablastep.demo.script import Line, Script
from nablastep.demo.words import VERSION

MOST_ERRORS = 1000


def parse_script(text: str, file: str = "demo") -> Script:
    """One file as written; DemoErrors with all its mistakes if it has any. `file` is its name in errors."""
    reading = read_script(text, file)
    if reading.errors:
        raise DemoErrors(reading.errors)
    return reading.script


@dataclass(frozen=True)
class Reading:
    """What can be read of one file, its mistakes in the order of their places, and the verbs of broken lines."""

    script: Script
    errors: tuple[DemoError, ...]
    broken_verbs: frozenset[str] = frozenset()


def read_script(text: str, file: str) -> Reading:
    """One file, as far as it can be read."""
    clean_text, errors = without_forbidden_characters(plain_text(text), file)
    # A word with such a character in it is no second mistake.
    lines_with_bad_characters = {error.line for error in errors}
    lines: list[Line] = []
    broken_verbs: set[str] = set()
    previous: Statement | None = None
    for logical_line in logical_lines(clean_text):
        if len(errors) >= MOST_ERRORS:
            break
        try:
            line = _read_line(logical_line, file, previous)
        except DemoError as error:
            if not (error.line in lines_with_bad_characters and REPLACEMENT in error.message):
                errors.append(error)
            broken_verbs.update(_verbs_meant(logical_line))
            continue
        if previous is None and isinstance(line.statement, DemoVersion) and line.statement.count != VERSION:
            return Reading(Script((), file), (_unknown_version(line.statement),))
        previous = line.statement or previous
        lines.append(line)
    return Reading(Script(_without_trailing_blank_lines(lines), file), _in_order(errors, file), frozenset(broken_verbs))


def _read_line(logical_line: LogicalLine, file: str, previous: Statement | None) -> Line:
    cursor = Cursor(logical_line, file)
    if cursor.at_end():
        return Line(None, cursor.comment())
    if logical_line.is_indented:
        raise _stray_indentation(cursor, previous)
    statement = read_statement(cursor)
    return Line(statement, cursor.comment())


def _verbs_meant(logical_line: LogicalLine) -> list[str]:
    """The verb of a line that could not be read, or the one that its first word resembles."""
    word = (logical_line.text.split(maxsplit=1) or [""])[0]
    return difflib.get_close_matches(word[:LONGEST_WORD].lower(), VERBS, n=1)


def _stray_indentation(cursor: Cursor, previous: Statement | None) -> DemoError:
    """An indented line below a closed text, or below no text at all."""
    if cursor.peek() in VERBS:
        return cursor.error("a verb stands at the beginning of its line, not indented")
    is_text = isinstance(previous, TextStatement)
    hint = "to continue a text, close its quotation mark at the end of its last line" if is_text else None
    return cursor.error("this indented line continues nothing: no quotation is open above it", hint=hint)


def _unknown_version(statement: DemoVersion) -> DemoError:
    message = f"version {statement.count} of the demo language is not known; this program reads version {VERSION}"
    return DemoError.at(statement.place, message)


def _without_trailing_blank_lines(lines: list[Line]) -> tuple[Line, ...]:
    end = len(lines)
    while end and lines[end - 1] == Line():
        end -= 1
    return tuple(lines[:end])


def _in_order(errors: list[DemoError], file: str) -> tuple[DemoError, ...]:
    """The errors by line and column; a file of nothing but errors is not listed to its end."""
    ordered = sorted(errors, key=lambda error: (error.line or 0, error.column or 0))
    if len(ordered) < MOST_ERRORS:
        return tuple(ordered)
    last = ordered[MOST_ERRORS - 1]
    place = Place(file, last.line or 0, last.column or 0)
    return (*ordered[: MOST_ERRORS - 1], DemoError.at(place, "too many errors; the rest is not listed"))
