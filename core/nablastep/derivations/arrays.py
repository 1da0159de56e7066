"""The functions that the code of a derivation's line calls beside NumPy's: arrays with an axis for each index letter.

A number with indices is an array with one axis for each letter of its line, in the line's order (of length 1 where it
does not depend on that letter); a matrix has its rows and columns behind these axes. Real or complex.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LARGEST_ARRAY = 20_000_000
"""Entries of a matrix that is written out for a line, a Kronecker product above all: 160 MB."""


class TooLarge(Exception):  # noqa: N818 - not a mistake: the line is shown without a value
    """A table that is too large to be written out."""


def check_entries(*sizes: int) -> None:
    """Raise TooLarge before an array of that shape is made, if it has more entries than a machine should hold."""
    if math.prod(sizes) > LARGEST_ARRAY:
        raise TooLarge


def entry(x: Any, indices: str, letters: str) -> Array:
    """x[indices] with an axis for each of the letters; `.` stands for an axis of length 1, a letter twice for the
    diagonal."""
    array = np.asarray(x)
    if array.ndim < 2:
        return array
    front = array.ndim - 2
    if indices[0] == indices[1] != ".":
        array, indices = array.diagonal(axis1=front, axis2=front + 1)[..., np.newaxis], indices[0] + "."
    for axis in (1, 0):
        if indices[axis] == ".":
            array = np.take(array, 0, axis=front + axis)
    names = [index for index in indices if index != "."]
    order = sorted(range(len(names)), key=lambda place: letters.index(names[place]))
    array = array.transpose([*range(front), *(front + place for place in order)])
    sizes = dict(zip((names[place] for place in order), array.shape[front:], strict=True))
    own = array.reshape((*array.shape[:front], *(sizes.get(letter, 1) for letter in letters)))
    return (
        own if not front else own.reshape([a * b for a, b in zip(array.shape[:front], own.shape[front:], strict=True)])
    )


def contracted(summed: str, letters: str, *factors: Any) -> Array:
    """The sum over the summed letters of the product of the factors; a zero drops its term, whatever the others are."""
    arrays = [np.asarray(factor) for factor in factors]
    numbers = [array for array in arrays if array.ndim == 0]
    tables = [array for array in arrays if array.ndim]
    axes = tuple(letters.index(letter) for letter in summed)
    if not all(np.isfinite(array).all() for array in arrays):
        product: Any = np.ones(())
        for array in arrays:
            product = times(product, array)
        return np.asarray(product.sum(axis=axes, keepdims=True))
    used = [[letter for letter, size in zip(letters, table.shape, strict=True) if size != 1] for table in tables]
    kept = [letter for letter in letters if letter not in summed and any(letter in names for names in used)]
    code = ",".join("".join(names) for names in used) + "->" + "".join(kept)
    found = np.einsum(
        code, *(table.reshape([n for n in table.shape if n != 1]) for table in tables), optimize=len(tables) > 2
    )
    sizes = dict(zip(kept, found.shape, strict=True))
    found = found.reshape([sizes.get(letter, 1) for letter in letters])
    for number in numbers:
        found = found * number
    return np.asarray(found)


def times(left: Any, right: Any) -> Array:
    """left · right, in which a zero, such as that of a delta, drops its term even if the other factor is infinite."""
    with np.errstate(all="ignore"):
        product = np.multiply(left, right)
    if np.isfinite(product).all():
        return np.asarray(product)
    return np.where((np.asarray(left) == 0) | (np.asarray(right) == 0), 0.0, product)


def matmul(left: Array, right: Array) -> Array:
    """left @ right; a zero drops its term."""
    if np.isfinite(left).all() and np.isfinite(right).all():
        return _finite_product(left, right)
    return np.asarray(times(left[..., :, :, None], right[..., None, :, :]).sum(axis=-2))


def _finite_product(left: Array, right: Array) -> Array:
    """left @ right; where one side is the same for all of the other, as one large product instead of many small."""
    check_entries(*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), left.shape[-2], right.shape[-1])
    if max(left.ndim, right.ndim) > 2:
        if all(size == 1 for size in right.shape[:-2]):
            inner, columns = right.shape[-2:]
            flat = left.reshape(-1, inner) @ right.reshape(inner, columns)
            return np.asarray(flat.reshape(*left.shape[:-1], columns))
        if all(size == 1 for size in left.shape[:-2]):
            left = left.reshape(left.shape[-2:])
            return np.asarray(np.tensordot(right, left, axes=([-2], [1])).swapaxes(-1, -2))
    return np.asarray(left @ right)


def transpose(x: Any) -> Array:
    """The last two axes swapped; a number stays."""
    array = np.asarray(x)
    return array if array.ndim < 2 else array.swapaxes(-1, -2)


def lifted(number: Any) -> Array:
    """A number with indices as a 1×1 matrix with indices."""
    array = np.asarray(number)
    return array[..., None, None] if array.ndim else array


def whole(x: Any, rows: int, columns: int) -> Array:
    """x spread to rows × columns: constants and copies are left to broadcasting elsewhere."""
    array = np.asarray(x)
    return (
        np.broadcast_to(array, (*array.shape[:-2], rows, columns))
        if array.ndim >= 2
        else np.full((rows, columns), array)
    )


def diagonal(x: Array) -> Array:
    """The vector x on the diagonal of a square matrix."""
    entries = x.reshape(*x.shape[:-2], -1)
    check_entries(*entries.shape, entries.shape[-1])
    return np.where(np.eye(entries.shape[-1], dtype=bool), entries[..., None], 0)


def kronecker(left: Array, right: Array) -> Array:
    """left ⊗ right."""
    check_entries(*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), *left.shape[-2:], *right.shape[-2:])
    product = left[..., :, None, :, None] * right[..., None, :, None, :]
    rows, columns = left.shape[-2] * right.shape[-2], left.shape[-1] * right.shape[-1]
    return np.asarray(product.reshape(*product.shape[:-4], rows, columns))


def vec(x: Array) -> Array:
    """The columns stacked."""
    stacked = x.swapaxes(-1, -2)
    return np.asarray(stacked.reshape(*stacked.shape[:-2], -1, 1))


def commutation(rows: int, columns: int) -> Array:
    """K with K vec(X) = vec(Xᵀ)."""
    source = np.arange(rows * columns).reshape((rows, columns), order="F")
    return np.eye(rows * columns)[source.T.ravel(order="F")]


def of_sample(x: Array, axis: int, place: int, letters: int) -> Array:
    """The parts of x that belong to one sample each, on the axis of the sample's letter."""
    parts = np.moveaxis(x, axis, 0)
    parts = parts[:, :, None] if axis == 1 else parts[:, None, :]
    return parts.reshape(*(len(parts) if each == place else 1 for each in range(letters)), *parts.shape[1:])


def basis(size: int, place: int, letters: int) -> Array:
    """eᵢ, on the axis of its letter."""
    return np.eye(size).reshape(*(size if each == place else 1 for each in range(letters)), size, 1)


def on_each(function: Callable[[Array], Array], x: Array) -> Array:
    """A function of one matrix, applied to each matrix on the axes in front."""
    if x.ndim == 2:
        return function(x)
    found = [function(each) for each in x.reshape(-1, *x.shape[-2:])]
    return np.stack(found).reshape(*x.shape[:-2], *found[0].shape)


def beside(left: Array, right: Array, axis: int) -> Array:
    """Two blocks, one above the other (axis −2) or side by side (axis −1)."""
    front = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    blocks = [np.broadcast_to(each, (*front, *each.shape[-2:])) for each in (left, right)]
    return np.concatenate(blocks, axis=axis)


def log_size(x: Any) -> Any:
    """ln |x|, real or with a complex step."""
    return np.log(np.multiply(x, x)) / 2


def stepped(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of real numbers, made to carry a complex step: its value plus the step times an 8th order quotient."""

    def through(x: Any) -> Any:
        if not np.iscomplexobj(x):
            return function(x)
        real, step = np.real(x), 0.02
        slope = np.zeros(np.shape(real))
        for offset, weight in ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280)):
            slope += weight * (function(real + offset * step) - function(real - offset * step)) / step
        return function(real) + 1j * np.imag(x) * slope

    return through


def times_log(x: Any, y: Any) -> Any:
    """x ln y, 0 where x is 0. Beside a complex step ln 0 keeps a finite real part, which no derivative reads."""
    logarithm = np.log(np.where(np.asarray(x) == 0, 1, y))
    if np.iscomplexobj(y):
        logarithm = np.maximum(logarithm.real, -1e200) + 1j * logarithm.imag
    return np.where(np.asarray(x) == 0, 0, x * logarithm)
