"""Moving through time: steps, phases, iterations, play and go to."""

from __future__ import annotations

from dataclasses import replace

from textual.timer import Timer

from nablastep.cells import Cell, parse_cell
from nablastep.commands import Back, Command, Goto, Next
from nablastep.expressions import walk
from nablastep.session import Position
from nablastep_tui.keys import STAGE_KEYS, KeyEntry
from nablastep_tui.scene.cursor import in_operand, in_result, stops, with_cells
from nablastep_tui.scene.editing import can_be_edited
from nablastep_tui.scene.looks import SPEEDS
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens.control.host import Host
from nablastep_tui.screens.control.motion import Moving
from nablastep_tui.screens.control.run import Runs

SECONDS_A_STEP = 1.0
FASTEST_MOVING = 2.0
"""The speed up to which a step has time for its motion."""


class TimeControl:
    """The user moves through time. A demo stands in its place with one of its own."""

    KEYS: tuple[KeyEntry, ...] = STAGE_KEYS
    """What keys do while it drives the stage."""

    def __init__(self, host: Host, moving: Moving) -> None:
        self._host = host
        self._moving = moving
        self.runs = Runs(host)
        self._before_jump: Position | None = None
        self._playing: Timer | None = None

    # what the stage asks of whoever drives it

    def begin(self) -> None:
        """The stage is there."""

    @property
    def steps(self) -> bool:
        """Whether → and ← step through the equations now."""
        return True

    def allows(self, action: str) -> bool:
        """Whether keys and clicks may do that now."""
        return True

    def dressed(self, scene: Scene) -> Scene:
        """The scene with what is to be said of the driving."""
        return scene if self._playing is None else replace(scene, playing=True)

    def heard(self, command: Command, before: Position) -> None:
        """A command has been carried out, where the session stood `before`."""
        self.runs.heard()
        if isinstance(command, Goto):
            self._before_jump = before

    def wait(self) -> None:
        """Something is being asked."""

    def stop(self) -> None:
        """Play no more."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def help(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Whose keys the page of keys shows, and what they do; nothing for those of the table."""
        return "", ()

    # keys

    def next(self) -> None:
        """One equation on: the operands light, then the result fills in row by row."""
        self._step()

    def _step(self) -> bool:
        """One equation on, with its motion; whether the session took it."""
        self._moving.begin("step")
        taken = self._host.perform(Next())
        if not taken:
            self._moving.end()
        return taken

    def back(self) -> None:
        """One equation back."""
        if self._host.session.position == (1, 0):
            self._host.tell("this is the beginning")
            return
        self._host.used("back")
        self._host.perform(Back())

    def phase(self, direction: int) -> None:
        """To the end of this or the next phase, or back to the start of this or the previous one."""
        iteration, done = self._host.session.position
        steps = self._host.session.program.steps
        ends = [step.number for step, after in zip(steps, [*steps[1:], None], strict=True)
                if after is None or after.block != step.block]  # fmt: skip
        places = [0, *ends]
        if direction > 0:
            onward = min((place for place in places if place > done), default=None)
            self._host.perform(Next(places[1]) if onward is None else Goto(iteration=iteration, step=onward))
        elif (iteration, done) == (1, 0):
            self._host.tell("this is the beginning")
        elif done == 0:
            self._host.perform(Back(len(steps) - places[-2]))
        else:
            self._host.perform(Goto(iteration=iteration, step=max(place for place in places if place < done)))

    def iteration(self, direction: int) -> None:
        """The same step, one iteration on or back."""
        iteration, step = self._host.session.position
        if iteration + direction < 1:
            self._host.tell("this is the first iteration")
        else:
            self._host.perform(Goto(iteration=iteration + direction, step=step))

    def start(self) -> None:
        """The start of the iteration."""
        self._host.perform(Goto("start"))

    def end(self) -> None:
        """The end of the iteration."""
        self._host.perform(Goto("end"))

    def play(self) -> None:
        """Play one equation after the other, or pause."""
        if self._playing is not None:
            self.stop()
        else:
            self._begin_playing()
        self._host.show()

    def _begin_playing(self) -> None:
        self._playing = self._host.set_interval(SECONDS_A_STEP / self._host.looks.speed, self._play_on)

    def _play_on(self) -> None:
        if not (self._step() if self._host.looks.speed <= FASTEST_MOVING else self._host.perform(Next())):
            self.stop()

    def speed(self, direction: int) -> None:
        """Slower or faster."""
        place = SPEEDS.index(self._host.looks.speed) + direction
        speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]
        self._host.looks = replace(self._host.looks, speed=speed)
        if self._playing is not None:
            self.stop()
            self._begin_playing()
        self._host.tell(f"speed {speed:g}×")

    def goto(self) -> None:
        """Ask for a place; the line offers the one before the last jump."""
        before, program = self._before_jump, self._host.session.program
        parameter, error = program.parameters[0].id, program.error.id
        offer = f"d{parameter}, i40, {error}<0.1"
        if before is not None:
            offer += f"; enter: back to iteration {before.iteration}, step {before.step}"
        self._host.ask(f"go to ({offer})", self._go_to)

    def jump_back(self) -> None:
        """To where the session stood before the last jump; once more returns."""
        before = self._before_jump
        if before is None or before == self._host.session.position:
            self._host.tell("no jump has been made yet")
        else:
            self._host.perform(Goto(iteration=before.iteration, step=before.step))

    def _go_to(self, text: str) -> None:
        if not text.strip() and self._before_jump is not None:
            self.jump_back()
            return
        if "[" in text:
            self._go_to_cell(parse_cell(text.strip()))
            return
        from nablastep_tui.scene.go_to import ErrorBelow, parse_go_to

        session = self._host.session
        place = parse_go_to(text, session.program, session.position.iteration)
        self.stop()
        if isinstance(place, ErrorBelow):
            self.runs.find_error_below(place.threshold)
        elif place.iteration is not None and not place.step:
            self.runs.go_to_iteration(place.iteration)
        else:
            self._host.carry_out(place)
            self._host.note("")
            self._host.show()

    def _go_to_cell(self, cell: Cell) -> None:
        """To the step that computes the quantity, or to the first that reads it, with the cursor on that cell.

        Raises UnknownNameError and EditError as an edit of that cell would.
        """
        from nablastep_tui.scene.go_to import named_cell

        host = self._host
        program, steps = host.session.program, host.session.program.steps
        symbol, place = named_cell(cell, program, host.view)
        # What comes in has the id of its update: an edit of it belongs where it is read.
        is_computed = not can_be_edited(program, symbol.id)
        made_by = next((step for step in steps if step.id == symbol.id and is_computed), None)
        on_stage = [stop.symbol.id for stop in stops(host.view)] if host.view.is_done else []
        self.stop()
        if symbol.id == host.view.equation.target.id and host.view.is_done:
            host.looks = in_result(host.view, host.looks)
        elif symbol.id not in on_stage:
            reader = made_by or next(step for step in steps if symbol in walk(step.equation.expression))
            host.carry_out(Goto(iteration=host.session.position.iteration, step=reader.number))
        host.looks = with_cells(host.looks, (symbol.id, place))
        stop = next((each for each in stops(host.view) if each.symbol.id == symbol.id), None)
        if stop is not None and symbol.id != host.view.equation.target.id:
            host.looks = in_operand(host.view, host.looks, stop, place)
        host.note("")
        host.show()
