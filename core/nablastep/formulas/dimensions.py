"""Which dimensions are the same one: found by unification while equations are read, and named once all are read.

Every axis of a quantity begins as a dimension of its own with its size; wherever two have to be equal, they become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

SAMPLES_AXIS, ONE_ENTRY = "m", "1"
UNNAMED = "axis "
"""What a dimension begins with before it has its letter."""


class Dimensions:
    """Classes of equal dimensions. `samples` is the number of samples in the data.

    Dimensions that are `loose` may turn out to be that of the samples, if they have its size and batches are whole.
    """

    def __init__(self, samples: int, *, whole_batches: bool) -> None:
        self.sizes: dict[str, int] = {ONE_ENTRY: 1, SAMPLES_AXIS: samples if samples > 1 else 2}
        self._samples = samples if whole_batches and samples > 1 else None
        self._parents: dict[str, str] = {}
        self._tight: set[str] = {ONE_ENTRY}

    def fresh(self, size: int, *, loose: bool = False) -> str:
        """A new dimension of that size."""
        name = f"{UNNAMED}{len(self.sizes)}"
        self.sizes[name] = size
        if not loose:
            self._tight.add(name)
        return name

    def joined(self, left: str, right: str) -> str:
        """A new dimension for two that stand one behind the other."""
        return self.fresh(self.size(left) + self.size(right))

    def size(self, dimension: str) -> int:
        """How many entries it has."""
        return prod(self.sizes[part] for part in self.named(dimension).split("·"))

    def same(self, left: str, right: str) -> bool:
        """Whether two dimensions can be one, and then they are."""
        left, right = self.named(left), self.named(right)
        if left == right:
            return True
        if "·" in left or "·" in right:
            return False
        if SAMPLES_AXIS in (left, right):
            return self._are_samples(right if left == SAMPLES_AXIS else left)
        if self.sizes[left] != self.sizes[right]:
            return False
        self._join(left, right)
        return True

    def _are_samples(self, other: str) -> bool:
        if other in self._tight or self.sizes[other] != self._samples:
            return False
        self._parents[other] = SAMPLES_AXIS
        return True

    def _join(self, left: str, right: str) -> None:
        kept, gone = (left, right) if left == ONE_ENTRY else (right, left)
        self._parents[gone] = kept
        if gone in self._tight:
            self._tight.add(kept)

    def named(self, dimension: str) -> str:
        """The one name of a dimension's class; a product of dimensions is named by its factors."""
        parts = sorted(found for found in map(self._root, dimension.split("·")) if found != ONE_ENTRY)
        return "·".join(parts) or ONE_ENTRY

    def _root(self, name: str) -> str:
        while name in self._parents:
            name = self._parents[name]
        return name

    def described(self, _dimension: str) -> str | None:
        """What messages call a dimension that has no size yet; None where its size says it."""
        return None

    def state(self) -> tuple[dict[str, str], set[str]]:
        """What `restore` goes back to, for a reading that is tried only."""
        return dict(self._parents), set(self._tight)

    def restore(self, state: tuple[dict[str, str], set[str]]) -> None:
        """Take back what was unified since."""
        self._parents, self._tight = dict(state[0]), set(state[1])

    def letters(self, dimensions: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
        """Each class's final name, n0, n1, … in this order of appearance, without names that are taken."""
        free = _numbered(set(taken))
        letters = {ONE_ENTRY: ONE_ENTRY, SAMPLES_AXIS: SAMPLES_AXIS}
        for dimension in dimensions:
            for part in self.named(dimension).split("·"):
                if part not in letters:
                    letters[part] = next(free)
        return letters


def _numbered(taken: set[str]) -> Iterator[str]:
    number = 0
    while True:
        if f"n{number}" not in taken:
            yield f"n{number}"
        number += 1
