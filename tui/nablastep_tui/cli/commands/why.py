"""`nablastep why`: the derivation of one step's equation, as text or as a document, on stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.noted import open_noted
from nablastep_tui.cli.options import Convention, Source, choice, step_id

ROUTES = ("index", "jacobian", "differential", "all")
FORMATS = ("text", "json", "markdown", "latex")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why")(why)


def why(
    source: Source,
    step: Annotated[str, step_id("A step, such as grad_W1; forward steps work too.", updates=False)],
    route: Annotated[str, choice("--route", ROUTES, "Which way to the equation")] = "all",
    convention: Convention = None,
    format_name: Annotated[str, choice("--format", FORMATS, "What to print")] = "text",
) -> None:
    """Derive a step's equation, line by line, with the numbers of the first iteration.

    Three routes lead to it: sums over indices, Jacobians, differentials.
    Every line is evaluated and compared; a tick says that it holds.

    \b
    Examples:
      nablastep why mazur grad_W1
      nablastep why mazur grad_z2 --route jacobian --convention row-pytorch
      nablastep why mazur grad_a1 --format markdown > worksheet.md
    """
    from nablastep.derivations.rendering import why_text

    session = open_noted(source)
    session.goto("end")
    ascii_only = format_name == "text" and not output.can_show("∇⁽¹⁾ᵀ⊙⟨⟩Σ∂ᵢ✓")
    text = why_text(
        session,
        step,
        route=route,
        convention=convention,
        format=format_name,
        notation="ascii" if ascii_only else "unicode",
    )
    if format_name == "text":
        output.write((text,))
    else:
        output.write_document((text,))
