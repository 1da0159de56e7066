"""The notation for ears: "the gradient of W 1 equals the gradient of z 2, times a 1 transposed"."""

from __future__ import annotations

import re
from typing import ClassVar

from nablastep.expressions import (
    COLUMNS,
    ROWS,
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
    Fold,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Plan,
    Power,
    Ratio,
    Rearrange,
    Repeat,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    Windows,
)
from nablastep.notation.settings import setting_of
from nablastep.notation.writer import (
    Strength,
    Token,
    Tokens,
    Writer,
    decimal_of,
    is_maximum,
    is_trace,
    number_above,
    plain_number,
)
from nablastep.shapes import shape_of, usual_axis


class SpokenWriter(Writer):
    """Words, with "open" and "close" where print has parentheses."""

    name = "spoken"
    on_screens = False
    operators: ClassVar[dict[type[Expression], str]] = {
        MatMul: " times ",
        Hadamard: " times, entry by entry, ",
        Divide: " divided, entry by entry, by ",
        Ratio: " divided, entry by entry, by ",
        Add: " plus ",
        Subtract: " minus ",
    }
    over = " divided by "
    equals = " equals "
    becomes = " becomes "
    minus = "minus "
    transpose_mark = " transposed"
    sum_mark = "the sum of all entries of "

    def symbol_text(self, symbol: Symbol) -> str:
        if symbol.setting:
            return setting_of(symbol).spoken
        name = symbol.base if symbol.mark is None else f"{symbol.base} {symbol.mark}"
        if symbol.prefix == "":
            return name
        first = {"grad": "gradient", "m": "first moment", "v": "second moment"}.get(symbol.prefix, symbol.prefix)
        return f"the {first} of {name}"

    def factor_text(self, factor: Factor) -> str:
        decimal = decimal_of(factor)
        if decimal is not None:
            return decimal
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += map(_dimension, factor.dimensions)
        above = " times ".join([*number_above(factor), *map(_dimension, factor.times)])
        if above == "1" and not factor.dimensions and factor.denominator == 2:
            return "one half"
        below = " times ".join(parts)
        return f"{above} over {f'open {below} close' if len(parts) > 1 else below}" if parts else above

    def number_text(self, value: float) -> str:
        return plain_number(value)

    def parenthesised(self, tokens: Tokens) -> Tokens:
        return (Token("open "), *tokens, Token(" close"))

    def strength(self, expression: Expression) -> Strength:
        # "A beside B times C" would put B times C beside A.
        return Strength.SUM if isinstance(expression, Block) else super().strength(expression)

    def before_words(self, x: Expression) -> Tokens:
        """What words stand behind, as in "x squared": a function of something has to end before them."""
        return self.parenthesised(self.tokens(x)) if _ends_openly(x) else self.wrapped(x, Strength.POSTFIX)

    def transpose(self, node: Transpose) -> Tokens:
        return (*self.before_words(node.x), Token(self.transpose_mark))

    def function(self, node: Apply) -> Tokens:
        if node.function.style == "postfix" and not node.prime:
            return (*self.before_words(node.x), Token(f" {node.function.spoken}", "function"))
        name = node.function.spoken
        return self.call(f"the derivative of {name.removesuffix(' of')} at" if node.prime else name, node.x)

    def call(self, name: str, argument: Expression) -> Tokens:
        return (Token(f"{name} ", "function"), *self.wrapped(argument, Strength.ATOM))

    def power(self, node: Power) -> Tokens:
        return (*self.before_words(node.scalar), Token(" to the power of "), *self.before_words(node.exponent))

    def times_log(self, node: TimesLog) -> Tokens:
        left = self.wrapped(node.left, Strength.POSTFIX)
        return (*left, Token(self.operators[Hadamard]), *self.call("the logarithm of", node.right))

    def softmax(self, node: Softmax) -> Tokens:
        return self.call(f"softmax{_along(node)} of", node.x)

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return self.call(f"the log sum exp{_along(node)} of", node.x)

    def cases(self, node: Cases) -> Tokens:
        positive, otherwise = node.positive, node.otherwise
        if is_maximum(node):
            both = (*self.before_words(positive), Token(" and "), *self.before_words(otherwise))
            return (Token("the larger of ", "function"), *both)
        condition = (*self.tokens(node.condition), Token(" is above 0, else "))
        return self.parenthesised((*self.tokens(positive), Token(" if "), *condition, *self.tokens(otherwise)))

    def sum(self, node: Sum) -> Tokens:
        return self.call("the trace of", node.x.x) if is_trace(node) else super().sum(node)  # type: ignore[attr-defined]

    def rearrange(self, node: Rearrange) -> Tokens:
        return self.call(_rearranging(node.plan, back=node.back), node.x)

    def block(self, node: Block) -> Tokens:
        between = " above " if node.axis == ROWS else " beside "
        return (*self.before_words(node.left), Token(between), *self.before_words(node.right))

    def inverse(self, node: Inverse) -> Tokens:
        return self.call("the inverse of", node.x)

    def determinant(self, node: Determinant) -> Tokens:
        return self.call("the log determinant of" if node.log else "the determinant of", node.x)

    def repeat(self, node: Repeat) -> Tokens:
        direction = "column" if node.axis == COLUMNS else "row"
        return (*self.wrapped(node.x, Strength.POSTFIX), Token(f", repeated for every {direction}", "ones"))

    def total(self, node: Total) -> Tokens:
        direction = "row" if node.axis == COLUMNS else "column"
        return (Token(f"the sum along each {direction} of ", "ones"), *self.wrapped(node.x, Strength.POSTFIX))


def _dimension(dimension: str) -> str:
    """`n 3` for n3; a product of several is spoken as one."""
    spoken = re.sub(r"(?<=[A-Za-z])(?=\d)", " ", dimension)
    return " times ".join(part.replace("+", " plus ") for part in spoken.split("·"))


def _along(node: Softmax | LogSumExp) -> str:
    """The axis, where it is not the usual one."""
    if node.axis == usual_axis(shape_of(node.x)):
        return ""
    return f" along each {'row' if node.axis == COLUMNS else 'column'}"


def _rearranging(plan: Plan, *, back: bool) -> str:
    match plan:
        case Cut(before=before, axis=axis, start=start, stop=stop):
            line = "row" if axis == ROWS else "column"
            if back:
                size = _dimension(before[axis])
                return f"zeros, {size} {line}s of them, with, from {line} {_dimension(start)} on,"
            return f"the {line}s from {_dimension(start)} up to {_dimension(stop) if stop else 'the end'} of"
        case Diagonals():
            return "the diagonal matrix of" if back else "the diagonal of"
        case Fold(before=before, after=after):
            rows, columns = map(_dimension, before if back else after)
            return f"the entries, in {rows} rows and {columns} columns, of"
        case Windows(height=height, width=width, kernel=kernel, stride=stride):
            patches, pictures = f"patches, {kernel} wide, stride {stride},", f"pictures, {height} by {width},"
            return f"{pictures} of all {patches} added up from" if back else f"the {patches} of {pictures} in"
    raise ValueError(f"no words for {type(plan).__name__}")


def _ends_openly(x: Expression) -> bool:
    """Whether the words of the expression end with an operand, which words behind it would belong to."""
    if isinstance(x, Apply):
        return x.prime or x.function.style != "postfix"
    return isinstance(x, Softmax | LogSumExp | Rearrange | Inverse | Determinant | Sum) or (
        isinstance(x, Cases) and is_maximum(x)
    )


NOTATION = SpokenWriter()
