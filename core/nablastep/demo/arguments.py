"""The arguments that verbs take: counts, words out of a list, texts, numbers, ids and cells.

Each function reads one argument at the cursor or raises the DemoError that says what would be right. Knows no verb's
meaning and no network.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from nablastep.demo.lexer import VALUE_WORD, Cursor
from nablastep.demo.numerals import read_number
from nablastep.demo.problems import DemoError, did_you_mean, listed, quoted
from nablastep.demo.references import Cell, Place, Scalar, Value
from nablastep.demo.words import SCALARS

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WHOLE_NUMBER = re.compile(r"[0-9]+")
LARGEST_COUNT = 999_999_999
CELL_FORM = "NAME[i,j]"
VALUE_FORMS = f"{CELL_FORM}, {', '.join(SCALARS[:-1])} or {SCALARS[-1]}"


def count(cursor: Cursor, *, what: str = "a whole number") -> int:
    """A whole number from 1."""
    start = _start(cursor)
    word = cursor.take()
    if not word:
        raise cursor.missing(f"{what} is missing")
    if not WHOLE_NUMBER.fullmatch(word):
        raise cursor.error(f"{quoted(word)} is not {what}", start)
    digits = word.lstrip("0")
    if not digits:
        raise cursor.error(f"{quoted(word)} is too small; the smallest is 1", start)
    if len(digits) > len(str(LARGEST_COUNT)):
        raise cursor.error(f"{quoted(word)} is too large; the largest is {LARGEST_COUNT}", start)
    return int(digits)


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
        raise expected(cursor, "a number")
    try:
        return read_number(word)
    except ValueError as problem:
        raise cursor.error(f"{quoted(word)} {problem}", start) from None


def relation(cursor: Cursor, pattern: re.Pattern[str], allowed: Sequence[str], repairs: Mapping[str, str]) -> str:
    """One of the allowed relations; `repairs` says what to write for those of other languages."""
    start = _start(cursor)
    word = cursor.take(pattern)
    if word in allowed:
        return word
    wanted = quoted(allowed[0]) if len(allowed) == 1 else f"one of {' '.join(allowed)}"
    if not word:
        raise expected(cursor, wanted)
    near = f"did you mean {quoted(repairs[word])}?" if repairs.get(word) in allowed else f"write {wanted}"
    raise cursor.error(f"unknown relation {quoted(word)} here; {near}", start)


def name(cursor: Cursor) -> tuple[str, Place]:
    """An id such as `grad_W1`; whether it exists is for the checker to say."""
    start = _start(cursor)
    word = cursor.take(VALUE_WORD)
    if not word:
        raise expected(cursor, "an id")
    if not IDENTIFIER.fullmatch(word):
        near = f"; did you mean {quoted(f'grad_{word[1:]}')}?" if word[0] in "∇∂" else "; ids are written like grad_W1"
        raise cursor.error(f"{quoted(word)} is not an id{near}", start)
    return word, cursor.place(start)


def cell(cursor: Cursor, *, or_number: bool = False) -> Cell:
    """A cell such as `W1[0,1]` or `b0[1]`; with `or_number` also the name of a single number."""
    found, place = name(cursor)
    if not cursor.accept("["):
        if or_number:
            return Cell(found, (), place)
        raise cursor.missing(f"{quoted(found)} alone is no cell; write one as {CELL_FORM}")
    indices = [_index(cursor)]
    while cursor.accept(","):
        if len(indices) == 2:
            raise cursor.error("a cell has at most two indices")
        indices.append(_index(cursor))
    if not cursor.accept("]"):
        raise expected(cursor, "']'")
    return Cell(found, tuple(number for number, _ in indices), place, tuple(where for _, where in indices))


def value(cursor: Cursor, forms: str = VALUE_FORMS) -> Value:
    """A cell, or one of the named numbers; `forms` says in errors what may stand here."""
    start = _start(cursor)
    word = cursor.peek(VALUE_WORD)
    followed_by_index = cursor.text[start + len(word) :].lstrip(" \t").startswith("[")
    if word in SCALARS:
        if followed_by_index:
            raise cursor.error(f"{quoted(word)} is a single number; write it without an index")
        cursor.index += len(word)
        return Scalar(word, cursor.place(start))
    if IDENTIFIER.fullmatch(word) and not followed_by_index:
        near = did_you_mean(word, SCALARS)
        if near:
            raise cursor.error(f"{quoted(word)} alone is no value{near}", start)
        cursor.index += len(word)
        return Scalar(word, cursor.place(start), forms)
    return cell(cursor)


def end(cursor: Cursor, verb: str) -> None:
    """Nothing but a comment may follow."""
    if not cursor.at_end():
        raise cursor.error(f"unexpected {quoted(cursor.rest())} after {quoted(verb)} and what it takes")


def expected(cursor: Cursor, what: str) -> DemoError:
    """The error that something else stands here, or nothing."""
    if cursor.at_end():
        return cursor.missing(f"expected {what}, found the end of the line")
    return cursor.error(f"expected {what}, found {quoted(cursor.rest())}")


def _start(cursor: Cursor) -> int:
    cursor.skip_blanks()
    return cursor.index


def _index(cursor: Cursor) -> tuple[int, Place]:
    start = _start(cursor)
    word = cursor.take(VALUE_WORD)
    if not word:
        raise expected(cursor, "an index")
    if not WHOLE_NUMBER.fullmatch(word):
        raise cursor.error(f"{quoted(word)} is not an index; indices are whole numbers from 0", start)
    digits = word.lstrip("0") or "0"
    if len(digits) > len(str(LARGEST_COUNT)):
        raise cursor.error(f"index {quoted(word)} is too large; the largest is {LARGEST_COUNT}", start)
    return int(digits), cursor.place(start)
