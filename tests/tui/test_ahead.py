"""What one more equation will show is drawn ahead: it is what would be drawn, and nothing notices that it was."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from textual.geometry import Size

import nablastep as ns
from nablastep.commands import Next
from nablastep.session import Session
from nablastep_tui.app import NablastepApp
from nablastep_tui.draw.canvas import Area, Canvas
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens import stage
from nablastep_tui.widgets.picture import Picture
from nablastep_tui.widgets.region import Region, blank

KEYS = (*["right"] * 12, "left", "up", "down", "end", "home", "l", "escape", "T", "x", "right_square_bracket", "e",
        "9", "enter", "u", "ctrl+r", "R", "r", "tab", "n", "i", "h", "slash", "i", "3", "enter", "space", "t",
        "0")  # fmt: skip


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def look_ahead(app: NablastepApp) -> None:
    app.stage.ahead.now()


def marks(canvas: Canvas) -> list[object]:
    """What can be clicked, and where."""
    return [(*mark[:4], type(mark.target) if isinstance(mark.target, Area) else mark.target) for mark in canvas._marks]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The regions that were drawn when they were asked for, in order."""
    found: list[str | None] = []
    drawing = Region._drawn

    def counted(region: Region, scene: Scene, size: Size) -> Picture:
        found.append(region.id)
        return drawing(region, scene, size)

    monkeypatch.setattr(Region, "_drawn", counted)
    return found


@pytest.mark.parametrize("still", [True, False])
@pytest.mark.parametrize("source", ["mazur", "digits-mlp", "residual", "rnn"])
async def test_whatever_is_pressed_what_is_shown_is_what_would_be_drawn(source: str, still: bool) -> None:
    dice, app = random.Random(f"{source} {still}"), NablastepApp(ns.open(source), still=still)
    async with app.run_test(size=dice.choice([(100, 30), (120, 40), (200, 55)])) as pilot:
        for _ in range(40):
            look_ahead(app)
            key = dice.choice(KEYS)
            await pilot.press(key)
            for region in app.screen.query(Region):
                if region.canvas is None or not region.display or region.scene is None:
                    continue
                anew = blank(region.scene, region.canvas.width, region.canvas.height)
                region._draw(anew, region.scene)
                assert region.canvas.changed_rows(anew) == [], (key, region.id)
                assert marks(region.canvas) == marks(anew), (key, region.id)
                if not app.still:
                    continue
                rows = region.render_lines(region.region.reset_offset)
                assert [strip.text for strip in rows] == anew.text_rows(), (key, region.id)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_one_more_equation_finds_everything_drawn(size: tuple[int, int], drawn: list[str | None]) -> None:
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=size) as pilot:
        for _ in range(2 * len(app.session.program) + 1):
            look_ahead(app)
            drawn.clear()
            await pilot.press("right")
            assert drawn == [], app.session.position
        await pilot.press("right")
        assert "stage" in drawn, "what was not drawn ahead is drawn when it is asked for"


async def test_a_step_that_is_seen_moving_begins_and_ends_with_what_is_drawn(drawn: list[str | None]) -> None:
    app = NablastepApp(ns.open("mazur"))
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(len(app.session.program)):
            look_ahead(app)
            drawn.clear()
            app.stage.act("time.next")
            assert drawn == [], app.session.position
            app.stage.moving.end()
            app.stage.show()
            assert drawn == [], app.session.position
            await pilot.pause()


async def test_after_one_step_back_another_finds_everything_drawn(drawn: list[str | None]) -> None:
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        app.session.next(20)
        app.stage.show()
        await pilot.press("left")
        for _ in range(18):
            look_ahead(app)
            drawn.clear()
            await pilot.press("left")
            assert drawn == [], app.session.position
        assert app.session.position == (1, 1)
        await pilot.press("right")
        look_ahead(app)
        drawn.clear()
        await pilot.press("right")
        assert drawn == [], "and on again"


async def test_looking_ahead_changes_nothing() -> None:
    app = NablastepApp(ns.open("xor"), still=True)
    other = ns.open("xor")
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(3):
            app.session.set("W1[0,1]", 0.25)
            other.set("W1[0,1]", 0.25)
            for _ in range(20):
                place = app.session.place
                look_ahead(app)
                assert app.session.place == place
                assert app.session.error_history == other.error_history
                assert app.session.all_branches == other.all_branches
                assert not app.session._has_future()
                await pilot.press("right")
                other.next()
            app.session.undo()
            app.session.redo()
            other.undo()
            other.redo()
            assert all(np.array_equal(app.session[name], other[name]) for name in ("W1", "b1", "W0"))


def test_a_session_ahead_is_in_the_place_to_which_its_equation_leads() -> None:
    session = ns.open("mazur")
    for number in range(40):
        if number == 20:
            session.set("W1[1,1]", 2.0)
        further = session.ahead()
        assert further.place != session.place
        session.next()
        assert further.place == session.place
        assert further.can_undo is session.can_undo
        assert all(np.array_equal(further.values[name], value) for name, value in session.values.items())
    session.back()
    assert session.place != further.place, "E of what lies ahead is known by now"


async def test_nothing_is_drawn_ahead_where_the_key_means_something_else_or_takes_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("right")
        assert app.stage._scenes_ahead(Next())
        monkeypatch.setattr(stage, "MOST_NUMBERS", 10)
        assert not app.stage._scenes_ahead(Next())
        monkeypatch.undo()
        await pilot.press("slash")
        assert not app.stage._scenes_ahead(Next())


async def test_another_theme_or_size_is_drawn_as_it_is(drawn: list[str | None]) -> None:
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        look_ahead(app)
        await pilot.resize_terminal(130, 40)
        await pilot.press("right")
        look_ahead(app)
        drawn.clear()
        app.action_next_theme()
        await pilot.pause()
        assert {"header", "map", "stage", "scrubber"} <= set(drawn)


async def test_a_fault_is_told_when_it_is_asked_for_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session: Session) -> Session:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "ahead", broken)
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        look_ahead(app)
        await pilot.press("right")
        assert app.session.position == (1, 1)
        assert app.faults == []
