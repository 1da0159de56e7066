"""Channels of the map: which links go over or under the cards, and on which row. Values only, nothing is drawn.

Intervals are coloured from the left; what finds no free row is left out and named at its ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nablastep.records import record
from nablastep_tui.draw.map.chart import Chart, Link


@record()
class Route:
    """From one quantity to those that read it, on a row of channels; row 0 is next to the cards, −1 none at all.

    `is_hook`: the way back into the card before, which goes below, as what the reader multiplies with is no way back.
    """

    source: str
    readers: tuple[str, ...]
    is_hook: bool = False
    row: int = -1


def forward_routes(chart: Chart) -> list[Route]:
    """The links that leap over something, by their sources."""
    return [Route(source, readers) for source, readers in _over(chart).items()]


def backward_routes(chart: Chart) -> list[Route]:
    """The same ways back, and the hooks between cards."""
    hooks = [Route(link.source, (link.reader,), is_hook=True) for link in chart.links if is_hooked(chart, link)]
    return hooks + forward_routes(chart)


def is_hooked(chart: Chart, link: Link) -> bool:
    """Whether the gradient of a link goes under the cards: what the reader multiplies with stands in its way."""
    here, there = (chart.boxes[chart.box_of[name]] for name in (link.source, link.reader))
    if len(here.tracks) > 1 or len(there.tracks) > 1:
        return False
    track = there.tracks[0]
    place = track.index(link.reader)
    return (link.reach == "box" and place > 0) or (link.reach == "next" and track[place - 1] != link.source)


def rows_needed(chart: Chart, most: int) -> tuple[int, int]:
    """Rows of channels above and below the cards, wherever the step stands."""
    columns = {name: place for place, name in enumerate(chart.box_of)}
    found = []
    for routes in (forward_routes(chart), backward_routes(chart)):
        rows = [route.row for route in coloured(routes, columns, len(routes))]
        found.append(min(most, max(rows, default=-1) + 1))
    return found[0], found[1]


def coloured(
    routes: Sequence[Route], columns: Mapping[str, int], most: int, lit: frozenset[str] = frozenset()
) -> list[Route]:
    """The routes with rows, of which there are `most`; where not all find one, those of `lit` sources come first."""
    placed = _placed(sorted(routes, key=lambda route: _span(route, columns)), columns, most)
    if all(route.row >= 0 for route in placed):
        return placed
    return _placed(sorted(routes, key=lambda r: (r.source not in lit, _span(r, columns))), columns, most)


def _placed(routes: Sequence[Route], columns: Mapping[str, int], most: int) -> list[Route]:
    taken: list[list[tuple[int, int]]] = [[] for _ in range(most)]
    placed = []
    for route in routes:
        left, right = _span(route, columns)
        free = (row for row in range(most) if all(right < a or left > b for a, b in taken[row]))
        row = next(free, -1) if right > left else -1
        if row >= 0:
            taken[row].append((left, right))
        placed.append(Route(route.source, route.readers, route.is_hook, row))
    return placed


def _span(route: Route, columns: Mapping[str, int]) -> tuple[int, int]:
    places = [columns[name] for name in (route.source, *route.readers)]
    return min(places), max(places)


def _over(chart: Chart) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for link in chart.links:
        if link.reach == "over":
            found[link.source] = (*found.get(link.source, ()), link.reader)
    return found
