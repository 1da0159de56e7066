"""The app with a demo on stage instead of a session of the user's own; and how one is started."""

from __future__ import annotations

from nablastep.demo.opening import OpenDemo
from nablastep.demo.player import Player
from nablastep_tui.app import NablastepApp
from nablastep_tui.look.depth import ColourDepth, colour_depth
from nablastep_tui.screens.demo import DemoDriver, Playing, driven_by
from nablastep_tui.settings import Settings
from nablastep_tui.studio.studio import Studio


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
        self.player = player
        super().__init__(
            player.session,
            theme=theme or opened.demo.header.theme,
            glyphs=glyphs,
            still=still,
            depth=depth,
            convention=player.view.convention,
            source=opened.source,
            settings=Settings() if playing.is_driven else None,  # a recording is the same for every user
            driver=driven_by(player, opened, playing),
            onlooker=Studio,
        )
        self.title = opened.title
        self.survives = not playing.is_driven  # nobody is there to read what a fault says

    @property
    def demo(self) -> DemoDriver:
        """What drives the stage."""
        assert isinstance(self.stage.driver, DemoDriver)
        return self.stage.driver


def play_live(
    opened: OpenDemo, playing: Playing, player: Player, *, theme: str | None, glyphs: str | None, still: bool
) -> DemoApp:
    """Play the demo in this terminal to its end or until the user leaves; the app, for what became of it."""
    app = DemoApp(opened, player, playing, theme=theme, glyphs=glyphs, still=still, depth=colour_depth())
    app.run()
    if app.crash is not None:
        raise app.crash
    return app
