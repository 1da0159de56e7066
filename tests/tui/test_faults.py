"""A fault anywhere in the app is one line, and the session stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.on_stage import edit_of, prompt_of
from textual.pilot import Pilot
from textual.worker import Worker

import nablastep as ns
from nablastep_tui.app import NablastepApp
from nablastep_tui.scene.modes import Editing
from nablastep_tui.screens.branches import BranchesScreen
from nablastep_tui.screens.control.view import ViewControl
from nablastep_tui.screens.stage import Stage
from nablastep_tui.screens.too_small import TooSmallScreen
from nablastep_tui.screens.why import WhyScreen
from nablastep_tui.studio.studio import Studio


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def running(source: str = "mazur") -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open(source), still=True, onlooker=Studio)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        yield app, pilot


def screen_text(app: NablastepApp) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()
    )


def fail(*_: object, **__: object) -> None:
    raise IndexError("list index out of range")


SAID = "a mistake in nablastep, the session stays: IndexError"


async def still_works(app: NablastepApp, pilot: Pilot[None], caught: list[BaseException]) -> None:
    """The session goes on, and the faults were those that were made."""
    assert caught
    assert all(isinstance(fault, IndexError) for fault in caught)
    caught.clear()
    place = app.session.position.step
    await pilot.press("escape", "right")
    await pilot.pause()
    assert app.session.position.step == place + 1
    assert app.return_code is None


async def test_a_fault_in_an_action(monkeypatch: pytest.MonkeyPatch, caught_faults: list[BaseException]) -> None:
    async with running() as (app, pilot):
        monkeypatch.setattr(ViewControl, "theme", fail)
        await pilot.press("right", "f2")
        assert SAID in screen_text(app)
        await still_works(app, pilot, caught_faults)


async def test_a_fault_in_a_background_worker(caught_faults: list[BaseException]) -> None:
    async with running() as (app, pilot):

        async def work() -> None:
            fail()

        worker: Worker[None] = app.stage.run_worker(work())
        with pytest.raises(Exception, match="IndexError"):
            await worker.wait()
        await pilot.pause()
        assert SAID in screen_text(app)
        await still_works(app, pilot, caught_faults)


async def test_a_fault_in_a_worker_thread_while_a_page_is_open(caught_faults: list[BaseException]) -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "w")
        worker: Worker[None] = app.screen.run_worker(fail, thread=True)
        with pytest.raises(Exception, match="IndexError"):
            await worker.wait()
        await pilot.pause()
        assert isinstance(app.screen, WhyScreen)
        assert "a mistake in nablastep" in screen_text(app)
        await still_works(app, pilot, caught_faults)


async def test_a_fault_in_a_timer_and_in_a_callback(caught_faults: list[BaseException]) -> None:
    async with running() as (app, pilot):
        app.stage.set_timer(0.001, fail)
        app.stage.call_later(fail)
        app.call_after_refresh(fail)
        for _ in range(50):
            await asyncio.sleep(0.001)
        assert len(caught_faults) == 3
        await still_works(app, pilot, caught_faults)


async def test_a_fault_in_what_is_typed_stands_under_it(caught_faults: list[BaseException]) -> None:
    async with running() as (app, pilot):
        app.stage.ask("number", fail)
        await pilot.press("1", "enter")
        assert prompt_of(app.stage) is not None
        assert SAID in prompt_of(app.stage).problem
        assert SAID in screen_text(app)
        await still_works(app, pilot, caught_faults)


@pytest.mark.parametrize("drawing", ["stage", "map", "scrubber"])
async def test_a_fault_in_a_drawing_stands_in_its_place(
    drawing: str, monkeypatch: pytest.MonkeyPatch, caught_faults: list[BaseException]
) -> None:
    async with running() as (app, pilot):
        monkeypatch.setattr(app.stage.query_one(f"#{drawing}"), "_draw", fail)
        await pilot.press("right")
        assert SAID in screen_text(app)
        await still_works(app, pilot, caught_faults)
        caught_faults.clear()


async def test_a_fault_in_the_drawing_of_a_page(
    monkeypatch: pytest.MonkeyPatch, caught_faults: list[BaseException]
) -> None:
    monkeypatch.setattr(BranchesScreen, "_draw", fail)
    async with running() as (app, pilot):
        await pilot.press("b")
        await pilot.pause()
        assert SAID in screen_text(app)
        await still_works(app, pilot, caught_faults)


async def use(app: NablastepApp, faults: int) -> None:
    """Open the app and let that many callbacks fail."""
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for _ in range(faults):
            app.stage.call_later(fail)
        for _ in range(50):
            await asyncio.sleep(0.001)


async def test_faults_without_end_end_the_app(caught_faults: list[BaseException]) -> None:
    app = NablastepApp(ns.open("mazur"), still=True)
    with pytest.raises(IndexError):
        await use(app, 200)
    assert isinstance(app.crash, IndexError)
    caught_faults.clear()


async def test_a_fault_at_the_start_is_a_failed_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stage, "compose", fail)
    with pytest.raises(IndexError):
        await use(NablastepApp(ns.open("mazur"), still=True), 0)


# pages leave once


@pytest.mark.parametrize(
    ("opened_by", "key"),
    [("w", "escape"), ("w", "q"), ("question_mark", "escape"), ("b", "escape"), ("b", "enter"), ("ctrl+p", "escape")],
)
async def test_a_page_that_is_left_twice_leaves_once(opened_by: str, key: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("right", opened_by)
        page = app.screen
        assert page is not app.stage
        for _ in range(3):
            page.dismiss(None)
            app.simulate_key(key) if key != "q" else None
        await pilot.pause()
        assert app.screen is app.stage
        assert app.screen_stack == [app.stage]


async def test_the_palette_does_what_was_chosen_once() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 3, "ctrl+p", *"begin again")
        await pilot.pause(0.5)
        for _ in range(3):
            app.simulate_key("enter")
        await pilot.pause()
        await pilot.pause()
        assert app.screen is app.stage
        assert app.session.position == (1, 0)
        assert len(app.session.all_branches) == 2


async def test_a_small_terminal_under_a_page_is_no_trap() -> None:
    async with running() as (app, pilot):
        await pilot.resize_terminal(40, 10)
        assert isinstance(app.screen, TooSmallScreen)
        app.stage.act("ask.keys")
        await pilot.pause()
        await pilot.resize_terminal(120, 40)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.stage


async def test_leaving_a_demo_twice_keeps_the_stage() -> None:
    async with running() as (app, pilot):
        before = app.stage
        app.start_demo("why-hadamard")
        await pilot.pause()
        demo = app.stage
        assert demo is not before
        for _ in range(2):
            demo.call_later(demo.act, "program.quit")
        await pilot.pause()
        await pilot.pause()
        assert app.screen is app.stage is before


# what is typed

TYPED = (
    "", "²", "③", "٣", "9" * 5000, "-" + "9" * 5000, "~nobody-of-that-name/x", "~", "/", "//", ".", "..", "a" * 5000,
    "i²", "i0", "i-1", "E<²", "E<1e999", "E<--1", "W" + "9" * 5000, "∇W⁹⁹", "abc", "1e400", "nan",
    "no/such/folder/file.toml", "/dev/full/x",
)  # fmt: skip


@pytest.mark.parametrize("opened_by", ["slash", "equals_sign", "s", "r", "Y", "x"])
async def test_whatever_is_typed_is_answered(opened_by: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("right")
        for typed in TYPED:
            await pilot.press(opened_by)
            if app.onlooker.is_recording or prompt_of(app.stage) is None:
                continue  # r has just ended the recording that it began
            app.stage.prompter.paste(typed)
            await pilot.press("enter")
            await asyncio.wait_for(app.workers.wait_for_complete(), 30)
            said = prompt_of(app.stage).problem if prompt_of(app.stage) is not None else app.stage.notice
            assert len(said) < 400, typed[:40]
            await pilot.press("escape")
            assert app.screen is app.stage
            screen_text(app)


@pytest.mark.parametrize("typed", ["9" * 5000, "²", "1e400", "−", "e", "0x10", "1_000", "٣"])
async def test_whatever_is_typed_into_a_number(typed: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("end", "e")
        assert edit_of(app.stage) is not None
        app.stage.mode = Editing(edit_of(app.stage).with_text(typed))
        await pilot.press("enter")
        screen_text(app)
        await pilot.press("escape")
        assert edit_of(app.stage) is None


async def test_a_recording_that_cannot_go_on_is_said_after_the_key_that_ended_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    app = NablastepApp(ns.open("mazur"), still=True, onlooker=Studio)
    async with app.run_test(size=(120, 40)) as pilot:
        app.onlooker.start(tmp_path / "recording")
        await pilot.press("right")
        before = (tmp_path / "recording" / "session.demo").read_text()

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("nablastep.files.writing._replace", full)
        await pilot.press("right")
        assert not app.onlooker.is_recording
        assert "the recording has ended" in app.stage.notice
        assert "no space left on device" in app.stage.notice
        assert app.session.position == (1, 2)
    assert (tmp_path / "recording" / "session.demo").read_text() == before
