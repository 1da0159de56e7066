"""A lesson as Markdown that forges, Pandoc and notebooks read: `$…$` mathematics, tables, pictures with words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.derivations.lines import Route
from nablastep.derivations.rendering import TITLES
from nablastep.markdown_text import escaped, link_target
from nablastep.notation import notation_named
from nablastep.page.lesson import Lesson, Part, alternative_text, parts
from nablastep.trace.grids import grid

LATEX = notation_named("latex")


def markdown_lesson(lesson: Lesson) -> str:
    """The whole document."""
    page = lesson.page
    blocks = [f"# {escaped(page.title)}", *(escaped(sentence) for sentence in page.about)]
    for part in parts(lesson):
        blocks += _part(lesson, part)
    return "\n\n".join(blocks) + "\n"


def _part(lesson: Lesson, part: Part) -> Iterator[str]:
    if part.chapter:
        yield f"## {escaped(part.chapter)}"
    if part.heading:
        yield f"### {escaped(part.heading)}"
    yield from (escaped(text) for text in part.captions)
    for picture in part.pictures:
        words = alternative_text(lesson.page.moments[part.number])
        yield f"![{escaped(f'{picture.name}: {words}' if picture.name else words)}]({link_target(picture.file)})"
    if part.view is None:
        return
    yield _display(LATEX.equation_text(part.view.equation))
    if lesson.values:
        yield _table(part.view.result(), LATEX.text(part.view.equation.target))
        yield escaped(part.sentence)
    for route in part.routes:
        yield from _derivation(route)
    if part.answer is not None:
        yield f"**{escaped(part.answer.question)}** {escaped(part.answer.answer)}"


def _derivation(route: Route) -> Iterator[str]:
    yield f"**Why: {escaped(TITLES[route.name])}**"
    marks = {True: " ✓", False: " ✗", None: ""}
    yield "\n".join(
        f"{line.number}. {_inline(line.text('latex'))}{marks[line.holds]}  \n   {escaped(line.rule)}"
        for line in route.lines
    )


def _table(value: Any, name: str) -> str:
    """The numbers with their indices from 1, as in the equations; a single number in a line."""
    array = np.atleast_2d(value)
    shown = grid(array, 6)
    if array.size == 1:
        return f"{_inline(f'{name} = {shown.rows[0][0].strip()}')}"
    head = [str(column) for column in range(1, array.shape[1] + 1)]
    side = [str(row) for row in range(1, array.shape[0] + 1)]
    if shown.is_shortened:
        head, side = [""] * len(shown.rows[0]), [""] * len(shown.rows)
    lines = [f"| {_inline(name)} | {' | '.join(head)} |", f"|---|{'---:|' * len(head)}"]
    lines += [
        f"| {mark} | {' | '.join(cell.strip().replace('-', '−') for cell in row)} |"
        for mark, row in zip(side, shown.rows, strict=True)
    ]
    return "\n".join(lines)


def _inline(latex: str) -> str:
    return f"${_plain(latex)}$"


def _display(latex: str) -> str:
    return f"$${_plain(latex)}$$"


def _plain(latex: str) -> str:
    """Mathematics in which Markdown finds nothing to escape, and without \\operatorname, which GitHub refuses."""
    return latex.replace(r"\, ", " ").replace(r"\operatorname{", r"\mathrm{")
