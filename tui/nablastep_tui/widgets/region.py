"""A region of the screen that draws a scene through a pure drawing function and tells what was clicked."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.filter import LineFilter
from textual.geometry import Region as Rows
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.faults import Guarded
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.widgets.drawing_border import draw_or_say

Draw = Callable[[Canvas, Scene], None]


class Looks:
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


looks_of = lru_cache(maxsize=8)(Looks)


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

    @property
    def scene(self) -> Scene | None:
        """What is to be seen; another one is drawn at once where there is something to compare it with."""
        return self._scene

    @scene.setter
    def scene(self, scene: Scene) -> None:
        stands = self._canvas if self._drawn_for == (self._scene, *self.outer_size) else None
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
        canvas, width = self.canvas, self.outer_size.width
        if canvas is not self._strips_of:
            self._strips, self._strips_of = {}, canvas
        missing = [y for y in crop.line_range if y not in self._strips]
        if missing:
            looks = looks_of(tuple(self.get_line_filters()), self.background_colors[1])
            for y in missing:
                is_drawn = canvas is not None and y < canvas.height
                self._strips[y] = canvas.strip(y, looks) if canvas and is_drawn else Strip.blank(width, Style.null())
        rows = [self._strips[y] for y in crop.line_range]
        return rows if crop.column_span == (0, width) else [row.crop(*crop.column_span) for row in rows]

    def notify_style_update(self) -> None:
        """Another theme: rows may look otherwise than when they were made."""
        super().notify_style_update()
        self._strips = {}

    @property
    def canvas(self) -> Canvas | None:
        """What is drawn for the scene and size of now."""
        scene, (width, height) = self._scene, self.outer_size
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
