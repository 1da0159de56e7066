"""The index route: one entry at a time, with explicit sums and Kronecker deltas.

Each node class says how one of its entries is written, what the derivative of that entry is, and in one sentence why.
The deltas are then used up, one sum after the other, until entries without deltas are left: that is where the matrix
form comes from. A new node gets its derivation by an entry in INDEX_RULES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nablastep.adjoints import function_body
from nablastep.derivations.deltas import product, spread, used_up
from nablastep.derivations.lines import QUANTITY, Draft, Rule
from nablastep.derivations.subject import Subject
from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Number,
    Ratio,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    depends_on,
    substitute,
    walk,
)
from nablastep.shapes import shape_of
from nablastep.structures import SAMPLE, Delta, Entry, IndexSum, Partial, rows_and_columns
from nablastep.transposition import Convention

Indices = tuple[str | None, str | None]
INNER, UNITS, SAMPLES = "p", "k", "t"
"""The indices of sums that an equation itself contains: of a matrix product, over units, over samples."""


@dataclass(frozen=True)
class IndexRule:
    """How `entry` (row, column) of a node is written, its `slope` by an entry of the variable, and the `sentence`."""

    entry: Callable[[Any, Indices], Expression]
    slope: Callable[[Any, Entry], Expression | None]
    sentence: Callable[[Any, Subject], str]


def index_drafts(subject: Subject) -> tuple[Draft, ...]:
    """The lines from ∂E/∂vᵢ to the step's own equation."""
    left = Entry(subject.gradient, _variable_indices(subject))
    partial_by = Entry(subject.variable, left.indices)
    found = [Draft(left, Partial(Symbol("E", None, ()), partial_by), _definition(subject))]
    if subject.through_error:
        found += _through_error(subject, left, partial_by)
    else:
        found += _through_layer(subject, left, partial_by)
    found += _regrouped(subject, left, found[-1].right)
    return tuple(found)


def _definition(subject: Subject) -> str:
    if subject.variable.base == "W":
        return "By definition ∇W holds one partial derivative for each weight, at the weight's own place."
    return "By definition each entry of the gradient is the partial derivative of E by the entry in the same place."


def _variable_indices(subject: Subject) -> Indices:
    """Letters whose alphabetical order is that of the axes."""
    variable = subject.variable
    if variable.base == "W":
        return ("j", "l")
    if variable.base == "b":
        return ("j", None)
    through_weights = any(isinstance(node, MatMul) for node in walk(subject.use.expression))
    letter = "l" if through_weights and not subject.through_error else "i"
    return (letter, subject.sample_of(variable))


def _through_error(subject: Subject, left: Entry, by: Entry) -> list[Draft]:
    body = entry_of(subject.use.expression, (None, None))
    found = [Draft(left, Partial(body, by), "Put in the equation of the error, written out entry by entry.")]
    slope = subject.with_known(_named_entries(subject, slope_of(body, by)))
    found.append(Draft(left, slope, _main_sentence(subject)))
    return found + _using_up(left, slope)


def _through_layer(subject: Subject, left: Entry, by: Entry) -> list[Draft]:
    target = subject.use.target
    letter = "j" if left.indices[0] == "i" else "i"
    indices = (letter, subject.sample_of(target))
    above = Entry(target, indices)
    sums = [(letter, rows_and_columns(target)[0])]
    if subject.sample_of(target) and not subject.per_sample:
        sums.insert(0, (SAMPLE, "m"))

    def summed(body: Expression) -> Expression:
        for index, dimension in reversed(sums):
            body = IndexSum(index, dimension, body)
        return body

    upstream = Entry(subject.upstream, indices)
    body = entry_of(subject.use.expression, indices)
    slope = subject.with_known(_named_entries(subject, slope_of(body, by)))
    error = Symbol("E", None, ())
    found = [
        Draft(left, summed(Scale(Partial(error, above), Partial(above, by))), _chain_sentence(subject)),
        Draft(
            left,
            summed(Scale(upstream, Partial(above, by))),
            f"The first factor is known already: it is an entry of the gradient of {target.base}.",
        ),
        Draft(left, summed(Scale(upstream, Partial(body, by))), "Put in the forward equation, written for one entry."),
    ]
    with_slope = summed(product(upstream, slope))
    found.append(Draft(left, with_slope, _main_sentence(subject)))
    return found + _using_up(left, with_slope)


def _chain_sentence(subject: Subject) -> str:
    target = subject.use.target.base
    if subject.is_batch and not subject.per_sample:
        return f"Chain rule: add up every path to E, one through each entry of {target}, for every sample."
    return f"Chain rule: add up every path to E, one through each entry of {target}."


def _main_sentence(subject: Subject) -> str:
    """The sentence of the node that decides what the derivative looks like."""
    for node in walk(subject.use.expression):
        if isinstance(node, _DECISIVE) and depends_on(node, subject.variable):
            return INDEX_RULES[type(node)].sentence(node, subject)
    for node in walk(subject.use.expression):
        if type(node) in INDEX_RULES and depends_on(node, subject.variable) and not isinstance(node, Symbol):
            return INDEX_RULES[type(node)].sentence(node, subject)
    return INDEX_RULES[Symbol].sentence(subject.use.expression, subject)


_DECISIVE = (MatMul, Apply, Softmax, LogSumExp, TimesLog, Repeat)


def _using_up(left: Entry, expression: Expression) -> list[Draft]:
    found: list[Draft] = []
    current = expression
    while True:
        result = used_up(current)
        if result is not None:
            current, kept = result
            pairs = " and ".join(f"{index} = {other}" for index, other in kept)
            found.append(Draft(left, current, _delta_sentence(pairs, len(found))))
            continue
        opened = spread(current)
        if opened is None:
            return found
        current = opened
        found.append(Draft(left, current, "Multiply out, so that each delta stands in a sum of its own."))


def _delta_sentence(pairs: str, place: int) -> str:
    if place == 0:
        return f"A delta keeps one term of its sum, {pairs}: every other path is zero."
    if place == 1:
        return f"The next delta keeps one term as well, {pairs}."
    return f"The last delta keeps {pairs}, and its sum is gone too."


# back to matrices


def _regrouped(subject: Subject, left: Entry, reached: Expression) -> list[Draft]:
    found: list[Draft] = []
    turned = _turned(subject, reached)
    if turned is not None and turned != reached:
        found.append(Draft(left, turned, _turned_sentence(subject)))
    expression = subject.equation.expression
    if not (isinstance(expression, Symbol) and Entry(expression, left.indices) == reached):
        found.append(Draft(left, Entry(expression, left.indices), _regrouping_sentence(subject, expression)))
    found.append(Draft(subject.gradient, expression, _all_entries(subject), QUANTITY))
    return found


def _all_entries(subject: Subject) -> str:
    if subject.is_batch and subject.per_sample:
        return "All entries of all samples at once, one sample beside the other: the equation of this step."
    return "All entries at once: the equation of this step."


def _turned(subject: Subject, reached: Expression) -> Expression | None:
    """The same sum with the factors as a matrix product has them: sum index last in the left, first in the right."""
    expression = subject.equation.expression
    if not isinstance(expression, MatMul) or not isinstance(reached, IndexSum):
        return None
    row, column = _variable_indices(subject)
    inner = reached.index
    left: Indices = (row, inner)
    right: Indices = (inner, column)
    if (expression.right.shape if isinstance(expression.right, Symbol) else shape_of(expression.right))[1:] == ("1",):
        right = (inner, None)
    factors = Scale(_factor_entry(expression.left, left), _factor_entry(expression.right, right))
    return IndexSum(inner, reached.dimension, factors)


def _factor_entry(factor: Expression, indices: Indices) -> Expression:
    return Entry(factor, indices)


def _turned_sentence(subject: Subject) -> Rule:
    if subject.variable.base == "W":
        return "The sum over the samples pairs equal columns of the two matrices: read the second one transposed."

    def sentence(convention: Convention) -> str:
        first = not convention.transposes_weights
        place = "first" if first else "second"
        if convention.transposes_samples:
            how = "as it stands, behind the row" if first else "transposed, behind the row"
        else:
            how = "by its columns, which is the transpose" if first else "by its rows, as it stands"
        return f"The sum runs over the {place} index of W, the neurons it leads to: read W {how}."

    return sentence


def _regrouping_sentence(subject: Subject, expression: Expression) -> str:
    if isinstance(expression, Hadamard) and any(isinstance(node, Total) for node in walk(expression)):
        return (
            "Factor out what both terms share; the sum that is left is the weighted mean, and ⊙ alone cannot give it."
        )
    if isinstance(expression, Hadamard):
        return "Entry times entry with the same indices and no sum: that is what ⊙ means."
    if isinstance(expression, MatMul) and subject.variable.base == "W" and not subject.is_batch:
        return "Two vectors, two different indices and no sum: that is an outer product."
    if isinstance(expression, MatMul):
        return "A sum over the index that two factors share, and over nothing else: that is a matrix product."
    if isinstance(expression, Total):
        return "Adding up the samples is multiplying by a vector of ones."
    return "The same formula holds for every entry, so it is entry by entry the formula of whole arrays."


# the rules of the nodes


def entry_of(expression: Expression, indices: Indices) -> Expression:
    """The entry of the expression at these indices, written with entries of the quantities in it."""
    return INDEX_RULES[type(expression)].entry(expression, indices)


def slope_of(expression: Expression, by: Entry) -> Expression:
    """The derivative of a number written with entries, by the entry of a quantity; 0 where it does not occur."""
    return _slope(expression, by) or Factor(0)


def _slope(expression: Expression, by: Entry) -> Expression | None:
    if isinstance(expression, Entry):
        return _entry_slope(expression, by)
    if isinstance(expression, IndexSum):
        inner = _slope(expression.x, by)
        return None if inner is None else IndexSum(expression.index, expression.dimension, inner)
    rule = INDEX_RULES.get(type(expression))
    return None if rule is None else rule.slope(expression, by)


def _entry_slope(entry: Entry, by: Entry) -> Expression | None:
    if not isinstance(entry.x, Symbol):
        return INDEX_RULES[type(entry.x)].slope(entry, by)
    if entry.x != by.x:
        return None
    found: Expression = ONE
    for mine, other, dimension in zip(entry.indices, by.indices, rows_and_columns(by.x), strict=True):
        if mine is not None and other is not None and mine != other:
            found = product(found, Delta(mine, other, dimension))
    return found


def _named_entries(subject: Subject, expression: Expression) -> Expression:
    """softmax(z)ₖ and σ(zₖ), which the forward pass has computed, as aₖ."""
    for right, name in subject.known:
        assert isinstance(name, Symbol)
        if isinstance(right, Softmax):
            replacements: dict[Expression, Expression] = {
                node: Entry(name, node.indices)
                for node in walk(expression)
                if isinstance(node, Entry) and node.x == right
            }
            expression = substitute(expression, replacements)
        elif isinstance(right, Apply):
            replacements = {
                node: Entry(name, node.x.indices)
                for node in walk(expression)
                if isinstance(node, Apply)
                and (node.function, node.prime) == (right.function, False)
                and isinstance(node.x, Entry)
                and node.x.x == right.x
            }
            expression = substitute(expression, replacements)
    return expression


def _symbol_entry(node: Symbol, indices: Indices) -> Expression:
    return node if node.shape == () else Entry(node, _kept(node, indices))


def _kept(node: Expression, indices: Indices) -> Indices:
    """The indices without those along an axis of one entry."""
    rows, columns = rows_and_columns(node)
    row, column = indices
    return (None if rows == "1" else row, None if columns == "1" else column)


def _product_entry(node: MatMul, indices: Indices) -> Expression:
    row, column = indices
    inner = rows_and_columns(node.left)[1]
    if inner == "1":
        return Scale(entry_of(node.left, (row, None)), entry_of(node.right, (None, column)))
    body = Scale(entry_of(node.left, (row, INNER)), entry_of(node.right, (INNER, column)))
    return IndexSum(INNER, inner, body)


def _sum_entry(node: Sum, _: Indices) -> Expression:
    rows, columns = rows_and_columns(node.x)
    row, column = (UNITS if rows != "1" else None), (SAMPLES if columns != "1" else None)
    found = entry_of(node.x, (row, column))
    if row is not None:
        found = IndexSum(row, rows, found)
    return IndexSum(column, columns, found) if column is not None else found


def _total_entry(node: Total, indices: Indices) -> Expression:
    rows, columns = rows_and_columns(node.x)
    if node.axis == COLUMNS:
        return IndexSum(SAMPLES, columns, entry_of(node.x, (indices[0], SAMPLES)))
    return IndexSum(UNITS, rows, entry_of(node.x, (UNITS, indices[1])))


def _whole_entry(node: Softmax | LogSumExp, indices: Indices) -> Expression:
    return Entry(node, _kept(node, indices))


def _pairwise(node: Add | Subtract | Divide | Ratio | TimesLog, indices: Indices) -> Expression:
    return node.with_operands((entry_of(node.left, indices), entry_of(node.right, indices)))


def _scale_entry(node: Scale, indices: Indices) -> Expression:
    return Scale(node.scalar, entry_of(node.x, indices))


def _sum_slope(node: Add, by: Entry) -> Expression | None:
    left, right = _slope(node.left, by), _slope(node.right, by)
    return Add(left, right) if left is not None and right is not None else left if right is None else right


def _difference_slope(node: Subtract, by: Entry) -> Expression | None:
    left, right = _slope(node.left, by), _slope(node.right, by)
    if right is None:
        return left
    return product(MINUS_ONE, right) if left is None else Subtract(left, right)


def _scale_slope(node: Scale, by: Entry) -> Expression | None:
    first, second = _slope(node.scalar, by), _slope(node.x, by)
    terms = [product(first, node.x)] if first is not None else []
    terms += [product(node.scalar, second)] if second is not None else []
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else Add(terms[0], terms[1])


def _quotient_slope(node: Divide | Ratio, by: Entry) -> Expression | None:
    below = _slope(node.right, by)
    above = _slope(node.left, by)
    if above is None and below is None:
        return None
    terms = [product(Divide(ONE, node.right), above)] if above is not None else []
    if below is not None:
        terms.append(product(MINUS_ONE, Divide(node, node.right), below))
    return terms[0] if len(terms) == 1 else Add(terms[0], terms[1])


def _apply_slope(node: Apply, by: Entry) -> Expression | None:
    inner = _slope(node.x, by)
    if inner is None:
        return None
    if node.function.named_derivative:
        slope: Expression = Apply(node.function, node.x, prime=True)
    else:
        slope = _scalar_body(function_body(node.function, node.x, prime=True))
    return product(slope, inner)


def _scalar_body(body: Expression) -> Expression:
    """A definition for a single number: its constants are numbers, its ⊙ are products."""
    if isinstance(body, Fill):
        return body.scalar
    if isinstance(body, Entry) or not body.operands:
        return body
    operands = tuple(_scalar_body(operand) for operand in body.operands)
    if isinstance(body, Hadamard):
        return Scale(operands[0], operands[1])
    return body.with_operands(operands)


def _times_log_slope(node: TimesLog, by: Entry) -> Expression | None:
    inner = _slope(node.right, by)
    return None if inner is None else product(Ratio(node.left, node.right), inner)


def _softmax_slope(entry: Entry, by: Entry) -> Expression | None:
    """∂pⱼ = pⱼ (∂zⱼ − Σₖ pₖ ∂zₖ)."""
    node = entry.x
    assert isinstance(node, Softmax)
    own = _slope(entry_of(node.x, entry.indices), by)
    mean = _weighted(node, entry.indices[1], by)
    return None if own is None or mean is None else product(entry, Subtract(own, mean))


def _log_sum_exp_slope(entry: Entry, by: Entry) -> Expression | None:
    node = entry.x
    assert isinstance(node, LogSumExp)
    return _weighted(Softmax(node.x, node.axis), entry.indices[1], by)


def _weighted(node: Softmax, column: str | None, by: Entry) -> Expression | None:
    inner = _slope(entry_of(node.x, (UNITS, column)), by)
    dimension = rows_and_columns(node.x)[0]
    return None if inner is None else IndexSum(UNITS, dimension, product(Entry(node, (UNITS, column)), inner))


def _no_slope(_: Any, __: Entry) -> Expression | None:
    return None


def _say(sentence: str) -> Callable[[Any, Subject], str]:
    return lambda node, subject: sentence


def _product_sentence(node: MatMul, subject: Subject) -> str:
    if depends_on(node.left, subject.variable):
        return "Two entries of W are the same variable only if both indices match: that is one delta for each index."
    return (
        "Entries of a are independent of each other: the derivative of one by another is a delta; W and b stand still."
    )


def _apply_sentence(node: Apply, subject: Subject) -> str:
    if subject.through_error:
        return "Differentiate term by term: the slope of the function, times a delta that says which entry moves."
    return "An activation that works entry by entry reacts only to its own input: slope times delta, no other path."


INDEX_RULES: dict[type[Expression], IndexRule] = {
    Symbol: IndexRule(_symbol_entry, _no_slope, _say("The derivative of an entry by itself is 1, by any other 0.")),
    Factor: IndexRule(lambda node, _: node, _no_slope, _say("A constant has no slope.")),
    Number: IndexRule(lambda node, _: node, _no_slope, _say("A constant has no slope.")),
    Fill: IndexRule(lambda node, _: node.scalar, _no_slope, _say("A constant has no slope.")),
    Transpose: IndexRule(
        lambda node, indices: entry_of(node.x, indices[::-1]), _no_slope, _say("A transpose swaps the two indices.")
    ),
    MatMul: IndexRule(_product_entry, _no_slope, _product_sentence),
    Hadamard: IndexRule(
        lambda node, indices: Scale(entry_of(node.left, indices), entry_of(node.right, indices)),
        _no_slope,
        _say("Product rule; the other factor stands still."),
    ),
    Divide: IndexRule(_pairwise, _quotient_slope, _say("Quotient rule.")),
    Ratio: IndexRule(_pairwise, _quotient_slope, _say("Quotient rule.")),
    TimesLog: IndexRule(
        _pairwise, _times_log_slope, _say("The slope of ln u is 1/u, times a delta that says which entry moves.")
    ),
    Add: IndexRule(
        _pairwise,
        _sum_slope,
        _say("Each entry of z contains its own bias once, with the factor 1, and no other bias: a delta."),
    ),
    Subtract: IndexRule(_pairwise, _difference_slope, _say("The targets stand still; what is left is a delta.")),
    Scale: IndexRule(_scale_entry, _scale_slope, _say("A constant factor stays.")),
    Apply: IndexRule(
        lambda node, indices: Apply(node.function, entry_of(node.x, indices), node.prime),
        _apply_slope,
        _apply_sentence,
    ),
    Softmax: IndexRule(
        _whole_entry,
        _softmax_slope,
        _say("Every softmax output depends on every input of its sample (quotient rule): there is more than a delta."),
    ),
    LogSumExp: IndexRule(
        _whole_entry,
        _log_sum_exp_slope,
        _say("The slope of lse = ln Σ exp by an input is the softmax of that input; deltas say which input moves."),
    ),
    Repeat: IndexRule(
        lambda node, indices: entry_of(node.x, (indices[0], None) if node.axis == COLUMNS else (None, indices[1])),
        _no_slope,
        _say("Every sample's z contains its own neuron's bias once, with the factor 1, and no other bias: a delta."),
    ),
    Total: IndexRule(_total_entry, _no_slope, _say("The derivative of a sum is the sum of the derivatives.")),
    Sum: IndexRule(_sum_entry, _no_slope, _say("The derivative of a sum is the sum of the derivatives.")),
}
