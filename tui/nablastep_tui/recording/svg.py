"""SVG of a screen: stills, and animations with CSS keyframes.

Every character stands at its own x, so that the columns hold in whatever monospaced font the viewer has; what must
join from cell to cell is drawn as shapes. No network, no scripts. Knows no Textual and no files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from xml.sax.saxutils import escape

from nablastep_tui.recording.colours import drawn_colours, hexadecimal, page_background
from nablastep_tui.recording.glyph_shapes import (
    BASELINE,
    CELL_HEIGHT,
    CELL_WIDTH,
    FONT_SIZE,
    Rectangle,
    cell_shapes,
    glyph_shapes,
)
from nablastep_tui.recording.model import Cell, CellStyle, Colour, Frame, Grid, Recording, Row

FINAL_HOLD_MS = 2000
"""How long the last frame stays before an animation begins again, at least."""

_FONTS = "ui-monospace,'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,'Liberation Mono',monospace"
_STYLE = f"text{{font:{FONT_SIZE}px {_FONTS}}}.b{{font-weight:bold}}.i{{font-style:italic}}"


def still(grid: Grid, title: str = "") -> str:
    """One screen as an SVG document; `title` is read out by screen readers."""
    page = page_background(grid)
    rows = "".join(
        f'<g transform="translate(0 {number * CELL_HEIGHT})">{markup}</g>\n'
        for number, markup in enumerate(_row_markup(row, page) for row in grid)
        if markup
    )
    return _document(grid, page, title, "", _STYLE, rows)


def animation(recording: Recording) -> str:
    """The recording as one SVG that plays in a loop by CSS alone.

    Each row's content is defined once and shown when its time comes. Viewers that ask for less motion, and those
    without animation, show the last frame.
    """
    total = max(recording.end_ms, recording.frames[-1].milliseconds + FINAL_HOLD_MS)
    page = page_background(recording.frames[0].cells)
    names: dict[str, str] = {}
    timings: dict[tuple[tuple[int, int], ...], str] = {}
    uses: list[str] = []
    for number in range(recording.size[1]):
        for markup, spans in _row_history(recording.frames, number, page, total).items():
            name = names.setdefault(markup, f"r{len(names)}")
            shown = "" if spans == ((0, total),) else timings.setdefault(spans, f"t{len(timings)}")
            uses.append(_use(name, number, shown, last=spans[-1][1] == total))
    definitions = "".join(f'<g id="{name}">{markup}</g>\n' for markup, name in names.items())
    keyframes = "".join(_keyframes(name, spans, total) for spans, name in timings.items())
    style = f"{_STYLE}.h{{visibility:hidden}}@media (prefers-reduced-motion:no-preference){{{keyframes}}}"
    words = "\n".join(caption.text for caption in recording.captions)
    body = f"<defs>\n{definitions}</defs>\n" + "".join(uses)
    return _document(recording.frames[0].cells, page, recording.title, words, style, body)


def _document(grid: Grid, page: Colour, title: str, description: str, style: str, body: str) -> str:
    width, height = CELL_WIDTH * len(grid[0]), CELL_HEIGHT * len(grid)
    told = f"<title>{_escaped(title)}</title>\n" if title else ""
    told += f"<desc>{_escaped(description)}</desc>\n" if description else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img">\n{told}<style>{style}</style>\n'
        f'<rect width="{width}" height="{height}" fill="{hexadecimal(page)}"/>\n{body}</svg>\n'
    )


def _row_history(
    frames: Iterable[Frame], number: int, page: Colour, total: int
) -> dict[str, tuple[tuple[int, int], ...]]:
    """What row `number` shows, and from when to when (milliseconds), without the times when it is empty."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    changes: list[tuple[int, str]] = []
    before: Row | None = None
    for frame in frames:
        row = frame.cells[number]
        if row is not before:
            markup = _row_markup(row, page)
            if not changes or changes[-1][1] != markup:
                changes.append((frame.milliseconds, markup))
        before = row
    ends = [start for start, _ in changes[1:]] + [total]
    for (start, markup), end in zip(changes, ends, strict=True):
        spans[markup].append((start, end))
    return {markup: tuple(times) for markup, times in spans.items() if markup}


def _use(name: str, number: int, timing: str, *, last: bool) -> str:
    """Row content `name` at row `number`; hidden unless its timing shows it or it belongs to the last frame."""
    classes = " ".join(part for part in (timing, "" if last else "h") if part)
    attribute = f' class="{classes}"' if classes else ""
    return f'<use href="#{name}" y="{number * CELL_HEIGHT}"{attribute}/>\n'


def _keyframes(name: str, spans: tuple[tuple[int, int], ...], total: int) -> str:
    """A rule that makes the class `name` visible during `spans` and hidden otherwise, over and over."""
    stops = {} if spans[0][0] == 0 else {0: "hidden"}
    for start, end in spans:
        stops[start] = "visible"
        if end < total:
            stops[end] = "hidden"
    steps = "".join(f"{_percent(time, total)}%{{visibility:{state}}}" for time, state in stops.items())
    last = "visible" if spans[-1][1] == total else "hidden"
    return (
        f"@keyframes {name}{{{steps}100%{{visibility:{last}}}}}.{name}{{animation:{name} {total}ms step-end infinite}}"
    )


def _percent(time: int, total: int) -> str:
    """`time` as a share of `total` in per cent, exact to a thousandth, without needless zeros."""
    thousandths = time * 100_000 // total
    return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")


def _row_markup(row: Row, page: Colour) -> str:
    """One row at y = 0: backgrounds that differ from the page's, joined shapes, then text."""
    return "".join((*_backgrounds(row, page), *_shapes(row), *_texts(row)))


def _backgrounds(row: Row, page: Colour) -> Iterable[str]:
    column = 0
    for colour, cells in groupby(row, key=lambda cell: drawn_colours(cell.style)[1]):
        count = len(list(cells))
        if colour != page:
            yield (
                f'<rect x="{column * CELL_WIDTH}" width="{count * CELL_WIDTH}" height="{CELL_HEIGHT}"'
                f' fill="{hexadecimal(colour)}" shape-rendering="crispEdges"/>'
            )
        column += count


def _shapes(row: Row) -> Iterable[str]:
    """One path for each colour and opacity; rectangles that touch are joined into one."""
    rectangles: dict[tuple[str, float], dict[tuple[int, int, int], int]] = defaultdict(dict)
    curves: dict[str, str] = defaultdict(str)
    for column, cell in enumerate(row):
        colour = hexadecimal(drawn_colours(cell.style)[0])
        for shape in cell_shapes(cell):
            x = column * CELL_WIDTH
            if isinstance(shape, Rectangle):
                open_runs = rectangles[colour, shape.opacity]
                _join(open_runs, x + shape.left, x + shape.right, shape.top, shape.bottom)
            else:
                points = "L".join(f"{_number(x + px)} {_number(py)}" for px, py in shape.points)
                curves[colour] += f"M{points}z"
    for (colour, opacity), runs in rectangles.items():
        path = "".join(
            f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
            for (left, top, bottom), right in runs.items()
        )
        faint = "" if opacity == 1 else f' fill-opacity="{opacity:g}"'
        yield f'<path fill="{colour}"{faint} shape-rendering="crispEdges" d="{path}"/>'
    for colour, path in curves.items():
        yield f'<path fill="{colour}" d="{path}"/>'


def _join(runs: dict[tuple[int, int, int], int], left: int, right: int, top: int, bottom: int) -> None:
    """Add a rectangle to `runs` ((left, top, bottom) → right), lengthening the one that ends where it begins."""
    for start, end in runs.items():
        if end == left and start[1:] == (top, bottom):
            runs[start] = right
            return
    runs[left, top, bottom] = right


def _texts(row: Row) -> Iterable[str]:
    """Text elements of one style each. Characters of several code points stand alone: x counts code points."""
    written = [
        (column, cell) for column, cell in enumerate(row) if cell.text.strip() and glyph_shapes(cell.text) is None
    ]
    singles = [entry for entry in written if len(entry[1].text) == 1 and ord(entry[1].text) < 0x10000]
    for look, run in groupby(singles, key=lambda entry: _look(entry[1].style)):
        yield _text(look, list(run))
    for column, cell in written:
        if len(cell.text) > 1 or ord(cell.text) >= 0x10000:
            yield _text(_look(cell.style), [(column, cell)])


def _look(style: CellStyle) -> str:
    classes = ("b" if style.bold else "") + (" i" if style.italic else "")
    named = f' class="{classes.strip()}"' if classes else ""
    return f'fill="{hexadecimal(drawn_colours(style)[0])}"{named}'


def _text(look: str, run: list[tuple[int, Cell]]) -> str:
    positions = " ".join(str(column * CELL_WIDTH) for column, _ in run)
    characters = _escaped("".join(cell.text for _, cell in run))
    return f'<text y="{BASELINE}" {look} x="{positions}">{characters}</text>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _escaped(text: str) -> str:
    """XML text; control characters, which XML does not allow, are left out."""
    return escape("".join(character for character in text if character >= " " or character == "\n"))
