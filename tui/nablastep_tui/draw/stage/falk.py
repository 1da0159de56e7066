"""The stage with numbers where the equation does not fit in one line: a product in Falk's layout, all else in rows.

In Falk's layout the right factor stands above the product and the left factor beside it: shared dimensions align, and
it takes about half the width of the equation. Of a sum that has no room for all its factors the terms stand in rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from nablastep.expressions import ROWS, Add, Expression, Repeat, Subtract
from nablastep.layout import Operand
from nablastep.records import record
from nablastep.shapes import shape_of
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.matrix import MatrixPicture, draw, geometry
from nablastep_tui.draw.stage.plan import (
    Source,
    is_product,
    item_of,
    operand_source,
    result_source,
    symbol_text,
    tightened,
)
from nablastep_tui.look.cells import width_of
from nablastep_tui.scene.scene import Scene

GAP, TIGHT_GAP, ROW_GAP = 3, 2, 1
LONGEST_NAME = 18
"""The widest name of a term; others have numbers."""


@record(eq=False)
class Placed:
    """A matrix with its symbol in its ruler, at (x, y) of the arrangement."""

    picture: MatrixPicture
    x: int
    y: int


@record(eq=False)
class Arrangement:
    """Matrices in `width` × `height` cells."""

    placed: tuple[Placed, ...]
    width: int
    height: int


def arrange(scene: Scene, width: int, height: int, *, is_tight: bool = False) -> Arrangement | None:
    """The most decimals with which all matrices of the step fit, None if two do not.

    `is_tight` leaves out the letters beside brackets and the blanks beside numbers.
    """
    result = result_source(scene)
    pieces = scene.shown.pieces(scene.cell if scene.view.is_done else None)
    operands = [operand_source(scene, once(piece)) for piece in pieces if isinstance(piece, Operand)]
    for decimals in (3, 2) if is_tight else (6, 4, 3, 2):
        pictures = [
            _picture(scene, source, decimals, is_result=index == 0, is_tight=is_tight)
            for index, source in enumerate((result, *operands))
        ]
        if is_product(scene):
            found = _falk(scene, pictures, is_tight)
        else:
            found = _rows(scene, _distinct((result, *operands), pictures), width, is_tight)
        if found.width <= width and found.height <= height:
            return found
    return None


def arrange_terms(scene: Scene, width: int, height: int, *, is_tight: bool = False) -> Arrangement | None:
    """The result and the terms that it is the sum of, in rows; None of what is no sum, or where they do not fit."""
    terms = list(_terms(scene.shown.equation.expression))
    result = result_source(scene)
    if len(terms) < 2 or any(shape_of(term) != shape_of(terms[0][1]) for _, term in terms) or result.values is None:
        return None
    sources = [result, *(_term_source(scene, sign, term, place) for place, (sign, term) in enumerate(terms, 1))]
    for decimals in (3, 2) if is_tight else (6, 4, 3):
        pictures = [
            _picture(scene, source, decimals, is_result=index == 0, is_tight=is_tight)
            for index, source in enumerate(sources)
        ]
        found = _rows(scene, iter(pictures), width, is_tight)
        if found.width <= width and found.height <= height:
            return found
    return None


def _terms(expression: Expression, sign: str = "") -> Iterator[tuple[str, Expression]]:
    """What is added up, each with `−` where it is taken away."""
    if not isinstance(expression, Add | Subtract):
        yield sign, expression
        return
    yield from _terms(expression.left, sign)
    flipped = "" if sign else "− "
    yield from _terms(expression.right, sign if isinstance(expression, Add) else flipped)


def _term_source(scene: Scene, sign: str, term: Expression, place: int) -> Source:
    """A term with its name where that is short, else with its number."""
    source = operand_source(scene, Operand(term, None))
    named = symbol_text(scene, term)
    text = named if width_of(named) <= LONGEST_NAME else f"term {place}"
    return replace(source, text=f"{sign}{text}", operands=frozenset({scene.cell}), quantity="")


def once(piece: Operand) -> Operand:
    """What is repeated, where the operand is nothing else: a bias stands once beside a product, not for each sample."""
    if not isinstance(piece.expression, Repeat):
        return piece
    repeat, reads = piece.expression, piece.reads
    if reads is not None:
        reads = (0, reads[1]) if repeat.axis == ROWS else (reads[0], 0)
    return replace(piece, expression=repeat.x, reads=reads)


def draw_arrangement(canvas: Canvas, scene: Scene, found: Arrangement, top: int) -> None:
    """Draw it from row `top` on, in the middle."""
    left = max(1, (canvas.width - found.width) // 2)
    for placed in found.placed:
        draw(canvas, left + placed.x, top + placed.y, placed.picture, scene.palette, scene.glyphs)


def _picture(scene: Scene, source: Source, decimals: int, *, is_result: bool, is_tight: bool) -> MatrixPicture:
    """The matrix in cells of one row; its ruler names it, and its columns where there is room."""
    picture = item_of(scene, source, 1, decimals, is_result).picture
    if is_tight:
        picture = tightened(picture)
    columns = scene.glyphs.dimension(source.shape[1])
    name = f"{source.text} {columns}"
    is_scalar = source.shape == ("1", "1")
    fits = width_of(name) + 4 <= source.sizes[1] * picture.tile_width and not is_scalar
    return replace(picture, ruler=True, ruler_text=name if fits else source.text)


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


def _distinct(sources: Sequence[Source], pictures: Sequence[MatrixPicture]) -> Iterator[MatrixPicture]:
    """Every quantity once, and no ones: nothing is to be seen in them."""
    seen: set[str] = set()
    for source, picture in zip(sources, pictures, strict=True):
        ones = not source.quantity and source.values is not None and bool(np.all(source.values == 1))
        if source.text not in seen and not ones:
            seen.add(source.text)
            yield picture


def _rows(scene: Scene, pictures: Iterator[MatrixPicture], width: int, is_tight: bool) -> Arrangement:
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
