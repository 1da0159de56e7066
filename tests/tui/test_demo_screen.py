"""Demos on stage and recordings of it, through Textual's pilot: state first, then what stands on the screen."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.on_stage import edit_of, prompt_of
from textual.pilot import Pilot
from typer.testing import CliRunner

import nablastep as ns
from nablastep.demo.language import Say
from nablastep.demo.opening import demo_names, open_demo
from nablastep.demo.player import Player
from nablastep.errors import NablastepError
from nablastep_tui.app import NablastepApp
from nablastep_tui.cli.main import app as command_line
from nablastep_tui.cli.speaker_notes import SpeakerNotes
from nablastep_tui.scene.captions import MARGIN, caption_pages, caption_rows, place_width
from nablastep_tui.screens.demo import Playing, State
from nablastep_tui.studio.demo_app import DemoApp
from nablastep_tui.studio.studio import Studio

DEMO = """demo 1
title "A short one"
network mazur
chapter "Forward"
note "Breathe."
say "One.
  First words."
next 2
say "Two."
set W0[0,0] = 0.3
chapter "Backward"
goto grad_W1
focus grad_W1[1,0]
say "Three."
convention row-keras
why jacobian
say "Four."
close
next
"""


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def playing(
    text: str = DEMO, size: tuple[int, int] = (120, 40), **options: object
) -> AsyncIterator[tuple[DemoApp, Pilot[None]]]:
    Path("some.demo").write_text(text, encoding="utf-8")
    opened = open_demo("some.demo")
    app = DemoApp(opened, Player(opened.new_session(), opened.demo), Playing(**options))  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def screen_text(app: NablastepApp) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_cues_go_both_ways_and_the_caption_follows(size: tuple[int, int]) -> None:
    async with playing(size=size) as (app, pilot):
        assert "A short one" in screen_text(app)
        await pilot.press("space", "right")
        text = screen_text(app)
        assert app.demo.state is State.PAUSED
        assert "One." in text
        assert ("paused: space goes on  1 of 4" if size[0] > 80 else "paused: space goes on") in text
        await pilot.press("right")
        assert app.session.position == (1, 2)
        assert "Two." in screen_text(app)
        await pilot.press("right")
        assert app.session.position == (1, 8)
        assert app.session["W0"][0, 0] == 0.3
        assert app.stage.scene().cell == (1, 0)
        await pilot.press("left")
        assert app.session.position == (1, 2)
        assert app.session["W0"][0, 0] == 0.15
        await pilot.press("right_square_bracket")
        assert app.demo.player.view.caption == "Backward"
        await pilot.press("left_square_bracket")
        assert app.demo.player.view.caption == "Forward"


async def test_it_plays_by_itself_pauses_and_goes_on_to_the_end() -> None:
    async with playing(pace=8000.0) as (app, pilot):
        for _ in range(200):
            await pilot.pause(0.02)
            if app.demo.player.is_done and app.demo.state is State.PAUSED:
                break
        assert app.demo.player.is_done
        assert app.session.position == (1, 9)
        assert "the end: space replays  4 of 4" in screen_text(app)
        app.demo.pace = 1.0
        await pilot.press("space")
        assert app.demo.state is State.PLAYING
        assert not app.demo.player.is_done


@pytest.mark.parametrize("name", demo_names())
async def test_every_shipped_demo_plays_to_its_end(name: str) -> None:
    opened = open_demo(name)
    cues = sum(isinstance(statement, Say) for statement in opened.demo.statements)
    app = DemoApp(opened, Player(opened.new_session(), opened.demo), Playing())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        for _ in range(3 * cues):  # no caption has more than three pages
            await pilot.press("right")
            assert "expected" not in screen_text(app)
            if app.demo.player.is_done and f"the end: space replays  {cues} of {cues}" in screen_text(app):
                break
        else:
            raise AssertionError(screen_text(app))


async def test_a_derivation_takes_the_stage_and_the_caption_stays() -> None:
    async with playing() as (app, pilot):
        await pilot.press("space", *["right"] * 4)
        text = screen_text(app)
        assert app.demo.why
        assert "Jacobian" in text
        assert "why it is allowed" in text
        assert "Four." in text
        await pilot.press("right")
        assert not app.demo.why
        assert "why it is allowed" not in screen_text(app)


async def test_taking_over_explores_and_rejoining_puts_all_back() -> None:
    async with playing() as (app, pilot):
        await pilot.press("space", "right", "right", "e")
        assert edit_of(app.stage) is None
        before = (app.session.position, app.session["W0"].tobytes(), app.stage.looks.convention, app.session.branch)
        await pilot.press("T")
        assert "exploring: R rejoins" in screen_text(app)
        await pilot.press("right", "right", "right", "n", "0", "slash", *"dW1", "enter", "e")
        assert edit_of(app.stage) is not None
        await pilot.press("escape", "right")
        assert len(app.session.all_branches) == 2
        await pilot.press("R")
        after = (app.session.position, app.session["W0"].tobytes(), app.stage.looks.convention, app.session.branch)
        assert after == before
        assert len(app.session.all_branches) == 1
        assert "paused: space goes on  2 of 4" in screen_text(app)
        await pilot.press("right")
        assert app.session.position == (1, 8)


async def test_keys_of_the_stage_do_nothing_while_the_demo_has_it() -> None:
    async with playing() as (app, pilot):
        await pilot.press("space", "right", "u", "0", "end", "slash", "n", "equals_sign", "R")
        assert app.session.position == (1, 0)
        assert prompt_of(app.stage) is None
        assert app.stage.looks.convention == "column"


async def test_speed_changes_within_its_bounds() -> None:
    async with playing() as (app, pilot):
        await pilot.press("space", *["greater_than_sign"] * 12)
        assert app.demo.pace == 8
        await pilot.press(*["less_than_sign"] * 20)
        assert app.demo.pace == 0.25
        assert "speed 0.25×" in screen_text(app)


async def test_a_failed_expectation_shows_and_the_demo_goes_on() -> None:
    text = 'demo 1\nnetwork mazur\nnext\nexpect z1[0,0] ~ 0.4\nsay "On."\n'
    async with playing(text, pace=8.0) as (app, pilot):
        await pilot.press("space")
        while not app.demo.failures:
            app.demo.advance()
        await pilot.pause()
        assert "expected z1[0,0] ~ 0.4, got 0.3775" in screen_text(app)
        assert app.is_running
        await pilot.press("right")
        assert "On." in screen_text(app)


async def test_strict_stops_with_exit_code_one() -> None:
    text = 'demo 1\nnetwork mazur\nexpect step = 4\nsay "On."\n'
    async with playing(text, strict=True) as (app, pilot):
        app.demo.advance()
        await pilot.pause()
        assert app.return_code == 1


async def test_pause_waits_for_a_key() -> None:
    async with playing('demo 1\nnetwork mazur\nnext\npause\nnext\nsay "After."\n', pace=800.0) as (app, pilot):
        for _ in range(100):
            await pilot.pause(0.02)
            if app.demo.state is State.PAUSED:
                break
        assert app.session.position == (1, 1)
        await pilot.press("space")
        assert app.session.position == (1, 2)


async def test_speaker_notes_follow_and_are_never_on_screen() -> None:
    notes = SpeakerNotes("notes.txt")
    async with playing(on_change=notes.follow) as (app, pilot):
        await pilot.press("space", "right")
        assert "Breathe" not in screen_text(app)
    notes.close()
    text = Path("notes.txt").read_text(encoding="utf-8")
    assert "note: Breathe.\n\nnow:  One.\nFirst words.\n\nnext: Two." in text


def test_speaker_notes_go_into_a_file_or_a_terminal_only() -> None:
    os.mkfifo("pipe")
    for name in ("pipe", "/dev/full", "."):
        with pytest.raises(NablastepError, match="cannot be written: there is a "):
            SpeakerNotes(name)


def test_long_captions_are_cut_to_pages_of_alike_lines() -> None:
    assert caption_pages("Short.\nSecond.", 120) == (("Short.", "Second."),)
    words = " ".join(["word"] * 30)
    pages = caption_pages("Head.\n" + words, 100)
    assert [bold for bold, _ in pages] == ["Head."] * len(pages)
    assert " ".join(plain for _, plain in pages) == words
    lengths = [len(plain) for _, plain in pages]
    assert max(lengths) - min(lengths) <= 10
    assert caption_pages("A first line that is too long " * 3, 60)[0][1] != ""


@pytest.mark.parametrize("name", demo_names())
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
def test_every_caption_of_the_built_in_demos_is_shown_at_once(name: str, size: tuple[int, int]) -> None:
    says = [each.text for each in open_demo(name).demo.statements if isinstance(each, Say)]
    rows = caption_rows(says, size)
    for text in says:
        (page,) = caption_pages(text, size[0], rows)
        assert "".join("".join(page).split()) == "".join(text.split())
        assert len(page) <= rows
        assert max(map(len, page)) <= size[0] - MARGIN
        assert len(page) < rows or len(page[-1]) <= size[0] - MARGIN - place_width(size[0])


def test_check_tells_of_a_caption_that_its_size_cannot_show(tmp_path: Path) -> None:
    demo = tmp_path / "long.demo"
    text = " ".join(["word"] * 60)
    demo.write_text(f'demo 1\nnetwork mazur\nsize 80x24\nsay "Short."\nsay "{text}"\nnext\n')
    done = CliRunner().invoke(command_line, ["check", str(demo)])
    assert done.exit_code == 0
    assert f"{demo}:5:1: note: the caption takes 2 pages: a screen of 80x24 shows 3 rows of it at once" in done.stderr
    assert done.stderr.count("note:") == 1
    demo.write_text(f'demo 1\nnetwork mazur\nsize 200x55\nsay "Short."\nsay "{text}"\nnext\n')
    assert CliRunner().invoke(command_line, ["check", str(demo)]).stderr == ""


# recording in the app


@asynccontextmanager
async def on_stage(source: str = "mazur") -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open(source), source=source, onlooker=Studio)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


async def test_r_records_what_is_done_and_r_stops_it() -> None:
    async with on_stage() as (app, pilot):
        await pilot.press("right", "right", "r")
        await pilot.pause()
        assert "nablastep-recording" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "rec" in screen_text(app).split("\n")[0]
        await pilot.press("slash", *"dW1", "enter", "n", "l", "j", "e", *"0.75", "enter", "u")
        await pilot.pause()
        await pilot.press("r")
        await pilot.pause()
        assert not app.onlooker.is_recording
    folder = Path("nablastep-recording")
    head, body = (folder / "session.demo").read_text(encoding="utf-8").split("\n\n")
    assert head.split("\n")[2:] == ["network mazur", "size 120x40", "theme dark"]
    lines = [line for line in body.splitlines() if "wait" not in line]
    assert lines == [
        "next 2", "goto grad_W1", "convention column-transposed", "focus grad_W1[1,1]", "set W1[1,1] = 0.75", "undo",
    ]  # fmt: skip


async def test_captions_chapters_and_expectations_are_added() -> None:
    async with on_stage() as (app, pilot):
        app.onlooker.start(Path("made"))
        await pilot.press("right")
        await pilot.press("full_stop", "c", *"Hello", "enter")
        await pilot.press("full_stop", "m", *"Part", "enter")
        await pilot.press("full_stop", "x")
        await pilot.press("full_stop", "escape", "right")
        await pilot.pause()
        app.exit()
    text = Path("made/session.demo").read_text(encoding="utf-8")
    body = [
        line
        for line in text.split("\n")
        if line and not line.startswith(("demo", "title", "network", "size", "theme", "wait"))
    ]
    assert body == ["next", 'say "Hello"', 'chapter "Part"', "focus z1[0,0]", "expect z1[0,0] ~ 0.3775", "next"]
    cast = Path("made/session.cast").read_text(encoding="utf-8").splitlines()
    assert json.loads(cast[0])["version"] == 2
    assert any(json.loads(line)[1:] == ["m", "Part"] for line in cast[1:])
    report = open_demo("made/session.demo")
    player = Player(report.new_session(), report.demo)
    player.finish()
    assert [outcome.holds for outcome in player.outcomes] == [True]
    assert player.session.position == (1, 2)


async def test_the_palette_starts_a_demo_and_leaving_it_comes_back() -> None:
    async with on_stage() as (app, pilot):
        await pilot.press("right", "right")
        names = [command.title for command in app.get_system_commands(app.screen)]
        assert "demo why-transpose" in names
        app.start_demo("why-transpose")
        await pilot.pause()
        await pilot.press("space", "right")
        assert "We know how E reacts" in screen_text(app)
        await pilot.press("q")
        await pilot.pause()
        assert app.session.position == (1, 2)
        assert "step 2 of 15" in screen_text(app)


async def test_the_recording_of_a_playback_is_the_same_script_wherever_the_viewer_goes() -> None:
    async with playing() as (app, pilot):
        await pilot.press("space", "right")
        app.onlooker.start(Path("made"))  # after the first caption
        assert app.onlooker.is_recording
        await pilot.press("right", "left", "right")
        await pilot.press("T", "right", "e", *"0.75", "enter", "R")
        await pilot.press("right_square_bracket", "left_square_bracket", *["right"] * 6)
        await pilot.pause()
        assert app.demo.player.is_done
        await pilot.press("left", "r")
        assert not app.onlooker.is_recording
    again, original = open_demo("made/session.demo").demo, open_demo("some.demo").demo
    assert again.statements == original.statements
    assert again.header == original.header
    events = [json.loads(line) for line in Path("made/session.cast").read_text(encoding="utf-8").splitlines()[1:]]
    # The cast shows the chapter as often as the viewer came to it.
    assert [event[2] for event in events if event[1] == "m"] == ["Backward", "Backward"]


async def test_half_a_playback_is_recorded_as_half_the_script() -> None:
    async with playing() as (app, pilot):
        await pilot.press("space")
        await pilot.press("r")
        await pilot.press("enter")
        assert app.demo.state is State.PAUSED
        await pilot.press("right", "right")
        await pilot.press("q")
    again, original = open_demo("nablastep-recording/session.demo").demo, open_demo("some.demo").demo
    assert 0 < len(again.statements) < len(original.statements)
    assert again.statements == original.statements[: len(again.statements)]


async def test_leaving_a_demo_ends_its_recording_and_a_session_can_be_recorded_again() -> None:
    async with on_stage() as (app, pilot):
        app.start_demo("why-transpose")
        await pilot.pause()
        await pilot.press("r", "enter")
        assert app.onlooker.is_recording
        await pilot.press("right", "q")
        await pilot.pause()
        assert not app.onlooker.is_recording
        app.onlooker.start(Path("own"))
        await pilot.press("right")
        await pilot.pause()
        app.exit()
    assert open_demo("nablastep-recording/session.demo").demo.header == open_demo("why-transpose").demo.header
    assert open_demo("own/session.demo").demo.header.network == "mazur"


async def test_nothing_is_added_without_a_recording() -> None:
    async with on_stage() as (app, pilot):
        await pilot.press("full_stop")
        await pilot.pause()
        assert "nothing is being recorded" in screen_text(app)


async def test_a_folder_that_cannot_be_is_told_and_the_prompt_stays() -> None:
    Path("file").write_text("", encoding="utf-8")
    async with on_stage() as (app, pilot):
        await pilot.press("r", *"file/deep", "enter")
        await pilot.pause()
        assert "cannot be made a folder" in screen_text(app)
        assert not app.onlooker.is_recording
