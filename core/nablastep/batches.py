"""The samples as edits have left them, cut into the batches of iterations: an iteration's inputs and its program.

A batch is known by its place in the pass over the samples; its arrays are made when they are first asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.edits import Edit
from nablastep.graph import Role
from nablastep.network import Network
from nablastep.program import Program, program_for
from nablastep.records import record

Array = NDArray[np.float64]
Rows = slice | NDArray[np.intp]

SUM_TOLERANCE = 1e-12
"""Targets whose sum is this near to 1 count as distributions in the choice of E's equation."""


@record(eq=False)
class Batch:
    """The samples of one iteration: their rows in the data, and the program that they need."""

    x: Array
    y: Array
    rows: Rows
    size: int
    program: Program

    @cached_property
    def inputs(self) -> tuple[Any, ...]:
        """The values of the program's inputs, in its order, frozen: samples and targets side by side as columns."""
        values = {Role.DATA: self.x, Role.TARGET: self.y}
        roles = [quantity.role for quantity in self.program.graph.quantities if quantity.role in values]
        # Contiguous, so that every path multiplies the same memory layout and gets the same bits.
        columns = [np.ascontiguousarray(values[role][self.rows].T) for role in roles]
        for array in columns:
            array.flags.writeable = False
        return (*columns, self.size)


class Samples:
    """The data of a network with the edits made in it; `x` and `y` as in the file: samples × features, read-only."""

    def __init__(self, network: Network, edits: tuple[Edit, ...] = ()) -> None:
        self.network = network
        self.x = _edited(network.x, [edit for edit in edits if edit.name == "x"])
        self.y = _edited(network.y, [edit for edit in edits if edit.name == "y"])
        self._are_distributions: NDArray[np.bool_] = np.abs(self.y.sum(axis=1) - 1) <= SUM_TOLERANCE
        self._programs: dict[tuple[int, bool], Program] = {}
        self._batches: OrderedDict[tuple[int, int], Batch] = OrderedDict()

    def batch(self, iteration: int) -> Batch:
        """The batch of that iteration. Those of about one pass are kept."""
        place = self.network.place_in_pass(iteration)
        key = place if self.network.shuffle else (0, place[1])
        found = self._batches.get(key)
        if found is None:
            found = self._batches[key] = self._new_batch(iteration)
            while len(self._batches) > max(2, self.network.batches_per_pass):
                self._batches.popitem(last=False)
        return found

    def batches(self, first: int, stop: int) -> tuple[Program, list[tuple[Any, ...]]]:
        """The inputs of iterations from `first` on, as long as they share their program and come before `stop`."""
        batch = self.batch(first)
        if self.network.batches_per_pass == 1 and not self.network.shuffle:
            return batch.program, [batch.inputs] * (stop - first)
        inputs = [batch.inputs]
        for iteration in range(first + 1, stop):
            other = self.batch(iteration)
            if other.program is not batch.program:
                break
            inputs.append(other.inputs)
        return batch.program, inputs

    def _new_batch(self, iteration: int) -> Batch:
        rows = self.network.rows(iteration)
        chosen = self._are_distributions[rows]
        key = (len(chosen), bool(chosen.all()))
        if key not in self._programs:
            self._programs[key] = program_for(self.network, batch_samples=key[0], targets_sum_to_one=key[1])
        return Batch(self.x, self.y, rows, key[0], self._programs[key])


@lru_cache(maxsize=3)
def edited_samples(network: Network, edits: tuple[Edit, ...]) -> Samples:
    """The samples of a network with those edits. The last few are kept, since each may be a copy of all data."""
    return Samples(network, edits)


def _edited(values: Array, edits: list[Edit]) -> Array:
    if edits:
        values = values.copy()
        for edit in edits:
            values[edit.indices] = edit.value
    values.flags.writeable = False
    return values
