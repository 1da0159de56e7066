"""Every matrix of an equation once, side by side, where there is no room for the signs between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from nablastep.layout import Operand
from nablastep_tui.draw.matrix import MatrixPicture, geometry
from nablastep_tui.draw.stage.arrangement import GAP, ROW_GAP, TIGHT_GAP, Arrangement, Placed, once, picture_of
from nablastep_tui.draw.stage.plan import Source, is_product, operand_source, result_source
from nablastep_tui.scene.scene import Scene


def arrange_beside(scene: Scene, width: int, *, is_tight: bool = False) -> Iterator[Arrangement]:
    """All in `width` cells, with the most decimals first; nothing of a product, which has a layout of its own.

    `is_tight` leaves out the letters beside brackets and the blanks beside numbers.
    """
    if is_product(scene):
        return
    pieces = scene.shown.pieces(scene.cell if scene.view.is_done else None)
    operands = [operand_source(scene, once(piece)) for piece in pieces if isinstance(piece, Operand)]
    sources = (result_source(scene), *operands)
    for decimals in (3, 2) if is_tight else (6, 4, 3, 2):
        pictures = (
            picture_of(scene, sources[place], decimals, is_result=place == 0, is_tight=is_tight)
            for place in distinct(sources)
        )
        found = side_by_side(scene, pictures, width, is_tight)
        if found.width <= width:
            yield found


def distinct(sources: Sequence[Source]) -> list[int]:
    """The places of those that show something for the first time: every quantity once, and no ones."""
    found: dict[str, int] = {}
    for place, source in enumerate(sources):
        if not is_ones(source):
            found.setdefault(source.text, place)
    return list(found.values())


def is_ones(source: Source) -> bool:
    """Whether it is no quantity but ones, in which nothing is to be seen."""
    return not source.quantity and source.values is not None and bool(np.all(source.values == 1))


def side_by_side(scene: Scene, pictures: Iterable[MatrixPicture], width: int, is_tight: bool) -> Arrangement:
    """Result and operands side by side, in as many rows as they need."""
    placed: list[Placed] = []
    gap = TIGHT_GAP if is_tight else GAP
    x = y = tallest = widest = 0
    for picture in pictures:
        place = geometry(picture, scene.glyphs)
        if x and x + place.width > width:
            x, y, tallest = 0, y + tallest + (0 if is_tight else ROW_GAP), 0
        placed.append(Placed(picture, x, y))
        x += place.width + gap
        widest, tallest = max(widest, x - gap), max(tallest, place.height)
    return Arrangement(tuple(placed), widest, y + tallest)
