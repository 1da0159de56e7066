"""The text of a caption cut to the rows of its band: pages of a bold line and plain ones. Text in, text out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

Page = tuple[str, ...]
"""The lines of a band, as many as it has rows at most; the first one is bold."""

DEFAULT_SIZE = (120, 40)
"""The screen of a demo that names none."""
FEWEST_ROWS, MOST_ROWS = 2, 3
LEAST_FOR_MOST = 24
"""Rows of the screen from which on the band may have the most."""
MARGIN = 5
ROOMY = 110
"""Columns from which on the band says both what the demo waits for and how far it has come."""


def place_width(columns: int) -> int:
    """Columns that the right end of the last row needs for what the demo waits for or how far it has come."""
    return 32 if columns >= ROOMY else 22


def caption_rows(texts: Iterable[str], size: tuple[int, int]) -> int:
    """The rows of a band that shows each of these captions at once on a screen of that size, as far as it has them."""
    columns, rows = size
    if rows < LEAST_FOR_MOST or all(len(caption_pages(text, columns)) == 1 for text in texts):
        return FEWEST_ROWS
    return MOST_ROWS


def caption_pages(text: str, columns: int, rows: int = FEWEST_ROWS) -> tuple[Page, ...]:
    """The pages of a text on a screen of so many columns; its first line is the bold one, as long as it fits.

    A longer first line goes on in the plain rows, and whatever does not fit there on further pages.
    """
    head, _, rest = text.partition("\n")
    first, last = max(20, columns - MARGIN), max(20, columns - MARGIN - place_width(columns))
    bold, *more = textwrap.wrap(head, first) or [""]
    words = " ".join([*more, *rest.split("\n")])
    if rows == FEWEST_ROWS:
        return tuple((bold, line) for line in _balanced(words, last))
    lines = _filled(words, [*[first] * (rows - 2), last])
    return tuple((bold, *lines[at : at + rows - 1]) for at in range(0, max(1, len(lines)), rows - 1))


def _balanced(text: str, width: int) -> list[str]:
    """As few lines as the width allows, none of them much shorter than the others."""
    fewest = textwrap.wrap(text, width) or [""]
    narrower = (textwrap.wrap(text, less) for less in range(len(text) // len(fewest), width))
    return next((lines for lines in narrower if len(lines) == len(fewest)), fewest) if len(fewest) > 1 else fewest


def _filled(text: str, widths: list[int]) -> list[str]:
    """Lines of these widths in turn, each as long as it can be."""
    lines: list[str] = []
    while text:
        line, *_ = textwrap.wrap(text, widths[len(lines) % len(widths)])
        lines.append(line)
        text = text[len(line) :].lstrip()
    return lines
