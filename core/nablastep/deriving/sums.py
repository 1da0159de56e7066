"""Sums as wholes: each term as an exact factor, numbers, and a product of matrices, put together again in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache, reduce

from nablastep.expressions import (
    MINUS_ONE,
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Inverse,
    MatMul,
    Power,
    Ratio,
    Scale,
    Subtract,
)
from nablastep.functions.elementary import SQUARE
from nablastep.laws import factor_product, factor_sum, filled
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import Identity
from nablastep.transposition import transposed


class Stage(Enum):
    """What is done to sums, in this order, each under the name of its law."""

    PLAIN = "A (B C) = A B C, and numbers stand in front"
    SIGNS = "(b − a) = −(a − b), beside a factor (a − b)"
    INVERSES = "A A⁻¹ = I, also across (A B)⁻¹ = B⁻¹ A⁻¹"
    EQUAL = "equal terms are added"
    COMMON = "a factor that terms share at one end is taken out: A C + B C = (A + B) C"


@dataclass(frozen=True)
class Term:
    """factor · Π above / Π below · Π chain: exact, numbers, numbers, and matrices multiplied in order."""

    factor: Factor
    above: tuple[Expression, ...] = ()
    below: tuple[Expression, ...] = ()
    chain: tuple[Expression, ...] = ()
    shape: tuple[str, ...] = field(default=())

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two terms equal, but for their exact factors."""
        return (tuple(sorted(map(repr, self.above))), tuple(sorted(map(repr, self.below))), self.chain)

    def times(self, factor: Factor) -> Term:
        """The term times an exact factor."""
        return replace(self, factor=factor_product(factor, self.factor))


def collected(expression: Expression, stage: Stage) -> Expression:
    """The expression with that stage done to every sum and product in it, from the leaves up."""
    operands = tuple(collected(operand, stage) for operand in expression.operands)
    if any(new is not old for new, old in zip(operands, expression.operands, strict=True)):
        expression = expression.with_operands(operands)
    if not isinstance(expression, Add | Subtract | Scale | MatMul | Divide | Ratio):
        return expression
    if isinstance(expression, Divide | Ratio) and shape_of(expression.right):
        return expression
    terms = [term for term in terms_of(expression) if term.factor.numerator]
    found = together(_STAGES[stage](terms), shape_of(expression))
    # The very same where nothing changes: what is known of it need not be found out again.
    return expression if found == expression else found


# apart


def terms_of(expression: Expression) -> list[Term]:
    """The terms of a sum; what is no sum is one term."""
    match expression:
        case Add(left, right):
            return [*terms_of(left), *terms_of(right)]
        case Subtract(left, right):
            return [*terms_of(left), *(term.times(MINUS_ONE) for term in terms_of(right))]
        case Scale(Factor() as factor, x):
            return [term.times(factor) for term in terms_of(x)]
    return [_term(expression)]


@lru_cache(maxsize=4096)
def _term(x: Expression) -> Term:
    shape = shape_of(x)
    if not shape:
        return _number(x)
    match x:
        case Scale(scalar, inner):
            return _scaled(_number(scalar), _term(inner))
        case Divide(inner, scalar) if not shape_of(scalar):
            number = _number(scalar)
            if number.factor.numerator:
                return _scaled(_inverted(number), _term(inner))
        case MatMul(left, right):
            first, second = _term(left), _term(right)
            chain = (*first.chain, *second.chain)
            return replace(_scaled(replace(first, chain=()), second), chain=chain, shape=shape)
    return Term(ONE, chain=(x,), shape=shape)


def _number(x: Expression) -> Term:
    match x:
        case Factor():
            return Term(x)
        case Scale(left, right):
            return _scaled(_number(left), _number(right))
        case Divide(left, right) | Ratio(left, right):
            below = _number(right)
            if below.factor.numerator:
                return _scaled(_number(left), _inverted(below))
        case Apply() if x.function is SQUARE and not x.prime:
            inner = _number(x.x)
            return _scaled(inner, inner)
        case Power(base, Factor() as exponent) if exponent.denominator == 1 and not exponent.times:
            if exponent.dimensions or not 0 < exponent.numerator < 5:
                return Term(ONE, above=(x,))
            inner = _number(base)
            return reduce(_scaled, [inner] * exponent.numerator)
        case Add() | Subtract():
            return Term(ONE, above=(x,))
    return Term(ONE, above=(x,))


def _scaled(number: Term, term: Term) -> Term:
    above, below = [*number.above, *term.above], [*number.below, *term.below]
    for each in list(above):
        if each in below:
            above.remove(each)
            below.remove(each)
    factor = factor_product(number.factor, term.factor)
    return Term(factor, tuple(above), tuple(below), (*number.chain, *term.chain), term.shape or number.shape)


def _inverted(number: Term) -> Term:
    factor = number.factor
    sign = -1 if factor.numerator < 0 else 1
    turned = Factor(sign * factor.denominator, abs(factor.numerator), factor.times, factor.dimensions)
    return Term(turned, number.below, number.above)


# the stages


def _plain(terms: list[Term]) -> list[Term]:
    return terms


def _signs_alike(terms: list[Term]) -> list[Term]:
    found = []
    for term in terms:
        for place, factor in enumerate(term.chain):
            before = [each for earlier in term.chain[:place] for each in (earlier, transposed(earlier))]
            turned = Subtract(factor.right, factor.left) if isinstance(factor, Subtract) else None
            if turned in before:
                chain = (*term.chain[:place], turned, *term.chain[place + 1 :])
                term = replace(term.times(MINUS_ONE), chain=chain)
        found.append(term)
    return found


def _without_inverses(terms: list[Term]) -> list[Term]:
    return [replace(term, chain=_cancelled(term.chain, term.shape)) for term in terms]


def _cancelled(chain: tuple[Expression, ...], shape: tuple[str, ...]) -> tuple[Expression, ...]:
    if not chain:
        return chain
    opened = tuple(part for factor in chain for part in _inverse_factors(factor))
    for candidate in (chain, opened):
        shorter = _neighbours_cancelled(candidate)
        if len(shorter) < len(candidate) and len(shorter) <= len(chain):
            return shorter or (Identity(shape[0]),)
    return chain


def _inverse_factors(x: Expression) -> tuple[Expression, ...]:
    """(A B)⁻¹ as B⁻¹, A⁻¹ where all are square."""
    if not isinstance(x, Inverse):
        return (x,)
    inner = _term(x.x)
    square = all(shape_of(each)[:1] == shape_of(each)[1:] for each in inner.chain)
    if len(inner.chain) < 2 or not square or inner.factor != ONE or inner.above or inner.below:
        return (x,)
    return tuple(each.x if isinstance(each, Inverse) else Inverse(each) for each in reversed(inner.chain))


def _neighbours_cancelled(chain: tuple[Expression, ...]) -> tuple[Expression, ...]:
    for place in range(len(chain) - 1):
        one, other = chain[place], chain[place + 1]
        if one == Inverse(other) or other == Inverse(one):
            return _neighbours_cancelled(chain[:place] + chain[place + 2 :])
    return chain


def _equal_added(terms: list[Term]) -> list[Term]:
    found: list[Term] = []
    for term in terms:
        for place, other in enumerate(found):
            factor = factor_sum(other.factor, term.factor) if other.key == term.key else None
            if factor is not None:
                found[place] = replace(other, factor=factor)
                break
        else:
            found.append(term)
    return [term for term in found if term.factor.numerator]


def _common_taken_out(terms: list[Term]) -> list[Term]:
    """Terms that share their last factor, or their first, become one with a sum in its place."""
    for end in (-1, 0):
        for term in terms:
            if len(term.chain) < 2:
                continue
            group = [each for each in terms if _shares(each, term, end)]
            if len(group) > 1:
                place = terms.index(group[0])
                rest = [each for each in terms if each not in group]
                return _common_taken_out([*rest[:place], _taken_out(group, end), *rest[place:]])
    return _numbers_taken_out(terms)


def _numbers_taken_out(terms: list[Term]) -> list[Term]:
    """s x + s y = s (x + y), for a number s that all terms have in front."""
    first = terms[0] if terms else None
    if first is None or len(terms) < 2 or not first.chain or not (first.above or first.below):
        return terms
    if any(term.key[:2] != first.key[:2] or not term.chain for term in terms):
        return terms
    size = _common_size([term.factor for term in terms])
    inverse = _inverted(Term(size)).factor
    inner = together([replace(term.times(inverse), above=(), below=()) for term in terms], first.shape)
    return [Term(size, first.above, first.below, (inner,), first.shape)]


def _shares(one: Term, other: Term, end: int) -> bool:
    if not one.chain or one.chain[end] != other.chain[end] or one.key[:2] != other.key[:2]:
        return False
    return len(one.chain) > 1 or shape_of(one.chain[0])[:1] == shape_of(one.chain[0])[1:]


def _taken_out(group: Sequence[Term], end: int) -> Term:
    """The group's numbers that all share stand in front, the rest inside the sum."""
    first = group[0]
    size = _common_size([each.factor for each in group])
    inverse = _inverted(Term(size)).factor
    shared = first.chain[end]
    rows, columns = rows_and_columns(shared)
    inner = []
    for each in group:
        rest = each.chain[:-1] if end == -1 else each.chain[1:]
        chain = rest or (Identity(rows if end == -1 else columns),)
        inner.append(replace(each.times(inverse), above=(), below=(), chain=chain))
    total = together(inner, _shape_of_chain(inner[0].chain))
    chain = (total, shared) if end == -1 else (shared, total)
    return Term(size, first.above, first.below, chain, first.shape)


def _shape_of_chain(chain: Sequence[Expression]) -> tuple[str, str]:
    return rows_and_columns(chain[0])[0], rows_and_columns(chain[-1])[1]


def _common_size(factors: Sequence[Factor]) -> Factor:
    """The factor without its sign if all have the same one, else 1."""
    sizes = {replace(factor, numerator=abs(factor.numerator)) for factor in factors}
    negative = all(factor.numerator < 0 for factor in factors)
    if len(sizes) > 1:
        return MINUS_ONE if negative else ONE
    (size,) = sizes
    return replace(size, numerator=-size.numerator) if negative else size


_STAGES: dict[Stage, Callable[[list[Term]], list[Term]]] = {
    Stage.PLAIN: _plain,
    Stage.SIGNS: _signs_alike,
    Stage.INVERSES: _without_inverses,
    Stage.EQUAL: _equal_added,
    Stage.COMMON: _common_taken_out,
}


# together


def together(terms: list[Term], shape: tuple[str, ...]) -> Expression:
    """The sum of the terms, a positive one first; one exact factor in front where all terms are plain and share it."""
    if not terms:
        return filled(Factor(0), shape)  # type: ignore[arg-type]
    if len(terms) == 1:
        return _written(terms[0])
    size = _common_size([term.factor for term in terms])
    if size != ONE and all(_is_plain(term) for term in terms):
        inverse = _inverted(Term(size)).factor
        return Scale(size, _sum([term.times(inverse) for term in terms]))
    return _sum(terms)


def _is_plain(term: Term) -> bool:
    sums = any(isinstance(factor, Add | Subtract) for factor in term.chain)
    return not (term.above or term.below or (sums and len(term.chain) > 1))


def _sum(terms: list[Term]) -> Expression:
    first = next((place for place, term in enumerate(terms) if term.factor.numerator > 0), 0)
    ordered = [terms[first], *terms[:first], *terms[first + 1 :]]
    found = _written(ordered[0])
    for term in ordered[1:]:
        if term.factor.numerator < 0:
            found = Subtract(found, _written(term.times(MINUS_ONE)))
        else:
            found = Add(found, _written(term))
    return found


def _written(term: Term) -> Expression:
    above, below = list(term.above), list(term.below)
    factor = term.factor
    if not term.chain:
        return _scaled_by(factor, _quotient(_number_product(above), _number_product(below)))
    matrix = reduce(MatMul, term.chain)
    if below and not above and abs(factor.numerator) == 1 and factor.denominator == 1 and not _has_sizes(factor):
        return _scaled_by(factor, Divide(matrix, _number_product(below) or ONE))
    if below and above:
        return _scaled_by(factor, Scale(Divide(_number_product(above) or ONE, _number_product(below) or ONE), matrix))
    if below:
        size: Expression = replace(factor, numerator=abs(factor.numerator))
        found: Expression = Scale(Divide(size, _number_product(below) or ONE), matrix)
        return Scale(MINUS_ONE, found) if factor.numerator < 0 else found
    found = matrix
    for number in reversed(_powers(above)):
        found = Scale(number, found)
    return _scaled_by(factor, found)


def _has_sizes(factor: Factor) -> bool:
    return bool(factor.times or factor.dimensions)


def _scaled_by(factor: Factor, x: Expression | None) -> Expression:
    if x is None:
        return factor
    return x if factor == ONE else Scale(factor, x)


def _quotient(above: Expression | None, below: Expression | None) -> Expression | None:
    return above if below is None else Divide(above or ONE, below)


def _number_product(numbers: Sequence[Expression]) -> Expression | None:
    powers = _powers(numbers)
    return reduce(lambda right, left: Scale(left, right), reversed(powers)) if powers else None


def _powers(numbers: Sequence[Expression]) -> list[Expression]:
    """Equal numbers as powers: s s = s²."""
    found = []
    for number in dict.fromkeys(numbers):
        count = list(numbers).count(number)
        found.append(number if count == 1 else Apply(SQUARE, number) if count == 2 else Power(number, Factor(count)))
    return found
