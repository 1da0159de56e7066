"""Where a screen writes text over text."""

from __future__ import annotations

from collections.abc import Collection

from nablastep_tui.draw.canvas import Canvas, Overprint
from nablastep_tui.draw.chrome.loss import draw_loss
from nablastep_tui.draw.frame import frame
from nablastep_tui.draw.map.net_map import map_height
from nablastep_tui.draw.stage.what_if import draw_what_if
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens.arrangement import REGIONS

SIZES = [(80, 24), (120, 40), (200, 55)]


def overprints(shown: Scene, width: int, height: int, regions: Collection[str] = tuple(REGIONS)) -> list[str]:
    """Where a screen of this size, or some regions of it, writes text over text, in words."""
    rows = frame(width, height, map_rows=map_height(width, height, shown), caption=shown.caption_rows)
    found = []
    for name in regions:
        place, draw = getattr(rows, name), REGIONS[name]
        draws = [draw] if name != "stage" else [draw_what_if if shown.what_if else draw]
        if name == "stage" and shown.session.position.step == 0:
            draws.append(draw_loss)
        for draw_region in draws:
            canvas = Canvas(width - (rows.docked_why_columns if name == "stage" else 0), max(0, place.height))
            Canvas.watched = seen = list[Overprint]()
            draw_region(canvas, shown)
            Canvas.watched = None
            texts = canvas.text_rows()
            found += [f"{name} {width}×{height} {texts[y]!r}" for y in sorted({one.y for one in seen})]
    return found
