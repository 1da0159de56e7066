"""Every function of one argument that formulas call by its name."""

from __future__ import annotations

from nablastep.expressions import Function
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.elementary import (
    ABS,
    CLIP,
    COS,
    COSH,
    EXP,
    EXPM1,
    HUBER,
    LOG,
    NORMAL_CDF,
    SIGN,
    SIN,
    SINH,
    SQRT,
    SQUARE,
)

FUNCTIONS: dict[str, Function] = {
    **{name: function for name, function in ACTIVATIONS.items() if function is not None},
    "leaky": ACTIVATIONS["leaky_relu"],  # type: ignore[dict-item]
    **{function.name: function for function in (ABS, CLIP, COS, COSH, EXP, EXPM1, HUBER, NORMAL_CDF)},
    **{function.name: function for function in (SIGN, SIN, SINH, SQRT, SQUARE)},
    "ln": LOG,
    "log": LOG,
}
"""Each by all its names."""
