"""Who has the first claim on numbers: the active card, and in it what the step makes and reads.

A style says how generous a card is. The most generous one is taken with which all cards fit, or with which the active
card and both its neighbours always fit. Where the numbers of the active card are not all written, the others become
strips for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import compress
from operator import not_

from nablastep.program import Program
from nablastep.records import record
from nablastep_tui.draw.map.card import MOST_COLUMNS, STRIPS_ONLY, Card, card_in, cards_in, levels
from nablastep_tui.draw.map.chart import Chart
from nablastep_tui.draw.map.folds import FEW, around, fits_around, folded, total_width
from nablastep_tui.draw.map.quantity import box_of_step, touched
from nablastep_tui.draw.map.sizes import Measures

Claim = tuple[int, str, frozenset[str]]
"""A card with the first claim on numbers, the quantity in it that comes first, and all that come before others."""


@record(eq=False)
class Claims:
    """Those of all steps of a program."""

    every: tuple[Claim, ...]


@lru_cache(maxsize=64)
def claims_of(program: Program, chart: Chart) -> Claims:
    """The claims of all steps."""
    found = ((box_of_step(chart, step), step.target.bare.id, touched(program, step)) for step in program.steps)
    return Claims(tuple(dict.fromkeys(found)))


@lru_cache(maxsize=256)
def all_fit(measures: Measures, width: int, rows: int) -> bool:
    """Whether all cards fit at once in the style that is taken."""
    return _choose(measures, width, rows)[1]


@lru_cache(maxsize=256)
def _choose(measures: Measures, width: int, rows: int) -> tuple[tuple[Card, ...], bool]:
    """All cards in the most generous style that fits, and whether they fit all at once."""
    for level in levels(measures, width, rows):
        tried = [cards_in(measures, found) for found in level]
        for cards in tried:
            if total_width(cards) <= width:
                return cards, True
        for cards in tried:
            if all(fits_around(cards, active, width) for active in range(len(cards))):
                return cards, False
    return cards, False


@lru_cache(maxsize=1024)
def claimed(measures: Measures, width: int, rows: int, claim: Claim) -> tuple[Card, ...]:
    """The cards; those that have no claim give up numbers so that the active one has its own."""
    cards, is_all = _choose(measures, width, rows)
    active, made, _ = claim
    had = cards[active].written_out
    is_whole = all(slot.numeric for slot in cards[active].slots)
    if measures.boxes[active].is_inline or (is_whole and is_all):
        return cards
    others = (cards, *_narrower(measures, width, rows))
    rooms = [[room(less, active, width) for less in others] for room in (_room_beside_all, _room_beside_two)]
    most = [max(room) for room in rooms]
    for owns in _own(measures, width, rows, claim):
        numbers = owns[0].written_out
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
    return tuple(cards_in(measures, level[-1]) for level in levels(measures, width, rows))


def _own(measures: Measures, width: int, rows: int, claim: Claim) -> Iterator[list[Card]]:
    """The active card from most to least: all its numbers, fewer of them, at least those that the step has to do with,
    these alone, what it makes alone, and fewer still."""
    active, made, first = claim
    generous, *others = levels(measures, width, rows)
    whole = [card_in(found, active, measures.boxes[active], 1) for found in generous]
    yield whole
    if not whole[0].written_out:
        return
    chosen = [card_in(found, active, measures.boxes[active], 1, only=first) for found in generous]
    wanted = chosen[0].written_out
    fewer = [[card_in(found, active, measures.boxes[active], 1) for found in level] for level in others]
    is_enough = [wanted <= cards[0].written_out for cards in fewer]
    yield from compress(fewer, is_enough)
    yield chosen
    yield [card_in(found, active, measures.boxes[active], 1, only=frozenset({made})) for found in generous]
    yield from compress(fewer, map(not_, is_enough))


def _room_beside_all(cards: tuple[Card, ...], active: int, width: int) -> int:
    """The cells that the active card may have while no card folds."""
    return width - total_width(cards) + cards[active].width


def _room_beside_two(cards: tuple[Card, ...], active: int, width: int) -> int:
    """The cells that it may have beside both neighbours and the folds around them; few cards do not fold."""
    if len(cards) <= FEW:
        return -1
    return width - total_width(folded(cards, around(cards, active))) + cards[active].width


def _all_strips(measures: Measures, width: int) -> Iterator[tuple[Card, ...]]:
    """All cards without numbers, as far as they fit at once."""
    for found in STRIPS_ONLY:
        cards = cards_in(measures, found)
        if total_width(cards) <= width:
            yield cards


@lru_cache(maxsize=256)
def lane_of(measures: Measures, width: int, rows: int, claims: Claims) -> int:
    """The rows of the tallest numbers on the map, whichever step is shown."""
    sizes = [(each.rows, each.columns) for box in measures.boxes if not box.is_inline for each in box.tracks[0]]
    most = max((tall for tall, wide in sizes if tall <= rows and wide <= MOST_COLUMNS), default=1)
    lane = 1
    for claim in claims.every:
        lane = max(lane, *(card.lane for card in claimed(measures, width, rows, claim)))
        if lane >= most:
            break
    return lane
