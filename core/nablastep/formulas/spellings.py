"""Spellings of print and speech → the plain spelling that the tokens are made of: LaTeX, ∂E/∂W, ∇_{W} E, spoken words.

Every character keeps the place it came from, so that an error says its column in what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from nablastep.formulas.tokens import ABOVE, BESIDE, LETTER, OF
from nablastep.functions.named import FUNCTIONS
from nablastep.notation.settings import GREEK

Piece = tuple[str, int]

_E = r"(?:E|J|L|C|ℒ|\\mathcal\s*\{\s*L\s*\})"
_TRANSPOSE = r"\\(?:top|intercal)(?![A-Za-z])|\\(?:mathsf|mathrm|text|mathit)\s*\{?\s*[Tt]\s*\}?|⊤"

_WORDS = {
    "odot": "⊙", "circ": "⊙", "cdot": "·", "times": "×", "oslash": "⊘", "otimes": "⊗", "nabla": "∇", "sum": "Σ",
    "leftarrow": "=", "gets": "=", "prime": "′", "partial": "∂", "varepsilon": "ε", "sqrt": "√",
    "lVert": "‖", "rVert": "‖",
    **{word: word for word in ("exp", "ln", "log", "tanh", "cosh", "sinh", "sin", "cos", "max", "det")}, **GREEK,
}  # fmt: skip
_SILENT = {"left", "right", "quad", "qquad", "displaystyle", "bigl", "bigr", "big", "Big", "limits", "mathbf",
           "mathrm", "mathit", "mathsf", "text", "operatorname", "boldsymbol", "bm", "vec"}  # fmt: skip

_SPOKEN = re.compile(
    r"(?<=\s)(?:equals|becomes|transposed|times|close|plus|minus|squared|of|over|divided|beside|repeated|above)(?=\s|,|$)"
    r"|^(?:one half$|(?:one half|open|the|minus)\s)"
)
_SIZE = r"((?:\d+|[A-Za-z]+(?:\s+\d+)?)(?:\s+times\s+(?:\d+|[A-Za-z]+(?:\s+\d+)?))*)"
"""A number, a dimension, or a product of several, as they are spoken."""

_LISTED: tuple[tuple[str, str], ...] = (
    (rf"the\s+rows\s+from\s+{_SIZE}\s+up\s+to\s+the\s+end\s+of", rf"slice{OF}0[\1:]"),
    (rf"the\s+columns\s+from\s+{_SIZE}\s+up\s+to\s+the\s+end\s+of", rf"slice{OF}1[\1:]"),
    (rf"the\s+rows\s+from\s+{_SIZE}\s+up\s+to\s+{_SIZE}\s+of", rf"slice{OF}0[\1:\2]"),
    (rf"the\s+columns\s+from\s+{_SIZE}\s+up\s+to\s+{_SIZE}\s+of", rf"slice{OF}1[\1:\2]"),
    (rf"zeros,\s+{_SIZE}\s+rows\s+of\s+them,\s+with,\s+from\s+row\s+{_SIZE}\s+on,", rf"placed{OF}0[\2, \1]"),
    (rf"zeros,\s+{_SIZE}\s+columns\s+of\s+them,\s+with,\s+from\s+column\s+{_SIZE}\s+on,", rf"placed{OF}1[\2, \1]"),
    (rf"the\s+entries,\s+in\s+{_SIZE}\s+rows\s+and\s+{_SIZE}\s+columns,\s+of", rf"reshape{OF}[\1, \2]"),
    (r"the\s+patches,\s+(\d+)\s+wide,\s+stride\s+(\d+),\s+of\s+pictures,\s+(\d+)\s+by\s+(\d+),\s+in",
     rf"patches{OF}[\3, \4, \1, \2]"),
    (r"pictures,\s+(\d+)\s+by\s+(\d+),\s+of\s+all\s+patches,\s+(\d+)\s+wide,\s+stride\s+(\d+),\s+added\s+up\s+from",
     rf"patches_back{OF}[\1, \2, \3, \4]"),
)  # fmt: skip
"""Words that hold numbers: the function, its numbers in brackets, and then what it is of."""

_APPLIED: tuple[tuple[str, str], ...] = (
    ("the sum along each row of", f"sum{OF}1"), ("the sum along each column of", f"sum{OF}0"),
    ("softmax along each row of", f"softmax{OF}1"), ("softmax along each column of", f"softmax{OF}0"),
    ("the log sum exp along each row of", f"lse{OF}1"), ("the log sum exp along each column of", f"lse{OF}0"),
    ("the log sum exp of", f"lse{OF}"), ("the logarithm of", f"ln{OF}"), ("the trace of", f"tr{OF}"),
    ("the norm of", f"norm{OF}"), ("the squared norm of", f"squared_norm{OF}"), ("the identity", "I"),
    ("kronecker", "⊗"),
    ("the diagonal matrix of", f"diag{OF}"), ("the diagonal of", f"diag{OF}"), ("the inverse of", f"inv{OF}"),
    ("the log determinant of", f"logdet{OF}"), ("the determinant of", f"det{OF}"), ("the larger of", f"max{OF}"),
    *((f"the derivative of {each.spoken.removesuffix(' of')} at", f"{each.name}′{OF}") for each in FUNCTIONS.values()),
    *((each.spoken, f"{each.name}{OF}") for each in FUNCTIONS.values() if each.style != "postfix"),
)  # fmt: skip
"""Words of a function → its name, applied to what follows."""

_PHRASES: tuple[tuple[str, str], ...] = (
    *_LISTED,
    (r"divided,\s+entry\s+by\s+entry,\s+by", "⊘"), (r"times,\s+entry\s+by\s+entry,", "⊙"), (r"divided\s+by", "/"),
    (r"the\s+sum\s+of\s+all\s+entries\s+of", "Σ"), (r",\s+repeated\s+for\s+every\s+(?:row|column)", ""),
    *((r"\b" + re.sub(r"\s+", r"\\s+", words), name) for words, name in _APPLIED),
    (r"the\s+derivative\s+of\s+(?:the\s+)?(\w+)\s+at", rf"\1′{OF}"), (r"the\s+gradient\s+of\s+", "∇"),
    (r"the\s+first\s+moment\s+of\s+", "m_"), (r"the\s+second\s+moment\s+of\s+", "v_"),
    (r"the\s+velocity\s+of\s+", "velocity_"), (r"to\s+the\s+power\s+of", "^"),
    (r"the\s+learning\s+rate", "η"), (r"the\s+momentum", "μ"), (r"the\s+weight\s+decay", "λ"), (r"the\s+decay", "ρ"),
    (r"beta\s+one", "β1"), (r"beta\s+two", "β2"), (r"one\s+half", "½"),
    (r"is\s+above", ">"), (r",\s+else\b", " else"), (r"\bbeside\b", BESIDE), (r"\babove\b", ABOVE),
    (r"\bover\b", "/"), (r"\btimes\b", "·"), (r"\bplus\b", "+"), (r"\bminus\b", "-"),
    (r"\bequals\b|\bbecomes\b", "="), (r"\bopen\b", "("), (r"\bclose\b", ")"),
    (r"\btransposed\b", "ᵀ"), (r"\bsquared\b", "²"), (r"\band\b", ","),
    (r"(?<![A-Za-z0-9_])(?!if\s|else\s)([A-Za-z][A-Za-z_]*)\s+(\d+)\b", r"\1\2"), (r"\b(\w+)\s+of\b", rf"\1{OF}"),
)  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """The plain text, and the place (from 0) that each of its characters came from in what was typed."""

    text: str
    places: tuple[int, ...]

    def column(self, column: int) -> int:
        """The column (from 1) in what was typed, for one in the plain text."""
        return self.places[min(column, len(self.places)) - 1] + 1 if self.places else column


@lru_cache(maxsize=64)
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
    matches = list(pattern.finditer("".join([character for character, _ in pieces])))
    if not matches:
        return pieces
    found: list[Piece] = []
    end = 0
    for match in matches:
        found += pieces[end : match.start()]
        place = pieces[match.start()][1] if match.start() < len(pieces) else 0
        found += [(character, place) for character in made(match)]
        end = match.end()
    return found + pieces[end:]


_BELOW = rf"[{LETTER}0-9_]+"

_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (r"ŷ|\\hat\s*\{?\s*y\s*\}?|\\widehat\s*\{\s*y\s*\}", lambda found: "y_hat"),
        (rf"\^\s*\{{\s*\((\d+)\)\s*(?:{_TRANSPOSE}|T)\s*\}}", lambda found: f"({found[1]})ᵀ"),
        (rf"\^\s*\{{\s*(?:{_TRANSPOSE})\s*\}}|\^\s*(?:{_TRANSPOSE})", lambda found: "ᵀ"),
        (r"\^\s*\{?\s*\\prime\s*\}?", lambda found: "′"),
        (r"\^\s*\{\s*-\s*1\s*\}", lambda found: "⁻¹"),
        (r"\\beta_(?:\{(\d)\}|(\d))", lambda found: f"β{found[1] or found[2]}"),
        (r"\\_", lambda found: "_"),
        (rf"\\({'|'.join(GREEK)})(?![A-Za-z])", lambda found: GREEK[found[1]]),
        (rf"(?<=[{LETTER}}}])_\s*\{{\s*({_BELOW})\s*\}}", lambda found: f"_{found[1]}"),
        (r"\\mathit\s*\{\s*([A-Za-z]+)\s*\}", lambda found: found[1]),
        (
            rf"\b(m|v|velocity)_\s*\{{\s*({_BELOW})\s*(?:\^\s*\{{\((\d+)\)\}}\s*)?\}}",
            lambda found: "_".join((found[1], found[2] + (found[3] or ""))),
        ),
        (r"\\mathbf\s*\{\s*1\s*\}", lambda found: "1"),
        (r"(?:\\left|\\right)?\s*\\(?:[lr]?Vert(?![A-Za-z])|\|)", lambda found: "‖"),
        (r"\\(?:ln|log)\s*\\det\s*([A-Z])(?![A-Za-z0-9_(])", lambda found: f"logdet({found[1]})"),
        (r"\\det\s*([A-Z])(?![A-Za-z0-9_(])", lambda found: f"det({found[1]})"),
        (r"\\(?:ln|log)\s*\\det(?![A-Za-z])", lambda found: "logdet"),
        (
            r"\\(?:operatorname|mathrm|text)\s*\{\s*([A-Za-z_0-9]+)\s*\}\s*(?=\(|\\left\s*\()",
            lambda found: {"id": "identity"}.get(found[1], found[1]),
        ),
        (
            r"\\(?:operatorname|mathrm|text)\s*\{\s*([A-Za-z_0-9]+)\s*\}",
            lambda found: {"id": "identity", "otherwise": ""}.get(found[1], found[1]) + " ",
        ),
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
        (r"\\[,;:!> ]|~", lambda found: " "),
        (r"_\s*\{\s*([A-Za-z0-9]+)\s*\}", lambda found: f"_{found[1]}"),
    )
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*(?=[^A-Za-z]|$)|\\([A-Za-z]+)\s+")
_FRACTION = re.compile(r"\\[dt]?frac\s*(?=\{)")


def _printed(pieces: list[Piece]) -> Iterator[Piece]:
    """LaTeX and the strict forms of a gradient, as plain text."""
    pieces = list(_laid_out(pieces))
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


_LAYOUT = re.compile(r"\\begin\s*\{\s*(\w+)\s*\}|\\end\s*\{\s*\w+\s*\}|\\\\|&")


def _laid_out(pieces: list[Piece]) -> Iterator[Piece]:
    """What stands in columns and rows: a matrix of blocks, a choice by cases, else lines of an equation."""
    text, around, end = "".join(character for character, _ in pieces), [""], 0
    for match in _LAYOUT.finditer(text):
        yield from pieces[end : match.start()]
        place, end = pieces[match.start()][1], match.end()
        if match[1]:
            around.append("cases" if match[1] == "cases" else "blocks" if match[1].endswith("matrix") else "")
        signs = {"blocks": ("[", "]", ";", ","), "cases": ("(", ")", " else ", " ")}.get(around[-1], (" ",) * 4)
        sign = signs[0] if match[1] else signs[2] if match[0] == "\\\\" else signs[3] if match[0] == "&" else signs[1]
        if match[0].startswith("\\end") and len(around) > 1:
            around.pop()
        yield from ((character, place) for character in sign)
    yield from pieces[end:]


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
