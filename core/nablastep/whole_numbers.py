"""Whole numbers as people type them: digits of ASCII and nothing else, of any length."""

from __future__ import annotations

import re

BEYOND = 10**18
"""What a longer number counts as: more than any count, index or iteration can be."""

_DIGITS = re.compile("[0-9]+")


def whole_number(text: str) -> int | None:
    """The number that the text writes, at most `BEYOND`; None for anything but the digits 0 to 9.

    `str.isdigit` holds for `²`, which `int` refuses, and `int` refuses more than some thousand digits.
    """
    if not _DIGITS.fullmatch(text):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(BEYOND)) else BEYOND
