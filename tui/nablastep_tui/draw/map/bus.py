"""Draws what is shared: once, above the cards, with a bus to all that read it; its gradients below, gathered.

`k of n` beside a gradient says how many terms of its sum can be computed by now.
"""

from __future__ import annotations

from nablastep.program import BACKWARD, FORWARD
from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.heat import draw_map_strip
from nablastep_tui.draw.lines import crossing
from nablastep_tui.draw.map.plan import MapPlan
from nablastep_tui.draw.map.quantity import (
    Quantity,
    Role,
    draw_state_tag,
    exists,
    link_style,
    mark_of,
    quantity,
    ready_terms,
    role,
    state_tag,
    strip_picture,
    symbol_style,
)
from nablastep_tui.draw.map.tracks import column_of
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import scalar_text
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Scene, Target

_LABEL = 9
_STRIPS = (12, 8, 5, 3)


@record()
class _Entry:
    """A shared quantity at column `x`, its strip `strip` cells wide."""

    name: str
    x: int
    width: int
    strip: int


def draw_bus(canvas: Canvas, scene: Scene, plan: MapPlan) -> None:
    """Both rows above, and both below where gradients are gathered; nothing where nothing is shared."""
    if not plan.has_bus:
        return
    entries = _entries(scene, plan, canvas.width)
    muted = style(scene.palette.muted)
    canvas.write(1, 0, "shared", muted)
    for entry in entries:
        _draw_entry(canvas, scene, plan, entry, entry.name, 0)
    hidden = len(plan.chart.shared) - len(entries)
    if hidden and entries:
        canvas.write(entries[-1].x + entries[-1].width, 0, f"{scene.glyphs.more_right} {hidden} more", muted)
    _draw_line(canvas, scene, plan, entries, 1, FORWARD)
    if plan.gathers:
        _draw_gathered(canvas, scene, plan, entries)


def _draw_gathered(canvas: Canvas, scene: Scene, plan: MapPlan, entries: list[_Entry]) -> None:
    bottom = plan.height - 1
    canvas.write(1, bottom, "summed", style(scene.palette.muted))
    for entry in entries:
        if exists(scene, f"grad_{entry.name}"):
            _draw_entry(canvas, scene, plan, entry, f"grad_{entry.name}", bottom)
    _draw_line(canvas, scene, plan, entries, bottom - 1, BACKWARD)


def _entries(scene: Scene, plan: MapPlan, width: int) -> list[_Entry]:
    """As wide as all fit; where they never do, those of the step shown come first."""
    names = list(plan.chart.shared)
    for strip in _STRIPS:
        widths = {name: _width(scene, plan, name, strip) for name in names}
        if _LABEL + sum(widths.values()) <= width:
            break
    room = width if _LABEL + sum(widths.values()) <= width else width - 10
    while len(names) > 1 and _LABEL + sum(widths[name] for name in names) > room:
        idle = [name for name in names if all(role(scene, each) is Role.NONE for each in (name, f"grad_{name}"))]
        names.remove((idle or names)[-1])
    entries, x = [], _LABEL
    for name in names:
        entries.append(_Entry(name, x, widths[name], strip))
        x += widths[name]
    return entries


def _width(scene: Scene, plan: MapPlan, name: str, strip: int) -> int:
    longest = max(
        width_of(quantity(scene, each, brief=plan.brief).text) for each in (name, f"grad_{name}") if exists(scene, each)
    )
    return 1 + longest + 1 + strip + 2 + 1 + width_of(_terms(scene, plan, name, always=True)) + 2


def _terms(scene: Scene, plan: MapPlan, name: str, *, always: bool = False) -> str:
    """`2 of 3`; nothing before there is a term."""
    ready, terms = ready_terms(scene, plan.chart, name)
    return f"{ready} of {terms}" if ready or always else ""


def _draw_entry(canvas: Canvas, scene: Scene, plan: MapPlan, entry: _Entry, name: str, y: int) -> None:
    """`▹W [▀▀▀▀]`; of a gradient `▸∇W [▀▀▀▀] 2 of 3`."""
    found = quantity(scene, name, brief=plan.brief)
    look = symbol_style(scene, found)
    canvas.write(entry.x, y, mark_of(scene, found), look)
    x = canvas.write(entry.x + 1, y, found.text, look) + 1
    canvas.mark(entry.x, y, x - entry.x, 1, Target("quantity", name))
    x = draw_small(canvas, scene, found, name, x, y, entry.strip) + 1
    if name != entry.name:
        is_now = found.role is Role.WRITTEN
        terms = _terms(scene, plan, entry.name)
        canvas.write(x, y, terms, accent_style(scene.palette) if is_now else style(scene.palette.muted))
    else:
        draw_state_tag(canvas, scene.palette, state_tag(scene, name), x, y)


def draw_small(canvas: Canvas, scene: Scene, found: Quantity, name: str, x: int, y: int, strip: int) -> int:
    """A quantity in one row: its number, or a strip of heat; returns the column after it."""
    if found.shape == ("1", "1"):
        decimals = 4 if strip >= 6 else 3
        text = scene.glyphs.not_computed
        if found.values is not None:
            text = scalar_text(float(found.values[0, 0]), decimals, ascii=scene.glyphs.name == "ascii")
        if width_of(text) > strip + 2 and found.values is not None:
            text = scalar_text(float(found.values[0, 0]), 2, ascii=scene.glyphs.name == "ascii")
        is_text = found.values is not None and not found.previous
        canvas.write(x, y, text[: strip + 2], style(scene.palette.text if is_text else scene.palette.muted))
        return x + strip + 2
    draw_map_strip(canvas, x, y, strip_picture(found, strip), strip, found.shape[0], scene.palette, scene.glyphs)
    canvas.mark(x, y, strip + 2, 1, Target("quantity", name))
    return x + strip + 2


def _draw_line(canvas: Canvas, scene: Scene, plan: MapPlan, entries: list[_Entry], y: int, phase: str) -> None:
    """The bus: from the names to every reader, what the step shown passes along it in the accent."""
    columns = column_of(plan, in_folds=2)
    above = phase == FORWARD
    spots = {entry.name: entry.x + 1 for entry in entries}
    readers = {name: plan.chart.readers[name] for name in spots if above or exists(scene, f"grad_{name}")}
    wires = [
        (spots[name], columns[reader], link_style(scene, phase, name, reader))
        for name, found in readers.items()
        for reader in found
    ]
    if not wires:
        return
    lit = accent_style(scene.palette)
    wires.sort(key=lambda wire: wire[2] == lit)
    left = min(min(wire[:2]) for wire in wires)
    right = max(max(wire[:2]) for wire in wires)
    starts, ends = {wire[0] for wire in wires}, {wire[1] for wire in wires}
    for start, end, look in wires:
        low, high = min(start, end), max(start, end)
        canvas.horizontal(low, y, high - low + 1, scene.glyphs.rule, look)
    for start, end, look in wires:
        for column in (start, end):
            down = column in (ends if above else starts)
            up = column in (starts if above else ends)
            canvas.write(column, y, _joint(scene, column, left, right, up=up, down=down), look)
        for row in range(plan.up if above else plan.down):
            at = 2 + row if above else y - 1 - row
            canvas.write(end, at, crossing(canvas.text_at(end, at), scene.glyphs), look)


def _joint(scene: Scene, column: int, left: int, right: int, *, up: bool, down: bool) -> str:
    """Where a wire leaves the bus."""
    box = scene.glyphs.card
    if left == right:
        return box.vertical
    if up and down:
        return {left: box.tee_left, right: box.tee_right}.get(column, box.cross)
    if column == left:
        return box.top_left if down else box.bottom_left
    if column == right:
        return box.top_right if down else box.bottom_right
    return box.tee_top if down else box.tee_bottom
