"""The numbers of a matrix as rows of texts, with the middle left out where there are too many.

Owns which rows and columns of a large matrix are shown. Brackets and alignment are the matter of each format.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nablastep.trace.numerals import format_for

MOST_ROWS = 14
MOST_COLUMNS = 12
KEPT_ROWS = 4
KEPT_COLUMNS = 3

ACROSS, DOWN, DIAGONAL = "…", "⋮", "⋱"
"""What stands for left-out columns, rows, and where both meet."""


@dataclass(frozen=True)
class Grid:
    """The cells' texts, row by row; `is_shortened` says that some are left out."""

    rows: tuple[tuple[str, ...], ...]
    is_shortened: bool


def grid(matrix: NDArray[np.float64], digits: int, *, most_columns: int = MOST_COLUMNS) -> Grid:
    """The matrix (two-dimensional) with so many significant digits; over `most_columns` or 14 rows it is shortened."""
    rows = _kept(matrix.shape[0], MOST_ROWS, KEPT_ROWS)
    columns = _kept(matrix.shape[1], most_columns, min(KEPT_COLUMNS, most_columns))
    shown = matrix[np.ix_(*([index for index in kept if index is not None] for kept in (rows, columns)))]
    number = format_for(shown.ravel().tolist(), digits)

    def cell(row: int | None, column: int | None) -> str:
        if row is None:
            return DOWN if column is not None else DIAGONAL
        return ACROSS if column is None else number.aligned(float(matrix[row, column]))

    texts = [tuple(cell(row, column) for column in columns) for row in rows]
    return Grid(tuple(texts), None in rows or None in columns)


def _kept(count: int, most: int, kept: int) -> list[int | None]:
    """The indices shown; None is the gap before the last one."""
    if count <= most:
        return list(range(count))
    return [*range(kept - 1), None, count - 1]
