"""The moments of a page one under the other, as plain HTML: what is printed, and what is there without a script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from nablastep.derivations.closing import closing
from nablastep.derivations.rendering import TITLES
from nablastep.notation import notation_named
from nablastep.page.data import Page
from nablastep.page.derived import routes_told
from nablastep.page.moments import Moment
from nablastep.page.tables import matrix_table
from nablastep.trace.wording import capitalised
from nablastep.view import View
from nablastep.words import step_title

WRITER = notation_named("mathml")


def sheet(page: Page) -> Iterator[str]:
    """One section a moment, under the chapters' headings."""
    chapter = 0
    for number, moment in enumerate(page.moments):
        if moment.chapter != chapter:
            chapter = moment.chapter
            yield f"<h2>{escape(page.chapters[chapter - 1])}</h2>\n"
        if number or moment.captions:
            yield f'<section class="leaf">\n{"".join(_leaf(number, moment))}</section>\n'


def paragraphs(captions: list[str]) -> str:
    """Captions as paragraphs."""
    return "".join(f'<p class="said">{escape(" ".join(text.splitlines()))}</p>\n' for text in captions)


def _leaf(number: int, moment: Moment) -> Iterator[str]:
    view = View(moment.session, moment.convention)
    if not view.is_done:
        yield paragraphs(moment.captions)
        return
    title = capitalised(step_title(view.step, moment.session.program))
    edited = [moment.change] if moment.change else []
    yield f"<h3>{number} · {escape(title)}</h3>\n{paragraphs([*edited, *moment.captions])}"
    yield f'<p class="formula">{WRITER.equation_text(view.equation)}</p>\n'
    yield matrix_table(view.result(), f"<math>{WRITER.text(view.equation.target)}</math>") + "\n"
    if moment.why:
        yield from _derivation(moment)


def _derivation(moment: Moment) -> Iterator[str]:
    step, told = moment.session.step, routes_told(moment.session, moment.route, moment.convention)
    for route in told:
        yield f"<h4>Why: {escape(TITLES[route.name])}</h4>\n<ol>\n"
        for line in route.lines:
            yield f"<li><math>{line.text('mathml')}</math><br>{escape(line.rule)}</li>\n"
        yield "</ol>\n"
    if told and step is not None:
        ending = closing(moment.session, step.id, moment.convention)
        yield f'<p class="said"><b>{escape(ending.question)}</b> {escape(ending.answer)}</p>\n'
