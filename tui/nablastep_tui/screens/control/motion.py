"""Motion on the stage: begun by an action, ended by its own end or by the next key."""

from __future__ import annotations

from dataclasses import replace

from nablastep_tui.scene.scene import Kind, Motion
from nablastep_tui.screens.clock import MotionClock
from nablastep_tui.screens.control.host import Host


class Moving:
    """Lets a change be seen happening; where nothing `moves` the change is there at once."""

    def __init__(self, host: Host, *, moves: bool) -> None:
        self._host = host
        self._clock = MotionClock(host) if moves else None
        self.now: Motion | None = None

    def begin(self, kind: Kind) -> None:
        """From the scene of now to the one that the caller is about to show."""
        self.end()
        if self._clock is not None:
            self.now = Motion(kind, self._host.scene(), self._host.session.position)
            self._clock.start(self._move)

    def end(self) -> None:
        """What moves has arrived."""
        if self._clock is not None:
            self._clock.stop()
        self.now = None

    def _move(self, seconds: float) -> bool:
        """Show the next picture of the motion; whether there are more."""
        if self.now is None:
            return False
        view = self._host.view
        shape = view.equation.target.shape
        moved = replace(self.now, seconds=seconds)
        self.now = None if moved.is_over(view.size(shape[0]) if shape else 1) else moved
        self._host.show()
        return self.now is not None
