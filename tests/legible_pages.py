"""What could not be read on the pages: branches, what can be opened, keys, the lesson, demos with their captions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rich.style import Style

from nablastep.demo import language
from nablastep.demo.opening import open_demo
from nablastep.demo.player import Player
from nablastep.derivations.why import ROUTES
from nablastep.program import Step
from nablastep.session import Session
from nablastep_tui.draw.canvas import Canvas, Overprint
from nablastep_tui.draw.frame import frame
from nablastep_tui.draw.map.net_map import map_height
from nablastep_tui.draw.open_list import draw_open_list
from nablastep_tui.draw.stage.your_turn import draw_your_turn
from nablastep_tui.draw.why.docked import draw_whole_why
from nablastep_tui.keymap import DEFAULT_KEYS
from nablastep_tui.look.glyphs import UNICODE
from nablastep_tui.look.numbers import error_text
from nablastep_tui.look.palettes import Palette
from nablastep_tui.scene.captions import caption_pages, caption_rows
from nablastep_tui.scene.lesson import Lesson, answered
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens.arrangement import REGIONS
from nablastep_tui.screens.branches import BranchesScreen
from nablastep_tui.screens.keys_page import NOTES
from nablastep_tui.screens.keys_page import _text as keys_text
from nablastep_tui.screens.open_page import offers
from region_scenes import scene

Sizes = Sequence[tuple[int, int]]
LEFT_OUT = re.compile(r"\+\s*…\s*\+|,\s*…\s*and")
"""A long sum and a long list are written with dots, as in print: that is no cut."""
WRONG = "1"
"""An answer that is no right side of any step."""


def letters(text: str) -> str:
    """The text without its blanks."""
    return "".join(text.split())


class EdgedCanvas(Canvas):
    """A canvas that keeps what is written over its left or right edge: letters and digits that nobody sees."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)
        self.cut: list[str] = []

    def write(self, x: int, y: int, text: str, style: Style = Style()) -> int:  # noqa: B008
        end = super().write(x, y, text, style)
        outside = [*text[: max(0, -x)], *(text[self.width - x :] if end > self.width else "")]
        if 0 <= y < self.height and any(letter.isalnum() for letter in outside):
            self.cut.append(text)
        return end


def drawn(draw: Callable[..., None], shown: object, width: int, height: int) -> tuple[Canvas, list[str]]:
    """What `draw` makes of `shown`, and where it writes text over text or over the edge, in words."""
    canvas = EdgedCanvas(width, max(0, height))
    Canvas.watched = seen = list[Overprint]()
    try:
        draw(canvas, shown)
    finally:
        Canvas.watched = None
    texts = canvas.text_rows()
    over = [f"text over text in {texts[y].strip()!r}" for y in sorted({one.y for one in seen})]
    return canvas, [*over, *(f"cut at the edge: {text!r}" for text in canvas.cut)]


def _plainly(draw: Callable[..., None], shown: object, width: int, height: int) -> Iterator[str]:
    """Text over text, and an ellipsis."""
    canvas, overprints = drawn(draw, shown, width, height)
    yield from (f"{width}×{height}: {what}" for what in overprints)
    yield from (f"{width}×{height}: cut in {row.strip()!r}" for row in canvas.text_rows() if "…" in row)


def lesson_faults(session: Session, step: Step, convention: str, sizes: Sizes) -> Iterator[str]:
    """The question for a step, once without an answer and once after three wrong ones, with all hints."""
    wrong = Lesson()
    for _ in range(3):
        wrong, _ = answered(wrong, session, convention, WRONG)
    for lesson in (Lesson(), wrong):
        shown = replace(scene(session, convention), lesson=lesson)
        for width, height in sizes:
            rows = frame(width, height, map_rows=map_height(width, height, shown))
            yield from _plainly(draw_your_turn, shown, width, rows.stage.height)
            canvas, _ = drawn(draw_your_turn, shown, width, rows.stage.height)
            text = letters("".join(canvas.text_rows()))
            for words in (lesson.message, *lesson.hints):
                if letters(words) not in text:
                    yield f"{width}×{height}: not whole: {words!r}"


def branches_faults(session: Session, sizes: Sizes, themes: Sequence[Palette]) -> Iterator[str]:
    """The page of three branches that left each other, each with its E."""
    session.goto(iteration=4)
    parameter = session.program.parameters[0].id
    for iteration in (2, 3):
        session.goto(iteration=iteration)
        session.set(f"{parameter}[0,0]" if session[parameter].ndim else parameter, 0.5 + iteration / 10)
        session.goto(iteration=iteration + 2)
    for palette in themes:
        page = BranchesScreen(scene(session, palette=palette))
        for place in range(len(page.branches)):
            page.place = place
            for width, height in sizes:
                yield from _plainly(lambda canvas, page: page._draw(canvas), page, width, height - 2)
                canvas, _ = drawn(lambda canvas, page: page._draw(canvas), page, width, height - 2)
                text = "\n".join(row.rstrip() for row in canvas.text_rows()) + "\n"
                for errors in page.errors.values():
                    if f"{error_text(errors[-1])}\n" not in text:
                        yield f"{width}×{height}: without E {error_text(errors[-1])}"


def open_faults(palette: Palette, size: tuple[int, int]) -> Iterator[str]:
    """What can be opened, whichever is in focus: it is in sight, with all that is said of it."""
    width, height = size
    every = offers()
    for place, offer in enumerate(every):
        draw = lambda canvas, at: draw_open_list(canvas, every, at, palette, UNICODE, "esc back to the stage")  # noqa: E731
        canvas, overprints = drawn(draw, place, width, height - 2)
        yield from (f"{what}" for what in overprints)
        text = letters("".join(row[38:] for row in canvas.text_rows()))
        if letters(offer.title) not in letters("".join(canvas.text_rows())) or letters(offer.about) not in text:
            yield f"not whole: {offer.title}"


def keys_faults(width: int) -> Iterator[str]:
    """The page of all keys: no line about a key is broken."""
    lines = keys_text(DEFAULT_KEYS, min(width, 118) - 6).split("\n")[: -len(NOTES)]
    yield from (f"broken: {line.plain!r}" for line in lines if line.cell_length > min(width, 118) - 4)


def demo_faults(name: str, size: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Every caption of a demo with the screen that stands above it."""
    opened = open_demo(name)
    player = Player(opened.new_session(), opened.demo)
    rows = caption_rows((each.text for each in opened.demo.statements if isinstance(each, language.Say)), size)
    seen = ""
    while not player.is_done:
        player.advance()
        following = player.upcoming
        if player.view.caption == seen and following is not None and not isinstance(following.statement, language.Say):
            continue
        seen = player.view.caption
        pages = caption_pages(player.view.caption or opened.title, size[0], rows)
        lines = [*pages[0], *[""] * (rows - len(pages[0])), "paused: space goes on"]
        shown = replace(scene(player.session, player.view.convention), caption=tuple(lines))
        place = f"caption {player.view.cue}"
        if len(pages) > 1:
            yield place, f"the caption takes {len(pages)} pages"
        yield from ((place, what) for what in _demo_screen_faults(shown, player, size))


def _demo_screen_faults(shown: Scene, player: Player, size: tuple[int, int]) -> Iterator[str]:
    width, height = size
    rows = frame(width, height, map_rows=map_height(width, height, shown), caption=shown.caption_rows)
    is_why = player.view.why and player.session.step is not None
    for name in ("header", "caption") if is_why else REGIONS:
        place = getattr(rows, name)
        canvas, overprints = drawn(
            REGIONS[name], shown, width - (rows.docked_why_columns if name == "stage" else 0), place.height
        )
        yield from (f"{name}: {what}" for what in overprints)
        if name == "stage":
            below = canvas.text_rows()[1:]
            yield from (f"{name}: cut in {row.strip()!r}" for row in below if "…" in LEFT_OUT.sub("", row))
        if name == "caption":
            text = "\n".join(canvas.text_rows())
            yield from (f"the caption is cut: {line!r}" for line in shown.caption or () if line not in text)
    if is_why:
        top = 2 if height >= 24 else 1
        route = player.view.route or ROUTES[0]
        canvas, overprints = drawn(
            lambda canvas, shown: draw_whole_why(canvas, shown, route), shown, width, rows.caption.top - top - 1
        )
        yield from (f"why: {what}" for what in overprints)
