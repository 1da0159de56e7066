"""One layer of a network: its weights or how to draw them, its bias, its activation.

Owns the checks that need only the layer itself, and random initialisation. Knows no other layer, no data, no file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from nablastep.field_checks import (
    FieldError,
    FloatArray,
    choice,
    counted,
    described,
    matrix,
    read_only,
    truth,
    unknown_key,
    vector,
    whole_number,
)
from nablastep.functions import activation_names
from nablastep.records import record

INIT_NAMES = ("zeros", "constant", "normal", "uniform", "xavier", "he")
LAYER_KEYS = ("activation", "W", "b", "units", "init", "bias", "frozen")
LARGEST_MATRIX = 25_000_000  # entries; 200 MB of float64, far beyond what anyone steps through


@record(eq=False)
class Layer:
    """z = W a + b, then the activation.

    `W` has shape (units, units of the layer before), `b` (units,); without `W` it is drawn as `init` says.
    `b` is None for a layer without bias, and for one whose bias starts at 0 (`bias` tells them apart).
    Raises NetworkError for anything that contradicts itself.
    """

    activation: str
    W: FloatArray | None
    b: FloatArray | None
    units: int
    init: str
    bias: bool
    frozen: tuple[str, ...]

    def __init__(
        self,
        activation: str,
        W: ArrayLike | None = None,
        b: ArrayLike | None = None,
        units: int | None = None,
        init: str = "xavier",
        bias: bool = True,
        frozen: Sequence[str] = (),
    ) -> None:
        weights = None if W is None else matrix(W, ("W",), "units out × units in")
        checked_units = _units(units, weights)
        offsets = None if b is None else _bias(b, checked_units)
        has_bias = truth(bias, ("bias",)) and (weights is None or offsets is not None)
        if offsets is not None and not has_bias:
            raise FieldError("expected no b beside bias = false", ("b",))
        checked = {
            "activation": choice(activation, activation_names(), ("activation",)),
            "W": weights,
            "b": offsets,
            "units": checked_units,
            "init": choice(init, INIT_NAMES, ("init",)),
            "bias": has_bias,
            "frozen": _frozen(frozen, has_bias),
        }
        for field, value in checked.items():
            object.__setattr__(self, field, value)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Layer:
        """A layer from a table of its keys; keys that contradict one another are refused."""
        for key in mapping:
            if key not in LAYER_KEYS:
                raise unknown_key(key, LAYER_KEYS)
        if "activation" not in mapping:
            raise FieldError("the key 'activation' is missing")
        if "W" in mapping and "init" in mapping:
            raise FieldError("does not apply to a layer with W; leave out one of them", ("init",))
        if "W" in mapping and "b" not in mapping and mapping.get("bias") is True:
            raise FieldError("expected b beside W and bias = true", ("bias",))
        return cls(**mapping)  # type: ignore[arg-type]  # each value is checked on construction

    def initial_weights(self, inputs: int, generator: Callable[[], np.random.Generator]) -> FloatArray:
        """W, shape (units, inputs): the given one, or drawn from the generator as `init` says.

        The generator is asked for when a number is drawn: NumPy loads its generators only then.
        """
        return drawn(self.init, (self.units, inputs), generator()) if self.W is None else self.W

    def initial_bias(self) -> FloatArray | None:
        """b as a column, shape (units, 1); None for a layer without bias."""
        if not self.bias:
            return None
        return read_only(np.zeros((self.units, 1)) if self.b is None else self.b[:, np.newaxis])


def drawn(init: str, shape: tuple[int, int], generator: np.random.Generator) -> FloatArray:
    """A matrix (out, in) drawn from the generator as `init` says.

    xavier: Glorot and Bengio 2010, U(±√(6/(in+out))); he: He et al. 2015, N(0, 2/in).
    """
    outputs, inputs = shape
    match init:
        case "xavier":
            limit = math.sqrt(6.0 / (inputs + outputs))
            return read_only(generator.uniform(-limit, limit, shape))
        case "he":
            return read_only(generator.normal(0.0, math.sqrt(2.0 / inputs), shape))
        case "normal":
            return read_only(generator.normal(0.0, 0.1, shape))
        case "uniform":
            return read_only(generator.uniform(-0.5, 0.5, shape))
        case "constant":
            return read_only(np.full(shape, 0.1))
    return read_only(np.zeros(shape))


def _units(units: object, weights: FloatArray | None) -> int:
    if weights is None and units is None:
        raise FieldError("expected W, or units for weights drawn at random; found neither")
    if weights is None:
        return whole_number(units, ("units",), least=1, most=LARGEST_MATRIX)
    rows = int(weights.shape[0])
    if units is not None and whole_number(units, ("units",), least=1) != rows:
        raise FieldError(f"expected {rows} to match the {counted(rows, 'row')} of W, found {units}", ("units",))
    return rows


def _bias(b: object, units: int) -> FloatArray:
    offsets = vector(b, ("b",))
    if offsets.size != units:
        expected = f"{counted(units, 'number')} to match the {counted(units, 'unit')} of the layer"
        raise FieldError(f"expected {expected}, found {offsets.size}", ("b",))
    return offsets


def _frozen(names: object, has_bias: bool) -> tuple[str, ...]:
    if not isinstance(names, (list, tuple, set, frozenset)):
        raise FieldError(f'expected a list such as ["b"], found {described(names)}', ("frozen",))
    for name in names:
        if choice(name, ("W", "b"), ("frozen",)) == "b" and not has_bias:
            raise FieldError("found 'b', but the layer has no bias", ("frozen",))
    return tuple(name for name in ("W", "b") if name in names)
