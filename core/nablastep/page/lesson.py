"""A demo as a document to paste from: what Markdown and LaTeX say of each moment, and what a picture of it shows.

Owns the order and the words; how they are marked up is the matter of `lesson_markdown` and `lesson_latex`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nablastep.derivations.closing import closing
from nablastep.derivations.lines import Route
from nablastep.derivations.one_reader import Closing
from nablastep.notation import notation_named
from nablastep.page.data import Page
from nablastep.page.derived import routes_told
from nablastep.page.moments import Moment
from nablastep.program import BACKWARD
from nablastep.trace.grids import grid
from nablastep.trace.wording import capitalised
from nablastep.view import CELL, View
from nablastep.words import step_title

SHOWN_IN_WORDS = 12
"""Numbers of a matrix that an alternative text reads out."""


@dataclass(frozen=True)
class Picture:
    """A picture of a moment: its file, and the name that the demo gave it, if it did."""

    file: str
    name: str = ""


@dataclass(frozen=True, eq=False)
class Lesson:
    """A page to be written as a document; `pictures` are those of the moments by their numbers."""

    page: Page
    pictures: Mapping[int, Sequence[Picture]] = field(default_factory=dict)
    values: bool = True


@dataclass(frozen=True, eq=False)
class Part:
    """One moment in words: heading, captions as paragraphs, the view if a step is done, derivations and the answer that
    they end with if asked for.
    """

    number: int
    chapter: str
    heading: str
    captions: tuple[str, ...]
    view: View | None
    routes: tuple[Route, ...]
    pictures: tuple[Picture, ...]
    cell: CELL
    answer: Closing | None

    @property
    def sentence(self) -> str:
        """What the number at `cell` means, and which one that is where there are several and it is spoken of."""
        assert self.view is not None
        said = self.view.sentence(self.cell)
        if self.view.step.phase != BACKWARD or np.asarray(self.view.result()).size == 1:
            return said
        row, column = self.cell
        return f"Row {row + 1}, column {column + 1}: {said[0].lower()}{said[1:]}"


def parts(lesson: Lesson) -> Iterator[Part]:
    """The parts of the document in order; `chapter` is a title where one begins."""
    chapter = 0
    for number, moment in enumerate(lesson.page.moments):
        title = ""
        if moment.chapter != chapter:
            chapter = moment.chapter
            title = lesson.page.chapters[chapter - 1]
        view = View(moment.session, moment.convention)
        heading = ""
        if view.is_done:
            heading = f"Step {number}: {capitalised(step_title(view.step, moment.session.program))}"
        captions = tuple(" ".join(text.splitlines()) for text in moment.captions)
        change = (moment.change,) if moment.change else ()
        pictures = tuple(lesson.pictures.get(number, ()))
        shown = view if view.is_done else None
        if number or captions or pictures or title:
            routes, answer = _derived(moment)
            yield Part(
                number, title, heading, (*change, *captions), shown, routes, pictures, _cell(moment), answer
            )  # fmt: skip


def _derived(moment: Moment) -> tuple[tuple[Route, ...], Closing | None]:
    step = moment.session.step
    routes = routes_told(moment.session, moment.route, moment.convention) if moment.why else ()
    if step is None or not routes:
        return (), None
    return routes, closing(moment.session, step.id, moment.convention)


def _cell(moment: Moment) -> CELL:
    """The cell that the demo looks at, as its convention shows it."""
    step = moment.session.step
    if moment.focus is None or step is None or moment.focus.name != step.id:
        return (0, 0)
    row, column = (*moment.focus.indices, 0, 0)[:2]
    turned = View(moment.session, moment.convention).convention.transposes(step.target)
    return (column, row) if turned else (row, column)


def alternative_text(moment: Moment) -> str:
    """What a picture of the moment shows, in words: where it stands, the equation, the numbers, E."""
    view = View(moment.session, moment.convention)
    writer = notation_named("unicode")
    iteration, step = moment.position
    place = f"The stage in iteration {iteration}, step {step} of {len(moment.session.program)}"
    if not view.is_done:
        return f"{place}: nothing is computed yet; next is {writer.equation_text(view.equation)}."
    value = np.atleast_2d(np.asarray(view.result()))
    name = writer.text(view.equation.target)
    error = moment.session.get(moment.session.program.error.id)
    words = [f"{place}, {view.step.phase}: {writer.equation_text(view.equation)}."]
    if value.size <= SHOWN_IN_WORDS:
        words.append(f"{name} is {_read_out(value)}.")
    else:
        rows, columns = value.shape
        words.append(f"{name} has {rows} rows and {columns} columns.")
    if error is not None and view.equation.target != moment.session.program.error:
        words.append(moment.session.program.about(f"E is {error:.6g}."))
    if moment.why:
        words.append("Its derivation is open.")
    return " ".join(words)


def _read_out(value: Any) -> str:
    """`0.3775; 0.3925`: rows apart from each other by semicolons."""
    rows = grid(value, 6).rows
    return "; ".join(", ".join(cell.strip().replace("-", "−") for cell in row) for row in rows)
