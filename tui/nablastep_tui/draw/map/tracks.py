"""Rows and columns of the quantities in the cards of a map: which tracks of a card are in sight, and where they lie."""

from __future__ import annotations

from nablastep_tui.draw.map.plan import Card, Fold, MapPlan
from nablastep_tui.scene.scene import Scene


def track_rows(scene: Scene, plan: MapPlan, card: Card) -> dict[int, tuple[int, int]]:
    """The rows of the values and of the gradients of every track in sight, by its number.

    Where a card has more tracks than rows, those around the step shown are in sight.
    """
    if not card.is_inline:
        return {0: (plan.values_row, plan.gradients_row + 1)}
    count = min(len(card.tracks), plan.tracks_shown)
    first = max(0, min(len(card.tracks) - count, _active_track(scene, plan, card) - count // 2))
    inner = plan.card_height - 2
    pitch = min(inner // count, 3) if count else 2
    top = plan.card_top + 1 + (inner - pitch * count + pitch - 2) // 2
    return {first + place: (top + pitch * place, top + pitch * place + 1) for place in range(count)}


def _active_track(scene: Scene, plan: MapPlan, card: Card) -> int:
    if not scene.view.is_done:
        return 0
    names = [scene.view.step.target.bare.id, *scene.view.step.operands]
    for name in names:
        bare = name.removeprefix("grad_")
        for number, track in enumerate(card.tracks):
            if any(slot.name == bare for slot in track):
                return number
    return 0


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
