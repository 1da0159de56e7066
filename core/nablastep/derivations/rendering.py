"""Derivations as text, JSON, Markdown and LaTeX: what the command line prints, made of lines computed already."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from nablastep.cost import LONGEST_DOCUMENT, check_length
from nablastep.derivations.closing import MIXING, READINGS, SHORTHAND, closing_of
from nablastep.derivations.lines import Line, Route
from nablastep.derivations.one_reader import Closing
from nablastep.derivations.why import ALL, situation_of, why
from nablastep.derivations.writing import derivation_notation
from nablastep.expressions import WEIGHTS, Equation, symbols
from nablastep.formulas.tokens import GREEK_NAMES
from nablastep.markdown_text import escaped
from nablastep.notation.latex_words import FIT, latex_words
from nablastep.program import BACKWARD, Program
from nablastep.session import Session
from nablastep.transposition import Convention, convention_named

FORMAT, VERSION = "nablastep-why", 1
FORMATS = ("text", "json", "markdown", "latex")
TITLES = {
    "index": "Index sums: one entry at a time",
    "jacobian": "Jacobians: the chain rule as a product of matrices",
    "differential": "Differentials: no index, no layout",
    "matrix": "Matrices: the equation as a whole",
    "update": "What the update does",
}
_BYTES_A_NUMBER = 32
"""A number in full precision on a line of its own."""
LARGEST_PRINTED = 8
"""Rows or columns of a matrix that are printed for people; of more the first ones."""


def why_text(
    session: Session,
    name: str,
    *,
    route: str = ALL,
    convention: str | None = None,
    format: str = "text",
    notation: str = "unicode",
) -> str:
    """The derivation of a step in one of FORMATS, with a line feed at its end.

    `notation` is that of the text; in ASCII, where nothing else can be shown, sentences are spelt out too.
    """
    shown_in = convention_named(convention or session.network.convention)
    routes = why(session, name, route, shown_in.name)
    if format == "json":
        check_json_length(*(line.value for found in routes for line in found.lines), name=f"the derivation of {name}")
        return json.dumps(why_document(name, shown_in.name, routes), ensure_ascii=False, indent=1) + "\n"
    worksheet = _Worksheet(session, name, shown_in, routes)
    if format == "text":
        text = worksheet.text(notation)
        return spelt_out(text) if notation == "ascii" else text
    return {"markdown": worksheet.markdown, "latex": worksheet.latex}[format]()


def check_json_length(*values: Any, name: str) -> None:
    """Raise CommandError if a document with all numbers of these values would be too long to be of use."""
    numbers = sum(int(np.size(value)) for value in values if value is not None)
    hint = "one --route has less; text, markdown and latex shorten large matrices"
    check_length(_BYTES_A_NUMBER * numbers, f"{name} as json", LONGEST_DOCUMENT, hint)


def why_document(name: str, convention: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The JSON document of the contract."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": name,
        "convention": convention,
        "routes": [
            {
                "route": route.name,
                "direction": plain(route.direction),
                "lines": [line_document(line) for line in route.lines],
            }
            for route in routes
        ],
    }


def line_document(line: Line) -> dict[str, Any]:
    """One line of it; `structure` only where a Jacobian is too large to be written out."""
    document: dict[str, Any] = {
        "unicode": line.text("unicode"),
        "latex": line.text("latex"),
        "rule": line.rule,
        "shape": list(line.shape),
        "value": plain(line.value),
        "holds": line.holds,
    }
    if line.structure is not None:
        document["structure"] = line.structure
    return document


def plain(value: Any) -> Any:
    """A number, or nested lists of numbers; those that JSON has no word for are "inf", "-inf" and "nan"."""
    if value is None:
        return None
    if not np.ndim(value):
        value = float(value)
        if math.isfinite(value):
            return value
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return [plain(part) for part in value]


def _reads_weights(program: Program, name: str) -> bool:
    """Whether the derivation goes through a product with what conventions store in different ways."""
    variable = program.symbols[name.removeprefix("grad_")]
    equations = [equation for equation, _ in program.uses(variable)]
    return any(symbol.flips_with == WEIGHTS for each in equations for symbol in symbols(each.expression))


class _Worksheet:
    """One derivation with its heading and closing answer."""

    def __init__(self, session: Session, name: str, convention: Convention, routes: tuple[Route, ...]) -> None:
        situation = situation_of(session, name)
        program = situation.program
        backward = name in program.views or program.step(name).phase == BACKWARD
        equation = program.views[name] if name in program.views else program.step(name).equation
        self.equation: Equation = convention.shown_equation(equation)
        self.convention = convention
        turns = any(symbol.flips_with for symbol in program.symbols.values())
        self.convention_name = convention.name if turns else "as written"
        self.formula = f" · {convention.formula}" if turns else ""
        self.has_weights = backward and _reads_weights(program, name)
        self.routes = routes
        self.backward = backward
        self.about = program.about
        self.closing: Closing = closing_of(program, name, convention)
        self.late = situation.computed_late and backward
        self.title = session.network.title

    # text

    def text(self, notation: str) -> str:
        writer = derivation_notation(notation)
        lines = [
            f"why  {writer.equation_text(self.equation)}",
            f"     {self.title} · {self.convention_name}{self.formula}",
        ]
        if self.backward:
            lines.append(f"     {self.about(SHORTHAND)}")
        if self.late:
            lines.append(f"     {self.about(LATE)}")
        for route in self.routes:
            lines += ["", *self._text_route(route, notation)]
        lines += ["", self.closing.question, *wrapped(self.closing.answer, 2)]
        if self.has_weights:
            lines += ["", "The same product in other hands", *self._readings(), *wrapped(MIXING, 2)]
        return "\n".join(lines) + "\n"

    def _text_route(self, route: Route, notation: str) -> list[str]:
        lines = [f"{TITLES[route.name]}   {_tick(route.holds)}"]
        if route.direction is not None and route.moving is not None:
            moving = derivation_notation(notation).text(route.moving)
            lines.append(f"   a small change, the same every time: d{moving} =")
            lines += [f"      {row}" for row in matrix_rows(route.direction)]
        for line in route.lines:
            lines.append(f"{line.number:>3}  {line.text(notation)}   {_mark(line)}".rstrip())
            lines += wrapped(line.rule, 8)
            lines += [f"        {row}" for row in _value_rows(line)]
        return lines

    def _readings(self) -> list[str]:
        return [
            f"  {reading.where}: {reading.forward}, {reading.activation_gradient}, {reading.weight_gradient}"
            + ("   ← shown here" if reading.convention == self.convention.name else "")
            for reading in READINGS
        ]

    # Markdown

    def markdown(self) -> str:
        writer = derivation_notation("latex")
        lines = [
            "# Why",
            "",
            *_math(writer.equation_text(self.equation)),
            "",
            f"{escaped(self.title)}, {self.convention_name}",
        ]
        if self.backward:
            lines += ["", self.about(SHORTHAND)]
        if self.late:
            lines += ["", self.about(LATE)]
        for route in self.routes:
            lines += ["", f"## {TITLES[route.name]} {_tick(route.holds)}"]
            if route.direction is not None:
                lines += ["", "A small change, the same every time:", "", *_math(latex_matrix(route.direction))]
            for line in route.lines:
                lines += ["", f"{line.number}. {line.rule} {_mark(line)}".rstrip(), "", *_math(_with_value(line))]
        lines += ["", f"## {self.closing.question}", "", self.closing.answer]
        if self.has_weights:
            lines += ["", "| where | forward | ∇a | ∇W |", "|---|---|---|---|"]
            lines += [
                f"| {reading.where} | {reading.forward} | {reading.activation_gradient} | {reading.weight_gradient} |"
                for reading in READINGS
            ]
            lines += ["", MIXING]
        return "\n".join(lines) + "\n"

    # LaTeX

    def latex(self) -> str:
        writer = derivation_notation("latex")
        lines = [
            r"\documentclass{article}",
            r"\usepackage[a4paper,margin=2cm]{geometry}",
            r"\usepackage{amsmath,amssymb,graphicx}",
            r"\setcounter{MaxMatrixCols}{20}",
            r"\setlength{\parindent}{0pt}",
            r"\allowdisplaybreaks",
            FIT,
            r"\begin{document}",
            r"\sloppy\emergencystretch=3em",
            r"\section*{Why}",
            _displayed(writer.equation_text(self.equation)),
            latex_words(f"{self.title}, {self.convention_name}"),
        ]
        if self.late:
            lines += ["", latex_words(self.about(LATE))]
        for route in self.routes:
            lines += ["", rf"\subsection*{{{latex_words(TITLES[route.name])}}}"]
            if route.direction is not None:
                lines += ["A small change, the same every time:", _displayed(latex_matrix(route.direction))]
            for line in route.lines:
                lines += ["", rf"({line.number}) {latex_words(line.rule)}", _displayed(_with_value(line))]
        lines += ["", rf"\subsection*{{{latex_words(self.closing.question)}}}", latex_words(self.closing.answer)]
        return "\n".join([*lines, r"\end{document}"]) + "\n"


LATE = (
    "In this network parameters move before this step: the equation is right, but the W in it is not the one that the "
    "forward pass used, so the number is not the gradient of E. `nablastep gradcheck` shows it."
)


def _displayed(latex: str) -> str:
    return rf"\[ \nablafit{{{latex}}} \]"


def _tick(holds: bool) -> str:
    return "✓" if holds else "✗"


def _mark(line: Line) -> str:
    return "" if line.holds is None else _tick(line.holds)


def _value_rows(line: Line) -> list[str]:
    if line.structure is not None:
        return [f"{'×'.join(map(str, line.shape))}, too large to print: {line.structure}"]
    if line.value is None:
        return []
    if isinstance(line.value, float):
        return [f"= {number(line.value)}"]
    if np.ndim(line.value) == 3:
        return [row for index, part in enumerate(line.value[:2], 1) for row in (f"slice {index}:", *matrix_rows(part))]
    return matrix_rows(line.value)


def number(value: float) -> str:
    """Six significant digits."""
    return f"{value + 0.0:.6g}"  # a zero has no sign to read


def matrix_rows(matrix: Any, most: int = LARGEST_PRINTED) -> list[str]:
    """A matrix for people, in columns, or a number; of a large matrix the first rows and `most` columns."""
    if not np.ndim(matrix):
        return [number(float(matrix))]
    shown = np.asarray(matrix)[:LARGEST_PRINTED, :most]
    cells = [[number(float(value)) for value in row] for row in shown]
    widths = [max(len(row[column]) for row in cells) for column in range(shown.shape[1])]
    more = " …" if np.shape(matrix)[1] > most else ""
    rows = [
        "[ " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + more + " ]"
        for row in cells
    ]
    return [*rows, "…"] if np.shape(matrix)[0] > LARGEST_PRINTED else rows


def wrapped(text: str, indent: int, width: int = 100) -> list[str]:
    """The text in lines of at most `width` columns."""
    return textwrap.wrap(text, width, initial_indent=" " * indent, subsequent_indent=" " * indent)


def _with_value(line: Line) -> str:
    latex = line.text("latex")
    if line.value is None or np.ndim(line.value) == 3:
        return latex
    value = number_latex(line.value) if isinstance(line.value, float) else latex_matrix(line.value)
    return f"{latex} = {value}"


def latex_matrix(matrix: Any) -> str:
    """A matrix in LaTeX, or a number; of a large matrix the first rows and columns."""
    if not np.ndim(matrix):
        return number_latex(float(matrix))
    shown = np.asarray(matrix)[:LARGEST_PRINTED, :LARGEST_PRINTED]
    rows = [" & ".join(number_latex(float(value)) for value in row) for row in shown]
    if np.shape(matrix)[1] > LARGEST_PRINTED:
        rows = [rf"{row} & \cdots" for row in rows]
    if np.shape(matrix)[0] > LARGEST_PRINTED:
        rows.append(r"\vdots")
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


def number_latex(value: float) -> str:
    """A number in LaTeX, six significant digits."""
    if not math.isfinite(value):
        return r"\mathrm{nan}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    text = number(value)
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"


def _math(latex: str) -> list[str]:
    return ["```math", latex, "```"]


_SPELT = {
    "∇": "grad_", "∂": "d", "Σ": "sum_", "δ": "delta_", "⊙": "(*)", "⊘": "(/)", "⊗": "(x)", "⟨": "<", "⟩": ">",
    "≠": "!=", "′": "'", "−": "-", "×": "x", "ᵀ": ".T", "ᵢ": "_i", "ⱼ": "_j", "ₗ": "_l", "ₖ": "_k", "ₚ": "_p",
    "ₛ": "_s", "ₜ": "_t", "ₓ": "_x", "²": "^2", "→": "->", "←": "<-", "✓": "ok", "✗": "FAILS", "·": "-", "…": "...",
    "‖": "||", "⁻": "^-", **GREEK_NAMES,
}  # fmt: skip


_SUPERSCRIPT_DIGITS = str.maketrans("⁰¹³⁴⁵⁶⁷⁸⁹", "013456789", "⁽⁾")


def spelt_out(text: str) -> str:
    """The text in ASCII; letters that have no plain form become `?`."""
    apart = re.sub(r"⁽²⁾|(?<=[πΠ])²", "2", re.sub(r"ᵀ(?=[\w∇])", "ᵀ ", text))
    apart = apart.translate(_SUPERSCRIPT_DIGITS)
    plain_text = "".join(_SPELT.get(character, character) for character in apart)
    return plain_text.encode("ascii", "replace").decode("ascii")
