"""`nablastep demos`: the lessons that are built in; and `nablastep demo fmt`: the layout of demo files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.demo_options import DemoFiles


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("demos")(demos)
    group = typer.Typer(help="Work on demo files.", no_args_is_help=True, rich_markup_mode=None)
    # With a single command and no callback Typer would take 'demo' itself for it.
    group.callback()(_group)
    group.command("fmt")(format_files)
    app.add_typer(group, name="demo")


def demos() -> None:
    """List the built-in demos: name, length, title.

    \b
    Example:
      nablastep demos
    """
    from nablastep.demo.check import time_text
    from nablastep.demo.opening import demo_names, open_demo
    from nablastep.demo.player import Player

    found = {name: open_demo(name) for name in demo_names()}
    longest = max(map(len, found))
    for name, opened in found.items():
        length = time_text(Player(opened.new_session(), opened.demo).seconds)
        output.write([f"{name.ljust(longest)}  {length.rjust(10)}  {opened.title}\n"])


def _group() -> None:
    """Work on demo files."""


def format_files(
    files: DemoFiles,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a file is not in this layout.")
    ] = False,
) -> int:
    """Lay demo files out in the one canonical way; comments stay. Prints the files that it changed.

    \b
    Example:
      nablastep demo fmt lesson.demo
    """
    from nablastep.demo.formatter import format_text
    from nablastep.demo.loader import read_demo_text
    from nablastep.demo.problems import DemoErrors
    from nablastep.errors import NablastepError
    from nablastep.files.writing import write_text

    mistakes: list[NablastepError] = []
    changed: list[str] = []
    for file in files:
        try:
            before = read_demo_text(file)
            after = format_text(before, file)
            if after != before:
                changed.append(file)
                if not check:
                    write_text(Path(file), after)
        except DemoErrors as errors:
            mistakes += errors.errors
        except NablastepError as error:
            mistakes.append(error)
    output.write_names(changed)
    if mistakes:
        raise DemoErrors(mistakes)
    return 1 if check and changed else 0
