"""The app as it runs in a terminal: with a studio that records it on request."""

from __future__ import annotations

import os
from pathlib import Path

from nablastep.session import Session
from nablastep_tui.app import NablastepApp
from nablastep_tui.look.depth import colour_depth
from nablastep_tui.studio.studio import Studio


def run_app(
    session: Session,
    source: str | None,
    *,
    theme: str | None = None,
    glyphs: str | None = None,
    still: bool = False,
    coach: bool = False,
    convention: str | None = None,
    record_to: Path | None = None,
) -> int:
    """Run the app with a session, opened from `source` if there is one; returns the exit code."""
    if still:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"
    app = NablastepApp(
        session,
        theme=theme,
        glyphs=glyphs,
        still=still,
        coach=coach,
        convention=convention,
        depth=colour_depth(),
        source=source,
        record_to=record_to,
        onlooker=Studio,
    )
    app.run()
    if app.crash is not None:
        raise app.crash
    return app.return_code or 0
