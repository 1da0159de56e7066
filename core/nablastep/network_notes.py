"""What a network's owner should be told once: a loss that does not fit its outputs, and which way W was read.

These are no errors: the network runs, and every number of it is right; it may not be the network that was meant.
"""

from __future__ import annotations

from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.losses import LOSSES
from nablastep.network import Network
from nablastep.phrases import listed

_BETWEEN_0_AND_1 = frozenset({"sigmoid", "softmax"})
_SHARES = frozenset({"softmax"})


def network_notes(network: Network, convention: str | None = None) -> tuple[str, ...]:
    """The notes, a sentence or two each; `convention` is the one shown, the network's own if left out."""
    if not network.layers:
        found: tuple[str, ...] = (_idle_note(network),)
    else:
        found = (_pair_note(network), _square_note(network, convention or network.convention))
    return tuple(note for note in found if note)


def _idle_note(network: Network) -> str:
    """Quantities of equations that E does not depend on."""
    idle = network.idle
    if not idle:
        return ""
    error = network.graph(batch=True, targets_sum_to_one=False).error.id
    return f"{error} does not depend on {listed(idle)}: there is no gradient to compute."


def _pair_note(network: Network) -> str:
    """A loss that takes logarithms of outputs which are not the probabilities it takes them for."""
    loss, activation = LOSSES[network.loss], network.layers[-1].activation
    assert activation in ACTIVATIONS
    if loss.pairs_with is None or activation == loss.pairs_with:
        return ""
    name = activation.replace("_", " ")
    takes = f"{loss.name.replace('_', ' ')} takes the logarithm of the output"
    fits = f"The pair that fits is {loss.pairs_with} with {loss.name.replace('_', ' ')}."
    if activation not in _BETWEEN_0_AND_1:
        return f"Loss and output do not fit: {takes}, and {name} leaves the numbers between 0 and 1. {fits}"
    if loss.pairs_with in _SHARES:
        return f"Loss and output do not fit: {takes} as shares that add up to 1, and those of {name} do not. {fits}"
    return ""


def _square_note(network: Network, convention: str) -> str:
    """Which way a square W was read: in a row convention it could be meant either way, and no shape tells."""
    square = [
        f"W{index}"
        for index, layer in enumerate(network.layers)
        if layer.W is not None and layer.W.shape[0] == layer.W.shape[1] > 1 and (layer.W != layer.W.T).any()
    ]
    if convention == "column" or not square:
        return ""
    names = listed(square)
    was, verb = ("were", "are") if len(square) > 1 else ("was", "is")
    return (
        f"{names} {verb} square and {was} read with a row for each unit, as PyTorch stores it. A kernel as Keras "
        "prints it has a row for each input: write its transpose."
    )
