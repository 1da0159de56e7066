"""A session seen in one convention: equations rearranged, values exactly transposed; looking only.

The operands of a step are those that it read, so an update shows the weights from before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.entries import EntryLines, entry_lines
from nablastep.evaluation import value_of
from nablastep.expressions import Equation, Expression, Symbol
from nablastep.kinks import kinks_at
from nablastep.layout import Operand, Piece, pieces
from nablastep.not_finite import Origin, is_finite, origin_of
from nablastep.notation import notation_named
from nablastep.program import Step
from nablastep.session import Session
from nablastep.shapes import size_of
from nablastep.slopes import Slope, slope
from nablastep.transposition import Convention, convention_named
from nablastep.words import by_hand_sentence, kink_sentence, not_finite_sentence, sentence

Array = NDArray[np.float64]
CELL = tuple[int, int]


class View:
    """What a screen asks for. `convention` is a name; cells are in the shown orientation, from 0."""

    def __init__(self, session: Session, convention: str = "column") -> None:
        self.session = session
        self.convention: Convention = convention_named(convention)
        self._before = self._operand_values()

    @property
    def step(self) -> Step:
        """The step that the stage shows: the one just done, or at the start of an iteration the first one."""
        return self.session.step or self.session.upcoming

    @property
    def is_done(self) -> bool:
        """Whether the step shown has been computed."""
        return self.session.step is not None

    @property
    def equation(self) -> Equation:
        """The step's equation in this convention."""
        return _shown_equation(self.convention, self.step)

    @property
    def definition(self) -> Equation | None:
        """The textbook form beside a stable one."""
        definition = self.step.definition
        return None if definition is None else self.convention.shown_equation(definition)

    def symbol(self, name: str) -> Symbol:
        """A quantity with its shape in this convention."""
        return self.convention.shown_symbol(self.session.program.symbols[name])

    def value(self, name: str) -> Any | None:
        """The quantity's value now, in this convention's orientation, or None if it is not computed."""
        # The batch, as it stands in equations; session["y"] is the whole data.
        is_batch = name in self.session.program.samples and name in self.session.values
        return self._oriented(name, self.session.values[name] if is_batch else self.session.get(name))

    def previous(self, name: str) -> Any | None:
        """The quantity's value at the end of the previous iteration, or None."""
        return self._oriented(name, self.session.previous.get(name))

    def result(self) -> Any | None:
        """The value of the step shown, or None before it is computed."""
        return self.value(self.step.id) if self.is_done else None

    def operand(self, expression: Expression) -> Any | None:
        """The value of an operand of the step shown, as the step read it; None while something in it is missing."""
        try:
            return value_of(expression, self._before)
        except KeyError:
            return None

    def pieces(self, cell: CELL | None) -> tuple[Piece, ...]:
        """The right side laid out; `cell` is the selected cell of the result."""
        return pieces(self.equation.expression, cell)

    def entry(self, cell: CELL, notation: str = "unicode") -> EntryLines | None:
        """The scalar form of one entry in a notation, once it is computed."""
        if not self.is_done:
            return None
        writer = notation_named(notation)
        return entry_lines(self.equation.target, self.equation.expression, cell, self._before, writer)

    def sentence(self, cell: CELL) -> str:
        """What the selected number means."""
        value = self.result()
        number = float(value if not np.ndim(value) else value[cell]) if value is not None else 0.0
        column_cell = self.column_cell(self.step.target, cell)
        return sentence(self.step, self.session.program, column_cell, number, self._weights_behind(cell))

    def _weights_behind(self, cell: CELL) -> str:
        """`Row 2 of W` or `Column 2 of W`: what is lit of W, as it is written here, beside a cell of the result."""
        for piece in self.pieces(cell):
            symbol = piece.symbol if isinstance(piece, Operand) else None
            if isinstance(piece, Operand) and piece.reads is not None and symbol is not None and symbol.base == "W":
                row, column = piece.reads
                name = "W" if piece.expression == symbol else "Wᵀ"
                return f"Row {row + 1} of {name}" if row is not None else f"Column {(column or 0) + 1} of {name}"
        return "W"

    def made(self) -> Any | None:
        """What the step shown computed, before numbers of it were set by hand; None before it is computed."""
        if not self.is_done:
            return None
        return self._oriented(self.step.id, self.session._iteration().made(self.session.position.step))

    def by_hand(self, notation: str = "unicode") -> tuple[str, ...]:
        """What was set by hand just after the step shown, a sentence each: no equation makes these numbers."""
        if not self.is_done:
            return ()
        iteration, number = self.session._iteration(), self.session.position.step
        sentences = []
        for edit in iteration.by_hand(number):
            symbol = self.session.program.symbols[edit.name]
            shown = self.column_cell(symbol, (edit.indices[0], edit.indices[1]) if edit.indices else (0, 0))
            made = float(iteration.made(number)[edit.indices]) if edit.name == self.step.id else None
            sentences.append(by_hand_sentence(self.entry_name(symbol, shown, notation), edit.value, made))
        return tuple(sentences)

    def entry_name(self, symbol: Symbol, cell: CELL, notation: str = "unicode") -> str:
        """`W⁽¹⁾₂₁`, for a cell in shown orientation."""
        shown = self.convention.shown_symbol(symbol)
        entry = entry_lines(shown, shown, cell, self.session.values, notation_named(notation))
        return "".join(part.text for part in entry.name)

    def origin(self) -> Origin | None:
        """Where the result of the step shown, or else E, stopped being finite; None while both are finite."""
        for name in dict.fromkeys((self.step.id, self.session.program.error.id)):
            value = self.session.get(name) if self.is_done else None
            if value is not None and not is_finite(value):
                return origin_of(self.session.timeline, self.session.position.iteration, name)
        return None

    def not_finite(self, notation: str = "unicode") -> str:
        """The sentence about it; empty while everything is finite."""
        origin = self.origin()
        if origin is None:
            return ""
        name = self.step.id if not is_finite(self.session[self.step.id]) else self.session.program.error.id
        values = np.asarray(self.session[name])
        worst = float(values[~np.isfinite(values)][0])
        return not_finite_sentence(notation_named(notation).text(self.symbol(name)), worst, origin)

    def kink(self, cell: CELL, notation: str = "unicode") -> str:
        """Where an activation's argument behind this number is at a kink, or is there but for rounding; else empty."""
        step, program = self.step, self.session.program
        if not self.is_done or not step.target.shape:
            return ""
        place = self.column_cell(step.target, cell)
        for found, mask in kinks_at(program, step.id, self.session.values):
            if mask[place]:
                exact = bool(self.session[found.argument.id][place] == found.kink)
                return kink_sentence(self.entry_name(found.argument, cell, notation), found.kink, found.function, exact)
        return ""

    def check(self, cell: CELL) -> Slope | None:
        """The difference quotient beside a computed gradient entry; None for steps that are no gradients."""
        target = self.step.target
        if not self.is_done or target.prefix != "grad":
            return None
        # The forward pass of this iteration with the values that it began with: what an update moved is put back.
        session = self.session
        start = session._iteration().values(0)
        forward = session._iteration().values(session.program.step(session.program.error.id).number)
        variable = target.id.removeprefix("grad_")
        place = self.column_cell(target, cell) if target.shape else ()
        return slope(session.program, {**start, **forward}, variable, place)

    def column_cell(self, symbol: Symbol, cell: CELL) -> CELL:
        """The cell as files and commands name it, in column orientation."""
        return (cell[1], cell[0]) if self.convention.transposes(symbol) else cell

    def size(self, dimension: str) -> int:
        """How many there are along a dimension."""
        return size_of(dimension, self.session.values)

    def _operand_values(self) -> Mapping[str, Any]:
        iteration = self.session._iteration()
        done = self.session.position.step
        values = iteration.values(max(0, done - 1))
        symbols = iteration.program.symbols
        return {name: self._oriented(name, value) if name in symbols else value for name, value in values.items()}

    def _oriented(self, name: str, value: Any | None) -> Any | None:
        symbols = self.session.program.symbols
        if value is None or name not in symbols or not np.ndim(value):
            return value
        return self.convention.shown_value(symbols[name], value)


@lru_cache(maxsize=1024)
def _shown_equation(convention: Convention, step: Step) -> Equation:
    return convention.shown_equation(step.equation)
