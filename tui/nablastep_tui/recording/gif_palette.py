"""The 256 colours of a GIF, chosen once for all its frames.

A cell has its background, its foreground, and the steps between them at the edges of strokes. Knows no image library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nablastep_tui.recording.colours import blend, drawn_colours
from nablastep_tui.recording.model import CellStyle, Colour, Grid

TRANSPARENT = 255
"""The index that paints nothing."""

STEPS = 4
"""Steps from background to foreground."""


_KEPT = 128
"""How many of the most used foregrounds and backgrounds are kept exactly, whatever else there is."""


class GifPalette:
    """The colours of some screens: exactly, if they fit; else all but the most used ones as coarse as they must be."""

    def __init__(self, grids: Iterable[Grid]) -> None:
        uses: Counter[tuple[Colour, Colour]] = Counter()
        for style, count in _style_counts(grids).items():
            uses[drawn_colours(style)] += count
        self._colours = _chosen_colours(uses)
        self._index = {colour: index for index, colour in enumerate(self._colours)}
        filled = [*self._colours, *[(0, 0, 0)] * (256 - len(self._colours))]
        self.table = bytes(channel for colour in filled for channel in colour)

    def ramp(self, style: CellStyle) -> list[int]:
        """For each coverage from 0 to 255 the index of the colour that a pixel of that cell has."""
        foreground, background = drawn_colours(style)
        steps = [self.index(blend(background, foreground, step / STEPS)) for step in range(STEPS + 1)]
        return [steps[round(coverage * STEPS / 255)] for coverage in range(256)]

    def index(self, colour: Colour) -> int:
        """The index of `colour`, or of the nearest colour."""
        if colour not in self._index:
            distances = [sum((a - b) ** 2 for a, b in zip(colour, known, strict=True)) for known in self._colours]
            self._index[colour] = distances.index(min(distances))
        return self._index[colour]


def _style_counts(grids: Iterable[Grid]) -> Counter[CellStyle]:
    """How many cells have each style, over all screens; rows that two neighbouring screens share count once."""
    counts: Counter[CellStyle] = Counter()
    before: Grid = ()
    for grid in grids:
        for number, row in enumerate(grid):
            if not before or before[number] is not row:
                counts.update(cell.style for cell in row)
        before = grid
    return counts


def _chosen_colours(uses: Counter[tuple[Colour, Colour]]) -> list[Colour]:
    """At most 255 colours for these pairs of foreground and background, in a fixed order."""
    whole: Counter[Colour] = Counter()
    for (foreground, background), count in uses.items():
        whole[foreground] += count
        whole[background] += count
    ordered = sorted(whole, key=lambda colour: (-whole[colour], colour))
    kept, others = set(ordered[:_KEPT]), set(ordered[_KEPT:])
    for foreground, background in uses:
        others |= {blend(background, foreground, step / STEPS) for step in range(1, STEPS)}
    grain = 1
    while len(kept | {_coarse(colour, grain) for colour in others}) > TRANSPARENT:
        grain *= 2
    return sorted(kept | {_coarse(colour, grain) for colour in others})


def _coarse(colour: Colour, grain: int) -> Colour:
    """`colour` with each channel rounded to a multiple of `grain`."""
    red, green, blue = (min(255, (channel + grain // 2) // grain * grain) for channel in colour)
    return (red, green, blue)
