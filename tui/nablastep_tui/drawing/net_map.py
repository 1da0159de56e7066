"""The map of the network: cards where there is room for them, else the rail."""

from __future__ import annotations

from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.frame import RAIL_ROWS, lane_limit, uses_cards
from nablastep_tui.drawing.map_cards import cards_height, draw_cards
from nablastep_tui.drawing.map_rail import draw_rail
from nablastep_tui.scene import Scene


def map_height(width: int, height: int, scene: Scene) -> int:
    """The rows that the map takes on a screen of `width` × `height`."""
    return cards_height(scene, width, lane_limit(height)) if uses_cards(width, height) else RAIL_ROWS


def draw_map(canvas: Canvas, scene: Scene) -> None:
    """The map on a canvas that has the rows that `map_height` asks for."""
    if canvas.height > RAIL_ROWS:
        draw_cards(canvas, scene)
    else:
        draw_rail(canvas, scene)
