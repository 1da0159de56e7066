"""The right formula of a step with what stands around it: what a record of a slip may ask about.

Answers by role, shape and structure, never by a symbol's letter. Everything is in columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nablastep.expressions import (
    Apply,
    Expression,
    Function,
    Softmax,
    Subtract,
    Symbol,
    matrix_symbols,
    symbols,
    walk,
)
from nablastep.graph import Role
from nablastep.program import BACKWARD, FORWARD, UPDATE, Program, Step


@dataclass(frozen=True, eq=False)
class Case:
    """A step of a program and its right formula; the textbook form of a stable one is a case of its own."""

    program: Program
    step: Step
    right: Expression

    @property
    def target(self) -> Symbol:
        """The quantity that is computed."""
        return self.step.target

    @property
    def is_forward(self) -> bool:
        """Whether a value is computed."""
        return self.step.phase == FORWARD

    @property
    def is_gradient(self) -> bool:
        """Whether a gradient is computed."""
        return self.step.phase == BACKWARD

    @property
    def is_update(self) -> bool:
        """Whether a parameter or the optimiser's state is changed."""
        return self.step.phase == UPDATE

    @property
    def variable(self) -> Symbol:
        """The quantity that the gradient is taken by."""
        return self.target.bare

    def role(self, symbol: Symbol) -> Role | None:
        """The role of a quantity; None for gradients, state and settings."""
        found = self.program.graph.by_id.get(symbol.id)
        return None if found is None else found.role

    def definition(self, symbol: Symbol) -> Expression | None:
        """What the forward pass computes the quantity from."""
        found = self.program.graph.definition_of(symbol.id)
        return None if found is None else found.equation.expression

    @cached_property
    def read(self) -> tuple[Symbol, ...]:
        """The quantities in the right formula."""
        return matrix_symbols(self.right)

    @cached_property
    def gradients(self) -> tuple[Symbol, ...]:
        """The gradients in the right formula: what comes back from behind."""
        return tuple(symbol for symbol in self.read if symbol.prefix == "grad")

    @cached_property
    def values(self) -> tuple[Symbol, ...]:
        """All values of the forward pass and the samples, in order."""
        return self.program.graph.of(Role.DATA, Role.VALUE)

    def output_of(self, function: Function, x: Expression) -> Symbol | None:
        """The quantity that the forward pass computes as function(x)."""
        wanted = Apply(function, x)
        return next((found.target for found in self.program.forward if found.equation.expression == wanted), None)

    def activation_of(self, x: Symbol) -> tuple[Apply | Softmax, Symbol] | None:
        """The function that the forward pass applies to the quantity, and the quantity that it gives."""
        for found in self.program.forward:
            expression = found.equation.expression
            if isinstance(expression, Apply | Softmax) and expression.x == x:
                return expression, found.target
        for found in self.program.forward:  # inside a longer equation, such as x + tanh(z)
            inside = [node for node in walk(found.equation.expression) if isinstance(node, Apply) and node.x == x]
            if inside and found.target != self.program.error:
                return inside[0], found.target
        return None

    def before_activation(self, output: Symbol) -> Symbol | None:
        """The quantity to which a function was applied to give this one."""
        expression = self.definition(output)
        if isinstance(expression, Apply | Softmax) and isinstance(expression.x, Symbol):
            return expression.x
        return None

    @cached_property
    def raw_error(self) -> tuple[Symbol, Symbol] | None:
        """The network's output and its target, where E compares two of one shape."""
        found = self.program.graph.definition_of(self.program.error.id)
        target = self.program.graph.target
        if found is None or target is None:
            return None
        textbook = found.definition or found.equation
        outputs = [
            symbol
            for symbol in matrix_symbols(textbook.expression)
            if self.role(symbol) is Role.VALUE and symbol.shape == target.shape
        ]
        return (outputs[0], target) if len(outputs) == 1 else None

    @property
    def difference(self) -> Subtract | None:
        """Output minus target."""
        return Subtract(*self.raw_error) if self.raw_error else None

    def like(self, symbol: Symbol) -> Iterator[Symbol]:
        """Quantities of the same kind: values for values, parameters for parameters, gradients for gradients."""
        role = self.role(symbol)
        if symbol.prefix:
            others = [other for other in self.program.symbols.values() if other.prefix == symbol.prefix]
            if symbol.prefix == "grad":
                others = [other for other in others if self.role(other.bare) is self.role(symbol.bare)]
        elif role in {Role.DATA, Role.VALUE}:
            others = list(self.values)
        else:
            others = list(self.program.graph.of(role)) if role else []
        yield from (other for other in others if other != symbol)

    @cached_property
    def has_samples(self) -> bool:
        """Whether there are several samples, m of them."""
        return any("m" in symbol.shape for symbol in self.program.symbols.values())

    @cached_property
    def settings(self) -> tuple[Symbol, ...]:
        """The optimiser's settings in the right formula."""
        return tuple(symbol for symbol in symbols(self.right) if symbol.setting)
