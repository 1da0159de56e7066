"""The arguments and options that several commands share, with their checks and completions.

The names stand here a second time so that help and mistakes need no NumPy; a test compares them with the core's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from nablastep_tui.cli.error_border import WrongUseError

CONVENTIONS = ("column", "column-transposed", "row-keras", "row-pytorch")
TRACE_FORMATS = ("text", "json", "markdown", "latex", "python", "pytorch", "html")
THEMES = ("dark", "light", "high-contrast")
GLYPH_SETS = ("unicode", "safe", "ascii")


def notation_names() -> tuple[str, ...]:
    """The notations by name, read from their sources: a notation is one file, and importing one would load NumPy."""
    import importlib.util

    from nablastep.files.reading import read_text

    package = importlib.util.find_spec("nablastep")
    folder = Path(package.origin or "").parent / "notation" if package else Path()
    texts = [read_text(path, str(path)) for path in sorted(folder.glob("*.py"))]
    names = [found[1] for text in texts if "\nNOTATION = " in text and (found := _NOTATION_NAME.search(text))]
    return tuple(sorted(names, key=lambda name: (name != "unicode", name)))


_NOTATION_NAME = re.compile(r'^    name = "([a-z]+)"$', re.MULTILINE)


def near(word: str, names: Sequence[str]) -> str:
    """`; did you mean 'trace'?` for a near miss, empty for anything else."""
    import difflib

    found = difflib.get_close_matches(word.lower(), names, n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def choice(option: str, names: tuple[str, ...], summary: str) -> Any:
    """An option that takes one of the names; anything else is an error that lists them."""

    def checked(value: str | None) -> str | None:
        if value is not None and value not in names:
            suggestion = near(value, names)
            known = f"{option} takes {', '.join(names)}"
            raise WrongUseError(
                f"{option}: unknown {value!r}{suggestion or '; ' + known}", known if suggestion else None
            )
        return value

    def completed(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return typer.Option(
        option, metavar="NAME", callback=checked, autocompletion=completed, help=f"{summary}: {', '.join(names)}."
    )


def count_from_one(option: str, summary: str) -> Any:
    """An option that takes a whole number from 1."""

    def parsed(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            raise WrongUseError(f"{option}: not a whole number: {text!r}") from None
        if value < 1:
            raise WrongUseError(f"{option} counts from 1, found {value}")
        return value

    return typer.Option(option, metavar="N", parser=parsed, help=summary)


def complete_source(incomplete: str) -> list[str]:
    """Built-in networks, and network files and folders that begin so."""
    from nablastep.files.built_in import network_names

    folder, _, start = incomplete.rpartition("/")
    prefix = f"{folder}/" if folder or incomplete.startswith("/") else ""
    found = [f"{prefix}{path.name}/" for path in _entries(prefix or ".", start) if path.is_dir()]
    found += [f"{prefix}{path.name}" for path in _entries(prefix or ".", start) if path.suffix == ".toml"]
    return [name for name in network_names() if name.startswith(incomplete)] + sorted(found)


def step_id(summary: str, *, updates: bool) -> Any:
    """The argument with a step's id, completed for the network that stands before it; `updates` offers those too."""

    def completed(ctx: typer.Context, incomplete: str) -> list[str]:
        import nablastep as ns
        from nablastep.program import UPDATE

        try:
            program = ns.open(ctx.params["source"]).program
        except Exception:  # nothing to offer is all that a shell in mid-line can be told
            return []
        ids = [step.id for step in program.steps if updates or step.phase != UPDATE]
        return [name for name in dict.fromkeys([*ids, *program.views]) if name.startswith(incomplete)]

    return typer.Argument(metavar="ID", autocompletion=completed, help=summary)


def _entries(folder: str, start: str) -> list[Path]:
    try:
        return [path for path in Path(folder).iterdir() if path.name.startswith(start) and path.name[:1] != "."]
    except OSError:
        return []


Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", autocompletion=complete_source, help="A built-in network's name or a network file."
    ),
]
LayersFrom = Annotated[
    int,
    typer.Option(
        "--layers-from", metavar="N", min=0, max=1, help="Where the marks of W and b begin to count: 0 or 1 (W1 first)."
    ),
]
Convention = Annotated[
    str | None, choice("--convention", CONVENTIONS, "How equations and values are oriented (default: the network's)")
]
