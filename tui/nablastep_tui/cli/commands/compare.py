"""`nablastep compare`: one's own numbers beside the network's: 0 all right, 1 something wrong, 2 unreadable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.noted import open_noted
from nablastep_tui.cli.options import Convention, LayersFrom, Source

if TYPE_CHECKING:
    from nablastep.judging.comparison import Comparison
    from nablastep.trace import Line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    source: Source,
    values: Annotated[
        str, typer.Argument(metavar="VALUES", help="A text of lines NAME = NUMBERS, or a .csv, .json or .npz file.")
    ],
    convention: Convention = None,
    layers_from: LayersFrom = 0,
) -> int:
    """Compare your own numbers with the network's, to the digits given.

    Says of each quantity whether it is right, which one is the first in the order of the program that is wrong, and the
    slip that explains it. The exit code is 0 if all are right, 1 if one is wrong, 2 if the file cannot be read.

    \b
    Example:
      nablastep compare mazur mine.txt      (a line of it: grad_W1 = [[0.0822, 0.0827], [-0.0226, -0.0227]])
    """
    from nablastep.judging.comparison import compare as compared
    from nablastep.judging.comparison import read_values

    found = compared(open_noted(source), read_values(values), convention, layers_from=layers_from)
    output.write_lines(_lines(found))
    return 0 if found.first_wrong is None else 1


def _lines(found: Comparison) -> Iterator[Line]:
    from nablastep.trace import Span

    marks = ("✓", "✗") if output.can_show("✓✗") else ("ok", "WRONG")
    longest = max(len(each.id) for each in found.quantities)
    for each in found.quantities:
        mark = Span(marks[0], "holds") if each.verdict.right else Span(marks[1], "fails")
        yield (Span(each.id.ljust(longest + 2), "name"), mark, Span(f"  {each.verdict.message}"))
    first = found.first_wrong
    if first is not None:
        yield ()
        yield (Span(f"{first.id} is the first that is wrong, in the order of the program"),)
        yield (Span(f"hint: {first.verdict.hint}", "note"),)
