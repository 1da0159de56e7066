"""On which line of a TOML file each key stands.

Owns a scan of text that tomllib has already accepted, so it need not judge; it only finds keys, table headers and the
rows of arrays. Knows no key by name.
"""

from __future__ import annotations

import re
import tomllib

from nablastep.field_checks import Key

KEY_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+)')
STRING_MARKS = ('"""', "'''", '"', "'")


class KeyLines:
    """Lines, from 1, of the keys in a text that is valid TOML. Tables of a list are counted from 1."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._lines: dict[Key, int] = {}
        self._table_counts: dict[Key, int] = {}
        self._scan()

    def line(self, key: Key, row: int | None = None) -> int | None:
        """The line of the key, or of the nearest table around it that has one; of a row (from 1) of its array."""
        if row is not None and (*key, row) in self._lines:
            return self._lines[(*key, row)]
        while key:
            if key in self._lines:
                return self._lines[key]
            key = key[:-1]
        return None

    def _scan(self) -> None:
        place, line = 0, 1
        table: Key = ()
        while place < len(self._text):
            character = self._text[place]
            if character in " \t\n":
                place, line = place + 1, line + (character == "\n")
            elif character == "#":
                place = self._end_of_line(place)
            elif character == "[":
                end = self._end_of_line(place)
                table = self._header(self._text[place:end], line)
                place = end
            else:
                key, place = self._key(place)
                self._note(table, key, line)
                place, line = self._skip_value(place, line, table + key)

    def _header(self, header: str, line: int) -> Key:
        key, _ = _parts(header, 0, "]")
        outer = self._numbered(key[:-1])
        table = outer + key[-1:]
        self._note((), outer, line)
        self._note(outer, key[-1:], line)
        if header.startswith("[["):
            self._table_counts[table] = self._table_counts.get(table, 0) + 1
            table = (*table, self._table_counts[table])
            self._lines[table] = line
        return table

    def _note(self, table: Key, key: Key, line: int) -> None:
        for length in range(1, len(key) + 1):
            self._lines.setdefault(table + key[:length], line)

    def _numbered(self, names: Key) -> Key:
        table: Key = ()
        for name in names:
            table = (*table, name)
            if table in self._table_counts:
                table = (*table, self._table_counts[table])
        return table

    def _key(self, place: int) -> tuple[Key, int]:
        return _parts(self._text, place, "=")

    def _skip_value(self, place: int, line: int, key: Key) -> tuple[int, int]:
        depth, rows = 0, 0
        while place < len(self._text):
            character = self._text[place]
            mark = next((mark for mark in STRING_MARKS if self._text.startswith(mark, place)), None)
            if mark is not None:
                end = self._end_of_string(place + len(mark), mark)
                line += self._text.count("\n", place, end)
                place = end
                continue
            if character == "#":
                place = self._end_of_line(place)
                continue
            if character == "\n":
                if depth == 0:
                    return place, line
                line += 1
            elif character in "[{":
                depth += 1
                if depth == 2:
                    rows += 1
                    self._lines[(*key, rows)] = line
            elif character in "]}":
                depth -= 1
            place += 1
        return place, line

    def _end_of_line(self, place: int) -> int:
        end = self._text.find("\n", place)
        return len(self._text) if end < 0 else end

    def _end_of_string(self, place: int, mark: str) -> int:
        while not self._text.startswith(mark, place):
            escaped = mark[0] == '"' and self._text[place] == "\\"
            place += 2 if escaped else 1
        place += len(mark)
        # A multi-line string may end in up to two quotation marks of its own.
        while len(mark) == 3 and self._text.startswith(mark[0], place):
            place += 1
        return place


def _parts(text: str, place: int, stop: str) -> tuple[Key, int]:
    """The parts of a dotted key that starts at `place`, and the place after the `stop` that ends it."""
    parts: list[str] = []
    while text[place] != stop:
        part = KEY_PART.match(text, place)
        if part:
            escaped, literal, bare = part.groups()
            parts.append(_unescaped(escaped) if escaped is not None else literal if literal is not None else bare)
            place = part.end()
        else:
            place += 1
    return tuple(parts), place + 1


def _unescaped(text: str) -> str:
    value: str = tomllib.loads(f'text = "{text}"')["text"]
    return value
