"""A network as the text of a network file.

Owns the layout. Numbers are written so that they read back to the same bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from nablastep.field_checks import FloatArray
from nablastep.layer import Layer
from nablastep.network import Network

LINE_LENGTH = 100


def network_text(network: Network) -> str:
    """The TOML of a network; its data stand in it as x and y, whatever they were read from."""
    blocks = [_head(network), _optimizer(network), *(_layer(layer) for layer in network.layers)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _head(network: Network) -> Iterator[str]:
    yield f"title = {_text(network.title)}"
    yield _rows("x", network.x)
    yield _rows("y", network.y)
    if network.label_names:
        yield f"label_names = [{', '.join(map(_text, network.label_names))}]"
    if network.picture:
        yield f"picture = [{network.picture[0]}, {network.picture[1]}]"
    yield f"loss = {_text(network.loss)}"
    yield f"reduction = {_text(network.reduction)}"
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
        yield f"{setting} = {_number(value)}"


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
