"""The HTML document: the template filled with style, script, data and the printed sheet, and nothing from outside.

The content policy in its head names the script and the style by their hashes, so nothing else that might ever stand in
the page runs. Titles and captions are escaped; in the data `<`, `>` and `&` are written as JSON escapes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from nablastep.demo.opening import OpenDemo
from nablastep.page.data import Page, page_json
from nablastep.page.moments import Moment, check_moments, moments_between, moments_of_demo
from nablastep.page.sheet import sheet
from nablastep.program import BACKWARD
from nablastep.session import Session
from nablastep.trace.model import WHY_ROUTE, Trace
from nablastep.trace.wording import network_sentence, opening_notes

EARLIER_ITERATIONS = 2
"""Iterations before the present one that the page of a session has."""

_HOLE = re.compile(r"\{\{(\w+)\}\}")
_IN_JSON = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def trace_page(trace: Trace) -> Iterator[str]:
    """The page of the first iterations of a trace, in pieces."""
    convention = trace.convention.name
    check_moments(trace.network, 1 + trace.count * trace.counts[2])
    moments = list(moments_between(trace.session(), (1, 0), (trace.count + 1, 0), convention))
    for moment in moments if trace.with_why else ():
        if moment.session.step is not None and moment.session.step.phase == BACKWARD:
            moment.why, moment.route = True, WHY_ROUTE
    about = (network_sentence(trace), *opening_notes(trace))
    return page_chunks(Page(trace.network.title, about, trace.network, convention, moments))


def session_page(session: Session, convention: str | None = None) -> str:
    """The page of a session so far: the steps of this iteration up to where it stands, and of the two before."""
    name = convention or session.network.convention
    iteration, step = session.position
    first = max(1, iteration - EARLIER_ITERATIONS)
    check_moments(session.network, 1 + (iteration - first) * len(session.program) + step)
    moments = list(moments_between(session, (first, 0), (iteration, step), name))
    about = (network_sentence(Trace(session.network, convention=name)),)
    return "".join(page_chunks(Page(session.network.title, about, session.network, name, moments)))


def demo_page(opened: OpenDemo) -> str:
    """The page of a demo. DemoError if its session refuses one of its commands, CommandError if it is too long."""
    return "".join(page_chunks(page_of_demo(opened, *moments_of_demo(opened))))


def page_of_demo(opened: OpenDemo, moments: Sequence[Moment], chapters: tuple[str, ...]) -> Page:
    """What the page of a demo is about, with moments that were collected while it played."""
    check_moments(opened.network, len(moments))
    convention = opened.demo.header.convention or opened.network.convention
    about = (network_sentence(Trace(opened.network, convention=convention)),)
    return Page(opened.title, about, opened.network, convention, moments, chapters)


def page_chunks(page: Page) -> Iterator[str]:
    """The whole document in pieces."""
    style, script, template = (resource(name) for name in ("page.css", "page.js", "page.html"))
    filling = {
        "title": escape(page.title),
        "about": "".join(f"<p>{escape(sentence)}</p>" for sentence in page.about),
        "style": style,
        "style_hash": content_hash(style),
        "script": script,
        "script_hash": content_hash(script),
        "data": page_json(page).translate(_IN_JSON),
        "sheet": "".join(sheet(page)),
    }
    position = 0
    for hole in _HOLE.finditer(template):
        yield template[position : hole.start()]
        yield filling[hole[1]]
        position = hole.end()
    yield template[position:]


def resource(name: str) -> str:
    """A file of this package as text."""
    return files("nablastep.page").joinpath(name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """How a content policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
