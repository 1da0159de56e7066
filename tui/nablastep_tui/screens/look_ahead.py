"""What the next key will show is drawn before it is pressed: most keys are →, or ← after a ←, with time between them.

Decides when there is time for it, one region after the other, so that a key never waits for more than one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from nablastep.commands import Back, Next
from nablastep.session import Position
from nablastep_tui.scene.scene import Scene
from nablastep_tui.widgets.region import Region

QUIET_SECONDS = 0.012
"""So long after the last scene there is time: its frame is out."""
Step = Next | Back


class LookAhead:
    """Has regions prepare the `scenes` of the step that is likely to be next."""

    def __init__(self, regions: Sequence[Region], scenes: Callable[[Step], Sequence[Scene]]) -> None:
        self._regions = regions
        self._scenes = scenes
        self._position = Position(1, 0)
        self._step: Step = Next()
        self._waiting: asyncio.Handle | None = None

    def soon(self) -> None:
        """Look ahead if nothing else is shown before there is time for it."""
        self.stop()
        self._waiting = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._go_on, self._begun())

    def stop(self) -> None:
        """Nothing more is prepared."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def now(self) -> None:
        """Look ahead at once."""
        for _ in self._begun():
            pass

    def at(self, position: Position) -> None:
        """The session stands there: it has come by what is likely to be next."""
        if position != self._position:
            goes_back = position < self._position and position != (1, 0)
            self._step = Back() if goes_back else Next()
            self._position = position

    def _begun(self) -> Iterator[None]:
        """One region after the other; a fault in what the step does is told when the step is made."""
        with suppress(Exception):
            scenes = self._scenes(self._step)
            for region in self._regions:
                yield
                region.prepare(scenes)

    def _go_on(self, begun: Iterator[None]) -> None:
        for _ in begun:
            self._waiting = asyncio.get_running_loop().call_soon(self._go_on, begun)
            return
