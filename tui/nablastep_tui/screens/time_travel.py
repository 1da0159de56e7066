"""Moving through time: steps, phases, iterations, play and go to."""

from __future__ import annotations

from collections.abc import Sequence

from nablastep.cells import Cell, parse_cell
from nablastep.commands import Back, Goto, Next
from nablastep.expressions import walk
from nablastep_tui.scene.cursor import Stop, readers, stops
from nablastep_tui.scene.editing import can_be_edited
from nablastep_tui.screens.running import Running

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SECONDS_A_STEP = 1.0
FASTEST_MOVING = 2.0
"""The speed up to which a step has time for its motion."""


class TimeTravel(Running):
    """The keys of time."""

    def action_next(self) -> None:
        """One equation on: the operands light, then the result fills in row by row."""
        self._step()

    def _step(self) -> bool:
        """One equation on, with its motion; whether the session took it."""
        self.begin_motion("step")
        taken = self.perform(Next())
        if not taken:
            self.end_motion()
        return taken

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
        if not (self._step() if self.speed <= FASTEST_MOVING else self.perform(Next())):
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
        """Ask for a place; the line offers the one before the last jump."""
        before, program = self.before_jump, self.session.program
        parameter, error = program.parameters[0].id, program.error.id
        offer = f"d{parameter}, i40, {error}<0.1"
        if before is not None:
            offer += f"; enter: back to iteration {before.iteration}, step {before.step}"
        self.ask(f"go to ({offer})", self._go_to)

    def action_jump_back(self) -> None:
        """To where the session stood before the last jump; once more returns."""
        before = self.before_jump
        if before is None or before == self.session.position:
            self.tell("no jump has been made yet")
        else:
            self.perform(Goto(iteration=before.iteration, step=before.step))

    def _go_to(self, text: str) -> None:
        if not text.strip() and self.before_jump is not None:
            self.action_jump_back()
            return
        if "[" in text:
            self._go_to_cell(parse_cell(text.strip()))
            return
        from nablastep_tui.scene.go_to import ErrorBelow, parse_go_to

        place = parse_go_to(text, self.session.program, self.session.position.iteration)
        self._stop_playing()
        if isinstance(place, ErrorBelow):
            self.find_error_below(place.threshold)
        elif place.iteration is not None and not place.step:
            self.go_to_iteration(place.iteration)
        else:
            self.carry_out(place)
            self.notice = ""
            self.show()

    def _go_to_cell(self, cell: Cell) -> None:
        """To the step that computes the quantity, or to the first that reads it, with the cursor on that cell.

        Raises UnknownNameError and EditError as an edit of that cell would.
        """
        from nablastep_tui.scene.go_to import named_cell

        symbol, place = named_cell(cell, self.session.program, self.view)
        steps = self.session.program.steps
        # What comes in has the id of its update: an edit of it belongs where it is read.
        is_computed = not can_be_edited(self.session.program, symbol.id)
        made_by = next((step for step in steps if step.id == symbol.id and is_computed), None)
        on_stage = [stop.symbol.id for stop in stops(self.view)] if self.view.is_done else []
        self._stop_playing()
        if symbol.id == self.view.equation.target.id and self.view.is_done:
            self.focus_on(None)
        elif symbol.id not in on_stage:
            reader = made_by or next(step for step in steps if symbol in walk(step.equation.expression))
            self.carry_out(Goto(iteration=self.session.position.iteration, step=reader.number))
        self.cells[symbol.id] = place
        stop = next((each for each in stops(self.view) if each.symbol.id == symbol.id), None)
        if stop is not None and symbol.id != self.view.equation.target.id:
            self._focus_cell(stop, place)
        self.notice = ""
        self.show()

    def show_keys(self, page: str = "", rows: Sequence[tuple[str, str]] = ()) -> None:
        """The page of all keys, or of those of one page."""
        from nablastep_tui.screens.keys_page import KeysScreen

        self.app.push_screen(KeysScreen(self.keymap, page, rows))

    def _focus_cell(self, stop: Stop, cell: tuple[int, int]) -> None:
        """The cursor to a cell of an operand; of the result's cells that read it one is the one in numbers."""
        self.focus_on(stop)
        self.cells[stop.symbol.id] = cell = self.clamped(stop.symbol, cell)
        read_by = list(readers(self.view, stop, cell))
        if read_by and self.cell not in read_by and stop.symbol.id != self.view.equation.target.id:
            row, column = self.cell
            self.cell = min(read_by, key=lambda place: abs(place[0] - row) + abs(place[1] - column))
