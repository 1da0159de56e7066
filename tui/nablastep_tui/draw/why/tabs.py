"""The tabs of the why page: one for each route, whole where there is room, by their numbers where there is none."""

from __future__ import annotations

from nablastep.derivations.lines import Route
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.why.exhibits import Look
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Target
from nablastep_tui.scene.why_page import TITLES, WhyPage

LEFT = 3
GAPS = (4, 2)
"""Blanks between two tabs, the widest that fits."""


def tab_title(route: Route) -> str:
    """What a route is called on the page."""
    return TITLES.get(route.name, route.name)


def draw_tabs(canvas: Canvas, page: WhyPage, look: Look, y: int) -> int:
    """The tabs on row y and the rule below them; the column behind the last."""
    titles = [tab_title(route) for route in page.routes]
    chosen = page.routes.index(page.shown)
    room = canvas.width - LEFT - 2
    whole = sum(_width(title) for title in titles)
    gap = next((gap for gap in GAPS if whole + gap * (len(titles) - 1) <= room), None)
    if gap is None:  # only the chosen one by its name
        titles = [title if index == chosen else "" for index, title in enumerate(titles)]
        gap = GAPS[-1]
    canvas.horizontal(2, y + 1, canvas.width - 4, look.glyphs.rule, style(look.palette.line))
    x = LEFT
    for number, (route, title) in enumerate(zip(page.routes, titles, strict=True)):
        end = _draw_tab(canvas, look, number, route, title, x, y, is_chosen=number == chosen)
        if number == chosen:
            canvas.horizontal(x - 1, y + 1, end - x + 2, look.glyphs.heavy, accent_style(look.palette))
        canvas.mark(x - 1, y, end - x + 2, 2, Target("route", number=number))
        x = end + gap
    return x - gap


def _width(title: str) -> int:
    """A number, the title and a tick, with blanks between them."""
    return (width_of(title) + 1 if title else 0) + 3


def _draw_tab(
    canvas: Canvas, look: Look, number: int, route: Route, title: str, x: int, y: int, *, is_chosen: bool
) -> int:
    palette = look.palette
    x = canvas.write(x, y, str(number + 1), accent_style(palette) if is_chosen else style(palette.muted))
    if title:
        x = canvas.write(x + 1, y, title, style(palette.bright, bold=True) if is_chosen else style(palette.muted))
    mark = look.glyphs.tick if route.holds else look.glyphs.cross
    return canvas.write(x + 1, y, mark, style(palette.bright) if route.holds else accent_style(palette))
