"""A PyTorch model as a Network, by looking at it: torch itself is not imported.

`Sequential` of `Linear` and activations. What PyTorch would compute otherwise than nablastep is refused, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import NetworkError
from nablastep.network import Network

ACTIVATIONS = {
    "Identity": "identity", "Sigmoid": "sigmoid", "Tanh": "tanh", "ReLU": "relu", "LeakyReLU": "leaky_relu",
    "ELU": "elu", "Softplus": "softplus", "GELU": "gelu", "SiLU": "silu", "Softmax": "softmax",
}  # fmt: skip

_SETTINGS: dict[str, dict[str, Any]] = {
    "LeakyReLU": {"negative_slope": 0.01},
    "ELU": {"alpha": 1.0},
    "Softplus": {"beta": 1.0, "threshold": 20.0},
    "GELU": {"approximate": "none"},
}
"""What these modules must be set to: nablastep's functions have no settings."""

LOSSES = {
    "MSELoss": "mean_squared_error",
    "CrossEntropyLoss": "categorical_cross_entropy",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy",
    "HuberLoss": "huber",
    "SmoothL1Loss": "huber",
}
_LOSS_SETTINGS: dict[str, Any] = {
    "label_smoothing": 0.0, "weight": None, "pos_weight": None, "delta": 1.0, "beta": 1.0
}  # fmt: skip
_ON_LOGITS = {"CrossEntropyLoss": "softmax", "BCEWithLogitsLoss": "sigmoid"}
_SUMMED_HERE = {"BCELoss", "BCEWithLogitsLoss", "HuberLoss", "SmoothL1Loss"}
"""PyTorch takes the mean of these over the outputs too, nablastep's losses are sums over the outputs of a sample."""


def from_torch(module: Any, x: Any, y: Any, *, loss: Any = "half_squared_error", **options: Any) -> Network:
    """The network of a `Sequential`, with its weights as they are now and the samples x and y (samples × features).

    `loss` is one of nablastep's names or a loss module of PyTorch, whose softmax or sigmoid on the logits is then the
    last activation; class numbers as `y` of a CrossEntropyLoss become one-hot rows. `options` are those of `Network`.
    Raises NetworkError, with the module's name, for whatever has no counterpart here.
    """
    layers = list(_layers(_children(module)))
    if not layers:
        raise NetworkError(f"expected a Sequential with Linear layers, found {_kind(module)} without any")
    targets = _array(y)
    if not isinstance(loss, str):
        kind = _kind(loss)
        options.setdefault("reduction", _reduction(loss, layers))
        if kind in _ON_LOGITS:
            _last_becomes(layers, _ON_LOGITS[kind], kind)
        if kind == "CrossEntropyLoss" and targets.ndim == 1:
            targets = np.eye(len(layers[-1]["W"]))[targets.astype(int)]
        loss = LOSSES[kind]
    return Network(layers=layers, x=_array(x), y=targets, loss=loss, **{"convention": "row-pytorch", **options})


def _children(module: Any) -> Iterator[Any]:
    """The modules in order, those of a Sequential inside another one included."""
    if _kind(module) == "Linear":
        yield module
        return
    if not isinstance(module, Iterable):
        raise NetworkError(f"expected a Sequential, found {_kind(module)}", hint="its layers as Network(layers=…)")
    for child in module:
        if _kind(child) == "Sequential":
            yield from _children(child)
        elif _kind(child) != "Dropout":  # which does nothing to a network that is looked at
            yield child


def _layers(modules: Iterable[Any]) -> Iterator[dict[str, Any]]:
    waiting: dict[str, Any] | None = None
    for module in modules:
        kind = _kind(module)
        if kind == "Linear":
            if waiting is not None:
                yield waiting
            waiting = {"activation": "identity", "W": _array(module.weight)}
            if getattr(module, "bias", None) is not None:
                waiting["b"] = _array(module.bias)
        elif kind in ACTIVATIONS:
            _check_settings(module, kind)
            if waiting is None:
                raise NetworkError(f"expected a Linear before {kind}")
            yield {**waiting, "activation": ACTIVATIONS[kind]}
            waiting = None
        else:
            known = ", ".join(("Linear", *ACTIVATIONS))
            raise NetworkError(f"no counterpart for the module {kind}", hint=f"there are {known}")
    if waiting is not None:
        yield waiting


def _check_settings(module: Any, kind: str) -> None:
    for name, wanted in _SETTINGS.get(kind, {}).items():
        found = getattr(module, name, wanted)
        if found != wanted:
            raise NetworkError(f"expected {kind} with {name} = {wanted!r}, found {found!r}")
    if kind == "Softmax" and getattr(module, "dim", None) not in {None, -1, 1}:
        raise NetworkError(f"expected Softmax over the outputs, dim = -1, found dim = {module.dim!r}")


def _reduction(loss: Any, layers: list[dict[str, Any]]) -> str:
    kind = _kind(loss)
    if kind not in LOSSES:
        raise NetworkError(f"no counterpart for the loss {kind}", hint=f"there are {', '.join(LOSSES)}")
    reduction = getattr(loss, "reduction", "mean")
    outputs = len(layers[-1]["W"])
    if reduction == "none":
        raise NetworkError(f"expected {kind} with reduction 'mean' or 'sum', found 'none'")
    if reduction == "mean" and kind in _SUMMED_HERE and outputs > 1:
        raise NetworkError(
            f"{kind} takes the mean over the {outputs} outputs too; nablastep adds up over the outputs",
            hint=f"use {kind}(reduction='sum'), or name a loss of nablastep",
        )
    if reduction == "sum" and kind == "MSELoss" and outputs > 1:
        raise NetworkError("MSELoss(reduction='sum') has no counterpart: mean_squared_error divides by the outputs")
    for name, wanted in _LOSS_SETTINGS.items():
        found = getattr(loss, name, wanted)
        if found is not wanted and (wanted is None or found != wanted):
            raise NetworkError(f"expected {kind} with {name} = {wanted!r}, found {found!r}")
    return str(reduction)


def _last_becomes(layers: list[dict[str, Any]], activation: str, kind: str) -> None:
    if layers[-1]["activation"] != "identity":
        found = layers[-1]["activation"]
        raise NetworkError(f"{kind} has its {activation} in it and takes logits, but the model ends with {found}")
    layers[-1]["activation"] = activation


def _kind(module: Any) -> str:
    return type(module).__name__


def _array(tensor: Any) -> NDArray[Any]:
    """A tensor, wherever it lives and whether it is learned or not, as an array."""
    for step in ("detach", "cpu"):
        tensor = getattr(tensor, step, lambda tensor=tensor: tensor)()
    return np.asarray(tensor)
