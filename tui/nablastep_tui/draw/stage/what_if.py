"""Draws the what-if panel: one number edited, what the gradient promised for E, and what comes.

All numbers are in `scene.what_if`; the sentences come from `what_if_words`. The curve appears where there is room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from rich.style import Style

from nablastep.cells import parse_cell
from nablastep.expressions import Symbol
from nablastep.notation.settings import printed_base
from nablastep.words import number_kind
from nablastep_tui.draw.bars import draw_signed_bar
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.draw.plot import CurvePlot, Point, draw_curve
from nablastep_tui.draw.spans import Spans, spans_width, trimmed, write_spans
from nablastep_tui.draw.stage.what_if_words import expected_gap, gap, verdict
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import scalar_text, signed
from nablastep_tui.look.symbols import plain, symbol_text
from nablastep_tui.look.text import wrapped
from nablastep_tui.look.themes import accent_style, faint_style, selected_style, style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.scene.what_if import WhatIf

PLOT_FROM = 104
"""Columns from which on the curve stands beside everything else."""
NARROW_PLOT_FROM = 76
"""Columns from which on it stands beside the numbers, in the place of their bars; the sentences are below both."""
LEAST_PLOT_ROWS = 12
_NUMBERS_END = 37


@dataclass(frozen=True)
class Row:
    """One line of numbers: its label (a bold part and a muted one), the number, and the bar's value if it has one."""

    label: str
    note: str
    number: str
    look: Style
    bar: float | None = None


@dataclass(frozen=True)
class _Plan:
    """The rows at which things stand; 0 where something has no room."""

    field: int
    slider: int
    rows: tuple[int, ...]
    sentence: int


def draw_what_if(canvas: Canvas, scene: Scene) -> None:
    """The panel in place of the stage; nothing without an edit."""
    what_if, palette = scene.what_if, scene.palette
    if what_if is None:
        return
    margin = 4 if canvas.width >= 100 else 2
    can_plot = canvas.height >= LEAST_PLOT_ROWS and len(what_if.curve) > 1
    is_wide = can_plot and canvas.width >= PLOT_FROM
    is_narrow = can_plot and not is_wide and canvas.width >= NARROW_PLOT_FROM
    width = (min(canvas.width * 53 // 100, 90) if is_wide else canvas.width) - margin
    lines = _sentences(scene, what_if, width - margin)
    plan = _plan(canvas.height, len(_rows(scene, what_if)), len(lines), with_slider=not is_narrow)
    _draw_title(canvas, scene, what_if)
    _draw_field(canvas, scene, what_if, margin, plan.field)
    if plan.slider:
        _draw_slider(canvas, scene, what_if, margin, plan.slider, width - margin - 6)
    _draw_rows(canvas, scene, what_if, plan, margin, margin + _NUMBERS_END if is_narrow else width)
    for offset, line in enumerate(lines[: max(0, canvas.height - plan.sentence)]):
        canvas.write(margin, plan.sentence + offset, line, style(palette.muted))
    if is_wide:
        top = 4 if canvas.height >= 16 else 3
        _draw_plot(canvas, scene, what_if, width + margin, top, canvas.height - 5, legend_y=2)
    elif is_narrow:
        top = plan.field + 1
        _draw_plot(canvas, scene, what_if, margin + _NUMBERS_END + 3, top, plan.sentence - top, legend_y=plan.field)


def _plan(height: int, rows: int, lines: int, *, with_slider: bool = True) -> _Plan:
    """Rows from the top: title, field, slider, numbers, sentences; blank rows between as far as there are any."""
    spare = height - 2 - rows - lines
    slider = 2 if spare >= 2 and with_slider else 0
    spare -= slider
    blanks = [0, 0, 0, 0]  # after the title, before the slider, before the numbers, before the sentence
    for place in (2, 3, 0, *((1,) if slider else ())):
        if spare > 0:
            blanks[place], spare = 1, spare - 1
    field = 1 + blanks[0]
    slider_row = field + 1 + blanks[1] if slider else 0
    y = field + 1 + (blanks[1] + slider if slider else 0) + blanks[2]
    places = []
    # Spare rows part E before, promise, outcome, gap and E after; the estimate stays with its gap.
    parted = {0: (), 1: (3,), 2: (1, 5), 3: (1, 3, 5)}.get(max(0, spare), (1, 2, 3, 5))
    for index in range(rows):
        y += index in parted
        places.append(y)
        y += 1
    return _Plan(field, slider_row, tuple(places), y + blanks[3])


def _symbol(scene: Scene, what_if: WhatIf) -> Symbol | None:
    """The quantity that is edited, as it stands in the equations; None for the learning rate."""
    name, program = parse_cell(what_if.cell).name, scene.session.program
    return program.samples.get(name) or program.symbols.get(name)


def _variable(scene: Scene, what_if: WhatIf) -> str:
    """The letter for "the number that moves": of an entry the small one."""
    symbol = _symbol(scene, what_if)
    if symbol is None:
        return "η"
    base = printed_base(symbol)
    return base.lower() if len(base) == 1 else base


def _gradient(scene: Scene, what_if: WhatIf) -> str:
    """What the promise is made with: the gradient, or for what has none the slope of E."""
    symbol, program = _symbol(scene, what_if), scene.session.program
    if symbol is not None and (symbol.gradient.id in program.symbols or symbol.gradient.id in program.views):
        whole = Symbol(printed_base(symbol), None, symbol.shape).gradient
        return symbol_text(whole, scene.glyphs, notation=scene.notation)
    return _about(scene, "E′")


def _about(scene: Scene, text: str) -> str:
    return scene.session.program.about(text)


def _draw_title(canvas: Canvas, scene: Scene, what_if: WhatIf) -> None:
    palette = scene.palette
    muted, key = style(palette.muted), accent_style(palette)
    symbol = _symbol(scene, what_if)
    kind = number_kind(scene.session.program, "" if symbol is None else symbol.id)
    line = style(palette.line, dim=palette.monochrome)
    ends: Spans = ((" enter", key), (" keep   ", muted), ("esc", key), (" discard ", muted))
    x = canvas.width - 4 - spans_width(ends)
    about = f"  one {kind} edited, nothing committed"
    more = ": the map shows what would be"
    parts = [("what if", key), (about + more if 12 + width_of(about + more) < x else about, muted)]
    draw_title_rule(canvas, 1, 0, canvas.width - 2, parts, ("", muted), line, scene.glyphs)
    if x > 4 + sum(width_of(text) for text, _ in parts):
        write_spans(canvas, x, 0, ends)


def _draw_field(canvas: Canvas, scene: Scene, what_if: WhatIf, x: int, y: int) -> None:
    """`W⁽¹⁾₂₁   0.500 → 1.3   Δw +0.800`, and beside the field why its text is not taken."""
    palette, glyphs = scene.palette, scene.glyphs
    ascii_only = glyphs.name == "ascii"
    # The label has superscripts; the name that commands use has none.
    label = what_if.cell if ascii_only else what_if.label
    x = canvas.write(x, y, label, style(palette.bright, bold=True)) + 3
    x = canvas.write(x, y, trimmed(what_if.old, ascii=ascii_only), style(palette.muted))
    x = canvas.write(x, y, plain(" → ", glyphs), style(palette.muted))
    text = what_if.text if ascii_only else what_if.text.replace("-", "−")
    x = canvas.write(x, y, f" {text} ", selected_style(palette)) + 3
    if what_if.problem:
        canvas.write(x, y, f"{glyphs.cross} {what_if.problem}", style(palette.bright, bold=True))
        return
    x = canvas.write(x, y, plain(f"Δ{_variable(scene, what_if)} ", glyphs), style(palette.muted))
    change = what_if.new - what_if.old
    canvas.write(x, y, _plus(trimmed(change, ascii=ascii_only), change), style(palette.text))


def _plus(text: str, value: float) -> str:
    return f"+{text}" if value > 0 else text


# the slider


def _draw_slider(canvas: Canvas, scene: Scene, what_if: WhatIf, x: int, y: int, width: int) -> None:
    """Old and new on the range of the curve: `────○━━●────`, with names under it."""
    palette, glyphs = scene.palette, scene.glyphs
    canvas.horizontal(x, y, width, glyphs.rule, faint_style(palette))
    shown = [value for value in (what_if.old, what_if.new) if math.isfinite(value)]
    if not shown:
        return  # what has run away has no place
    curve = (what_if.curve[0][0], what_if.curve[-1][0]) if what_if.curve else ()
    ends = [end for end in curve if math.isfinite(end)] or [shown[0] - 2, shown[0] + 2]
    low, high = min(*ends, *shown), max(*ends, *shown)

    def column(value: float) -> int:
        # Halved first, as the whole range may be no double any more.
        return x + round((value / 2 - low / 2) / ((high / 2 - low / 2) or 1.0) * (width - 1))

    if low < 0 < high:
        canvas.write(column(0), y, glyphs.vertical, style(palette.muted))
    places = [column(value) for value in shown]
    canvas.horizontal(min(places), y, max(places) - min(places), glyphs.heavy, accent_style(palette))
    muted, bright = style(palette.muted), style(palette.bright, bold=True)
    names = []
    if math.isfinite(what_if.old):
        canvas.write(places[0], y, glyphs.point_before, bright)
        names.append(("was", places[0] - 1, muted))
    if math.isfinite(what_if.new):
        canvas.write(places[-1], y, glyphs.point_actual, accent_style(palette))
        names.insert(0, ("now", places[-1] - 1, bright))
    for end, at in ((low, x), (high, x + width)):
        names.append((trimmed(end, 2, ascii=glyphs.name == "ascii"), at, muted))
    if low < 0 < high:
        names.append(("0", column(0), muted))
    _write_names(canvas, names, x, y + 1, width)


def _write_names(canvas: Canvas, names: list[tuple[str, int, Style]], x: int, y: int, width: int) -> None:
    """Names under their places, the first ones first: one that would touch another is left out."""
    taken: set[int] = set()
    for text, at, look in names:
        start = max(x, min(at, x + width - width_of(text)))
        place = set(range(start - 1, start + width_of(text) + 1))
        if not place & taken:
            canvas.write(start, y, text, look)
            taken |= place


# the numbers and their bars


def _rows(scene: Scene, what_if: WhatIf) -> list[Row]:
    """E before, what the gradient promised, what comes, the gap and what the bend foretells of it, E after."""
    palette, glyphs = scene.palette, scene.glyphs
    ascii_only = glyphs.name == "ascii"
    text, bright = style(palette.text), style(palette.bright, bold=True)
    variable, gradient = _variable(scene, what_if), _gradient(scene, what_if)

    def number(value: float) -> str:
        return scalar_text(value, 6, ascii=ascii_only)

    def change(value: float) -> str:
        return signed(value, 6, ascii=ascii_only)

    if not what_if.acts:
        return []
    return [
        Row("", _about(scene, "E before"), number(what_if.error_before), text),
        Row(_about(scene, "predicted ΔE"), f"old {gradient}·Δ{variable}", change(what_if.predicted),
            style(palette.forward, bold=True), what_if.predicted),
        Row(_about(scene, "actual ΔE"), "", change(what_if.actual), accent_style(palette), what_if.actual),
        Row("gap", "actual − predicted", change(gap(what_if)), text, gap(what_if)),
        Row("", _about(scene, f"  ½E″Δ{variable}²: second order"), change(expected_gap(what_if)), style(palette.muted)),
        Row("", _about(scene, "E after"), number(what_if.error_after), bright),
    ]  # fmt: skip


def _draw_rows(canvas: Canvas, scene: Scene, what_if: WhatIf, plan: _Plan, x: int, end: int) -> None:
    palette, glyphs = scene.palette, scene.glyphs
    rows = _rows(scene, what_if)
    bars = [row.bar for row in rows if row.bar is not None and math.isfinite(row.bar)]
    scale = (min([0.0, *bars]), max([0.0, *bars]))
    bars_x = x + _NUMBERS_END + 3
    width = end - bars_x - 1
    with_bars = width >= 8 and 0 < scale[1] - scale[0] < math.inf and len(bars) == 3
    if with_bars:
        zero = bars_x + round(-scale[0] / (scale[1] - scale[0]) * (width - 1))
        first, last = plan.rows[1], plan.rows[3]
        canvas.vertical(zero, first, last - first + 1, glyphs.vertical, faint_style(palette))
        canvas.write(zero, last + 1, "0", style(palette.muted))
    for row, y in zip(rows, plan.rows, strict=True):
        after = canvas.write(x, y, plain(row.label, glyphs), style(palette.text, bold=True))
        note = plain(row.note, glyphs)
        start = after + 2 if row.label else x
        if start + width_of(note) < x + _NUMBERS_END - width_of(row.number):
            canvas.write(start, y, note, style(palette.muted))
        canvas.write(x + _NUMBERS_END - width_of(row.number), y, row.number, row.look)
        if with_bars and row.bar is not None:
            look = row.look if row.label != "gap" else style(palette.muted)
            draw_signed_bar(canvas, bars_x, y, width, row.bar, scale, look, glyphs)


def _sentences(scene: Scene, what_if: WhatIf, width: int) -> list[str]:
    old = trimmed(what_if.old, ascii=scene.glyphs.name == "ascii")
    said = _about(scene, " ".join(verdict(what_if, _variable(scene, what_if), old)))
    return wrapped(plain(said, scene.glyphs), width)


# the curve


def _draw_plot(canvas: Canvas, scene: Scene, what_if: WhatIf, x: int, y: int, height: int, *, legend_y: int) -> None:
    """E as the number moves, the straight line that the gradient promises, and the three points."""
    palette, glyphs = scene.palette, scene.glyphs
    variable = _variable(scene, what_if)
    old = trimmed(what_if.old, 3, ascii=glyphs.name == "ascii")
    width = canvas.width - x - 3
    long_names = _about(scene, f" E as {variable} moves"), f" tangent at {old}"
    _draw_legend(canvas, scene, x - 10, legend_y, long_names, has_moved=what_if.new != what_if.old)
    predicted = what_if.error_before + what_if.predicted
    points = [Point(what_if.old, what_if.error_before, "before")]
    if what_if.new != what_if.old:
        points += [
            Point(what_if.new, predicted, "predicted", drop=False),
            Point(what_if.new, what_if.error_after, "actual"),
        ]
    plot = CurvePlot(
        tuple(number for number, _ in what_if.curve),
        tuple(error for _, error in what_if.curve),
        (what_if.old, what_if.error_before, what_if.slope),
        tuple(points),
    )
    draw_curve(canvas, x, y, width, height, plot, palette, glyphs)


def _draw_legend(
    canvas: Canvas, scene: Scene, left: int, y: int, long_names: tuple[str, str], *, has_moved: bool
) -> None:
    """What the signs of the curve mean, at the right end of a row from column `left` on, in as many words as fit."""
    palette, glyphs = scene.palette, scene.glyphs
    forward, muted = style(palette.forward), style(palette.text)
    signs = [(f"{glyphs.point_before} {'was' if has_moved else 'now'}", muted)]
    if has_moved:
        signs += [
            (f"{glyphs.point_actual} actual", accent_style(palette)),
            (f"{glyphs.point_predicted} predicted", forward),
        ]
    names = (long_names, (" E", " tangent"), ("", " tangent"), ("", ""))
    for between, (curve, tangent) in product(("   ", "  "), names):
        lines = [(glyphs.rule + curve, muted), (glyphs.dashed + tangent, forward)]
        said = [*(line for line, name in zip(lines, (curve, tangent), strict=True) if name), *signs]
        legend: Spans = tuple((text + between * (at < len(said)), look) for at, (text, look) in enumerate(said, 1))
        start = canvas.width - 3 - spans_width(legend)
        if start >= left and not "".join(canvas.text_rows()[y][max(0, start - 2) :]).strip():
            write_spans(canvas, start, y, legend)
            return
