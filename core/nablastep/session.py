"""A session: where in which timeline the user stands, and the one door through which anything changes.

Looking (`session["z1"]`) never computes and never changes; `do` carries out one command or raises and changes nothing.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nablastep.cells import Cell, check_indices, parse_cell, unknown_name
from nablastep.commands import Back, Command, Goto, Next, Redo, Reset, Set, Switch, Train, Undo
from nablastep.displayed import Displayed
from nablastep.edits import Edit
from nablastep.errors import CommandError, EditError, NotComputed, UnknownNameError
from nablastep.evaluation import value_of
from nablastep.field_checks import did_you_mean
from nablastep.iteration import Iteration
from nablastep.network import Network
from nablastep.program import Program, Step
from nablastep.records import record
from nablastep.timeline import Data, Timeline

Array = NDArray[np.float64]

KEPT_ITERATIONS = 4


_ONE_STEP = Next()


class Position(NamedTuple):
    """(iteration from 1, steps done in it)."""

    iteration: int
    step: int


@record()
class Progress:
    """How far a long run has come: iterations done, how many there will be, and the seconds that it has taken."""

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Iterations a second."""
        return self.done / max(1e-9, self.seconds)

    @property
    def seconds_left(self) -> float:
        """How long the rest will take at that rate."""
        return (self.total - self.done) / max(1e-9, self.rate)


@record()
class Branch:
    """A timeline as others see it: its number, what it left and where, how far it goes, its errors and edits.

    `edits` are the numbers set by hand on this branch, those of the branch that it left not counted.
    """

    number: int
    parent: int | None
    left_parent_at: Position
    furthest: Position
    error_history: tuple[float, ...]
    edits: tuple[Edit, ...] = ()

    def __index__(self) -> int:
        return self.number


@record(eq=False)
class _Moment:
    """All that undo puts back: which timelines there are, which one is looked at, and where."""

    timelines: Mapping[int, Timeline]
    current: int
    position: Position


@record(eq=False)
class Bookmark:
    """A place to return to; see `Session.bookmark`. `progress` is how far each timeline was run, where it was left."""

    moment: _Moment
    undo: tuple[tuple[_Moment, _Moment], ...]
    redo: tuple[tuple[_Moment, _Moment], ...]
    progress: Mapping[Timeline, tuple[tuple[int, int], tuple[int, int]]]


class Session(Displayed):
    """A network at work. `memory` bounds what is kept of the past of all branches, in bytes; 256 MiB if left out."""

    def __init__(self, network: Network, *, memory: int | None = None) -> None:
        self.network = network
        self._timelines: dict[int, Timeline] = {1: Timeline(network, 1, memory=memory)}
        self._current = 1
        self._position = Position(1, 0)
        self._undo: list[tuple[_Moment, _Moment]] = []
        self._redo: list[tuple[_Moment, _Moment]] = []
        self._iterations: dict[tuple[Timeline, int], Iteration] = {}
        self._latest: Iteration | None = None
        self._length = len(self.program)  # the same in every iteration

    # looking

    @property
    def timeline(self) -> Timeline:
        """The timeline that the session is on."""
        return self._timelines[self._current]

    @property
    def branch(self) -> int:
        """The number of that timeline."""
        return self._current

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The other timelines, which edits in the past and resets have left behind."""
        return tuple(branch for branch in self.all_branches if branch.number != self._current)

    @property
    def all_branches(self) -> tuple[Branch, ...]:
        """All timelines, in order of creation."""
        return tuple(_seen(timeline) for _, timeline in sorted(self._timelines.items()))

    @property
    def position(self) -> Position:
        """(iteration, steps done)."""
        return self._position

    @property
    def program(self) -> Program:
        """The steps of this iteration."""
        return self._iteration().program

    @property
    def step(self) -> Step | None:
        """The step just done; None at the start of an iteration."""
        return self.program.steps[self._position.step - 1] if self._position.step else None

    @property
    def upcoming(self) -> Step:
        """The step that `next` will compute."""
        return self._following().steps[self._position.step % self._length]

    @property
    def data(self) -> Data:
        """The samples and the learning rate of this iteration."""
        return self.timeline.data(self._position.iteration)

    @property
    def values(self) -> Mapping[str, Any]:
        """Every value that exists here, by id, with the settings and the sizes of dimensions: for evaluation."""
        return self._iteration().values(self._position.step)

    @property
    def previous(self) -> Previous:
        """The values as they were at the end of the previous iteration."""
        return Previous(self)

    @property
    def error_history(self) -> list[float]:
        """E of every finished iteration on this branch."""
        return self.timeline.error_history

    @property
    def batch(self) -> tuple[int, ...]:
        """The indices of the samples of this iteration's batch."""
        return self.timeline.batch(self._position.iteration)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit or reset to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether something undone can be done again."""
        return bool(self._redo)

    def __getitem__(self, name: str) -> Any:
        """The value of a quantity here: read-only float64 in column orientation, E and settings as numbers.

        Raises NotComputed if no step of this iteration has made it, UnknownNameError if there is no such name.
        """
        return self._look_up(name, self._position)

    def get(self, name: str) -> Any | None:
        """The value of a quantity here, or None if it is not computed yet."""
        try:
            return self[name]
        except NotComputed:
            return None

    def _look_up(self, name: str, position: Position) -> Any:
        iteration = self._iteration(position.iteration)
        values = iteration.values(position.step)
        program = iteration.program
        name = program.named(name)
        if name in program.samples:
            return getattr(self.timeline.data(position.iteration), name)
        view = program.views.get(name)
        if view is not None and program.known_after(view) <= position.step:
            # What it reads is that of the backward pass, which the update may have moved since.
            gradient = value_of(view.expression, iteration.values(program.known_after(view)))
            if isinstance(gradient, np.ndarray):
                gradient.flags.writeable = False
            return gradient
        if name in values and (name in program.symbols or name == "learning_rate"):
            value = values[name]
            return value if isinstance(value, np.ndarray) else float(value)
        if name in program.symbols or view is not None:
            step = next((step for step in program.steps if step.id == name), None)
            known_after = program.known_after(view) if view is not None else 0
            needed = program.steps[known_after - 1].id
            when = f"step {step.number} of the iteration computes it" if step else f"{needed} has to be computed first"
            raise NotComputed(f"{name} is not computed yet", hint=when)
        raise unknown_name(name, (*program.symbols, *program.samples, "learning_rate", *program.views))

    def _iteration(self, number: int | None = None) -> Iteration:
        """The steps of an iteration of this timeline, of which the last few are kept."""
        timeline, number = self.timeline, self._position.iteration if number is None else number
        latest = self._latest
        if latest is not None and latest.number == number and latest.timeline is timeline:
            return latest
        found = self._iterations.pop((timeline, number), None) or Iteration(timeline, number)
        self._latest = self._iterations[timeline, number] = found
        # Where states are large, so are iterations: two are needed, this one and the one before.
        while len(self._iterations) > min(KEPT_ITERATIONS, timeline.checkpoints.most_recent):
            del self._iterations[next(iter(self._iterations))]
        return found

    def _following(self) -> Program:
        """The program of the iteration in which the next step lies."""
        if self._position.step == self._length:
            return self.timeline.program(self._position.iteration + 1)
        return self.program

    # the one door

    def do(self, command: Command) -> None:
        """Carry out one command. Raises a NablastepError, and then nothing has changed."""
        handler = _HANDLERS.get(type(command))
        if handler is None:
            known = ", ".join(kind.__name__ for kind in _HANDLERS)
            raise CommandError(f"not a command: {command!r}", hint=f"the commands are {known}")
        handler(self, command)

    def next(self, count: int = 1) -> None:
        """Compute the next equations."""
        self.do(_ONE_STEP if type(count) is int and count == 1 else Next(count))

    def back(self, count: int = 1) -> None:
        """Go back by so many equations, at most to the beginning."""
        self.do(Back(count))

    def goto(self, target: str | None = None, *, iteration: int | None = None, step: int | None = None) -> None:
        """Go to an id, "start" or "end" in this iteration, or to an iteration and a number of steps done in it."""
        self.do(Goto(target, iteration, step))

    def train(self, count: int = 1) -> None:
        """Run whole iterations."""
        self.do(Train(count))

    def advance(self, command: Train | Goto) -> Iterator[Progress]:
        """Carry out a command that may take long, in stretches of some hundredths of a second.

        After each the session stands at the start of the iteration that it has come to, and its error_history is as
        long as that. Whoever stops asking leaves it there; it ends early if the session is moved in between. Raises
        as `do` does, before the first stretch.
        """
        goal = self._goal(command)
        timeline, first, began = self.timeline, min(self.timeline.computed, goal), perf_counter()
        for reached in timeline.advance(goal):
            self._move(reached, 0)
            here = self._position
            yield Progress(reached - first, goal - first, perf_counter() - began)
            if self._position is not here or self.timeline is not timeline:
                return
        self.do(command if isinstance(command, Goto) else Goto(iteration=goal))

    def set(self, cell: str, value: float) -> None:
        """Edit one number."""
        self.do(Set(cell, value))

    def undo(self) -> None:
        """Take back the last edit or reset."""
        self.do(Undo())

    def redo(self) -> None:
        """Do again what was undone last."""
        self.do(Redo())

    def reset(self) -> None:
        """Begin again with the network as opened."""
        self.do(Reset())

    def switch(self, branch: int | Branch) -> None:
        """Go over to another branch."""
        self.do(Switch(branch.number if isinstance(branch, Branch) else branch))

    def show(self, convention: str | None = None) -> Displayed:
        """The page's stage for this moment, for a notebook: the last expression of a cell shows it.

        `convention` is a name, the network's own if left out. Raises UnknownNameError for an unknown one.
        """
        from nablastep.displays import Stage

        return Stage(self, convention)

    def trial(self) -> Session:
        """A session at the same place that shares all that has been computed; what is done in it stays in it."""
        other = Session.__new__(Session)
        other.network = self.network
        other._timelines = {number: timeline.twin() for number, timeline in self._timelines.items()}
        other._current, other._position = self._current, self._position
        other._undo, other._redo = [], []
        twins = {timeline: other._timelines[number] for number, timeline in self._timelines.items()}
        known = self._iterations.items()
        other._iterations = {(twins[line], number): seen for (line, number), seen in known if line in twins}
        other._latest, other._length = None, self._length
        return other

    def ahead(self, command: Next | Back = _ONE_STEP) -> Session:
        """A session that has moved on, or back, and is like this one otherwise; only to look at."""
        other = self.trial()
        other.do(command)
        other._undo, other._redo = list(self._undo), list(self._redo)
        return other

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands in all that it can look at: equal for a session and one `ahead` of it once it gets there."""
        lines = tuple((number, line.track, line.furthest) for number, line in self._timelines.items())
        return (self._position, self._current, lines, len(self._undo), len(self._redo))

    def bookmark(self) -> Bookmark:
        """All that makes up this place: timelines, position and the history of edits; cheap, nothing is copied."""
        here = self._moment()
        moments = [here, *(moment for change in (*self._undo, *self._redo) for moment in change)]
        timelines = {timeline for moment in moments for timeline in moment.timelines.values()}
        progress = {timeline: (timeline.furthest, timeline.left_at) for timeline in timelines}
        return Bookmark(here, tuple(self._undo), tuple(self._redo), progress)

    def return_to(self, bookmark: Bookmark) -> None:
        """Be again exactly where the bookmark was taken."""
        self._undo, self._redo = list(bookmark.undo), list(bookmark.redo)
        for timeline, (furthest, left_at) in bookmark.progress.items():
            timeline.rewind(furthest, left_at)
        self._restore(bookmark.moment)

    def edited_network(self) -> Network:
        """The network with the parameters, data and learning rate of here, to save or to open anew."""
        data = self.data
        parameters = {symbol.id: self[symbol.id] for symbol in self.program.parameters}
        given = {name: self[name] for name in self.network.held}
        rate = data.learning_rate
        samples = {name: getattr(data, name) for name in self.network.data_names}
        return self.network.with_parameters(parameters, **samples, learning_rate=rate, given=given)

    def compare(self, branch: int) -> tuple[tuple[Cell, float, float], ...]:
        """Parameter cells that differ between here and the same place on another branch: (cell, here, there).

        The largest differences come first. Where the other branch does not go as far, its last place is taken.
        """
        other = self.trial()
        other.do(Switch(branch))
        other._move(*min(self._position, Position(*other.timeline.furthest)))
        rows = []
        for symbol in self.program.parameters:
            here, there = np.asarray(self[symbol.id]), np.asarray(other[symbol.id])  # a parameter may be one number
            for index in map(tuple, np.argwhere(here != there).tolist()):
                rows.append((Cell(symbol.id, index), float(here[index]), float(there[index])))
        return tuple(sorted(rows, key=lambda row: -abs(row[2] - row[1])))

    def errors_of(self, branch: int) -> tuple[float, ...]:
        """E of every iteration of a branch that has computed one: the finished ones, and the one begun last."""
        other = self.trial()
        other.do(Switch(branch))
        other._move(*other.timeline.furthest)
        begun = other.get(other.program.error.id)
        return (*other.error_history, *(() if begun is None else (float(begun),)))

    # moving

    def _move(self, iteration: int, step: int) -> None:
        timeline = self.timeline
        if timeline.computed < iteration:
            deque(timeline.advance(iteration), maxlen=0)
        self._iteration(iteration).compute(step)
        # The end of an iteration is the start of the next: from there on it counts as finished.
        seen = (iteration + 1, 0) if step == self._length else (iteration, step)
        timeline.furthest = max(timeline.furthest, seen)
        self._position = timeline.left_at = Position(iteration, step)

    def _next(self, command: Next) -> None:
        iteration, step = self._position
        step += _positive(command.count, "next")
        if step > self._length:
            passed, step = divmod(step - 1, self._length)
            iteration, step = iteration + passed, step + 1
        self._move(iteration, step)

    def _back(self, command: Back) -> None:
        iteration, step = self._position
        # Going back stops at (i, 0), which is the same moment as (i − 1, S): the next step back is (i − 1, S − 1).
        done = (iteration - 1) * self._length + step - _positive(command.count, "back")
        iteration, step = divmod(max(0, done), self._length)
        self._move(iteration + 1, step)

    def _goto(self, command: Goto) -> None:
        if command.target is not None:
            if not isinstance(command.target, str):
                wanted = "goto(iteration=40) goes to an iteration"
                raise CommandError(f"goto takes an id such as 'grad_W1', found {command.target!r}", hint=wanted)
            if command.iteration is not None or command.step is not None:
                raise CommandError("goto takes an id or an iteration with a step, not both")
            self._goto_target(command.target)
            return
        iteration = self._position.iteration if command.iteration is None else command.iteration
        step = 0 if command.step is None else command.step
        if command.iteration is None and command.step is None:
            raise CommandError("goto needs a place", hint="an id such as grad_W1, start, end or an iteration")
        self._move(*self._checked(iteration, step))

    def _checked(self, iteration: int, step: int) -> Position:
        """The place, if there is one."""
        place = Position(_whole(iteration, "an iteration"), _whole(step, "a step"))
        if place.iteration < 1:
            raise CommandError(f"there is no iteration {iteration}; iterations count from 1")
        if not 0 <= place.step <= self._length:
            raise CommandError(f"there is no step {step}; an iteration has steps 0 to {self._length}")
        return place

    def _goto_target(self, target: str) -> None:
        iteration = self._position.iteration
        if target == "start":
            self._move(iteration, 0)
        elif target == "end":
            self._move(iteration, self._length)
        else:
            ids = [step.id for step in self.program.steps]
            if target not in ids:
                near = did_you_mean(target, ids)
                raise UnknownNameError(f"no step computes '{target}'{near}", hint=f"the steps are {' '.join(ids)}")
            self._move(iteration, ids.index(target) + 1)

    @property
    def _first_to_train(self) -> int:
        iteration, step = self._position
        return iteration + 1 if step == self._length else iteration

    def _train(self, command: Train) -> None:
        self._move(self._goal(command), 0)

    def _goal(self, command: Train | Goto) -> int:
        """The iteration at whose start a run ends, or begins to be stepped."""
        if isinstance(command, Train):
            return self._first_to_train + _positive(command.count, "train")
        iteration = self._position.iteration if command.iteration is None else command.iteration
        return self._checked(iteration, 0 if command.step is None else command.step).iteration

    # editing

    def _set(self, command: Set) -> None:
        edit = self._edit(parse_cell(command.cell), command.value)
        before = self._moment()
        timeline = self.timeline
        number = max(self._timelines) + 1 if self._has_future() else timeline.number
        changed = timeline.with_edit(edit, self._position, number)
        self._timelines = {**self._timelines, number: changed}
        self._current = number
        self._move(*self._position)
        self._remember(before)

    def _edit(self, cell: Cell, value: float) -> Edit:
        """The edit that a number in a cell means at this position."""
        value = _finite(value)
        iteration, step = self._position
        name = cell.name
        if name == "learning_rate":
            if cell.indices:
                raise EditError("the learning rate is one number; write learning_rate without indices")
            schedule = self.network.optimizer.schedule
            if schedule:
                raise EditError(f"the learning rate follows {schedule}; change that in the network's file")
            return Edit(iteration, 0, name, (), value)
        program = self.program
        if name not in self._editable:
            raise self._refusal(name)
        cell = check_indices(cell, np.shape(self[name]))
        if name == "y" and self.network.loss == "binary_cross_entropy" and not 0 <= value <= 1:
            raise EditError(f"{cell} = {value!r}: binary cross entropy needs targets from 0 to 1")
        update = next((other for other in program.steps if other.id == name), None)
        if name in self.network.outer_names or update is None or step < update.number:
            return Edit(iteration, 0, name, cell.indices, value)
        return Edit(iteration, step, name, cell.indices, value)

    def _refusal(self, name: str) -> Exception:
        editable = (*self._editable, "learning_rate")
        data = self.program.graph.data
        if data is not None and name == data.id:
            return EditError(f"{name} shows samples of x; edit x[sample,feature]")
        if name in self.program.symbols or name in self.program.views:
            return EditError(
                f"{name} is computed; only parameters, data and the learning rate can be edited",
                hint=f"edit one of {' '.join(editable)}",
            )
        return unknown_name(name, editable)

    @property
    def _editable(self) -> tuple[str, ...]:
        """The quantities whose numbers can be set by hand."""
        return (*(symbol.id for symbol in self.program.parameters), *self.network.held, *self.program.samples)

    def _has_future(self) -> bool:
        """Whether steps or edits lie beyond the position."""
        iteration, step = self._position
        here = (iteration + 1, 0) if step == self._length else (iteration, step)
        return self.timeline.furthest > here or self.timeline.edits.beyond(self._position)

    # the history of edits

    def _moment(self) -> _Moment:
        return _Moment(self._timelines, self._current, self._position)

    def _remember(self, before: _Moment) -> None:
        self._undo.append((before, self._moment()))
        self._redo.clear()

    def _restore(self, moment: _Moment) -> None:
        self._timelines, self._current = dict(moment.timelines), moment.current
        self._move(*moment.position)

    def _undo_last(self, _: Undo) -> None:
        if not self._undo:
            raise CommandError("there is nothing to undo")
        before, after = self._undo.pop()
        self._redo.append((before, after))
        self._restore(before)

    def _redo_last(self, _: Redo) -> None:
        if not self._redo:
            raise CommandError("there is nothing to redo")
        before, after = self._redo.pop()
        self._undo.append((before, after))
        self._restore(after)

    def _reset(self, _: Reset) -> None:
        before = self._moment()
        number = max(self._timelines) + 1
        self._timelines = {
            **self._timelines,
            number: Timeline(self.network, number, checkpoints=self.timeline.checkpoints),
        }
        self._current = number
        self._move(1, 0)
        self._remember(before)

    def _switch(self, command: Switch) -> None:
        number = _whole(command.branch, "a branch")
        if number not in self._timelines:
            known = ", ".join(map(str, sorted(self._timelines)))
            raise CommandError(f"there is no branch {number}", hint=f"branches: {known}")
        self._current = number
        self._move(*self.timeline.left_at)


class Previous:
    """`session[…]` as it was at the end of the previous iteration."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, name: str) -> Any:
        """The value; raises NotComputed in the first iteration."""
        iteration = self._session.position.iteration - 1
        if iteration < 1:
            self._session.get(name)  # an unknown name is an error of its own
            raise NotComputed(f"{name} has no previous value: this is the first iteration")
        return self._session._look_up(name, Position(iteration, len(self._session.program)))

    def get(self, name: str) -> Any | None:
        """The value, or None if there is none."""
        try:
            return self[name]
        except NotComputed:
            return None


def _seen(timeline: Timeline) -> Branch:
    root = timeline
    while root.parent is not None and root.parent.number == timeline.number:
        root = root.parent  # an edit at the tip goes on with the same branch
    # By identity: what is set there to the same number once more is this branch's own.
    before = {id(edit) for edit in root.parent.edits} if root.parent is not None else set()
    return Branch(
        timeline.number,
        None if root.parent is None else root.parent.number,
        Position(*root.fork),
        Position(*timeline.furthest),
        tuple(timeline.error_history),
        tuple(edit for edit in timeline.edits if id(edit) not in before),
    )


def _whole(value: object, what: str) -> int:
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise CommandError(f"{what} is a whole number, found {value!r}")
    return int(value)


def _positive(count: int, what: str) -> int:
    number = _whole(count, f"the count of {what}")
    if number < 1:
        raise CommandError(f"{what} counts from 1, found {number}")
    return number


def _finite(value: float) -> float:
    if isinstance(value, bool):
        raise EditError(f"not a number: {value}")
    try:
        number = float(value)
    except OverflowError:
        raise EditError("not a finite number: too large for a double") from None
    except (TypeError, ValueError):
        raise EditError(f"not a number: {value}") from None
    if not math.isfinite(number):
        raise EditError(f"not a finite number: {value}")
    return number


_HANDLERS: dict[type[Command], Callable[[Session, Any], None]] = {
    Next: Session._next,
    Back: Session._back,
    Goto: Session._goto,
    Train: Session._train,
    Set: Session._set,
    Undo: Session._undo_last,
    Redo: Session._redo_last,
    Reset: Session._reset,
    Switch: Session._switch,
}
