"""An expression for one sample; where samples see each other there is none."""

from __future__ import annotations

from typing import Any

from nablastep.expressions import (
    Apply,
    Cases,
    Expression,
    Fill,
    LogSumExp,
    MatMul,
    Repeat,
    Scale,
    Softmax,
    Sum,
    Symbol,
    Total,
    Transpose,
)
from nablastep.shapes import shape_of
from nablastep.structures import (
    OfSample,
)

SAMPLES = "m"
"""The dimension of the samples of a batch."""


def of_sample(expression: Expression) -> Expression | None:
    """The expression for one sample: each quantity with samples becomes its part, copies over samples fall away.

    None where the samples see each other, so that one alone has no such form.
    """
    if isinstance(expression, Symbol):
        return OfSample(expression) if SAMPLES in expression.shape else expression
    if isinstance(expression, OfSample):
        return expression
    if isinstance(expression, Fill):
        shape: Any = tuple("1" if dimension == SAMPLES else dimension for dimension in expression.shape)
        return Fill(expression.scalar, shape)
    if isinstance(expression, Repeat) and expression.dimension == SAMPLES:
        return of_sample(expression.x)
    if _mixes_samples(expression):
        return None
    operands = [of_sample(operand) for operand in expression.operands]
    found = [operand for operand in operands if operand is not None]
    return expression.with_operands(tuple(found)) if len(found) == len(operands) else None


def _mixes_samples(node: Expression) -> bool:
    if shape_of(node).count(SAMPLES) > 1:
        return True
    if isinstance(node, MatMul):
        left, right = shape_of(node.left), shape_of(node.right)
        return SAMPLES in (left[1], right[0]) or (SAMPLES in left and SAMPLES in right)  # type: ignore[misc]
    if isinstance(node, Sum):
        return SAMPLES in shape_of(node.x)
    if isinstance(node, Total | Softmax | LogSumExp):
        return shape_of(node.x)[node.axis] == SAMPLES
    known = (Transpose, Scale, Sum, Apply, Cases, Repeat, Fill)
    same_shape = all(shape_of(operand) in ((), shape_of(node)) for operand in node.operands)
    return SAMPLES in shape_of(node) and not isinstance(node, known) and not same_shape
