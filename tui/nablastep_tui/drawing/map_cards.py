"""Draws the map as cards: the forward lane above, each gradient under what it is the gradient of, hooks below.

Where everything lies comes from `map_plan`, what is known of a quantity from `map_quantity`.
"""

from __future__ import annotations

from itertools import pairwise

from nablastep.program import BACKWARD, FORWARD
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.heat import draw_map_strip
from nablastep_tui.drawing.lines import draw_hook
from nablastep_tui.drawing.map_plan import Card, MapPlan, Slot, badge, lane_rows, plan_map
from nablastep_tui.drawing.map_quantity import (
    Quantity,
    active_layer,
    exists,
    flow_style,
    mark_of,
    quantity,
    state_tag,
    symbol_style,
)
from nablastep_tui.drawing.matrix import MatrixState, compact, draw
from nablastep_tui.drawing.pooling import HeatPicture, heat_picture
from nablastep_tui.drawing.symbols import plain
from nablastep_tui.numbers import MatrixFormat, choose_format, scalar_text
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import LEVELS, accent_style, dimension_style, faint_style, style, value_fill

_SYMBOLS = 1
_VALUES = 2


def cards_height(scene: Scene, width: int, rows: int) -> int:
    """The rows that cards and hooks take when a lane may have at most `rows` rows."""
    return _card_height(lane_rows(scene, width, rows)) + 1


def draw_cards(canvas: Canvas, scene: Scene) -> None:
    """The whole map on a canvas of its size."""
    plan = plan_map(scene, canvas.width, (canvas.height - 6) // 2)
    for x, card in plan.cards:
        _draw_card(canvas, scene, plan, x, card)
    _draw_flow(canvas, scene, plan)
    _draw_hooks(canvas, scene, plan)
    _draw_stubs(canvas, scene, plan)


def _card_height(lane: int) -> int:
    return 2 * lane + 5


def _gradients_y(plan: MapPlan) -> int:
    """The row of the gradients' symbols."""
    return _VALUES + plan.lane + 1


# one card


def _draw_card(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    height = _card_height(plan.lane)
    is_active = card.layer == active_layer(scene)
    look = accent_style(palette) if is_active else style(palette.line, dim=palette.monochrome)
    canvas.box(x, 0, card.width, height, glyphs.card, look)
    _draw_title(canvas, scene, x, card, is_active)
    layers = len(scene.session.network.layers)
    if 0 < card.layer <= layers:
        separator = _gradients_y(plan) - 1
        canvas.write(x, separator, glyphs.card.tee_left, look)
        canvas.horizontal(x + 1, separator, card.width - 2, glyphs.dashed, style(palette.line, dim=palette.monochrome))
        canvas.write(x + card.width - 1, separator, glyphs.card.tee_right, look)
        for slot in card.slots:
            _draw_slot(canvas, scene, plan, x, slot, slot.name, _SYMBOLS)
            _draw_slot(canvas, scene, plan, x, slot, f"grad_{slot.name}", _gradients_y(plan))
    elif card.layer == 0:
        _draw_slot(canvas, scene, plan, x, card.slots[0], "a0", _SYMBOLS)
        _draw_legend(canvas, scene, x + 2, card.width - 4, _gradients_y(plan))
        _draw_bottom_note(canvas, scene, plan, x, card, f"m={scene.shown.size('m')}" if _is_batch(scene) else "", "m")
    else:
        _draw_error(canvas, scene, x, card)
        _draw_slot(canvas, scene, plan, x, card.slots[0], "y", _gradients_y(plan))
        _draw_bottom_note(
            canvas, scene, plan, x, card, scene.session.network.reduction if _is_batch(scene) else "", "1"
        )


def _is_batch(scene: Scene) -> bool:
    return scene.session.program.form.batch


def _draw_title(canvas: Canvas, scene: Scene, x: int, card: Card, is_active: bool) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    layers = len(scene.session.network.layers)
    look = accent_style(palette) if is_active else style(palette.muted)
    if card.layer in {0, layers + 1}:
        canvas.write(x + 2, 0, " input " if card.layer == 0 else " loss ", look)
        return
    size = scene.session.network.sizes[card.layer]
    letter = glyphs.dimension(f"n{card.layer}")
    note = f" {letter}={size} "
    kind = "output" if card.layer == layers else "hidden"
    activation = scene.session.network.layers[card.layer - 1].activation
    room = card.width - 6 - width_of(note)
    title = f"layer {card.layer}"
    for longer in (f"{title}  {kind}  {activation}", f"{title}  {kind}", title):
        if width_of(longer) + 2 <= room:
            title = longer
            break
    canvas.write(x + 2, 0, f" {title} ", look)
    canvas.write(x + card.width - 2 - width_of(note), 0, note, dimension_style(palette, f"n{card.layer}"))


def _draw_bottom_note(
    canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card, text: str, dimension: str
) -> None:
    """A word on the lower edge of a card: the size of the batch, and how E is taken over it."""
    if text:
        look = dimension_style(scene.palette, dimension)
        canvas.write(x + 2, _card_height(plan.lane) - 1, f" {text} ", look)


# one quantity


def _draw_slot(canvas: Canvas, scene: Scene, plan: MapPlan, card_x: int, slot: Slot, name: str, y: int) -> None:
    found = quantity(scene, name)
    x = card_x + slot.x
    _draw_symbol(canvas, scene, x, y, slot, found)
    if not slot.numeric:
        draw_map_strip(
            canvas,
            x,
            y + 1,
            _picture(found, slot.width - 2),
            slot.width - 2,
            found.shape[0],
            scene.palette,
            scene.glyphs,
        )
        canvas.mark(x, y + 1, slot.width, 1, Target("quantity", name))
        return
    number = _number_format(found, plan, scene)
    picture = compact(
        found.values,
        found.sizes,
        *found.shape,
        number,
        cell_width=plan.style.cell,
        selected=found.selected,
        state=MatrixState.PREVIOUS if found.previous else MatrixState.CURRENT,
        quantity=name,
    )
    draw(canvas, x, y + 1, picture, scene.palette, scene.glyphs)
    if number.suffix and found.values is not None:
        # On the line under the matrix, where nothing else is written: `×10⁻⁴`.
        canvas.write(x + 1, y + 1 + plan.lane, number.suffix, style(scene.palette.text))


def _draw_symbol(canvas: Canvas, scene: Scene, x: int, y: int, slot: Slot, found: Quantity) -> None:
    palette = scene.palette
    look = symbol_style(scene, found)
    canvas.write(x - 1, y, mark_of(scene, found), look)
    after = canvas.write(x, y, found.text, look)
    canvas.mark(x - 1, y, after - x + 1, 1, Target("quantity", found.symbol.id))
    pieces = badge(scene.glyphs, found.shape)
    length = sum(width_of(text) for text, _ in pieces)
    shows_badge = slot.measured.longest + length + (1 if length > 2 or slot.name in {"a0", "y"} else 2) <= slot.width
    if shows_badge:
        cursor = x + slot.width - length
        for text, dimension in pieces:
            cursor = canvas.write(cursor, y, text, dimension_style(palette, dimension))
    tag = state_tag(scene, found.symbol.id)
    if tag and after + 1 + width_of(tag) + (length + 1 if shows_badge else 0) <= x + slot.width:
        is_now = (
            scene.view.is_done and scene.view.step.target.prefix not in {"", "grad"} and mark_of(scene, found) != ""
        )
        canvas.write(after + 1, y, tag, accent_style(palette) if is_now else style(palette.muted))


def _number_format(found: Quantity, plan: MapPlan, scene: Scene) -> MatrixFormat:
    """As many decimals as the style has, fewer where a number would not fit its cell."""
    ascii_only = scene.glyphs.name == "ascii"
    for decimals in range(plan.style.decimals, 0, -1):
        number = choose_format(found.values, decimals, ascii=ascii_only)
        if number.width <= plan.style.cell:
            return number
    return choose_format(found.values, 0, ascii=ascii_only)


def _picture(found: Quantity, width: int) -> HeatPicture | None:
    """A large matrix in one row of heat; numbers of the last iteration have no picture, as a picture cannot say so."""
    return heat_picture(found.values, width, 1) if found.values is not None and not found.previous else None


def _draw_legend(canvas: Canvas, scene: Scene, x: int, width: int, y: int) -> None:
    """How a fill tells its value: from the largest negative to the largest positive of a matrix."""
    palette, glyphs = scene.palette, scene.glyphs
    if not palette.fills:
        return
    canvas.write(x, y, "value", style(palette.muted))
    canvas.write(x, y + 1, glyphs.minus, style(palette.text))
    steps = width - 2
    for step in range(steps):
        level = round(-LEVELS + 2 * LEVELS * step / (steps - 1))
        canvas.write(x + 1 + step, y + 1, " ", style(palette.text, value_fill(palette, level)))
    canvas.write(x + 1 + steps, y + 1, glyphs.plus, style(palette.text))


def _draw_error(canvas: Canvas, scene: Scene, x: int, card: Card) -> None:
    found = quantity(scene, "E")
    look = symbol_style(scene, found)
    canvas.write(x + 1, _SYMBOLS, mark_of(scene, found), look)
    canvas.write(x + 2, _SYMBOLS, found.text, look)
    canvas.mark(x + 1, _SYMBOLS, 3, 1, Target("quantity", "E"))
    if found.values is None:
        canvas.write(x + 4, _VALUES, scene.glyphs.not_computed, faint_style(scene.palette))
        return
    decimals = 6 if card.width >= 14 else 4
    text = scalar_text(float(found.values[0, 0]), decimals, ascii=scene.glyphs.name == "ascii")
    look = style(scene.palette.muted) if found.previous else style(scene.palette.bright, bold=True)
    canvas.write(x + card.width - 2 - width_of(text), _VALUES, text, look)


# between the cards


def _draw_flow(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    layers = len(scene.session.network.layers)
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
        target = "E" if right.layer == layers + 1 else f"z{right.layer}"
        rule = scene.glyphs.rule * (length - 1)
        canvas.write(start, _VALUES, rule + scene.glyphs.right_arrow, flow_style(scene, FORWARD, target))
        if right.layer == layers + 1:
            backward = flow_style(scene, BACKWARD, f"grad_a{layers}")
            canvas.write(start, _gradients_y(plan) + 1, scene.glyphs.left_arrow + rule, backward)


def _draw_inner_arrows(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    """`→` into z and into a; `←` from ∇a to ∇z, and from ∇z to the parameters."""
    for before, slot in pairwise(card.slots):
        if slot.name[0] not in "za":
            continue
        middle = x + (before.x + before.width + slot.x - 1) // 2
        canvas.write(middle, _VALUES, scene.glyphs.right_arrow, flow_style(scene, FORWARD, slot.name))
        reached = [f"grad_{before.name}"]
        if slot.name[0] == "z":
            reached = [f"grad_{other.name}" for other in card.slots if other.name[0] in "Wb"]
        look = flow_style(scene, BACKWARD, *(name for name in reached if exists(scene, name)))
        canvas.write(middle, _gradients_y(plan) + 1, scene.glyphs.left_arrow, look)


def _draw_hooks(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """From each ∇z under the cards to ∇a of the layer before: ∇W is a dead end, the way back goes through ∇z."""
    y = _card_height(plan.lane)
    for (left_x, left), (right_x, right) in pairwise(plan.cards):
        ends = _middle(left_x, left, f"a{left.layer}"), _middle(right_x, right, f"z{right.layer}")
        if left.layer == 0 or ends[0] is None or ends[1] is None:
            continue
        look = flow_style(scene, BACKWARD, f"grad_a{left.layer}")
        arrow = left_x + left.width + (right_x - left_x - left.width) // 2
        draw_hook(canvas, ends[0], ends[1], y, look, scene.glyphs, arrow_at=arrow)


def _middle(x: int, card: Card, name: str) -> int | None:
    return next((x + slot.x + slot.width // 2 for slot in card.slots if slot.name == name), None)


# cards out of sight


def _draw_stubs(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    layers = len(scene.session.network.layers)
    first_x, first = plan.cards[0]
    last_x, last = plan.cards[-1]
    if plan.stub_left:
        text = f"{scene.glyphs.more_left} {_counted(plan.hidden_left, 'input')}"
        hidden = range(first.layer - 1, 0, -1)
        _draw_stub(canvas, scene, plan, first_x - plan.gap - 10, text, list(hidden))
    if plan.stub_right:
        text = f"{_counted(plan.hidden_right, 'loss')} {scene.glyphs.more_right}"
        hidden = range(last.layer + 1, layers + 1)
        _draw_stub(canvas, scene, plan, last_x + last.width + plan.gap, text, list(hidden))


def _counted(layers: int, otherwise: str) -> str:
    if not layers:
        return otherwise
    return f"{layers} layer{'s' if layers > 1 else ''}"


def _draw_stub(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, text: str, hidden: list[int]) -> None:
    """How many layers lie there, and the weights of the nearest ones as strips."""
    canvas.write(x, _SYMBOLS, plain(text, scene.glyphs), style(scene.palette.muted))
    rows = range(_VALUES + 1, _card_height(plan.lane) - 1)
    for y, layer in zip(rows, hidden, strict=False):
        found = quantity(scene, f"W{layer - 1}")
        draw_map_strip(canvas, x, y, _picture(found, 8), 8, found.shape[0], scene.palette, scene.glyphs)
        canvas.mark(x, y, 10, 1, Target("quantity", found.symbol.id))
