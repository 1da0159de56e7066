"""The main screen: translates keys and clicks into commands of the core; see the classes that it is built on.

No arithmetic on the network and no drawing happens here.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from textual import events
from textual.actions import parse

from nablastep.commands import Goto
from nablastep.files.writing import write_text
from nablastep_tui.draw.matrix import CellTarget
from nablastep_tui.scene.cursor import stops
from nablastep_tui.scene.editing import TYPED, can_be_edited
from nablastep_tui.scene.scene import Target
from nablastep_tui.screens.export import (
    SESSION_KINDS,
    ScreenShot,
    copy_text,
    offered_name,
    stage_text,
    takes_clipboard,
    write_session,
)
from nablastep_tui.screens.looking import Looking
from nablastep_tui.widgets.region import Region

WALKING_KEYS = ("tab", "shift+tab")
"""Keys with which Textual walks through widgets: on the stage they walk through matrices."""


class StageScreen(Looking):
    """The session on stage."""

    DEFAULT_CSS = """
    StageScreen { background: $nabla-background; }
    StageScreen Region { position: absolute; }
    StageScreen #prompt { height: 1; }
    """
    AUTO_FOCUS = ""

    # keys

    def on_key(self, event: events.Key) -> None:
        """While something is typed, keys go to its field."""
        self.end_motion()
        if self.prompt is None and self.edit is None:
            self._act_on_key(event)
            return
        event.stop()
        event.prevent_default()
        if self.prompt is not None:
            self._prompt_key(event)
        else:
            self._edit_key(event)
        self.show()

    def _act_on_key(self, event: events.Key) -> None:
        """Carry out what the key table says, before the next key is looked at.

        Textual's own bindings act only after a key has bubbled to the app, when keys typed fast have passed already:
        `/dW1` would lose its letters. Bindings of a subclass still go first.
        """
        if self.app.screen is not self:
            # The key was on its way when another screen opened: it belongs there.
            event.stop()
            self.app.screen.post_message(events.Key(event.key, event.character))
            return
        if self.has_refused and event.character is not None and event.character in TYPED:
            # A number typed on after an edit was refused belongs to that edit: 0 would begin everything anew.
            event.stop()
            event.prevent_default()
            return
        self.has_refused = False
        action = self.key_actions.get(event.key)
        if action is None or (event.key in self._bindings.key_to_bindings and event.key not in WALKING_KEYS):
            return
        event.stop()
        event.prevent_default()
        _, name, arguments = parse(action)
        getattr(self, f"action_{name}")(*arguments)

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text belongs to the field that is open."""
        text = "".join(letter for letter in event.text if letter.isprintable())
        if self.prompt is not None:
            self._set_prompt(self.prompt.with_typed(text))
        elif self.edit is not None:
            self.edit = self.edit.with_text(text)
        self.show()

    def action_copy(self) -> None:
        """Copy what is on stage."""
        self.tell(self.keymap.said(copy_text(self.app, self.view, is_taken=takes_clipboard())))

    def action_copy_to_file(self) -> None:
        """Ask where to write what is on stage."""
        text, name = stage_text(self.view), self.view.step.id

        def answer(path: Path) -> None:
            write_text(path, text)
            self.tell(f"written to {path}")

        self.ask_for_path(f"write {name} and its equation to", answer, offered_name(f"{name}.txt"))

    def action_export(self) -> None:
        """Ask where to save the screen as it is now, or the session so far: the ending says which."""
        shot = ScreenShot(self.app)

        def answer(path: Path) -> None:
            if path.suffix.lower() in SESSION_KINDS:
                write_session(self.session, self.convention, path)
            else:
                shot.write(path)
            self.tell(f"saved as {path}")

        label = "save screen (.svg .txt) or session (.html .md .tex .json .py) as"
        self.ask_for_path(label, answer, offered_name("nablastep-screen.svg"))

    def action_record(self) -> None:
        """Start or stop a recording."""
        self.app.toggle_recording()  # type: ignore[attr-defined]

    def action_annotate(self) -> None:
        """Add a caption, a chapter or an expectation to the recording."""
        self.app.annotate_recording()  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        """Back out one level."""
        self._cancelled = True
        self._stop_playing()
        self.show_loss = False
        self.notice = ""
        self.show()

    def action_palette(self) -> None:
        """Everything by name."""
        self.app.action_command_palette()

    def action_quit(self) -> None:
        """Leave the program."""
        self.app.exit()

    # mouse

    def on_region_hit(self, event: Region.Hit) -> None:
        """A click on a cell, quantity, step, iteration or key."""
        if self.edit is None and self.prompt is None:
            self._clicked(event.target, on_stage=event.region == "stage")

    def _clicked(self, target: Hashable, *, on_stage: bool) -> None:
        if isinstance(target, CellTarget):
            self._clicked_cell(target, on_stage=on_stage)
        elif isinstance(target, Target) and target.kind == "quantity":
            self._clicked_symbol(target.name, on_stage=on_stage)
        elif isinstance(target, Target) and target.kind == "step":
            self.perform(Goto(iteration=self.session.position.iteration, step=target.number))
        elif isinstance(target, Target) and target.kind == "iteration":
            self.perform(Goto(iteration=target.number))
        elif isinstance(target, Target) and target.kind == "key":
            self.call_later(self.run_action, target.name)

    def _clicked_symbol(self, name: str, *, on_stage: bool) -> None:
        """On the stage a symbol stands for the cell of its matrix that was selected last."""
        if on_stage and self.view.is_done and name == self.view.equation.target.id:
            self.focus_on(None)
            self.show()
        elif on_stage:
            self._clicked_cell(CellTarget(name, *self.cells.get(name, (0, 0))), on_stage=True)
        else:
            self._clicked_quantity(name, (0, 0))

    def _clicked_cell(self, target: CellTarget, *, on_stage: bool) -> None:
        """On the stage a click selects, and a second one edits; in the map it goes there, or edits what comes in."""
        cell = (target.row, target.column)
        stop = next((each for each in stops(self.view) if each.symbol.id == target.quantity), None)
        if target.quantity == self.view.equation.target.id:
            if self.stop is None and self.cell == cell:
                self.action_edit()
                return
            self.focus_on(None)
            self.cell = cell
            self.show()
        elif stop is not None and on_stage and self.view.is_done:
            if self.stop == stop and self.focus_cell == cell:
                self.action_edit()
                return
            self._focus_cell(stop, cell)
            self.show()
        else:
            self._clicked_quantity(target.quantity, cell)

    def _clicked_quantity(self, name: str, cell: tuple[int, int]) -> None:
        """A leaf begins an edit; anything computed is gone to."""
        program = self.session.program
        if can_be_edited(program, name):
            self._begin_edit(name, cell)
        elif name in {step.id for step in program.steps}:
            self.cells[name] = cell
            self.perform(Goto(name))

    def on_region_wheel(self, event: Region.Wheel) -> None:
        """The wheel steps through time."""
        if self.edit is None:
            (self.action_next if event.direction > 0 else self.action_back)()
