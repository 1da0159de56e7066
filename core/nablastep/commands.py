"""The commands of the one door: whatever changes a session, from a key, a demo or a program, is one of these values."""

from __future__ import annotations

from nablastep.records import record


@record()
class Next:
    """Compute the next `count` equations."""

    count: int = 1


@record()
class Back:
    """Go back `count` equations."""

    count: int = 1


@record()
class Goto:
    """Go to a place: an id, "start" or "end" in this iteration, or an iteration and a number of steps done."""

    target: str | None = None
    iteration: int | None = None
    step: int | None = None


@record()
class Train:
    """Run `count` whole iterations."""

    count: int = 1


@record()
class Set:
    """Edit one number: a cell such as `W0[0,1]`, or `learning_rate`."""

    cell: str
    value: float


@record()
class Undo:
    """Take back the last edit or reset."""


@record()
class Redo:
    """Do again what was undone last."""


@record()
class Reset:
    """Begin again with the network as it was opened; the timeline so far stays as a branch."""


@record()
class Switch:
    """Go over to another branch, to where it was left."""

    branch: int


Command = Next | Back | Goto | Train | Set | Undo | Redo | Reset | Switch
