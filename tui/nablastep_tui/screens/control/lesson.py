"""Your turn: the user writes every equation of the iteration before it is computed; see `scene.lesson`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nablastep.commands import Next
from nablastep.errors import CommandError
from nablastep.notation import notations
from nablastep_tui.scene.modes import BROWSING, Learning, found
from nablastep_tui.screens.control.host import Host

if TYPE_CHECKING:
    from nablastep_tui.scene.lesson import Lesson

LONGEST_ANSWER = 40
"""So much of an answer is repeated beside its verdict."""


class LessonControl:
    """Asks, has the answer judged, and shows the equation with its numbers before it asks again."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def begin(self) -> None:
        """A lesson from here on; one that goes on asks again."""
        from nablastep_tui.scene.lesson import Lesson

        if found(self._host.mode, Learning) is None:
            self._host.mode = Learning(Lesson())
        self._ask()

    @property
    def _lesson(self) -> Lesson:
        learning = found(self._host.mode, Learning)
        assert learning is not None
        return learning.lesson

    def _ask(self) -> None:
        symbol = self._host.view.convention.shown_symbol(self._host.session.upcoming.target)
        name = "ascii" if self._host.looks.is_ascii else "unicode"
        self._host.ask(f"{notations()[name].text(symbol)} =", self._judge, on_close=self._end)

    def _judge(self, text: str) -> None:
        """Judge the answer for the upcoming step; a right one computes it, and waits with the numbers on the stage."""
        from nablastep_tui.scene.lesson import answered

        lesson, may_go_on = answered(self._lesson, self._host.session, self._host.looks.convention, text)
        self._host.mode = Learning(lesson)
        if not may_go_on:
            raise CommandError("try again: the verdict stands above")
        self._host.perform(Next())
        answer = text.strip()
        given = answer if len(answer) <= LONGEST_ANSWER else f"{answer[:LONGEST_ANSWER]}…"
        told = f"{self._host.looks.glyphs.tick} {lesson.message}" + (f": {given}" if given else "")
        self._host.ask(f"{told}   enter goes on", self._go_on, on_close=self._end)

    def _go_on(self, _: str) -> None:
        """From the equation with its numbers to the next question, or to the score."""
        from nablastep_tui.scene.lesson import gone_on

        if self._host.session.position.step == len(self._host.session.program):
            self._end()
            return
        self._host.mode = Learning(gone_on(self._lesson))
        self._ask()

    def _end(self) -> None:
        lesson, self._host.mode = self._lesson, BROWSING
        self._host.tell(f"lesson: {lesson.score}{lesson.practice}")
