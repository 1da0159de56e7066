"""An answer as text, JSON, Markdown and LaTeX."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.derivations.lines import Line
from nablastep.derivations.rendering import (
    TITLES,
    latex_matrix,
    line_document,
    matrix_rows,
    number,
    number_latex,
    plain,
    spelt_out,
)
from nablastep.derivations.writing import derivation_notation
from nablastep.deriving.answer import Answer, equation_text, left_text
from nablastep.deriving.code import code_text, function_text
from nablastep.deriving.derivation import HESSIAN, HESSIAN_PRODUCT, JACOBIAN_KIND, PRODUCT, Result, Route
from nablastep.deriving.norms import with_norms
from nablastep.deriving.programs import numpy_program, pytorch_program
from nablastep.errors import UnknownNameError
from nablastep.expressions import Symbol
from nablastep.markdown_text import escaped
from nablastep.notation.latex_words import latex_words
from nablastep.shapes import shape_of

FORMAT, VERSION = "nablastep-derive", 1
FORMATS = ("text", "json", "latex", "markdown", "python", "pytorch")
WIDEST = 80


def document(
    answer: Answer, format: str = "text", *, notation: str = "unicode", route: str = "all", form: bool = False
) -> str:
    """The answer in one of FORMATS, with a line feed at its end. Raises UnknownNameError for another format.

    `notation` is that of the text; `route` leaves only one; `form` adds the steps of the simplification.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}; there are {', '.join(FORMATS)}")
    if format == "json":
        return json.dumps(json_document(answer, route=route, form=form), ensure_ascii=False, indent=1) + "\n"
    if format == "python":
        return numpy_program(answer)
    if format == "pytorch":
        return pytorch_program(answer)
    if format == "text":
        text = "\n".join(_text(answer, notation, route, form)) + "\n"
        return spelt_out(text) if notation == "ascii" else text
    lines = _markdown(answer, route, form) if format == "markdown" else _latex(answer, route, form)
    return "\n".join(lines) + "\n"


# JSON


def json_document(answer: Answer, *, route: str = "all", form: bool = False) -> dict[str, Any]:
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
        "results": [_result(answer, result, route, form) for result in answer.results],
    }


def _variable(answer: Answer, symbol: Symbol) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": list(symbol.shape)}
    if symbol.id in answer.reading.properties:
        found["property"] = answer.reading.properties[symbol.id]
    found["value"] = plain(answer.first.values[symbol.id])
    return found


def _result(answer: Answer, result: Result, route: str, form: bool) -> dict[str, Any]:
    equation = {name: equation_text(result, name) for name in ("unicode", "ascii", "latex")}
    found: dict[str, Any] = {
        "by": result.by.id,
        "kind": result.kind,
        "equation": {**equation, "numpy": code_text(result)},
        "shape": list(shape_of(result.expression)),
        "value": plain(result.value),
        "numeric_error": result.numeric_error,
        "holds": result.holds,
        "routes": [_route(each) for each in _chosen(result, route)],
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
        "direction": plain(route.direction),
        "lines": [line_document(line) for line in route.lines],
    }


def _chosen(result: Result, route: str) -> list[Route]:
    return [each for each in result.routes if route in ("all", each.name)]


# text


def _text(answer: Answer, notation: str, route: str, form: bool) -> Iterator[str]:
    writer = derivation_notation(notation)
    name = answer.first.target.id
    yield from _folded(f"{name}{writer.equals}{writer.text(with_norms(answer.reading.expression))}", 0)
    yield from _wrapped(_where(answer, notation), 2)
    for result in answer.results:
        yield from ("", _heading(result, notation), "")
        yield from _folded(equation_text(result, notation), 2)
        yield ""
        yield from _wrapped(_facts(result), 2)
        yield from (f"    {row}" for row in _value_rows(result.value))
        if form:
            yield from ("", "How it got this form")
            for number_, step in enumerate(result.form, 1):
                yield from _folded(f"{number_:>3}  {writer.text(with_norms(step.expression))}", 0, 7)
                yield from _wrapped(_law(step.law), 8)
        for each in _chosen(result, route):
            yield from ("", f"{TITLES[each.name]}   {_tick(each.holds)}")
            for line in each.lines:
                yield from _folded(f"{line.number:>3}  {line.text(notation)}   {_mark(line)}".rstrip(), 0, 7)
                yield from _wrapped(line.rule, 8)


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
        shape = "×".join(symbol.shape) or "a number"
        declared = answer.reading.properties.get(symbol.id, "")
        shapes.append(f"{writer.text(symbol)} is {declared + ' ' if declared else ''}{shape}")
    sizes = ", ".join(f"{name} = {size}" for name, size in answer.first.sizes.items())
    given = [symbol.id for symbol in answer.reading.variables if symbol.id in answer.reading.values]
    numbers = "the given numbers" if len(given) == len(answer.reading.variables) else "random numbers"
    tried = f"; tried on {numbers}" + (f" with {sizes}" if sizes else "")
    return ", ".join(shapes) + tried + "."


def _facts(result: Result) -> str:
    shape = "×".join(shape_of(result.expression)) or "a number"
    structure = f", {result.structure}" if result.structure else ""
    mark = "agrees" if result.numeric_error <= 1e-6 else "DISAGREES"
    note = f" {result.note[0].upper()}{result.note[1:]}." if result.note else ""
    return (
        f"{shape}{structure}; {mark} with difference quotients to {result.numeric_error:.0e}. {note.strip()} Its value:"
    ).replace("  ", " ")


def _value_rows(value: Any) -> list[str]:
    return [number(float(value))] if np.ndim(value) == 0 else matrix_rows(value)


def _tick(holds: bool) -> str:
    return "✓" if holds else "✗"


def _mark(line: Line) -> str:
    return "" if line.holds is None else _tick(line.holds)


def _wrapped(text: str, indent: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDEST, initial_indent=" " * indent, subsequent_indent=" " * indent)


def _folded(text: str, indent: int, further: int = 6) -> Iterator[str]:
    """A formula in lines that fit, broken before a sign or at a space."""
    line, rest = " " * indent + text, ""
    while len(line) > WIDEST:
        cut = max((line.rfind(sign, further + 4, WIDEST) for sign in (" + ", " − ", " - ", " = ")), default=-1)
        if cut <= further + 4:
            cut = line.rfind(" ", further + 4, WIDEST)
        if cut <= further + 4:
            break
        line, rest = line[:cut], line[cut + 1 :]
        yield line.rstrip()
        line = " " * (indent + further) + rest.strip()
    yield line


# Markdown


def _markdown(answer: Answer, route: str, form: bool) -> Iterator[str]:
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
        for each in _chosen(result, route):
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


def _latex(answer: Answer, route: str, form: bool) -> Iterator[str]:
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
            rows = [(writer.text(with_norms(step.expression)), _law(step.law)) for step in result.form]
            yield from _align(left_text(result, "latex"), rows)
        for each in _chosen(result, route):
            yield rf"\subsubsection*{{{latex_words(TITLES[each.name])}}}"
            yield from _aligned_route(each)
    yield r"\end{document}"


def _align(left: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    yield r"\begin{align*}"
    for place, (right, words) in enumerate(rows):
        end = r" \\" if place < len(rows) - 1 else ""
        yield rf"  \fitted{{{left if not place else ''} = {right}}} & \\"
        yield rf"  & \text{{\footnotesize\parbox[t]{{0.85\linewidth}}{{{latex_words(words)}}}}}{end}"
    yield r"\end{align*}"


def _aligned_route(route: Route) -> Iterator[str]:
    """One `align` for the route: each line, and under it why it follows."""
    yield r"\begin{align*}"
    for line in route.lines:
        end = r" \\" if line is not route.lines[-1] else ""
        yield rf"  & \fitted{{{line.text('latex')}}} \\"
        yield rf"  & \quad\text{{\footnotesize\parbox[t]{{0.85\linewidth}}{{{latex_words(line.rule)}}}}}{end}"
    yield r"\end{align*}"
