"""`nablastep export`: a demo as files: a page to step through, or what a screen shows, made in virtual time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.demo_options import Demo
from nablastep_tui.cli.document_options import Fragment, NoValues, check_document_options
from nablastep_tui.cli.error_border import WrongUseError
from nablastep_tui.cli.options import THEMES, choice, near

if TYPE_CHECKING:
    from nablastep.demo.opening import OpenDemo
    from nablastep_tui.recording.model import Recording

KINDS = {
    "html": ".html",
    "markdown": ".md",
    "latex": ".tex",
    "cast": ".cast",
    "gif": ".gif",
    "svg": ".svg",
    "frames": "",
    "vtt": ".vtt",
}
"""What can be made, and how the file's name ends."""

DOCUMENTS = frozenset({"html", "markdown", "latex"})
"""What is written from the demo itself; all others are what was recorded."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    demo: Demo,
    to: Annotated[
        list[str],
        typer.Option("--to", metavar="KIND", help=f"One of {', '.join(KINDS)}; may be given several times."),
    ],
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="PATH", help="The file; the folder for frames, or with several --to."),
    ] = None,
    theme: Annotated[str | None, choice("--theme", THEMES, "Colours")] = None,
    no_values: NoValues = False,
    fragment: Fragment = False,
) -> int:
    """Make files of a demo: the same bytes every time. Prints their paths.

    Without --out they are written into the current folder, named after the demo.

    \b
    Examples:
      nablastep export why-transpose --to html
      nablastep export lesson.demo --to cast --to markdown --out pages
      nablastep export forward-backward --to latex --fragment
    """
    kinds = _checked(to)
    check_document_options(set(kinds), no_values=no_values, fragment=fragment)
    from nablastep.demo.opening import demo_path, open_demo

    opened = open_demo(demo)
    name = demo_path(demo).stem
    _pin_environment(kinds)
    recording = _recorded(opened, theme) if set(kinds) - DOCUMENTS else None
    for kind in kinds:
        target = _target(kind, kinds, name, out)
        if kind in DOCUMENTS:
            _write_document(kind, opened, target, theme=theme, values=not no_values, fragment=fragment)
        elif recording is not None:
            _write(kind, recording, target)
        output.write_names((target,))
    return 0


def _checked(kinds: Iterable[str]) -> tuple[str, ...]:
    known = ", ".join(KINDS)
    for kind in kinds:
        if kind not in KINDS:
            raise WrongUseError(f"--to: unknown {kind!r}{near(kind, tuple(KINDS)) or '; there are ' + known}", known)
    return tuple(dict.fromkeys(kinds))


def _pin_environment(kinds: tuple[str, ...]) -> None:
    """Textual reads its environment when it is imported: from here on it is the same for everybody."""
    if set(kinds) - {"html", "latex"}:
        from nablastep_tui.studio.virtual_time import pin_environment

        pin_environment()


def _write_document(
    kind: str, opened: OpenDemo, target: Path, *, theme: str | None, values: bool, fragment: bool
) -> None:
    from nablastep_tui.recording.writing import write_export, write_files

    if kind == "html":
        from nablastep.page.document import demo_page

        write_export(target, demo_page(opened))
    elif kind == "latex":
        from nablastep.page.lesson_latex import demo_latex

        write_export(target, demo_latex(opened, values=values, fragment=fragment))
    else:
        from nablastep_tui.studio.lesson_files import markdown_files

        text, *pictures = (files := markdown_files(opened, target.stem, theme=theme, values=values))
        write_files(target.parent, {picture: files[picture] for picture in pictures})
        write_export(target, files[text])


def _recorded(opened: OpenDemo, theme: str | None) -> Recording:
    from nablastep_tui.studio.demo_capture import capture_demo

    return capture_demo(opened, theme=theme)


def _target(kind: str, kinds: tuple[str, ...], name: str, out: str | None) -> Path:
    """The file, or for `frames` the folder, that a kind goes to."""
    own = f"{name}-frames" if kind == "frames" else f"{name}{KINDS[kind]}"
    if out is None:
        return Path(own)
    return Path(out) / own if len(kinds) > 1 or out.endswith(os.sep) or _is_folder_for_file(kind, out) else Path(out)


def _is_folder_for_file(kind: str, out: str) -> bool:
    return kind != "frames" and Path(out).is_dir()


def _write(kind: str, recording: Recording, target: Path) -> None:
    """Write one kind: a file, for `frames` a folder."""
    from nablastep_tui.recording import cast, frames, svg, vtt
    from nablastep_tui.recording.writing import write_export, write_files

    match kind:
        case "frames":
            write_files(target, frames.frame_files(recording))
        case "cast":
            write_export(target, cast.asciicast(recording))
        case "svg":
            write_export(target, svg.animation(recording))
        case "vtt":
            write_export(target, vtt.webvtt(recording))
        case "gif":
            write_export(target, _gif(recording))


def _gif(recording: Recording) -> bytes:
    from nablastep_tui.recording.fonts import find_font
    from nablastep_tui.recording.gif import animated_gif

    return animated_gif(recording, find_font())
