"""The map of the network: cards where there is room for them, else the rail."""

from __future__ import annotations

from collections.abc import Hashable

from nablastep_tui.draw.canvas import Area, Canvas
from nablastep_tui.draw.frame import more_map_rows, most_map_rows, uses_cards
from nablastep_tui.draw.map.cards import draw_cards
from nablastep_tui.draw.map.plan import cards_height
from nablastep_tui.draw.map.rail import draw_rail, rail_height
from nablastep_tui.scene.scene import Scene

REACH = 6
"""Columns beside a quantity, and half as many rows, within which a click means it."""


def map_height(width: int, height: int, scene: Scene) -> int:
    """The rows that the map takes on a screen of `width` × `height`."""
    if not uses_cards(width, height):
        return rail_height(scene)
    most, more = most_map_rows(height), more_map_rows(height)
    rows = cards_height(scene, width, most, more)
    return rows if rows <= most + more else rail_height(scene)


class _Around(Area):
    """Frames, arrows and letters of dimensions stand for the quantity beside them."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def at(self, x: int, y: int) -> Hashable:
        """The quantity next to a place of the map; None far away from all of them."""
        return self._canvas.nearest_target(x, y, REACH)


def draw_map(canvas: Canvas, scene: Scene) -> None:
    """The map on a canvas that has the rows that `map_height` asks for."""
    canvas.mark(0, 0, canvas.width, canvas.height, _Around(canvas))
    if canvas.height > rail_height(scene):
        draw_cards(canvas, scene)
    else:
        draw_rail(canvas, scene)
