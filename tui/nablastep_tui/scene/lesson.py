"""Your turn: a lesson through one iteration, in which the user writes each equation before it is computed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from nablastep.errors import NablastepError
from nablastep.judge import judge_answer, question_of
from nablastep.judging.roles import operand_roles
from nablastep.session import Session
from nablastep.slips.records import kind_of
from nablastep.transposition import convention_named

MOST_KINDS = 2


@dataclass(frozen=True)
class Lesson:
    """The score so far and the last verdict.

    `tries` counts the answers to the equation that is asked now, `answer` is the last of them; `hints` grow from a
    question over a nudge to the roles of the operands. `slips` are the names of the slips made. While the lesson is
    `waiting`, the equation stands on the stage with its numbers, and enter goes on.
    """

    right: int = 0
    at_first: int = 0
    shown: int = 0
    tries: int = 0
    answer: str = ""
    message: str = ""
    hints: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    waiting: bool = False

    @property
    def score(self) -> str:
        """`5 right (4 at the first try), 1 shown`."""
        shown = f", {self.shown} shown" if self.shown else ""
        return f"{self.right} right ({self.at_first} at the first try){shown}"

    @property
    def practice(self) -> str:
        """`; to practise: slopes of activations`, for what went wrong most often."""
        kinds = Counter(kind_of(name) for name in self.slips).most_common(MOST_KINDS)
        return f"; to practise: {' and '.join(kind for kind, _ in kinds)}" if kinds else ""


def answered(lesson: Lesson, session: Session, convention: str, text: str) -> tuple[Lesson, bool]:
    """The lesson after an answer for the upcoming step, and whether the step may be computed now.

    An empty answer gives up: the step is computed, shown and counted.
    """
    if not text.strip():
        given_up = replace(lesson, shown=lesson.shown + 1, tries=0, answer="", message="shown", hints=(), waiting=True)
        return given_up, True
    try:
        question = question_of(session, session.upcoming.id, convention_named(convention))
        verdict = judge_answer(question, text)
    except NablastepError as unreadable:
        told = (unreadable.hint,) if unreadable.hint else ()
        return replace(lesson, answer=text, message=unreadable.message, hints=told), False
    if verdict.right:
        message = f"{verdict.message}: {verdict.remark}" if verdict.remark else verdict.message
        first = int(lesson.tries == 0)
        return replace(
            lesson, right=lesson.right + 1, at_first=lesson.at_first + first, tries=0, answer=text, message=message,
            hints=(), waiting=True,
        ), True  # fmt: skip
    hints = tuple(hint for hint in (verdict.hint, verdict.nudge, operand_roles(question)) if hint)
    tries = lesson.tries + 1
    slips = (*lesson.slips, verdict.cause or "")
    return replace(
        lesson, tries=tries, answer=text, message=verdict.message, hints=hints[: min(tries, len(hints))], slips=slips
    ), False


def gone_on(lesson: Lesson) -> Lesson:
    """The lesson at the next question."""
    return replace(lesson, answer="", message="", hints=(), waiting=False)
