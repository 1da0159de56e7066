"""Text → tokens. Knows the spellings of all notations and no network: operators, numbers and names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nablastep.formulas.errors import FormulaError

NUMBER, NAME, OPERATOR, END = "number", "name", "operator", "end"

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

LONGEST = 2_000
"""Formulas of more characters are not read."""


@dataclass(frozen=True)
class Token:
    """A piece of the formula; `kind` is number, name, operator or end, `place` counts characters from 0."""

    kind: str
    text: str
    place: int
    after_space: bool


_GREEK = {"σ": "sigmoid", "η": "learning_rate", "μ": "momentum", "ρ": "decay", "ε": "epsilon", "λ": "weight_decay"}

# Each spelling of an operator → the one word for it; longest first.
_OPERATORS = {
    "(*)": "⊙", "(/)": "⊘", ".T": "ᵀ", "^T": "ᵀ", "^{T}": "ᵀ", "**": "^", "<-": "=", "⊤": "ᵀ", "ᵀ": "ᵀ", "⊙": "⊙",
    "∘": "⊙", "⊘": "⊘", "⊗": "⊗", "@": "@", "*": "*", "·": "·", "×": "×", "/": "/", "+": "+", "-": "-", "−": "-",
    "(": "(", ")": ")", ",": ",", "^": "^", "=": "=", "←": "=", "²": "²", "⁻¹": "⁻¹", "ᵗ": "ᵗ", "√": "√",
    "Σ": "Σ", "∑": "Σ", "'": "′", "′": "′", "’": "′", "𝟏": "𝟏",
}  # fmt: skip
_ORDERED = sorted(_OPERATORS, key=len, reverse=True)
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}

_SPACE = re.compile(r"\s+")
_SUM = re.compile(r"\.sum\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?")
_NABLA = re.compile(
    r"(?P<nabla>∇|grad_|d_?(?=[WbzaZA]))?\s*(?:(?P<state>velocity|m|v)_)?(?P<base>[WbzayZAYx])"
    r"(?:⁽(?P<mark>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾|\^?[({]{1,2}(?P<round>\d+)[)}]{1,2}|_?(?P<plain>\d+))?(?![A-Za-z_0-9])"
)
_BETA = re.compile(r"β([₁₂12])")
_DIMENSION = re.compile(r"n([₀₁₂₃₄₅₆₇₈₉]+|\d+)(?![A-Za-z_0-9])")
_NAME = re.compile(r"(?:(?:np|numpy)\.(?:linalg\.)?)?[A-Za-z_][A-Za-z_0-9]*")


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of the formula, with an end token. Raises FormulaError with the column of what cannot be read."""
    if len(text) > LONGEST:
        raise FormulaError(f"a formula of {len(text)} characters is too long to be read; {LONGEST} are the most")
    found: list[Token] = []
    place, spaced = 0, False
    while place < len(text):
        space = _SPACE.match(text, place)
        if space:
            place, spaced = space.end(), True
            continue
        token, place = _next(text, place, spaced)
        found.append(token)
        spaced = False
    return (*found, Token(END, "", len(text), spaced))


def _next(text: str, place: int, spaced: bool) -> tuple[Token, int]:
    def token(kind: str, word: str, length: int) -> tuple[Token, int]:
        return Token(kind, word, place, spaced), place + length

    character = text[place]
    if character in _FRACTIONS:
        return token(NUMBER, _FRACTIONS[character], 1)
    summed = _SUM.match(text, place)
    if summed:
        return token(OPERATOR, ".sum", len(summed.group()))
    number = _NUMBER.match(text, place)
    if number:
        return token(NUMBER, number.group(), len(number.group()))
    quantity = _NABLA.match(text, place)
    if quantity and _is_quantity(quantity):
        return token(NAME, _id(quantity), len(quantity.group()))
    beta = _BETA.match(text, place)
    if beta:
        return token(NAME, f"beta{beta.group(1).translate(_SUBSCRIPTS)}", len(beta.group()))
    dimension = _DIMENSION.match(text, place)
    if dimension:
        return token(NAME, f"n{dimension.group(1).translate(_SUBSCRIPTS)}", len(dimension.group()))
    if character in _GREEK:
        return token(NAME, _GREEK[character], 1)
    if character == "Φ":
        return token(NAME, "normal_cdf", 1)
    name = _NAME.match(text, place)
    if name:
        return token(NAME, name.group(), len(name.group()))
    for spelling in _ORDERED:
        if text.startswith(spelling, place):
            return token(OPERATOR, _OPERATORS[spelling], len(spelling))
    raise FormulaError(
        f"cannot read {character!r} in a formula",
        column=place + 1,
        hint="write names such as W1, grad_z2 or ∇z⁽²⁾, and operators such as @ * ⊙ + - .T ᵀ",
    )


def _is_quantity(match: re.Match[str]) -> bool:
    """`W⁽¹⁾`, `grad_W1`, `W(1)`, or y alone; a letter that is followed by an argument is not taken with it."""
    if match["round"] and not (match["nabla"] or match["base"] in "WbzayZAY"):
        return False
    if match["mark"] or match["plain"] or match["round"]:
        return True
    return match["base"] in "yYx"


def _id(match: re.Match[str]) -> str:
    digits = (match["mark"] or match["round"] or match["plain"] or "").translate(_SUPERSCRIPTS)
    base = match["base"] if match["base"] in "W" else match["base"].lower()
    prefix = "grad_" if match["nabla"] else f"{match['state']}_" if match["state"] else ""
    return f"{prefix}{base}{digits}"
