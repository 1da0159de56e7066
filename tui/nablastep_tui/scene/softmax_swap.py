"""Softmax in the place of an activation, to see on the same step where ⊙ stops being right."""

from __future__ import annotations

from dataclasses import replace

from nablastep.errors import CommandError
from nablastep.expressions import Apply, Softmax
from nablastep.network import Network
from nablastep.session import Session
from nablastep_tui.scene.why_page import WhyPage


def with_softmax(session: Session, name: str) -> tuple[Session, str]:
    """A session like this one whose layer has softmax instead of its element-wise activation, and what it replaced.

    The loss becomes the half squared error where the pair would hide the Jacobian. Raises CommandError for steps that
    go through no element-wise activation.
    """
    network, program = session.edited_network(), session.program
    if not network.layers:
        raise CommandError("softmax can stand in for the activation of a layer only; here are equations")
    bare = program.symbols[name].bare if name in program.symbols else None
    layer = 0 if bare is None else program.graph.by_id[bare.id].block
    uses = [] if bare is None else [use.expression for use, _ in program.uses(bare)]
    if any(isinstance(use, Softmax) for use in uses):
        raise CommandError("this layer has softmax already")
    use = next((use for use in uses if isinstance(use, Apply) and use.x == bare), None)
    if use is None:
        raise CommandError("softmax can stand in for an activation only: ask it on a ∇z")
    layers = [
        replace(each, activation="softmax") if number == layer else each
        for number, each in enumerate(network.layers, 1)
    ]
    changed = Network(
        layers, network.x, network.y, loss="half_squared_error", title=network.title, reduction=network.reduction,
        batch_size=network.batch_size, optimizer=network.optimizer,
    )  # fmt: skip
    other = Session(changed)
    other.goto("end")
    return other, use.function.name


def swapped_page(page: WhyPage, session: Session, replaced: str) -> WhyPage:
    """The same step and route in the session with softmax."""
    return replace(page, derivation=replace(page.derivation, session=session), place=0, swapped=replaced)
