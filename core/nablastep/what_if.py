"""What an edit would do to E before it is made: what the gradient promises, what comes, and the curve between.

The error compared is that of the iteration in which the edit holds: this one, or the next where the parameter has
been updated already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.cells import Cell
from nablastep.evaluation import value_of
from nablastep.iteration import Iteration
from nablastep.program import Program
from nablastep.records import record
from nablastep.session import Session
from nablastep.slopes import STEP, error_with, slope


@record(eq=False)
class Basis:
    """The place where an edit of one number is tried: the iteration's values and the number's place in them."""

    program: Program
    values: Mapping[str, Any]
    variable: str
    index: tuple[int, ...]
    old: float
    slope: float
    at_kink: bool
    iteration: int

    @property
    def error_before(self) -> float:
        """E as it is."""
        return self.error_at(self.old)

    def error_at(self, number: float) -> float:
        """E if the number were another."""
        return error_with(self.program, self.values, self.variable, self.index, number)[0]

    @property
    def curvature(self) -> float:
        """d²E by the number, from a second difference."""
        h: float = STEP**0.5 * max(1.0, abs(self.old))
        second: float = self.error_at(self.old + h) - 2 * self.error_before + self.error_at(self.old - h)
        return second / h / h

    def curve(self, low: float, high: float, points: int = 61) -> NDArray[np.float64]:
        """E along the number: shape (points, 2), each row (number, E)."""
        numbers = np.linspace(low, high, points)
        return np.array([(number, self.error_at(float(number))) for number in numbers])


def basis(session: Session, cell: Cell) -> Basis | None:
    """Where an edit of the cell would act; None where it cannot change E of that iteration.

    `cell` names a parameter, x or y with its indices in column orientation (x and y as in the file). The slope is the
    program's own gradient at the old value; for y, which has none, a difference quotient. Raises EditError as an edit
    would.
    """
    edit = session._edit(cell, 0.0)
    number = edit.iteration if edit.step == 0 else edit.iteration + 1
    iteration = Iteration(session.timeline, number)
    variable, index = edit.name, edit.indices
    if variable in iteration.program.samples:
        batch = session.timeline.batch(number)
        if edit.indices[0] not in batch:
            return None
        variable = iteration.program.samples[variable].id
        index = (edit.indices[1], batch.index(edit.indices[0]))
    program = iteration.program
    start = iteration.values(0)
    forward = iteration.values(program.step(program.error.id).number)
    values = {**forward, **start}
    quotient = slope(program, values, variable, index)
    promised = quotient.value
    gradient = f"grad_{variable}"
    if gradient in program.symbols or gradient in program.views:
        promised = float(np.asarray(_gradient(iteration, gradient))[index])
    old = float(np.asarray(values[variable])[index])
    return Basis(program, values, variable, index, old, promised, quotient.at_kink, number)


def _gradient(iteration: Iteration, name: str) -> Any:
    program = iteration.program
    if name in program.views:
        view = program.views[name]
        return value_of(view.expression, iteration.values(program.known_after(view)))
    return iteration.values(program.step(name).number)[name]
