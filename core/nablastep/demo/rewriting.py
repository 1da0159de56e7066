"""New expected numbers in an existing demo file, everything else kept byte for byte.

Works on the text of one file; reading and writing files is the caller's business.
"""

from __future__ import annotations

from collections.abc import Mapping

from nablastep.demo.expectations import SHAPE
from nablastep.demo.language import ExpectGradcheck, ExpectShape, ExpectValue
from nablastep.demo.lexer import BYTE_ORDER_MARK, VALUE_WORD
from nablastep.demo.numerals import read_number
from nablastep.demo.parser import parse_script

NumberedExpectation = ExpectValue | ExpectShape | ExpectGradcheck


def update_expectations(text: str, number_texts: Mapping[int, str]) -> str:
    """The text with the expected number of each given line (from 1) replaced; `2x3` for an expected shape.

    Line ends, a byte order mark, comments, blanks and the spelling of all other numbers stay as they are. DemoErrors if
    the text is no demo file, ValueError for a line without an expected number or a new text that is no number.
    """
    expectations = _numbered_expectations(text)
    lines = text.split("\n")
    for line_number, number_text in number_texts.items():
        if line_number not in expectations:
            raise ValueError(f"line {line_number} holds no expectation with a number")
        expectation = expectations[line_number]
        _check_number(expectation, number_text)
        line = lines[line_number - 1]
        start = expectation.number_place.column - 1
        start += line_number == 1 and text.startswith(BYTE_ORDER_MARK)
        found = VALUE_WORD.match(line.removesuffix("\r"), start)
        end = found.end() if found else start
        lines[line_number - 1] = line[:start] + number_text + line[end:]
    return "\n".join(lines)


def _numbered_expectations(text: str) -> dict[int, NumberedExpectation]:
    return {
        statement.place.line: statement
        for statement in parse_script(text).statements
        if isinstance(statement, NumberedExpectation)
    }


def _check_number(expectation: NumberedExpectation, number_text: str) -> None:
    if not isinstance(expectation, ExpectShape):
        read_number(number_text)
    elif not SHAPE.fullmatch(number_text):
        raise ValueError(f"{number_text!r} is not a shape such as 2x3")
