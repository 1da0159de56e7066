"""The cell cursor: which number is selected, by keys and by clicks."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from nablastep.commands import Goto
from nablastep_tui.draw.matrix import CellTarget
from nablastep_tui.scene.cursor import Stop, in_operand, in_result, selected, stop_of, stops, with_cells
from nablastep_tui.scene.editing import can_be_edited
from nablastep_tui.scene.looks import Cell
from nablastep_tui.scene.scene import Target
from nablastep_tui.screens.control.change import ChangeControl
from nablastep_tui.screens.control.host import Host


class CellControl:
    """Walks through the numbers on stage. What is clicked may begin an edit."""

    def __init__(self, host: Host, change: ChangeControl) -> None:
        self._host = host
        self._change = change
        self._sought: set[str] = set()

    # keys

    def move(self, rows: int, columns: int) -> None:
        """Move the selected cell."""
        self._host.used("cell")
        view, looks = self._host.view, self._host.looks
        stop = stop_of(view, looks)
        if stop is None:
            row, column = selected(view, looks)
            self._select((row + rows, column + columns))
        else:
            row, column = selected(view, looks, stop.symbol)
            rows, columns = stop.on_screen((rows, columns))
            self._stand_in(stop, (row + rows, column + columns))

    def operand(self, direction: int) -> None:
        """The cell cursor into the next matrix of the equation, and round to the result again."""
        view, looks = self._host.view, self._host.looks
        if not view.is_done:
            return
        self._host.used("cell")
        found = (None, *stops(view))
        stop = found[(found.index(stop_of(view, looks)) + direction) % len(found)]
        self._host.note("")
        if stop is None:
            self._stand_in_result()
        else:
            self._stand_in(stop, looks.cells.get(stop.symbol.id, (0, 0)))

    def largest(self, direction: int) -> None:
        """Go through the numbers of the result by magnitude."""
        view, looks = self._host.view, self._host.looks
        value, target = view.result(), view.equation.target
        if value is None or not np.ndim(value):
            return
        order = np.argsort(-np.abs(value), axis=None, kind="stable")
        here = int(np.ravel_multi_index(selected(view, looks), value.shape))
        place = int(np.nonzero(order == here)[0][0])
        is_first = target.id not in self._sought
        self._sought.add(target.id)
        following = 0 if is_first and direction > 0 else (place + direction) % order.size
        row, column = np.unravel_index(int(order[following]), value.shape)
        self._select((int(row), int(column)))

    # clicks

    def click(self, target: Hashable, *, on_stage: bool) -> None:
        """A click on a cell, quantity, step or iteration."""
        position = self._host.session.position
        if isinstance(target, CellTarget):
            self._click_cell(target.quantity, (target.row, target.column), on_stage=on_stage)
        elif isinstance(target, Target) and target.kind == "quantity":
            self._click_symbol(target.name, on_stage=on_stage)
        elif isinstance(target, Target) and target.kind == "step":
            self._host.perform(Goto(iteration=position.iteration, step=target.number))
        elif isinstance(target, Target) and target.kind == "iteration":
            self._host.perform(Goto(iteration=target.number))

    def _click_symbol(self, name: str, *, on_stage: bool) -> None:
        """On the stage a symbol stands for the cell of its matrix that was selected last."""
        view, looks = self._host.view, self._host.looks
        if on_stage and view.is_done and name == view.equation.target.id:
            self._stand_in_result()
        elif on_stage:
            self._click_cell(name, looks.cells.get(name, (0, 0)), on_stage=True)
        else:
            self._click_quantity(name, (0, 0))

    def _click_cell(self, name: str, cell: Cell, *, on_stage: bool) -> None:
        """On the stage a click selects, and a second one edits; in the map it goes there, or edits what comes in."""
        view, looks = self._host.view, self._host.looks
        here, clicked = stop_of(view, looks), next((each for each in stops(view) if each.symbol.id == name), None)
        if name == view.equation.target.id:
            if here is None and selected(view, looks) == cell:
                self._change.edit()
                return
            self._host.looks = in_result(view, looks)
            self._select(cell)
        elif clicked is not None and on_stage and view.is_done:
            if here == clicked and selected(view, looks, clicked.symbol) == cell:
                self._change.edit()
                return
            self._stand_in(clicked, cell)
        else:
            self._click_quantity(name, cell)

    def _click_quantity(self, name: str, cell: Cell) -> None:
        """A leaf begins an edit; anything computed is gone to."""
        program = self._host.session.program
        if can_be_edited(program, name):
            self._change.begin_edit(name, cell)
        elif name in {step.id for step in program.steps}:
            self._host.looks = with_cells(self._host.looks, (name, cell))
            self._host.perform(Goto(name))

    def _select(self, cell: Cell) -> None:
        """Another cell of the result."""
        view, looks = self._host.view, self._host.looks
        target = view.equation.target
        looks = with_cells(looks, (target.id, cell))
        self._host.looks = with_cells(looks, (target.id, selected(view, looks)))
        self._host.show()

    def _stand_in(self, stop: Stop, cell: Cell) -> None:
        self._host.looks = in_operand(self._host.view, self._host.looks, stop, cell)
        self._host.show()

    def _stand_in_result(self) -> None:
        self._host.looks = in_result(self._host.view, self._host.looks)
        self._host.show()
