"""Asking: why an equation has its form, what else there is to open, the derivative of an expression, the keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nablastep_tui.screens.control.host import Host, Program
from nablastep_tui.screens.control.lesson import LessonControl
from nablastep_tui.screens.control.time import TimeControl

if TYPE_CHECKING:
    from nablastep_tui.draw.open_list import Offer
    from nablastep_tui.scene.derived import Question


class AskControl:
    """Opens the pages over the stage that answer something."""

    def __init__(self, host: Host, driver: TimeControl, program: Program, *, moves: bool) -> None:
        self._host = host
        self._driver = driver
        self._program = program
        self._moves = moves
        self._lesson = LessonControl(host)

    def why(self) -> None:
        """Why the equation has this form."""
        from nablastep_tui.screens.why import WhyScreen

        self._host.used("why")
        self._host.open(WhyScreen(self._host.scene(), self._host.view.step.id, motion=self._moves))

    def your_turn(self) -> None:
        """A lesson: write every equation of the iteration before it is computed."""
        self._lesson.begin()

    def open(self) -> None:
        """Lessons, demos, networks, and what can be taken along."""
        from nablastep_tui.screens.open_page import OpenPage

        self._host.open(OpenPage(self._host.scene()), self._opened)

    def _opened(self, offer: Offer | None) -> None:
        if offer is None:
            return
        if offer.kind == "action":
            self._host.act(offer.name)
        elif offer.kind == "demo":
            self._program.start_demo(offer.name)
        else:
            self._program.open_network(offer.name)

    def derive(self) -> None:
        """An expression in place of the network: what is typed, and by which of its variables."""
        if self._program.is_free():
            self._host.ask("derive", self._derive)

    def _derive(self, line: str) -> None:
        from nablastep_tui.scene.derived import question_of

        question = question_of(line)
        names = question.variables()
        if question.by or len(names) == 1:
            self._program.open_session(question.session())
        else:
            question.session(names)  # a mistake is told here, where it can be mended
            self._host.ask("by", lambda text: self._derive_by(question, text), ", ".join(names))

    def _derive_by(self, question: Question, text: str) -> None:
        chosen = [name for name in re.split(r"[\s,]+", text) if name]
        self._program.open_session(question.session(chosen))

    def keys(self) -> None:
        """What keys do."""
        from nablastep_tui.screens.keys_page import KeysScreen

        self._host.open(KeysScreen(self._host.keymap, *self._driver.help()))
