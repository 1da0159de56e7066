"""The command line. Each command is a module of `commands`; this one puts them together and catches what they raise.

Imports neither NumPy nor Textual: `--help`, `--version` and misspelt commands answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nablastep_tui.commands import (
    check,
    demos,
    doctor,
    export,
    gradcheck,
    keys,
    networks,
    play,
    quiz,
    record,
    run,
    trace,
    why,
)
from nablastep_tui.error_border import WrongUseError, report
from nablastep_tui.options import near
from nablastep_tui.output import finish, give_up, open_closed_streams
from nablastep_tui.version import own_version

COMMAND_MODULES = (run, trace, why, quiz, gradcheck, play, check, record, export, demos, networks, keys, doctor)

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class _Commands(TyperGroup):
    """Says what a misspelt command may have meant."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in self.commands and not ctx.resilient_parsing:
            suggestion = near(name, tuple(self.commands))
            if not suggestion and (name.endswith(".toml") or "/" in name):
                raise WrongUseError(f"unknown command {name!r}", f"to open a network, write 'nablastep run {name}'")
            raise WrongUseError(f"unknown command {name!r}{suggestion}", f"commands: {', '.join(self.commands)}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nablastep {own_version()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def nablastep(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; works anywhere.")] = False,
) -> int:
    """Step through back-propagation one equation at a time, forwards and backwards, with live numbers.

    Without a command: nablastep run mazur.

    \b
    Examples:
      nablastep
      nablastep run xor
      nablastep trace mazur
    """
    return run.run() if context.invoked_subcommand is None else 0


for module in COMMAND_MODULES:
    module.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (without the program's name; sys.argv if left out); returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = words[: words.index("--")] if "--" in words else words
    debug = "--debug" in options
    words = [word for word in options if word != "--debug"] + words[len(options) :]
    _prepare()
    try:
        result = app(args=words, prog_name="nablastep", standalone_mode=False)
        _complete()
        code = result if isinstance(result, int) else 0
    except (BrokenPipeError, SystemExit):
        code = 0  # the reader has left; Typer and Rich leave at once
    except (Exception, KeyboardInterrupt) as problem:
        code = report(problem, debug=debug)
    finish()
    return code


def _complete() -> None:
    """Whether all that was printed has arrived is part of having done it."""
    failure = finish()
    if failure is not None:
        give_up(failure)


def _prepare() -> None:
    # One thread: small products gain nothing from more, and replay gives the same bits only with the same number.
    open_closed_streams()
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
