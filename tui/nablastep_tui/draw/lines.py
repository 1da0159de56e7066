"""The lines that carry shapes: brackets, rulers, connectors and hooks between quantities, and title rules.

A bracket has the colour of the row dimension, a ruler that of the column dimension; callers choose the styles.
"""

from __future__ import annotations

from rich.style import Style

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Bracket, Glyphs


def bracket_rows(bracket: Bracket, height: int) -> str:
    """One tall bracket from top to bottom, one glyph a row, joined without gaps."""
    if height == 1:
        return bracket.single
    return bracket.top + bracket.middle * (height - 2) + bracket.bottom


def draw_brackets(canvas: Canvas, x: int, y: int, width: int, height: int, style: Style, glyphs: Glyphs) -> None:
    """Both brackets around a body whose first cell is (x, y): they stand in columns x − 1 and x + width."""
    canvas.write_vertical(x - 1, y, bracket_rows(glyphs.left, height), style)
    canvas.write_vertical(x + width, y, bracket_rows(glyphs.right, height), style)


def draw_ruler(canvas: Canvas, x: int, y: int, width: int, text: str, style: Style, glyphs: Glyphs) -> None:
    """`╶── n₁ ──╴` over `width` cells; the lines give way first, then only the text is left, centred."""
    length = width_of(text)
    left = (width - length) // 2
    right_rule = width - left - length - 1
    if left >= 2 and right_rule >= 1:
        canvas.write(x, y, glyphs.rule_start + glyphs.rule * (left - 2), style)
        canvas.write(x + width - right_rule, y, glyphs.rule * (right_rule - 1) + glyphs.rule_end, style)
    canvas.write(x + left, y, text, style)


def draw_connector(
    canvas: Canvas,
    left: int,
    right: int,
    y: int,
    text: str,
    style: Style,
    glyphs: Glyphs,
    *,
    text_style: Style | None = None,
) -> None:
    """`╰── n₁ = n₁ ✓ ──╯` from column `left` to column `right`, under the two inner letters of a product.

    Where the text has no room between the corners it stands centred under them without the line.
    """
    length = width_of(text)
    start = left + (right - left + 1 - length) // 2
    if right - left - 3 >= length:
        canvas.write(left, y, glyphs.connector_left + glyphs.rule * (start - left - 2), style)
        end = start + length + 1
        canvas.write(end, y, glyphs.rule * (right - end) + glyphs.connector_right, style)
    canvas.write(start, y, text, text_style or style)


def draw_hook(
    canvas: Canvas, left: int, right: int, y: int, style: Style, glyphs: Glyphs, *, arrow_at: int | None = None
) -> None:
    """`└────‹────┘`: the error goes from column `right` back to column `left`, the arrow head at `arrow_at`."""
    if right - left < 2:
        return
    canvas.write(left, y, glyphs.hook_left + glyphs.rule * (right - left - 1) + glyphs.hook_right, style)
    canvas.write((left + right) // 2 if arrow_at is None else arrow_at, y, glyphs.hook_arrow, style)


def crossing(glyph: str, glyphs: Glyphs) -> str:
    """What a line that comes down looks like where `glyph` stands: it joins another's corner, else goes over it."""
    box = glyphs.card
    joints = {box.top_left: box.tee_left, box.top_right: box.tee_right, box.bottom_left: box.tee_left,
              box.bottom_right: box.tee_right, box.tee_left: box.tee_left, box.tee_right: box.tee_right}  # fmt: skip
    return joints.get(glyph, box.vertical)


def draw_title_rule(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    parts: list[tuple[str, Style]],
    end: tuple[str, Style],
    line: Style,
    glyphs: Glyphs,
) -> None:
    """`── ◀ backward  step 8 of 17 ─────── gradient of the weights ──` on one row of `width` cells.

    `parts` are written one after the other at the left, `end` at the right if there is room for it.
    """
    canvas.horizontal(x, y, width, glyphs.rule, line)
    cursor = canvas.write(x + 2, y, " ", line)
    for text, style in parts:
        cursor = canvas.write(cursor, y, text, style)
    cursor = canvas.write(cursor, y, " ", line)
    text, style = end
    start = x + width - width_of(text) - 4
    if text and start > cursor:
        canvas.write(start, y, " ", line)
        after = canvas.write(start + 1, y, text, style)
        canvas.write(after, y, " ", line)
