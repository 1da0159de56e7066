"""What a judgement says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """`right`, or the `cause` (one word) with a `message` that says it.

    `hint` is a question that leads there and does not give the answer away, `nudge` a little more than that. `remark`
    is said of a right answer that is right for a reason of its own. `relative_error` is that of the worst random
    network; None where the shape was wrong already.
    """

    right: bool
    cause: str | None
    message: str
    hint: str | None
    relative_error: float | None
    nudge: str | None = None
    remark: str | None = None
