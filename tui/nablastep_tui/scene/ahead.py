"""What the next key will show, known before it is pressed; and which scenes one drawing stands for.

Most keys are →, or ← after a ←, and nobody waits between two of them. Decides what can be told ahead, not when there is
time for it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from nablastep.commands import Back, Next
from nablastep.view import View
from nablastep_tui.scene.coach import hint_for
from nablastep_tui.scene.scene import Scene

MOST_NUMBERS = 1_000_000
"""Of a session: with more of them one equation may take so long that a key would have to wait for it."""
_FIELDS = frozenset(field.name for field in fields(Scene))


@lru_cache(maxsize=1)
def scene_ahead(scene: Scene, *, back: bool = False) -> Scene | None:
    """The scene of one equation on or back, with a session of its own.

    None where the key would mean something else, or where what it asks for may take long.
    A guess: cells are selected where they are at first, and hints have not been followed yet.
    """
    others = (scene.what_if, scene.trial, scene.caption, scene.motion, scene.prompt, scene.lesson)
    if scene.busy or any(other is not None for other in others):
        return None
    if sum(map(np.size, scene.session.values.values())) > MOST_NUMBERS:
        return None
    goes_back = back and scene.session.position != (1, 0)
    session = scene.session.ahead(Back() if goes_back else Next())
    hint = hint_for(session, frozenset())
    return replace(
        scene,
        session=session,
        view=View(session, scene.view.convention.name),
        cell=(0, 0),
        notice="",
        is_error=False,
        hint=scene.keymap.said(hint.text) if hint else "",
        first_run=False,
        focus=None,
        focus_cell=(0, 0),
    )


class Observed(Scene):
    """A scene that notes which of its fields are asked for; a drawing stands for every scene that answers the same."""

    @classmethod
    def of(cls, scene: Scene) -> Observed:
        """The same scene, of which nothing has been asked yet."""
        observed = object.__new__(cls)
        observed.__dict__.update(vars(scene), asked=set())
        return observed

    def __getattribute__(self, name: str) -> Any:
        if name in _FIELDS:
            object.__getattribute__(self, "asked").add(name)
        return object.__getattribute__(self, name)

    def answers_as(self, other: Scene) -> bool:
        """Whether all that has been asked of this scene is the same in the other."""
        mine, others = vars(self), vars(other)
        return all(_answer(name, mine[name]) == _answer(name, others[name]) for name in mine["asked"])


def _answer(name: str, value: Any) -> object:
    """What to compare: sessions and views by where they stand, everything else by its value."""
    if name == "session":
        return value.place
    return (value.session.place, value.convention.name) if name == "view" else value
