"""`nablastep run`: the interactive app."""

from __future__ import annotations

from typing import Annotated

import typer

from nablastep_tui.cli.options import GLYPH_SETS, THEMES, Convention, Source, choice
from nablastep_tui.cli.terminal import need_terminal, prepare_for_textual

DEFAULT_SOURCE = "mazur"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    source: Source = DEFAULT_SOURCE,
    convention: Convention = None,
    theme: Annotated[str | None, choice("--theme", THEMES, "Colours")] = None,
    glyphs: Annotated[str | None, choice("--glyphs", GLYPH_SETS, "Characters to draw with")] = None,
    still: Annotated[bool, typer.Option("--still", help="No motion.")] = False,
    coach: Annotated[bool, typer.Option("--coach", help="Show the hints for beginners again.")] = False,
) -> int:
    """Step through a network in the interactive app.

    \b
    Example:
      nablastep run xor --theme light
    """
    need_terminal("run", "'nablastep trace SOURCE' prints the same as text")
    prepare_for_textual()
    import nablastep as ns

    session = ns.open(source)  # a file's mistakes are told before the screen is built
    from nablastep_tui.studio.live import run_app

    return run_app(session, source, theme=theme, glyphs=glyphs, still=still, coach=coach, convention=convention)
