"""Why a step's equation has the form it has: the derivation by every route, with the numbers of one session.

Nothing here moves the session. The numbers are those with which the step itself computes: if the session stands where
the step has not been computed, those that it will compute in this iteration; at the start of an iteration after the
first those of the iteration that has just ended, which is the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np

from nablastep.derivations.arrays import TooLarge
from nablastep.derivations.cancelling import cancelling_drafts, textbook_way
from nablastep.derivations.differential import differential_drafts
from nablastep.derivations.forward import index_form, matrix_form
from nablastep.derivations.index import index_drafts
from nablastep.derivations.jacobian import LAYOUTS, NUMERATOR, jacobian_drafts
from nablastep.derivations.lines import Array, Draft, Line, Lines, Route, Truth, evaluated, frozen
from nablastep.derivations.subject import Subject, shown_forward, subject_of
from nablastep.derivations.update import UPDATE_ROUTE, update_drafts
from nablastep.derivations.worth import Evaluator
from nablastep.errors import CommandError, UnknownNameError
from nablastep.expressions import Add, Equation, Hadamard, Sum, Symbol
from nablastep.field_checks import did_you_mean
from nablastep.iteration import Iteration
from nablastep.program import BACKWARD, FORWARD, UPDATE, Program
from nablastep.session import Session
from nablastep.transposition import CONVENTIONS, Convention, convention_named

INDEX, JACOBIAN, DIFFERENTIAL, MATRIX = "index", "jacobian", "differential", "matrix"
ROUTES = (INDEX, JACOBIAN, DIFFERENTIAL)
ALL = "all"

DIRECTION_SEED = 20


@dataclass(frozen=True, eq=False)
class Situation:
    """A step with the numbers of the moment, shared by its routes and conventions."""

    program: Program
    values: Mapping[str, Any]
    name: str
    computed_late: bool
    iteration: Iteration
    evaluators: dict[str, Evaluator] = field(default_factory=dict)


def why(
    session: Session,
    name: str,
    route: str = ALL,
    convention: str | None = None,
    layout: str = NUMERATOR,
    direction_number: int = 0,
) -> tuple[Route, ...]:
    """The derivation of the step of that id, by one route or all.

    `convention` is the session's network's own if left out; `layout` is that of the Jacobian lines; each
    `direction_number` draws another direction. Forward ids have the routes index and matrix, updates one called
    update. Raises UnknownNameError for a name that is no step and no route, CommandError for a route that the step
    does not have.
    """
    if layout not in LAYOUTS:
        raise UnknownNameError(f"unknown layout '{layout}'; there are {' and '.join(LAYOUTS)}")
    shown_in = convention_named(convention or session.network.convention)
    situation = situation_of(session, name)
    phase = _phase(situation.program, name)
    wanted = _wanted(route, routes_of(phase), name)
    if phase == UPDATE:
        return (_update_route(situation, shown_in),)
    if phase == FORWARD:
        return tuple(_forward_route(situation, each, shown_in) for each in wanted)
    return tuple(_backward_route(situation, each, shown_in, layout, direction_number) for each in wanted)


def why_lines(
    session: Session, name: str, route: str = ALL, convention: str | None = None, layout: str = NUMERATOR
) -> Lines:
    """The lines of the derivation of that step, by one route or all of them one after the other."""
    return Lines(line for found in why(session, name, route, convention, layout) for line in found.lines)


def situation_of(session: Session, name: str) -> Situation:
    """The step of that id with the numbers it computes with, seen from where the session stands."""
    program = session.program
    _check_name(program, name)
    iteration, done = session.position
    if name in program.views:  # a derivation follows E, also where the view reads less
        number = max(program.known_after(program.views[name]), program.step(program.error.id).number)
    else:
        number = program.step(name).number
    earlier = done < number and done == 0 and iteration > 1
    found = Iteration(session.timeline, iteration - 1 if earlier else iteration)
    if done < number:
        program = found.program
    return Situation(program, found.values(number), name, _computed_late(program, number), found)


def _computed_late(program: Program, number: int) -> bool:
    """Whether a parameter has moved before the step: then E is no longer what the forward pass would give."""
    return any(step.phase == UPDATE for step in program.steps[:number])


def _check_name(program: Program, name: str) -> None:
    ids = [step.id for step in program.steps]
    if name in program.views or name in ids:
        return
    if name in program.symbols:
        raise CommandError(
            f"{name} is no step: it is given, or stands still",
            hint=f"ask why about one of {' '.join(ids)}",
        )
    raise UnknownNameError(f"no step computes '{name}'{did_you_mean(name, ids)}", hint=f"the steps are {' '.join(ids)}")


def routes_of(phase: str) -> tuple[str, ...]:
    """The routes that a step of that phase has."""
    return {FORWARD: (INDEX, MATRIX), UPDATE: (UPDATE_ROUTE,)}.get(phase, ROUTES)


def _phase(program: Program, name: str) -> str:
    return BACKWARD if name in program.views else program.step(name).phase


def _wanted(route: str, available: tuple[str, ...], name: str) -> tuple[str, ...]:
    if route == ALL:
        return available
    if route in available:
        return (route,)
    known = (*ROUTES, MATRIX, UPDATE_ROUTE, ALL)
    if route not in known:
        raise UnknownNameError(f"unknown route '{route}'{did_you_mean(route, known)}; there are {', '.join(known)}")
    raise CommandError(f"{name} has no {route} route; it has {' and '.join(available)}")


def _forward_route(situation: Situation, name: str, convention: Convention) -> Route:
    step = situation.program.step(situation.name)
    equation = convention.shown_equation(step.equation)
    definition = None if step.definition is None else convention.shown_equation(step.definition)
    drafts = (index_form if name == INDEX else matrix_form)(equation, definition)
    evaluator = _evaluator(situation, convention, step.target)
    value = situation.values[step.id]
    shown = convention.shown_value(step.target, value) if step.target.shape else float(value)
    return Route(name, _told(situation, evaluated(name, drafts, evaluator, Truth(shown))))


def _update_route(situation: Situation, convention: Convention) -> Route:
    """What the update does to its quantity, with the values before it; what the gradient promises, where E can be
    followed from the values at which it was taken."""
    program, step = situation.program, situation.program.step(situation.name)
    equation = convention.shown_equation(step.equation)
    before = situation.iteration.values(step.number - 1)
    parameter = step.target.bare
    gradient = program.step(parameter.gradient.id)
    promised = not step.target.prefix and not _computed_late(program, gradient.number)
    values = {
        **situation.iteration.values(gradient.number),
        **{each: before[each] for each in _state_of(program, parameter)},
    }
    forward = shown_forward(program, program.symbols[parameter.id], convention)
    evaluator = Evaluator(_shown_values(program, values, convention), forward)
    after = convention.shown_value(step.target, situation.values[step.id])
    change = None
    if promised:
        moving = convention.shown_symbol(parameter)
        evaluator = evaluator.with_direction(moving, frozen(after - evaluator.values[parameter.id]))
        change = evaluator.error_change()
    drafts = update_drafts(equation, program.training.optimizer, program.error, promised=promised)
    lines = evaluated(UPDATE_ROUTE, drafts, evaluator, Truth(after, None, change))
    return Route(UPDATE_ROUTE, _told(situation, lines))


def _state_of(program: Program, parameter: Symbol) -> tuple[str, ...]:
    """The ids of what the optimiser remembers of the parameter."""
    return tuple(symbol.id for symbol in program.state if symbol.bare.id == parameter.id)


def _shown_values(program: Program, values: Mapping[str, Any], convention: Convention) -> dict[str, Any]:
    """The values as the convention stores them."""
    shown = dict(values)
    for symbol in program.symbols.values():
        if symbol.id in shown and symbol.shape:
            shown[symbol.id] = convention.shown_value(symbol, shown[symbol.id])
    return shown


def _backward_route(
    situation: Situation, name: str, convention: Convention, layout: str, direction_number: int
) -> Route:
    own = subject_of(situation.program, situation.name, convention)
    evaluator = _evaluator(situation, convention, own.variable)
    through = textbook_way(situation.program, situation.name, convention, evaluator)
    subject = through or own
    rest: tuple[Draft, ...] = ()
    if through is not None:
        rest = cancelling_drafts(situation.program, through, own, convention)
        evaluator = Evaluator(evaluator.values, _by_definition(situation.program, through, convention))
    if name == DIFFERENTIAL:
        direction = _direction(situation, subject.variable, direction_number)
        direction = frozen(convention.shown_value(situation.program.symbols[subject.variable.id], direction))
        evaluator = evaluator.with_direction(subject.variable, direction)
        lines = evaluated(name, (*differential_drafts(subject), *rest), evaluator, _truth(situation, own, evaluator))
        return Route(name, _told(situation, lines), direction, subject.variable)
    drafts = index_drafts(subject) if name == INDEX else jacobian_drafts(subject, layout)
    lines = evaluated(name, (*drafts, *rest), evaluator, _truth(situation, own, evaluator))
    return Route(name, _told(situation, lines))


def _told(situation: Situation, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with the error's own name in their reasons."""
    return tuple(replace(line, rule=situation.program.about(line.rule)) for line in lines)


def _by_definition(program: Program, through: Subject, convention: Convention) -> tuple[Equation, ...]:
    """The forward equations with E as its textbook form has it, which reads the outputs."""
    output = program.symbols[through.uses[0].target.id]
    return shown_forward(program, output, convention)


def _truth(situation: Situation, subject: Subject, evaluator: Evaluator) -> Truth:
    quantity = evaluator.values.get(subject.gradient.id)
    if quantity is None:  # the gradient by an input is a view, not a step
        quantity = evaluator(subject.equation.expression).array
    try:
        derivative: Array | None = evaluator.error_derivative(subject.variable)
    except TooLarge:
        derivative = None
    change = None if evaluator.moving is None else evaluator.error_change()
    return Truth(quantity, None if situation.computed_late else derivative, change)


def _evaluator(situation: Situation, convention: Convention, variable: Symbol) -> Evaluator:
    """The evaluator of the convention; one for all routes, so that derivatives are taken once."""
    key = convention.name
    if key not in situation.evaluators:
        program = situation.program
        values = _shown_values(program, situation.values, convention)
        forward = shown_forward(program, program.symbols[variable.id], convention)
        if situation.computed_late and _phase(program, situation.name) == BACKWARD:
            forward = _upstream_as_given(subject_of(program, situation.name, convention))
        situation.evaluators[key] = Evaluator(values, forward)
    return situation.evaluators[key]


def _upstream_as_given(subject: Subject) -> tuple[Equation, ...]:
    """Where parameters have moved before the step, E is followed from the next quantity on by its gradient as given:
    E = ⟨∇u, u⟩ to first order, with u computed from the values that the step reads."""
    terms = [
        use.expression if use.upstream is None else Sum(Hadamard(use.upstream, use.target)) for use in subject.uses
    ]
    own = tuple(use.equation for use in subject.uses if use.upstream is not None)
    return (*own, Equation(subject.error, reduce(Add, terms)))


def _direction(situation: Situation, variable: Symbol, number: int) -> Array:
    """A direction with no entry near zero: sizes from 0.5 to 1.5 in steps of 1/100, signs at random."""
    generator = np.random.default_rng([DIRECTION_SEED, number])
    shape = np.shape(situation.values[variable.id])
    sizes = generator.integers(50, 151, shape) / 100
    return frozen(sizes * generator.choice([-1.0, 1.0], shape))


def numeric_gradient(situation: Situation, variable: Symbol) -> Array:
    """∂E/∂variable through the forward pass, in columns. Raises TooLarge."""
    return Evaluator(
        situation.values, shown_forward(situation.program, variable, CONVENTIONS["column"])
    ).error_derivative(variable)
