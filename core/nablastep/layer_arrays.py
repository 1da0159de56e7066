"""Which of many named arrays are the weights and biases of layers, and in which order.

`fc1.weight` and `fc1.bias`, `dense/kernel` and `dense/bias`, `W1` and `b1`, or arrays without speaking names one after
the other. Owns that guess and nothing else: whoever uses it says what was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nablastep.errors import NetworkError
from nablastep.field_checks import counted
from nablastep.records import record

MOST_TRIED = 7
"""Layers up to which every order is tried, if their names' own order does not chain."""


@record()
class LayerArrays:
    """One layer: the names of its arrays; `turned` says that the weights are stored inputs × outputs, as by Keras."""

    weights: str
    bias: str | None
    turned: bool
    outputs: int
    inputs: int


def layers_from(arrays: Mapping[str, ArrayLike] | Sequence[Any], activations: Sequence[str]) -> list[dict[str, Any]]:
    """Layers as tables of their keys, from named arrays or from a list with W or (W, b) for each."""
    pairs = _named_pairs(arrays) if isinstance(arrays, Mapping) else [_pair(entry) for entry in arrays]
    if isinstance(activations, str) or len(activations) != len(pairs):
        found = repr(activations) if isinstance(activations, str) else str(len(activations))
        raise NetworkError(f"expected {counted(len(pairs), 'activation')} for as many layers, found {found}")
    return [
        {"activation": activation, "W": weights, **({} if bias is None else {"b": bias})}
        for activation, (weights, bias) in zip(activations, pairs, strict=True)
    ]


def _named_pairs(arrays: Mapping[str, ArrayLike]) -> list[tuple[Any, Any]]:
    known = {str(name): np.asarray(array, dtype=np.float64) for name, array in arrays.items()}
    layers, left_over = layers_in(known)
    if not layers or left_over:
        shapes = ", ".join(f"{name} {known[name].shape}" for name in (left_over or known))
        raise NetworkError(f"no layer takes {shapes or 'an empty mapping'}; leave it out, or give a list of (W, b)")
    weights = (known[layer.weights].T if layer.turned else known[layer.weights] for layer in layers)
    biases = (None if layer.bias is None else known[layer.bias].ravel() for layer in layers)
    return list(zip(weights, biases, strict=True))


def _pair(entry: Any) -> tuple[Any, Any]:
    """(W, b) with None for a layer without bias."""
    if isinstance(entry, tuple) and len(entry) == 2:
        return np.asarray(entry[0]), None if entry[1] is None else np.asarray(entry[1])
    return np.asarray(entry), None


def layers_in(arrays: Mapping[str, NDArray[np.float64]]) -> tuple[tuple[LayerArrays, ...], tuple[str, ...]]:
    """The layers, in an order in which their sizes chain if there is one, and the names of all arrays left over."""
    names = sorted(arrays, key=_natural)
    found = []
    used: set[str] = set()
    for name in names:
        if arrays[name].ndim == 2:
            bias = _bias_of(name, [each for each in names if each not in used], arrays)
            used |= {name} if bias is None else {name, bias}
            found.append(_layer(name, bias, arrays))
    return _chained(found), tuple(name for name in names if name not in used)


def chains(layers: Sequence[LayerArrays]) -> bool:
    """Whether each layer takes as many numbers as the one before it gives."""
    return all(before.outputs == after.inputs for before, after in pairwise(layers))


def _natural(name: str) -> list[tuple[int, int | str]]:
    """`fc2` before `fc10`."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name) if part]


def _layer(name: str, bias: str | None, arrays: Mapping[str, NDArray[np.float64]]) -> LayerArrays:
    rows, columns = arrays[name].shape
    length = None if bias is None else arrays[bias].size
    turned = _stem(name)[1] == "kernel" if length is None or rows == columns else length == columns
    outputs, inputs = (columns, rows) if turned else (rows, columns)
    return LayerArrays(name, bias, turned, outputs, inputs)


def _bias_of(name: str, names: Sequence[str], arrays: Mapping[str, NDArray[np.float64]]) -> str | None:
    """The vector that belongs to the matrix: of the same stem, or without speaking names the one right behind it."""
    sizes = set(arrays[name].shape)
    stem, word = _stem(name)
    fitting = [each for each in names if _is_vector(arrays[each]) and arrays[each].size in sizes]
    for each in fitting:
        if _stem(each)[0] == stem and _stem(each)[1] in {"bias", "b", "beta"}:
            return each
    behind = names[names.index(name) + 1 : names.index(name) + 2]
    return behind[0] if not word and behind and behind[0] in fitting and not _stem(behind[0])[1] else None


def _is_vector(array: NDArray[np.float64]) -> bool:
    return array.ndim == 1 or (array.ndim == 2 and 1 in array.shape)


_WORDS = re.compile(
    r"^(?:(?P<stem>.*)[./_])?(?P<word>weight|kernel|bias|beta)(?:e?s)?(?:_?(?P<number>\d+))?(?::\d+)?$", re.IGNORECASE
)
_LETTERS = re.compile(r"^(?P<word>[Wwb])_?(?P<stem>\d*)$")


def _stem(name: str) -> tuple[str, str]:
    """`("fc1", "weight")`, `("1", "w")`, `("1", "kernel")` of kernel_1; a name that says nothing is its own stem."""
    found = _WORDS.match(name) or _LETTERS.match(name)
    if found is None:
        return name, ""
    return (found["stem"] or "") + (found.groupdict().get("number") or ""), found["word"].lower()


def _chained(layers: Sequence[LayerArrays]) -> tuple[LayerArrays, ...]:
    """As they are, or with those turned of which nothing says how they lie, or in another order: what chains first."""
    if chains(layers):
        return tuple(layers)
    turned = tuple(map(_turned, layers))
    if chains(turned):
        return turned
    orders = permutations(layers) if len(layers) <= MOST_TRIED else iter(())
    return next(filter(chains, orders), tuple(layers))


def _turned(layer: LayerArrays) -> LayerArrays:
    if layer.bias is not None or layer.turned:
        return layer
    return replace(layer, turned=True, outputs=layer.inputs, inputs=layer.outputs)
