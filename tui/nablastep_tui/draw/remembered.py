"""What was made of arrays, remembered by their identity: a frozen array is the same numbers as long as it lives.

Holds no array alive. What can still be written to is never remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import ref

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Values = NDArray[np.float64]


class Remembered(Generic[T]):
    """The `most` results used last, each for an array and everything else that decides it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Callable[[], object], T]] = OrderedDict()

    def of(self, values: Values | None, rest: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for these values, or for none, and the rest."""
        if values is None:
            return self._found((None, rest), None, make)
        # A transposed array is a new view every time: it is known by the array that it looks at, and how.
        owner = values if values.base is None else values.base
        if not isinstance(owner, np.ndarray) or values.flags.writeable or owner.flags.writeable:
            return make()
        place = (id(owner), values.__array_interface__["data"][0], values.shape, values.strides)
        return self._found((place, rest), owner, make)

    def _found(self, key: Hashable, owner: Values | None, make: Callable[[], T]) -> T:
        found = self._kept.get(key)
        # Where an array has gone, another may have come to the same place.
        if found is None or found[0]() is not owner:
            found = self._kept[key] = (_nothing if owner is None else ref(owner), make())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found[1]


def _nothing() -> None:
    """What stands in the place of an array where there is none."""
