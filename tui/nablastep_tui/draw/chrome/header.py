"""The first row: which network, how it learns, in which convention, where in time, and E.

What does not fit is left out, least important first; iteration and E always stay.
"""

from __future__ import annotations

from collections.abc import Iterable

from nablastep.network import Network
from nablastep.words import convention_words
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.spans import Spans, clipped, spans_width, trimmed, write_spans
from nablastep_tui.look.numbers import error_text
from nablastep_tui.look.symbols import plain, symbol_text
from nablastep_tui.look.themes import accent_style, dimension_style, style
from nablastep_tui.scene.scene import Scene

_GAP = 3
_LOSSES = {
    "half_squared_error": "½Σ(a−y)²",
    "mean_squared_error": "Σ(a−y)²/n",
    "binary_cross_entropy": "binary CE",
    "categorical_cross_entropy": "CE",
    "huber": "Huber",
}
_MET_IN = {
    "column": "textbooks",
    "column-transposed": "W from i to j",
    "row-keras": "Keras",
    "row-pytorch": "PyTorch",
}


def draw_header(canvas: Canvas, scene: Scene) -> None:
    """The header on the panel band."""
    palette, glyphs = scene.palette, scene.glyphs
    canvas.fill(0, 0, canvas.width, 1, style(palette.text, palette.panel))
    right = _time_and_error(scene)
    right_x = canvas.width - 1 - spans_width(right)
    write_spans(canvas, right_x, 0, right)
    x = write_spans(canvas, 1, 0, _brand(scene)) + 2
    status = _status(scene)
    while status and x + _total(status) > right_x:
        status = status[1:]  # what is going on stands in the title of the stage, too
    reserved = sum(spans_width(item) + _GAP for item in status)
    title = clipped(scene.session.network.title, right_x - _GAP - reserved - x, glyphs)
    x = canvas.write(x, 0, title, style(palette.bright))
    room = right_x - _GAP - x - reserved
    model, chips, sizes = _model(scene), _chips(scene), _sizes(scene)
    is_own = scene.view.convention.name == scene.session.network.convention
    shown = _fitting([*model, *chips, sizes] if is_own else [*chips, *model, sizes], room)
    left = [item for item in shown if item in model or item is sizes]
    for item in left:
        x = write_spans(canvas, x + _GAP, 0, item)
    right_group = [*(item for item in shown if item in chips), *status]
    x = right_x - _total(right_group)
    for item in right_group:
        x = write_spans(canvas, x, 0, item) + _GAP


def _fitting(items: list[Spans], room: int) -> list[Spans]:
    """The first items that fit together."""
    shown: list[Spans] = []
    for item in items:
        if _total([*shown, item]) > room:
            break
        shown.append(item)
    return shown


def _total(items: list[Spans]) -> int:
    return sum(spans_width(item) + _GAP for item in items)


def _brand(scene: Scene) -> Spans:
    name = ("nablastep", style(scene.palette.bright, bold=True))
    if scene.glyphs.name == "ascii":
        return (name,)
    return ((f"{scene.glyphs.nabla} ", accent_style(scene.palette)), name)


def _time_and_error(scene: Scene) -> Spans:
    """`iteration 1   E 0.298371`, or until a step computes E `iteration 2   E of 1: 0.298371`; of an edit, both E."""
    palette, ascii_only = scene.palette, scene.glyphs.name == "ascii"
    muted, bright = style(palette.muted), style(palette.bright, bold=True)
    iteration = scene.session.position.iteration
    time: Spans = (("iteration ", muted), (str(iteration), bright), (f"   {_error_text(scene)} ", muted))
    edit = scene.what_if
    if edit is not None and edit.acts:
        before = error_text(edit.error_before, ascii=ascii_only)
        after = error_text(edit.error_after, ascii=ascii_only)
        return (*time, (plain(f"{before} → ", scene.glyphs), style(palette.text)), (after, accent_style(palette)))
    name = scene.session.program.error.id
    error, earlier = scene.view.value(name), scene.view.previous(name)
    if error is None and earlier is not None:
        return (*time, (f"of {iteration - 1}: {error_text(earlier, ascii=ascii_only)}", muted))
    return (*time, (error_text(error, ascii=ascii_only), bright))


def _error_text(scene: Scene) -> str:
    return symbol_text(scene.session.program.error, scene.glyphs)


def _status(scene: Scene) -> list[Spans]:
    """What is going on: work, playing, recording, and the branch where there are several."""
    palette, glyphs, session = scene.palette, scene.glyphs, scene.session
    found: list[Spans] = []
    if scene.busy:
        found.append(((scene.busy, style(palette.text)),))
    if scene.playing:
        found.append(((f"{glyphs.forward} playing", style(palette.text)),))
    if scene.recording:
        found.append(((f"{glyphs.position} rec", style(palette.backward, bold=True)),))
    if session.branches:
        found.append((("branch ", style(palette.muted)), (str(session.branch), style(palette.text, bold=True))))
    return found


def _model(scene: Scene) -> list[Spans]:
    """Activations, loss and learning rate, in order of importance, which is that of reading too."""
    network, glyphs = scene.session.network, scene.glyphs
    muted = style(scene.palette.muted)
    rate = trimmed(float(scene.session["learning_rate"]), ascii=glyphs.name == "ascii")
    optimizer = "" if network.optimizer.name == "sgd" else f"{network.optimizer.name} "
    activations = plain(" → ", glyphs).join(_runs(layer.activation for layer in network.layers))
    texts = (
        activations or f"{len(scene.session.program.forward)} equations",
        _loss_text(network, glyphs.name == "ascii"),
        f"{optimizer}{plain('η', glyphs)} {rate}",
    )
    return [((text, muted),) for text in texts if text]


def _sizes(scene: Scene) -> Spans:
    network = scene.session.network
    if network.layers:
        return (("-".join(map(str, network.sizes)), style(scene.palette.muted)),)
    named: Spans = ()
    for dimension, size in network.dimensions.items():
        text = f"{scene.glyphs.dimension(dimension)}={size}"
        named += ((" ", style(scene.palette.muted)),) if named else ()
        named += ((text, dimension_style(scene.palette, dimension)),)
    return named


def _runs(names: Iterable[str]) -> list[str]:
    """Neighbouring equal names once."""
    found: list[str] = []
    for name in names:
        if not found or found[-1] != name:
            found.append(name)
    return found


def _loss_text(network: Network, ascii_only: bool) -> str:
    return network.loss.replace("_", " ") if ascii_only else _LOSSES.get(network.loss, network.loss.replace("_", " "))


def _chips(scene: Scene) -> list[Spans]:
    """The convention's formula, and where people meet it."""
    convention = scene.view.convention
    formula, _ = convention_words(convention, scene.session.program)
    chip: Spans = ((plain(formula, scene.glyphs), style(scene.palette.text)),)
    if not scene.session.network.layers:
        return [chip]
    return [chip, ((_MET_IN.get(convention.name, convention.name), style(scene.palette.muted)),)]
