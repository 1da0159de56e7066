"""Matrices as HTML tables, for what is read without a script: printed pages and notebooks.

Cells carry their full number as title and a class for the colour of their value; how that looks is the style sheet's.
"""

from __future__ import annotations

import math
from html import escape
from typing import Any

import numpy as np

from nablastep.trace.grids import grid
from nablastep.trace.numerals import DIGITS

LEVELS = 8


def matrix_table(value: Any, caption: str = "") -> str:
    """The value as a table of class `matrix`; of a large one the first rows and columns. A number is a 1×1 table."""
    array = np.atleast_2d(np.asarray(value, dtype=np.float64))
    shown = grid(array, DIGITS)
    finite = np.abs(array[np.isfinite(array)])
    largest = float(finite.max()) if finite.size else 0.0
    rows = []
    for i, row in enumerate(shown.rows):
        cells = [
            f"<td>{escape(text)}</td>" if shown.is_shortened else _cell(float(array[i, j]), text.strip(), largest)
            for j, text in enumerate(row)
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    title = f"<caption>{caption}</caption>" if caption else ""
    return f'<table class="matrix">{title}<tbody>{"".join(rows)}</tbody></table>'


def _cell(value: float, text: str, largest: float) -> str:
    return f'<td class="{level_class(value, largest)}" title="{value!r}">{escape(text.replace("-", "−"))}</td>'


def level_class(value: float, largest: float) -> str:
    """`v0` for zero, else `p1` to `p8` or `n1` to `n8` by size beside the largest of the matrix."""
    if value == 0 or math.isnan(value) or not largest:
        return "v0"
    share = min(1.0, abs(value) / largest)
    return f"{'p' if value > 0 else 'n'}{max(1, round(share**0.8 * LEVELS))}"
