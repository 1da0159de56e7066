"""All branches side by side: where they left, how far they go, their loss curves; choose one to switch to."""

from __future__ import annotations

from textual import events

from nablastep_tui.draw.branches import Branches, draw_branches
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.keys import BRANCHES
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens.framed_page import FramedPage
from nablastep_tui.widgets.canvas_widget import CanvasWidget


class BranchesScreen(FramedPage[int | None]):
    """The branches; the result is the number of the one to switch to."""

    NAME = BRANCHES

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        session = scene.session
        self.branches = session.all_branches
        self.errors = {branch.number: session.errors_of(branch.number) for branch in self.branches}
        self.place = next(i for i, branch in enumerate(self.branches) if branch.number == session.branch)

    def content(self) -> CanvasWidget:
        """One canvas."""
        palette = self.scene_behind.palette
        return CanvasWidget(self._draw, style(palette.text, palette.background))

    @property
    def shown(self) -> Branches:
        """What is on the page now."""
        session, chosen = self.scene_behind.session, self.branches[self.place].number
        name = symbol_text(session.program.error, self.scene_behind.glyphs)
        differences = () if chosen == session.branch else session.compare(chosen)
        here, iteration = session.branch, session.position.iteration
        return Branches(self.branches, self.errors, here, iteration, self.place, name, differences)

    def action_move(self, direction: int) -> None:
        """Another branch."""
        self._choose((self.place + direction) % len(self.branches))

    def _choose(self, place: int) -> None:
        self.place = place
        for widget in self.query(CanvasWidget):
            widget.redraw()

    def action_choose(self) -> None:
        """Switch to it."""
        self.dismiss(self.branches[self.place].number)

    def on_click(self, event: events.Click) -> None:
        """A click on a branch chooses it, a second one switches."""
        widget = self.query_one(CanvasWidget)
        number = widget.target_at(event.screen_x - widget.region.x, event.screen_y - widget.region.y)
        place = next((i for i, branch in enumerate(self.branches) if branch.number == number), None)
        if place == self.place:
            self.action_choose()
        elif place is not None:
            self._choose(place)

    def _draw(self, canvas: Canvas) -> None:
        step = self.scene_behind.session.position.step
        back = self.keymap.said(f"{{branches-close}} back to {f'step {step}' if step else 'the stage'}")
        draw_branches(canvas, self.shown, self.scene_behind.palette, self.scene_behind.glyphs, back)
