"""Numbers as an answer: compared with the network's own, to the digits given.

A number that was typed as 0.08 stands for everything that is written so when rounded to two places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import prod

import numpy as np

from nablastep.expressions import symbols
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.scope import shape_in_sizes
from nablastep.judging.question import Question
from nablastep.judging.result import Verdict
from nablastep.shapes import sizes_of
from nablastep.slips.diagnosis import Bench, Cause, diagnosed
from nablastep.slips.record import said
from nablastep.slips.worlds import Array, relative_error

_NUMBER = r"[+\-−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_ROW = re.compile(rf"\[?\s*{_NUMBER}(?:[\s,;]+{_NUMBER})*\s*,?\s*\]?")
_ALLOWED = re.compile(r"[\d\s,;.\[\]()eE+\-−]*")

LARGEST = 100_000
"""So many numbers are read in one answer."""

MOST_DIAGNOSED = 1_000_000
"""Where a step reads or makes an array of more entries, no slip is looked for: hundreds of them would each make it."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A matrix of typed numbers, with half of the last digit of each; `digits` counts the fewest after the point."""

    values: Array
    tolerance: Array
    digits: int

    def agree(self, values: Array) -> bool:
        """Whether these are the numbers, rounded."""
        if np.shape(values) != self.values.shape:
            return False
        with np.errstate(all="ignore"):
            return bool((np.abs(values - self.values) <= self.tolerance + 1e-12 * np.abs(values)).all())


def typed_numbers(text: str) -> Numbers | None:
    """The numbers of `[[0.08, 0.08], [-0.02, -0.02]]`, of `[0.1, 0.2]` or of `0.2984`; None for what is a formula.

    Rows may be separated by brackets, semicolons or lines. Raises FormulaError for rows of different lengths.
    """
    text = text.strip().removeprefix("=").strip().replace("−", "-")
    lone = re.fullmatch(_NUMBER, text)
    if lone is None and (not text.startswith("[") or not text.endswith("]") or not _ALLOWED.fullmatch(text)):
        return None
    inner = text if lone else text[1:-1]
    rows = re.findall(r"\[([^\[\]]*)\]", inner) if "[" in inner else re.split(r"[;\n]", inner)
    table = [[word for word in re.split(r"[\s,]+", row) if word] for row in rows]
    table = [row for row in table if row]
    if not table or len({len(row) for row in table}) > 1:
        raise FormulaError("the rows of these numbers have different lengths", hint="write [[1, 2], [3, 4]]")
    if sum(map(len, table)) > LARGEST:
        raise FormulaError(f"more than {LARGEST} numbers are not read as one answer")
    try:
        numbers = [[Decimal(word) for word in row] for row in table]
    except InvalidOperation:
        raise FormulaError("these are not all numbers", hint="write [[1, 2], [3, 4]]") from None
    if "[" not in inner and len(table) == 1 and not lone:
        numbers = [[number] for number in numbers[0]]  # one list is a column, as everywhere
    return from_decimals(numbers)


def from_decimals(rows: Sequence[Sequence[Decimal]]) -> Numbers:
    """Numbers with the digits in which they were written."""
    values = np.array([[float(number) for number in row] for row in rows])
    if not np.isfinite(values).all():
        raise FormulaError("this number is too large")
    exponents = [[int(number.as_tuple().exponent) for number in row] for row in rows]
    tolerance = np.array([[0.5 * 10.0 ** min(300, max(-300, each)) for each in row] for row in exponents])
    return Numbers(values, tolerance, max(0, -max(max(row) for row in exponents)))


def from_array(array: Array) -> Numbers:
    """Numbers that were computed and not typed: they count as right to about as many digits as their type keeps."""
    values = np.atleast_2d(np.asarray(array, dtype=float))
    if np.ndim(array) == 1:
        values = values.T
    relative = 1e-5 if np.asarray(array).dtype == np.float32 else 1e-9
    return Numbers(values, relative * np.maximum(np.abs(values), 1e-9), 12)


def judge_numbers(question: Question, numbers: Numbers) -> Verdict:
    """Whether these are the numbers of the step in one's own network, to the digits given, and else the slip."""
    reading = question.own_values
    assert reading is not None
    right = np.asarray(question.right(reading))
    turned = question.convention.transposes(question.step.target)
    answer = Numbers(numbers.values.T, numbers.tolerance.T, numbers.digits) if turned else numbers
    expected = right.reshape(1, 1) if right.ndim == 0 else right
    answer = _as_it_lies(answer, expected.shape)
    if answer.agree(expected):
        return Verdict(True, None, f"right to the {_digits(numbers)}", None, 0.0)
    if _largest(question) > MOST_DIAGNOSED:
        return _wrong(question, answer, expected, None)
    bench = Bench([reading], [expected], [answer.values], lambda value, _: answer.agree(_table(value)), digits=answer)
    cause = diagnosed(question.program, question.step, bench)
    return _wrong(question, answer, expected, cause)


def _largest(question: Question) -> int:
    """Entries of the largest array that the step reads or makes."""
    known = (question.step.target, *symbols(question.step.equation.expression))
    return max(prod(sizes_of(symbol.shape, question.scope.sizes)) for symbol in known)


def _table(value: Array) -> Array:
    return value.reshape(1, 1) if np.ndim(value) == 0 else value


def _as_it_lies(numbers: Numbers, shape: tuple[int, ...]) -> Numbers:
    """A list of as many numbers as a row or column has is that row or column."""
    if (
        numbers.values.shape != shape
        and 1 in shape
        and numbers.values.size == np.prod(shape)
        and 1 in numbers.values.shape
    ):
        return Numbers(numbers.values.reshape(shape), numbers.tolerance.reshape(shape), numbers.digits)
    return numbers


def _digits(numbers: Numbers) -> str:
    return "digits given" if numbers.digits == 0 else f"{numbers.digits} digit{'s' * (numbers.digits != 1)} given"


def _wrong(question: Question, answer: Numbers, expected: Array, cause: Cause | None) -> Verdict:
    error = None
    if answer.values.shape != expected.shape:
        shape = "×".join(map(str, answer.values.shape))
        wanted = shape_in_sizes(question.target.shape, question.scope.sizes)
        what = f"this is {shape}, and {said(question.target)} is {wanted}"
    else:
        off = ~(np.abs(expected - answer.values) <= answer.tolerance + 1e-12 * np.abs(expected))
        error = relative_error(answer.values, expected)
        what = f"{int(off.sum())} of {off.size} numbers differ; the relative error is {error:.3g}"
    if cause is None:
        hint = "Work one entry out by hand, with all its factors: where does it part from the number here?"
        return Verdict(False, "numbers", what, hint, error, "Then look at the quantity before it.")
    return Verdict(False, cause.name, f"{cause.says}; {what}", cause.question, error, cause.nudge)
