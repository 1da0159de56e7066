"""Which cards of the map are in sight, and how those beside them fold."""

from __future__ import annotations

from collections.abc import Sequence

from nablastep.records import record
from nablastep_tui.draw.map.card import Card

STUB_WIDTH, FOLD_WIDTH = 10, 7
SMALLEST_CARD_GAP = 2
FEW = 4
"""So many cards do not fold for the sake of numbers."""


@record()
class Fold:
    """Boxes out of sight, by index, in a gap of the map `width` cells wide."""

    boxes: tuple[int, ...]
    width: int


def total_width(cards: Sequence[Card | Fold]) -> int:
    """The cells that they take with the smallest gaps."""
    return sum(card.width for card in cards) + SMALLEST_CARD_GAP * (len(cards) - 1)


def fits_around(cards: tuple[Card, ...], active: int, width: int) -> bool:
    """Whether the active card, both neighbours and the folds beside them fit; few cards do not fold."""
    return len(cards) > FEW and total_width(folded(cards, around(cards, active))) <= width


def around(cards: tuple[Card, ...], active: int) -> frozenset[int]:
    """The active card and both its neighbours."""
    return frozenset(range(max(0, active - 1), min(len(cards), active + 2)))


def in_sight(cards: tuple[Card, ...], active: int, wanted: tuple[int, ...], width: int) -> frozenset[int]:
    """The active card, those of the operands, both neighbours, then what is next to those in sight, nearest first."""
    shown = frozenset({active})
    for index in (*wanted, active + 1, active - 1):
        if 0 <= index < len(cards) and total_width(folded(cards, shown | {index})) <= width:
            shown |= {index}
    grown = True
    while grown:
        beside = {index + towards for index in shown for towards in (1, -1)} - shown
        nearest = sorted(beside, key=lambda index: (abs(index - active), -index))
        there = (index for index in nearest if 0 <= index < len(cards))
        fits = (index for index in there if total_width(folded(cards, shown | {index})) <= width)
        found = next(fits, None)
        grown = found is not None
        shown = shown if found is None else shown | {found}
    return shown


def folded(cards: tuple[Card, ...], shown: frozenset[int]) -> list[Card | Fold]:
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
