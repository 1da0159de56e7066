"""From text to lines with a cursor: quotation marks, comments, indented continuation lines and exact positions.

Owns characters and columns; knows no verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nablastep.demo.problems import DemoError, forbidden_character_message, quoted
from nablastep.demo.references import Place
from nablastep.safe_text import HIDDEN

BLANKS = " \t"
BYTE_ORDER_MARK = "\ufeff"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
WORD = re.compile(r'[^ \t\n#"]+')
VALUE_WORD = re.compile(r'[^ \t\n#"\[\](),=<>~]+')
QUOTATION = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_FORBIDDEN = re.compile(f"(?!\t){HIDDEN.pattern}")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
CLOSING_HINT = "lines that continue a text are indented; the last one ends with a quotation mark"
ESCAPE_HINT = "write a backslash as \\\\; a new line of text is an indented line"


@dataclass(frozen=True)
class LogicalLine:
    """One statement's text: a line, and the lines that continue its open quotation, joined by `\\n`."""

    number: int
    text: str

    @property
    def is_indented(self) -> bool:
        """Whether the line begins with a blank."""
        return self.text[:1] in (" ", "\t")


def plain_text(text: str) -> str:
    """The text without a byte order mark, its line ends as `\\n`."""
    return text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n")


def without_forbidden_characters(text: str, file: str) -> tuple[str, list[DemoError]]:
    """The text with each forbidden character replaced, and one error for each."""
    errors, lines = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        for found in _FORBIDDEN.finditer(line):
            place = Place(file, number, found.start() + 1)
            errors.append(DemoError.at(place, forbidden_character_message(found[0])))
        lines.append(_FORBIDDEN.sub(REPLACEMENT, line))
    return "\n".join(lines), errors


def logical_lines(text: str) -> Iterator[LogicalLine]:
    """The lines of the text; one that leaves a quotation open takes in the indented lines below it."""
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        end = start + 1
        if _leaves_quotation_open(lines[start], False):
            end = _end_of_quotation(lines, start)
        yield LogicalLine(start + 1, "\n".join(lines[start:end]))
        start = end


def _leaves_quotation_open(line: str, is_open: bool) -> bool:
    """Whether a quotation is open at the end of the line, if `is_open` says so for its beginning."""
    escaped = False
    for character in line:
        if is_open and not escaped and character == "\\":
            escaped = True
            continue
        if character == '"' and not escaped:
            is_open = not is_open
        elif character == "#" and not is_open:
            return False
        escaped = False
    return is_open


def _end_of_quotation(lines: list[str], start: int) -> int:
    """The index after the last line that continues the quotation left open by `lines[start]`."""
    end, is_open = start + 1, True
    while is_open:
        following = end
        while following < len(lines) and not lines[following].strip(BLANKS):
            following += 1
        if following == len(lines) or lines[following][0] not in BLANKS:
            return end
        is_open = _leaves_quotation_open(lines[following], is_open)
        end = following + 1
    return end


class Cursor:
    """Reads one logical line from left to right and knows the place of every character."""

    def __init__(self, line: LogicalLine, file: str) -> None:
        self.text = line.text
        self.index = 0
        self._line = line
        self._file = file

    def place(self, index: int | None = None) -> Place:
        """The place of a character, by default of the next one."""
        index = self.index if index is None else index
        line_start = self.text.rfind("\n", 0, index) + 1
        return Place(self._file, self._line.number + self.text.count("\n", 0, index), index - line_start + 1)

    def error(self, message: str, index: int | None = None, hint: str | None = None) -> DemoError:
        """The mistake at a character, by default the next one."""
        return DemoError.at(self.place(index), message, hint)

    def missing(self, message: str) -> DemoError:
        """Something that should stand here and does not: the place is right after what is written."""
        return self.error(message, len(self.text[: self.index].rstrip(BLANKS)))

    def skip_blanks(self) -> None:
        """Moves on to the next character that is no blank."""
        while self.text[self.index : self.index + 1] in (" ", "\t"):
            self.index += 1

    def at_end(self) -> bool:
        """Whether nothing but a comment follows."""
        self.skip_blanks()
        return self.text[self.index : self.index + 1] in ("", "#")

    def peek(self, pattern: re.Pattern[str] = WORD) -> str:
        """What the pattern matches here, or an empty text."""
        self.skip_blanks()
        match = pattern.match(self.text, self.index)
        return match[0] if match else ""

    def take(self, pattern: re.Pattern[str] = WORD) -> str:
        """What the pattern matches here, moving past it, or an empty text."""
        found = self.peek(pattern)
        self.index += len(found)
        return found

    def accept(self, symbol: str) -> bool:
        """Moves past the symbol if it stands here."""
        self.skip_blanks()
        found = self.text.startswith(symbol, self.index)
        self.index += len(symbol) if found else 0
        return found

    def rest(self) -> str:
        """What follows up to the end of this line of the file, for messages."""
        self.skip_blanks()
        return self.text[self.index :].split("\n")[0].rstrip(BLANKS)

    def comment(self) -> str | None:
        """The comment that ends the line, without its `#` and trailing blanks, or None."""
        self.skip_blanks()
        if not self.text.startswith("#", self.index):
            return None
        return self.text[self.index + 1 :].rstrip(BLANKS)

    def quotation(self) -> str:
        """The quoted text that begins here, its lines joined by `\\n` without their indentation."""
        found = QUOTATION.match(self.text, self.index)
        if found is None:
            raise self.error("the quotation mark is never closed", hint=CLOSING_HINT)
        self._check_escapes(found)
        self._check_tabs(found)
        self.index = found.end()
        return ESCAPE.sub(lambda escape: escape[1], _joined_lines(found[1]))

    def _check_escapes(self, quotation: re.Match[str]) -> None:
        for escape in ESCAPE.finditer(self.text, quotation.start(1), quotation.end(1)):
            if escape[1] not in ('"', "\\"):
                message = f'{quoted(escape[0].rstrip())} is no escape; there are \\" and \\\\'
                raise self.error(message, escape.start(), ESCAPE_HINT)

    def _check_tabs(self, quotation: re.Match[str]) -> None:
        """Tabs may indent the lines of a text; anywhere else they are control characters."""
        start = quotation.start(1)
        for number, line in enumerate(quotation[1].split("\n")):
            indentation = len(line) - len(line.lstrip(BLANKS)) if number else 0
            tab = line.find("\t", indentation)
            if tab >= 0:
                raise self.error("a tab is not allowed inside a text; use spaces", start + tab)
            start += len(line) + 1


def _joined_lines(raw: str) -> str:
    """The lines of a text without the blanks around each line break and without empty lines at both ends."""
    lines = raw.split("\n")
    if len(lines) == 1:
        return raw
    middle = [line.strip(BLANKS) for line in lines[1:-1]]
    return "\n".join([lines[0].rstrip(BLANKS), *middle, lines[-1].lstrip(BLANKS)]).strip("\n")
