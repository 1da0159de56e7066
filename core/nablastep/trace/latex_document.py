"""A trace as a complete LaTeX document for pdfLaTeX, XeLaTeX or LuaLaTeX, with amsmath and amssymb only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nablastep.notation.latex import dimension_latex
from nablastep.trace.mathematics import aligned_block
from nablastep.trace.model import Trace, TraceIteration, TraceStep
from nablastep.trace.wording import batch_text, capitalised, closing, heading_of, network_sentence, opening_notes

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,amssymb}
\setcounter{MaxMatrixCols}{20}
\setlength{\parindent}{0pt}
\allowdisplaybreaks
"""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}

_SIGNS = {"−": "-", "∞": r"\infty", "√": r"\sqrt{}", "σ": r"\sigma", "Φ": r"\Phi", "ᵀ": r"^{\mathsf{T}}"}
_POWER = re.compile("×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def latex_chunks(trace: Trace) -> Iterator[str]:
    """The document in pieces, step by step."""
    title = trace.network.title
    yield _PREAMBLE
    yield "".join(_declaration(character) for character in sorted(set(title)) if ord(character) > 0xFF)
    yield f"\\begin{{document}}\n\n\\section*{{{escaped(title)}}}\n\n{escaped(network_sentence(trace))}\n\n"
    yield f"Convention {escaped(trace.convention.name)}: ${_formula(trace)}$. Sizes: {_sizes(trace)}.\n\n"
    yield "$\\nabla x$ is short for the gradient of $E$ with respect to $x$; it has the shape of $x$.\n"
    for note in opening_notes(trace):
        yield f"\n{_words(note)}\n"
    errors: list[float] = []
    for iteration in trace:
        yield from _iteration(trace, iteration)
        errors.append(iteration.error)
    if len(errors) > 1:
        yield f"\n{escaped(closing(errors)).replace('…', chr(92) + 'dots')}\n"
    yield "\n\\end{document}\n"


def escaped(text: str) -> str:
    """The text with LaTeX's special characters made harmless."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def _words(note: str) -> str:
    """A note with its few signs as mathematics."""
    text = escaped(note)
    for sign, latex in _SIGNS.items():
        text = text.replace(sign, f"${latex}$")
    text = _POWER.sub(lambda found: rf"$\cdot 10^{{{found[1].translate(_DIGITS)}}}$", text)
    return text.replace("×", r"$\times$")


def _iteration(trace: Trace, iteration: TraceIteration) -> Iterator[str]:
    block = 0
    for step in iteration.steps:
        if step.block != block:
            block = step.block
            batch = batch_text(trace, iteration) if block == 1 else ""
            detail = f" ({batch})".replace("…", r"\dots") if batch else ""
            yield f"\n\\subsection*{{{heading_of(step)}{detail}}}\n"
            for note in iteration.notes if block == 1 else ():
                yield f"\n{_words(note)}\n"
        yield _step(step)
        for note in step.notes:
            yield f"\n{_words(note)}\n"


def _step(step: TraceStep) -> str:
    head = f"\\textbf{{{step.step}. {escaped(capitalised(step.title))}}} (\\texttt{{{escaped(step.id)}}})"
    shape = ""
    if step.dimensions:
        names = r" \times ".join(dimension_latex(dimension) for dimension in step.dimensions)
        shape = f", ${names} = " + r" \times ".join(map(str, step.shape)) + "$"
    return f"\n{head}{shape}\n\\[\n{aligned_block(step)}\n\\]\n{_why(step)}"


def _why(step: TraceStep) -> str:
    if step.why is None:
        return ""
    from nablastep.derivations.rendering import latex_words

    lines = (f"\n{latex_words(line.rule)}\n\\[ {line.text('latex')} \\]\n" for line in step.why.lines)
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
