"""What statements point at: places in demo files, cells of quantities and named numbers.

Data only. Places take no part in comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A position in a file: line and column count from 1, in characters; line 0 means not from a file."""

    file: str
    line: int
    column: int


NOWHERE = Place("", 0, 0)


@dataclass(frozen=True)
class Cell:
    """One entry of a quantity in `column` orientation, `W1[0,1]` or `b0[1]`, from 0; a single number has no indices."""

    name: str
    indices: tuple[int, ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    index_places: tuple[Place, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.indices))}]" if self.indices else self.name


@dataclass(frozen=True)
class Scalar:
    """A number by its name: E, learning_rate, iteration, step, branch, or a quantity that is a single number.

    `forms` is what could stand there instead, where only the network tells whether the name is that of a number.
    """

    name: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    forms: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


Value = Cell | Scalar
