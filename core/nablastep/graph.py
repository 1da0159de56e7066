"""What is computed, as a graph of equations: quantities with their roles, each defined once, in order.

Knows no layers, no values and no screen. Whoever writes the equations (layers, a file) makes a `Graph`; everything
behind it (the backward equations, the steps, conventions, words) is read off the graph.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from functools import cached_property

from nablastep.errors import NetworkError
from nablastep.expressions import Equation, Symbol, matrix_symbols
from nablastep.records import record
from nablastep.shapes import shape_of, shape_text


class Role(StrEnum):
    """What a quantity is: samples, their targets, a number that stands still, what is learned, what is computed, E."""

    DATA = "data"
    TARGET = "target"
    GIVEN = "given"
    PARAMETER = "parameter"
    VALUE = "value"
    ERROR = "error"


COMPUTED = frozenset({Role.VALUE, Role.ERROR})


@record()
class Quantity:
    """A quantity, its role, and the number of the block of equations that it belongs to (0: none, it comes in)."""

    symbol: Symbol
    role: Role
    block: int = 0


@record()
class Definition:
    """A forward equation. `definition` is the textbook form beside one that is computed in another, stable form.

    `title` is what the author calls it, a few words.
    """

    equation: Equation
    definition: Equation | None = None
    title: str = ""

    @property
    def target(self) -> Symbol:
        """The quantity defined."""
        return self.equation.target

    @cached_property
    def read(self) -> tuple[Symbol, ...]:
        """The quantities that the equation reads, each once, in reading order."""
        return matrix_symbols(self.equation.expression)

    @cached_property
    def passed_over(self) -> tuple[Symbol, ...]:
        """What only the textbook form reads: softmax's output, where E is computed from its input instead."""
        if self.definition is None:
            return ()
        return tuple(symbol for symbol in matrix_symbols(self.definition.expression) if symbol not in self.read)


@record()
class Use:
    """A place where a quantity is read on the way to E: the equation, and ∇ of its target (None where that is E)."""

    equation: Equation
    upstream: Symbol | None


@record(eq=False)
class Graph:
    """Quantities and the definitions of those that are computed; `error` is the scalar that is to become small.

    `blocks` are the titles of the blocks, the first being number 1; `wanted` are ids of data, targets and given
    quantities whose gradients are steps. Raises NetworkError for equations that do not make a program.
    """

    quantities: tuple[Quantity, ...]
    definitions: tuple[Definition, ...]
    error: Symbol
    blocks: tuple[str, ...] = ()
    wanted: frozenset[str] = field(default=frozenset())

    def __post_init__(self) -> None:
        known = {quantity.symbol for quantity in self.quantities if quantity.role not in COMPUTED}
        for definition in self.definitions:
            _check(definition, known)
            known.add(definition.target)
        if self.error not in known or self.error.shape:
            raise NetworkError(f"{self.error.id} has to be defined as one number, it is {shape_text(self.error.shape)}")

    def of(self, *roles: Role) -> tuple[Symbol, ...]:
        """The quantities of these roles, in order."""
        return tuple(quantity.symbol for quantity in self.quantities if quantity.role in roles)

    @cached_property
    def by_id(self) -> dict[str, Quantity]:
        """Every quantity by its id."""
        return {quantity.symbol.id: quantity for quantity in self.quantities}

    @cached_property
    def data(self) -> Symbol | None:
        """The samples of a batch."""
        return next(iter(self.of(Role.DATA)), None)

    @cached_property
    def target(self) -> Symbol | None:
        """What the samples of a batch should give."""
        return next(iter(self.of(Role.TARGET)), None)

    def definition_of(self, name: str) -> Definition | None:
        """The definition of the quantity of that id; None for one that is not computed."""
        return self._definitions_by_id.get(name)

    @cached_property
    def _definitions_by_id(self) -> dict[str, Definition]:
        return {definition.target.id: definition for definition in self.definitions}

    def uses(self, quantity: Symbol) -> tuple[Use, ...]:
        """The equations through which E depends on the quantity, in order: ∇quantity is the sum over them."""
        return self._uses.get(quantity, ())

    @cached_property
    def _uses(self) -> dict[Symbol, tuple[Use, ...]]:
        uses: dict[Symbol, list[Use]] = {}
        stands_for = {symbol for definition in self.definitions for symbol in definition.passed_over}
        for definition in self._towards_error:
            upstream = None if definition.target == self.error else definition.target.gradient
            # What is passed over gets its gradient from the textbook form, and passes nothing on: what reads it
            # is computed from what it was made of, and that has the whole gradient already.
            if definition.target not in stands_for:
                for symbol in definition.read:
                    uses.setdefault(symbol, []).append(Use(definition.equation, upstream))
            for symbol in definition.passed_over:
                assert definition.definition is not None
                uses.setdefault(symbol, []).append(Use(definition.definition, upstream))
        return {symbol: tuple(reversed(found)) for symbol, found in uses.items()}

    @cached_property
    def _towards_error(self) -> tuple[Definition, ...]:
        """The definitions that E depends on, the last one first."""
        needed, found = {self.error}, list[Definition]()
        for definition in reversed(self.definitions):
            if definition.target in needed:
                needed.update(definition.read, definition.passed_over)
                found.append(definition)
        return tuple(found)

    @property
    def idle(self) -> tuple[Symbol, ...]:
        """The quantities that E does not depend on, targets excepted: they have no gradient."""
        candidates = self.of(Role.DATA, Role.GIVEN, Role.PARAMETER, Role.VALUE)
        return tuple(symbol for symbol in candidates if not self.uses(symbol))

    def first_use(self, symbol: Symbol) -> Definition:
        """The first definition on the way to E that reads the quantity, itself or in its textbook form."""
        return self._first_uses[symbol]

    @cached_property
    def _first_uses(self) -> dict[Symbol, Definition]:
        return {
            symbol: found for found in self._towards_error for symbol in (*found.read, *found.passed_over)
        }  # the last to write is the first to read


def _check(definition: Definition, known: set[Symbol]) -> None:
    target = definition.target
    if target in known:
        raise NetworkError(f"{target.id} is defined twice")
    for symbol in (*definition.read, *definition.passed_over):
        if symbol not in known:
            raise NetworkError(f"{symbol.id} is read in the equation of {target.id} before it is defined")
    found = shape_of(definition.equation.expression)
    if found != target.shape:
        raise NetworkError(f"{target.id} is {shape_text(target.shape)}, its equation {shape_text(found)}")
