"""Draws what lies between and around the cards of the map: arrows, channels and hooks, and what is folded."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, pairwise

from rich.style import Style

from nablastep.program import BACKWARD, FORWARD
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.heat import draw_map_strip
from nablastep_tui.draw.lines import crossing
from nablastep_tui.draw.map.card import Card, Slot
from nablastep_tui.draw.map.chart import Chart, Link
from nablastep_tui.draw.map.folds import STUB_WIDTH, Fold
from nablastep_tui.draw.map.plan import MapPlan
from nablastep_tui.draw.map.quantity import (
    exists,
    flow_style,
    is_lit_back,
    link_style,
    lit_sources,
    quantity,
    strip_picture,
)
from nablastep_tui.draw.map.route import Route, backward_routes, coloured, forward_routes, is_hooked
from nablastep_tui.draw.map.tracks import column_of, track_rows
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Scene, Target


def draw_flow(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """Forward arrows above, backward arrows below, on tracks and from card to card; then channels and folds."""
    for x, card in plan.cards:
        for number, (forward, backward) in track_rows(scene, plan, card).items():
            _draw_inner_arrows(canvas, scene, plan, x, card.tracks[number], forward, backward)
    for left, right in pairwise(plan.items):
        _draw_between(canvas, scene, plan, left, right)
    columns = column_of(plan)
    for route, above in _channels(scene, plan):
        if route.row >= 0:
            _draw_channel(canvas, scene, plan, route, columns, above=above)
    for x, item in plan.items:
        if isinstance(item, Fold):
            _draw_fold(canvas, scene, plan, x, item)


def back_style(scene: Scene, reader: str, sources: Iterable[str]) -> Style:
    """The style of an arrow from ∇reader to the gradients of what it reads."""
    sources = tuple(sources)
    if any(is_lit_back(scene, source, reader) for source in sources):
        return accent_style(scene.palette)
    return flow_style(scene, BACKWARD, *(f"grad_{source}" for source in sources if exists(scene, f"grad_{source}")))


# inside of cards


def _draw_inner_arrows(
    canvas: Canvas, scene: Scene, plan: MapPlan, x: int, track: tuple[Slot, ...], forward: int, backward: int
) -> None:
    """`→` into what is computed, `⊕` where ways join; `←` from its gradient to those of all that is right before it."""
    for place, (before, slot) in enumerate(pairwise(track), 1):
        if slot.name not in plan.chart.computed:
            continue
        middle = x + (before.x + before.width + slot.x - 1) // 2
        linked = [link.source for link in plan.chart.links_by_reader.get(slot.name, ()) if link.reach != "over"]
        ahead = link_style(scene, FORWARD, linked[0] if linked else before.name, slot.name)
        sign = scene.glyphs.join if slot.name in plan.chart.joins else scene.glyphs.right_arrow
        canvas.write(middle, forward, sign, ahead)
        reached = [other.name for other in _before(plan, track[:place])]
        if any(exists(scene, f"grad_{name}") for name in reached):
            canvas.write(middle, backward, scene.glyphs.left_arrow, back_style(scene, slot.name, reached))


def _before(plan: MapPlan, track: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """What stands right before the end of a piece of track: all that comes in there, or the one value."""
    for place in range(len(track), 0, -1):
        if track[place - 1].name in plan.chart.computed:
            return track[place:] or track[-1:]
    return track


# from card to card


def _draw_between(
    canvas: Canvas, scene: Scene, plan: MapPlan, left: tuple[int, Card | Fold], right: tuple[int, Card | Fold]
) -> None:
    start, length = left[0] + left[1].width, right[0] - left[0] - left[1].width
    rule = scene.glyphs.rule * (length - 1)
    if isinstance(left[1], Fold) or isinstance(right[1], Fold):
        _draw_to_fold(canvas, scene, plan, start, rule, left[1], right[1])
        return
    ends = {card.index: track_rows(scene, plan, card) for card in (left[1], right[1])}
    for link in plan.chart.links:
        there = plan.chart.box_of[link.source], plan.chart.box_of[link.reader]
        if link.reach != "box" or there != (left[1].index, right[1].index):
            continue
        end, index = (link.source, there[0]) if left[1].is_inline else (link.reader, there[1])
        rows = ends[index].get(plan.chart.track_of(end))
        if rows is None:
            continue
        readers = _readers_in(plan, link, there[1])
        canvas.write(start, rows[0], rule + scene.glyphs.right_arrow, link_style(scene, FORWARD, link.source, *readers))
        if not is_hooked(plan.chart, link) and exists(scene, f"grad_{link.source}"):
            back = link_style(scene, BACKWARD, link.source, *readers)
            canvas.write(start, rows[1], scene.glyphs.left_arrow + rule, back)


def _readers_in(plan: MapPlan, link: Link, index: int) -> tuple[str, ...]:
    """Those that read the link's source in a box and whose lines are one with it: tracks have lines of their own."""
    box = plan.chart.boxes[index]
    if len(box.tracks) > 1:
        return (link.reader,)
    return tuple(name for name in plan.chart.readers[link.source] if plan.chart.box_of[name] == index)


def _draw_to_fold(
    canvas: Canvas, scene: Scene, plan: MapPlan, x: int, rule: str, left: Card | Fold, right: Card | Fold
) -> None:
    """One arrow into a fold or out of it."""
    here, there = (item.boxes if isinstance(item, Fold) else (item.index,) for item in (left, right))
    links = [
        link
        for link in plan.chart.links
        if link.reach == "box"
        and plan.chart.box_of[link.source] == here[-1]
        and plan.chart.box_of[link.reader] == there[0]
    ]
    if links:
        readers = tuple(link.reader for link in links)
        look = link_style(scene, FORWARD, links[0].source, *readers)
        canvas.write(x, plan.values_row, rule + scene.glyphs.right_arrow, look)


# over and under the cards


def _channels(scene: Scene, plan: MapPlan) -> list[tuple[Route, bool]]:
    """All routes, each with whether it goes over the cards; those that found no row have row −1."""
    columns, lit = column_of(plan), lit_sources(scene)
    over = coloured(forward_routes(plan.chart), columns, plan.up, lit)
    under = coloured(backward_routes(plan.chart), columns, plan.down, lit)
    return [(route, True) for route in over] + [(r, False) for r in under if exists(scene, f"grad_{r.source}")]


def draw_channel_names(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """What flows in the channels, written when all lines are drawn: where lines cross there is no room for it."""
    columns = column_of(plan)
    for route, above in _channels(scene, plan):
        if route.row < 0:
            _draw_ports(canvas, scene, plan, route, columns, above=above)
        elif not route.is_hook:
            if not above:
                draw_ones(canvas, scene, plan.chart, route, columns, _row_of(plan, route, above=False))
            _name_channel(canvas, scene, plan, route, columns, above=above)


def _draw_ports(
    canvas: Canvas, scene: Scene, plan: MapPlan, route: Route, columns: dict[str, int], *, above: bool
) -> None:
    """`h↓` over a reader, `↓∇h` under it, where the channel found no row: as far as the place is free."""
    name = route.source if above else f"grad_{route.source}"
    text = symbol_text(scene.shown.symbol(name), scene.glyphs, notation=scene.notation, brief=True)
    port = f"{text}{scene.glyphs.down_arrow}" if above else f"{scene.glyphs.down_arrow}{text}"
    y = plan.card_top - 1 if above else plan.card_top + plan.card_height
    for reader in route.readers:
        x = columns[reader] - width_of(port) + 1 if above else columns[reader]
        if all(canvas.text_at(place, y) == " " for place in range(x - 1, x + width_of(port) + 1)):
            look = link_style(scene, FORWARD if above else BACKWARD, route.source, reader)
            canvas.write(x, y, port, look)
            canvas.mark(x, y, width_of(port), 1, Target("quantity", name))


def _draw_channel(
    canvas: Canvas, scene: Scene, plan: MapPlan, route: Route, columns: dict[str, int], *, above: bool
) -> None:
    """`┌── h ──┬───┐` over the cards, `└──‹ ∇h ──┘` under them, with its ends down to the edge of the cards."""
    box = scene.glyphs.card
    source, ends = columns[route.source], sorted({columns[name] for name in route.readers})
    y = _row_of(plan, route, above=above)
    left, right = min(source, *ends), max(source, *ends)
    whole = link_style(scene, FORWARD if above else BACKWARD, route.source, *route.readers)
    corners = (box.top_left, box.top_right, box.tee_top) if above else (
        scene.glyphs.hook_left, scene.glyphs.hook_right, box.tee_bottom)  # fmt: skip
    canvas.horizontal(left, y, right - left + 1, scene.glyphs.rule, whole)
    for column in {source, *ends}:
        corner = corners[0] if column == left else corners[1] if column == right else corners[2]
        canvas.write(column, y, corner, whole)
        for row in range(route.row):
            below = plan.card_top - 1 - row if above else plan.card_top + plan.card_height + row
            canvas.write(column, below, crossing(canvas.text_at(column, below), scene.glyphs), whole)
    if route.is_hook:
        canvas.write(_hook_arrow(plan, route, left, right), y, scene.glyphs.hook_arrow, whole)


def _row_of(plan: MapPlan, route: Route, *, above: bool) -> int:
    return plan.card_top - 1 - route.row if above else plan.card_top + plan.card_height + route.row


def _name_channel(
    canvas: Canvas, scene: Scene, plan: MapPlan, route: Route, columns: dict[str, int], *, above: bool
) -> None:
    """What flows there, in the middle of the longest piece that no other line crosses."""
    name = route.source if above else f"grad_{route.source}"
    text = symbol_text(scene.shown.symbol(name), scene.glyphs, notation=scene.notation, brief=plan.brief)
    label = f" {text} " if above else f"{scene.glyphs.hook_arrow} {text} "
    y, ends = _row_of(plan, route, above=above), [columns[each] for each in (route.source, *route.readers)]
    free = [x for x in range(min(ends), max(ends) + 1) if canvas.text_at(x, y) == scene.glyphs.rule]
    pieces = [[x for _, x in piece] for _, piece in groupby(enumerate(free), key=lambda at: at[1] - at[0])]
    longest = max(pieces, key=len, default=[])
    if len(longest) > width_of(label) + 1:
        x = longest[0] + (len(longest) - width_of(label) + 1) // 2
        look = link_style(scene, FORWARD if above else BACKWARD, route.source, *route.readers)
        canvas.write(x, y, label, look)
        canvas.mark(x, y, width_of(label), 1, Target("quantity", name))


def draw_ones(canvas: Canvas, scene: Scene, chart: Chart, route: Route, columns: dict[str, int], y: int) -> None:
    """`── ×1 ─┘` before the ends of a way back on which the gradient comes as it is: the reader adds the quantity."""
    text = f" {scene.glyphs.times}1 "
    for reader in route.readers:
        x = columns[reader] - width_of(text) - 1
        room = range(x - 1, columns[reader])
        if (route.source, reader) in chart.as_is and all(canvas.text_at(at, y) == scene.glyphs.rule for at in room):
            canvas.write(x, y, text, link_style(scene, BACKWARD, route.source, *route.readers))


def _hook_arrow(plan: MapPlan, route: Route, left: int, right: int) -> int:
    """The column of a hook's arrow head: between the cards that it joins."""
    here, there = (plan.chart.box_of[name] for name in (route.source, route.readers[0]))
    edges = {card.index: (x, x + card.width) for x, card in plan.cards}
    if here != there and here in edges and there in edges:
        return edges[here][1] + (edges[there][0] - edges[here][1]) // 2
    return (left + right) // 2


# what is folded


def _draw_fold(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, fold: Fold) -> None:
    """`‹ 3 layers` and `4 layers ›` at the ends, with the weights of the nearest ones as strips; `⋯ 4 ⋯` between."""
    boxes = [plan.chart.boxes[index] for index in fold.boxes]
    inner = [box for box in boxes if 0 < box.number < plan.chart.last]
    is_left, is_right = fold is plan.items[0][1], fold is plan.items[-1][1]
    muted = style(scene.palette.muted)
    if not is_left and not is_right:
        dots = scene.glyphs.not_computed * 2
        canvas.write(x, plan.symbols_row, f"{dots} {len(boxes)} {dots}", muted)
        return
    noun = "layer" if scene.session.network.layers else "block"
    what = f"{len(inner)} {noun}{'s' if len(inner) > 1 else ''}" if inner else boxes[0].title
    text = f"{scene.glyphs.more_left} {what}" if is_left else f"{what} {scene.glyphs.more_right}"
    canvas.write(x, plan.symbols_row, text, muted)
    rows = range(plan.values_row + 1, plan.card_top + plan.card_height - 1)
    learned = [_first_learned(scene, box.names) for box in (reversed(inner) if is_left else inner)]
    for y, name in zip(rows, (name for name in learned if name), strict=False):
        found = quantity(scene, name)
        picture = strip_picture(found, STUB_WIDTH - 2)
        draw_map_strip(canvas, x, y, picture, STUB_WIDTH - 2, found.shape[0], scene.palette, scene.glyphs)
        canvas.mark(x, y, STUB_WIDTH, 1, Target("quantity", name))


def _first_learned(scene: Scene, names: tuple[str, ...]) -> str:
    learned = {symbol.id for symbol in scene.session.program.parameters}
    return next((name for name in names if name in learned), "")
