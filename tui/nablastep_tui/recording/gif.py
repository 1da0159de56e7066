"""Animated GIF of a recording, drawn with Pillow (the optional extra `gif`).

Owns the choice of frames, the one palette of all frames, and the file's structure (GIF89a). The same recording,
font and Pillow give the same bytes. Knows no Textual and writes nothing.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from nablastep_tui.recording.errors import ExportError
from nablastep_tui.recording.gif_palette import TRANSPARENT, GifPalette
from nablastep_tui.recording.glyph_shapes import CELL_HEIGHT, CELL_WIDTH
from nablastep_tui.recording.model import Cell, Grid, Recording, Row

if TYPE_CHECKING:
    from PIL.Image import Image

    from nablastep_tui.recording.glyph_painter import GlyphPainter

SLOT_MS = 40
"""At most one frame in this time: viewers slow down frames that are much shorter."""

FINAL_HOLD_MS = 2000
"""How long the last frame stays before the picture begins again, at least."""

_LONGEST_CENTISECONDS = 65535


def animated_gif(recording: Recording, font: Path | None = None) -> bytes:
    """The recording as a GIF that loops; text is drawn with `font` (`fonts.find_font()`), or Pillow's own if None.

    Raises ExportError if Pillow is not installed or the font cannot be read.
    """
    painter = _painter(font)
    timeline = _timeline(recording)
    palette = GifPalette([grid for grid, _ in timeline])
    columns, rows = recording.size
    parts = [_file_header(columns * CELL_WIDTH, rows * CELL_HEIGHT, palette.table)]
    tiles: dict[tuple[Cell, int], Image] = {}
    before: Grid | None = None
    for grid, centiseconds in timeline:
        parts.append(_frame(before, grid, centiseconds, painter, palette, tiles))
        before = grid
    return b"".join(parts) + b";"


def _painter(font: Path | None) -> GlyphPainter:
    try:
        from nablastep_tui.recording.glyph_painter import GlyphPainter
    except ImportError as error:
        raise ExportError(
            "a GIF needs Pillow, which is not installed",
            hint="Install it with pip install '.[gif]' in the folder of a clone, or pip install 'nablastep[gif]' where "
            "nablastep came from an index. Cast, SVG, text and captions need nothing more.",
        ) from error
    try:
        return GlyphPainter(font)
    except OSError as error:
        raise ExportError(f"the font cannot be read: {error}", file=str(font)) from error


def _timeline(recording: Recording) -> list[tuple[Grid, int]]:
    """The screens to show and for how long, in hundredths of a second; of each slot the last screen."""
    slots: dict[int, Grid] = {}
    for frame in recording.frames:
        slots[frame.milliseconds // SLOT_MS] = frame.cells
    starts: list[int] = []
    shown: list[Grid] = []
    for slot, grid in slots.items():
        if not shown or shown[-1] != grid:
            starts.append(slot * SLOT_MS // 10)
            shown.append(grid)
    end = max(recording.end_ms // 10, starts[-1] + FINAL_HOLD_MS // 10)
    return [
        (grid, min(following - start, _LONGEST_CENTISECONDS))
        for grid, start, following in zip(shown, starts, [*starts[1:], end], strict=True)
    ]


def _file_header(width: int, height: int, table: bytes) -> bytes:
    """Signature, screen descriptor with one global table of 256 colours, and the extension that loops for ever."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0b1111_0111, 0, 0)
    return screen + table + b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


def _frame(
    before: Grid | None,
    grid: Grid,
    centiseconds: int,
    painter: GlyphPainter,
    palette: GifPalette,
    tiles: dict[tuple[Cell, int], Image],
) -> bytes:
    """One frame: the smallest box around what changed, transparent where nothing did."""
    from PIL import GifImagePlugin, Image

    changed = _changed_cells(before, grid)
    left, top = min(column for _, column in changed), min(row for row, _ in changed)
    right = max(column for _, column in changed) + 1
    bottom = max(row for row, _ in changed) + 1
    box = Image.new("P", ((right - left) * CELL_WIDTH, (bottom - top) * CELL_HEIGHT), TRANSPARENT)
    for row, column in changed:
        cell, width = grid[row][column], _cell_count(grid[row], column)
        if width == 0:
            continue
        if (cell, width) not in tiles:
            tiles[cell, width] = painter.tile(cell, width, palette)
        box.paste(tiles[cell, width], ((column - left) * CELL_WIDTH, (row - top) * CELL_HEIGHT))
    data = GifImagePlugin.getdata(
        box,
        (left * CELL_WIDTH, top * CELL_HEIGHT),
        duration=centiseconds * 10,
        disposal=1,
        transparency=TRANSPARENT,
    )
    return b"".join(data)


def _cell_count(row: Row, column: int) -> int:
    """How many cells the character in `column` takes: 1, 2 if it is wide, 0 for the right half of a wide one."""
    if not row[column].text:
        return 0
    return 2 if column + 1 < len(row) and not row[column + 1].text else 1


def _changed_cells(before: Grid | None, grid: Grid) -> list[tuple[int, int]]:
    """(row, column) of the cells that differ from `before`, left before right; wide characters with both halves."""
    places: list[tuple[int, int]] = []
    for number, row in enumerate(grid):
        old = None if before is None else before[number]
        if old is row:
            continue
        changed = {column for column, cell in enumerate(row) if old is None or cell != old[column]}
        changed |= {column + 1 for column in changed if _cell_count(row, column) == 2}
        places += [(number, column) for column in sorted(changed)]
    return places
