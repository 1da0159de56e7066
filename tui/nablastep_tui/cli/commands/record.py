"""`nablastep record`: the interactive app with a recording that runs from the start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nablastep_tui.cli.options import GLYPH_SETS, THEMES, Convention, choice, complete_source
from nablastep_tui.cli.terminal import need_terminal, prepare_for_textual

DEFAULT_SOURCE = "mazur"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder; it is made if it is missing.")],
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="SOURCE",
            autocompletion=complete_source,
            help="A built-in network's name or a network file.",
        ),
    ] = DEFAULT_SOURCE,
    convention: Convention = None,
    theme: Annotated[str | None, choice("--theme", THEMES, "Colours")] = None,
    glyphs: Annotated[str | None, choice("--glyphs", GLYPH_SETS, "Characters to draw with")] = None,
    still: Annotated[bool, typer.Option("--still", help="No motion.")] = False,
) -> int:
    """Record what you do: a demo that does it again, and a cast of what was seen.

    Leaves session.demo and session.cast in DIR, or session-2.demo and so on; every step is on disk at once.

    \b
    Example:
      nablastep record lesson --source xor
    """
    need_terminal("record", "'nablastep demo fmt' and a text editor make demos without one")
    prepare_for_textual()
    import nablastep as ns

    session = ns.open(source)  # a file's mistakes are told before the screen is built
    from nablastep_tui.studio.live import run_app

    return run_app(
        session, source, theme=theme, glyphs=glyphs, still=still, convention=convention, record_to=Path(folder)
    )
