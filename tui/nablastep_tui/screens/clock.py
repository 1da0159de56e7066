"""The clock behind what moves: so many pictures a second, of one motion at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.timer import Timer

from nablastep_tui.scene.scene import FRAME

LINE = 0.24
"""Seconds until a line of a derivation has come out of the one before it."""


class Ticks(Protocol):
    """What can call again and again, as every widget of Textual can."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call every so many seconds."""


class MotionClock:
    """Counts the frames of one motion at a time. `show` is called with the seconds so far, and says whether to go on.

    Frames are counted, not measured: a terminal that is slow shows fewer pictures a second, never other pictures.
    """

    def __init__(self, pump: Ticks) -> None:
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
