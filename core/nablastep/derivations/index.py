"""The index route: one entry at a time, with explicit sums and Kronecker deltas.

The derivative of an entry is the entry of the differential with a delta in the place of each dv. The deltas are used
up, one sum after the other; what is left is read as matrices again by `regroup`, whatever it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce

from nablastep.calculus import entry_of
from nablastep.derivations import sentences
from nablastep.derivations.deltas import product, spread, used_up
from nablastep.derivations.lines import OWN, QUANTITY, Draft
from nablastep.derivations.rearranged import entry_with_blocks, told_apart
from nablastep.derivations.regroup import regrouped
from nablastep.derivations.subject import Subject, Use
from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Cases,
    Divide,
    Expression,
    MatMul,
    Ratio,
    Scale,
    Symbol,
    TimesLog,
    depends_on,
    walk,
)
from nablastep.functions.elementary import LOG
from nablastep.products import TooManyProducts
from nablastep.shapes import rows_and_columns
from nablastep.structures import SAMPLE, Delta, Differential, Entry, IndexSum, Indices, Partial


def index_drafts(subject: Subject) -> tuple[Draft, ...]:
    """The lines from ∂E/∂vᵢ to the step's own equation."""
    left: Expression = subject.gradient
    if subject.variable.shape:
        left = Entry(subject.gradient, subject.indices)
    by = Entry(subject.variable, subject.indices)
    found = [Draft(left, Partial(subject.error, by), sentences.definition(subject))]

    def line(terms: list[Expression], rule: str) -> None:
        found.append(Draft(left, reduce(Add, terms), rule))

    if not subject.through_error:
        line([_paths(subject, use, by, named=False) for use in subject.uses], sentences.chain(subject))
        line([_paths(subject, use, by, named=True) for use in subject.uses], sentences.upstream_is_known(subject))
    line([_put_in(subject, use, by) for use in subject.uses], sentences.put_in(subject))
    line([_with_slope(subject, use) for use in subject.uses], sentences.slope_of_an_entry(subject))
    found += _using_up(left, found[-1].right)
    return told_apart((*found, *_regrouped(subject, left, found[-1].right)))


def slope_drafts(subject: Subject) -> tuple[Draft, ...]:
    """∂uᵢ/∂vⱼ of the one equation u = …v…, down to a number without deltas that can be used up."""
    (use,) = subject.uses
    by = Entry(subject.variable, subject.indices) if subject.variable.shape else Entry(subject.variable, (None, None))
    left = Partial(_entry_of_target(subject, use, use.target), by)
    found = [
        Draft(left, _put_in(subject, use, by), "Write one entry of the result with indices.", OWN),
        Draft(left, _with_slope(subject, use), sentences.slope_of_an_entry(subject), OWN),
    ]
    return told_apart((*found, *(replace(each, kind=OWN) for each in _using_up(left, found[-1].right))))


def _summed(subject: Subject, use: Use, body: Expression) -> Expression:
    """The sum over every entry of u; the entries of one sample where v has a part for each."""
    indices = subject.target_indices(use)
    for index, dimension in zip(indices, use.target.shape, strict=False):
        if index is not None and not (index == SAMPLE and subject.per_sample):
            body = IndexSum(index, dimension, body)
    return body


def _entry_of_target(subject: Subject, use: Use, symbol: Symbol) -> Expression:
    return Entry(symbol, subject.target_indices(use)) if symbol.shape else symbol


def _paths(subject: Subject, use: Use, by: Entry, *, named: bool) -> Expression:
    """Σ ∂E/∂u ∂u/∂v, or with ∇u by its name."""
    if use.upstream is None:
        return Partial(entry_of(use.expression, (None, None)), by)
    target = _entry_of_target(subject, use, use.target)
    first = _entry_of_target(subject, use, use.upstream) if named else _error_by(subject, target)
    return _summed(subject, use, Scale(first, Partial(target, by)))


def _error_by(subject: Subject, target: Expression) -> Expression:
    by = target if isinstance(target, Entry) else Entry(target, (None, None))
    return Partial(subject.error, by)


def _put_in(subject: Subject, use: Use, by: Entry) -> Expression:
    indices = subject.target_indices(use)
    taken = frozenset({use.target.base, *(index for index in by.indices if index is not None)})
    moves = partial(depends_on, symbol=subject.variable)
    inner = Partial(entry_with_blocks(use.expression, indices, taken, moves), by)
    if use.upstream is None:
        return inner
    return _summed(subject, use, Scale(_entry_of_target(subject, use, use.upstream), inner))


def _with_slope(subject: Subject, use: Use) -> Expression:
    indices = subject.target_indices(use)
    taken = frozenset({use.target.base, *(index for index in subject.indices if index is not None)})
    slope = _deltas(entry_with_blocks(subject.changes(use), indices, taken, _has_change), subject)
    if use.upstream is None:
        return slope
    return _summed(subject, use, product(_entry_of_target(subject, use, use.upstream), slope))


def _deltas(number: Expression, subject: Subject) -> Expression:
    """A delta for each index of every dv, and what it is divided by or chosen by as a factor beside it."""
    if isinstance(number, Entry) and isinstance(number.x, Differential):
        found: Expression = ONE
        for mine, other, dimension in zip(number.indices, subject.indices, subject.variable.shape, strict=True):
            if mine is not None and other is not None and mine != other:
                found = product(found, Delta(mine, other, dimension))
        return found
    if isinstance(number, Differential):
        return ONE
    if not number.operands or isinstance(number, Entry):
        return number
    operands = tuple(_deltas(operand, subject) for operand in number.operands)
    moved = [place for place, operand in enumerate(number.operands) if _has_change(operand)]
    match number:
        case Divide() | Ratio() if moved:
            return product(operands[0], type(number)(ONE, operands[1]))
        case TimesLog() if moved:
            return product(operands[0], Apply(LOG, operands[1]))
        case Cases() if moved:
            one = tuple(ONE if place == moved[0] else operand for place, operand in enumerate(operands))
            return product(operands[moved[0]], number.with_operands(one))
        case Scale():
            return product(*operands)
    return number.with_operands(operands)


def _has_change(number: Expression) -> bool:
    return any(isinstance(node, Differential) for node in walk(number))


def _using_up(left: Expression, expression: Expression) -> list[Draft]:
    found: list[Draft] = []
    current = expression
    while True:
        result = used_up(current)
        if result is not None:
            current, kept = result
            found.append(Draft(left, current, sentences.delta(kept, len(found))))
            continue
        opened = spread(current)
        if opened is None:
            return found
        current = opened
        found.append(Draft(left, current, "Multiply out, so that each delta stands in a sum of its own."))


# back to matrices


def _regrouped(subject: Subject, left: Expression, reached: Expression) -> list[Draft]:
    found: list[Draft] = []
    shape = subject.variable.shape
    expression = subject.equation.expression
    try:
        matrix = subject.named(regrouped(reached, *subject.indices, shape))
    except TooManyProducts:  # multiplied out it would fill pages; the numbers say whether it is the same
        return [Draft(subject.gradient, expression, sentences.all_entries(subject))]
    if isinstance(left, Entry):
        turned = _turned(subject, reached)
        if turned is not None and turned != reached:
            found.append(Draft(left, turned, sentences.turned(subject)))
        if not (isinstance(matrix, Symbol) and Entry(matrix, subject.indices) == reached):
            found.append(Draft(left, Entry(matrix, subject.indices), sentences.regrouped(matrix)))
    arrived = subject.arrives_at(matrix)
    if matrix == expression or not arrived:
        found.append(Draft(subject.gradient, matrix, sentences.all_entries(subject), QUANTITY, arrived=arrived))
    else:
        found.append(Draft(subject.gradient, expression, sentences.as_the_step_writes_it(matrix, expression)))
    return found


def _turned(subject: Subject, reached: Expression) -> Expression | None:
    """The same sum with the factors as a matrix product has them: sum index last in the left, first in the right; of
    several terms each that is such a product."""
    if isinstance(reached, Add):
        left_term, right_term = _turned(subject, reached.left), _turned(subject, reached.right)
        if left_term is None and right_term is None:
            return None
        return Add(left_term or reached.left, right_term or reached.right)
    if not isinstance(reached, IndexSum):
        return None
    matrix = subject.named(regrouped(reached, *subject.indices, subject.variable.shape))
    if not isinstance(matrix, MatMul):
        return None
    row, column = subject.indices
    left: Indices = (row, reached.index)
    right: Indices = (reached.index, column)
    if rows_and_columns(matrix.left)[1] != reached.dimension:
        return None
    return IndexSum(reached.index, reached.dimension, Scale(Entry(matrix.left, left), Entry(matrix.right, right)))
