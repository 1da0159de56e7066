"""What a recording is: frames of styled cells with captions, markers and named snapshots, all frozen.

Times are integer milliseconds from the first frame. Knows no terminal, no file format and no Textual.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Colour = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How one cell is drawn. A colour of None is the terminal's own."""

    foreground: Colour | None = None
    background: Colour | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


PLAIN = CellStyle()


@dataclass(frozen=True, slots=True)
class Cell:
    """One character cell.

    `text` is the character with its combining marks; the right half of a wide character has the empty text.
    """

    text: str = " "
    style: CellStyle = PLAIN


Row = tuple[Cell, ...]
Grid = tuple[Row, ...]
"""The whole screen: rows of cells, all of one length."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The screen from `milliseconds` on, until the next frame."""

    milliseconds: int
    cells: Grid = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caption:
    """Narration shown from `start_ms` to `end_ms`; `text` may have several lines."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Marker:
    """The beginning of a chapter."""

    ms: int
    label: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A named still, taken at `ms`."""

    name: str
    grid: Grid = field(repr=False)
    ms: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that an exporter needs.

    `size` is (columns, rows) of every frame; the first frame stands at 0 ms and times never decrease;
    `duration_ms` is the moment at which the recording ends, with the last frame still on screen.
    """

    size: tuple[int, int]
    frames: tuple[Frame, ...] = field(repr=False)
    captions: tuple[Caption, ...] = ()
    markers: tuple[Marker, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    title: str = ""
    duration_ms: int = 0

    def __post_init__(self) -> None:
        if not self.frames or self.frames[0].milliseconds != 0:
            raise ValueError("a recording begins with a frame at 0 ms")

    @property
    def end_ms(self) -> int:
        """The end of the recording, never before its last frame."""
        return max(self.duration_ms, self.frames[-1].milliseconds)

    def frame_at(self, milliseconds: int) -> Frame:
        """The frame that is on screen at that time."""
        shown = self.frames[0]
        for frame in self.frames:
            if frame.milliseconds > milliseconds:
                break
            shown = frame
        return shown


def text_rows(grid: Grid) -> list[str]:
    """The characters of each row, as wide as the screen, without styles."""
    return ["".join(cell.text for cell in row) for row in grid]


def plain_text(grid: Grid) -> str:
    """The screen as text: rows without trailing spaces, each ending in a newline."""
    return "".join(f"{row.rstrip()}\n" for row in text_rows(grid))
