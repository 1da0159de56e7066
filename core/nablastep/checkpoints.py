"""Snapshots of all parameters at the start of iterations, in bounded memory.

When the arena is full, every second snapshot is dropped and the stride doubles. What lies between two snapshots is
found again by deterministic replay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nablastep.expressions import Symbol

Array = NDArray[np.float64]

DEFAULT_BYTES = 64 * 1024 * 1024


class Checkpoints:
    """Snapshots by iteration; `shapes` lists what one holds: (id, size in numbers) in order."""

    def __init__(self, shapes: Sequence[tuple[str, tuple[int, ...]]], limit: int = DEFAULT_BYTES) -> None:
        self._shapes = tuple(shapes)
        self._sizes = [int(np.prod(shape)) for _, shape in self._shapes]
        self._width = max(1, sum(self._sizes))
        self._most = max(2, limit // (8 * self._width))
        self._rows: Array = np.empty((min(16, self._most), self._width))
        self._iterations: list[int] = []
        self.stride = 1

    @property
    def bytes_used(self) -> int:
        """Memory of the arena."""
        return int(self._rows.nbytes)

    def offer(self, iteration: int, values: Mapping[str, Array]) -> None:
        """Keep the values at the start of the iteration if it is due and later than all that are kept."""
        if iteration % self.stride or (self._iterations and iteration <= self._iterations[-1]):
            return
        if len(self._iterations) == self._most:
            self._thin()
            if iteration % self.stride:
                return
        if len(self._iterations) == len(self._rows):
            grown = np.empty((min(2 * len(self._rows), self._most), self._width))
            grown[: len(self._rows)] = self._rows
            self._rows = grown
        row = self._rows[len(self._iterations)]
        at = 0
        for (name, _), size in zip(self._shapes, self._sizes, strict=True):
            row[at : at + size] = values[name].ravel()
            at += size
        self._iterations.append(iteration)

    def nearest(self, iteration: int) -> tuple[int, dict[str, Array]] | None:
        """The last snapshot at or before the iteration: its iteration and its values, each in an array of its own."""
        index = bisect_right(self._iterations, iteration) - 1
        if index < 0:
            return None
        row = self._rows[index]
        values: dict[str, Array] = {}
        at = 0
        for (name, shape), size in zip(self._shapes, self._sizes, strict=True):
            values[name] = row[at : at + size].reshape(shape).copy()
            at += size
        return self._iterations[index], values

    def _thin(self) -> None:
        """Drop what the doubled stride has no place for."""
        self.stride *= 2
        kept = [index for index, iteration in enumerate(self._iterations) if iteration % self.stride == 0]
        self._rows[: len(kept)] = self._rows[kept]
        self._iterations = [self._iterations[index] for index in kept]


def snapshot_shapes(symbols: Sequence[Symbol], sizes: Mapping[str, int]) -> list[tuple[str, tuple[int, ...]]]:
    """What a snapshot of these quantities holds."""
    return [(symbol.id, tuple(sizes[dimension] for dimension in symbol.shape)) for symbol in symbols]
