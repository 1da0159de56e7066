"""Spellings of print and speech → the plain spelling that the tokens are made of: LaTeX, ∂E/∂W, ∇_{W} E, spoken words.

Every character keeps the place it came from, so that an error says its column in what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Piece = tuple[str, int]

_E = r"(?:E|J|L|C|ℒ|\\mathcal\s*\{\s*L\s*\})"
_TRANSPOSE = r"\\(?:top|intercal)(?![A-Za-z])|\\(?:mathsf|mathrm|text|mathit)\s*\{?\s*[Tt]\s*\}?|⊤"

_WORDS = {
    "odot": "⊙", "circ": "⊙", "cdot": "·", "times": "×", "oslash": "⊘", "otimes": "⊗", "nabla": "∇", "sum": "Σ",
    "leftarrow": "=", "gets": "=", "prime": "′", "partial": "∂", "varepsilon": "ε", "epsilon": "ε", "eta": "η",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "mu": "μ", "rho": "ρ", "sigma": "σ",
    "theta": "θ", "Phi": "Φ", "sqrt": "√", "exp": "exp", "ln": "ln", "log": "log", "tanh": "tanh", "cosh": "cosh",
    "max": "max",
}  # fmt: skip
_SILENT = {"left", "right", "quad", "qquad", "displaystyle", "bigl", "bigr", "big", "Big", "limits", "mathbf",
           "mathrm", "mathit", "mathsf", "text", "operatorname", "boldsymbol", "bm", "vec"}  # fmt: skip

_SPOKEN = re.compile(
    r"(?<=\s)(?:equals|becomes|transposed|times|close|plus|minus|squared|of|over)(?=\s|$)"
    r"|^(?:one half|open\s|softmax\s+[a-z]\s+\d)"
)
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"leaky\s+relu", "leaky_relu"), (r"the\s+normal\s+distribution\s+at", "normal_cdf "),
    (r"divided,\s+entry\s+by\s+entry,\s+by", "⊘"), (r"times,\s+entry\s+by\s+entry,", "⊙"), (r"divided\s+by", "/"),
    (r"the\s+sum\s+of\s+all\s+entries\s+of", "Σ"), (r"the\s+sum\s+along\s+each\s+row\s+of", "rowsum "),
    (r"the\s+sum\s+along\s+each\s+column\s+of", "columnsum "), (r",\s+repeated\s+for\s+every\s+(?:row|column)", ""),
    (r"the\s+derivative\s+of\s+(?:the\s+)?(\w+)\s+at", r"\1′ "), (r"the\s+gradient\s+of\s+", "∇"),
    (r"the\s+first\s+moment\s+of\s+", "m_"), (r"the\s+second\s+moment\s+of\s+", "v_"),
    (r"the\s+velocity\s+of\s+", "velocity_"), (r"the\s+square\s+root\s+of", "√"), (r"to\s+the\s+power\s+of", "^"),
    (r"the\s+learning\s+rate", "η"), (r"the\s+momentum", "μ"), (r"the\s+weight\s+decay", "λ"), (r"the\s+decay", "ρ"),
    (r"beta\s+one", "β1"), (r"beta\s+two", "β2"), (r"exp\s+minus\s+one\s+of", "expm1 "),
    (r"the\s+logarithm\s+of", "ln "), (r"the\s+log\s+sum\s+exp\s+of", "lse "),
    (r"one\s+half", "½"),
    (r"(\d+)\s+over\s+(\d+)\s+times\s+m\b", r"\1/(\2 m)"),
    (r"(\d+)\s+over\s+(\w+)\s+times\s+n\s+(\d+)", r"\1/(\2 n\3)"),
    (r"(\d+)\s+over\s+n\s+(\d+)", r"\1/n\2"), (r"\bover\b", "/"), (r"\btimes\b", " "), (r"\bplus\b", "+"),
    (r"\bminus\b", "-"), (r"\bequals\b|\bbecomes\b", "="), (r"\bopen\b", "("), (r"\bclose\b", ")"),
    (r"\btransposed\b", "ᵀ"), (r"\bsquared\b", "²"),
    (r"(?<![A-Za-z0-9])([A-Za-z])\s+(\d+)\b", r"\1\2"), (r"\b(\w+)\s+of\b", r"\1 "),
)  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """The plain text, and the place (from 0) that each of its characters came from in what was typed."""

    text: str
    places: tuple[int, ...]

    def column(self, column: int) -> int:
        """The column (from 1) in what was typed, for one in the plain text."""
        return self.places[min(column, len(self.places)) - 1] + 1 if self.places else column


def plain(text: str) -> Plain:
    """The plain spelling; a text that is plain already stays as it is."""
    pieces: list[Piece] = list(_said(text)) if _SPOKEN.search(text) else list(enumerate_(text))
    pieces = list(_printed(pieces))
    return Plain("".join(character for character, _ in pieces), tuple(place for _, place in pieces))


def enumerate_(text: str) -> Iterator[Piece]:
    """Each character with its place."""
    return ((character, place) for place, character in enumerate(text))


def _said(text: str) -> Iterator[Piece]:
    """Phrases of the spoken notation, the longer ones first; the rest as it stands."""
    pieces = list(enumerate_(text))
    for pattern, replacement in _PHRASES:
        pieces = _replaced(pieces, re.compile(pattern), lambda found, r=replacement: found.expand(r))  # type: ignore[misc]
    return iter(pieces)


def _replaced(pieces: list[Piece], pattern: re.Pattern[str], made: Callable[[re.Match[str]], str]) -> list[Piece]:
    text = "".join(character for character, _ in pieces)
    found: list[Piece] = []
    end = 0
    for match in pattern.finditer(text):
        found += pieces[end : match.start()]
        place = pieces[match.start()][1] if match.start() < len(pieces) else 0
        found += [(character, place) for character in made(match)]
        end = match.end()
    return found + pieces[end:]


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (r"ŷ|\\hat\s*\{?\s*y\s*\}?|\\widehat\s*\{\s*y\s*\}", lambda found: "y_hat"),
        (rf"\^\s*\{{\s*\((\d+)\)\s*(?:{_TRANSPOSE}|T)\s*\}}", lambda found: f"({found[1]})ᵀ"),
        (rf"\^\s*\{{\s*(?:{_TRANSPOSE})\s*\}}|\^\s*(?:{_TRANSPOSE})", lambda found: "ᵀ"),
        (r"\^\s*\{?\s*\\prime\s*\}?", lambda found: "′"),
        (r"\\mathit\s*\{\s*velocity\s*\}", lambda found: "velocity"),
        (
            r"\b(m|v|velocity)_\s*\{\s*([A-Za-z]+)\s*\^\s*\{\((\d+)\)\}\s*\}",
            lambda found: "_".join((found[1], found[2] + found[3])),
        ),
        (r"\\mathbf\s*\{\s*1\s*\}", lambda found: "1"),
        (
            r"\\(?:operatorname|mathrm|text)\s*\{\s*([A-Za-z_]+)\s*\}",
            lambda found: {"id": "identity"}.get(found[1], found[1]) + " ",
        ),
        (r"\\beta_(?:\{(\d)\}|(\d))", lambda found: f"β{found[1] or found[2]}"),
        (
            rf"\\d?frac\s*\{{\s*(?:\\partial|∂|d)\s*{_E}\s*\}}\s*\{{\s*(?:\\partial|∂|d)\s*([^{{}}]*(?:\{{[^{{}}]*\}})?[^{{}}]*)\}}",
            lambda found: f"∇{found[1]}",
        ),
        (rf"∂\s*{_E}\s*/\s*∂\s*|\bd{_E}\s*/\s*d_?(?=[A-Za-z])", lambda found: "∇"),
        (
            rf"(?:∇|\\nabla)\s*_\s*\{{([^{{}}]*(?:\{{[^{{}}]*\}})?[^{{}}]*)\}}\s*{_E}(?![A-Za-z0-9_])",
            lambda found: f"∇{found[1]}",
        ),
        (r"\\nabla\s*\{([^{}]*(?:\{[^{}]*\})?[^{}]*)\}", lambda found: f"∇{found[1]}"),
        (r"\\[,;:!> ]|\\\\|~|&", lambda found: " "),
        (r"_\s*\{\s*([A-Za-z0-9]+)\s*\}", lambda found: f"_{found[1]}"),
    )
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*(?=[^A-Za-z]|$)|\\([A-Za-z]+)\s+")
_FRACTION = re.compile(r"\\[dt]?frac\s*(?=\{)")


def _printed(pieces: list[Piece]) -> Iterator[Piece]:
    """LaTeX and the strict forms of a gradient, as plain text."""
    for pattern, made in _RULES:
        pieces = _replaced(pieces, pattern, made)
    if "\\" in "".join(character for character, _ in pieces):
        for _ in range(len(pieces)):
            text = "".join(character for character, _ in pieces)
            found = _FRACTION.search(text)
            ends = None if found is None else _fraction_ends(text, found.end())
            if found is None or ends is None:
                break
            (above, over, below) = ends
            whole = _bracketed(pieces[found.end() + 1 : above])
            whole += [("/", pieces[above][1]), *_bracketed(pieces[over + 1 : below])]
            pieces = [*pieces[: found.start()], *_bracketed(whole), *pieces[below + 1 :]]
        pieces = _replaced(pieces, _COMMAND, _command)
    return (({"{": "(", "}": ")"}.get(character, character), place) for character, place in pieces)


def _command(found: re.Match[str]) -> str:
    word = found[1] or found[2]
    if word in _SILENT:
        return ""
    if word not in _WORDS:
        return found[0]
    # What stood apart stays apart: η λ are two names.
    apart = found[0][-1:].isspace() or len(_WORDS[word]) > 1
    return _WORDS[word] + (" " if apart else "")


def _bracketed(pieces: list[Piece]) -> list[Piece]:
    place = pieces[0][1] if pieces else 0
    return [("(", place), *pieces, (")", place)]


def _fraction_ends(text: str, start: int) -> tuple[int, int, int] | None:
    """The places of the brace that closes what is above, and of those around what is below."""
    above = _closing(text, start)
    if above is None:
        return None
    over = above + 1 + len(text[above + 1 :]) - len(text[above + 1 :].lstrip())
    if text[over : over + 1] != "{":
        return None
    below = _closing(text, over)
    return None if below is None else (above, over, below)


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place
    return None
