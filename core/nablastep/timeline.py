"""One timeline: a network, the edits made on the way, and every iteration that follows from them.

All that happens is a pure function of (network, edits): iterations are computed forward once, in stretches between
edits, and found again from checkpoints by replay with the same code, so any position can be shown again, to the bit.
Only how far it has been seen and where it was left belong to whoever goes along it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from time import perf_counter
from typing import Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from nablastep.batches import Samples, edited_samples
from nablastep.checkpoints import Checkpoints
from nablastep.edits import Edit, Edits, Position, edited
from nablastep.evaluation import quietly
from nablastep.network import Network
from nablastep.program import Program, Step
from nablastep.records import record
from nablastep.stretch import Outcome, State, stretch_of

Array = NDArray[np.float64]

SECONDS_AT_ONCE = 0.02
"""About how long a stretch takes before who asked for it is told."""

PARAMETERS, SAMPLES, GIVEN, LEARNING_RATE = "parameters", "samples", "given", "learning_rate"
"""The kinds of edits: the first shows where it was made, the others hold for whole iterations."""

SHORT = 4
"""Iterations: a stretch of fewer was gone through step by step, or takes long for what it is."""


@record(eq=False)
class Data:
    """The samples and the learning rate as edits have left them. Shapes as in the file: samples × features."""

    x: Array
    y: Array
    learning_rate: float


class Timeline:
    """One branch. `parent` is the timeline that it left at the start of iteration `fork`, if there is one.

    What is kept of its past goes to the `checkpoints` of the session, or to its own, bounded by `memory` in bytes.
    """

    def __init__(
        self,
        network: Network,
        number: int,
        *,
        edits: Edits | None = None,
        parent: Timeline | None = None,
        fork: Position = (1, 0),
        checkpoints: Checkpoints | None = None,
        memory: int | None = None,
    ) -> None:
        self.network = network
        self.number = number
        self.edits = edits or Edits(partial(_kind, network))
        self.parent = parent
        self.fork = fork
        # What it has left, but those that were left no later themselves: of this line no iteration is theirs.
        self._before = parent
        while self._before is not None and self._before._before is not None and self._before.fork[0] >= fork[0]:
            self._before = self._before._before
        self.furthest: Position = fork
        self.left_at: Position = fork
        self._constants = _constants(network)
        self._samples: tuple[int, ref[Samples]] | None = None
        self._errors = array("d")
        self._pace = 1  # iterations in one stretch
        self.checkpoints = checkpoints or Checkpoints(self._initial(), memory)
        self.track = self.checkpoints.new_track()

    # what happens in an iteration

    def batch(self, iteration: int) -> tuple[int, ...]:
        """The indices of the samples of the iteration's batch."""
        return self.network.batch(iteration)

    def program(self, iteration: int) -> Program:
        """The steps of the iteration: the same ids always, the equations as its batch needs them."""
        return self._samples_at(iteration).batch(iteration).program

    def data(self, iteration: int) -> Data:
        """The samples and the learning rate that hold in the iteration."""
        samples = self._samples_at(iteration)
        return Data(samples.x, samples.y, self._learning_rate(iteration))

    def edits_at(self, iteration: int, step: int) -> Sequence[Edit]:
        """The edits of parameters that show first at that position."""
        return self.edits.at(PARAMETERS, (iteration, step))

    def start(self, iteration: int) -> dict[str, Any]:
        """Every value that exists at (iteration, 0), by id, with the sizes of the dimensions and the settings."""
        return self._start(iteration, self._state(iteration))

    def carry_out(self, step: Step, values: dict[str, Any], iteration: int) -> Sequence[Edit]:
        """One step of the iteration on the values that it finds, with the edits right after it, which are returned."""
        quietly(step.run, values)
        edits = self.edits_at(iteration, step.number)
        if edits:
            values.update(edited(values, edits))
        return edits

    # what is known of it

    @property
    def computed(self) -> int:
        """The iteration whose start is as far as it has been computed."""
        return self.fork[0] + len(self._errors)

    @property
    def error_history(self) -> list[float]:
        """E of every finished iteration."""
        pieces = []
        end = self.furthest[0]
        for timeline in self._line():
            start = timeline.fork[0]
            pieces.append(timeline._errors[: max(0, end - start)])
            end = min(end, start)
        history = array("d")
        for piece in reversed(pieces):
            history.extend(piece)
        return history.tolist()

    def errors_after(self, count: int) -> list[float]:
        """E of the finished iterations beyond the first `count`, without copying those."""
        shared = self.fork[0] - 1
        if count >= shared:
            return self._errors[count - shared : self.furthest[0] - self.fork[0]].tolist()
        return self.error_history[count:]

    def reach(self, iteration: int) -> None:
        """Compute forward until the iteration can start."""
        for _ in self.advance(iteration):
            pass
        self.furthest = max(self.furthest, (iteration, 0))

    def advance(self, goal: int) -> Iterator[int]:
        """The same in stretches of some hundredths of a second; after each, the iteration that can start now.

        Whoever stops asking leaves a timeline that has been computed so far.
        """
        while self.computed < goal:
            began, first = perf_counter(), self.computed
            with self.checkpoints.lock:
                most = self.checkpoints.most_at_once * self.checkpoints.stride
                outcome = self._outcome(first, self._state(first), min(goal, first + min(self._pace, most)))
                self._take(first, outcome)
            share = SECONDS_AT_ONCE / max(1e-9, perf_counter() - began)
            self._pace = max(1, int(min(4 * self._pace, (outcome.stop - first) * share)))
            yield outcome.stop

    def hand_over(self, iteration: int, values: Mapping[str, Any]) -> None:
        """What an iteration has come to that was gone through step by step: nothing of it is computed again."""
        with self.checkpoints.lock:
            self._take(iteration, self._outcome_of(iteration, values))

    def twin(self) -> Timeline:
        """The same timeline to go on with elsewhere: how far it has been seen and where it was left are its own."""
        return copy(self)

    def rewind(self, furthest: Position, left_at: Position) -> None:
        """Let it have been seen as far as that, and left there."""
        self.furthest, self.left_at = furthest, left_at

    def _line(self) -> Iterator[Timeline]:
        """This timeline, the one it left, the one that left, and so on: as long as there were edits."""
        timeline: Timeline | None = self
        while timeline is not None:
            yield timeline
            timeline = timeline._before

    # running

    def _outcome(self, first: int, state: State, stop: int, stride: int | None = None) -> Outcome:
        """What a stretch from iteration `first` on comes to: up to `stop`, or to the next event before it."""
        if self.edits.between_steps(first):
            return self._outcome_of_steps(first, state)
        stop = min(stop, self.edits.after(first) or stop)
        program, batches = self._samples_at(first).batches(first, stop)
        stretch = stretch_of(program)
        carried = dict(zip(stretch.carried, state, strict=True))
        carried.update(edited(carried, self.edits_at(first, 0)))
        constants = {**self._constants, **self._held(first)}
        return stretch.run(first, (*carried.values(),), batches, constants, stride or self.checkpoints.stride)

    def _outcome_of_steps(self, iteration: int, state: State) -> Outcome:
        """The same of one iteration with edits between its steps."""
        values = self._start(iteration, state)
        for step in self.program(iteration).steps:
            self.carry_out(step, values, iteration)
        return self._outcome_of(iteration, values)

    def _outcome_of(self, iteration: int, values: Mapping[str, Any]) -> Outcome:
        """The same of an iteration's values at its end."""
        state = tuple(values[name] for name in self._carried(iteration))
        return Outcome(iteration + 1, state, array("d", [values[self.program(iteration).error.id]]), {})

    def _take(self, first: int, outcome: Outcome) -> None:
        """Remember what a stretch came to; what was known before stays as it is, being the same."""
        owner = self._owner(outcome.stop)
        self.checkpoints.remember(owner.track, outcome.stop, outcome.state)
        if first == self.computed:
            self._errors.extend(outcome.errors)
            # The end of a short stretch too: there somebody stood, or had to wait.
            is_short = outcome.stop - first < SHORT
            self.checkpoints.keep(self.track, outcome.kept | ({outcome.stop: outcome.state} if is_short else {}))

    # finding again

    def _owner(self, iteration: int) -> Timeline:
        """The timeline of this line to which the start of that iteration belongs."""
        return next(one for one in self._line() if one.parent is None or iteration > one.fork[0])

    def _state(self, iteration: int) -> State:
        """Parameters and optimiser state as iteration − 1 left them."""
        with self.checkpoints.lock:
            owner = self._owner(iteration)
            found = self.checkpoints.recent(owner.track, iteration)
            return owner._replayed(iteration) if found is None else found

    def _replayed(self, iteration: int) -> State:
        """The state at the start of an iteration of this timeline's own, run again from the nearest one that is kept.

        The last states on the way are remembered: going on back is near.
        """
        at, state = self._nearest(iteration)
        first_remembered = iteration - self.checkpoints.most_recent + 1
        while at < iteration:
            stride = 1 if at + 1 >= first_remembered else iteration
            stop = min(iteration, at + self.checkpoints.most_at_once) if stride == 1 else first_remembered - 1
            outcome = self._outcome(at, state, stop, stride)
            for number, kept in (*outcome.kept.items(), (outcome.stop, outcome.state)):
                self.checkpoints.remember(self._owner(number).track, number, kept)
            at, state = outcome.stop, outcome.state
        return state

    def _nearest(self, iteration: int) -> tuple[int, State]:
        """The last state at or before the iteration that is kept or was used lately, with its iteration."""
        found, last = None, iteration
        for timeline in self._line():
            found = timeline.track.nearest(last)
            if found is not None:
                break
            last = min(last, timeline.fork[0])
        at, state = found or (1, self._initial())
        for number in range(iteration - 1, max(at, self.fork[0]), -1):
            recent = self.checkpoints.recent(self.track, number)
            if recent is not None:
                return number, recent
        return at, state

    def _initial(self) -> State:
        program, parameters = self.program(1), self.network.initial_parameters
        found = [parameters[symbol.id] for symbol in program.parameters]
        found += [np.zeros([self._constants[size] for size in symbol.shape]) for symbol in program.state]
        return tuple(np.ascontiguousarray(value) if np.ndim(value) else float(value) for value in found)

    def _carried(self, iteration: int) -> tuple[str, ...]:
        return stretch_of(self.program(iteration)).carried

    def _start(self, iteration: int, state: State) -> dict[str, Any]:
        batch = self._samples_at(iteration).batch(iteration)
        values = {**self._constants, **dict(zip(self._carried(iteration), state, strict=True))}
        values.update(edited(values, self.edits_at(iteration, 0)))
        values.update(zip(batch.program.inputs, batch.inputs, strict=True))
        return {**values, **self._held(iteration), batch.program.count: iteration}

    def _held(self, iteration: int) -> dict[str, Any]:
        """What is given and the learning rate, as they hold in that iteration."""
        values = {name: value for name, value in self._constants.items() if name in self.network.held}
        return {
            **values,
            **edited(values, self.edits.of(GIVEN, iteration)),
            "learning_rate": self._learning_rate(iteration),
        }

    def _learning_rate(self, iteration: int) -> float:
        edits = self.edits.of(LEARNING_RATE, iteration)
        return edits[-1].value if edits else self.network.optimizer.rate(iteration)

    def _samples_at(self, iteration: int) -> Samples:
        """The samples as the edits up to that iteration have left them."""
        edits = self.edits.of(SAMPLES, iteration)
        if self._samples is not None and self._samples[0] == len(edits):
            samples = self._samples[1]()
            if samples is not None:
                return samples
        samples = edited_samples(self.network, edits)
        self._samples = (len(edits), ref(samples))
        return samples

    # edits

    def with_edit(self, edit: Edit, at: Position, number: int) -> Timeline:
        """The timeline that follows from one more edit, made at the position `at`; later edits are not part of it."""
        fork, checkpoints = (edit.iteration, 0), self.checkpoints
        edits = self.edits.with_edit(edit, at)
        return Timeline(self.network, number, edits=edits, parent=self, fork=fork, checkpoints=checkpoints)


def _kind(network: Network, name: str) -> str:
    """What an edit of that quantity changes."""
    if name in network.data_names:
        return SAMPLES
    if name in network.held:
        return GIVEN
    return LEARNING_RATE if name == LEARNING_RATE else PARAMETERS


def _constants(network: Network) -> dict[str, Any]:
    settings = network.optimizer
    names = ("momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay")
    own = {network.setting_name(name): getattr(settings, name) for name in names}
    given = {name: value if isinstance(value, float) else _frozen(value) for name, value in network.held.items()}
    return {**network.dimensions, "1": 1, **own, **given}


def _frozen(value: Array) -> Array:
    # Contiguous, so that every path multiplies the same memory layout and gets the same bits.
    contiguous = np.ascontiguousarray(value)
    contiguous.flags.writeable = False
    return contiguous
