"""All that a page shows, as one JSON document: the moments in every convention, the map, and what they share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nablastep.expressions import Symbol
from nablastep.network import Network
from nablastep.page.derived import derivation
from nablastep.page.moments import Moment
from nablastep.page.pool import Pool, shape_in_places
from nablastep.page.scenes import WRITER, scene
from nablastep.program import Program
from nablastep.session import Session
from nablastep.trace.wording import capitalised
from nablastep.transposition import CONVENTIONS
from nablastep.view import View
from nablastep.words import convention_words, distinct_conventions, same_convention, step_title

MOST_DERIVED = 60
"""Moments with a derivation of their own; later ones point to the first moment of the same step."""

LARGEST_IN_ALL_CONVENTIONS = 2000
"""Parameters of a network up to which derivations are written in all four conventions, not only in its own."""


@dataclass(frozen=True, eq=False)
class Page:
    """What a page is about: its words and its moments."""

    title: str
    about: tuple[str, ...]
    network: Network
    convention: str
    moments: Sequence[Moment]
    chapters: tuple[str, ...] = ()

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions that a reader may switch to: those that write the equations differently."""
        return distinct_conventions(self.moments[0].session.program, self.convention)


def page_json(page: Page) -> str:
    """The document, without line breaks, the same for the same page."""
    pool = Pool()
    names = page.conventions
    first = page.moments[0].session
    document = {
        "conventions": [_convention(name, first.program) for name in names],
        "home": names.index(page.convention),
        "dimensions": dimension_colours(first.program),
        "chapters": list(page.chapters),
        "error": first.program.error.id,
        "map": _map(pool, first.program),
        "moments": _moments(pool, page),
    }
    return json.dumps(document | pool.things, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _convention(name: str, program: Program) -> list[str]:
    return [name, *convention_words(CONVENTIONS[name], program)]


def dimension_colours(program: Program) -> dict[str, str]:
    """Which of the colours `d0` to `d3` a dimension has; the samples have one of their own, 1 has none."""
    found = {name for symbol in program.symbols.values() for name in symbol.shape}
    numbered = sorted(found - {"1", "m"}, key=lambda name: (len(name), name))
    return {"1": "d-one", "m": "d-m"} | {name: f"d{place % 4}" for place, name in enumerate(numbered)}


def _map(pool: Pool, program: Program) -> list[dict[str, Any]]:
    """A card for each block of the graph, with quantities in the order in which its equations read and make them."""
    cards: dict[str, list[Any]] = {}
    told: set[str] = set()
    for definition in program.forward:
        title = _card_title(program, definition.target)
        for symbol in (*definition.read, *definition.passed_over, definition.target):
            if symbol.id not in told:
                told.add(symbol.id)
                cards.setdefault(title, []).append(_quantity(pool, program, symbol))
    return [{"title": title, "items": items} for title, items in cards.items()]


def _card_title(program: Program, target: Symbol) -> str:
    block = program.graph.by_id[target.id].block
    return "Error" if target == program.error else capitalised(program.graph.blocks[block - 1]) if block else ""


def _quantity(pool: Pool, program: Program, symbol: Symbol) -> list[Any]:
    gradient = program.symbols.get(f"grad_{symbol.id}")
    row = [symbol.id, pool.mathml(WRITER.tokens(symbol)), shape_in_places(symbol.shape)]
    return [*row, gradient.id, pool.mathml(WRITER.tokens(gradient))] if gradient is not None else row


def _moments(pool: Pool, page: Page) -> list[dict[str, Any]]:
    derived: dict[str, int] = {}
    return [_moment(pool, page, number, moment, derived) for number, moment in enumerate(page.moments)]


def _moment(pool: Pool, page: Page, number: int, moment: Moment, derived: dict[str, int]) -> dict[str, Any]:
    session = moment.session
    view = View(session, moment.convention)
    step, names = view.step, page.conventions
    found: dict[str, Any] = {
        "i": moment.position.iteration,
        "s": moment.position.step,
        "n": len(session.program),
        "p": step.phase,
        "q": step.id,
        "k": pool.text(step_title(step, session.program)),
        "v": [pool.shared(scene(pool, View(session, name))) for name in names],
        "m": {name: pool.array(value) for name, value in _values(session).items()},
    }
    said = {"c": moment.captions, "h": moment.chapter, "w": int(moment.why), "r": moment.route, "x": moment.change}
    found |= {key: value for key, value in said.items() if value}
    written_so = names.index(same_convention(session.program, moment.convention, names))
    if written_so != names.index(page.convention):
        found["o"] = written_so
    if moment.focus is not None and moment.focus.name == step.id and moment.focus.indices:
        found["f"] = [*moment.focus.indices, 0][:2]
    if session.step is not None:
        if number > MOST_DERIVED and step.id in derived:
            found["d"] = derived[step.id]
        else:
            found["d"] = _derivations(pool, page, session)
            derived.setdefault(step.id, number)
    return found


def _values(session: Session) -> dict[str, Any]:
    """Every quantity that has a value now, in columns."""
    return {name: session.values[name] for name in session.program.symbols if name in session.values}


def _derivations(pool: Pool, page: Page, session: Session) -> list[int | None]:
    """The derivation in each convention, None where there is none."""
    sizes = sum(int(np.size(value)) for value in page.network.initial_parameters.values())
    found: list[int | None] = []
    for name in page.conventions:
        wanted = sizes <= LARGEST_IN_ALL_CONVENTIONS or name == page.convention
        document = derivation(pool, session, name) if wanted else None
        found.append(None if document is None else pool.shared(document))
    return found
