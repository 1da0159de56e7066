"""The canonical text of statements and files.

`parse_script(format_script(script)) == script` for every script that was parsed; comments and blank lines stay.
"""

from __future__ import annotations

from nablastep.demo.language import (
    Branch,
    CountStatement,
    DemoVersion,
    ExpectGradcheck,
    ExpectScreen,
    ExpectShape,
    ExpectValue,
    Focus,
    Goto,
    GotoIteration,
    NetworkName,
    SetValue,
    Size,
    Speed,
    Statement,
    TextStatement,
    Train,
    Wait,
    Why,
    WordStatement,
)
from nablastep.demo.lexer import WORD
from nablastep.demo.numerals import number_text
from nablastep.demo.parser import parse_script
from nablastep.demo.script import Line, Script
from nablastep.safe_text import is_hidden

INDENTATION = "  "
COMMENT_GAP = "  "


def format_text(text: str, file: str = "demo") -> str:
    """The canonical text of a demo file; DemoErrors if it cannot be read. Formatting twice changes nothing more."""
    return format_script(parse_script(text, file))


def format_script(script: Script) -> str:
    """The canonical text of a file, ending in a newline (empty for an empty file)."""
    return "".join(f"{_line_text(line)}\n" for line in script.lines)


def _line_text(line: Line) -> str:
    statement = "" if line.statement is None else statement_text(line.statement)
    if line.comment is None:
        return statement
    return f"{statement}{COMMENT_GAP if statement else ''}#{line.comment}"


def statement_text(statement: Statement) -> str:
    """The canonical line of a statement, without a newline at its end; a text of several lines continues indented.

    ValueError for a text that holds control characters, which no demo may.
    """
    arguments = _argument_text(statement)
    return f"{statement.verb} {arguments}" if arguments else statement.verb


def _argument_text(statement: Statement) -> str:
    match statement:
        case ExpectValue() | ExpectShape() | ExpectGradcheck() | ExpectScreen():
            return _expectation_text(statement)
        case NetworkName(text) if WORD.fullmatch(text):
            return text
        case TextStatement(text):
            return quotation(text)
        case WordStatement(word):
            return word
        case CountStatement():
            return _count_text(statement)
        case Size(columns, rows):
            return f"{columns}x{rows}"
        case Speed(number):
            return number_text(number)
        case Wait(seconds):
            return f"{number_text(seconds)}s"
        case Goto(target):
            return target
        case SetValue(target, number):
            return f"{target} = {number_text(number)}"
        case Focus(cell):
            return str(cell)
        case Why(route):
            return route or ""
    return ""


def _count_text(statement: CountStatement) -> str:
    match statement:
        case GotoIteration(count):
            return f"iteration {count}"
        case DemoVersion(count) | Train(count) | Branch(count):
            return str(count)
    return "" if statement.count == 1 else str(statement.count)


def _expectation_text(statement: ExpectValue | ExpectShape | ExpectGradcheck | ExpectScreen) -> str:
    match statement:
        case ExpectValue(value, relation, number, tolerance):
            tail = "" if tolerance is None else f" tol {number_text(tolerance)}"
            return f"{value} {relation} {number_text(number)}{tail}"
        case ExpectShape(name, rows, columns):
            return f"shape({name}) = {rows}x{columns}"
        case ExpectGradcheck(relation, bound):
            return f"gradcheck {relation} {number_text(bound)}"
        case ExpectScreen(text):
            return f"screen contains {quotation(text)}"


def quotation(text: str) -> str:
    """The text in quotation marks, each further line of it indented."""
    if any(is_hidden(character) for character in text.replace("\n", "")):
        raise ValueError(f"a text of a demo holds no control characters: {text!r}")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    first, *further = escaped.split("\n")
    return '"' + "\n".join([first, *(INDENTATION + line if line else "" for line in further)]) + '"'
