"""What else there is: lessons, demos that play, the built-in networks, and ways to take something along."""

from __future__ import annotations

from functools import cache

from textual import events

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.open_list import Offer, draw_open_list
from nablastep_tui.keys import OPEN
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens.framed_page import FramedPage
from nablastep_tui.widgets.canvas_widget import CanvasWidget

LESSONS, TAKE_ALONG, NETWORKS = "lessons", "take along", "networks"
YOUR_TURN = Offer("action", "ask.your_turn", "your turn", "write every equation yourself", LESSONS)
DERIVE = Offer("action", "ask.derive", "derive …", "the derivative of any expression, step by step", LESSONS)
ACTIONS = (
    Offer(
        "action",
        "program.export",
        "export",
        "this screen as a picture, or the session as a page, notes or code",
        TAKE_ALONG,
    ),
    Offer("action", "program.save", "save", "the network as it is now, as a file", TAKE_ALONG),
    Offer("action", "program.record", "record", "everything from now on, as a demo", TAKE_ALONG),
)


@cache
def offers() -> tuple[Offer, ...]:
    """All that can be opened, in the order of the list; every one of them is read for its title, so only once."""
    from nablastep.demo.opening import demo_names, open_demo
    from nablastep.files.built_in import network_names, open_network

    demos = (Offer("demo", name, f"demo {name}", open_demo(name).title, LESSONS) for name in demo_names())
    networks = (
        Offer("network", name, f"network {name}", open_network(name).title, NETWORKS) for name in network_names()
    )
    return (YOUR_TURN, DERIVE, *demos, *ACTIONS, *networks)


class OpenPage(FramedPage[Offer | None]):
    """The list; the result is what has been chosen."""

    NAME = OPEN

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.offers = offers()
        self.place = 0

    def content(self) -> CanvasWidget:
        """One canvas."""
        palette = self.scene_behind.palette
        return CanvasWidget(self._draw, style(palette.text, palette.background))

    def action_move(self, direction: int) -> None:
        """Another line; after the last one comes the first."""
        self._choose((self.place + direction) % len(self.offers))

    def action_move_page(self, direction: int) -> None:
        """Half a screen on or back, up to the ends."""
        rows = direction * (self.app.size.height // 2)
        self._choose(max(0, min(self.place + rows, len(self.offers) - 1)))

    def action_choose(self) -> None:
        """What stands in focus."""
        self.dismiss(self.offers[self.place])

    def on_click(self, event: events.Click) -> None:
        """A click on a line chooses it, a second one opens it."""
        widget = self.query_one(CanvasWidget)
        place = widget.target_at(event.screen_x - widget.region.x, event.screen_y - widget.region.y)
        if place == self.place:
            self.action_choose()
        elif isinstance(place, int):
            self._choose(place)

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        """The wheel moves the focus."""
        self._choose(min(self.place + 1, len(self.offers) - 1))

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        """The wheel moves the focus."""
        self._choose(max(self.place - 1, 0))

    def _choose(self, place: int) -> None:
        self.place = place
        for widget in self.query(CanvasWidget):
            widget.redraw()

    def _draw(self, canvas: Canvas) -> None:
        back = self.keymap.said("{open-close} back to the stage")
        draw_open_list(canvas, self.offers, self.place, self.scene_behind.palette, self.scene_behind.glyphs, back)
