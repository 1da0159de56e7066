"""Draws the why page: what is written | what it is worth | why it is allowed; one line in focus, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.style import Style

from nablastep.derivations.lines import Line
from nablastep.derivations.why import DIFFERENTIAL, Route
from nablastep.derivations.writing import derivation_notation
from nablastep.shapes import shape_of
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.glyphs import Glyphs
from nablastep_tui.drawing.matrix import MatrixPicture, draw, geometry
from nablastep_tui.drawing.text import plain, wrapped
from nablastep_tui.drawing.why_motion import diagonal_of, draw_arriving, draw_collapsing
from nablastep_tui.numbers import choose_format, scalar_text
from nablastep_tui.palettes import Palette
from nablastep_tui.scene import Target
from nablastep_tui.themes import accent_style, style
from nablastep_tui.why_page import BIAS, TITLES, WhyPage, zero_cells

MOST_ROWS, MOST_COLUMNS = 6, 6
ACCORDION_WIDTH, ROOMY = 100, 34
LEAST_VALUE, MOST_VALUE, PICTURE_GAP = 22, 30, 4
"""Cells of the column of values, and those for the tick and the gap behind a matrix in it."""
LEAST_RULE = 30


@dataclass(frozen=True)
class Look:
    """Colours and glyphs of the page."""

    palette: Palette
    glyphs: Glyphs

    @property
    def notation(self) -> str:
        """The notation that the glyphs can show."""
        return "ascii" if self.glyphs.name == "ascii" else "unicode"

    def say(self, text: str) -> str:
        """Text in glyphs that the terminal has."""
        return plain(text) if self.glyphs.name == "ascii" else text


def draw_why(canvas: Canvas, page: WhyPage, look: Look) -> None:
    """The whole page on its canvas; the focused line is always in view."""
    top = _draw_head(canvas, page, look)
    closing = _closing_lines(page, look, canvas.width - 8)
    if canvas.height < 30 and len(closing) > 5:
        closing = [*closing[:3], closing[-1]]
    bottom = canvas.height - len(closing) - 2 if canvas.height >= 22 else canvas.height
    if page.shown.direction is not None and canvas.height >= 30:
        top = _draw_direction(canvas, page, look, top)
    _draw_lines(canvas, page, look, top, bottom)
    if bottom < canvas.height:
        canvas.horizontal(2, bottom, canvas.width - 4, look.glyphs.rule, style(look.palette.line))
        for row, (text, line_look) in enumerate(closing, bottom + 1):
            canvas.write(4, row, text, line_look)


def page_top(canvas: Canvas) -> int:
    """The row of the title: the second one where there is room."""
    return 1 if canvas.height >= ROOMY else 0


def _draw_head(canvas: Canvas, page: WhyPage, look: Look) -> int:
    """Title and tabs; returns the first free row."""
    palette, top = look.palette, page_top(canvas)
    x = canvas.write(3, top, "why", accent_style(palette))
    equation = page.lines[-1].text(look.notation)
    x = canvas.write(x + 2, top, equation, style(palette.bright, bold=True))
    if page.swapped:
        canvas.write(x + 3, top, f"softmax in place of {page.swapped}", accent_style(palette))
    x = 3
    for number, route in enumerate(page.routes, 1):
        x = _draw_tab(canvas, look, number, route, x, top + 2, chosen=route is page.shown)
    canvas.horizontal(2, top + 3, canvas.width - 4, look.glyphs.rule, style(palette.line))
    chosen = next(index for index, route in enumerate(page.routes) if route is page.shown)
    start = 3 + sum(_tab_width(route) for route in page.routes[:chosen])
    canvas.horizontal(start, top + 3, _tab_width(page.shown) - 3, look.glyphs.heavy, accent_style(palette))
    note = "every route, one value"
    if x + width_of(note) + 3 < canvas.width:
        canvas.write(canvas.width - width_of(note) - 3, top + 2, note, style(palette.muted))
    return top + (5 if canvas.height >= 20 else 4)


def _tab_width(route: Route) -> int:
    return width_of(_tab_title(route)) + 10


def _tab_title(route: Route) -> str:
    return TITLES.get(route.name, route.name)


def _draw_tab(canvas: Canvas, look: Look, number: int, route: Route, x: int, y: int, *, chosen: bool) -> int:
    palette = look.palette
    title = style(palette.bright, bold=True) if chosen else style(palette.muted)
    at = canvas.write(x + 1, y, f"{number}  ", accent_style(palette) if chosen else style(palette.muted))
    at = canvas.write(at, y, _tab_title(route), title)
    mark = look.glyphs.tick if route.holds else look.glyphs.cross
    canvas.write(at + 2, y, mark, style(palette.bright) if route.holds else accent_style(palette))
    canvas.mark(x, y, _tab_width(route) - 2, 2, Target("route", number=number - 1))
    return x + _tab_width(route)


def _draw_direction(canvas: Canvas, page: WhyPage, look: Look, top: int) -> int:
    """The nudge of the differential route, which has no zero in it."""
    route, palette = page.shown, look.palette
    moving = route.moving
    if moving is None or route.direction is None:
        return top
    values = np.atleast_2d(route.direction)
    if max(values.shape) > MOST_COLUMNS:
        return top
    name = f"d{derivation_notation(look.notation).text(moving)} ="
    canvas.write(4, top, look.say(name), style(palette.bright, bold=True))
    picture = small_matrix(values, _dimensions(moving.shape), 2)
    place = draw(canvas, 6 + width_of(name), top, picture, palette, look.glyphs)
    x = 9 + width_of(name) + place.width
    symbol = derivation_notation(look.notation).text(moving)
    about = (
        f"a direction in which {symbol} is changed a little, everything else held still; dE is how fast E answers. The "
        "gradient is the one array whose inner product ⟨A, B⟩ = Σ AᵢⱼBᵢⱼ with every direction is dE."
    )
    for row, text in enumerate(wrapped(look.say(about), canvas.width - x - 3)[: max(3, place.height + 1)]):
        canvas.write(x, top + row, text, style(palette.muted))
    return top + max(3, place.height) + 1


# the lines


@dataclass(frozen=True, eq=False)
class Block:
    """One line laid out: its picture or number, the wrapped rule, the rows it takes, and the blank ones below it."""

    line: Line
    written: str
    value: str
    picture: MatrixPicture | None
    rule: tuple[str, ...]
    height: int
    picture_below: bool
    space: int = 0


@dataclass(frozen=True)
class Columns:
    """Where the three columns begin; without a rule column the rule stands below what is written."""

    worth: int
    rule: int | None
    width: int


def _columns(canvas: Canvas, page: WhyPage, look: Look) -> Columns:
    longest = max(width_of(line.text(look.notation)) for line in page.lines)
    worth = 10 + longest + 2
    pictures = (_picture(line, page) for line in page.lines)
    widths = (geometry(picture, look.glyphs).width + PICTURE_GAP for picture in pictures if picture is not None)
    value = max(LEAST_VALUE, max((width for width in widths if width <= MOST_VALUE), default=0))
    if canvas.width >= ACCORDION_WIDTH and worth + value + LEAST_RULE <= canvas.width:
        return Columns(worth, max(worth + value, canvas.width - 60), canvas.width)
    return Columns(min(worth, canvas.width - 24), None, canvas.width)


def _draw_lines(canvas: Canvas, page: WhyPage, look: Look, top: int, bottom: int) -> None:
    columns = _columns(canvas, page, look)
    if columns.rule is not None:
        canvas.write(10, top, "what is written", style(look.palette.muted))
        canvas.write(columns.worth, top, "what it is worth", style(look.palette.muted))
        canvas.write(columns.rule, top, "why it is allowed", style(look.palette.muted))
        top += 2
    blocks = _fitting_blocks(page, look, columns, bottom - top)
    whole = _rows_of(blocks) <= bottom - top
    limit = bottom if whole else bottom - 1
    y, first = top, 0 if whole else _first_in_view(blocks, page.place, limit - top)
    for index in range(first, len(blocks)):
        if y + blocks[index].height > limit:
            text = f"{look.glyphs.down_arrow} {len(blocks) - index} more"
            canvas.write(10, bottom - 1, text, style(look.palette.muted))
            break
        _draw_block(canvas, blocks[index], page, look, columns, y)
        canvas.mark(0, y, canvas.width, blocks[index].height, Target("line", number=index))
        y += blocks[index].height + blocks[index].space


def _fitting_blocks(page: WhyPage, look: Look, columns: Columns, room: int) -> list[Block]:
    """All lines with as much as fits: pictures and whole rules everywhere, then on the focused line only.

    Between lines of several rows a blank one stays as long as it can: reasons that touch are read as one.
    """
    for pictures, rules, tallest in ((True, True, 0), (False, True, 0), (False, True, 1), (False, False, 0)):
        blocks = [
            _block(line, index == page.place, page, look, columns, pictures=pictures, rules=rules)
            for index, line in enumerate(page.lines)
        ]
        spaced = [replace(block, space=int(block.height > tallest)) for block in blocks]
        if _rows_of(spaced) <= room:
            return spaced
    return blocks


def _rows_of(blocks: Sequence[Block]) -> int:
    """The rows from the first line to the last."""
    return sum(block.height + block.space for block in blocks) - (blocks[-1].space if blocks else 0)


def _first_in_view(blocks: list[Block], place: int, room: int) -> int:
    """The first line to show so that the focused one is whole."""
    first = 0
    while first < place and _rows_of(blocks[first : place + 1]) > room - 1:
        first += 1
    return first


def _block(
    line: Line, focused: bool, page: WhyPage, look: Look, columns: Columns, *, pictures: bool, rules: bool
) -> Block:
    picture = _picture(line, page) if focused or pictures else None
    width = columns.width - columns.rule - 3 if columns.rule is not None else columns.width - 14
    rule = tuple(wrapped(look.say(line.rule), width))
    if not focused and columns.rule is None:
        rule = rule if rules and page.place < 0 else ()
    elif not focused and not rules:
        rule = (_fitted(look.say(line.rule), width),)
    below = _stands_below(picture, columns, look)
    rows = 1 if picture is None else picture.shape[0] + (1 if below else 0)
    height = max(rows, len(rule)) if columns.rule is not None else rows + len(rule)
    return Block(line, line.text(look.notation), _value_text(line, picture, look), picture, rule, height, below)


def _stands_below(picture: MatrixPicture | None, columns: Columns, look: Look) -> bool:
    """Whether a picture is too wide to stand beside what is written."""
    if picture is None:
        return False
    limit = columns.rule if columns.rule is not None else columns.width
    return columns.worth + geometry(picture, look.glyphs).width + PICTURE_GAP > limit


def _draw_block(canvas: Canvas, block: Block, page: WhyPage, look: Look, columns: Columns, y: int) -> None:
    palette, glyphs = look.palette, look.glyphs
    focused = block.line is page.focused
    if focused:
        canvas.fill(2, y, canvas.width - 4, block.height, style(palette.text, palette.panel))
        canvas.vertical(2, y, block.height, glyphs.accent_bar, accent_style(palette))
    canvas.write(5, y, f"{block.line.number:>2}", accent_style(palette) if focused else style(palette.muted))
    written = style(palette.bright, bold=True) if focused else style(palette.text)
    origin = page.origin if focused and width_of(block.written) <= columns.worth - 12 else None
    if origin is None:
        canvas.write(10, y, _fitted(block.written, columns.worth - 12), written)
    else:
        new = accent_style(palette)
        draw_arriving(canvas, 10, y, origin, block.line, page.arrived, look.notation, written, new)
    diagonal = None if origin is None else diagonal_of(page, origin, block.line, min(MOST_ROWS, block.height))
    if diagonal is None:
        _draw_worth(canvas, block, look, columns, y)
    else:
        rows = block.picture.row_dimension if block.picture is not None else "1"
        draw_collapsing(canvas, columns.worth, y, diagonal, page.arrived, rows, palette, glyphs)
    rule_look = style(palette.text if focused else palette.muted)
    for row, text in enumerate(block.rule):
        if columns.rule is not None:
            canvas.write(columns.rule, y + row, text, rule_look)
        else:
            canvas.write(12, y + block.height - len(block.rule) + row, text, rule_look)


def _draw_worth(canvas: Canvas, block: Block, look: Look, columns: Columns, y: int) -> None:
    palette = look.palette
    end = columns.worth
    if block.picture is not None:
        x, row = (12, y + 1) if block.picture_below else (columns.worth, y)
        end = x + draw(canvas, x, row, block.picture, palette, look.glyphs).width
        y = row
    elif block.value:
        end = canvas.write(columns.worth, y, block.value, style(palette.bright if block.line.holds else palette.muted))
    if block.line.holds is not None:
        mark: tuple[str, Style] = (
            (look.glyphs.tick, style(palette.bright, bold=True))
            if block.line.holds
            else (look.glyphs.cross, accent_style(palette))
        )
        canvas.write(end + 1, y, *mark)


def _picture(line: Line, page: WhyPage) -> MatrixPicture | None:
    """The value as a small matrix; None for numbers and for what is too large."""
    value = line.value
    if (
        not isinstance(value, np.ndarray)
        or value.ndim != 2
        or value.shape[0] > MOST_ROWS
        or value.shape[1] > MOST_COLUMNS
    ):
        return None
    dimensions = shape_of(line.right)
    rows, columns = dimensions if len(dimensions) == 2 else ("1", "1")
    zeros = zero_cells(line) if page.zeros else frozenset()
    return small_matrix(value, (rows, columns), 4 if value.shape[1] > 3 else 6, zeros)


def small_matrix(
    value: object, dimensions: tuple[str, str], decimals: int, zeros: frozenset[tuple[int, int]] = frozenset()
) -> MatrixPicture:
    """A matrix in one row of text for each of its rows."""
    values = np.asarray(value, dtype=float)
    number = choose_format(values, decimals)
    return MatrixPicture(
        values, (values.shape[0], values.shape[1]), *dimensions, format=number, tile_width=number.width + 2,
        structural_zeros=zeros, ruler=False, row_letter=False,
    )  # fmt: skip


def _dimensions(shape: tuple[str, ...]) -> tuple[str, str]:
    return (shape[0], shape[1]) if len(shape) == 2 else ("1", "1")


def _value_text(line: Line, picture: MatrixPicture | None, look: Look) -> str:
    if picture is not None or line.value is None:
        return look.say(f"{line.structure}, {'×'.join(map(str, line.shape))}") if line.structure else ""
    value = np.asarray(line.value)
    if value.ndim == 0:
        return scalar_text(float(value), 6, ascii=look.glyphs.name == "ascii")
    flat = value.ravel()
    if flat.size <= 2:
        return "  ".join(scalar_text(float(number), 4, ascii=look.glyphs.name == "ascii") for number in flat)
    return look.say("×".join(map(str, value.shape)))


def _fitted(text: str, width: int) -> str:
    return text if width_of(text) <= width else text[: max(1, width - 1)] + "…"


# the answer


def _closing_lines(page: WhyPage, look: Look, width: int) -> list[tuple[str, Style]]:
    """The question in the user's words, its answer, and the value by every route."""
    palette = look.palette
    closing = page.closing
    lines: list[tuple[str, Style]] = [(look.say(closing.question), style(palette.bright, bold=True))]
    lines += [(text, style(palette.muted)) for text in wrapped(look.say(closing.answer), width)]
    by_route = "   ".join(
        f"{look.glyphs.tick if route.holds else look.glyphs.cross} {_tab_title(route)}: {_short_value(route, look)}"
        for route in page.routes
        if route.name not in {DIFFERENTIAL, BIAS} or route.name == DIFFERENTIAL
    )
    return [*lines, ("", style()), (_fitted(by_route, width), style(palette.text))]


def _short_value(route: Route, look: Look) -> str:
    value = np.asarray(route.lines[-1].value if route.lines[-1].value is not None else np.nan).ravel()
    shown = " ".join(scalar_text(float(number), 6, ascii=look.glyphs.name == "ascii") for number in value[:2])
    return shown + (" …" if value.size > 2 else "")
