"""The text of `equations` → its statements: definitions, own functions and headings, each with its line.

`## name` heads a block; `name = formula` defines a quantity, `# words` behind it are its title; `f(u) = formula` is a
function of one's own. Any other line that begins with # is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nablastep.field_checks import FieldError
from nablastep.formulas.spellings import plain
from nablastep.formulas.tokens import GREEK_NAMES, LETTER

_NAME = rf"[{LETTER}][{LETTER}0-9_]*"
_FUNCTION = re.compile(rf"\s*(?P<name>{_NAME})\s*\(\s*(?P<argument>{_NAME})\s*\)\s*=(?P<right>.*)")
_DEFINITION = re.compile(rf"\s*(?P<name>{_NAME}(?:⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾|[₀₁₂₃₄₅₆₇₈₉]+)?)\s*=(?P<right>.*)")
_MARKED = re.compile(rf"({_NAME})\^\(\((\d+)\)\)")
_MARKS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", "⁽⁾")
NAME = re.compile(_NAME)


def at(line: int) -> str:
    """A line of the equations as messages mention it, so that it can be told as a line of their file."""
    return f"⟨{line}⟩"


class EquationError(FieldError):
    """A mistake in the equations: `text_line` (from 1, of the equations' own text) and `text_column` say where."""

    def __init__(
        self, problem: str, line: int | None = None, column: int | None = None, *, hint: str | None = None
    ) -> None:
        where = "" if line is None else f"line {line}" + ("" if column is None else f", column {column}")
        plain = _with_lines(problem, 0)
        super().__init__(f"{where}: {plain}" if where else plain, ("equations",), hint=hint)
        self._problem = problem
        self.text_line = line
        self.text_column = column

    def told_from(self, first_line: int) -> str:
        """What is wrong, without its own place, where the equations begin in that line of a file."""
        return _with_lines(self._problem, first_line - 1)


def _with_lines(problem: str, shift: int) -> str:
    return re.sub(r"⟨(\d+)⟩", lambda found: str(int(found[1]) + shift), problem)


@dataclass(frozen=True)
class Statement:
    """A definition, or with an `argument` a function: the name as an id, and the formula with its place in the text.

    `offset` is the number of characters of the line before the formula, `block` counts the headings above it.
    """

    name: str
    right: str
    line: int
    offset: int
    block: int
    title: str = ""
    argument: str | None = None

    @property
    def text(self) -> str:
        """The equation as a message quotes it."""
        left = self.name if self.argument is None else f"{self.name}({self.argument})"
        return f"{left} = {self.right.strip()}"


@dataclass(frozen=True)
class Statements:
    """What the text says, in order; `headings` are the titles of its blocks."""

    functions: tuple[Statement, ...]
    definitions: tuple[Statement, ...]
    headings: tuple[str, ...]


def statements_of(text: str) -> Statements:
    """The statements of the text. Raises EquationError for a line that is none, or no definition at all."""
    headings: list[str] = []
    found = list(_statements(text, headings))
    definitions = tuple(statement for statement in found if statement.argument is None)
    if not definitions:
        raise EquationError("expected equations such as z = W x + b, found none")
    functions = tuple(statement for statement in found if statement.argument is not None)
    return Statements(functions, definitions, tuple(headings))


def canonical_name(spelled: str) -> str:
    """The id of a name: Greek letters by their names, marks as digits."""
    return "".join(GREEK_NAMES.get(letter, letter) for letter in spelled).translate(_MARKS)


def _statements(text: str, headings: list[str]) -> Iterator[Statement]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("##"):
            headings.append(bare.lstrip("#").partition("#")[0].strip())
        elif bare and not bare.startswith("#"):
            yield _statement(line, number, len(headings))


def _statement(line: str, number: int, block: int) -> Statement:
    code, _, title = line.partition("#")
    match = _FUNCTION.match(code) or _DEFINITION.match(code) or _DEFINITION.match(_plain_on_the_left(code))
    if match is None:
        column = len(line) - len(line.lstrip()) + 1
        raise EquationError(
            f"expected an equation such as z = W x + b, found {code.strip()!r}", number, column,
            hint="on the left of = stands one name: letters, then letters, digits and _",
        )  # fmt: skip
    if not match["right"].strip():
        raise EquationError("nothing stands on the right of =", number, match.start("right") + 1)
    argument = match.groupdict().get("argument")
    return Statement(
        canonical_name(match["name"]),
        match["right"],
        number,
        len(code) - len(match["right"]),
        block,
        title.strip(),
        None if argument is None else canonical_name(argument),
    )


def _plain_on_the_left(code: str) -> str:
    """The line with its left side in the plain spelling: h^{(2)} = … is h2 = …"""
    left, equals, right = code.partition("=")
    return _MARKED.sub(r"\1\2", plain(left).text) + equals + right
