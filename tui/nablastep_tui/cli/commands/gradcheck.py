"""`nablastep gradcheck`: the gradients of the program against numeric ones, a line a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.noted import open_noted
from nablastep_tui.cli.options import Source

if TYPE_CHECKING:
    from nablastep.checks import ParameterCheck
    from nablastep.session import Session
    from nablastep.trace import Line

MOST_KINKS = 8


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gradcheck")(gradcheck)


def gradcheck(source: Source) -> int:
    """Check the gradients against numeric ones.

    A gradient holds if it agrees to 1e-6; if one does not, the exit code is 1.
    Entries next to a kink, such as the 0 of a relu, are left out and counted.

    \b
    Example:
      nablastep gradcheck mazur-bug
    """
    from nablastep.checks import gradient_check

    session = open_noted(source)
    checks = gradient_check(session)
    output.write_lines((*_lines(checks), *_kinks(session)))
    return 0 if all(check.holds for check in checks) else 1


def _lines(checks: tuple[ParameterCheck, ...]) -> Iterator[Line]:
    from nablastep.trace import Span

    marks = ("✓", "✗", "–") if output.can_show("✓✗–") else ("ok", "FAILS", "-")
    longest = max(len(check.id) for check in checks)
    for check in checks:
        mark = Span(marks[0], "holds") if check.holds else Span(marks[1], "fails")
        if not check.is_checked:
            mark = Span(marks[2], "note")
        yield (Span(check.id.ljust(longest + 2), "name"), mark, Span(f"  {_account(check)}"))


def _kinks(session: Session) -> Iterator[Line]:
    """Where the arguments of activations stand at kinks, or would but for rounding."""
    from nablastep.kinks import places
    from nablastep.trace import Span
    from nablastep.words import kink_sentence

    found = list(places(session))
    for cell, kinked, exact in found[:MOST_KINKS]:
        yield (Span(kink_sentence(str(cell), kinked.kink, kinked.function, exact), "note"),)
    if len(found) > MOST_KINKS:
        yield (Span(f"and {len(found) - MOST_KINKS} more like these", "note"),)


def _account(check: ParameterCheck) -> str:
    if not check.is_checked:
        count = "its one entry lies" if check.kinks.size == 1 else f"all {check.kinks.size} entries lie"
        return f"not checked: {count} at a kink, where no difference quotient tells the slope"
    text = f"largest error {check.error:.1e} by difference quotients"
    if check.complex_error is not None:
        text += f", {check.complex_error:.1e} by the complex step"
    kinks = int(check.kinks.sum())
    if kinks:
        text += f", {kinks} at a kink left out"
    if not check.holds:
        from nablastep.cells import Cell

        found, expected = float(check.analytic[check.worst]), float(check.numeric[check.worst])
        text += f"; {Cell(check.id, check.worst)}: program {found:.9g}, numeric {expected:.9g}"
    return text
