"""Draws the why page: what is written | what it is worth | why it is allowed; one line in focus, and the answer.

The page is laid out whole, as tall as it is, and a window of it is shown: nothing on it is cut, what does not fit is
scrolled to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from nablastep.derivations.lines import Line, Route
from nablastep.derivations.writing import derivation_notation
from nablastep.shapes import shape_of
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.why.blocks import INDENT, Block, Columns, block_of, columns_of
from nablastep_tui.draw.why.exhibits import (
    MOST_ROWS,
    Exhibit,
    Look,
    Placed,
    array_exhibit,
    bottom_of,
    flowed,
    text_exhibit,
)
from nablastep_tui.draw.why.motion import diagonal_of, draw_arriving, draw_collapsing
from nablastep_tui.draw.why.tabs import draw_tabs, tab_title
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import scalar_text
from nablastep_tui.look.text import wrapped
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Target
from nablastep_tui.scene.why_page import BIAS, WhyPage

ROOMY = 34
"""Rows from which on there is a blank one above the title, and more between the lines."""


@dataclass(frozen=True, eq=False)
class Body:
    """All of the page below its tabs, from row 0 on. `places` are the lines and their first rows; `answer` is the
    first row of the closing answer, `rows` how many there are in all."""

    pieces: tuple[Placed, ...]
    places: tuple[tuple[int, Block], ...]
    answer: int
    rows: int

    def top_showing(self, place: int, top: int, room: int) -> int:
        """The first row of a window of `room` rows that shows the line at `place`, moved from `top` no more than it
        takes; the first line brings all that stands above it along, the last one as much of the answer as fits."""
        if not 0 <= place < len(self.places):
            return self.clamped(top, room)
        start, block = self.places[place]
        shown = window_rows(self, room)
        top = max(top, start + block.height - shown)
        if place == 0 and start + block.height <= shown:
            top = 0
        return self.clamped(min(top, start), room)

    def clamped(self, top: int, room: int) -> int:
        """A first row from which the window is full."""
        return max(0, min(top, self.rows - window_rows(self, room)))


def window_rows(body: Body, room: int) -> int:
    """The rows of a window on the body: one is kept for saying what lies outside of it."""
    return room if body.rows <= room else room - 1


def draw_why(canvas: Canvas, page: WhyPage, look: Look) -> None:
    """The whole page on its canvas, from the row on that the page says."""
    head = head_rows(canvas.width, canvas.height)
    room = canvas.height - head
    body = body_of(page, look, canvas.width, room)
    top, shown = body.clamped(page.top, room), window_rows(body, room)
    window = Canvas(canvas.width, shown, canvas.background)
    _draw_body(window, body, page, look, top)
    canvas.blit(window, 0, head)
    if shown < room:
        _draw_outside(canvas, body, page, look, top, shown)
    _draw_head(canvas, page, look)


def page_top(canvas: Canvas) -> int:
    """The row of the title: the second one where there is room."""
    return 1 if canvas.height >= ROOMY else 0


def head_rows(width: int, height: int) -> int:
    """The rows of title and tabs."""
    return (6 if height >= ROOMY else 4) if height >= 20 else 3


def body_of(page: WhyPage, look: Look, width: int, room: int) -> Body:
    """The page laid out for that width; what it can do without is left out only where nobody can scroll."""
    needed = (_most_rows(page, look, width, space) for space in (2, 1, 0))
    space = next((space for space, rows in zip((2, 1, 0), needed, strict=True) if rows <= room), None)
    if space is not None:
        return _laid_out(page, look, width, space=space)
    if page.place >= 0:
        return _laid_out(page, look, width, space=1 if room >= ROOMY - 6 else 0)
    return _laid_out(page, look, width, space=0, is_short=True)


def _most_rows(page: WhyPage, look: Look, width: int, space: int) -> int:
    """The rows of the page whichever line is in focus: lines keep their distances while the focus moves."""
    key = (page.lines, page.zeros, page.cell, page.place < 0, look, width, space)
    if key not in page.heights:
        places = range(len(page.lines)) if page.place >= 0 else (-1,)
        page.heights[key] = max(_laid_out(replace(page, place=at), look, width, space=space).rows for at in places)
    return page.heights[key]


def _laid_out(page: WhyPage, look: Look, width: int, *, space: int, is_short: bool = False) -> Body:
    """The page with a blank row behind every line (`space` 2), behind those of several rows (1), or behind none."""
    columns = columns_of(page, look, width)
    pieces = _direction(page, look, width)
    y = bottom_of(pieces) + (1 if pieces else 0)
    if columns.rule is not None:
        pieces += _captions(columns, look, y)
        y += 1 + min(1, space)
    places = []
    for place in range(len(page.lines)):
        block = block_of(page, place, look, columns, is_short=is_short)
        places.append((y, block))
        last, is_tall = block.height, block.height > 1 or columns.rule is None
        y += last + (1 if space == 2 or (space and is_tall) else 0)
    answer = places[-1][0] + last + 1
    closing = _closing(page, look, width, answer + 1)
    return Body((*pieces, *closing), tuple(places), answer, bottom_of(closing))


def _draw_body(canvas: Canvas, body: Body, page: WhyPage, look: Look, top: int) -> None:
    palette, glyphs = look.palette, look.glyphs
    for place, (y, block) in enumerate(body.places):
        _draw_block(canvas, block, page, look, y - top, focused=place == page.place)
        canvas.mark(0, y - top, canvas.width, block.height, Target("line", number=place))
    canvas.horizontal(2, body.answer - top, canvas.width - 4, glyphs.rule, style(palette.line))
    for piece in body.pieces:
        piece.exhibit.paint(canvas, piece.x, piece.y - top)


def _draw_block(canvas: Canvas, block: Block, page: WhyPage, look: Look, y: int, *, focused: bool) -> None:
    palette, glyphs = look.palette, look.glyphs
    if focused:
        canvas.fill(2, y, canvas.width - 4, block.height, style(palette.text, palette.panel))
        canvas.vertical(2, y, block.height, glyphs.accent_bar, accent_style(palette))
    canvas.write(5, y, f"{block.line.number:>2}", accent_style(palette) if focused else style(palette.muted))
    moving = page.origin if focused and block.written.exhibit.height == 1 else None
    if moving is not None:
        new, written = accent_style(palette), style(palette.bright, bold=True)
        draw_arriving(canvas, INDENT, y, moving, block.line, page.arrived, look.notation, written, new)
    for piece in _standing(canvas, block, page, look, y, moving):
        piece.exhibit.paint(canvas, piece.x, y + piece.y)


def _standing(canvas: Canvas, block: Block, page: WhyPage, look: Look, y: int, moving: Line | None) -> Iterator[Placed]:
    """The pieces of the block that do not move now; a diagonal on its way into a column is drawn in their place."""
    if moving is None:
        yield from block.pieces
        return
    matrix = diagonal_of(page, moving, block.line, min(MOST_ROWS, block.height))
    if matrix is None:
        yield from (piece for piece in block.pieces if piece is not block.written)
        return
    rows = next(iter(shape_of(block.line.left)), "1")
    draw_collapsing(canvas, block.worth_x, y, matrix, page.arrived, rows, look.palette, look.glyphs)
    yield block.rule


def _draw_outside(canvas: Canvas, body: Body, page: WhyPage, look: Look, top: int, shown: int) -> None:
    """What lies above and below the window: a row that says how much, and the question that is answered there."""
    palette, glyphs, y = look.palette, look.glyphs, canvas.height - 1
    accent, muted = accent_style(palette), style(palette.muted)
    x = 5
    below = body.rows - top - shown
    if below > 0:
        x = canvas.write(x, y, f"{glyphs.down_arrow} {below} more", accent)
        if body.answer >= top + shown - 1:
            question = look.say(page.closing.question)
            lead = ": the answer to " if x + 16 + width_of(question) < canvas.width - 16 else ": "
            x = canvas.write(x, y, lead, muted)
            x = canvas.write(x, y, wrapped(question, canvas.width - x - 4)[0], style(palette.bright))
    if top > 0:
        text = f"{glyphs.up_arrow} {top} above"
        if x + 3 + width_of(text) < canvas.width:
            canvas.write(x + 3 if x > 5 else x, y, text, muted)


def _draw_head(canvas: Canvas, page: WhyPage, look: Look) -> None:
    """Title and tabs."""
    palette, top = look.palette, page_top(canvas)
    x = canvas.write(3, top, "why", accent_style(palette))
    last = page.routes[0].lines[-1]
    equation = last.text(look.notation)
    if x + 2 + width_of(equation) <= canvas.width - 3:
        x = canvas.write(x + 2, top, equation, style(palette.bright, bold=True))
    else:  # the last line says it whole
        left = derivation_notation(look.notation).text(last.left)
        x = canvas.write(x + 2, top, left, style(palette.bright, bold=True))
    if page.swapped:
        canvas.write(x + 3, top, f"softmax in place of {page.swapped}", accent_style(palette))
    tabs = top + (2 if canvas.height >= ROOMY else 1)
    end = draw_tabs(canvas, page, look, tabs)
    note = "every route, one value"
    if len(page.routes) > 1 and end + width_of(note) + 3 < canvas.width:
        canvas.write(canvas.width - width_of(note) - 3, tabs, note, style(palette.muted))


def _captions(columns: Columns, look: Look, y: int) -> list[Placed]:
    assert columns.rule is not None
    muted = style(look.palette.muted)
    places = (
        (INDENT, "what is written"),
        (columns.worth, "what it is worth"),
        (columns.rule, "why it is allowed"),
    )
    return [Placed(x, y, text_exhibit(text, muted)) for x, text in places]


def _direction(page: WhyPage, look: Look, width: int) -> list[Placed]:
    """The nudge of the differential route, which has no zero in it, and what it is for."""
    route = page.shown
    if route.moving is None or route.direction is None:
        return []
    symbol = derivation_notation(look.notation).text(route.moving)
    values = np.atleast_2d(route.direction)
    rows, columns = route.moving.shape if len(route.moving.shape) == 2 else ("1", "1")
    shown = [
        text_exhibit(look.say(f"d{symbol} ="), style(look.palette.bright, bold=True)),
        array_exhibit(values, (rows, columns), look, width // 2, cell=page.cell, most_decimals=2),
    ]
    placed = flowed(shown, 4, 0, width - 8)
    x = max(piece.x + piece.exhibit.width for piece in placed) + 3
    said = page.session.program.about(
        f"a direction in which {symbol} is changed a little, everything else held still; dE is how fast E answers. "
        "The gradient is the one array whose inner product ⟨A, B⟩ = Σ AᵢⱼBᵢⱼ with every direction is dE."
    )
    about = look.say(said)
    room = width - x - 3
    x, y, room = (x, 0, room) if room >= 36 else (4, bottom_of(placed), width - 8)
    return [*placed, Placed(x, y, text_exhibit(wrapped(about, room), style(look.palette.muted)))]


def _closing(page: WhyPage, look: Look, width: int, y: int) -> list[Placed]:
    """The question in the user's words, its answer, and the value by every route."""
    palette, closing = look.palette, page.closing
    question = text_exhibit(wrapped(look.say(closing.question), width - 8), style(palette.bright, bold=True))
    answer = text_exhibit(wrapped(look.say(closing.answer), width - 8), style(palette.text))
    placed = [Placed(4, y, question), Placed(4, y + question.height, answer)]
    y = bottom_of(placed) + 1
    return [*placed, *flowed(_by_route(page, look), 4, y, width - 8, 3)]


def _by_route(page: WhyPage, look: Look) -> Iterator[Exhibit]:
    """What every route arrives at, in a few numbers: they are the same."""
    for route in page.routes:
        if route.name != BIAS:
            mark = look.glyphs.tick if route.holds else look.glyphs.cross
            yield text_exhibit(f"{mark} {tab_title(route)}: {_short_value(route, look)}", style(look.palette.text))


def _short_value(route: Route, look: Look) -> str:
    last = route.lines[-1].value
    value = np.asarray(last if last is not None else np.nan).ravel()
    shown = " ".join(scalar_text(float(number), 6, ascii=look.is_ascii) for number in value[:2])
    return shown + (f" and {value.size - 2} more" if value.size > 2 else "")
