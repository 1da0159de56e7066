"""Why a − y is left: the gradient through the output's own function, with the loss put in, cancelled line by line.

Where E is computed from the logits z in a stable form, the textbook goes another way: from E to the outputs a, and from
a through their function to z. Both meet in one formula; here the textbook's way is walked, and what cancels is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from itertools import product

import numpy as np

from nablastep.calculus import entry_of, gradient
from nablastep.derivations.lines import OWN, Draft
from nablastep.derivations.regroup import regrouped
from nablastep.derivations.subject import Subject, Use, subject_of
from nablastep.derivations.worth import Evaluator
from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Divide,
    Equation,
    Expression,
    Fill,
    Hadamard,
    Ratio,
    Scale,
    Softmax,
    Subtract,
    Symbol,
    Total,
    substitute,
    symbols,
    walk,
)
from nablastep.functions.elementary import SIGMOID
from nablastep.graph import Definition
from nablastep.laws import add, hadamard, negate, scale, simplified_throughout
from nablastep.notation.unicode import NOTATION
from nablastep.program import Program
from nablastep.shapes import shape_of
from nablastep.transposition import Convention, pushed_throughout, transposed

Factors = tuple[list[Expression], list[Expression]]
"""The factors above and below the line of a product entry by entry."""


def textbook_way(program: Program, name: str, convention: Convention, evaluator: Evaluator) -> Subject | None:
    """The subject that goes through the output's own function, if E passes it over and all numbers are finite."""
    own = subject_of(program, name, convention)
    last = program.graph.definition_of(program.error.id)
    use = _passed_over(program, own, last, convention)
    if last is None or use is None or use.upstream is None:
        return None
    upstream = evaluator.values.get(use.upstream.id)
    if upstream is None or not np.isfinite(upstream).all():
        return None
    if not _targets_sum_to_one(use, evaluator, program, convention):
        return None
    found = gradient(use.expression, own.variable, use.upstream)
    named = substitute(found, {use.expression: use.target})
    return replace(own, equation=Equation(own.gradient, named), uses=(use,))


def cancelling_drafts(program: Program, through: Subject, own: Subject, convention: Convention) -> tuple[Draft, ...]:
    """The lines from ∇z = … ∇a … to the step's own equation, in which ∇a is no longer."""
    (use,) = through.uses
    assert use.upstream is not None
    loss = convention.shown_equation(_gradient_of_output(program, use)).expression
    output = use.target.base
    found: list[Draft] = []

    def line(x: Expression, rule: str) -> Expression:
        if not found or found[-1].right != x:
            found.append(Draft(own.gradient, x, rule))
        return x

    x = substitute(through.equation.expression, {use.upstream: loss})
    x = line(x, f"Put in ∇{_text(use.target)}: the loss has the outputs below its fraction line.")
    if isinstance(use.expression, Apply) and use.expression.function is SIGMOID:
        x = line(substitute(x, _slope_by_output(use)), f"The slope of σ by its own output: {output} (1 − {output}).")
    x = line(
        cancelled(pushed_throughout(x)), "What the loss divides by is what the slope multiplies with: they cancel."
    )
    if isinstance(use.expression, Softmax):
        sums = {node: Fill(ONE, shape_of(node)) for node in walk(x) if _is_target_sum(node, program, convention)}
        x = line(simplified_throughout(substitute(x, dict(sums))), "The targets of a sample sum to 1.")
    if isinstance(use.expression, Apply):
        number = entry_of(x, own.indices)
        x = line(
            regrouped(number, *own.indices, own.variable.shape),
            f"Multiply out: the products of {output} and its targets cancel too.",
        )
    last = program.graph.definition_of(program.error.id)
    assert last is not None
    found.append(
        Draft(
            own.error,
            convention.shown_equation(last.equation).expression,
            "What is computed starts from here: the same E, and nothing is divided by an output that has rounded to 0.",
            OWN,
        )
    )
    arrived = own.arrives_at(x)
    rule = "Both ways end in the same formula: the equation of this step."
    found.append(Draft(own.gradient, own.equation.expression if arrived else x, rule, arrived=arrived))
    return tuple(found)


def _slope_by_output(use: Use) -> dict[Expression, Expression]:
    """σ′ = a ⊙ (1 − a), as it stands and lying on its side."""
    assert isinstance(use.expression, Apply)
    slope = Apply(SIGMOID, use.expression.x, prime=True)
    product = Hadamard(use.target, Subtract(Fill(ONE, shape_of(use.target)), use.target))
    return {transposed(slope): transposed(product), slope: product}


def cancelled(x: Expression) -> Expression:
    """The expression with what stands above and below a fraction line, entry by entry, taken away."""
    if not x.operands:
        return x
    x = x.with_operands(tuple(cancelled(operand) for operand in x.operands))
    if not isinstance(x, Hadamard | Divide | Ratio) or shape_of(x) == ():
        return simplified_throughout(x)
    divisors = {node.right for node in walk(x) if isinstance(node, Divide | Ratio)}
    terms = _terms(x, frozenset(divisors))
    fewer = [_without_pairs(term) for term in terms]
    if fewer == terms:
        return x
    return reduce(add, (_product(factor, above, below) for factor, (above, below) in fewer))


Term = tuple[Expression, Factors]


def _terms(x: Expression, divisors: frozenset[Expression]) -> list[Term]:
    """The products that the expression is a sum of; what something is divided by stays in one piece."""
    if x in divisors:
        return [_bare(x)]
    match x:
        case Add() | Subtract() if any(isinstance(node, Divide | Ratio) for node in walk(x)):
            right = _terms(x.right, divisors)
            signed = right if isinstance(x, Add) else [(negate(factor), rest) for factor, rest in right]
            return [*_terms(x.left, divisors), *signed]
        case Scale():
            return [(scale(x.scalar, factor), rest) for factor, rest in _terms(x.x, divisors)]
        case Hadamard():
            return [_times(a, b) for a, b in product(_terms(x.left, divisors), _terms(x.right, divisors))]
        case Divide() | Ratio() if shape_of(x.right):
            return [(factor, (above, [*below, x.right])) for factor, (above, below) in _terms(x.left, divisors)]
    return [_bare(x)]


def _bare(x: Expression) -> Term:
    return ONE, ([x], [])


def _times(left: Term, right: Term) -> Term:
    (factor, (above, below)), (other, (more_above, more_below)) = left, right
    return scale(factor, other), ([*above, *more_above], [*below, *more_below])


def _without_pairs(term: Term) -> Term:
    factor, (above, below) = term
    above, below = list(above), list(below)
    for each in list(below):
        if each in above:
            above.remove(each)
            below.remove(each)
    return factor, (above, below)


def _product(factor: Expression, above: list[Expression], below: list[Expression]) -> Expression:
    kind: Callable[[Expression, Expression], Expression] = Ratio
    shape = shape_of((above or below)[0])
    found = reduce(hadamard, above) if above else Fill(ONE, shape)
    return scale(factor, reduce(kind, below, found))


# what the network is


def _passed_over(program: Program, own: Subject, last: Definition | None, convention: Convention) -> Use | None:
    """The equation a = f(z) of an output that only E's textbook form reads; None where that reads z itself too."""
    if last is None or last.definition is None or not own.through_error:
        return None
    if own.variable.id in {symbol.id for symbol in symbols(last.definition.expression)}:
        return None
    for symbol in last.passed_over:
        made = program.graph.definition_of(symbol.id)
        if made is not None and own.variable.id in {each.id for each in made.read}:
            return Use(convention.shown_equation(made.equation), convention.shown_symbol(symbol.gradient))
    return None


def _gradient_of_output(program: Program, use: Use) -> Equation:
    return program.step(use.target.gradient.id).equation


def _is_target_sum(node: Expression, program: Program, convention: Convention) -> bool:
    target = program.graph.target
    return target is not None and isinstance(node, Total) and node.x == convention.shown_symbol(target)


def _targets_sum_to_one(use: Use, evaluator: Evaluator, program: Program, convention: Convention) -> bool:
    target = program.graph.target
    if target is None or not isinstance(use.expression, Softmax):
        return True
    shown = convention.shown_symbol(target)
    axis = 0 if convention.shown_symbol(target).shape == target.shape else 1
    return bool(np.allclose(np.sum(evaluator.values[shown.id], axis=axis), 1.0, rtol=0, atol=1e-13))


def _text(symbol: Symbol) -> str:
    return NOTATION.text(symbol)
