"""One entry of the equation in numbers, in as many rows as it needs: its name, its indices, its numbers, what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from rich.style import Style

from nablastep.entries import Part
from nablastep.notation import notation_named
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import MatrixFormat, choose_format, parenthesised
from nablastep_tui.look.themes import accent_style, dimension_style, style
from nablastep_tui.scene.scene import Scene

Line = list[tuple[str, Style]]

DECIMALS = (6, 4, 3, 2)
BREAKS = (" + ", " − ", " - ")
"""A sum that needs several rows is broken before these signs."""


def scalar_lines(scene: Scene, width: int, most: int) -> list[Line]:
    """`∇W⁽¹⁾₂₁ = ∇z⁽²⁾₂ × a⁽¹⁾₁ = −0.038098 × 0.593270 = −0.022603` in at most that many rows of `width` cells.

    As many decimals as fit; a sum goes on below its first row. Where no digits fit, each of its terms is one number,
    and where there is no room for these either, the numbers between are left out.
    """
    entry = scene.shown.entry(scene.cell, scene.notation)
    if entry is None:
        return []
    value = np.asarray(scene.shown.made())  # what the equation makes, whatever was set by hand after it
    number = float(value[scene.cell] if value.ndim else value)
    name, symbolic = _parts(scene, entry.name), _parts(scene, entry.symbolic)
    for rows in range(1, most + 1):
        for decimals in DECIMALS[:3] if rows == 1 else DECIMALS:
            result: Line = [(_number(number, decimals, scene), accent_style(scene.palette))]
            numeric = _parts(scene, entry.numeric, decimals)
            is_result = bool(length_of(numeric)) and "".join(text for text, _ in numeric) == result[0][0]
            sides = [name, symbolic, *([] if is_result else [numeric]), result]
            found = _in_rows(scene, sides, width)
            if len(found) <= rows:
                return found
    for decimals in DECIMALS if entry.terms else ():
        result = [(_number(number, decimals, scene), accent_style(scene.palette))]
        found = _in_rows(scene, [name, _parts(scene, entry.terms, decimals), result], width)
        if len(found) <= most:
            return found
    result = [(_number(number, 6, scene), accent_style(scene.palette))]
    short = _in_rows(scene, [name, symbolic, result], width)
    return short if len(short) <= most else _in_rows(scene, [name, result], width)[:most]


def _in_rows(scene: Scene, sides: list[Line], width: int) -> list[Line]:
    """The sides with equals signs between them: a side that has no room goes on below, a long one broken in itself."""
    lines: list[Line] = [[]]
    for index, side in enumerate(sides):
        joined = _sign(scene, index) + side
        if length_of(lines[-1]) + length_of(joined) <= width:
            lines[-1] += joined
            continue
        for piece in _sign(scene, index)[:1], *_addends(side):
            # A term longer than a row goes on where it has to.
            for unit in [list(piece)] if length_of(piece) <= width else [[part] for part in piece]:
                if lines[-1] and length_of(lines[-1]) + length_of(unit) > width:
                    lines.append([])
                lines[-1] += unit
    return [_trimmed(line) for line in lines if line]


def _sign(scene: Scene, index: int) -> Line:
    if index == 0:
        return []
    writer = notation_named(scene.notation)
    sign = writer.becomes if index == 1 and scene.shown.equation.is_update else writer.equals
    return [(f" {sign} ", style(scene.palette.muted))]


def _addends(side: Line) -> Iterator[Line]:
    """A side cut before every plus and minus between its terms."""
    piece: Line = []
    for text, look in side:
        if text in BREAKS and piece:
            yield piece
            piece = []
        piece.append((text, look))
    yield piece


def _trimmed(line: Line) -> Line:
    """The line without the blanks in front of a sign that begins it."""
    (text, look), *rest = line
    return [(text.lstrip(), look), *rest]


def length_of(line: Iterable[tuple[str, Style]]) -> int:
    """How many cells the pieces of a line take."""
    return sum(width_of(text) for text, _ in line)


def _parts(scene: Scene, parts: tuple[Part, ...], decimals: int = 6) -> Line:
    line: Line = []
    palette = scene.palette
    for index, part in enumerate(parts):
        if part.value is not None:
            text = _number(part.value, decimals, scene)
            # Only after a sign does a minus need parentheses: tanh(−0.4), 2 × (−0.4).
            bare = index == 0 or parts[index - 1].text.endswith("(")
            line.append((text if bare else parenthesised(text), style(palette.bright, bold=True)))
        elif part.dimension is not None:
            is_below = not part.text.isascii() and not (index and parts[index - 1].dimension)
            mark = "_" if scene.glyphs.name == "ascii" and is_below else ""
            line.append((mark + part.text, dimension_style(palette, part.dimension)))
        else:
            line.append((part.text, style(palette.text)))
    return line


def _number(value: float, decimals: int, scene: Scene) -> str:
    number: MatrixFormat = choose_format([value], decimals, ascii=scene.glyphs.name == "ascii")
    return number.full(value)
