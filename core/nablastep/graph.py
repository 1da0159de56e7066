"""What a program computes, as equations: each quantity defined once, in order.

Knows no layers, no values and no screen.
"""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.expressions import Equation, Symbol


@dataclass(frozen=True)
class Definition:
    """A forward equation. `definition` is the textbook form beside one that is computed in another, stable form."""

    equation: Equation
    definition: Equation | None = None

    @property
    def target(self) -> Symbol:
        """The quantity defined."""
        return self.equation.target


@dataclass(frozen=True)
class Use:
    """A place where a quantity is read on the way to E: the equation, and ∇ of its target (None where that is E)."""

    equation: Equation
    upstream: Symbol | None
