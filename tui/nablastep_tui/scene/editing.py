"""An edit being typed: the text, the number it means, and the what-if panel that follows from it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nablastep.cells import Cell
from nablastep.commands import Set
from nablastep.errors import NablastepError
from nablastep.graph import COMPUTED
from nablastep.program import Program
from nablastep.records import record
from nablastep.safe_text import shortened
from nablastep.session import Session
from nablastep.view import View
from nablastep.what_if import Basis, basis
from nablastep_tui.scene.what_if import WhatIf

SMALL, LARGE = 0.01, 0.1
FARTHEST = 4e307
"""The curve of E is drawn to here: beyond, the width of its axis is no double any more."""
TYPED = frozenset("0123456789.-+eE−")


@record(eq=False)
class Edit:
    """One number being edited. `typed` is None until a digit replaces the shown value; `instead_of` is the name of what
    was asked for, where that is computed from the number."""

    session: Session
    cell: Cell
    label: str
    old: float
    number: float
    typed: str | None
    problem: str
    place: Basis | None
    convention: str
    instead_of: str = ""

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.typed if self.typed is not None else f"{self.number:.10g}"

    def with_text(self, text: str) -> Edit:
        """The field after a key; its number follows as far as the text is one."""
        number = parse_number(text)
        problem = "" if number is not None or not text else f"not a number: {shortened(text)}"
        return replace(self, typed=text, number=self.number if number is None else number, problem=problem)

    def nudged(self, change: float) -> Edit:
        """The number moved by a little."""
        moved = round(self.number + change, 12)
        return replace(self, typed=None, number=moved, problem="")

    @property
    def command(self) -> Set | None:
        """The command that keeps the edit; None while the text is no number."""
        if self.typed is not None and parse_number(self.typed) is None:
            return None
        return Set(str(self.cell), self.number)

    def trial(self) -> View | None:
        """The network with the edit in it, to look at."""
        session = self.session.trial()
        try:
            session.set(str(self.cell), self.number)
        except NablastepError:
            return None
        return View(session, self.convention)

    def what_if(self) -> WhatIf:
        """All numbers of the panel."""
        place = self.place
        if place is None:
            return WhatIf(str(self.cell), self.label, self.old, self.number, self.text, self.problem,
                          math.nan, math.nan, 0.0, 0.0, math.nan, acts=False,
                          instead_of=self.instead_of)  # fmt: skip
        span = max(2.0, 1.25 * abs(self.number - self.old))
        low, high = max(-FARTHEST, min(self.old - span, self.number)), min(FARTHEST, max(self.old + span, self.number))
        curve = tuple((float(x), float(e)) for x, e in place.curve(low, high))
        return WhatIf(
            str(self.cell), self.label, self.old, self.number, self.text, self.problem, place.error_before,
            place.error_at(self.number), place.slope, place.curvature,
            place.error_at(self.old + (self.number - self.old) / 2), curve, place.at_kink, instead_of=self.instead_of,
        )  # fmt: skip


def parse_number(text: str) -> float | None:
    """The finite number that the text means, or None."""
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def can_be_edited(program: Program, name: str) -> bool:
    """Whether the quantity comes in from outside: what equations compute cannot be set."""
    quantity = program.graph.by_id.get(name)
    return quantity is not None and quantity.role not in COMPUTED


def begin_edit(view: View, name: str, cell: tuple[int, int], instead_of: str = "") -> Edit:
    """An edit of the shown cell of what comes in (a parameter, data, something given), or of the one that its gradient
    belongs to; of data the sample that stands there. `instead_of` is the name of what is computed from it.

    Raises EditError, saying why, for anything else.
    """
    session, program = view.session, view.session.program
    target = program.symbols[name]
    if target.prefix == "grad" and can_be_edited(program, target.bare.id):
        target = target.bare
    row, column = view.column_cell(target, cell)
    data = next((key for key, symbol in program.samples.items() if symbol.id == target.id), None)
    if data is not None:
        place = Cell(data, (session.batch[column], row))
    else:
        place = Cell(target.id, (row, column) if target.shape else ())
        session._edit(place, 0.0)
    old = float(np.asarray(session[place.name])[place.indices])
    where = basis(session, place)
    label = view.entry_name(target, cell)
    return Edit(session, place, label, old, old, None, "", where, view.convention.name, instead_of)
