"""A scene that notes what is asked of it: its drawing stands for every scene that answers the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from nablastep_tui.scene.scene import Motion, Scene

_FIELDS = frozenset(field.name for field in fields(Scene))


class Observed(Scene):
    """A scene, the names of those of its fields that have been asked for, and where its session stood then."""

    @classmethod
    def of(cls, scene: Scene) -> Observed:
        """The same scene, of which nothing has been asked yet."""
        observed = object.__new__(cls)
        observed.__dict__.update(vars(scene), asked=set(), place=scene.session.place)
        return observed

    def __getattribute__(self, name: str) -> Any:
        if name in _FIELDS:
            object.__getattribute__(self, "asked").add(name)
        return object.__getattribute__(self, name)

    def answers_as(self, other: Scene) -> bool:
        """Whether all that has been asked of this scene is the same in the other."""
        mine, others = vars(self), vars(other)
        if not mine["asked"].isdisjoint({"session", "view"}) and mine["place"] != other.session.place:
            return False
        return all(_answer(name, mine[name]) == _answer(name, others[name]) for name in mine["asked"])


def _answer(name: str, value: Any) -> object:
    """What to compare: a view by its convention, a step in motion by how far it is, all else by value."""
    if name == "session":
        return None  # where it stands has been compared
    if name == "view":
        return value.convention.name
    if isinstance(value, Motion) and value.kind == "step":
        return value.start, value.seconds
    return value
