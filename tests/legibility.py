"""Renders every step of every built-in network, and every page, and looks for what a reader could not read.

    python tests/legibility.py [NETWORK …] [--short] [--pages]

For three sizes, two themes and four conventions it looks for text over text, an ellipsis in equation, reason, sentence
or answer, sentences and numbers that are missing, a matrix without numbers where numbers fit, and for anything that
colour alone would say. Without names of networks also all demos and the pages that belong to no network; these alone
with --pages. One line for each fault; exits 1 if there is one. The suite runs the short version.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np

import nablastep as ns
from legible_colours import Colours
from legible_pages import (
    LEFT_OUT,
    branches_faults,
    demo_faults,
    drawn,
    keys_faults,
    lesson_faults,
    letters,
    open_faults,
)
from nablastep.demo.opening import demo_names
from nablastep.files.built_in import network_names
from nablastep.layout import Operand
from nablastep.session import Session
from nablastep.shapes import shape_of
from nablastep.transposition import CONVENTIONS
from nablastep.words import distinct_conventions
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.frame import frame
from nablastep_tui.draw.map.net_map import map_height
from nablastep_tui.draw.stage.plan import has_room_for_numbers
from nablastep_tui.draw.stage.what_if import draw_what_if
from nablastep_tui.draw.stage.words import half_of
from nablastep_tui.draw.why.exhibits import Look
from nablastep_tui.draw.why.page import body_of, draw_why, head_rows, window_rows
from nablastep_tui.look.glyphs import UNICODE
from nablastep_tui.look.palettes import DARK, LIGHT, Palette
from nablastep_tui.scene.editing import begin_edit
from nablastep_tui.scene.scene import Scene
from nablastep_tui.scene.why_page import Derivation, WhyPage
from nablastep_tui.screens.arrangement import REGIONS
from region_scenes import scene

SIZES = ((80, 24), (120, 40), (200, 55))
THEMES = (DARK, LIGHT)
MOST_OPERANDS = 5
"""Steps of more matrices than that have no room for all their numbers on a small screen."""
MOST_ROWS, MOST_COLUMNS = 7, 4
"""Matrices up to this size have numbers on every screen."""
MOST_READ = 10
"""What is made of larger ones shows its numbers beside their pictures."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where."""

    network: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.network} {self.place}: {self.what}"


def faults_of(name: str, *, short: bool = False) -> Iterator[Fault]:
    """Everything that a reader of this network, built-in or of a file, could not read."""
    session = ns.open(name)
    sizes, themes = (SIZES[:2], THEMES[:1]) if short else (SIZES, THEMES)
    conventions = list(CONVENTIONS)[:1] if short else distinct_conventions(session.program)
    colours = Colours(sizes)
    for step in session.program.steps:
        for what in lesson_faults(session, step, conventions[0], sizes):
            yield Fault(name, f"your turn {step.id}", what)
        session.next()
        for what in colours.faults(scene(session)):
            yield Fault(name, step.id, what)
        for convention in conventions:
            for palette in themes:
                for size in sizes:
                    place = f"{step.id} {convention} {size[0]}×{size[1]} {palette.name}"
                    shown = scene(session, convention, palette)
                    for what in stage_faults(shown, *size):
                        yield Fault(name, place, what)
        for what in _why_faults(session, step.id, conventions[0], sizes, themes):
            yield Fault(name, f"why {step.id}", what)
        for what in _what_if_faults(session, sizes):
            yield Fault(name, f"what if {step.id}", what)
    for what in branches_faults(session, sizes, themes):
        yield Fault(name, "branches", what)


def stage_faults(shown: Scene, width: int, height: int) -> Iterator[str]:
    rows = frame(width, height, map_rows=map_height(width, height, shown), caption=shown.caption_rows)
    for name, draw in REGIONS.items():
        place = getattr(rows, name)
        canvas, overprints = drawn(
            draw, shown, width - (rows.docked_why_columns if name == "stage" else 0), place.height
        )
        yield from (f"{name}: {what}" for what in overprints)
        if name == "stage":
            yield from cut_faults(shown, canvas)


def cut_faults(shown: Scene, canvas: Canvas) -> Iterator[str]:
    rows = canvas.text_rows()
    text = " ".join("\n".join(rows[1:]).split())
    if "…" in LEFT_OUT.sub("", text):
        row = next(row for row in rows[1:] if "…" in LEFT_OUT.sub("", row))
        yield f"cut by an ellipsis: {row.strip()!r}"
    sentence = shown.shown.sentence(shown.cell)
    if not any(_is_written(said, rows) for said in (sentence, half_of(sentence).rstrip("."))):
        yield f"the sentence is not whole: {sentence!r}"
    value = shown.shown.result()
    if value is not None and np.ndim(value) == 2 and "▀" in text and _is_small(shown):
        yield "colours instead of numbers"


def _is_written(sentence: str, rows: list[str]) -> bool:
    """Whether the sentence stands on the rows, alone on them or beside matrices."""
    left = letters(sentence)
    for row in rows:
        for piece in re.split(r"  +", row):
            if piece and left.startswith(letters(piece)):
                left = left.removeprefix(letters(piece))
    return not left or letters(sentence) in letters(" ".join("\n".join(rows[1:]).split()))


def _is_small(shown: Scene) -> bool:
    """Whether every matrix of the step has numbers on any screen."""
    if not has_room_for_numbers(shown):
        return False
    if len(shown.shown.pieces(None)) > 2 * MOST_OPERANDS:
        return False
    sizes = [shown.shown.size(dimension) for dimension in shown.shown.equation.target.shape]
    read = [shown.shown.size(dimension) for piece in shown.shown.pieces(None) if isinstance(piece, Operand)
            for dimension in shape_of(piece.expression)]  # fmt: skip
    return bool(sizes) and sizes[0] <= MOST_ROWS and max(sizes) <= MOST_COLUMNS and max(read, default=0) <= MOST_READ


def _why_faults(
    session: Session, name: str, convention: str, sizes: tuple[tuple[int, int], ...], themes: tuple[Palette, ...]
) -> Iterator[str]:
    derivation = Derivation(session, name, convention)
    if not derivation.is_quick:
        return
    for route in derivation.routes:
        page = WhyPage(derivation, route.name)
        for palette in themes:
            for width, height in sizes:
                text, overprints = _read_through(page, Look(palette, UNICODE), width, height - 2)
                where = f"{route.name} {width}×{height} {palette.name}"
                yield from (f"{where}: {what}" for what in overprints)
                if "…" in LEFT_OUT.sub("", text):
                    yield f"{where}: cut by an ellipsis"
                for words in (page.closing.question, page.closing.answer, *(line.rule for line in route.lines)):
                    if any(word not in text for word in words.split()):
                        yield f"{where}: not whole: {words!r}"


def _read_through(page: WhyPage, look: Look, width: int, height: int) -> tuple[str, list[str]]:
    """Everything on the page, by scrolling, without blanks, and the rows with text over text."""
    room = height - head_rows(width, height)
    body = body_of(page, look, width, room)
    found, overprints = "", list[str]()
    for top in range(0, body.rows, window_rows(body, room)):
        canvas, over = drawn(lambda canvas, at: draw_why(canvas, at, look), replace(page, top=top), width, height)  # type: ignore[arg-type]
        found += "".join(canvas.text_rows())
        overprints += over
    return letters(found), overprints


def _what_if_faults(session: Session, sizes: tuple[tuple[int, int], ...]) -> Iterator[str]:
    parameter = session.program.parameters[0]
    before = scene(session)
    edit = begin_edit(before.view, parameter.id, (0, 0)).with_text("0.7")
    shown = replace(before, what_if=edit.what_if(), trial=edit.trial())
    for width, height in sizes:
        rows = frame(width, height, map_rows=map_height(width, height, shown))
        canvas, overprints = drawn(draw_what_if, shown, width, rows.stage.height)
        yield from (f"{width}×{height}: {what}" for what in overprints)
        if "…" in "".join(canvas.text_rows()):
            yield f"{width}×{height}: cut by an ellipsis"


def main() -> int:
    """Check the networks named, or all; 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    parser.add_argument("--short", action="store_true", help="two sizes, one theme, one convention")
    parser.add_argument("--pages", action="store_true", help="only demos and the pages that belong to no network")
    given = parser.parse_args()
    count = 0
    for fault in _asked_for(given.networks, short=given.short, only_pages=given.pages):
        count += 1
        print(fault, flush=True)
    print(f"{count} fault{'s' if count != 1 else ''}", file=sys.stderr)
    return 1 if count else 0


def _asked_for(networks: list[str], *, short: bool, only_pages: bool) -> Iterator[Fault]:
    for name in [] if only_pages else networks or network_names():
        yield from faults_of(name, short=short)
    if only_pages or not networks:
        yield from faults_of_pages()


def faults_of_pages() -> Iterator[Fault]:
    """What a reader could not read of the demos, of what can be opened and of the keys."""
    for palette in THEMES:
        for size in SIZES:
            for what in open_faults(palette, size):
                yield Fault("open", f"{size[0]}×{size[1]} {palette.name}", what)
    for width, height in SIZES:
        for what in keys_faults(width):
            yield Fault("keys", f"{width}×{height}", what)
    for name in demo_names():
        for size in SIZES:
            for place, what in demo_faults(name, size):
                yield Fault(f"demo {name}", f"{place} {size[0]}×{size[1]}", what)


if __name__ == "__main__":
    raise SystemExit(main())
