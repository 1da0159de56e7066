"""Words beside matrices that leave no rows for them below: the free spaces around an arrangement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nablastep.records import record
from nablastep_tui.draw.matrix import geometry
from nablastep_tui.draw.stage.arrangement import Arrangement
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs

LEAST_WIDTH = 26
"""Cells without which a sentence is a column of words."""
MARGIN = 2


@record()
class Space:
    """Free cells, from (x, y) of the arrangement on."""

    x: int
    y: int
    width: int
    height: int


def free_spaces(found: Arrangement, width: int, height: int, glyphs: Glyphs) -> list[Space]:
    """The free rectangles around an arrangement that stands at the left of `width` × `height` cells, the largest first.

    Of those that lie within others only the outer ones are of use, but all are there.
    """
    free = np.ones((height, width), dtype=bool)
    for placed in found.placed:
        place = geometry(placed.picture, glyphs)
        _occupy(free, placed.x, placed.y, place.width, place.height)
    for sign in found.signs:
        _occupy(free, sign.x, sign.y, width_of(sign.text), 1)
    return sorted(_rectangles(free), key=lambda space: -space.width * space.height)


def _occupy(free: np.ndarray[tuple[int, int], np.dtype[np.bool_]], x: int, y: int, width: int, height: int) -> None:
    free[y : y + height, max(0, x - MARGIN) : x + width + MARGIN] = False


def _rectangles(free: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Iterator[Space]:
    """All rectangles of free cells, as wide as their rows allow."""
    for top in range(len(free)):
        for bottom in range(top + 1, len(free) + 1):
            open_columns = free[top:bottom].all(axis=0)
            edges = np.flatnonzero(np.diff(open_columns, prepend=False, append=False))
            for start, end in edges.reshape(-1, 2).tolist():
                if end - start >= LEAST_WIDTH:
                    yield Space(start, top, end - start, bottom - top)
