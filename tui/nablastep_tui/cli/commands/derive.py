"""`nablastep derive`: the derivative of an expression, with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from nablastep_tui.cli import output
from nablastep_tui.cli.options import choice, notation_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nablastep.deriving.kinds import Kind

ROUTES = ("index", "jacobian", "differential", "all", "none")
LAYOUTS = ("numerator", "denominator")
FORMATS = ("text", "json", "latex", "markdown", "python", "pytorch")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("derive", cls=_WithExpression)(derive)


class _WithExpression(TyperCommand):
    """A command whose argument may begin with a minus sign, as -sum(y * ln(p)) does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--" in args:
            return super().parse_args(ctx, args)
        options = {option: parameter for parameter in self.params for option in parameter.opts}
        known = {*options, *ctx.help_option_names}
        rest: list[str] = []
        expressions: list[str] = []
        is_value = False
        for word in args:
            minus = word.startswith("-") and not word.startswith("--") and word not in known
            (expressions if minus and not is_value else rest).append(word)
            parameter = None if is_value else options.get(word)
            is_value = isinstance(parameter, TyperOption) and not parameter.is_flag
        return super().parse_args(ctx, [*rest, "--", *expressions] if expressions else rest)


def derive(
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", help="Such as 'sum((X w - y)^2)'.")],
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="NAME", help="By which variable; again for more; none: by all.")
    ] = None,
    shape: Annotated[
        list[str] | None, typer.Option("--shape", metavar="KINDS", help="Such as 'X=m×n, w=n, s=1, A=symmetric n×n'.")
    ] = None,
    let: Annotated[
        list[str] | None, typer.Option("--let", metavar="NUMBERS", help="Such as 'w=[1,2,3], s=0.5'.")
    ] = None,
    with_file: Annotated[
        Path | None, typer.Option("--with", metavar="FILE", help="Numbers from a .npz file, by name.")
    ] = None,
    layout: Annotated[str, choice("--layout", LAYOUTS, "How Jacobians lie")] = "numerator",
    seed: Annotated[
        str | None,
        typer.Option("--seed", metavar="NAME", help="The vector-Jacobian product with an array of this name."),
    ] = None,
    second: Annotated[bool, typer.Option("--second", help="The Hessian too, and its product with a vector.")] = False,
    symmetric: Annotated[
        bool, typer.Option("--symmetric", help="By a symmetric matrix whose two halves move together.")
    ] = False,
    form: Annotated[bool, typer.Option("--form", help="Show the steps of the simplification.")] = False,
    route: Annotated[str, choice("--route", ROUTES, "Which way to the answer")] = "all",
    format_name: Annotated[str, choice("--format", FORMATS, "What to print")] = "text",
    notation: Annotated[str | None, choice("--notation", notation_names(), "How formulas are written")] = None,
    on_stage: Annotated[
        bool, typer.Option("--open", help="Step through it on the stage: t1, t2, … forward, then backward.")
    ] = False,
) -> int:
    """Find the derivative of anything, with the reason.

    Capital letters are matrices, small ones column vectors, Greek ones and numbers scalars.
    Three routes lead to the answer, every line is evaluated on numbers, and differences prove it.

    \b
    Examples:
      nablastep derive "sum((X w - y)^2) + lambda sum(w^2)" --by w
      nablastep derive "tr(A X B)" --by X --route differential
      nablastep derive "softmax(z)" --layout denominator
      nablastep derive "logdet(A)" --shape "A=positive definite" --symmetric
      nablastep derive "sum(tanh(A x)^2)" --by x --open
    """
    from nablastep.deriving.answer import answered, routes_named
    from nablastep.deriving.derivation import Asked
    from nablastep.deriving.documents import document
    from nablastep.deriving.kinds import declared
    from nablastep.deriving.kinds import let as numbers

    values: dict[str, Any] = {} if with_file is None else _from_file(with_file, expression)
    values.update(numbers(", ".join(let or [])))
    kinds = declared(", ".join(shape or []))
    if on_stage:
        return _opened(expression, by, kinds, values, seed)
    answer = answered(expression, by, kinds, values, Asked(layout, seed, symmetric, second, routes_named(route)))
    ascii_only = format_name == "text" and not output.can_show("∇ᵀ⊙⟨⟩Σ∂ᵢ✓‖")
    text = document(answer, format_name, notation=notation or ("ascii" if ascii_only else "unicode"), form=form)
    (output.write if format_name == "text" else output.write_document)((text,))
    return 0 if answer.holds else 1


def _opened(
    expression: str, by: list[str] | None, kinds: Mapping[str, Kind], values: Mapping[str, Any], seed: str | None
) -> int:
    """The stage, with the expression as a network of equations."""
    from nablastep_tui.cli.terminal import need_terminal, prepare_for_textual
    from nablastep_tui.scene.derived import Question

    # What cannot stand on the stage is told before the screen is built.
    session = Question(expression, tuple(by or ()), kinds, values, seed).session()
    need_terminal("derive --open", "without --open the derivation is printed")
    prepare_for_textual()
    from nablastep_tui.studio.live import run_app

    return run_app(session, None)


def _from_file(path: Path, expression: str) -> dict[str, Any]:
    """The arrays of a file that the expression names."""
    from nablastep.deriving.kinds import DeriveError, number_array
    from nablastep.deriving.reading import names_in
    from nablastep.files.array_formats import listed, stored_arrays

    arrays = stored_arrays(path, str(path))
    found = {name: number_array(name, arrays[name]) for name in names_in(expression) if name in arrays}
    if not found:
        raise DeriveError(f"--with {path}: none of its arrays is in the expression", hint=f"it holds {listed(arrays)}")
    return found
