"""Wrong but fits: formulas that people write for a step, with the right shape and the wrong value, put to the test.

Each is evaluated beside the step's own equation and beside the derivative of E taken on the forward pass; where it does
not even fit, the message says which dimensions disagree. `training` shows what learning with it does, because a falling
error proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nablastep.derivations.lines import Array, frozen
from nablastep.derivations.subject import Subject, subject_of
from nablastep.derivations.why import Situation, numeric_gradient, situation_of
from nablastep.derivations.worth import Evaluator, TooLarge
from nablastep.errors import CommandError, ShapeError
from nablastep.evaluation import compiled
from nablastep.expressions import (
    COLUMNS,
    ONE,
    Add,
    Apply,
    Equation,
    Expression,
    Factor,
    Fill,
    Hadamard,
    MatMul,
    Scale,
    Softmax,
    Subtract,
    Symbol,
    Total,
    Transpose,
)
from nablastep.laws import negate, scale
from nablastep.program import BACKWARD, UPDATE, Program
from nablastep.session import Session
from nablastep.shapes import shape_of, shape_text
from nablastep.timeline import Timeline
from nablastep.transposition import Convention, convention_named

HARMLESS = 1e-9
"""A formula whose relative error is below this is not wrong for these numbers."""

DATA = ("a0", "y", "m", "learning_rate", "t")


@dataclass(frozen=True, eq=False)
class WrongFormula:
    """A formula for a step that is not its own.

    `slip` says in a few words what is wrong, `equation` is shown in the convention asked for. `fits` says whether the
    sizes fit by chance; `problem` names the dimensions that disagree, also where equal sizes hide them. `value` is None
    where it does not fit; `relative_error` is ‖value − numeric‖ / max(‖value‖, ‖numeric‖).
    """

    slip: str
    equation: Equation
    column_equation: Equation
    fits: bool
    problem: str | None
    value: Array | None
    relative_error: float | None
    updated_weights: bool = False


@dataclass(frozen=True, eq=False)
class Comparison:
    """The right equation with its value, the numeric gradient, and the wrong ones."""

    equation: Equation
    value: Array
    numeric: Array | None
    relative_error: float | None
    wrong: tuple[WrongFormula, ...]


@dataclass(frozen=True)
class Training:
    """E of every iteration, with the right equation and with the wrong one in its place."""

    right: tuple[float, ...]
    wrong: tuple[float, ...]


def wrong_formulas(session: Session, name: str, convention: str | None = None) -> Comparison:
    """The usual wrong formulas for the backward step of that id, evaluated where the session stands.

    Values are laid out as the convention shows them. Raises CommandError for a step that is no backward step.
    """
    shown_in = convention_named(convention or session.network.convention)
    situation = situation_of(session, name)
    if name == "grad_a0" or situation.program.step(name).phase != BACKWARD:
        raise CommandError(f"{name} is no backward step; wrong formulas are kept for gradients")
    subject = subject_of(situation.program, name)
    numeric = _numeric(situation, subject.variable)
    found = []
    for slip, equation, updated in _candidates(situation.program, subject):
        value, problem = _tried(situation, subject, equation, updated)
        if value is not None and numeric is not None and relative_error(value, numeric) < HARMLESS:
            continue  # such as f′ of the identity: nothing is wrong with it in this network
        found.append(
            WrongFormula(
                slip,
                _shown_equation(equation, shown_in),
                equation,
                value is not None,
                problem,
                None if value is None else frozen(shown_in.shown_value(equation.target, value)),
                None if value is None or numeric is None else relative_error(value, numeric),
                updated,
            )
        )
    own = situation.values[name]
    return Comparison(
        shown_in.shown_equation(subject.equation),
        frozen(shown_in.shown_value(subject.gradient, own)),
        None if numeric is None else frozen(shown_in.shown_value(subject.gradient, numeric)),
        None if numeric is None else relative_error(own, numeric),
        tuple(found),
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
        start = timeline.start(iteration)
        values.update({name: start[name] for name in DATA})
        with np.errstate(all="ignore"):
            compiled(_with(timeline.program(iteration), wrong))(values)
        errors.append(float(values["E"]))
    return Training(right, tuple(errors))


def relative_error(value: Any, expected: Any) -> float:
    """‖value − expected‖ / max(‖value‖, ‖expected‖), 0 where both are zero."""
    size = max(float(np.linalg.norm(value)), float(np.linalg.norm(expected)))
    return float(np.linalg.norm(value - expected)) / size if size else 0.0


def _with(program: Program, wrong: WrongFormula) -> tuple[Equation, ...]:
    """The iteration's equations with the wrong one in its place, or with the layer's weights moved before it."""
    name = wrong.column_equation.target.id
    equations = [step.equation for step in program.steps]
    if not wrong.updated_weights:
        return tuple(wrong.column_equation if equation.target.id == name else equation for equation in equations)
    layer = str(wrong.column_equation.target.layer)
    ids = {step.id for step in program.steps if step.phase == UPDATE and step.id.endswith(f"W{layer}")}
    early = [equation for equation in equations if equation.target.id in ids and equation.is_update]
    rest = [equation for equation in equations if equation not in early]
    place = next(index for index, equation in enumerate(rest) if equation.target.id == name)
    return tuple(rest[:place] + early + rest[place:])


def _numeric(situation: Situation, variable: Symbol) -> Any:
    try:
        return numeric_gradient(situation, variable).array
    except TooLarge:
        return None


def _tried(situation: Situation, subject: Subject, equation: Equation, updated: bool) -> tuple[Any, str | None]:
    values: Mapping[str, Any] = situation.values
    if updated:
        values = _moved(situation, subject)
    problem = None
    try:
        if shape_of(equation.expression) != equation.target.shape:
            made, wanted = shape_text(shape_of(equation.expression)), shape_text(equation.target.shape)
            problem = f"the value is {made}, and {equation.target.id} is {wanted}"
    except ShapeError as error:
        problem = error.message
    try:
        value = Evaluator(values, ())(equation.expression).array
    except ValueError:
        return None, problem
    if value.shape != np.shape(situation.values[subject.gradient.id]):
        return None, problem or f"the value is {'×'.join(map(str, value.shape))}"
    return value, problem


def _moved(situation: Situation, subject: Subject) -> Mapping[str, Any]:
    """The values after a plain gradient step of the weights of this layer."""
    name = f"W{subject.variable.layer}"
    values = dict(situation.values)
    gradient = values.get(f"grad_{name}")
    if gradient is not None:
        values[name] = values[name] - values["learning_rate"] * gradient
    return values


def _shown_equation(equation: Equation, convention: Convention) -> Equation:
    try:
        return convention.shown_equation(equation)
    except ShapeError:
        return equation


def _candidates(program: Program, subject: Subject) -> Iterator[tuple[str, Equation, bool]]:
    def equation(expression: Expression) -> Equation:
        return Equation(subject.gradient, expression)

    if subject.through_error:
        yield from ((slip, equation(wrong), False) for slip, wrong in _of_error(subject))
        return
    base = subject.variable.base
    if base == "z":
        yield from ((slip, equation(wrong), False) for slip, wrong in _of_activation(subject))
    elif base == "b":
        yield from ((slip, equation(wrong), False) for slip, wrong in _of_bias(program, subject))
    else:
        yield from ((slip, equation(wrong), False) for slip, wrong in _of_product(program, subject))
        if base == "a" and f"grad_W{subject.variable.layer}" in program.symbols:
            yield "taken with the weights after their update", subject.equation, True


def _of_error(subject: Subject) -> Iterator[tuple[str, Expression]]:
    expression = subject.equation.expression
    yield "the sign is the wrong way round", negate(expression)
    factors = [node for node in _walk(expression) if isinstance(node, Factor) and node.dimensions]
    if factors:
        yield "the constant factor is forgotten", _without_factors(expression)


def _without_factors(expression: Expression) -> Expression:
    if isinstance(expression, Scale) and isinstance(expression.scalar, Factor):
        return scale(Factor(-1 if expression.scalar.numerator < 0 else 1), _without_factors(expression.x))
    return expression


def _walk(expression: Expression) -> Iterator[Expression]:
    yield expression
    for operand in expression.operands:
        yield from _walk(operand)


def _of_activation(subject: Subject) -> Iterator[tuple[str, Expression]]:
    upstream, activation, use = subject.upstream, subject.use.target, subject.use.expression
    yield "the slope f′ is forgotten", upstream
    if isinstance(use, Apply):
        yield "f′ is taken at a instead of z", Hadamard(upstream, Apply(use.function, activation, prime=True))
        yield "f stands where f′ belongs", Hadamard(upstream, use)
        yield "the factors are added", Add(upstream, Apply(use.function, use.x, prime=True))
    elif isinstance(use, Softmax):
        ones = Fill(ONE, activation.shape)
        slope = Hadamard(activation, Subtract(ones, activation))
        yield "only the diagonal of the softmax's Jacobian", Hadamard(upstream, slope)


def _of_product(program: Program, subject: Subject) -> Iterator[tuple[str, Expression]]:
    layer = subject.variable.layer
    assert layer is not None
    weights, activation = program.symbols[f"W{layer}"], program.symbols[f"a{layer}"]
    upstream, skipped = subject.upstream, program.symbols[f"grad_a{layer + 1}"]
    if subject.variable.base == "a":
        yield "W is not transposed", MatMul(weights, upstream)
        yield "f′ of the layer above is forgotten", MatMul(Transpose(weights), skipped)
    else:
        yield "the outer product is the wrong way round", MatMul(activation, Transpose(upstream))
        yield "f′ of the layer is forgotten", MatMul(skipped, Transpose(activation))
        if subject.is_batch:
            yield "divided by m once more", scale(Factor(1, 1, ("m",)), subject.equation.expression)


def _of_bias(program: Program, subject: Subject) -> Iterator[tuple[str, Expression]]:
    layer = subject.variable.layer
    assert layer is not None
    skipped: Expression = program.symbols[f"grad_a{layer + 1}"]
    if subject.is_batch:
        skipped = Total(skipped, COLUMNS)
        yield "the samples are averaged instead of added", scale(Factor(1, 1, ("m",)), subject.equation.expression)
    yield "f′ of the layer is forgotten", skipped
