"""The elementary functions that definitions are made of: NumPy's own, and the stable ones of `primitives`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nablastep import primitives
from nablastep.expressions import (
    ARGUMENT,
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    Number,
    Scale,
    negate,
)

ONES = Fill(ONE, ARGUMENT.shape)
"""The constant 1, as large as the argument."""

ZEROS = Fill(Factor(0), ARGUMENT.shape)


def constant(value: float) -> Expression:
    """A constant as large as the argument."""
    return Fill(Number(value), ARGUMENT.shape)


SQUARE = Function(
    "square", "²", "^2", "squared", primitive=np.square, derivative=Scale(Factor(2), ARGUMENT), style="postfix"
)
EXP = Function("exp", "exp", r"\exp", "exp of", primitive=np.exp)
EXPM1 = Function("expm1", "expm1", r"\operatorname{expm1}", "exp minus one of", primitive=np.expm1)
COSH = Function("cosh", "cosh", r"\cosh", "cosh of", primitive=np.cosh)
SQRT = Function("sqrt", "√", r"\sqrt", "the square root of", primitive=np.sqrt, style="prefix")
_SIGMOID = Function("sigmoid", "σ", r"\sigma", "sigmoid of", primitive=primitives.sigmoid, named_derivative=True)
# σ(x) σ(−x) keeps its digits where σ(x) (1 − σ(x)) has rounded to 0.
SIGMOID = replace(_SIGMOID, derivative=Hadamard(Apply(_SIGMOID, ARGUMENT), Apply(_SIGMOID, negate(ARGUMENT))))
NORMAL_CDF = Function(
    "normal_cdf", "Φ", r"\Phi", "the normal distribution at", primitive=primitives.normal_cdf, analytic=False
)
CLIP = Function("clip", "clip", r"\operatorname{clip}", "clip of", primitive=primitives.clip, kinks=(-1.0, 1.0))
HUBER = Function(
    "huber",
    "huber",
    r"\operatorname{huber}",
    "huber of",
    # ½x² for |x| ≤ 1 and |x| − ½ outside, in one line
    definition=Hadamard(Apply(CLIP, ARGUMENT), Add(ARGUMENT, Scale(Factor(-1, 2), Apply(CLIP, ARGUMENT)))),
    derivative=Apply(CLIP, ARGUMENT),
    kinks=(-1.0, 1.0),
)
SOFTPLUS = Function(
    "softplus",
    "softplus",
    r"\operatorname{softplus}",
    "softplus of",
    primitive=primitives.softplus,
    derivative=Apply(SIGMOID, ARGUMENT),
    named_derivative=True,
)


def reciprocal(x: Expression) -> Expression:
    """1 ⊘ x in a definition."""
    return Divide(ONES, x)
