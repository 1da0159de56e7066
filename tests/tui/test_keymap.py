"""The user's own keys: everything that names a key names the new one, and what clashes is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Static
from typer.testing import CliRunner

import nablastep as ns
from nablastep.demo.opening import open_demo
from nablastep.demo.player import Player
from nablastep_tui.app import NablastepApp
from nablastep_tui.cli.main import app as command_line
from nablastep_tui.keymap import DEFAULT_KEYS, KeyMap
from nablastep_tui.keys import EVERY_KEY, FIXED_KEYS, PAGE_KEYS, PLAYED_KEYS, STAGE_KEYS, footer_keys
from nablastep_tui.screens.demo import Playing
from nablastep_tui.studio.demo_app import DemoApp
from nablastep_tui.studio.studio import Studio

ENTRIES = {entry.id: entry for entry in EVERY_KEY}


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path))
    return tmp_path / "config.toml"


@asynccontextmanager
async def running(app: NablastepApp | None = None) -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = app or NablastepApp(ns.open("mazur"), still=True, onlooker=Studio)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


def screen_text(app: NablastepApp) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()
    )


def said(app: NablastepApp) -> list[str]:
    return [notification.message for notification in app._notifications]


# the table


def test_no_two_entries_share_a_key_and_every_default_can_be_pressed() -> None:
    for entries in (PLAYED_KEYS, *PAGE_KEYS.values()):
        keys = [key for entry in entries for key in (entry.keys or ENTRIES[entry.id].keys).split(",")]
        assert len(keys) == len(set(keys))
        assert set(FIXED_KEYS).isdisjoint(keys)
    chosen = KeyMap({entry.id: entry.keys for entry in EVERY_KEY})
    assert chosen.warnings == ()
    assert chosen.keys == DEFAULT_KEYS.keys


@pytest.mark.parametrize(
    ("name", "every", "footer"),
    [
        ("next", "→", "→ ←"),
        ("next-phase", "shift+→ or p", "p P"),
        ("next-iteration", "] or pgdn", "] ["),
        ("edit", "e or enter", "e"),
        ("cell-left", "h", "hjkl"),
        ("redo", "ctrl+r", "ctrl+r"),
        ("leave", "esc", "esc"),
        ("keys", "? or f1", "?"),
    ],
)
def test_how_keys_are_written(name: str, every: str, footer: str) -> None:
    assert DEFAULT_KEYS.all_keys(name) == every
    assert DEFAULT_KEYS.in_footer(ENTRIES[name]) == footer


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("n", ("n",)),
        ("n, right", ("n", "right")),
        ("?,[", ("question_mark", "left_square_bracket")),
        ("pgdn", ("pagedown",)),
        ("esc,Right,→", ("escape", "right")),
        ("shift+t", ("T",)),
        ("ctrl+T", ("ctrl+t",)),
        ("ctrl+i,ctrl+m", ("tab", "enter")),
        ("comma", ("comma",)),
        ("", ()),
    ],
)
def test_how_a_user_may_write_them(text: str, keys: tuple[str, ...]) -> None:
    assert KeyMap({"theme": text}).keys["theme"] == keys


# clashes


def test_a_key_taken_from_another_action_is_said() -> None:
    keymap = KeyMap({"next": "w"})
    assert keymap.actions(STAGE_KEYS)["w"] == "time.next"
    assert keymap.warnings == ("keys: w is next now; why has no key now, only the palette",)
    keymap = KeyMap({"next": "p"})
    assert keymap.keys["next-phase"] == ("shift+right",)
    assert keymap.warnings == ("keys: p is next now; next-phase keeps shift+→",)


def test_a_key_chosen_twice_goes_to_the_first_and_is_said() -> None:
    keymap = KeyMap({"next": "z", "back": "z,left"})
    assert (keymap.keys["next"], keymap.keys["back"]) == (("z",), ("left",))
    assert keymap.warnings == ("keys: z is chosen for next and back: it is next",)


def test_keys_can_change_places_without_a_word() -> None:
    keymap = KeyMap({"next": "left", "back": "right", "why": "a", "your-turn": "w"})
    assert keymap.warnings == ()
    assert keymap.actions(STAGE_KEYS)["left"] == "time.next"
    assert keymap.actions(STAGE_KEYS)["w"] == "ask.your_turn"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("rigth", "keys: next: there is no key 'rigth'; did you mean 'right'?"),
        ("flurble", "keys: next: there is no key 'flurble'"),
        ("\x1b", "keys: next: there is no key '\\x1b'"),
        ("n,,m", "keys: next = 'n,,m': a key is missing; a comma is written 'comma'"),
        ("ctrl+c", "keys: next: ctrl+c always quits and cannot be given away"),
    ],
)
def test_what_cannot_be_pressed_is_said_and_the_old_key_stays(text: str, warning: str) -> None:
    keymap = KeyMap({"next": text})
    assert keymap.warnings == (warning,)
    assert keymap.keys["next"] == ("right",)


_KEYS = st.sampled_from(["w", "p", "right", "left", "?", "[", "z", "ctrl+c", "ctrl+p", "1", "T", "f1", "nonsense", ""])


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(ENTRIES)), st.lists(_KEYS, max_size=3).map(",".join), max_size=6))
def test_every_key_has_one_owner_and_nothing_is_lost_in_silence(chosen: dict[str, str]) -> None:
    keymap = KeyMap(chosen)
    pages = [(keymap.on_page(entries), entries) for entries in PAGE_KEYS.values()]
    for here, entries in ((keymap, PLAYED_KEYS), *pages):
        keys = [key for entry in entries for key in here.keys[entry.id]]
        assert len(keys) == len(set(keys))
    text = "\n".join(keymap.warnings)
    for entry in EVERY_KEY:
        if not keymap.keys[entry.id] and entry.id not in chosen:
            assert f"{entry.id} has no key now" in text
    assert set(keymap.keys) == set(ENTRIES)


# what names a key


async def test_footer_help_and_palette_name_the_new_keys(own_config: Path) -> None:
    own_config.write_text(
        '[keys]\nnext = "g"\nwhy = "f7,W"\nplay = "z"\nkeys = "f12"\ncell-left = "left"\nback = "B"\n'
    )
    async with running() as (app, pilot):
        await pilot.press("g")
        assert app.session.position == (1, 1)
        footer = screen_text(app).split("\n")[-1]
        for shown in ("g B step", "z play", "W why", "←jkl cell", "f12 keys"):
            assert shown in footer
        assert "space" not in footer
        assert "?" not in footer
        palette = {command.title: command.help for command in app.get_system_commands(app.screen)}
        assert palette[ENTRIES["why"].help] == "key f7 or W"
        await pilot.press("f12")
        await pilot.pause()
        page = str(app.screen.query_one(Static).render())
        assert f"  f7 or W       {ENTRIES['why'].help}" in page
        assert " space" not in page
        await pilot.press("f12")
        await pilot.pause()
        assert app.screen is app.stage


async def test_invitation_and_hints_name_the_new_keys(own_config: Path) -> None:
    own_config.write_text('[keys]\nnext = "g"\nback = "B"\nwhy = "W"\nedit = "f5"\n')
    async with running() as (app, pilot):
        text = screen_text(app)
        assert "press   g   to compute z⁽¹⁾" in text
        assert "B takes any of them back." in text
        assert "W asks why an equation has its form." in text
        assert "f5 edits weights and what is given." in text
        await pilot.press("g", "g")
        assert "B takes it back" in screen_text(app)
        await pilot.press("full_stop")
        assert "nothing is being recorded: r starts a recording" in screen_text(app)


async def test_the_old_key_does_nothing_and_the_palette_opens_with_its_new_one(own_config: Path) -> None:
    own_config.write_text('[keys]\nnext = "g"\npalette = "f9"\n')
    async with running() as (app, pilot):
        await pilot.press("right", "ctrl+p")
        await pilot.pause()
        assert app.session.position == (1, 0)
        assert app.screen is app.stage
        await pilot.press("f9")
        await pilot.pause()
        assert app.screen is not app.stage


async def test_clashes_are_said_when_the_app_starts(own_config: Path) -> None:
    own_config.write_text('[keys]\nnext = "w"\nplay = 5\n')
    async with running() as (app, _):
        assert any("w is next now; why has no key now" in message for message in said(app))
        assert any("play is a text" in message for message in said(app))


def demo(playing: Playing) -> DemoApp:
    opened = open_demo("why-transpose")
    return DemoApp(opened, Player(opened.new_session(), opened.demo), playing, still=True)


async def test_a_demo_names_the_new_keys_and_takes_over_with_them(own_config: Path) -> None:
    own_config.write_text('[keys]\ntake-over = "f5"\nrejoin = "f6"\nplay = "z"\n')
    async with running(demo(Playing())) as (app, pilot):
        await pilot.press("z")
        footer = screen_text(app).split("\n")[-1]
        assert "z go on" in footer
        assert "f5 take over" in footer
        await pilot.press("T")
        assert "exploring" not in screen_text(app)
        await pilot.press("f5")
        assert "exploring: f6 rejoins" in screen_text(app)
        assert "f6 rejoin the demo" in screen_text(app).split("\n")[-1]


async def test_a_recording_is_the_same_whatever_the_users_keys(own_config: Path) -> None:
    own_config.write_text('[keys]\nplay = "z"\n')
    async with running(demo(Playing(is_driven=True))) as (app, _):
        assert app.keymap.keys == DEFAULT_KEYS.keys


async def test_the_keys_of_a_demo_do_nothing_on_the_stage() -> None:
    async with running() as (app, pilot):
        await pilot.press("T", "R")
        assert app.session.position == (1, 0)


# pages


async def test_the_keys_of_pages_are_the_users_too(own_config: Path) -> None:
    own_config.write_text(
        '[keys]\nwhy = "W"\nwhy-zeros = "k,f4"\nwhy-close = "x"\nbranches-close = "z"\nopen-next = "t"\n'
    )
    async with running() as (app, pilot):
        await pilot.press("right", "W")
        await pilot.pause()
        assert "x back" in screen_text(app).split("\n")[-1]
        await pilot.press("k")
        assert not app.screen.page.zeros
        await pilot.press("question_mark")
        await pilot.pause()
        page = str(app.screen.query_one(Static).render())
        assert "k or f4" in page
        assert "x W" in page
        await pilot.press("escape", "q", "W")
        await pilot.pause()
        assert app.screen is app.stage
        await pilot.press("b")
        await pilot.pause()
        await pilot.press("escape")
        assert app.screen is not app.stage
        await pilot.press("z")
        await pilot.pause()
        assert app.screen is app.stage
        await pilot.press("o")
        await pilot.pause()
        await pilot.press("t", "t")
        assert app.screen.place == 2


def test_a_page_gives_way_to_what_is_chosen_for_a_key_that_it_borrows() -> None:
    keymap = KeyMap({"convention": "z"})
    assert keymap.on_page(PAGE_KEYS["why"]).actions(PAGE_KEYS["why"])["z"] == "convention"
    assert keymap.warnings == ("keys: z is convention now; why-zeros has no key now",)
    keymap = KeyMap({"why-zeros": "n"})
    assert keymap.warnings == ()
    assert keymap.on_page(PAGE_KEYS["why"]).actions(PAGE_KEYS["why"])["n"] == "zeros"
    assert keymap.actions(STAGE_KEYS)["n"] == "view.convention"


@pytest.mark.parametrize("name", PAGE_KEYS)
async def test_a_question_mark_shows_the_keys_of_every_page(name: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("right", {"why": "w", "branches": "b", "open": "o"}[name])
        await pilot.pause()
        assert "? keys" in screen_text(app).split("\n")[-1]
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(app)
        assert f"keys: {name}" in text
        for entry in PAGE_KEYS[name]:
            assert entry.help in " ".join(text.split())
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert app.screen is app.stage


# the list


def test_the_list_of_keys_has_every_id_and_says_what_clashes(own_config: Path) -> None:
    done = CliRunner().invoke(command_line, ["keys"])
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[: len(EVERY_KEY)]] == list(ENTRIES)
    own_config.write_text('[keys]\nnext = "w"\nnix = "x"\n')
    done = CliRunner().invoke(command_line, ["keys"], standalone_mode=False)
    assert "w is next now; why has no key now" in done.stdout
    assert "there is no key id 'nix'" in done.stdout


def test_the_footer_has_the_most_useful_first() -> None:
    assert [entry.id for entry in footer_keys()][:4] == ["next", "play", "why", "edit"]
