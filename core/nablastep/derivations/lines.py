"""Lines of a derivation: first as they follow from the rules (a draft), then shown in one convention with their worth.

A draft is written in columns with z = W a + b, like every equation of the core. Showing it substitutes the convention's
symbols; its value and whether it holds are computed from what is shown, never written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.conventions import shown, shown_transposed
from nablastep.derivations.worth import LARGEST_FINITE, Evaluator, TooLarge, Worth
from nablastep.derivations.writing import derivation_notation
from nablastep.displayed import Displayed, DisplayedEquation
from nablastep.expressions import Expression, Symbol
from nablastep.shapes import shape_of
from nablastep.structures import SAMPLE, Entry
from nablastep.transposition import Convention

Array = NDArray[np.float64]
Rule = str | Callable[[Convention], str]

RELATIVE, ABSOLUTE = 1e-9, 1e-12
LARGEST_SHOWN = 10_000
"""Jacobians of more entries carry the name of their structure instead of their value."""

QUANTITY, OWN, NUMBER, DEFINITION = "quantity", "own", "number", "definition"


@dataclass(frozen=True)
class Draft:
    """A line in columns: left = right, because of the rule.

    `kind` says what its value is: the QUANTITY that is derived, the line's OWN (a Jacobian), the NUMBER dE, or nothing
    yet (DEFINITION). `structure` names what a Jacobian looks like; `laid_like` is the quantity whose orientation the
    slices on the right follow.
    """

    left: Expression
    right: Expression
    rule: Rule
    kind: str = QUANTITY
    structure: str | None = None
    laid_like: Symbol | None = None


@dataclass(frozen=True, eq=False)
class Line(DisplayedEquation):
    """A line as it is shown. `value` and `holds` are None where a line only defines or is too large to write out.

    `route` and `number` (from 1) say where it stands; `parts` holds the value for every sample where the line is about
    an intermediate of one sample.
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

    def text(self, notation: str = "unicode") -> str:
        """The whole line, left = right, in that notation."""
        return "".join(self.pieces(notation))

    def pieces(self, notation: str = "unicode") -> tuple[str, ...]:
        """The line's text in its smallest pieces: symbols, operators, brackets."""
        writer = derivation_notation(notation)
        right = (token.text for token in writer.tokens(self.right))
        return (*(token.text for token in writer.tokens(self.left)), writer.equals, *right)

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
    derivative: Array | float | None
    change: float | None


def close(found: Any, expected: Any) -> bool:
    """Whether two values agree at relative 1e-9, absolute 1e-12; infinities and nan only with themselves."""
    if np.shape(found) != np.shape(expected):
        return False
    found, expected = (
        np.where(np.abs(each) > LARGEST_FINITE, np.copysign(np.inf, each), each) for each in (found, expected)
    )
    return bool(np.allclose(found, expected, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))


def shown_lines(
    route: str, drafts: Sequence[Draft], variable: Symbol, convention: Convention, evaluator: Evaluator, truth: Truth
) -> tuple[Line, ...]:
    """The lines of a route in the convention, evaluated; a line that this convention writes like the one before it is
    left out. `variable` is the quantity in columns that lines of kind QUANTITY are about."""
    lines: list[Line] = []
    for draft in _distinct(drafts, variable, convention):
        line = _evaluated(draft, evaluator, truth)
        rule = draft.rule if isinstance(draft.rule, str) else draft.rule(convention)
        lines.append(replace(line, route=route, number=len(lines) + 1, rule=rule))
    last = lines[-1]
    if truth.derivative is not None and last.holds:
        lines[-1] = replace(last, holds=close(last.value, truth.derivative))
    return tuple(lines)


def _distinct(drafts: Iterable[Draft], variable: Symbol, convention: Convention) -> list[Draft]:
    """The drafts with both sides as shown; of two that look the same the later one goes."""
    found: list[Draft] = []
    for draft in drafts:
        flips = draft.kind == QUANTITY and shape_of(draft.left) != () and convention.transposes(variable)
        flips_slices = draft.laid_like is not None and convention.transposes(draft.laid_like)
        left = (shown_transposed if flips else shown)(draft.left, convention)
        right = (shown_transposed if flips or flips_slices else shown)(draft.right, convention)
        changed = replace(draft, left=left, right=right)
        if not found or (found[-1].left, found[-1].right) != (changed.left, changed.right):
            found.append(changed)
    return found


def _evaluated(draft: Draft, evaluator: Evaluator, truth: Truth) -> Line:
    value, holds, structure = None, None, None
    try:
        if draft.kind == QUANTITY:
            value = laid_out(evaluator(draft.right), draft.left)
            holds = close(value, truth.quantity)
        elif draft.kind == NUMBER:
            value = float(evaluator(draft.right).array.reshape(-1)[0])
            holds = truth.change is not None and _same_change(value, truth.change)
        elif draft.kind == OWN:
            right, left = evaluator(draft.right), evaluator(draft.left)
            holds = _same(left, right)
            value = first_sample(right)
    except TooLarge:
        value, holds = None, None
    shape = _shape(draft, value, evaluator)
    if draft.kind == OWN and int(np.prod(shape)) > LARGEST_SHOWN:
        value, structure = None, draft.structure or "dense"
    return Line("", 0, draft.left, draft.right, "", shape, value, holds, structure, draft.kind)


def _same_change(found: float, expected: float) -> bool:
    """Where a gradient is infinite dE has no number, in any form."""
    return close(found, expected) or not (abs(found) < LARGEST_FINITE or abs(expected) < LARGEST_FINITE)


def _shape(draft: Draft, value: Any, evaluator: Evaluator) -> tuple[int, ...]:
    if value is not None:
        return tuple(np.shape(value))
    return tuple(evaluator.size(dimension) for dimension in shape_of(draft.right))


def _same(left: Worth, right: Worth) -> bool:
    axes = tuple(dict.fromkeys((*left.axes, *right.axes)))
    return close(_spread(left, axes, right), _spread(right, axes, left))


def _spread(worth: Worth, axes: tuple[str, ...], other: Worth) -> NDArray[Any]:
    """The array with all the axes, copied along those that it does not have."""
    array = worth.array
    missing = [axis for axis in axes if axis not in worth.axes]
    for axis in missing:
        size = other.array.shape[other.axes.index(axis)]
        array = np.repeat(array[None], size, axis=0)
    names = (*reversed(missing), *worth.axes)
    trailing = list(range(len(names), array.ndim))
    return array.transpose([names.index(axis) for axis in axes] + trailing)


def first_sample(worth: Worth) -> Any:
    """The value for the first sample, as an array or a number."""
    array = worth.array
    if SAMPLE in worth.axes:
        array = np.take(array, 0, axis=worth.axes.index(SAMPLE))
    return float(array) if array.ndim == 0 else frozen(array)


def laid_out(worth: Worth, left: Expression) -> Any:
    """The value laid out like the quantity on the left: entries at their places, samples side by side."""
    array = worth.array
    if isinstance(left, Entry):
        order = [worth.axes.index(index) for index in left.indices if index is not None]
        array = array.transpose(order)
        for axis, index in enumerate(left.indices):
            if index is None:
                array = np.expand_dims(array, axis)
    elif worth.axes == (SAMPLE,):
        rows = shape_of(left)[:1] == ("1",) and array.shape[-2] == 1
        array = array[:, 0, :] if rows else array[:, :, 0].T
    return float(array.reshape(-1)[0]) if shape_of(left) == () and not isinstance(left, Entry) else frozen(array)


def frozen(array: NDArray[Any]) -> Array:
    """A read-only copy."""
    copy = np.array(array, dtype=np.float64)
    copy.flags.writeable = False
    return copy
