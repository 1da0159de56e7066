"""The hints of the first run: one at a time, each only until it has been followed once."""

from __future__ import annotations

from itertools import islice

from nablastep.expressions import Hadamard
from nablastep.program import BACKWARD
from nablastep.records import record
from nablastep.session import Session

HINTS = ("back", "loss", "turn", "why", "cell", "edit", "update")
"""The ids of all hints."""


@record()
class Hint:
    """A line that fits a moment, with ids of keys in braces; `id` is the hint's, which its key's use marks as seen."""

    id: str
    text: str


def hint_for(session: Session, seen: frozenset[str]) -> Hint | None:
    """The hint for where the session stands, if it has not been followed yet."""
    if session.step is None or session.position.iteration != 1:
        return None
    step, program = session.step, session.program
    error = program.error.id
    backward = [other for other in program.steps if other.phase == BACKWARD]
    entry_wise = (other for other in backward[1:] if isinstance(other.equation.expression, Hadamard))
    learned = (other for other in backward if other.target.bare in program.parameters)
    hints = (
        (program.steps[1:], Hint("back", "{back} takes it back")),
        ((program.step(error),), Hint("loss", f"{error} has a value now: it stands at the top right")),
        (backward, Hint("turn", f"here the direction turns: every gradient tells how {error} reacts")),
        (entry_wise, Hint("why", "{why} asks why ⊙ is enough here and no matrix product is needed")),
        (learned, Hint("cell", "{cell-left} {cell-down} {cell-up} {cell-right} move the selected number, {largest} "
                               "finds the largest")),
        (program.steps[-1:], Hint("edit", "the iteration is complete: {next} begins the next one with the new "
                                          "weights, {edit} tries one of your own, {goto} i40 goes to the fortieth")),
    )  # fmt: skip
    moments: dict[str, Hint] = {}
    for steps, found in hints:
        moments |= {other.id: found for other in islice(steps, 1)}
    first_update = next((other for other in program.steps if other.phase == "update"), None)
    if first_update is not None:
        before = program.steps[first_update.number - 2]
        moments.setdefault(before.id, Hint("update", "nothing has changed yet: gradients first, then the update"))
    hint = moments.get(step.id)
    return hint if hint is not None and hint.id not in seen else None
