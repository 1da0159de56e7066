"""What the map knows of each quantity: its values, whether they are old, and what the step shown does to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep.cells import parse_cell
from nablastep.expressions import Symbol
from nablastep.program import BACKWARD, FORWARD, UPDATE
from nablastep_tui.drawing.map_spec import card_of
from nablastep_tui.drawing.pooling import HeatPicture, heat_picture
from nablastep_tui.drawing.symbols import symbol_text
from nablastep_tui.scene import Cell, Scene
from nablastep_tui.themes import Phase, accent_style, faint_style, phase_style, style


class Role(Enum):
    """What the step shown does with a quantity."""

    NONE = "none"
    READ = "read"
    WRITTEN = "written"


@dataclass(frozen=True, eq=False)
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


def active_layer(scene: Scene) -> int:
    """The layer that the step shown belongs to, from 1; 0 is the input, one more than the last layer is the loss."""
    if not scene.view.is_done:
        return 0
    return card_of(scene, scene.view.step)


def state_tag(scene: Scene, parameter: str) -> str:
    """The letters of the optimiser state that the parameter has: `mv` for Adam, empty for plain descent."""
    states = [symbol for symbol in scene.session.program.state if symbol.bare.id == parameter]
    return "".join(symbol.prefix[0] for symbol in states)


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
    samples = scene.session.program.samples
    if edited.name in samples:
        if name != samples[edited.name].id or row not in scene.session.batch:
            return None
        row, column = column, scene.session.batch.index(row)
    elif edited.name != name:
        return None
    symbol = scene.session.program.symbols[name]
    return (column, row) if scene.view.convention.transposes(symbol) else (row, column)
