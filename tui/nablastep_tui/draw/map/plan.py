"""Where the cards of the map lie: how much of each quantity is written as numbers, and which cards are in sight.

A style says how generous a card is. The most generous one is taken with which all cards fit, or with which the active
card and both its neighbours always fit. The active card has the first claim on numbers, and in it what the step makes
and reads: where its own are not all written, the others become strips for it. Cards fold where there is no room for
them as strips. Nothing that takes rows depends on the step, so that the regions below stand still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress
from operator import not_

from nablastep.expressions import WEIGHTS
from nablastep.program import Program
from nablastep.transposition import Convention
from nablastep_tui.draw.map.chart import Box, Chart, Track, chart_of
from nablastep_tui.draw.map.quantity import active_box, asked, box_of_step, touched
from nablastep_tui.draw.map.route import rows_needed
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.scene.scene import Scene

STUB_WIDTH, FOLD_WIDTH = 10, 7
SMALLEST_CARD_GAP, LARGEST_CARD_GAP = 2, 8
SIDE_WIDTH = 8
"""The least width of what stands in the input and the loss card: E with four decimals, the legend of the fills."""
MOST_COLUMNS = 6
FEW = 4
"""So many cards do not fold for the sake of numbers."""
TITLE_WIDTH = 27
"""So wide a card is made for its title's sake."""
MOST_CHANNELS = 2
MOST_LANE_ROWS = 4
"""The tallest matrix that is written in numbers."""
_DECIMALS = {10: 6, 6: 3, 5: 2}


@dataclass(frozen=True)
class CardStyle:
    """`cell`: cells per number. `columns`, `rows`: the largest matrix that is written in numbers; larger ones are
    strips of heat, `strips` cells wide for what is read as it comes in and for the rest."""

    cell: int
    columns: int
    rows: int
    strips: tuple[int, int]

    @property
    def decimals(self) -> int:
        """Decimals that a cell has room for."""
        return _DECIMALS[self.cell]


_STRIPS_ONLY = tuple(CardStyle(6, 0, 0, strips) for strips in ((28, 16), (16, 9), (10, 8), (8, 5), (5, 5)))


@dataclass(frozen=True)
class Measured:
    """What the layout needs to know of a quantity. `longest`: the width of the longer of its symbol and its
    gradient's, so that both lanes are laid out alike; `own`: of weights the strips are wider."""

    name: str
    rows: int
    columns: int
    longest: int
    own: bool
    has_gradient: bool


@dataclass(frozen=True)
class MeasuredBox:
    """The quantities of a card by tracks; `is_side`: of what comes in, and of E. `least`: what its title takes."""

    tracks: tuple[tuple[Measured, ...], ...]
    is_side: bool
    least: int

    @property
    def is_inline(self) -> bool:
        """Whether names and values stand side by side, as several tracks lie one under the other."""
        return len(self.tracks) > 1


Measures = tuple[MeasuredBox, ...]


@dataclass(frozen=True)
class Slot:
    """A place for a quantity above and its gradient below; `x` counts from the card's left edge."""

    measured: Measured
    x: int
    width: int
    numeric: bool

    @property
    def name(self) -> str:
        """The id of the quantity above."""
        return self.measured.name


@dataclass(frozen=True)
class Card:
    """A box with a width. On one track values stand under their names, on several beside them. `only`: the quantities
    that may be written in numbers, if not all."""

    index: int
    tracks: tuple[tuple[Slot, ...], ...]
    width: int
    style: CardStyle
    only: frozenset[str] | None = None

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All slots in reading order."""
        return tuple(slot for track in self.tracks for slot in track)

    @property
    def is_inline(self) -> bool:
        """Whether several tracks lie one under the other."""
        return len(self.tracks) > 1


@dataclass(frozen=True)
class Fold:
    """Boxes out of sight, by index, in a gap of the map `width` cells wide."""

    boxes: tuple[int, ...]
    width: int


@dataclass(frozen=True, eq=False)
class MapPlan:
    """What stands in the map from left to right, each with its left edge, and the rows of its bands.

    `numbers`: the rows of the tallest matrix in numbers, whichever step is shown. `up`, `down`: rows of channels above
    and below the cards. `gathers`: below them are rows for the gradients of what is shared. `brief`: names are written
    without the parentheses of their layers.
    """

    chart: Chart
    items: tuple[tuple[int, Card | Fold], ...]
    lane: int
    card_height: int
    up: int
    down: int
    gap: int
    gathers: bool
    numbers: int
    brief: bool = False

    @property
    def cards(self) -> tuple[tuple[int, Card], ...]:
        """The cards in sight with their left edges."""
        return tuple((x, item) for x, item in self.items if isinstance(item, Card))

    @property
    def has_bus(self) -> bool:
        """Whether shared quantities have rows of their own."""
        return bool(self.chart.shared)

    @property
    def card_top(self) -> int:
        """The row of the cards' upper edge."""
        return 2 * self.has_bus + self.up

    @property
    def height(self) -> int:
        """All rows of the map."""
        return self.card_top + self.card_height + self.down + 2 * self.gathers

    @property
    def symbols_row(self) -> int:
        """The row of the symbols in cards of one track."""
        return self.card_top + 1

    @property
    def values_row(self) -> int:
        """The first row of the values in cards of one track."""
        return self.card_top + 2

    @property
    def gradients_row(self) -> int:
        """The row of the gradients' symbols in cards of one track."""
        return self.values_row + self.lane + 1

    @property
    def tracks_shown(self) -> int:
        """How many tracks a card has rows for."""
        return (self.card_height - 2) // 2


Claim = tuple[int, str, frozenset[str]]
"""A card with the first claim on numbers, the quantity in it that comes first, and all that come before others."""


def lanes_to_try(scene: Scene, most: int) -> range:
    """The rows that lanes may have on a map of `most` rows, the tallest first: numbers need few, tracks take all."""
    tracks = max(len(box.tracks) for box in chart_of(scene.session.program.graph).boxes)
    return range(max(MOST_LANE_ROWS, min(tracks, most // 2)), 0, -1)


def plan_map(scene: Scene, width: int, rows: int) -> MapPlan:
    """The plan for a map of that width with lanes of at most `rows` rows."""
    program = scene.session.program
    chart = chart_of(program.graph)
    brief, measures = _named(scene, chart, width, rows)
    active, step = active_box(scene, chart), scene.view.step
    upcoming = chart.box_of.get(step.target.bare.id, active)
    claiming = active if scene.view.is_done or measures[upcoming].is_inline else upcoming
    claim = claiming, step.target.bare.id, touched(program, step)
    gathers = any(f"grad_{name}" in program.symbols for name in chart.shared)
    return _planned(
        chart,
        brief,
        measures,
        width,
        rows,
        active,
        claim,
        _wanted(scene, chart, active),
        _claims(program, chart),
        gathers,
    )


@lru_cache(maxsize=64)
def _claims(program: Program, chart: Chart) -> tuple[Claim, ...]:
    """The claims of all steps."""
    found = ((box_of_step(chart, step), step.target.bare.id, touched(program, step)) for step in program.steps)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def _planned(
    chart: Chart,
    brief: bool,
    measures: Measures,
    width: int,
    rows: int,
    active: int,
    claim: Claim,
    wanted: tuple[int, ...],
    claims: tuple[Claim, ...],
    gathers: bool,
) -> MapPlan:
    """`claim` is that of the active card, at first of the card of the step to come; `claims` are those of all steps."""
    lanes = min(rows, MOST_LANE_ROWS)
    cards = _claimed(measures, width, lanes, claim)
    folded = _folded(cards, _in_sight(cards, active, wanted, width))
    room = width - sum(item.width + SMALLEST_CARD_GAP for item in folded if isinstance(item, Fold))
    roomy = _roomier(tuple(item for item in folded if isinstance(item, Card)), measures, room)
    gaps = len(folded) - 1
    gap = min(LARGEST_CARD_GAP, SMALLEST_CARD_GAP + ((room - _total(roomy)) // gaps if gaps else 0))
    by_index = {card.index: card for card in roomy}
    items = [item if isinstance(item, Fold) else by_index[item.index] for item in folded]
    x = max(0, (width - sum(item.width for item in items) - gap * gaps) // 2)
    placed = []
    for item in items:
        placed.append((x, item))
        x += item.width + gap
    up, down = rows_needed(chart, MOST_CHANNELS)
    # There is always a row below the cards, so that networks of one layer stand like all others; tracks take it.
    blank = int(not down and not gathers)
    lane = _lane_of(measures, width, lanes, claims)
    height = _card_height(measures, lane, rows, blank)
    down += blank - max(0, height - 2 - max(2 * lane + 3, 2 * rows + 3))
    tall = max(lane, (height - 5) // 2)
    return MapPlan(chart, tuple(placed), tall, height, up, down, gap, gathers, lane, brief)


def _card_height(measures: Measures, lane: int, rows: int, blank: int) -> int:
    """Rows of a card: two lanes, symbols and the line between; or as many tracks as that many lanes would take."""
    tracks = max(len(box.tracks) for box in measures)
    stacked = 2 * lane + 3
    if tracks > 1:
        stacked = max(stacked, min(2 * tracks, 2 * rows + 3 + blank))
    return stacked + 2


# what there is to lay out


def _named(scene: Scene, chart: Chart, width: int, rows: int) -> tuple[bool, Measures]:
    """Whether names are shortened, and all quantities: a long notation gives up its parentheses before cards scroll."""
    measures = _measures(scene, chart, brief=False)
    if scene.notation == "unicode" or _choose(measures, width, rows)[2]:
        return False, measures
    return True, _measures(scene, chart, brief=True)


def _measures(scene: Scene, chart: Chart, *, brief: bool) -> Measures:
    view, program = scene.shown, scene.session.program
    sizes = tuple((name, view.size(name)) for name in dict.fromkeys(
        dimension for symbol in program.symbols.values() for dimension in symbol.shape))  # fmt: skip
    return _measured_boxes(program, chart, view.convention, scene.glyphs, scene.notation, sizes, brief)


@lru_cache(maxsize=64)
def _measured_boxes(
    program: Program,
    chart: Chart,
    convention: Convention,
    glyphs: Glyphs,
    notation: str,
    sizes: tuple[tuple[str, int], ...],
    brief: bool,
) -> Measures:
    known = dict(sizes)

    def measured(name: str) -> Measured:
        symbol = convention.shown_symbol(program.symbols[name])
        rows, columns = (known[dimension] for dimension in symbol.shape) if symbol.shape else (1, 1)
        has_gradient = symbol.gradient.id in program.symbols
        named = [symbol, symbol.gradient] if has_gradient else [symbol]
        longest = max(width_of(symbol_text(other, glyphs, notation=notation, brief=brief)) for other in named)
        more = sum_mark(glyphs, len(chart.readers.get(name, ()))) if has_gradient else ""
        longest += width_of(more) + 1 if more else 0
        return Measured(name, rows, columns, longest, symbol.flips_with == WEIGHTS, has_gradient)

    return tuple(
        MeasuredBox(
            tuple(tuple(map(measured, track)) for track in _shown_tracks(chart, box)),
            box.number in {0, chart.last},
            min(width_of(box.title) + 6, TITLE_WIDTH),
        )
        for box in chart.boxes
    )


def _shown_tracks(chart: Chart, box: Box) -> tuple[Track, ...]:
    """The tracks that need slots: E itself stands above what it is compared with."""
    if box.number != chart.last or len(box.tracks[0]) > 1:
        return box.tracks
    return (box.compared,) if len(box.compared) <= 1 else tuple((name,) for name in box.compared)


def sum_mark(glyphs: Glyphs, readers: int) -> str:
    """`Σ2` beside a gradient that is added up over so many readers; nothing beside others."""
    return f"{glyphs.sum}{readers}" if readers > 1 else ""


# styles


@lru_cache(maxsize=256)
def _choose(measures: Measures, width: int, rows: int) -> tuple[CardStyle, tuple[Card, ...], bool]:
    """The most generous style that fits, its cards, and whether they fit all at once."""
    for level in _levels(measures, width, rows):
        tried = [(found, _cards(measures, found)) for found in level]
        for found, cards in tried:
            if _total(cards) <= width:
                return found, cards, True
        for found, cards in tried:
            if all(_fits_around(cards, active, width) for active in range(len(cards))):
                return found, cards, False
    return found, cards, False


@lru_cache(maxsize=1024)
def _claimed(measures: Measures, width: int, rows: int, claim: Claim) -> tuple[Card, ...]:
    """The cards; those that have no claim give up numbers so that the active one has its own."""
    _, cards, all_fit = _choose(measures, width, rows)
    active, made, _ = claim
    had = _written_out(cards[active])
    is_whole = all(slot.numeric for slot in cards[active].slots)
    if measures[active].is_inline or (is_whole and all_fit):
        return cards
    others = (cards, *_narrower(measures, width, rows))
    rooms = [[room(less, active, width) for less in others] for room in (_room_beside_all, _room_beside_two)]
    most = [max(room) for room in rooms]
    for owns in _own(measures, width, rows, claim):
        numbers = _written_out(owns[0])
        if not numbers or (len(numbers) < len(had) and (made in had or made not in numbers)):
            continue
        for room, largest in zip(rooms, most, strict=True):
            fitting = [own for own in owns if own.width <= largest]
            if fitting:
                less, own = next((less, own) for less, free in zip(others, room, strict=True)
                                 for own in fitting if own.width <= free)  # fmt: skip
                return (*less[:active], own, *less[active + 1 :])
            if is_whole:
                return cards
    return cards if had else next(_all_strips(measures, width), cards)


@lru_cache(maxsize=64)
def _narrower(measures: Measures, width: int, rows: int) -> tuple[tuple[Card, ...], ...]:
    """All cards in ever less generous styles."""
    return tuple(_cards(measures, level[-1]) for level in _levels(measures, width, rows))


def _own(measures: Measures, width: int, rows: int, claim: Claim) -> Iterator[list[Card]]:
    """The active card from most to least: all its numbers, fewer of them, at least those that the step has to do with,
    these alone, what it makes alone, and fewer still."""
    active, made, first = claim
    generous, *levels = _levels(measures, width, rows)
    whole = [_card(found, active, measures[active], 1) for found in generous]
    yield whole
    if not _numbers(whole[0]):
        return
    chosen = [_card(found, active, measures[active], 1, only=first) for found in generous]
    wanted = _written_out(chosen[0])
    fewer = [[_card(found, active, measures[active], 1) for found in level] for level in levels]
    is_enough = [wanted <= _written_out(cards[0]) for cards in fewer]
    yield from compress(fewer, is_enough)
    yield chosen
    yield [_card(found, active, measures[active], 1, only=frozenset({made})) for found in generous]
    yield from compress(fewer, map(not_, is_enough))


def _written_out(card: Card) -> frozenset[str]:
    """The quantities that are written in numbers."""
    return frozenset(slot.name for slot in card.slots if slot.numeric)


def _room_beside_all(cards: tuple[Card, ...], active: int, width: int) -> int:
    """The cells that the active card may have while no card folds."""
    return width - _total(cards) + cards[active].width


def _room_beside_two(cards: tuple[Card, ...], active: int, width: int) -> int:
    """The cells that it may have beside both neighbours and the folds around them; few cards do not fold."""
    if len(cards) <= FEW:
        return -1
    return width - _total(_folded(cards, _around(cards, active))) + cards[active].width


def _numbers(card: Card) -> int:
    return sum(slot.numeric for slot in card.slots)


def _all_strips(measures: Measures, width: int) -> Iterator[tuple[Card, ...]]:
    """All cards without numbers, as far as they fit at once."""
    for found in _STRIPS_ONLY:
        cards = _cards(measures, found)
        if _total(cards) <= width:
            yield cards


@lru_cache(maxsize=256)
def _lane_of(measures: Measures, width: int, rows: int, claims: tuple[Claim, ...]) -> int:
    """The rows of the tallest numbers on the map, whichever step is shown."""
    sizes = [(each.rows, each.columns) for box in measures if not box.is_inline for each in box.tracks[0]]
    most = max((tall for tall, wide in sizes if tall <= rows and wide <= MOST_COLUMNS), default=1)
    lane = 1
    for claim in claims:
        lane = max(lane, _lane(_claimed(measures, width, rows, claim)))
        if lane >= most:
            break
    return lane


def _lane(cards: tuple[Card, ...]) -> int:
    return max((slot.measured.rows for card in cards if not card.is_inline for slot in card.slots if slot.numeric),
               default=1)  # fmt: skip


def _levels(measures: Measures, width: int, rows: int) -> Iterator[list[CardStyle]]:
    """From most to least generous: first fewer matrices in numbers, on each level narrower numbers, shorter strips.

    If a style with lanes of k rows is taken, it is also the first that fits where lanes may have at most k rows: so
    the map finds its plan again on the canvas that it has asked for.
    """
    everything = [measured for box in measures for track in box.tracks for measured in track]
    widest = max(measured.columns for measured in everything)
    tallest = max(measured.rows for measured in everything)
    # Where branches lie side by side, the room is for all of them and not for more digits.
    cells = (10, 6, 5) if width >= 170 and not any(box.is_inline for box in measures) else (6, 5)
    for columns in range(min(widest, MOST_COLUMNS), 0, -1):
        for most_rows in range(min(tallest, rows), 0, -1):
            yield [
                CardStyle(cell, columns, most_rows, strips) for cell in cells for strips in ((16, 9), (10, 8), (8, 5))
            ]
    yield list(_STRIPS_ONLY)


def _cards(measures: Measures, chosen: CardStyle, inner_gap: int = 1) -> tuple[Card, ...]:
    return tuple(_card(chosen, index, box, inner_gap) for index, box in enumerate(measures))


def _card(chosen: CardStyle, index: int, box: MeasuredBox, inner_gap: int, only: frozenset[str] | None = None) -> Card:
    """A card in a style; `only`: the quantities that may be written in numbers, if not all."""
    if box.is_inline:
        return _inline_card(chosen, index, box)
    x = 2
    slots = []
    for measured in box.tracks[0]:
        style = chosen if only is None or measured.name in only else replace(chosen, columns=0)
        slot = _slot(style, measured, x, is_side=box.is_side)
        slots.append(slot)
        x += slot.width + inner_gap
    end = x - inner_gap
    width = max(end, SIDE_WIDTH + 2) + 1 if box.is_side else end + 2
    return Card(index, (tuple(slots),), max(width, box.least), chosen, only)


def _slot(chosen: CardStyle, measured: Measured, x: int, *, is_side: bool) -> Slot:
    is_one_number = measured.columns == measured.rows == 1
    if is_one_number or (measured.columns <= chosen.columns and measured.rows <= chosen.rows):
        return Slot(measured, x, max(measured.columns * (chosen.cell + 1) + 1, measured.longest), True)
    width = chosen.strips[0] if measured.own else chosen.strips[1]
    return Slot(measured, x, max(width, SIDE_WIDTH if is_side else measured.longest), False)


def _inline_card(chosen: CardStyle, index: int, box: MeasuredBox) -> Card:
    """Names and strips side by side, in columns over all tracks; `name [▀▀▀]` and the gap for an arrow."""
    columns = max(map(len, box.tracks))
    body = min(chosen.strips[1], 8)
    widths = [
        max(track[place].longest for track in box.tracks if place < len(track)) + 1 + body for place in range(columns)
    ]
    edges = [2 + sum(widths[:place]) + 3 * place for place in range(columns)]
    tracks = tuple(
        tuple(Slot(measured, edges[place], widths[place], False) for place, measured in enumerate(track))
        for track in box.tracks
    )
    return Card(index, tracks, max(edges[-1] + widths[-1] + 2, SIDE_WIDTH + 4, box.least), chosen)


def _roomier(shown: tuple[Card, ...], measures: Measures, width: int) -> tuple[Card, ...]:
    """The same cards with three cells between quantities, so that arrows stand free, where there is room for it."""
    wider = tuple(_card(card.style, card.index, measures[card.index], 3, card.only) for card in shown)
    return wider if _total(wider) <= width else shown


# which cards are in sight


def _wanted(scene: Scene, chart: Chart, active: int) -> tuple[int, ...]:
    """The boxes that have to be seen: those of what the step has to do with, and of what is edited or selected."""
    names = asked(scene)
    return tuple(dict.fromkeys([active, *(chart.box_of[name] for name in names if name in chart.box_of)]))


def _total(cards: tuple[Card, ...] | list[Card | Fold]) -> int:
    return sum(card.width for card in cards) + SMALLEST_CARD_GAP * (len(cards) - 1)


def _fits_around(cards: tuple[Card, ...], active: int, width: int) -> bool:
    """Whether the active card, both neighbours and the folds beside them fit; few cards do not fold."""
    return len(cards) > FEW and _total(_folded(cards, _around(cards, active))) <= width


def _around(cards: tuple[Card, ...], active: int) -> frozenset[int]:
    return frozenset(range(max(0, active - 1), min(len(cards), active + 2)))


def _in_sight(cards: tuple[Card, ...], active: int, wanted: tuple[int, ...], width: int) -> frozenset[int]:
    """The active card, those of the operands, both neighbours, then what is next to those in sight, nearest first."""
    shown = frozenset({active})
    for index in (*wanted, active + 1, active - 1):
        if 0 <= index < len(cards) and _total(_folded(cards, shown | {index})) <= width:
            shown |= {index}
    grown = True
    while grown:
        beside = {index + towards for index in shown for towards in (1, -1)} - shown
        nearest = sorted(beside, key=lambda index: (abs(index - active), -index))
        fits = (
            index for index in nearest if 0 <= index < len(cards) and _total(_folded(cards, shown | {index})) <= width
        )
        found = next(fits, None)
        grown = found is not None
        shown = shown if found is None else shown | {found}
    return shown


def _folded(cards: tuple[Card, ...], shown: frozenset[int]) -> list[Card | Fold]:
    """Cards and folds from left to right: stubs at the ends, narrow folds between."""
    items: list[Card | Fold] = []
    hidden: tuple[int, ...] = ()
    for card in cards:
        if card.index not in shown:
            hidden += (card.index,)
            continue
        if hidden:
            items.append(Fold(hidden, FOLD_WIDTH if items else STUB_WIDTH))
        items.append(card)
        hidden = ()
    return [*items, Fold(hidden, STUB_WIDTH)] if hidden else items


def badge(glyphs: Glyphs, shape: tuple[str, str]) -> list[tuple[str, str]]:
    """The dimensions of a shape as (text, dimension) pieces: `n₁×n₀`; of a vector the long one alone."""
    named = [dimension for dimension in shape if dimension != "1"] or ["1"]
    pieces: list[tuple[str, str]] = []
    for dimension in named:
        pieces += ([(glyphs.times, "1")] if pieces else []) + [(glyphs.dimension(dimension), dimension)]
    return pieces
