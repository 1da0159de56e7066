"""Breaking sentences into lines of a given number of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nablastep_tui.look.cells import cells_of, width_of


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(lines[-1]) + 1 + width_of(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def balanced(text: str, width: int) -> list[str]:
    """As many lines as `wrapped` makes, none much shorter than the others: no word stands alone below a sentence."""
    lines = wrapped(text, width)
    narrower = range(width_of(text) // max(1, len(lines)), width)
    return next((tried for less in narrower if len(tried := wrapped(text, less)) == len(lines)), lines)


def folded(pieces: Sequence[str], width: int, indent: int = 2) -> list[str]:
    """A formula in lines of at most `width` cells, broken before a sign that has blanks around it where it can be.

    `pieces` are its smallest parts; lines after the first are indented.
    """
    whole = "".join(pieces)
    if width_of(whole) <= width:
        return [whole]
    lines = [""]
    for unit in _units(pieces):
        if lines[-1].strip() and width_of(lines[-1]) + width_of(unit.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(" " * indent)
            unit = unit.lstrip()
        while width_of(lines[-1]) + width_of(unit.rstrip()) > width and width > indent:
            cells = cells_of(unit)
            room = width - width_of(lines[-1])
            lines[-1] += "".join(cells[:room])
            lines.append(" " * indent)
            unit = "".join(cells[room:])
        lines[-1] += unit
    return [line.rstrip() for line in lines]


def _units(pieces: Sequence[str]) -> Iterator[str]:
    """The pieces joined to what may not be torn apart: a unit begins with a blank."""
    unit = ""
    for piece in pieces:
        if piece.startswith(" ") and unit:
            yield unit
            unit = ""
        unit += piece
    yield unit


_WORDS = {
    "∇": "d", "×": "x", "·": ".", "−": "-", "⊙": "(*)", "⊘": "(/)", "Σ": "sum ", "½": "1/2", "²": "^2",
    "√": "sqrt", "σ": "sigmoid", "Φ": "normal_cdf", "′": "'", "η": "rate", "μ": "momentum", "ρ": "decay",
    "β": "beta", "ε": "eps", "λ": "lambda", "ᵗ": "^t", "ᵀ": ".T", "←": "<-", "→": "->", "…": "...", "⁽": "",
    "⁾": "", "⁻": "-", "ᵢ": "i", "ⱼ": "j", "ₖ": "k", "ₗ": "l", "ₘ": "m", "ₙ": "n", "✓": "ok", "✗": "x",
    "∞": "inf", "↑": "up", "↓": "down", "⟨": "<", "⟩": ">", "∂": "d", "δ": "delta_", "⊗": "(x)", "≠": "!=",
    "π": "pi", "Π": "Pi", "ₓ": "_x", "ₚ": "p", "ₛ": "s", "≈": "~",
}  # fmt: skip
_PLAIN = str.maketrans(_WORDS | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", strict=True)))


def plain(text: str) -> str:
    """The text in ASCII, for terminals that draw nothing else: `∇W⁽¹⁾` becomes `dW1`."""
    return text.translate(_PLAIN)
