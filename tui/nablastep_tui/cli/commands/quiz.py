"""`nablastep quiz`: judges a formula or numbers for a step: 0 right, 1 wrong with the cause, 2 unreadable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nablastep_tui.cli import output
from nablastep_tui.cli.error_border import WrongUseError
from nablastep_tui.cli.noted import open_noted
from nablastep_tui.cli.options import Convention, LayersFrom, complete_source, step_id

if TYPE_CHECKING:
    from nablastep.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quiz")(quiz)


def quiz(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE", autocompletion=complete_source, help="A built-in network's name or a network file."
        ),
    ] = None,
    step: Annotated[str | None, step_id("A step, such as grad_W1.", updates=True)] = None,
    answer: Annotated[
        str | None,
        typer.Option("--answer", metavar="FORMULA", help="The formula, with or without its left side; or numbers."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--with", metavar="EQUATION", help="An equation of your own that the answer builds on; may be repeated."
        ),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch", metavar="FILE", help="Judge a CSV file with the columns source, id and answer; prints CSV."
        ),
    ] = None,
    convention: Convention = None,
    layers_from: LayersFrom = 0,
    expression: Annotated[
        str | None,
        typer.Option("--expression", metavar="EXPRESSION", help="Ask for its derivative, without a network."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="With --expression: by which variable.")
    ] = None,
    shape: Annotated[
        str, typer.Option("--shape", metavar="KINDS", help="With --expression: such as 'X=m×n, s=1'.")
    ] = "",
) -> int:
    """Judge a formula for a step: first its shape, then its value on random networks, then the usual slips.

    The exit code is 0 if it is right, 1 if it is wrong, 2 if it cannot be read.

    \b
    Examples:
      nablastep quiz mazur grad_a1 --answer "W1.T @ grad_z2"
      nablastep quiz mazur grad_W1 --answer "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ"
      nablastep quiz mazur grad_W1 --answer "[[0.0822, 0.0827], [-0.0226, -0.0227]]"
      nablastep quiz ng-ex4 grad_W1 --with "grad_z2 = a2 - y" --answer "1/m grad_z2 a1.T"
      nablastep quiz --batch answers.csv > judged.csv
      nablastep quiz --expression "norm(A x - b)^2" --by x --answer "2 A.T (A x - b)"
    """
    import nablastep as ns
    from nablastep.judge import judge

    if batch is not None:
        from nablastep.judging.batch import judged_table

        output.write((judged_table(batch, convention, layers_from=layers_from),))
        return 0
    if expression is not None:
        return _of_expression(expression, by, shape, answer)
    for name, value in (("SOURCE", source), ("ID", step), ("--answer", answer)):
        if value is None:
            raise WrongUseError(f"missing {name}", 'nablastep quiz mazur grad_a1 --answer "W1.T @ grad_z2"')
    assert source is not None
    assert step is not None
    assert answer is not None
    session = open_noted(source)
    try:
        verdict = judge(session, step, answer, convention, given=given or (), layers_from=layers_from)
    except ns.NablastepError as error:
        error.hint = _offer(session, step, answer, convention) or error.hint if layers_from == 0 else error.hint
        raise
    if verdict.right:
        output.write((f"{verdict.message}\n", f"note: {verdict.remark}\n" if verdict.remark else ""))
        return 0
    offer = _offer(session, step, answer, convention) if layers_from == 0 else ""
    output.write((f"wrong: {verdict.message}\n", f"hint: {verdict.hint}\n", f"note: {offer}\n" if offer else ""))
    return 1


def _of_expression(expression: str, by: str | None, shape: str, formula: str | None) -> int:
    """The same for the derivative of an expression."""
    import nablastep as ns
    from nablastep.deriving.judged import judged

    if formula is None:
        raise WrongUseError("missing --answer", 'nablastep quiz --expression "x^T A x" --by x --answer "(A + A.T) x"')
    found = judged(ns.derive(expression, by, shape=shape, route="none"), formula)
    output.write((f"{found.message}\n",) if found.right else (f"wrong: {found.message}\n", f"hint: {found.hint}\n"))
    return 0 if found.right else 1


def _offer(session: Session, step: str, answer: str, convention: str | None) -> str:
    """What to say if the answer is right where W and b are counted from 1."""
    from nablastep.errors import NablastepError
    from nablastep.judge import judge

    try:
        right = judge(session, step, answer, convention, layers_from=1).right
    except NablastepError:
        return ""
    return "this is right where the first layer's weights are W1: say --layers-from 1" if right else ""
