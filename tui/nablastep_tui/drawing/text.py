"""Breaking sentences into lines of a given number of cells."""

from __future__ import annotations

from nablastep_tui.drawing.cells import width_of


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(lines[-1]) + 1 + width_of(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


_WORDS = {
    "∇": "d", "×": "x", "·": ".", "−": "-", "⊙": "(*)", "⊘": "(/)", "Σ": "sum ", "½": "1/2", "²": "^2",
    "√": "sqrt", "σ": "sigmoid", "Φ": "normal_cdf", "′": "'", "η": "rate", "μ": "momentum", "ρ": "decay",
    "β": "beta", "ε": "eps", "λ": "lambda", "ᵗ": "^t", "ᵀ": ".T", "←": "<-", "→": "->", "…": "...", "⁽": "",
    "⁾": "", "⁻": "-", "ᵢ": "i", "ⱼ": "j", "ₗ": "l", "✓": "ok", "✗": "x", "∞": "inf", "↑": "up", "↓": "down",
    "⟨": "<", "⟩": ">", "∂": "d", "δ": "delta_", "⊗": "(x)", "≠": "!=", "ₓ": "_x", "ₚ": "p", "ₛ": "s", "≈": "~",
}  # fmt: skip
_PLAIN = str.maketrans(_WORDS | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", strict=True)))


def plain(text: str) -> str:
    """The text in ASCII, for terminals that draw nothing else: `∇W⁽¹⁾` becomes `dW1`."""
    return text.translate(_PLAIN)
