"""What there is to lay out on the map: the sizes of all quantities and the widths of their names, card by card."""

from __future__ import annotations

from functools import lru_cache

from nablastep.expressions import WEIGHTS
from nablastep.program import Program
from nablastep.records import record
from nablastep.transposition import Convention
from nablastep_tui.draw.map.chart import Box, Chart, Track
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.scene.scene import Scene

TITLE_WIDTH = 27
"""So wide a card is made for its title's sake."""


@record()
class Measured:
    """What the layout needs to know of a quantity. `longest`: the width of the longer of its symbol and its
    gradient's, so that both lanes are laid out alike; `own`: of weights the strips are wider."""

    name: str
    rows: int
    columns: int
    longest: int
    own: bool
    has_gradient: bool


@record()
class MeasuredBox:
    """The quantities of a card by tracks; `is_side`: of what comes in, and of E. `least`: what its title takes."""

    tracks: tuple[tuple[Measured, ...], ...]
    is_side: bool
    least: int

    @property
    def is_inline(self) -> bool:
        """Whether names and values stand side by side, as several tracks lie one under the other."""
        return len(self.tracks) > 1


@record(eq=False)
class Measures:
    """All cards from left to right: one and the same object for all scenes with the same sizes in the same words."""

    boxes: tuple[MeasuredBox, ...]


def measured(scene: Scene, chart: Chart, *, brief: bool) -> Measures:
    """The quantities of all cards; `brief`: with names without the parentheses of their layers."""
    view, program = scene.shown, scene.session.program
    sizes = tuple((name, view.size(name)) for name in dict.fromkeys(
        dimension for symbol in program.symbols.values() for dimension in symbol.shape))  # fmt: skip
    return _measured_boxes(program, chart, view.convention, scene.glyphs, scene.notation, sizes, brief)


@lru_cache(maxsize=64)
def _measured_boxes(
    program: Program,
    chart: Chart,
    convention: Convention,
    glyphs: Glyphs,
    notation: str,
    sizes: tuple[tuple[str, int], ...],
    brief: bool,
) -> Measures:
    known = dict(sizes)

    def of(name: str) -> Measured:
        symbol = convention.shown_symbol(program.symbols[name])
        rows, columns = (known[dimension] for dimension in symbol.shape) if symbol.shape else (1, 1)
        has_gradient = symbol.gradient.id in program.symbols
        named = [symbol, symbol.gradient] if has_gradient else [symbol]
        longest = max(width_of(symbol_text(other, glyphs, notation=notation, brief=brief)) for other in named)
        more = sum_mark(glyphs, len(chart.readers.get(name, ()))) if has_gradient else ""
        longest += width_of(more) + 1 if more else 0
        return Measured(name, rows, columns, longest, symbol.flips_with == WEIGHTS, has_gradient)

    boxes = (
        MeasuredBox(
            tuple(tuple(map(of, track)) for track in _shown_tracks(chart, box)),
            box.number in {0, chart.last},
            min(width_of(box.title) + 6, TITLE_WIDTH),
        )
        for box in chart.boxes
    )
    return Measures(tuple(boxes))


def _shown_tracks(chart: Chart, box: Box) -> tuple[Track, ...]:
    """The tracks that need slots: E itself stands above what it is compared with."""
    if box.number != chart.last or len(box.tracks[0]) > 1:
        return box.tracks
    return (box.compared,) if len(box.compared) <= 1 else tuple((name,) for name in box.compared)


def sum_mark(glyphs: Glyphs, readers: int) -> str:
    """`Σ2` beside a gradient that is added up over so many readers; nothing beside others."""
    return f"{glyphs.sum}{readers}" if readers > 1 else ""


def badge(glyphs: Glyphs, shape: tuple[str, str]) -> list[tuple[str, str]]:
    """The dimensions of a shape as (text, dimension) pieces: `n₁×n₀`; of a vector the long one alone."""
    named = [dimension for dimension in shape if dimension != "1"] or ["1"]
    pieces: list[tuple[str, str]] = []
    for dimension in named:
        pieces += ([(glyphs.times, "1")] if pieces else []) + [(glyphs.dimension(dimension), dimension)]
    return pieces
