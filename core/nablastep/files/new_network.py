"""A network file to begin with, for weights that are there already: what was found, and what is left to say.

The text is a whole network file that opens at once; comments name what is a guess.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from nablastep.errors import NetworkError
from nablastep.field_checks import did_you_mean
from nablastep.files.array_formats import listed, stored_arrays
from nablastep.functions import activation_names
from nablastep.layer_arrays import LayerArrays, chains, layers_in

WIDEST = 96
HIDDEN, LAST = "relu", "identity"
LOSS_OF = {"softmax": "categorical_cross_entropy", "sigmoid": "binary_cross_entropy"}


def new_network_text(path: str, activations: Sequence[str] = ()) -> str:
    """The network file for the weights in a file of arrays.

    One activation stands for all layers but the last, which then has identity; else there is one for each layer.
    Raises NetworkError for a file in which there are no weights, UnknownNameError for an unknown activation.
    """
    arrays = stored_arrays(Path(path), path)
    layers, left_over = layers_in(arrays)
    if not layers:
        raise NetworkError(f"no matrix of weights in it; it holds {listed(arrays)}", file=path)
    chosen = _activations(activations, len(layers))
    lines = [*_head(path, layers, chosen[-1], guessed=not activations)]
    for number, (layer, activation) in enumerate(zip(layers, chosen, strict=True), start=1):
        lines += ["", *_layer(path, number, layer, activation)]
    if left_over:
        lines += ["", *_comment(f"Left out, because no layer takes it: {listed({n: arrays[n] for n in left_over})}")]
    return "\n".join(lines) + "\n"


def _activations(given: Sequence[str], count: int) -> list[str]:
    for name in given:
        if name not in activation_names():
            near, known = did_you_mean(name, activation_names()), ", ".join(activation_names())
            problem = f"unknown activation {name!r}{near or '; there are ' + known}"
            raise NetworkError(problem, hint=f"there are {known}" if near else None)
    if len(given) in {0, 1} and count > len(given):
        return [*[given[0] if given else HIDDEN] * (count - 1), LAST]
    if len(given) != count:
        raise NetworkError(f"expected one activation, or {count} for {count} layers, found {len(given)}")
    return list(given)


def _head(path: str, layers: Sequence[LayerArrays], last: str, *, guessed: bool) -> Iterator[str]:
    inputs, outputs = layers[0].inputs, layers[-1].outputs
    yield f"title = {_text(PurePath(path).stem)}"
    yield from _comment("One sample to begin with: put your own here, samples × inputs and samples × outputs.")
    yield from _row("x", [0.1 * (1 + place % 9) for place in range(inputs)])
    yield from _row("y", [1.0, *[0.0] * (outputs - 1)])
    yield f"loss = {_text(LOSS_OF.get(last, 'half_squared_error'))}"
    if guessed:
        yield from _comment("The file holds no activations: those below are a guess, as is the loss.")
    if not chains(layers):
        yield from _comment("In this order the sizes of the layers do not fit each other: put them in theirs.")
    yield ""
    yield "[optimizer]"
    yield 'name = "sgd"'
    yield "learning_rate = 0.1"


def _layer(path: str, number: int, layer: LayerArrays, activation: str) -> Iterator[str]:
    file = _text(PurePath(path).as_posix())
    layout = ', layout = "in×out"' if layer.turned else ""
    yield f"[[layers]]  # layer {number}: {layer.inputs} in, {layer.outputs} out"
    yield f"activation = {_text(activation)}"
    yield f"W = {{ file = {file}{_named(layer.weights)}{layout} }}  # {layer.outputs} × {layer.inputs}"
    if layer.bias is not None:
        yield f"b = {{ file = {file}{_named(layer.bias)} }}  # {layer.outputs}"


def _named(name: str) -> str:
    return f", name = {_text(name)}" if name else ""


def _row(key: str, numbers: Sequence[float]) -> Iterator[str]:
    """One row of numbers, on as many lines as it needs."""
    line = f"{key} = [["
    for place, number in enumerate(numbers):
        piece = f"{number:.1f}" + (", " if place + 1 < len(numbers) else "]]")
        if len(line) + len(piece) > WIDEST:
            yield line.rstrip()
            line = "  "
        line += piece
    yield line


def _comment(text: str) -> Iterator[str]:
    yield f"# {' '.join(text.split())}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
