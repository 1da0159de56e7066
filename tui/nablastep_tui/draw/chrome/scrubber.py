"""The tape of one iteration: its phases, how far it has been played, and a symbol for every step.

What does not fit gives way in order: the brackets of the layer marks, symbols beside others (the current one stays),
and at last the single steps, which are then taken together by layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Literal

from rich.style import Style

from nablastep.program import BACKWARD, FORWARD, Program, Step
from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.morph import between
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import Phase, accent_style, faint_style, phase_style, selected_style, style
from nablastep_tui.scene.scene import Scene, Target

WIDEST_CELL = 10
NAME_GAP = 4
BAR_GAP = 2

Form = Literal["full", "brief", "bar"]
Unit = tuple[Step, ...]
"""Steps that share a place on the bar: one step, or where there are too many, all of a layer and phase."""


@record()
class Tape:
    """How the bar is laid out: units by blocks (unbroken runs of one phase), each `cell` cells wide."""

    form: Form
    blocks: tuple[tuple[Unit, ...], ...]
    cell: int
    gap: int

    @property
    def width(self) -> int:
        """Cells from the first unit to the last."""
        return self.cell * sum(map(len, self.blocks)) + self.gap * (len(self.blocks) - 1)


def draw_scrubber(canvas: Canvas, scene: Scene) -> None:
    """Names of the phases, bar and symbols on three rows; bar and names on two; the bar alone on one."""
    tape = plan_tape(scene, canvas.width - 2, with_symbols=canvas.height >= 3)
    dots: dict[int, int] = {}
    bar_row = 1 if canvas.height >= 3 else 0
    names_row = {1: -1, 2: 1}.get(canvas.height, 0)
    x = max(1, (canvas.width - tape.width) // 2)
    _mark_gaps(canvas, tape, x)
    for index, block in enumerate(tape.blocks):
        end = canvas.width if index == len(tape.blocks) - 1 else x + len(block) * tape.cell + tape.gap - 1
        _draw_name(canvas, scene, block[0][0], x, names_row, end - x)
        for unit in block:
            _draw_unit(canvas, scene, tape, unit, x, bar_row)
            if canvas.height >= 3 and (tape.form != "bar" or _is_current(scene, unit)):
                _draw_symbol(canvas, scene, tape, unit, x, bar_row + 1)
            _mark(canvas, unit, x, tape.cell)
            dots |= dict.fromkeys((step.number for step in unit), x + tape.cell // 2)
            x += tape.cell
        x += tape.gap
    if canvas.height >= 3 and tape.form == "bar":
        _draw_some_symbols(canvas, scene, tape, dots, bar_row + 1)
    _draw_dot(canvas, scene, dots, bar_row)


def plan_tape(scene: Scene, width: int, *, with_symbols: bool) -> Tape:
    """The layout of the bar in `width` cells."""
    return _planned(scene.session.program, scene.glyphs, scene.notation, width, with_symbols)


@lru_cache(maxsize=64)
def _planned(program: Program, glyphs: Glyphs, notation: str, width: int, with_symbols: bool) -> Tape:
    steps = program.steps
    blocks = tuple(tuple((step,) for step in block) for _, block in groupby(steps, key=lambda step: step.block))
    forms: tuple[Form, ...] = ("full", "brief") if with_symbols else ()
    for form in forms:
        longest = max(
            width_of(symbol_text(step.target, glyphs, notation=notation, brief=form == "brief")) for step in steps
        )
        for gap in (NAME_GAP, BAR_GAP):
            cell = _cell(blocks, width, gap)
            if cell > longest:
                return Tape(form, blocks, min(cell, max(WIDEST_CELL, longest + 1)), gap)
    for gap in (BAR_GAP, 1):
        if _cell(blocks, width, gap) >= 1:
            return Tape("bar", blocks, min(6, _cell(blocks, width, gap)), gap)
    return _by_layers(blocks, width)


def _cell(blocks: tuple[tuple[Unit, ...], ...], width: int, gap: int) -> int:
    """The most cells that each unit can have."""
    return (width - gap * (len(blocks) - 1)) // sum(map(len, blocks))


def _by_layers(blocks: tuple[tuple[Unit, ...], ...], width: int) -> Tape:
    """One unit per phase and layer; neighbours are joined in pairs until they fit."""
    grouped = tuple(
        tuple(
            tuple(step for unit in units for step in unit) for _, units in groupby(block, key=lambda unit: unit[0].card)
        )
        for block in blocks
    )
    gap = 1
    while _cell(grouped, width, gap) < 1:
        if all(len(block) == 1 for block in grouped):
            grouped, gap = (tuple(_paired(tuple(block[0] for block in grouped))),), 0
        else:
            grouped = tuple(tuple(_paired(block)) for block in grouped)
    return Tape("bar", grouped, _cell(grouped, width, gap), gap)


def _paired(units: tuple[Unit, ...]) -> list[Unit]:
    """Every two neighbours as one."""
    return [tuple(step for unit in units[place : place + 2] for step in unit) for place in range(0, len(units), 2)]


def _draw_name(canvas: Canvas, scene: Scene, step: Step, x: int, y: int, room: int) -> None:
    """`◀ backward`, or its glyph alone where the word would reach into the next phase."""
    phase: Phase = step.phase  # type: ignore[assignment]
    glyph = {FORWARD: scene.glyphs.forward, BACKWARD: scene.glyphs.backward}.get(step.phase, scene.glyphs.update)
    look = style(scene.palette.muted)
    if scene.view.is_done and scene.view.step.block >= step.block:
        look = phase_style(scene.palette, phase, bold=scene.view.step.block == step.block)
    text = f"{glyph} {step.phase}"
    canvas.write(x, y, text if width_of(text) <= room else glyph, look)


def _draw_unit(canvas: Canvas, scene: Scene, tape: Tape, unit: Unit, x: int, y: int) -> None:
    """Solid where played, dashed where not, the accent with its dot where the session stands."""
    palette, glyphs = scene.palette, scene.glyphs
    phase: Phase = unit[0].phase  # type: ignore[assignment]
    if _is_current(scene, unit):
        canvas.horizontal(x, y, tape.cell, glyphs.heavy, accent_style(palette))
    elif unit[-1].number <= scene.session.position.step:
        canvas.horizontal(x, y, tape.cell, glyphs.heavy, phase_style(palette, phase))
    else:
        canvas.horizontal(x, y, tape.cell, glyphs.dashed, faint_style(palette))


def _draw_dot(canvas: Canvas, scene: Scene, dots: Mapping[int, int], y: int) -> None:
    """Where the session stands; during a step on its way from where it stood."""
    iteration, step = scene.session.position
    if step not in dots or not scene.view.is_done:
        return
    x, motion = dots[step], scene.motion
    if motion is not None and motion.kind == "step" and motion.start.iteration == iteration:
        x = between(dots.get(motion.start.step, dots[1]), x, motion.slid)
    canvas.write(x, y, scene.glyphs.position, accent_style(scene.palette))


def _draw_symbol(canvas: Canvas, scene: Scene, tape: Tape, unit: Unit, x: int, y: int) -> None:
    """The symbol under its step."""
    current = _is_current(scene, unit)
    step = scene.view.step if current else unit[0]
    text = _name(scene, step, tape.form)
    if not current:
        canvas.write(x + _indent(tape.cell, text), y, text, _symbol_style(scene, step))
        return
    length = width_of(text) + 2 if tape.form == "bar" else tape.cell
    start = max(0, min(x + (tape.cell - length) // 2, canvas.width - length))
    canvas.write(start, y, " " * length, selected_style(scene.palette))
    canvas.write(start + _indent(length, text), y, text, selected_style(scene.palette))


def _draw_some_symbols(canvas: Canvas, scene: Scene, tape: Tape, dots: Mapping[int, int], y: int) -> None:
    """Without room for all of them, the symbols that do not touch the one before; the same ones at every step."""
    taken, free = canvas.text_rows()[y], 1
    for unit in (unit for block in tape.blocks for unit in block if len(unit) == 1):
        text = _name(scene, unit[0], "brief")
        length = width_of(text)
        x = max(free, dots[unit[0].number] - length // 2)
        if x > dots[unit[0].number] or x + length >= canvas.width:
            continue
        free = x + length + 1
        if not _is_current(scene, unit) and not taken[x - 1 : free].strip():
            canvas.write(x, y, text, _symbol_style(scene, unit[0]))


def _name(scene: Scene, step: Step, form: Form) -> str:
    return symbol_text(step.target, scene.glyphs, notation=scene.notation, brief=form == "brief")


def _indent(cell: int, text: str) -> int:
    """Blank cells before a centred text: at least one, so that neighbours never touch."""
    return (cell - width_of(text) + 1) // 2


def _symbol_style(scene: Scene, step: Step) -> Style:
    done = step.number <= scene.session.position.step
    return style(scene.palette.text if done else scene.palette.muted)


def _is_current(scene: Scene, unit: Unit) -> bool:
    return scene.view.is_done and unit[0].number <= scene.session.position.step <= unit[-1].number


def _mark_gaps(canvas: Canvas, tape: Tape, x: int) -> None:
    """Beside the tape and between its blocks a click goes to the nearest step."""
    start = 0
    for index, block in enumerate(tape.blocks):
        end = x + tape.cell * len(block)
        is_last = index == len(tape.blocks) - 1
        half = canvas.width if is_last else end + (tape.gap + 1) // 2
        canvas.mark(start, 0, x - start, canvas.height, Target("step", number=block[0][0].number))
        canvas.mark(end, 0, half - end, canvas.height, Target("step", number=block[-1][-1].number))
        start, x = half, end + tape.gap


def _mark(canvas: Canvas, unit: Unit, x: int, cell: int) -> None:
    """Every column jumps to a step: in a unit of several, to the step in that part of it."""
    if len(unit) == 1:
        canvas.mark(x, 0, cell, canvas.height, Target("step", number=unit[0].number))
        return
    for column in range(cell):
        step = unit[column * len(unit) // cell]
        canvas.mark(x + column, 0, 1, canvas.height, Target("step", number=step.number))
