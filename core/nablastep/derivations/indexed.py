"""A value with an axis for each free index, and how several of them are laid beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Worth:
    """A value: `array` has one axis for each of `axes`, then rows and columns unless it is a scalar."""

    array: NDArray[Any]
    axes: tuple[str, ...] = ()
    scalar: bool = False


def aligned(*operands: Worth) -> tuple[tuple[str, ...], list[NDArray[Any]]]:
    """The arrays with the same axes in front, in order of appearance; scalars among matrices get two of size 1."""
    axes = tuple(dict.fromkeys(axis for operand in operands for axis in operand.axes))
    matrices = any(not operand.scalar for operand in operands)
    arrays = []
    for operand in operands:
        array = operand.array
        if operand.scalar and matrices:
            array = array[..., None, None]
        kept = [axis for axis in axes if axis in operand.axes]
        trailing = list(range(len(operand.axes), array.ndim))
        array = array.transpose([operand.axes.index(axis) for axis in kept] + trailing)
        shape = iter(array.shape[: len(kept)])
        front = [next(shape) if axis in kept else 1 for axis in axes]
        arrays.append(array.reshape((*front, *array.shape[len(kept) :])))
    return axes, arrays
