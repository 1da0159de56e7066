"""Names of single numbers: `W0[0,1]`, `b0[1]`, `learning_rate`, and how they are read from text."""

from __future__ import annotations

import re

from nablastep.errors import EditError, UnknownNameError
from nablastep.field_checks import did_you_mean
from nablastep.records import record
from nablastep.whole_numbers import whole_number

_CELL = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z_0-9]*)\s*(?:\[\s*(?P<indices>[^\]]*)\])?\s*")


@record()
class Cell:
    """A quantity's id and the indices in it, from 0; no indices for a scalar."""

    name: str
    indices: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.indices))}]" if self.indices else self.name


def parse_cell(text: str) -> Cell:
    """The cell that the text names. Raises UnknownNameError if it is not written as NAME or NAME[i,j]."""
    match = _CELL.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise UnknownNameError(f"cannot read '{text}' as a cell", hint="write NAME[i,j], such as W0[0,1]")
    if match["indices"] is None:
        return Cell(match["name"])
    indices = [_index(part.strip()) for part in match["indices"].split(",")]
    known = tuple(index for index in indices if index is not None)
    if len(known) < len(indices):
        raise UnknownNameError(
            f"cannot read the indices in '{text}'", hint="write whole numbers from 0, such as W0[0,1]"
        )
    return Cell(match["name"], known)


def check_indices(cell: Cell, shape: tuple[int, ...]) -> Cell:
    """The cell with one index for each dimension of `shape`; `b0[1]` of a column is `b0[1,0]`.

    Raises EditError if the number of indices is wrong or one is out of range.
    """
    indices = cell.indices
    if len(indices) == 1 and len(shape) == 2 and shape[1] == 1:
        indices = (*indices, 0)
    if len(indices) != len(shape):
        wanted = f"{cell.name}[{','.join('ij'[: len(shape)])}]" if shape else cell.name
        raise EditError(f"'{cell}' has {_count(len(indices))}; write {wanted}")
    for index, size in zip(indices, shape, strict=True):
        if not 0 <= index < size:
            raise EditError(
                f"'{cell}' is out of range: {cell.name} is {'×'.join(map(str, shape))}, its indices go from 0 "
                f"to {','.join(str(size - 1) for size in shape)}"
            )
    return Cell(cell.name, indices)


def unknown_name(name: object, known: tuple[str, ...]) -> UnknownNameError:
    """The error for a name that is none of the known ones."""
    return UnknownNameError(f"unknown name '{name}'{did_you_mean(str(name), known)}", hint=f"known: {' '.join(known)}")


def _index(text: str) -> int | None:
    number = whole_number(text.removeprefix("-"))
    return number if number is None or not text.startswith("-") else -number


def _count(indices: int) -> str:
    return {0: "no indices", 1: "one index"}.get(indices, f"{indices} indices")
