"""Draws all branches on one axis of iterations: their E as curves, below them who left whom and where.

A branch is drawn from where it left on: what it shares with another is that one's. Knows no session; numbers are given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from rich.style import Style

from nablastep.cells import Cell
from nablastep.session import Branch
from nablastep.words import significant
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_title_rule
from nablastep_tui.draw.plot import Axes, cell_of, dots_of_curve, draw_dots, draw_points, spread
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.numbers import error_text, scalar_text, signed
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.symbols import plain
from nablastep_tui.look.text import wrapped
from nablastep_tui.look.themes import accent_style, faint_style, style

MARGIN = 2
LEAST_PLOT, MOST_PLOT = 4, 28
"""Rows of the curves."""
LEAST_LANES = 3
LEAST_DIFFERENCES, MOST_DIFFERENCES = 2, 6
_SMALLEST_SHARE = 1e-12
HOW = "An edit in the past makes a branch: what had been computed beyond it stays as it was."


@dataclass(frozen=True, eq=False)
class Branches:
    """What the page shows. `errors`: E of every iteration of each branch, by its number; `here` and `iteration`: where
    the session stands; `place`: the branch in focus; `differences`: (cell, here, there) of its parameters."""

    branches: tuple[Branch, ...]
    errors: Mapping[int, tuple[float, ...]]
    here: int
    iteration: int
    place: int
    error_name: str
    differences: tuple[tuple[Cell, float, float], ...] = ()

    @property
    def chosen(self) -> Branch:
        """The branch in focus."""
        return self.branches[self.place]

    def first(self, branch: Branch) -> int:
        """The iteration in which a branch begins: where it left another, or the first."""
        return 1 if branch.parent is None else branch.left_parent_at.iteration

    def last(self, branch: Branch) -> int:
        """The last iteration of a branch of which something has been computed."""
        here = self.iteration if branch.number == self.here else 1
        return max(self.first(branch), len(self.errors[branch.number]), here)

    @cached_property
    def iterations(self) -> int:
        """The last iteration of the axis, which has two at least."""
        return max(2, *map(self.last, self.branches))

    @cached_property
    def is_logarithmic(self) -> bool:
        """Whether heights are logarithms of E: a network's own E may be negative."""
        return all(error > 0 for errors in self.errors.values() for error in errors if math.isfinite(error))

    def curve(self, branch: Branch) -> tuple[list[float], list[float]]:
        """The iterations of a branch's own part and their heights, from the last shared one on."""
        errors = self.errors[branch.number]
        start = max(1, self.first(branch) - 1)
        return [float(i) for i in range(start, len(errors) + 1)], [self._height(error) for error in errors[start - 1 :]]

    def _height(self, error: float) -> float:
        if not self.is_logarithmic:
            return error
        return math.log10(max(error, self._floor)) if math.isfinite(error) else error

    @cached_property
    def _floor(self) -> float:
        """Without it one loss of 1e-300 would press all others against the top."""
        errors = [error for errors in self.errors.values() for error in errors if math.isfinite(error)]
        return max(max(errors, default=1.0) * _SMALLEST_SHARE, math.ulp(0.0))


@dataclass(frozen=True)
class _Layout:
    """Columns and rows: the axis from column `x` on, `width` cells; lanes from row `lanes` on, `first` at the top."""

    x: int
    width: int
    plot: int
    lanes: int
    count: int
    first: int

    @property
    def words(self) -> int:
        """The first row below the lanes and a blank one."""
        return self.lanes + self.count + 1


def draw_branches(canvas: Canvas, page: Branches, palette: Palette, glyphs: Glyphs, back: str) -> None:
    """The whole page; `back` says how to leave it."""
    _draw_title(canvas, page, palette, glyphs, back)
    count = min(MOST_DIFFERENCES, max(LEAST_DIFFERENCES, (canvas.height - 20) // 3))
    width = canvas.width - 2 * MARGIN - 2
    words = _words(page, palette, glyphs, width, count)
    # The curves keep their rows whichever branch is in focus.
    most = max(len(wrapped(_about(replace(page, place=place)), width)) for place in range(len(page.branches)))
    layout = _layout(canvas, page, most + (2 + count if len(page.branches) > 1 else 0), glyphs)
    if layout.plot:
        _draw_plot(canvas, page, layout, palette, glyphs)
    _draw_iterations(canvas, page, layout, palette, glyphs)
    for branch in page.branches[layout.first : layout.first + layout.count]:
        _draw_lane(canvas, page, branch, layout, palette, glyphs)
    y = layout.words
    for text, look in words[: max(0, canvas.height - y)]:
        canvas.write(MARGIN + 2, y, text, look)
        y += 1


def _layout(canvas: Canvas, page: Branches, words: int, glyphs: Glyphs) -> _Layout:
    """Lanes come first, then what is said of the branch in focus, and the curves get the rows that are left."""
    labels = max(width_of(f"branch {page.branches[-1].number}") + 2, 9)
    ends = 2 + max(width_of(_end_text(page, branch, glyphs)) for branch in page.branches)
    x = MARGIN + labels + 1
    count = min(len(page.branches), max(LEAST_LANES, canvas.height // 3))
    # A title, a blank row, the iterations, the lanes, a blank row and the words.
    plot = canvas.height - 2 - 1 - 1 - count - 1 - words
    plot = min(MOST_PLOT, plot) if plot >= LEAST_PLOT and _has_curves(page) else 0
    first = min(max(0, page.place - count // 2), len(page.branches) - count)
    top = 2 + (plot + 1 if plot else 0)
    return _Layout(x, max(8, canvas.width - x - ends - 1), plot, top + 1, count, first)


def _has_curves(page: Branches) -> bool:
    return any(len(errors) > 1 for errors in page.errors.values())


def _end_text(page: Branches, branch: Branch, glyphs: Glyphs) -> str:
    """What stands behind a lane: the last E of the branch."""
    errors = page.errors[branch.number]
    if not errors:
        return f"no {page.error_name} yet"
    return f"{page.error_name} {error_text(errors[-1], ascii=glyphs.name == 'ascii')}"


def _draw_title(canvas: Canvas, page: Branches, palette: Palette, glyphs: Glyphs, back: str) -> None:
    count = len(page.branches)
    scale = "on a log scale" if page.is_logarithmic else "on one scale"
    about = f"  {count} on one axis of iterations, {page.error_name} {scale}" if _has_curves(page) else f"  {count}"
    parts = [("branches", accent_style(palette)), (plain(about, glyphs), style(palette.muted))]
    line = style(palette.line, dim=palette.monochrome)
    draw_title_rule(canvas, 1, 0, canvas.width - 2, parts, (plain(back, glyphs), style(palette.muted)), line, glyphs)


# the curves


def _draw_plot(canvas: Canvas, page: Branches, layout: _Layout, palette: Palette, glyphs: Glyphs) -> None:
    """E of every branch, the one in focus over the others, its number where its curve ends."""
    heights = [y for branch in page.branches for y in page.curve(branch)[1] if math.isfinite(y)]
    low, high = spread(min(heights), max(heights)) if heights else (0.0, 1.0)
    axes = Axes(layout.x, 2, layout.width, layout.plot, 1.0, float(page.iterations), low, high)
    line, muted = faint_style(palette), style(palette.muted)
    bottom = axes.y + axes.height
    canvas.vertical(axes.x - 1, axes.y, axes.height, glyphs.vertical, line)
    canvas.write(axes.x - 1, bottom, glyphs.frame.bottom_left + glyphs.rule * axes.width, line)
    for height, row in ((high, axes.y), (low, bottom - 1)):
        label = scalar_text(10.0**height if page.is_logarithmic else height, 4, ascii=glyphs.name == "ascii")
        canvas.write(axes.x - 2 - width_of(label), row, label, muted)
    ordered = sorted(page.branches, key=lambda branch: (branch is page.chosen, branch.number == page.here))
    curves = [(branch, *page.curve(branch)) for branch in ordered if len(page.curve(branch)[0]) > 1]
    if glyphs.braille:
        layers = [(dots_of_curve(axes, xs, ys), _look(page, branch, palette)) for branch, xs, ys in curves]
        draw_dots(canvas, axes, layers, glyphs)
    else:
        for branch, xs, ys in curves:
            draw_points(canvas, axes, xs, ys, glyphs.dot, _look(page, branch, palette))
    for branch, xs, ys in reversed(curves):
        _draw_number(canvas, axes, branch, cell_of(axes, xs[-1], ys[-1], glyphs), _look(page, branch, palette))
    for branch, xs, ys in curves:
        if branch.parent is not None:
            own = xs.index(float(min(page.first(branch), int(xs[-1]))))
            _draw_fork(canvas, axes, cell_of(axes, xs[own], ys[own], glyphs), palette, glyphs)


def _draw_number(canvas: Canvas, axes: Axes, branch: Branch, end: tuple[int, int] | None, look: Style) -> None:
    """The branch's number behind the end of its curve, above or below it where another stands there."""
    if end is None:
        return
    text, column = str(branch.number), end[0] + 1
    for row in (end[1], end[1] - 1, end[1] + 1):
        free = (canvas.text_at(at, row) in {" ", ""} for at in range(column, column + width_of(text) + 1))
        if axes.y <= row < axes.y + axes.height and all(free):
            canvas.write(column, row, text, look)
            return


def _draw_fork(canvas: Canvas, axes: Axes, start: tuple[int, int] | None, palette: Palette, glyphs: Glyphs) -> None:
    """The first E of a branch that has left another, and a dashed line down to its iteration."""
    if start is None:
        return
    column, row = start
    for below in range(row + 1, axes.y + axes.height):
        if canvas.text_at(column, below) == " ":
            canvas.write(column, below, glyphs.vertical_dashed, faint_style(palette))
    canvas.write(column, row, glyphs.point_before, style(palette.bright, bold=True))


def _look(page: Branches, branch: Branch, palette: Palette) -> Style:
    if branch is page.chosen:
        return accent_style(palette)
    return style(palette.text, bold=True) if branch.number == page.here else style(palette.muted)


# the lanes


def _column(page: Branches, layout: _Layout, iteration: int) -> int:
    return layout.x + round((iteration - 1) / (page.iterations - 1) * (layout.width - 1))


def _draw_iterations(canvas: Canvas, page: Branches, layout: _Layout, palette: Palette, glyphs: Glyphs) -> None:
    """The numbers of the first and last iteration and of those in which a branch begins, as far as they fit."""
    row, muted = layout.lanes - 1, style(palette.muted)
    canvas.write(MARGIN, row, "iteration", muted)
    forks = [page.first(branch) for branch in page.branches if branch.parent is not None]
    marks = [(page.first(page.chosen), accent_style(palette)), (1, muted), (page.iterations, muted)]
    for iteration, look in (*marks, *((fork, muted) for fork in forks)):
        text, column = str(iteration), _column(page, layout, iteration)
        start = min(max(layout.x, column - width_of(text) // 2), layout.x + layout.width - width_of(text))
        if all(canvas.text_at(at, row) in {" ", ""} for at in range(start - 1, start + width_of(text) + 1)):
            canvas.write(start, row, text, look)
            if layout.plot:
                canvas.write(column, row - 1, glyphs.axis_tick, muted)


def _draw_lane(
    canvas: Canvas, page: Branches, branch: Branch, layout: _Layout, palette: Palette, glyphs: Glyphs
) -> None:
    """`▸ branch 2      └──────●──── E 0.1304`: from where the branch left to where it has come."""
    y = layout.lanes + page.branches.index(branch) - layout.first
    look, box = _look(page, branch, palette), glyphs.card
    mark = glyphs.operand if branch is page.chosen else " "
    canvas.write(MARGIN, y, f"{mark} branch {branch.number}", look)
    start, end = (_column(page, layout, at) for at in (page.first(branch), page.last(branch)))
    is_here = branch.number == page.here
    rule = glyphs.heavy if is_here else glyphs.rule
    for column in range(start, end + 1):
        # A lane that leaves another has come down from it through all that lie between.
        canvas.write(column, y, rule if canvas.text_at(column, y) == " " else box.cross, look)
    if branch.parent is not None:
        _draw_descent(canvas, page, branch, layout, start, y, look, glyphs)
    if is_here:
        canvas.write(_column(page, layout, page.iteration), y, glyphs.position, accent_style(palette))
    canvas.write(end + 2, y, _end_text(page, branch, glyphs), look)
    canvas.mark(0, y, canvas.width, 1, branch.number)


def _draw_descent(
    canvas: Canvas, page: Branches, branch: Branch, layout: _Layout, x: int, y: int, look: Style, glyphs: Glyphs
) -> None:
    """From the lane of the branch that was left down to the lane of the one that left."""
    parent = next((place for place, each in enumerate(page.branches) if each.number == branch.parent), 0)
    top, box = layout.lanes + parent - layout.first, glyphs.card
    for row in range(max(top, layout.lanes), y):
        there = canvas.text_at(x, row)
        if row == top:
            canvas.write(x, row, box.tee_top if there != glyphs.position else there, look)
        elif there in {" ", box.vertical, glyphs.rule, glyphs.heavy}:
            canvas.write(x, row, box.vertical if there in {" ", box.vertical} else box.cross, look)
    canvas.write(x, y, box.bottom_left, look)


# the words


def _words(page: Branches, palette: Palette, glyphs: Glyphs, width: int, count: int) -> list[tuple[str, Style]]:
    """The branch in focus in a sentence, and the `count` largest differences between there and here."""
    text, muted, ascii_only = style(palette.text), style(palette.muted), glyphs.name == "ascii"
    lines = [(line, text) for line in wrapped(plain(_about(page), glyphs), width)]
    if page.differences:
        rows = list(_difference_rows(page, ascii_only))
        lines += [("", text), (rows[0], muted), *((plain(row, glyphs), text) for row in rows[1 : count + 1])]
    return lines


def _difference_rows(page: Branches, ascii_only: bool) -> Iterator[str]:
    """A heading, and the parameters of the branch in focus beside those of here, the largest difference first."""
    names = max(len(str(cell)) for cell, _, _ in page.differences)
    yield f"{'':<{names}} {f'branch {page.chosen.number}':>12}  {f'branch {page.here}':>12}   largest differences here"
    for cell, here, there in page.differences:
        numbers = "  ".join(scalar_text(value, ascii=ascii_only).rjust(12) for value in (there, here))
        yield f"{cell!s:<{names}} {numbers}   Δ {signed(there - here, ascii=ascii_only)}"


def _about(page: Branches) -> str:
    """`Branch 2 left branch 1 in iteration 12 and has come to iteration 25. Set by hand: W0[0,0] = 0.9.`"""
    branch = page.chosen
    if branch.parent is not None:
        left = f"left branch {branch.parent} in iteration {branch.left_parent_at.iteration}"
    else:
        left = "is the first" if branch.number == 1 else "began again from the start"
    here = f" You are here, in iteration {page.iteration}." if branch.number == page.here else ""
    name, errors = page.error_name, page.errors[branch.number]
    come = f" and has come to iteration {page.last(branch)}" if errors else f" and has no {name} yet"
    ends = f": {name} from {error_text(errors[0])} to {error_text(errors[-1])}" if len(errors) > 1 else ""
    alone = "" if len(page.branches) > 1 else f" {HOW}"
    return f"Branch {branch.number} {left}{come}{ends}.{here}{_by_hand(branch)}{alone}"


def _by_hand(branch: Branch) -> str:
    """` Set by hand: W0[0,1] = 0.3 and 2 more.`; empty where nothing was."""
    if not branch.edits:
        return ""
    last = branch.edits[-1]
    more = f" and {len(branch.edits) - 1} more" if len(branch.edits) > 1 else ""
    return f" Set by hand: {Cell(last.name, last.indices)} = {significant(last.value, 6)}{more}."
