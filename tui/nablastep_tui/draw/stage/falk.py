"""A product in Falk's layout, where it does not fit in one line.

The right factor stands above the product and the left factor beside it: shared dimensions align, and it takes about
half the width of the equation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nablastep.layout import Operand
from nablastep_tui.draw.matrix import MatrixPicture, geometry
from nablastep_tui.draw.stage.arrangement import GAP, ROW_GAP, TIGHT_GAP, Arrangement, Placed, once, picture_of
from nablastep_tui.draw.stage.plan import is_product, operand_source, result_source
from nablastep_tui.scene.scene import Scene


def arrange_falk(scene: Scene, width: int, *, is_tight: bool = False) -> Iterator[Arrangement]:
    """A product in `width` cells, with the most decimals first; nothing of anything else.

    `is_tight` leaves out the letters beside brackets and the blanks beside numbers.
    """
    if not is_product(scene):
        return
    pieces = scene.shown.pieces(scene.cell if scene.view.is_done else None)
    operands = [operand_source(scene, once(piece)) for piece in pieces if isinstance(piece, Operand)]
    for decimals in (3, 2) if is_tight else (6, 4, 3, 2):
        pictures = [
            picture_of(scene, source, decimals, is_result=index == 0, is_tight=is_tight)
            for index, source in enumerate((result_source(scene), *operands))
        ]
        found = _falk(scene, pictures, is_tight)
        if found.width <= width:
            yield found


def _falk(scene: Scene, pictures: Sequence[MatrixPicture], is_tight: bool) -> Arrangement:
    """Left factor and product in one row, the right factor above the product; what is added stands at the right."""
    result, left, right, *added = pictures
    shared = max(result.tile_width, right.tile_width)
    result, right = replace(result, tile_width=shared), replace(right, tile_width=shared)
    places = [geometry(picture, scene.glyphs) for picture in (result, left, right)]
    # Bodies align, whatever letters stand before them.
    body = max(places[0].body_x, places[2].body_x)
    gap = TIGHT_GAP if is_tight else GAP
    start, below = places[1].width + gap, places[2].height + (0 if is_tight else ROW_GAP)
    placed = [
        Placed(result, start + body - places[0].body_x, below),
        Placed(left, 0, below),
        Placed(right, start + body - places[2].body_x, 0),
    ]
    x = start + body - places[0].body_x + places[0].width + gap
    for picture in added:
        placed.append(Placed(picture, x, below))
        x += geometry(picture, scene.glyphs).width + gap
    above = start + body - places[2].body_x + places[2].width
    return Arrangement(tuple(placed), max(x - gap, above), below + max(places[0].height, places[1].height))
