"""`nablastep play`: a demo in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.demo_options import Demo
from nablastep_tui.cli.error_border import WrongUseError
from nablastep_tui.cli.options import GLYPH_SETS, THEMES, choice
from nablastep_tui.cli.terminal import need_terminal, prepare_for_textual

SLOWEST, FASTEST = 0.25, 8.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("play")(play)


def play(
    demo: Demo,
    speed: Annotated[
        float | None, typer.Option("--speed", metavar="FACTOR", help="From 0.25 to 8; the demo's own if left out.")
    ] = None,
    chapter: Annotated[
        str | None, typer.Option("--from", metavar="CHAPTER", help="Begin there: a number, or how its title begins.")
    ] = None,
    notes: Annotated[
        str | None, typer.Option("--notes", metavar="FILE", help="Speaker notes, to a file or a second terminal.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first expectation that fails.")] = False,
    theme: Annotated[str | None, choice("--theme", THEMES, "Colours")] = None,
    glyphs: Annotated[str | None, choice("--glyphs", GLYPH_SETS, "Characters to draw with")] = None,
    still: Annotated[bool, typer.Option("--still", help="No motion.")] = False,
) -> int:
    """Play a demo in the terminal.

    Space pauses, the arrows go from caption to caption, T takes over and R rejoins.

    \b
    Examples:
      nablastep play why-transpose
      nablastep play lesson.demo --speed 2 --from Backward
    """
    need_terminal("play", "'nablastep check DEMO' plays it without one")
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise WrongUseError(f"--speed: {speed:g} is out of range; it goes from {SLOWEST:g} to {FASTEST:g}")
    prepare_for_textual()
    from nablastep.demo.opening import open_demo
    from nablastep.demo.player import Player

    opened = open_demo(demo)
    player = Player(opened.new_session(), opened.demo)
    start = player.chapter_start(chapter) if chapter is not None else 0
    from nablastep_tui.cli.speaker_notes import SpeakerNotes
    from nablastep_tui.screens.demo import Playing
    from nablastep_tui.studio.demo_app import play_live

    speaker = SpeakerNotes(notes) if notes is not None else None
    playing = Playing(speed, start, strict, on_change=speaker.follow if speaker is not None else None)
    try:
        app = play_live(opened, playing, player, theme=theme, glyphs=glyphs, still=still)
    finally:
        if speaker is not None:
            speaker.close()
    if strict:
        output.write(f"{outcome.message}\n" for outcome in app.demo.failures)
    return app.return_code or 0
