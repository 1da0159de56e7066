"""Which rows of the screen each region gets, for every size: the breakpoints of the layout as one pure function.

Knows sizes only; what stands in a region, and how many rows the map asks for, is decided elsewhere.
"""

from __future__ import annotations

from typing import Literal

from nablastep.records import record

SMALLEST_WIDTH, SMALLEST_HEIGHT = 60, 16
CARDS_WIDTH, CARDS_HEIGHT = 110, 34
NUMBERS_HEIGHT = 40
WIDE_WIDTH, WIDE_HEIGHT = 170, 50
RAIL_ROWS = 3

Layout = Literal["compact", "normal", "wide"]


@record()
class Rows:
    """A region's first row and how many it has; 0 rows: not shown."""

    top: int
    height: int

    @property
    def bottom(self) -> int:
        """The first row after it."""
        return self.top + self.height


@record()
class Frame:
    """The rows of every region from top to bottom, and the columns at the right of the stage that why has docked."""

    header: Rows
    map: Rows
    stage: Rows
    scrubber: Rows
    loss: Rows
    caption: Rows
    footer: Rows
    docked_why_columns: int = 0


def fits(width: int, height: int) -> bool:
    """Whether the program can be shown at all."""
    return width >= SMALLEST_WIDTH and height >= SMALLEST_HEIGHT


def layout(width: int, height: int) -> Layout:
    """The smaller answer of width and height."""
    if width >= WIDE_WIDTH and height >= WIDE_HEIGHT:
        return "wide"
    return "normal" if uses_cards(width, height) else "compact"


def uses_cards(width: int, height: int) -> bool:
    """Whether the map is cards; otherwise it is the rail of two lines."""
    return width >= CARDS_WIDTH and height >= CARDS_HEIGHT


def most_map_rows(height: int) -> int:
    """The most rows that the map as cards may ask for on a screen of that height: the stage needs some too."""
    return max(10, height - 26) if height < WIDE_HEIGHT else height - 33


def more_map_rows(height: int) -> int:
    """Rows beyond these: numbers on the map are worth them, and before they are missing the rail stands in for it."""
    return 2 if height >= NUMBERS_HEIGHT else 1


def docked_why(width: int, height: int) -> int:
    """The columns of the why page beside the stage: none unless the layout is wide."""
    return min(90, width * 37 // 100) if layout(width, height) == "wide" else 0


def frame(width: int, height: int, *, map_rows: int = RAIL_ROWS, caption: int = 0, why: bool = True) -> Frame:
    """The rows of all regions on a screen of `width` × `height`, which together are never more than the screen.

    `map_rows`: what the map asks for (`net_map.map_height`). `caption`: the rows of a demo's caption. `why`:
    whether the why page may be docked where there is room for it.
    """
    docked = docked_why(width, height) if why else 0
    if height >= WIDE_HEIGHT:
        return _frame(height, map_rows, docked, above=1, below_map=1, scrubber=3, loss=3, caption=max(2, caption))
    if height >= CARDS_HEIGHT:
        # Two rows and a blank one below them, which a long caption takes.
        under = {"loss": 0, "below_loss": int(caption < 3)} if caption else {"loss": 2, "below_loss": 1}
        return _frame(height, map_rows, docked, above=1, scrubber=3, caption=caption, **under)
    if height >= 24:
        # A demo's caption takes the blank row above the map and one of the stage's, a long one that below it, too.
        above, air = int(not caption), int(caption < 3)
        return _frame(height, map_rows, docked, above=above, air=air, scrubber=2, caption=caption, gap=0)
    scrubber = 2 if height >= 20 else 0
    return _frame(height, map_rows, docked, scrubber=scrubber, caption=min(2, caption), air=0, gap=0)


def _frame(
    height: int,
    map_rows: int,
    docked: int,
    *,
    above: int = 0,
    below_map: int = 0,
    air: int = 1,
    scrubber: int = 0,
    gap: int = 1,
    loss: int = 0,
    below_loss: int = 0,
    caption: int = 0,
) -> Frame:
    """Regions from top to bottom; the stage gets what is left. `above`, `below_map`, `air` (under the stage), `gap`
    (under the scrubber) and `below_loss` are blank rows."""
    header = Rows(0, 1)
    network = Rows(header.bottom + above, map_rows)
    footer = Rows(height - 1, 1)
    below = air + scrubber + gap + loss + caption + below_loss
    stage_top = network.bottom + below_map
    stage = Rows(stage_top, footer.top - below - stage_top)
    bar = Rows(stage.bottom + air, scrubber)
    history = Rows(bar.bottom + gap, loss)
    words = Rows(history.bottom, caption)
    return Frame(header, network, stage, bar, history, words, footer, docked)
