"""What `y`, `Y` and `x` do: a clipboard that nobody boasts of, and files where the user says, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.on_stage import prompt_of
from textual.pilot import Pilot

import nablastep as ns
from nablastep.demo.opening import open_demo
from nablastep.demo.player import Player
from nablastep.errors import CommandError
from nablastep.view import View
from nablastep_tui.app import NablastepApp
from nablastep_tui.screens.demo import Playing, State
from nablastep_tui.screens.export import ScreenShot, stage_text, takes_clipboard
from nablastep_tui.studio.demo_app import DemoApp

MODERN = {"TERM": "xterm-kitty"}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    for name in ("TMUX", "STY", "ZELLIJ", "WT_SESSION", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@asynccontextmanager
async def running(source: str | ns.Network = "mazur") -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open(source), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


def notice(app: NablastepApp) -> str:
    return app.stage.notice


# the clipboard


@pytest.mark.parametrize(
    ("environment", "taken"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "foot-extra"}, True),
        ({"TERM": "alacritty"}, True),
        ({"TERM": "xterm-ghostty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-256color", "WT_SESSION": "1"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, False),
        ({"TERM": "xterm-kitty", "STY": "1.pts"}, False),
        ({}, False),
    ],
)
def test_which_terminals_are_known_to_take_what_is_sent(environment: dict[str, str], taken: bool) -> None:
    assert takes_clipboard(environment) is taken


async def test_copying_leaves_no_file_and_sends_matrix_and_equation(own_folder: Path) -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "y", "y")
        assert app.clipboard == stage_text(app.stage.view)
        assert app.clipboard.startswith("grad_W1 = np.array([[")
    assert list(own_folder.iterdir()) == []


async def test_a_terminal_that_may_ignore_it_is_not_said_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "y")
        assert notice(app) == "sent to the terminal, which may not fill the clipboard; Y writes a file"
        monkeypatch.setenv("TERM", "xterm-kitty")
        await pilot.press("y")
        assert notice(app) == "sent to the clipboard"


async def test_what_is_too_long_for_a_terminal_is_not_sent() -> None:
    rows = np.ones((2, 100)).tolist()
    wide = ns.Network(
        layers=[{"units": 60, "activation": "tanh"}], x=rows, y=np.ones((2, 60)).tolist(), loss="half_squared_error"
    )
    async with running(wide) as (app, pilot):
        app.session.goto("grad_W0")
        app.stage.show()
        await pilot.press("y")
        assert app.clipboard == ""
        assert re.fullmatch(r"too long for a terminal's clipboard: 0\.\d MB; Y writes a file", notice(app))


def test_the_text_is_python_and_exact() -> None:
    session = ns.open("mazur")
    session.goto("grad_W1")
    names: dict[str, object] = {"np": np}
    exec(stage_text(View(session)).replace("%", "#"), names)
    assert np.array_equal(np.asarray(names["grad_W1"]), session["grad_W1"])
    session.set("W0[0,0]", 1e308)
    session.set("W0[0,1]", 1e308)
    session.set("b0[0]", 1e308)
    session.goto("z1")
    exec(stage_text(View(session)).replace("%", "#"), names)
    assert np.array_equal(np.asarray(names["z1"]), session["z1"], equal_nan=True)


def test_infinities_are_python_too() -> None:
    network = ns.Network(
        layers=[{"activation": "identity", "W": [[1e308, 1e308]], "b": [0.0]}],
        x=[[10.0, -10.0], [10.0, 10.0]], y=[[0.0], [0.0]], loss="half_squared_error",
    )  # fmt: skip
    session = ns.open(network)
    with np.errstate(all="ignore"):
        session.next()
    names: dict[str, object] = {"np": np}
    exec(stage_text(View(session)).replace("%", "#"), names)
    found = np.asarray(names["z1"])
    assert not np.isfinite(found).all()
    assert np.array_equal(found, session["z1"], equal_nan=True)


def test_before_it_is_computed_there_is_the_equation_alone() -> None:
    assert re.fullmatch(r"% .*\n", stage_text(View(ns.open("mazur"))))


# files


async def test_a_file_is_written_where_the_user_says(own_folder: Path) -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "Y")
        assert list(own_folder.iterdir()) == []
        await pilot.press("enter")
        assert (own_folder / "grad_W1.txt").read_text(encoding="utf-8") == stage_text(app.stage.view)
        assert notice(app) == "written to grad_W1.txt"
        await pilot.press("Y", *"mine.txt", "enter")
        assert (own_folder / "mine.txt").exists()
        await pilot.press("Y", "escape")
    assert sorted(path.name for path in own_folder.iterdir()) == ["grad_W1.txt", "mine.txt"]


async def test_a_screen_is_saved_as_it_was_when_asked_and_nothing_is_written_over(own_folder: Path) -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "x")
        assert list(own_folder.iterdir()) == []
        await pilot.press("enter")
        assert notice(app) == "saved as nablastep-screen.svg"
        picture = (own_folder / "nablastep-screen.svg").read_text(encoding="utf-8")
        assert picture.startswith("<svg")
        assert "save&#160;screen" not in picture
        await pilot.press("x", "enter")
        assert notice(app) == "saved as nablastep-screen-2.svg"
        await pilot.press("x", *"s.txt", "enter")
        text = (own_folder / "s.txt").read_text(encoding="utf-8")
        assert "0.082167" in text
        assert "save screen" not in text
        assert len(text.splitlines()) == 40


async def test_the_session_so_far_is_saved_as_a_page_or_a_document(own_folder: Path) -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "x", *"mine.html", "enter")
        assert notice(app) == "saved as mine.html"
        page = (own_folder / "mine.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert page.count('<section class="leaf">') == 8
        await pilot.press("x", *"mine.py", "enter")
        assert "grad_W1 = grad_z2 @ a1.T" in (own_folder / "mine.py").read_text(encoding="utf-8")
        app.stage.session.goto(iteration=30, step=2)
        await pilot.press("x", *"far.html", "enter")
        assert (own_folder / "far.html").read_text(encoding="utf-8").count('<section class="leaf">') == 2 * 15 + 2
        await pilot.press("x", *"far.tex", "enter")
        assert "a .tex file tells at most 20 of them" in prompt_of(app.stage).problem
    assert not (own_folder / "far.tex").exists()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("s.png", "the ending says what is saved: .svg .txt .html .md .tex .json .py"),
        ("nowhere/s.svg", "nowhere/s.svg: cannot be written: there is no folder"),
        ("~nobody-of-that-name/s.svg", "there is no home folder for '~nobody-of-that-name'"),
        (" ", "a file needs a name"),
    ],
)
async def test_a_name_that_will_not_do_is_said_and_asked_for_again(name: str, problem: str, own_folder: Path) -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "x", "ctrl+u", *name, "enter")
        assert prompt_of(app.stage) is not None
        assert problem in prompt_of(app.stage).problem
        ScreenShot(app).write(shot := own_folder / "shot.txt")
        assert problem in " ".join(shot.read_text(encoding="utf-8").split())  # all of it, whatever the label is
        shot.unlink()
        await pilot.press("ctrl+u", *"ok.svg", "enter")
        assert prompt_of(app.stage) is None
    assert [path.name for path in own_folder.iterdir()] == ["ok.svg"]


async def test_files_are_whole_or_not_there(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (own_folder / "s.txt").write_text("before")
    async with running() as (app, pilot):
        shot = ScreenShot(app)
        with monkeypatch.context() as broken:
            broken.setattr(os, "replace", full)
            with pytest.raises(ns.NablastepError, match="no space left"):
                shot.write(own_folder / "s.txt")
        await pilot.pause()
    assert [(path.name, path.read_text()) for path in own_folder.iterdir()] == [("s.txt", "before")]


def test_another_kind_of_picture_is_refused() -> None:
    shot = ScreenShot.__new__(ScreenShot)
    with pytest.raises(CommandError, match=r"\.svg \.txt \.html"):
        shot.write(Path("s.gif"))


@pytest.mark.parametrize("key", ["x", "Y"])
async def test_a_demo_waits_while_a_name_is_asked_for(key: str) -> None:
    opened = open_demo("why-transpose")
    app = DemoApp(opened, Player(opened.new_session(), opened.demo), Playing(), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.demo.state is State.PLAYING
        await pilot.press(key)
        assert app.demo.state is State.PAUSED
        assert prompt_of(app.stage) is not None
