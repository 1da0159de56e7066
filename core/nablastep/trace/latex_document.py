"""A trace as a complete LaTeX document for pdfLaTeX, XeLaTeX or LuaLaTeX, with amsmath and amssymb only."""

from __future__ import annotations

from collections.abc import Iterator

from nablastep.notation.latex import NOTATION as LATEX
from nablastep.notation.latex import dimension_latex
from nablastep.notation.latex_words import FIT, SPECIAL, latex_words
from nablastep.trace.mathematics import aligned_block
from nablastep.trace.model import Trace, TraceIteration, TraceStep
from nablastep.trace.wording import (
    AS_WRITTEN,
    batch_text,
    capitalised,
    closing,
    heading_of,
    network_sentence,
    opening_notes,
)

PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{amsmath,amssymb,graphicx}
\setlength{\parindent}{0pt}
\allowdisplaybreaks
"""

FRAGMENT = "% For \\input into a document with amsmath, amssymb and graphicx.\n"

OPENING = rf"""\setcounter{{MaxMatrixCols}}{{20}}
{FIT}
\begingroup\sloppy\emergencystretch=3em
"""
"""Before the text of either: a formula wider than the line is made to fit, and no word sticks out of its line."""

CLOSING = "\n\\par\\endgroup\n"


def latex_chunks(trace: Trace, *, fragment: bool = False) -> Iterator[str]:
    """The document in pieces, step by step; a fragment has no preamble."""
    title = trace.network.title
    yield opening(title, fragment=fragment)
    yield f"{latex_words(network_sentence(trace))}\n\n"
    written_so = f"Convention {escaped(trace.convention.name)}: ${_formula(trace)}$." if trace.turns else AS_WRITTEN
    sizes = _sizes(trace)
    yield f"{written_so} Sizes: {sizes}.\n\n" if sizes else f"{written_so}\n\n"
    error = LATEX.symbol_text(trace.error)
    yield f"$\\nabla x$ is short for the gradient of ${error}$ with respect to $x$; it has the shape of $x$.\n"
    for note in opening_notes(trace):
        yield f"\n{latex_words(note)}\n"
    errors: list[float] = []
    for iteration in trace:
        yield from _iteration(trace, iteration)
        errors.append(iteration.error)
    if len(errors) > 1 and trace.with_values:
        yield f"\n{escaped(closing(trace, errors)).replace('…', chr(92) + 'dots')}\n"
    yield ending(fragment=fragment)


def opening(title: str, *, fragment: bool) -> str:
    """All before the first sentence, the title included."""
    if fragment:
        return f"{FRAGMENT}{OPENING}\\section*{{{latex_words(title)}}}\n\n"
    declared = "".join(_declaration(character) for character in sorted(set(title)) if ord(character) > 0xFF)
    return f"{PREAMBLE}{declared}\\begin{{document}}\n{OPENING}\\section*{{{escaped(title)}}}\n\n"


def ending(*, fragment: bool) -> str:
    """All after the last sentence."""
    return CLOSING if fragment else f"{CLOSING}\\end{{document}}\n"


def displayed(latex: str) -> str:
    """A formula on a line of its own that is never wider than the text."""
    return f"\\[\n\\nablafit{{{latex}}}\n\\]\n"


def escaped(text: str) -> str:
    """The text with LaTeX's special characters made harmless."""
    return "".join(SPECIAL.get(character, character) for character in text)


def _iteration(trace: Trace, iteration: TraceIteration) -> Iterator[str]:
    block = 0
    for step in iteration.steps:
        if step.block != block:
            block = step.block
            batch = batch_text(trace, iteration) if block == 1 else ""
            detail = f" ({batch})".replace("…", r"\dots") if batch else ""
            yield f"\n\\subsection*{{{heading_of(step)}{detail}}}\n"
            for note in iteration.notes if block == 1 else ():
                yield f"\n{latex_words(note)}\n"
        yield _step(step, values=trace.with_values)
        for note in step.notes:
            yield f"\n{latex_words(note)}\n"


def _step(step: TraceStep, *, values: bool) -> str:
    head = f"\\textbf{{{step.step}. {latex_words(capitalised(step.title))}}} (\\texttt{{{escaped(step.id)}}})"
    shape = ""
    if step.dimensions:
        names = r" \times ".join(dimension_latex(dimension) for dimension in step.dimensions)
        shape = f", ${names} = " + r" \times ".join(map(str, step.shape)) + "$"
    return f"\n{head}{shape}\n{displayed(aligned_block(step, values=values))}{_why(step)}"


def _why(step: TraceStep) -> str:
    if step.why is None:
        return ""
    lines = (f"\n{latex_words(line.rule)}\n{displayed(line.text('latex'))}" for line in step.why.lines)
    return f"\nWhy, by the {step.why.name} route:\n" + "".join(lines)


def _formula(trace: Trace) -> str:
    return trace.convention.formula.replace("ᵀ", r"^{\mathsf{T}} ")


def _sizes(trace: Trace) -> str:
    sizes = [f"${dimension_latex(name)} = {size}$" for name, size in trace.network.dimensions.items()]
    if trace.network.batch_size > 1:
        sizes.append(f"$m = {trace.network.batch_size}$")
    return ", ".join(sizes)


def _declaration(character: str) -> str:
    """pdfLaTeX knows few letters beyond Latin ones: those in a title it writes as their code points."""
    code = f"{ord(character):04X}"
    return f"\\ifdefined\\DeclareUnicodeCharacter\\DeclareUnicodeCharacter{{{code}}}{{(U+{code})}}\\fi\n"
