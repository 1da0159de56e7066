"""The one place where a mistake becomes words on stderr and an exit code; nothing else in the program prints errors.

Knows the mistakes of the core, those of the command line and Typer's by what they offer, and never shows a traceback
unless it is asked to. What it prints stays below LONGEST_REPORT, whatever was found in whichever file.
"""

from __future__ import annotations

import contextlib
import errno
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from nablastep.safe_text import shortened, shown

WRONG_USE = 2
INTERRUPTED = 130
_EXTRA_ARGUMENTS = re.compile(r"unexpected extra argument[^(]*(?:\(s\) )?\((.+)\)$")
MOST_TOLD = 20
LONGEST_REPORT = 4000
"""Bytes of all that is told at once."""
CRASH = 70  # EX_SOFTWARE of sysexits.h: a mistake of the program, not of its user


class WrongUseError(Exception):
    """The command line asks for something that there is not. `hint` is one more sentence on what there is."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def report(problem: BaseException, *, debug: bool = False) -> int:
    """Print the problem to stderr as `nablastep: place: message` with its hint under it; returns the exit code."""
    if debug:
        import traceback

        _print("".join(traceback.format_exception(problem)).rstrip(), keep="\n")
    if isinstance(problem, KeyboardInterrupt):
        return INTERRUPTED
    for line in _lines(_told(problem)):
        _print(line)
    return WRONG_USE if _is_known(problem) else CRASH


def _lines(mistakes: list[tuple[str, str | None]]) -> Iterator[str]:
    """A line for each mistake and one for its hint, as many as there is room for, and how many are left."""
    room, told, last_hint = LONGEST_REPORT, 0, None
    for message, hint in mistakes[:MOST_TOLD]:
        lines = [f"nablastep: {message}", *([f"  hint: {hint}"] if hint and hint != last_hint else [])]
        lines = [_fitting(line, LONGEST_REPORT // 2) for line in lines]
        room -= _size(lines)
        if told and room < 0:
            break
        yield from lines
        told, last_hint = told + 1, hint
    left = len(mistakes) - told
    if left:
        yield f"nablastep: and {left} more {'errors' if left > 1 else 'error'}"


def _fitting(line: str, most: int) -> str:
    """The line, safe to show, its middle left out where it has more bytes than there is room for."""
    safe = shortened(shown(line))
    size = _size([safe])
    return safe if size <= most else shortened(safe, len(safe) * (most - 8) // size)


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)


def _told(problem: BaseException) -> list[tuple[str, str | None]]:
    """Each mistake as its message and hint."""
    if isinstance(problem, WrongUseError):
        return [(problem.message, problem.hint)]
    if _is_user_mistake(problem):
        several: tuple[Any, ...] = getattr(problem, "errors", (problem,))
        return [(str(mistake), mistake.hint) for mistake in several]
    if _is_from_typer(problem):
        return [_usage(problem)]
    if isinstance(problem, OSError):
        if problem.errno == errno.EBADF and not problem.filename:
            return [("standard output is closed", None)]
        place = f"{problem.filename}: " if problem.filename else ""
        return [(f"{place}{problem.strerror or problem}", None)]
    if isinstance(problem, MemoryError):
        return [("there is not enough memory for this", None)]
    kind = type(problem).__name__
    return [(f"internal error: {kind}: {problem}", "this is a mistake in nablastep; --debug shows where it happened")]


def _is_known(problem: BaseException) -> bool:
    return (
        isinstance(problem, WrongUseError | OSError | MemoryError)
        or _is_user_mistake(problem)
        or _is_from_typer(problem)
    )


def _is_user_mistake(problem: BaseException) -> bool:
    # Asked of the module only if it is loaded: a misspelt option must not wait for NumPy.
    errors = sys.modules.get("nablastep.errors")
    return errors is not None and isinstance(problem, errors.NablastepError)


def _is_from_typer(problem: BaseException) -> bool:
    """Typer's usage errors have no public class of their own; these two members make them."""
    return callable(getattr(problem, "format_message", None)) and hasattr(problem, "exit_code")


def _usage(problem: Any) -> tuple[str, str | None]:
    """Typer's complaint in this program's words: the offending word first, and what there is instead."""
    context = getattr(problem, "ctx", None)
    command = context.command_path.split(" ", 1)[-1] if context is not None else "nablastep"
    hint = f"see '{context.command_path} --help'" if context is not None else None
    if hasattr(problem, "possibilities"):
        near = f"; did you mean {problem.possibilities[0]!r}?" if problem.possibilities else ""
        return f"unknown option {problem.option_name!r} of {command}{near}", hint
    parameter = getattr(problem, "param", None)
    if parameter is None:
        text = problem.format_message().strip().rstrip(".")
        extra = _EXTRA_ARGUMENTS.search(text)
        return (f"{command}: unexpected argument {extra[1]!r}" if extra else text[:1].lower() + text[1:]), hint
    name = parameter.opts[-1] if parameter.opts[-1].startswith("-") else (parameter.metavar or parameter.name.upper())
    if hasattr(problem, "param_type"):
        return f"{command} needs {name}", hint
    return f"{name}: {problem.message.strip().rstrip('.')}", hint


def _print(text: str, keep: str = "") -> None:
    """The text on stderr, safe to show: a stranger's words must not drive the terminal."""
    with contextlib.suppress(OSError, ValueError):  # nobody may be listening; the exit code still tells
        print(shown(text, keep), file=sys.stderr)
