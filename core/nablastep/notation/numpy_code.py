"""NumPy code: `grad_W1 = grad_z2 @ a1.T`. What stands here is compiled and run; see `evaluation`."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from nablastep.expressions import (
    ARGUMENT,
    COLUMNS,
    MINUS_ONE,
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
    Fill,
    Fold,
    Function,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
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
    Windows,
)
from nablastep.notation.writer import ASCII_SIGNS, Strength, Token, Tokens, Writer, bracketed_indices, number_above
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
        if not factor.dimensions and not factor.times:
            exact = factor.numerator / factor.denominator
            return str(factor.numerator) if factor.denominator == 1 else repr(exact)
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += factor.dimensions
        above = " * ".join([*number_above(factor), *factor.times])
        if not parts:
            return above
        below = parts[0] if len(parts) == 1 else f"({' * '.join(parts)})"
        return f"{above} / {below}"

    def strength(self, expression: Expression) -> Strength:
        if isinstance(expression, Fill):
            return self.strength(expression.scalar) if _as_large_as_its_neighbour(expression) else Strength.ATOM
        if isinstance(expression, Factor):
            if expression.dimensions or expression.times:
                return Strength.PRODUCT
            return Strength.SCALED if expression.numerator < 0 else Strength.ATOM
        if isinstance(expression, Scale):
            return Strength.SCALED if expression.scalar == MINUS_ONE else Strength.PRODUCT
        if isinstance(expression, Add | Subtract):
            return Strength.SUM
        if isinstance(expression, MatMul | Hadamard | Divide):
            return Strength.PRODUCT
        return Strength.ATOM

    def fill(self, node: Fill) -> Tokens:
        if _as_large_as_its_neighbour(node):
            return self.tokens(node.scalar)
        rows, columns = map(code_size, node.shape)
        if isinstance(node.scalar, Factor) and not node.scalar.dimensions and not node.scalar.times:
            exact = node.scalar.numerator / node.scalar.denominator
            return (Token("np.full", "function"), Token(f"(({rows}, {columns}), {exact!r})"))
        return (Token("np.full", "function"), Token(f"(({rows}, {columns}), "), *self.tokens(node.scalar), Token(")"))

    def transpose(self, node: Transpose) -> Tokens:
        return (*self.wrapped(node.x, Strength.ATOM), Token(".T"))

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        if isinstance(node, Ratio):
            return self.named_call("ratio", *self.beside(node.left, node.right))
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
        if isinstance(operand, Fill) and isinstance(parent, _BROADCASTING):
            first, second = self.beside(*parent.operands)
            return self.wrapped(first if operand is parent.operands[0] else second, weakest)
        return self.wrapped(operand, weakest)

    def beside(self, left: Expression, right: Expression) -> tuple[Expression, Expression]:
        """The operands of an operation entry by entry; a constant beside something of full size is left a number."""
        if isinstance(left, Fill):
            return (left if isinstance(right, Fill) else left.scalar), right
        return left, (right.scalar if isinstance(right, Fill) else right)

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
        return self.named_call("times_log", *self.beside(node.left, node.right))

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
        # The condition has the full size, so constants need none.
        cases = (case.scalar if isinstance(case, Fill) else case for case in (node.positive, node.otherwise))
        positive, otherwise = map(self.tokens, cases)
        return (Token("np.where", "function"), Token("("), *condition, *positive, Token(", "), *otherwise, Token(")"))

    def repeat(self, node: Repeat) -> Tokens:
        return self.named_call("np.repeat", node.x, rest=f", {code_size(node.dimension)}, axis={node.axis}")

    def total(self, node: Total) -> Tokens:
        axis = "1" if node.axis == COLUMNS else "0"
        return (*self.wrapped(node.x, Strength.ATOM), Token(f".sum(axis={axis}, keepdims=True)", "function"))

    def rearrange(self, node: Rearrange) -> Tokens:
        plan = node.plan
        match plan:
            case Cut() if not node.back:
                ends = f"{code_size(plan.start) if plan.start != '0' else ''}:{code_size(plan.stop)}"
                text = f"[{ends}, :]" if plan.axis == ROWS else f"[:, {ends}]"
                return (*self.wrapped(node.x, Strength.ATOM), Token(text))
            case Cut():
                size = code_size(plan.before[plan.axis])
                return self.named_call("placed", node.x, rest=f", {code_size(plan.start)}, {size}, axis={plan.axis}")
            case Diagonals():
                return self.named_call("diag", node.x)
            case Fold():
                rows, columns = map(code_size, plan.before if node.back else plan.after)
                return self.named_call("reshape", node.x, rest=f", {rows}, {columns}")
            case Windows(height=height, width=width, kernel=kernel, stride=stride):
                name = "patches_back" if node.back else "patches"
                return self.named_call(name, node.x, rest=f", {height}, {width}, {kernel}, {stride}")
        raise ValueError(f"no code for {type(plan).__name__}")

    def block(self, node: Block) -> Tokens:
        inside = (*self.tokens(node.left), Token(", "), *self.tokens(node.right))
        return (Token("np.concatenate", "function"), Token("(("), *inside, Token(f"), axis={node.axis})"))

    def inverse(self, node: Inverse) -> Tokens:
        return self.named_call("np.linalg.inv", node.x)

    def determinant(self, node: Determinant) -> Tokens:
        if node.log:
            return self.named_call("logdet", node.x)
        return self.named_call("np.linalg.det", node.x)

    def sum(self, node: Sum) -> Tokens:
        return self.named_call("np.sum", node.x)


def _as_large_as_its_neighbour(node: Fill) -> bool:
    """Whether the constant is written as its number: in a function's definition, and where it is a number."""
    return node.shape in ((), ARGUMENT.shape)


def code_size(dimension: str) -> str:
    """A dimension, or a product of several, as code."""
    return " * ".join(f"({part.replace('+', ' + ')})" if "+" in part else part for part in dimension.split("·"))


def identifier(name: str) -> str:
    """The id as a name in code: a word of Python, or of the code that is printed, gets an underscore behind it."""
    return f"{name}_" if name.rstrip("_") in _WORDS else name


def code_name(function: Function, prime: bool) -> str:
    """What the function is called in code: NumPy's own ones keep their place, f′ is `f_prime`."""
    if prime:
        return f"{function.name}_prime"
    return f"np.{function.name}" if isinstance(function.primitive, np.ufunc) else function.name


NOTATION = NumpyWriter()
