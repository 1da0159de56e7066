"""Moving through time: steps, phases, iterations, play and go to."""

from __future__ import annotations

from nablastep.commands import Back, Goto, Next
from nablastep_tui.go_to import ErrorBelow, parse_go_to
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
        """Ask for a place."""
        self.ask("go to", self._go_to)

    def _go_to(self, text: str) -> None:
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
