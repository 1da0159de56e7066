r"""LaTeX for print: `\nabla W^{(1)} = \nabla z^{(2)} {a^{(1)}}^{\mathsf{T}}`. Needs amsmath and amssymb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from nablastep.expressions import (
    ROWS,
    Add,
    Apply,
    Block,
    Cases,
    Determinant,
    Divide,
    Expression,
    Factor,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Power,
    Ratio,
    Softmax,
    Subtract,
    Symbol,
    Transpose,
)
from nablastep.notation.settings import GREEK, setting_of
from nablastep.notation.writer import (
    LETTERS_BELOW,
    Strength,
    Token,
    Tokens,
    Writer,
    decimal_of,
    is_fraction,
    is_maximum,
    number_above,
    plain_number,
)

_PLAIN_INDICES = {below: digit for digit, below in zip("0123456789", range(0x2080, 0x208A), strict=True)} | {
    ord(below): letter for below, letter in LETTERS_BELOW.items()
}


def dimension_latex(dimension: str) -> str:
    """`n_{2}` for n2; m and 1 as they are."""
    return "+".join(part[0] + (f"_{{{part[1:]}}}" if len(part) > 1 else "") for part in dimension.split("+"))


def latex_name(symbol: Symbol) -> str:
    r"""`W_{q}`, `\lambda`; a name of several letters is set as one."""
    first, _, rest = (symbol.letter or symbol.base).partition("_")
    shown = rf"\{first}" if first in GREEK else first if len(first) == 1 else rf"\mathit{{{first}}}"
    below = rest.replace("_", r"\_")
    return shown + (f"_{{{below}}}" if rest else "")


class LatexWriter(Writer):
    """LaTeX source for math mode."""

    name = "latex"
    stacks_fractions = True
    operators: ClassVar[dict[type[Expression], str]] = {
        MatMul: r"\, ",
        Hadamard: r" \odot ",
        Divide: r" \oslash ",
        Ratio: r" \oslash ",
        Add: " + ",
        Subtract: " - ",
    }
    becomes = r" \leftarrow "
    minus = "-"
    sum_mark = r"\sum "
    log_name = r"\ln"
    entry_signs: ClassVar[dict[str, str]] = {
        "×": r"\times", "−": "-", "Σ": r"\sum_", "…": r"\dots", **LETTERS_BELOW
    }  # fmt: skip
    log_sum_exp_name = r"\operatorname{lse}"

    def symbol_text(self, symbol: Symbol) -> str:
        if symbol.setting:
            return setting_of(symbol).latex
        name = latex_name(symbol) + ("" if symbol.mark is None else f"^{{({symbol.mark})}}")
        if symbol.prefix == "":
            return name
        if symbol.prefix == "grad":
            return rf"\nabla {name}"
        letter = r"\mathit{velocity}" if symbol.prefix == "velocity" else symbol.prefix
        return f"{letter}_{{{name}}}"

    def indexed(self, x: Expression, indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
        below = [(text.translate(_PLAIN_INDICES), place) for text, place in self.subscripts(indices)]
        if not below:
            return [(self.indexed_name(x), None)]
        if not isinstance(x, Symbol):
            return [(f"{self.indexed_name(x)}_{{", None), *below, ("}", None)]
        before, after = self.with_index(x, "\0").split("\0")
        return [(before, None), *below, (after, None)]

    def with_index(self, symbol: Symbol, index: str) -> str:
        r"""The name with an index: `W_{12}`; a name that has a subscript itself is bracketed, `{W_{q}}_{12}`."""
        nabla = r"\nabla " if symbol.prefix == "grad" else ""
        name = self.symbol_text(symbol).removeprefix(nabla)
        return f"{nabla}{{{name}}}_{{{index}}}" if "_" in name else f"{nabla}{name}_{{{index}}}"

    def number_text(self, value: float) -> str:
        return plain_number(value)

    def factor_text(self, factor: Factor) -> str:
        decimal = decimal_of(factor)
        if decimal is not None:
            return decimal
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += [dimension_latex(dimension) for dimension in factor.dimensions]
        above = " ".join([*number_above(factor), *(dimension_latex(dimension) for dimension in factor.times)])
        if not parts:
            return above
        return rf"\frac{{{above}}}{{{' '.join(parts)}}}"

    def parenthesised(self, tokens: Tokens) -> Tokens:
        return (Token(r"\left("), *tokens, Token(r"\right)"))

    def transpose(self, node: Transpose) -> Tokens:
        inner = self.wrapped(node.x, Strength.POSTFIX)
        if isinstance(node.x, Symbol):
            symbol = node.x
            if symbol.prefix == "grad":  # the transpose belongs to the letter, the nabla stays in front
                bare = self.symbol_text(symbol.bare)
                return (Token(rf"\nabla {{{bare}}}^{{\mathsf{{T}}}}", "symbol", symbol),)
        return (Token("{"), *inner, Token(r"}^{\mathsf{T}}"))

    def power(self, node: Power) -> Tokens:
        # x^{-1} is the inverse of a matrix; entry by entry the exponent stands in parentheses, as in other notations.
        exponent = (
            self.wrapped(node.exponent, Strength.ATOM)
            if self.is_negative(node.exponent)
            else self.tokens(node.exponent)
        )
        return (Token("{"), *self.wrapped(node.scalar, Strength.ATOM), Token("}^{"), *exponent, Token("}"))

    def cases(self, node: Cases) -> Tokens:
        if is_maximum(node):
            inside = (*self.tokens(node.positive), Token(", "), *self.tokens(node.otherwise))
            return (Token(r"\max", "function"), *self.parenthesised(inside))
        condition = (Token(r" & \text{if } "), *self.tokens(node.condition), Token(r" > 0 \\ "))
        rest = (*self.tokens(node.otherwise), Token(r" & \text{otherwise} \end{cases}"))
        return (Token(r"\begin{cases} "), *self.tokens(node.positive), *condition, *rest)

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        if is_fraction(node):
            return (Token(r"\frac{"), *self.tokens(node.left), Token("}{"), *self.tokens(node.right), Token("}"))
        return super().product(node)

    def function(self, node: Apply) -> Tokens:
        if node.function.style == "prefix" and not node.prime:
            return (Token(node.function.latex, "function"), Token("{"), *self.tokens(node.x), Token("}"))
        if node.function.style == "postfix" and not node.prime:
            return (Token("{"), *self.base_of_power(node.x), Token("}" + node.function.latex, "function"))
        return super().function(node)

    def function_name(self, node: Apply) -> str:
        return node.function.latex + ("'" if node.prime else "")

    def softmax(self, node: Softmax) -> Tokens:
        return self.along_axis(r"\operatorname{softmax}", node)

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return self.along_axis(self.log_sum_exp_name, node)

    def dimension_text(self, dimension: str) -> str:
        return r" \, ".join(dimension_latex(part) for part in dimension.split("·"))

    def listed_call(self, name: str, x: Expression, *rest: str) -> Tokens:
        written = name if name.startswith("\\") else r"\operatorname{" + name.replace("_", r"\_") + "}"
        named = (part.replace("axis=", r"\text{axis} = ") for part in rest)
        return super().listed_call(written, x, *named)

    def block(self, node: Block) -> Tokens:
        between = r" \\ " if node.axis == ROWS else " & "
        inside = (*self.tokens(node.left), Token(between), *self.tokens(node.right))
        return (Token(r"\begin{bmatrix} "), *inside, Token(r" \end{bmatrix}"))

    def inverse(self, node: Inverse) -> Tokens:
        return (Token("{"), *self.wrapped(node.x, Strength.ATOM), Token("}^{-1}"))

    def determinant(self, node: Determinant) -> Tokens:
        return self.call(r"\ln\det" if node.log else r"\det", node.x)

    def ones(self, transposed: bool) -> Tokens:
        return (Token(r"\mathbf{1}^{\mathsf{T}}" if transposed else r"\mathbf{1}", "ones"),)


NOTATION = LatexWriter()
