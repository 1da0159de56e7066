"""The notation for plain ASCII terminals: `grad_W1 = grad_z2 a1.T`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from nablastep.expressions import (
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Hadamard,
    Inverse,
    MatMul,
    Ratio,
    Subtract,
    Symbol,
)
from nablastep.notation.writer import ASCII_SIGNS, Tokens, Writer, bracketed_indices, decimal_of, number_above

_STYLED = {"square": "^2", "sqrt": "sqrt"}


class AsciiWriter(Writer):
    """ASCII text with the ids of files and code."""

    name = "ascii"
    operators: ClassVar[dict[type[Expression], str]] = {
        MatMul: " ",
        Hadamard: " (*) ",
        Divide: " (/) ",
        Ratio: " (/) ",
        Add: " + ",
        Subtract: " - ",
    }
    indexes_all = True
    entry_signs: ClassVar[dict[str, str]] = ASCII_SIGNS
    becomes = " <- "
    minus = "-"
    transpose_mark = ".T"
    sum_mark = "sum "
    prime_mark = "'"

    def symbol_text(self, symbol: Symbol) -> str:
        return symbol.id

    def subscripts(self, indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
        return bracketed_indices(indices)

    def factor_text(self, factor: Factor) -> str:
        decimal = decimal_of(factor)
        if decimal is not None:
            return decimal
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += factor.dimensions
        above = " ".join([*number_above(factor), *factor.times])
        if not parts:
            return above
        below = parts[0] if len(parts) == 1 else f"({' '.join(parts)})"
        return f"{above}/{below}"

    def inverse(self, node: Inverse) -> Tokens:
        return self.call("inv", node.x)

    def function(self, node: Apply) -> Tokens:
        if node.function.style == "prefix":  # sqrtv_W1 would be a name, sqrt(v_W1) is a call
            return self.call(self.function_name(node), node.x)
        return super().function(node)

    def function_name(self, node: Apply) -> str:
        name = _STYLED.get(node.function.name, node.function.name)
        return name + (self.prime_mark if node.prime else "")


NOTATION = AsciiWriter()
