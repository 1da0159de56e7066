"""Draws the map as a rail of two lines of symbols, gradients under what they belong to, with the hooks below."""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.program import BACKWARD, FORWARD
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.lines import draw_hook
from nablastep_tui.drawing.map_quantity import (
    Role,
    active_layer,
    exists,
    flow_style,
    mark_of,
    quantity,
    symbol_style,
)
from nablastep_tui.drawing.map_spec import card_names, has_layers, is_computed_forward
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import selected_style, style

WIDEST_PITCH = 12
PITCH = 8
_STUB = 4


@dataclass(frozen=True)
class _Stop:
    """One place on the rail: a quantity, and the layer it belongs to (0 the input, one more than the last the loss)."""

    name: str
    layer: int


@dataclass(frozen=True)
class _Rail:
    """The stops in sight from column `x` on, `pitch` cells apart; layers out of sight on either side.

    `brief`: names without the parentheses of their layers. `arrows`: there is room for them between the names.
    """

    stops: tuple[_Stop, ...]
    x: int
    pitch: int
    hidden_left: int = 0
    hidden_right: int = 0
    brief: bool = False
    arrows: bool = True

    def column(self, index: int) -> int:
        """The column of a stop's symbol."""
        return self.x + index * self.pitch


def draw_rail(canvas: Canvas, scene: Scene) -> None:
    """`a⁽⁰⁾ → W⁽⁰⁾  b⁽⁰⁾ → z⁽¹⁾ → a⁽¹⁾ … → E`, under it the gradients, under them the hooks."""
    rail = _plan(scene, canvas.width)
    for index, stop in enumerate(rail.stops):
        _draw_stop(canvas, scene, rail, index, stop)
    _draw_hooks(canvas, scene, rail)
    muted = style(scene.palette.muted)
    if rail.hidden_left:
        canvas.write(0, 0, f"{scene.glyphs.more_left} {rail.hidden_left}", muted)
    if rail.hidden_right:
        text = f"{rail.hidden_right} {scene.glyphs.more_right}"
        canvas.write(canvas.width - width_of(text), 0, text, muted)


def _stops(scene: Scene) -> list[_Stop]:
    cards = card_names(scene)[:-1]
    stops = [_Stop(name, number) for number, names in enumerate(cards) for name in names]
    return [*stops, _Stop(scene.session.program.error.id, len(cards))]


def _plan(scene: Scene, width: int) -> _Rail:
    stops = _stops(scene)
    last = width_of("E") + 1
    # A long notation gives up the parentheses of its layers before stops go out of sight.
    for brief in (False, scene.notation != "unicode"):
        narrowest = 1 + max(width_of(quantity_text(scene, stop.name, brief)) for stop in stops)
        for pitch in range(max(WIDEST_PITCH, narrowest), narrowest - 1, -1):
            used = (len(stops) - 1) * pitch + last
            if used <= width - 3:
                x = 2 if pitch == PITCH else max(2, (width - used) // 2)
                return _Rail(tuple(stops), x, pitch, brief=brief, arrows=pitch > narrowest)
    return _scrolled(stops, active_layer(scene), width, narrowest, brief)


def _scrolled(stops: list[_Stop], active: int, width: int, narrowest: int, brief: bool) -> _Rail:
    """As many stops as fit, those of the active layer in their middle."""
    room = width - 2 * _STUB
    pitch = max(narrowest, min(PITCH, room // 12))
    count = min(len(stops), max(1, room // pitch))
    own = [index for index, stop in enumerate(stops) if stop.layer == active]
    first = max(0, min(len(stops) - count, (own[0] + own[-1] + 1 - count) // 2))
    shown = stops[first : first + count]
    layers = stops[-1].layer - 1
    left = {stop.layer for stop in stops[:first]} & set(range(1, layers + 1))
    right = {stop.layer for stop in stops[first + count :]} & set(range(1, layers + 1))
    return _Rail(tuple(shown), _STUB, pitch, len(left), len(right), brief, pitch > narrowest)


def quantity_text(scene: Scene, name: str, brief: bool) -> str:
    """The longer of the texts of the quantity and its gradient."""
    gradient = f"grad_{name}"
    return quantity(scene, gradient if exists(scene, gradient) else name, brief=brief).text


def _draw_stop(canvas: Canvas, scene: Scene, rail: _Rail, index: int, stop: _Stop) -> None:
    x = rail.column(index)
    _draw_symbol(canvas, scene, rail, x, 0, stop.name)
    gradient = f"grad_{stop.name}"
    if exists(scene, gradient):
        _draw_symbol(canvas, scene, rail, x, 1, gradient)
    arrow = x - 2
    if index == 0 or rail.pitch < PITCH - 1 or not rail.arrows or _is_second_parameter(scene, rail, index):
        return
    canvas.write(arrow, 0, scene.glyphs.right_arrow, flow_style(scene, FORWARD, _computed_by_arrow(scene, rail, index)))
    before = rail.stops[index - 1]
    if is_computed_forward(scene, stop.name):
        reached = [f"grad_{before.name}"]
        if not is_computed_forward(scene, before.name):
            own = (other.name for other in rail.stops if other.layer == stop.layer)
            reached = [f"grad_{name}" for name in own if not is_computed_forward(scene, name)]
        look = flow_style(scene, BACKWARD, *(name for name in reached if exists(scene, name)))
        canvas.write(arrow, 1, scene.glyphs.left_arrow, look)


def _is_second_parameter(scene: Scene, rail: _Rail, index: int) -> bool:
    """Whether it stands beside another quantity that comes in from outside."""
    stop, before = rail.stops[index], rail.stops[index - 1]
    outer = not is_computed_forward(scene, stop.name) and not is_computed_forward(scene, before.name)
    return outer and stop.layer == before.layer


def _computed_by_arrow(scene: Scene, rail: _Rail, index: int) -> str:
    """The arrow before W is the one into this layer, which its z needs."""
    later = (stop.name for stop in rail.stops[index:] if is_computed_forward(scene, stop.name))
    return next(later, rail.stops[index].name)


def _draw_symbol(canvas: Canvas, scene: Scene, rail: _Rail, x: int, y: int, name: str) -> None:
    found = quantity(scene, name, brief=rail.brief)
    length = width_of(found.text)
    if found.role is Role.WRITTEN:
        margin = " " if rail.pitch >= PITCH else ""
        canvas.write(x - 1, y, f"{mark_of(scene, found)}{found.text}{margin}", selected_style(scene.palette))
    else:
        look = symbol_style(scene, found)
        canvas.write(x - 1, y, mark_of(scene, found), look)
        canvas.write(x, y, found.text, look)
    canvas.mark(x - 1, y, length + 1, 1, Target("quantity", name))


def _draw_hooks(canvas: Canvas, scene: Scene, rail: _Rail) -> None:
    if not has_layers(scene):
        return
    for index, stop in enumerate(rail.stops):
        end = next((other for other, found in enumerate(rail.stops) if found.name == f"z{stop.layer + 1}"), None)
        if stop.name[0] != "a" or stop.layer == 0 or end is None:
            continue
        look = flow_style(scene, BACKWARD, f"grad_a{stop.layer}")
        draw_hook(canvas, rail.column(index) + 2, rail.column(end) + 2, 2, look, scene.glyphs)
