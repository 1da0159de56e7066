"""Motion: what is seen on the way, that it is short, and that its end is the picture without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

import nablastep as ns
from nablastep.session import Position
from nablastep_tui.app import NablastepApp
from nablastep_tui.draw.morph import between, morphed
from nablastep_tui.scene.scene import FRAME, Kind, Motion
from nablastep_tui.screens.clock import LINE
from nablastep_tui.screens.why import WhyScreen

LONGEST = 0.25


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "full")


@asynccontextmanager
async def stage(steps: int, *, motion: bool = True) -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open("mazur"), still=not motion)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.session.next(steps)
        app.stage.show()
        yield app, pilot


def screen_rows(app: NablastepApp) -> list[str]:
    return ["".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()]


async def frames(app: NablastepApp, pilot: Pilot[None]) -> list[list[str]]:
    """The screen at every frame of the motion that has begun; the clock is turned by hand."""
    app.stage.moving._clock.stop()
    await pilot.pause(0)
    seen, seconds = [screen_rows(app)], 0.0
    while app.stage.moving.now is not None:
        seconds += FRAME
        assert seconds <= LONGEST, "a motion has to be short"
        app.stage.moving._move(seconds)
        await pilot.pause(0)
        seen.append(screen_rows(app))
    return seen


@pytest.mark.parametrize("rows", [1, 2, 4, 5, 784])
@pytest.mark.parametrize("kind", ["step", "symbols"])
def test_every_motion_ends_in_a_quarter_of_a_second(kind: Kind, rows: int) -> None:
    seconds = next(n * FRAME for n in range(100) if Motion(kind, None, Position(1, 0), n * FRAME).is_over(rows))  # type: ignore[arg-type]
    assert FRAME < seconds <= LONGEST
    assert LINE <= LONGEST


def test_rows_fill_in_one_by_one_after_the_operands_have_been_lit() -> None:
    shown = [Motion("step", None, Position(1, 0), n * FRAME).rows_shown for n in range(8)]  # type: ignore[arg-type]
    assert shown == [0, 0, 0, 0, 1, 2, 3, 4]


def test_what_is_on_its_way_starts_and_ends_where_it_stands() -> None:
    assert [between(10, 30, part) for part in (0.0, 0.5, 1.0)] == [10, 25, 30]
    before, after = ("tr", "(", "A", " ", "B", " ", "C", ")"), ("tr", "(", "C", " ", "A", " ", "B", ")")
    start = {piece.text: piece.column for piece in morphed(before, after, 0.0)}
    assert start == {"tr": 0, "(": 2, "A": 3, "B": 5, "C": 7, ")": 8}
    end = {piece.text: piece.column for piece in morphed(before, after, 1.0)}
    assert end == {"tr": 0, "(": 2, "C": 3, "A": 5, "B": 7, ")": 8}
    assert morphed(before, after, 0.5)[-1].text == "C"  # the farthest traveller passes over the others


def test_what_is_new_appears_last() -> None:
    assert [piece.text for piece in morphed(("a",), ("a", " ⊙ ", "b"), 0.5)] == ["a"]
    assert [(piece.text, piece.is_new) for piece in morphed(("a",), ("a", " ⊙ ", "b"), 0.9)] == [
        ("⊙", True), ("b", True), ("a", False),
    ]  # fmt: skip


async def test_the_dot_slides_and_then_the_result_appears() -> None:
    async with stage(7) as (app, pilot):
        app.stage.act("time.next")
        seen = await frames(app, pilot)
        dots = [next(row.index("●") for row in rows if "●" in row) for rows in seen]
        assert dots == sorted(dots)
        assert len(set(dots)) > 3
        assert ["0.082167" in "\n".join(rows) for rows in seen] == [False] * 4 + [True] * (len(seen) - 4)
        app.stage.show()
        await pilot.pause(0)
        assert screen_rows(app) == seen[-1]


async def test_symbols_walk_to_their_places_while_the_numbers_hold() -> None:
    async with stage(8) as (app, pilot):
        app.stage.act("view.convention")
        seen = await frames(app, pilot)
        row = next(number for number, text in enumerate(seen[0]) if text.strip().startswith("∇W⁽¹⁾   "))
        places = [rows[row].index("∇z⁽²⁾ᵀ") for rows in seen]
        assert places == sorted(places)
        assert len(set(places)) > 2
        assert {tuple(text for number, text in enumerate(rows) if number != row) for rows in seen} == {
            tuple(text for number, text in enumerate(seen[-1]) if number != row)
        }


async def test_a_key_jumps_to_the_end_and_acts() -> None:
    async with stage(7) as (app, pilot):
        app.stage.act("time.next")
        await pilot.press("right")
        assert app.session.position == (1, 9)
        app.stage.act("view.convention")
        await pilot.press("j")
        assert app.stage.moving.now is None
        assert app.stage.scene().cell == (1, 0)


async def test_without_motion_nothing_moves() -> None:
    async with stage(7, motion=False) as (app, pilot):
        app.stage.act("time.next")
        assert app.stage.moving.now is None
        app.stage.act("view.convention")
        assert app.stage.moving.now is None
        app.stage.convention = "column"
        app.stage.act("ask.why")
        await pilot.pause()
        await pilot.press("2", "down")
        assert isinstance(app.screen, WhyScreen)
        assert app.screen.page.origin is None


async def why_frames(app: NablastepApp, pilot: Pilot[None], route: str, lines: int) -> list[str]:
    """The focused line's rows at every frame of its way out of the line before."""
    app.stage.act("ask.why")
    await pilot.pause()
    page = app.screen
    assert isinstance(page, WhyScreen)
    await pilot.press(route)
    for _ in range(lines):
        page.action_line(1)
    assert page._clock is not None
    page._clock.stop()
    seen, seconds = [], 0.0
    while page._arrive(seconds):
        await pilot.pause(0)
        seen.append("\n".join(row for row in screen_rows(app) if "▌" in row))
        seconds += FRAME
    assert seconds <= LONGEST
    await pilot.pause(0)
    return [*seen, "\n".join(row for row in screen_rows(app) if "▌" in row)]


async def test_the_diagonal_collapses_to_a_column_and_the_sign_appears() -> None:
    async with stage(7) as (app, pilot):
        seen = await why_frames(app, pilot, "2", 7)
        assert "   0 ⎤" in seen[0]
        assert "   0 ⎤" not in seen[4]
        assert "⎡ 0.186816 ⎤" in seen[-2]
        assert "⊙ ∇a" not in seen[0]
        assert "σ′(z⁽²⁾) ⊙ ∇a⁽²⁾" in seen[-1]
        assert "0.138499 ⎤ ✓" in seen[-1]


async def test_the_last_factor_of_the_trace_walks_to_the_front() -> None:
    async with stage(8) as (app, pilot):
        seen = await why_frames(app, pilot, "3", 3)
        places = [row.index("a⁽¹⁾") for row in seen]
        assert places == sorted(places, reverse=True)
        assert len(set(places)) > 3
        assert "tr(a⁽¹⁾ ∇z⁽²⁾ᵀ dW⁽¹⁾)" in seen[-1]


async def test_a_key_ends_the_motion_of_a_line() -> None:
    async with stage(7) as (app, pilot):
        app.stage.act("ask.why")
        await pilot.pause()
        await pilot.press("2", "down")
        page = app.screen
        assert isinstance(page, WhyScreen)
        await pilot.press("n")
        assert page.page.origin is None
        await pilot.press("up", "down", "escape")
        await pilot.pause()
        assert app.screen is app.stage
