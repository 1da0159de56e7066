"""Breaking sentences into lines of a given number of cells."""

from __future__ import annotations

from nablastep_tui.drawing.cells import width_of


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(lines[-1]) + 1 + width_of(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
