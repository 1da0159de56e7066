"""The arguments that the commands on demos share, with their completions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def complete_demo(incomplete: str) -> list[str]:
    """Built-in demos, and demo files and folders that begin so."""
    from nablastep.demo.opening import demo_names

    return [name for name in demo_names() if name.startswith(incomplete)] + complete_demo_file(incomplete)


def complete_demo_file(incomplete: str) -> list[str]:
    """Demo files and folders that begin so."""
    folder, _, start = incomplete.rpartition("/")
    prefix = f"{folder}/" if folder or incomplete.startswith("/") else ""
    try:
        paths = [path for path in Path(prefix or ".").iterdir() if path.name.startswith(start)]
    except OSError:
        return []
    folders = [f"{prefix}{path.name}/" for path in paths if path.is_dir() and path.name[:1] != "."]
    return sorted(folders + [f"{prefix}{path.name}" for path in paths if path.suffix == ".demo"])


_NAME_OR_FILE = "A built-in demo's name or a demo file."
Demo = Annotated[str, typer.Argument(metavar="DEMO", autocompletion=complete_demo, help=_NAME_OR_FILE)]
Demos = Annotated[list[str], typer.Argument(metavar="DEMO…", autocompletion=complete_demo, help=_NAME_OR_FILE)]
DemoFiles = Annotated[list[str], typer.Argument(metavar="FILE…", autocompletion=complete_demo_file, help="Demo files.")]
