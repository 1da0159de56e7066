"""A scene that notes what is asked of it: its drawing stands for every scene that answers the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from nablastep_tui.scene.scene import Motion, Scene


class _Noted:
    """A field that is taken over when it is first asked for; from then on it is found at once, as any other."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, observed: Observed, _: type) -> Any:
        known = vars(observed)
        known[self._name] = found = getattr(known["whole"], self._name)
        return found


class Observed(Scene):
    """A scene of which it is known what has been asked for: its `whole`, and the `place` of its session then."""

    @classmethod
    def of(cls, scene: Scene) -> Observed:
        """The same scene, of which nothing has been asked yet."""
        observed = object.__new__(cls)
        vars(observed).update(whole=scene, place=scene.session.place)
        return observed

    def answers_as(self, other: Scene) -> bool:
        """Whether all that has been asked of this scene is the same in the other."""
        mine = vars(self)
        asked = mine.keys() & _FIELDS
        if not asked.isdisjoint({"session", "view"}) and mine["place"] != other.session.place:
            return False
        return all(_answer(name, mine[name]) == _answer(name, getattr(other, name)) for name in asked)


_FIELDS = frozenset(field.name for field in fields(Scene))
for _name in _FIELDS:
    setattr(Observed, _name, _Noted(_name))


def _answer(name: str, value: Any) -> object:
    """What to compare: a view by its convention, a step in motion by how far it is, all else by value."""
    if name == "session":
        return None  # where it stands has been compared
    if name == "view":
        return value.convention.name
    if isinstance(value, Motion) and value.kind == "step":
        return value.start, value.seconds
    return value
