"""The activations: each an element-wise `Function`, or the softmax, which is a layer of its own kind.

To add one, add an entry to ACTIVATIONS: value and derivative as expressions, and where the derivative jumps.
Formulas and the values at 0 as in PyTorch (torch.nn.functional).
"""

from __future__ import annotations

import numpy as np

from nablastep.expressions import (
    ARGUMENT,
    ROWS,
    Add,
    Apply,
    Cases,
    Expression,
    Function,
    Hadamard,
    Number,
    Scale,
    Softmax,
)
from nablastep.functions.elementary import (
    COSH,
    EXP,
    EXPM1,
    NORMAL_CDF,
    NORMAL_DENSITY,
    ONES,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    ZEROS,
    constant,
    reciprocal,
)
from nablastep.laws import negate

LEAKY_SLOPE = 0.01

ELEMENT_WISE = (
    Function(
        "identity", "identity", r"\operatorname{id}", "identity of", ARGUMENT, derivative=ONES, named_derivative=True
    ),
    SIGMOID,
    Function(
        "tanh",
        "tanh",
        r"\tanh",
        "tanh of",
        primitive=np.tanh,
        derivative=reciprocal(Apply(SQUARE, Apply(COSH, ARGUMENT))),
        named_derivative=True,
    ),
    Function(
        "relu",
        "relu",
        r"\operatorname{relu}",
        "relu of",
        definition=Cases(ARGUMENT, ARGUMENT, ZEROS),
        derivative=Cases(ARGUMENT, ONES, constant(0.0)),  # a 0 would make it an array of integers
        named_derivative=True,
        kinks=(0.0,),
    ),
    Function(
        "leaky_relu",
        "leaky",
        r"\operatorname{leaky}",
        "leaky relu of",
        definition=Cases(ARGUMENT, ARGUMENT, Scale(Number(LEAKY_SLOPE), ARGUMENT)),
        derivative=Cases(ARGUMENT, ONES, constant(LEAKY_SLOPE)),
        named_derivative=True,
        kinks=(0.0,),
    ),
    Function(
        "elu",
        "elu",
        r"\operatorname{elu}",
        "elu of",
        definition=Cases(ARGUMENT, ARGUMENT, Apply(EXPM1, ARGUMENT)),
        derivative=Cases(ARGUMENT, ONES, Apply(EXP, ARGUMENT)),
        named_derivative=True,
        kinks=(0.0,),
    ),
    SOFTPLUS,
    Function(
        "gelu",
        "gelu",
        r"\operatorname{gelu}",
        "gelu of",
        definition=Hadamard(ARGUMENT, Apply(NORMAL_CDF, ARGUMENT)),
        derivative=Add(Apply(NORMAL_CDF, ARGUMENT), Hadamard(ARGUMENT, NORMAL_DENSITY)),
        named_derivative=True,
        analytic=False,
    ),
    Function(
        "silu",
        "silu",
        r"\operatorname{silu}",
        "silu of",
        definition=Hadamard(ARGUMENT, Apply(SIGMOID, ARGUMENT)),
        derivative=Hadamard(Apply(SIGMOID, ARGUMENT), Add(ONES, Hadamard(ARGUMENT, Apply(SIGMOID, negate(ARGUMENT))))),
        named_derivative=True,
    ),
)

ACTIVATIONS: dict[str, Function | None] = {function.name: function for function in ELEMENT_WISE} | {"softmax": None}
"""Name → element-wise function; None for the softmax, whose outputs each depend on all inputs of their sample."""


def activation(name: str, z: Expression) -> Expression:
    """The activation applied to z (units × samples)."""
    function = ACTIVATIONS[name]
    return Softmax(z, ROWS) if function is None else Apply(function, z)
