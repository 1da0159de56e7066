"""Whether an expectation of a demo holds for a session, and what was found instead.

Looks at a session and never moves it. What the screen shows is read by a function that whoever runs a demo hands in.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nablastep.checks import gradient_check
from nablastep.demo.formatter import statement_text
from nablastep.demo.language import ExpectGradcheck, ExpectScreen, ExpectShape, ExpectValue
from nablastep.demo.numerals import number_text
from nablastep.demo.references import Cell, Value
from nablastep.errors import NotComputed
from nablastep.session import Session

Expectation = ExpectValue | ExpectShape | ExpectGradcheck | ExpectScreen
ReadScreen = Callable[[], str]
"""The rows of the screen as it is now, as text."""

TOLERANCE = 1e-6
_MOST_DIGITS = 17
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Outcome:
    """An expectation, whether it holds, and what was found.

    `found_number` is the text that would make a failed expectation hold; None where no number would.
    """

    expectation: Expectation
    holds: bool
    found: str
    found_number: str | None = None

    @property
    def words(self) -> str:
        """`expected E ~ 0.3, got 0.298371108760003`."""
        return f"expected {statement_text(self.expectation).removeprefix('expect ')}, got {self.found}"

    @property
    def message(self) -> str:
        """The words with `file:line:column:` before them."""
        place = self.expectation.place
        return f"{place.file}:{place.line}:{place.column}: {self.words}"


def judge(expectation: Expectation, session: Session, read_screen: ReadScreen | None = None) -> Outcome:
    """The outcome of the expectation where the session stands now. A value that is not computed fails it."""
    match expectation:
        case ExpectValue():
            return _judge_value(expectation, session)
        case ExpectShape():
            return _judge_shape(expectation, session)
        case ExpectGradcheck():
            return _judge_gradcheck(expectation, session)
        case ExpectScreen():
            return _judge_screen(expectation, read_screen)


def value_of(value: Value, session: Session) -> float:
    """The number that the value names. NotComputed if there is none here."""
    if isinstance(value, Cell):
        return _cell(value, session)
    match value.name:
        case "iteration":
            return float(session.position.iteration)
        case "step":
            return float(session.position.step)
        case "branch":
            return float(session.branch)
    return float(session[value.name])


def _cell(cell: Cell, session: Session) -> float:
    array = session[cell.name]
    indices = cell.indices if len(cell.indices) == np.ndim(array) else (*cell.indices, 0)
    try:
        return float(array[indices])
    except IndexError:  # the last batch of a pass may be smaller than the first
        size = "x".join(map(str, np.shape(array)))
        raise NotComputed(f"{cell.name} is only {size} in this iteration") from None


def _judge_value(expectation: ExpectValue, session: Session) -> Outcome:
    try:
        found = value_of(expectation.value, session)
    except NotComputed as absence:
        return Outcome(expectation, False, f"nothing: {absence.message}")
    if _value_holds(expectation, found):
        return Outcome(expectation, True, number_text(found))
    return Outcome(expectation, False, number_text(found), _better_number(expectation, found))


def _value_holds(expectation: ExpectValue, found: float) -> bool:
    number = expectation.number
    match expectation.relation:
        case "=":
            return number_text(found) == number_text(number)
        case "~" if math.isfinite(number):
            return abs(found - number) <= _tolerance(expectation.tolerance, number)
        case "~":
            return number_text(found) == number_text(number)
    return _COMPARISONS[expectation.relation](found, number)


def _tolerance(tolerance: float | None, number: float) -> float:
    return TOLERANCE * max(1.0, abs(number)) if tolerance is None else tolerance


def _better_number(expectation: ExpectValue, found: float) -> str | None:
    """What `~` or `=` should have said: with `~` no more digits than the tolerance asks for."""
    if expectation.relation == "=" or (expectation.relation == "~" and not math.isfinite(found)):
        return number_text(found)
    if expectation.relation != "~":
        return None
    enough = _tolerance(expectation.tolerance, found) / 10
    texts = (number_text(float(f"{found:.{digits}g}")) for digits in range(1, _MOST_DIGITS))
    return next((text for text in texts if abs(float(text) - found) <= enough), number_text(found))


def _judge_shape(expectation: ExpectShape, session: Session) -> Outcome:
    try:
        shape = np.shape(session[expectation.name])
    except NotComputed as absence:
        return Outcome(expectation, False, f"nothing: {absence.message}")
    found = "x".join(map(str, shape))
    holds = shape == (expectation.rows, expectation.columns)
    return Outcome(expectation, holds, found, None if holds else found)


def _judge_gradcheck(expectation: ExpectGradcheck, session: Session) -> Outcome:
    found = max(check.error for check in gradient_check(session))
    return Outcome(expectation, _COMPARISONS[expectation.relation](found, expectation.bound), number_text(found))


def _judge_screen(expectation: ExpectScreen, read_screen: ReadScreen | None) -> Outcome:
    if read_screen is None:
        return Outcome(expectation, False, "nothing: there is no screen here")
    holds = any(expectation.text in row for row in read_screen().splitlines())
    return Outcome(expectation, holds, "a screen with it" if holds else "a screen without it")
