"""How the numbers of a trace are written: decimals per matrix, plain ASCII, so that they can be copied into code.

Owns the text of a value. Knows neither brackets nor layouts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

SMALLEST_PLAIN = 1e-4
LARGEST_PLAIN = 1e6
MOST_DECIMALS = 9
DIGITS = 6


@dataclass(frozen=True)
class NumberFormat:
    """How all numbers of one matrix are written: so many decimals, or in powers of ten."""

    decimals: int
    powers_of_ten: bool = False

    def text(self, value: float) -> str:
        """The number: `-0.022603`, `4.38568e-07`, `inf`; an exact zero is `0`."""
        if not math.isfinite(value) or value == 0:
            return str(value) if value else "0"
        if self.powers_of_ten:
            return f"{value:.{self.decimals}e}"
        text = f"{value:.{self.decimals}f}"
        return text if float(text) else text.removeprefix("-")

    def aligned(self, value: float) -> str:
        """The number with blanks behind it, so that right-aligned texts have their points below each other."""
        if self.powers_of_ten or not math.isfinite(value) or value != 0 or not self.decimals:
            return self.text(value)
        return "0" + " " * (self.decimals + 1)


def format_for(values: Iterable[float], digits: int = DIGITS) -> NumberFormat:
    """The format in which the largest number has so many significant digits; fewer decimals where they are exact."""
    finite = [value for value in values if math.isfinite(value)]
    largest = max((abs(value) for value in finite), default=0.0)
    if largest == 0:
        return NumberFormat(0)
    if not SMALLEST_PLAIN <= largest < LARGEST_PLAIN:
        return NumberFormat(digits - 1, powers_of_ten=True)
    most = min(MOST_DECIMALS, max(0, digits - 1 - math.floor(math.log10(largest))))
    rounding = 1e-14 * largest
    exact = (count for count in range(most) if all(abs(round(value, count) - value) <= rounding for value in finite))
    return NumberFormat(next(exact, most))


def number_text(value: float, digits: int = DIGITS) -> str:
    """One number that stands alone."""
    return format_for((value,), digits).text(value)


def scalar_text(value: float, digits: int = DIGITS) -> str:
    """A number within a line, in the shortest form; a zero has no sign."""
    return f"{value + 0.0:.{digits}g}"
