"""A region of the screen that draws a scene through a pure drawing function and tells what was clicked."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region as Rows
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.faults import Guarded
from nablastep_tui.scene import Scene
from nablastep_tui.themes import style
from nablastep_tui.widgets.drawing_border import draw_or_say

Draw = Callable[[Canvas, Scene], None]


class Region(Guarded, Widget):
    """Draws `scene` with `draw`; nothing is drawn before there is a scene, and only rows that change are sent."""

    DEFAULT_CSS = "Region { width: 1fr; }"

    @dataclass
    class Hit(Message):
        """Something with a meaning was clicked, in the region of that name."""

        target: Hashable
        region: str = ""

    @dataclass
    class Wheel(Message):
        """The wheel was turned over the region: −1 up, 1 down."""

        direction: int

    def __init__(self, draw: Draw, *, id: str) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._scene: Scene | None = None
        self._canvas: Canvas | None = None
        self._drawn_for: tuple[Scene | None, int, int] = (None, 0, 0)
        self._strips: dict[int, Strip] = {}
        self._strips_of: Canvas | None = None
        self._seen_through: tuple[object, ...] = ()

    @property
    def scene(self) -> Scene | None:
        """What is to be seen; another one is drawn at once where there is something to compare it with."""
        return self._scene

    @scene.setter
    def scene(self, scene: Scene) -> None:
        stands = self._canvas if self._drawn_for == (self._scene, *self.size) else None
        self._scene = scene
        if stands is None or not self.display:
            self.refresh()
            return
        canvas = self.canvas
        assert canvas is not None
        changed = canvas.changed_rows(stands)
        if self._strips_of is stands:
            self._strips_of = canvas
            for first, count in changed:
                for y in range(first, first + count):
                    self._strips.pop(y, None)
        if changed:
            self.refresh(*(Rows(0, first, canvas.width, count) for first, count in changed))

    def render_line(self, y: int) -> Strip:
        """One row of the canvas, which is drawn anew when the scene or the size is another."""
        canvas = self.canvas
        if canvas is None or y >= canvas.height:
            return Strip.blank(self.size.width, Style.null())
        return canvas.strip(y)

    def render_lines(self, crop: Rows) -> list[Strip]:
        """The rows as they are drawn, each made once: no border, padding or opacity is put around or over them."""
        filters, background = self.get_line_filters(), self.background_colors[1]
        seen_through = (*filters, background)
        if self.canvas is not self._strips_of or seen_through != self._seen_through:
            self._strips, self._strips_of, self._seen_through = {}, self.canvas, seen_through
        for y in crop.line_range:
            if y not in self._strips:
                strip = self.render_line(y)
                for each in filters:
                    strip = strip.apply_filter(each, background)
                self._strips[y] = strip
        rows = [self._strips[y] for y in crop.line_range]
        return rows if crop.column_span == (0, self.size.width) else [row.crop(*crop.column_span) for row in rows]

    @property
    def canvas(self) -> Canvas | None:
        """What is drawn for the scene and size of now."""
        scene, (width, height) = self._scene, self.size
        if scene is None or not width or not height:
            return None
        if self._drawn_for != (scene, width, height):
            background = style(scene.palette.text, scene.palette.background)
            self._canvas = Canvas(width, height, background)
            draw_or_say(self._canvas, lambda canvas: self._draw(canvas, scene), self.app)
            self._drawn_for = (scene, width, height)
        return self._canvas

    def on_click(self, event: Click) -> None:
        """Pass on what lies under the mouse."""
        canvas = self.canvas
        target = canvas.target_at(event.x, event.y) if canvas else None
        if target is not None:
            self.post_message(self.Hit(target, self.id or ""))

    def on_mouse_scroll_up(self, _: MouseScrollUp) -> None:
        """One step back in whatever the wheel means here."""
        self.post_message(self.Wheel(-1))

    def on_mouse_scroll_down(self, _: MouseScrollDown) -> None:
        """One step on in whatever the wheel means here."""
        self.post_message(self.Wheel(1))
