"""A demo played in virtual time on a screen that nobody sees: to check what it says about the screen, and to export it.

Knows the player, the demo's screen and the recorder of frames; no file format.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from nablastep.demo import language
from nablastep.demo.beats import Beat
from nablastep.demo.check import Report, report_of
from nablastep.demo.opening import OpenDemo
from nablastep.demo.player import Player
from nablastep.demo.problems import DemoErrors
from nablastep_tui import progress
from nablastep_tui.recording.model import Recording
from nablastep_tui.scene.captions import DEFAULT_SIZE
from nablastep_tui.screens.demo import Playing
from nablastep_tui.studio.capture import Capture, Script, run_captured
from nablastep_tui.studio.demo_app import DemoApp

SETTLING_SECONDS = 0.2
END_SECONDS = 2.0
"""How long the last screen of an export stays."""


def check_on_screen(opened: OpenDemo) -> Report:
    """The report of a demo that is shown at its own size while it plays. Errors as `check.check_demo`."""
    player = Player(opened.new_session(), opened.demo)

    async def script(app: App[Any], capture: Capture) -> None:
        assert isinstance(app, DemoApp)
        player.read_screen = capture.screen_text
        while not player.is_done:
            if isinstance(_statement(player), language.ExpectScreen):
                app.demo.present()
                await capture.sleep(SETTLING_SECONDS)
            _note(player)
            player.advance()

    _run(opened, player, script)
    return report_of(opened, player)


def capture_demo(
    opened: OpenDemo,
    *,
    theme: str | None = None,
    player: Player | None = None,
    after_beat: Callable[[Beat, Capture], None] | None = None,
) -> Recording:
    """The recording of a demo at its own size and speed. DemoErrors if its session refuses one of its commands.

    Who gives the player may look on: `after_beat` is told each beat when it has been seen.
    """
    player = player or Player(opened.new_session(), opened.demo)

    async def script(app: App[Any], capture: Capture) -> None:
        assert isinstance(app, DemoApp)
        player.read_screen = capture.screen_text
        while not player.is_done:
            statement = _statement(player)
            if isinstance(statement, language.ExpectScreen | language.Snap):
                await capture.sleep(SETTLING_SECONDS)
            _tell(capture, statement)
            _note(player)
            beat = app.demo.advance()
            await _let_it_be_seen(app, capture, beat)
            if after_beat is not None:
                after_beat(beat, capture)
        if app.demo.refused:
            raise DemoErrors(app.demo.refused)
        await capture.sleep(END_SECONDS)

    return _run(opened, player, script, theme=theme)


def _run(opened: OpenDemo, player: Player, script: Script, *, theme: str | None = None) -> Recording:
    def app() -> DemoApp:
        chosen = theme or opened.demo.header.theme or "dark"
        return DemoApp(opened, player, Playing(is_driven=True), theme=chosen, glyphs="unicode", still=True)

    return run_captured(app, opened.demo.header.size or DEFAULT_SIZE, script, title=opened.title)


def _note(player: Player) -> None:
    progress.note(f"beat {player.at + 1} of {len(player.beats)}")


def _statement(player: Player) -> language.Statement:
    beat = player.upcoming
    assert beat is not None
    return beat.statement


def _tell(capture: Capture, statement: language.Statement) -> None:
    """Chapters, captions and stills, at the moment at which they appear."""
    match statement:
        case language.Chapter(text):
            capture.caption("")
            capture.marker(text)
        case language.Say(text):
            capture.caption(text)
        case language.Snap(text):
            capture.snapshot(text)


async def _let_it_be_seen(app: DemoApp, capture: Capture, beat: Beat) -> None:
    """Let the beat's time pass; a caption of several pages is turned meanwhile."""
    seconds = beat.seconds / app.player.speed
    if not seconds:
        return
    pages = len(app.demo.pages) if isinstance(beat.statement, language.Say) else 1
    for page in range(pages):
        app.demo.turn_to(page)
        await capture.sleep(seconds / pages)
