"""Which verbs may stand where: the header of a demo, and the files that it includes, which have none.

Works on parsed scripts; reads no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nablastep.demo.language import Convention, DemoVersion, NetworkName, Size, Speed, Statement, Theme, Title
from nablastep.demo.parser import Reading
from nablastep.demo.problems import DemoError
from nablastep.demo.references import Place
from nablastep.demo.script import Header
from nablastep.demo.words import HEADER_VERBS, VERSION


@dataclass(frozen=True)
class SplitScript:
    """A demo's header, the statements after it, and what is wrong with their order."""

    header: Header
    body: tuple[Statement, ...]
    errors: tuple[DemoError, ...]


@dataclass
class _Sorting:
    """The header statements met so far, the first statement after them, and the mistakes."""

    given: dict[str, Statement] = field(default_factory=dict)
    body: list[Statement] = field(default_factory=list)
    errors: list[DemoError] = field(default_factory=list)


def split_script(reading: Reading) -> SplitScript:
    """Header and body of a demo file."""
    sorting = _Sorting()
    for statement in reading.script.statements:
        _sort(statement, sorting)
    errors = _missing(reading, sorting.given)
    return SplitScript(_header(sorting.given), tuple(sorting.body), (*errors, *sorting.errors))


def _sort(statement: Statement, sorting: _Sorting) -> None:
    is_view_change = isinstance(statement, Convention) and sorting.body
    if statement.verb not in HEADER_VERBS or is_view_change:
        sorting.body.append(statement)
        return
    if statement.verb in sorting.given:
        message = f"'{statement.verb}' is already given in line {sorting.given[statement.verb].place.line}"
        sorting.errors.append(DemoError.at(statement.place, message))
        return
    sorting.given[statement.verb] = statement
    if sorting.body:
        first = sorting.body[0]
        message = f"'{statement.verb}' belongs to the header, above the '{first.verb}' in line {first.place.line}"
        sorting.errors.append(DemoError.at(statement.place, message))


def _missing(reading: Reading, given: dict[str, Statement]) -> list[DemoError]:
    """Errors for a missing version or network; a broken line that meant to give it is error enough."""
    statements = reading.script.statements
    start = statements[0].place if statements else Place(reading.script.file, 1, 1)
    errors = []
    is_reported_before = any(not statements or (error.line or 0) < start.line for error in reading.errors)
    begins_with_version = bool(statements) and isinstance(statements[0], DemoVersion)
    if not begins_with_version and not is_reported_before:
        errors.append(DemoError.at(start, f"the first line that is not a comment must be 'demo {VERSION}'"))
    if "network" not in given and "network" not in reading.broken_verbs and not _is_unreadable(reading):
        message = "the network is missing: the header needs a line 'network NAME' or 'network FILE'"
        errors.append(DemoError.at(start, message))
    return errors


def _is_unreadable(reading: Reading) -> bool:
    """Whether nothing was read because of an error, so that nothing can be said to be missing."""
    return bool(reading.errors) and not reading.script.statements


def _header(given: dict[str, Statement]) -> Header:
    header = Header()
    for statement in given.values():
        match statement:
            case NetworkName(network, network_place):
                header = replace(header, network=network, network_place=network_place)
            case Title(title):
                header = replace(header, title=title)
            case Convention(convention):
                header = replace(header, convention=convention)
            case Theme(theme):
                header = replace(header, theme=theme)
            case Size(columns, rows):
                header = replace(header, size=(columns, rows))
            case Speed(speed):
                header = replace(header, speed=speed)
    return header


def check_fragment(statements: Sequence[Statement]) -> tuple[tuple[Statement, ...], list[DemoError]]:
    """The statements of an included file without its `demo 1`, and an error for each header verb among them."""
    body, errors = [], []
    header_verbs = set(HEADER_VERBS) - {"convention"}
    for index, statement in enumerate(statements):
        if statement.verb not in header_verbs:
            body.append(statement)
        elif index > 0 or not isinstance(statement, DemoVersion):
            message = f"'{statement.verb}' belongs to the header of the demo that includes this file"
            errors.append(DemoError.at(statement.place, message))
    return tuple(body), errors
