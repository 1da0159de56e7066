"""The forms of `expect`: values, shapes, the gradient check and the screen.

Each statement keeps the place of its number, so that it can be rewritten there. Whether an expectation holds is for
the player to say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from nablastep.demo import arguments
from nablastep.demo.language import ExpectGradcheck, ExpectScreen, ExpectShape, ExpectValue, Statement
from nablastep.demo.lexer import VALUE_WORD, Cursor
from nablastep.demo.problems import DemoError, quoted
from nablastep.demo.references import Place
from nablastep.demo.words import GRADCHECK_RELATIONS, RELATIONS

RELATION = re.compile(r"[~=<>!≈≤≥≠]+")
SHAPE = re.compile(r"([0-9]{1,9})x([0-9]{1,9})")
REPAIRS: Mapping[str, str] = {"==": "=", "≈": "~", "~=": "~", "=~": "~", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}


def read_expectation(cursor: Cursor, place: Place) -> Statement:
    """The expectation whose verb the cursor has just passed."""
    if cursor.at_end():
        raise cursor.missing("'expect' needs what is expected: expect VALUE ~ x")
    match cursor.peek(VALUE_WORD):
        case "shape":
            return _read_shape(cursor, place)
        case "gradcheck":
            return _read_gradcheck(cursor, place)
        case "screen":
            return _read_screen(cursor, place)
    return _read_value(cursor, place)


def _read_value(cursor: Cursor, place: Place) -> ExpectValue:
    value = arguments.value(cursor)
    relation = arguments.relation(cursor, RELATION, RELATIONS, REPAIRS)
    cursor.skip_blanks()
    number_place = cursor.place()
    number = arguments.number(cursor)
    tolerance = None
    if cursor.peek() == "tol":
        tolerance = _read_tolerance(cursor, relation)
    return ExpectValue(value, relation, number, tolerance, number_place, place=place)


def _read_tolerance(cursor: Cursor, relation: str) -> float:
    if relation != "~":
        raise cursor.error(f"'tol' belongs to '~', not to {quoted(relation)}")
    cursor.take()
    cursor.skip_blanks()
    start = cursor.index
    tolerance = arguments.number(cursor)
    if not 0 <= tolerance < math.inf:
        raise cursor.error("a tolerance is a finite number from 0", start)
    return tolerance


def _read_shape(cursor: Cursor, place: Place) -> ExpectShape:
    cursor.take(VALUE_WORD)
    if not cursor.accept("("):
        raise arguments.expected(cursor, "'(' and an id, as in expect shape(W1) = 2x2")
    name, name_place = arguments.name(cursor)
    if not cursor.accept(")"):
        raise arguments.expected(cursor, "')'")
    arguments.relation(cursor, RELATION, ("=",), REPAIRS)
    cursor.skip_blanks()
    start, word = cursor.index, cursor.take()
    match = SHAPE.fullmatch(word)
    if not match:
        raise _no_shape(cursor, word, start)
    return ExpectShape(name, int(match[1]), int(match[2]), name_place, cursor.place(start), place=place)


def _no_shape(cursor: Cursor, word: str, start: int) -> DemoError:
    if not word:
        return arguments.expected(cursor, "a shape such as 2x3")
    return cursor.error(f"{quoted(word)} is not a shape; write it as 2x3, rows x columns", start)


def _read_gradcheck(cursor: Cursor, place: Place) -> ExpectGradcheck:
    cursor.take(VALUE_WORD)
    relation = arguments.relation(cursor, RELATION, GRADCHECK_RELATIONS, REPAIRS)
    cursor.skip_blanks()
    number_place = cursor.place()
    return ExpectGradcheck(relation, arguments.number(cursor), number_place, place=place)


def _read_screen(cursor: Cursor, place: Place) -> ExpectScreen:
    cursor.take(VALUE_WORD)
    if cursor.peek() != "contains":
        raise arguments.expected(cursor, "'contains' and a text")
    cursor.take()
    cursor.skip_blanks()
    where = cursor.place()
    return ExpectScreen(arguments.text(cursor, one_line=True), where, place=place)
