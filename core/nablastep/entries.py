"""One entry of an equation: the scalar form with indices, and the same with numbers plugged in.

`∇W⁽¹⁾₂₁ = ∇z⁽²⁾₂ × a⁽¹⁾₁ = −0.038098 × 0.593270`: subscripts are mathematics', from 1; cells are counted from 0. What
an entry is stands in `calculus`; here it is opened one operation at a time, so that what is multiplied is one number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from nablastep.calculus import entry_of
from nablastep.evaluation import value_of
from nablastep.expressions import (
    MINUS_ONE,
    ROWS,
    Add,
    Apply,
    Block,
    Cases,
    Dimension,
    Divide,
    Expression,
    Factor,
    Hadamard,
    LogSumExp,
    MatMul,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Symbol,
    TimesLog,
    Transpose,
    substitute,
    walk,
)
from nablastep.functions.elementary import EXP, LOG
from nablastep.notation.unicode import NOTATION
from nablastep.notation.writer import LETTERS_BELOW, Strength, Writer, is_maximum
from nablastep.origins import Index, origins
from nablastep.records import record
from nablastep.shapes import rows_and_columns, shape_of, size_of
from nablastep.structures import Entry, IndexSum, Indices, Placed

MOST_TERMS = 6
_ROW, _COLUMN = "row", "column"


@record()
class Part:
    """A piece of a line: text, a plugged-in number, or an index together with the dimension that it runs over."""

    text: str = ""
    value: float | None = None
    dimension: Dimension | None = None


Line = list[Part]
Places = Mapping[str, int | str]
"""What stands for an index: a place counted from 0, or the letter that is written."""


@record()
class EntryLines:
    """The scalar form of one entry: left side, with indices, and with numbers.

    `terms` is shorter than `numeric`: one number for each term of a sum; empty of anything else.
    """

    name: tuple[Part, ...]
    symbolic: tuple[Part, ...]
    numeric: tuple[Part, ...]
    terms: tuple[Part, ...] = ()


def entry_lines(
    target: Symbol,
    expression: Expression,
    cell: tuple[int, int],
    values: Mapping[str, Any],
    notation: Writer = NOTATION,
) -> EntryLines:
    """The lines for one cell, from 0, as a notation writes them; for a scalar target the cell is not looked at."""
    places = {_ROW: cell[0], _COLUMN: cell[1]}
    symbolic, numeric = _Symbolic(values, notation), _Numeric(values, notation)
    lines = (symbolic.entry(target, places), symbolic.entry(expression, places), numeric.entry(expression, places))
    name, with_indices, with_numbers = (symbolic.spelled(line) for line in lines)
    terms = numeric.terms(expression, places) if isinstance(expression, Add | Subtract) else []
    return EntryLines(name, with_indices, with_numbers, numeric.spelled(terms))


class _Entries:
    """Writes numbers with indices. What is the same with letters and with numbers stands here."""

    def __init__(self, values: Mapping[str, Any], writer: Writer) -> None:
        self.values = values
        self.writer = writer

    def entry(self, x: Expression, places: Places) -> Line:
        """The entry of a matrix in the selected place, or a number."""
        return self.written(Entry(x, (_ROW, _COLUMN)) if shape_of(x) else x, places)

    def spelled(self, line: Line) -> tuple[Part, ...]:
        """The line with its signs as the notation has them."""
        if not self.writer.entry_signs:
            return tuple(line)
        table = str.maketrans(self.writer.entry_signs)
        return tuple(replace(part, text=part.text.translate(table)) for part in line)

    def settled(self, x: Expression, places: Places) -> tuple[Expression, Places]:
        """An entry of something rearranged as the entries that it comes from, as far as they can be told."""
        if not isinstance(x, Entry) or not isinstance(x.x, Rearrange | Block):
            return x, places
        row, column = (None if index is None else places.get(index, index) for index in x.indices)
        found = origins(x.x, (row, column), self.values)
        if found is None or len(found) > MOST_TERMS:
            return x, places
        own = dict(places)
        terms = [_entry(matrix, (_named(own, at[0]), _named(own, at[1]))) for matrix, at in found]
        return self.settled(reduce(Add, terms), own) if terms else (Factor(0), places)

    def written(self, x: Expression, places: Places) -> Line:
        """Any number."""
        x, places = self.settled(x, places)
        match x:
            case Entry() if isinstance(x.x, Symbol | Rearrange | Block):
                return self.leaf(x, places)
            case Entry() if isinstance(x.x, Cases):
                return self.choice(x.x, x.indices, places)
            case IndexSum():
                return self.total(x, places)
            case Add() | Subtract():
                return self.sum(x, places)
            case Scale():
                return self.product(x, places, " × ")
            case Divide() | Ratio():
                return self.quotient(x, places)
            case TimesLog():
                right = self.logarithm_of(x.right, places)
                return [*self.factor(x.left, places), Part(" × ln("), *right, Part(")")]
            case Apply():
                return self.function(x, places)
        opened = _opened(x)
        return self.leaf(x, places) if opened == x else self.written(opened, places)

    def size(self, dimension: Dimension) -> int:
        """How large a dimension is."""
        return size_of(dimension, self.values)

    def sum(self, node: Add | Subtract, places: Places) -> Line:
        last, own = self.settled(node.right, places)
        right = self.written(last, own)
        if isinstance(self.core(last), Add | Subtract):
            right = _bracketed(right)
        return [*self.written(node.left, places), Part(" + " if isinstance(node, Add) else " − "), *right]

    def core(self, x: Expression) -> Expression:
        """The operation that an entry is an entry of."""
        x = x.x if isinstance(x, Entry) else x
        return self.core(x.x) if isinstance(x, Transpose | Repeat) else x

    def product(self, node: Scale, places: Places, sign: str) -> Line:
        if not isinstance(node.scalar, Entry | IndexSum | Scale):
            return self.scaled(node, places)
        left = self.factor(node.scalar, places)
        is_quotient = isinstance(self.core(node.scalar), Divide | Ratio | Softmax)
        if is_quotient and (sign == " " or any(part.text == "Σ" for part in left)):
            left = _bracketed(left)  # or else what stands behind it would seem to be below the line, too
        return [*left, Part(sign), *self.factor(node.x, places)]

    def quotient(self, node: Divide | Ratio, places: Places) -> Line:
        return [*self.factor(node.left, places), Part(" / "), *self.factor(node.right, places)]

    def function(self, node: Apply, places: Places) -> Line:
        name = self.writer.function_name(node)
        inner = self.written(node.x, places)
        if node.function is LOG and isinstance(node.x, IndexSum) and not isinstance(self, _Numeric):
            return [Part("ln "), *inner]
        if node.function.style == "postfix":
            return [*_bracketed(inner), Part(name)]
        return [Part(name + "("), *inner, Part(")")]

    def choice(self, node: Cases, indices: Indices, places: Places) -> Line:
        """`max(a₁₁, 0)`, and whatever else the notation makes of cases, with entries in the place of matrices."""
        named = [Symbol(f"case{place}", None, ()) for place in range(len(node.operands))]
        condition, positive, otherwise = named
        chosen = Cases(Subtract(positive, otherwise) if is_maximum(node) else condition, positive, otherwise)
        line: Line = []
        for token in self.writer.cases(chosen):
            if token.symbol in named:
                line += self.written(_entry_or_number(node.operands[named.index(token.symbol)], indices), places)
            else:
                line.append(Part(token.text))
        return line

    def leaf(self, x: Expression, places: Places) -> Line:
        raise NotImplementedError

    def total(self, node: IndexSum, places: Places) -> Line:
        raise NotImplementedError

    def factor(self, x: Expression, places: Places) -> Line:
        raise NotImplementedError

    def scaled(self, node: Scale, places: Places) -> Line:
        raise NotImplementedError

    def logarithm_of(self, x: Expression, places: Places) -> Line:
        raise NotImplementedError

    @staticmethod
    def sums(node: IndexSum) -> tuple[list[IndexSum], Expression]:
        """The sums that stand one inside the other, that over rows first, and what is summed."""
        found: list[IndexSum] = []
        body: Expression = node
        while isinstance(body, IndexSum):
            found.append(body)
            body = body.x
        return found[::-1], body


class _Symbolic(_Entries):
    """With indices. `letters` are those of the sums around what is being written."""

    letters: frozenset[str] = frozenset()

    def leaf(self, x: Expression, places: Places) -> Line:
        if not isinstance(x, Entry) or not shape_of(x.x):
            return [Part(self.writer.text(x.x if isinstance(x, Entry) else x))]
        shown = [
            (places.get(index, index) if index is not None else 0, dimension)
            for index, dimension in zip(x.indices, shape_of(x.x), strict=True)
            if dimension != "1" or self.writer.indexes_all
        ]
        pieces = self.writer.indexed(x.x, [index for index, _ in shown])
        return [Part(text, dimension=None if place is None else shown[place][1]) for text, place in pieces]

    def total(self, node: IndexSum, places: Places) -> Line:
        sums, body = self.sums(node)
        single = {each.index: 0 for each in sums if self.size(each.dimension) == 1}
        sums = [each for each in sums if each.index not in single]
        if not sums:
            return self.written(body, {**places, **single})
        letters: dict[str, int | str] = {}
        outer = self.letters
        for each in sums:
            free = [letter for letter in LETTERS_BELOW if letter not in self.letters]
            own = each.index if each.index in free else free[0] if free else list(LETTERS_BELOW)[-1]
            letters[each.index], self.letters = own, self.letters | {own}
        inner = self.summand(body, {**places, **single, **letters})
        self.letters = outer
        marks = [Part(str(letters[each.index]), dimension=each.dimension) for each in sums]
        return [Part("Σ"), *marks, Part(" "), *inner]

    def summand(self, body: Expression, places: Places) -> Line:
        body, places = self.settled(body, places)
        if isinstance(body, Scale):
            return self.product(body, places, " ")
        line = self.written(body, places)
        whole = self.core(body)
        return _bracketed(line) if isinstance(whole, Add | Subtract | TimesLog | Hadamard | MatMul) else line

    def factor(self, x: Expression, places: Places) -> Line:
        x, places = self.settled(x, places)
        line = self.written(x, places)
        return _bracketed(line) if self.needs_brackets(x) else line

    def needs_brackets(self, x: Expression) -> bool:
        """Whether the entry of a factor is more than one thing; a gradient written in two words counts as such."""
        inner = x.x if isinstance(x, Entry) else x
        inner = inner.x if isinstance(inner, Transpose) else inner
        is_loose = isinstance(inner, Symbol) and self.writer.strength(inner) < Strength.POSTFIX
        return is_loose or isinstance(inner, Add | Subtract | MatMul | Hadamard)

    def scaled(self, node: Scale, places: Places) -> Line:
        inner = self.factor(node.x, places)
        if node.scalar == MINUS_ONE:
            return [Part("−"), *inner]
        scalar = self.writer.text(node.scalar)
        return [Part(f"({scalar})" if isinstance(node.scalar, Add | Subtract) else scalar), Part(" "), *inner]

    def logarithm_of(self, x: Expression, places: Places) -> Line:
        return self.written(x, places)


class _Numeric(_Entries):
    """With the values."""

    def leaf(self, x: Expression, places: Places) -> Line:
        return self.number(x, places)

    def terms(self, x: Expression, places: Places) -> Line:
        """What is added up, each as one number."""
        if not isinstance(x, Add | Subtract):
            return self.number(Entry(x, (_ROW, _COLUMN)) if shape_of(x) else x, places)
        right = self.terms(x.right, places)
        right = _bracketed(right) if isinstance(x, Subtract) and len(right) > 1 else right
        return [*self.terms(x.left, places), Part(" + " if isinstance(x, Add) else " − "), *right]

    def choice(self, node: Cases, indices: Indices, places: Places) -> Line:
        if is_maximum(node):
            return super().choice(node, indices, places)
        return self.number(Entry(node, indices), places)  # which case holds is said by the indices above

    def number(self, x: Expression, places: Places) -> Line:
        """One number: an entry of a computed matrix, or a scalar."""
        value = np.asarray(value_of(x.x if isinstance(x, Entry) else x, self.values))
        if value.ndim == 2:  # a constant stands for a matrix, a repeated vector may be left to broadcasting
            assert isinstance(x, Entry)
            cell = (0 if index is None else int(places[index]) for index in x.indices)
            value = value[tuple(min(at, size - 1) for at, size in zip(cell, value.shape, strict=True))]
        return [Part(value=float(value))]

    def total(self, node: IndexSum, places: Places) -> Line:
        sums, body = self.sums(node)
        sizes = [self.size(each.dimension) for each in sums]

        def term(k: int) -> Line:
            own = dict(places)
            for each, size in zip(sums, sizes, strict=True):
                own[each.index] = k % size
                k //= size
            whole = isinstance(body, Entry) and not isinstance(body.x, Apply)
            line = self.number(body, own) if whole and len(sums) == 1 else self.written(body, own)
            return _bracketed(line) if isinstance(self.core(body), Add | Subtract) and len(line) > 1 else line

        count = int(np.prod(sizes))
        terms = _joined(term, count)
        return _bracketed(terms) if len(sums) > 1 and count > 1 else terms

    def factor(self, x: Expression, places: Places) -> Line:
        if isinstance(x, Entry | Symbol) or not x.operands:
            return self.number(x, places)
        line = self.written(x, places)
        return _bracketed(line) if isinstance(x, IndexSum | Add | Subtract) and len(line) > 1 else line

    def scaled(self, node: Scale, places: Places) -> Line:
        inner = self.written(node.x, places)
        is_tight = len(inner) == 1 or (isinstance(node.x, Scale | Apply) and node.scalar != MINUS_ONE)
        inner = inner if is_tight else _bracketed(inner)
        if node.scalar == MINUS_ONE:
            return [Part("−"), *inner]
        return [Part(value=float(value_of(node.scalar, self.values))), Part(" × "), *inner]

    def logarithm_of(self, x: Expression, places: Places) -> Line:
        return self.number(x, places) if isinstance(x, Entry) else self.written(x, places)


@lru_cache(maxsize=4096)
def _opened(x: Expression) -> Expression:
    """An entry of an operation by the entries of its operands; anything else as it is."""
    node, indices = (x.x, x.indices) if isinstance(x, Entry) else (x, (None, None))
    if isinstance(node, Softmax | LogSumExp):
        return _exponentials(node, indices)
    if not node.operands or (not isinstance(x, Entry) and not _sums_up(node)):
        return x
    names = tuple(Symbol(f"operand{place}", None, shape_of(each)) for place, each in enumerate(node.operands))
    entry = entry_of(node.with_operands(names), indices)
    if any(isinstance(each, Cases | Placed) for each in walk(entry)):
        return x  # no line says a choice or a rearrangement better than the operation itself
    return _with_operands(entry, dict(zip(names, node.operands, strict=True)))


def _exponentials(node: Softmax | LogSumExp, indices: Indices) -> Expression:
    """softmax as exp over the sum of exp, lse as its logarithm."""
    row, column = indices
    along = ("ⱼ", column) if node.axis == ROWS else (row, "ⱼ")
    total = IndexSum("ⱼ", shape_of(node.x)[node.axis], Apply(EXP, _entry(node.x, along)))
    return Apply(LOG, total) if isinstance(node, LogSumExp) else Divide(Apply(EXP, _entry(node.x, indices)), total)


def _named(places: dict[str, int | str], index: Index) -> str | None:
    """The name of an index that stands for that place."""
    if index is None or isinstance(index, str):
        return index
    name = f"at {index}"
    places[name] = index
    return name


def _entry_or_number(x: Expression, indices: Indices) -> Expression:
    return _entry(x, indices) if shape_of(x) else x


def _entry(x: Expression, indices: Indices) -> Expression:
    rows, columns = rows_and_columns(x)
    return Entry(x, (None if rows == "1" else indices[0], None if columns == "1" else indices[1]))


def _with_operands(number: Expression, operands: Mapping[Expression, Expression]) -> Expression:
    """The number with entries of the operands in the place of entries of their stand-ins."""
    if isinstance(number, Entry):
        return Entry(substitute(number.x, operands), number.indices)
    if number in operands:
        return operands[number]
    if not number.operands:
        return number
    return number.with_operands(tuple(_with_operands(each, operands) for each in number.operands))


def _sums_up(node: Expression) -> bool:
    """Whether a number is made of entries of matrices."""
    return any(shape_of(operand) for operand in node.operands)


def _bracketed(line: Line) -> Line:
    """The line in parentheses, unless it stands in its own already."""
    depth = 0
    for place, part in enumerate(line):
        depth += part.text.count("(") - part.text.count(")")
        if depth == 0:
            closes_last = place == len(line) - 1 and part.text == ")" and line[0].text == "("
            return line if closes_last else [Part("("), *line, Part(")")]
    return [Part("("), *line, Part(")")]


def _joined(term: Callable[[int], Line], count: int) -> Line:
    """term 1 + term 2 + …, shortened in the middle when there are many."""
    shown = list(range(count)) if count <= MOST_TERMS else [0, 1, 2, count - 1]
    line: Line = []
    for place, k in enumerate(shown):
        if place:
            line.append(Part(" + "))
            if k != shown[place - 1] + 1:
                line.append(Part("… + "))
        line += term(k)
    return line
