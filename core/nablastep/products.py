"""Numbers with indices as sums of products: a_ij b_jk summed over j, times an exact factor.

Every expression is, entry by entry, such a sum; products of sums are multiplied out, deltas are used up, fractions
cancel. Two expressions whose sums are the same up to the names of summed indices are the same function, however they
are spelt: that is `same`. Knows no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import count, permutations, product
from math import factorial, prod
from typing import Any

from nablastep.calculus import entry_of, function_body
from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Apply,
    Cases,
    Cut,
    Determinant,
    Divide,
    Expression,
    Factor,
    Fold,
    Hadamard,
    Inverse,
    LogSumExp,
    Number,
    Power,
    Ratio,
    Scale,
    Softmax,
    Subtract,
    Symbol,
    TimesLog,
    substitute,
)
from nablastep.functions.elementary import LOG, SIGMOID, SQUARE
from nablastep.laws import negate
from nablastep.structures import Delta, Differential, Entry, IndexSum, Placed
from nablastep.transposition import transposed

_ZERO = Factor(0)

ROW, COLUMN = "row", "column"
"""The free indices of a whole matrix."""

MOST_PRODUCTS = 200
MOST_ORDERS = 120
MOST_FACTORS = 4
"""A power up to this is multiplied out."""


_NAMES = count()
"""Bound indices get names that nothing else has."""


class TooManyProducts(Exception):  # noqa: N818 - not a mistake: the question stays open
    """Multiplied out, an expression has more products than are compared."""


@dataclass(frozen=True)
class Product:
    """factor · Π dimensionᵉ · Π atoms, summed over the bound indices."""

    factor: Fraction
    dimensions: tuple[tuple[str, int], ...]
    atoms: tuple[Expression, ...]
    bound: tuple[tuple[str, str], ...]

    def times(self, other: Product) -> Product:
        """The product of two products with different bound indices."""
        exponents = dict(self.dimensions)
        for dimension, exponent in other.dimensions:
            exponents[dimension] = exponents.get(dimension, 0) + exponent
        atoms = list(self.atoms)
        for atom in other.atoms:
            inverse = _inverse(atom)
            if inverse in atoms:
                atoms.remove(inverse)
            else:
                atoms.append(atom)
        dimensions = tuple(sorted((dimension, power) for dimension, power in exponents.items() if power))
        return Product(self.factor * other.factor, dimensions, tuple(atoms), self.bound + other.bound)


def products_of(number: Expression, *, whole: bool = False) -> list[Product]:
    """The number as a sum of products. With `whole`, what is computed entry by entry (quotients, functions, cases) is
    kept in one piece. Raises TooManyProducts."""
    return [_without_deltas(each) for each in _Expansion(whole).of(number)]


def same(left: Expression, right: Expression, names: Mapping[Expression, Expression] | None = None) -> bool:
    """Whether two expressions of one shape are the same function of their symbols, up to spelling.

    `names` maps symbols to what they stand for. Raises TooManyProducts where that would take too long to tell.
    """
    return left == right or normal_form(left, names) == normal_form(right, names)


def normal_form(expression: Expression, names: Mapping[Expression, Expression] | None = None) -> dict[str, Any]:
    """The products of an entry of the expression, each written in one way only, with their factors."""
    spelt = substitute(expression, names) if names else expression
    return _normal(entry_of(spelt, (ROW, COLUMN)))


# multiplying out


class _Expansion:
    """Multiplies out, with a new name for every bound index."""

    def __init__(self, whole: bool) -> None:
        self.whole = whole

    def of(self, x: Expression) -> list[Product]:
        match x:
            case Factor():
                names = sorted({*x.dimensions, *x.times})
                powers = ((name, x.times.count(name) - x.dimensions.count(name)) for name in names)
                kept = tuple((name, power) for name, power in powers if power)
                return [Product(Fraction(x.numerator, x.denominator), kept, (), ())]
            case Scale():
                return self._product(self.of(x.scalar), self.of(x.x))
            case Hadamard():
                return self._product(self.of(x.left), self.of(x.right))
            case Add():
                return [*self.of(x.left), *self.of(x.right)]
            case Subtract():
                return [*self.of(x.left), *self._product([_number(-1)], self.of(x.right))]
            case IndexSum():
                index = f"#{next(_NAMES)}"
                inner = self.of(renamed(x.x, x.index, index))
                return [Product(p.factor, p.dimensions, p.atoms, (*p.bound, (index, x.dimension))) for p in inner]
            case Apply() if x.function is SQUARE and not x.prime:
                return self._product(self.of(x.x), self.of(x.x))
            case Divide() | Ratio() if not self.whole or x.left == ONE:
                return self._product(self.of(x.left), self._reciprocal(x))
            case Cases() if not self.whole and (x.positive, x.otherwise) != (ONE, _ZERO):
                holds = [_atom(Cases(x.condition, ONE, _ZERO))]
                fails = [_number(1), *self._product([_number(-1)], holds)]
                return [
                    *self._product(self.of(x.positive), holds),
                    *self._product(self.of(x.otherwise), fails),
                ]
            case Power(scalar=base, exponent=Factor(numerator, 1, (), ())) if 0 < numerator <= MOST_FACTORS:
                found = self.of(base)
                for _ in range(numerator - 1):
                    found = self._product(found, self.of(base))
                return found
            case TimesLog() if not self.whole:
                return self._product(self.of(x.left), [_atom(Apply(LOG, x.right))])
            case Apply() if x.prime and not self.whole:
                return self.of(function_body(x.function, x.x, prime=True))
            case Apply(function=function, x=Scale(scalar=Factor(numerator))) if (
                function is SIGMOID and numerator < 0 and not self.whole
            ):  # σ(−z) = 1 − σ(z)
                return self.of(Subtract(ONE, Apply(SIGMOID, negate(x.x))))
        return [_atom(x)]

    def _product(self, left: list[Product], right: list[Product]) -> list[Product]:
        if len(left) * len(right) > MOST_PRODUCTS:
            raise TooManyProducts
        return [a.times(self._renewed(b)) for a, b in product(left, right)]

    def _renewed(self, one: Product) -> Product:
        """The product with new names for its bound indices."""
        atoms, bound = one.atoms, []
        for index, dimension in one.bound:
            new = f"#{next(_NAMES)}"
            atoms = tuple(renamed(atom, index, new) for atom in atoms)
            bound.append((new, dimension))
        return Product(one.factor, one.dimensions, atoms, tuple(bound))

    def _reciprocal(self, x: Divide | Ratio) -> list[Product]:
        kind = type(x) if self.whole else Divide
        return self._one_over(x.right, kind)

    def _one_over(self, x: Expression, kind: type[Divide] | type[Ratio]) -> list[Product]:
        match x:
            case Scale():
                return self._product(self._one_over(x.scalar, kind), self._one_over(x.x, kind))
            case Divide() | Ratio() if not self.whole:
                return self._product(self.of(x.right), self._one_over(x.left, kind))
            case Apply() if x.function is SQUARE and not x.prime:
                return self._product(self._one_over(x.x, kind), self._one_over(x.x, kind))
            case Power(scalar=base, exponent=Factor(numerator, 1, (), ())) if 0 < numerator <= MOST_FACTORS:
                found = self._one_over(base, kind)
                for _ in range(numerator - 1):
                    found = self._product(found, self._one_over(base, kind))
                return found
        below = self.of(x)
        if len(below) != 1 or below[0].bound or below[0].factor == 0:
            return [_atom(kind(ONE, x))]
        (one,) = below
        dimensions = tuple((dimension, -power) for dimension, power in one.dimensions)
        return [Product(1 / one.factor, dimensions, tuple(_inverse(atom, kind) for atom in one.atoms), ())]


def _number(value: int) -> Product:
    return Product(Fraction(value), (), (), ())


def _atom(x: Expression) -> Product:
    return Product(Fraction(1), (), (x,), ())


def _inverse(atom: Expression, kind: type[Divide] | type[Ratio] = Divide) -> Expression:
    if _is_reciprocal(atom):
        return atom.operands[1]
    return kind(ONE, atom)


def _without_deltas(one: Product) -> Product:
    """δᵢⱼ with a summed index is used up; a sum over an index that nothing has counts its dimension."""
    atoms, bound = list(one.atoms), dict(one.bound)
    for atom in one.atoms:
        current = next((each for each in atoms if isinstance(each, Delta)), None)
        if current is None or not isinstance(atom, Delta):
            continue
        gone = next((index for index in (current.left, current.right) if index in bound), None)
        if gone is None and current.left != current.right:
            continue
        atoms.remove(current)
        if gone is not None and current.left != current.right:
            stays = current.right if gone == current.left else current.left
            del bound[gone]
            atoms = [renamed(each, gone, stays) for each in atoms]
    atoms = _without_whole_sums(_without_inverses(atoms), bound)
    exponents = dict(one.dimensions)
    present = {index for atom in atoms for index in indices_of(atom)}
    for index in [index for index in bound if index not in present]:
        exponents[bound[index]] = exponents.get(bound[index], 0) + 1
        del bound[index]
    dimensions = tuple(sorted((name, power) for name, power in exponents.items() if power and name != "1"))
    return Product(one.factor, dimensions, tuple(atoms), tuple(bound.items()))


def _without_whole_sums(atoms: list[Expression], bound: dict[str, str]) -> list[Expression]:
    """Σ over all places that a moved entry may come from is 1: it comes from one. Takes those sums away."""
    for atom in atoms:
        if not isinstance(atom, Placed):
            continue
        others = [each for each in atoms if each is not atom]
        letters = _summed_side(atom, {index for each in others for index in indices_of(each)}, bound)
        if letters:
            for index in letters:
                del bound[index]
            return _without_whole_sums(others, bound)
    return atoms


def _summed_side(atom: Placed, taken: set[str], bound: Mapping[str, str]) -> set[str]:
    """The letters of the side that entries come from (of a fold either side), where all are summed and stand nowhere
    else."""
    before, after = (atom.target, atom.source) if atom.back else (atom.source, atom.target)
    sides = ((before, after), (after, before)) if isinstance(atom.plan, Fold) else ((before, after),)
    for side, other in sides:
        letters = {index for index in side if index is not None}
        if letters and letters <= bound.keys() and not letters & (taken | set(other)):
            return letters
    return set()


def _without_inverses(atoms: list[Expression]) -> list[Expression]:
    """x · 1/x = 1, whatever letters x sums over."""
    if len(atoms) < 2 or not any(_is_reciprocal(atom) for atom in atoms):
        return atoms
    kept = dict(enumerate(atoms))
    standing: dict[str, list[int]] = {}
    for place, atom in enumerate(atoms):
        partners = standing.get(_text(_normal(_inverse(atom))))
        if partners:
            del kept[place], kept[partners.pop()]
        else:
            standing.setdefault(_text(_normal(atom)), []).append(place)
    return list(kept.values())


def _is_reciprocal(atom: Expression) -> bool:
    return isinstance(atom, Divide | Ratio) and atom.left == ONE


def renamed(expression: Expression, index: str, other: str) -> Expression:
    """The number with another letter for a free index."""
    if isinstance(expression, Entry):
        row, column = (other if name == index else name for name in expression.indices)
        return Entry(expression.x, (row, column))
    if isinstance(expression, Delta):
        left, right = (other if name == index else name for name in (expression.left, expression.right))
        return Delta(left, right, expression.dimension)
    if isinstance(expression, Placed):
        return expression.renamed(index, other)
    if isinstance(expression, IndexSum) and expression.index == index:
        return expression
    if not expression.operands:
        return expression
    return expression.with_operands(tuple(renamed(operand, index, other) for operand in expression.operands))


def indices_of(number: Expression) -> tuple[str, ...]:
    """The free indices, each once, in reading order."""
    found: dict[str, None] = {}
    if isinstance(number, Entry):
        found.update((index, None) for index in number.indices if index is not None)
    elif isinstance(number, Delta):
        found.update({number.left: None, number.right: None})
    elif isinstance(number, Placed):
        found.update((index, None) for index in number.letters)
    else:
        for operand in number.operands:
            found.update((index, None) for index in indices_of(operand))
        if isinstance(number, IndexSum):
            found.pop(number.index, None)
    return tuple(found)


# one way of writing


def _text(form: Mapping[str, Any]) -> str:
    """The normal form in one line: Python's own way of writing strings within strings doubles at every level."""
    return "{" + ", ".join(f"{key}: {factor}" for key, factor in form.items()) + "}"


@lru_cache(maxsize=4096)
def _normal(number: Expression) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in products_of(number):
        key = _written(each) + "".join(f" {name}^{power}" for name, power in each.dimensions)
        found[key] = found.get(key, 0) + each.factor
    return {key: factor for key, factor in sorted(found.items()) if factor != 0}


def _written(one: Product) -> str:
    """The atoms in one order, under names of the bound indices that do not depend on how they were called."""
    colours = dict(one.bound)
    known = 0
    while len({*colours.values()}) > known:  # as long as what stands beside an index tells it from more others
        known = len({*colours.values()})
        seen = {index: _colour(one.atoms, index, colours) for index in colours}
        places = {colour: f"<{place}>" for place, colour in enumerate(sorted({*seen.values()}))}
        colours = {index: places[colour] for index, colour in seen.items()}
    groups: dict[str, list[str]] = {}
    for index in sorted(colours, key=lambda index: colours[index]):
        groups.setdefault(colours[index], []).append(index)
    return min(_under(one.atoms, order) for order in _orders(list(groups.values())))


def _colour(atoms: Iterable[Expression], index: str, colours: Mapping[str, str]) -> str:
    """What an index looks like from the atoms that have it."""
    marked = {**colours, index: "*"}
    return (
        f"{colours[index]}(" + " ".join(sorted(_key(atom, marked) for atom in atoms if index in indices_of(atom))) + ")"
    )


def _orders(groups: list[list[str]]) -> Iterable[list[str]]:
    """The orders of the indices that keep the groups apart. Raises TooManyProducts."""
    if prod(factorial(len(group)) for group in groups) > MOST_ORDERS:
        raise TooManyProducts
    for order in product(*(permutations(group) for group in groups)):
        yield [index for group in order for index in group]


def _under(atoms: Iterable[Expression], order: list[str]) -> str:
    names = {index: str(place) for place, index in enumerate(order)}
    return " ".join(sorted(_key(atom, names) for atom in atoms))


def _key(atom: Expression, names: Mapping[str, str]) -> str:
    """The atom as text, under the names of its indices."""
    match atom:
        case Entry():
            return _entry_key(atom, names)
        case Delta():
            return "δ" + ",".join(sorted(names.get(index, index) for index in (atom.left, atom.right)))
        case Placed():
            return _placed_key(atom, names)
        case Symbol():
            return atom.id
        case Determinant():
            return _whole_key(atom)
        case Number():
            return repr(atom.value)
    for index, name in names.items():
        atom = renamed(atom, index, name)
    inner = " ; ".join(_text(_normal(operand)) for operand in atom.operands)
    own = f"{atom.function.name}{atom.prime}" if isinstance(atom, Apply) else type(atom).__name__
    assert isinstance(atom, Apply | Cases | Power | Divide | TimesLog | Ratio), own
    return f"{own}({inner})"


def _placed_key(atom: Placed, names: Mapping[str, str]) -> str:
    """Columns cut out of a matrix are the rows cut out of its transpose; the way back is the way there, read back."""
    plan, target, source = atom.plan, atom.target, atom.source
    if atom.back:
        target, source = source, target
    if isinstance(plan, Cut) and plan.axis == COLUMNS:
        plan = replace(plan, before=plan.before[::-1], after=plan.after[::-1], axis=ROWS)
        target, source = target[::-1], source[::-1]
    places = [names.get(index, index) if index else "" for index in (*target, *source)]
    return f"placed {plan}[{','.join(places)}]"


def _entry_key(entry: Entry, names: Mapping[str, str]) -> str:
    row, column = (None if index is None else names.get(index, index) for index in entry.indices)
    x = entry.x
    if isinstance(x, Symbol):
        return f"{x.id}[{row},{column}]"
    if isinstance(x, Differential):
        return f"d({_whole_key(x.x)})[{row},{column}]"
    if isinstance(x, Softmax | LogSumExp):
        along, across = ((row, column), ("•", "∘")) if x.axis == ROWS else ((column, row), ("∘", "•"))
        return f"{type(x).__name__}({_text(_normal(entry_of(x.x, across)))})[{along[0]},{along[1]}]"
    if isinstance(x, Inverse):  # the inverse of the transpose is the transpose of the inverse
        straight, turned = (_text(normal_form(each)) for each in (x.x, transposed(x.x)))
        if turned < straight:
            row, column, straight = column, row, turned
        elif turned == straight:  # symmetric
            row, column = sorted((row, column), key=str)
        return f"Inverse({straight})[{row},{column}]"
    return f"({_whole_key(x)})[{row},{column}]"


def _whole_key(x: Expression) -> str:
    """A matrix that is no sum of products of its operands' entries, by its fields and its operands as wholes."""
    if isinstance(x, Symbol):
        return x.id
    operands = " ; ".join(_text(normal_form(operand)) for operand in x.operands)
    return f"{type(x).__name__} {_own_fields(x)} ({operands})"


def _own_fields(x: Expression) -> str:
    values = (getattr(x, name) for name in getattr(type(x), "__dataclass_fields__", ()))
    return ",".join(str(value) for value in values if not isinstance(value, Expression))
