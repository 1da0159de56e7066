"""What an expression of a derivation is worth: its value, by interpretation, index by index and matrix by matrix.

Derivatives (Jacobians, partial derivatives, differentials) are taken by the complex step on the forward equations and
on nothing else, so that no line is checked against the formula that it derives. Source of the method: Squire and Trapp
(1998), "Using Complex Variables to Estimate Derivatives of Real Functions".
A value carries an axis for each index that is free in the expression, in front of its rows and columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.complex_step import (
    LARGEST_FINITE,
    LARGEST_TABLE,
    LARGEST_WORK,
    NUDGED,
    STEP,
    TooLarge,
    nudged,
    slope_of_step,
)
from nablastep.derivations.derivative_worth import DERIVATIVE_RULES, of_sample
from nablastep.derivations.indexed import Worth
from nablastep.derivations.matrix_worth import MATRIX_RULES, Rule
from nablastep.derivations.node_worth import NODE_RULES
from nablastep.evaluation import value_of
from nablastep.expressions import (
    Equation,
    Expression,
    Symbol,
    symbols,
)
from nablastep.shapes import shape_of
from nablastep.structures import (
    Jacobian,
    Partial,
)

__all__ = ["LARGEST_FINITE", "Evaluator", "TooLarge", "Worth", "of_sample"]


def _by_code(evaluator: Evaluator, node: Expression) -> Worth:
    """The value of a node that only NumPy's own code knows, for operands without free indices."""
    operands = [evaluator(operand) for operand in node.operands]
    names = tuple(Symbol(f"operand{place}", None, shape_of(x)) for place, x in enumerate(node.operands))
    values = {symbol.id: operand.array for symbol, operand in zip(names, operands, strict=True)}
    return replace(operands[0], array=np.asarray(value_of(node.with_operands(names), {**evaluator.values, **values})))


RULES: dict[type[Expression], Rule] = {**MATRIX_RULES, **NODE_RULES, **DERIVATIVE_RULES}


class Evaluator:
    """Evaluates the expressions of derivations for one state of one network.

    `values` maps ids and dimensions to arrays (units × samples) and numbers; `forward` are the equations, in order,
    with E's last. `moving` is the quantity that moves along `direction`, for differentials.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        forward: Iterable[Equation],
        moving: Symbol | None = None,
        direction: NDArray[np.float64] | None = None,
    ) -> None:
        self.values = values
        self.forward = {equation.target: equation for equation in forward}
        self.moving = moving
        self.direction = direction
        self.bindings: dict[Expression, Worth] = {}
        self.known_derivatives: dict[Expression, Worth] = {}
        self.remembered: dict[Expression, Worth] = {}

    def __call__(self, expression: Expression) -> Worth:
        """The value of the expression. Raises TooLarge if it needs a table of derivatives that is."""
        if expression in self.bindings:
            return self.bindings[expression]
        if expression in self.remembered:
            return self.remembered[expression]
        with np.errstate(all="ignore"):
            found = RULES.get(type(expression), _by_code)(self, expression)
        if isinstance(expression, Jacobian | Partial) and not self.bindings:
            self.remembered[expression] = found
        return found

    def size(self, dimension: str) -> int:
        """How large a dimension is, also a product `n0·n1`."""
        size = 1
        for part in dimension.split("·"):
            size *= 1 if part == "1" else int(self.values[part])
        return size

    def with_direction(self, moving: Symbol, direction: NDArray[np.float64]) -> Evaluator:
        """The same state, in which one quantity moves."""
        other = self.bound({})
        other.moving, other.direction = moving, direction
        return other

    def error_change(self) -> float:
        """dE along the direction, through the whole forward pass."""
        error = next(symbol for symbol in self.forward if symbol.base == "E")
        return float(self.directional(error).array)

    def empty(self) -> Evaluator:
        """An evaluator that knows nothing, for the definitions of functions."""
        return Evaluator({}, ())

    def bound(self, bindings: Mapping[Expression, Worth]) -> Evaluator:
        """The same state, in which some expressions have other values."""
        other = Evaluator(self.values, self.forward.values(), self.moving, self.direction)
        other.bindings = {**self.bindings, **bindings}
        if not bindings:
            other.known_derivatives, other.remembered = self.known_derivatives, self.remembered
        return other

    # derivatives

    def forward_value(self, target: Symbol, bindings: Mapping[Expression, Worth]) -> Worth:
        """The quantity as the forward pass makes it from the bound values: everything after them is computed again."""
        evaluator = self.bound(bindings)
        for symbol, equation in self.forward.items():
            if symbol in bindings:
                continue
            if any(read in evaluator.bindings for read in symbols(equation.expression)):
                evaluator.bindings[symbol] = evaluator(equation.expression)
        return evaluator(target)

    def error_derivative(self, variable: Symbol) -> Worth:
        """∂E/∂(every entry of the variable), through the whole forward pass, laid out like the variable."""
        if variable not in self.known_derivatives:
            error = next(symbol for symbol in self.forward if symbol.base == "E")

            def run(nudged: Worth) -> Worth:
                return self.forward_value(error, {variable: nudged})

            table = self._table(run, self(variable))
            shape = self(variable).array.shape
            self.known_derivatives[variable] = Worth(np.moveaxis(table.array, -1, 0).reshape(shape))
        return self.known_derivatives[variable]

    def directional(self, expression: Expression) -> Worth:
        """The change of the expression while the moving quantity moves along the direction, to first order."""
        if self.moving is None or self.direction is None:
            raise ValueError("nothing moves: a differential has no value here")
        nudged = Worth(self(self.moving).array + 1j * STEP * self.direction)
        bindings: dict[Expression, Worth] = {self.moving: nudged}
        if isinstance(expression, Symbol):
            found = self.forward_value(expression, bindings)
        else:
            found = self._along(expression, bindings)
        return Worth(slope_of_step(found.array), found.axes, found.scalar)

    def _along(self, expression: Expression, bindings: dict[Expression, Worth]) -> Worth:
        """An expression of computed quantities: those between the moving one and it move too."""
        moved = dict(bindings)
        for symbol in symbols(expression):
            if symbol not in moved and symbol in self.forward:
                moved[symbol] = self.forward_value(symbol, bindings)
        return self.bound(moved)(expression)

    def derivative_table(self, numerator: Expression, variable: Expression) -> Worth:
        """The derivative of the numerator by every entry of the variable; the entries are the last axis, row by row.

        The entries of different samples are nudged together, each seen by its own sample only.
        """
        base = self(variable)

        def run(nudged: Worth) -> Worth:
            return self.bound({variable: nudged})(numerator)

        return self._table(run, base)

    def _table(self, run: Callable[[Worth], Worth], base: Worth) -> Worth:
        rows, columns = base.array.shape[-2:]
        entries = rows * columns
        if entries * base.array.size > LARGEST_WORK:
            raise TooLarge
        found: list[NDArray[Any]] = []
        axes: tuple[str, ...] = ()
        scalar = False
        chunk, start = 1, 0
        while start < entries:
            stop = min(entries, start + chunk)
            worth = run(nudged(base, start, stop))
            if NUDGED in worth.axes:
                place = worth.axes.index(NUDGED)
                array = np.moveaxis(worth.array, place, -1)
                axes = (*worth.axes[:place], *worth.axes[place + 1 :])
            else:
                array = np.repeat(worth.array[..., None], stop - start, axis=-1)
                axes = worth.axes
            scalar = worth.scalar
            per_entry = max(1, array[..., 0].size)
            if per_entry * entries > LARGEST_TABLE:
                raise TooLarge
            found.append(slope_of_step(array))
            chunk = max(1, min(4096, 2_000_000 // max(per_entry, base.array.size)))
            start = stop
        return Worth(np.concatenate(found, axis=-1), axes, scalar)
