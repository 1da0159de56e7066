"""How the active equation fits on the stage: which decimals, tile height and gaps, decided before anything is drawn.

A plan is a row of items in reading order (matrices, signs, coefficients). If no plan fits, the matrices are large and
`stage_large` shows them as pictures.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from nablastep.expressions import Expression, Shape
from nablastep.layout import Coefficient, Operand, Operator, Piece
from nablastep.notation import notation_named
from nablastep.records import record
from nablastep.shapes import shape_of
from nablastep_tui.draw.matrix import MatrixGeometry, MatrixPicture, geometry
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import MatrixFormat, choose_format, scalar_text
from nablastep_tui.look.text import folded
from nablastep_tui.scene.cursor import readers
from nablastep_tui.scene.scene import Cell, Scene

MOST_ROWS, MOST_COLUMNS = 14, 12
SIGN = re.compile(r"(?= [=←+−⊙·<-] )")
"""Where an equation may be broken."""
RESULT = "result"


@record(eq=False)
class MatrixItem:
    """A matrix of the equation: its picture, what stands above it, and which quantity it is (transposed or not)."""

    text: str
    shape: tuple[str, str]
    picture: MatrixPicture
    place: MatrixGeometry
    is_result: bool = False

    @property
    def center(self) -> int:
        """The column, from the item's left edge, over which symbol, shape and ruler stand."""
        return max(self.place.center_x, width_of(self.text) // 2)

    @property
    def width(self) -> int:
        """Cells that it takes, symbol included: a long symbol reaches beyond its matrix on either side."""
        text = width_of(self.text)
        return self.center + max(self.place.width - self.place.center_x, text - text // 2)


@record()
class SignItem:
    """An operator or bracket; with a value it is a coefficient."""

    text: str
    value: str = ""

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return max(width_of(self.text), width_of(self.value))


Item = MatrixItem | SignItem


@record(eq=False)
class Plan:
    """Items from left to right with `gap` cells between; `tile_height` is that of all matrices."""

    items: tuple[Item, ...]
    gap: int
    tile_height: int

    @property
    def width(self) -> int:
        """Cells from the first to the last item."""
        return sum(item.width for item in self.items) + self.gap * (len(self.items) - 1)

    @property
    def decimals(self) -> int:
        """Those of the result."""
        return next(item.picture.format.decimals for item in self.items if isinstance(item, MatrixItem))

    @property
    def body_height(self) -> int:
        """Rows of the tallest matrix without its ruler."""
        return max(item.place.body_height for item in self.items if isinstance(item, MatrixItem))


def is_product(scene: Scene) -> bool:
    """Whether the right side is a product of two operands, perhaps with a bias added."""
    kinds = [piece.text if isinstance(piece, Operator) else "" for piece in scene.shown.pieces(None)]
    return kinds[:3] == ["", "·", ""] and kinds[3:] in ([], ["+", ""])


def equation_rows(scene: Scene, width: int) -> list[str]:
    """The equation as the notation writes it, in as many rows of `width` cells as it needs."""
    return folded(SIGN.split(notation_named(scene.notation).equation_text(scene.shown.equation)), width)


def plan_stage(scene: Scene, width: int, height: int) -> Plan | None:
    """The most generous plan within `width` × `height` cells (rows for rulers and matrices), or None."""
    if not has_room_for_numbers(scene):
        return None
    sources = _sources(scene)
    pieces = scene.shown.pieces(scene.cell if scene.view.is_done else None)
    rows = max(source.sizes[0] for source in sources)
    for tile_height, decimals in (*product((5, 3, 1), (6, 4, 3)), (1, 2)):
        if rows * tile_height + 1 > height or (tile_height == 5 and (width < 150 or height < 16)):
            continue
        items = _items(scene, pieces, sources, tile_height, decimals)
        for gap in (4, 3, 2, 1):
            plan = Plan(items, gap, tile_height)
            if plan.width <= width:
                return plan
    return None


def has_room_for_numbers(scene: Scene) -> bool:
    """Whether every matrix of the step is small enough for numbers on any screen."""
    operands = (piece.expression for piece in scene.shown.pieces(None) if isinstance(piece, Operand))
    shapes = (scene.shown.equation.target.shape, *map(shape_of, operands))
    sizes = (_sizes(scene, _two(shape)) for shape in shapes)
    return all(rows <= MOST_ROWS and columns <= MOST_COLUMNS for rows, columns in sizes)


@record(eq=False)
class Source:
    """A matrix before its format is chosen: values (None while missing), dimensions, sizes and lit cells."""

    text: str
    values: Any | None
    shape: tuple[str, str]
    sizes: tuple[int, int]
    selected: Cell | None
    operands: frozenset[Cell]
    quantity: str


@lru_cache(maxsize=1)
def _sources(scene: Scene) -> tuple[Source, ...]:
    """The result first, then the operands in reading order; asked for more than once while a scene is drawn."""
    pieces = scene.shown.pieces(scene.cell if scene.view.is_done else None)
    operands = (operand_source(scene, piece) for piece in pieces if isinstance(piece, Operand))
    return (result_source(scene), *operands)


def result_source(scene: Scene) -> Source:
    """The matrix on the left side."""
    view = scene.shown
    target = view.equation.target
    shape = _two(target.shape)
    selected = scene.cell if scene.view.is_done else None
    text = symbol_text(scene, target)
    lit: frozenset[Cell] = frozenset()
    if scene.focus is not None and selected is not None:
        lit, selected = frozenset(readers(view, scene.focus, scene.focus_cell)), None
    return Source(text, _matrix(view.result()), shape, _sizes(scene, shape), selected, lit, target.id)


def operand_source(scene: Scene, piece: Operand) -> Source:
    """One operand of the right side, with the cells lit that the selected result cell reads."""
    view = scene.shown
    shape = _two(shape_of(piece.expression))
    sizes = _sizes(scene, shape)
    values = _matrix(view.operand(piece.expression))
    if values is not None and values.shape != sizes:
        values = np.broadcast_to(values, sizes)
    lit: frozenset[Cell] = frozenset()
    selected = None
    if scene.focus is not None:
        if piece.expression in (scene.focus.expression, scene.focus.symbol):
            selected = scene.focus.on_screen(scene.focus_cell)
    elif piece.reads is not None and sizes[0] * sizes[1] <= MOST_ROWS * MOST_COLUMNS:
        rows, columns = (
            range(size) if index is None else (index,) for index, size in zip(piece.reads, sizes, strict=True)
        )
        lit = frozenset(product(rows, columns))
    symbol = piece.symbol
    quantity = symbol.id if symbol is not None and symbol.shape == shape == shape_of(piece.expression) else ""
    return Source(symbol_text(scene, piece.expression), values, shape, sizes, selected, lit, quantity)


def symbol_text(scene: Scene, expression: Expression) -> str:
    """How the chosen notation writes an operand; LaTeX and NumPy keep to themselves what is no matrix on screen."""
    return notation_named(scene.notation).text(expression)


def _items(
    scene: Scene, pieces: tuple[Piece, ...], sources: tuple[Source, ...], tile_height: int, decimals: int
) -> tuple[Item, ...]:
    matrices = iter([item_of(scene, source, tile_height, decimals, index == 0) for index, source in enumerate(sources)])
    sign = "←" if scene.shown.equation.is_update else scene.glyphs.equals
    items: list[Item] = [next(matrices), SignItem(sign if scene.glyphs.name != "ascii" else sign.replace("←", "<"))]
    for piece in pieces:
        if isinstance(piece, Operand):
            items.append(next(matrices))
        elif isinstance(piece, Coefficient):
            items.append(SignItem(piece.text, coefficient_value(scene, piece)))
        else:
            items.append(SignItem(sign_text(piece, scene.glyphs)))
    return tuple(items)


@lru_cache(maxsize=64)
def item_of(scene: Scene, source: Source, tile_height: int, decimals: int, is_result: bool) -> MatrixItem:
    """A matrix with its symbol, in tiles of that height and at most that many decimals."""
    number = choose_format(source.values, _needed(source.values, decimals), ascii=scene.glyphs.name == "ascii")
    scalar = source.shape == ("1", "1") and is_result and scene.shown.equation.target.shape == ()
    picture = MatrixPicture(
        source.values,
        source.sizes,
        *source.shape,
        format=number,
        tile_width=_tile_width(number, tile_height),
        tile_height=tile_height,
        selected=source.selected,
        operands=source.operands,
        quantity=source.quantity,
        rows_shown=scene.rows_shown if is_result else None,
        ruler=True,
        row_letter=not scalar,
        ruler_text=" " if scalar else "",
    )
    return MatrixItem(source.text, source.shape, picture, geometry(picture, scene.glyphs), is_result)


def tightened(picture: MatrixPicture) -> MatrixPicture:
    """The picture with one blank beside each number and no letter beside its bracket; whole numbers without a point."""
    number = picture.format
    if picture.values is not None and not number.exponent and np.array_equal(np.round(picture.values), picture.values):
        number = choose_format(picture.values, 0, ascii=number.ascii)
    return replace(picture, format=number, tile_width=number.width + 1, row_letter=False)


def _needed(values: Any | None, decimals: int) -> int:
    """Four decimals do for a matrix that they write exactly: 0.1500, not 0.150000."""
    if values is None or decimals <= 4:
        return decimals
    with np.errstate(over="ignore"):  # numbers near the largest are their own rounding to no digits at all
        return 4 if np.array_equal(np.round(values, 4), values) else decimals


def _tile_width(number: MatrixFormat, tile_height: int) -> int:
    if tile_height == 1:
        return max(7, number.width + 2)
    return max(10, number.width + 4) if tile_height == 3 else max(12, number.width + 8)


def coefficient_value(scene: Scene, piece: Coefficient) -> str:
    """The number that stands for a coefficient; empty where it has none yet."""
    value = scene.shown.operand(piece.expression)
    if value is None:
        return ""
    return scalar_text(float(value), 4, ascii=scene.glyphs.name == "ascii").rstrip("0").rstrip(".") or "0"


def sign_text(piece: Operator, glyphs: Glyphs) -> str:
    """An operator as the terminal can show it."""
    if glyphs.name != "ascii":
        return piece.text
    plain = {"·": "x", "⊙": "(*)", "⊘": "(/)", "−": "-", "Σ": "sum", "²": "^2", "√": "sqrt", "σ": "sigmoid", "′": "'"}
    return "".join(plain.get(character, character) for character in piece.text)


def _two(shape: Shape) -> tuple[str, str]:
    return shape if shape else ("1", "1")


def _sizes(scene: Scene, shape: tuple[str, str]) -> tuple[int, int]:
    return scene.shown.size(shape[0]), scene.shown.size(shape[1])


def _matrix(value: Any | None) -> Any | None:
    """A scalar is drawn as a matrix of one cell."""
    return None if value is None else np.atleast_2d(np.asarray(value, dtype=float))
