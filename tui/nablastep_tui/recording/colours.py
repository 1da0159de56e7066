"""The colours that a cell's style comes down to when it is drawn outside a terminal.

Owns the terminal's default colours and its 256-colour palette; knows no file format.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from nablastep_tui.recording.model import CellStyle, Colour, Grid

DEFAULT_FOREGROUND: Colour = (224, 224, 224)
DEFAULT_BACKGROUND: Colour = (18, 18, 18)

ANSI_COLOURS: tuple[Colour, ...] = (
    (0, 0, 0),
    (205, 49, 49),
    (13, 188, 121),
    (229, 229, 16),
    (36, 114, 200),
    (188, 63, 188),
    (17, 168, 205),
    (229, 229, 229),
    (102, 102, 102),
    (241, 76, 76),
    (35, 209, 139),
    (245, 245, 67),
    (59, 142, 234),
    (214, 112, 214),
    (41, 184, 219),
    (255, 255, 255),
)

_CUBE_LEVELS = (0, 95, 135, 175, 215, 255)
_DIM_SHARE = 0.5


def palette_colour(index: int) -> Colour:
    """Colour `index` (0 to 255) of the terminal's palette: 16 named ones, a 6×6×6 cube, 24 greys."""
    if index < 16:
        return ANSI_COLOURS[index]
    if index < 232:
        red, rest = divmod(index - 16, 36)
        green, blue = divmod(rest, 6)
        return (_CUBE_LEVELS[red], _CUBE_LEVELS[green], _CUBE_LEVELS[blue])
    grey = 8 + 10 * (index - 232)
    return (grey, grey, grey)


def blend(under: Colour, over: Colour, share: float) -> Colour:
    """`under` with `share` (0 to 1) of `over` laid upon it."""
    red, green, blue = (round(low + (high - low) * share) for low, high in zip(under, over, strict=True))
    return (red, green, blue)


@cache
def drawn_colours(style: CellStyle) -> tuple[Colour, Colour]:
    """(foreground, background) as they appear, with defaults, reverse and dim worked in."""
    foreground = DEFAULT_FOREGROUND if style.foreground is None else style.foreground
    background = DEFAULT_BACKGROUND if style.background is None else style.background
    if style.reverse:
        foreground, background = background, foreground
    if style.dim:
        foreground = blend(background, foreground, _DIM_SHARE)
    return foreground, background


def page_background(grid: Grid) -> Colour:
    """The background that most cells have; of equals, the darkest first in red, green, blue order."""
    counts = Counter(drawn_colours(cell.style)[1] for row in grid for cell in row)
    return min(counts, key=lambda colour: (-counts[colour], colour), default=DEFAULT_BACKGROUND)


def hexadecimal(colour: Colour) -> str:
    """`#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
