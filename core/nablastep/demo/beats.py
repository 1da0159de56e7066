"""The beats of a demo: what is carried out at once while it plays, and how long each of them is shown.

Statements in, beats out; nothing is played here. Times are seconds at speed 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nablastep import commands
from nablastep.demo import language
from nablastep.demo.language import Statement

READING_SECONDS = 0.06
SHORTEST_READING = 2.5
PAUSE_SECONDS = 2.0
STEP_SECONDS = 0.8
LOOK_SECONDS = 0.4
CHAPTER_SECONDS = 1.2
MOST_BEATS = 60
"""`next 100` is one beat: so many steps one by one would only be waited for."""

_TALK = (language.Chapter, language.Note, language.Snap)
_LOOKS = (language.Why, language.Close, language.Focus, language.Convention, language.Notation)


@dataclass(frozen=True)
class Beat:
    """One command, or a statement that is no command, and how long it stays alone on stage.

    `place` is the index of its statement, `is_last` whether the statement ends with it.
    """

    place: int
    statement: Statement
    command: commands.Command | None
    seconds: float
    is_last: bool = True


def beats_of(statements: Iterable[Statement]) -> tuple[Beat, ...]:
    """The beats of all statements in order; `next 3` and `back 3` have three."""
    return tuple(beat for place, statement in enumerate(statements) for beat in _beats(place, statement))


def beat_count(statement: Statement) -> int:
    """How many beats the statement has."""
    return len(_beats(0, statement))


def is_step(statement: Statement) -> bool:
    """Whether something is done on stage, as opposed to told, awaited or expected."""
    is_told = isinstance(statement, (*_TALK, language.Say, language.Pause, language.Wait))
    return not is_told and statement.verb != "expect"


def reading_seconds(text: str) -> float:
    """How long a text needs to be read: 60 ms a character, at least 2.5 s."""
    return max(SHORTEST_READING, READING_SECONDS * len(text))


def _beats(place: int, statement: Statement) -> list[Beat]:
    match statement:
        case language.Next(count) if 1 < count <= MOST_BEATS:
            step: commands.Command = commands.Next()
        case language.Back(count) if 1 < count <= MOST_BEATS:
            step = commands.Back()
        case _:
            return [Beat(place, statement, command_of(statement), _seconds(statement))]
    return [Beat(place, statement, step, STEP_SECONDS, number == count) for number in range(1, count + 1)]


def command_of(statement: Statement) -> commands.Command | None:
    """The command of the one door that the statement stands for; None for all that changes no session."""
    match statement:
        case language.Next(count):
            return commands.Next(count)
        case language.Back(count):
            return commands.Back(count)
        case language.Goto(target):
            return commands.Goto(target)
        case language.GotoIteration(count):
            return commands.Goto(iteration=count)
        case language.Train(count):
            return commands.Train(count)
        case language.SetValue(target, number):
            return commands.Set(str(target), number)
        case language.Undo():
            return commands.Undo()
        case language.Redo():
            return commands.Redo()
        case language.Reset():
            return commands.Reset()
        case language.Branch(count):
            return commands.Switch(count)
    return None


def _seconds(statement: Statement) -> float:
    match statement:
        case language.Say(text):
            return reading_seconds(text)
        case language.Chapter():
            return CHAPTER_SECONDS
        case language.Pause():
            return PAUSE_SECONDS
        case language.Wait(seconds):
            return seconds
    if isinstance(statement, _LOOKS):
        return LOOK_SECONDS
    return 0.0 if command_of(statement) is None else STEP_SECONDS
