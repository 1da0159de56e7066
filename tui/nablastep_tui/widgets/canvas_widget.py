"""A widget that fills its place with one canvas, drawn by a function; for pages that are no scene."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.faults import Guarded
from nablastep_tui.widgets.drawing_border import draw_or_say


class CanvasWidget(Guarded, Widget):
    """Draws with `draw` whenever the size changes or `redraw` is called."""

    DEFAULT_CSS = "CanvasWidget { width: 1fr; height: 1fr; }"

    def __init__(self, draw: Callable[[Canvas], None], background: Style) -> None:
        super().__init__()
        self._draw, self._background = draw, background
        self._canvas: Canvas | None = None

    def redraw(self) -> None:
        """What is shown has changed."""
        self._canvas = None
        self.refresh()

    def target_at(self, x: int, y: int) -> Hashable | None:
        """What is marked at a point."""
        return self._canvas.target_at(x, y) if self._canvas else None

    def render_line(self, y: int) -> Strip:
        """One row."""
        width, height = self.size
        if self._canvas is None or (self._canvas.width, self._canvas.height) != (width, height):
            self._canvas = Canvas(width, height, self._background)
            draw_or_say(self._canvas, self._draw, self.app)
        return self._canvas.strip(y) if y < height else Strip.blank(width)
