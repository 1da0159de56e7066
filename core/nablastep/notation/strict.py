"""Unicode with the gradient written out: `∇_{W⁽¹⁾} E = (∇_{z⁽²⁾} E) a⁽¹⁾ᵀ`; ∇z is short for it."""

from __future__ import annotations

from collections.abc import Sequence

from nablastep.expressions import Expression, Symbol
from nablastep.notation.unicode import UnicodeWriter
from nablastep.notation.writer import Strength


class StrictWriter(UnicodeWriter):
    """Unicode text that names E in every gradient."""

    name = "strict"

    def symbol_text(self, symbol: Symbol) -> str:
        if symbol.prefix != "grad":
            return super().symbol_text(symbol)
        return self.gradient_text(super().symbol_text(symbol.bare))

    def gradient_text(self, variable: str) -> str:
        """The gradient of E by a quantity."""
        return f"∇_{{{variable}}} E"

    def indexed(self, x: Expression, indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
        if not isinstance(x, Symbol) or x.prefix != "grad":
            return super().indexed(x, indices)
        # The index belongs to the variable: ∇_{W₂₁} E is the derivative by that entry.
        mark = "\0"
        variable = super().symbol_text(Symbol(x.base, x.mark, x.shape))
        before, after = self.gradient_text(variable + mark).split(mark)
        return [(before, None), *self.subscripts(indices), *([(after, None)] if after else [])]

    def strength(self, expression: Expression) -> Strength:
        # Two words: in a product and under a transpose they need parentheses.
        if isinstance(expression, Symbol) and expression.prefix == "grad":
            return Strength.PRODUCT
        return super().strength(expression)


NOTATION = StrictWriter()
