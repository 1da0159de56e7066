"""The notation for ears: "the gradient of W 1 equals the gradient of z 2, times a 1 transposed"."""

from __future__ import annotations

from typing import ClassVar

from nablastep.expressions import (
    COLUMNS,
    ROWS,
    Add,
    Apply,
    Block,
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
    Power,
    Ratio,
    Rearrange,
    Repeat,
    Subtract,
    Symbol,
    TimesLog,
    Total,
)
from nablastep.notation.settings import setting_of
from nablastep.notation.writer import Strength, Token, Tokens, Writer, decimal_of, number_above, plain_number


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
        name = symbol.base if symbol.layer is None else f"{symbol.base} {symbol.layer}"
        if symbol.prefix == "":
            return name
        first = {"grad": "gradient", "m": "first moment", "v": "second moment"}.get(symbol.prefix, symbol.prefix)
        return f"the {first} of {name}"

    def factor_text(self, factor: Factor) -> str:
        decimal = decimal_of(factor)
        if decimal is not None:
            return decimal
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += [" ".join(dimension) for dimension in factor.dimensions]
        above = " times ".join([*number_above(factor), *(" ".join(dimension) for dimension in factor.times)])
        if above == "1" and not factor.dimensions and factor.denominator == 2:
            return "one half"
        return f"{above} over {' times '.join(parts)}" if parts else above

    def number_text(self, value: float) -> str:
        return plain_number(value)

    def parenthesised(self, tokens: Tokens) -> Tokens:
        return (Token("open "), *tokens, Token(" close"))

    def function(self, node: Apply) -> Tokens:
        if node.function.style == "postfix":
            return (*self.wrapped(node.x, Strength.ATOM), Token(f" {node.function.spoken}", "function"))
        name = node.function.spoken
        return self.call(f"the derivative of {name.removesuffix(' of')} at" if node.prime else name, node.x)

    def call(self, name: str, argument: Expression) -> Tokens:
        return (Token(f"{name} ", "function"), *self.wrapped(argument, Strength.ATOM))

    def power(self, node: Power) -> Tokens:
        base, exponent = self.wrapped(node.scalar, Strength.ATOM), self.wrapped(node.exponent, Strength.ATOM)
        return (*base, Token(" to the power of "), *exponent)

    def times_log(self, node: TimesLog) -> Tokens:
        left = self.wrapped(node.left, Strength.POSTFIX)
        return (*left, Token(self.operators[Hadamard]), *self.call("the logarithm of", node.right))

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return self.call("the log sum exp of", node.x)

    def rearrange(self, node: Rearrange) -> Tokens:
        plan = node.plan
        if isinstance(plan, Cut):
            lines = "rows" if plan.axis == ROWS else "columns"
            ends = f"{plan.start} up to {plan.stop or 'the end'}"
            if node.back:
                return self.call(f"zeros with, in {lines} from {plan.start} on,", node.x)
            return self.call(f"the {lines} from {ends} of", node.x)
        if isinstance(plan, Diagonals):
            return self.call("the diagonal matrix of" if node.back else "the diagonal of", node.x)
        if isinstance(plan, Fold):
            return self.call("the entries, in another shape, of", node.x)
        words = "all patches added back to their places from" if node.back else "the patches under the kernel of"
        return self.call(words, node.x)

    def block(self, node: Block) -> Tokens:
        between = " above " if node.axis == ROWS else " beside "
        return (*self.wrapped(node.left, Strength.ATOM), Token(between), *self.wrapped(node.right, Strength.ATOM))

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


NOTATION = SpokenWriter()
