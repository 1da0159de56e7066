"""How quantities are named around the stage: short, in the glyphs that the terminal has.

The stage writes whole equations in the notation that the user chose; map, scrubber and panels have room for a name.
"""

from __future__ import annotations

from nablastep.expressions import Symbol
from nablastep.notation.settings import printed_base
from nablastep.notation.unicode import NOTATION, SUPERSCRIPTS
from nablastep_tui.drawing.glyphs import Glyphs

_PREFIXES = {"": "", "grad": "∇", "velocity": "v_", "m": "m_", "v": "v_"}
_ASCII_PREFIXES = {**_PREFIXES, "grad": "d"}
_PLAIN = {
    "∇": "grad ", "Δ": "d", "½": "1/2 ", "²": "^2", "′": "'", "″": "''", "·": " x ", "×": "x", "−": "-", "→": "->",
    "ᵀ": ".T", "Σ": "sum ", "η": "rate", "…": "...",
}  # fmt: skip


def symbol_text(symbol: Symbol, glyphs: Glyphs, *, brief: bool = False) -> str:
    """`∇W⁽¹⁾`, `W⁽¹⁾`, `v_W⁽¹⁾`; `brief` leaves the parentheses out: `∇W¹`; in ASCII `dW1`."""
    if glyphs.name == "ascii":
        return (
            _ASCII_PREFIXES[symbol.prefix] + printed_base(symbol) + ("" if symbol.layer is None else f"{symbol.layer}")
        )
    if brief and symbol.layer is not None:
        return _PREFIXES[symbol.prefix] + printed_base(symbol) + str(symbol.layer).translate(SUPERSCRIPTS)
    if symbol.prefix == "velocity":
        return _PREFIXES["velocity"] + NOTATION.symbol_text(symbol.bare)
    return NOTATION.symbol_text(symbol)


def plain(text: str, glyphs: Glyphs) -> str:
    """`text` as it is, or spelled out where the terminal has only ASCII."""
    if glyphs.name != "ascii":
        return text
    return "".join(_PLAIN.get(character, character) for character in text)
