"""The arguments that verbs take: counts, words out of a list, texts, numbers, ids and cells.

Each function reads one argument at the cursor or raises the DemoError that says what would be right. Knows no verb's
meaning and no network.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from nablastep.demo.language import SCALARS, Cell, Place, Scalar, Value
from nablastep.demo.lexer import VALUE_WORD, Cursor
from nablastep.demo.numerals import read_number
from nablastep.demo.problems import did_you_mean, listed, quoted

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WHOLE_NUMBER = re.compile(r"[0-9]+")
LARGEST_COUNT = 999_999_999
CELL_FORM = "NAME[i,j]"
VALUE_FORMS = f"{CELL_FORM}, {', '.join(SCALARS)}"


def count(cursor: Cursor, *, what: str = "a whole number") -> int:
    """A whole number from 1."""
    start = _start(cursor)
    word = cursor.take()
    if not word:
        raise cursor.missing(f"{what} is missing")
    if not WHOLE_NUMBER.fullmatch(word):
        raise cursor.error(f"{quoted(word)} is not {what}", start)
    if len(word.lstrip("0")) > len(str(LARGEST_COUNT)):
        raise cursor.error(f"{quoted(word)} is too large; the largest is {LARGEST_COUNT}", start)
    if int(word) < 1:
        raise cursor.error(f"{quoted(word)} is too small; the smallest is 1", start)
    return int(word)


def choice(cursor: Cursor, what: str, words: Collection[str]) -> str:
    """One of the words; `what` names them in errors."""
    start = _start(cursor)
    word = cursor.take()
    if not word:
        raise cursor.missing(f"the {what} is missing; there are {listed(words)}")
    if word not in words:
        near = did_you_mean(word, words) or f"; there are {listed(words)}"
        raise cursor.error(f"unknown {what} {quoted(word)}{near}", start)
    return word


def text(cursor: Cursor, *, one_line: bool = False) -> str:
    """A text in quotation marks that is not empty."""
    start = _start(cursor)
    if cursor.at_end():
        raise cursor.missing("the text is missing; write it in quotation marks")
    if not cursor.text.startswith('"', start):
        raise cursor.error(f"expected a text in quotation marks, found {quoted(cursor.rest())}")
    found = cursor.quotation()
    if not found.strip():
        raise cursor.error("the text is empty", start)
    if one_line and "\n" in found:
        raise cursor.error("this text must stand on one line", start)
    return found


def number(cursor: Cursor) -> float:
    """A number, also inf, -inf and nan."""
    start = _start(cursor)
    word = cursor.take(VALUE_WORD)
    if not word:
        raise (cursor.missing("the number is missing") if cursor.at_end() else unexpected(cursor, "a number"))
    try:
        return read_number(word)
    except ValueError as problem:
        raise cursor.error(f"{quoted(word)} {problem}", start) from None


def relation(cursor: Cursor, pattern: re.Pattern[str], allowed: Collection[str], repairs: dict[str, str]) -> str:
    """One of the allowed relations; `repairs` says what to write for those of other languages."""
    start = _start(cursor)
    word = cursor.take(pattern)
    if word in allowed:
        return word
    if word:
        near = f"; did you mean {repairs[word]!r}?" if repairs.get(word) in allowed else f"; there are {listed(allowed)}"
        raise cursor.error(f"unknown relation {quoted(word)} here{near}", start)
    wanted = f"one of {' '.join(allowed)}"
    raise (cursor.missing(f"{wanted} is missing") if cursor.at_end() else unexpected(cursor, wanted))


def name(cursor: Cursor) -> tuple[str, Place]:
    """An id such as `grad_W1`; whether it exists is for the checker to say."""
    start = _start(cursor)
    word = cursor.take(VALUE_WORD)
    if not word:
        raise (cursor.missing("the id is missing") if cursor.at_end() else unexpected(cursor, "an id"))
    if not IDENTIFIER.fullmatch(word):
        near = f"; did you mean 'grad_{word[1:]}'?" if word[0] in "∇∂" else "; ids are written like grad_W1"
        raise cursor.error(f"{quoted(word)} is not an id{near}", start)
    return word, cursor.place(start)


def cell(cursor: Cursor) -> Cell:
    """A cell such as `W1[0,1]` or `b0[1]`."""
    found, place = name(cursor)
    if not cursor.accept("["):
        near = f"'{found}[0,0]'" if found not in SCALARS else CELL_FORM
        raise cursor.missing(f"{quoted(found)} alone is no cell; write one as {near}")
    indices, places = [], []
    while not indices or cursor.accept(","):
        cursor.skip_blanks()
        places.append(cursor.place())
        indices.append(_index(cursor))
    if not cursor.accept("]"):
        raise unexpected(cursor, "']'") if not cursor.at_end() else cursor.missing("']' is missing")
    if len(indices) > 2:
        raise cursor.error(f"{quoted(found)} has {len(indices)} indices; there are at most two", _index_of(cursor, places[2]))
    return Cell(found, tuple(indices), place, tuple(places))


def value(cursor: Cursor) -> Value:
    """A cell, or one of the named numbers."""
    start = _start(cursor)
    word = cursor.peek(VALUE_WORD)
    followed_by_index = cursor.text[start + len(word) :].lstrip(" \t").startswith("[")
    if word in SCALARS:
        if followed_by_index:
            raise cursor.error(f"{quoted(word)} is a single number; write it without an index")
        cursor.index += len(word)
        return Scalar(word, cursor.place(start))
    if IDENTIFIER.fullmatch(word) and not followed_by_index:
        near = did_you_mean(word, SCALARS) or f"; the values are {VALUE_FORMS}"
        raise cursor.error(f"{quoted(word)} alone is no value{near}", start)
    return cell(cursor)


def end(cursor: Cursor, verb: str) -> None:
    """Nothing but a comment may follow."""
    if not cursor.at_end():
        raise cursor.error(f"unexpected {quoted(cursor.rest())} after {quoted(verb)} and what it takes")
