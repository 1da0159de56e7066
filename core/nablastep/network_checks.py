"""Checks of a network description as a whole: do the layers chain, do the data fit the layers and the loss?

Owns the wording of those mistakes. Knows single layers and fields only through their own modules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nablastep.cost import MOST_LAYERS
from nablastep.field_checks import FieldError, FloatArray, counted, described, text, whole_number
from nablastep.layer import LARGEST_MATRIX, Layer
from nablastep.optimizer_settings import OptimizerSettings

DISTRIBUTION_TOLERANCE = 1e-6
CLASSES_HINT = "if these numbers are classes, give each a column of its own: one_hot = true in data = { csv = … }"


def checked_optimizer(value: object) -> OptimizerSettings:
    """Settings from settings, a table of them, a name, or None for the default."""
    try:
        match value:
            case OptimizerSettings():
                return value
            case None:
                return OptimizerSettings()
            case str():
                return OptimizerSettings(value)
            case Mapping():
                return OptimizerSettings.from_mapping(value)
    except FieldError as error:
        raise error.inside("optimizer") from None
    raise FieldError(f'expected a table such as {{ name = "sgd" }}, found {described(value)}', ("optimizer",))


def checked_layers(values: object) -> tuple[Layer, ...]:
    """Layers from layers or tables of their keys; a mistake is named with its layer, counted from 1."""
    if isinstance(values, Mapping):
        raise FieldError("expected a list of layers, found a table; write [[layers]] for each layer", ("layers",))
    if not isinstance(values, (list, tuple)) or not values:
        found = described(values) if values or not isinstance(values, (list, tuple)) else "none"
        raise FieldError(f"expected at least one layer, found {found}", ("layers",))
    if len(values) > MOST_LAYERS:
        raise FieldError(f"expected at most {MOST_LAYERS} layers, found {len(values)}", ("layers",))
    return tuple(_layer(value, number) for number, value in enumerate(values, start=1))


def _layer(value: object, number: int) -> Layer:
    if isinstance(value, Layer):
        return value
    if not isinstance(value, Mapping):
        raise FieldError(f"expected a table, found {described(value)}", ("layers", number))
    try:
        return Layer.from_mapping(value)
    except FieldError as error:
        raise error.inside("layers", number) from None


def checked_batch_size(value: object, samples: int) -> int:
    """Samples in a batch; None means all of them."""
    return samples if value is None else whole_number(value, ("batch_size",), least=1, most=samples)


def checked_picture(value: object, inputs: int) -> tuple[int, int] | None:
    """Rows and columns of a picture that has one input for each pixel."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise FieldError(f"expected [rows, columns], found {described(value)}", ("picture",))
    rows, columns = (whole_number(side, ("picture",), least=1) for side in value)
    if rows * columns != inputs:
        problem = f"expected rows × columns to be the {counted(inputs, 'input')} of x, found {rows} × {columns}"
        raise FieldError(problem, ("picture",))
    return rows, columns


def checked_label_names(value: object, outputs: int) -> tuple[str, ...]:
    """One name for each output, or none at all."""
    if not isinstance(value, (list, tuple)):
        raise FieldError(f"expected a list of texts, found {described(value)}", ("label_names",))
    names = tuple(text(name, ("label_names",)) for name in value)
    if names and len(names) != outputs:
        problem = f"expected {counted(outputs, 'name')} to match the {counted(outputs, 'column')} of y"
        raise FieldError(f"{problem}, found {len(names)}", ("label_names",))
    return names


def check_chain(layers: Sequence[Layer], inputs: int) -> None:
    """Each W has as many columns as the layer before has units; the first as many as x has inputs."""
    width, source = inputs, f"{counted(inputs, 'input')} of x"
    for number, layer in enumerate(layers, start=1):
        if layer.W is not None and layer.W.shape[1] != width:
            problem = f"expected {counted(width, 'column')} to match the {source}, found {layer.W.shape[1]}"
            raise FieldError(problem, ("layers", number, "W"))
        if layer.units * width > LARGEST_MATRIX:
            problem = f"expected a W of at most {LARGEST_MATRIX} entries, found {layer.units} × {width}"
            raise FieldError(problem, ("layers", number, "units"))
        width, source = layer.units, f"{counted(layer.units, 'unit')} of layer {number}"


def check_targets(y: FloatArray, samples: int, units: int, loss: str) -> None:
    """y, shape (samples, outputs), fits the data, the last layer and the loss."""
    rows, columns = y.shape
    if rows != samples:
        problem = f"expected {counted(samples, 'row')} to match the {counted(samples, 'sample')} of x, found {rows}"
        raise FieldError(problem, ("y",))
    if columns != units:
        expected = f"{counted(units, 'column')} to match the {counted(units, 'unit')} of the last layer"
        hint = CLASSES_HINT if columns == 1 and _are_classes(y) else None
        raise FieldError(f"expected {expected}, found {columns}", ("y",), hint=hint)
    if loss == "binary_cross_entropy":
        _check_cells(y, (y >= 0) & (y <= 1), "binary_cross_entropy", "a number in [0, 1]")
    if loss == "categorical_cross_entropy":
        _check_cells(y, y >= 0, "categorical_cross_entropy", "a number of at least 0")
        _check_sums(y)


def _are_classes(y: FloatArray) -> bool:
    return bool(((y >= 0) & (y == np.floor(y))).all())


def _check_cells(y: FloatArray, allowed: NDArray[np.bool_], loss: str, expected: str) -> None:
    if allowed.all():
        return
    row, column = (int(place) for place in np.argwhere(~allowed)[0])
    found = float(y[row, column])
    problem = f"row {row + 1}, column {column + 1}: expected {expected} for {loss}, found {found!r}"
    raise FieldError(problem, ("y",), row=row + 1)


def _check_sums(y: FloatArray) -> None:
    with np.errstate(over="ignore"):
        sums = y.sum(axis=1)
    wrong = np.flatnonzero(~(np.abs(sums - 1) <= DISTRIBUTION_TOLERANCE))
    if wrong.size:
        row = int(wrong[0])
        expected = "expected a distribution with the sum 1 for categorical_cross_entropy"
        raise FieldError(f"row {row + 1}: {expected}, found the sum {float(sums[row]):.9g}", ("y",), row=row + 1)
