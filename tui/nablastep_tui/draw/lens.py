"""A lens on a large matrix: a few rows and columns around one cell, with numbers, and their places in the whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.matrix import Cell, MatrixPicture, draw, geometry
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import MatrixFormat, choose_format
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import dimension_style, style

Values = NDArray[np.float64]


def window(shape: tuple[int, int], cell: Cell, rows: int, columns: int) -> tuple[Cell, tuple[int, int]]:
    """The part of a matrix that a lens shows: (its first cell, its shape), `cell` in the middle as far as edges let."""
    height, width = min(rows, shape[0]), min(columns, shape[1])
    first_row = min(max(0, cell[0] - height // 2), shape[0] - height)
    first_column = min(max(0, cell[1] - width // 2), shape[1] - width)
    return (first_row, first_column), (height, width)


def lens_picture(
    values: Values,
    cell: Cell,
    row_dimension: str,
    column_dimension: str,
    *,
    rows: int = 5,
    columns: int = 4,
    tile_width: int = 9,
    format: MatrixFormat | None = None,
    scale: float | None = None,
    quantity: str = "",
    ascii: bool = False,
) -> MatrixPicture:
    """The numbers around `cell` of a large matrix, which is selected.

    Without `format` the window shares an exponent as soon as three decimals would leave under four digits.
    """
    origin, (height, width) = window((values.shape[0], values.shape[1]), cell, rows, columns)
    part = values[origin[0] : origin[0] + height, origin[1] : origin[1] + width]
    return MatrixPicture(
        part,
        (height, width),
        row_dimension,
        column_dimension,
        format or choose_format(part, 3, plain_from=0.1, ascii=ascii),
        tile_width=tile_width,
        selected=cell,
        scale=scale,
        quantity=quantity,
        origin=origin,
        ruler=False,
        row_letter=False,
        show_exponent=False,
    )


def lens_size(picture: MatrixPicture, glyphs: Glyphs) -> tuple[int, int]:
    """(width, height) of a lens with its row and column numbers."""
    place = geometry(picture, glyphs)
    return _number_width(picture) + 1 + place.width, place.height + 1


def draw_lens(canvas: Canvas, x: int, y: int, picture: MatrixPicture, palette: Palette, glyphs: Glyphs) -> None:
    """A lens: column numbers (from 1) above, row numbers at the left, the selected ones bold, the exponent top left."""
    labels = _number_width(picture)
    place = draw(canvas, x + labels + 1, y + 1, picture, palette, glyphs)
    left = x + labels + 1 + place.body_x
    if picture.format.suffix:
        canvas.write(x, y, picture.format.suffix, style(palette.text))
    for row in range(picture.shape[0]):
        number = picture.origin[0] + row
        look = _number_style(
            palette, picture.row_dimension, picture.selected is not None and picture.selected[0] == number
        )
        canvas.write(x, y + 1 + row, str(number + 1).rjust(labels), look)
    for column in range(picture.shape[1]):
        number = picture.origin[1] + column
        look = _number_style(
            palette, picture.column_dimension, picture.selected is not None and picture.selected[1] == number
        )
        label = str(number + 1)
        end = left + (column + 1) * picture.tile_width - 1
        canvas.write(end - width_of(label), y, label, look)


def _number_width(picture: MatrixPicture) -> int:
    return len(str(picture.origin[0] + picture.shape[0]))


def _number_style(palette: Palette, dimension: str, selected: bool) -> Style:
    return dimension_style(palette, dimension, bold=selected)
