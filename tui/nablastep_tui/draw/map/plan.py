"""Where the cards of the map lie: which are in sight, and the rows of all bands.

Nothing that takes rows depends on the step, so that the regions below stand still.
"""

from __future__ import annotations

from functools import lru_cache

from nablastep.records import record
from nablastep_tui.draw.map.card import Card, card_in
from nablastep_tui.draw.map.chart import Chart, chart_of
from nablastep_tui.draw.map.claims import Claim, Claims, all_fit, claimed, claims_of, lane_of
from nablastep_tui.draw.map.folds import SMALLEST_CARD_GAP, Fold, folded, in_sight, total_width
from nablastep_tui.draw.map.quantity import active_box, asked, touched
from nablastep_tui.draw.map.route import rows_needed
from nablastep_tui.draw.map.sizes import Measures, measured
from nablastep_tui.scene.scene import Scene

LARGEST_CARD_GAP = 8
MOST_CHANNELS = 2
MOST_LANE_ROWS = 4
"""The tallest matrix that is written in numbers."""


@record(eq=False)
class Bands:
    """The rows of a map, whichever step is shown. `numbers`: those of the tallest matrix in numbers; `up`, `down`: of
    channels above and below the cards; `bus`, `gathers`: whether there are two for what is shared, and for its
    gradients."""

    numbers: int
    card_height: int
    up: int
    down: int
    bus: bool
    gathers: bool

    @property
    def height(self) -> int:
        """All rows of the map."""
        return 2 * self.bus + self.up + self.card_height + self.down + 2 * self.gathers

    @property
    def lane(self) -> int:
        """The rows of values, or of gradients, in a card of one track."""
        return max(self.numbers, (self.card_height - 5) // 2)


@record(eq=False)
class MapPlan:
    """What stands in the map from left to right, each with its left edge, and the rows of its bands.

    `brief`: names are written without the parentheses of their layers.
    """

    chart: Chart
    items: tuple[tuple[int, Card | Fold], ...]
    bands: Bands
    gap: int
    brief: bool = False

    @property
    def cards(self) -> tuple[tuple[int, Card], ...]:
        """The cards in sight with their left edges."""
        return tuple((x, item) for x, item in self.items if isinstance(item, Card))

    @property
    def lane(self) -> int:
        """The rows of values, or of gradients, in a card of one track."""
        return self.bands.lane

    @property
    def card_height(self) -> int:
        """The rows of a card with its edges."""
        return self.bands.card_height

    @property
    def up(self) -> int:
        """The rows of channels above the cards."""
        return self.bands.up

    @property
    def down(self) -> int:
        """The rows of channels below the cards."""
        return self.bands.down

    @property
    def has_bus(self) -> bool:
        """Whether shared quantities have rows of their own."""
        return self.bands.bus

    @property
    def gathers(self) -> bool:
        """Whether the gradients of what is shared have rows of their own."""
        return self.bands.gathers

    @property
    def card_top(self) -> int:
        """The row of the cards' upper edge."""
        return 2 * self.has_bus + self.up

    @property
    def height(self) -> int:
        """All rows of the map."""
        return self.bands.height

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


def cards_height(scene: Scene, width: int, most: int, more: int) -> int:
    """The rows that cards, channels and buses take where they may have `most`, and `more` for the sake of numbers."""
    plain, taller = (_bands_of(scene, width, _lanes(scene, width, rows)) for rows in (most, most + more))
    return taller.height if taller.numbers > plain.numbers else plain.height


def plan_within(scene: Scene, width: int, most: int) -> MapPlan:
    """The plan with the tallest lanes that has no more than `most` rows."""
    return plan_map(scene, width, _lanes(scene, width, most))


def _lanes(scene: Scene, width: int, most: int) -> int:
    """The rows that lanes may have on a map of `most` rows: numbers need few, tracks take all."""
    tracks = max(len(box.tracks) for box in chart_of(scene.session.program.graph).boxes)
    tried = range(max(MOST_LANE_ROWS, min(tracks, most // 2)), 1, -1)
    return next((rows for rows in tried if _bands_of(scene, width, rows).height <= most), 1)


def plan_map(scene: Scene, width: int, rows: int) -> MapPlan:
    """The plan for a map of that width with lanes of at most `rows` rows."""
    program, step = scene.session.program, scene.view.step
    chart = chart_of(program.graph)
    brief, measures = _named(scene, chart, width, rows)
    active = active_box(scene, chart)
    upcoming = chart.box_of.get(step.target.bare.id, active)
    claiming = active if scene.view.is_done or measures.boxes[upcoming].is_inline else upcoming
    claim = claiming, step.target.bare.id, touched(program, step)
    bands = _bands_of(scene, width, rows)
    wanted = (active, *(chart.box_of[name] for name in asked(scene) if name in chart.box_of))
    lanes = min(rows, MOST_LANE_ROWS)
    return _planned(chart, bands, brief, measures, width, lanes, claim, tuple(dict.fromkeys(wanted)))


@lru_cache(maxsize=256)
def _planned(
    chart: Chart,
    bands: Bands,
    brief: bool,
    measures: Measures,
    width: int,
    lanes: int,
    claim: Claim,
    wanted: tuple[int, ...],
) -> MapPlan:
    """`claim` is that of the active card, at first of the card of the step to come; `wanted` begins with the active."""
    cards = claimed(measures, width, lanes, claim)
    shown = folded(cards, in_sight(cards, wanted[0], wanted, width))
    room = width - sum(item.width + SMALLEST_CARD_GAP for item in shown if isinstance(item, Fold))
    roomy = _roomier(tuple(item for item in shown if isinstance(item, Card)), measures, room)
    gaps = len(shown) - 1
    gap = min(LARGEST_CARD_GAP, SMALLEST_CARD_GAP + ((room - total_width(roomy)) // gaps if gaps else 0))
    by_index = {card.index: card for card in roomy}
    items = [item if isinstance(item, Fold) else by_index[item.index] for item in shown]
    x = max(0, (width - sum(item.width for item in items) - gap * gaps) // 2)
    placed = []
    for item in items:
        placed.append((x, item))
        x += item.width + gap
    return MapPlan(chart, tuple(placed), bands, gap, brief)


def _roomier(shown: tuple[Card, ...], measures: Measures, width: int) -> tuple[Card, ...]:
    """The same cards with three cells between quantities, so that arrows stand free, where there is room for it."""
    wider = tuple(card_in(card.style, card.index, measures.boxes[card.index], 3, card.only) for card in shown)
    return wider if total_width(wider) <= width else shown


def _named(scene: Scene, chart: Chart, width: int, rows: int) -> tuple[bool, Measures]:
    """Whether names are shortened, and all quantities: a long notation gives up its parentheses before cards scroll."""
    measures = measured(scene, chart, brief=False)
    if scene.notation == "unicode" or all_fit(measures, width, rows):
        return False, measures
    return True, measured(scene, chart, brief=True)


# the rows


def _bands_of(scene: Scene, width: int, rows: int) -> Bands:
    program = scene.session.program
    chart = chart_of(program.graph)
    gathers = any(f"grad_{name}" in program.symbols for name in chart.shared)
    return _bands(chart, _named(scene, chart, width, rows)[1], width, rows, claims_of(program, chart), gathers)


@lru_cache(maxsize=256)
def _bands(chart: Chart, measures: Measures, width: int, rows: int, claims: Claims, gathers: bool) -> Bands:
    up, down = rows_needed(chart, MOST_CHANNELS)
    # There is always a row below the cards, so that networks of one layer stand like all others; tracks take it.
    blank = int(not down and not gathers)
    lane = lane_of(measures, width, min(rows, MOST_LANE_ROWS), claims)
    height = _card_height(measures, lane, rows, blank)
    down += blank - max(0, height - 2 - max(2 * lane + 3, 2 * rows + 3))
    return Bands(lane, height, up, down, bool(chart.shared), gathers)


def _card_height(measures: Measures, lane: int, rows: int, blank: int) -> int:
    """Rows of a card: two lanes, symbols and the line between; or as many tracks as that many lanes would take."""
    tracks = max(len(box.tracks) for box in measures.boxes)
    stacked = 2 * lane + 3
    if tracks > 1:
        stacked = max(stacked, min(2 * tracks, 2 * rows + 3 + blank))
    return stacked + 2
