"""Draws pooled pictures: half-block heat maps, strips, and the viewport mark. The pixels come from `pooling`."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_brackets
from nablastep_tui.draw.pooling import Cell, HeatPicture, Values, heat_scale, levels_of, pool
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import LEVELS, NOT_FINITE, dimension_style, faint_style, heat_colour, heat_styles, style

Cells = tuple[list[str], list[Style]]
"""Glyphs and styles of a row, ready for a canvas."""


def draw_heat(canvas: Canvas, x: int, y: int, picture: HeatPicture, palette: Palette, glyphs: Glyphs) -> None:
    """Draw the picture, two pixel rows per cell row.

    With fills: half blocks, or the stronger pixel as a background where the glyph set has none. Without: one sign
    glyph per cell, `−` `=` for negative, `+` `#` for positive, weak and strong.
    """
    for offset, (cells, styles) in enumerate(_rows(picture, palette, glyphs)):
        canvas.put_cells(x, y + offset, cells, styles)


@lru_cache(maxsize=256)
def _rows(picture: HeatPicture, palette: Palette, glyphs: Glyphs) -> list[Cells]:
    rows = picture.levels.tolist()
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [_pairs(*pair, palette, glyphs.upper_half, glyphs) for pair in zip(rows[::2], rows[1::2], strict=True)]


def draw_strip(
    canvas: Canvas,
    x: int,
    y: int,
    values: Values,
    width: int,
    palette: Palette,
    glyphs: Glyphs,
    *,
    scale: float | None = None,
) -> None:
    """A list of numbers in one row, two per cell side by side: the products of a batch sum.

    `values`: shape (length,). Up to 2 · width of them are drawn one by one, more are pooled.
    """
    pooled = pool(values.reshape(1, -1), 1, min(2 * width, values.size), "max")
    levels = levels_of(pooled, heat_scale(pooled) if scale is None else scale)[0].tolist()
    levels += [0] * (2 * width - len(levels))
    canvas.put_cells(x, y, *_pairs(levels[::2], levels[1::2], palette, glyphs.left_half, glyphs))


def draw_map_strip(
    canvas: Canvas,
    x: int,
    y: int,
    picture: HeatPicture | None,
    width: int,
    row_dimension: str,
    palette: Palette,
    glyphs: Glyphs,
) -> None:
    """A large matrix in the map: `[▀▀▀▀]` in one row of `width` + 2 cells; `[····]` if it is not computed."""
    draw_brackets(canvas, x + 1, y, width, 1, dimension_style(palette, row_dimension, missing=picture is None), glyphs)
    if picture is None:
        canvas.write(x + 1, y, glyphs.not_computed * width, faint_style(palette))
    else:
        draw_heat(canvas, x + 1, y, picture, palette, glyphs)


def draw_viewport(
    canvas: Canvas, x: int, y: int, picture: HeatPicture, cell: Cell, palette: Palette, glyphs: Glyphs
) -> tuple[int, int]:
    """`[ ]` around the pixel of `cell` on a heat map drawn at (x, y); returns the canvas cell in its middle."""
    pixel_row, pixel_column = picture.pixel_of(cell)
    column, row = x + pixel_column, y + pixel_row // 2
    look = style(palette.bright, palette.background, bold=True)
    # At an edge the matrix's own bracket stands there already.
    if pixel_column:
        canvas.write(column - 1, row, glyphs.left.single, look)
    if pixel_column < picture.levels.shape[1] - 1:
        canvas.write(column + 1, row, glyphs.right.single, look)
    return column, row


def _pairs(first: list[int], second: list[int], palette: Palette, half: str, glyphs: Glyphs) -> Cells:
    """One row of cells, each made of two pixels: `half` in the first one's colour on the second one's."""
    pairs = list(zip(first, second, strict=True))
    if not palette.fills:
        ramps = [_ramp(_stronger(pair), glyphs) for pair in pairs]
        return ramps, [_ramp_style(_stronger(pair), palette) for pair in pairs]
    if half:
        table = heat_styles(palette)
        return [half] * len(pairs), [table[pair] for pair in pairs]
    return [" "] * len(pairs), [style("", heat_colour(palette, _stronger(pair))) for pair in pairs]


def _stronger(pair: tuple[int, int]) -> int:
    return max(pair, key=abs)


def _ramp(level: int, glyphs: Glyphs) -> str:
    if level == NOT_FINITE:
        return glyphs.cross
    if level == 0:
        return glyphs.not_computed
    weak, strong = glyphs.ramp_negative if level < 0 else glyphs.ramp_positive
    return strong if 2 * abs(level) > LEVELS else weak


def _ramp_style(level: int, palette: Palette) -> Style:
    if level == NOT_FINITE:
        return style(palette.bright, palette.background, bold=True, reverse=True)
    if level == 0:
        return style(palette.faint, palette.background, dim=palette.monochrome)
    return style(palette.negative_heat if level < 0 else palette.positive_heat, palette.background)
