"""Draws one matrix: brackets, ruler, letters, shared exponent, and its tiles in their places.

A `MatrixPicture` says what to draw, `geometry` where everything lies, `draw` puts it on a canvas. Knows no network:
values, dimension names and cells arrive ready, in the orientation in which they are shown.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_brackets, draw_ruler
from nablastep_tui.draw.tiles import Tile, draw_tile
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import MatrixFormat
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import dimension_style, style

Cell = tuple[int, int]


class MatrixState(Enum):
    """What the values are: those of this moment, or those of the previous iteration shown until new ones exist."""

    CURRENT = "current"
    PREVIOUS = "previous"


@record()
class CellTarget:
    """What the mouse hits on a drawn cell: the quantity's id and the cell, from 0, in the shown orientation."""

    quantity: str
    row: int
    column: int


@record(eq=False)
class MatrixPicture:
    """All that is drawn of one matrix.

    `values`: shape (rows, columns), or None if not computed; then `shape` still gives brackets and dots. `origin` is
    the quantity's cell that `values[0, 0]` is, for a window into a larger matrix; `selected`, `operands`,
    `structural_zeros` and mouse targets count in the quantity's own cells. `scale`: the magnitude of the strongest
    fill, by default the largest finite one here. `rows_shown`: rows further down are still dots (a result filling
    in). `quantity`: the id for mouse targets; empty marks nothing. `column_gap`: blank cells between columns.
    """

    values: NDArray[np.float64] | None
    shape: tuple[int, int]
    row_dimension: str
    column_dimension: str
    format: MatrixFormat
    tile_width: int
    tile_height: int = 1
    selected: Cell | None = None
    operands: frozenset[Cell] = frozenset()
    structural_zeros: frozenset[Cell] = frozenset()
    state: MatrixState = MatrixState.CURRENT
    quantity: str = ""
    origin: Cell = (0, 0)
    scale: float | None = None
    rows_shown: int | None = None
    column_gap: int = 0
    ruler: bool = True
    ruler_text: str = ""
    row_letter: bool = True
    show_exponent: bool = True

    @cached_property
    def fill_scale(self) -> float:
        """The magnitude that gets the strongest fill; 0 if there is no finite value but zero."""
        if self.scale is not None or self.values is None:
            return self.scale or 0.0
        finite = self.values[np.isfinite(self.values)]
        return float(np.max(np.abs(finite))) if finite.size else 0.0


@record()
class MatrixGeometry:
    """Where a matrix lies relative to its own top left: the whole, and its body (the tiles inside the brackets)."""

    width: int
    height: int
    body_x: int
    body_y: int
    body_width: int
    body_height: int

    @property
    def center_x(self) -> int:
        """The column over which the symbol is centred."""
        return self.body_x + self.body_width // 2

    @property
    def middle_y(self) -> int:
        """The row on which operators beside the matrix stand."""
        return self.body_y + (self.body_height - 1) // 2


def geometry(picture: MatrixPicture, glyphs: Glyphs) -> MatrixGeometry:
    """The place of everything, before anything is drawn.

    From the left: row letter and a blank, bracket, tiles, bracket, and the shared exponent where it needs more room. A
    ruler's text may be wider than the tiles: then it reaches beyond the brackets, and all of it counts.
    """
    picture = _for_glyphs(picture, glyphs)
    rows, columns = picture.shape
    body_x = 1 + (width_of(glyphs.dimension(picture.row_dimension)) + 1 if picture.row_letter else 0)
    body_y = 1 if picture.ruler else 0
    body_width = columns * picture.tile_width + max(0, columns - 1) * picture.column_gap
    body_height = rows * picture.tile_height
    body_x = max(body_x, -_label_start(picture, body_width, glyphs))
    width = max(body_x + body_width + 1, body_x + _label_end(picture, body_width, glyphs))
    if suffix := _suffix(picture):
        start = _suffix_start(picture, body_x, body_width, glyphs)
        width = max(width, start + width_of(suffix))
    return MatrixGeometry(width, body_y + body_height, body_x, body_y, body_width, body_height)


def measure(picture: MatrixPicture, glyphs: Glyphs) -> tuple[int, int]:
    """(width, height) in cells."""
    found = geometry(picture, glyphs)
    return found.width, found.height


def compact(
    values: NDArray[np.float64] | None,
    shape: tuple[int, int],
    row_dimension: str,
    column_dimension: str,
    format: MatrixFormat,
    *,
    cell_width: int = 6,
    selected: Cell | None = None,
    state: MatrixState = MatrixState.CURRENT,
    quantity: str = "",
) -> MatrixPicture:
    """The picture of a matrix in the map: one row a cell, a blank column between columns, no ruler, no letters.

    The shared exponent is not drawn: the card's own title row has to print `format.suffix`.
    """
    return MatrixPicture(
        values,
        shape,
        row_dimension,
        column_dimension,
        format,
        tile_width=cell_width,
        selected=selected,
        state=state,
        quantity=quantity,
        column_gap=1,
        ruler=False,
        row_letter=False,
        show_exponent=False,
    )


def draw(canvas: Canvas, x: int, y: int, picture: MatrixPicture, palette: Palette, glyphs: Glyphs) -> MatrixGeometry:
    """Draw the picture with its top left at (x, y), and mark its cells for the mouse; returns its geometry."""
    picture = _for_glyphs(picture, glyphs)
    place = geometry(picture, glyphs)
    _draw_lines(canvas, x, y, place, picture, palette, glyphs)
    values = None if picture.values is None else picture.values.tolist()
    width, height = picture.tile_width, picture.tile_height
    for row in range(picture.shape[0]):
        shown = values is not None and (picture.rows_shown is None or row < picture.rows_shown)
        for column in range(picture.shape[1]):
            cell = (picture.origin[0] + row, picture.origin[1] + column)
            tile = _tile(picture, cell, values[row][column] if values is not None and shown else None)
            tile_x = x + place.body_x + column * (width + picture.column_gap)
            tile_y = y + place.body_y + row * height
            draw_tile(canvas, tile_x, tile_y, width, height, tile, picture.format, palette, glyphs)
            if picture.quantity:
                canvas.mark(tile_x, tile_y, width, height, CellTarget(picture.quantity, *cell))
    return place


def _for_glyphs(picture: MatrixPicture, glyphs: Glyphs) -> MatrixPicture:
    """The same picture with its numbers in ASCII where the glyphs are."""
    if glyphs.name != "ascii" or picture.format.ascii:
        return picture
    return replace(picture, format=replace(picture.format, ascii=True))


def _tile(picture: MatrixPicture, cell: Cell, value: float | None) -> Tile:
    return Tile(
        value,
        picture.fill_scale,
        selected=cell == picture.selected,
        operand=cell in picture.operands,
        structural=value is not None and cell in picture.structural_zeros,
        previous=picture.state is MatrixState.PREVIOUS,
    )


def _suffix(picture: MatrixPicture) -> str:
    return picture.format.suffix if picture.show_exponent and picture.values is not None else ""


def _suffix_start(picture: MatrixPicture, body_x: int, body_width: int, glyphs: Glyphs) -> int:
    """The shared exponent's first column: flush right in the ruler's row, or beside the bracket without a ruler."""
    after_bracket = body_x + body_width + 1
    if not picture.ruler:
        return after_bracket
    label_end = body_x + _label_end(picture, body_width, glyphs)
    return max(after_bracket - width_of(_suffix(picture)), label_end + 1)


def _label_start(picture: MatrixPicture, body_width: int, glyphs: Glyphs) -> int:
    """The first column of the ruler's text, from the first tile's; below 0 where the text is wider than the tiles."""
    return (body_width - width_of(_ruler_text(picture, glyphs))) // 2 if picture.ruler else 0


def _label_end(picture: MatrixPicture, body_width: int, glyphs: Glyphs) -> int:
    """The column after the ruler's text, from the first tile's."""
    if not picture.ruler:
        return 0
    return _label_start(picture, body_width, glyphs) + width_of(_ruler_text(picture, glyphs))


def _ruler_text(picture: MatrixPicture, glyphs: Glyphs) -> str:
    return picture.ruler_text or glyphs.dimension(picture.column_dimension)


def _draw_lines(
    canvas: Canvas, x: int, y: int, place: MatrixGeometry, picture: MatrixPicture, palette: Palette, glyphs: Glyphs
) -> None:
    missing = picture.values is None
    rows_style = dimension_style(palette, picture.row_dimension, missing=missing)
    left, top = x + place.body_x, y + place.body_y
    draw_brackets(canvas, left, top, place.body_width, place.body_height, rows_style, glyphs)
    if picture.row_letter:
        letter = glyphs.dimension(picture.row_dimension)
        before = left - 2 - width_of(letter)
        canvas.write(before, y + place.middle_y, letter, dimension_style(palette, picture.row_dimension))
    if picture.ruler:
        _draw_ruler_row(canvas, left, y, place, picture, palette, glyphs)
    if suffix := _suffix(picture):
        start = x + _suffix_start(picture, place.body_x, place.body_width, glyphs)
        if picture.ruler:
            # The ruler ends before the exponent instead of running into it.
            canvas.write(start - 1, y, " ")
        canvas.write(start, y, suffix, style(palette.text))


def _draw_ruler_row(
    canvas: Canvas, left: int, y: int, place: MatrixGeometry, picture: MatrixPicture, palette: Palette, glyphs: Glyphs
) -> None:
    columns_style = dimension_style(palette, picture.column_dimension)
    text = _ruler_text(picture, glyphs)
    if picture.column_dimension == "1":
        # A dimension of one has a letter but no extent, so it gets no line.
        canvas.write(left + (place.body_width - width_of(text)) // 2, y, text, columns_style)
    else:
        draw_ruler(canvas, left, y, place.body_width, text, columns_style, glyphs)
