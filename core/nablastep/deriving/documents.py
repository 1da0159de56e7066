"""An answer as text, JSON, Markdown and LaTeX."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.derivations.lines import Line, Route
from nablastep.derivations.rendering import (
    LARGEST_PRINTED,
    TITLES,
    check_json_length,
    latex_matrix,
    line_document,
    matrix_rows,
    number,
    number_latex,
    plain,
    spelt_out,
    wrapped,
)
from nablastep.derivations.writing import derivation_notation
from nablastep.deriving.answer import Answer, equation_text, left_text
from nablastep.deriving.code import code_text, function_text
from nablastep.deriving.derivation import HESSIAN, HESSIAN_PRODUCT, JACOBIAN_KIND, PRODUCT, Result
from nablastep.deriving.norms import with_norms
from nablastep.deriving.programs import numpy_program, pytorch_program
from nablastep.errors import UnknownNameError
from nablastep.expressions import Symbol
from nablastep.markdown_text import escaped
from nablastep.notation.latex_words import latex_words
from nablastep.shapes import shape_of, shape_text

FORMAT, VERSION = "nablastep-derive", 1
FORMATS = ("text", "json", "latex", "markdown", "python", "pytorch")
WIDEST = 80


def document(answer: Answer, format: str = "text", *, notation: str = "unicode", form: bool = False) -> str:
    """The answer in one of FORMATS, with a line feed at its end. Raises UnknownNameError for another format.

    `notation` is that of the text; `form` adds the steps of the simplification.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}; there are {', '.join(FORMATS)}")
    if format == "json":
        proved = (line.value for result in answer.results for route in result.routes for line in route.lines)
        values = (*answer.first.values.values(), *(result.value for result in answer.results))
        check_json_length(*values, *proved, name="the answer")
        return json.dumps(json_document(answer, form=form), ensure_ascii=False, indent=1) + "\n"
    if format == "python":
        return numpy_program(answer)
    if format == "pytorch":
        return pytorch_program(answer)
    if format == "text":
        return "\n".join(_Text(notation).lines(answer, form)) + "\n"
    lines = _markdown(answer, form) if format == "markdown" else _latex(answer, form)
    return "\n".join(lines) + "\n"


# JSON


def json_document(answer: Answer, *, form: bool = False) -> dict[str, Any]:
    """The document of the contract."""
    reading = answer.reading
    expressions = [reading.expression, *(result.expression for result in answer.results)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "expression": reading.text,
        "functions": function_text(expressions),
        "variables": {symbol.id: _variable(answer, symbol) for symbol in reading.variables},
        "dimensions": answer.first.sizes,
        "results": [_result(answer, result, form) for result in answer.results],
    }


def _variable(answer: Answer, symbol: Symbol) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": list(symbol.shape)}
    if symbol.id in answer.reading.properties:
        found["property"] = answer.reading.properties[symbol.id]
    found["value"] = _number_or_rows(answer.first.values[symbol.id])
    return found


def _result(answer: Answer, result: Result, form: bool) -> dict[str, Any]:
    equation = {name: equation_text(result, name) for name in ("unicode", "ascii", "latex")}
    found: dict[str, Any] = {
        "by": result.by.id,
        "kind": result.kind,
        "equation": {**equation, "numpy": code_text(result)},
        "shape": list(shape_of(result.expression)),
        "value": _number_or_rows(result.value),
        "numeric_error": result.numeric_error,
        "holds": result.holds,
        "routes": [_route(each) for each in result.routes],
    }
    if result.structure is not None:
        found["structure"] = result.structure
    if result.kind in (JACOBIAN_KIND, HESSIAN):
        found["layout"] = result.layout
    if result.note:
        found["note"] = result.note
    if form:
        writer = derivation_notation("unicode")
        found["form"] = [{"law": step.law, "unicode": writer.text(with_norms(step.expression))} for step in result.form]
    return found


def _route(route: Route) -> dict[str, Any]:
    return {
        "route": route.name,
        "direction": _number_or_rows(route.direction),
        "lines": [line_document(line) for line in route.lines],
    }


def _number_or_rows(value: Any) -> Any:
    return plain(float(value)) if value is not None and np.ndim(value) == 0 else plain(value)


# text


class _Text:
    """The answer for people, in one notation; in ASCII, where nothing else can be shown, words are spelt out too."""

    def __init__(self, notation: str) -> None:
        self.notation = notation
        self.writer = derivation_notation(notation)

    def lines(self, answer: Answer, form: bool) -> Iterator[str]:
        """All lines."""
        expression = self.writer.text(with_norms(answer.reading.expression))
        yield from self.formula(f"{answer.first.target.id}{self.writer.equals}{expression}", 0)
        yield from self.words(_where(answer, self.notation), 2)
        for result in answer.results:
            yield from self.result(result, form)

    def result(self, result: Result, form: bool) -> Iterator[str]:
        """One derivative."""
        yield from ("", self.spelt(_heading(result, self.notation)), "")
        yield from self.formula(equation_text(result, self.notation), 2)
        yield ""
        yield from self.words(_facts(result), 2)
        yield from (f"    {self.spelt(row)}" for row in _value_rows(result.value))
        if form:
            yield from ("", "How it got this form")
            for number_, step in enumerate(result.form, 1):
                yield from self.formula(f"{number_:>3}  {self.writer.text(with_norms(step.expression))}", 0)
                yield from self.words(_law(step.law), 8)
        for each in result.routes:
            yield from ("", self.spelt(f"{TITLES[each.name]}   {_tick(each.holds)}"))
            for line in each.lines:
                yield from self.formula(f"{line.number:>3}  {line.text(self.notation)}   {_mark(line)}".rstrip(), 0)
                yield from self.words(line.rule, 8)

    def spelt(self, text: str) -> str:
        """The text as it can be shown."""
        return spelt_out(text) if self.notation == "ascii" else text

    def words(self, text: str, indent: int) -> list[str]:
        """A sentence in lines."""
        return wrapped(self.spelt(text), indent, WIDEST)

    def formula(self, text: str, indent: int) -> Iterator[str]:
        """A formula in lines that fit, broken before a sign or at a space."""
        further = indent + 5
        line = " " * indent + self.spelt(text)
        while len(line) > WIDEST:
            signs = (" + ", " − ", " - ", " = ")
            cut = max(line.rfind(sign, further + 4, WIDEST) for sign in signs)
            if cut <= further + 4:
                cut = line.rfind(" ", further + 4, WIDEST)
            if cut <= further + 4:
                break
            yield line[:cut].rstrip()
            line = " " * further + line[cut + 1 :].strip()
        yield line


def _law(law: str) -> str:
    return "as the rules give it" if law == "raw" else law


def _heading(result: Result, notation: str) -> str:
    by = derivation_notation(notation).text(result.by)
    return {
        JACOBIAN_KIND: f"The Jacobian by {by}, in {result.layout} layout",
        PRODUCT: f"The vector-Jacobian product by {by}",
        HESSIAN: f"The Hessian by {by}",
        HESSIAN_PRODUCT: "The Hessian times a vector",
    }.get(result.kind, f"The gradient by {by}")


def _where(answer: Answer, notation: str) -> str:
    writer = derivation_notation(notation)
    shapes = []
    for symbol in answer.reading.variables:
        shape = shape_text(symbol.shape) if symbol.shape else "a number"
        declared = answer.reading.properties.get(symbol.id, "")
        shapes.append(f"{writer.text(symbol)} is {declared + ' ' if declared else ''}{shape}")
    sizes = ", ".join(f"{name} = {size}" for name, size in answer.first.sizes.items())
    given = [symbol.id for symbol in answer.reading.variables if symbol.id in answer.reading.values]
    numbers = "the given numbers" if len(given) == len(answer.reading.variables) else "random numbers"
    tried = f"; tried on {numbers}" + (f" with {sizes}" if sizes else "")
    return ", ".join(shapes) + tried + "." + "".join(f" {each}" for each in _one_name(answer))


def _one_name(answer: Answer) -> Iterator[str]:
    """What may have been meant as a product: a name of several letters, capitals among them, that nobody declared."""
    for symbol in answer.reading.variables:
        name = symbol.base
        if len(name) > 1 and name.isalpha() and name != name.lower() and symbol.id not in answer.reading.declared:
            yield f"{name} is one name; a product is written {' '.join(name)}."


def _facts(result: Result) -> str:
    shape = shape_text(found) if (found := shape_of(result.expression)) else "a number"
    structure = f", {result.structure}" if result.structure else ""
    mark = "agrees" if result.agrees else "DISAGREES"
    note = f" {result.note[0].upper()}{result.note[1:]}." if result.note else ""
    return (
        f"{shape}{structure}; {mark} with difference quotients to {result.numeric_error:.0e}. {note.strip()} Its value:"
    ).replace("  ", " ")


def _value_rows(value: Any) -> list[str]:
    if np.ndim(value) == 0:
        return [number(float(value))]
    columns = next(n for n in range(LARGEST_PRINTED, 0, -1) if len(matrix_rows(value, n)[0]) <= WIDEST - 4 or n == 1)
    return matrix_rows(value, columns)


def _tick(holds: bool) -> str:
    return "✓" if holds else "✗"


def _mark(line: Line) -> str:
    return "" if line.holds is None else _tick(line.holds)


# Markdown


def _markdown(answer: Answer, form: bool) -> Iterator[str]:
    latex = derivation_notation("latex")
    yield from (f"# The derivative of ${latex.text(with_norms(answer.reading.expression))}$", "")
    yield escaped(_where(answer, "unicode"))
    for result in answer.results:
        yield from ("", f"## {escaped(_heading(result, 'unicode'))}", "", f"$${equation_text(result, 'latex')}$$", "")
        yield escaped(_facts(result))
        yield from ("", f"$${_latex_value(result.value)}$$")
        if form:
            yield from ("", "### How it got this form", "")
            yield from (
                f"{place}. ${latex.text(with_norms(step.expression))}$ ({escaped(_law(step.law))})"
                for place, step in enumerate(result.form, 1)
            )
        for each in result.routes:
            yield from ("", f"### {TITLES[each.name]} {_tick(each.holds)}", "")
            for line in each.lines:
                yield from (f"{line.number}. ${line.text('latex')}$ {_mark(line)}".rstrip(), f"   {escaped(line.rule)}")


def _latex_value(value: Any) -> str:
    return number_latex(float(value)) if np.ndim(value) == 0 else latex_matrix(value)


# LaTeX

PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{amsmath,amssymb,graphicx}
\setcounter{MaxMatrixCols}{20}
\setlength{\parindent}{0pt}
\allowdisplaybreaks
\newcommand{\fitted}[1]{\sbox0{$\displaystyle #1$}%
  \ifdim\wd0>0.93\linewidth\resizebox{0.93\linewidth}{!}{\usebox0}\else\usebox0\fi}
\begin{document}
\sloppy\emergencystretch=3em"""


def _latex(answer: Answer, form: bool) -> Iterator[str]:
    writer = derivation_notation("latex")
    yield PREAMBLE
    yield r"\section*{The derivative}"
    target = writer.text(answer.first.target)
    yield rf"\[ \fitted{{{target} = {writer.text(with_norms(answer.reading.expression))}}} \]"
    yield latex_words(_where(answer, "unicode"))
    for result in answer.results:
        yield from ("", rf"\subsection*{{{latex_words(_heading(result, 'unicode'))}}}")
        yield rf"\[ \fitted{{{equation_text(result, 'latex')}}} \]"
        yield latex_words(_facts(result))
        yield rf"\[ \fitted{{{_latex_value(result.value)}}} \]"
        if form:
            yield r"\subsubsection*{How it got this form}"
            left = left_text(result, "latex")
            yield from _align(
                [(f"{left} = {writer.text(with_norms(step.expression))}", _law(step.law)) for step in result.form]
            )
        for each in result.routes:
            yield rf"\subsubsection*{{{latex_words(TITLES[each.name])}}}"
            yield from _align([(line.text("latex"), line.rule) for line in each.lines])
    yield r"\end{document}"


def _align(rows: list[tuple[str, str]]) -> Iterator[str]:
    """One `align`: each formula, and under it why it follows; what is wider than the line is made to fit."""
    yield r"\begin{align*}"
    for place, (formula, words) in enumerate(rows):
        end = r" \\" if place < len(rows) - 1 else ""
        yield rf"  & \fitted{{{formula}}} \\"
        yield rf"  & \quad\text{{\footnotesize\parbox[t]{{0.85\linewidth}}{{{latex_words(words)}}}}}{end}"
    yield r"\end{align*}"
