"""The closing answer of a derivation, in the words of the person who asks, and what conventions have to do with it.

Answers go by what reads the quantity and how: the node, never a name. They begin with what the scalar chain rule says
and then name the matrix term; every formula in them is the one that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.calculus import gradient
from nablastep.derivations.one_reader import Closing, one_reader_closing
from nablastep.derivations.subject import Subject, subject_of
from nablastep.expressions import (
    SAMPLES,
    WEIGHTS,
    Add,
    Equation,
    Expression,
    LogSumExp,
    MatMul,
    Softmax,
    Sum,
    Symbol,
    TimesLog,
    Total,
    depends_on,
    symbols,
    walk,
)
from nablastep.notation.unicode import NOTATION
from nablastep.program import FORWARD, UPDATE, Program
from nablastep.session import Session
from nablastep.transposition import CONVENTIONS, Convention, convention_named

SHORTHAND = "∇x is short for ∇ₓE: the array of all ∂E/∂x, always shaped like x."


@dataclass(frozen=True)
class Reading:
    """One way of writing z = W a + b that is met, and what ∇a and ∇W are there."""

    where: str
    convention: str
    forward: str
    activation_gradient: str
    weight_gradient: str


_MET = (
    ("index notation, W leads from i to j", "column-transposed"),
    ("vector notation of most textbooks", "column"),
    ("PyTorch Linear: its weight is units × inputs", "row-pytorch"),
    ("Keras Dense: its kernel is inputs × units", "row-keras"),
)


def _readings() -> tuple[Reading, ...]:
    """The affine map and its gradients, as every convention writes them: transpositions of one equation."""
    weights = Symbol("W", None, ("n1", "n0"), flips_with=WEIGHTS)
    inputs, bias, output = (
        Symbol(base, None, (rows, "1"), flips_with=SAMPLES) for base, rows in (("a", "n0"), ("b", "n1"), ("z", "n1"))
    )
    affine = Equation(output, Add(MatMul(weights, inputs), bias))
    found = []
    for where, name in _MET:
        shown = CONVENTIONS[name].shown_equation
        texts = [
            NOTATION.equation_text(shown(each))
            for each in (
                affine,
                *(Equation(v.gradient, gradient(affine.expression, v, output.gradient)) for v in (inputs, weights)),
            )
        ]
        found.append(Reading(where, name, *texts))
    return tuple(found)


READINGS = _readings()

MIXING = (
    "Index notation often writes z = Wᵀa (W leads from i to j), vector notation z = W a. Each is right alone. Taking "
    "the indices from one and the matrix form from the other leaves W where Wᵀ belongs, or Wᵀ where W belongs; in a "
    "square layer no shape check notices."
)


def closing(session: Session, name: str, convention: str) -> Closing:
    """The question that a step of the session raises and its answer, in the convention of that name."""
    return closing_of(session.program, name, convention_named(convention))


def closing_of(program: Program, name: str, convention: Convention) -> Closing:
    """The question that this step raises and its answer, in the convention shown."""
    found = _closing_of(program, name, convention)
    return Closing(program.about(found.question), program.about(found.answer))


def _closing_of(program: Program, name: str, convention: Convention) -> Closing:
    if name not in program.views:
        step = program.step(name)
        if step.phase == FORWARD:
            return _forward_closing(program, step.equation)
        if step.phase == UPDATE:
            return _UPDATE
    subject = subject_of(program, name, convention)
    if len(subject.uses) > 1:
        return _several_closing(subject)
    (use,) = subject.uses
    if use.upstream is None:
        return _error_closing(program, subject)
    return one_reader_closing(subject, use)


def _text(x: Expression) -> str:
    return NOTATION.text(x)


# forward steps


def _forward_closing(program: Program, equation: Equation) -> Closing:
    expression = equation.expression
    if equation.target == program.error:
        return Closing("What is E?", "One number for everything: what is to become small, added up as the file says.")
    if isinstance(expression, Softmax):
        return Closing(
            "Why not entry by entry?",
            "Every output of softmax needs the sum over all of them: what one has more, the others have less.",
        )
    if any(isinstance(node, MatMul) for node in walk(expression)):
        return Closing(
            "Why a matrix product?",
            "Every output is a weighted sum of all inputs; the weights of all outputs make a matrix.",
        )
    if any(isinstance(node, Total | Sum) for node in walk(expression)):
        return Closing(
            "Where is the sum?",
            "In the ones: a row of ones times a matrix adds up its columns, a matrix times a column of ones its rows.",
        )
    return Closing(
        "Why is it written for whole arrays?",
        "The operation acts entry by entry in the same way, so one formula stands for all of them.",
    )


_UPDATE = Closing(
    "Why minus, and why this length?",
    "The gradient points where E rises fastest, so the step goes against it: to first order E falls by the step's "
    "length times the gradient's. How far is chosen, not derived: that is the learning rate, and what momentum or "
    "Adam make of the gradients before.",
)


# backward steps


def _several_closing(subject: Subject) -> Closing:
    v = _text(subject.variable)
    readers = [_text(use.target) for use in subject.uses]
    shown = ", ".join(readers[:-1]) + f" and {readers[-1]}"
    return Closing(
        f"Why is ∇{v} a sum?",
        f"{v} is read {len(readers)} times, by {shown}. Each of its numbers reaches E along every one of these "
        f"ways, and the "
        "chain rule adds up all paths: one term for each reader, each the gradient that this reader alone would give.",
    )


def _error_closing(program: Program, subject: Subject) -> Closing:
    definition = program.forward[-1].definition
    cancelled = definition is not None and not depends_on(definition.expression, subject.variable)
    if cancelled:
        return _cancelled_closing(program, subject)
    return Closing(
        "Where does the first gradient come from?",
        f"From E alone: how E reacts to each number of {_text(subject.variable)}. Everything further back is the "
        f"chain rule. A "
        "factor such as 1/m enters here, once, and is carried along by every later step.",
    )


def _cancelled_closing(program: Program, subject: Subject) -> Closing:
    definition = program.graph.definition_of(program.error.id)
    assert definition is not None
    assert definition.definition is not None
    is_softmax = any(isinstance(each.equation.expression, Softmax) for each in program.forward)
    logs = [node for node in walk(definition.definition.expression) if isinstance(node, TimesLog)]
    stable = any(isinstance(node, LogSumExp) for node in walk(subject.uses[0].expression))
    output = definition.passed_over[0].base
    targets = [symbol.base for log in logs for symbol in symbols(log.left)]
    left = f"{output} − {targets[0]} is left" if targets else "the output less its target is left"
    if is_softmax and stable and logs:
        return Closing(
            "Where have softmax's Jacobian and the fractions of the loss gone?",
            f"They cancel: the loss divides by {output}, which is what diag({output}) − {output} {output}ᵀ multiplies "
            f"with, and the targets sum to 1. So {left}. E is computed from the logits directly, so nothing is divided "
            "by a number near 0. The short form holds for this pair of softmax and cross-entropy only.",
        )
    return Closing(
        "Where have the slope and the fractions of the loss gone?",
        f"They cancel: the loss divides by {output} (1 − {output}), which is exactly the slope of σ. So {left}. E is "
        f"computed from what σ is taken of, so nothing is divided by a number near 0. The short form holds for this "
        "pair of σ and binary cross-entropy only.",
    )


def conventions_text(convention: Convention) -> tuple[str, ...]:
    """Who writes z in which way, one line each, and the trap between them."""
    lines = [f"shown: {convention.name}, {convention.formula} ({CONVENTIONS[convention.name].met_in})"]
    lines += [
        f"{reading.where}: {reading.forward}, so {reading.activation_gradient} and {reading.weight_gradient}"
        for reading in READINGS
    ]
    return (*lines, MIXING)
