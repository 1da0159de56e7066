"""What the why page shows, as one frozen value: the derivation of a step, and how the reader looks at it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nablastep.derivations.bias_as_activation import affine_of, augmented_lines
from nablastep.derivations.closing import closing
from nablastep.derivations.jacobian import NUMERATOR
from nablastep.derivations.lines import Line, Route
from nablastep.derivations.one_reader import Closing
from nablastep.derivations.why import DIFFERENTIAL, why
from nablastep.program import Program
from nablastep.session import Session

TITLES = {"index": "index sums", "jacobian": "Jacobian"}
"""What routes are called where it is more than their names."""
BIAS = "bias as activation"
QUICK = 200
"""Weights times samples up to which a derivation is worked out while the user waits for the key to answer."""


@dataclass(frozen=True, eq=False)
class Derivation:
    """A step's derivation with the numbers of the session, worked out when first asked for and kept."""

    session: Session
    name: str
    convention: str
    draw: int = 0
    layout: str = NUMERATOR

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every route, the view with the bias as an activation last where there is one."""
        routes = why(
            self.session, self.name, convention=self.convention, layout=self.layout, direction_number=self.draw
        )
        if self.convention != "column" or affine_of(self.session.program, self.name) is None:
            return routes
        return (*routes, Route(BIAS, augmented_lines(self.session, self.name)))

    @property
    def is_quick(self) -> bool:
        """Whether it takes less than a moment: matrices small enough to nudge entry by entry."""
        learned = sum(np.size(value) for value in self.session.network.initial_parameters.values())
        return learned * max(1, len(self.session.batch)) <= QUICK

    @property
    def is_ready(self) -> bool:
        """Whether it can be shown without a wait."""
        return self.is_quick or "routes" in vars(self)


@dataclass(frozen=True, eq=False)
class WhyPage:
    """A derivation, and how the reader looks at it. `place` is the focused line, from 0.

    `swapped` names what softmax stands in for, where the reader has swapped it in. `arrived` is the part of the way,
    from 0 to 1, that the focused line has come out of the line `came_from`. `top` is the first row that is shown of a
    page taller than the screen, `cell` the cell of which a number is shown where a matrix is too large. In `heights`
    drawings remember what they measured.
    """

    derivation: Derivation
    route: str = ""
    place: int = 0
    zeros: bool = True
    swapped: str = ""
    came_from: int | None = None
    arrived: float = 1.0
    top: int = 0
    heights: dict[Hashable, int] = field(default_factory=dict, repr=False)
    cell: tuple[int, int] = (0, 0)

    @property
    def session(self) -> Session:
        """The session whose numbers are shown."""
        return self.derivation.session

    @property
    def name(self) -> str:
        """The id of the step."""
        return self.derivation.name

    @property
    def convention(self) -> str:
        """The convention shown."""
        return self.derivation.convention

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every route."""
        return self.derivation.routes

    @property
    def shown(self) -> Route:
        """The chosen route."""
        return next((route for route in self.routes if route.name == self.route), self.routes[0])

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the chosen route."""
        return self.shown.lines

    @property
    def focused(self) -> Line | None:
        """The line in focus, if one is."""
        return self.lines[self.place] if 0 <= self.place < len(self.lines) else None

    @property
    def origin(self) -> Line | None:
        """The line that the focused one is still coming out of."""
        return None if self.came_from is None or self.arrived >= 1 else self.lines[self.came_from]

    @property
    def program(self) -> Program:
        """The program that the step belongs to."""
        return self.session.program

    @cached_property
    def closing(self) -> Closing:
        """The question that the step raises, and its answer."""
        return closing(self.session, self.name, self.convention)

    def moved(self, lines: int) -> WhyPage:
        """Another line in focus."""
        place = max(0, min(len(self.lines) - 1, self.place + lines))
        return replace(self, place=place, came_from=self.place if place != self.place else None)

    def with_route(self, number: int) -> WhyPage:
        """The route of that number, from 0; unchanged if there is none."""
        if not 0 <= number < len(self.routes):
            return self
        return replace(self, route=self.routes[number].name, place=0, came_from=None, top=0)

    def next_route(self) -> WhyPage:
        """The route after this one."""
        names = [route.name for route in self.routes]
        return self.with_route((names.index(self.shown.name) + 1) % len(names))

    def another_direction(self) -> WhyPage:
        """Another random direction, on the differential route."""
        derivation = replace(self.derivation, draw=self.derivation.draw + 1)
        return replace(self, derivation=derivation, route=DIFFERENTIAL)

    def in_convention(self, convention: str) -> WhyPage:
        """The same derivation in another convention."""
        return replace(self, derivation=replace(self.derivation, convention=convention), place=max(0, self.place))

    def in_layout(self, layout: str) -> WhyPage:
        """The Jacobian lines in the other layout."""
        return replace(self, derivation=replace(self.derivation, layout=layout))


def zero_cells(line: Line) -> frozenset[tuple[int, int]]:
    """The cells of a Jacobian that are zero by structure: exactly 0 in a matrix that the line is about."""
    value = line.value
    if line.kind != "own" or not isinstance(value, np.ndarray) or value.ndim != 2 or min(value.shape) < 2:
        return frozenset()
    return frozenset((int(row), int(column)) for row, column in np.argwhere(value == 0))
