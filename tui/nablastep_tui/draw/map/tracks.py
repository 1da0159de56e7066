"""Rows and columns of the quantities in the cards of a map: which tracks of a card are in sight, and where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from nablastep_tui.draw.map.card import Card, Slot
from nablastep_tui.draw.map.folds import Fold
from nablastep_tui.draw.map.plan import MapPlan
from nablastep_tui.draw.map.quantity import asked
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.scene.scene import Scene


def track_rows(scene: Scene, plan: MapPlan, card: Card) -> dict[int, tuple[int, int]]:
    """The rows of the values and of the gradients of every track in sight, by its number."""
    if not card.is_inline:
        return {0: (plan.values_row, plan.gradients_row + 1)}
    shown = tracks_in_sight(scene, plan, card)
    count = len(shown)
    inner = plan.card_height - 2
    pitch = min(inner // count, 3) if count else 2
    top = plan.card_top + 1 + (inner - pitch * count + pitch - 2) // 2
    return {number: (top + pitch * place, top + pitch * place + 1) for place, number in enumerate(shown)}


def tracks_in_sight(scene: Scene, plan: MapPlan, card: Card) -> list[int]:
    """Where a card has more tracks than rows: those of what has to be seen, then the nearest to the first of them."""
    numbers = {slot.name: number for number, track in enumerate(card.tracks) for slot in track}
    first = list(dict.fromkeys(numbers[name] for name in asked(scene) if name in numbers))
    center = first[0] if first else 0
    near = sorted(range(len(card.tracks)), key=lambda number: (abs(number - center), number))
    return sorted(list(dict.fromkeys([*first, *near]))[: plan.tracks_shown])


def hidden_tracks(scene: Scene, plan: MapPlan, card: Card, width: int) -> str:
    """`2 more: A⁽²⁾ Q⁽²⁾ B⁽²⁾ K⁽²⁾`: what a card has no rows for; where not all of it fits, the ends of the tracks."""
    shown = tracks_in_sight(scene, plan, card)
    hidden = [track for number, track in enumerate(card.tracks) if number not in shown]
    if not hidden:
        return ""

    def named(slots: Iterable[Slot]) -> str:
        symbols = (scene.shown.symbol(slot.name) for slot in slots)
        names = (symbol_text(each, scene.glyphs, notation=scene.notation, brief=plan.brief) for each in symbols)
        return f"{len(hidden)} more: {' '.join(names)}"

    tried = (named(chain(*hidden)), named(track[-1] for track in hidden), f"{len(hidden)} more")
    return next((text for text in tried if width_of(text) <= width), "")


def column_of(plan: MapPlan, in_folds: int = -3) -> dict[str, int]:
    """The column that a line to a quantity goes to: the middle of its slot.

    What is folded has one for all, counted from the left edge of the fold, or from its right one if negative.
    """
    found: dict[str, int] = {}
    for x, item in plan.items:
        if isinstance(item, Fold):
            column = x + in_folds % item.width
            for index in item.boxes:
                found |= dict.fromkeys(plan.chart.boxes[index].names, column)
        else:
            found |= dict.fromkeys(plan.chart.boxes[item.index].names, x + item.width // 2)
            found |= {slot.name: x + slot.x + slot.width // 2 for slot in item.slots}
    return found
