"""Draws the list of what can be opened: headings, a line for each offer, the one in focus marked; a window of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.symbols import plain
from nablastep_tui.look.text import wrapped
from nablastep_tui.look.themes import accent_style, style

TOP = 2
"""The row on which the list begins, below title and blank."""
_MARGIN, _INDENT = 3, 5


@dataclass(frozen=True)
class Offer:
    """Something that can be opened: what kind of thing it is, its name, its title and what it is about."""

    kind: str  # "action", "demo", "network"
    name: str
    title: str
    about: str
    heading: str


@dataclass(frozen=True)
class _Row:
    """A row of the list: a heading, or a line of the offer at `place`."""

    text: str
    about: str = ""
    place: int | None = None


def draw_open_list(
    canvas: Canvas, offers: Sequence[Offer], place: int, palette: Palette, glyphs: Glyphs, back: str
) -> None:
    """The window that shows the offer at `place`; `back` says how to leave the page."""
    line, muted = style(palette.line, dim=palette.monochrome), style(palette.muted)
    parts = [("open", accent_style(palette)), ("  lessons, networks, and what can be taken along", muted)]
    draw_title_rule(canvas, 1, 0, canvas.width - 2, parts, (plain(back, glyphs), muted), line, glyphs)
    rows = list(_rows(offers, canvas.width))
    room = canvas.height - TOP
    shown = room if len(rows) <= room else room - 1
    top = window_top(rows, place, shown)
    for y, row in enumerate(rows[top : top + shown], TOP):
        _draw_row(canvas, row, place, y, palette, glyphs, _about_column(offers))
    if shown < room:
        below = len(rows) - top - shown
        parts_of_rest = (
            f"{glyphs.down_arrow} {below} more" * (below > 0),
            f"{glyphs.up_arrow} {top} above" * (top > 0),
        )
        canvas.write(_INDENT, canvas.height - 1, "   ".join(filter(None, parts_of_rest)), muted)


def window_top(rows: Sequence[_Row], place: int, shown: int) -> int:
    """The first row of a window with the offer in focus, in the middle of it as far as the ends let; 0 at the top."""
    at = next((y for y, row in enumerate(rows) if row.place == place), 0)
    return max(0, min(at - shown // 2, len(rows) - shown))


def _rows(offers: Sequence[Offer], width: int) -> Iterator[_Row]:
    """Every offer on as many rows as what it is about takes, under the heading of its group."""
    heading, column = "", _about_column(offers)
    for place, offer in enumerate(offers):
        if offer.heading != heading:
            if heading:
                yield _Row("")
            heading = offer.heading
            yield _Row(heading)
        first, *more = wrapped(offer.about, width - column - 2) or [""]
        yield _Row(offer.title, first, place)
        yield from (_Row("", line, place) for line in more)


def _about_column(offers: Sequence[Offer]) -> int:
    return _INDENT + max(width_of(offer.title) for offer in offers) + 2


def _draw_row(canvas: Canvas, row: _Row, place: int, y: int, palette: Palette, glyphs: Glyphs, column: int) -> None:
    if row.place is None:
        canvas.write(_MARGIN, y, row.text, style(palette.muted, bold=True))
        return
    if row.place == place:
        canvas.fill(2, y, canvas.width - 4, 1, style(palette.text, palette.panel))
        canvas.write(2, y, glyphs.accent_bar, accent_style(palette))
    if row.place == place and row.text:
        canvas.write(_MARGIN, y, glyphs.operand, accent_style(palette))
    look = accent_style(palette) if row.place == place else style(palette.bright)
    canvas.write(_INDENT, y, row.text, look)
    canvas.write(column, y, plain(row.about, glyphs), style(palette.text if row.place == place else palette.muted))
    canvas.mark(0, y, canvas.width, 1, row.place)
