"""A rectangle of cells to draw on: text, fills, frames, rules, other canvases, and the regions that a mouse can hit.

Everything clips at the edges. Text is data: control characters and direction marks never reach the terminal, markup
is not read. Knows no matrix, theme or widget; `strips` hands the result to Textual's Line API.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nablastep.records import record
from nablastep_tui.look.cells import cells_of
from nablastep_tui.look.glyphs import Box

_PLAIN = Style()

# What may be drawn over: blanks, lines (in ASCII too), the blocks of heat maps, marks, and the dots of curves.
_GROUND = frozenset({"", *" -=+|", *map(chr, range(0x2500, 0x2600)), *map(chr, range(0x2800, 0x2900))})


class Area:
    """A target that is another one at every place of its region."""

    def at(self, x: int, y: int) -> Hashable:
        """The target at a place in the region."""
        raise NotImplementedError


@record(slots=True)
class Hit:
    """What lies under a point: the target marked there, and the point's place inside the marked region."""

    target: Hashable
    x: int
    y: int


class _Mark(NamedTuple):  # a frame has hundreds, and a tuple is made soonest
    x: int
    y: int
    width: int
    height: int
    target: Hashable


@record(slots=True)
class Overprint:
    """Drawn text that was overwritten by another: the cell, what stood there and what took its place."""

    x: int
    y: int
    before: str
    after: str


class Canvas:
    """`width` × `height` cells, all blank in `background` at first; (0, 0) is the top left.

    Lines may be drawn over, as a title is set into its rule; words and numbers may not. `watched` collects the cells
    where that happens on any canvas, for tests: a list put there before drawing is filled, None costs nothing.
    """

    watched: ClassVar[list[Overprint] | None] = None

    def __init__(self, width: int, height: int, background: Style = _PLAIN) -> None:
        self.width = max(0, width)
        self.height = max(0, height)
        self.background = background
        self._characters = [[" "] * self.width for _ in range(self.height)]
        self._styles = [[background] * self.width for _ in range(self.height)]
        self._marks: list[_Mark] = []

    def write(self, x: int, y: int, text: str, style: Style = _PLAIN) -> int:
        """Put `text` on row `y` from column `x`; returns the column after it, clipped or not.

        A style without a background keeps the background already there; colour and attributes of the old text go.
        """
        cells = cells_of(text)
        end = x + len(cells)
        start, stop = max(0, x), min(self.width, end)
        if 0 <= y < self.height and start < stop:
            row = self._characters[y]
            if Canvas.watched is not None:
                self._watch(y, start, cells[start - x : stop - x])
            if row[start] == "" or (stop < self.width and row[stop] == ""):
                self._release_halves(y, start, stop)
            row[start:stop] = cells if (start, stop) == (x, end) else cells[start - x : stop - x]
            if row[start] == "" or stop < end:
                _mend_clipped(row, start, stop, cells, x)
            if style.bgcolor is None:
                self._restyle(y, start, stop, style, _write_over)
            else:
                self._styles[y][start:stop] = [style] * (stop - start)
        return end

    def write_vertical(self, x: int, y: int, glyphs: str, style: Style = _PLAIN) -> None:
        """Put one glyph of `glyphs` per row, downwards from (x, y)."""
        for offset, glyph in enumerate(glyphs):
            self.write(x, y + offset, glyph, style)

    def fill(self, x: int, y: int, width: int, height: int, style: Style, glyph: str = " ") -> None:
        """Blank a region in `style`, or cover it with `glyph`; a style without a background keeps what is behind."""
        start, stop = max(0, x), min(self.width, x + width)
        for row in self._rows(y, height) if start < stop else ():
            if Canvas.watched is not None:
                self._watch(row, start, [glyph] * (stop - start))
            self._release_halves(row, start, stop)
            self._characters[row][start:stop] = [glyph] * (stop - start)
            if style.bgcolor is None:
                self._restyle(row, start, stop, style, _write_over)
            else:
                self._styles[row][start:stop] = [style] * (stop - start)

    def paint(self, x: int, y: int, width: int, height: int, style: Style) -> None:
        """Restyle a region and keep its text: what `style` says wins, what it leaves open stays."""
        start, stop = max(0, x), min(self.width, x + width)
        for row in self._rows(y, height) if start < stop else ():
            self._restyle(row, start, stop, style, _paint_over)

    def put_cells(self, x: int, y: int, glyphs: list[str], styles: list[Style]) -> None:
        """Put one row of ready cells, one glyph and one style each: the fast way in for heat maps."""
        start, stop = max(0, x), min(self.width, x + len(glyphs))
        if 0 <= y < self.height and start < stop:
            if Canvas.watched is not None:
                self._watch(y, start, glyphs[start - x : stop - x])
            self._release_halves(y, start, stop)
            self._characters[y][start:stop] = glyphs[start - x : stop - x]
            _mend_clipped(self._characters[y], start, stop, glyphs, x)
            self._styles[y][start:stop] = styles[start - x : stop - x]

    def horizontal(self, x: int, y: int, length: int, glyph: str, style: Style) -> None:
        """A rule of `length` cells to the right."""
        self.write(x, y, glyph * max(0, length), style)

    def vertical(self, x: int, y: int, length: int, glyph: str, style: Style) -> None:
        """A rule of `length` cells downwards."""
        self.write_vertical(x, y, glyph * max(0, length), style)

    def box(self, x: int, y: int, width: int, height: int, box: Box, style: Style) -> None:
        """A frame whose corners lie inside the region; nothing under 2×2 cells. Its inside stays as it is."""
        if width < 2 or height < 2:
            return
        self.write(x, y, box.top_left + box.horizontal * (width - 2) + box.top_right, style)
        self.write(x, y + height - 1, box.bottom_left + box.horizontal * (width - 2) + box.bottom_right, style)
        for side in (x, x + width - 1):
            self.vertical(side, y + 1, height - 2, box.vertical, style)

    def blit(self, other: Canvas, x: int, y: int) -> None:
        """Copy all of `other` here with its top left at (x, y), its marks included."""
        for row in range(other.height):
            self.put_cells(x, y + row, other._characters[row], other._styles[row])
        for mark in other._marks:
            left, top = max(0, mark.x), max(0, mark.y)
            right, bottom = min(other.width, mark.x + mark.width), min(other.height, mark.y + mark.height)
            if left < right and top < bottom:
                self.mark(x + left, y + top, right - left, bottom - top, mark.target)

    def mark(self, x: int, y: int, width: int, height: int, target: Hashable) -> None:
        """Let the region stand for `target` under the mouse; a later mark lies over an earlier one."""
        self._marks.append(_Mark(x, y, width, height, target))

    def target_at(self, x: int, y: int) -> Hashable | None:
        """The topmost target marked at a point of the canvas, or None."""
        hit = self.hit_at(x, y)
        if hit is None:
            return None
        return hit.target.at(hit.x, hit.y) if isinstance(hit.target, Area) else hit.target

    def hit_at(self, x: int, y: int) -> Hit | None:
        """The topmost target at a point, with the point's place inside its region."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return None
        for mark in reversed(self._marks):
            if 0 <= x - mark.x < mark.width and 0 <= y - mark.y < mark.height:
                return Hit(mark.target, x - mark.x, y - mark.y)
        return None

    def nearest_target(self, x: int, y: int, reach: int) -> Hashable | None:
        """The target marked nearest to a point, or None beyond `reach` columns; a row counts as two of them."""
        found: tuple[int, Hashable | None] = (reach + 1, None)
        for mark in reversed(self._marks):
            across = max(mark.x - x, 0, x - (mark.x + mark.width - 1))
            down = max(mark.y - y, 0, y - (mark.y + mark.height - 1))
            if not isinstance(mark.target, Area) and across + 2 * down < found[0]:
                found = (across + 2 * down, mark.target)
        return found[1]

    def text_at(self, x: int, y: int) -> str:
        """The glyph of one cell; empty outside of the canvas and in the second half of a wide character."""
        return self._characters[y][x] if 0 <= x < self.width and 0 <= y < self.height else ""

    def style_at(self, x: int, y: int) -> Style:
        """The style of one cell (IndexError outside)."""
        return self._styles[y][x]

    def text_rows(self) -> list[str]:
        """The text of every row, full width: for tests, transcripts and copying."""
        return ["".join(row) for row in self._characters]

    def strips(self) -> list[Strip]:
        """One strip per row, neighbours of one style merged into one segment."""
        return [
            Strip(_segments(characters, styles), self.width)
            for characters, styles in zip(self._characters, self._styles, strict=True)
        ]

    def strip(self, y: int, seen: Callable[[Style], Style] | None = None) -> Strip:
        """The strip of one row, for a widget that asks line by line; `seen` says what becomes of each style."""
        return Strip(_segments(self._characters[y], self._styles[y], seen), self.width)

    def changed_rows(self, before: Canvas) -> list[tuple[int, int]]:
        """The rows that differ from those of a canvas of the same size: (first, how many), for each run of them."""
        runs: list[tuple[int, int]] = []
        for y in range(self.height):
            if self._characters[y] == before._characters[y] and self._styles[y] == before._styles[y]:
                continue
            first, count = runs.pop() if runs and sum(runs[-1]) == y else (y, 0)
            runs.append((first, count + 1))
        return runs

    def _watch(self, y: int, start: int, glyphs: Sequence[str]) -> None:
        """Tell where text is about to be lost: a word or number under other ink or under a blank."""
        assert Canvas.watched is not None
        for x, after in enumerate(glyphs, start):
            before = self._characters[y][x]
            if before != after and before not in _GROUND:
                Canvas.watched.append(Overprint(x, y, before, after))

    def _rows(self, y: int, height: int) -> range:
        return range(max(0, y), min(self.height, y + height))

    def _restyle(self, y: int, start: int, stop: int, style: Style, combine: Callable[[Style, Style], Style]) -> None:
        """Combine `style` with each run of equal styles in a part of row `y`."""
        row = self._styles[y]
        if stop - start == 1:
            row[start] = combine(row[start], style)
            return
        for run_start, run_stop in _runs(row, start, stop):
            row[run_start:run_stop] = [combine(row[run_start], style)] * (run_stop - run_start)

    def _release_halves(self, y: int, start: int, stop: int) -> None:
        """Blank the other half of a wide character that is about to lose one of its two cells."""
        row = self._characters[y]
        if row[start] == "" and start:
            row[start - 1] = " "
        if stop < self.width and row[stop] == "":
            row[stop] = " "


@lru_cache(maxsize=8192)
def _write_over(below: Style, above: Style) -> Style:
    """New text on an old background."""
    return _one(above + below.background_style) if below.bgcolor else above


@lru_cache(maxsize=8192)
def _paint_over(below: Style, above: Style) -> Style:
    """Old text under a new style."""
    return _one(below + above)


@lru_cache(maxsize=8192)
def _one(style: Style) -> Style:
    """The same object for equal styles, so that strips can tell runs apart by identity."""
    return style


def _runs(styles: list[Style], start: int, stop: int) -> Iterator[tuple[int, int]]:
    begin = start
    for index in range(start + 1, stop):
        if styles[index] is not styles[begin]:
            yield begin, index
            begin = index
    yield begin, stop


def _segments(
    characters: list[str], styles: list[Style], seen: Callable[[Style], Style] | None = None
) -> list[Segment]:
    if not styles:
        return []
    segments = []
    begin, current = 0, styles[0]
    for index, style in enumerate(styles):
        if style is not current:
            segments.append(Segment("".join(characters[begin:index]), seen(current) if seen else current))
            begin, current = index, style
    segments.append(Segment("".join(characters[begin:]), seen(current) if seen else current))
    return segments


def _mend_clipped(row: list[str], start: int, stop: int, cells: Sequence[str], x: int) -> None:
    """Blank a wide character that the edge of the canvas or of the text has cut in two."""
    if row[start] == "":
        row[start] = " "
    if stop - x < len(cells) and cells[stop - x] == "":
        row[stop - 1] = " "
