"""Changing numbers: the what-if edit, the learning rate, undo, branches, and saving what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import events

from nablastep.commands import Redo, Reset, Set, Switch, Undo
from nablastep.errors import CommandError, NablastepError
from nablastep.safe_text import shortened
from nablastep_tui.editing import LARGE, SMALL, TYPED, Edit, begin_edit, parse_number
from nablastep_tui.screens.time_travel import TimeTravel


class Changing(TimeTravel):
    """The keys that change something."""

    def action_edit(self) -> None:
        """Edit the selected number of the stage."""
        self._begin_edit(self.view.equation.target.id, self.cell)

    def _begin_edit(self, name: str, cell: tuple[int, int]) -> None:
        self._stop_playing()
        try:
            self.edit = begin_edit(self.view, name, cell)
        except NablastepError as error:
            where = "W, b, x or y" if self.session.network.layers else "a parameter, data or what is given"
            self.tell(f"{error.message}: move to {where}, or to their gradient", is_error=True)
            return
        self.used("edit")
        self.notice = ""
        self.show()

    def _edit_key(self, event: events.Key) -> None:
        edit = self.edit
        assert edit is not None
        nudge = {
            "up": SMALL,
            "down": -SMALL,
            "shift+up": LARGE,
            "shift+down": -LARGE,
            "pageup": LARGE,
            "pagedown": -LARGE,
        }
        if event.key in nudge:
            self.edit = edit.nudged(nudge[event.key])
        elif event.key == "escape":
            self.edit = None
        elif event.key == "enter":
            self._keep_edit(edit)
        elif event.key in {"backspace", "ctrl+h"}:
            self.edit = edit.with_text(edit.text[:-1])
        elif event.character is not None and (event.character in TYPED or event.character.isprintable()):
            self.edit = edit.with_text((edit.typed or "") + event.character)

    def _keep_edit(self, edit: Edit) -> None:
        command = edit.command
        if command is None:
            self.edit = replace(edit, problem=f"not a number: {shortened(edit.typed or 'nothing')}")
            return
        self.edit = None
        if command.value != edit.old:
            self.perform(command)

    def action_learning_rate(self) -> None:
        """Ask for the learning rate."""

        def answer(text: str) -> None:
            number = parse_number(text)
            if number is None:
                raise CommandError(f"not a number: {shortened(text)}")
            self.carry_out(Set("learning_rate", number))
            self.tell(f"learning_rate was set by hand to {number:g}")

        self.ask("learning rate η =", answer, f"{self.session['learning_rate']:g}")

    def action_undo(self) -> None:
        """Take the last edit back."""
        self.perform(Undo())

    def action_redo(self) -> None:
        """Make it again."""
        self.perform(Redo())

    def action_reset(self) -> None:
        """Begin again."""
        self.perform(Reset())

    def action_branches(self) -> None:
        """All branches."""
        from nablastep_tui.screens.branches import BranchesScreen

        def chosen(number: int | None) -> None:
            if number is not None and number != self.session.branch:
                self.perform(Switch(number))

        self.app.push_screen(BranchesScreen(self.session, self.palette, self.glyphs), chosen)

    def action_save(self) -> None:
        """Save the network as it is now."""

        def answer(path: Path) -> None:
            self.session.edited_network().to_file(path)
            self.tell(f"saved as {path}")

        self.ask_for_path("save the network as", answer, "edited.toml")
