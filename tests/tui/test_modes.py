"""What the keys are for: what a question interrupts goes on when it is closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.on_stage import edit_of, lesson_of, prompt_of
from textual.pilot import Pilot

import nablastep as ns
from nablastep_tui.app import NablastepApp
from nablastep_tui.scene.modes import Browsing, Editing


@asynccontextmanager
async def running() -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


async def test_an_edit_waits_under_a_question() -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "e", *"0.75")
        app.stage.act("program.save")
        assert prompt_of(app.stage).label == "save the network as"
        await pilot.press(*"name", "escape")
        assert edit_of(app.stage).text == "0.75"
        await pilot.press("enter")
        assert app.session["W0"][0, 0] == 0.75
        assert isinstance(app.stage.mode, Browsing)


async def test_an_answer_that_is_taken_returns_to_the_edit() -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "e", *"0.75")
        app.stage.act("change.learning_rate")
        await pilot.press(*"0.1", "enter")
        assert app.session["learning_rate"] == 0.1
        assert isinstance(app.stage.mode, Editing)


async def test_a_lesson_asks_again_after_another_question() -> None:
    async with running() as (app, pilot):
        await pilot.press("a", *"W0")
        asked = prompt_of(app.stage).label
        app.stage.act("time.goto")
        assert prompt_of(app.stage).label != asked
        await pilot.press("escape")
        assert (prompt_of(app.stage).label, prompt_of(app.stage).text) == (asked, "W0")
        assert lesson_of(app.stage) is not None
        await pilot.press("escape")
        assert lesson_of(app.stage) is None


async def test_no_run_begins_over_an_edit() -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "e", *"0.75")
        app.stage.act("time.goto")
        await pilot.press(*"i4000", "enter")
        await pilot.pause()
        assert edit_of(app.stage).text == "0.75"
        assert app.stage.notice == "finish what is being typed first"


async def test_a_question_ends_a_run() -> None:
    async with running() as (app, pilot):
        app.stage.driver.runs.go_to_iteration(900_000)
        while not app.stage.scene().busy:
            await pilot.pause()
        app.stage.act("program.save")
        await pilot.press("escape")
        assert not app.stage.scene().busy
        assert isinstance(app.stage.mode, Browsing)
