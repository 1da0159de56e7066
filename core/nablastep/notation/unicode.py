"""The notation of print, in Unicode: `∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ`."""

from __future__ import annotations

from nablastep.expressions import Factor, Power, Symbol
from nablastep.notation.settings import printed_base, setting_of
from nablastep.notation.writer import SUBSCRIPTS, Strength, Token, Tokens, Writer, decimal_of, plain_number

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FRACTIONS = {(1, 2): "½", (1, 4): "¼", (3, 4): "¾"}


def mark_text(mark: int) -> str:
    """`⁽¹⁾`."""
    return f"⁽{str(mark).translate(SUPERSCRIPTS)}⁾"


def dimension_text(dimension: str) -> str:
    """`n₂` for n2; m and 1 as they are."""
    return "+".join(part[0] + part[1:].translate(SUBSCRIPTS) for part in dimension.split("+"))


class UnicodeWriter(Writer):
    """Unicode text."""

    name = "unicode"

    def symbol_text(self, symbol: Symbol) -> str:
        if symbol.setting:
            return setting_of(symbol).unicode
        prefix = {"": "", "grad": "∇"}.get(symbol.prefix, f"{symbol.prefix}_")
        return prefix + printed_base(symbol) + ("" if symbol.mark is None else mark_text(symbol.mark))

    def number_text(self, value: float) -> str:
        return plain_number(value).replace("-", "−")

    def factor_text(self, factor: Factor) -> str:
        decimal = decimal_of(factor)
        if decimal is not None:
            return decimal
        pair = (factor.numerator, factor.denominator)
        above = [dimension_text(dimension) for dimension in factor.times]
        if not factor.dimensions and pair in _FRACTIONS:
            return " ".join([_FRACTIONS[pair], *above])
        above = [str(factor.numerator), *above] if factor.numerator != 1 or not above else above
        parts = [str(factor.denominator)] if factor.denominator != 1 else []
        parts += [dimension_text(dimension) for dimension in factor.dimensions]
        if not parts:
            return " ".join(above)
        below = parts[0] if len(parts) == 1 else f"({' '.join(parts)})"
        return f"{' '.join(above)}/{below}"

    def dimension_text(self, dimension: str) -> str:
        return " ".join(dimension_text(part) for part in dimension.split("·"))

    def power(self, node: Power) -> Tokens:
        if isinstance(node.exponent, Symbol) and node.exponent.setting and setting_of(node.exponent).name == "t":
            return (*self.wrapped(node.scalar, Strength.ATOM), Token("ᵗ"))
        return super().power(node)


NOTATION = UnicodeWriter()
