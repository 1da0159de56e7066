"""The command line. Each command is a module of `commands`, loaded when it is called; what it raises is caught here.

Imports neither NumPy nor Textual: `--help`, `--version` and misspelt commands answer at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from nablastep.safe_text import shown
from nablastep_tui import progress
from nablastep_tui.cli.error_border import WrongUseError, report
from nablastep_tui.cli.options import near
from nablastep_tui.cli.output import finish, give_up, open_closed_streams
from nablastep_tui.version import own_version

COMMANDS = {
    "run": "run",
    "trace": "trace",
    "why": "why",
    "derive": "derive",
    "quiz": "quiz",
    "compare": "compare",
    "gradcheck": "gradcheck",
    "play": "play",
    "check": "check",
    "record": "record",
    "export": "export",
    "new": "new",
    "demos": "demos",
    "networks": "networks",
    "keys": "keys",
    "schema": "schema",
    "doctor": "doctor",
    "demo": "demos",
}
"""The commands in the order in which they are listed, and the module of `commands` that has each."""

LONGEST_WORD = 40
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class _Commands(TyperGroup):
    """The commands, each made when it is asked for; says what a misspelt one may have meant."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            registry = typer.Typer(rich_markup_mode=None)
            importlib.import_module(f"nablastep_tui.cli.commands.{COMMANDS[cmd_name]}").register(registry)
            self.commands.update(get_group(registry).commands)
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            suggestion = near(name, tuple(COMMANDS))
            if not suggestion and (name.endswith(".toml") or "/" in name):
                raise WrongUseError(f"unknown command {name!r}", f"to open a network, write 'nablastep run {name}'")
            raise WrongUseError(f"unknown command {name!r}{suggestion}", f"commands: {', '.join(COMMANDS)}")
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
    if context.invoked_subcommand is not None:
        return 0
    from nablastep_tui.cli.commands.run import run

    return run()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (without the program's name; sys.argv if left out); returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = words[: words.index("--")] if "--" in words else words
    debug = "--debug" in options
    words = [word for word in options if word != "--debug"] + words[len(options) :]
    _prepare()
    progress.start(_work_named_by(words))
    try:
        result = app(args=words, prog_name="nablastep", standalone_mode=False)
        _complete()
        code = result if isinstance(result, int) else 0
    except (BrokenPipeError, SystemExit):
        code = 0  # the reader has left; Typer and Rich leave at once
    except (Exception, KeyboardInterrupt) as problem:
        progress.stop()
        code = report(problem, debug=debug)
    progress.stop()
    finish()
    return code


def _work_named_by(words: list[str]) -> str:
    """The command and what it is about, in short, for progress."""
    return shown(" ".join(word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}…" for word in words[:2]))


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
