"""A trace: every step of the first iterations, with its equation, shapes and value, as one convention shows them.

Owns what a trace consists of. How it is written is the matter of the other modules of this package, one a format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from nablastep.cells import Cell
from nablastep.errors import CommandError
from nablastep.expressions import Equation, Expression, Symbol, symbols
from nablastep.graph import Definition, Role
from nablastep.iteration import Iteration
from nablastep.kinks import kinks_at
from nablastep.network import Network
from nablastep.not_finite import is_finite, origin_of
from nablastep.notation.settings import SETTINGS, setting_of
from nablastep.program import BACKWARD, Program, Step
from nablastep.session import Session
from nablastep.shapes import sizes_of
from nablastep.timeline import Timeline
from nablastep.transposition import Convention, convention_named
from nablastep.words import by_hand_sentence, kink_sentence, not_finite_sentence, step_title

if TYPE_CHECKING:
    from nablastep.derivations.lines import Route

MOST_ITERATIONS = 1_000_000
WHY_ROUTE = "differential"
"""The route by which a trace derives its backward equations: short, and the same for every step."""

MOST_KINKS = 4


@dataclass(frozen=True)
class TraceEdit:
    """A parameter's cell that was set by hand after so many steps; `indices` are in the shown orientation."""

    step: int
    name: str
    indices: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class TraceStep:
    """One step: its equation and value as the convention shows them.

    `value` is a frozen array of the target's shape, or for E a float. `values` are all values that the step found,
    by id, in the same orientation, with settings and the sizes of dimensions. `notes` say what the equation does not:
    numbers set by hand just after it, kinks, and where numbers stopped being finite. `why` derives a backward
    equation, if the trace was asked for it.
    """

    iteration: int
    step: int
    phase: str
    block: int
    title: str
    equation: Equation
    definition: Equation | None
    value: Any
    values: Mapping[str, Any]
    operands: tuple[str, ...]
    notes: tuple[str, ...] = ()
    why: Route | None = None

    @property
    def id(self) -> str:
        """The id of the quantity computed."""
        return self.equation.target.id

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of the result's dimensions; none for E."""
        return self.equation.target.shape

    @property
    def shape(self) -> tuple[int, ...]:
        """The result's shape in numbers; empty for E."""
        return np.shape(self.value)


@dataclass(frozen=True, eq=False)
class TraceIteration:
    """One iteration: the indices of its samples, what it began with, and its steps.

    `inputs` are the batch's samples and targets, `given` what stands still beside them, `settings` the optimiser's
    settings that its equations read. `notes` tell what was set by hand before it
    began.
    """

    number: int
    batch: tuple[int, ...]
    inputs: Mapping[str, Any]
    given: Mapping[str, Any]
    settings: Mapping[str, float]
    sizes: Mapping[str, int]
    steps: tuple[TraceStep, ...]
    edits: tuple[TraceEdit, ...]
    notes: tuple[str, ...] = ()
    error_id: str = "E"

    @property
    def error(self) -> float:
        """E of this iteration."""
        return next(float(step.value) for step in self.steps if step.id == self.error_id)


class Trace:
    """The first `iterations` iterations of a network, or of the timeline that a session stands on.

    Nothing moves: the session stays where it is. `convention` is a name, the network's own if left out; with `why`
    each backward step has its derivation; without `values` documents have no numbers. Iterations are computed while
    they are read, so that a long trace needs no more memory than a short one.
    Raises CommandError for a number of iterations under 1 or over MOST_ITERATIONS, UnknownNameError for an unknown
    convention.
    """

    def __init__(
        self,
        source: Session | Network,
        *,
        convention: str | None = None,
        iterations: int = 1,
        why: bool = False,
        values: bool = True,
    ) -> None:
        if isinstance(iterations, bool) or not isinstance(iterations, int) or iterations < 1:
            raise CommandError(f"a trace has a whole number of iterations from 1, found {iterations!r}")
        if iterations > MOST_ITERATIONS:
            raise CommandError(f"a trace has at most {MOST_ITERATIONS} iterations, found {iterations}")
        self.network = source if isinstance(source, Network) else source.network
        self.convention: Convention = convention_named(convention or self.network.convention)
        self.count = iterations
        self.with_why = why
        self.with_values = values
        # A timeline of its own, with the same edits: computing ahead on the session's would count as its future.
        edits = source.timeline.edits if isinstance(source, Session) else None
        self._timeline = Timeline(self.network, 1, edits=edits)

    def __iter__(self) -> Iterator[TraceIteration]:
        return (self._iteration(number) for number in range(1, self.count + 1))

    @property
    def error(self) -> Symbol:
        """What is to become small."""
        return self._timeline.program(1).error

    def about(self, text: str) -> str:
        """A text about E, with the name that its author has given it."""
        return self._timeline.program(1).about(text)

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """Every step of every iteration."""
        return tuple(step for iteration in self for step in iteration.steps)

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The forward equations."""
        return self._timeline.program(1).forward

    @property
    def turns(self) -> bool:
        """Whether conventions turn anything: a network without samples is shown as it is written."""
        return any(symbol.flips_with for symbol in self._timeline.program(1).symbols.values())

    @property
    def inputs(self) -> tuple[str, ...]:
        """The ids of a batch's samples and targets."""
        return tuple(symbol.id for symbol in self._timeline.program(1).graph.of(Role.DATA, Role.TARGET))

    @property
    def batches(self) -> tuple[tuple[int, ...], ...]:
        """The sample indices of every iteration."""
        return tuple(self.network.batch(number) for number in range(1, self.count + 1))

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many numbers it begins with, how many an iteration reads and makes, and in how many steps."""
        program = self._timeline.program(1)
        sizes = {**self.network.dimensions, "m": self.network.batch_size}

        def count(found: Iterable[Symbol]) -> int:
            return sum(prod(sizes_of(symbol.shape, sizes)) for symbol in found)

        samples = count(program.graph.of(Role.DATA, Role.TARGET))
        first = count((*program.graph.of(Role.GIVEN), *program.parameters, *program.state)) + samples
        return first, count(step.target for step in program.steps) + samples, len(program)

    @cached_property
    def initial(self) -> Mapping[str, Any]:
        """The first batch, all parameters and the optimiser's state at the start, by id, as shown."""
        program = self._timeline.program(1)
        graph = program.graph
        known = (*graph.of(Role.DATA, Role.TARGET, Role.GIVEN), *program.parameters, *program.state)
        names = tuple(symbol.id for symbol in known)
        values = self._shown(program, self._timeline.start(1))
        return {name: values[name] for name in names}

    @cached_property
    def settings(self) -> Mapping[str, float]:
        """The optimiser's settings that the equations read, as the first iteration has them."""
        return self._settings(self._timeline.program(1), self._timeline.start(1))

    def expressions(self) -> Iterator[Expression]:
        """The right sides of all steps as shown, of each form of the program once."""
        programs = {self._timeline.program(number) for number in range(1, self.count + 1)}
        for program in programs:
            for step in program.steps:
                yield self.convention.shown_equation(step.equation).expression

    def _iteration(self, number: int) -> TraceIteration:
        self._timeline.reach(number)
        iteration = Iteration(self._timeline, number)
        program, start = iteration.program, iteration.values(0)
        shown = self._shown(program, start)
        set_before = [edit for edit in self._timeline.edits if edit.position == (number, 0)]
        return TraceIteration(
            number,
            self.network.batch(number),
            {symbol.id: shown[symbol.id] for symbol in program.graph.of(Role.DATA, Role.TARGET)},
            {symbol.id: shown[symbol.id] for symbol in program.graph.of(Role.GIVEN)},
            self._settings(program, start),
            {name: start[name] for name in (*self.network.dimensions, "m")},
            tuple(self._step(iteration, step) for step in program.steps),
            self._edits(iteration),
            tuple(by_hand_sentence(str(Cell(edit.name, edit.indices)), edit.value, None) for edit in set_before),
            program.error.id,
        )

    def _step(self, iteration: Iteration, step: Step) -> TraceStep:
        before = iteration.values(step.number - 1)
        definition = None if step.definition is None else self.convention.shown_equation(step.definition)
        return TraceStep(
            iteration.number,
            step.number,
            step.phase,
            step.block,
            step_title(step, iteration.program),
            self.convention.shown_equation(step.equation),
            definition,
            self._shown_value(step.target, iteration.made(step.number)),
            self._shown(iteration.program, before),
            step.operands,
            tuple(self._notes(iteration, step)),
            self._why(iteration, step) if self.with_why and step.phase == BACKWARD else None,
        )

    def session(self) -> Session:
        """A session of its own on the traced timeline, at its start."""
        standing = Session(self.network)
        standing._timelines = {1: self._timeline}
        return standing

    def _why(self, iteration: Iteration, step: Step) -> Route:
        from nablastep.derivations.why import why  # only those who ask wait for it

        standing = self.session()
        standing.goto(iteration=iteration.number, step=step.number)
        return why(standing, step.id, WHY_ROUTE, self.convention.name)[0]

    def _notes(self, iteration: Iteration, step: Step) -> Iterator[str]:
        """What has to be said about a step beside its equation; cells are named as files name them."""
        for edit in iteration.by_hand(step.number):
            made = float(iteration.made(step.number)[edit.indices]) if edit.name == step.id else None
            yield by_hand_sentence(str(Cell(edit.name, edit.indices)), edit.value, made)
        values = iteration.values(step.number)
        kinks = () if step.target == iteration.program.error else kinks_at(iteration.program, step.id, values)
        for found, mask in kinks:
            cells = [tuple(index) for index in np.argwhere(mask).tolist()]
            for cell in cells[:MOST_KINKS]:
                exact = bool(values[found.argument.id][cell] == found.kink)
                yield kink_sentence(str(Cell(found.argument.id, cell)), found.kink, found.function, exact)
            if len(cells) > MOST_KINKS:
                yield f"{len(cells) - MOST_KINKS} more entries of {found.argument.id} are at the kink."
        made = iteration.made(step.number)
        operands = (iteration.values(step.number - 1)[name] for name in step.operands)
        if not is_finite(made) and all(map(is_finite, operands)):
            origin = origin_of(self._timeline, iteration.number, step.id)
            worst = float(np.asarray(made)[~np.isfinite(made)][0])
            if origin is not None:
                yield not_finite_sentence(step.id, worst, origin) + "."

    def _edits(self, iteration: Iteration) -> tuple[TraceEdit, ...]:
        """Edits of parameters within the iteration; those at the very start of the trace are in `initial`."""
        found = []
        for edit in self._timeline.edits:
            if edit.iteration != iteration.number or edit.name in self.network.outer_names or edit.position == (1, 0):
                continue
            transposed = self.convention.transposes(iteration.program.symbols[edit.name])
            indices = edit.indices[::-1] if transposed else edit.indices
            found.append(TraceEdit(edit.step, edit.name, indices, edit.value))
        return tuple(found)

    def _shown(self, program: Program, values: Mapping[str, Any]) -> dict[str, Any]:
        known = program.symbols
        return {
            name: self._shown_value(known[name], value) if name in known else value for name, value in values.items()
        }

    def _shown_value(self, symbol: Symbol, value: Any) -> Any:
        if not symbol.shape:
            return float(value)
        shown = self.convention.shown_value(symbol, value)
        shown.flags.writeable = False
        return shown

    def _settings(self, program: Program, values: Mapping[str, Any]) -> dict[str, float]:
        read = [symbol for step in program.steps for symbol in symbols(step.equation.expression) if symbol.setting]
        found = {setting_of(symbol).name: symbol.id for symbol in read}
        return {found[name]: values[found[name]] for name in SETTINGS if name in found}
