"""The text of a caption cut to the two rows of its band: pages of a bold and a plain line. Text in, text out."""

from __future__ import annotations

import textwrap

Page = tuple[str, str]

MARGIN = 5
PLACE_WIDTH = 22
"""Columns that the right end of the second row needs for how far the demo has come and what the keys do."""


def caption_pages(text: str, columns: int) -> tuple[Page, ...]:
    """The pages of a text on a screen of so many columns; its first line is the bold one, as long as it fits.

    A longer first line goes on in the plain row, and whatever does not fit there on further pages.
    """
    head, _, rest = text.partition("\n")
    first, second = max(20, columns - MARGIN), max(20, columns - MARGIN - PLACE_WIDTH)
    bold, *more = textwrap.wrap(head, first) or [""]
    plain = _balanced(" ".join([*more, *rest.split("\n")]), second)
    return tuple((bold, line) for line in plain)


def _balanced(text: str, width: int) -> list[str]:
    """As few lines as the width allows, none of them much shorter than the others."""
    fewest = textwrap.wrap(text, width) or [""]
    narrower = (textwrap.wrap(text, less) for less in range(len(text) // len(fewest), width))
    return next((lines for lines in narrower if len(lines) == len(fewest)), fewest) if len(fewest) > 1 else fewest
