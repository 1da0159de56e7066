"""Motion: how far something has come on its way from one picture to the next, as a value; and the clock behind it.

A motion never decides anything: its end is the picture without it, so that it can be cut short at any moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.message_pump import MessagePump
from textual.timer import Timer

from nablastep.session import Position

if TYPE_CHECKING:
    from nablastep_tui.scene import Scene

FRAME = 0.03
"""Seconds between two pictures of a motion."""
SLIDE, REVEAL_ROW, MOST_REVEALED = 0.12, 0.03, 4
"""Seconds until a dot or symbol has arrived and a result begins to fill in, seconds a row, and rows shown by turns."""
LINE = 0.24
"""Seconds until a line of a derivation has come out of the one before it."""

Kind = Literal["step", "symbols"]


@dataclass(frozen=True, eq=False)
class Motion:
    """From the scene `before`, with its session at `start`, to the one that holds this; `seconds` have passed.

    A "step" slides the dot of the tape while the operands are lit, then fills the result in, row by row. "symbols"
    slides the symbols of the equation to their new places while the numbers hold.
    """

    kind: Kind
    before: Scene
    start: Position
    seconds: float = 0.0

    @property
    def slid(self) -> float:
        """The part of the way that has been slid, from 0 to 1."""
        return min(1.0, self.seconds / SLIDE)

    @property
    def rows_shown(self) -> int | None:
        """The rows of the result that stand already; None for all of them."""
        if self.kind != "step":
            return None
        return 0 if self.seconds < SLIDE - FRAME / 2 else 1 + round((self.seconds - SLIDE) / REVEAL_ROW)

    def is_over(self, rows: int) -> bool:
        """Whether nothing moves any more, for a result of so many rows."""
        shown = self.rows_shown
        return self.slid >= 1 if shown is None else shown >= min(rows, MOST_REVEALED)


class MotionClock:
    """Counts the frames of one motion at a time. `show` is called with the seconds so far, and says whether to go on.

    Frames are counted, not measured: a terminal that is slow shows fewer pictures a second, never other pictures.
    """

    def __init__(self, pump: MessagePump) -> None:
        self._pump = pump
        self._timer: Timer | None = None

    @property
    def is_running(self) -> bool:
        """Whether something moves."""
        return self._timer is not None

    def start(self, show: Callable[[float], bool]) -> None:
        """Begin a motion; one that runs is cut short."""
        self.stop()
        frames = 0

        def tick() -> None:
            nonlocal frames
            frames += 1
            if not show(frames * FRAME):
                self.stop()

        self._timer = self._pump.set_interval(FRAME, tick)

    def stop(self) -> None:
        """No more frames."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
