"""How quantities are named around the stage: short, in the glyphs that the terminal has.

The stage writes whole equations in the notation that the user chose; map, scrubber and panels have room for a name.
"""

from __future__ import annotations

import re

from nablastep.expressions import Symbol
from nablastep.notation import notation_named
from nablastep.notation.settings import printed_base
from nablastep.notation.unicode import NOTATION, SUPERSCRIPTS
from nablastep_tui.look.glyphs import Glyphs

_WITHOUT_PARENTHESES = str.maketrans("", "", "⁽⁾")
_LAYER_MARK = re.compile(r"\^\{\((\d)\)\}")
_PREFIXES = {"": "", "grad": "∇", "velocity": "v_", "m": "m_", "v": "v_"}
_ASCII_PREFIXES = {**_PREFIXES, "grad": "d"}
_PLAIN = {
    "∇": "grad ", "Δ": "d", "½": "1/2 ", "²": "^2", "′": "'", "″": "''", "·": " x ", "×": "x", "−": "-", "→": "->",
    "ᵀ": ".T", "Σ": "sum ", "η": "rate", "…": "...",
}  # fmt: skip


def symbol_text(symbol: Symbol, glyphs: Glyphs, *, notation: str = "unicode", brief: bool = False) -> str:
    """`∇W⁽¹⁾`, `W⁽¹⁾`, `v_W⁽¹⁾`, or as the notation has it, `∂E/∂W⁽¹⁾`; in ASCII `dW1`.

    `brief` leaves the parentheses of layers out: `∇W¹`.
    """
    if glyphs.name == "ascii":
        return _ASCII_PREFIXES[symbol.prefix] + printed_base(symbol) + ("" if symbol.mark is None else f"{symbol.mark}")
    if notation != NOTATION.name and symbol.prefix in {"", "grad"}:
        text = notation_named(notation).symbol_text(symbol)
        return _LAYER_MARK.sub(r"^\1", text.translate(_WITHOUT_PARENTHESES)) if brief else text
    if brief and symbol.mark is not None:
        return _PREFIXES[symbol.prefix] + printed_base(symbol) + str(symbol.mark).translate(SUPERSCRIPTS)
    if symbol.prefix == "velocity":
        return _PREFIXES["velocity"] + NOTATION.symbol_text(symbol.bare)
    return NOTATION.symbol_text(symbol)


def plain(text: str, glyphs: Glyphs) -> str:
    """`text` as it is, or spelled out where the terminal has only ASCII."""
    if glyphs.name != "ascii":
        return text
    return "".join(_PLAIN.get(character, character) for character in text)
