"""The update rules: for one parameter, the equations of one step, state first.

As PyTorch defines them (torch.optim.SGD, RMSprop, Adam, AdamW); state starts at 0 and `t` counts iterations from 1.
Weight decay stands in these equations only: it never enters a gradient or E.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Divide,
    Equation,
    Expression,
    Fill,
    Power,
    Scale,
    Subtract,
    Symbol,
    substitute,
)
from nablastep.functions.elementary import SQRT, SQUARE
from nablastep.notation.settings import hidden_setting
from nablastep.records import record

LEARNING_RATE = Symbol("learning_rate", None, (), setting=True)
MOMENTUM = Symbol("momentum", None, (), setting=True)
DECAY = Symbol("decay", None, (), setting=True)
BETA1 = Symbol("beta1", None, (), setting=True)
BETA2 = Symbol("beta2", None, (), setting=True)
EPSILON = Symbol("epsilon", None, (), setting=True)
WEIGHT_DECAY = Symbol("weight_decay", None, (), setting=True)
UPDATE_COUNT = Symbol("t", None, (), setting=True)

SETTINGS = (LEARNING_RATE, MOMENTUM, DECAY, BETA1, BETA2, EPSILON, WEIGHT_DECAY, UPDATE_COUNT)

Updates = Callable[[Symbol, Expression], tuple[Equation, ...]]


@record()
class Rule:
    """An update rule: the prefixes of its state quantities, and its equations for (parameter, gradient)."""

    name: str
    state: tuple[str, ...]
    equations: Updates
    decoupled_decay: bool = False


def update_equations(
    name: str,
    parameter: Symbol,
    *,
    weight_decay: bool,
    taken: Collection[str] = (),
    rate: Expression = LEARNING_RATE,
) -> tuple[Equation, ...]:
    """The update of one parameter: an equation per state quantity, then the parameter's own.

    Settings whose names are `taken` by quantities are called otherwise in code; `rate` is the learning rate.
    """
    rule = RULES[name]
    gradient: Expression = parameter.gradient
    if weight_decay and not rule.decoupled_decay:
        gradient = Add(gradient, Scale(WEIGHT_DECAY, parameter))
    equations = rule.equations(parameter, gradient)
    if weight_decay and rule.decoupled_decay:
        equations = (*equations[:-1], _decayed(equations[-1], parameter))
    hidden: dict[Expression, Expression] = {
        setting: replace(setting, base=hidden_setting(setting.base)) for setting in SETTINGS if setting.base in taken
    }
    scheduled = (substitute(found.expression, {LEARNING_RATE: rate}) for found in equations)
    return tuple(
        replace(found, expression=substitute(expression, hidden))
        for found, expression in zip(equations, scheduled, strict=True)
    )


def state_symbols(name: str, parameter: Symbol) -> tuple[Symbol, ...]:
    """The optimiser's state for one parameter, each of the parameter's shape: `m_W1`, `v_W1`."""
    return tuple(_state(parameter, prefix) for prefix in RULES[name].state)


def _state(parameter: Symbol, prefix: str) -> Symbol:
    return replace(parameter, prefix=prefix)


def _update(parameter: Symbol, direction: Expression) -> Equation:
    return Equation(parameter, Subtract(parameter, Scale(LEARNING_RATE, direction)), is_update=True)


def _decayed(update: Equation, parameter: Symbol) -> Equation:
    """θ ← (1 − ηλ) θ − …: AdamW shrinks the parameter beside the step, not through the gradient."""
    step = update.expression
    assert isinstance(step, Subtract)
    kept = Scale(Subtract(ONE, Scale(LEARNING_RATE, WEIGHT_DECAY)), parameter)
    return Equation(parameter, Subtract(kept, step.right), is_update=True)


def _moving_average(state: Symbol, rate: Symbol, sample: Expression) -> Equation:
    return Equation(state, Add(Scale(rate, state), Scale(Subtract(ONE, rate), sample)), is_update=True)


def _sgd(parameter: Symbol, gradient: Expression) -> tuple[Equation, ...]:
    return (_update(parameter, gradient),)


def _momentum(parameter: Symbol, gradient: Expression) -> tuple[Equation, ...]:
    velocity = _state(parameter, "velocity")
    gathered = Equation(velocity, Add(Scale(MOMENTUM, velocity), gradient), is_update=True)
    return (gathered, _update(parameter, velocity))


def _nesterov(parameter: Symbol, gradient: Expression) -> tuple[Equation, ...]:
    velocity = _state(parameter, "velocity")
    gathered = Equation(velocity, Add(Scale(MOMENTUM, velocity), gradient), is_update=True)
    return (gathered, _update(parameter, Add(gradient, Scale(MOMENTUM, velocity))))


def _rmsprop(parameter: Symbol, gradient: Expression) -> tuple[Equation, ...]:
    v = _state(parameter, "v")
    root = Add(Apply(SQRT, v), Fill(EPSILON, parameter.shape))
    return (_moving_average(v, DECAY, Apply(SQUARE, gradient)), _update(parameter, Divide(gradient, root)))


def _adam(parameter: Symbol, gradient: Expression) -> tuple[Equation, ...]:
    m, v = _state(parameter, "m"), _state(parameter, "v")
    mean = Divide(m, Subtract(ONE, Power(BETA1, UPDATE_COUNT)))
    square = Divide(v, Subtract(ONE, Power(BETA2, UPDATE_COUNT)))
    root = Add(Apply(SQRT, square), Fill(EPSILON, parameter.shape))
    return (
        _moving_average(m, BETA1, gradient),
        _moving_average(v, BETA2, Apply(SQUARE, gradient)),
        _update(parameter, Divide(mean, root)),
    )


RULES = {
    rule.name: rule
    for rule in (
        Rule("sgd", (), _sgd),
        Rule("momentum", ("velocity",), _momentum),
        Rule("nesterov", ("velocity",), _nesterov),
        Rule("rmsprop", ("v",), _rmsprop),
        Rule("adam", ("m", "v"), _adam),
        Rule("adamw", ("m", "v"), _adam, decoupled_decay=True),
    )
}
