"""`nablastep check`: whether demos still say the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.demo_options import Demos
from nablastep_tui.cli.noted import tell_long_captions, tell_notes
from nablastep_tui.cli.options import choice

if TYPE_CHECKING:
    from nablastep.demo.check import Report
    from nablastep.demo.opening import OpenDemo
    from nablastep.errors import NablastepError

FORMATS = ("text", "json", "junit")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    demos: Demos,
    format: Annotated[str, choice("--format", FORMATS, "How to report")] = "text",
    update: Annotated[
        bool, typer.Option("--update", help="Write what was found into the files, where an expected number is wrong.")
    ] = False,
) -> int:
    """Play demos without a terminal and report the expectations that do not hold.

    The exit code is 1 if there is one, 2 if a demo cannot be read. A caption that the demo's `size` cannot show at once
    is told, too.

    \b
    Examples:
      nablastep check lesson.demo
      nablastep check why-transpose xor-training --format junit
    """
    from nablastep.demo.check_formats import FORMATS as WRITERS
    from nablastep.demo.problems import DemoErrors

    reports, mistakes = _reports(demos, update=update)
    text = WRITERS[format](reports)
    (output.write if format == "text" else output.write_document)([text])
    if mistakes:
        raise DemoErrors(mistakes)
    return 0 if all(report.holds for report in reports) else 1


def _reports(sources: Sequence[str], *, update: bool) -> tuple[list[Report], list[NablastepError]]:
    """The reports of the demos that could be played, and the mistakes of the others."""
    from nablastep.demo.problems import DemoErrors
    from nablastep.errors import NablastepError

    reports: list[Report] = []
    mistakes: list[NablastepError] = []
    for source in sources:
        try:
            reports.append(_updated(source) if update else _report(source))
        except DemoErrors as errors:
            mistakes += errors.errors
        except NablastepError as error:
            mistakes.append(error)
    return reports, mistakes


def _report(source: str) -> Report:
    from nablastep.demo.check import check_opened, needs_screen
    from nablastep.demo.opening import open_demo

    opened = open_demo(source)
    tell_notes(opened.network, source)
    tell_long_captions(opened)
    return _report_on_screen(opened) if needs_screen(opened) else check_opened(opened)


def _updated(source: str) -> Report:
    """The report after what was found has been written into the files."""
    from nablastep.demo.check import write_found_numbers

    updated = write_found_numbers(_report(source).outcomes)
    return replace(_report(source), updated=updated)


def _report_on_screen(opened: OpenDemo) -> Report:
    from nablastep_tui.studio.demo_capture import check_on_screen

    return check_on_screen(opened)
