"""Why an update has the form it has: why minus, why η, and what momentum, RMSprop and Adam make of the gradients.

An update is chosen, not derived. What can be shown is what it does: what the gradient promises for the step as it is
taken, and what the optimiser's memory adds. Source of the rules: `optimizers`.
"""

from __future__ import annotations

from nablastep.derivations.lines import NUMBER, Draft
from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Equation,
    Expression,
    Scale,
    Subtract,
    Sum,
    Symbol,
)
from nablastep.functions.elementary import SQUARE
from nablastep.laws import negate
from nablastep.structures import Differential, Inner

UPDATE_ROUTE = "update"

_NO_PROMISE = "Other parameters have moved since the gradient was taken, so it promises nothing for E any more."
_MINUS = "Minus a sum of squares: no step of the same length lowers E more, as long as η is small."


def update_drafts(equation: Equation, optimizer: str, error: Symbol, *, promised: bool) -> tuple[Draft, ...]:
    """The lines to the step's own equation; `promised` says whether E can still be followed from where ∇θ was taken."""
    step = _step(equation)
    last = Draft(equation.target, equation.expression, _LAST[optimizer], becomes=True)
    if step is None:
        return (
            *_memory(equation),
            Draft(equation.target, equation.expression, "In one line: the equation of this step.", becomes=True),
        )
    target = equation.target
    found = []
    if promised:
        change = Differential(error)
        meaning = "What the gradient promises: E changes by its inner product with the step, whatever the step is."
        found.append(Draft(change, Inner(target.gradient, Differential(target)), meaning, NUMBER))
        found.append(Draft(change, Inner(target.gradient, negate(step)), _DIRECTION[optimizer], NUMBER))
        if isinstance(step, Scale) and step.x == target.gradient:
            squares = negate(Scale(step.scalar, Sum(Apply(SQUARE, target.gradient))))
            found.append(Draft(change, squares, _MINUS, NUMBER))
    else:
        found.append(Draft(target, Add(negate(step), target), _DIRECTION[optimizer]))
        found.append(Draft(target, Add(target, negate(step)), _NO_PROMISE))
    return (*found, last)


def _step(equation: Equation) -> Expression | None:
    """What is taken away from the parameter, weight decay that shrinks it beside the step included."""
    expression = equation.expression
    if not isinstance(expression, Subtract) or equation.target.prefix:
        return None
    if expression.left == equation.target:
        return expression.right
    shrunk = expression.left
    if isinstance(shrunk, Scale) and isinstance(shrunk.scalar, Subtract) and shrunk.scalar.left == ONE:
        return Add(Scale(shrunk.scalar.right, shrunk.x), expression.right)
    return None


def _memory(equation: Equation) -> tuple[Draft, ...]:
    """A state quantity: a fading sum (velocity) or a moving mean (of gradients or of their squares)."""
    state, expression = equation.target, equation.expression
    assert isinstance(expression, Add)
    kept, new = expression.left, expression.right
    assert isinstance(kept, Scale)
    rest: Expression = Scale(Subtract(ONE, kept.scalar), state)
    if not isinstance(new, Scale):
        return (
            Draft(state, Add(new, kept), "The new gradient, and the share that is kept of all before."),
            Draft(
                state,
                Add(Subtract(state, rest), new),
                "Like a body with friction: the share that is not kept is lost, the gradient pushes anew.",
            ),
        )
    of_squares = isinstance(new.x, Apply) and new.x.function is SQUARE
    what = "the mean of the squares" if of_squares else "the mean of the gradients"
    return (
        Draft(
            state,
            Add(Subtract(state, rest), new),
            f"{what.capitalize()} forgets a small share of what it was and takes the same share of what is new.",
        ),
        Draft(
            state,
            Add(state, Scale(Subtract(ONE, kept.scalar), Subtract(new.x, state))),
            f"So {what} moves a little way towards the newest one: jumps are smoothed, a steady direction stays.",
        ),
    )


_DIRECTION = {
    "sgd": "The step goes against the gradient, η times as long.",
    "momentum": "The step goes along the velocity: old gradients go on pushing, so it may leave the steepest way.",
    "nesterov": "The step looks ahead: the gradient, and the velocity once more.",
    "rmsprop": "Each number's gradient is divided by the size that its gradients usually have: all take similar steps.",
    "adam": "The mean of gradients over the root of the mean of squares: about η, less where they jump.",
    "adamw": "As with Adam, and the weights shrink beside the step, not through the gradient.",
}

_LAST = {
    "sgd": "Every number moves against its own slope, η times as far: the equation of this step.",
    "momentum": "The parameter moves by η times the velocity: the equation of this step.",
    "nesterov": "The parameter moves by η times what is seen ahead: the equation of this step.",
    "rmsprop": "Divided by its usual size, every number moves by about η: the equation of this step.",
    "adam": "Dividing by 1 − βᵗ undoes that both means began at 0: the equation of this step.",
    "adamw": "Dividing by 1 − βᵗ undoes that both means began at 0: the equation of this step.",
}
