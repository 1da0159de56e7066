"""The verbs that only a header has and that take more than one word of a list: demo, network, size and speed.

Each function reads what follows the verb at `place`; their order in a file is the business of `header`.
"""

from __future__ import annotations

import re

from nablastep.demo import arguments
from nablastep.demo.language import DemoVersion, NetworkName, Size, Speed, Statement
from nablastep.demo.lexer import Cursor
from nablastep.demo.numerals import number_text
from nablastep.demo.problems import quoted
from nablastep.demo.references import Place
from nablastep.demo.words import FASTEST, LARGEST_SIZE, SLOWEST, SMALLEST_SIZE

SIZE = re.compile(r"([0-9]{1,9})x([0-9]{1,9})")


def read_version(cursor: Cursor, place: Place) -> Statement:
    """`demo 1`; whether the version is known is for the parser to say."""
    return DemoVersion(arguments.count(cursor, what="the version number 1"), place=place)


def read_network(cursor: Cursor, place: Place) -> Statement:
    """`network mazur` or `network "my network.toml"`."""
    if cursor.at_end():
        raise cursor.missing("the network is missing; write a built-in name or a file")
    where = cursor.place()
    is_text = cursor.text.startswith('"', cursor.index)
    network = arguments.text(cursor, one_line=True) if is_text else cursor.take()
    return NetworkName(network, where, place=place)


def read_size(cursor: Cursor, place: Place) -> Statement:
    """`size 120x40`, within the bounds."""
    if cursor.at_end():
        raise cursor.missing("the size is missing; write it as 120x40, columns x rows")
    where, word = cursor.index, cursor.take()
    match = SIZE.fullmatch(word)
    if not match:
        raise cursor.error(f"{quoted(word or cursor.rest())} is not a size; write it as 120x40, columns x rows", where)
    columns, rows = int(match[1]), int(match[2])
    if columns < SMALLEST_SIZE[0] or rows < SMALLEST_SIZE[1]:
        raise cursor.error(f"{quoted(word)} is too small; the smallest size is {_size_text(SMALLEST_SIZE)}", where)
    if columns > LARGEST_SIZE[0] or rows > LARGEST_SIZE[1]:
        raise cursor.error(f"{quoted(word)} is too large; the largest size is {_size_text(LARGEST_SIZE)}", where)
    return Size(columns, rows, place=place)


def _size_text(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def read_speed(cursor: Cursor, place: Place) -> Statement:
    """`speed 1.5`, within the bounds."""
    cursor.skip_blanks()
    where = cursor.index
    factor = arguments.number(cursor)
    if not SLOWEST <= factor <= FASTEST:
        bounds = f"from {number_text(SLOWEST)} to {number_text(FASTEST)}"
        raise cursor.error(f"speed {number_text(factor)} is out of range; it goes {bounds}", where)
    return Speed(factor, place=place)
