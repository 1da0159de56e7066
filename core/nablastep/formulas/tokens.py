"""Text → tokens. Knows the spellings of all notations and no network: operators, numbers and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nablastep.formulas.errors import FormulaError
from nablastep.notation.settings import GREEK, SETTINGS, hidden_setting

NUMBER, NAME, OPERATOR, END = "number", "name", "operator", "end"

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

NO_NAMES: Mapping[str, str] = MappingProxyType({})

GREEK_NAMES = {letter: name for name, letter in GREEK.items()}
"""A Greek letter and its name, which files and code use."""

LONGEST = 2_000
"""Formulas of more characters are not read."""


@dataclass(frozen=True)
class Token:
    """A piece of the formula; `kind` is number, name, operator or end, `place` counts characters from 0."""

    kind: str
    text: str
    place: int
    after_space: bool


_MEANINGS = {
    "sigma": "sigmoid", "eta": "learning_rate", "lr": "learning_rate", "mu": "momentum", "rho": "decay",
    "lambda": "weight_decay", "Phi": "normal_cdf",
}  # fmt: skip
"""What a Greek letter stands for where no quantity has its name."""

OF, BESIDE, ABOVE = "‣", "◫", "⬒"
"""What spoken words become: a function of what follows it, and two blocks in one matrix."""

RAISED = dict(zip("²³⁴⁵⁶⁷⁸⁹", "23456789", strict=True))
"""Small numbers above the line."""

# Each spelling of an operator → the one word for it; longest first.
_OPERATORS = {
    "(*)": "⊙", "(/)": "⊘", ".T": "ᵀ", "^T": "ᵀ", "^{T}": "ᵀ", "**": "^", "<-": "=", "⊤": "ᵀ", "ᵀ": "ᵀ", "⊙": "⊙",
    "∘": "⊙", "⊘": "⊘", "⊗": "⊗", "@": "@", "*": "*", "·": "·", "×": "×", "/": "/", "+": "+", "-": "-", "−": "-",
    ">": ">", "<": "<", ">=": ">", "<=": "<", "≥": ">", "≤": "<", ":=": "=", "[": "[", "]": "]", ":": ":", ";": ";",
    "(": "(", ")": ")", ",": ",", "^": "^", "=": "=", "←": "=", "⁻¹": "⁻¹", "ᵗ": "ᵗ", "√": "√",
    **{each: each for each in RAISED}, "Σ": "Σ", "∑": "Σ", "'": "′", "′": "′", "’": "′", "𝟏": "𝟏",
    OF: OF, BESIDE: BESIDE, ABOVE: ABOVE,
    **{bars + mark: "‖₁" if mark[-1:] in ("1", "₁") else "‖"
       for bars in ("‖", "||", "∥") for mark in ("", "_1", "_2", "_F", "₁", "₂")},
}  # fmt: skip
_ORDERED = sorted(_OPERATORS, key=len, reverse=True)
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}

_SPACE = re.compile(r"\s+")
_METHOD = re.compile(r"\.(?:sum|mean|dot|transpose)\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?")
LETTER = "A-Za-zͰ-΢Τ-Ͽ"  # Greek without Σ, which sums
_NAME = re.compile(
    rf"(?P<nabla>∇)?\s*(?P<module>(?:np|numpy)\.(?:linalg\.)?)?(?P<base>[{LETTER}_][{LETTER}0-9_]*)"
    r"(?:⁽(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾|(?P<lowered>[₀₁₂₃₄₅₆₇₈₉]+))?"
)
_BRACKETED = re.compile(r"\^?[({\[]{1,2}(?P<digits>\d+)[)}\]]{1,2}")
"""`W(1)`, `W^(1)`, `W^{(1)}`, `W[1]`: a mark where there is such a quantity, else a factor or an exponent."""


def tokens_of(text: str, names: Mapping[str, str] = NO_NAMES) -> tuple[Token, ...]:
    """The tokens of the formula, with an end token; `names` maps every spelling of a quantity's name to its id.

    A name that is no quantity's stays as it is spelled. Raises FormulaError with the column of what cannot be read.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"a formula of {len(text)} characters is too long to be read; {LONGEST} are the most")
    found: list[Token] = []
    place, spaced = 0, False
    while place < len(text):
        space = _SPACE.match(text, place)
        if space:
            place, spaced = space.end(), True
            continue
        token, place = _next(text, place, spaced, names)
        found.append(token)
        spaced = False
    return (*found, Token(END, "", len(text), spaced))


def _next(text: str, place: int, spaced: bool, names: Mapping[str, str]) -> tuple[Token, int]:
    def token(kind: str, word: str, length: int) -> tuple[Token, int]:
        return Token(kind, word, place, spaced), place + length

    character = text[place]
    if character in _FRACTIONS:
        return token(NUMBER, _FRACTIONS[character], 1)
    method = _METHOD.match(text, place)
    if method:
        return token(OPERATOR, method.group(), len(method.group()))
    number = _NUMBER.match(text, place)
    if number:
        return token(NUMBER, number.group(), len(number.group()))
    name = _NAME.match(text, place)
    if name:
        word, length = _named(name, text, names)
        return token(NAME, word, length)
    for spelling in _ORDERED:
        if text.startswith(spelling, place):
            return token(OPERATOR, _OPERATORS[spelling], len(spelling))
    raise FormulaError(
        f"cannot read {character!r} in a formula",
        column=place + 1,
        hint="write names such as W1, grad_z2 or ∇z⁽²⁾, and operators such as @ * ⊙ + - .T ᵀ",
    )


def _named(match: re.Match[str], text: str, names: Mapping[str, str]) -> tuple[str, int]:
    """The id that is meant, or the name as it is spelled, and its length."""
    base = (match["module"] or "") + "".join(GREEK_NAMES.get(letter, letter) for letter in match["base"])
    marks = (match["raised"] or "").translate(_SUPERSCRIPTS) + (match["lowered"] or "").translate(_SUBSCRIPTS)
    nabla = "grad_" if match["nabla"] else ""
    bracketed = _BRACKETED.match(text, match.end())
    if bracketed and not marks:
        found = _id(nabla + base + bracketed["digits"], names)
        if found is not None and names.get(base) != base:
            return found, bracketed.end() - match.start()
    spelled = nabla + base + marks
    found = _id(spelled, names)
    if found is None and spelled in _MEANINGS:  # η is the setting also where a quantity is called learning_rate
        meant = _MEANINGS[spelled]
        return hidden_setting(meant) if meant in names and meant in SETTINGS else meant, len(match.group())
    return found or spelled, len(match.group())


def _id(spelled: str, names: Mapping[str, str]) -> str | None:
    """The quantity that a spelling means: itself, or with d or d_ for ∇, or with an underscore before its mark."""
    if spelled in names:
        return names[spelled]
    if spelled.endswith("_") and spelled[:-1] in names:  # what code calls a quantity whose name is a word of its own
        return names[spelled[:-1]]
    if spelled.startswith("grad_"):
        inner = _id(spelled.removeprefix("grad_"), names)
        return None if inner is None else f"grad_{inner}"
    without_underscore = re.sub(r"_(\d+)$", r"\1", spelled)
    if without_underscore in names:
        return names[without_underscore]
    change = re.match(r"d_?(?=.)", spelled)
    if change:
        inner = _id(spelled[change.end() :], names)
        return None if inner is None or inner.startswith("grad_") else f"grad_{inner}"
    return None
