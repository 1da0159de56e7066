"""A card of the map in a style: how wide its numbers and strips are, and which of its matrices are numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nablastep.records import record
from nablastep_tui.draw.map.sizes import Measured, MeasuredBox, Measures

SIDE_WIDTH = 8
"""The least width of what stands in the input and the loss card: E with four decimals, the legend of the fills."""
MOST_COLUMNS = 6
_DECIMALS = {10: 6, 6: 3, 5: 2}


@record()
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


STRIPS_ONLY = tuple(CardStyle(6, 0, 0, strips) for strips in ((28, 16), (16, 9), (10, 8), (8, 5), (5, 5)))
"""Styles without numbers."""


@record()
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


@record()
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

    @property
    def written_out(self) -> frozenset[str]:
        """The quantities that are written in numbers."""
        return frozenset(slot.name for slot in self.slots if slot.numeric)

    @property
    def lane(self) -> int:
        """The rows of its tallest matrix in numbers; 1 where there is none, or where tracks have rows of their own."""
        numbers = (slot.measured.rows for slot in self.slots if slot.numeric and not self.is_inline)
        return max(numbers, default=1)


def levels(measures: Measures, width: int, rows: int) -> Iterator[list[CardStyle]]:
    """From most to least generous: first fewer matrices in numbers, on each level narrower numbers, shorter strips.

    If a style with lanes of k rows is taken, it is also the first that fits where lanes may have at most k rows: so
    the map finds its plan again on the canvas that it has asked for.
    """
    everything = [measured for box in measures.boxes for track in box.tracks for measured in track]
    widest = max(measured.columns for measured in everything)
    tallest = max(measured.rows for measured in everything)
    # Where branches lie side by side, the room is for all of them and not for more digits.
    cells = (10, 6, 5) if width >= 170 and not any(box.is_inline for box in measures.boxes) else (6, 5)
    for columns in range(min(widest, MOST_COLUMNS), 0, -1):
        for most_rows in range(min(tallest, rows), 0, -1):
            yield [
                CardStyle(cell, columns, most_rows, strips) for cell in cells for strips in ((16, 9), (10, 8), (8, 5))
            ]
    yield list(STRIPS_ONLY)


def cards_in(measures: Measures, chosen: CardStyle, inner_gap: int = 1) -> tuple[Card, ...]:
    """All cards in one style."""
    return tuple(card_in(chosen, index, box, inner_gap) for index, box in enumerate(measures.boxes))


def card_in(
    chosen: CardStyle, index: int, box: MeasuredBox, inner_gap: int, only: frozenset[str] | None = None
) -> Card:
    """A card in a style; `only`: the quantities that may be written in numbers, if not all."""
    if box.is_inline:
        return _inline_card(chosen, index, box)
    x = 2
    slots: list[Slot] = []
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
