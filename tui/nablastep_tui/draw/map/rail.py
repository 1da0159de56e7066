"""Draws the map as a rail of two lines of symbols, gradients under what they belong to, with the hooks below.

Where equations leap over something, or share something, a row of channels stands above.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nablastep.program import BACKWARD, FORWARD
from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_hook
from nablastep_tui.draw.map.chart import Chart, chart_of
from nablastep_tui.draw.map.flow import back_style, draw_ones
from nablastep_tui.draw.map.quantity import (
    Role,
    active_box,
    asked,
    exists,
    link_style,
    lit_sources,
    made_text,
    mark_of,
    quantity,
    ready_terms,
    symbol_style,
)
from nablastep_tui.draw.map.route import Route, coloured
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import selected_style, style
from nablastep_tui.scene.scene import Scene, Target

WIDEST_PITCH = 12
PITCH = 8
_STUB = 5
SHARED = -1
"""The box of what is shared, which stands before all others."""


@record()
class _Stop:
    """One place on the rail: a quantity, and the index of the box that it belongs to."""

    name: str
    box: int


@record()
class _Rail:
    """The stops in sight from column `x` on, `pitch` cells apart; boxes out of sight on either side.

    `top`: rows of channels above. `brief`: names without the parentheses of their layers. `arrows`: there is room for
    them between the names. `gaps`: the stops right before which others are out of sight.
    """

    chart: Chart
    stops: tuple[_Stop, ...]
    x: int
    pitch: int
    top: int
    hidden_left: int = 0
    hidden_right: int = 0
    brief: bool = False
    arrows: bool = True
    gaps: frozenset[int] = frozenset()

    def column(self, index: int) -> int:
        """The column of a stop's symbol."""
        return self.x + index * self.pitch

    def before(self, index: int) -> tuple[str, ...]:
        """What stands right before a stop: all that comes in there, or the one value."""
        stops = self.stops[:index]
        for place in range(len(stops), 0, -1):
            if stops[place - 1].name in self.chart.computed:
                return tuple(stop.name for stop in stops[place:] or stops[-1:])
        return tuple(stop.name for stop in stops)

    def value_before(self, index: int) -> str:
        """The value that a stop may follow from: the last one before it that is computed, or is samples."""
        aside = (self.chart.shared, self.chart.beside)
        return next((stop.name for stop in reversed(self.stops[:index]) if not any(stop.name in a for a in aside)), "")


def rail_height(scene: Scene) -> int:
    """The rows that the rail takes."""
    return 3 + _channel_rows(chart_of(scene.session.program.graph))


def draw_rail(canvas: Canvas, scene: Scene) -> None:
    """`a⁽⁰⁾ → W⁽⁰⁾  b⁽⁰⁾ → z⁽¹⁾ → a⁽¹⁾ … → E`, under it the gradients, under them the hooks."""
    rail = _plan(scene, canvas.width)
    for index, stop in enumerate(rail.stops):
        _draw_stop(canvas, scene, rail, index, stop)
    _draw_channels(canvas, scene, rail)
    muted = style(scene.palette.muted)
    if rail.hidden_left:
        canvas.write(0, rail.top, f"{scene.glyphs.more_left} {rail.hidden_left}", muted)
    if rail.hidden_right:
        text = f"{rail.hidden_right} {scene.glyphs.more_right}"
        canvas.write(canvas.width - width_of(text), rail.top, text, muted)


def _stops(chart: Chart) -> list[_Stop]:
    """Every quantity in reading order, what is shared first; E without what it is compared with."""
    stops = [_Stop(name, SHARED) for name in chart.shared]
    for index, box in enumerate(chart.boxes):
        stops += [_Stop(name, index) for track in box.tracks for name in track]
    return stops


def _channel_rows(chart: Chart) -> int:
    names = [stop.name for stop in _stops(chart)]
    return int(bool(chart.shared) or any(True for _ in _leaps(chart, names)))


def _leaps(chart: Chart, names: list[str]) -> Iterator[tuple[str, str]]:
    """The links that lead over another value."""
    values = [name for name in names if name not in chart.shared and name not in chart.beside]
    places = {name: place for place, name in enumerate(values)}
    for link in chart.links:
        if places.get(link.reader, 0) - places.get(link.source, 0) > 1:
            yield link.source, link.reader


def _plan(scene: Scene, width: int) -> _Rail:
    """All stops if they fit: names give up the parentheses of their layers before there is no room for arrows."""
    chart = chart_of(scene.session.program.graph)
    stops, top = _stops(chart), _channel_rows(chart)
    narrowest = {brief: _narrowest(scene, stops, brief) for brief in (False, True)}
    for arrows in (True, False):
        for brief in (False, True):
            least = narrowest[brief] + arrows
            last = width_of(quantity_text(scene, stops[-1].name, brief=brief)) + 1
            pitch = min(max(WIDEST_PITCH, least), (width - 3 - last) // max(1, len(stops) - 1))
            if pitch >= least:
                used = (len(stops) - 1) * pitch + last
                x = 2 if pitch == PITCH else max(2, (width - used) // 2)
                return _Rail(chart, tuple(stops), x, pitch, top, brief=brief, arrows=arrows)
    return _scrolled(scene, chart, stops, width, narrowest[True] + 1, top)


def _narrowest(scene: Scene, stops: list[_Stop], brief: bool) -> int:
    """The cells from one name to the next, with one for a mark between."""
    return 1 + max(width_of(quantity_text(scene, stop.name, brief)) for stop in stops)


def _scrolled(scene: Scene, chart: Chart, stops: list[_Stop], width: int, pitch: int, top: int) -> _Rail:
    """As many stops as fit: those that have to be seen, then those around them."""
    count = min(len(stops), max(1, (width - 2 * _STUB) // pitch))
    shown = _kept_in_sight(scene, stops, active_box(scene, chart), count)
    hidden = [index for index in range(len(stops)) if index not in shown]
    seen = {stops[index].box for index in shown} | {0, len(chart.boxes) - 1}

    def count_of(side: list[int]) -> int:
        """Boxes of which nothing is in sight, and what is shared: one at least where something is hidden."""
        found = {stops[index].box if stops[index].box != SHARED else stops[index].name for index in side}
        return max(len(found - seen), int(bool(side)))

    left, right = ([i for i in hidden if i < shown[0]], [i for i in hidden if i > shown[-1]])
    gaps = frozenset(place for place, (before, index) in enumerate(pairwise(shown), 1) if index - before > 1)
    there = tuple(stops[index] for index in shown)
    return _Rail(chart, there, _STUB, pitch, top, count_of(left), count_of(right), brief=True, gaps=gaps)


def _kept_in_sight(scene: Scene, stops: list[_Stop], active: int, count: int) -> list[int]:
    """The places of the stops in sight: what has to be seen, the active box, and the nearest to the middle of both."""
    places = {stop.name: index for index, stop in enumerate(stops)}
    first = [places[name] for name in asked(scene) if name in places]
    own = [index for index, stop in enumerate(stops) if stop.box == active]
    near = [index for index in (*first, *own) if stops[index].box != SHARED] or first or [0]
    kept = near if max(near) - min(near) < count - len(set(first) - set(near)) else near[:1]
    center = (min(kept) + max(kept)) / 2
    nearest = sorted(range(len(stops)), key=lambda index: abs(index - center))
    return sorted(list(dict.fromkeys([*first, *own, *nearest]))[:count])


def quantity_text(scene: Scene, name: str, brief: bool) -> str:
    """The longer of the texts of the quantity and its gradient."""
    gradient = f"grad_{name}"
    return quantity(scene, gradient if exists(scene, gradient) else name, brief=brief).text


def _draw_stop(canvas: Canvas, scene: Scene, rail: _Rail, index: int, stop: _Stop) -> None:
    x = rail.column(index)
    _draw_symbol(canvas, scene, rail, x, rail.top, stop.name)
    gradient = f"grad_{stop.name}"
    if exists(scene, gradient):
        _draw_symbol(canvas, scene, rail, x, rail.top + 1, gradient)
    if index and rail.arrows and stop.box != SHARED:
        _draw_arrows(canvas, scene, rail, index, stop)
    if index in rail.gaps and canvas.text_at(x - 2, rail.top) == " ":
        canvas.write(x - 2, rail.top, scene.glyphs.not_computed, style(scene.palette.muted))


def _draw_arrows(canvas: Canvas, scene: Scene, rail: _Rail, index: int, stop: _Stop) -> None:
    """The arrow into a stop from the value before it, and back to all that stands right before it."""
    arrow, before = rail.column(index) - 2, rail.value_before(index)
    ahead = scene.glyphs.join if stop.name in rail.chart.joins else scene.glyphs.right_arrow
    reader = _reader_of(rail, index)
    if reader and (rail.stops[index - 1].name in rail.chart.computed or rail.stops[index - 1].name == before):
        # The arrow before W is the one into this layer, which its z needs.
        look = link_style(scene, FORWARD, before, reader)
        if any(link.source == before for link in rail.chart.links_by_reader.get(reader, ())):
            canvas.write(arrow, rail.top, ahead, look)
    elif stop.name in rail.chart.computed and index not in rail.gaps:
        canvas.write(arrow, rail.top, ahead, link_style(scene, FORWARD, before, stop.name))
    if stop.name in rail.chart.computed:
        aside = rail.chart.beside if index not in rail.gaps else frozenset[str]()
        own = aside | {link.source for link in rail.chart.links_by_reader.get(stop.name, ())}
        reached = [name for name in rail.before(index) if name in own and exists(scene, f"grad_{name}")]
        if reached:
            canvas.write(arrow, rail.top + 1, scene.glyphs.left_arrow, back_style(scene, stop.name, reached))


def _reader_of(rail: _Rail, index: int) -> str:
    """The computed stop that this stop is, or stands in front of."""
    return next((stop.name for stop in rail.stops[index:] if stop.name in rail.chart.computed), "")


def _draw_symbol(canvas: Canvas, scene: Scene, rail: _Rail, x: int, y: int, name: str) -> None:
    found = quantity(scene, name, brief=rail.brief)
    length = width_of(found.text)
    if found.role is Role.WRITTEN:
        margin = " " if rail.pitch >= PITCH else ""
        text = made_text(scene, found.text, rail.pitch - 2)
        canvas.write(x - 1, y, f"{mark_of(scene, found)}{text}{margin}", selected_style(scene.palette))
    else:
        look = symbol_style(scene, found)
        canvas.write(x - 1, y, mark_of(scene, found), look)
        canvas.write(x, y, found.text, look)
    canvas.mark(x - 1, y, length + 1, 1, Target("quantity", name))


# channels and hooks


def _draw_channels(canvas: Canvas, scene: Scene, rail: _Rail) -> None:
    columns = {stop.name: rail.column(index) + 2 for index, stop in enumerate(rail.stops)}
    lit = lit_sources(scene)
    names = [stop.name for stop in rail.stops]
    leaps: dict[str, tuple[str, ...]] = {}
    for source, reader in _leaps(rail.chart, names):
        if source in columns and reader in columns:
            leaps[source] = (*leaps.get(source, ()), reader)
    for name in rail.chart.shared:
        readers = tuple(reader for reader in rail.chart.readers[name] if reader in columns)
        if name in columns and readers:
            leaps[name] = readers
    routes = [Route(source, readers) for source, readers in leaps.items()]
    if rail.top:
        for route in _on_one_row(scene, rail, routes, columns, lit):
            _draw_leap(canvas, scene, route, columns, 0, above=True)
    back = [route for route in routes if exists(scene, f"grad_{route.source}")]
    for source, reader in _hooks(scene, rail):
        # A value that also leaps gets all its ways back on one line.
        others = next((route.readers for route in back if route.source == source), ())
        back = [route for route in back if route.source != source]
        back.append(Route(source, (reader, *others), is_hook=True))
    for route in _on_one_row(scene, rail, back, columns, lit):
        _draw_leap(canvas, scene, route, columns, rail.top + 2, above=False)
        draw_ones(canvas, scene, rail.chart, route, columns, rail.top + 2)
    _draw_terms(canvas, scene, rail)


def _on_one_row(
    scene: Scene, rail: _Rail, routes: list[Route], columns: dict[str, int], lit: frozenset[str]
) -> list[Route]:
    """The routes that have room; of several that are shared those of the step shown, else the first, is drawn."""
    return [route for route in coloured(routes, columns, 1, lit) if route.row == 0]


def _hooks(scene: Scene, rail: _Rail) -> Iterator[tuple[str, str]]:
    """From a gradient over the parameters beside it back to the value before."""
    for index, stop in enumerate(rail.stops):
        source = rail.value_before(index)
        if stop.name not in rail.chart.computed or rail.stops[index - 1].name == source:
            continue
        linked = any(link.source == source for link in rail.chart.links_by_reader.get(stop.name, ()))
        if linked and exists(scene, f"grad_{source}"):
            yield source, stop.name


def _draw_leap(canvas: Canvas, scene: Scene, route: Route, columns: dict[str, int], y: int, *, above: bool) -> None:
    box, glyphs = scene.glyphs.card, scene.glyphs
    ends = sorted({columns[name] for name in (route.source, *route.readers)})
    look = link_style(scene, FORWARD if above else BACKWARD, route.source, *route.readers)
    if not above:
        widest = max(pairwise(ends), key=lambda pair: pair[1] - pair[0])
        draw_hook(canvas, ends[0], ends[-1], y, look, glyphs, arrow_at=sum(widest) // 2)
    else:
        canvas.write(ends[0], y, box.top_left + glyphs.rule * (ends[-1] - ends[0] - 1) + box.top_right, look)
    for column in ends[1:-1]:
        canvas.write(column, y, box.tee_top if above else box.tee_bottom, look)
    if route.is_hook or ends[1] - ends[0] < 9:
        return
    name = route.source if above else f"grad_{route.source}"
    text = f" {symbol_text(scene.shown.symbol(name), glyphs, notation=scene.notation, brief=True)} "
    if ends[1] - ends[0] > width_of(text) + 4 and above:
        canvas.write(ends[0] + (ends[1] - ends[0] - width_of(text)) // 2 + 1, y, text, look)


def _draw_terms(canvas: Canvas, scene: Scene, rail: _Rail) -> None:
    """`Σ 2 of 3` at the end of the lowest row: how far the sum has come that is being gathered."""
    if not scene.view.is_done:
        return
    target = scene.view.step.target
    found = [name for name in rail.chart.shared if exists(scene, f"grad_{name}")]
    if target.bare.id in found and target.prefix == "grad":
        ready, terms = ready_terms(scene, rail.chart, target.bare.id)
        text = f"{scene.glyphs.sum} {ready} of {terms}"
        x = canvas.width - width_of(text) - 1
        for y in (rail.top + 2, 0):
            if all(canvas.text_at(x + place, y) == " " for place in range(-1, width_of(text))):
                canvas.write(x, y, text, style(scene.palette.muted))
                break
