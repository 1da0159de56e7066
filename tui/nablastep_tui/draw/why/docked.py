"""The derivation of the step on stage, where it stands beside the stage or in its place."""

from __future__ import annotations

from functools import lru_cache

from nablastep.derivations.why import ROUTES
from nablastep.view import View
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.why.exhibits import Look
from nablastep_tui.draw.why.page import draw_why
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.scene.why_page import Derivation, WhyPage


def draw_why_beside(canvas: Canvas, scene: Scene) -> None:
    """The chosen route, where there is one to show and it takes no time to find."""
    if scene.what_if is not None or not scene.view.is_done:
        return
    if _derivation(scene.view).is_quick:
        draw_whole_why(canvas, scene, ROUTES[scene.route])
    else:
        text = scene.keymap.said("{why} derives this step; its matrices are large")
        canvas.write(3, 0, text, style(scene.palette.muted))


def draw_whole_why(canvas: Canvas, scene: Scene, route: str) -> None:
    """A route of the derivation, with no line in focus."""
    draw_why(canvas, WhyPage(_derivation(scene.view), route, place=-1), Look(scene.palette, scene.glyphs))


@lru_cache(maxsize=2)
def _derivation(view: View) -> Derivation:
    """Worked out once for a place of the session, and once more for the one after it, which is drawn ahead."""
    return Derivation(view.session, view.step.id, view.convention.name)
