"""A lesson as LaTeX, whole or as a fragment for \\input: equations with their numbers, captions, derivations.

Pictures of the screen are left out: the numbers that they show are typeset.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.demo.opening import OpenDemo
from nablastep.derivations.lines import Route
from nablastep.derivations.rendering import TITLES
from nablastep.notation import notation_named
from nablastep.notation.latex_words import latex_words
from nablastep.page.document import page_of_demo
from nablastep.page.lesson import Lesson, Part, parts
from nablastep.page.moments import moments_of_demo
from nablastep.trace.grids import grid
from nablastep.trace.latex_document import displayed, ending, opening
from nablastep.trace.mathematics import matrix_latex, number_latex

LATEX = notation_named("latex")


def demo_latex(opened: OpenDemo, *, values: bool = True, fragment: bool = False) -> str:
    """The document of a demo. DemoError if its session refuses one of its commands."""
    page = page_of_demo(opened, *moments_of_demo(opened))
    return latex_lesson(Lesson(page, values=values), fragment=fragment)


def latex_lesson(lesson: Lesson, *, fragment: bool = False) -> str:
    """The whole document."""
    page = lesson.page
    text = "".join(f"{piece}\n" for part in parts(lesson) for piece in _part(lesson, part))
    about = "".join(f"{latex_words(sentence)}\n\n" for sentence in page.about)
    return f"{opening(page.title, fragment=fragment)}{about}{text}{ending(fragment=fragment)}"


def _part(lesson: Lesson, part: Part) -> Iterator[str]:
    if part.chapter:
        yield f"\\subsection*{{{latex_words(part.chapter)}}}\n"
    if part.heading:
        yield f"\\paragraph{{{latex_words(part.heading)}}}\n"
    yield from (f"{latex_words(text)}\n" for text in part.captions)
    if part.view is None:
        return
    equation = LATEX.equation_text(part.view.equation)
    if not lesson.values:
        yield displayed(equation)
    else:
        yield displayed(f"{equation} = {_value(part.view.result())}")
        yield f"{latex_words(part.sentence)}\n"
    for route in part.routes:
        yield from _derivation(route)
    if part.answer is not None:
        yield f"\\textbf{{{latex_words(part.answer.question)}}} {latex_words(part.answer.answer)}\n"


def _derivation(route: Route) -> Iterator[str]:
    yield f"\\textit{{Why: {latex_words(TITLES[route.name])}}}\n"
    for line in route.lines:
        yield f"({line.number}) {latex_words(line.rule)}\n{displayed(line.text('latex'))}"


def _value(value: Any) -> str:
    if not np.ndim(value):
        return number_latex(f"{float(value):.6g}")
    return matrix_latex(grid(value, 6))
