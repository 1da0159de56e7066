"""Pieces of sentences that all vocabularies share: numbers in words, and what a number does to E."""

from __future__ import annotations

import re

_EXPONENT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def change_of_error(error: str, slope: float) -> str:
    """What E does when a number is raised: `E rises by 0.12 per unit`."""
    if slope == 0:
        return f"{error} does not move (to first order)"
    return f"{error} {'rises' if slope > 0 else 'falls'} by {significant(abs(slope))} per unit"


_ERROR = re.compile(r"(?<![A-Za-z_])(d|∂|Δ|∇ₓ)?E(?![A-Za-z_0-9⁽])")


def about(error: str, text: str) -> str:
    """A text about E, which its author may call otherwise: dE and ∂E go with it."""
    return text if error == "E" else _ERROR.sub(lambda found: (found[1] or "") + error, text)


def listed(names: tuple[str, ...] | list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def significant(value: float, digits: int = 3) -> str:
    """A number in words: so many significant digits, powers of ten written out."""
    if value == 0:
        return "0"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa.replace('-', '−')}×10{str(int(exponent)).translate(_EXPONENT)}"
    return text.replace("-", "−")


def degrees(angle: float) -> str:
    """An angle in words, `18°` or `180°`."""
    return f"{significant(angle, 3 if angle >= 99.5 else 2)}°"
