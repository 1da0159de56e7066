"""The why page is whole: every equation, worth, reason and answer can be read, at every size, by scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

import nablastep as ns
from covering import covering
from nablastep.derivations.operands import Operand
from nablastep.program import UPDATE
from nablastep_tui.draw.canvas import Canvas, Overprint
from nablastep_tui.draw.why.blocks import block_of, columns_of
from nablastep_tui.draw.why.exhibits import Look, is_small
from nablastep_tui.draw.why.page import body_of, draw_why, head_rows, window_rows
from nablastep_tui.draw.why.tabs import tab_title
from nablastep_tui.look.glyphs import ASCII, UNICODE
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.text import folded
from nablastep_tui.scene.why_page import Derivation, WhyPage

LOOK = Look(DARK, UNICODE)
SIZES = [(60, 16), (80, 22), (120, 38), (200, 53)]


@pytest.fixture(autouse=True)
def _unwatch() -> Iterator[None]:
    yield
    Canvas.watched = None


@lru_cache(maxsize=8)
def derivations(network: str) -> tuple[Derivation, ...]:
    session = ns.open(network)
    session.goto("end")
    return tuple(Derivation(session, step.id, "column") for step in session.program.steps if step.phase != UPDATE)


def read_through(page: WhyPage, look: Look, width: int, height: int) -> str:
    """All rows of the page, by scrolling down window by window, without blanks, lines and marks at the left."""
    room = height - head_rows(width, height)
    body = body_of(page, look, width, room)
    rows: list[str] = []
    shown = window_rows(body, room)
    for top in range(0, body.rows, shown):
        canvas = Canvas(width, height)
        Canvas.watched = seen = list[Overprint]()
        draw_why(canvas, replace(page, top=top), look)
        Canvas.watched = None
        assert not seen, canvas.text_rows()[seen[0].y]
        first = body.clamped(top, room)
        window = canvas.text_rows()[head_rows(width, height) :][:shown]
        rows += window[top - first :]
    return "".join("".join(rows).split())


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("network", "width", "height"),
    covering(
        [*(("mazur", *size) for size in SIZES), ("ng-ex4", 80, 22), ("xor", 120, 38), ("tanh-neuron", 80, 22)],
        [("mazur", 60, 16), ("mazur", 200, 53), ("xor", 120, 38), ("tanh-neuron", 80, 22)],
    ),
)
def test_nothing_on_the_page_is_cut(network: str, width: int, height: int) -> None:
    for derivation in derivations(network):
        for route in derivation.routes:
            page = WhyPage(derivation, route.name, place=len(route.lines) - 1)
            text = read_through(page, LOOK, width, height)
            assert "…" not in text
            for word in page.closing.answer.split():
                assert word in text
            assert letters(page.closing.question) in text
            for line in route.lines:
                for word in line.rule.split():
                    assert word in text, (derivation.name, route.name, line.rule)


def test_what_is_written_stands_whole_where_it_wraps() -> None:
    for derivation in derivations("ng-ex4"):
        for route in derivation.routes:
            for line in route.lines:
                for width in (26, 40, 70):
                    lines = folded(line.pieces(), width)
                    assert letters("".join(lines)) == letters(line.text())
                    assert all(len(each) <= width + each.count("̃") for each in lines)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_line_in_focus_is_in_view_with_its_operands(width: int, height: int) -> None:
    room = height - head_rows(width, height)
    for derivation in derivations("mazur"):
        for route in derivation.routes:
            page = WhyPage(derivation, route.name)
            for place in range(len(route.lines)):
                page = replace(page, place=place)
                body = body_of(page, LOOK, width, room)
                top = body.top_showing(place, page.top, room)
                start, block = body.places[place]
                assert top <= start
                assert start + block.height <= top + window_rows(body, room) or block.height > room - 3
                page = replace(page, top=top)


def test_lines_keep_their_distances_while_the_focus_moves() -> None:
    (derivation,) = (each for each in derivations("mazur") if each.name == "grad_z2")
    page = WhyPage(derivation, "jacobian")
    gaps = set()
    for place in range(len(page.lines)):
        body = body_of(replace(page, place=place), LOOK, 120, 34)
        blocks = body.places
        gaps.add(
            tuple(
                start - (before + block.height) for (before, block), (start, _) in pairwise(blocks) if block.height > 1
            )
        )
    assert len({gap for each in gaps for gap in each}) == 1


def test_an_unchanged_value_names_the_line_that_shows_it() -> None:
    (derivation,) = (each for each in derivations("mazur") if each.name == "grad_W1")
    text = read_through(WhyPage(derivation, "index", place=8), LOOK, 120, 38)
    assert text.count("=line1✓") == 7
    assert text.count("0.082167") >= 2


def test_the_operands_of_a_line_give_what_it_is_worth() -> None:
    for derivation in derivations("mazur"):
        for route in derivation.routes:
            for line in route.lines:
                pieces = line.reading.pieces
                arrays = [piece.value for piece in pieces if isinstance(piece, Operand)]
                signs = [piece for piece in pieces if isinstance(piece, str)]
                if line.reading.is_whole and signs == ["·"] and len(arrays) == 2 and min(a.ndim for a in arrays) == 2:
                    assert np.allclose(arrays[0] @ arrays[1], line.value, rtol=1e-9, atol=1e-12)
                if line.reading.is_whole and signs == ["⊙"]:
                    assert np.allclose(arrays[0] * arrays[1], line.value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("network", "step"), [("rnn", "grad_U"), ("two-heads", "grad_K2")])
@pytest.mark.parametrize("width", [120, 160])
def test_the_signs_between_operands_are_drawn_on_however_many_rows_they_stand(
    network: str, step: str, width: int
) -> None:
    derivation = next(each for each in derivations(network) if each.name == step)
    for place, line in enumerate(next(route for route in derivation.routes if route.name == "differential").lines):
        page = WhyPage(derivation, "differential", place=place)
        block = block_of(page, place, LOOK, columns_of(page, LOOK, width))
        canvas = Canvas(width, block.height)
        for piece in block.pieces:
            if piece not in (block.written, block.rule, block.worth):
                piece.exhibit.paint(canvas, piece.x, piece.y)
        drawn = "".join(canvas.text_rows())
        for sign in ("⟨", "⟩", "⊙", " + "):
            pieces = (piece for piece in line.reading.pieces if isinstance(piece, str))
            assert drawn.count(sign) >= sum(sign.strip() in piece for piece in pieces), (line.text(), sign)
        assert line.reading.is_whole


@pytest.mark.parametrize("source", ["convolution", "attention"])
def test_every_operand_can_be_laid_out_in_rows_and_columns(source: str) -> None:
    for derivation in derivations(source):
        for route in derivation.routes:
            for line in route.lines:
                arrays = [piece.value for piece in line.reading.pieces if isinstance(piece, Operand)]
                assert all(array.ndim in (0, 2) for array in arrays), line.text()


def test_large_matrices_are_a_picture_and_a_number() -> None:
    network = ns.Network(
        layers=[{"units": 20, "activation": "tanh"}, {"units": 1, "activation": "identity"}],
        x=np.linspace(-1, 1, 90).reshape(30, 3),
        y=np.ones((30, 1)),
        loss="half_squared_error",
    )
    session = ns.open(network)
    session.goto("end")
    value = session.values["grad_W0"]
    page = WhyPage(Derivation(session, "grad_W0", "column"), "index", cell=(2, 1))
    text = read_through(page, LOOK, 120, 38)
    assert "20×3" in text
    assert "at3,2:" in text
    assert f"{abs(value[2, 1]):.4f}" in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("look", [LOOK, Look(DARK, ASCII)])
def test_every_tab_fits(width: int, look: Look) -> None:
    (derivation,) = (each for each in derivations("mazur") if each.name == "grad_W1")
    assert len(derivation.routes) == 4
    for route in derivation.routes:
        canvas = Canvas(width, 30)
        draw_why(canvas, WhyPage(derivation, route.name), look)
        head = "\n".join(canvas.text_rows()[:4])
        assert tab_title(route) in head
        for number in range(1, 5):
            assert f"{number}" in head
        assert head.count(look.glyphs.tick) >= 4


@pytest.mark.parametrize(("width", "height"), [(60, 16), (80, 22), (120, 38), (200, 53)])
def test_what_is_small_is_worth_numbers_not_colours(width: int, height: int) -> None:
    """Where the column beside what is written is too narrow for them, they stand below it."""
    tried = 0
    for derivation in (*derivations("attention"), *derivations("rnn")):
        for route in derivation.routes:
            columns = columns_of(WhyPage(derivation, route.name), LOOK, width)
            for place, line in enumerate(route.lines):
                value = np.asarray(line.value, dtype=float) if line.value is not None else np.zeros(())
                rows_columns = value.shape if value.ndim == 2 else (value.size, 1)
                if (
                    not value.ndim
                    or not is_small(value.reshape(rows_columns))
                    or rows_columns[1] * 7 + 2 > columns.below_width
                ):
                    continue
                block = block_of(WhyPage(derivation, route.name, place=-1), place, LOOK, columns)
                canvas = Canvas(width, block.height + 1)
                for piece in block.pieces:
                    piece.exhibit.paint(canvas, piece.x, piece.y)
                assert "▀" not in "".join(canvas.text_rows()), (derivation.name, route.name, line.number)
                tried += 1
    assert tried > 20
