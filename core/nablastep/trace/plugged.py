"""An equation with its numbers plugged in: the same form, with values in the places of the quantities.

Reuses the notations' own writers, so that the numbers stand in the order and with the signs of the equation above
them. Functions inside of a sum or product are evaluated: σ′(z) stands there as the matrix that it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from nablastep.evaluation import value_of
from nablastep.expressions import (
    ROWS,
    Apply,
    Block,
    Cases,
    Divide,
    Equation,
    Expression,
    Factor,
    Hadamard,
    LogSumExp,
    MatMul,
    Power,
    Ratio,
    Shape,
    Softmax,
    Symbol,
    Transpose,
)
from nablastep.notation import Token, Tokens, Writer
from nablastep.notation.ascii import AsciiWriter
from nablastep.notation.latex import LatexWriter
from nablastep.notation.numpy_code import NumpyWriter
from nablastep.notation.partial import PartialWriter
from nablastep.notation.strict import StrictWriter
from nablastep.notation.unicode import UnicodeWriter
from nablastep.notation.writer import is_maximum
from nablastep.records import record
from nablastep.shapes import shape_of

LONGEST_NAME = 40
"""Characters over a matrix."""


@dataclass(frozen=True)
class Sign:
    """Text between values: an operator, a function's name, a bracket or a constant."""

    text: str
    is_operator: bool = False


@dataclass(frozen=True, eq=False)
class Value:
    """A plugged-in value: a matrix as a frozen array, a number, or a fraction as text; `name` is what it is."""

    name: str
    shape: Shape
    value: Any
    is_result: bool = False


Item = Sign | Value


@record(slots=True)
class ValueToken(Token):
    """A token that stands for the value of an expression."""

    expression: Expression | None = None


class _Plugged(Writer):
    """Makes a notation leave places for values; to be mixed into one."""

    plain: Writer

    def place(self, expression: Expression) -> Tokens:
        """The place of one value."""
        return (ValueToken(self.plain.text(expression), "value", None, expression),)

    def expanded(self, expression: Expression) -> Tokens:
        """The tokens of a whole right side: its own function is written, not evaluated."""
        if isinstance(expression, Apply) and not expression.prime:
            return super().function(expression)
        return super().softmax(expression) if isinstance(expression, Softmax) else self.tokens(expression)

    def symbol(self, node: Symbol) -> Tokens:
        return self.place(node)

    def transpose(self, node: Transpose) -> Tokens:
        return self.place(node) if isinstance(node.x, Symbol) else super().transpose(node)

    def factor(self, node: Factor) -> Tokens:
        if not node.dimensions and not node.times:
            return super().factor(node)
        sign = (Token(self.minus),) if node.numerator < 0 else ()
        return (*sign, *self.place(replace(node, numerator=abs(node.numerator))))

    def power(self, node: Power) -> Tokens:
        return self.place(node)

    def function(self, node: Apply) -> Tokens:
        is_open = node.function.style == "postfix" and not node.prime and not isinstance(node.x, Symbol)
        return super().function(node) if is_open else self.place(node)

    def softmax(self, node: Softmax) -> Tokens:
        return self.place(node)

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return self.place(node)


# Numbers beside each other need a dot between them.
_UNICODE_OPERATORS = {**UnicodeWriter.operators, MatMul: " · "}
_LATEX_OPERATORS = {**LatexWriter.operators, MatMul: r" \cdot "}


class _PluggedUnicode(_Plugged, UnicodeWriter):
    plain: Writer = UnicodeWriter()
    operators = _UNICODE_OPERATORS


class _PluggedStrict(_PluggedUnicode):
    plain = StrictWriter()


class _PluggedPartial(_PluggedUnicode):
    plain = PartialWriter()


class _PluggedLatexNames(_PluggedUnicode):
    """Drawn matrices under names in LaTeX: signs between drawings are no commands, and long formulas no names."""

    plain = LatexWriter()

    def place(self, expression: Expression) -> Tokens:
        placed = super().place(expression)
        long = len(placed[0].text) > LONGEST_NAME
        return (replace(placed[0], text=UnicodeWriter().text(expression)),) if long else placed


class _PluggedAscii(_Plugged, AsciiWriter):
    plain = AsciiWriter()


class _PluggedNumpy(_Plugged, NumpyWriter):
    plain = NumpyWriter()


class _PluggedLatex(_Plugged, LatexWriter):
    plain = LatexWriter()
    operators = _LATEX_OPERATORS
    stacks_fractions = False

    # What may go on in another row stands in no environment of LaTeX.

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        return Writer.product(self, node)

    def cases(self, node: Cases) -> Tokens:
        if is_maximum(node):
            return super().cases(node)
        condition = (Token(r" \text{ if } "), *self.tokens(node.condition), Token(r" > 0 \text{ else } "))
        return self.parenthesised((*self.tokens(node.positive), *condition, *self.tokens(node.otherwise)))

    def block(self, node: Block) -> Tokens:
        between = r" ;\; " if node.axis == ROWS else r" ,\; "
        inside = (*self.tokens(node.left), Token(between), *self.tokens(node.right))
        return (Token(r"\biggl["), *inside, Token(r"\biggr]"))

    def parenthesised(self, tokens: Tokens) -> Tokens:
        # Brackets of a fixed size may stand on different lines; \left and \right may not.
        around = any(
            isinstance(token, ValueToken) and token.expression and shape_of(token.expression) for token in tokens
        )
        left, right = (r"\biggl(", r"\biggr)") if around else ("(", ")")
        return (Token(left), *tokens, Token(right))

    def function(self, node: Apply) -> Tokens:
        if node.function.style == "postfix" and not node.prime and not isinstance(node.x, Symbol):
            return (*self.parenthesised(self.tokens(node.x)), Token(node.function.latex, "function"))
        return super().function(node)


_WRITERS: dict[str, _Plugged] = {
    "unicode": _PluggedUnicode(),
    "ascii": _PluggedAscii(),
    "numpy": _PluggedNumpy(),
    "latex": _PluggedLatex(),
    "strict": _PluggedStrict(),
    "partial": _PluggedPartial(),
    "latex names": _PluggedLatexNames(),
}


def drawn_notation(notation: str) -> str:
    """Which of the writers names matrices that are drawn as text, where equations are in that notation."""
    notation = "latex names" if notation == "latex" else notation
    return notation if notation in _WRITERS else "unicode"


def plugged_in(equation: Equation, values: Mapping[str, Any], result: Any, notation: str) -> tuple[Item, ...]:
    """The right side with its values in reading order, then `=` and the result.

    `values` maps ids, settings and dimensions to values in the equation's own orientation, as the step found them.
    """
    writer = _WRITERS[notation]
    items = [_item(token, values) for token in writer.expanded(equation.expression)]
    name = writer.plain.text(equation.target)
    if equation.is_update:
        name = rf"\text{{new }} {name}" if notation == "latex" else f"new {name}"
    return (*items, Sign(writer.equals, is_operator=True), Value(name, equation.target.shape, result, is_result=True))


def units(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], ...]:
    """The items in groups that stay on one line, each group after the first beginning with its operator."""
    found: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Sign) and item.is_operator and found[-1]:
            found.append([])
        found[-1].append(item)
    return tuple(tuple(unit) for unit in found)


def is_binary(token: Token) -> bool:
    """Whether the token is a sign between two operands, at which a line may be broken."""
    return token.kind == "operator" and (token.text.startswith(" ") or token.text == r"\, ")


def _item(token: Token, values: Mapping[str, Any]) -> Item:
    if not isinstance(token, ValueToken) or token.expression is None:
        return Sign(token.text, is_binary(token))
    expression = token.expression
    if isinstance(expression, Factor):
        above, below = (
            prod(int(values[each]) for each in sizes) for sizes in (expression.times, expression.dimensions)
        )
        return Value(token.text, (), f"{expression.numerator * above}/{expression.denominator * below}")
    value = value_of(expression, values)
    return Value(token.text, shape_of(expression), value if np.ndim(value) else float(value))
