"""The verbs of the demo language: what follows each of them, as one function from cursor to statement.

Owns the table VERBS and the forms that errors name. Which verb may stand where is the loader's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from nablastep.demo import arguments, header_verbs
from nablastep.demo.expectations import read_expectation
from nablastep.demo.file_names import include_problem, snap_name_problem
from nablastep.demo.language import (
    Back,
    Branch,
    Chapter,
    Close,
    Convention,
    Focus,
    Goto,
    GotoIteration,
    Include,
    Next,
    Notation,
    Note,
    Pause,
    Redo,
    Reset,
    Say,
    SetValue,
    Snap,
    Statement,
    TextStatement,
    Theme,
    Title,
    Train,
    Undo,
    Wait,
    Why,
)
from nablastep.demo.lexer import Cursor
from nablastep.demo.numerals import number_text, read_number
from nablastep.demo.problems import did_you_mean, quoted
from nablastep.demo.references import Place, Scalar
from nablastep.demo.words import (
    CONVENTIONS,
    LONGEST_WAIT,
    NOTATIONS,
    ROUTES,
    SCALARS,
    THEMES,
)

Reader = Callable[[Cursor, Place], Statement]


def read_statement(cursor: Cursor) -> Statement:
    """The statement on this line; DemoError if there is none. The cursor is left before the comment, if any."""
    place = cursor.place()
    verb = cursor.take()
    if not verb:
        raise cursor.error(f"a line begins with a verb, found {quoted(cursor.rest())}")
    if verb not in VERBS:
        near = did_you_mean(verb, VERBS)
        raise cursor.error(f"unknown verb {quoted(verb)}{near}", 0, f"the verbs are {', '.join(VERBS)}")
    statement = VERBS[verb](cursor, place)
    arguments.end(cursor, verb)
    return statement


def _read_wait(cursor: Cursor, place: Place) -> Statement:
    if cursor.at_end():
        raise cursor.missing("the time is missing; write it in seconds, as 1.5s")
    where, word = cursor.index, cursor.take()
    try:
        seconds = read_number(word.removesuffix("s"))
    except ValueError:
        found = quoted(word or cursor.rest())
        raise cursor.error(f"{found} is not a time; write it in seconds, as 1.5s", where) from None
    if not 0 < seconds <= LONGEST_WAIT:
        bounds = f"more than 0 and at most {number_text(LONGEST_WAIT)} seconds"
        raise cursor.error(f"a wait of {number_text(seconds)} s is out of range; it takes {bounds}", where)
    return Wait(seconds, place=place)


def _read_goto(cursor: Cursor, place: Place) -> Statement:
    forms = "a step such as grad_W1, 'start', 'end' or 'iteration N'"
    if cursor.at_end():
        raise cursor.missing(f"'goto' needs {forms}")
    if cursor.peek().isdecimal():
        raise cursor.error(f"'goto' takes {forms}; did you mean 'goto iteration {cursor.peek()}'?")
    target, where = arguments.name(cursor)
    if target == "iteration":
        return GotoIteration(arguments.count(cursor, what="the number of an iteration"), place=place)
    return Goto(target, where, place=place)


def _read_set(cursor: Cursor, place: Place) -> Statement:
    if cursor.at_end():
        raise cursor.missing("'set' needs a cell, '=' and a number: set NAME[i,j] = x")
    target = arguments.value(cursor, f"{arguments.CELL_FORM} or learning_rate")
    if isinstance(target, Scalar) and target.name in SCALARS and target.name != "learning_rate":
        raise _not_settable(cursor, target)
    if not cursor.accept("="):
        raise arguments.expected(cursor, "'=' and a number")
    cursor.skip_blanks()
    where = cursor.index
    number = arguments.number(cursor)
    if not math.isfinite(number):
        raise cursor.error(f"{quoted(number_text(number))} cannot be set; a value is a finite number", where)
    return SetValue(target, number, place=place)


def _not_settable(cursor: Cursor, target: Scalar) -> Exception:
    message = f"{quoted(target.name)} cannot be set; cells of W, b, x and y can, and learning_rate"
    moves = {"iteration": "goto iteration N", "step": "goto ID", "branch": "branch N"}
    hint = f"'{moves[target.name]}' moves there" if target.name in moves else None
    return cursor.error(message, target.place.column - 1, hint)


def _read_why(cursor: Cursor, place: Place) -> Statement:
    return Why(None if cursor.at_end() else arguments.choice(cursor, "route", ROUTES), place=place)


def _read_focus(cursor: Cursor, place: Place) -> Statement:
    if cursor.at_end():
        raise cursor.missing(f"'focus' needs a cell: focus {arguments.CELL_FORM}")
    return Focus(arguments.cell(cursor, or_number=True), place=place)


def _read_snap(cursor: Cursor, place: Place) -> Statement:
    cursor.skip_blanks()
    where = cursor.index
    name = arguments.text(cursor, one_line=True)
    problem = snap_name_problem(name)
    if problem:
        raise cursor.error(f"{quoted(name)} cannot name a file: {problem}", where)
    return Snap(name, cursor.place(where), place=place)


def _read_include(cursor: Cursor, place: Place) -> Statement:
    cursor.skip_blanks()
    where = cursor.index
    path = arguments.text(cursor, one_line=True)
    problem = include_problem(path)
    if problem:
        raise cursor.error(f"{quoted(path)} cannot be included: {problem}", where)
    return Include(path, cursor.place(where), place=place)


def _reads_text(kind: type[TextStatement]) -> Reader:
    def read(cursor: Cursor, place: Place) -> Statement:
        cursor.skip_blanks()
        where = cursor.place()
        return kind(arguments.text(cursor), where, place=place)

    return read


def _reads_choice(kind: type[Convention | Theme | Notation], what: str, words: tuple[str, ...]) -> Reader:
    def read(cursor: Cursor, place: Place) -> Statement:
        return kind(arguments.choice(cursor, what, words), place=place)

    return read


def _reads_count(kind: type[Next | Back | Train | Branch], what: str, *, optional: bool = False) -> Reader:
    def read(cursor: Cursor, place: Place) -> Statement:
        count = 1 if optional and cursor.at_end() else arguments.count(cursor, what=what)
        return kind(count, place=place)

    return read


def _reads_nothing(kind: type[Pause | Undo | Redo | Reset | Close]) -> Reader:
    def read(cursor: Cursor, place: Place) -> Statement:
        return kind(place=place)

    return read


VERBS: dict[str, Reader] = {
    "demo": header_verbs.read_version,
    "title": _reads_text(Title),
    "network": header_verbs.read_network,
    "convention": _reads_choice(Convention, "convention", CONVENTIONS),
    "size": header_verbs.read_size,
    "speed": header_verbs.read_speed,
    "theme": _reads_choice(Theme, "theme", THEMES),
    "chapter": _reads_text(Chapter),
    "say": _reads_text(Say),
    "note": _reads_text(Note),
    "pause": _reads_nothing(Pause),
    "wait": _read_wait,
    "next": _reads_count(Next, "a number of steps", optional=True),
    "back": _reads_count(Back, "a number of steps", optional=True),
    "goto": _read_goto,
    "train": _reads_count(Train, "a number of iterations"),
    "set": _read_set,
    "undo": _reads_nothing(Undo),
    "redo": _reads_nothing(Redo),
    "reset": _reads_nothing(Reset),
    "branch": _reads_count(Branch, "the number of a branch"),
    "why": _read_why,
    "close": _reads_nothing(Close),
    "focus": _read_focus,
    "notation": _reads_choice(Notation, "notation", NOTATIONS),
    "expect": read_expectation,
    "snap": _read_snap,
    "include": _read_include,
}
