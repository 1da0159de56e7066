"""A bias as one more weight, from a neuron whose activation is always 1: W̃ = [W b], ã = [a; 1], z = W̃ ã.

A view on one affine equation, not another program: ∇W̃ = ∇z ãᵀ = [∇W ∇b], and ∇ã has one entry more than ∇a, which is
dropped because nothing flows back into a constant.
"""

from __future__ import annotations

from dataclasses import replace

from nablastep.derivations.lines import OWN, Draft, Line, Truth, evaluated
from nablastep.derivations.subject import shown_forward
from nablastep.derivations.why import situation_of
from nablastep.derivations.worth import Evaluator
from nablastep.errors import CommandError
from nablastep.expressions import COLUMNS, ONE, ROWS, Add, Expression, Fill, MatMul, Repeat, Symbol, Transpose, walk
from nablastep.notation import notation_named
from nablastep.program import Program
from nablastep.session import Session
from nablastep.shapes import rows_and_columns
from nablastep.structures import Named
from nablastep.transposition import CONVENTIONS

Affine = tuple[Symbol, Symbol, Symbol, Symbol]
"""z, W, a and b of z = W a + b."""


def affine_of(program: Program, name: str) -> Affine | None:
    """The equation z = W a + b that the step of that id belongs to, if its parts are whole quantities."""
    for definition in program.forward:
        target, expression = definition.target, definition.equation.expression
        if not isinstance(expression, Add) or not isinstance(expression.left, MatMul):
            continue
        product, added = expression.left, expression.right
        bias = added.x if isinstance(added, Repeat) else added
        parts = (target, product.left, product.right, bias)
        if all(isinstance(part, Symbol) for part in parts) and rows_and_columns(bias)[1] == "1":
            named = {target.id, *(f"grad_{part.id}" for part in (product.left, bias) if isinstance(part, Symbol))}
            if name in named:
                return parts  # type: ignore[return-value]  # each part is a Symbol
    return None


def augmented_lines(session: Session, name: str) -> tuple[Line, ...]:
    """The affine map that the step belongs to and its gradients with W̃ and ã, in columns.

    Raises CommandError for a step that belongs to no z = W a + b.
    """
    found = affine_of(session.program, name)
    if found is None:
        raise CommandError(f"{name} belongs to no equation with a bias that could be seen as a weight")
    target, weights, inputs, bias = found
    program = session.program
    situation = situation_of(session, _latest(program, (weights.gradient, bias.gradient, inputs.gradient), name))
    ones = Fill(ONE, ("1", rows_and_columns(inputs)[1]))
    wide, tall = _named(weights, bias, COLUMNS), _named(inputs, ones, ROWS)
    wide_gradient = _named(weights.gradient, bias.gradient, COLUMNS)
    readers = sum(inputs in walk(each.equation.expression) for each in program.forward)
    back: Expression = MatMul(Transpose(weights), target.gradient)
    drafts = (
        Draft(target, MatMul(wide, tall), "Give the bias a neuron of its own whose activation is always 1.", OWN),
        Draft(
            wide_gradient,
            MatMul(target.gradient, Transpose(tall)),
            "The bias is a weight now, so the rule for weights gives its gradient too, in the last column.",
            OWN,
        ),
        Draft(
            back,
            # What is read elsewhere too gets more than what comes back here.
            inputs.gradient if inputs.gradient.id in program.symbols and readers == 1 else back,
            "Going back, the product has one entry more: it belongs to the constant 1 and is dropped.",
            OWN,
        ),
    )
    evaluator = Evaluator(situation.values, shown_forward(program, weights, CONVENTIONS["column"]))
    return evaluated("augmented", drafts, evaluator, Truth(0.0))


def _latest(program: Program, gradients: tuple[Symbol, ...], name: str) -> str:
    """The last of the steps whose values are shown."""
    ids = {symbol.id for symbol in gradients} | {name}
    return [step.id for step in program.steps if step.id in ids][-1]


def _named(left: Symbol, right: Expression, axis: int) -> Named:
    """left and right beside each other, called like the left one with a tilde."""
    bare = replace(left, prefix="", letter="", base=left.letter or left.base)
    plain = {each: notation_named(each).symbol_text(left) for each in ("unicode", "ascii", "latex")}
    base = bare.base
    return Named(
        plain["unicode"].replace(base, base + "̃", 1),
        f"{left.id}_augmented",
        plain["latex"].replace(base, rf"\tilde{{{base}}}", 1),
        left,
        right,
        axis,
    )
