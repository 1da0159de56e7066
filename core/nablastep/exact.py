"""Exact numbers in expressions: fractions times sizes of dimensions, such as 1/(2 m) or 4 m."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from nablastep.expressions import Divide, Expression, Factor, Scale


@dataclass(frozen=True)
class Exact:
    """A rational number times sizes of dimensions to whole powers."""

    fraction: Fraction
    powers: Mapping[str, int]

    def times(self, other: Exact, sign: int = 1) -> Exact:
        """The product, or with the sign −1 the quotient."""
        powers = {
            name: self.powers.get(name, 0) + sign * other.powers.get(name, 0)
            for name in dict.fromkeys((*self.powers, *other.powers))
        }
        return Exact(self.fraction * other.fraction**sign, powers)

    @property
    def written(self) -> Expression:
        """As a factor."""
        below = tuple(sorted(name for name, power in self.powers.items() for _ in range(-power)))
        above = tuple(sorted(name for name, power in self.powers.items() for _ in range(power)))
        return Factor(self.fraction.numerator, self.fraction.denominator, below, above)


def exact(node: Expression) -> Exact | None:
    """The node as an exact number, if it is one."""
    match node:
        case Factor(numerator, denominator, dimensions, times):
            powers = {name: times.count(name) - dimensions.count(name) for name in (*times, *dimensions)}
            return Exact(Fraction(numerator, denominator), powers)
        case Scale(left, right) | Divide(left, right):
            first, second = exact(left), exact(right)
            if first is None or second is None or (isinstance(node, Divide) and not second.fraction):
                return None
            return first.times(second, -1 if isinstance(node, Divide) else 1)
    return None


ONE_EXACTLY = Exact(Fraction(1), {})
