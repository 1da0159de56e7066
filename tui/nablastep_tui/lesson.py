"""Your turn: a lesson through one iteration, in which the user writes each equation before it is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nablastep.errors import NablastepError
from nablastep.judge import judge
from nablastep.session import Session


@dataclass(frozen=True)
class Lesson:
    """The score so far and the last verdict. `tries` counts the answers to the equation that is asked now."""

    right: int = 0
    at_first: int = 0
    shown: int = 0
    tries: int = 0
    message: str = ""
    hint: str = ""

    @property
    def score(self) -> str:
        """`5 right (4 at the first try), 1 shown`."""
        shown = f", {self.shown} shown" if self.shown else ""
        return f"{self.right} right ({self.at_first} at the first try){shown}"


def answered(lesson: Lesson, session: Session, convention: str, text: str) -> tuple[Lesson, bool]:
    """The lesson after an answer for the upcoming step, and whether the step may be computed now.

    An empty answer gives up: the step is computed and counts as shown.
    """
    if not text.strip():
        return replace(lesson, shown=lesson.shown + 1, tries=0, message="shown this time", hint=""), True
    try:
        verdict = judge(session, session.upcoming.id, text, convention)
    except NablastepError as unreadable:
        return replace(lesson, message=unreadable.message, hint=unreadable.hint or ""), False
    if verdict.right:
        first = int(lesson.tries == 0)
        return replace(lesson, right=lesson.right + 1, at_first=lesson.at_first + first, tries=0,
                       message="right", hint=""), True  # fmt: skip
    return replace(lesson, tries=lesson.tries + 1, message=verdict.message, hint=verdict.hint or ""), False
