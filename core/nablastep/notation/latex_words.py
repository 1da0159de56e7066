"""Sentences for LaTeX: special characters made harmless, mathematical signs and scripts put into mathematics."""

from __future__ import annotations

import re
import unicodedata

FIT = r"""\providecommand{\nablafit}[1]{\sbox0{$\displaystyle #1$}%
  \ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi}"""
"""A formula wider than the line is made to fit; needs graphicx."""

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}

_MATHS = {
    "∂": r"\partial", "∇": r"\nabla", "Σ": r"\sum", "∑": r"\sum", "⊙": r"\odot", "⊘": r"\oslash", "⊗": r"\otimes",
    "⟨": r"\langle", "⟩": r"\rangle", "≠": r"\neq", "≤": r"\leq", "≥": r"\geq", "≈": r"\approx", "∞": r"\infty",
    "∈": r"\in", "√": r"\surd", "′": "'", "−": "-", "×": r"\times", "·": r"\cdot", "→": r"\to", "↦": r"\mapsto",
    "←": r"\leftarrow", "✓": r"\checkmark", "✗": r"\times", "½": r"\tfrac12",
}  # fmt: skip

_TYPOGRAPHY = {"…": r"\dots{}", "—": "---", "–": "--", "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~"}

_ABOVE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻⁺ᵗ", "0123456789()-+t")
_BELOW = str.maketrans("ᵢⱼₖₗₘₙₚᵣₛₜₓ₀₁₂₃₄₅₆₇₈₉₊₋", "ijklmnprstx0123456789+-")
_RUNS = re.compile("(?P<above>[⁰¹²³⁴-⁹⁽⁾⁻⁺ᵗᵀ]+)|(?P<below>[ᵢⱼₖₗₘₙₚᵣₛₜₓ₀-₉₊₋]+)|(?P<other>.)", re.DOTALL)


def latex_words(text: str) -> str:
    """A sentence with mathematical signs in it, as LaTeX text; a letter that LaTeX has no word for becomes `?`."""
    found = "".join(_written(match) for match in _RUNS.finditer(text))
    return found.replace("$$", " ")  # mathematics beside mathematics is one formula


def _written(match: re.Match[str]) -> str:
    if match["above"]:
        return f"$^{{{match['above'].replace('ᵀ', chr(92) + 'mathsf T').translate(_ABOVE)}}}$"
    if match["below"]:
        return f"$_{{{match['below'].translate(_BELOW)}}}$"
    character = match["other"]
    if character in _MATHS:
        return f"${_MATHS[character]}$"
    if character in _TYPOGRAPHY or character in SPECIAL:
        return _TYPOGRAPHY.get(character) or SPECIAL[character]
    if ord(character) < 0x250:
        return character
    return _greek(character) or "?"


def _greek(character: str) -> str:
    """`$\\sigma$` for σ."""
    name = unicodedata.name(character, "")
    if not name.startswith("GREEK SMALL LETTER ") or " WITH " in name:
        return ""
    letter = name.rsplit(" ", 1)[-1].lower()
    return f"$\\{'lambda' if letter == 'lamda' else letter}$"
