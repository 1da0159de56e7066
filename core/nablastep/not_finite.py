"""Where a number that is not finite came from: the step that made the first one, and the operation that did it.

Follows one operand after the other back in time: what reads nan or ∞ did not make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nablastep.evaluation import value_of
from nablastep.expressions import Apply, Divide, Expression, LogSumExp, Ratio, TimesLog
from nablastep.iteration import Iteration
from nablastep.program import Step
from nablastep.records import record
from nablastep.timeline import Timeline


@record()
class Origin:
    """The step that made the first number that is not finite, and by which operation."""

    iteration: int
    step: int
    id: str
    cause: str


def origin_of(timeline: Timeline, iteration: int, name: str) -> Origin | None:
    """The origin of what is not finite in the value of a step in an iteration; None if the value is finite."""
    while True:
        seen = Iteration(timeline, iteration)
        step = seen.program.step(name)
        before = seen.values(step.number - 1)
        if is_finite(seen.made(step.number)):
            return None
        broken = next((operand for operand in step.operands if not is_finite(before[operand])), None)
        if broken is None:
            return Origin(iteration, step.number, step.id, _cause(step, before))
        if not _is_made_before(step, broken, seen):
            iteration = _first_start_with(timeline, broken, iteration) - 1
        name = broken


def is_finite(value: Any) -> bool:
    """Whether every number of a value is finite."""
    return bool(np.isfinite(value).all())


def _is_made_before(step: Step, name: str, iteration: Iteration) -> bool:
    return any(other.id == name and other.number < step.number for other in iteration.program.steps)


def _first_start_with(timeline: Timeline, name: str, last: int) -> int:
    """The first iteration that begins with the quantity broken; it begins whole in iteration 1, broken in `last`."""
    whole, broken = 1, last
    while broken - whole > 1:
        middle = (whole + broken) // 2
        if is_finite(timeline.start(middle)[name]):
            whole = middle
        else:
            broken = middle
    return broken


def _cause(step: Step, values: Mapping[str, Any]) -> str:
    """The operation of a right side, all of whose operands are finite, that makes a number which is not."""
    # The textbook form is what the reader thinks of; the form computed is asked where that one is finite.
    for equation in (step.equation, step.definition):
        node = None if equation is None else _first_broken(equation.expression, values)
        if node is not None:
            return _operation(node, values)
    return "overflow"


def _first_broken(node: Expression, values: Mapping[str, Any]) -> Expression | None:
    """The innermost node whose value is not finite."""
    for operand in node.operands:
        found = _first_broken(operand, values)
        if found is not None:
            return found
    try:
        return None if is_finite(value_of(node, values)) else node
    except KeyError:
        return None


def _operation(node: Expression, values: Mapping[str, Any]) -> str:
    if isinstance(node, TimesLog):
        worst = float(np.min(value_of(node.right, values)))
        return f"the logarithm of {'a negative number' if worst < 0 else '0'}"
    if isinstance(node, Divide | Ratio) and bool((np.asarray(value_of(node.right, values)) == 0).any()):
        return "a division by 0"
    if isinstance(node, LogSumExp):
        return "overflow of exp"
    if isinstance(node, Apply):
        argument = np.asarray(value_of(node.x, values))
        if node.function.name == "sqrt" and bool((argument < 0).any()):
            return "the square root of a negative number"
        return f"overflow of {node.function.unicode}" if node.function.style == "call" else "overflow of a power"
    return "overflow, a number too large for a double"
