"""The generated pages of this folder: the man page from the commands' own help, the Python API from its docstrings.

python docs/make_reference.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import typer

import nablastep as ns
from nablastep_tui.cli.main import COMMANDS, app

FOLDER = Path(__file__).parent


def man_page() -> str:
    """nablastep.1, in roff."""
    group = typer.main.get_command(app)
    context = group.make_context("nablastep", ["--help"], resilient_parsing=True)
    lines = [
        '.TH NABLASTEP 1 "" "nablastep" "User Commands"',
        ".SH NAME",
        "nablastep \\- step through back\\-propagation one equation at a time",
        ".SH SYNOPSIS",
        ".B nablastep",
        "[COMMAND] [OPTIONS]",
        ".SH DESCRIPTION",
        "Without a command it opens the built\\-in network mazur on the interactive stage.",
        ".SH COMMANDS",
    ]
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        inner = command.make_context(f"nablastep {name}", [], parent=context, resilient_parsing=True)
        lines += _command(f"nablastep {name}", command.get_help(inner))
    exits = ("0 done", "1 the thing asked about does not hold", "2 wrong use or bad input", "130 interrupted")
    lines += [".SH EXIT STATUS", *(line for text in exits for line in (".TP", *text.split(" ", 1)))]
    return "\n".join(lines) + "\n"


def _command(name: str, text: str) -> Iterator[str]:
    """One command's help, as it prints it."""
    yield f".SS {_roff(name)}"
    yield ".nf"
    for line in text.splitlines()[1:]:
        yield _roff(line.removeprefix("  ").rstrip())
    yield ".fi"


def _roff(text: str) -> str:
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain[:1] in {".", "'"} else plain


def python_api() -> str:
    """python-api.md: every public name with its signature and docstring."""
    parts = ["# The Python API\n\n`import nablastep as ns`. Made from the docstrings by `docs/make_reference.py`.\n"]
    for name in (name for name in dir(ns) if not name.startswith("__")):
        parts.append(f"## {name}\n\n{_entry(name, getattr(ns, name))}")
    return "\n".join(parts)


def _entry(name: str, thing: object) -> str:
    text = f"```python\n{_signature(name, thing)}\n```\n\n{_words(thing)}\n"
    if inspect.isclass(thing) and not issubclass(thing, Exception):
        for word, member in sorted(vars(thing).items()):
            member = member.__func__ if isinstance(member, classmethod) else member
            if not word.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                text += f"\n- **`{_signature(word, member)}`**: {' '.join(_words(member).split())}\n"
    return text


def _signature(name: str, thing: object) -> str:
    if isinstance(thing, property):
        return name
    try:
        found = str(inspect.signature(thing))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return name
    return name + re.sub(r"\(self(, )?|\(cls(, )?", "(", found).replace("'", "")


def _words(thing: object) -> str:
    return inspect.getdoc(thing) or ""


def main() -> None:
    """Write both."""
    (FOLDER / "nablastep.1").write_text(man_page(), encoding="utf-8")
    (FOLDER / "python-api.md").write_text(python_api(), encoding="utf-8")


if __name__ == "__main__":
    main()
