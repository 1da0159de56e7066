"""Changing numbers: the what-if edit, the learning rate, undo and branches."""

from __future__ import annotations

from dataclasses import replace

from nablastep.commands import Redo, Reset, Set, Switch, Undo
from nablastep.errors import CommandError, NablastepError
from nablastep.notation import notation_named
from nablastep.safe_text import shortened
from nablastep_tui.keys import EDIT_KEYS
from nablastep_tui.scene.cursor import editable_of, is_own, readers, selected, stop_of, stops
from nablastep_tui.scene.editing import LARGE, SMALL, TYPED, Edit, begin_edit, parse_number
from nablastep_tui.scene.looks import Cell
from nablastep_tui.scene.modes import BROWSING, Editing
from nablastep_tui.screens.control.host import Host
from nablastep_tui.screens.control.time import TimeControl

NUDGES = {"up": SMALL, "down": -SMALL, "shift+up": LARGE, "shift+down": -LARGE, "pageup": LARGE, "pagedown": -LARGE}


class ChangeControl:
    """Changes the session; the driver of time stops where it does."""

    def __init__(self, host: Host, driver: TimeControl) -> None:
        self._host = host
        self._driver = driver
        self._has_refused = False

    # the edit of one number

    def edit(self) -> None:
        """Edit the number under the cell cursor; where that is computed, the parameter or given number behind it."""
        view, looks = self._host.view, self._host.looks
        program, target, stop = self._host.session.program, view.equation.target, stop_of(view, looks)
        if stop is not None and (is_own(program, stop.symbol) or target.id == stop.symbol.id):
            self.begin_edit(stop.symbol.id, selected(view, looks, stop.symbol))
            return
        name = editable_of(view, program)
        if name is None or is_own(program, target):
            self.begin_edit(target.id, selected(view, looks))
        else:
            self.begin_edit(name, self._cell_behind(name), notation_named(looks.notation).text(target))

    def _cell_behind(self, name: str) -> Cell:
        """The cell of a quantity that an edit begins with: one that the selected entry reads, if the step reads it."""
        view, looks = self._host.view, self._host.looks
        stop = next((each for each in stops(view) if each.symbol.id == name), None)
        symbol, here = view.symbol(name), selected(view, looks)
        cell = selected(view, looks, symbol)
        if stop is None or here in (read_by := set(readers(view, stop, cell))) or not read_by:
            return cell
        rows, columns = (view.size(dimension) for dimension in symbol.shape)
        places = ((row, column) for row in range(rows) for column in range(columns))
        return next((each for each in places if here in set(readers(view, stop, each))), cell)

    def begin_edit(self, name: str, cell: Cell, instead_of: str = "") -> None:
        """Edit that number, or say why it cannot be; `instead_of` is what it was asked for, and is computed from it."""
        self._driver.stop()
        try:
            edit = begin_edit(self._host.view, name, cell, instead_of)
        except NablastepError as error:
            self._has_refused = True
            self._host.tell(error.message, is_error=True)
            return
        self._host.mode = Editing(edit)
        self._host.used("edit")
        self._host.note("")
        self._host.show()

    def swallows(self, character: str | None) -> bool:
        """Whether a key is a number typed on after an edit was refused: it belongs to that edit, 0 is no reset then."""
        self._has_refused = self._has_refused and character is not None and character in TYPED
        return self._has_refused

    def after_key(self, mode: Editing, key: str, character: str | None) -> None:
        """One key for the number being typed."""
        edit = mode.edit
        if key in self._host.keymap.keys["keys"]:
            from nablastep_tui.screens.keys_page import KeysScreen

            self._host.open(KeysScreen(self._host.keymap, "while a number is edited", EDIT_KEYS))
        elif key in NUDGES:
            self._host.mode = Editing(edit.nudged(NUDGES[key]))
        elif key == "escape":
            self._host.mode = BROWSING
        elif key == "enter":
            self._keep(edit)
        elif key in {"backspace", "ctrl+h"}:
            self._host.mode = Editing(edit.with_text(edit.text[:-1]))
        elif character is not None and (character in TYPED or character.isprintable()):
            self._host.mode = Editing(edit.with_text((edit.typed or "") + character))

    def paste(self, mode: Editing, text: str) -> None:
        """Text from elsewhere in the place of the number."""
        self._host.mode = Editing(mode.edit.with_text(text))

    def _keep(self, edit: Edit) -> None:
        command = edit.command
        if command is None:
            problem = f"not a number: {shortened(edit.typed or 'nothing')}"
            self._host.mode = Editing(replace(edit, problem=problem))
            return
        self._host.mode = BROWSING
        if command.value != edit.old:
            self._host.perform(command)

    # keys

    def learning_rate(self) -> None:
        """Ask for the learning rate."""

        def answer(text: str) -> None:
            number = parse_number(text)
            if number is None:
                raise CommandError(f"not a number: {shortened(text)}")
            self._host.carry_out(Set("learning_rate", number))
            self._host.tell(f"learning_rate was set by hand to {number:g}")

        self._host.ask("learning rate η =", answer, f"{self._host.session['learning_rate']:g}")

    def undo(self) -> None:
        """Take the last edit back."""
        self._host.perform(Undo())

    def redo(self) -> None:
        """Make it again."""
        self._host.perform(Redo())

    def reset(self) -> None:
        """Begin again."""
        self._host.perform(Reset())

    def branches(self) -> None:
        """All branches."""
        from nablastep_tui.screens.branches import BranchesScreen

        def chosen(number: int | None) -> None:
            if number is not None and number != self._host.session.branch:
                self._host.perform(Switch(number))

        self._host.open(BranchesScreen(self._host.scene()), chosen)
