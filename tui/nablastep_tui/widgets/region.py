"""A region of the screen that draws a scene through a pure drawing function and tells what was clicked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region as Rows
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.faults import Guarded
from nablastep_tui.look.themes import style
from nablastep_tui.scene.observed import Observed
from nablastep_tui.scene.scene import Scene
from nablastep_tui.widgets.drawing_border import draw_or_say
from nablastep_tui.widgets.picture import Filtered, Picture, filtered_for

Draw = Callable[[Canvas, Scene], None]


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
        self._prepared: list[Picture] = []

    @property
    def scene(self) -> Scene | None:
        """What is to be seen; another one is drawn at once where there is something to compare it with."""
        return self._scene

    @scene.setter
    def scene(self, scene: Scene) -> None:
        stands = self._standing
        self._scene = scene
        picture = self.picture if stands and self.display else None
        if stands is None or picture is None:
            self.refresh()
        elif picture is not stands and (changed := picture.changed_rows(stands)):
            self.refresh(*(Rows(0, first, picture.canvas.width, count) for first, count in changed))

    @property
    def _standing(self) -> Picture | None:
        """The picture that is on screen; None where there is none of this size."""
        picture, scene = self._picture, self._scene
        return picture if picture and scene and picture.shows(scene, self.outer_size) else None

    def prepare(self, scenes: Iterable[Scene]) -> None:
        """Draw what may have to be shown next, so that it has only to be sent; what was prepared before is forgotten.

        A drawing that fails is left to the moment at which it is asked for.
        """
        self._prepared, stands = [], self._standing
        if stands is None or not self.display:
            return
        for scene in scenes:
            size = self.outer_size
            if any(picture.shows(scene, size) for picture in (stands, *self._prepared)):
                continue
            with suppress(Exception):
                observed = Observed.of(scene)
                picture = Picture(blank(observed, *size), observed)
                self._draw(picture.canvas, observed)
                for first, count in picture.changed_rows(stands):
                    for row in picture.lines(range(first, first + count), self._filtered):
                        row.render(self.app.console)
                self._prepared.append(picture)

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
        self._prepared = []
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
        known = (*((self._picture,) if self._picture else ()), *self._prepared)
        found = next((picture for picture in known if picture.shows(scene, size)), None)
        self._picture = found or self._drawn(scene, size)
        return self._picture

    def _drawn(self, scene: Scene, size: Size) -> Picture:
        observed = Observed.of(scene)
        picture = Picture(blank(observed, *size), observed)
        draw_or_say(picture.canvas, lambda canvas: self._draw(canvas, observed), self.app)
        return picture

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
