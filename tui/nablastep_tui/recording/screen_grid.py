"""The screen as cells: what Textual writes, read into a grid, and the one canonical way to write a grid out.

Textual may paint the same screen with different bytes from run to run; a grid, and the bytes made from two
grids, depend on the screens alone. Knows terminal sequences, not files, times or Textual.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from rich.cells import cell_len, get_character_cell_size

from nablastep_tui.recording.model import PLAIN, Cell, CellStyle, Grid, Row
from nablastep_tui.recording.sgr import style_sequence, styled
from nablastep_tui.recording.terminal_tokens import TokenReader

_CONTROL_SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)([@-~])\Z")

# Modes and messages to the terminal that leave the picture alone: cursor, alternate screen, line wrap,
# synchronised output, and every operating system command (links, pointer shape, clipboard, title).
_INVISIBLE = re.compile(r"\x1b\[\?(?:25|1049|7|2026)[hl]\Z|\x1b\]|[\x00\x07]\Z")

_JOINER = "\u200d"
"""Makes one picture of the characters on both its sides."""

_GAP = 4
"""Unchanged cells between two changes that cost less to write again than to jump over."""


@dataclass
class ScreenGrid:
    """A screen of `width` × `height` cells that is written to as a terminal is; text beyond the edge is lost.

    `unknown` collects, each once, the sequences that could change the picture in a way not understood here.
    """

    width: int
    height: int
    unknown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = TokenReader()
        self._rows = [[Cell()] * self.width for _ in range(self.height)]
        self._grid: Grid = tuple(tuple(row) for row in self._rows)
        self._touched: set[int] = set()
        self._column = self._row = 0
        self._style = PLAIN
        self._joining = False
        self._cells: dict[CellStyle, dict[str, Cell]] = {}

    def feed(self, data: str) -> None:
        """Write `data` on the screen."""
        for token in self._reader.feed(data):
            if token[0] >= " " and not "\x7f" <= token[0] <= "\x9f":
                self._write(token)
            elif token[0] == "\x1b":
                self._sequence(token)
            else:
                self._control(token)

    def grid(self) -> Grid:
        """The screen now. Rows that did not change since the last call are the same objects."""
        if self._touched:
            rows = list(self._grid)
            for number in self._touched:
                row = tuple(self._rows[number])
                if row != rows[number]:
                    rows[number] = row
            self._touched.clear()
            if any(new is not old for new, old in zip(rows, self._grid, strict=True)):
                self._grid = tuple(rows)
        return self._grid

    def _cell(self, text: str) -> Cell:
        known = self._cells.setdefault(self._style, {})
        return known.setdefault(text, Cell(text, self._style))

    def _write(self, text: str) -> None:
        row = self._rows[self._row]
        self._touched.add(self._row)
        for character in text:
            size = get_character_cell_size(character)
            if size == 0 or self._joining:
                self._combine(row, character)
            elif self._column + size <= self.width:
                self._part_wide_character(row, self._column)
                self._part_wide_character(row, self._column + size)
                row[self._column] = self._cell(character)
                if size == 2:
                    row[self._column + 1] = self._cell("")
                self._column += size
            elif self._column < self.width:
                row[self._column] = self._cell(" ")
                self._column = self.width

    def _combine(self, row: list[Cell], mark: str) -> None:
        """Put a mark on the character before it, which may become wide, as Rich measures it."""
        self._joining = mark == _JOINER
        column = self._column - 1
        while column > 0 and not row[column].text:
            column -= 1
        if column < 0:
            return
        row[column] = cell = replace(row[column], text=row[column].text + mark)
        if self._column == column + 1 < self.width and cell_len(cell.text) == 2:
            self._part_wide_character(row, column + 2)
            row[column + 1] = Cell("", cell.style)
            self._column += 1

    def _part_wide_character(self, row: list[Cell], column: int) -> None:
        """Blank both halves of a wide character that `column` would cut in two."""
        if column < self.width and not row[column].text:
            row[column - 1] = Cell(" ", row[column - 1].style)
            row[column] = Cell(" ", row[column].style)

    def _control(self, character: str) -> None:
        if character == "\n":
            self._row = min(self._row + 1, self.height - 1)
        elif character == "\r":
            self._column = 0
        elif character == "\b":
            self._column = max(self._column - 1, 0)
        elif not _INVISIBLE.match(character):
            self._report(character)

    def _sequence(self, token: str) -> None:
        match = _CONTROL_SEQUENCE.match(token)
        if match is None:
            if not _INVISIBLE.match(token):
                self._report(token)
            return
        parameters, final = match.groups()
        if final == "m":
            style = styled(self._style, parameters)
            if style is None:
                self._report(token)
            else:
                self._style = style
        elif not self._move_or_erase(final, [int(number or 0) for number in parameters.split(";")]):
            self._report(token)

    def _move_or_erase(self, final: str, numbers: list[int]) -> bool:
        """Carry out a cursor movement or an erasure; False if it is neither."""
        first = max(numbers[0], 1)
        if final in "Hf":
            self._row = first - 1
            self._column = max(numbers[1], 1) - 1 if len(numbers) > 1 else 0
        elif final in "AB":
            self._row += first if final == "B" else -first
        elif final in "CD":
            self._column += first if final == "C" else -first
        elif final == "G":
            self._column = first - 1
        elif final in "JK" and numbers[0] <= 2:
            self._erase(final, numbers[0])
        else:
            return False
        self._row = min(max(self._row, 0), self.height - 1)
        self._column = min(max(self._column, 0), self.width - 1)
        return True

    def _erase(self, final: str, part: int) -> None:
        """Blank the line (K) or the screen (J): after the cursor (0), up to it (1), or all (2)."""
        position = self._row * self.width + self._column
        first, last = (self._row, self._row + 1) if final == "K" else (0, self.height)
        start = position if part == 0 else first * self.width
        end = position + 1 if part == 1 else last * self.width
        blank = Cell(" ", CellStyle(background=self._style.background))
        for row, column in (divmod(place, self.width) for place in range(start, min(end, self.width * self.height))):
            self._rows[row][column] = blank
            self._touched.add(row)

    def _report(self, sequence: str) -> None:
        if sequence not in self.unknown:
            self.unknown.append(sequence)


def encode_changes(before: Grid | None, after: Grid) -> str:
    """The bytes, as text, that turn the screen `before` into `after`; from any screen at all if `before` is None.

    The same two screens always give the same text. Empty if nothing changed.
    """
    parts: list[str] = []
    style: CellStyle | None = None
    for number, row in enumerate(after):
        for start, end in _changed_runs(before[number] if before is not None else None, row):
            parts.append(f"\x1b[{number + 1};{start + 1}H")
            for cell in row[start:end]:
                if cell.style != style:
                    style = cell.style
                    parts.append(style_sequence(style))
                parts.append(cell.text)
    return "".join(parts) + "\x1b[0m" if parts else ""


def _changed_runs(before: Row | None, after: Row) -> list[tuple[int, int]]:
    """Half-open runs of columns to write again.

    No run begins in the middle of a wide character: its right half never changes without its left one.
    """
    if before is None:
        return [(0, len(after))]
    if before is after:
        return []
    runs: list[tuple[int, int]] = []
    for column, cell in enumerate(after):
        if cell is before[column] or cell == before[column]:
            continue
        if runs and column - runs[-1][1] <= _GAP:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return runs
