"""What networks are made of: activations and losses, as expressions."""

from __future__ import annotations

from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.losses import LOSSES


def activation_names() -> tuple[str, ...]:
    """The activations that a layer can have."""
    return tuple(ACTIVATIONS)


def loss_names() -> tuple[str, ...]:
    """The losses that a network can have."""
    return tuple(LOSSES)
