"""The app with a demo on stage instead of a session of the user's own; and how one is started.

Knows how a DemoScreen is made, nothing of what it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nablastep.demo.opening import OpenDemo
from nablastep.demo.player import Player
from nablastep_tui.app import NablastepApp, colour_depth
from nablastep_tui.look.palettes import ColourDepth
from nablastep_tui.screens.demo_screen import DemoScreen
from nablastep_tui.screens.stage_screen import StageScreen
from nablastep_tui.settings import Settings


@dataclass(frozen=True)
class Playing:
    """How a demo is to be played: `start` is a place in it, `is_driven` says that somebody else drives the player."""

    pace: float | None = None
    start: int = 0
    strict: bool = False
    is_driven: bool = False
    on_change: Callable[[Player], None] | None = None


class DemoApp(NablastepApp):
    """A player on stage from the first moment."""

    def __init__(
        self,
        opened: OpenDemo,
        player: Player,
        playing: Playing,
        *,
        theme: str | None = None,
        glyphs: str | None = None,
        still: bool = False,
        depth: ColourDepth = "full",
    ) -> None:
        self.opened = opened
        self.player = player
        self._playing_as = playing
        header = opened.demo.header
        super().__init__(
            player.session,
            theme=theme or header.theme,
            glyphs=glyphs,
            still=still,
            depth=depth,
            source=opened.source,
            settings=Settings() if playing.is_driven else None,  # a recording is the same for every user
        )
        self.title = opened.title
        self.survives = not playing.is_driven  # nobody is there to read what a fault says

    @property
    def demo_screen(self) -> DemoScreen:
        """The screen on which the demo plays."""
        assert isinstance(self.stage, DemoScreen)
        return self.stage

    def make_stage(self, convention: str) -> StageScreen:
        """A stage with the player on it."""
        playing = self._playing_as
        return DemoScreen(
            self.player,
            self.opened.source,
            palette=self.palette,
            glyphs=self.glyph_set,
            memory=self.memory,
            keymap=self.keymap,
            title=self.opened.title,
            pace=playing.pace,
            start=playing.start,
            strict=playing.strict,
            is_driven=playing.is_driven,
            on_change=playing.on_change,
        )


def play_live(
    opened: OpenDemo, playing: Playing, player: Player, *, theme: str | None, glyphs: str | None, still: bool
) -> DemoApp:
    """Play the demo in this terminal to its end or until the user leaves; the app, for what became of it."""
    app = DemoApp(opened, player, playing, theme=theme, glyphs=glyphs, still=still, depth=colour_depth())
    app.run()
    if app.crash is not None:
        raise app.crash
    return app
