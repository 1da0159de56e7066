"""A region of the screen that draws a scene through a pure drawing function and tells what was clicked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass

from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region as Rows
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nablastep.session import Position
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.faults import Guarded
from nablastep_tui.look.themes import style
from nablastep_tui.scene.ahead import Observed, scene_ahead
from nablastep_tui.scene.scene import Scene
from nablastep_tui.widgets.drawing_border import draw_or_say
from nablastep_tui.widgets.picture import Filtered, Picture, filtered_for

Draw = Callable[[Canvas, Scene], None]
QUIET_SECONDS = 0.012
"""So long after the last scene there is time to look ahead: the frame is out."""


def blank(scene: Scene, width: int, height: int) -> Canvas:
    """A canvas in the palette's colours."""
    return Canvas(width, height, style(scene.palette.text, scene.palette.background))


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
        self._picture: Picture | None = None
        self._ahead: Picture | None = None
        self._position, self._goes_back = Position(1, 0), False
        self._waiting: asyncio.TimerHandle | None = None

    @property
    def scene(self) -> Scene | None:
        """What is to be seen; another one is drawn at once where there is something to compare it with."""
        return self._scene

    @scene.setter
    def scene(self, scene: Scene) -> None:
        stands = self._picture if self._picture and self._picture.fits(self._scene, self.outer_size) else None
        self._scene = scene
        picture = self.picture if stands and self.display else None
        self._ahead = None
        if stands is None or picture is None:
            self.refresh()
            return
        changed = picture.changed_rows(stands)
        if changed:
            self.refresh(*(Rows(0, first, picture.canvas.width, count) for first, count in changed))

    def look_ahead(self) -> None:
        """Draw what → or after a ← another one will show, so that the key finds it ready; a fault is told later.

        It counts for the next scene alone.
        """
        picture = self._picture
        if picture is None or not picture.fits(self._scene, self.outer_size) or not self.display:
            return
        with suppress(Exception):
            scene = scene_ahead(picture.scene, back=self._goes_back)
            if scene is not None:
                observed = Observed.of(scene)
                ahead = Picture(blank(observed, *self.outer_size), observed)
                self._draw(ahead.canvas, observed)
                for first, count in ahead.changed_rows(picture):
                    for row in ahead.lines(range(first, first + count), self._filtered):
                        row.render(self.app.console)
                self._ahead = ahead

    def _look_ahead_soon(self) -> None:
        self._look_ahead_no_more()
        if not self.app.is_headless:
            self._waiting = asyncio.get_running_loop().call_later(QUIET_SECONDS, self.look_ahead)

    def _look_ahead_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def on_unmount(self) -> None:
        """Nobody will ask for more."""
        self._look_ahead_no_more()

    def render_line(self, y: int) -> Strip:
        """One row of the canvas, which is drawn anew when the scene or the size is another."""
        canvas = self.canvas
        if canvas is None or y >= canvas.height:
            return Strip.blank(self.size.width, Style.null())
        return canvas.strip(y)

    def render_lines(self, crop: Rows) -> list[Strip]:
        """The rows as they are drawn, each made once: no border, padding or opacity is put around or over them."""
        picture, width = self.picture, self.outer_size.width
        if picture is None:
            return [Strip.blank(crop.width, Style.null())] * crop.height
        rows = picture.lines(crop.line_range, self._filtered)
        return rows if crop.column_span == (0, width) else [row.crop(*crop.column_span) for row in rows]

    def _filtered(self) -> Filtered:
        return filtered_for(tuple(self.get_line_filters()), self.background_colors[1])

    def notify_style_update(self) -> None:
        """Another theme: rows may look otherwise than when they were made."""
        super().notify_style_update()
        self._ahead = None
        if self._picture is not None:
            self._picture.strips.clear()

    @property
    def canvas(self) -> Canvas | None:
        """What is drawn for the scene and size of now."""
        picture = self.picture
        return None if picture is None else picture.canvas

    @property
    def picture(self) -> Picture | None:
        """The same with its rows; None without a scene or a size."""
        scene, size = self._scene, self.outer_size
        if scene is None or not all(size):
            return None
        if self._picture is None or not self._picture.fits(scene, size):
            self._picture = self._ready(scene, size) or self._drawn(scene, size)
            self._ahead = None
            before, self._position = self._position, scene.session.position
            self._goes_back = self._position < before or (self._position == before and self._goes_back)
            self._look_ahead_soon()
        return self._picture

    def _ready(self, scene: Scene, size: Size) -> Picture | None:
        """A picture that the scene has already: the one drawn ahead, or the one that stands."""
        pictures = (self._ahead, self._picture)
        return next((picture for picture in pictures if picture and picture.would_fit(scene, size)), None)

    def _drawn(self, scene: Scene, size: Size) -> Picture:
        canvas = blank(scene, *size)
        draw_or_say(canvas, lambda canvas: self._draw(canvas, scene), self.app)
        return Picture(canvas, scene)

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
