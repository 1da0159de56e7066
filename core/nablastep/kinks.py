"""Kinks: places where an activation's slope jumps, such as the 0 of a relu, and which arguments stand on one.

A number that is 0 on paper is rarely 0 in binary: 0.2 + 0.1 − 0.4 + 0.1 leaves 2.8e-17. An argument counts as being at
a kink if it differs from it by no more than the rounding of its own sum can explain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.cells import Cell
from nablastep.evaluation import value_of
from nablastep.expressions import Add, Apply, Expression, MatMul, Repeat, Subtract, Symbol, Transpose, walk
from nablastep.iteration import Iteration
from nablastep.program import FORWARD, Program, Step
from nablastep.records import record
from nablastep.session import Session

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

EPSILON = float(np.finfo(np.float64).eps)


@record()
class Kinked:
    """A quantity that goes into a function with a kink."""

    argument: Symbol
    function: str
    kink: float


def kinked(steps: Iterable[Step]) -> Iterator[Kinked]:
    """Every quantity that the forward steps hand to a function with kinks, once for each kink."""
    for step in steps:
        for node in walk(step.equation.expression) if step.phase == FORWARD else ():
            if isinstance(node, Apply) and isinstance(node.x, Symbol):
                for kink in node.function.kinks:
                    yield Kinked(node.x, node.function.name.replace("_", " "), kink)


def rounding_of(program: Program, name: str, values: Mapping[str, Any]) -> Array:
    """How far rounding may have moved each entry of a forward quantity; shape of the quantity.

    The usual bound for a sum of k products in floating point: k · ε · Σ |terms| (Higham, Accuracy and Stability of
    Numerical Algorithms, 2002, section 3.1).
    """
    definition = program.graph.definition_of(name)
    if definition is None:
        return np.zeros(np.shape(values[name]))
    expression = definition.equation.expression
    terms = 1 + max((np.shape(values[symbol.id])[-1] for symbol in definition.read if symbol.shape), default=1)
    magnitude: Array = np.broadcast_to(_magnitude(expression, values), np.shape(values[name]))
    return terms * EPSILON * magnitude


def at_kink(program: Program, found: Kinked, values: Mapping[str, Any]) -> Mask:
    """Which entries of the argument are at the kink, to rounding; shape of the argument, units × samples."""
    name = found.argument.id
    return np.asarray(np.abs(values[name] - found.kink) <= rounding_of(program, name, values))


def kinks_at(program: Program, name: str, values: Mapping[str, Any]) -> Iterator[tuple[Kinked, Mask]]:
    """The kinks that entries of a quantity are at; `name` is a forward value, one made from it, or its gradient."""
    step = program.step(name)
    read = {name, *step.operands}
    for found in kinked(program.steps):
        belongs = found.argument.shape == step.target.shape and found.argument.id in read
        if belongs and found.argument.id in values:
            mask = at_kink(program, found, values)
            if mask.any():
                yield found, mask


def places(session: Session) -> Iterator[tuple[Cell, Kinked, bool]]:
    """Every argument of the session's iteration that is at a kink: its cell, the kink, and whether it is so exactly."""
    iteration = Iteration(session.timeline, session.position.iteration)
    program = iteration.program
    values = iteration.values(program.step(program.error.id).number)
    for found in kinked(program.steps):
        for index in map(tuple, np.argwhere(at_kink(program, found, values)).tolist()):
            yield Cell(found.argument.id, index), found, bool(values[found.argument.id][index] == found.kink)


def _magnitude(expression: Expression, values: Mapping[str, Any]) -> Any:
    """The expression with every term taken positive: what may have cancelled."""
    if isinstance(expression, Add | Subtract):
        return _magnitude(expression.left, values) + _magnitude(expression.right, values)
    if isinstance(expression, MatMul):
        return _magnitude(expression.left, values) @ _magnitude(expression.right, values)
    if isinstance(expression, Transpose):
        return _magnitude(expression.x, values).T
    if isinstance(expression, Repeat):
        return _magnitude(expression.x, values)
    return np.abs(value_of(expression, values))
