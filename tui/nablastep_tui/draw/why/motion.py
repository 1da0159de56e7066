"""A line of a derivation on its way out of the line before it: its symbols walk, and a diagonal becomes a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from nablastep.derivations.lines import OWN, Line
from nablastep.expressions import Hadamard, walk
from nablastep.structures import Diagonal
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_brackets
from nablastep_tui.draw.morph import between, morphed
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import choose_format
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import accent_style, dimension_style, faint_style, style
from nablastep_tui.scene.why_page import WhyPage

FADED, GONE = 0.2, 0.4
"""The parts of the way after which the zeros beside a diagonal are faint, and away."""


def draw_arriving(
    canvas: Canvas, x: int, y: int, origin: Line, line: Line, part: float, notation: str, look: Style, new: Style
) -> None:
    """The written line at that part of its way from `origin`; what `origin` had not comes last, in `new`."""
    for piece in morphed(origin.pieces(notation), line.pieces(notation), part):
        canvas.write(x + piece.column, y, piece.text, new if piece.is_new else look)


def diagonal_of(page: WhyPage, origin: Line, line: Line, most: int) -> NDArray[np.float64] | None:
    """The diagonal matrix that turns into ⊙ between two lines, of at most so many rows; None if none does."""
    before, after = set(map(type, walk(origin.right))), set(map(type, walk(line.right)))
    if Diagonal not in before or Diagonal in after or Hadamard not in after:
        return None
    for earlier in reversed(page.lines[: page.place]):
        value = earlier.value
        is_jacobian = earlier.kind == OWN and isinstance(value, np.ndarray) and value.ndim == 2
        if is_jacobian and 1 < value.shape[0] == value.shape[1] <= most:
            return np.asarray(value, dtype=float)
    return None


def draw_collapsing(
    canvas: Canvas,
    x: int,
    y: int,
    matrix: NDArray[np.float64],
    part: float,
    rows: str,
    palette: Palette,
    glyphs: Glyphs,
) -> int:
    """The matrix with its zeros fading, then its diagonal sliding left into one column; the first free column."""
    size = len(matrix)
    number = choose_format(np.diag(matrix), 6 if size <= 3 else 4, ascii=glyphs.name == "ascii")
    cell = number.width + 2
    slid = max(0.0, (part - GONE) / (1 - GONE))
    width = between(size * cell, cell, slid)
    draw_brackets(canvas, x + 1, y, width, size, dimension_style(palette, rows), glyphs)
    for row in range(size):
        if part < GONE:
            zero = style(palette.muted) if part < FADED else faint_style(palette)
            for column in set(range(size)) - {row}:
                canvas.write(x + (column + 1) * cell - 1, y + row, "0", zero)
        place = between(row * cell, 0, slid)
        canvas.write(x + 2 + place, y + row, number.text(matrix[row, row]).rjust(number.width), accent_style(palette))
    return x + width + 2
