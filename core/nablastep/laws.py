"""The laws by which an expression is written shorter without changing its value, as data, and the constructors that
apply them.

A law looks at one node whose operands are simple already and gives the simpler form, or None where it does not apply.
`simplified` applies the first law that fits; the constructors (`scale`, `add`, `matmul`, …) are nodes, simplified. So
what the calculus puts together reads as a person would write it: exact factors in front and multiplied out, transposes
at the leaves, constants folded, equal terms added, a common factor taken out of a sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    ONE,
    ROWS,
    Add,
    Diagonals,
    Dimension,
    Divide,
    Expression,
    Factor,
    Fill,
    Fold,
    Hadamard,
    MatMul,
    Plan,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Shape,
    Subtract,
    Sum,
    Total,
    Transpose,
)
from nablastep.records import record
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.transposition import transposed


@record()
class Law:
    """left = right, for nodes of one kind; `rewrite` gives the right side, or None where the law does not apply."""

    name: str
    kind: type[Expression]
    rewrite: Callable[[Any], Expression | None]


def simplified(node: Expression) -> Expression:
    """The node by the first law that fits; its operands are taken to be simple already."""
    for law in _LAWS_OF.get(type(node), ()):
        found = law.rewrite(node)
        if found is not None:
            return found
    return node


def simplified_throughout(expression: Expression) -> Expression:
    """The expression with every node simplified, from the leaves up."""
    if not expression.operands:
        return simplified(expression)
    return simplified(expression.with_operands(tuple(simplified_throughout(x) for x in expression.operands)))


# constructors


def scale(scalar: Expression, x: Expression) -> Expression:
    """scalar · x."""
    return simplified(Scale(scalar, x))


def negate(x: Expression) -> Expression:
    """−x."""
    return scale(MINUS_ONE, x)


def transpose(x: Expression) -> Expression:
    """xᵀ."""
    return simplified(Transpose(x))


def matmul(left: Expression, right: Expression) -> Expression:
    """left right."""
    return simplified(MatMul(left, right))


def hadamard(left: Expression, right: Expression) -> Expression:
    """left ⊙ right."""
    return simplified(Hadamard(left, right))


def add(left: Expression, right: Expression) -> Expression:
    """left + right."""
    return simplified(Add(left, right))


def repeat(x: Expression, axis: int, dimension: Dimension) -> Expression:
    """x copied along the axis."""
    return simplified(Repeat(x, axis, dimension))


def total(x: Expression, axis: int) -> Expression:
    """The sum along the axis."""
    return simplified(Total(x, axis))


def rearrange(x: Expression, plan: Plan, *, back: bool) -> Expression:
    """The entries moved as the plan says."""
    return simplified(Rearrange(x, plan, back))


def summed(x: Expression) -> Expression:
    """The sum of all entries."""
    return simplified(Sum(x))


def filled(scalar: Expression, shape: Shape) -> Expression:
    """A constant of that shape; a constant number is the number."""
    return Fill(scalar, shape) if shape else scalar


# the laws

_ZERO = Factor(0)


def _split(x: Expression) -> tuple[Factor, Expression]:
    """The exact factor in front, and the rest."""
    if isinstance(x, Scale) and isinstance(x.scalar, Factor):
        return x.scalar, x.x
    return ONE, x


def factor_product(left: Factor, right: Factor) -> Factor:
    """The product of two exact factors."""
    fraction = Fraction(left.numerator, left.denominator) * Fraction(right.numerator, right.denominator)
    below, above = list(left.dimensions + right.dimensions), list(left.times + right.times)
    for dimension in list(above):
        if dimension in below:
            above.remove(dimension)
            below.remove(dimension)
    return Factor(fraction.numerator, fraction.denominator, tuple(sorted(below)), tuple(sorted(above)))


def factor_sum(left: Factor, right: Factor) -> Factor | None:
    """The sum of two exact factors of the same sizes, else None."""
    if (left.dimensions, left.times) != (right.dimensions, right.times):
        return None
    fraction = Fraction(left.numerator, left.denominator) + Fraction(right.numerator, right.denominator)
    return Factor(fraction.numerator, fraction.denominator, left.dimensions, left.times) if fraction else _ZERO


def _zero_times(node: Scale) -> Expression | None:
    return filled(_ZERO, shape_of(node.x)) if node.scalar == _ZERO else None


def _one_times(node: Scale) -> Expression | None:
    return node.x if node.scalar == ONE else None


def _factors_multiplied(node: Scale) -> Expression | None:
    if not isinstance(node.scalar, Factor):
        return None
    if isinstance(node.x, Factor):
        return factor_product(node.scalar, node.x)
    inner, rest = _split(node.x)
    return None if rest is node.x else scale(factor_product(node.scalar, inner), rest)


def _constant_scaled(node: Scale) -> Expression | None:
    if isinstance(node.x, Fill):
        return Fill(scale(node.scalar, node.x.scalar), node.x.shape)
    return None


def _factor_to_the_front(node: Scale) -> Expression | None:
    """s (k x) = k (s x) and (k s) x = k (s x), for an exact factor k and any number s."""
    if isinstance(node.scalar, Factor):
        return None
    outer, scalar = _split(node.scalar)
    inner, rest = _split(node.x)
    factor = factor_product(outer, inner)
    return None if scalar is node.scalar and rest is node.x else scale(factor, scale(scalar, rest))


def _number_behind_the_factor(node: Scale) -> Expression | None:
    """s k = k s, for an exact factor k behind a number s."""
    if isinstance(node.x, Factor) and not isinstance(node.scalar, Factor):
        return scale(node.x, node.scalar)
    return None


def _transposed_twice(node: Transpose) -> Expression | None:
    return node.x.x if isinstance(node.x, Transpose) else None


def _transposed_constant(node: Transpose) -> Expression | None:
    return Fill(node.x.scalar, node.x.shape[::-1]) if isinstance(node.x, Fill) and node.x.shape else None


def _factor_out_of(node: Expression) -> Expression | None:
    """An exact factor of the first operand, or of either operand of a product, moves to the front."""
    operands = list(node.operands)
    factor = ONE
    for place, operand in enumerate(operands[: 1 if isinstance(node, Divide | Ratio) else None]):
        inner, operands[place] = _split(operand)
        factor = factor_product(factor, inner)
    return None if factor == ONE else scale(factor, simplified(node.with_operands(tuple(operands))))


def _one_by_one_factor(node: MatMul) -> Expression | None:
    if isinstance(node.right, Fill) and node.right.shape == ("1", "1"):
        return scale(node.right.scalar, node.left)
    if isinstance(node.left, Fill) and node.left.shape == ("1", "1"):
        return scale(node.left.scalar, node.right)
    return None


def _constant_in_a_product(node: MatMul) -> Expression | None:
    """(k 1 1ᵀ) B = k 1 (1ᵀ B) and A (k 1 1ᵀ) = k (A 1) 1ᵀ: a constant matrix adds up and repeats."""
    rows, columns = rows_and_columns(node)
    if isinstance(node.left, Fill) and "1" not in node.left.shape:
        return scale(node.left.scalar, repeat(total(node.right, ROWS), ROWS, rows))
    if isinstance(node.right, Fill) and "1" not in node.right.shape:
        return scale(node.right.scalar, repeat(total(node.left, COLUMNS), COLUMNS, columns))
    return None


def _ones_in_a_product(node: MatMul) -> Expression | None:
    """A row or column of a constant adds up, or copies a row or column."""
    left, right = node.left, node.right
    rows, columns = rows_and_columns(node)
    if isinstance(left, Fill) and "1" in left.shape:
        copied = rows_and_columns(left)[1] == "1"
        return scale(left.scalar, repeat(right, ROWS, rows) if copied else total(right, ROWS))
    if isinstance(right, Fill) and "1" in right.shape:
        copied = rows_and_columns(right)[0] == "1"
        return scale(right.scalar, repeat(left, COLUMNS, columns) if copied else total(left, COLUMNS))
    return None


def _constant_totalled(node: Total) -> Expression | None:
    if not isinstance(node.x, Fill):
        return None
    size = Factor(1, times=(node.x.shape[node.axis],)) if node.x.shape[node.axis] != "1" else ONE
    return Fill(scale(size, node.x.scalar), shape_of(node))


def _constant_summed(node: Sum) -> Expression | None:
    if not isinstance(node.x, Fill):
        return None
    sizes = tuple(sorted(dimension for dimension in node.x.shape if dimension != "1"))
    return scale(Factor(1, times=sizes), node.x.scalar)


def _constant_entry_by_entry(node: Hadamard) -> Expression | None:
    if isinstance(node.left, Fill):
        return scale(node.left.scalar, node.right)
    return scale(node.right.scalar, node.left) if isinstance(node.right, Fill) else None


def _constant_repeated(node: Repeat) -> Expression | None:
    return Fill(node.x.scalar, shape_of(node)) if isinstance(node.x, Fill) else None


def _diagonal_of_a_product(node: Rearrange) -> Expression | None:
    """diag(A B) = (A ⊙ Bᵀ) 1: entry (i, i) is row i of A times column i of B."""
    if not (isinstance(node.plan, Diagonals) and not node.back and isinstance(node.x, MatMul)):
        return None
    pairs = hadamard(node.x.left, transposed(node.x.right))
    return pairs if shape_of(pairs)[-1:] == ("1",) else total(pairs, COLUMNS)


def _constant_moved(node: Rearrange) -> Expression | None:
    """Entries that are all alike are so wherever they stand; going back, a cut is put among zeros."""
    moved = not node.back or isinstance(node.plan, Fold)
    return Fill(node.x.scalar, shape_of(node)) if moved and isinstance(node.x, Fill) else None


def _diagonal_of_copies(node: Rearrange) -> Expression | None:
    """diag(x 1ᵀ) = x and diag(1 xᵀ) = x."""
    if not (isinstance(node.plan, Diagonals) and not node.back and isinstance(node.x, Repeat)):
        return None
    return node.x.x if node.x.axis == COLUMNS else transpose(node.x.x)


def _there_and_back(node: Rearrange) -> Expression | None:
    """diag(diag(x)) = x."""
    inner = node.x
    if isinstance(node.plan, Diagonals) and not node.back and isinstance(inner, Rearrange) and inner.back:
        return inner.x if isinstance(inner.plan, Diagonals) else None
    return None


def _sum_of_sums(node: Sum) -> Expression | None:
    return summed(node.x.x) if isinstance(node.x, Total) else None


def _zero_added(node: Add) -> Expression | None:
    for zero, other in ((node.left, node.right), (node.right, node.left)):
        if zero == _ZERO or (isinstance(zero, Fill) and zero.scalar == _ZERO):
            return other
    return None


def _numbers_added(node: Add) -> Expression | None:
    if isinstance(node.left, Factor) and isinstance(node.right, Factor):
        return factor_sum(node.left, node.right)
    return None


def _equal_terms(node: Add) -> Expression | None:
    """k x + l x = (k + l) x, also where the first x stands in a longer sum."""
    factor, rest = _split(node.right)
    own, left = _split(node.left)
    if left == rest:
        total_factor = factor_sum(own, factor)
        return None if total_factor is None else scale(total_factor, rest)
    if isinstance(left, Add | Subtract) and (own.dimensions, own.times) == (factor.dimensions, factor.times):
        share = Fraction(factor.numerator, factor.denominator) / Fraction(own.numerator, own.denominator)
        for term, others in _terms(left):
            inner, x = _split(term)
            total_factor = factor_sum(inner, Factor(share.numerator, share.denominator)) if x == rest else None
            if total_factor is not None:
                return scale(own, others(scale(total_factor, rest)))
    return None


def _terms(node: Expression) -> Iterator[tuple[Expression, Callable[[Expression], Expression]]]:
    """The terms of a sum, each with what the sum is when something else stands in its place."""
    sums: list[Add | Subtract] = []
    while isinstance(node, Add | Subtract):
        sums.append(node)
        node = node.left

    def replaced(x: Expression, around: list[Add | Subtract]) -> Expression:
        for outer in reversed(around):
            x = add(x, _second_term(outer))
        return x

    def second_replaced(x: Expression, depth: int) -> Expression:
        return replaced(add(sums[depth].left, x), sums[:depth])

    yield node, partial(replaced, around=sums)
    for depth in reversed(range(len(sums))):
        yield _second_term(sums[depth]), partial(second_replaced, depth=depth)


def _second_term(node: Add | Subtract) -> Expression:
    return negate(node.right) if isinstance(node, Subtract) else node.right


def _common_factor(node: Add) -> Expression | None:
    """k x + k y = k (x + y) and k x − k y = k (x − y), the positive term first."""
    left_factor, left = _split(node.left)
    right_factor, right = _split(node.right)
    if left_factor == right_factor:
        together = _with_common_multiplier(Add, left, right)
        return None if left_factor == ONE and type(together) is Add else scale(left_factor, together)
    if left_factor == factor_product(MINUS_ONE, right_factor):
        if right_factor.numerator > 0:
            return scale(right_factor, _with_common_multiplier(Subtract, right, left))
        return scale(left_factor, _with_common_multiplier(Subtract, left, right))
    return None


def _negative_term(node: Add) -> Expression | None:
    factor, rest = _split(node.right)
    return Subtract(node.left, scale(factor_product(MINUS_ONE, factor), rest)) if factor.numerator < 0 else None


def _with_common_multiplier(kind: type[Add] | type[Subtract], left: Expression, right: Expression) -> Expression:
    """c ⊙ x + c ⊙ y = c ⊙ (x + y), A B + A C = A (B + C), x / s + y / s = (x + y) / s, Σ x + Σ y = Σ (x + y): what is
    done to both alike is done once, to their sum."""

    def together(x: Expression, y: Expression) -> Expression:
        return add(x, y) if kind is Add else Subtract(x, y)

    for product in (Hadamard, MatMul):
        if isinstance(left, product) and isinstance(right, product):
            if left.left == right.left:
                return product(left.left, together(left.right, right.right))
            if left.right == right.right:
                return product(together(left.left, right.left), left.right)
    if isinstance(left, Divide) and isinstance(right, Divide) and left.right == right.right:
        return Divide(together(left.left, right.left), left.right)
    for linear in (Sum, Total):
        alike = isinstance(left, linear) and isinstance(right, linear) and shape_of(left) == shape_of(right)
        if alike and shape_of(left.operands[0]) == shape_of(right.operands[0]):
            return left.with_operands((together(left.operands[0], right.operands[0]),))
    return kind(left, right)


LAWS = (
    Law("0 x = 0", Scale, _zero_times),
    Law("1 x = x", Scale, _one_times),
    Law("k (l x) = (k l) x", Scale, _factors_multiplied),
    Law("k times a constant is a constant", Scale, _constant_scaled),
    Law("s (k x) = k (s x)", Scale, _factor_to_the_front),
    Law("s k = k s", Scale, _number_behind_the_factor),
    Law("xᵀᵀ = x", Transpose, _transposed_twice),
    Law("a constant transposed is a constant", Transpose, _transposed_constant),
    Law("a 1×1 constant in a product is a number in front", MatMul, _one_by_one_factor),
    Law("(1 1ᵀ) B = 1 (1ᵀ B)", MatMul, _constant_in_a_product),
    Law("1 x = x repeated, 1ᵀ x = x added up", MatMul, _ones_in_a_product),
    Law("(k A) B = A (k B) = k (A B)", MatMul, _factor_out_of),
    Law("a constant, entry by entry, is a number in front", Hadamard, _constant_entry_by_entry),
    Law("(k x) ⊙ y = x ⊙ (k y) = k (x ⊙ y)", Hadamard, _factor_out_of),
    Law("(k x) ⊘ y = k (x ⊘ y)", Divide, _factor_out_of),
    Law("(k x) ⊘ y = k (x ⊘ y)", Ratio, _factor_out_of),
    Law("copies of a constant are a constant", Repeat, _constant_repeated),
    Law("(k x) 1ᵀ = k (x 1ᵀ)", Repeat, _factor_out_of),
    Law("(k x) 1 = k (x 1)", Total, _factor_out_of),
    Law("a constant added up is its multiple", Total, _constant_totalled),
    Law("what is cut out of a constant is constant", Rearrange, _constant_moved),
    Law("diag(A B) = (A ⊙ Bᵀ) 1", Rearrange, _diagonal_of_a_product),
    Law("diag(x 1ᵀ) = x", Rearrange, _diagonal_of_copies),
    Law("diag(diag(x)) = x", Rearrange, _there_and_back),
    Law("a factor of what is moved stands in front", Rearrange, _factor_out_of),
    Law("Σ of a constant is its multiple", Sum, _constant_summed),
    Law("Σ k x = k Σ x", Sum, _factor_out_of),
    Law("Σ (1ᵀ x) = Σ x", Sum, _sum_of_sums),
    Law("x + 0 = x", Add, _zero_added),
    Law("numbers are added", Add, _numbers_added),
    Law("k x + l x = (k + l) x", Add, _equal_terms),
    Law("k x + k y = k (x + y)", Add, _common_factor),
    Law("x + (−k) y = x − k y", Add, _negative_term),
)
"""Every law; `tests/core/test_laws.py` proves each on random shapes."""

_LAWS_OF: dict[type[Expression], tuple[Law, ...]] = {
    kind: tuple(law for law in LAWS if law.kind is kind) for kind in {law.kind for law in LAWS}
}
