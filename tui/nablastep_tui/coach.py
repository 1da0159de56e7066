"""The hints of the first run: one at a time, each only until it has been followed once."""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.layers import LayerGraph
from nablastep.program import Program
from nablastep.session import Session


@dataclass(frozen=True)
class Hint:
    """A line that fits a moment, with ids of keys in braces; `id` is the hint's, which its key's use marks as seen."""

    id: str
    text: str


def _moments_of_the_way_back(program: Program) -> dict[str, Hint]:
    turn = Hint("turn", "here the direction turns: every gradient tells how E reacts")
    cell = Hint("cell", "{cell-left} {cell-down} {cell-up} {cell-right} move the selected number")
    if not isinstance(program.graph, LayerGraph):
        first = next((step.id for step in program.steps if step.phase == "backward"), "")
        return {first: turn}
    last = len(program.form.activations)
    why = Hint("why", "{why} asks why ⊙ is enough here and no matrix product is needed")
    return {f"grad_a{last}": turn, f"grad_z{last}": why, f"grad_W{last - 1}": cell}


def hint_for(session: Session, seen: frozenset[str]) -> Hint | None:
    """The hint for where the session stands, if it has not been followed yet."""
    if session.step is None or session.position.iteration != 1:
        return None
    step, program = session.step, session.program
    moments = {
        program.steps[1].id: Hint("back", "{back} takes it back"),
        program.error.id: Hint("loss", "E has a value now: it stands at the top right, and below as the first bar"),
        **_moments_of_the_way_back(program),
        program.steps[-1].id: Hint(
            "edit",
            "the iteration is complete: {next} begins the next one with the new weights, {edit} tries one of your own",
        ),
    }
    first_update = next((other for other in program.steps if other.phase == "update"), None)
    if first_update is not None:
        before = program.steps[first_update.number - 2]
        moments.setdefault(before.id, Hint("update", "nothing has changed yet: gradients first, then the update"))
    hint = moments.get(step.id)
    return hint if hint is not None and hint.id not in seen else None
