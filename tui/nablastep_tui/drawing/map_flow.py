"""Draws what lies between and beside the cards of the map: arrows, the hooks of the way back, and the stubs."""

from __future__ import annotations

from itertools import pairwise

from nablastep.program import BACKWARD, FORWARD
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.heat import draw_map_strip
from nablastep_tui.drawing.lines import draw_hook
from nablastep_tui.drawing.map_plan import STUB_WIDTH, SYMBOLS_ROW, VALUES_ROW, Card, MapPlan
from nablastep_tui.drawing.map_quantity import exists, flow_style, quantity, strip_picture
from nablastep_tui.drawing.map_spec import card_names, has_layers, inner_cards, is_computed_forward
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import style


def draw_flow(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """Forward arrows above, backward arrows below; between layers the error goes by the hooks."""
    layers = inner_cards(scene)
    for x, card in plan.cards:
        if 0 < card.layer <= layers:
            _draw_inner_arrows(canvas, scene, plan, x, card)
    shown = list(plan.cards)
    if plan.stub_left:
        shown.insert(0, (shown[0][0] - plan.gap, Card(shown[0][1].layer - 1, (), 0)))
    if plan.stub_right:
        shown.append((shown[-1][0] + shown[-1][1].width + plan.gap, Card(shown[-1][1].layer + 1, (), 0)))
    for (left_x, left), (right_x, right) in pairwise(shown):
        start, length = left_x + left.width, right_x - left_x - left.width
        target = _first_value(scene, right.layer)
        rule = scene.glyphs.rule * (length - 1)
        canvas.write(start, VALUES_ROW, rule + scene.glyphs.right_arrow, flow_style(scene, FORWARD, target))
        if right.layer == layers + 1 or (not has_layers(scene) and left.layer):
            backward = flow_style(scene, BACKWARD, f"grad_{_last_value(scene, left.layer)}")
            canvas.write(start, plan.gradients_row + 1, scene.glyphs.left_arrow + rule, backward)


def _first_value(scene: Scene, card: int) -> str:
    """The first quantity that is computed on the card."""
    values = [name for name in card_names(scene)[card] if is_computed_forward(scene, name)]
    return values[0] if values else scene.session.program.error.id


def _last_value(scene: Scene, card: int) -> str:
    values = [name for name in card_names(scene)[card] if is_computed_forward(scene, name)]
    return values[-1] if values else scene.session.program.error.id


def _draw_inner_arrows(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    """`→` into z and into a; `←` from ∇a to ∇z, and from ∇z to the parameters."""
    for before, slot in pairwise(card.slots):
        if not is_computed_forward(scene, slot.name):
            continue
        middle = x + (before.x + before.width + slot.x - 1) // 2
        canvas.write(middle, VALUES_ROW, scene.glyphs.right_arrow, flow_style(scene, FORWARD, slot.name))
        reached = [f"grad_{before.name}"]
        if not is_computed_forward(scene, before.name):
            outer = (other for other in card.slots if not is_computed_forward(scene, other.name))
            reached = [f"grad_{other.name}" for other in outer]
        look = flow_style(scene, BACKWARD, *(name for name in reached if exists(scene, name)))
        canvas.write(middle, plan.gradients_row + 1, scene.glyphs.left_arrow, look)


def draw_hooks(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """From each ∇z under the cards to ∇a of the layer before: ∇W is a dead end, the way back goes through ∇z."""
    if not has_layers(scene):
        return
    y = plan.card_height
    for (left_x, left), (right_x, right) in pairwise(plan.cards):
        ends = _middle(left_x, left, f"a{left.layer}"), _middle(right_x, right, f"z{right.layer}")
        if left.layer == 0 or ends[0] is None or ends[1] is None:
            continue
        look = flow_style(scene, BACKWARD, f"grad_a{left.layer}")
        arrow = left_x + left.width + (right_x - left_x - left.width) // 2
        draw_hook(canvas, ends[0], ends[1], y, look, scene.glyphs, arrow_at=arrow)


def _middle(x: int, card: Card, name: str) -> int | None:
    return next((x + slot.x + slot.width // 2 for slot in card.slots if slot.name == name), None)


def draw_stubs(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """What lies beyond the cards in sight: `‹ 3 layers` and `4 layers ›`."""
    layers = inner_cards(scene) if has_layers(scene) else 0
    first_x, first = plan.cards[0]
    last_x, last = plan.cards[-1]
    if plan.stub_left:
        text = f"{scene.glyphs.more_left} {_counted(scene, plan.hidden_left, 'input')}"
        hidden = range(min(first.layer - 1, layers), 0, -1)
        _draw_stub(canvas, scene, plan, first_x - plan.gap - STUB_WIDTH, text, list(hidden))
    if plan.stub_right:
        text = f"{_counted(scene, plan.hidden_right, 'loss')} {scene.glyphs.more_right}"
        hidden = range(last.layer + 1, layers + 1)
        _draw_stub(canvas, scene, plan, last_x + last.width + plan.gap, text, list(hidden))


def _counted(scene: Scene, cards: int, otherwise: str) -> str:
    if not cards:
        return otherwise
    return f"{cards} {'layer' if has_layers(scene) else 'card'}{'s' if cards > 1 else ''}"


def _draw_stub(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, text: str, hidden: list[int]) -> None:
    """How many layers lie there, and the weights of the nearest ones as strips."""
    canvas.write(x, SYMBOLS_ROW, text, style(scene.palette.muted))
    rows = range(VALUES_ROW + 1, plan.card_height - 1)
    for y, layer in zip(rows, hidden, strict=False):
        found = quantity(scene, f"W{layer - 1}")
        draw_map_strip(
            canvas,
            x,
            y,
            strip_picture(found, STUB_WIDTH - 2),
            STUB_WIDTH - 2,
            found.shape[0],
            scene.palette,
            scene.glyphs,
        )
        canvas.mark(x, y, STUB_WIDTH, 1, Target("quantity", found.symbol.id))
