"""All branches side by side: where they left, how far they go, their loss curves; choose one to switch to."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from nablastep.cells import Cell
from nablastep.session import Branch, Session
from nablastep.words import significant
from nablastep_tui.drawing.bars import LossBars, draw_loss_bars, shared_loss_bars
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.glyphs import Glyphs
from nablastep_tui.drawing.spans import clipped
from nablastep_tui.drawing.text import plain
from nablastep_tui.numbers import error_text, scalar_text, signed
from nablastep_tui.palettes import Palette
from nablastep_tui.screens.page import Page
from nablastep_tui.themes import accent_style, style
from nablastep_tui.widgets.canvas_widget import CanvasWidget

LEAST_ROWS, MOST_ROWS = 2, 5
"""Rows of a branch's loss curve."""


def _by_hand(branch: Branch) -> str:
    """`set by hand: W0[0,1] = 0.3 and 2 more`; empty where nothing was."""
    if not branch.edits:
        return ""
    last = branch.edits[-1]
    more = f" and {len(branch.edits) - 1} more" if len(branch.edits) > 1 else ""
    return f"set by hand: {Cell(last.name, last.indices)} = {significant(last.value, 6)}{more}"


class BranchesScreen(ModalScreen[int | None], Page[int | None]):
    """The list; enter switches, esc leaves."""

    DEFAULT_CSS = "BranchesScreen { background: $nabla-background; }"
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        ("escape,b,q", "dismiss_nothing", "close"),
        ("up,k", "move(-1)", "up"),
        ("down,j", "move(1)", "down"),
        ("enter", "choose", "switch"),
    ]

    def __init__(self, session: Session, palette: Palette, glyphs: Glyphs) -> None:
        super().__init__()
        self.session, self.palette, self.glyphs = session, palette, glyphs
        self.branches = session.all_branches
        self.errors = {branch.number: session.errors_of(branch.number) for branch in self.branches}
        self.place = next(i for i, branch in enumerate(self.branches) if branch.number == session.branch)

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield CanvasWidget(self._draw, style(self.palette.text, self.palette.background))

    def action_move(self, direction: int) -> None:
        """Another branch."""
        self.place = (self.place + direction) % len(self.branches)
        for widget in self.query(CanvasWidget):
            widget.redraw()

    def action_choose(self) -> None:
        """Switch to it."""
        self.dismiss(self.branches[self.place].number)

    def action_dismiss_nothing(self) -> None:
        """Leave things as they are."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        number = self.query_one(CanvasWidget).target_at(event.x, event.y)
        if isinstance(number, int):
            self.dismiss(number)

    def _draw(self, canvas: Canvas) -> None:
        palette = self.palette
        x = canvas.write(3, 1, "branches", style(palette.bright, bold=True))
        about = "↑ ↓ choose, enter switches, esc leaves   log scale, one for all"
        canvas.write(x + 3, 1, plain(about) if self.glyphs.name == "ascii" else about, style(palette.muted))
        curves = [self.errors[branch.number] for branch in self.branches]
        height = max(LEAST_ROWS, min(MOST_ROWS, (canvas.height - 3) // len(curves) - 2))
        shown = shared_loss_bars(curves, [max(10, canvas.width - 30)] * len(curves), height)
        y = 3
        for place, branch in enumerate(self.branches):
            if y + height + 1 > canvas.height:
                break
            self._draw_branch(canvas, branch, shown[place], y, selected=place == self.place)
            canvas.mark(0, y, canvas.width, height + 1, branch.number)
            y += height + 2
        self._draw_comparison(canvas, y)

    def _draw_branch(self, canvas: Canvas, branch: Branch, bars: LossBars, y: int, *, selected: bool) -> None:
        palette = self.palette
        here = "  you are here" if branch.number == self.session.branch else ""
        if branch.parent is not None:
            left = f"left branch {branch.parent} at iteration {branch.left_parent_at.iteration}"
        else:
            left = "the first" if branch.number == 1 else "begun again from the start"
        mark = self.glyphs.operand if selected else " "
        look = accent_style(palette) if selected else style(palette.text)
        text = f"{mark} branch {branch.number}   {left}   up to iteration {branch.furthest.iteration}{here}"
        x = canvas.write(3, y, text, look)
        canvas.write(x + 3, y, clipped(_by_hand(branch), canvas.width - x - 4, self.glyphs), style(palette.muted))
        errors = self.errors[branch.number]
        if not errors:
            canvas.write(5, y + 1, "no E yet", style(palette.muted))
            return
        first, last = (error_text(error, ascii=self.glyphs.name == "ascii") for error in (errors[0], errors[-1]))
        canvas.write(5, y + bars.height, f"E {first}", style(palette.muted))
        draw_loss_bars(canvas, 17, y + 1, bars, None, palette, self.glyphs)
        canvas.write(18 + len(bars.starts), y + bars.height, last, style(palette.muted))

    def _draw_comparison(self, canvas: Canvas, y: int) -> None:
        """Where the parameters of the chosen branch differ most from those of the one in use."""
        chosen = self.branches[self.place]
        if chosen.number == self.session.branch or y + 2 >= canvas.height:
            return
        rows = self.session.compare(chosen.number)
        canvas.write(3, y, f"at the same place, branch {chosen.number} − branch {self.session.branch}:",
                     style(self.palette.muted))  # fmt: skip
        for offset, (cell, here, there) in enumerate(rows[: max(0, canvas.height - y - 2)]):
            ascii_only = self.glyphs.name == "ascii"
            numbers = "  ".join(scalar_text(value, ascii=ascii_only).rjust(13) for value in (here, there))
            text = f"{cell!s:<12} {numbers}   Δ {signed(there - here, ascii=ascii_only)}"
            canvas.write(5, y + 1 + offset, plain(text) if ascii_only else text, style(self.palette.text))
