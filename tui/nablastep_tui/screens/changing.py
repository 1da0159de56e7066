"""Changing numbers: the what-if edit, the learning rate, undo, branches, and saving what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import events

from nablastep.commands import Redo, Reset, Set, Switch, Undo
from nablastep.errors import CommandError, NablastepError
from nablastep.safe_text import shortened
from nablastep_tui.keys import EDIT_KEYS
from nablastep_tui.scene.cursor import editable_of, is_own, readers, stops
from nablastep_tui.scene.editing import LARGE, SMALL, TYPED, Edit, begin_edit, parse_number
from nablastep_tui.screens.time_travel import TimeTravel


class Changing(TimeTravel):
    """The keys that change something."""

    def action_edit(self) -> None:
        """Edit the number under the cell cursor; where that is computed, the parameter or given number behind it."""
        stop = self.stop
        program, target = self.session.program, self.view.equation.target
        if stop is not None and (is_own(program, stop.symbol) or target.id == stop.symbol.id):
            self._begin_edit(stop.symbol.id, self.focus_cell)
            return
        name = editable_of(self.view, program)
        if name is None or is_own(program, target):
            self._begin_edit(target.id, self.cell)
        else:
            self._begin_edit(name, self._cell_behind(name))

    def _cell_behind(self, name: str) -> tuple[int, int]:
        """The cell of a quantity that an edit begins with: one that the selected entry reads, if the step reads it."""
        stop = next((each for each in stops(self.view) if each.symbol.id == name), None)
        symbol = self.view.symbol(name)
        cell = self.clamped(symbol, self.cells.get(name, (0, 0)))
        if stop is None or self.cell in (read_by := set(readers(self.view, stop, cell))) or not read_by:
            return cell
        rows, columns = (self.view.size(dimension) for dimension in symbol.shape)
        places = ((row, column) for row in range(rows) for column in range(columns))
        return next((each for each in places if self.cell in set(readers(self.view, stop, each))), cell)

    def _begin_edit(self, name: str, cell: tuple[int, int]) -> None:
        self._stop_playing()
        try:
            self.edit = begin_edit(self.view, name, cell)
        except NablastepError as error:
            self.has_refused = True
            self.tell(error.message, is_error=True)
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
        if event.key in self.keymap.keys["keys"]:
            self.show_keys("while a number is edited", EDIT_KEYS)
        elif event.key in nudge:
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

        self.app.push_screen(BranchesScreen(self.scene()), chosen)

    def action_save(self) -> None:
        """Save the network as it is now."""

        def answer(path: Path) -> None:
            self.session.edited_network().to_file(path)
            self.tell(f"saved as {path}")

        self.ask_for_path("save the network as", answer, "edited.toml")
