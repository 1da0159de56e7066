"""What the keys are for at the moment: one value in place of a flag for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nablastep.records import record
from nablastep_tui.scene.editing import Edit
from nablastep_tui.scene.prompt import Prompt

if TYPE_CHECKING:
    from nablastep_tui.scene.lesson import Lesson  # with it comes the judge: loaded by a lesson


@record()
class Browsing:
    """Every key does what the table says."""


@record(eq=False)
class Editing:
    """A number is being typed, and what it would do is shown."""

    edit: Edit


@record(eq=False)
class Learning:
    """A lesson goes on; it asks by prompts over it."""

    lesson: Lesson


@record(eq=False)
class Running:
    """Iterations are computed while keys answer; `said` tells where to and how fast."""

    said: str


@record(eq=False)
class Prompting:
    """A line is being typed; `under` is what goes on when it is closed."""

    prompt: Prompt
    under: Mode


Mode = Browsing | Editing | Learning | Running | Prompting
BROWSING = Browsing()

Kind = TypeVar("Kind", Browsing, Editing, Learning, Running, Prompting)


def found(mode: Mode, kind: type[Kind]) -> Kind | None:
    """What of that kind goes on, on top or under what is asked; None if nothing of it does."""
    while not isinstance(mode, kind):
        if not isinstance(mode, Prompting):
            return None
        mode = mode.under
    return mode
