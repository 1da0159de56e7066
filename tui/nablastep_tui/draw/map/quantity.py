"""What the map knows of each quantity: its values, whether they are old, and what the step shown does to it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep.cells import parse_cell
from nablastep.expressions import Symbol, matrix_symbols
from nablastep.program import BACKWARD, FORWARD, UPDATE, Program, Step
from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.map.chart import Chart
from nablastep_tui.draw.pooling import HeatPicture, heat_picture
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import Phase, accent_style, faint_style, phase_style, style
from nablastep_tui.scene.scene import Cell, Scene


class Role(Enum):
    """What the step shown does with a quantity."""

    NONE = "none"
    READ = "read"
    WRITTEN = "written"


@record(eq=False)
class Quantity:
    """One quantity of the map. `values` is None if not computed; `previous`: they are the last iteration's.

    `shape` are its dimension names and `sizes` their sizes, in shown orientation. `selected` is the cell being edited.
    """

    symbol: Symbol
    text: str
    shape: tuple[str, str]
    sizes: tuple[int, int]
    values: NDArray[np.float64] | None
    previous: bool
    role: Role
    selected: Cell | None = None

    @property
    def is_current(self) -> bool:
        """Whether a step of this iteration has computed it, or it holds from the start."""
        return self.values is not None and not self.previous


def quantity(scene: Scene, name: str, *, brief: bool = False) -> Quantity:
    """The quantity of that id as the map shows it; `brief` shortens its name."""
    view = scene.shown
    symbol = view.symbol(name)
    values, previous = _values(scene, name)
    shape = symbol.shape or ("1", "1")
    sizes = (view.size(shape[0]), view.size(shape[1])) if values is None else (values.shape[0], values.shape[1])
    return Quantity(
        symbol,
        symbol_text(symbol, scene.glyphs, notation=scene.notation, brief=brief),
        shape,
        sizes,
        values,
        previous,
        role(scene, name),
        _edited_cell(scene, name),
    )


def exists(scene: Scene, name: str) -> bool:
    """Whether the network has that quantity: layers without bias have no `b`."""
    return name in scene.session.program.symbols


def is_computed(scene: Scene, name: str) -> bool:
    """Whether the quantity has a value of this iteration."""
    return exists(scene, name) and scene.shown.value(name) is not None


def role(scene: Scene, name: str) -> Role:
    """What the step shown does with the quantity; optimiser state counts as its parameter."""
    if not scene.view.is_done:
        return Role.NONE
    step = scene.view.step
    if name == step.id or (step.phase == UPDATE and name == step.target.bare.id):
        return Role.WRITTEN
    return Role.READ if name in step.operands else Role.NONE


def active_box(scene: Scene, chart: Chart) -> int:
    """The index of the box that the step shown belongs to: at first the one of what comes in."""
    return box_of_step(chart, scene.view.step) if scene.view.is_done else 0


def box_of_step(chart: Chart, step: Step) -> int:
    """The index of the box that a step belongs to.

    Of what is shared it is that of the last reader whose part of the gradient came just now, else of the first.
    """
    name = step.target.bare.id
    if name not in chart.shared:
        return chart.box_of[name]
    readers = [reader for reader in chart.readers[name] if f"grad_{reader}" in step.operands]
    return chart.box_of[(readers or chart.readers[name])[0]]


def touched(program: Program, step: Step) -> frozenset[str]:
    """What a step makes and reads; of gradients that which they belong to."""
    return frozenset({step.target.bare.id, *_read(program, step)})


def _read(program: Program, step: Step) -> list[str]:
    return [program.symbols[name].bare.id for name in step.operands if name in program.symbols]


def asked(scene: Scene) -> tuple[str, ...]:
    """What has to be seen, most important first: what the step makes, what is edited or selected, what the step reads.

    Of gradients that which they belong to. Nothing before the first step, unless something is edited.
    """
    program, step = scene.session.program, scene.view.step
    edited = [] if scene.what_if is None else [parse_cell(scene.what_if.cell).name]
    chosen = [] if scene.focus is None else [scene.focus.symbol.bare.id]
    made = [step.target.bare.id] if scene.view.is_done else []
    read = _read(program, step) if scene.view.is_done else []
    samples = {name: symbol.id for name, symbol in program.samples.items()}
    return tuple(dict.fromkeys([*made, *(samples.get(name, name) for name in edited), *chosen, *read]))


StateTag = tuple[tuple[str, bool], ...]


def state_tag(scene: Scene, parameter: str) -> StateTag:
    """The letters of the parameter's optimiser state, `m` and `v` for Adam, each with whether it was made now."""
    made = scene.view.step.target if scene.view.is_done else None
    states = [symbol for symbol in scene.session.program.state if symbol.bare.id == parameter]
    return tuple((symbol.prefix[0], symbol == made) for symbol in states)


def draw_state_tag(canvas: Canvas, palette: Palette, tag: StateTag, x: int, y: int) -> None:
    """`mv`, with the letter accented that the step shown made."""
    for letter, is_now in tag:
        x = canvas.write(x, y, letter, accent_style(palette) if is_now else style(palette.muted))


def made_text(scene: Scene, text: str, room: int) -> str:
    """The name of what the step makes; of state its own, `v_W⁽¹⁾`, where there is room, else its parameter's."""
    made = scene.shown.symbol(scene.view.step.id)
    if made.prefix in {"", "grad"}:
        return text
    names = (symbol_text(made, scene.glyphs, notation=scene.notation, brief=brief) for brief in (False, True))
    return next((name for name in names if width_of(name) <= room), text)


def symbol_style(scene: Scene, found: Quantity) -> Style:
    """Accent for what is written or read, text for what has a value, muted for old values, faint for none."""
    if found.role is not Role.NONE:
        return accent_style(scene.palette)
    if found.values is None:
        return faint_style(scene.palette)
    return style(scene.palette.muted if found.previous else scene.palette.text)


def mark_of(scene: Scene, found: Quantity) -> str:
    """The glyph before the symbol: `▸` where the step writes, `▹` where it reads."""
    return {Role.WRITTEN: scene.glyphs.written, Role.READ: scene.glyphs.read, Role.NONE: ""}[found.role]


def strip_picture(found: Quantity, width: int) -> HeatPicture | None:
    """A large matrix in one row of heat; numbers of the last iteration have no picture, as a picture cannot say so."""
    return heat_picture(found.values, width, 1) if found.values is not None and not found.previous else None


def link_style(scene: Scene, phase: str, source: str, *readers: str) -> Style:
    """The style of a line between a quantity and those that read it, on the way there or back.

    The accent for what the step shown passes along it, the phase's colour once something has passed.
    """
    if phase == FORWARD:
        is_lit = any(_is_lit(scene, source, reader) for reader in readers)
    else:
        is_lit = any(is_lit_back(scene, source, reader) for reader in readers)
    if is_lit:
        return accent_style(scene.palette)
    return flow_style(scene, phase, *(readers if phase == FORWARD else (f"grad_{source}",)))


def is_lit_back(scene: Scene, source: str, reader: str) -> bool:
    """Whether the step shown passes the gradient from a reader back to what it read."""
    step = scene.view.step
    if not scene.view.is_done or step.phase != BACKWARD or step.target.bare.id != source:
        return False
    return reader == scene.session.program.error.id or f"grad_{reader}" in step.operands


def _is_lit(scene: Scene, source: str, reader: str) -> bool:
    step = scene.view.step
    return scene.view.is_done and step.phase == FORWARD and step.id == reader and _reads(scene, source)


def lit_sources(scene: Scene) -> frozenset[str]:
    """The quantities from which the step shown reads something, or to which it passes something back."""
    step = scene.view.step
    if not scene.view.is_done or step.phase not in {FORWARD, BACKWARD}:
        return frozenset()
    return frozenset(step.operands if step.phase == FORWARD else {step.target.bare.id})


def _reads(scene: Scene, name: str) -> bool:
    """Whether the step shown reads the quantity, in the form that is computed or as the textbook has it."""
    step = scene.view.step
    textbook = () if step.definition is None else matrix_symbols(step.definition.expression)
    return name in step.operands or any(symbol.id == name for symbol in textbook)


def ready_terms(scene: Scene, chart: Chart, name: str) -> tuple[int, int]:
    """Of the terms that ∇ of a quantity is a sum of: how many can be computed now, and how many there are."""
    uses = scene.session.program.uses(scene.session.program.symbols[name])
    error = scene.session.program.error.id
    ready = sum(is_computed(scene, error if upstream is None else upstream.id) for _, upstream in uses)
    return ready, len(uses)


def flow_style(scene: Scene, phase: str, *names: str) -> Style:
    """The style of an arrow that leads to the quantities: in the phase's colour once one of them is computed."""
    if any(is_computed(scene, name) for name in names):
        known: dict[str, Phase] = {FORWARD: "forward", BACKWARD: "backward"}
        return phase_style(scene.palette, known[phase])
    return faint_style(scene.palette)


def _values(scene: Scene, name: str) -> tuple[NDArray[np.float64] | None, bool]:
    view = scene.shown
    value = view.value(name)
    if value is not None:
        return _matrix(value), False
    position = view.session.position
    if position.step == 0 and position.iteration > 1:
        value = view.previous(name)
    return (None, False) if value is None else (_matrix(value), True)


def _matrix(value: Any) -> NDArray[np.float64]:
    return np.atleast_2d(np.asarray(value, dtype=np.float64))


def _edited_cell(scene: Scene, name: str) -> Cell | None:
    """The cell being edited, if it is one of this quantity: in the shown orientation."""
    if scene.what_if is None:
        return None
    edited = parse_cell(scene.what_if.cell)
    if len(edited.indices) != 2:
        return None
    row, column = edited.indices
    shown = scene.session.program.samples.get(edited.name)
    if shown is not None:
        if name != shown.id or row not in scene.session.batch:
            return None
        row, column = column, scene.session.batch.index(row)
    elif edited.name != name:
        return None
    symbol = scene.session.program.symbols[name]
    return (column, row) if scene.view.convention.transposes(symbol) else (row, column)
