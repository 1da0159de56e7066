"""Unicode with partial derivatives, in the shape of the variable: `∂E/∂W⁽¹⁾ = (∂E/∂z⁽²⁾) a⁽¹⁾ᵀ`."""

from __future__ import annotations

from nablastep.notation.strict import StrictWriter


class PartialWriter(StrictWriter):
    """Unicode text with ∂E/∂x for ∇x; the array is laid out like x, not as a Jacobian row."""

    name = "partial"

    def gradient_text(self, variable: str) -> str:
        return f"∂E/∂{variable}"


NOTATION = PartialWriter()
