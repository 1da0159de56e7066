r"""A step as one LaTeX `aligned` block: the equation, the numbers plugged in, the result. Needs amsmath and amssymb."""

from __future__ import annotations

import numpy as np

from nablastep.notation.latex import NOTATION
from nablastep.trace.grids import ACROSS, DIAGONAL, DOWN, Grid, grid
from nablastep.trace.model import TraceStep
from nablastep.trace.numerals import scalar_text
from nablastep.trace.plugged import Item, Sign, plugged_in, units

DIGITS = 6
WIDEST_ROW = 84
"""Characters of numbers on one row, as far as a page of text is wide."""

_GAPS = {ACROSS: r"\cdots", DOWN: r"\vdots", DIAGONAL: r"\ddots"}


def aligned_rows(step: TraceStep, *, values: bool = True) -> list[str]:
    """The rows of the block, each with its alignment mark; the numbers only with `values`."""
    equation = step.equation
    sign = NOTATION.becomes if equation.is_update else NOTATION.equals
    rows = [f"{NOTATION.text(equation.target)} &{sign}{NOTATION.text(equation.expression)}"]
    if step.definition is not None:
        rows.append(rf"&= {NOTATION.text(step.definition.expression)} \quad \text{{by definition}}")
    if not values:
        return rows
    *reads, result = units(plugged_in(equation, step.values, step.value, "latex"))
    numbers = _rows(reads)
    return [
        *rows,
        *(f"&{'=' if index == 0 else chr(92) + 'quad'} {row}" for index, row in enumerate(numbers)),
        result_row(result),
    ]


def aligned_block(step: TraceStep, *, values: bool = True) -> str:
    """The whole block."""
    rows = " \\\\\n  ".join(aligned_rows(step, values=values))
    return f"\\begin{{aligned}}\n  {rows}\n\\end{{aligned}}"


def result_row(result: tuple[Item, ...]) -> str:
    """`&= [ … ]`."""
    return "&" + "".join(_written(item)[0] for item in result).strip()


def _rows(groups: list[tuple[Item, ...]]) -> list[str]:
    """The groups written one after the other, in as many rows as they need."""
    rows: list[str] = []
    width = WIDEST_ROW + 1
    for group in groups:
        written = [_written(item) for item in group]
        wide = sum(columns for _, columns in written)
        text = "".join(piece for piece, _ in written)
        if width + wide > WIDEST_ROW:
            rows.append(text.strip())
            width = wide
        else:
            rows[-1] += text
            width += wide
    return rows


def _written(item: Item) -> tuple[str, int]:
    """The LaTeX of one item, and how many characters wide it looks."""
    if isinstance(item, Sign):
        return item.text, len(item.text.strip()) if item.is_operator else 2
    if isinstance(item.value, str):
        fraction = item.value.split("/")
        return rf"\frac{{{fraction[0]}}}{{{fraction[1]}}}", 3
    if not np.ndim(item.value):
        text = number_latex(scalar_text(item.value))
        return text, len(text)
    found = grid(item.value, DIGITS)
    return matrix_latex(found), sum(max(map(len, column)) + 2 for column in zip(*found.rows, strict=True)) + 2


def matrix_latex(found: Grid) -> str:
    """`\\begin{bmatrix} … \\end{bmatrix}` on one line."""
    rows = (" & ".join(_GAPS.get(cell) or number_latex(cell.strip()) for cell in row) for row in found.rows)
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def number_latex(text: str) -> str:
    r"""The number with powers of ten and infinities in LaTeX: `4.38568 \cdot 10^{-7}`."""
    if text.endswith("inf"):
        return text.replace("inf", r"\infty")
    if text == "nan":
        return r"\mathrm{nan}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
