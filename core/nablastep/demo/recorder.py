"""Writes down what is done to a session, as a demo that does it again.

The file is whole and playable after every entry: it is written beside and renamed, so a killed process loses nothing.
Knows no screen; whoever records tells it what happened, and hands in the clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nablastep import commands
from nablastep.cells import parse_cell
from nablastep.demo import language
from nablastep.demo.expectation_outcomes import value_of
from nablastep.demo.formatter import statement_text
from nablastep.demo.language import Statement
from nablastep.demo.player import ViewState
from nablastep.demo.recorded_network import place_network
from nablastep.demo.references import Cell, Scalar, Value
from nablastep.demo.words import VERSION
from nablastep.errors import NetworkError
from nablastep.files.writing import write_text
from nablastep.session import Session

SHORTEST_WAIT = 0.3
LONGEST_WAIT = 3.0
EXPECTED_DIGITS = 9
_MERGED = (language.Next, language.Back, language.Train)


@dataclass(frozen=True)
class Opening:
    """What stands in the header of a recording, beside the network."""

    title: str | None = None
    size: tuple[int, int] | None = None
    convention: str | None = None
    speed: float | None = None
    theme: str | None = None


class Recorder:
    """A recording that grows: `FOLDER/session.demo`, or `session-2.demo` and so on where there are some already.

    `source` is what the session's network was opened from, a built-in name or a file, or None. `performed` is what has
    been done to the session since it was opened, for a recording that begins later; the session stands at its end.
    `from_outside` are files outside the network file's folder whose content is in the recording.
    Raises NetworkError, with the file's name, if something cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        session: Session,
        source: str | Path | None,
        *,
        opening: Opening | None = None,
        performed: Iterable[commands.Command] = (),
        clock: Callable[[], float] = time.monotonic,
        waits: bool = True,
    ) -> None:
        self.path = _new_path(folder)
        self._session = session
        self._clock = clock
        self._waits = waits
        opening = opening or Opening()
        self._view = ViewState(convention=opening.convention or session.network.convention)
        self._focus: Cell | None = None
        placed = place_network(session.network, source, folder)
        self.from_outside = placed.from_outside
        self._text = "".join(f"{statement_text(line)}\n" for line in _header(placed.name, opening)) + "\n"
        self._last_line: Statement | None = None
        self._last_start = 0
        self._iteration = 1
        for command in performed:
            self._add(self._statements(command), merge=True)
            self._iteration = 0  # unknown until the session has caught up
        self._iteration = session.position.iteration
        self._last = self._clock()
        self._write()

    # what can be recorded

    def command(self, command: commands.Command) -> None:
        """The session has carried out a command."""
        statements = self._statements(command)
        if isinstance(command, commands.Set):
            # A viewer sees which number is meant before it changes.
            statements = [*self._focus_before(parse_cell(command.cell).name), *statements]
        self._view = replace(self._view, why=False, route=None)
        self._add([*self._wait(), *statements], merge=True)
        self._iteration = self._session.position.iteration
        self._write()

    def view(self, view: ViewState) -> None:
        """How the session is looked at now; focus is written down only when something is done with the cell."""
        statements: list[Statement] = []
        if view.convention != self._view.convention:
            statements.append(language.Convention(view.convention))
        if view.notation != self._view.notation:
            statements.append(language.Notation(view.notation))
        if view.why and (not self._view.why or view.route != self._view.route):
            statements.append(language.Why(view.route))
        elif self._view.why and not view.why:
            statements.append(language.Close())
        self._view = replace(view, focused=self._view.focused)
        self._focus = view.focus
        if statements:
            self._add([*self._wait(), *statements])
            self._write()

    def say(self, text: str) -> None:
        """A caption."""
        self._tell(language.Say(text))

    def chapter(self, title: str) -> None:
        """A chapter."""
        self._tell(language.Chapter(title))

    def expect(self, value: Value) -> None:
        """The number that the value has now, to nine digits. NotComputed if there is none yet."""
        number = float(f"{value_of(value, self._session):.{EXPECTED_DIGITS}g}")
        focus = self._focus_before(value.name) if isinstance(value, Cell) else []
        self._tell(*focus, language.ExpectValue(value, "~", number))

    def statement(self, statement: Statement) -> None:
        """A statement of a demo that is being played: it stands in the recording as it is."""
        self._add([statement])
        self._iteration = self._session.position.iteration
        self._last = self._clock()
        self._write()

    # how it becomes lines

    def _tell(self, *statements: Statement) -> None:
        """Write what the author adds; the time it took to type is no part of the session."""
        self._add(statements)
        self._last = self._clock()
        self._write()

    def _wait(self) -> list[Statement]:
        """The time since the last entry, as a wait; nothing if it was short."""
        now = self._clock()
        gap, self._last = now - self._last, now
        if not self._waits or gap < SHORTEST_WAIT:
            return []
        return [language.Wait(round(min(gap, LONGEST_WAIT), 1))]

    def _focus_before(self, name: str) -> list[Statement]:
        cell = self._focus
        is_meant = cell is not None and cell.name in {name, f"grad_{name}"}
        if cell is None or not is_meant or cell in self._view.focused:
            return []
        others = tuple(other for other in self._view.focused if other.name != cell.name)
        self._view = replace(self._view, focused=(*others, cell))
        return [language.Focus(cell)]

    def _statements(self, command: commands.Command) -> list[Statement]:
        """The lines that carry out the command again."""
        match command:
            case commands.Next(count):
                return [language.Next(count)]
            case commands.Back(count):
                return [language.Back(count)]
            case commands.Train(count):
                return [language.Train(count)]
            case commands.Goto():
                return self._goto(command)
            case commands.Set(cell, value):
                return [language.SetValue(_target(cell), float(value))]
            case commands.Undo():
                return [language.Undo()]
            case commands.Redo():
                return [language.Redo()]
            case commands.Reset():
                return [language.Reset()]
            case commands.Switch(branch):
                return [language.Branch(branch)]

    def _goto(self, command: commands.Goto) -> list[Statement]:
        if command.target is not None:
            return [language.Goto(command.target)]
        statements: list[Statement] = []
        if command.iteration is not None and (command.iteration != self._iteration or not command.step):
            statements.append(language.GotoIteration(command.iteration))
        steps = self._session.program.steps
        if command.step == len(steps):
            statements.append(language.Goto("end"))
        elif command.step:
            statements.append(language.Goto(steps[command.step - 1].id))
        elif command.iteration is None:
            statements.append(language.Goto("start"))
        return statements

    def _add(self, statements: Iterable[Statement], *, merge: bool = False) -> None:
        """Put lines at the end; steps that follow one another at once become one line with their count."""
        for statement in statements:
            last = self._last_line
            if merge and isinstance(last, _MERGED) and type(last) is type(statement):
                assert isinstance(statement, _MERGED)
                statement = replace(last, count=last.count + statement.count)
                self._text = self._text[: self._last_start]
            self._last_line, self._last_start = statement, len(self._text)
            self._text += _text(statement)

    def _write(self) -> None:
        write_text(self.path, self._text)


def _new_path(folder: Path) -> Path:
    """The first of session.demo, session-2.demo, … in the folder for which there is neither a demo nor a cast."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise NetworkError(f"cannot be made a folder: {problem.strerror or problem}", file=str(folder)) from None
    path, number = folder / "session.demo", 1
    while os.path.lexists(path) or os.path.lexists(path.with_suffix(".cast")):
        number += 1
        path = folder / f"session-{number}.demo"
    return path


def _text(statement: Statement) -> str:
    chapter_gap = "\n" if isinstance(statement, language.Chapter) else ""
    return f"{chapter_gap}{statement_text(statement)}\n"


def _target(cell: str) -> Value:
    parsed = parse_cell(cell)
    return Cell(parsed.name, parsed.indices) if parsed.indices else Scalar(parsed.name)


def _header(network: str, opening: Opening) -> Iterable[Statement]:
    yield language.DemoVersion(VERSION)
    if opening.title:
        yield language.Title(opening.title)
    yield language.NetworkName(network)
    if opening.convention:
        yield language.Convention(opening.convention)
    if opening.size:
        yield language.Size(*opening.size)
    if opening.speed:
        yield language.Speed(opening.speed)
    if opening.theme:
        yield language.Theme(opening.theme)
