"""Pieces of a page that know their size before they are drawn: text, small matrices, thumbnails of large ones.

`flowed` sets them in rows as a sentence is set, `Placed` says where one goes. Knows no derivation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.heat import draw_heat
from nablastep_tui.draw.lines import draw_brackets
from nablastep_tui.draw.matrix import Cell, MatrixPicture, draw, geometry
from nablastep_tui.draw.pooling import heat_picture
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import choose_format, scalar_text
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.text import plain
from nablastep_tui.look.themes import dimension_style, style

Values = NDArray[np.float64]

MOST_ROWS, MOST_COLUMNS = 6, 8
"""Matrices of more rows or columns are thumbnails."""
DECIMALS = (6, 4, 3, 2)
THUMBNAIL_ROWS, THUMBNAIL_COLUMNS = 3, 12


@dataclass(frozen=True)
class Look:
    """Colours and glyphs of a page."""

    palette: Palette
    glyphs: Glyphs

    @property
    def notation(self) -> str:
        """The notation that the glyphs can show."""
        return "ascii" if self.glyphs.name == "ascii" else "unicode"

    @property
    def is_ascii(self) -> bool:
        """Whether only ASCII can be shown."""
        return self.glyphs.name == "ascii"

    def say(self, text: str) -> str:
        """Text in glyphs that the terminal has."""
        return plain(text) if self.is_ascii else text


@dataclass(frozen=True)
class Exhibit:
    """Something of `width` × `height` cells; `paint` puts it at a place of a canvas. `middle` is the row on which text
    beside it stands."""

    width: int
    height: int
    paint: Callable[[Canvas, int, int], None]
    middle: int = 0


@dataclass(frozen=True)
class Placed:
    """An exhibit at its place."""

    x: int
    y: int
    exhibit: Exhibit


def text_exhibit(rows: str | Sequence[str], look: Style) -> Exhibit:
    """One row of text or several."""
    lines = [rows] if isinstance(rows, str) else list(rows)

    def paint(canvas: Canvas, x: int, y: int) -> None:
        for row, line in enumerate(lines):
            canvas.write(x, y + row, line, look)

    return Exhibit(max(map(width_of, lines), default=0), len(lines), paint, (len(lines) - 1) // 2)


def small_matrix(
    value: object, dimensions: tuple[str, str], decimals: int, zeros: frozenset[Cell] = frozenset()
) -> MatrixPicture:
    """A matrix in one row of text for each of its rows."""
    values = np.asarray(value, dtype=float)
    number = choose_format(values, decimals)
    return MatrixPicture(
        values, (values.shape[0], values.shape[1]), *dimensions, format=number, tile_width=number.width + 2,
        structural_zeros=zeros, ruler=False, row_letter=False,
    )  # fmt: skip


def is_small(values: Values) -> bool:
    """Whether all numbers of an array can be shown."""
    return values.ndim == 0 or (values.shape[0] <= MOST_ROWS and values.shape[1] <= MOST_COLUMNS)


def narrowest(values: Values, dimensions: tuple[str, str], look: Look) -> int:
    """The least cells in which all numbers of a small matrix can be shown."""
    return geometry(small_matrix(values, dimensions, DECIMALS[-1]), look.glyphs).width


def array_exhibit(
    values: Values,
    dimensions: tuple[str, str],
    look: Look,
    width: int,
    *,
    cell: Cell = (0, 0),
    zeros: frozenset[Cell] = frozenset(),
    most_decimals: int = 6,
) -> Exhibit:
    """An array in at most `width` cells: a number, a matrix with as many decimals as fit, or else a thumbnail."""
    if values.ndim == 0:
        return text_exhibit(scalar_text(float(values), most_decimals, ascii=look.is_ascii), style(look.palette.bright))
    if is_small(values):
        for decimals in DECIMALS:
            picture = small_matrix(values, dimensions, decimals, zeros)
            if decimals <= most_decimals and geometry(picture, look.glyphs).width <= width:
                return _matrix_exhibit(picture, look)
    return _thumbnail(values, dimensions, look, cell)


def _matrix_exhibit(picture: MatrixPicture, look: Look) -> Exhibit:
    place = geometry(picture, look.glyphs)

    def paint(canvas: Canvas, x: int, y: int) -> None:
        draw(canvas, x, y, picture, look.palette, look.glyphs)

    return Exhibit(place.width, place.height, paint, place.middle_y)


def _thumbnail(values: Values, dimensions: tuple[str, str], look: Look, cell: Cell) -> Exhibit:
    """A small heat map; beside it the shape, and one number with its place."""
    rows, columns = values.shape
    height, width = min(THUMBNAIL_ROWS, -(-rows // 2)), min(THUMBNAIL_COLUMNS, columns)
    picture = heat_picture(values, width, height)
    row, column = min(cell[0], rows - 1), min(cell[1], columns - 1)
    place = f"row {row + 1}" if columns == 1 else f"column {column + 1}" if rows == 1 else f"{row + 1}, {column + 1}"
    number = scalar_text(float(values[row, column]), 4, ascii=look.is_ascii)
    told = [look.say(f"{rows}×{columns}"), f"at {place}:", number]
    if height < THUMBNAIL_ROWS:
        told = [f"{told[0]}, at {place}: {number}"]

    def paint(canvas: Canvas, x: int, y: int) -> None:
        draw_brackets(canvas, x + 1, y, width, height, dimension_style(look.palette, dimensions[0]), look.glyphs)
        draw_heat(canvas, x + 1, y, picture, look.palette, look.glyphs)
        for offset, line in enumerate(told):
            canvas.write(x + width + 3, y + offset, line, style(look.palette.text))

    return Exhibit(width + 3 + max(map(width_of, told)), max(height, len(told)), paint, (height - 1) // 2)


def captioned(exhibit: Exhibit, caption: str, look: Style) -> Exhibit:
    """The exhibit with its name above it, centred."""
    width = max(exhibit.width, width_of(caption))

    def paint(canvas: Canvas, x: int, y: int) -> None:
        canvas.write(x + (width - width_of(caption)) // 2, y, caption, look)
        exhibit.paint(canvas, x + (width - exhibit.width) // 2, y + 1)

    return Exhibit(width, exhibit.height + 1, paint, exhibit.middle + 1)


def flowed(exhibits: Iterable[Exhibit], x: int, y: int, width: int, gap: int = 1) -> list[Placed]:
    """The exhibits from left to right from (x, y), in as many rows as it takes; their middles stand on one row."""
    rows: list[list[Exhibit]] = [[]]
    used = 0
    for exhibit in exhibits:
        if rows[-1] and used + exhibit.width > width:
            rows.append([])
            used = 0
        rows[-1].append(exhibit)
        used += exhibit.width + gap
    placed: list[Placed] = []
    for row in rows:
        middle = max((each.middle for each in row), default=0)
        at = x
        for each in row:
            placed.append(Placed(at, y + middle - each.middle, each))
            at += each.width + gap
        y += max((middle - each.middle + each.height for each in row), default=0)
    return placed


def joined(exhibits: Sequence[Exhibit], gap: int = 1) -> Exhibit:
    """The exhibits beside each other as one, which no row tears apart."""
    width = sum(each.width for each in exhibits) + gap * (len(exhibits) - 1)
    placed = flowed(exhibits, 0, 0, width, gap)

    def paint(canvas: Canvas, x: int, y: int) -> None:
        for each in placed:
            each.exhibit.paint(canvas, x + each.x, y + each.y)

    return Exhibit(width, bottom_of(placed), paint, max(each.middle for each in exhibits))


def bottom_of(placed: Iterable[Placed], least: int = 0) -> int:
    """The row below the lowest of them."""
    return max((each.y + each.exhibit.height for each in placed), default=least)
