"""The closing answer of a derivation, in the words of the person who asks, and what conventions have to do with it.

Answers go by what reads the quantity and how: the node, never a name. They begin with what the scalar chain rule says
and then name the matrix term; every formula in them is the one that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.calculus import gradient
from nablastep.derivations.subject import Subject, Use, subject_of
from nablastep.expressions import (
    SAMPLES,
    WEIGHTS,
    Add,
    Apply,
    Equation,
    Expression,
    LogSumExp,
    MatMul,
    Rearrange,
    Repeat,
    Softmax,
    Symbol,
    TimesLog,
    Transpose,
    Windows,
    depends_on,
    walk,
)
from nablastep.functions.elementary import LOG
from nablastep.notation.unicode import NOTATION
from nablastep.program import FORWARD, UPDATE, Program
from nablastep.session import Session
from nablastep.transposition import CONVENTIONS, Convention, convention_named

SHORTHAND = "∇x is short for ∇ₓE: the array of all ∂E/∂x, always shaped like x."


@dataclass(frozen=True)
class Closing:
    """A question as people ask it, and the answer in a few sentences."""

    question: str
    answer: str


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
    ("PyTorch Linear, weight units × inputs", "row-pytorch"),
    ("Keras Dense, kernel inputs × units", "row-keras"),
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
    return _single_closing(subject, use)


def _text(x: Expression) -> str:
    return NOTATION.text(x)


# forward steps


def _forward_closing(program: Program, equation: Equation) -> Closing:
    expression = equation.expression
    if equation.target == program.error:
        return Closing("What is E?", "One number for everything: what is to become small, added up as the file says.")
    if any(isinstance(node, MatMul) for node in walk(expression)):
        return Closing(
            "Why a matrix product?",
            "Every output is a weighted sum of all inputs; the weights of all outputs make a matrix.",
        )
    if isinstance(expression, Softmax):
        return Closing("Why the whole column at once?", "Every output of softmax needs the sum over all of them.")
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


def _single_closing(subject: Subject, use: Use) -> Closing:
    expression, v = use.expression, subject.variable
    product = next(
        (node for node in walk(expression) if isinstance(node, MatMul) and _is_factor(node, v)),
        None,
    )
    if product is not None:
        return _product_closing(subject, use, product)
    if isinstance(expression, Rearrange):
        return _rearranged_closing(subject, use, expression)
    if isinstance(expression, Softmax):
        return _softmax_closing(subject, use)
    if isinstance(expression, Apply):
        return _entry_wise_closing(subject, use)
    if any(isinstance(node, Repeat) and depends_on(node, v) for node in walk(expression)):
        return Closing(
            f"Why is ∇{_text(v)} a sum?",
            f"The forward pass copies {_text(v)}; each copy is a path to E of its own, and the paths are added "
            f"up. The adjoint "
            "of copying is summing: a product with a vector of ones.",
        )
    if isinstance(expression, Add) and v in expression.operands:
        return Closing(
            f"Why is ∇{_text(v)} just {_text(use.upstream) if use.upstream else 'this'}?",
            f"{_text(use.target)} contains {_text(v)} once, with the factor 1, so what one of them changes the "
            f"other does too: the "
            "Jacobian is the identity.",
        )
    return Closing(
        "Where does this come from?",
        "Every path from a number to E is followed, the slopes along it are multiplied, and the paths are added "
        "up. The matrix "
        "form is that sum for all numbers at once.",
    )


def _is_factor(node: MatMul, v: Symbol) -> bool:
    return any(operand in (v, Transpose(v)) for operand in node.operands)


def _entry_wise_closing(subject: Subject, use: Use) -> Closing:
    v, u = _text(subject.variable), _text(use.target)
    assert isinstance(use.expression, Apply)
    name = use.expression.function.unicode
    return Closing(
        "Why ⊙ here and a matrix product elsewhere?",
        f"Each number of {v} has one path to E, through the number of {u} in the same place, so only one slope "
        f"multiplies "
        f"it. As matrices: the Jacobian is diagonal, diag({name}′({v})), and a diagonal matrix times a vector is "
        f"⊙. Softmax "
        "does not work entry by entry: there the zeros fill in and ⊙ alone is wrong.",
    )


def _softmax_closing(subject: Subject, use: Use) -> Closing:
    v, p = _text(subject.variable), _text(use.target)
    return Closing(
        "Why is one slope for each entry not enough here?",
        f"Raising one number of {v} raises its own output and lowers all others, so it has a path to E through "
        f"every number of "
        f"{p}. As matrices: the Jacobian diag(p) − p pᵀ is full. Its product with ∇{p} is ⊙ and one sum, and that "
        f"sum is what "
        "∇p ⊙ p ⊙ (1 − p) leaves out.",
    )


def _product_closing(subject: Subject, use: Use, product: MatMul) -> Closing:
    v = subject.variable
    is_weight = v.flips_with == WEIGHTS or (v.flips_with != SAMPLES and "1" not in v.shape)
    return (_weight_closing if is_weight else _passed_back_closing)(subject, use, product)


def _weight_closing(subject: Subject, use: Use, product: MatMul) -> Closing:
    v, u = _text(subject.variable), _text(use.target)
    other = product.right if product.left in (subject.variable, Transpose(subject.variable)) else product.left
    several = (
        " Over a batch the inner dimension of the product is m: it adds up one such table for each sample."
        if subject.over_samples
        else ""
    )
    return Closing(
        "Why an outer product, and why this order?",
        f"One number of {v} reaches E through one number of {u} only, and what it adds there is scaled by one "
        f"number of "
        f"{_text(other)}. So each entry of ∇{v} is an entry of ∇{u} times an entry of {_text(other)}: all pairs "
        f"make an outer "
        f"product. The order is that of {v}: {_text(subject.equation.expression)} has its rows and its "
        f"columns.{several}",
    )


def _passed_back_closing(subject: Subject, use: Use, product: MatMul) -> Closing:
    v, u = subject.variable, _text(use.target)
    is_right = product.right in (v, Transpose(v))
    matrix = product.left if is_right else product.right
    shown = subject.equation.expression
    turned = (
        shown.left if isinstance(shown, MatMul) and is_right else shown.right if isinstance(shown, MatMul) else matrix
    )
    side = "in front of" if is_right else "behind"
    wrong = MatMul(matrix, use.upstream) if is_right else MatMul(use.upstream, matrix)  # type: ignore[arg-type]
    return Closing(
        f"Why {_text(turned)}, and why {side} ∇{u}?",
        f"Each number of {_text(v)} reaches E through every number of {u}, each time by one number of "
        f"{_text(matrix)}; adding up "
        f"all paths sums over the index of {u}. That is the adjoint of the linear map: {_text(shown)}. It is no "
        f"choice that "
        f"shapes make: where {_text(matrix)} is square {_text(wrong)} has the right shape too, and the wrong value.",
    )


def _rearranged_closing(subject: Subject, use: Use, node: Rearrange) -> Closing:
    v, u = _text(subject.variable), _text(use.target)
    if isinstance(node.plan, Windows) and not node.back:
        return Closing(
            "How does one go back through a convolution?",
            f"Each number of {v} stands in several patches, the columns of {u}, and reaches E through each of "
            f"them; adding up "
            "all paths adds every patch of the gradient back to the place that it was cut from. That is the "
            "transpose of "
            "cutting out patches; the kernel itself is only a matrix product.",
        )
    return Closing(
        f"Why is ∇{v} made of the entries of ∇{u}?",
        f"{u} holds entries of {v} and nothing else, so each of them has its path to E there, with the slope 1: "
        f"the gradient "
        "goes back to the place that its entry came from, and entries that were left out get 0.",
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
    last = program.forward[-1].definition
    assert last is not None
    is_softmax = any(isinstance(each.equation.expression, Softmax) for each in program.forward)
    has_log = any(
        isinstance(node, TimesLog) or (isinstance(node, Apply) and node.function is LOG)
        for node in walk(last.expression)
    )
    stable = any(isinstance(node, LogSumExp) for node in walk(subject.uses[0].expression))
    if is_softmax and stable and has_log:
        return Closing(
            "Where have softmax's Jacobian and the fractions of the loss gone?",
            "They cancel: the loss divides by p, which is what diag(p) − p pᵀ multiplies with, and the targets "
            "sum to 1. So p − y is "
            "left. E is computed from the logits directly, so nothing is divided by a number near 0. The short "
            "form holds for "
            "this pair of softmax and cross-entropy only.",
        )
    return Closing(
        "Where have the slope and the fractions of the loss gone?",
        "They cancel: the loss divides by a (1 − a), which is exactly the slope of σ. So a − y is left. E is "
        "computed from z "
        "directly, so nothing is divided by a number near 0. The short form holds for this pair of σ and binary "
        "cross-entropy "
        "only.",
    )


def conventions_text(convention: Convention) -> tuple[str, ...]:
    """Who writes z in which way, one line each, and the trap between them."""
    lines = [f"shown: {convention.name}, {convention.formula} ({CONVENTIONS[convention.name].met_in})"]
    lines += [
        f"{reading.where}: {reading.forward}, so {reading.activation_gradient} and {reading.weight_gradient}"
        for reading in READINGS
    ]
    return (*lines, MIXING)
