"""The derivation of the step on stage, where it stands beside the stage or in its place."""

from __future__ import annotations

from nablastep.derivations.why import ROUTES
from nablastep.view import View
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.why.exhibits import Look
from nablastep_tui.draw.why.page import draw_why
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.scene.why_page import Derivation, WhyPage


class DockedWhy:
    """Draws the derivation of a scene's step; it is worked out once for each place of the session."""

    def __init__(self) -> None:
        self._kept: tuple[View, Derivation] | None = None

    def draw_beside(self, canvas: Canvas, scene: Scene) -> None:
        """The chosen route, where there is one to show and it takes no time to find."""
        if scene.what_if is not None or not scene.view.is_done:
            return
        if self._derivation(scene).is_quick:
            self.draw(canvas, scene, ROUTES[scene.route])
        else:
            text = scene.keymap.said("{why} derives this step; its matrices are large")
            canvas.write(3, 0, text, style(scene.palette.muted))

    def draw(self, canvas: Canvas, scene: Scene, route: str) -> None:
        """A route of the derivation, with no line in focus."""
        draw_why(canvas, WhyPage(self._derivation(scene), route, place=-1), Look(scene.palette, scene.glyphs))

    def _derivation(self, scene: Scene) -> Derivation:
        view = scene.view
        if self._kept is None or self._kept[0] is not view:
            self._kept = (view, Derivation(scene.session, view.step.id, view.convention.name))
        return self._kept[1]
