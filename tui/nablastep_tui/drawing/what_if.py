"""Placeholder until the panel is drawn."""
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.scene import Scene


def draw_what_if(canvas: Canvas, scene: Scene) -> None:
    """See the module."""
