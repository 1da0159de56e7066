"""One timeline: a network, the edits made on the way, and every iteration that follows from them.

All that happens is a pure function of (network, edits): iterations are computed forward once, and found again from
checkpoints by replay with the same code, so any position can be shown again, to the bit.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.checkpoints import Checkpoints, snapshot_shapes
from nablastep.network import Network
from nablastep.program import Program, program_for

Array = NDArray[np.float64]
Position = tuple[int, int]

SUM_TOLERANCE = 1e-12
"""Targets whose sum is this near to 1 count as distributions in the choice of E's equation."""

DATA_NAMES = frozenset({"x", "y", "learning_rate"})


@dataclass(frozen=True)
class Edit:
    """One number set by hand. With step 0 it holds from the start of the iteration, else from after that step on."""

    iteration: int
    step: int
    name: str
    indices: tuple[int, ...]
    value: float

    @property
    def position(self) -> Position:
        """Where it first shows."""
        return (self.iteration, self.step)


@dataclass(frozen=True, eq=False)
class Data:
    """The samples and the learning rate as edits have left them. Shapes as in the file: samples × features."""

    x: Array
    y: Array
    learning_rate: float
    sums_to_one: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Setup:
    """What an iteration computes with beside the parameters; `values` are its batch (units × samples) and settings."""

    program: Program
    data: Data
    values: Mapping[str, Any]


class Timeline:
    """One branch. `parent` is the timeline that it left at the start of iteration `fork`, if there is one."""

    def __init__(
        self,
        network: Network,
        number: int,
        *,
        edits: tuple[Edit, ...] = (),
        parent: Timeline | None = None,
        fork: Position = (1, 0),
        memory: int | None = None,
    ) -> None:
        self.network = network
        self.number = number
        self.edits = edits
        self.parent = parent
        self.fork = fork
        self.furthest: Position = fork
        self.left_at: Position = fork
        self.memory = memory
        self._data_edits = tuple(edit for edit in edits if edit.name in DATA_NAMES)
        self._data_starts = [edit.iteration for edit in self._data_edits]
        self._setups: dict[tuple[tuple[int, ...], int], Setup] = {}
        self._errors = array("d")
        self._recent: dict[int, dict[str, Array]] = {}
        first = self.program(1)
        self._names = tuple(symbol.id for symbol in (*first.parameters, *first.state))
        self._constants = _constants(network)
        shapes = snapshot_shapes((*first.parameters, *first.state), self._constants)
        self._checkpoints = Checkpoints(shapes) if memory is None else Checkpoints(shapes, memory)

    # what happens in an iteration

    def batch(self, iteration: int) -> tuple[int, ...]:
        """The indices of the samples of the iteration's batch."""
        return self.network.batch(iteration)

    def program(self, iteration: int) -> Program:
        """The steps of the iteration: the same ids always, the equations as its batch needs them."""
        return self._setup(iteration).program

    def data(self, iteration: int) -> Data:
        """The samples and the learning rate that hold in the iteration."""
        return self._setup(iteration).data

    def _setup(self, iteration: int) -> Setup:
        """What the iteration's batch and the edits of data so far decide; most iterations share one."""
        batch = self.batch(iteration)
        applied = bisect_right(self._data_starts, iteration)
        key = (batch, applied)
        if key not in self._setups:
            if len(self._setups) >= 64:
                del self._setups[next(iter(self._setups))]
            self._setups[key] = _set_up(self.network, self._data_edits[:applied], batch)
        return self._setups[key]

    def edits_at(self, iteration: int, step: int) -> Iterator[Edit]:
        """The edits of parameters that show first at that position."""
        return (edit for edit in self.edits if edit.position == (iteration, step) and edit.name not in DATA_NAMES)

    def start(self, iteration: int) -> dict[str, Any]:
        """Every value that exists at (iteration, 0), by id, with the sizes of the dimensions and the settings."""
        return self._with_data(iteration, self._edited_start(iteration))

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
        shared = 0 if self.parent is None else self.fork[0] - 1
        if count >= shared:
            return self._errors[count - shared :].tolist()
        return self.error_history[count:]

    def reach(self, iteration: int) -> None:
        """Compute forward until the iteration can start."""
        if iteration > self.furthest[0]:
            try:
                self._run(self.furthest[0], iteration, record=True)
                self.furthest = (iteration, 0)
            finally:
                self._forget_errors()  # of a run that was interrupted

    def twin(self) -> Timeline:
        """The same timeline to go on with elsewhere: how far it has been run and where it was left are its own."""
        other = copy(self)
        other._errors, other._recent = self._errors[:], dict(self._recent)
        return other

    def rewind(self, furthest: Position, left_at: Position) -> None:
        """Forget what was run beyond `furthest`; it is found again by running it again."""
        self.furthest, self.left_at = furthest, left_at
        self._forget_errors()

    def _forget_errors(self) -> None:
        del self._errors[self.furthest[0] - self.fork[0] :]

    def _line(self) -> Iterator[Timeline]:
        """This timeline, the one it left, the one that left, and so on: as long as there were edits."""
        timeline: Timeline | None = self
        while timeline is not None:
            yield timeline
            timeline = timeline.parent

    # running and replaying

    def _run(self, first: int, last: int, *, record: bool) -> dict[str, Array]:
        """The state at the start of iteration `last`, run from the start of iteration `first` on."""
        state = self._state(first)
        with np.errstate(all="ignore"):
            for iteration in range(first, last):
                state, error = self._iterate(iteration, state)
                if record:
                    self._errors.append(error)
                    self._checkpoints.offer(iteration + 1, state)
        self._remember(last, state)
        return state

    def _iterate(self, iteration: int, state: Mapping[str, Array]) -> tuple[dict[str, Array], float]:
        """One whole iteration: the state at the start of the next one, and E."""
        values = self._with_data(iteration, self._apply(self.edits_at(iteration, 0), state))
        program = self.program(iteration)
        if any(edit.iteration == iteration and edit.step for edit in self.edits):
            for step in program.steps:
                step.run(values)
                values.update(self._apply(self.edits_at(iteration, step.number), values))
        else:
            program.run(values)
        return {name: values[name] for name in self._names}, float(values["E"])

    def _edited_start(self, iteration: int) -> dict[str, Array]:
        return self._apply(self.edits_at(iteration, 0), self._state(iteration))

    def _state(self, iteration: int) -> dict[str, Array]:
        """Parameters and optimiser state as iteration − 1 left them."""
        for timeline in self._line():
            if iteration in timeline._recent:
                return timeline._recent[iteration]
            if timeline.parent is None or iteration > timeline.fork[0]:
                return timeline._replayed(iteration)
        raise AssertionError("a line of timelines ends with one that left none")

    def _replayed(self, iteration: int) -> dict[str, Array]:
        """The state at the start of an iteration of this timeline's own, run again from the nearest snapshot."""
        found = self._checkpoints.nearest(iteration)
        if found is None and self.parent is not None:
            found = (self.fork[0], self.parent._state(self.fork[0]))
        if found is None:
            found = (1, self._initial())
        known, state = found
        self._remember(known, state)
        return self._run(known, iteration, record=False) if known < iteration else state

    def _initial(self) -> dict[str, Array]:
        program = self.program(1)
        parameters = self.network.initial_parameters
        state = {symbol.id: np.zeros(parameters[symbol.id.split("_", 1)[1]].shape) for symbol in program.state}
        return {**{name: np.ascontiguousarray(value) for name, value in parameters.items()}, **state}

    def _remember(self, iteration: int, state: dict[str, Array]) -> None:
        """Keep the last two starts that were asked for: stepping stays near them."""
        self._recent[iteration] = state
        while len(self._recent) > 2:
            del self._recent[next(iter(self._recent))]

    def _with_data(self, iteration: int, state: Mapping[str, Array]) -> dict[str, Any]:
        return {**self._constants, **state, **self._setup(iteration).values, "t": iteration}

    @staticmethod
    def _apply(edits: Iterator[Edit], values: Mapping[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = dict(values)
        for edit in edits:
            copy = changed[edit.name].copy()
            copy[edit.indices] = edit.value
            changed[edit.name] = copy
        return changed

    # edits

    def with_edit(self, edit: Edit, at: Position, number: int) -> Timeline:
        """The timeline that follows from one more edit, made at the position `at`; later edits are not part of it."""
        kept = [other for other in self.edits if other.position <= at]
        ordered = tuple(sorted([*kept, edit], key=lambda other: other.position))
        return Timeline(self.network, number, edits=ordered, parent=self, fork=(edit.iteration, 0), memory=self.memory)


def _constants(network: Network) -> dict[str, Any]:
    settings = network.optimizer
    sizes = {f"n{k}": size for k, size in enumerate(network.sizes)}
    names = ("momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay")
    return {**sizes, "1": 1, **{name: getattr(settings, name) for name in names}}


def _set_up(network: Network, edits: tuple[Edit, ...], batch: tuple[int, ...]) -> Setup:
    data = _edited_data(network, edits)
    rows = list(batch)
    # Contiguous, so that every path multiplies the same memory layout and gets the same bits.
    a0, y = np.ascontiguousarray(data.x[rows].T), np.ascontiguousarray(data.y[rows].T)
    a0.flags.writeable = y.flags.writeable = False
    program = program_for(network, batch_samples=len(batch), targets_sum_to_one=bool(data.sums_to_one[rows].all()))
    return Setup(program, data, {"a0": a0, "y": y, "m": len(batch), "learning_rate": data.learning_rate})


@lru_cache(maxsize=64)
def _edited_data(network: Network, edits: tuple[Edit, ...]) -> Data:
    x, y, learning_rate = network.x, network.y, network.optimizer.learning_rate
    if any(edit.name == "x" for edit in edits):
        x = x.copy()
    if any(edit.name == "y" for edit in edits):
        y = y.copy()
    for edit in edits:
        if edit.name == "learning_rate":
            learning_rate = edit.value
        else:
            (x if edit.name == "x" else y)[edit.indices] = edit.value
    x.flags.writeable = y.flags.writeable = False
    return Data(x, y, learning_rate, np.abs(y.sum(axis=1) - 1) <= SUM_TOLERANCE)
