"""Draws the map as cards: the forward lane above, each gradient under what it is the gradient of, hooks below.

Where everything lies comes from `map_plan`, what is known of a quantity from `map_quantity`.
"""

from __future__ import annotations

from rich.style import Style

from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.heat import draw_map_strip
from nablastep_tui.drawing.map_flow import draw_flow, draw_hooks, draw_stubs
from nablastep_tui.drawing.map_plan import (
    SYMBOLS_ROW,
    VALUES_ROW,
    Card,
    MapPlan,
    Slot,
    badge,
    card_height,
    lane_rows,
    plan_map,
)
from nablastep_tui.drawing.map_quantity import (
    Quantity,
    active_layer,
    exists,
    mark_of,
    quantity,
    state_tag,
    strip_picture,
    symbol_style,
)
from nablastep_tui.drawing.map_spec import card_title, has_layers, inner_cards, is_batch
from nablastep_tui.drawing.matrix import MatrixState, compact, draw
from nablastep_tui.drawing.remembered import Remembered
from nablastep_tui.drawing.spans import clipped
from nablastep_tui.numbers import MatrixFormat, choose_format, scalar_text
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import LEVELS, accent_style, dimension_style, faint_style, style, value_fill

_SLOTS: Remembered[tuple[Canvas, str]] = Remembered(512)


def cards_height(scene: Scene, width: int, rows: int) -> int:
    """The rows that cards and hooks take when a lane may have at most `rows` rows."""
    return card_height(lane_rows(scene, width, rows)) + 1


def draw_cards(canvas: Canvas, scene: Scene) -> None:
    """The whole map on a canvas of its size."""
    plan = plan_map(scene, canvas.width, (canvas.height - 6) // 2)
    for x, card in plan.cards:
        _draw_card(canvas, scene, plan, x, card)
    draw_flow(canvas, scene, plan)
    draw_hooks(canvas, scene, plan)
    draw_stubs(canvas, scene, plan)


# one card


def _draw_card(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    height = plan.card_height
    is_active = card.layer == active_layer(scene)
    look = accent_style(palette) if is_active else style(palette.line, dim=palette.monochrome)
    canvas.box(x, 0, card.width, height, glyphs.card, look)
    _draw_title(canvas, scene, x, card, is_active)
    if 0 < card.layer <= inner_cards(scene):
        separator = plan.gradients_row - 1
        canvas.write(x, separator, glyphs.card.tee_left, look)
        canvas.horizontal(x + 1, separator, card.width - 2, glyphs.dashed, style(palette.line, dim=palette.monochrome))
        canvas.write(x + card.width - 1, separator, glyphs.card.tee_right, look)
        for slot in card.slots:
            _draw_slot(canvas, scene, plan, x, slot, slot.name, SYMBOLS_ROW)
            if exists(scene, f"grad_{slot.name}"):
                _draw_slot(canvas, scene, plan, x, slot, f"grad_{slot.name}", plan.gradients_row)
    elif card.layer == 0:
        for slot in card.slots:
            _draw_slot(canvas, scene, plan, x, slot, slot.name, SYMBOLS_ROW)
        _draw_legend(canvas, scene, x + 2, card.width - 4, plan.gradients_row)
        _draw_bottom_note(canvas, scene, plan, x, card, f"m={scene.shown.size('m')}" if is_batch(scene) else "", "m")
    else:
        _draw_error(canvas, scene, x, card)
        for slot in card.slots:
            _draw_slot(canvas, scene, plan, x, slot, slot.name, plan.gradients_row)
        reduction = scene.session.network.reduction if is_batch(scene) and has_layers(scene) else ""
        _draw_bottom_note(canvas, scene, plan, x, card, reduction, "1")


def _draw_title(canvas: Canvas, scene: Scene, x: int, card: Card, is_active: bool) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    layers = inner_cards(scene)
    look = accent_style(palette) if is_active else style(palette.muted)
    if card.layer in {0, layers + 1}:
        canvas.write(x + 2, 0, " input " if card.layer == 0 else " loss ", look)
        return
    if not has_layers(scene):
        title = clipped(card_title(scene, card.layer), card.width - 6, glyphs)
        canvas.write(x + 2, 0, f" {title} ", look)
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
        canvas.write(x + 2, plan.card_height - 1, f" {text} ", look)


# one quantity


def _draw_slot(canvas: Canvas, scene: Scene, plan: MapPlan, card_x: int, slot: Slot, name: str, y: int) -> None:
    """A quantity with its values. What it looks like is remembered by its array and all else that decides it."""
    found = quantity(scene, name, brief=plan.brief)
    x = card_x + slot.x
    decided_by = (
        (name, slot, plan.style, plan.lane, scene.palette, scene.glyphs, canvas.background, _is_update(scene)),
        (found.symbol, found.text, found.shape, found.sizes, found.previous, found.role, found.selected),
        state_tag(scene, found.symbol.id),
    )
    piece, suffix = _SLOTS.of(
        found.values, decided_by, lambda: _slot_piece(scene, plan, slot, name, found, canvas.background)
    )
    canvas.blit(piece, x - 1, y)
    if suffix:
        # On the line under the matrix, where nothing else is written: `×10⁻⁴`.
        canvas.write(x + 1, y + 1 + plan.lane, suffix, style(scene.palette.text))


def _slot_piece(
    scene: Scene, plan: MapPlan, slot: Slot, name: str, found: Quantity, background: Style
) -> tuple[Canvas, str]:
    """The quantity from the column before it on, and the exponent that its numbers share."""
    canvas = Canvas(slot.width + 1, 1 + (plan.lane if slot.numeric else 1), background)
    _draw_symbol(canvas, scene, 1, 0, slot, found)
    if not slot.numeric:
        width = slot.width - 2
        heat = strip_picture(found, width)
        draw_map_strip(canvas, 1, 1, heat, width, found.shape[0], scene.palette, scene.glyphs)
        canvas.mark(1, 1, slot.width, 1, Target("quantity", name))
        return canvas, ""
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
    draw(canvas, 1, 1, picture, scene.palette, scene.glyphs)
    return canvas, number.suffix if found.values is not None else ""


def _draw_symbol(canvas: Canvas, scene: Scene, x: int, y: int, slot: Slot, found: Quantity) -> None:
    palette = scene.palette
    look = symbol_style(scene, found)
    canvas.write(x - 1, y, mark_of(scene, found), look)
    after = canvas.write(x, y, found.text, look)
    canvas.mark(x - 1, y, after - x + 1, 1, Target("quantity", found.symbol.id))
    pieces = badge(scene.glyphs, found.shape)
    length = sum(width_of(text) for text, _ in pieces)
    shows_badge = (
        slot.measured.longest + length + (1 if length > 2 or not exists(scene, f"grad_{slot.name}") else 2)
        <= slot.width
    )
    if shows_badge:
        cursor = x + slot.width - length
        for text, dimension in pieces:
            cursor = canvas.write(cursor, y, text, dimension_style(palette, dimension))
    tag = state_tag(scene, found.symbol.id)
    if tag and after + 1 + width_of(tag) + (length + 1 if shows_badge else 0) <= x + slot.width:
        is_now = _is_update(scene) and mark_of(scene, found) != ""
        canvas.write(after + 1, y, tag, accent_style(palette) if is_now else style(palette.muted))


def _is_update(scene: Scene) -> bool:
    """Whether the step shown made some of the optimiser's state."""
    return scene.view.is_done and scene.view.step.target.prefix not in {"", "grad"}


def _number_format(found: Quantity, plan: MapPlan, scene: Scene) -> MatrixFormat:
    """As many decimals as the style has, fewer where a number would not fit its cell."""
    ascii_only = scene.glyphs.name == "ascii"
    for decimals in range(plan.style.decimals, 0, -1):
        number = choose_format(found.values, decimals, ascii=ascii_only)
        if number.width <= plan.style.cell:
            return number
    return choose_format(found.values, 0, ascii=ascii_only)


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
    error = scene.session.program.error.id
    found = quantity(scene, error)
    look = symbol_style(scene, found)
    canvas.write(x + 1, SYMBOLS_ROW, mark_of(scene, found), look)
    canvas.write(x + 2, SYMBOLS_ROW, found.text, look)
    canvas.mark(x + 1, SYMBOLS_ROW, 3, 1, Target("quantity", error))
    if found.values is None:
        canvas.write(x + 4, VALUES_ROW, scene.glyphs.not_computed, faint_style(scene.palette))
        return
    decimals = 6 if card.width >= 14 else 4
    text = scalar_text(float(found.values[0, 0]), decimals, ascii=scene.glyphs.name == "ascii")
    look = style(scene.palette.muted) if found.previous else style(scene.palette.bright, bold=True)
    canvas.write(x + card.width - 2 - width_of(text), VALUES_ROW, text, look)
    whose = f"of {scene.session.position.iteration - 1}"
    if found.previous and width_of(whose) <= card.width - 3:
        canvas.write(x + card.width - 2 - width_of(whose), VALUES_ROW + 1, whose, look)
