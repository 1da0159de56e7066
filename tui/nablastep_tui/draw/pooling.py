"""From a large matrix to the pixels of a picture: pooling by blocks, and colour levels for the result.

The only arithmetic of the drawing layer. A `HeatPicture` is costly to make and cheap to draw: it is remembered as long
as the array behind it lives.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nablastep.records import record
from nablastep_tui.draw.remembered import Remembered
from nablastep_tui.look.themes import LEVELS, NOT_FINITE, STRENGTH_EXPONENT

Cell = tuple[int, int]
Strength = Literal["rms", "max", "mean"]
Values = NDArray[np.float64]

FULL_COLOUR = 0.995
_PICTURES: Remembered[HeatPicture] = Remembered(256)


@record(eq=False)
class HeatPicture:
    """A matrix pooled to pixels.

    `levels`: shape (pixel rows, pixel columns), int8, −31 … 31 or `NOT_FINITE`. `shape`: of the matrix itself.
    `scale`: the strength that has full colour.
    """

    levels: NDArray[np.int8]
    shape: tuple[int, int]
    scale: float

    @property
    def block(self) -> tuple[int, int]:
        """Rows and columns of the matrix in one pixel, rounded up: 1 where nothing is pooled."""
        rows, columns = self.levels.shape
        return -(-self.shape[0] // rows), -(-self.shape[1] // columns)

    def pixel_of(self, cell: Cell) -> tuple[int, int]:
        """(pixel row, pixel column) in which a cell of the matrix lies (its first, where cells span several)."""
        row, column = (
            int(np.searchsorted(_starts(size, pixels), index, side="left" if pixels > size else "right"))
            - (0 if pixels > size else 1)
            for index, size, pixels in zip(cell, self.shape, self.levels.shape, strict=True)
        )
        return row, column

    def cell_at(self, pixel_row: int, pixel_column: int) -> Cell:
        """The first cell of the matrix in a pixel: where a click goes."""
        rows, columns = self.levels.shape
        return int(_starts(self.shape[0], rows)[pixel_row]), int(_starts(self.shape[1], columns)[pixel_column])


def _starts(size: int, pixels: int) -> NDArray[np.intp]:
    """The first index in each of `pixels` equal parts of 0 … size − 1; indices repeat where pixels outnumber them."""
    return np.arange(pixels) * size // pixels


def pool(values: Values, rows: int, columns: int, strength: Strength = "rms") -> Values:
    """`values` pooled to exactly (rows, columns): per block the sign of its largest entry and its strength.

    `strength` is the root mean square, the largest magnitude or the mean magnitude of the block. A block with `nan` or
    an infinity is `nan`. Axes shorter than asked for are repeated, not interpolated.
    """
    fewer = _pooled(values, min(rows, values.shape[0]), min(columns, values.shape[1]), strength)
    return fewer[np.ix_(_starts(fewer.shape[0], rows), _starts(fewer.shape[1], columns))]


def _pooled(values: Values, rows: int, columns: int, strength: Strength) -> Values:
    if values.shape == (rows, columns):
        return np.where(np.isfinite(values), values, np.nan)
    finite = np.isfinite(values)
    sane = values if finite.all() else np.where(finite, values, 0.0)
    largest = _reduced(np.maximum, sane, rows, columns)
    smallest = _reduced(np.minimum, sane, rows, columns)
    signs = np.where(largest >= -smallest, 1.0, -1.0)
    pooled = signs * _strengths(sane, np.maximum(largest, -smallest), strength)
    if sane is not values:
        pooled[_reduced(np.logical_and, finite, rows, columns) == 0] = np.nan
    return pooled


def _strengths(values: Values, peaks: Values, strength: Strength) -> Values:
    """The strength of each block, shaped like `peaks`, which holds the largest magnitude of each."""
    if strength == "max":
        return peaks
    rows, columns = peaks.shape
    counts = _lengths(values.shape[0], rows)[:, None] * _lengths(values.shape[1], columns)[None, :]
    # Dividing by the peak first keeps squares and sums of huge or tiny values in range.
    peak = float(peaks.max()) or 1.0
    shares = values / peak
    if strength == "mean":
        return peak * _reduced(np.add, np.abs(shares), rows, columns) / counts
    means: Values = _reduced(np.add, shares * shares, rows, columns) / counts
    return peak * np.sqrt(means)


def _reduced(operation: np.ufunc, values: NDArray[np.generic], rows: int, columns: int) -> NDArray[np.float64]:
    by_rows = operation.reduceat(values, _starts(values.shape[0], rows), axis=0)
    reduced: NDArray[np.float64] = operation.reduceat(by_rows, _starts(values.shape[1], columns), axis=1)
    return reduced


def _lengths(size: int, parts: int) -> NDArray[np.intp]:
    return np.diff(np.append(_starts(size, parts), size))


def heat_scale(pooled: Values) -> float:
    """The strength that gets full colour: the 99.5th percentile, or the largest where that is 0."""
    finite = np.abs(pooled[np.isfinite(pooled)])
    if not finite.size:
        return 0.0
    return _quantile(finite, FULL_COLOUR) or float(finite.max())


def _quantile(values: Values, share: float) -> float:
    """NumPy's own is the same, and loads masked arrays for it: longer than a frame, when the first picture is drawn."""
    place = share * (values.size - 1)
    below, above = math.floor(place), math.ceil(place)
    found = np.partition(values, (below, above))
    return float(found[above] - (found[above] - found[below]) * (above - place))


def levels_of(pooled: Values, scale: float) -> NDArray[np.int8]:
    """Colour levels of pooled values, as `themes.level_of` gives them one by one."""
    finite = np.isfinite(pooled)
    sane = np.where(finite, pooled, 0.0)
    shares = np.clip(np.abs(sane) / scale, 0.0, 1.0) if scale > 0 else np.ones_like(sane)
    levels = np.maximum(1, np.rint(shares**STRENGTH_EXPONENT * LEVELS)) * np.sign(sane)
    return np.where(finite, levels, NOT_FINITE).astype(np.int8)


def heat_picture(
    values: Values, width: int, height: int, *, strength: Strength = "rms", scale: float | None = None
) -> HeatPicture:
    """The picture of a matrix for a region of `width` × `height` cells: two pixels a cell, one above the other.

    A matrix smaller than the region is stretched over it. `scale` holds the colours still, by default they follow
    `heat_scale`.
    """

    def made() -> HeatPicture:
        pooled = pool(values, max(1, 2 * height), max(1, width), strength)
        full = heat_scale(pooled) if scale is None else scale
        rows, columns = values.shape
        return HeatPicture(levels_of(pooled, full), (rows, columns), full)

    return _PICTURES.of(values, (width, height, strength, scale), made)


def picture_side(length: int) -> int | None:
    """The side of the square picture that a row of `length` values may be (28 for 784), or None."""
    side = math.isqrt(length)
    return side if side >= 4 and side * side == length else None


def row_picture(values: Values, row: int, *, scale: float | None = None) -> HeatPicture | None:
    """One row as a square picture, one pixel a value: 784 values fill 28 × 14 cells. None if it is no square."""
    side = picture_side(values.shape[1])
    if side is None:
        return None
    return heat_picture(values[row].reshape(side, side), side, (side + 1) // 2, scale=scale)
