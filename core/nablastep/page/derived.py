"""Derivations as data for a page, by the public `why`: each line's MathML, reason and value, and whether it holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from nablastep.derivations.closing import closing
from nablastep.derivations.lines import Line, Route
from nablastep.derivations.rendering import TITLES
from nablastep.derivations.why import ROUTES, why
from nablastep.page.pool import Pool
from nablastep.program import UPDATE
from nablastep.session import Session


def derivation(pool: Pool, session: Session, convention: str) -> dict[str, Any] | None:
    """All routes to the step that the session has just done, and the closing answer; None for an update."""
    step = session.step
    if step is None or step.phase == UPDATE:
        return None
    answer = closing(session, step.id, convention)
    routes = [_route(pool, route) for route in why(session, step.id, convention=convention)]
    return {"q": pool.text(answer.question), "a": pool.text(answer.answer), "routes": routes}


def routes_told(session: Session, route: str | None, convention: str) -> tuple[Route, ...]:
    """What a document tells where a demo asks why: the route that it names, the first one that the step has if it has
    not that one, nothing of an update."""
    step = session.step
    if step is None or step.phase == UPDATE:
        return ()
    found = why(session, step.id, convention=convention)
    wanted = route if route in ROUTES else found[0].name
    return tuple(each for each in found if each.name == wanted) or found[:1]


def _route(pool: Pool, route: Route) -> list[Any]:
    return [route.name, TITLES[route.name], [pool.shared(_line(pool, line)) for line in route.lines]]


def _line(pool: Pool, line: Line) -> list[Any]:
    """[MathML, reason, holds, arrays, structure]; a table with three indices comes as one array a slice."""
    return [
        pool.mathml(line.pieces("mathml")),
        pool.text(line.rule),
        line.holds,
        [] if line.value is None else [pool.array(part) for part in _slices(line.value)],
        line.structure or "",
    ]


def _slices(value: Any) -> list[Any]:
    return list(value) if np.ndim(value) == 3 else [value]
