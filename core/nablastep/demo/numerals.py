"""Numbers as the demo language writes them: the shortest text that reads back to the same bits, and the way back.

Knows nothing of statements or positions.
"""

from __future__ import annotations

import math
import re

NUMBER_WORDS = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "nan": math.nan}
DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
MINUS_SIGN = "\N{MINUS SIGN}"


def number_text(number: float) -> str:
    """The shortest text that reads back to the same bits: `0.1`, `3`, `1e-9`, `-inf`, `nan`."""
    mantissa, mark, exponent = repr(float(number)).partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(exponent)}" if mark else mantissa


def read_number(word: str) -> float:
    """The number that the word writes; ValueError, with what is wrong as its text, if it writes none."""
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if not DECIMAL.fullmatch(word):
        raise ValueError("is not a number" + _repair(word))
    number = float(word)
    if math.isinf(number):
        raise ValueError("is too large for a number; the largest is about 1.8e308, infinity is 'inf'")
    if number == 0 and re.search("[1-9]", re.split("[eE]", word)[0]):
        raise ValueError("is too close to zero for a number; write 0")
    return number


def _repair(word: str) -> str:
    if word.startswith(MINUS_SIGN):
        return "; write '-' for the minus sign"
    if word.lower() in NUMBER_WORDS or word.lower().lstrip("+-") in ("infinity", "∞"):
        return "; write inf, -inf or nan"
    return ""
