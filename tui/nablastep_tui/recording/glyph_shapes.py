"""Characters that must join from cell to cell, as exact shapes: box drawing, blocks, shades, braille, tall brackets.

Owns geometry in whole pixels of one cell. Knows neither SVG nor GIF, which both draw from here, nor any font.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from nablastep_tui.recording.model import Cell

CELL_WIDTH, CELL_HEIGHT, BASELINE = 9, 18, 14
"""Pixels of a cell, and of its baseline below its top, that go with `FONT_SIZE` in the usual monospaced fonts."""

FONT_SIZE = 15

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle in pixels from the cell's top left corner; `opacity` from 0 to 1."""

    left: int
    top: int
    right: int
    bottom: int
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled outline, for what is curved or oblique."""

    points: tuple[Point, ...]


Shape = Rectangle | Polygon

# The arms of a box drawing character: up, down, left, right of the cell's middle.
_JUNCTIONS = ("lr", "ud", "dr", "dl", "ur", "ul", "udr", "udl", "dlr", "ulr", "udlr")
_LIGHT = dict(zip("─│┌┐└┘├┤┬┴┼", _JUNCTIONS, strict=True)) | dict(zip("╴╵╶╷", "lurd", strict=True))
_HEAVY = dict(zip("━┃┏┓┗┛┣┫┳┻╋", _JUNCTIONS, strict=True)) | dict(zip("╸╹╺╻", "lurd", strict=True))
_DOUBLE = dict(zip("═║╔╗╚╝╠╣╦╩╬", _JUNCTIONS, strict=True))
_ROUND = dict(zip("╭╮╰╯", ("dr", "dl", "ur", "ul"), strict=True))

_LOWER_EIGHTHS = "▁▂▃▄▅▆▇█"
_LEFT_EIGHTHS = "▏▎▍▌▋▊▉"
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
# Which quarters are filled: upper left, upper right, lower left, lower right.
_QUARTERS = {
    "▖": "2", "▗": "3", "▘": "0", "▙": "023", "▚": "03", "▛": "012",
    "▜": "013", "▝": "1", "▞": "12", "▟": "123", "▀": "01", "▐": "13",
}  # fmt: skip

# Tall brackets: the side of the upright, and the ends that turn: top, bottom.
_SQUARE = {"⎡": ("l", "t"), "⎢": ("l", ""), "⎣": ("l", "b"), "⎤": ("r", "t"), "⎥": ("r", ""), "⎦": ("r", "b")}
_CURVED = {"⎛": ("l", "t"), "⎜": ("l", ""), "⎝": ("l", "b"), "⎞": ("r", "t"), "⎟": ("r", ""), "⎠": ("r", "b")}

_BRAILLE = range(0x2800, 0x2900)
_BRAILLE_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


@cache
def glyph_shapes(character: str, width: int = CELL_WIDTH, height: int = CELL_HEIGHT) -> tuple[Shape, ...] | None:
    """The shapes of `character` in a cell of `width` × `height` pixels; None if a font must draw it."""
    if len(character) != 1:
        return None
    line = max(1, round(width / 9))
    if character in _LIGHT:
        return _lines(_LIGHT[character], width, height, line)
    if character in _HEAVY:
        return _lines(_HEAVY[character], width, height, 3 * line)
    if character in _DOUBLE:
        return _double_lines(_DOUBLE[character], width, height, line)
    if character in _ROUND:
        return _round_corner(_ROUND[character], width, height, line)
    if character in _SQUARE:
        return _square_bracket(*_SQUARE[character], width, height, line)
    if character in _CURVED:
        return _curved_bracket(*_CURVED[character], width, height, line)
    if ord(character) in _BRAILLE:
        return _braille(ord(character) - _BRAILLE.start, width, height)
    return _block(character, width, height)


def cell_shapes(cell: Cell) -> tuple[Shape, ...]:
    """What is drawn as shapes in a cell: its character, if it must join, and lines under or through it."""
    shapes = glyph_shapes(cell.text) or ()
    if cell.style.underline:
        shapes += (Rectangle(0, CELL_HEIGHT - 2, CELL_WIDTH, CELL_HEIGHT - 1),)
    if cell.style.strike:
        shapes += (Rectangle(0, CELL_HEIGHT // 2, CELL_WIDTH, CELL_HEIGHT // 2 + 1),)
    return shapes


def _lines(arms: str, width: int, height: int, thick: int) -> tuple[Shape, ...]:
    x, y = (width - thick) // 2, (height - thick) // 2
    shapes: list[Shape] = []
    if "l" in arms or "r" in arms:
        shapes.append(Rectangle(0 if "l" in arms else x, y, width if "r" in arms else x + thick, y + thick))
    if "u" in arms or "d" in arms:
        shapes.append(Rectangle(x, 0 if "u" in arms else y, x + thick, height if "d" in arms else y + thick))
    return tuple(shapes)


def _double_lines(arms: str, width: int, height: int, line: int) -> tuple[Shape, ...]:
    """Two parallel lines along each arm; a line stops at the arm that leaves on its own side."""
    x, y = (width - line) // 2, (height - line) // 2
    gap = 2 * line
    shapes: list[Shape] = []
    for side, at in (("l", x - gap), ("r", x + gap)):
        near, far = (y + gap, y - gap) if side in arms else (y - gap, y + gap)
        if "u" in arms:
            shapes.append(Rectangle(at, 0, at + line, far + line))
        if "d" in arms:
            shapes.append(Rectangle(at, near, at + line, height))
    for side, at in (("u", y - gap), ("d", y + gap)):
        near, far = (x + gap, x - gap) if side in arms else (x - gap, x + gap)
        if "l" in arms:
            shapes.append(Rectangle(0, at, far + line, at + line))
        if "r" in arms:
            shapes.append(Rectangle(near, at, width, at + line))
    return tuple(shapes)


def _round_corner(arms: str, width: int, height: int, line: int) -> tuple[Shape, ...]:
    x, y = (width - line) // 2, (height - line) // 2
    radius = min(x, y)
    right, down = "r" in arms, "d" in arms
    centre = (x + line / 2 + (radius if right else -radius), y + line / 2 + (radius if down else -radius))
    start = {"dr": 180, "dl": 270, "ur": 90, "ul": 0}[arms]
    rest = Rectangle(x, y + line + radius, x + line, height) if down else Rectangle(x, 0, x + line, y - radius)
    across = Rectangle(x + line + radius, y, width, y + line) if right else Rectangle(0, y, x - radius, y + line)
    bend = _arc(centre, (radius, radius), start, line)
    straight = (shape for shape in (rest, across) if shape.left < shape.right and shape.top < shape.bottom)
    return (*straight, bend)


def _arc(centre: Point, radii: Point, start: int, line: int) -> Polygon:
    """A quarter of an ellipse's ring, `line` thick, from `start` degrees clockwise (0 is right, 90 is down)."""
    angles = [math.radians(start + 15 * step) for step in range(7)]

    def at(angle: float, offset: float) -> Point:
        return (
            round(centre[0] + (radii[0] + offset) * math.cos(angle), 2),
            round(centre[1] + (radii[1] + offset) * math.sin(angle), 2),
        )

    outer = [at(angle, line / 2) for angle in angles]
    inner = [at(angle, -line / 2) for angle in reversed(angles)]
    return Polygon(tuple(outer + inner))


def _square_bracket(side: str, turn: str, width: int, height: int, line: int) -> tuple[Shape, ...]:
    inset = width // 3
    x = inset if side == "l" else width - inset - line
    top = line if turn == "t" else 0
    bottom = height - line if turn == "b" else height
    upright = Rectangle(x, top, x + line, bottom)
    if not turn:
        return (upright,)
    y = top if turn == "t" else bottom - line
    return (upright, Rectangle(x, y, width - line, y + line) if side == "l" else Rectangle(line, y, x + line, y + line))


def _curved_bracket(side: str, turn: str, width: int, height: int, line: int) -> tuple[Shape, ...]:
    inset = width // 3
    x = inset if side == "l" else width - inset - line
    if not turn:
        return (Rectangle(x, 0, x + line, height),)
    reach = (width - inset - 2 * line, height - line)
    centre = (x + line / 2 + (reach[0] if side == "l" else -reach[0]), height if turn == "t" else 0)
    start = {"lt": 180, "lb": 90, "rt": 270, "rb": 0}[side + turn]
    return (_arc(centre, reach, start, line),)


def _braille(bits: int, width: int, height: int) -> tuple[Shape, ...]:
    size = max(1, round(width / 5))
    shapes: list[Shape] = []
    for bit, (column, row) in enumerate(_BRAILLE_DOTS):
        if bits >> bit & 1:
            left = round(width * (2 * column + 1) / 4 - size / 2)
            top = round(height * (2 * row + 1) / 8 - size / 2)
            shapes.append(Rectangle(left, top, left + size, top + size))
    return tuple(shapes)


def _block(character: str, width: int, height: int) -> tuple[Shape, ...] | None:
    if character in _LOWER_EIGHTHS:
        part = _LOWER_EIGHTHS.index(character) + 1
        return (Rectangle(0, height - round(height * part / 8), width, height),)
    if character in _LEFT_EIGHTHS:
        return (Rectangle(0, 0, round(width * (_LEFT_EIGHTHS.index(character) + 1) / 8), height),)
    if character == "▔":
        return (Rectangle(0, 0, width, round(height / 8)),)
    if character == "▕":
        return (Rectangle(width - round(width / 8), 0, width, height),)
    if character in _SHADES:
        return (Rectangle(0, 0, width, height, _SHADES[character]),)
    if character in _QUARTERS:
        return tuple(_quarter(int(number), width, height) for number in _QUARTERS[character])
    return None


def _quarter(number: int, width: int, height: int) -> Rectangle:
    middle, half = round(width / 2), height - round(height / 2)
    left, right = (middle, width) if number % 2 else (0, middle)
    top, bottom = (half, height) if number // 2 else (0, half)
    return Rectangle(left, top, right, bottom)
