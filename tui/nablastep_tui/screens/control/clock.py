"""The clock behind what moves: so many pictures a second, of one motion at a time."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from nablastep_tui.scene.scene import FRAME

LINE = 0.24
"""Seconds until a line of a derivation has come out of the one before it."""


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
