"""What a screen says by colour alone: two screens that mean something else have to differ without colours, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.chrome.scrubber import draw_scrubber
from nablastep_tui.draw.frame import frame
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.look.palettes import MONOCHROME
from nablastep_tui.scene.scene import Scene

Seen = list[list[tuple[object, ...]]]


class Colours:
    """Whether steps, cells and operands can be told apart by who sees no colours, step after step.

    Once with the colours of the scene taken away, for eyes, and once in the palette of terminals without colours.
    """

    def __init__(self, sizes: Sequence[tuple[int, int]]) -> None:
        self._sizes = sizes
        self._before: dict[str, tuple[Seen, Seen]] = {}

    def faults(self, shown: Scene) -> Iterator[str]:
        """What only a colour says of this step, and of its place after the step before."""
        for looked_at in (shown, replace(shown, palette=MONOCHROME)):
            for width, height in self._sizes:
                where = f"{width}×{height} {shown.palette.name if looked_at is shown else 'no colours'}"
                yield from (f"{where}: {what}" for what in self._faults(looked_at, width, height, where))

    def _faults(self, shown: Scene, width: int, height: int, where: str) -> Iterator[str]:
        rows = frame(width, height, map_rows=map_height(width, height, shown))
        for name, draw, region in (("map", draw_map, rows.map), ("scrubber", draw_scrubber, rows.scrubber)):
            seen, coloured = (_seen(draw, shown, width, region.height, coloured=each) for each in (False, True))
            before = self._before.get(f"{name} {where}")
            if before is not None and seen == before[0] and coloured != before[1]:
                yield f"the {name} shows by colour only where the session stands"
            self._before[f"{name} {where}"] = seen, coloured
        width -= rows.docked_why_columns
        target = shown.shown.equation.target
        sizes = [shown.shown.size(dimension) for dimension in target.shape]
        here = _seen(draw_stage, shown, width, rows.stage.height)
        for cell in {(min(1, sizes[0] - 1), 0), (0, min(1, sizes[1] - 1))} - {shown.cell} if sizes else ():
            if _seen(draw_stage, replace(shown, cell=cell), width, rows.stage.height) == here:
                yield f"the stage shows by colour only that the cell {cell} is selected"


def _seen(draw, shown: Scene, width: int, height: int, *, coloured: bool = False) -> Seen:  # type: ignore[no-untyped-def]
    """Every cell as its glyph and what is no colour about it; an inverted one is another than one that is not."""
    canvas = Canvas(width, height)
    draw(canvas, shown)
    return [
        [
            (glyph, found.bold, found.reverse, found.underline, found.dim, *((found,) if coloured else ()))
            for glyph, found in ((canvas.text_at(x, y), canvas.style_at(x, y)) for x in range(width))
        ]
        for y in range(height)
    ]
