"""`nablastep quiz`: judges a formula for a step: 0 right, 1 wrong with the cause, 2 unreadable."""

from __future__ import annotations

from typing import Annotated

import typer

from nablastep_tui import output
from nablastep_tui.options import Convention, Source, step_id


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quiz")(quiz)


def quiz(
    source: Source,
    step: Annotated[str, step_id("A step, such as grad_W1.", updates=True)],
    answer: Annotated[
        str, typer.Option("--answer", metavar="FORMULA", help="The formula, with or without its left side.")
    ],
    convention: Convention = None,
) -> int:
    """Judge a formula for a step: first its shape, then its value on random networks, then the usual slips.

    The exit code is 0 if it is right, 1 if it is wrong, 2 if it cannot be read.

    \b
    Examples:
      nablastep quiz mazur grad_a1 --answer "W1.T @ grad_z2"
      nablastep quiz mazur grad_W1 --answer "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ"
    """
    import nablastep as ns
    from nablastep.judge import judge

    verdict = judge(ns.open(source), step, answer, convention)
    if verdict.right:
        output.write(("right\n",))
        return 0
    output.write((f"wrong: {verdict.message}\n", f"hint: {verdict.hint}\n"))
    return 1
