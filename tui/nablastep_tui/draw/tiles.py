"""Draws one cell of a matrix: its fill, its number, and the mark that says what it is doing now."""

from __future__ import annotations

from rich.style import Style

from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import MatrixFormat
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import NOT_FINITE, level_of, not_finite_style, selected_style, style, value_fill


@record(slots=True)
class Tile:
    """One cell: `value` is None if not computed; `scale` is the magnitude of the strongest fill.

    `structural`: a zero by structure. `previous`: a value of the previous iteration. `operand`: read by the selected
    cell of the result.
    """

    value: float | None
    scale: float
    selected: bool = False
    operand: bool = False
    structural: bool = False
    previous: bool = False


def draw_tile(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    tile: Tile,
    format: MatrixFormat,
    palette: Palette,
    glyphs: Glyphs,
) -> None:
    """Draw a tile of `width` × `height` cells; a number that does not fit is an ellipsis, never cut."""
    look = _look(tile, palette)
    canvas.fill(x, y, width, height, look)
    marked = tile.selected or tile.operand
    framed = marked and height >= 3 and width >= 3
    if framed:
        canvas.box(x, y, width, height, glyphs.frame, look)
    text = _text(tile, format, glyphs)
    start = x + _indent(tile, text, width, height, format)
    if width_of(text) > width - (2 if framed else 0):
        text, start = glyphs.ellipsis, x + width // 2
    row = y + (height - 1) // 2
    canvas.write(start, row, text, look)
    if tile.operand and not tile.selected and not framed:
        _mark_operand(canvas, x, start, row, width, look, glyphs)


def _mark_operand(canvas: Canvas, x: int, start: int, y: int, width: int, look: Style, glyphs: Glyphs) -> None:
    """`▸` directly before the number; underlined where the number fills its cell, so the mark is never lost."""
    if start > x:
        canvas.write(start - 1, y, glyphs.operand, look)
    else:
        canvas.paint(x, y, width, 1, style(underline=True))


def _text(tile: Tile, format: MatrixFormat, glyphs: Glyphs) -> str:
    if tile.value is None:
        return glyphs.not_computed
    return "0" if tile.structural else format.text(tile.value)


def _indent(tile: Tile, text: str, width: int, height: int, format: MatrixFormat) -> int:
    """Blank cells before the text, so that decimal points stand under each other within a column.

    Tiles centre the block of `format.width`; cells of one row end it one cell before their right edge.
    """
    if tile.value is None:
        return (width - 1) // 2
    block = max(format.width, len(text))
    right_margin = min(1, max(0, width - block))
    start = (width - block) // 2 if height > 1 else width - block - right_margin
    after_units = format.decimals + 1 if tile.structural and format.decimals else 0
    return max(0, start + block - after_units - len(text))


def _look(tile: Tile, palette: Palette) -> Style:
    """The one style of a tile: what is selected, then what is no number, then operands, then the value's fill."""
    if tile.selected:
        return selected_style(palette)
    if tile.value is None or tile.structural:
        if tile.operand:
            return style(palette.accent, palette.cell, bold=True)
        return style(palette.faint, palette.cell, dim=palette.monochrome)
    level = level_of(tile.value, tile.scale)
    if level == NOT_FINITE:
        return not_finite_style(palette)
    if tile.previous:
        return style(palette.muted, palette.cell, dim=palette.monochrome)
    return style(palette.accent if tile.operand else palette.bright, value_fill(palette, level), bold=tile.operand)
