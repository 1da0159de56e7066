"""How sessions, networks, steps, derivations and checks look in a notebook: small HTML, and the stage in a frame.

Knows what to show of each kind of object; the objects know nothing of it but that they can be shown (`displayed`).
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from nablastep.checks import Checks, ParameterCheck
from nablastep.derivations.lines import Line, Lines
from nablastep.derivations.rendering import TITLES
from nablastep.deriving.answer import Answer
from nablastep.displayed import Displayed
from nablastep.network import Network
from nablastep.notation import notation_named
from nablastep.page.data import Page
from nablastep.page.document import page_chunks, resource
from nablastep.page.moments import Moment
from nablastep.page.tables import matrix_table
from nablastep.program import Step
from nablastep.session import Session
from nablastep.trace.model import Trace
from nablastep.trace.numerals import number_text
from nablastep.trace.wording import capitalised, network_sentence
from nablastep.view import View
from nablastep.words import step_title

MATHML, LATEX = notation_named("mathml"), notation_named("latex")
FRAME_HEIGHT = 720


class Stage(Displayed):
    """The page's stage for one moment of a session, in a frame of its own; `html` is the whole page."""

    def __init__(self, session: Session, convention: str | None = None) -> None:
        name = convention or session.network.convention
        trace = Trace(session.network, convention=name)  # raises UnknownNameError before anything is drawn
        about = (network_sentence(trace),)
        page = Page(session.network.title, about, session.network, name, [Moment(session.trial(), name)])
        self.html = "".join(page_chunks(page))


def html_of(shown: object) -> str:
    """The object as HTML."""
    for kind, writer in _HTML.items():
        if isinstance(shown, kind):
            return writer(shown)
    raise TypeError(f"nothing is known of how to show a {type(shown).__name__}")


def latex_of(shown: object) -> str:
    """The equation as LaTeX, without dollar signs."""
    return shown.text("latex") if isinstance(shown, Line | Answer) else LATEX.equation_text(shown.equation)  # type: ignore[attr-defined]


def _styled(inside: str) -> str:
    return f'<div class="nablastep"><style>{resource("notebook.css")}</style>{inside}</div>'


def _session(session: Session) -> str:
    view = View(session, session.network.convention)
    iteration, step = session.position
    error = session.get(session.program.error.id)
    place = f"iteration {iteration}, step {step} of {len(session.program)}"
    value = "" if error is None else f", {session.program.error.id} = {number_text(error)}"
    head = f"<p><b>{escape(session.network.title)}</b>: {place}{value}</p>"
    equation = MATHML.equation_text(view.equation)
    if not view.is_done:
        return _styled(f"{head}<p>Next: {equation}</p>")
    title = capitalised(step_title(view.step, session.program))
    table = matrix_table(view.result(), f"<math>{MATHML.text(view.equation.target)}</math>")
    return _styled(f"{head}<p>{escape(title)}: {equation}</p>{table}<p>{escape(view.sentence((0, 0)))}</p>")


def _network(network: Network) -> str:
    trace = Trace(network)
    program = trace.session().program
    equations = "".join(
        f"<li>{MATHML.equation_text(trace.convention.shown_equation(found.equation))}</li>" for found in program.forward
    )
    shapes = "".join(
        f"<tr><th scope='row'><math>{MATHML.text(symbol)}</math></th><td>{_shape(trace.initial[symbol.id])}</td></tr>"
        for symbol in program.parameters
    )
    head = f"<p><b>{escape(network.title)}</b></p><p>{escape(network_sentence(trace))}</p>"
    return _styled(f"{head}<ol>{equations}</ol><table><tbody>{shapes}</tbody></table>")


def _shape(value: Any) -> str:
    return "×".join(map(str, np.shape(value))) or "a number"


def _step(step: Step) -> str:
    return _styled(f"<p>{step.number}. {escape(step.phase)}: {MATHML.equation_text(step.equation)}</p>")


def _line(line: Line) -> str:
    mark = {True: " ✓", False: " ✗", None: ""}[line.holds]
    return _styled(f"<p><math>{line.text('mathml')}</math>{mark}</p><p>{escape(line.rule)}</p>")


def _lines(lines: Lines) -> str:
    parts: list[str] = []
    for index, line in enumerate(lines):
        if not index or line.route != lines[index - 1].route:
            parts += [f"{'</ol>' if index else ''}<p><b>{escape(TITLES[line.route])}</b></p><ol>"]
        mark = {True: " ✓", False: " ✗", None: ""}[line.holds]
        parts.append(f"<li><math>{line.text('mathml')}</math>{mark}<br/>{escape(line.rule)}</li>")
    return _styled("".join(parts) + "</ol>" if parts else "")


def _answer(answer: Answer) -> str:
    parts = [f"<p><math>{answer.text('mathml')}</math></p>"]
    return _styled("".join(parts) + _lines(answer.lines))


def _checks(checks: tuple[ParameterCheck, ...]) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(check.id)}</th><td>{'✓' if check.holds else '✗'}</td><td>{check.error:.1e}</td>"
        f"<td>{'' if check.complex_error is None else f'{check.complex_error:.1e}'}</td></tr>"
        for check in checks
    )
    names = ("parameter", "holds", "error by differences", "error by the complex step")
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    return _styled(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


def _stage(stage: Stage) -> str:
    page = escape(stage.html, quote=True)
    return f'<iframe title="the stage" srcdoc="{page}" width="100%" height="{FRAME_HEIGHT}" frameborder="0"></iframe>'


_HTML: dict[type, Callable[[Any], str]] = {
    Session: _session,
    Network: _network,
    Step: _step,
    Line: _line,
    Lines: _lines,
    Answer: _answer,
    Checks: _checks,
    ParameterCheck: lambda check: _checks((check,)),
    Stage: _stage,
}
