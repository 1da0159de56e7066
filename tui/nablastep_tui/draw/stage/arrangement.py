"""Matrices and signs at their places, where the equation does not stand in one line; each matrix names itself."""

from __future__ import annotations

from dataclasses import replace

from nablastep.expressions import ROWS, Repeat
from nablastep.layout import Operand
from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.matrix import MatrixPicture, draw
from nablastep_tui.draw.stage.plan import Source, item_of, tightened
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.themes import style
from nablastep_tui.scene.scene import Scene

GAP, TIGHT_GAP, ROW_GAP = 3, 2, 1


@record(eq=False)
class Placed:
    """A matrix with its symbol in its ruler, at (x, y) of the arrangement."""

    picture: MatrixPicture
    x: int
    y: int


@record()
class Sign:
    """An operator, a bracket or a number between matrices, at (x, y) of the arrangement."""

    text: str
    x: int
    y: int


@record(eq=False)
class Arrangement:
    """Matrices and the signs between them in `width` × `height` cells."""

    placed: tuple[Placed, ...]
    width: int
    height: int
    signs: tuple[Sign, ...] = ()


def once(piece: Operand) -> Operand:
    """What is repeated, where the operand is nothing else: a bias stands once beside a product, not for each sample."""
    if not isinstance(piece.expression, Repeat):
        return piece
    repeat, reads = piece.expression, piece.reads
    if reads is not None:
        reads = (0, reads[1]) if repeat.axis == ROWS else (reads[0], 0)
    return replace(piece, expression=repeat.x, reads=reads)


def draw_arrangement(canvas: Canvas, scene: Scene, found: Arrangement, left: int, top: int) -> None:
    """Draw it from column `left` and row `top` on."""
    for placed in found.placed:
        draw(canvas, left + placed.x, top + placed.y, placed.picture, scene.palette, scene.glyphs)
    for sign in found.signs:
        muted = sign.text == scene.glyphs.product
        look = style(scene.palette.muted) if muted else style(scene.palette.text, bold=True)
        canvas.write(left + sign.x, top + sign.y, sign.text, look)


def picture_of(scene: Scene, source: Source, decimals: int, *, is_result: bool, is_tight: bool) -> MatrixPicture:
    """The matrix in cells of one row; its ruler names it, and its columns where there is room."""
    picture = item_of(scene, source, 1, decimals, is_result).picture
    if is_tight:
        picture = tightened(picture)
    columns = scene.glyphs.dimension(source.shape[1])
    name = f"{source.text} {columns}"
    is_scalar = source.shape == ("1", "1")
    fits = width_of(name) + 4 <= source.sizes[1] * picture.tile_width and not is_scalar
    return replace(picture, ruler=True, ruler_text=name if fits else source.text)
