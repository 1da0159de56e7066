"""What is known about differentiating, stated once: one row of CALCULUS for each node of the tree.

`change` is the node's differential: what it changes by, to first order, while one operand changes by d, written with
nodes that are linear in d. The other three columns say what a node is that is linear in an operand: `adjoint` moves it
across the inner product, ⟨G, L(d)⟩ = ⟨L*(G), d⟩; `jacobian` is its matrix on stacked columns, vec(L(d)) = J vec(d);
`entry` writes one number of it with indices. Gradients and the three routes of a derivation are walks over these rows:
adjoints peeled from the outside, Jacobians multiplied, entries with deltas in the place of d.

Sources: Magnus & Neudecker, Matrix Differential Calculus (differentials, vec and Kronecker products); Giles (2008),
Collected matrix derivative results; Radul et al. (2023), You Only Linearize Once (reverse mode is the transposed
linear part of forward mode).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from typing import Any

from nablastep.expressions import (
    ARGUMENT,
    COLUMNS,
    MINUS_ONE,
    ONE,
    Add,
    Apply,
    Block,
    Cases,
    Cut,
    Determinant,
    Diagonals,
    Divide,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Rearrange,
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
    symbols,
    walk,
)
from nablastep.functions.elementary import LOG
from nablastep.laws import add, filled, hadamard, matmul, negate, rearrange, repeat, scale, summed, total
from nablastep.records import record
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import (
    SAMPLE,
    Commutation,
    Delta,
    Diagonal,
    Differential,
    Entry,
    Identity,
    IndexSum,
    Indices,
    Kronecker,
    OfSample,
    Placed,
    Selection,
    joint,
    vec,
)
from nablastep.transposition import transposed

Used = frozenset[str]
"""Index letters that are taken."""


@record()
class Rules:
    """What is known about one node.

    `change(node, operand, d)` is linear in d, or None where the node does not move with that operand; without a
    `change` the node is linear in each operand, and d is put in its place. `adjoint(node, operand, G)` and
    `jacobian(node, operand)` are those of the linear map from that operand; a node that is linear in none has neither.
    `entry(node, (row, column), used)` is a number; an index along an axis of size 1 is None.
    """

    entry: Callable[[Any, Indices, Used], Expression]
    change: Callable[[Any, int, Expression], Expression | None] | None = None
    adjoint: Callable[[Any, int, Expression], Expression] | None = None
    jacobian: Callable[[Any, int], Expression] | None = None


# walks over the rules


def change(node: Expression, operand: int, d: Expression) -> Expression | None:
    """What the node changes by, to first order, while that operand changes by d; None if it does not move."""
    rule = CALCULUS[type(node)].change
    if rule is not None:
        return rule(node, operand, d)
    operands = list(node.operands)
    operands[operand] = d
    return node.with_operands(tuple(operands))


def opened(node: Expression, variable: Expression) -> Expression | None:
    """The differential of the node in those of its operands; None if nothing moves."""
    terms = (
        change(node, index, Differential(operand))
        for index, operand in enumerate(node.operands)
        if depends_on(operand, variable)
    )
    return _sum_of([term for term in terms if term is not None])


def differential(expression: Expression, variable: Expression) -> Expression | None:
    """d(expression) while the variable alone moves, linear in `Differential(variable)`; None if it does not move."""
    if expression == variable:
        return Differential(variable)
    terms = []
    for index, operand in enumerate(expression.operands):
        inner = differential(operand, variable) if depends_on(operand, variable) else None
        term = None if inner is None else change(expression, index, inner)
        if term is not None:
            terms.append(term)
    return _sum_of(terms)


def adjoint(linear: Expression, upstream: Expression) -> Expression:
    """G′ with ⟨upstream, linear⟩ = ⟨G′, d⟩ for an expression that is linear in the change d of one quantity."""
    if isinstance(linear, Differential):
        return upstream
    rule = CALCULUS[type(linear)].adjoint
    assert rule is not None, f"{type(linear).__name__} is not linear"
    terms = [adjoint(linear.operands[index], rule(linear, index, upstream)) for index in moving(linear)]
    return reduce(add, terms)


def moving(linear: Expression) -> tuple[int, ...]:
    """The operands that hold a change."""
    return tuple(index for index, operand in enumerate(linear.operands) if moves(operand))


@lru_cache(maxsize=4096)
def moves(expression: Expression) -> bool:
    """Whether a change occurs in the expression."""
    return any(isinstance(node, Differential) for node in walk(expression))


def gradient(expression: Expression, variable: Symbol, upstream: Expression) -> Expression:
    """∇variable, given ∇(expression) = upstream: the sum over every place where the variable occurs."""
    linear = differential(expression, variable)
    if linear is None:
        return Fill(Factor(0), variable.shape) if variable.shape else Factor(0)
    return adjoint(linear, upstream)


def comes_back_as_it_is(expression: Expression, variable: Symbol, upstream: Expression) -> bool:
    """Whether ∇variable is upstream itself, times 1: the variable is added once, and nothing else is done with it."""
    return gradient(expression, variable, upstream) == upstream


def seed() -> Expression:
    """∇E of E itself: the number 1."""
    return ONE


def jacobian(linear: Expression, multiply: Callable[[Expression, Expression], Expression]) -> Expression:
    """J with vec(linear) = J vec(d), multiplied together by `multiply` from the Jacobians of the nodes."""
    if isinstance(linear, Differential):
        return _identity(linear)
    rule = CALCULUS[type(linear)].jacobian
    assert rule is not None, f"{type(linear).__name__} is not linear"
    terms = [multiply(rule(linear, index), jacobian(linear.operands[index], multiply)) for index in moving(linear)]
    return reduce(add, terms)


def entry_of(expression: Expression, indices: Indices, used: Used = frozenset()) -> Expression:
    """The entry at these indices, written with entries of quantities; sums take letters that are not used yet, for an
    index or as the name of a quantity."""
    names = {symbol.base for symbol in symbols(expression) if len(symbol.base) == 1}
    return _entry_of(expression, indices, used | names)


def _entry_of(expression: Expression, indices: Indices, used: Used) -> Expression:
    rows, columns = shape_of(expression) or ("1", "1")
    row, column = indices
    kept = (None if rows == "1" else row, None if columns == "1" else column)
    taken = used | {index for index in indices if index is not None}
    return CALCULUS[type(expression)].entry(expression, kept, taken)


def length_of(expression: Expression) -> str:
    """The number of entries, as a dimension: `m·n1`."""
    rows, columns = shape_of(expression) or ("1", "1")
    return joint(rows, columns)


def _sum_of(terms: list[Expression]) -> Expression | None:
    return reduce(Add, terms) if terms else None


# functions


def slope(node: Apply) -> Expression:
    """f′(x): by its name where equations write one, else written out."""
    if node.function.named_derivative and not node.prime:
        return Apply(node.function, node.x, prime=True)
    return function_body(node.function, node.x, prime=True, twice=node.prime)


def function_body(function: Function, x: Expression, *, prime: bool = False, twice: bool = False) -> Expression:
    """What f(x), or with `prime` f′(x), or `twice` f″(x), stands for: the definition with x put in for the argument."""
    body = _second_derivative(function) if twice else function.derivative if prime else function.definition
    if body is None:
        raise ValueError(f"{function.name} has no {'derivative' if prime else 'definition'} as an expression")
    constants: dict[Expression, Expression] = {
        node: Fill(node.scalar, shape_of(x)) if shape_of(x) else node.scalar
        for node in walk(body)
        if isinstance(node, Fill)
    }
    return substitute(body, {ARGUMENT: x, **constants})


def _second_derivative(function: Function) -> Expression | None:
    if function.derivative is None:
        return None
    return gradient(function.derivative, ARGUMENT, Fill(ONE, ARGUMENT.shape))


def ones_like(node: Expression) -> Expression:
    """A constant 1 of the node's shape."""
    shape = shape_of(node)
    return Fill(ONE, shape) if shape else ONE


def _zeros_like(node: Expression) -> Expression:
    shape = shape_of(node)
    return Fill(Factor(0), shape) if shape else Factor(0)


def _times(factor: Expression, d: Expression) -> Expression:
    """factor · d: entry by entry, or with a number in front."""
    if shape_of(factor) == ():
        return Scale(factor, d)
    return Scale(d, factor) if shape_of(d) == () else Hadamard(factor, d)


# the changes of the nodes that are not linear


def _quotient_change(node: Divide | Ratio, operand: int, d: Expression) -> Expression:
    if operand == 0:
        return type(node)(d, node.right)
    return negate(_times(Divide(node, node.right), d))


def _logarithm_change(node: TimesLog, operand: int, d: Expression) -> Expression:
    return TimesLog(d, node.right) if operand == 0 else _times(Ratio(node.left, node.right), d)


def _function_change(node: Apply, _: int, d: Expression) -> Expression:
    return Scale(slope(node), d) if shape_of(d) == () else Hadamard(d, slope(node))


def _cases_change(node: Cases, operand: int, d: Expression) -> Expression | None:
    if operand == 0:
        return None  # which case holds does not change, but at the kink itself
    still = _zeros_like(node)
    return Cases(node.condition, d, still) if operand == 1 else Cases(node.condition, still, d)


def _sum_change(node: Add | Subtract, operand: int, d: Expression) -> Expression:
    return negate(d) if operand and isinstance(node, Subtract) else d


def _softmax_change(node: Softmax, _: int, d: Expression) -> Expression:
    """p ⊙ (d − 1 (1ᵀ(p ⊙ d))): each output grows with its own input and falls with the weighted mean of all."""
    mean = Total(Hadamard(node, d), node.axis)
    return Hadamard(node, Subtract(d, Repeat(mean, node.axis, _dimension(node, node.axis))))


def _log_sum_exp_change(node: LogSumExp, _: int, d: Expression) -> Expression:
    return Total(Hadamard(Softmax(node.x, node.axis), d), node.axis)


def _power_change(node: Power, operand: int, d: Expression) -> Expression:
    if operand == 0:
        lower = Power(node.scalar, add(node.exponent, MINUS_ONE))
        return _times(Scale(node.exponent, lower), d)
    return _times(_times(Apply(LOG, node.scalar), node), d)


def _determinant_change(node: Determinant, _: int, d: Expression) -> Expression:
    """d ln det X = tr(X⁻¹ dX), which is the sum of X⁻ᵀ ⊙ dX; d det X is det X times that."""
    logarithmic = Sum(Hadamard(transposed(Inverse(node.x)), d))
    return logarithmic if node.log else Scale(node, logarithmic)


def _block_change(node: Block, operand: int, d: Expression) -> Expression:
    """The block's change among zeros: the other block does not move."""
    return Rearrange(d, _place_of_block(node, operand), back=True)


def _place_of_block(node: Block, operand: int) -> Cut:
    shape, own = shape_of(node), shape_of(node.operands[operand])
    between = shape_of(node.left)[node.axis]
    start, stop = ("0", between) if operand == 0 else (between, "")
    return Cut(shape, own, node.axis, start, stop)


# adjoints of linear nodes


def _product_adjoint(node: MatMul, operand: int, upstream: Expression) -> Expression:
    if operand == 0:
        return matmul(upstream, transposed(node.right))
    return matmul(transposed(node.left), upstream)


def _hadamard_adjoint(node: Hadamard, operand: int, upstream: Expression) -> Expression:
    """Multiplying by c is its own adjoint; behind a constant the bare slope of a function is written out."""
    still = node.operands[1 - operand]
    if isinstance(upstream, Fill) and isinstance(still, Apply) and still.prime:
        still = function_body(still.function, still.x, prime=True)
    return hadamard(still, upstream) if operand else hadamard(upstream, still)


def _quotient_adjoint(node: Divide | Ratio, _: int, upstream: Expression) -> Expression:
    return type(node)(upstream, node.right)


def _scale_adjoint(node: Scale, operand: int, upstream: Expression) -> Expression:
    if operand == 1:
        return scale(node.scalar, upstream)
    return scale(upstream, node.x) if shape_of(node.x) == () else summed(hadamard(upstream, node.x))


def _cases_adjoint(node: Cases, operand: int, upstream: Expression) -> Expression:
    still = _zeros_like(node)
    return Cases(node.condition, upstream, still) if operand == 1 else Cases(node.condition, still, upstream)


def _total_adjoint(node: Total, _: int, upstream: Expression) -> Expression:
    return repeat(upstream, node.axis, _dimension(node.x, node.axis))


# Jacobians of linear nodes, on stacked columns


def _product_jacobian(node: MatMul, operand: int) -> Expression:
    rows, columns = rows_and_columns(node.left)[0], rows_and_columns(node.right)[1]
    if operand == 0:
        return kronecker(transposed(node.right), Identity(rows))
    return kronecker(Identity(columns), node.left)


def _entry_wise_jacobian(factor: Expression) -> Expression:
    return Diagonal(vec(factor)) if shape_of(factor) else factor


def _quotient_jacobian(node: Divide | Ratio, _: int) -> Expression:
    if shape_of(node.right) == () and shape_of(node.left):
        return scale(Divide(ONE, node.right), Identity(length_of(node.left)))
    return _entry_wise_jacobian(Divide(ones_like(node), node.right))


def _hadamard_jacobian(node: Hadamard, operand: int) -> Expression:
    return _entry_wise_jacobian(node.operands[1 - operand])


def _scale_jacobian(node: Scale, operand: int) -> Expression:
    if operand == 1:
        return scale(node.scalar, _identity(node.x))
    return vec(node.x)


def _cases_jacobian(node: Cases, operand: int) -> Expression:
    return _entry_wise_jacobian(_cases_adjoint(node, operand, ones_like(node)))


def _transpose_jacobian(node: Transpose, _: int) -> Expression:
    rows, columns = rows_and_columns(node.x)
    return Identity(length_of(node.x)) if "1" in (rows, columns) else Commutation(rows, columns)


def _repeat_jacobian(node: Repeat, _: int) -> Expression:
    rows, columns = rows_and_columns(node)
    if node.axis == COLUMNS:
        return kronecker(Fill(ONE, (columns, "1")), Identity(rows))
    return kronecker(Identity(columns), Fill(ONE, (rows, "1")))


def _total_jacobian(node: Total, _: int) -> Expression:
    rows, columns = rows_and_columns(node.x)
    if node.axis == COLUMNS:
        return kronecker(Fill(ONE, ("1", columns)), Identity(rows))
    return kronecker(Identity(columns), Fill(ONE, ("1", rows)))


def _negated_jacobian(node: Add | Subtract, operand: int) -> Expression:
    same = _identity(node)
    return negate(same) if operand and isinstance(node, Subtract) else same


def _identity(x: Expression) -> Expression:
    """The Jacobian of what does nothing: I, or the number 1."""
    return Identity(length_of(x)) if shape_of(x) else ONE


def kronecker(left: Expression, right: Expression) -> Expression:
    """left ⊗ right; a factor that is the number 1 is left out."""
    if shape_of(left) == ("1", "1") and isinstance(left, Identity | Fill):
        return right
    if shape_of(right) == ("1", "1") and isinstance(right, Identity | Fill):
        return left
    return Kronecker(left, right)


# entries


_MORE = "bcdfghqyzABCDEFGHIJKLMNOPQRSTUVWXY"
"""Letters that no notation has small marks for."""


def fresh(used: Used, preferred: str) -> str:
    """The first letter that is not used."""
    return next(letter for letter in preferred + "pruvkotjilxeanw" + _MORE if letter not in used)


def _symbol_entry(node: Expression, indices: Indices, _: Used) -> Expression:
    return Entry(node, indices) if shape_of(node) else node


def _sample_entry(node: OfSample, indices: Indices, _: Used) -> Expression:
    """The entry of the whole quantity, in sample s."""
    row, column = (SAMPLE if size == "m" else index for size, index in zip(node.x.shape, indices, strict=True))
    return Entry(node.x, (row, column))


def _rearranged_entry(node: Rearrange, indices: Indices, used: Used) -> Expression:
    """The entries that go to this place: a sum over all places, of which the plan keeps those that it moves here."""
    rows, columns = rows_and_columns(node.x)
    if isinstance(node.plan, Diagonals):
        return _diagonal_entry(node, indices, used)
    row = fresh(used, "uv") if rows != "1" else None
    column = fresh(used | {row or ""}, "vw") if columns != "1" else None
    places = Placed(node.plan, node.back, indices, (row, column))
    found: Expression = Scale(places, _entry_of(node.x, (row, column), used))
    for index, dimension in ((column, columns), (row, rows)):
        if index is not None:
            found = IndexSum(index, dimension, found)
    return found


def _diagonal_entry(node: Rearrange, indices: Indices, used: Used) -> Expression:
    """diag(X)ᵢ = Xᵢᵢ, and diag(x)ᵢⱼ = δᵢⱼ xᵢ."""
    row, column = indices
    if not node.back:
        return _entry_of(node.x, (row, row), used)
    entry = _entry_of(node.x, (row, None), used)
    if row is None or column is None or row == column:
        return entry
    delta = Delta(row, column, rows_and_columns(node)[0])
    return delta if entry == ONE else Scale(delta, entry)


def _block_entry(node: Block, indices: Indices, used: Used) -> Expression:
    """Each block among zeros, added up."""
    parts = (Rearrange(x, _place_of_block(node, place), back=True) for place, x in enumerate(node.operands))
    return reduce(Add, (_entry_of(part, indices, used) for part in parts))


def _constant_entry(node: Expression, _indices: Indices, _used: Used) -> Expression:
    return node


def _identity_entry(node: Identity, indices: Indices, _used: Used) -> Expression:
    """Iᵢⱼ = δᵢⱼ."""
    row, column = indices
    return ONE if row is None or column is None or row == column else Delta(row, column, node.dimension)


def _pairwise_entry(node: Expression, indices: Indices, used: Used) -> Expression:
    """Operands of the same shape, or numbers."""
    return node.with_operands(tuple(_entry_of(operand, indices, used) for operand in node.operands))


def _product_of_entries(node: Divide | Ratio | TimesLog | Power, indices: Indices, used: Used) -> Expression:
    """Operands of the same shape, or numbers, that are multiplied together in some way."""
    return node.with_operands(_entries_of(node.operands, [indices] * len(node.operands), used))


def _entries_of(operands: Sequence[Expression], places: Sequence[Indices], used: Used) -> tuple[Expression, ...]:
    """An entry of each operand, no two of which sum over the same letter."""
    found: list[Expression] = []
    for operand, indices in zip(operands, places, strict=True):
        entry = _entry_of(operand, indices, used)
        used |= {node.index for node in walk(entry) if isinstance(node, IndexSum)}
        found.append(entry)
    return tuple(found)


def _product_entry(node: MatMul, indices: Indices, used: Used) -> Expression:
    row, column = indices
    inner = rows_and_columns(node.left)[1]
    if inner == "1":
        return Scale(*_entries_of(node.operands, ((row, None), (None, column)), used))
    index = fresh(used, "pru")
    factors = _entries_of(node.operands, ((row, index), (index, column)), used | {index})
    return IndexSum(index, inner, Scale(*factors))


def _total_entry(node: Total, indices: Indices, used: Used) -> Expression:
    index = fresh(used, "t" if node.axis == COLUMNS else "k")
    places = (indices[0], index) if node.axis == COLUMNS else (index, indices[1])
    return IndexSum(index, _dimension(node.x, node.axis), _entry_of(node.x, places, used | {index}))


def _sum_entry(node: Sum, _: Indices, used: Used) -> Expression:
    if shape_of(node.x) == ():
        return _entry_of(node.x, (None, None), used)
    rows, columns = rows_and_columns(node.x)
    row = fresh(used, "k") if rows != "1" else None
    column = fresh(used | {row or ""}, "t") if columns != "1" else None
    found = _entry_of(node.x, (row, column), used)
    if row is not None:
        found = IndexSum(row, rows, found)
    return found if column is None else IndexSum(column, columns, found)


def _repeat_entry(node: Repeat, indices: Indices, used: Used) -> Expression:
    kept = (indices[0], None) if node.axis == COLUMNS else (None, indices[1])
    return _entry_of(node.x, kept, used)


def _dimension(expression: Expression, axis: int) -> str:
    return shape_of(expression)[axis]


# the table

CALCULUS: dict[type[Expression], Rules] = {
    Symbol: Rules(_symbol_entry),
    Differential: Rules(_symbol_entry),
    OfSample: Rules(_sample_entry),
    Factor: Rules(_constant_entry),
    Number: Rules(_constant_entry),
    Identity: Rules(_identity_entry),
    Fill: Rules(
        lambda node, indices, used: _entry_of(node.scalar, (None, None), used),
        adjoint=lambda node, operand, upstream: summed(upstream),
        jacobian=lambda node, operand: Fill(ONE, (length_of(node), "1")),
    ),
    Transpose: Rules(
        lambda node, indices, used: _entry_of(node.x, indices[::-1], used),
        adjoint=lambda node, operand, upstream: transposed(upstream),
        jacobian=_transpose_jacobian,
    ),
    MatMul: Rules(_product_entry, adjoint=_product_adjoint, jacobian=_product_jacobian),
    Hadamard: Rules(
        lambda node, indices, used: Scale(*_entries_of(node.operands, (indices, indices), used)),
        adjoint=_hadamard_adjoint,
        jacobian=_hadamard_jacobian,
    ),
    Divide: Rules(_product_of_entries, _quotient_change, _quotient_adjoint, _quotient_jacobian),
    Ratio: Rules(_product_of_entries, _quotient_change, _quotient_adjoint, _quotient_jacobian),
    TimesLog: Rules(
        _product_of_entries,
        _logarithm_change,
        adjoint=lambda node, operand, upstream: TimesLog(upstream, node.right),
        jacobian=lambda node, operand: _entry_wise_jacobian(Apply(LOG, node.right)),
    ),
    Add: Rules(
        _pairwise_entry,
        _sum_change,
        adjoint=lambda node, operand, upstream: upstream,
        jacobian=_negated_jacobian,
    ),
    Subtract: Rules(
        _pairwise_entry,
        _sum_change,
        adjoint=lambda node, operand, upstream: negate(upstream) if operand else upstream,
        jacobian=_negated_jacobian,
    ),
    Scale: Rules(
        lambda node, indices, used: Scale(*_entries_of(node.operands, ((None, None), indices), used)),
        adjoint=_scale_adjoint,
        jacobian=_scale_jacobian,
    ),
    Power: Rules(_product_of_entries, _power_change),
    Apply: Rules(_pairwise_entry, _function_change),
    Cases: Rules(_pairwise_entry, _cases_change, _cases_adjoint, _cases_jacobian),
    Softmax: Rules(_symbol_entry, _softmax_change),
    LogSumExp: Rules(_symbol_entry, _log_sum_exp_change),
    Repeat: Rules(
        _repeat_entry,
        adjoint=lambda node, operand, upstream: total(upstream, node.axis),
        jacobian=_repeat_jacobian,
    ),
    Total: Rules(_total_entry, adjoint=_total_adjoint, jacobian=_total_jacobian),
    Rearrange: Rules(
        _rearranged_entry,
        adjoint=lambda node, operand, upstream: rearrange(upstream, node.plan, back=not node.back),
        jacobian=lambda node, operand: Selection(node.plan, node.back),
    ),
    Block: Rules(_block_entry, _block_change),
    Inverse: Rules(_symbol_entry, lambda node, operand, d: negate(matmul(matmul(node, d), node))),
    Determinant: Rules(_symbol_entry, _determinant_change),
    Sum: Rules(
        _sum_entry,
        adjoint=lambda node, operand, upstream: filled(upstream, shape_of(node.x)),
        jacobian=lambda node, operand: Fill(ONE, ("1", length_of(node.x))),
    ),
}
