"""Bias as one more weight, from a neuron whose activation is always 1: W̃ = [W b], ã = [a; 1], z = W̃ ã.

A view on a layer, not another program: ∇W̃ = ∇z ãᵀ = [∇W ∇b], and ∇ã has one entry more than ∇a, which is dropped
because nothing flows back into a constant.
"""

from __future__ import annotations

from nablastep.derivations.lines import OWN, Draft, Line, Truth, shown_lines
from nablastep.derivations.subject import forward_equations
from nablastep.derivations.why import situation_of
from nablastep.derivations.worth import Evaluator
from nablastep.errors import CommandError
from nablastep.expressions import COLUMNS, ONE, ROWS, Expression, Fill, MatMul, Transpose
from nablastep.session import Session
from nablastep.structures import Named, rows_and_columns
from nablastep.transposition import CONVENTIONS

_MARKS = "0123456789"


def augmented_lines(session: Session, layer: int) -> tuple[Line, ...]:
    """The affine map of layer `layer` (from 1) and its gradients with W̃ and ã, in columns.

    Raises CommandError for a layer that does not exist or has no bias.
    """
    k = layer - 1
    situation = situation_of(session, f"grad_a{k}" if 0 <= k < len(session.program.form.sizes) - 1 else "grad_W0")
    program = situation.program
    if not 0 <= k < len(program.form.activations) or not program.form.biases[k]:
        raise CommandError(f"layer {layer} has no bias to be seen as a weight")
    symbols = program.symbols
    weights, bias, activation = symbols[f"W{k}"], symbols[f"b{k}"], symbols[f"a{k}"]
    target, gradient = symbols[f"z{layer}"], symbols[f"grad_z{layer}"]
    samples = rows_and_columns(activation)[1]
    ones = Fill(ONE, ("1", samples))
    wide = _named("W", k, "", weights, bias, COLUMNS)
    tall = _named("a", k, "", activation, ones, ROWS)
    wide_gradient = _named("W", k, "grad", weights.gradient, bias.gradient, COLUMNS)
    drafts = (
        Draft(target, MatMul(wide, tall), "Give the bias a neuron of its own whose activation is always 1.", OWN),
        Draft(
            wide_gradient,
            MatMul(gradient, Transpose(tall)),
            "The bias is a weight now, so the rule for weights gives its gradient too: the last column is ∇z times 1.",
            OWN,
        ),
        Draft(
            MatMul(Transpose(weights), gradient),
            symbols[f"grad_a{k}"] if f"grad_a{k}" in symbols else MatMul(Transpose(weights), gradient),
            "Going back, W̃ᵀ∇z has one entry more than ∇a: it belongs to the constant 1 and is dropped.",
            OWN,
        ),
    )
    evaluator = Evaluator(situation.values, forward_equations(program, weights))
    return shown_lines("augmented", drafts, weights, CONVENTIONS["column"], evaluator, Truth(0.0, None, None))


def _named(base: str, layer: int, prefix: str, left: Expression, right: Expression, axis: int) -> Named:
    nabla, word, command = ("∇", "grad_", r"\nabla ") if prefix else ("", "", "")
    marks = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[_MARKS.index(digit)] for digit in str(layer))
    return Named(
        f"{nabla}{base}̃⁽{marks}⁾",
        f"{word}{base}{layer}_augmented",
        rf"{command}\tilde{{{base}}}^{{({layer})}}",
        left,
        right,
        axis,
    )
