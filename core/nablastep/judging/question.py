"""A step as a question: what is asked for, what an answer may name, and the random networks that it is tried on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from nablastep.derivations.worth import Evaluator
from nablastep.errors import NablastepError, UnknownNameError
from nablastep.expressions import COLUMNS, ROWS, Apply, Equation, Expression, Fill, Inverse, Softmax, Symbol, walk
from nablastep.field_checks import did_you_mean
from nablastep.formulas.parser import Formula
from nablastep.formulas.reading import read
from nablastep.formulas.scope import Built, Scope
from nablastep.functions.named import FUNCTIONS
from nablastep.graph import Role
from nablastep.judging.reading import names_for
from nablastep.program import BACKWARD, UPDATE, Program, Step
from nablastep.program import build as build_program
from nablastep.session import Session
from nablastep.shapes import in_sizes
from nablastep.slips.worlds import (
    TWIN_DIMENSION,
    Array,
    Reading,
    World,
    dimensions,
    own_world,
    sample_count,
    twins,
    worlds,
    worth,
)
from nablastep.transposition import Convention

Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Question:
    """A step to be answered, in one convention.

    `sizes` are those of one's own network, with a number of samples that is no width. `later` are the ids that are
    not computed yet when the step runs.
    """

    program: Program
    step: Step
    convention: Convention
    sizes: Mapping[str, int]
    own: Values
    later: frozenset[str]
    layers_from: int = 0
    start: Values | None = None

    @property
    def id(self) -> str:
        """The id of the quantity asked for."""
        return self.step.id

    @cached_property
    def target(self) -> Symbol:
        """The quantity asked for, as the convention shows it."""
        return self.convention.shown_symbol(self.step.target)

    @cached_property
    def equation(self) -> Equation:
        """The right equation, as the convention shows it."""
        return self.convention.shown_equation(self.step.equation)

    @property
    def constant(self) -> bool:
        """Whether every entry of the quantity is one number, which is written as that number."""
        return isinstance(self.step.equation.expression, Fill)

    @cached_property
    def scope(self) -> Scope:
        """What an answer may name."""
        return scope_of(self.program, self.convention, self.sizes)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every name that an answer may use, and the id it means."""
        lowered = {re.sub(r"(\d+)$", r"_\1", name): name for name in self.sizes}
        found = names_for(self.program, self.step, self.scope.names, layers_from=self.layers_from)
        return {**lowered, **{name: meant for name, meant in found.items() if name not in self.sizes or name == meant}}

    def read(self, answer: str, *, tight: bool = False) -> Formula:
        """What was typed. Raises FormulaError with the column."""
        return read(answer, self.names, self.scope.functions, tight=tight)

    @cached_property
    def worlds(self) -> tuple[Reading, ...]:
        """The values that the step reads in random networks, in columns."""
        return self._read(worlds(self.program, tuple(self.sizes.items())))

    @cached_property
    def twins(self) -> tuple[Reading, ...]:
        """The same where all dimensions are equal, so that shapes say nothing."""
        return self._read(twins(self.program))

    @cached_property
    def own_values(self) -> Reading | None:
        """The values that the step reads in one's own network, in this iteration; None where there are none."""
        if self.start is None:
            return None
        return World(self.program, carried_out(self.program, self.start)).before(self.step)

    @cached_property
    def sized_worlds(self) -> tuple[Values, ...]:
        """The same with the sizes of one's own network."""
        sizes = {name: int(self.own[name]) for name in self.sizes}
        return self._read((own_world(self.program, sizes, {}, 2),))

    @cached_property
    def own_worlds(self) -> tuple[Reading, ...]:
        """The same with the sizes, settings and frozen parameters of one's own network."""
        sizes = {name: int(self.own[name]) for name in self.sizes}
        # An ε of 1e-8 hides whether it is there at all: it stays random.
        kept = {name: value for name, value in self.own.items() if name not in sizes and name != "epsilon"}
        return self._read(tuple(own_world(self.program, sizes, kept, seed) for seed in range(2)))

    def _read(self, found: tuple[World, ...]) -> tuple[Reading, ...]:
        return tuple(world.before(self.step) for world in found)

    def right(self, values: Values) -> Array:
        """The step's own value."""
        found = worth(self.step.equation.expression, values)
        assert found is not None
        return found

    def answer(self, built: Built, values: Values, convention: Convention | None = None) -> Array | None:
        """The value of an answer in columns; None if it has none. A number stands for a 1×1 matrix."""
        convention = convention or self.convention
        found = typed_worth(built.expression, shown_values(self.program, convention, values))
        if found is None:
            return None
        right = self.right(values)
        expected = np.ndim(right)
        if found.ndim == 0 and self.constant:
            return np.full(right.shape, found)
        if expected == 0 and found.size == 1:
            return found.reshape(())
        if expected == 2 and found.ndim == 0 and right.size == 1:
            return found.reshape(1, 1)
        return found.T if found.ndim == 2 and convention.transposes(self.step.target) else found


def question_of(session: Session, name: str, convention: Convention, *, layers_from: int = 0) -> Question:
    """The step of that id as a question; `layers_from` says where its marks and those of answers begin to count.

    Raises UnknownNameError for a name that is no step.
    """
    program = session.program
    program = build_program(program.graph, replace(program.training, interleaved=False))
    first = program.steps[0]
    ids = {name: name for name in (*program.symbols, *program.views)}
    step = step_named(program, names_for(program, first, ids, layers_from=layers_from).get(name, name))
    following = (other for other in program.steps if other.number >= step.number and other.phase != UPDATE)
    later = frozenset(other.id for other in following if other.id != step.id)
    own = _own_values(session, program)
    sizes = {dimension: int(own[dimension]) for dimension in dimensions(program)}
    if "m" in sizes:
        sizes["m"] = sample_count([size for dimension, size in sizes.items() if dimension != "m"])
    iteration, done = session.position
    start = session.timeline.start(iteration if done < len(session.program) else iteration + 1)
    return Question(program, step, convention, sizes, own, later, layers_from, start)


def step_named(program: Program, name: str) -> Step:
    """The step of that id, or the view of a gradient that no step computes."""
    if name in program.views:
        view = program.views[name]
        number = program.known_after(view) + 1
        return Step(number, BACKWARD, program.steps[number - 2].block, view, None, program.steps[number - 2].card)
    ids = [step.id for step in program.steps]
    if name not in ids:
        raise UnknownNameError(
            f"no step computes '{name}'{did_you_mean(name, ids)}", hint=f"the steps are {' '.join(ids)}"
        )
    return program.step(name)


def carried_out(program: Program, start: Values) -> Values:
    """The values of an iteration with its forward and backward steps carried out."""
    values = dict(start)
    with np.errstate(all="ignore"):
        for step in program.steps:
            if step.phase != UPDATE:
                step.run(values)
    return values


def _own_values(session: Session, program: Program) -> dict[str, Any]:
    """What stands still in one's own network: sizes, settings, given quantities and frozen parameters."""
    values = session.values
    still = {symbol.id for symbol in program.graph.of(Role.GIVEN)} | set(program.training.frozen)
    symbols = program.symbols
    kept = {name: value for name, value in values.items() if name in still or (name not in symbols and name != "t")}
    if not program.training.weight_decay:
        kept.pop("weight_decay", None)  # no decay is not a decay of 0: a formula with one is another one
    return {name: value for name, value in kept.items() if value is not None}


def scope_of(program: Program, convention: Convention, sizes: Mapping[str, int]) -> Scope:
    """What a formula about this program may name in that convention."""
    symbols = {symbol.id: convention.shown_symbol(symbol) for symbol in program.symbols.values()}
    functions = {}
    for definition in program.forward:
        expression = definition.equation.expression
        if isinstance(expression, Apply | Softmax) and isinstance(expression.x, Symbol):
            name = "softmax" if isinstance(expression, Softmax) else expression.function.name
            functions[expression.x.id] = functions[definition.target.id] = name
    axis = COLUMNS if convention.transposes_samples else ROWS
    nodes = [node for step in program.steps for node in walk(step.equation.expression)]
    own = {node.function.name: node.function for node in nodes if isinstance(node, Apply)}
    own = {name: function for name, function in own.items() if name not in FUNCTIONS}
    inverts = any(isinstance(node, Inverse) for node in nodes)
    return Scope(symbols, sizes, functions, axis, own, inverts=inverts)


def twin_scope(scope: Scope, twin: Values) -> Scope:
    """The same names where all dimensions are equal; with one sample its axis too."""
    square = twin["1"] != 1

    def squared(symbol: Symbol) -> Symbol:
        if not symbol.shape:
            return symbol
        rows, columns = (TWIN_DIMENSION if name != "1" or square else "1" for name in symbol.shape)
        return replace(symbol, shape=(rows, columns))

    size = next(int(value) for name, value in twin.items() if name in scope.sizes)
    symbols = {name: squared(symbol) for name, symbol in scope.symbols.items()}
    return replace(scope, symbols=symbols, sizes=dict.fromkeys((*scope.sizes, TWIN_DIMENSION), size))


def shown_values(program: Program, convention: Convention, values: Values) -> Values:
    """The values as the convention stores them."""
    shown = dict(values)
    for name, value in values.items():
        symbol = program.symbols.get(name)
        if symbol is None and name in program.views:
            symbol = program.views[name].target
        if symbol is not None and symbol.shape:
            shown[name] = convention.shown_value(symbol, value)
    return shown


def typed_worth(expression: Expression, values: Values) -> Array | None:
    """The value of what was typed, which may hold diag and ⊗; None if it has none.

    Every number is a double from the start: whole numbers of Python would make a tower of powers endless.
    """
    try:
        return np.asarray(Evaluator(values, ())(in_sizes(expression, values)).array)
    except (ValueError, ArithmeticError, NablastepError):
        return None
