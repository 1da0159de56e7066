"""Wrong but fits: formulas that people write for a step, with the right shape and the wrong value, put to the test.

Each is evaluated beside the step's own equation and beside the derivative of E taken on the forward pass; where it does
not even fit, the message says which dimensions disagree. `training` shows what learning with it does, because a falling
error proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nablastep.derivations.arrays import TooLarge
from nablastep.derivations.lines import Array, frozen
from nablastep.derivations.subject import Subject, subject_of
from nablastep.derivations.why import Situation, numeric_gradient, situation_of
from nablastep.errors import CommandError, ShapeError
from nablastep.evaluation import compiled
from nablastep.expressions import Equation, Symbol
from nablastep.notation.unicode import NOTATION
from nablastep.phrases import about, degrees, significant
from nablastep.program import BACKWARD, Program
from nablastep.session import Session
from nablastep.shapes import shape_of, shape_text
from nablastep.slips.case import Case
from nablastep.slips.products import TRANSPOSED_FACTOR, WHOLE_TRANSPOSED
from nablastep.slips.record import Mistake, said
from nablastep.slips.records import SLIPS
from nablastep.slips.worlds import relative_error, worth
from nablastep.timeline import Timeline
from nablastep.transposition import CONVENTIONS, Convention, convention_named

HARMLESS = 1e-9
"""A formula whose relative error is below this is not wrong for these numbers."""

WORTH_A_MISFIT = (TRANSPOSED_FACTOR, WHOLE_TRANSPOSED)
"""Slips that are shown where their shapes do not fit too: there the dimensions themselves object."""


@dataclass(frozen=True, eq=False)
class WrongFormula:
    """A formula for a step that is not its own.

    `slip` says in a few words what is wrong, `equation` is shown in the convention asked for. `fits` says whether the
    sizes fit by chance; `problem` names the dimensions that disagree, also where equal sizes hide them. `value` is None
    where it does not fit; `relative_error` is ‖value − numeric‖ / max(‖value‖, ‖numeric‖), `angle` that between
    the value and the right one, in degrees.
    """

    slip: str
    equation: Equation
    column_equation: Equation
    fits: bool
    problem: str | None
    value: Array | None
    relative_error: float | None
    angle: float | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """The right equation with its value, the numeric gradient, and the wrong ones, first those that fit."""

    equation: Equation
    value: Array
    numeric: Array | None
    relative_error: float | None
    wrong: tuple[WrongFormula, ...]


@dataclass(frozen=True)
class FirstStep:
    """The first step of plain gradient descent with the wrong formula in its place, beside the right one.

    `angle` lies between the two steps, in degrees, `length` is the wrong one's length in lengths of the right one;
    `error_right` and `error_wrong` are E after a step of the right one's length in each of the two directions.
    """

    angle: float
    length: float
    error_right: float
    error_wrong: float


@dataclass(frozen=True)
class Training:
    """E of every iteration, with the right equation and with the wrong one in its place."""

    right: tuple[float, ...]
    wrong: tuple[float, ...]
    first_step: FirstStep | None = None
    error: str = "E"

    @property
    def remark(self) -> str | None:
        """Why it proves nothing that E falls faster with the wrong formula; None where it does not."""
        first = self.first_step
        if first is None or not self.wrong[-1] < self.right[-1]:
            return None
        return about(
            self.error,
            "E falls faster with the wrong formula here, which proves nothing: its first step is "
            f"{significant(first.length, 2)} times as long and points {degrees(first.angle)} away from the "
            f"gradient; after a step of the same length E is {significant(first.error_wrong, 4)} with it and "
            f"{significant(first.error_right, 4)} with the right one.",
        )


def wrong_formulas(session: Session, name: str, convention: str | None = None) -> Comparison:
    """The usual wrong formulas for the backward step of that id, evaluated where the session stands.

    Values are laid out as the convention shows them. Raises CommandError for a step that is no backward step.
    """
    shown_in = convention_named(convention or session.network.convention)
    situation = situation_of(session, name)
    if name in situation.program.views or situation.program.step(name).phase != BACKWARD:
        raise CommandError(f"{name} is no backward step; wrong formulas are kept for gradients")
    subject = subject_of(situation.program, name, CONVENTIONS["column"])
    numeric = _numeric(situation, subject.variable)
    own = situation.values[name]
    case = Case(situation.program, situation.program.step(name), subject.equation.expression)
    found: list[WrongFormula] = []
    for slip in (slip for slip in SLIPS if slip.shown):
        formulas = [_formula(situation, subject, mistake, numeric, shown_in) for mistake in slip.mistakes(case)]
        # Such as f′ of the identity: nothing is wrong with it in this network.
        wrong = [each for each in formulas if each.relative_error is None or each.relative_error >= HARMLESS]
        fitting = [each for each in wrong if each.fits]
        if fitting or slip in WORTH_A_MISFIT:
            found += fitting[:1] or wrong[:1]
    return Comparison(
        shown_in.shown_equation(subject.equation),
        frozen(shown_in.shown_value(subject.gradient, own)),
        None if numeric is None else frozen(shown_in.shown_value(subject.gradient, numeric)),
        None if numeric is None else relative_error(own, numeric),
        tuple(sorted(found, key=lambda wrong: not wrong.fits)),
    )


def _formula(
    situation: Situation, subject: Subject, mistake: Mistake, numeric: Array | None, shown_in: Convention
) -> WrongFormula:
    equation = Equation(subject.gradient, mistake.expression)
    value, problem = _tried(situation, subject, equation)
    own = situation.values[subject.gradient.id]
    return WrongFormula(
        mistake.says,
        _shown_equation(equation, shown_in),
        equation,
        value is not None,
        problem,
        None if value is None else frozen(shown_in.shown_value(equation.target, value)),
        None if value is None else relative_error(value, own if numeric is None else numeric),
        None if value is None else angle_between(value, own),
    )


def training_with(session: Session, wrong: WrongFormula, iterations: int = 100) -> Training:
    """Train the network from its start twice, once with the wrong formula in the step's place."""
    if not wrong.fits:
        raise CommandError("a formula that does not fit cannot be trained with")
    timeline = Timeline(session.network, 1)
    timeline.reach(iterations + 1)
    right = tuple(timeline.error_history)
    values = dict(timeline.start(1))
    errors: list[float] = []
    for iteration in range(1, iterations + 1):
        program, start = timeline.program(iteration), timeline.start(iteration)
        new = (*program.inputs, program.setting("learning_rate"), program.count)
        values.update({name: start[name] for name in new})
        with np.errstate(all="ignore"):
            compiled(_with(program, wrong))(values)
        errors.append(float(values[program.error.id]))
    error = NOTATION.symbol_text(session.program.error)
    return Training(right, tuple(errors), _first_step(timeline, wrong), error)


def _first_step(timeline: Timeline, wrong: WrongFormula) -> FirstStep | None:
    program = timeline.program(1)
    parameters = [symbol for symbol in program.parameters if symbol.id not in program.training.frozen]
    start = timeline.start(1)

    def gradient(equations: Iterable[Equation]) -> Array:
        values = dict(start)
        with np.errstate(all="ignore"):
            compiled(equation for equation in equations if not equation.is_update)(values)
        return np.concatenate([np.ravel(values[symbol.gradient.id]) for symbol in parameters])

    def error_after(step: Array) -> float:
        values, place = dict(start), 0
        for symbol in parameters:
            size = np.size(values[symbol.id])
            values[symbol.id] = values[symbol.id] - step[place : place + size].reshape(np.shape(values[symbol.id]))
            place += size
        with np.errstate(all="ignore"):
            program.run_forward(values)
        return float(values[program.error.id])

    right, other = gradient(step.equation for step in program.steps), gradient(_with(program, wrong))
    lengths = float(np.linalg.norm(right)), float(np.linalg.norm(other))
    if not all(np.isfinite(lengths)) or not all(lengths):
        return None
    length = start[program.setting("learning_rate")] * lengths[0]
    return FirstStep(
        angle_between(other, right),
        lengths[1] / lengths[0],
        error_after(right * (length / lengths[0])),
        error_after(other * (length / lengths[1])),
    )


def angle_between(value: Any, expected: Any) -> float:
    """The angle between two arrays, in degrees; 0 where one of them is zero."""
    size = float(np.linalg.norm(value)) * float(np.linalg.norm(expected))
    if not size or not np.isfinite(size):
        return 0.0
    return float(np.degrees(np.arccos(np.clip(float(np.sum(value * expected)) / size, -1.0, 1.0))))


def _with(program: Program, wrong: WrongFormula) -> tuple[Equation, ...]:
    """The iteration's equations with the wrong one in its place."""
    target = wrong.column_equation.target
    equations = (step.equation for step in program.steps)
    return tuple(wrong.column_equation if equation.target == target else equation for equation in equations)


def _numeric(situation: Situation, variable: Symbol) -> Any:
    try:
        return numeric_gradient(situation, variable)
    except TooLarge:
        return None


def _tried(situation: Situation, subject: Subject, equation: Equation) -> tuple[Any, str | None]:
    problem = None
    try:
        if shape_of(equation.expression) != equation.target.shape:
            made, wanted = shape_text(shape_of(equation.expression)), shape_text(equation.target.shape)
            problem = f"the value is {made}, and {said(equation.target)} is {wanted}"
    except ShapeError as error:
        problem = error.message
    value = worth(equation.expression, situation.values)
    if value is None or value.shape != np.shape(situation.values[subject.gradient.id]):
        return None, problem or "the shapes do not fit"
    return value, problem


def _shown_equation(equation: Equation, convention: Convention) -> Equation:
    try:
        return convention.shown_equation(equation)
    except ShapeError:
        return equation
