"""Runs and searches on stage: where they land, what they say, and that nothing done meanwhile ends the app."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.on_stage import prompt_of
from tests.terminal import LONGEST_WAIT
from textual.pilot import Pilot

import nablastep as ns
from nablastep_tui.app import NablastepApp
from nablastep_tui.screens.control import run as runs
from nablastep_tui.studio.studio import Studio


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def running(source: str = "mazur") -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open(source), still=True, onlooker=Studio)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


async def go_to(app: NablastepApp, pilot: Pilot[None], text: str) -> None:
    """Type the place and wait until it is reached or given up."""
    await pilot.press("slash", *text, "enter")
    await asyncio.wait_for(app.workers.wait_for_complete(), LONGEST_WAIT)
    await pilot.pause()


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of one iteration at a time that no limit ends."""
    monkeypatch.setattr(runs, "CHUNK_SECONDS", 0.0)
    monkeypatch.setattr(runs, "MOST_SEARCHED", 10**9)


async def begin_endless(app: NablastepApp) -> None:
    """A search that finds nothing, under way."""
    app.stage.driver.runs.find_error_below(1e-300)
    await until(lambda: app.stage.scene().busy != "")
    await goes_on(app)


async def goes_on(app: NablastepApp) -> None:
    """Wait for the next iteration."""
    reached = app.session.position.iteration
    await until(lambda: app.session.position.iteration > reached)


async def press(app: NablastepApp, key: str) -> None:
    """Send a key and let it act; a pilot would wait for a rest that a run does not give."""
    app.simulate_key(key)
    for _ in range(50):
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    """Let the app go on until that holds; fails if it never does."""
    for _ in range(5_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("waited in vain")


def first_below(session: ns.Session, threshold: float) -> tuple[int, int]:
    """Where the search has to land."""
    history = session.error_history
    hit = next(number for number, error in enumerate(history, 1) if error < threshold)
    return hit, session.program.step("E").number


@pytest.mark.parametrize(("source", "threshold"), [("mazur", "0.1"), ("xor", "0.124"), ("digits-mlp", "1")])
async def test_a_search_lands_on_the_error_that_meets_it_and_names_it(source: str, threshold: str) -> None:
    async with running(source) as (app, pilot):
        for _ in range(2):  # found by running, then by jumping
            await go_to(app, pilot, f"E<{threshold}")
            assert app.session.position == first_below(app.session, float(threshold))
            assert app.session["E"] < float(threshold)
            iteration = app.session.position.iteration
            assert app.stage.notice.startswith(f"E of iteration {iteration} is {app.session['E']:.6f}")
            await pilot.press("pageup", "pageup", "home")


@pytest.mark.parametrize("moves", [(), ("pageup",), ("home",), ("left",) * 9, ("slash", *"i2", "enter")])
async def test_a_further_search_from_anywhere_goes_on_where_the_iterations_end(moves: tuple[str, ...]) -> None:
    async with running() as (app, pilot):
        await go_to(app, pilot, "E<0.15")
        await pilot.press(*moves)
        await go_to(app, pilot, "E<0.1")
        assert app.session.position == first_below(app.session, 0.1)
        assert not app.session.branches


async def test_after_an_edit_in_the_past_the_search_looks_at_the_new_branch() -> None:
    async with running() as (app, pilot):
        await go_to(app, pilot, "E<0.1")
        await go_to(app, pilot, "i5")
        await pilot.press("slash", *"dW1", "enter", "e", *"2.5", "enter")
        assert app.session.branch == 2
        await go_to(app, pilot, "E<0.1")
        assert app.session.branch == 2
        assert app.session.position == first_below(app.session, 0.1)


async def test_the_start_of_an_iteration_says_what_is_there() -> None:
    async with running() as (app, pilot):
        for place in (40, 1, 39, 40):
            await go_to(app, pilot, f"i{place}")
            assert app.session.position == (place, 0)
            said = app.stage.notice
            assert f"the start of iteration {place}" in said
            assert ("E of iteration" in said) == (place > 1)
        assert f"E of iteration 39 was {app.session.error_history[38]:.6f}" in said


async def test_a_far_iteration_is_reached_by_a_run() -> None:
    async with running() as (app, pilot):
        await go_to(app, pilot, f"i{runs.NEAR * 5}")
        assert app.session.position == (runs.NEAR * 5, 0)
        assert "the start of iteration" in app.stage.notice
        assert not app.stage.scene().busy


@pytest.mark.parametrize("typed", ["i2000000", f"i{'9' * 30}", f"i{'9' * 5000}"])
async def test_too_far_is_refused_and_keeps_the_field(typed: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("slash")
        app.stage.prompter.paste(typed)  # type: ignore[union-attr]
        await pilot.press("enter")
        assert prompt_of(app.stage) is not None
        assert "too far" in prompt_of(app.stage).problem
        assert app.session.position == (1, 0)


async def test_a_search_that_finds_nothing_says_so_and_goes_on_when_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "MOST_SEARCHED", 50)
    async with running() as (app, pilot):
        await pilot.press("right_square_bracket", "right", "right")
        for searched in (51, 101):
            await go_to(app, pilot, "E<1e-300")
            assert f"E did not fall below 1e-300 up to iteration {searched}" in app.stage.notice
            assert app.session.position == (searched + 1, 0)
            assert not app.stage.scene().busy


async def test_an_error_that_is_lost_is_named() -> None:
    async with running() as (app, pilot):
        app.session.set("learning_rate", 1e308)
        app.session.set("W1[0,0]", 1e308)
        app.session.set("W1[0,1]", -1e308)
        app.session.set("y[0,0]", 1e200)
        for _ in range(2):
            await go_to(app, pilot, "E<1e-9")
            assert "E did not fall below 1e-09" in app.stage.notice


MOVING = ("0", "u", "left", "right", "pageup", "home", "P", "slash", "equals_sign", "a", "s", "r", "b", "w",
          "question_mark", "escape")  # fmt: skip


@pytest.mark.usefixtures("endless")
async def test_what_moves_the_session_or_asks_something_ends_a_run() -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "e", *"0.3", "enter")  # something to undo
        for key in MOVING:
            await begin_endless(app)
            await press(app, key)
            await until(lambda: not app.stage.scene().busy)
            assert "running" not in app.stage.notice, key
            await pilot.press("escape")
            assert app.screen is app.stage, key


@pytest.mark.usefixtures("endless")
async def test_looking_and_what_is_refused_do_not_end_a_run() -> None:
    async with running() as (app, _):
        await begin_endless(app)
        for key in ("n", "N", "l", "t", "c", "f2", "ctrl+r"):
            await press(app, key)
            await goes_on(app)
        assert app.stage.is_error, "what was refused is still to be read"
        await press(app, "escape")
        await until(lambda: not app.stage.scene().busy)


@pytest.mark.usefixtures("endless")
async def test_a_second_search_takes_the_place_of_the_first() -> None:
    async with running() as (app, _):
        await begin_endless(app)
        app.stage.driver.runs.find_error_below(0.1 if app.session.error_history[-1] >= 0.1 else 0.01)
        await until(lambda: not app.stage.scene().busy)
        threshold = float(app.stage.notice.split()[-1])
        assert app.session.position == first_below(app.session, threshold)


async def test_a_run_says_how_fast_it_goes_and_how_long_that_takes(
    endless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SETTLED_SECONDS", 0.0)
    async with running() as (app, _):
        app.stage.driver.runs.go_to_iteration(900_000)
        await until(lambda: app.stage.scene().busy != "")
        await goes_on(app)
        await goes_on(app)
        said = re.fullmatch(
            r"running to iteration 900000  ([\d,.]+)/s, ([\d,.]+) s left at most   esc stops", app.stage.scene().busy
        )
        assert said is not None
        assert app.stage.scene().notice == app.stage.scene().busy
        rate, left = (float(number.replace(",", "")) for number in said.groups())
        assert rate * left == pytest.approx(900_000 - app.session.position.iteration, rel=0.2)
        await press(app, "escape")
        await until(lambda: app.stage.scene().busy == "")
        assert app.stage.notice == ""


@pytest.mark.parametrize(("number", "said"), [(23_712.0, "24,000"), (3.21, "3.2"), (0.04, "0.0"), (99.6, "100")])
def test_numbers_of_a_pace_have_two_digits(number: float, said: str) -> None:
    assert runs._about(number) == said
