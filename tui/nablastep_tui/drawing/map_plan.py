"""Where the cards of the map lie: how much of each quantity is written as numbers, and which cards are in sight.

A style says how generous the cards are. The most generous one is taken with which all cards fit, or with which the
active card and both its neighbours always fit; cards out of sight become stubs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nablastep.expressions import Shape
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.glyphs import Glyphs
from nablastep_tui.drawing.map_quantity import active_layer, exists
from nablastep_tui.drawing.symbols import symbol_text
from nablastep_tui.scene import Scene

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
class Slot:
    """A place for a quantity above and its gradient below; `x` counts from the card's left edge.

    `longest` is the width of the longer of both symbols, so that both lanes are laid out alike.
    """

    name: str
    x: int
    width: int
    numeric: bool
    longest: int


@dataclass(frozen=True)
class Card:
    """`layer` 0 is the input, one more than the last layer is the loss."""

    layer: int
    slots: tuple[Slot, ...]
    width: int


@dataclass(frozen=True)
class MapPlan:
    """The cards in sight with their left edges, and how many layers lie out of sight on either side."""

    style: CardStyle
    cards: tuple[tuple[int, Card], ...]
    lane: int
    gap: int
    hidden_left: int
    hidden_right: int
    stub_left: bool
    stub_right: bool


def plan_map(scene: Scene, width: int, rows: int) -> MapPlan:
    """The plan for a map of that width with lanes of at most `rows` rows."""
    chosen, cards, whole = _choose(scene, width, rows)
    active = active_layer(scene)
    first, last = (0, len(cards) - 1) if whole else _window(cards, active, width)
    shown = cards[first : last + 1]
    stubs = (first > 0) + (last < len(cards) - 1)
    room = width - stubs * (STUB_WIDTH + SMALLEST_CARD_GAP)
    shown = _roomier(scene, chosen, shown, room)
    spare = room - _total(shown)
    gaps = len(shown) - 1 + stubs
    gap = min(LARGEST_CARD_GAP, SMALLEST_CARD_GAP + (spare // gaps if gaps else 0))
    used = sum(card.width for card in shown) + gap * gaps + stubs * STUB_WIDTH
    x = max(0, (width - used) // 2) + (STUB_WIDTH + gap if first > 0 else 0)
    placed = []
    for card in shown:
        placed.append((x, card))
        x += card.width + gap
    layers = len(cards) - 2
    return MapPlan(
        chosen,
        tuple(placed),
        _lane(scene, chosen, cards),
        gap,
        hidden_left=max(0, first - 1),
        hidden_right=max(0, layers - last),
        stub_left=first > 0,
        stub_right=last < len(cards) - 1,
    )


def lane_rows(scene: Scene, width: int, rows: int) -> int:
    """The rows that a lane of the map takes when it may have at most `rows`."""
    chosen, cards, _ = _choose(scene, width, rows)
    return _lane(scene, chosen, cards)


def _lane(scene: Scene, chosen: CardStyle, cards: list[Card]) -> int:
    heights = [_sizes(scene, slot.name)[0] for card in cards for slot in card.slots if slot.numeric]
    return max(heights, default=1)


def _choose(scene: Scene, width: int, rows: int) -> tuple[CardStyle, list[Card], bool]:
    """The most generous style that fits, its cards, and whether they fit all at once."""
    for found in _styles(scene, width, rows):
        cards = _cards(scene, found)
        if _total(cards) <= width:
            return found, cards, True
        if len(cards) > 4 and all(_fits_around(cards, layer, width) for layer in range(len(cards))):
            return found, cards, False
    return found, cards, False


def _styles(scene: Scene, width: int, rows: int) -> Iterator[CardStyle]:
    widest = max(_sizes(scene, slot.name)[1] for card in _cards(scene, CardStyle(6, 0, 0, (8, 5))) for slot in card.slots)
    cells = (10, 6, 5) if width >= 170 else (6, 5)
    for columns in range(min(widest, MOST_COLUMNS), 0, -1):
        for cell in cells:
            for strips in ((16, 9), (10, 8), (8, 5)):
                yield CardStyle(cell, columns, rows, strips)
    for strips in ((28, 16), (16, 9), (10, 8), (8, 5)):
        yield CardStyle(cells[0], 0, 0, strips)


def _cards(scene: Scene, chosen: CardStyle, inner_gap: int = 1) -> list[Card]:
    layers = len(scene.session.network.layers)
    cards = [_card(scene, chosen, 0, ["a0"], inner_gap)]
    for layer in range(1, layers + 1):
        names = [f"W{layer - 1}", f"b{layer - 1}", f"z{layer}", f"a{layer}"]
        cards.append(_card(scene, chosen, layer, [name for name in names if exists(scene, name)], inner_gap))
    return [*cards, _card(scene, chosen, layers + 1, ["y"], inner_gap)]


def _card(scene: Scene, chosen: CardStyle, layer: int, names: list[str], inner_gap: int) -> Card:
    x = 2
    slots = []
    for name in names:
        slot = _slot(scene, chosen, name, x)
        slots.append(slot)
        x += slot.width + inner_gap
    is_side = layer in {0, len(scene.session.network.layers) + 1}
    return Card(layer, tuple(slots), max(x - inner_gap, SIDE_WIDTH + 2) + 1 if is_side else x - inner_gap + 2)


def _slot(scene: Scene, chosen: CardStyle, name: str, x: int) -> Slot:
    rows, columns = _sizes(scene, name)
    symbol = scene.shown.symbol(name)
    is_side = name in {"a0", "y"}
    named = [symbol] if is_side else [symbol, symbol.gradient]
    longest = max(width_of(symbol_text(other, scene.glyphs)) for other in named)
    if columns <= chosen.columns and rows <= chosen.rows:
        return Slot(name, x, columns * (chosen.cell + 1) + 1, True, longest)
    width = chosen.strips[0] if symbol.base == "W" else chosen.strips[1]
    return Slot(name, x, max(width, SIDE_WIDTH if is_side else longest), False, longest)


def _sizes(scene: Scene, name: str) -> tuple[int, int]:
    shape: Shape = scene.shown.symbol(name).shape
    return (scene.shown.size(shape[0]), scene.shown.size(shape[1])) if shape else (1, 1)


def _total(cards: list[Card]) -> int:
    return sum(card.width for card in cards) + SMALLEST_CARD_GAP * (len(cards) - 1)


def _fits_around(cards: list[Card], active: int, width: int) -> bool:
    """Whether the active card, both neighbours and the stubs beside them fit."""
    first, last = max(0, active - 1), min(len(cards) - 1, active + 1)
    return _window_width(cards, first, last) <= width


def _window_width(cards: list[Card], first: int, last: int) -> int:
    stubs = (first > 0) + (last < len(cards) - 1)
    return _total(cards[first : last + 1]) + stubs * (STUB_WIDTH + SMALLEST_CARD_GAP)


def _window(cards: list[Card], active: int, width: int) -> tuple[int, int]:
    """The first and last card in sight: the active one, then its neighbours to the right and left in turn."""
    first = last = active
    grown = True
    while grown:
        grown = False
        for new_first, new_last in ((first, last + 1), (first - 1, last)):
            new_first, new_last = min(first, new_first), max(last, new_last)
            if new_first >= 0 and new_last < len(cards) and _window_width(cards, new_first, new_last) <= width:
                first, last, grown = new_first, new_last, True
    return first, last


def _roomier(scene: Scene, chosen: CardStyle, shown: list[Card], width: int) -> list[Card]:
    """The same cards with three cells between quantities, so that arrows stand free, where there is room for it."""
    layers = {card.layer for card in shown}
    wider = [card for card in _cards(scene, chosen, inner_gap=3) if card.layer in layers]
    return wider if _total(wider) <= width else shown


def badge(glyphs: Glyphs, shape: tuple[str, str]) -> list[tuple[str, str]]:
    """The dimensions of a shape as (text, dimension) pieces: `n₁×n₀`; of a vector the long one alone."""
    named = [dimension for dimension in shape if dimension != "1"] or ["1"]
    pieces: list[tuple[str, str]] = []
    for dimension in named:
        pieces += ([(glyphs.times, "1")] if pieces else []) + [(glyphs.dimension(dimension), dimension)]
    return pieces
