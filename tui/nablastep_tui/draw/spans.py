"""Runs of text in different styles on one row: measuring, writing, and clipping with an ellipsis."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.cells import cells_of, width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import scalar_text

Spans = tuple[tuple[str, Style], ...]


def spans_width(spans: Iterable[tuple[str, Style]]) -> int:
    """How many cells the runs take together."""
    return sum(width_of(text) for text, _ in spans)


def write_spans(canvas: Canvas, x: int, y: int, spans: Iterable[tuple[str, Style]]) -> int:
    """Write the runs one after the other; returns the column after the last."""
    for text, look in spans:
        x = canvas.write(x, y, text, look)
    return x


def clipped(text: str, width: int, glyphs: Glyphs) -> str:
    """`text` in at most `width` cells, its end replaced by an ellipsis where it is longer."""
    if width_of(text) <= width:
        return text
    return "".join(cells_of(text)[: width - 1]).rstrip() + glyphs.ellipsis if width > 0 else ""


def trimmed(value: float, decimals: int = 6, *, ascii: bool = False) -> str:
    """A number without trailing zeros: `0.5`; powers of ten as they are."""
    text = scalar_text(value, decimals, ascii=ascii)
    if "." not in text or "×" in text or "x" in text:
        return text
    return text.rstrip("0").rstrip(".")
