"""Norms, for display: √(Σ x²) is ‖x‖, and Σ x² is ‖x‖²."""

from __future__ import annotations

from nablastep.expressions import Apply, Expression, Factor, Power, Sum
from nablastep.functions.elementary import SQRT, SQUARE
from nablastep.structures import Norm


def with_norms(expression: Expression) -> Expression:
    """The expression with its norms written as such; nothing is computed with that."""
    operands = expression.operands
    if operands:
        expression = expression.with_operands(tuple(with_norms(operand) for operand in operands))
    match expression:
        case Sum(Apply(function, x, False)) if function is SQUARE:
            return Norm(x, 2)
        case Apply(function, Norm(x, 2), False) if function is SQRT:
            return Norm(x, 1)
        case Apply(function, Norm(x, 1), False) if function is SQUARE:
            return Norm(x, 2)
        case Power(Norm(x, 1), Factor(exponent, 1, (), ())) if exponent > 0:
            return Norm(x, exponent)
    return expression
