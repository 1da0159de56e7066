"""Draws the map as cards: the forward lane above, each gradient under what it is the gradient of, hooks below.

Where everything lies comes from `map_plan`, what is known of a quantity from `map_quantity`.
"""

from __future__ import annotations

from rich.style import Style

from nablastep.program import BACKWARD, FORWARD
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.heat import draw_map_strip
from nablastep_tui.draw.map.bus import draw_bus, draw_small
from nablastep_tui.draw.map.card import Card, CardStyle, Slot
from nablastep_tui.draw.map.chart import Box
from nablastep_tui.draw.map.flow import draw_channel_names, draw_flow
from nablastep_tui.draw.map.plan import MapPlan, plan_within
from nablastep_tui.draw.map.quantity import (
    Quantity,
    Role,
    active_box,
    draw_state_tag,
    exists,
    link_style,
    made_text,
    mark_of,
    quantity,
    state_tag,
    strip_picture,
    symbol_style,
)
from nablastep_tui.draw.map.sizes import badge, sum_mark
from nablastep_tui.draw.map.tracks import hidden_tracks, track_rows
from nablastep_tui.draw.matrix import MatrixState, compact, draw
from nablastep_tui.draw.remembered import Remembered
from nablastep_tui.draw.spans import clipped
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import MatrixFormat, choose_format, rough_text, scalar_text
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import LEVELS, accent_style, dimension_style, faint_style, style, value_fill
from nablastep_tui.scene.scene import Scene, Target

_SLOTS: Remembered[tuple[Canvas, str]] = Remembered(512)


def draw_cards(canvas: Canvas, scene: Scene) -> None:
    """The whole map on a canvas of its size."""
    plan = plan_within(scene, canvas.width, canvas.height)
    for x, card in plan.cards:
        _draw_card(canvas, scene, plan, x, card)
    draw_flow(canvas, scene, plan)
    draw_bus(canvas, scene, plan)
    draw_channel_names(canvas, scene, plan)


# one card


def _draw_card(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    box = plan.chart.boxes[card.index]
    is_active = card.index == active_box(scene, plan.chart)
    look = accent_style(palette) if is_active else style(palette.line, dim=palette.monochrome)
    canvas.box(x, plan.card_top, card.width, plan.card_height, glyphs.card, look)
    _draw_title(canvas, scene, plan, x, card, is_active)
    network = scene.session.network
    if box.number == plan.chart.last and len(box.tracks[0]) == 1:
        _draw_error(canvas, scene, plan, x, card)
        _draw_compared(canvas, scene, plan, x, card)
        target = scene.session.program.graph.target
        is_batch = bool(network.layers) and target is not None and "m" in target.shape
        _draw_bottom_note(canvas, scene, plan, x, network.reduction if is_batch else "", "1")
    elif card.is_inline:
        _draw_tracks(canvas, scene, plan, x, card, look)
    else:
        _draw_lanes(canvas, scene, plan, x, card, look)
    if box.number == 0 and _has_samples(scene, box):
        _draw_bottom_note(canvas, scene, plan, x, f"m={scene.shown.size('m')}", "m")


def _has_samples(scene: Scene, box: Box) -> bool:
    return any("m" in scene.session.program.symbols[name].shape for name in box.names)


def _draw_lanes(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card, look: Style) -> None:
    """One track: names over their values, and under a line their gradients in the same places."""
    palette, glyphs = scene.palette, scene.glyphs
    gradients = [slot for slot in card.slots if exists(scene, f"grad_{slot.name}")]
    if gradients:
        # The line first: an exponent that the numbers above share is written on it.
        separator = plan.gradients_row - 1
        canvas.write(x, separator, glyphs.card.tee_left, look)
        canvas.horizontal(x + 1, separator, card.width - 2, glyphs.dashed, style(palette.line, dim=palette.monochrome))
        canvas.write(x + card.width - 1, separator, glyphs.card.tee_right, look)
    else:
        _draw_legend(canvas, scene, x + 2, card.width - 4, plan.gradients_row)
    for slot in card.slots:
        _draw_slot(canvas, scene, plan, x, card, slot, slot.name, plan.symbols_row)
    for slot in gradients:
        _draw_slot(canvas, scene, plan, x, card, slot, f"grad_{slot.name}", plan.gradients_row)


def _draw_tracks(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card, look: Style) -> None:
    """Several tracks, two rows each: values beside their names, gradients under them."""
    palette, glyphs = scene.palette, scene.glyphs
    rows = track_rows(scene, plan, card)
    for number, pair in rows.items():
        for slot in card.tracks[number]:
            for name, y in zip((slot.name, f"grad_{slot.name}"), pair, strict=True):
                if exists(scene, name):
                    _draw_inline(canvas, scene, plan, x, slot, name, y)
        _draw_exits(canvas, scene, plan, x, card, number, pair)
        if number + 1 in rows and rows[number + 1][0] - pair[1] > 1:
            line = style(palette.line, dim=palette.monochrome)
            canvas.write(x, pair[1] + 1, glyphs.card.tee_left, look)
            canvas.horizontal(x + 1, pair[1] + 1, card.width - 2, glyphs.dashed, line)
            canvas.write(x + card.width - 1, pair[1] + 1, glyphs.card.tee_right, look)
    if hidden := hidden_tracks(scene, plan, card, card.width - 6):
        canvas.write(x + 2, plan.card_top + plan.card_height - 1, f" {hidden} ", style(palette.muted))


def _draw_exits(
    canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card, number: int, pair: tuple[int, int]
) -> None:
    """`→P` where the end of a track is read on another track of the card."""
    last = card.tracks[number][-1]
    joins = [link for link in plan.chart.links if link.source == last.name and link.reach == "join"]
    for link in joins[:1]:
        text = symbol_text(scene.shown.symbol(link.reader), scene.glyphs, notation=scene.notation, brief=plan.brief)
        start = x + last.x + last.width
        ahead = link_style(scene, FORWARD, link.source, link.reader)
        canvas.write(start + 1, pair[0], f"{scene.glyphs.right_arrow} {text}", ahead)
        canvas.write(start + 1, pair[1], scene.glyphs.left_arrow, link_style(scene, BACKWARD, link.source, link.reader))


def _draw_inline(canvas: Canvas, scene: Scene, plan: MapPlan, card_x: int, slot: Slot, name: str, y: int) -> None:
    """`▹W [▀▀▀▀]` on one row."""
    found = quantity(scene, name, brief=plan.brief)
    x, look = card_x + slot.x, symbol_style(scene, found)
    canvas.write(x - 1, y, mark_of(scene, found), look)
    end = canvas.write(x, y, found.text, look)
    canvas.mark(x - 1, y, end - x + 1, 1, Target("quantity", name))
    body = slot.width - slot.measured.longest - 1 - 2
    draw_small(canvas, scene, found, name, x + slot.measured.longest + 1, y, body)
    more = _sum_of(scene, plan, name)
    if more:
        canvas.write(end, y, more, style(scene.palette.muted))


def _sum_of(scene: Scene, plan: MapPlan, name: str) -> str:
    """`Σ2` behind a gradient that is a sum over several readers."""
    bare = name.removeprefix("grad_")
    return sum_mark(scene.glyphs, len(plan.chart.readers.get(bare, ()))) if name != bare else ""


def _draw_title(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card, is_active: bool) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    box = plan.chart.boxes[card.index]
    look = accent_style(palette) if is_active else style(palette.muted)
    if box.number in {0, plan.chart.last}:
        canvas.write(x + 2, plan.card_top, f" {box.title} ", look)
        return
    program = scene.session.program
    last = next(slot.name for slot in reversed(card.slots) if slot.name in plan.chart.computed)
    rows = (program.symbols[last].shape or ("1",))[0]
    note = "" if rows == "1" else f" {glyphs.dimension(rows)}={scene.shown.size(rows)} "
    room = card.width - 6 - width_of(note)
    title = next((text for text in _titles(scene, box, plan.chart.last) if width_of(text) + 2 <= room), "")
    if not title:
        # The size gives way before the title does.
        title = clipped(box.title, card.width - 6, glyphs)
        note = ""
    canvas.write(x + 2, plan.card_top, f" {title} ", look)
    canvas.write(x + card.width - 2 - width_of(note), plan.card_top, note, dimension_style(palette, rows))


def _titles(scene: Scene, box: Box, last: int) -> tuple[str, ...]:
    """From long to short; of layers with what they are and what they apply."""
    layers = scene.session.network.layers
    if not layers:
        return (box.title,)
    kind = "output" if box.number == last - 1 else "hidden"
    return f"{box.title}  {kind}  {layers[box.number - 1].activation}", f"{box.title}  {kind}", box.title


def _draw_bottom_note(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, text: str, dimension: str) -> None:
    """A word on the lower edge of a card: the size of the batch, and how E is taken over it."""
    if text:
        look = dimension_style(scene.palette, dimension)
        canvas.write(x + 2, plan.card_top + plan.card_height - 1, f" {text} ", look)


# one quantity


def _draw_slot(
    canvas: Canvas, scene: Scene, plan: MapPlan, card_x: int, card: Card, slot: Slot, name: str, y: int
) -> None:
    """A quantity with its values. What it looks like is remembered by its array and all else that decides it."""
    found = quantity(scene, name, brief=plan.brief)
    x, more = card_x + slot.x, _sum_of(scene, plan, name)
    decided_by = (
        (name, slot, card.style, plan.lane, more, scene.palette, scene.glyphs, canvas.background),
        (found.symbol, found.text, found.shape, found.sizes, found.previous, found.role, found.selected),
        state_tag(scene, found.symbol.id),
    )
    piece, suffix = _SLOTS.of(
        found.values,
        decided_by,
        lambda: _slot_piece(scene, plan.lane, card.style, slot, name, more, found, canvas.background),
    )
    canvas.blit(piece, x - 1, y)
    if suffix:
        # On the line under the matrix, where nothing else is written: `×10⁻⁴`.
        canvas.write(x + 1, y + 1 + plan.lane, suffix, style(scene.palette.text))


def _slot_piece(
    scene: Scene, lane: int, look: CardStyle, slot: Slot, name: str, more: str, found: Quantity, background: Style
) -> tuple[Canvas, str]:
    """The quantity from the column before it on, and the exponent that its numbers share."""
    canvas = Canvas(slot.width + 1, 1 + (lane if slot.numeric else 1), background)
    _draw_symbol(canvas, scene, 1, 0, slot, found, more)
    if not slot.numeric:
        width = slot.width - 2
        heat = strip_picture(found, width)
        draw_map_strip(canvas, 1, 1, heat, width, found.shape[0], scene.palette, scene.glyphs)
        canvas.mark(1, 1, slot.width, 1, Target("quantity", name))
        return canvas, ""
    number = _number_format(found, look, scene)
    picture = compact(
        found.values,
        found.sizes,
        *found.shape,
        number,
        cell_width=look.cell,
        selected=found.selected,
        state=MatrixState.PREVIOUS if found.previous else MatrixState.CURRENT,
        quantity=name,
    )
    draw(canvas, 1, 1, picture, scene.palette, scene.glyphs)
    return canvas, number.suffix if found.values is not None else ""


def _draw_symbol(canvas: Canvas, scene: Scene, x: int, y: int, slot: Slot, found: Quantity, more: str) -> None:
    palette = scene.palette
    look = symbol_style(scene, found)
    pieces = badge(scene.glyphs, found.shape)
    length = sum(width_of(text) for text, _ in pieces)
    shows_badge = (
        slot.measured.longest + length + (1 if length > 2 or not slot.measured.has_gradient else 2) <= slot.width
    )
    room = slot.width - (length + 1 if shows_badge else 0)
    tag = state_tag(scene, found.symbol.id)
    shows_tag = width_of(found.text) + 1 + len(tag) <= room
    canvas.write(x - 1, y, mark_of(scene, found), look)
    text = found.text if shows_tag or found.role is not Role.WRITTEN else made_text(scene, found.text, room)
    after = canvas.write(x, y, text, look)
    canvas.mark(x - 1, y, after - x + 1, 1, Target("quantity", found.symbol.id))
    if more:
        canvas.write(after, y, f" {more}", style(palette.muted))
    if shows_badge:
        cursor = x + slot.width - length
        for text, dimension in pieces:
            cursor = canvas.write(cursor, y, text, dimension_style(palette, dimension))
    if shows_tag:
        draw_state_tag(canvas, palette, tag, after + 1, y)


def _number_format(found: Quantity, look: CardStyle, scene: Scene) -> MatrixFormat:
    """As many decimals as the style has, fewer where a number would not fit its cell."""
    ascii_only = scene.glyphs.name == "ascii"
    for decimals in range(look.decimals, 0, -1):
        number = choose_format(found.values, decimals, ascii=ascii_only)
        if number.width <= look.cell:
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


def _draw_error(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    name, top = scene.session.program.error.id, plan.symbols_row
    found = quantity(scene, name)
    look = symbol_style(scene, found)
    canvas.write(x + 1, top, mark_of(scene, found), look)
    end = canvas.write(x + 2, top, found.text, look)
    canvas.mark(x + 1, top, end - x, 1, Target("quantity", name))
    if found.values is None:
        canvas.write(x + 4, top + 1, scene.glyphs.not_computed, faint_style(scene.palette))
        return
    error, ascii_only = float(found.values[0, 0]), scene.glyphs.name == "ascii"
    text = scalar_text(error, 6 if card.width >= 14 else 4, ascii=ascii_only)
    if width_of(text) > card.width - 3:
        text = rough_text(error, card.width - 3, ascii=ascii_only)
    look = style(scene.palette.muted) if found.previous else style(scene.palette.bright, bold=True)
    canvas.write(x + card.width - 2 - width_of(text), top + 1, text, look)
    whose = f"of {scene.session.position.iteration - 1}"
    if found.previous and width_of(whose) <= card.width - 3 and plan.lane > 1:
        canvas.write(x + card.width - 2 - width_of(whose), top + 2, whose, look)


def _draw_compared(canvas: Canvas, scene: Scene, plan: MapPlan, x: int, card: Card) -> None:
    """Under E what only E reads: its targets."""
    if not card.is_inline:
        for slot in card.slots:
            _draw_slot(canvas, scene, plan, x, card, slot, slot.name, plan.gradients_row)
        return
    for y, (slot,) in zip(range(plan.gradients_row, plan.card_top + plan.card_height - 1), card.tracks, strict=False):
        _draw_inline(canvas, scene, plan, x, slot, slot.name, y)
