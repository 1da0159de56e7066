"""Lines of a derivation: first as they follow from the rules (a draft), then with their worth.

A line's value and whether it holds are computed from what it says, never written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.arrays import TooLarge
from nablastep.derivations.operands import Reading, reading_of
from nablastep.derivations.samples import SAMPLES
from nablastep.derivations.worth import LARGEST_FINITE, Evaluator, Worth
from nablastep.derivations.writing import derivation_notation
from nablastep.displayed import Displayed, DisplayedEquation
from nablastep.expressions import Expression, Symbol, Transpose, walk
from nablastep.shapes import shape_of
from nablastep.structures import SAMPLE, Entry, OfSample, Vec

Array = NDArray[np.float64]

RELATIVE, ABSOLUTE = 1e-9, 1e-12
LARGEST_SHOWN = 10_000
"""Jacobians of more entries carry the name of their structure instead of their value."""

QUANTITY, OWN, NUMBER, DEFINITION = "quantity", "own", "number", "definition"


@dataclass(frozen=True)
class Draft:
    """A line: left = right, because of the rule.

    `kind` says what its value is: the QUANTITY that is derived, the line's OWN (a Jacobian), the NUMBER dE, or nothing
    yet (DEFINITION). `structure` names what a Jacobian looks like; `arrived` is false where a route ends on something
    else than the step's equation; `becomes` says that the left side becomes the right one, as in an update.
    """

    left: Expression
    right: Expression
    rule: str
    kind: str = QUANTITY
    structure: str | None = None
    arrived: bool = True
    becomes: bool = False


@dataclass(frozen=True, eq=False)
class Line(DisplayedEquation):
    """A line as it is shown. `value` and `holds` are None where a line only defines or is too large to write out.

    `route` and `number` (from 1) say where it stands; `evaluator` knows the numbers that it reads.
    """

    route: str
    number: int
    left: Expression
    right: Expression
    rule: str
    shape: tuple[int, ...]
    value: Any
    holds: bool | None
    structure: str | None
    kind: str
    becomes: bool = False
    evaluator: Evaluator | None = field(default=None, repr=False)

    @cached_property
    def reading(self) -> Reading:
        """The operands on the right with their numbers; worked out when first asked for."""
        return Reading() if self.evaluator is None else reading_of(self.right, self.evaluator)

    def text(self, notation: str = "unicode") -> str:
        """The whole line, left = right, in that notation."""
        return "".join(self.pieces(notation))

    def pieces(self, notation: str = "unicode") -> tuple[str, ...]:
        """The line's text in its smallest pieces: symbols, operators, brackets."""
        writer = derivation_notation(notation)
        right = (token.text for token in writer.tokens(self.right))
        sign = writer.becomes if self.becomes else writer.equals
        return (*(token.text for token in writer.tokens(self.left)), sign, *right)

    def right_text(self, notation: str = "unicode") -> str:
        """What stands behind the equals sign."""
        return derivation_notation(notation).text(self.right)


class Lines(tuple[Line, ...], Displayed):
    """Lines of one route or of several, one after the other."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Truth:
    """What lines are compared with: the quantity as its step computed it, its derivative taken on the forward pass
    (None where that is not this step's business or too large), and dE."""

    quantity: Array | float
    derivative: Array | float | None = None
    change: float | None = None


def close(found: Any, expected: Any) -> bool:
    """Whether two values agree at relative 1e-9, absolute 1e-12; infinities and nan only with themselves."""
    if np.shape(found) != np.shape(expected):
        return False
    if np.array_equal(found, expected):
        return True  # as most are, to the bit
    found, expected = (
        np.where(np.abs(each) > LARGEST_FINITE, np.copysign(np.inf, each), each) for each in (found, expected)
    )
    return bool(np.allclose(found, expected, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))


def evaluated(route: str, drafts: Sequence[Draft], evaluator: Evaluator, truth: Truth) -> tuple[Line, ...]:
    """The lines of a route with their worth; a line that says the same as the one before it is left out."""
    lines: list[Line] = []
    previous: Draft | None = None
    for draft in drafts:
        if previous is None or (draft.left, draft.right) != (previous.left, previous.right):
            line = _line(route, len(lines) + 1, draft, evaluator, truth)
            if not (lines and line.text() == lines[-1].text()):
                lines.append(line)
        previous = draft
    last = lines[-1]
    if truth.derivative is not None and last.holds:
        lines[-1] = _holding(last, close(last.value, truth.derivative))
    return tuple(lines)


def _holding(line: Line, holds: bool) -> Line:
    return replace(line, holds=holds)


def _line(route: str, number: int, draft: Draft, evaluator: Evaluator, truth: Truth) -> Line:
    value, holds, structure = None, None, None
    try:
        value, holds = _worth(draft, evaluator, truth)
    except TooLarge:
        value, holds = None, None
    shape = _shape(draft, value, evaluator)
    if draft.kind == OWN and int(np.prod(shape)) > LARGEST_SHOWN:
        value, structure = None, draft.structure or "dense"
    if not draft.arrived:
        holds = False
    return Line(
        route,
        number,
        draft.left,
        draft.right,
        draft.rule,
        shape,
        value,
        holds,
        structure,
        draft.kind,
        draft.becomes,
        evaluator,
    )


def _worth(draft: Draft, evaluator: Evaluator, truth: Truth) -> tuple[Any, bool | None]:
    if draft.kind == QUANTITY:
        value = laid_out(evaluator(draft.right), draft.left, evaluator.size)
        return value, close(value, _expected(draft.left, truth.quantity))
    if draft.kind == NUMBER:
        number = float(evaluator(draft.right).array.reshape(-1)[0])
        return number, truth.change is not None and _same_change(number, truth.change)
    if draft.kind == OWN:
        right, left = evaluator(draft.right), evaluator(draft.left)
        return first_sample(right), _same(left, right)
    return None, None


def _expected(left: Expression, quantity: Array | float) -> Any:
    """The quantity as the left side lays it out: stacked behind vec."""
    return np.reshape(quantity, (-1, 1), order="F") if isinstance(left, Vec) else quantity


def _same_change(found: float, expected: float) -> bool:
    """Where a gradient is infinite dE has no number, in any form."""
    return close(found, expected) or not (abs(found) < LARGEST_FINITE or abs(expected) < LARGEST_FINITE)


def _shape(draft: Draft, value: Any, evaluator: Evaluator) -> tuple[int, ...]:
    if value is not None:
        return tuple(np.shape(value))
    return tuple(evaluator.size(dimension) for dimension in shape_of(draft.right))


def _same(left: Worth, right: Worth) -> bool:
    axes = tuple(sorted({*left.axes, *right.axes}))
    one, other = (_with_axes(worth, axes) for worth in (left, right))
    return close(*np.broadcast_arrays(one, other))


def _with_axes(worth: Worth, axes: tuple[str, ...]) -> NDArray[Any]:
    """The array with all the axes, of length 1 along those that it does not have."""
    order = sorted(range(len(worth.axes)), key=lambda place: worth.axes[place])
    array = worth.array.transpose([*order, *range(len(worth.axes), worth.array.ndim)])
    sizes = dict(zip(sorted(worth.axes), array.shape, strict=False))
    return array.reshape((*(sizes.get(axis, 1) for axis in axes), *array.shape[len(worth.axes) :]))


def first_sample(worth: Worth) -> Any:
    """The value for the first sample, as an array or a number."""
    array = worth.array
    if SAMPLE in worth.axes:
        array = np.take(array, 0, axis=worth.axes.index(SAMPLE))
    return float(array) if array.ndim == 0 else frozen(array)


def laid_out(worth: Worth, left: Expression, size: Callable[[str], int]) -> Any:
    """The value laid out like the quantity on the left: entries at their places, samples side by side."""
    array = worth.array
    if isinstance(left, Entry):
        names = tuple(index or "" for index in left.indices)
        kept = [name for name in names if name in worth.axes]
        array = array.reshape(array.shape[: len(worth.axes)])  # a 1×1 matrix is its own entry
        array = array.transpose([worth.axes.index(name) for name in kept])
        sizes: dict[str, int] = dict(zip(kept, array.shape, strict=True))
        array = array.reshape([sizes.get(name, 1) for name in names])
        array = np.broadcast_to(array, [size(dimension) for dimension in shape_of(left.x)])
    elif part := next((node for node in walk(left) if isinstance(node, OfSample)), None):
        each = array.reshape(len(array) if worth.axes else 1, -1)
        array = np.broadcast_to(each, (size(SAMPLES), each.shape[1]))  # what no sample changes is the same in all
        array = array if part.x.shape[0] == SAMPLES else array.T  # type: ignore[misc]
    elif isinstance(left, Transpose):
        array = array.T
    return float(array.reshape(-1)[0]) if shape_of(left) == () and not isinstance(left, Entry) else frozen(array)


def frozen(array: NDArray[Any]) -> Array:
    """A read-only copy."""
    copy = np.array(array, dtype=np.float64)
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True, eq=False)
class Route:
    """One way to the step's equation. `direction` is the small change of the differential route, as it is shown."""

    name: str
    lines: tuple[Line, ...]
    direction: Array | None = None
    moving: Symbol | None = None

    @property
    def holds(self) -> bool:
        """Whether every line with a value holds."""
        return all(line.holds is not False for line in self.lines)
