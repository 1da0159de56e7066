"""`nablastep trace`: every step as text or as a document, on stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.document_options import Fragment, NoValues, check_document_options
from nablastep_tui.cli.options import TRACE_FORMATS, Convention, Source, choice, count_from_one, notation_names

_SAMPLE = "∇⁽¹⁾ᵀ⊙⊘−½Σ⎡⎢⎣⎛⋮⋱…×─"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trace")(trace)


def trace(
    source: Source,
    iterations: Annotated[int, count_from_one("--iterations", "How many iterations.")] = 1,
    convention: Convention = None,
    notation: Annotated[
        str | None, choice("--notation", notation_names(), "How the text writes equations (default: unicode)")
    ] = None,
    format_name: Annotated[str, choice("--format", TRACE_FORMATS, "What to print")] = "text",
    why: Annotated[bool, typer.Option("--why", help="Derive each backward equation, line by line.")] = False,
    no_values: NoValues = False,
    fragment: Fragment = False,
) -> None:
    """Print every step: its equation, its shapes, its numbers.

    \b
    Examples:
      nablastep trace mazur --why
      nablastep trace xor --format python > proof.py && python proof.py
      nablastep trace mazur --notation spoken
      nablastep trace mazur --format latex --fragment --no-values > equations.tex
    """
    import nablastep as ns
    from nablastep.trace import Trace, text_lines, written

    check_document_options({format_name}, no_values=no_values, fragment=fragment)
    steps = Trace(ns.open(source), convention=convention, iterations=iterations, why=why, values=not no_values)
    if format_name != "text":
        output.write_document(written(steps, format_name, fragment=fragment))
        return
    chosen = notation or ("unicode" if output.can_show(_SAMPLE) else "ascii")
    output.write_lines(text_lines(steps, notation=chosen, width=output.width()))
