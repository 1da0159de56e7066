"""Where the cards of the map lie: how much of each quantity is written as numbers, and which cards are in sight.

A style says how generous the cards are. The most generous one is taken with which all cards fit, or with which the
active card and both its neighbours always fit; cards out of sight become stubs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nablastep.expressions import Shape
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.glyphs import Glyphs
from nablastep_tui.drawing.map_quantity import active_layer, exists
from nablastep_tui.drawing.map_spec import card_names
from nablastep_tui.drawing.symbols import symbol_text
from nablastep_tui.scene import Scene

SYMBOLS_ROW, VALUES_ROW = 1, 2
STUB_WIDTH = 10
SMALLEST_CARD_GAP, LARGEST_CARD_GAP = 2, 8
SIDE_WIDTH = 8
"""The least width of what stands in the input and the loss card: E with four decimals, the legend of the fills."""
MOST_COLUMNS = 6
_DECIMALS = {10: 6, 6: 3, 5: 2}


@dataclass(frozen=True)
class CardStyle:
    """`cell`: cells per number. `columns`, `rows`: the largest matrix that is written in numbers; larger ones are
    strips of heat, `strips` cells wide for weights and for the rest."""

    cell: int
    columns: int
    rows: int
    strips: tuple[int, int]

    @property
    def decimals(self) -> int:
        """Decimals that a cell has room for."""
        return _DECIMALS[self.cell]


@dataclass(frozen=True)
class Measured:
    """What the layout needs to know of a quantity. `longest`: the width of the longer of its symbol and its
    gradient's, so that both lanes are laid out alike."""

    name: str
    rows: int
    columns: int
    longest: int


Measures = tuple[tuple[Measured, ...], ...]
"""The quantities of every card: the input first, the loss last."""


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
    """`layer` 0 is the input, one more than the last layer is the loss."""

    layer: int
    slots: tuple[Slot, ...]
    width: int


@dataclass(frozen=True)
class MapPlan:
    """The cards in sight with their left edges, and how many layers lie out of sight on either side.

    `brief`: names are written without the parentheses of their layers.
    """

    style: CardStyle
    cards: tuple[tuple[int, Card], ...]
    lane: int
    gap: int
    hidden_left: int
    hidden_right: int
    stub_left: bool
    stub_right: bool
    brief: bool = False

    @property
    def card_height(self) -> int:
        """Rows of a card, its frame included."""
        return card_height(self.lane)

    @property
    def gradients_row(self) -> int:
        """The row of the gradients' symbols."""
        return VALUES_ROW + self.lane + 1


def card_height(lane: int) -> int:
    """Rows of a card whose two lanes have `lane` rows of numbers each: frame, symbols and the line between."""
    return 2 * lane + 5


def plan_map(scene: Scene, width: int, rows: int) -> MapPlan:
    """The plan for a map of that width with lanes of at most `rows` rows."""
    brief, measures = _named(scene, width, rows)
    chosen, cards, whole = _choose(measures, width, rows)
    first, last = (0, len(cards) - 1) if whole else _window(cards, active_layer(scene), width)
    left, right = first > 0, last < len(cards) - 1
    room = width - (left + right) * (STUB_WIDTH + SMALLEST_CARD_GAP)
    shown = _roomier(measures, chosen, cards[first : last + 1], room)
    gaps = len(shown) - 1 + left + right
    gap = min(LARGEST_CARD_GAP, SMALLEST_CARD_GAP + ((room - _total(shown)) // gaps if gaps else 0))
    used = sum(card.width for card in shown) + gap * gaps + (left + right) * STUB_WIDTH
    x = max(0, (width - used) // 2) + (STUB_WIDTH + gap if left else 0)
    placed = []
    for card in shown:
        placed.append((x, card))
        x += card.width + gap
    hidden = max(0, first - 1), max(0, len(cards) - 2 - last)
    return MapPlan(chosen, tuple(placed), _lane(cards), gap, *hidden, left, right, brief)


def lane_rows(scene: Scene, width: int, rows: int) -> int:
    """The rows that a lane of the map takes when it may have at most `rows`."""
    return _lane(_choose(_named(scene, width, rows)[1], width, rows)[1])


def _named(scene: Scene, width: int, rows: int) -> tuple[bool, Measures]:
    """Whether names are shortened, and all quantities: a long notation gives up its parentheses before cards scroll."""
    measures = _measures(scene, brief=False)
    if scene.notation == "unicode" or _choose(measures, width, rows)[2]:
        return False, measures
    return True, _measures(scene, brief=True)


def _measures(scene: Scene, *, brief: bool) -> Measures:
    return tuple(tuple(_measured(scene, name, brief) for name in names) for names in card_names(scene))


def _measured(scene: Scene, name: str, brief: bool) -> Measured:
    symbol = scene.shown.symbol(name)
    shape: Shape = symbol.shape
    rows, columns = (scene.shown.size(dimension) for dimension in shape or ("1", "1"))
    named = [symbol, symbol.gradient] if exists(scene, symbol.gradient.id) else [symbol]
    texts = (symbol_text(other, scene.glyphs, notation=scene.notation, brief=brief) for other in named)
    return Measured(name, rows, columns, max(map(width_of, texts)))


def _lane(cards: tuple[Card, ...]) -> int:
    return max((slot.measured.rows for card in cards for slot in card.slots if slot.numeric), default=1)


@lru_cache(maxsize=256)
def _choose(measures: Measures, width: int, rows: int) -> tuple[CardStyle, tuple[Card, ...], bool]:
    """The most generous style that fits, its cards, and whether they fit all at once."""
    for found in _styles(measures, width, rows):
        cards = _cards(measures, found)
        if _total(cards) <= width:
            return found, cards, True
        if len(cards) > 4 and all(_fits_around(cards, layer, width) for layer in range(len(cards))):
            return found, cards, False
    return found, cards, False


def _styles(measures: Measures, width: int, rows: int) -> Iterator[CardStyle]:
    """From most to least generous: first fewer matrices in numbers, then narrower numbers, then shorter strips.

    If a style with lanes of k rows is taken, it is also the first that fits where lanes may have at most k rows: so
    the map finds its plan again on the canvas that it has asked for.
    """
    widest = max((measured.columns for card in measures for measured in card), default=1)
    tallest = max((measured.rows for card in measures for measured in card), default=1)
    cells = (10, 6, 5) if width >= 170 else (6, 5)
    for columns in range(min(widest, MOST_COLUMNS), 0, -1):
        for most_rows in range(min(tallest, rows), 0, -1):
            for cell in cells:
                for strips in ((16, 9), (10, 8), (8, 5)):
                    yield CardStyle(cell, columns, most_rows, strips)
    for strips in ((28, 16), (16, 9), (10, 8), (8, 5), (5, 5)):
        yield CardStyle(cells[0], 0, 0, strips)


def _cards(measures: Measures, chosen: CardStyle, inner_gap: int = 1) -> tuple[Card, ...]:
    last = len(measures) - 1
    return tuple(
        _card(chosen, layer, card, inner_gap, is_side=layer in {0, last}) for layer, card in enumerate(measures)
    )


def _card(chosen: CardStyle, layer: int, card: tuple[Measured, ...], inner_gap: int, *, is_side: bool) -> Card:
    x = 2
    slots = []
    for measured in card:
        slot = _slot(chosen, measured, x, is_side=is_side)
        slots.append(slot)
        x += slot.width + inner_gap
    end = max(2, x - inner_gap)
    return Card(layer, tuple(slots), max(end, SIDE_WIDTH + 2) + 1 if is_side else end + 2)


def _slot(chosen: CardStyle, measured: Measured, x: int, *, is_side: bool) -> Slot:
    if measured.columns <= chosen.columns and measured.rows <= chosen.rows:
        return Slot(measured, x, max(measured.columns * (chosen.cell + 1) + 1, measured.longest), True)
    width = chosen.strips[0] if measured.name[0] == "W" else chosen.strips[1]
    return Slot(measured, x, max(width, SIDE_WIDTH if is_side else measured.longest), False)


def _total(cards: tuple[Card, ...]) -> int:
    return sum(card.width for card in cards) + SMALLEST_CARD_GAP * (len(cards) - 1)


def _fits_around(cards: tuple[Card, ...], active: int, width: int) -> bool:
    """Whether the active card, both neighbours and the stubs beside them fit."""
    return _window_width(cards, max(0, active - 1), min(len(cards) - 1, active + 1)) <= width


def _window_width(cards: tuple[Card, ...], first: int, last: int) -> int:
    stubs = (first > 0) + (last < len(cards) - 1)
    return _total(cards[first : last + 1]) + stubs * (STUB_WIDTH + SMALLEST_CARD_GAP)


def _window(cards: tuple[Card, ...], active: int, width: int) -> tuple[int, int]:
    """The first and last card in sight: the active one, then its neighbours to the right and left in turn."""
    first = last = active
    grown = True
    while grown:
        grown = False
        for step_left, step_right in ((0, 1), (1, 0)):
            wider = first - step_left, last + step_right
            if wider[0] >= 0 and wider[1] < len(cards) and _window_width(cards, *wider) <= width:
                (first, last), grown = wider, True
    return first, last


def _roomier(measures: Measures, chosen: CardStyle, shown: tuple[Card, ...], width: int) -> tuple[Card, ...]:
    """The same cards with three cells between quantities, so that arrows stand free, where there is room for it."""
    layers = {card.layer for card in shown}
    wider = tuple(card for card in _cards(measures, chosen, inner_gap=3) if card.layer in layers)
    return wider if _total(wider) <= width else shown


def badge(glyphs: Glyphs, shape: tuple[str, str]) -> list[tuple[str, str]]:
    """The dimensions of a shape as (text, dimension) pieces: `n₁×n₀`; of a vector the long one alone."""
    named = [dimension for dimension in shape if dimension != "1"] or ["1"]
    pieces: list[tuple[str, str]] = []
    for dimension in named:
        pieces += ([(glyphs.times, "1")] if pieces else []) + [(glyphs.dimension(dimension), dimension)]
    return pieces
