"""The main screen: holds the session and how the user looks at it, and hands one scene down to every region.

A handler translates a key or click into a command of the core, carries it out through `perform`, and shows the next
scene. No arithmetic on the network and no drawing happens here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from textual import events, work
from textual.actions import parse
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer

from nablastep.commands import Back, Command, Goto, Next, Redo, Reset, Set, Switch, Train, Undo
from nablastep.derivations.why import ROUTES
from nablastep.errors import CommandError, NablastepError
from nablastep.notation import notations
from nablastep.program import UPDATE
from nablastep.session import Session
from nablastep.transposition import CONVENTIONS
from nablastep.view import View
from nablastep_tui.coach import hint_for
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.caption import draw_caption
from nablastep_tui.drawing.footer import draw_footer
from nablastep_tui.drawing.frame import frame
from nablastep_tui.drawing.glyphs import Glyphs
from nablastep_tui.drawing.header import draw_header
from nablastep_tui.drawing.loss import draw_loss
from nablastep_tui.drawing.matrix import CellTarget
from nablastep_tui.drawing.net_map import draw_map, map_height
from nablastep_tui.drawing.prompt import draw_prompt
from nablastep_tui.drawing.scrubber import draw_scrubber
from nablastep_tui.drawing.stage import draw_stage
from nablastep_tui.drawing.what_if import draw_what_if
from nablastep_tui.drawing.why import Look, draw_why
from nablastep_tui.drawing.your_turn import draw_your_turn
from nablastep_tui.editing import LARGE, SMALL, TYPED, Edit, begin_edit, parse_number
from nablastep_tui.export import copy_text, export_screen
from nablastep_tui.go_to import ErrorBelow, parse_go_to
from nablastep_tui.keys import EDIT_FOOTER, STAGE_KEYS, footer_keys
from nablastep_tui.lesson import Lesson, answered
from nablastep_tui.palettes import Palette
from nablastep_tui.prompt import Answer, Prompt
from nablastep_tui.scene import Key, Scene, Target
from nablastep_tui.settings import Memory
from nablastep_tui.themes import style
from nablastep_tui.why_page import Derivation, WhyPage
from nablastep_tui.widgets.region import Draw, Region

REVEAL_AFTER, REVEAL_ROW, MOST_REVEALED = 0.12, 0.03, 4
"""Seconds before a result fills in and between its rows, and how many rows do so one by one."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SECONDS_A_STEP = 1.0
CHUNK_SECONDS = 0.02
POOLINGS = ("rms", "max", "mean")
REGIONS: dict[str, Draw] = {
    "header": draw_header,
    "map": draw_map,
    "stage": draw_stage,
    "scrubber": draw_scrubber,
    "loss": draw_loss,
    "caption": draw_caption,
    "footer": draw_footer,
}
LONG_RUN = 2000


def _draw_ground(_: Canvas, __: Scene) -> None:
    """Nothing: a canvas is blank in the palette's background."""


class StageScreen(Screen[None]):
    """The session on stage."""

    CSS = """
    StageScreen { background: $nabla-background; }
    StageScreen Region { position: absolute; }
    StageScreen #prompt { height: 1; }
    """
    AUTO_FOCUS = ""

    def __init__(
        self,
        session: Session,
        *,
        palette: Palette,
        glyphs: Glyphs,
        memory: Memory,
        convention: str,
        first_run: bool,
        keymap: Mapping[str, str] | None = None,
        motion: bool = False,
    ) -> None:
        super().__init__()
        self.session = session
        self.palette = palette
        self.glyphs = glyphs
        self.memory = memory
        self.convention = convention
        self.notation = "unicode" if glyphs.name != "ascii" else "ascii"
        self.first_run = first_run
        self.keymap = dict(keymap or {})
        self.motion = motion
        self.cells: dict[str, tuple[int, int]] = {}
        self.edit: Edit | None = None
        self.prompt: Prompt | None = None
        self.lesson: Lesson | None = None
        self.notice = ""
        self.is_error = False
        self.pooling = POOLINGS[0]
        self.pictures = True
        self.show_loss = False
        self.show_hints = True
        self.docked_route = ROUTES[0]
        self.rows_shown: int | None = None
        self._reveal: Timer | None = None
        self._docked: tuple[tuple[View, str], Derivation] | None = None
        self.speed = 1.0
        self.busy = ""
        self._cancelled = False
        self.recording = False
        self.performed: list[Command] = []
        self.listeners: list[Callable[[Command], None]] = []
        self._playing: Timer | None = None
        self._map_rows = 0
        self._view: View | None = None
        self._view_key: tuple[object, ...] = ()

    @cached_property
    def key_actions(self) -> dict[str, str]:
        """What every key does: the table of keys, with the user's own keys in it."""
        keymap = self.keymap
        actions = {str(number + 1): f"docked_route({number})" for number in range(3)}
        for entry in STAGE_KEYS:
            actions |= dict.fromkeys(keymap.get(entry.id, entry.keys).split(","), entry.action)
        return actions

    # composition and sizes

    def compose(self) -> ComposeResult:
        """The regions, top to bottom."""
        # The ground between the regions: left to the screen, it would have a colour where there may be none.
        yield Region(_draw_ground, id="ground")
        for name, draw in REGIONS.items():
            yield Region(self._draw_stage if name == "stage" else draw, id=name)
        yield Region(self._draw_docked_why, id="why")
        yield Region(draw_prompt, id="prompt")

    def on_mount(self) -> None:
        """Show the first scene."""
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        """Give every region its rows for the new size."""
        self._arrange(event.size.width, event.size.height)
        self.show()

    def _arrange(self, width: int, height: int) -> None:
        """Every region at its rows for this size."""
        scene = self.scene()
        self._map_rows = map_height(width, height, scene)
        rows = frame(width, height, map_rows=self._map_rows, caption=scene.caption is not None)
        ground = self.query_one("#ground", Region)
        ground.styles.width, ground.styles.height = width, height
        for name in REGIONS:
            region, place = self.query_one(f"#{name}", Region), getattr(rows, name)
            region.display = place.height > 0
            region.styles.offset = (0, place.top)
            docked = rows.docked_why_columns if name == "stage" else 0
            region.styles.width, region.styles.height = width - docked, place.height
        why = self.query_one("#why", Region)
        why.display = rows.docked_why_columns > 0
        why.styles.offset = (width - rows.docked_why_columns, rows.stage.top)
        why.styles.width, why.styles.height = rows.docked_why_columns, rows.stage.height
        prompt = self.query_one("#prompt", Region)
        prompt.styles.offset = (0, max(1, rows.footer.top - 1))
        prompt.styles.width = width
        prompt.display = self.prompt is not None

    def _draw_stage(self, canvas: Canvas, scene: Scene) -> None:
        if scene.what_if is not None:
            draw_what_if(canvas, scene)
        elif scene.lesson is not None:
            draw_your_turn(canvas, scene)
        elif self.show_loss:
            draw_loss(canvas, scene)
        else:
            draw_stage(canvas, scene)

    def _draw_docked_why(self, canvas: Canvas, scene: Scene) -> None:
        """Where the screen is wide the derivation stands beside the stage, always."""
        step = scene.view.step
        if step.phase == UPDATE or scene.what_if is not None or not scene.view.is_done:
            return
        look = Look(self.palette, self.glyphs)
        derivation = self._docked_derivation(step.id)
        if derivation.is_quick:
            draw_why(canvas, WhyPage(derivation, self.docked_route, place=-1), look)
        else:
            canvas.write(3, 0, "w derives this step; its matrices are large", style(self.palette.muted))

    def _docked_derivation(self, name: str) -> Derivation:
        """The derivation of the step, kept while the session stays where it is."""
        key = (self.view, name)
        if self._docked is None or self._docked[0] != key:
            self._docked = (key, Derivation(self.session, name, self.convention))
        return self._docked[1]

    def action_docked_route(self, number: int) -> None:
        """A route of the derivation beside the stage."""
        self.docked_route = ROUTES[number]
        self.show()

    # the scene

    @property
    def view(self) -> View:
        """The session in the chosen convention; made anew only when something changed."""
        key = (id(self.session), self.session.branch, self.session.position, id(self.session.timeline), self.convention)
        if self._view is None or key != self._view_key:
            self._view, self._view_key = View(self.session, self.convention), key
        return self._view

    @property
    def cell(self) -> tuple[int, int]:
        """The selected cell of the stage's result: remembered per quantity, clamped to its shape."""
        target = self.view.equation.target
        if not target.shape:
            return (0, 0)
        rows, columns = (self.view.size(dimension) for dimension in target.shape)
        row, column = self.cells.get(target.id, (0, 0))
        return (max(0, min(row, rows - 1)), max(0, min(column, columns - 1)))

    @cell.setter
    def cell(self, cell: tuple[int, int]) -> None:
        self.cells[self.view.equation.target.id] = cell

    def scene(self) -> Scene:
        """What is to be shown now."""
        hint = None
        if self.show_hints and self.first_run:
            hint = hint_for(self.session, frozenset(h for h in _HINTS if self.memory.has_seen(h)))
        return Scene(
            session=self.session,
            view=self.view,
            palette=self.palette,
            glyphs=self.glyphs,
            cell=self.cell,
            notation=self.notation,
            notice=self.notice,
            is_error=self.is_error,
            hint=hint.text if hint else "",
            keys=self._footer(),
            first_run=self.first_run and self.session.position == (1, 0),
            recording=self.recording,
            playing=self._playing is not None,
            busy=self.busy,
            what_if=self.edit.what_if() if self.edit else None,
            trial=self.edit.trial() if self.edit else None,
            pooling=self.pooling,
            picture=self.pictures,
            prompt=self.prompt,
            lesson=self.lesson,
            rows_shown=self.rows_shown,
        )

    def show(self) -> None:
        """Hand the scene of now to every region."""
        if not self.is_mounted:
            return
        scene = self.scene()
        width, height = self.size
        if map_height(width, height, scene) != self._map_rows:
            self._arrange(width, height)
        for region in self.query(Region):
            region.scene = scene

    def _footer(self) -> tuple[Key, ...]:
        if self.edit is not None:
            return tuple(Key(key, label) for key, label in EDIT_FOOTER)
        entries = []
        for entry in footer_keys():
            shown = {"→": "→ ←", "shift+→ or p": "p P", "] or pgdn": "] [", "e or enter": "e", "h": "hjkl"}.get(
                entry.shown, entry.shown
            )
            entries.append(Key(shown, entry.label, entry.action))
        return (*entries, Key("q", "quit", "quit"))

    # the one door

    def perform(self, command: Command) -> bool:
        """Carry out one command of the core; a mistake becomes the notice."""
        try:
            self.carry_out(command)
        except NablastepError as error:
            self.tell(error.message, is_error=True)
            return False
        self.notice, self.is_error = "", False
        self.show()
        return True

    def carry_out(self, command: Command) -> None:
        """Hand a command to the session, keep it, and tell who listens. Raises the NablastepError of a refused one."""
        self.session.do(command)
        self.performed.append(command)
        for listener in self.listeners:
            listener(command)

    def tell(self, text: str, *, is_error: bool = False) -> None:
        """Show a short message in the title rule until the next command."""
        self.notice, self.is_error = text, is_error
        self.show()

    def used(self, hint: str) -> None:
        """A key has been used: its hint has done its work."""
        self.memory.see(hint)

    # time

    def action_next(self) -> None:
        """One equation on: the operands light, then the result fills in row by row."""
        self._begin_reveal()
        if not self.perform(Next()):
            self._end_reveal()

    def _begin_reveal(self) -> None:
        self._end_reveal()
        if self.motion:
            self.rows_shown = 0
            self._reveal = self.set_timer(REVEAL_AFTER, self._reveal_row)

    def _reveal_row(self) -> None:
        """One more row of the result, at most a few; then all of it."""
        shape = self.view.equation.target.shape
        rows = self.view.size(shape[0]) if shape else 1
        self.rows_shown = (self.rows_shown or 0) + 1
        if self.rows_shown >= min(rows, MOST_REVEALED):
            self._end_reveal()
        else:
            self._reveal = self.set_timer(REVEAL_ROW, self._reveal_row)
        self.show()

    def _end_reveal(self) -> None:
        """Show all of the result: a key during motion jumps to its end."""
        self.rows_shown = None
        if self._reveal is not None:
            self._reveal.stop()
            self._reveal = None

    def action_back(self) -> None:
        """One equation back."""
        if self.session.position == (1, 0):
            self.tell("this is the beginning")
            return
        self.used("back")
        self.perform(Back())

    def action_phase(self, direction: int) -> None:
        """To the end of this or the next phase, or back to the start of this or the previous one."""
        steps, done = self.session.program.steps, self.session.position.step
        ends = [step.number for step, after in zip(steps, [*steps[1:], None], strict=True)
                if after is None or after.block != step.block]  # fmt: skip
        places = [0, *ends]
        if direction > 0:
            if done == len(steps):
                self.perform(Next(places[1]))
            else:
                self.perform(Goto(iteration=self.session.position.iteration, step=min(p for p in places if p > done)))
        elif self.session.position == (1, 0):
            self.tell("this is the beginning")
        elif done == 0:
            self.perform(Back(len(steps) - places[-2]))
        else:
            self.perform(Goto(iteration=self.session.position.iteration, step=max(p for p in places if p < done)))

    def action_iteration(self, direction: int) -> None:
        """The same step, one iteration on or back."""
        iteration, step = self.session.position
        if iteration + direction < 1:
            self.tell("this is the first iteration")
        else:
            self.perform(Goto(iteration=iteration + direction, step=step))

    def action_start(self) -> None:
        """The start of the iteration."""
        self.perform(Goto("start"))

    def action_end(self) -> None:
        """The end of the iteration."""
        self.perform(Goto("end"))

    def action_play(self) -> None:
        """Play one equation after the other, or pause."""
        if self._playing is not None:
            self._stop_playing()
        else:
            self._playing = self.set_interval(SECONDS_A_STEP / self.speed, self._play_on)
        self.show()

    def _play_on(self) -> None:
        if not self.perform(Next()):
            self._stop_playing()

    def _stop_playing(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def action_speed(self, direction: int) -> None:
        """Slower or faster."""
        place = SPEEDS.index(self.speed) + direction
        self.speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]
        if self._playing is not None:
            self._playing.stop()
            self._playing = self.set_interval(SECONDS_A_STEP / self.speed, self._play_on)
        self.tell(f"speed {self.speed:g}×")

    def action_goto(self) -> None:
        """Ask for a place."""
        self.ask("go to", self._go_to)

    def _go_to(self, text: str) -> None:
        place = parse_go_to(text, self.session.program, self.session.position.iteration)
        if isinstance(place, ErrorBelow):
            self._run_until(None, place.threshold)
        elif place.iteration is not None and place.iteration > self.session.timeline.furthest[0] + LONG_RUN:
            self._run_until(place.iteration, None)
        else:
            self.carry_out(place)
            self.notice = ""
            self.show()

    @work(exclusive=True)
    async def _run_until(self, iteration: int | None, threshold: float | None) -> None:
        """Train in short chunks, so that every key still answers; esc cancels and keeps what has been computed."""
        self._cancelled = False
        done, chunk, began = len(self.session.error_history), 1, self.session.position.iteration
        while not self._cancelled:
            here = self.session.position.iteration
            if iteration is not None:
                if here >= iteration:
                    break
                chunk = min(chunk, iteration - here)
            started = time.perf_counter()
            if not self.perform(Train(chunk)):
                break
            history = self.session.timeline.errors_after(done)
            done += len(history)
            if threshold is not None:
                below = next((place for place, error in enumerate(history) if error < threshold), None)
                if below is not None:
                    self.perform(Goto(iteration=done - len(history) + below + 2))
                    break
                if not np.isfinite(history[-1]) or here - began > 1_000_000:
                    self.busy = ""
                    self.tell(f"E did not fall below {threshold:g}", is_error=True)
                    return
            chunk = max(1, int(chunk * min(4.0, CHUNK_SECONDS / max(1e-6, time.perf_counter() - started))))
            goal = f"iteration {iteration}" if iteration is not None else f"E < {threshold:g}"
            self.busy = f"running to {goal}   esc stops"
            self.notice = self.busy
            self.show()
            await asyncio.sleep(0)
        self.busy = self.notice = ""
        self.show()

    # cells

    def action_cell(self, rows: int, columns: int) -> None:
        """Move the selected cell."""
        self.used("cell")
        row, column = self.cell
        self.cell = (row + rows, column + columns)
        self.cell = self.cell
        self.show()

    def action_largest(self, direction: int) -> None:
        """Go through the numbers of the result by magnitude."""
        value = self.view.result()
        if value is None or not np.ndim(value):
            return
        order = np.argsort(-np.abs(value), axis=None, kind="stable")
        here = int(np.ravel_multi_index(self.cell, value.shape))
        place = int(np.nonzero(order == here)[0][0])
        is_first = not self.cells.get(f"{self.view.equation.target.id} by size")
        self.cells[f"{self.view.equation.target.id} by size"] = (1, 1)
        following = 0 if is_first and direction > 0 else (place + direction) % order.size
        row, column = np.unravel_index(int(order[following]), value.shape)
        self.cell = (int(row), int(column))
        self.show()

    # changing

    def action_edit(self) -> None:
        """Edit the selected number of the stage."""
        self._begin_edit(self.view.equation.target.id, self.cell)

    def _begin_edit(self, name: str, cell: tuple[int, int]) -> None:
        self._stop_playing()
        try:
            self.edit = begin_edit(self.view, name, cell)
        except NablastepError as error:
            self.tell(f"{error.message}: move to W, b, x or y, or to their gradient", is_error=True)
            return
        self.used("edit")
        self.notice = ""
        self.show()

    def on_key(self, event: events.Key) -> None:
        """While something is typed, keys go to its field."""
        self._end_reveal()
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
        action = self.key_actions.get(event.key)
        if action is None or event.key in self._bindings.key_to_bindings:
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

    def ask(self, label: str, answer: Answer, value: str = "", *, on_close: Callable[[], None] | None = None) -> None:
        """Ask for a line of text. `answer` is called with it and may raise a NablastepError, which keeps it open.

        An answer may ask the next question. `on_close` is called when the user gives up.
        """
        self._set_prompt(Prompt(label, answer, value, on_close=on_close))
        self.show()

    def _set_prompt(self, prompt: Prompt | None) -> None:
        self.prompt = prompt
        self.query_one("#prompt", Region).display = prompt is not None

    def _prompt_key(self, event: events.Key) -> None:
        asked = self.prompt
        assert asked is not None
        after = asked.after_key(event.key, event.character)
        if self.prompt is asked:  # an answer that has asked something new keeps its own prompt
            self._set_prompt(after)
        if after is None and event.key == "escape" and asked.on_close is not None:
            asked.on_close()

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
            self.edit = replace(edit, problem=f"not a number: {edit.typed or 'nothing'}")
            return
        self.edit = None
        if command.value != edit.old:
            self.perform(command)

    def action_learning_rate(self) -> None:
        """Ask for the learning rate."""

        def answer(text: str) -> None:
            number = parse_number(text)
            if number is None:
                raise CommandError(f"not a number: {text}")
            self.carry_out(Set("learning_rate", number))
            self.notice = ""
            self.show()

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

        def answer(text: str) -> None:
            network = self.session.edited_network()
            network.to_file(Path(text).expanduser())
            self.tell(f"saved as {text}")

        self.ask("save the network as", answer, "edited.toml")

    # looking

    def action_convention(self) -> None:
        """The next convention: the equation rearranges, the numbers stay."""
        names = list(CONVENTIONS)
        self.convention = names[(names.index(self.convention) + 1) % len(names)]
        self.cells = {name: (column, row) for name, (row, column) in self.cells.items()}
        found = CONVENTIONS[self.convention]
        self.tell(f"{found.formula}   {found.met_in}")

    def action_notation(self) -> None:
        """The next notation for symbols."""
        names = [name for name in notations() if name != "spoken"]
        self.notation = names[(names.index(self.notation) + 1) % len(names)]
        self.tell(f"notation: {self.notation}")

    def action_picture(self) -> None:
        """Rows of large matrices as pictures, or not."""
        self.pictures = not self.pictures
        self.show()

    def action_pooling(self) -> None:
        """The next way to pool large matrices."""
        self.pooling = POOLINGS[(POOLINGS.index(self.pooling) + 1) % len(POOLINGS)]
        self.tell(f"blocks show their {self.pooling}" if self.pooling != "rms" else "blocks show their RMS")

    def action_loss(self) -> None:
        """The loss curve over the stage."""
        self.show_loss = not self.show_loss
        self.show()

    def action_captions(self) -> None:
        """Hints on or off."""
        self.show_hints = not self.show_hints
        self.tell("hints on" if self.show_hints else "hints off")

    def action_theme(self) -> None:
        """The next theme."""
        self.app.action_next_theme()  # type: ignore[attr-defined]

    def action_why(self) -> None:
        """Why the equation has this form."""
        from nablastep_tui.screens.why import WhyScreen

        step = self.view.step
        if step.phase == UPDATE:
            self.tell("an update follows from the optimiser's own rule: ask why on a forward or backward step")
            return
        self.used("why")
        self.app.push_screen(WhyScreen(self.scene(), step.id))

    def action_your_turn(self) -> None:
        """A lesson: write every equation of the iteration before it is computed."""
        if self.lesson is None:
            self.lesson = Lesson()
        self._ask_for_next()

    def _ask_for_next(self) -> None:
        symbol = self.view.convention.shown_symbol(self.session.upcoming.target)
        name = "ascii" if self.glyphs.name == "ascii" else "unicode"
        self.ask(f"{notations()[name].text(symbol)} =", self._judge_answer, on_close=self._end_lesson)

    def _judge_answer(self, text: str) -> None:
        """Judge the answer for the upcoming step; a right one computes it and asks for the next."""
        assert self.lesson is not None
        self.lesson, may_go_on = answered(self.lesson, self.session, self.convention, text)
        if not may_go_on:
            raise CommandError("try again: the verdict stands above")
        self.perform(Next())
        if self.session.position.step == len(self.session.program):
            self._end_lesson()
        else:
            self._ask_for_next()

    def _end_lesson(self) -> None:
        if self.lesson is not None:
            score, self.lesson = self.lesson.score, None
            self.tell(f"lesson: {score}")

    def action_keys(self) -> None:
        """All keys."""
        from nablastep_tui.screens.keys_page import KeysScreen

        self.app.push_screen(KeysScreen())

    def action_copy(self) -> None:
        """Copy what is on stage."""
        self.tell(copy_text(self.app, self.view))

    def action_export(self) -> None:
        """Save this screen."""
        self.tell(export_screen(self.app))

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

    def action_quit(self) -> None:
        """Leave the program."""
        self.app.exit()

    # mouse

    def on_region_hit(self, event: Region.Hit) -> None:
        """A click on a cell, quantity, step, iteration or key."""
        if self.edit is None and self.prompt is None:
            self._clicked(event.target)

    def _clicked(self, target: Hashable) -> None:
        if isinstance(target, CellTarget):
            self._clicked_cell(target)
        elif isinstance(target, Target) and target.kind == "quantity":
            self._clicked_quantity(target.name, (0, 0))
        elif isinstance(target, Target) and target.kind == "step":
            self.perform(Goto(iteration=self.session.position.iteration, step=target.number))
        elif isinstance(target, Target) and target.kind == "iteration":
            self.perform(Goto(iteration=target.number))
        elif isinstance(target, Target) and target.kind == "key":
            self.call_later(self.run_action, target.name)

    def _clicked_cell(self, target: CellTarget) -> None:
        cell = (target.row, target.column)
        if target.quantity == self.view.equation.target.id:
            self.cell = cell
            self.show()
        else:
            self._clicked_quantity(target.quantity, cell)

    def _clicked_quantity(self, name: str, cell: tuple[int, int]) -> None:
        """A leaf begins an edit; anything computed is gone to."""
        program = self.session.program
        if name in {"a0", "y"} or name in {symbol.id for symbol in program.parameters}:
            self._begin_edit(name, cell)
        elif name in {step.id for step in program.steps}:
            self.cells[name] = cell
            self.perform(Goto(name))

    def on_region_wheel(self, event: Region.Wheel) -> None:
        """The wheel steps through time."""
        if self.edit is None:
            (self.action_next if event.direction > 0 else self.action_back)()


_HINTS = ("back", "loss", "turn", "why", "cell", "edit", "update")
