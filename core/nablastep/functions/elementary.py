"""The elementary functions that definitions are made of: NumPy's own, and the stable ones of `primitives`."""

from __future__ import annotations

import math

import numpy as np

from nablastep import primitives
from nablastep.expressions import (
    ARGUMENT,
    ONE,
    Add,
    Apply,
    Cases,
    Divide,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    Number,
    Scale,
    Subtract,
)
from nablastep.laws import negate

ONES = Fill(ONE, ARGUMENT.shape)
"""The constant 1, as large as the argument."""

ZEROS = Fill(Factor(0), ARGUMENT.shape)


def constant(value: float) -> Expression:
    """A constant as large as the argument."""
    return Fill(Number(value), ARGUMENT.shape)


def _with_derivative(function: Function, derivative: Expression) -> Function:
    """The function, given a derivative in which it may occur itself."""
    object.__setattr__(function, "derivative", derivative)
    return function


SQUARE = Function(
    "square", "²", "^2", "squared", primitive=np.square, derivative=Scale(Factor(2), ARGUMENT), style="postfix"
)
EXP = Function("exp", "exp", r"\exp", "exp of", primitive=np.exp)
_with_derivative(EXP, Apply(EXP, ARGUMENT))
EXPM1 = Function(
    "expm1",
    "expm1",
    r"\operatorname{expm1}",
    "exp minus one of",
    primitive=np.expm1,
    derivative=Apply(EXP, ARGUMENT),
)
SINH = Function("sinh", "sinh", r"\sinh", "sinh of", primitive=np.sinh)
COSH = Function("cosh", "cosh", r"\cosh", "cosh of", primitive=np.cosh, derivative=Apply(SINH, ARGUMENT))
_with_derivative(SINH, Apply(COSH, ARGUMENT))
SQRT = Function("sqrt", "√", r"\sqrt", "the square root of", primitive=np.sqrt, style="prefix")
_with_derivative(SQRT, Divide(ONES, Scale(Factor(2), Apply(SQRT, ARGUMENT))))
LOG = Function("log", "ln", r"\ln", "the logarithm of", primitive=np.log, derivative=Divide(ONES, ARGUMENT))
SIGMOID = Function("sigmoid", "σ", r"\sigma", "sigmoid of", primitive=primitives.sigmoid, named_derivative=True)
# σ(x) σ(−x) keeps its digits where σ(x) (1 − σ(x)) has rounded to 0.
_with_derivative(SIGMOID, Hadamard(Apply(SIGMOID, ARGUMENT), Apply(SIGMOID, negate(ARGUMENT))))
SIN = Function("sin", "sin", r"\sin", "sine of", primitive=np.sin)
COS = Function("cos", "cos", r"\cos", "cosine of", primitive=np.cos, derivative=negate(Apply(SIN, ARGUMENT)))
_with_derivative(SIN, Apply(COS, ARGUMENT))
SIGN = Function(
    "sign",
    "sign",
    r"\operatorname{sign}",
    "the sign of",
    definition=Cases(ARGUMENT, ONES, Cases(negate(ARGUMENT), constant(-1.0), constant(0.0))),
    derivative=ZEROS,
    kinks=(0.0,),
)
ABS = Function(
    "abs",
    "abs",
    r"\operatorname{abs}",
    "the absolute value of",
    definition=Cases(ARGUMENT, ARGUMENT, negate(ARGUMENT)),
    derivative=Apply(SIGN, ARGUMENT),  # 0 at 0, as PyTorch's
    kinks=(0.0,),
)
NORMAL_DENSITY = Scale(Number(1 / math.sqrt(2 * math.pi)), Apply(EXP, Scale(Factor(-1, 2), Apply(SQUARE, ARGUMENT))))
NORMAL_CDF = Function(
    "normal_cdf",
    "Φ",
    r"\Phi",
    "the normal distribution at",
    primitive=primitives.normal_cdf,
    derivative=NORMAL_DENSITY,
    analytic=False,
)
CLIP = Function(
    "clip",
    "clip",
    r"\operatorname{clip}",
    "clip of",
    primitive=primitives.clip,
    # 1 strictly inside ±1: the product of what is left to both borders is above 0
    derivative=Cases(Hadamard(Add(ONES, ARGUMENT), Subtract(ONES, ARGUMENT)), ONES, ZEROS),
    kinks=(-1.0, 1.0),
)
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
