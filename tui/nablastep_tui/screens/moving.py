"""Motion on the stage: begun by an action, ended by its own end or by the next key."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from nablastep_tui.scene.scene import Kind, Motion
from nablastep_tui.screens.control.clock import MotionClock
from nablastep_tui.screens.stage_base import StageBase


class Moving(StageBase):
    """A stage on which a change can be seen happening; without motion the change is there at once."""

    @cached_property
    def _clock(self) -> MotionClock:
        return MotionClock(self)

    def begin_motion(self, kind: Kind) -> None:
        """From the scene of now to the one that the caller is about to show."""
        self.end_motion()
        if self.motion and self.is_mounted:
            self.moving = Motion(kind, self.scene(), self.session.position)
            self._clock.start(self._move)

    def end_motion(self) -> None:
        """What moves has arrived."""
        self._clock.stop()
        self.moving = None

    def _move(self, seconds: float) -> bool:
        """Show the next picture of the motion; whether there are more."""
        if self.moving is None:
            return False
        self.moving = replace(self.moving, seconds=seconds)
        shape = self.view.equation.target.shape
        if self.moving.is_over(self.view.size(shape[0]) if shape else 1):
            self.moving = None
        self.show()
        return self.moving is not None
