"""Cells as small images: text with a font, joined characters as shapes. Needs Pillow; imported only where it is wanted.

Owns how one cell looks in pixels. Knows neither frames nor the GIF format.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from nablastep_tui.recording.fonts import bold_of
from nablastep_tui.recording.gif_palette import GifPalette
from nablastep_tui.recording.glyph_shapes import (
    BASELINE,
    CELL_HEIGHT,
    CELL_WIDTH,
    FONT_SIZE,
    Polygon,
    Rectangle,
    cell_shapes,
    glyph_shapes,
)
from nablastep_tui.recording.model import Cell

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FINER = 4
"""Sub-pixels each way in which curves are drawn before they are averaged."""


class GlyphPainter:
    """Paints cells with one font, or with Pillow's own if `font` is None. Raises OSError if it cannot be read."""

    def __init__(self, font: Path | None) -> None:
        self._regular = _load(font)
        bold = None if font is None else bold_of(font)
        self._bold = None if bold is None else _load(bold)

    def tile(self, cell: Cell, width: int, palette: GifPalette) -> Image.Image:
        """The cell as palette indices, `width` (1 or 2) × `CELL_WIDTH` by `CELL_HEIGHT` pixels."""
        indices = self._coverage(cell, width * CELL_WIDTH).point(palette.ramp(cell.style))
        return Image.frombytes("P", indices.size, indices.tobytes())

    def _coverage(self, cell: Cell, width: int) -> Image.Image:
        """How much of each pixel the foreground covers, 0 to 255."""
        image = Image.new("L", (width, CELL_HEIGHT), 0)
        if cell.text.strip() and glyph_shapes(cell.text) is None:
            self._draw_text(ImageDraw.Draw(image), cell, width)
        for shape in cell_shapes(cell):
            if isinstance(shape, Polygon):
                image = ImageChops.lighter(image, _curve(shape))
            else:
                _fill(image, shape)
        return image

    def _draw_text(self, draw: ImageDraw.ImageDraw, cell: Cell, width: int) -> None:
        """Text stands in the middle of its cell; without a bold face it is struck twice."""
        font = self._bold if cell.style.bold and self._bold is not None else self._regular
        offsets = (0, 1) if cell.style.bold and self._bold is None else (0,)
        left = round((width - font.getlength(cell.text)) / 2)
        for offset in offsets:
            if isinstance(font, ImageFont.FreeTypeFont):
                draw.text((left + offset, BASELINE), cell.text, fill=255, font=font, anchor="ls")
            else:
                draw.text((left + offset, 2), cell.text, fill=255, font=font)


def _load(font: Path | None) -> _Font:
    if font is None:
        return ImageFont.load_default(FONT_SIZE)
    return ImageFont.truetype(str(font), FONT_SIZE, layout_engine=ImageFont.Layout.BASIC)


def _fill(image: Image.Image, shape: Rectangle) -> None:
    coverage = round(255 * shape.opacity)
    ImageDraw.Draw(image).rectangle((shape.left, shape.top, shape.right - 1, shape.bottom - 1), fill=coverage)


def _curve(shape: Polygon) -> Image.Image:
    fine = Image.new("L", (CELL_WIDTH * _FINER, CELL_HEIGHT * _FINER), 0)
    ImageDraw.Draw(fine).polygon([(x * _FINER, y * _FINER) for x, y in shape.points], fill=255)
    return fine.reduce(_FINER)
