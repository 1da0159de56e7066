"""`nablastep doctor`: what the program finds around it, for questions about a terminal that looks wrong."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator

import typer

from nablastep_tui.cli import output

PACKAGES = ("numpy", "textual", "rich", "typer", "platformdirs")
LEAST_COLUMNS, LEAST_ROWS = 60, 16
_GLYPHS = "∇ ∂ Σ ⊙ ⊘ × − · ½ ᵀ ⁽¹⁾ ₁₂ ⎡⎢⎣ ⎤⎥⎦ ─│╭╮ ▀█▌ ▶ ◀ ◆ ✓ ✗ ⣿"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Show terminal, colours, glyphs, size, versions and paths.

    \b
    Example:
      nablastep doctor
    """
    rows = [*_terminal(), *_looks(), *_versions(), *_paths()]
    longest = max(len(name) for name, _ in rows)
    output.write_names(f"{name.ljust(longest)}  {text}" for name, text in rows)


def _terminal() -> Iterator[tuple[str, str]]:
    from nablastep_tui.cli.terminal import has_terminal, screen_stream
    from nablastep_tui.screens.export import takes_clipboard

    size = shutil.get_terminal_size((0, 0))
    where = {name: _kind(stream) for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout))}
    yield "terminal", f"TERM={os.environ.get('TERM', '')} COLORTERM={os.environ.get('COLORTERM', '')}"
    yield "streams", f"stdin {where['stdin']}, stdout {where['stdout']}, screen {_kind(screen_stream())}"
    yield "interactive", "yes" if has_terminal() else "no: 'run' and 'play' need a terminal, 'trace' and 'check' do not"
    yield "clipboard", "takes what y sends" if takes_clipboard() else "not known to take what y sends; Y writes a file"
    if not size.columns:
        yield "size", f"unknown; {LEAST_COLUMNS}×{LEAST_ROWS} is the least"
    else:
        enough = size.columns >= LEAST_COLUMNS and size.lines >= LEAST_ROWS
        verdict = "enough" if enough else "too small"
        yield "size", f"{size.columns}×{size.lines}, {verdict}; {LEAST_COLUMNS}×{LEAST_ROWS} is the least"


def _looks() -> Iterator[tuple[str, str]]:
    from rich.console import Console

    system = Console().color_system or "none"
    no_color = os.environ.get("NO_COLOR")
    yield "colours", system + (" (NO_COLOR is set)" if no_color else "")
    yield "encoding", f"{sys.stdout.encoding or 'unknown'}"
    if output.can_show(_GLYPHS):
        yield "glyphs", _GLYPHS
        yield "", "each of these should be one cell wide; if not, use --glyphs safe or ascii"
    else:
        yield "glyphs", "this encoding has none beyond ASCII; use --glyphs ascii"


def _versions() -> Iterator[tuple[str, str]]:
    from nablastep_tui.version import own_version

    yield "nablastep", own_version()
    yield "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    for name in PACKAGES:
        yield name, _version(name)


def _paths() -> Iterator[tuple[str, str]]:
    from nablastep_tui.settings import config_folder

    folder = config_folder()
    for name, file in (("config", "config.toml"), ("state", "state.json")):
        path = folder / file
        yield name, f"{path}{'' if os.path.lexists(path) else ' (not there: defaults are used)'}"


def _kind(stream: object) -> str:
    isatty = getattr(stream, "isatty", None)
    try:
        return "is a terminal" if isatty is not None and isatty() else "is no terminal"
    except ValueError:
        return "is closed"


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
