"""A scene as it is drawn: the canvas, and the strips of its rows as far as they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Size
from textual.strip import Strip

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.scene.observed import Observed
from nablastep_tui.scene.scene import Scene


class Filtered:
    """What Textual's filters make of a style, in front of a background; each style is asked for once."""

    def __init__(self, filters: tuple[LineFilter, ...], background: Color) -> None:
        self._filters, self._background = filters, background
        # Styles are told apart by being the same object, which is kept: to hash and compare them takes longer.
        self._known: dict[int, tuple[Style, Style]] = {}

    def __call__(self, style: Style) -> Style:
        """The style as it is shown."""
        known = self._known.get(id(style))
        if known is None:
            segments = [Segment("x", style)]
            for each in self._filters:
                segments = each.apply(segments, self._background)
            known = self._known[id(style)] = (style, segments[0].style or Style.null())
        return known[1]


filtered_for = lru_cache(maxsize=8)(Filtered)


class Picture:
    """The drawing of one scene in one size, and of every other scene that answers alike what the drawing asked."""

    def __init__(self, canvas: Canvas, scene: Observed) -> None:
        self.canvas = canvas
        self.strips: dict[int, Strip] = {}
        self._observed = scene
        self._of: Scene = scene

    def shows(self, scene: Scene, size: Size) -> bool:
        """Whether a drawing of the scene in that size would be the same."""
        if size != (self.canvas.width, self.canvas.height):
            return False
        if scene is not self._of and not self._observed.answers_as(scene):
            return False
        self._of = scene
        return True

    def lines(self, rows: Iterable[int], filtered: Callable[[], Filtered]) -> list[Strip]:
        """Some rows, each made when it is first asked for; rows below the canvas are blank."""
        rows = list(rows)
        missing = [y for y in rows if y not in self.strips]
        if missing:
            seen, blank = filtered(), Strip.blank(self.canvas.width, Style.null())
            for y in missing:
                self.strips[y] = self.canvas.strip(y, seen) if y < self.canvas.height else blank
        return [self.strips[y] for y in rows]

    def changed_rows(self, before: Picture) -> list[tuple[int, int]]:
        """The runs of rows that differ from a picture of the same size, (first, how many); the others share strips."""
        changed = self.canvas.changed_rows(before.canvas)
        different = {y for first, count in changed for y in range(first, first + count)}
        self.strips |= {y: strip for y, strip in before.strips.items() if y not in different}
        return changed
