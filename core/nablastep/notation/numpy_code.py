"""NumPy code: `grad_W1 = grad_z2 @ a1.T`. What stands here is compiled and run; see `evaluation`."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    Add,
    Apply,
    Cases,
    Divide,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    LogSumExp,
    MatMul,
    Power,
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
from nablastep.notation.writer import ASCII_SIGNS, Strength, Token, Tokens, Writer, bracketed_indices
from nablastep.shapes import shape_of

_WORDS = frozenset({
    *keyword.kwlist, "np", "math", "sigmoid", "softplus", "normal_cdf", "clip", "softmax", "log_sum_exp", "times_log",
    "ratio", "identity", "relu", "leaky_relu", "elu", "gelu", "silu", "huber", "abs", "float", "dict", "zip", "range",
    "check", "checked", "inf", "nan", "print",
})  # fmt: skip
"""Names that the code needs for itself."""

_BROADCASTING = (Add, Subtract, Hadamard, Divide)


class NumpyWriter(Writer):
    """Python source. Repetition over samples is NumPy's broadcasting where the neighbour allows it."""

    name = "numpy"
    operators: ClassVar[dict[type[Expression], str]] = {
        MatMul: " @ ",
        Hadamard: " * ",
        Divide: " / ",
        Add: " + ",
        Subtract: " - ",
    }
    indexes_all = True
    entry_signs: ClassVar[dict[str, str]] = ASCII_SIGNS
    becomes = " = "
    minus = "-"

    def symbol_text(self, symbol: Symbol) -> str:
        return identifier(symbol.id)

    def subscripts(self, indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
        return bracketed_indices(indices)

    def factor_text(self, factor: Factor) -> str:
        if not factor.dimensions:
            exact = factor.numerator / factor.denominator
            return str(factor.numerator) if factor.denominator == 1 else repr(exact)
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += factor.dimensions
        below = parts[0] if len(parts) == 1 else f"({' * '.join(parts)})"
        return f"{factor.numerator} / {below}"

    def strength(self, expression: Expression) -> Strength:
        if isinstance(expression, Fill):
            return self.strength(expression.scalar)
        if isinstance(expression, Factor):
            if expression.dimensions:
                return Strength.PRODUCT
            return Strength.SCALED if expression.numerator < 0 else Strength.ATOM
        if isinstance(expression, Scale):
            return Strength.SCALED if expression.scalar == MINUS_ONE else Strength.PRODUCT
        if isinstance(expression, Add | Subtract):
            return Strength.SUM
        if isinstance(expression, MatMul | Hadamard | Divide):
            return Strength.PRODUCT
        return Strength.ATOM

    def transpose(self, node: Transpose) -> Tokens:
        return (*self.wrapped(node.x, Strength.ATOM), Token(".T"))

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        if isinstance(node, Ratio):
            return self.named_call("ratio", node.left, node.right)
        left = self.wrapped_operand(node, node.left, Strength.PRODUCT)
        return (
            *left,
            Token(self.operators[type(node)]),
            *self.wrapped_operand(node, node.right, Strength.ATOM),
        )

    def sum_or_difference(self, node: Add | Subtract) -> Tokens:
        right = self.wrapped_operand(node, node.right, Strength.PRODUCT)
        return (*self.wrapped_operand(node, node.left, Strength.SUM), Token(self.operators[type(node)]), *right)

    def wrapped_operand(self, parent: Expression, operand: Expression, weakest: Strength) -> Tokens:
        """An operand; beside an array of full size a repeated vector is left to broadcasting."""
        if isinstance(operand, Repeat) and isinstance(parent, _BROADCASTING):
            other = parent.operands[1] if parent.operands[0] is operand else parent.operands[0]
            if not isinstance(other, Repeat | Fill) and shape_of(other):
                return self.wrapped(operand.x, weakest)
        return self.wrapped(operand, weakest)

    def scaled(self, node: Scale) -> Tokens:
        if node.scalar == MINUS_ONE:
            return (Token("-"), *self.wrapped(node.x, Strength.ATOM))
        scalar = self.wrapped(node.scalar, Strength.PRODUCT)
        if isinstance(node.scalar, Factor) and node.scalar.numerator < 0:
            scalar = self.factor(node.scalar)
        return (*scalar, Token(" * "), *self.wrapped(node.x, Strength.ATOM))

    def function_name(self, node: Apply) -> str:
        # What stands behind its argument in print does so in a line of single entries: (a2[0,0] - y[0,0])**2.
        return "**2" if node.function.style == "postfix" else code_name(node.function, node.prime)

    def power(self, node: Power) -> Tokens:
        return (*self.wrapped(node.scalar, Strength.ATOM), Token(" ** "), *self.wrapped(node.exponent, Strength.ATOM))

    def times_log(self, node: TimesLog) -> Tokens:
        return self.named_call("times_log", node.left, node.right)

    def function(self, node: Apply) -> Tokens:
        return self.named_call(code_name(node.function, node.prime), node.x)

    def named_call(self, name: str, *arguments: Expression, rest: str = "") -> Tokens:
        """name(argument, …)."""
        tokens: list[Token] = [Token(name, "function"), Token("(")]
        for index, argument in enumerate(arguments):
            tokens += [Token(", ")] if index else []
            tokens += self.tokens(argument)
        return (*tokens, Token(rest + ")"))

    def softmax(self, node: Softmax) -> Tokens:
        return self.named_call("softmax", node.x, rest=f", axis={node.axis}")

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return self.named_call("log_sum_exp", node.x, rest=f", axis={node.axis}")

    def cases(self, node: Cases) -> Tokens:
        condition = (*self.wrapped(node.condition, Strength.PRODUCT), Token(" > 0, "))
        positive, otherwise = self.tokens(node.positive), self.tokens(node.otherwise)
        return (Token("np.where", "function"), Token("("), *condition, *positive, Token(", "), *otherwise, Token(")"))

    def repeat(self, node: Repeat) -> Tokens:
        return self.named_call("np.repeat", node.x, rest=f", {node.dimension}, axis={node.axis}")

    def total(self, node: Total) -> Tokens:
        axis = "1" if node.axis == COLUMNS else "0"
        return (*self.wrapped(node.x, Strength.ATOM), Token(f".sum(axis={axis}, keepdims=True)", "function"))

    def sum(self, node: Sum) -> Tokens:
        return self.named_call("np.sum", node.x)


def identifier(name: str) -> str:
    """The id as a name in code: a word of Python, or of the code that is printed, gets an underscore behind it."""
    return f"{name}_" if name.rstrip("_") in _WORDS else name


def code_name(function: Function, prime: bool) -> str:
    """What the function is called in code: NumPy's own ones keep their place, f′ is `f_prime`."""
    if prime:
        return f"{function.name}_prime"
    return f"np.{function.name}" if isinstance(function.primitive, np.ufunc) else function.name


NOTATION = NumpyWriter()
