"""Which layout the equation has on the stage, and where the lines that tell it stand: below it or beside matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import chain, islice, product

from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.stage.arrangement import Arrangement, draw_arrangement
from nablastep_tui.draw.stage.aside import LEAST_WIDTH, MARGIN, Space, free_spaces
from nablastep_tui.draw.stage.beside import arrange_beside
from nablastep_tui.draw.stage.falk import arrange_falk
from nablastep_tui.draw.stage.folded import arrange_terms, folded_equation
from nablastep_tui.draw.stage.line import Head, draw_plan, symbol_places
from nablastep_tui.draw.stage.plan import equation_rows, has_room_for_numbers, plan_stage
from nablastep_tui.draw.stage.scalar import Line
from nablastep_tui.draw.stage.words import Tail, tails
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.themes import accent_style
from nablastep_tui.scene.scene import Scene

ROOMY_ROWS = 18
"""Rows of a stage with blank ones between its parts."""
MOST_SPACES = 4
_MOST_NUMBERS = (6, 3, 2, 1)
"""Rows for the entry in numbers, which gives way to a sentence that stands beside matrices."""


@record(eq=False)
class Fitting:
    """An equation that fits: what draws it, the lines that tell it, the columns these have, and the first free row."""

    draw_equation: Callable[[], None]
    rows: tuple[tuple[int, Line], ...]
    left: int
    width: int
    end: int


_Arranged = Callable[[Scene, int], Iterator[Arrangement]]
_ARRANGED: tuple[_Arranged, ...] = tuple(
    partial(arranged, is_tight=tight)
    for arranged in (arrange_falk, folded_equation, arrange_terms, arrange_beside)
    for tight in (False, True)
)


def fit(canvas: Canvas, scene: Scene) -> Fitting | None:
    """The equation with its numbers and as many lines as fit: in one line, or else in one of four ways.

    None where the matrices are too large for numbers. What is written in words gives way to numbers in matrices.
    """
    if not has_room_for_numbers(scene):
        return None
    whole, cut = tails(scene, canvas.width - 6)
    layouts: list[Callable[[Canvas, Scene, Tail], Fitting | None]]
    layouts = [_inline, *(partial(_in_rows, arranged) for arranged in _ARRANGED)]
    # A sentence is cut to one half only where no layout has room for all of it, below or beside.
    tried = chain(
        (layout(canvas, scene, tail) for layout in layouts for tail in whole),
        (_aside(canvas, scene, arranged, less) for less in (0, LEAST_WIDTH + 2 * MARGIN) for arranged in _ARRANGED),
        (layout(canvas, scene, tail) for tail in cut for layout in layouts),
    )
    return next((found for found in tried if found is not None), None)


def _below(canvas: Canvas, draw_equation: Callable[[], None], end: int, tail: Tail, space: int) -> Fitting:
    """The lines from row `end` on after `space` blank rows, and where there are many rows one after the numbers."""
    rows, y = [], end + space
    for number, line in enumerate(tail.lines, 1):
        rows.append((y, line))
        y += 2 if space and number == max(1, tail.numbers) and canvas.height >= ROOMY_ROWS else 1
    return Fitting(draw_equation, tuple(rows), 0, canvas.width, y)


_ROOMY = Head(2, connector=True, blank=True)
_HEADS = (Head(2, connector=True), Head(1, connector=True))
_LEAST = Head(1)
_NAMES = Head(1, shapes=False)
"""Rulers and brackets have the letters of the shapes, too."""


def _inline(canvas: Canvas, scene: Scene, tail: Tail) -> Fitting | None:
    """The equation over its matrices, with as many rows above them as leave these as large as they can be."""
    roomy = canvas.height >= ROOMY_ROWS
    for head, space in ((_ROOMY, 1),) if roomy else ((_LEAST, 1), (_LEAST, 0), (_NAMES, 0)):
        room = canvas.width - 4, canvas.height - head.rows - len(tail) - space - roomy
        plan = plan_stage(scene, *room)
        if plan is not None:
            break
    else:
        return None
    for larger in () if roomy else _HEADS:
        less = room[0], room[1] - larger.rows + head.rows
        tried = plan_stage(scene, *less)
        if tried is not None and (tried.tile_height, tried.decimals) == (plan.tile_height, plan.decimals):
            head, room, plan = larger, less, tried
            break

    def draw_equation() -> None:
        symbols = symbol_places(canvas, scene, plan, room)
        draw_plan(canvas, scene, plan, symbols, head)

    return _below(canvas, draw_equation, head.rows + plan.body_height + 1, tail, space)


def _arrangement(scene: Scene, arranged: _Arranged, width: int, height: int) -> Arrangement | None:
    """The most decimals with which the arrangement fits."""
    return next((found for found in _arrangements(scene, arranged, width) if found.height <= height), None)


class _Found:
    """What a layout has found, and the rest of its search: gone through again and again, with other rows for words."""

    def __init__(self, search: Iterator[Arrangement]) -> None:
        self._search = search
        self._found: list[Arrangement] = []

    def __iter__(self) -> Iterator[Arrangement]:
        yield from self._found
        for found in self._search:
            self._found.append(found)
            yield found


@lru_cache(maxsize=2 * len(_ARRANGED))
def _arrangements(scene: Scene, arranged: _Arranged, width: int) -> _Found:
    return _Found(arranged(scene, width))


def _in_rows(arranged: _Arranged, canvas: Canvas, scene: Scene, tail: Tail) -> Fitting | None:
    """The equation as text, and its matrices as `arranged` has them: in Falk's layout, side by side, or its terms."""
    lines = equation_rows(scene, canvas.width - 4)
    roomy = canvas.height >= ROOMY_ROWS
    for above, space in product((2, 1) if roomy else (1,), (1, 0)):
        top = 2 * above + len(lines) - 1
        room = canvas.height - top - len(tail) - space * (2 if roomy else 1)
        arrangement = _arrangement(scene, arranged, canvas.width - 4, room)
        if arrangement is not None:
            break
    else:
        return None

    def draw_equation() -> None:
        _draw_text(canvas, scene, lines, above)
        draw_arrangement(canvas, scene, arrangement, max(1, (canvas.width - arrangement.width) // 2), top)

    return _below(canvas, draw_equation, top + arrangement.height, tail, space)


def _aside(canvas: Canvas, scene: Scene, arranged: _Arranged, less: int) -> Fitting | None:
    """The same with the lines in free space beside the matrices, which leave at least `less` columns."""
    lines = equation_rows(scene, canvas.width - 4)
    top = len(lines) + 1
    width, height = canvas.width - 4, canvas.height - top
    arrangement = _arrangement(scene, arranged, width - less, height)
    if arrangement is None:
        return None
    told = width_of(scene.shown.sentence(scene.cell))
    spaces = free_spaces(arrangement, width, height, scene.glyphs)
    large_enough = (space for space in spaces if told <= space.width * (space.height - 1))
    for space, most in product(islice(large_enough, MOST_SPACES), _MOST_NUMBERS):
        for tail in tails(scene, space.width, most)[0]:
            if len(tail) <= space.height and tail.width <= space.width:
                return _beside(canvas, scene, arrangement, lines, space, tail)
    return None


def _beside(
    canvas: Canvas, scene: Scene, arrangement: Arrangement, lines: list[str], space: Space, tail: Tail
) -> Fitting:
    """Matrices and words as one block in the middle; words at its right edge take no more columns than they need."""
    at_edge = space.x + space.width >= canvas.width - 4
    width = tail.width if at_edge else space.width
    left = max(1, (canvas.width - max(arrangement.width, space.x + width)) // 2)
    top = len(lines) + 1

    def draw_equation() -> None:
        _draw_text(canvas, scene, lines, 1)
        draw_arrangement(canvas, scene, arrangement, left, top)

    gap = 1 if len(tail) < space.height and 0 < tail.numbers < len(tail) else 0
    y = top + space.y + (space.height - len(tail) - gap) // 2
    rows = tuple((y + row + (gap if row >= tail.numbers else 0), line) for row, line in enumerate(tail.lines))
    end = max(top + arrangement.height, y + len(tail) + gap)
    return Fitting(draw_equation, rows, left + space.x, width, end)


def _draw_text(canvas: Canvas, scene: Scene, lines: list[str], top: int) -> None:
    """The equation from row `top` on."""
    x = max(1, (canvas.width - max(map(width_of, lines))) // 2)
    for y, line in enumerate(lines, top):
        canvas.write(x, y, line, accent_style(scene.palette))
