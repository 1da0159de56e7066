"""One entry of an equation: the scalar form with indices, and the same with numbers plugged in.

`∇W⁽¹⁾₂₁ = ∇z⁽²⁾₂ × a⁽¹⁾₁ = −0.038098 × 0.593270`: subscripts are mathematics', from 1; cells are counted from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nablastep.evaluation import value_of
from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    Add,
    Apply,
    Dimension,
    Divide,
    Expression,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
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
)
from nablastep.notation.unicode import NOTATION
from nablastep.notation.writer import Strength, Writer
from nablastep.shapes import shape_of

MOST_TERMS = 6
_LETTERS = ("ᵢ", "ⱼ")


@dataclass(frozen=True)
class Part:
    """A piece of a line: text, a plugged-in number, or an index together with the dimension that it runs over."""

    text: str = ""
    value: float | None = None
    dimension: Dimension | None = None


Index = int | str
Line = list[Part]


@dataclass(frozen=True)
class EntryLines:
    """The scalar form of one entry: left side, with indices, and with numbers."""

    name: tuple[Part, ...]
    symbolic: tuple[Part, ...]
    numeric: tuple[Part, ...]


def entry_lines(
    target: Symbol,
    expression: Expression,
    cell: tuple[int, int],
    values: Mapping[str, Any],
    notation: Writer = NOTATION,
) -> EntryLines:
    """The lines for one cell, from 0, as a notation writes them; for a scalar target the cell is not looked at."""
    entries = _Entries(values, notation)
    row, column = cell
    sides = (entries.symbolic(target, row, column), entries.symbolic(expression, row, column))
    name, symbolic, numeric = (entries.spelled(line) for line in (*sides, entries.numeric(expression, row, column)))
    return EntryLines(name, symbolic, numeric)


class _Entries:
    """Writes entries of expressions, symbolically or with the values."""

    def __init__(self, values: Mapping[str, Any], writer: Writer) -> None:
        self.values = values
        self.writer = writer
        self.depth = 0  # how many summation letters are in use

    def size(self, dimension: Dimension) -> int:
        return 1 if dimension == "1" else int(self.values[dimension])

    # with indices

    def symbolic(self, node: Expression, row: Index, column: Index) -> Line:
        rule = _SYMBOLIC.get(type(node))
        if rule is not None:
            return rule(self, node, row, column)
        return [Part(self.writer.text(node))]

    def entry(self, symbol: Symbol, row: Index, column: Index) -> Line:
        if not symbol.shape:
            return [Part(self.writer.text(symbol))]
        indices = [
            (index, dimension)
            for index, dimension in zip((row, column), symbol.shape, strict=True)
            if dimension != "1" or self.writer.indexes_all
        ]
        pieces = self.writer.indexed(symbol, [index for index, _ in indices])
        return [Part(text, dimension=None if place is None else indices[place][1]) for text, place in pieces]

    def spelled(self, line: Line) -> tuple[Part, ...]:
        """The line with its signs as the notation has them."""
        table = str.maketrans(self.writer.entry_signs)
        return tuple(replace(part, text=part.text.translate(table)) for part in line)

    def product(self, node: MatMul, row: Index, column: Index) -> Line:
        inner = shape_of(node.left)[1]  # type: ignore[misc]
        if self.size(inner) == 1:
            return [*self.factor(node.left, row, 0), Part(" × "), *self.factor(node.right, 0, column)]
        letter = _LETTERS[min(self.depth, 1)]
        self.depth += 1
        left, right = self.factor(node.left, row, letter), self.factor(node.right, letter, column)
        self.depth -= 1
        return [Part("Σ"), Part(letter, dimension=inner), Part(" "), *left, Part(" "), *right]

    def factor(self, node: Expression, row: Index, column: Index) -> Line:
        line = self.symbolic(node, row, column)
        return _bracketed(line) if self.needs_brackets(node) else line

    def needs_brackets(self, node: Expression) -> bool:
        """Whether the entry of a factor is more than one thing; a gradient written in two words counts as such."""
        inner = node.x if isinstance(node, Transpose) else node
        is_loose = isinstance(inner, Symbol) and self.writer.strength(inner) < Strength.POSTFIX
        return is_loose or isinstance(node, Add | Subtract | MatMul | Hadamard)

    def element_wise(self, node: Hadamard | Divide | Ratio, row: Index, column: Index) -> Line:
        sign = " × " if isinstance(node, Hadamard) else " / "
        right_cell = (row, column) if shape_of(node.right) else (0, 0)
        return [*self.factor(node.left, row, column), Part(sign), *self.factor(node.right, *right_cell)]

    def times_log(self, node: TimesLog, row: Index, column: Index) -> Line:
        return [
            *self.factor(node.left, row, column), Part(" × ln("), *self.symbolic(node.right, row, column), Part(")")
        ]  # fmt: skip

    def sum(self, node: Add | Subtract, row: Index, column: Index) -> Line:
        sign = " + " if isinstance(node, Add) else " − "
        right = self.symbolic(node.right, row, column)
        if isinstance(node.right, Add | Subtract):
            right = _bracketed(right)
        return [*self.symbolic(node.left, row, column), Part(sign), *right]

    def scaled(self, node: Scale, row: Index, column: Index) -> Line:
        inner = self.factor(node.x, row, column)
        if node.scalar == MINUS_ONE:
            return [Part("−"), *inner]
        scalar = self.writer.text(node.scalar)
        return [Part(f"({scalar})" if isinstance(node.scalar, Add | Subtract) else scalar), Part(" "), *inner]

    def function(self, node: Apply, row: Index, column: Index) -> Line:
        inner = self.symbolic(node.x, row, column)
        name = self.writer.function_name(node)
        if node.function.style == "postfix":
            return [*_bracketed(inner), Part(name)]
        return [Part(name + "("), *inner, Part(")")]

    def softmax(self, node: Softmax, row: Index, column: Index) -> Line:
        along = ("ⱼ", column) if node.axis != COLUMNS else (row, "ⱼ")
        dimension = shape_of(node.x)[node.axis]
        top, below = self.symbolic(node.x, row, column), self.symbolic(node.x, *along)
        sum_sign = [Part(" / Σ"), Part("ⱼ", dimension=dimension), Part(" exp(")]
        return [Part("exp("), *top, Part(")"), *sum_sign, *below, Part(")")]

    def log_sum_exp(self, node: LogSumExp, row: Index, column: Index) -> Line:
        along = ("ⱼ", column) if node.axis != COLUMNS else (row, "ⱼ")
        dimension = shape_of(node.x)[node.axis]
        return [Part("ln Σ"), Part("ⱼ", dimension=dimension), Part(" exp("), *self.symbolic(node.x, *along), Part(")")]

    def total(self, node: Total, row: Index, column: Index) -> Line:
        letter = _LETTERS[min(self.depth, 1)]
        along = (letter, column) if node.axis != COLUMNS else (row, letter)
        dimension = shape_of(node.x)[node.axis]
        self.depth += 1
        inner = self.factor(node.x, *along)
        self.depth -= 1
        return [Part("Σ"), Part(letter, dimension=dimension), Part(" "), *inner]

    def repeated(self, node: Repeat, row: Index, column: Index) -> Line:
        return self.symbolic(node.x, *((row, 0) if node.axis == COLUMNS else (0, column)))

    def everything(self, node: Sum, _: Index, __: Index) -> Line:
        rows, columns = shape_of(node.x)  # type: ignore[misc]
        if (rows, columns) == ("1", "1"):
            return self.symbolic(node.x, 0, 0)
        letters: dict[int, str] = {}
        line: Line = [Part("Σ")]
        for place, dimension in enumerate((rows, columns)):
            if dimension != "1":
                letters[place] = _LETTERS[place]
                line.append(Part(_LETTERS[place], dimension=dimension))
        self.depth += 2
        inner = self.symbolic(node.x, letters.get(0, 0), letters.get(1, 0))
        self.depth -= 2
        if isinstance(node.x, Add | Subtract | TimesLog | Hadamard):
            inner = _bracketed(inner)
        return [*line, Part(" "), *inner]

    # with numbers

    def number(self, node: Expression, row: int, column: int) -> Line:
        value = np.asarray(value_of(node, self.values))
        if value.ndim == 2:  # a constant stands for a matrix, a repeated vector may be left to broadcasting
            value = value[min(row, value.shape[0] - 1), min(column, value.shape[1] - 1)]
        return [Part(value=float(value))]

    def numeric(self, node: Expression, row: int, column: int) -> Line:
        rule = _NUMERIC.get(type(node))
        return rule(self, node, row, column) if rule is not None else self.number(node, row, column)

    def numeric_product(self, node: MatMul, row: int, column: int) -> Line:
        inner = self.size(shape_of(node.left)[1])  # type: ignore[misc]

        def term(k: int) -> Line:
            return [*self.number(node.left, row, k), Part(" × "), *self.number(node.right, k, column)]

        return _joined(term, inner)

    def numeric_element_wise(self, node: Hadamard | Divide | Ratio, row: int, column: int) -> Line:
        sign = " × " if isinstance(node, Hadamard) else " / "
        return [*self.number(node.left, row, column), Part(sign), *self.number(node.right, row, column)]

    def numeric_times_log(self, node: TimesLog, row: int, column: int) -> Line:
        return [*self.number(node.left, row, column), Part(" × ln("), *self.number(node.right, row, column), Part(")")]

    def numeric_sum(self, node: Add | Subtract, row: int, column: int) -> Line:
        sign = " + " if isinstance(node, Add) else " − "
        right = self.numeric(node.right, row, column)
        if isinstance(node.right, Add | Subtract):
            right = _bracketed(right)
        return [*self.numeric(node.left, row, column), Part(sign), *right]

    def numeric_scaled(self, node: Scale, row: int, column: int) -> Line:
        inner = self.numeric(node.x, row, column)
        inner = inner if len(inner) == 1 else _bracketed(inner)
        if node.scalar == MINUS_ONE:
            return [Part("−"), *inner]
        return [Part(value=float(value_of(node.scalar, self.values))), Part(" × "), *inner]

    def numeric_function(self, node: Apply, row: int, column: int) -> Line:
        name = self.writer.function_name(node)
        inner = self.numeric(node.x, row, column)
        if node.function.style == "postfix":
            return [*_bracketed(inner), Part(name)]
        return [Part(name + "("), *inner, Part(")")]

    def numeric_softmax(self, node: Softmax, row: int, column: int) -> Line:
        size = self.size(shape_of(node.x)[node.axis])

        def term(k: int) -> Line:
            cell = (row, k) if node.axis == COLUMNS else (k, column)
            return [Part("exp("), *self.number(node.x, *cell), Part(")")]

        return [Part("exp("), *self.number(node.x, row, column), Part(") / ("), *_joined(term, size), Part(")")]

    def numeric_log_sum_exp(self, node: LogSumExp, row: int, column: int) -> Line:
        size = self.size(shape_of(node.x)[node.axis])

        def term(k: int) -> Line:
            cell = (row, k) if node.axis == COLUMNS else (k, column)
            return [Part("exp("), *self.number(node.x, *cell), Part(")")]

        return [Part("ln("), *_joined(term, size), Part(")")]

    def numeric_total(self, node: Total, row: int, column: int) -> Line:
        size = self.size(shape_of(node.x)[node.axis])

        def term(k: int) -> Line:
            return self.number(node.x, *((row, k) if node.axis == COLUMNS else (k, column)))

        return _joined(term, size)

    def numeric_everything(self, node: Sum, _: int, __: int) -> Line:
        rows, columns = shape_of(node.x)  # type: ignore[misc]
        if (rows, columns) == ("1", "1"):
            return self.numeric(node.x, 0, 0)
        height, width = self.size(rows), self.size(columns)

        def term(k: int) -> Line:
            inner = self.numeric(node.x, k % height, k // height)
            return _bracketed(inner) if isinstance(node.x, Add | Subtract) else inner

        terms = _joined(term, height * width)
        return _bracketed(terms) if height * width > 1 else terms


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


_Rule = Callable[[_Entries, Any, Any, Any], Line]

_SYMBOLIC: dict[type[Expression], _Rule] = {
    Symbol: _Entries.entry,
    Transpose: lambda writer, node, row, column: writer.symbolic(node.x, column, row),
    Fill: lambda writer, node, row, column: writer.symbolic(node.scalar, 0, 0),
    MatMul: _Entries.product,
    Hadamard: _Entries.element_wise,
    Divide: _Entries.element_wise,
    Ratio: _Entries.element_wise,
    TimesLog: _Entries.times_log,
    Add: _Entries.sum,
    Subtract: _Entries.sum,
    Scale: _Entries.scaled,
    Apply: _Entries.function,
    Softmax: _Entries.softmax,
    LogSumExp: _Entries.log_sum_exp,
    Total: _Entries.total,
    Repeat: _Entries.repeated,
    Sum: _Entries.everything,
}

_NUMERIC: dict[type[Expression], _Rule] = {
    MatMul: _Entries.numeric_product,
    Hadamard: _Entries.numeric_element_wise,
    Divide: _Entries.numeric_element_wise,
    Ratio: _Entries.numeric_element_wise,
    TimesLog: _Entries.numeric_times_log,
    Add: _Entries.numeric_sum,
    Subtract: _Entries.numeric_sum,
    Scale: _Entries.numeric_scaled,
    Apply: _Entries.numeric_function,
    Softmax: _Entries.numeric_softmax,
    LogSumExp: _Entries.numeric_log_sum_exp,
    Total: _Entries.numeric_total,
    Sum: _Entries.numeric_everything,
}
