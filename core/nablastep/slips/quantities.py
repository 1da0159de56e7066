"""Slips of which quantity stands in a formula: another one, one left out, the raw error, one that has moved already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nablastep.expressions import (
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Hadamard,
    MatMul,
    Scale,
    Softmax,
    Subtract,
    Symbol,
    TimesLog,
    matrix_symbols,
    walk,
)
from nablastep.functions.activations import ACTIVATIONS, activation
from nablastep.functions.elementary import SQUARE
from nablastep.functions.losses import LOSSES
from nablastep.graph import Role
from nablastep.laws import negate, scale, transpose
from nablastep.optimizers import LEARNING_RATE
from nablastep.program import UPDATE
from nablastep.slips.case import Case
from nablastep.slips.edits import everywhere, inserted, swapped
from nablastep.slips.record import Words, Wrong, said, slip


@slip(
    "before-activation",
    "{wrong} stands where {right} belongs: {before} the activation instead of {after} it",
    "Which of the two does the next equation of the forward pass read?",
    "Look up what {right} is multiplied with on the way forward.",
)
def BEFORE_ACTIVATION(case: Case) -> Iterator[Wrong]:
    for symbol in case.read:
        before = case.before_activation(symbol)
        if before is not None:
            words: Words = {"wrong": before, "right": symbol, "before": "before", "after": "after"}
            yield swapped(case.right, symbol, before), words
        found = case.activation_of(symbol) if case.role(symbol) is Role.VALUE else None
        if found is not None:
            words = {"wrong": found[1], "right": symbol, "before": "after", "after": "before"}
            yield swapped(case.right, symbol, found[1]), words


@slip(
    "all-before-activation",
    "{wrong} stand where {right} belong: before the activation instead of after it",
    "Which of them does the next equation of the forward pass read?",
    "Look up what is multiplied on the way forward.",
)
def ALL_BEFORE_ACTIVATION(case: Case) -> Iterator[Wrong]:
    before = {symbol: case.before_activation(symbol) for symbol in case.read}
    known = {symbol: other for symbol, other in before.items() if other is not None}
    if len(known) > 1:
        words: Words = {"wrong": " and ".join(map(said, known.values())), "right": " and ".join(map(said, known))}
        yield inserted(case.right, known), words


@slip(
    "shifted",
    "{wrong} stand where {right} belong",
    "Which moment or layer does each of these quantities belong to?",
    "Go back to the forward equations, one use after the other.",
)
def SHIFTED(case: Case) -> Iterator[Wrong]:
    marked = [symbol for symbol in case.read if not symbol.prefix and symbol.mark is not None]
    for base in dict.fromkeys(symbol.base for symbol in marked):
        own = [symbol for symbol in marked if symbol.base == base]
        for shift in (-1, 1):
            others = [case.program.symbols.get(replace(symbol, mark=(symbol.mark or 0) + shift).id) for symbol in own]
            if len(own) > 1 and all(other is not None for other in others):
                moved = {symbol: other for symbol, other in zip(own, others, strict=True) if other is not None}
                names = " and ".join(map(said, moved.values())), " and ".join(map(said, moved))
                yield inserted(case.right, moved), {"wrong": names[0], "right": names[1]}


@slip(
    "layer",
    "{wrong} stands where {right} belongs",
    "Which layers stand on the two sides of this step, and which quantity of them does it need?",
    "Go back to the forward equation that this step differentiates.",
)
def ANOTHER_QUANTITY(case: Case) -> Iterator[Wrong]:
    for symbol in case.read:
        for other in (each for each in case.like(symbol) if each != case.target):
            yield swapped(case.right, symbol, other), {"wrong": other, "right": symbol}


@slip(
    "exchanged",
    "{one} and {other} have changed places",
    "Which of the two is kept, and which tells the way?",
    "Say the equation in words before you write it.",
)
def EXCHANGED(case: Case) -> Iterator[Wrong]:
    for index, one in enumerate(case.read):
        for other in case.read[index + 1 :]:
            yield inserted(case.right, {one: other, other: one}), {"one": one, "other": other}


@slip(
    "left-out",
    "{missing} left out",
    "Which quantities does the step touch on its way, and are all of them here?",
    "Count what the forward equation multiplies and adds.",
)
def LEFT_OUT(case: Case) -> Iterator[Wrong]:
    def dropped(node: Expression) -> Iterator[Expression]:
        if isinstance(node, MatMul | Hadamard | Add):
            yield node.left
            yield node.right
        elif isinstance(node, Subtract):
            yield node.left
            yield negate(node.right)
            yield node.right
        elif isinstance(node, TimesLog | Divide):
            yield node.left
        elif isinstance(node, Apply | Softmax):
            yield node.x

    for wrong in everywhere(case.right, dropped):
        yield wrong, {"missing": _missing(case.right, wrong)}


def _missing(right: Expression, wrong: Expression) -> str:
    """The quantities and functions that are in the right formula only."""
    kept = tuple(walk(wrong))
    names = [said(node) for node in matrix_symbols(right) if node not in kept]
    functions = [node for node in walk(right) if isinstance(node, Apply | Softmax)]
    count = sum(isinstance(node, Apply | Softmax) for node in kept)
    if not names and len(functions) > count:
        names = ["softmax" if isinstance(functions[0], Softmax) else _function(functions[0])]
    return f"{' and '.join(names) if names else 'one of its terms'} {'are' if len(names) > 1 else 'is'}"


def _function(node: Apply) -> str:
    return "the square" if node.function == SQUARE else f"the function {node.function.unicode}"


@slip(
    "raw-error",
    "this sends the output's raw error back, {difference}",
    "Through which functions and products does E reach this quantity, and has each been passed on the way back?",
    "What comes back is the gradient of the quantity behind, not the difference at the very end.",
)
def RAW_ERROR(case: Case) -> Iterator[Wrong]:
    difference = case.difference
    if difference is None or not case.is_gradient:
        return
    words: Words = {"difference": said(difference)}
    for gradient in case.gradients:
        if gradient.bare not in case.raw_error:  # type: ignore[operator]
            yield swapped(case.right, gradient, difference), words
    uses = case.program.uses(case.variable)
    for definition in (case.definition(use.target) for use, _ in uses if _ is not None):
        if isinstance(definition, Apply) and isinstance(definition.x, Symbol):
            slope = Apply(definition.function, definition.x, prime=True)
            yield Hadamard(difference, slope), words
    for symbol in case.program.graph.of(Role.PARAMETER):
        product = MatMul(transpose(symbol), difference)
        yield product, words
        for slope in (node for node in walk(case.right) if isinstance(node, Apply) and node.prime):
            yield Hadamard(product, slope), words


@slip(
    "other-loss",
    "this belongs to another loss or output activation",
    "What is E here, and what is its derivative by the output?",
    "Differentiate this network's own loss by its own output.",
)
def OTHER_LOSS(case: Case) -> Iterator[Wrong]:
    raw = case.raw_error
    if raw is None or case.gradients:
        return
    if (
        case.is_gradient
        and case.target.shape
        and (case.target.bare == raw[0] or case.activation_of(case.variable) is not None)
    ):
        outputs, samples = case.target.shape
        assert case.difference is not None
        for factor in (Factor(1), Factor(1, 1, (samples,)), Factor(2, 1, (outputs,)), Factor(1, 1, (outputs,))):
            yield scale(factor, case.difference), {}
            yield scale(Factor(2, 1, (outputs, samples)), case.difference), {}


@slip(
    "another-loss",
    "this is another error, the {name}",
    "Which error does this network's file name?",
    "The head of the screen names the loss.",
)
def ANOTHER_LOSS(case: Case) -> Iterator[Wrong]:
    raw = case.raw_error
    if raw is not None and case.target == case.program.error:
        for loss in LOSSES.values():
            yield loss.definition(*raw), {"name": loss.name.replace("_", " ")}


@slip(
    "another-activation",
    "this is the function {other}, and the activation here is {function}",
    "Which function leads from {input} to {output} in this network?",
    "The file names the activation of each layer.",
)
def ANOTHER_ACTIVATION(case: Case) -> Iterator[Wrong]:
    if case.is_forward and isinstance(case.right, Apply | Softmax) and isinstance(case.right.x, Symbol):
        function = "softmax" if isinstance(case.right, Softmax) else case.right.function.unicode
        for name in ACTIVATIONS:
            other = activation(name, case.right.x)
            words: Words = {"other": name, "function": function, "input": case.right.x, "output": case.target}
            yield other, words
        if isinstance(case.right, Apply):
            yield Apply(case.right.function, case.right.x, prime=True), {**words, "other": f"{function}′"}


@slip(
    "updated",
    "{parameter} has been updated before it is used",
    "With which weights was E computed, those before or after the update?",
    "All gradients of an iteration belong to one and the same point.",
    shown=True,
)
def UPDATED(case: Case) -> Iterator[Wrong]:
    if not case.is_gradient:
        return
    steps = {step.target: step for step in case.program.steps if step.phase == UPDATE}
    for symbol in case.read:
        if case.role(symbol) is not Role.PARAMETER:
            continue
        plain = Subtract(symbol, Scale(LEARNING_RATE, symbol.gradient))
        yield swapped(case.right, symbol, plain), {"parameter": symbol}
        if symbol in steps:
            yield swapped(case.right, symbol, steps[symbol].equation.expression), {"parameter": symbol}


@slip(
    "another-step",
    "this is {other}, and the question is about {target}",
    "Where on the way back stands {target}: before or after {other}?",
    "Say in words what the quantity measures, then look which equation it stands in.",
)
def ANOTHER_STEP(case: Case) -> Iterator[Wrong]:
    for step in case.program.steps:
        if step.id != case.step.id and step.phase == case.step.phase != UPDATE:
            yield step.target, {"other": step.target, "target": case.target}


QUANTITY_SLIPS = (
    BEFORE_ACTIVATION, ALL_BEFORE_ACTIVATION, SHIFTED, OTHER_LOSS, UPDATED, RAW_ERROR, ANOTHER_QUANTITY, EXCHANGED,
    LEFT_OUT, ANOTHER_STEP, ANOTHER_LOSS, ANOTHER_ACTIVATION,
)  # fmt: skip
