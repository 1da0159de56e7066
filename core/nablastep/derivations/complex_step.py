"""The complex step: f(x + ih) / h has the derivative as its imaginary part, without any error of truncation.

Source: Squire and Trapp (1998), "Using Complex Variables to Estimate Derivatives of Real Functions".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.derivations.indexed import Worth

STEP = 1e-150
"""The imaginary step: far below every value, so that the derivative has no error of truncation at all."""

LARGEST_FINITE = 1e140
"""A derivative beyond this is a division by the step itself: the true one is infinite."""

LARGEST_TABLE = 8_000_000
"""Derivative tables of more entries are not written out."""

LARGEST_ARRAY = 20_000_000
"""Entries of a matrix that is written out for a line, a Kronecker product above all: 160 MB."""

LARGEST_WORK = 500_000_000
"""Nor are those of quantities so large that nudging each entry in turn takes too long (entries squared)."""

NUDGED = "@"
"""The axis of the nudges that are tried at once."""


class TooLarge(Exception):  # noqa: N818 - not a mistake: the line is shown without a value
    """A table of derivatives that is too large to be written out."""


def check_entries(*sizes: int) -> None:
    """Raise TooLarge before an array of that shape is made, if it has more entries than a machine should hold."""
    if math.prod(sizes) > LARGEST_ARRAY:
        raise TooLarge


def nudged(base: Worth, start: int, stop: int) -> Worth:
    """The value once for each entry from start to stop, each time with a step in that entry."""
    rows, columns = base.array.shape[-2:]
    steps = np.zeros((stop - start, rows * columns), dtype=complex)
    steps[np.arange(stop - start), np.arange(start, stop)] = 1j * STEP
    shape = (stop - start, *(1 for _ in base.axes), rows, columns)
    return Worth(base.array + steps.reshape(shape), (NUDGED, *base.axes))


def slope_of_step(array: NDArray[Any]) -> NDArray[np.float64]:
    """The derivative that a stepped value carries; one that is the step's own size is infinite."""
    slope = np.imag(array) / STEP
    return np.asarray(np.where(np.abs(slope) > LARGEST_FINITE, np.copysign(np.inf, slope), slope))
