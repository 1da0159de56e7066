"""A network as the text of a network file.

Owns the layout. Numbers are written so that they read back to the same bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from nablastep.cost import check_length
from nablastep.equation_inputs import Value
from nablastep.field_checks import FloatArray
from nablastep.files.reading import LARGEST_FILE
from nablastep.layer import Layer
from nablastep.network import Network

LINE_LENGTH = 100
_SHORTEST_NUMBER = 5
"""Bytes of `0.0` and what parts it from the next."""


def network_text(network: Network) -> str:
    """The TOML of a network; its data stand in it as x and y, whatever they were read from."""
    written = [_layer(layer) for layer in network.layers] if network.layers else list(_tables(network))
    blocks = [_head(network), _optimizer(network), *written]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def file_text(network: Network) -> str:
    """The same for a file. Raises CommandError for one that would be too long to be read back."""
    _check_length(_SHORTEST_NUMBER * (network.x.size + network.y.size + sum(_given_numbers(network))))
    text = network_text(network)
    _check_length(len(text.encode()))
    return text


def _check_length(size: int) -> None:
    hint = "keep large arrays in files of their own: W = { file = … }"
    check_length(size, "a file of this network", LARGEST_FILE, hint)


def _given_numbers(network: Network) -> Iterator[int]:
    """How many numbers each array of the network has that is written out."""
    for layer in network.layers:
        yield from (int(array.size) for array in (layer.W, layer.b) if array is not None)
    for parameter in network.parameters.values():
        yield 0 if parameter.value is None else int(np.size(parameter.value))
    yield from (int(np.size(value)) for value in network.given.values())


def _head(network: Network) -> Iterator[str]:
    yield f"title = {_text(network.title)}"
    for name, rows in (("x", network.x), ("y", network.y)):
        if rows.shape[1]:
            yield _rows(name, rows)
    if network.label_names:
        yield f"label_names = [{', '.join(map(_text, network.label_names))}]"
    if network.picture:
        yield f"picture = [{network.picture[0]}, {network.picture[1]}]"
    if network.layers:
        yield f"loss = {_text(network.loss)}"
        yield f"reduction = {_text(network.reduction)}"
        if network.penalty is not None:
            biases = ", biases = true" if network.penalty.biases else ""
            yield f"penalty = {{ l2 = {_number(network.penalty.l2)}{biases} }}"
    else:
        yield f"equations = {_lines_of_text(network.equations)}"
        if network.error is not None:
            yield f"error = {_text(network.error)}"
        if network.gradients:
            yield f"gradients = [{', '.join(map(_text, network.gradients))}]"
    if network.batch_size != network.samples:
        yield f"batch_size = {network.batch_size}"
    if network.shuffle:
        yield "shuffle = true"
    yield f"seed = {network.seed}"
    yield f"convention = {_text(network.convention)}"
    yield f"order = {_text(network.order)}"


def _optimizer(network: Network) -> Iterator[str]:
    yield "[optimizer]"
    yield f"name = {_text(network.optimizer.name)}"
    for setting, value in network.optimizer.values.items():
        scheduled = setting == "learning_rate" and network.optimizer.schedule
        yield f"{setting} = {_text(network.optimizer.schedule) if scheduled else _number(value)}"


def _layer(layer: Layer) -> Iterator[str]:
    yield "[[layers]]"
    yield f"activation = {_text(layer.activation)}"
    if layer.W is None:
        yield f"units = {layer.units}"
        yield f"init = {_text(layer.init)}"
        if not layer.bias:
            yield "bias = false"
    else:
        yield _rows("W", layer.W)
    if layer.b is not None:
        yield f"b = {_numbers(layer.b)}"
    if layer.frozen:
        yield f"frozen = [{', '.join(map(_text, layer.frozen))}]"


def _tables(network: Network) -> Iterator[Iterator[str]]:
    """What equations start from."""
    if network.parameters:
        yield _parameters(network)
    if network.given:
        yield _given(network)


def _parameters(network: Network) -> Iterator[str]:
    yield "[parameters]"
    for name, parameter in network.parameters.items():
        if parameter.value is None:
            shape = f"[{', '.join(map(str, parameter.shape))}]"
            drawn = f"shape = {shape}, init = {_text(parameter.init)}"
            yield f"{_key(name)} = {{ {drawn}{', frozen = true' if parameter.frozen else ''} }}"
        elif parameter.frozen:
            yield f"{_key(name)} = {{ value = {_value(parameter.value, one_line=True)}, frozen = true }}"
        else:
            yield f"{_key(name)} = {_value(parameter.value)}"


def _given(network: Network) -> Iterator[str]:
    yield "[given]"
    for name, value in network.given.items():
        yield f"{_key(name)} = {_value(value)}"


def _value(value: Value, *, one_line: bool = False) -> str:
    if isinstance(value, float):
        return _number(value)
    rows = [_numbers(row) for row in value]
    whole = f"[{', '.join(rows)}]"
    return whole if one_line or len(whole) <= LINE_LENGTH else "\n".join(["[", *(f"  {row}," for row in rows), "]"])


def _key(name: str) -> str:
    return name if name.isascii() else _text(name)


def _lines_of_text(text: str) -> str:
    """A text of several lines, which may hold quotation marks and backslashes."""
    if "\n" not in text:
        return _text(text)
    lines = text.strip("\n").split("\n")
    return "\n".join(['"""', *(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines), '"""'])


def _rows(key: str, matrix: FloatArray) -> str:
    rows: Sequence[str] = [_numbers(row) for row in matrix]
    one_line = f"{key} = [{', '.join(rows)}]"
    return one_line if len(one_line) <= LINE_LENGTH else "\n".join([f"{key} = [", *(f"  {row}," for row in rows), "]"])


def _numbers(values: Iterable[float]) -> str:
    return f"[{', '.join(map(_number, values))}]"


def _number(value: float) -> str:
    return repr(float(value))


def _text(value: str) -> str:
    # A network's texts hold no control characters, so JSON's escapes are TOML's.
    return json.dumps(value, ensure_ascii=False)
