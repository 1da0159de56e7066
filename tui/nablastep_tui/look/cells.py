"""Text cut into terminal cells, made harmless on the way: no text may drive the terminal or shift what follows it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import get_character_cell_size

_REPLACEMENT = "\ufffd"


@lru_cache(maxsize=8192)
def cells_of(text: str) -> tuple[str, ...]:
    """`text` cell by cell: combining marks join the cell before, a wide character is followed by an empty cell.

    Control characters become U+FFFD and direction and format marks vanish, so no text can drive the terminal.
    """
    if text.isascii() and text.isprintable():
        return tuple(text)
    cells: list[str] = []
    for character in text:
        width = _width_of(character)
        if width == 1:
            cells.append(character)
        elif width == 2:
            cells += [character, ""]
        elif unicodedata.category(character) == "Cc":
            cells.append(_REPLACEMENT)
        elif unicodedata.combining(character) and cells:
            cells[-2 if cells[-1] == "" else -1] += character
    return tuple(cells)


def width_of(text: str) -> int:
    """How many cells `text` takes on a canvas."""
    return len(cells_of(text))


@lru_cache(maxsize=4096)
def _width_of(character: str) -> int:
    """0, 1 or 2; format marks and surrogates count as 0 whatever a width table says."""
    return (
        0 if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else get_character_cell_size(character)
    )
