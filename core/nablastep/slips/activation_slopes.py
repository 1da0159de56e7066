"""Slips of the slope f′: left out, one too many, of the wrong function, at the wrong place, in the wrong variable."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from nablastep.expressions import (
    ONE,
    Apply,
    Expression,
    Fill,
    Function,
    Hadamard,
    Softmax,
    Subtract,
    Symbol,
    walk,
)
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.elementary import SQUARE
from nablastep.shapes import shape_of
from nablastep.slips.case import Case
from nablastep.slips.edits import everywhere, swapped
from nablastep.slips.record import Words, Wrong, slip

FUNCTIONS = tuple(function for function in ACTIVATIONS.values() if function is not None)


def _logistic(x: Expression) -> Expression:
    return Hadamard(x, Subtract(Fill(ONE, shape_of(x)), x))


def _hyperbolic(x: Expression) -> Expression:
    return Subtract(Fill(ONE, shape_of(x)), Apply(SQUARE, x))


SLOPE_OF_OUTPUT = {"sigmoid": _logistic, "tanh": _hyperbolic}
"""f′ written with f's own output, as it is remembered: a (1 − a), 1 − a²."""


def slopes(expression: Expression) -> list[Apply]:
    """The slopes f′(x) in a formula."""
    found = (node for node in walk(expression) if isinstance(node, Apply) and node.prime)
    return list(dict.fromkeys(found))


def _replaced(case: Case, node: Apply, other: Expression) -> Expression:
    return next(everywhere(case.right, lambda each: iter((other,) if each == node else ())))


def _without(case: Case, slope: Apply) -> Iterator[Expression]:
    def dropped(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Hadamard) and slope in (node.left, node.right):
            yield node.left if node.right == slope else node.right

    yield from everywhere(case.right, dropped)


@slip(
    "slope",
    "the slope of {function} is missing between {output} and {input}",
    "How much does {output} change when {input} changes a little?",
    "Going back from {output} to {input} leads through {function}.",
    shown=True,
)
def LEFT_OUT(case: Case) -> Iterator[Wrong]:
    for slope in slopes(case.right):
        through = case.activation_of(slope.x) if isinstance(slope.x, Symbol) else None
        output: Symbol | str = through[1] if through is not None else "its output"
        words: Words = {"function": slope.function.unicode, "output": output, "input": _name(slope.x)}
        for wrong in _without(case, slope):
            yield wrong, words
    for gradient in case.gradients:
        found = case.activation_of(gradient.bare)
        if found is not None:
            passed, output = found
            words = {"function": _function_name(passed), "output": output, "input": gradient.bare}
            yield swapped(case.right, gradient, output.gradient), words
    # Softmax has no slope of its own: what is left out is its whole Jacobian.
    found = case.activation_of(case.variable) if case.is_gradient else None
    if found is not None and isinstance(found[0], Softmax):
        yield found[1].gradient, {"function": "softmax", "output": found[1], "input": case.variable}


@slip(
    "slope-too-many",
    "there is one slope of {function} too many",
    "Which step leads through {function}, and has it been taken into account already?",
    "{nudge}",
)
def TOO_MANY(case: Case) -> Iterator[Wrong]:
    if not case.is_gradient:
        return
    for slope in slopes(case.right):
        for wrong in everywhere(case.right, partial(_doubled, slope=slope)):
            yield wrong, {"function": slope.function.unicode, "nudge": "It stands here twice."}
    found = case.activation_of(case.variable)
    if found is not None and not slopes(case.right):
        passed, output = found
        nudge = "With this loss, what E says about the output and the slope cancel: work out both and multiply."
        words: Words = {"function": _function_name(passed), "nudge": nudge}
        for factor in _slope_factors(passed, output):
            yield Hadamard(case.right, factor), words
    for gradient in case.gradients:
        found = case.activation_of(gradient.bare)
        if found is not None:
            words = {"function": _function_name(found[0]), "nudge": f"{_name(gradient)} contains it already."}
            for factor in _slope_factors(*found):
                yield swapped(case.right, gradient, Hadamard(gradient, factor)), words


def _doubled(node: Expression, slope: Apply) -> Iterator[Expression]:
    if node == slope:
        yield Hadamard(slope, slope)


def _slope_factors(passed: Apply | Softmax, output: Symbol) -> tuple[Expression, ...]:
    if isinstance(passed, Softmax):
        return (_logistic(output), Apply(_named("sigmoid"), passed.x, prime=True))
    return (Apply(passed.function, passed.x, prime=True), Apply(passed.function, output, prime=True))


@slip(
    "softmax-diagonal",
    "only the diagonal of the softmax's Jacobian is used",
    "Nudge one input of the softmax: do the other outputs stay where they are?",
    "Every output of a softmax depends on every input of its sample.",
    shown=True,
)
def DIAGONAL_ONLY(case: Case) -> Iterator[Wrong]:
    found = case.activation_of(case.variable) if case.is_gradient else None
    if found is not None and isinstance(found[0], Softmax):
        for factor in _slope_factors(*found):
            yield Hadamard(found[1].gradient, factor), {}


@slip(
    "slope-at-activation",
    "the slope is taken at the wrong place, {place}",
    "The function was applied to one quantity and gave another: at which of them is its slope measured?",
    "A slope belongs to a point on the horizontal axis.",
    shown=True,
)
def AT_THE_WRONG_PLACE(case: Case) -> Iterator[Wrong]:
    for slope in slopes(case.right):
        output = case.output_of(slope.function, slope.x)
        places = ([output] if output else []) + [other for other in case.values if other not in (output, slope.x)]
        for place in places:
            yield _replaced(case, slope, Apply(slope.function, place, prime=True)), {"place": place}
            found = case.activation_of(place)
            if found is not None and isinstance(found[0], Apply):
                yield _replaced(case, slope, Apply(found[0].function, place, prime=True)), {"place": place}


@slip(
    "slope-variable",
    "the slope of {function} is written with the wrong quantity, {written}",
    "The short form of this slope: is it a formula of what goes into {function}, or of what comes out?",
    "Put in a point where you know the slope, such as 0.",
)
def IN_THE_WRONG_VARIABLE(case: Case) -> Iterator[Wrong]:
    for slope in slopes(case.right):
        form = SLOPE_OF_OUTPUT.get(slope.function.name)
        output = case.output_of(slope.function, slope.x)
        if form is None:
            continue
        for other in (slope.x, *(value for value in case.values if value not in (output, slope.x))):
            words: Words = {"function": slope.function.unicode, "written": _name(other)}
            yield _replaced(case, slope, form(other)), words


@slip(
    "slope-of-another",
    "this is the slope of {other}, and the activation here is {function}",
    "Which function leads from {input} to {output} in this network?",
    "Look the activation up in the forward pass.",
)
def OF_ANOTHER_FUNCTION(case: Case) -> Iterator[Wrong]:
    for slope in slopes(case.right):
        output = case.output_of(slope.function, slope.x)
        for other in FUNCTIONS:
            if other.name == slope.function.name:
                continue
            words: Words = {
                "other": other.unicode, "function": slope.function.unicode, "input": _name(slope.x),
                "output": output or "its output",
            }  # fmt: skip
            yield _replaced(case, slope, Apply(other, slope.x, prime=True)), words
            form = SLOPE_OF_OUTPUT.get(other.name)
            if output is not None:
                yield _replaced(case, slope, Apply(other, output, prime=True)), words
            if form is not None and output is not None:
                yield _replaced(case, slope, form(output)), words
            if form is not None:
                yield _replaced(case, slope, form(slope.x)), words


@slip(
    "value-for-slope",
    "the value of {function} stands where its slope belongs",
    "The chain rule multiplies by a derivative: is this one?",
    "How fast something changes is another number than how large it is.",
    shown=True,
)
def VALUE_FOR_SLOPE(case: Case) -> Iterator[Wrong]:
    for slope in slopes(case.right):
        words: Words = {"function": slope.function.unicode}
        yield _replaced(case, slope, Apply(slope.function, slope.x)), words
        output = case.output_of(slope.function, slope.x)
        if output is not None:
            yield _replaced(case, slope, Apply(slope.function, output)), words


def _named(name: str) -> Function:
    function = ACTIVATIONS[name]
    assert function is not None
    return function


def _function_name(passed: Any) -> str:
    return "softmax" if isinstance(passed, Softmax) else str(passed.function.unicode)


def _name(expression: Expression) -> Any:
    return expression if isinstance(expression, Symbol) else "its argument"


SLOPE_SLIPS = (
    LEFT_OUT, AT_THE_WRONG_PLACE, VALUE_FOR_SLOPE, DIAGONAL_ONLY, TOO_MANY, IN_THE_WRONG_VARIABLE,
    OF_ANOTHER_FUNCTION,
)  # fmt: skip
