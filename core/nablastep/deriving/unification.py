"""Dimensions that have no size yet: which have to be equal is found while the expression is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from nablastep.expressions import Symbol
from nablastep.formulas.dimensions import ONE_ENTRY, Dimensions
from nablastep.formulas.scope import OPEN

PROOF_SIZES = (4, 3, 2, 5, 6, 7)
"""What dimensions without a size are tried with: all different, so that no shape fits by chance."""

NO_SIZES: Mapping[str, int] = MappingProxyType({})

LETTERS = ("m", "n", "p", "q", "r", "k", "l", "s", "t", "u", "v")


class OpenDimensions(Dimensions):
    """Classes of equal dimensions; each may have a name that was declared, and a size that is fixed.

    Two dimensions with different names, or with different fixed sizes, are never one; nor is an axis of one entry and
    any other: a vector beside a matrix is repeated, as NumPy does it.
    """

    def __init__(self, declared_sizes: Mapping[str, int] = NO_SIZES) -> None:
        super().__init__(2, whole_batches=False)
        self._declared_sizes = declared_sizes
        self.labels: dict[str, str] = {}
        self.fixed: set[str] = set()
        self.numbered: set[str] = set()
        self.known: Mapping[str, Symbol] = {}
        self._declared: dict[str, str] = {}
        self._sums: dict[str, tuple[str, str]] = {}

    def open(self) -> str:
        """A dimension of any size."""
        count = len(self.sizes)
        return super().fresh(PROOF_SIZES[count % len(PROOF_SIZES)] + 6 * (count // len(PROOF_SIZES)))

    def fresh(self, size: int, *, loose: bool = False) -> str:
        """A dimension that an expression or a declaration gives as a number."""
        name = self.given(size)
        self.numbered.add(name)
        return name

    def joined(self, left: str, right: str) -> str:
        """A dimension that is named as the sum of two."""
        name = self.fresh(self.size(left) + self.size(right))
        self._sums[name] = (left, right)
        return name

    def given(self, size: int) -> str:
        """A dimension of that size and no other, with a letter of its own."""
        name = super().fresh(size)
        self.fixed.add(name)
        return name

    def of(self, text: str) -> str:
        """The dimension that a declaration names: `1`, a number, a name, the same each time, or a sum `m+n`."""
        if text == ONE_ENTRY:
            return ONE_ENTRY
        if text not in self._declared:
            self._declared[text] = self._declaration(text)
        return self._declared[text]

    def _declaration(self, text: str) -> str:
        if text.isdigit():
            return self.fresh(int(text))
        left, plus, right = text.rpartition("+")
        if plus:
            return self.joined(self.of(left), self.of(right))
        name = self.open()
        self.sizes[name] = self._declared_sizes.get(text, self.sizes[name])
        self.labels[name] = text
        return name

    def same(self, left: str, right: str) -> bool:
        """Whether two dimensions can be one, and then they are."""
        left, right = self.named(left), self.named(right)
        if left == right:
            return True
        if ONE_ENTRY in (left, right) or "·" in left or "·" in right:
            return False
        if left in self.labels and right in self.labels:
            return False
        if left in self.fixed and right in self.fixed and self.sizes[left] != self.sizes[right]:
            return False
        kept, gone = (right, left) if left not in self.fixed else (left, right)
        if gone in self.labels:
            self.labels[kept] = self.labels[gone]
        if gone in self._sums:
            self._sums.setdefault(kept, self._sums[gone])
        if gone in self.numbered and kept not in self.labels:
            self.numbered.add(kept)
        self._parents[gone] = kept
        return True

    def described(self, dimension: str) -> str | None:
        """The letters that the dimension has by what is known so far."""
        if dimension.startswith(OPEN):
            return "?"
        shapes = [each for symbol in self.known.values() for each in symbol.shape]
        letters = self.letters([*shapes, dimension], self.known)
        return "·".join(letters[root] for root in self.named(dimension).split("·"))

    def letters(self, dimensions: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
        """Each class's name: its own, the number it is, or a letter that nothing has."""
        roots = [part for each in dict.fromkeys(dimensions) for part in self.named(each).split("·")]
        classes = [root for root in dict.fromkeys(roots) if root != ONE_ENTRY]
        reserved = {*taken, *self.labels.values()}
        free = iter([letter for letter in LETTERS if letter not in reserved] + [f"n{k}" for k in range(len(classes))])
        unnamed = [root for root in classes if root not in self.labels and root not in self.numbered]
        letters = {ONE_ENTRY: ONE_ENTRY}
        if len(unnamed) == 1 and "n" not in reserved:
            free = iter(("n",))
        for root in classes:
            number = str(self.sizes[root]) if root in self.numbered else ""
            letters[root] = self.labels.get(root) or number or next(free)
        for root in classes:
            letters[root] = self._sum_text(root, letters)
        return letters

    def _sum_text(self, root: str, letters: Mapping[str, str]) -> str:
        """`m+n` for the rows of two blocks; what it is called otherwise, where one of them has no letter."""
        if root not in self._sums or root in self.labels:
            return letters[root]
        parts = [part for each in self._sums[root] for part in [self.named(each)]]
        if any(part not in letters for part in parts):
            return letters[root]
        told = "+".join(self._sum_text(part, letters) for part in parts)
        return letters[root] if told.replace("+", "").isdigit() else told
