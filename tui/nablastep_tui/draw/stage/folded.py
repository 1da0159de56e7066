"""An equation over several rows, with its signs: it goes on below before a plus or a minus, as in print.

Also the terms of a sum that has no room for their factors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nablastep.expressions import Add, Expression, Subtract
from nablastep.layout import Coefficient, Operand
from nablastep.notation import notation_named
from nablastep.shapes import shape_of
from nablastep_tui.draw.matrix import MatrixPicture, geometry
from nablastep_tui.draw.stage.arrangement import ROW_GAP, Arrangement, Placed, Sign, once, picture_of
from nablastep_tui.draw.stage.beside import distinct, is_ones
from nablastep_tui.draw.stage.plan import (
    Source,
    coefficient_value,
    is_product,
    operand_source,
    result_source,
    sign_text,
    symbol_text,
)
from nablastep_tui.look.cells import width_of
from nablastep_tui.scene.scene import Scene

LONGEST_NAME = 18
"""The widest name of a term; others have numbers."""
Group = list[MatrixPicture | str]
"""What stays on one row: pictures and signs."""


def folded_equation(scene: Scene, width: int, *, is_tight: bool = False) -> Iterator[Arrangement]:
    """The equation in `width` cells, with the most decimals first; what stands a second time, and ones, by name.

    Nothing of a product, which has a layout of its own. `is_tight` leaves out the letters beside brackets and the
    blanks beside numbers.
    """
    if is_product(scene):
        return
    pieces = scene.shown.pieces(scene.cell if scene.view.is_done else None)
    sources = [operand_source(scene, once(piece)) for piece in pieces if isinstance(piece, Operand)]
    result = result_source(scene)
    pictured = distinct((result, *sources))
    for decimals in (3, 2) if is_tight else (6, 4, 3):
        made: Iterator[MatrixPicture | str] = (
            picture_of(scene, source, decimals, is_result=place == 0, is_tight=is_tight)
            if place in pictured
            else _name_of(scene, source)
            for place, source in enumerate((result, *sources))
        )
        groups: list[Group] = [[next(made)], [_equals(scene)]]
        for piece in pieces:
            if isinstance(piece, Operand):
                groups[-1].append(next(made))
                continue
            text = coefficient_value(scene, piece) if isinstance(piece, Coefficient) else sign_text(piece, scene.glyphs)
            if text.strip() in {"+", "−", "-"}:
                groups.append([])
            groups[-1].append(text)
        found = _folded(scene, groups, width, is_tight)
        if found is not None:
            yield found


def _name_of(scene: Scene, source: Source) -> str:
    """What is written instead of a matrix: its name, or the ones that something is multiplied with."""
    if not is_ones(source):
        return source.text
    ones = notation_named(scene.notation).ones(transposed=source.shape[0] == "1")
    return "".join(token.text for token in ones)


def arrange_terms(scene: Scene, width: int, *, is_tight: bool = False) -> Iterator[Arrangement]:
    """The result and the terms that it is the sum of, with the most decimals first; nothing of what is no sum.

    Nothing while the cell cursor stands in an operand, too: that has to be seen.
    """
    if scene.focus is not None:
        return
    terms = list(_terms(scene.shown.equation.expression))
    result = result_source(scene)
    if len(terms) < 2 or any(shape_of(term) != shape_of(terms[0][1]) for _, term in terms) or result.values is None:
        return
    sources = [_term_source(scene, term, place) for place, (_, term) in enumerate(terms, 1)]
    for decimals in (3, 2) if is_tight else (6, 4, 3):
        first, *others = (
            picture_of(scene, source, decimals, is_result=index == 0, is_tight=is_tight)
            for index, source in enumerate((result, *sources))
        )
        groups: list[Group] = [[first], [_equals(scene), others[0]]]
        for (sign, _), each in zip(terms[1:], others[1:], strict=True):
            groups.append([scene.glyphs.plus if sign == "+" else scene.glyphs.minus, each])
        found = _folded(scene, groups, width, is_tight)
        if found is not None:
            yield found


def _terms(expression: Expression, sign: str = "+") -> Iterator[tuple[str, Expression]]:
    """What is added up, each with the sign before it."""
    if not isinstance(expression, Add | Subtract):
        yield sign, expression
        return
    yield from _terms(expression.left, sign)
    flipped = "−" if sign == "+" else "+"
    yield from _terms(expression.right, sign if isinstance(expression, Add) else flipped)


def _term_source(scene: Scene, term: Expression, place: int) -> Source:
    """A term with its name where that is short, else with its number."""
    named = symbol_text(scene, term)
    text = named if width_of(named) <= LONGEST_NAME else f"term {place}"
    return replace(operand_source(scene, Operand(term, None)), text=text, operands=frozenset({scene.cell}), quantity="")


def _equals(scene: Scene) -> str:
    return ("<" if scene.glyphs.name == "ascii" else "←") if scene.shown.equation.is_update else scene.glyphs.equals


def _folded(scene: Scene, groups: Sequence[Group], width: int, is_tight: bool) -> Arrangement | None:
    """The groups one after the other, on the next row where one has no room; None if one is wider than a row."""
    gap = 1
    rows: list[Group] = [[]]
    used = 0
    for group in groups:
        own = sum(_width(scene, item) for item in group) + gap * (len(group) - 1)
        if own > width:
            return None
        if rows[-1] and used + gap + own > width:
            rows.append([])
            used = -gap
        rows[-1] += group
        used += gap + own
    placed, signs, y = list[Placed](), list[Sign](), 0
    for row in rows:
        places = [geometry(item, scene.glyphs) for item in row if not isinstance(item, str)]
        middle, x = max((place.middle_y for place in places), default=0), 0
        for item in row:
            if isinstance(item, str):
                signs.append(Sign(item, x, y + middle))
            else:
                placed.append(Placed(item, x, y + middle - geometry(item, scene.glyphs).middle_y))
            x += _width(scene, item) + gap
        y += max((middle - place.middle_y + place.height for place in places), default=1) + (0 if is_tight else ROW_GAP)
    right = [each.x + geometry(each.picture, scene.glyphs).width for each in placed]
    right += [sign.x + width_of(sign.text) for sign in signs]
    return Arrangement(tuple(placed), max(right), y - (0 if is_tight else ROW_GAP), tuple(signs))


def _width(scene: Scene, item: MatrixPicture | str) -> int:
    return width_of(item) if isinstance(item, str) else geometry(item, scene.glyphs).width
