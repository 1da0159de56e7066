"""Looking: the selected cell, conventions and notations, pictures, why, and the lesson."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from nablastep.commands import Next
from nablastep.errors import CommandError
from nablastep.notation import notations
from nablastep.transposition import CONVENTIONS
from nablastep.words import convention_words, distinct_conventions
from nablastep_tui.scene.cursor import stops
from nablastep_tui.screens.changing import Changing
from nablastep_tui.screens.stage_base import POOLINGS

if TYPE_CHECKING:
    from nablastep_tui.scene.derived import Question

LONGEST_ANSWER = 40
"""So much of an answer is repeated beside its verdict."""


class Looking(Changing):
    """The keys that change nothing but the view, and those that ask."""

    def action_cell(self, rows: int, columns: int) -> None:
        """Move the selected cell."""
        self.used("cell")
        stop = self.stop
        if stop is None:
            row, column = self.cell
            self.cell = (row + rows, column + columns)
            self.cell = self.cell
        else:
            row, column = self.focus_cell
            rows, columns = stop.on_screen((rows, columns))
            self._focus_cell(stop, (row + rows, column + columns))
        self.show()

    def action_operand(self, direction: int) -> None:
        """The cell cursor into the next matrix of the equation, and round to the result again."""
        if not self.view.is_done:
            return
        self.used("cell")
        found = (None, *stops(self.view))
        here = found.index(self.stop)
        stop = found[(here + direction) % len(found)]
        self.notice = ""
        if stop is None:
            self.focus_on(None)
        else:
            self._focus_cell(stop, self.cells.get(stop.symbol.id, (0, 0)))
        self.show()

    def action_largest(self, direction: int) -> None:
        """Go through the numbers of the result by magnitude."""
        value = self.view.result()
        if value is None or not np.ndim(value):
            return
        order = np.argsort(-np.abs(value), axis=None, kind="stable")
        here = int(np.ravel_multi_index(self.cell, value.shape))
        place = int(np.nonzero(order == here)[0][0])
        is_first = not self.cells.get(f"{self.view.equation.target.id} by size")
        self.cells[f"{self.view.equation.target.id} by size"] = (1, 1)
        following = 0 if is_first and direction > 0 else (place + direction) % order.size
        row, column = np.unravel_index(int(order[following]), value.shape)
        self.cell = (int(row), int(column))
        self.show()

    def action_convention(self) -> None:
        """The next convention: the equation rearranges, the numbers stay."""
        names = distinct_conventions(self.session.program)
        if len(names) == 1:
            self.tell("as written: nothing in these equations is stored as rows or transposed, there is one convention")
            return
        self.begin_motion("symbols")
        here = names.index(self.convention) if self.convention in names else -1
        self.convention = names[(here + 1) % len(names)]
        self.cells = {name: (column, row) for name, (row, column) in self.cells.items()}
        formula, met_in = convention_words(CONVENTIONS[self.convention], self.session.program)
        self.tell(f"{formula}   {met_in}")

    def action_notation(self) -> None:
        """The next notation for symbols."""
        self.begin_motion("symbols")
        names = [name for name, writer in notations().items() if writer.on_screens]
        self.notation = names[(names.index(self.notation) + 1) % len(names)]
        self.tell(f"notation: {self.notation}")

    def action_picture(self) -> None:
        """Rows of large matrices as pictures, or not."""
        self.pictures = not self.pictures
        self.show()

    def action_pooling(self) -> None:
        """The next way to pool large matrices."""
        self.pooling = POOLINGS[(POOLINGS.index(self.pooling) + 1) % len(POOLINGS)]
        self.tell(f"blocks show their {self.pooling}" if self.pooling != "rms" else "blocks show their RMS")

    def action_loss(self) -> None:
        """The loss curve over the stage."""
        self.show_loss = not self.show_loss
        self.show()

    def action_captions(self) -> None:
        """Hints on or off."""
        self.show_hints = not self.show_hints
        self.tell("hints on" if self.show_hints else "hints off")

    def action_theme(self) -> None:
        """The next theme."""
        self.app.action_next_theme()  # type: ignore[attr-defined]

    def action_why(self) -> None:
        """Why the equation has this form."""
        from nablastep_tui.screens.why import WhyScreen

        step = self.view.step
        self.used("why")
        self.app.push_screen(WhyScreen(self.scene(), step.id, motion=self.motion))

    def action_your_turn(self) -> None:
        """A lesson: write every equation of the iteration before it is computed."""
        from nablastep_tui.scene.lesson import Lesson

        if self.lesson is None:
            self.lesson = Lesson()
        self._ask_for_next()

    def _ask_for_next(self) -> None:
        symbol = self.view.convention.shown_symbol(self.session.upcoming.target)
        name = "ascii" if self.glyphs.name == "ascii" else "unicode"
        self.ask(f"{notations()[name].text(symbol)} =", self._judge_answer, on_close=self._end_lesson)

    def _judge_answer(self, text: str) -> None:
        """Judge the answer for the upcoming step; a right one computes it, and waits with the numbers on the stage."""
        from nablastep_tui.scene.lesson import answered

        assert self.lesson is not None
        self.lesson, may_go_on = answered(self.lesson, self.session, self.convention, text)
        if not may_go_on:
            raise CommandError("try again: the verdict stands above")
        self.perform(Next())
        mark = self.glyphs.tick
        given = text.strip() if len(text.strip()) <= LONGEST_ANSWER else f"{text.strip()[:LONGEST_ANSWER]}…"
        told = f"{mark} {self.lesson.message}" + (f": {given}" if given else "")
        self.ask(f"{told}   enter goes on", self._go_on_with_lesson, on_close=self._end_lesson)

    def _go_on_with_lesson(self, _: str) -> None:
        """From the equation with its numbers to the next question, or to the score."""
        from nablastep_tui.scene.lesson import gone_on

        assert self.lesson is not None
        if self.session.position.step == len(self.session.program):
            self._end_lesson()
            return
        self.lesson = gone_on(self.lesson)
        self._ask_for_next()

    def _end_lesson(self) -> None:
        if self.lesson is not None:
            score, self.lesson = self.lesson.score + self.lesson.practice, None
            self.tell(f"lesson: {score}")

    def action_open(self) -> None:
        """Lessons, demos, networks, and what can be taken along."""
        from nablastep_tui.draw.open_list import Offer
        from nablastep_tui.screens.open_page import OpenPage

        def chosen(offer: Offer | None) -> None:
            if offer is None:
                return
            if offer.kind == "action":
                self.call_later(self.run_action, offer.name)
            elif offer.kind == "demo":
                self.app.start_demo(offer.name)  # type: ignore[attr-defined]
            else:
                self.app.open_network(offer.name)  # type: ignore[attr-defined]

        self.app.push_screen(OpenPage(self.scene()), chosen)

    def action_derive(self) -> None:
        """An expression in place of the network: what is typed, and by which of its variables."""
        from nablastep_tui.scene.derived import question_of

        def answer(line: str) -> None:
            question = question_of(line)
            names = question.variables()
            if question.by or len(names) == 1:
                self.app.open_derived(question.session())  # type: ignore[attr-defined]
            else:
                question.session(names)  # a mistake is told here, where it can be mended
                self.ask("by", lambda text: by(question, text), ", ".join(names))

        def by(question: Question, text: str) -> None:
            chosen = [name for name in re.split(r"[\s,]+", text) if name]
            self.app.open_derived(question.session(chosen))  # type: ignore[attr-defined]

        if self.app.is_free():  # type: ignore[attr-defined]
            self.ask("derive", answer)

    def action_keys(self) -> None:
        """All keys."""
        self.show_keys()
