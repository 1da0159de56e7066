"""E over the iterations as bars on a log scale, the iteration of now in the accent, other branches beside it.

On a few rows it is a strip; over the stage it has a title and the numbers of its iterations.
"""

from __future__ import annotations

from collections.abc import Sequence

from nablastep.records import record
from nablastep_tui.draw.bars import LossBars, draw_loss_bars, shared_loss_bars
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.draw.remembered import Remembered
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import scalar_text
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene, Target

TALL = 6
NOTE = "log scale"
_MARGIN = 5
_LEAST_BARS = 8


@record()
class Curve:
    """The errors of one branch. `number` is the branch's, `is_here` whether the session is on it."""

    number: int
    errors: tuple[float, ...]
    is_here: bool


_DRAWN: Remembered[Canvas] = Remembered(8)
"""E stays as it is through all steps of an iteration but one."""


def draw_loss(canvas: Canvas, scene: Scene) -> None:
    """`E 0.2984 ▇▆▅… 0.0020  log scale`; a click on a bar goes to its iteration."""
    curves, background = tuple(_curves(scene)), canvas.background
    place = (canvas.width, canvas.height, background, scene.palette, scene.glyphs, scene.session.position.iteration)
    words = (_name(scene), _step_of_error(scene), bool(scene.session.branches))

    def make() -> Canvas:
        made = Canvas(canvas.width, canvas.height, background)
        _draw(made, scene, curves)
        return made

    canvas.blit(_DRAWN.of(None, (curves, place, words), make), 0, 0)


def _draw(canvas: Canvas, scene: Scene, curves: Sequence[Curve]) -> None:
    """All of it on a blank canvas."""
    if not curves[0].errors:
        told = f"{_name(scene)} appears at step {_step_of_error(scene)}"
        canvas.write(_MARGIN, canvas.height - 1, told, style(scene.palette.muted))
    shown = [curve for curve in curves if curve.errors]
    if sum(len(curve.errors) for curve in shown) < 2:
        # One value is no curve, and it stands in the header.
        if shown:
            told = f"{_name(scene)} over the iterations is drawn here from the second value on"
            canvas.write(_MARGIN, canvas.height - 1, told, style(scene.palette.muted))
        shown = []
    if canvas.height >= TALL:
        _draw_page(canvas, scene, shown)
    elif shown:
        _draw_strip(canvas, scene, shown)


def _curves(scene: Scene) -> list[Curve]:
    """This branch first, then the others; here E of the running iteration counts as soon as it is computed."""
    session = scene.session
    here = list(session.error_history)
    running = session.get(session.program.error.id)
    if running is not None and session.position.iteration == len(here) + 1:
        here.append(float(running))
    others = [Curve(branch.number, branch.error_history, False) for branch in session.branches]
    return [Curve(session.branch, tuple(here), True), *others]


def _draw_strip(canvas: Canvas, scene: Scene, curves: list[Curve]) -> None:
    """All curves side by side, each between its first and its last E."""
    palette, y = scene.palette, canvas.height - 1
    room = canvas.width - 2 * _MARGIN - width_of(NOTE) - 2
    texts = [_ends(scene, curve) for curve in curves]
    widths = _widths(texts, room)
    # Where this branch has no bar yet, its place says when it gets one.
    x = _MARGIN if curves[0].is_here else _MARGIN + 24
    shown = shared_loss_bars([curve.errors for curve in curves[: len(widths)]], widths, canvas.height)
    for curve, (before, after), bars in zip(curves, texts, shown, strict=False):
        look = style(palette.text) if curve.is_here else style(palette.muted)
        x = canvas.write(x, y, before, look) + 1
        _draw_bars(canvas, scene, curve, bars, x, 0)
        x = canvas.write(x + len(bars.starts) + 1, y, after, look) + 2
    canvas.write(x, y, NOTE, style(palette.muted))


def _widths(texts: list[tuple[str, str]], room: int) -> list[int]:
    """The cells for the bars of each curve; curves that would have next to none are left out, the last ones first."""
    share = room // len(texts)
    widths = [max(1, share - width_of(before) - width_of(after) - 4) for before, after in texts]
    return _widths(texts[:-1], room) if len(texts) > 1 and min(widths) < _LEAST_BARS else widths


def _draw_page(canvas: Canvas, scene: Scene, curves: list[Curve]) -> None:
    """Over the stage: a title, E of the first and last iteration above the bars, their numbers below."""
    palette = scene.palette
    muted = style(palette.muted)
    title = [(_name(scene), style(palette.bright, bold=True)), (" over the iterations", muted)]
    line = style(palette.line, dim=palette.monochrome)
    draw_title_rule(canvas, 1, 0, canvas.width - 2, title, (NOTE if curves else "", muted), line, scene.glyphs)
    if not curves:
        return
    room = canvas.width - 2 * _MARGIN
    curves = curves[: _fitting([sum(map(width_of, _ends(scene, curve))) + 4 for curve in curves], room)]
    share = room // len(curves)
    height = canvas.height - 4
    x = _MARGIN
    shown = shared_loss_bars([curve.errors for curve in curves], [share - 2] * len(curves), height)
    for curve, bars in zip(curves, shown, strict=True):
        before, after = _ends(scene, curve)
        look = style(palette.text) if curve.is_here else muted
        cursor = canvas.write(x, 2, before, look)
        end = x + len(bars.starts)
        canvas.write(max(cursor + 2, end - width_of(after)), 2, after, look)
        _draw_bars(canvas, scene, curve, bars, x, 3)
        canvas.write(x, canvas.height - 1, "1", muted)
        last = str(len(curve.errors))
        if len(bars.starts) > width_of(last) + 1:
            canvas.write(end - width_of(last), canvas.height - 1, last, muted)
        x += share


def _step_of_error(scene: Scene) -> int:
    return scene.session.program.step(scene.session.program.error.id).number


def _name(scene: Scene) -> str:
    return symbol_text(scene.session.program.error, scene.glyphs)


def _fitting(widths: list[int], room: int) -> int:
    """How many of the curves have room for their words side by side, the first ones; one at least."""
    return next((count for count in range(len(widths), 1, -1) if max(widths[:count]) * count <= room), 1)


def _draw_bars(canvas: Canvas, scene: Scene, curve: Curve, bars: LossBars, x: int, y: int) -> None:
    """The bars, the iteration of now in the accent; those of this branch can be clicked."""
    current = scene.session.position.iteration - 1
    shown = current if curve.is_here and current < len(curve.errors) else None
    draw_loss_bars(canvas, x, y, bars, shown, scene.palette, scene.glyphs)
    for column in range(len(bars.starts) if curve.is_here else 0):
        canvas.mark(x + column, y, 1, bars.height, Target("iteration", number=bars.index_at(column) + 1))


def _ends(scene: Scene, curve: Curve) -> tuple[str, str]:
    """What stands before and after the bars: the first and the last E, and the branch where there are several."""
    ascii_only = scene.glyphs.name == "ascii"
    first, last = (scalar_text(error, 4, ascii=ascii_only) for error in (curve.errors[0], curve.errors[-1]))
    branch = f"branch {curve.number}  " if scene.session.branches else ""
    return f"{branch}{_name(scene)} {first}", last if len(curve.errors) > 1 else ""
