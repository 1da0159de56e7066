"""Makes equation-networks.json: what PyTorch computes for the built-in networks that are written as equations.

Run once, with PyTorch 2.13 installed; no part of nablastep is imported. The numbers of parameters and data are read
from the network files, the networks are written anew with PyTorch's own functions (cross_entropy, layer_norm, conv2d,
LSTMCell, scaled_dot_product_attention, …). For two iterations of SGD it records E, the gradients and the parameters
after the update.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own abbreviation

torch.set_default_dtype(torch.float64)
HERE = Path(__file__).resolve().parent
NETWORKS = HERE.parent.parent / "demos" / "nablastep_demos" / "networks"

Tensors = dict[str, Any]


def ridge(v: Tensors) -> Any:
    residual = v["X"] @ v["w"] - v["y"]
    return 0.5 * residual.square().sum() + 0.5 * v["lambda"] * v["w"].square().sum()


def half_mean(prediction: Any, target: Any) -> Any:
    return 0.5 * F.mse_loss(prediction, target, reduction="sum") / len(target)


def residual(v: Tensors) -> Any:
    return half_mean(v["x"] + torch.tanh(F.linear(v["x"], v["W"], v["b"])), v["y"])


def rnn(v: Tensors) -> Any:
    cell = torch.nn.RNN(2, 3, batch_first=True)
    parameters = {
        "weight_ih_l0": v["U"], "weight_hh_l0": v["W"], "bias_ih_l0": v["b"], "bias_hh_l0": torch.zeros(3),
    }  # fmt: skip
    states, _ = torch.func.functional_call(cell, parameters, (v["x"].reshape(-1, 3, 2),))
    return half_mean(F.linear(states[:, -1], v["V"]), v["y"])


def lstm_cell(v: Tensors) -> Any:
    cell = torch.nn.LSTMCell(2, 2)
    parameters = {
        "weight_ih": torch.cat([v[f"W_{gate}"] for gate in "ifgo"]),
        "weight_hh": torch.cat([v[f"U_{gate}"] for gate in "ifgo"]),
        "bias_ih": torch.cat([v[f"b_{gate}"] for gate in "ifgo"]),
        "bias_hh": torch.zeros(8),
    }
    state = tuple(v[name].expand(len(v["x"]), 2) for name in "hc")
    output, _ = torch.func.functional_call(cell, parameters, (v["x"], state))
    return half_mean(output, v["y"])


def layer_norm(v: Tensors) -> Any:
    return half_mean(F.layer_norm(v["x"], (4,), v["g"], v["b"], eps=1e-5), v["y"])


def batch_norm(v: Tensors) -> Any:
    return half_mean(F.batch_norm(v["x"], None, None, v["g"], v["b"], training=True, eps=1e-5), v["y"])


def attention(v: Tensors) -> Any:
    heard = F.scaled_dot_product_attention(*(v["X"] @ v[f"W_{name}"] for name in "qkv"))
    return 0.5 * F.mse_loss(heard, v["Y"], reduction="sum")


def two_heads(v: Tensors) -> Any:
    heads = [F.scaled_dot_product_attention(*(v["X"] @ v[f"{name}{head}"] for name in "ABC")) for head in (1, 2)]
    return 0.5 * F.mse_loss(torch.cat(heads, dim=1) @ v["W_o"], v["Y"], reduction="sum")


def convolution(v: Tensors) -> Any:
    maps = F.relu(F.conv2d(v["x"].reshape(-1, 1, 4, 4), v["K"].reshape(2, 1, 2, 2), v["b"]))
    # The maps of one picture, place by place: both kernels at the first place, then at the second, …
    flat = maps.permute(0, 2, 3, 1).reshape(len(maps), -1)
    return F.cross_entropy(F.linear(flat, v["W"]), v["y"])


def tied_autoencoder(v: Tensors) -> Any:
    hidden = torch.tanh(F.linear(v["x"], v["W"], v["b"]))
    return half_mean(F.linear(hidden, v["W"].T, v["d"]), v["x"])


def hinge(v: Tensors) -> Any:
    score = v["x"] @ v["w"] + v["b"]
    return F.relu(1 - v["y"][:, 0] * score).mean() + 0.5 * v["lambda"] * v["w"].square().sum()


def temperature(v: Tensors) -> Any:
    return F.cross_entropy(F.linear(v["x"], v["W"], v["b"]) / v["T"], v["y"])


def weight_decay(v: Tensors) -> Any:
    output = F.linear(torch.tanh(F.linear(v["x"], v["W1"], v["b1"])), v["W2"], v["b2"])
    penalty = v["W1"].square().sum() + v["W2"].square().sum()
    return half_mean(output, v["y"]) + 0.5 * v["lambda"] * penalty


ERRORS: dict[str, Callable[[Tensors], Any]] = {
    "ridge": ridge, "residual": residual, "rnn": rnn, "lstm-cell": lstm_cell, "layer-norm": layer_norm,
    "batch-norm": batch_norm, "attention": attention, "two-heads": two_heads, "convolution": convolution,
    "tied-autoencoder": tied_autoencoder, "hinge": hinge, "temperature": temperature, "weight-decay": weight_decay,
}  # fmt: skip


def recorded(name: str) -> list[dict[str, Any]]:
    """Two iterations: E and the gradients, then the parameters after the update; numbers in PyTorch's shapes."""
    table = tomllib.loads((NETWORKS / f"{name}.toml").read_text(encoding="utf-8"))
    values = {key: torch.tensor(value) for key, value in {**table.get("given", {}), **table["parameters"]}.items()}
    values |= {key: torch.tensor(table[key]) for key in ("x", "y") if key in table}
    watched = [*table["parameters"], *table.get("gradients", [])]
    for key in watched:
        values[key].requires_grad_()
    optimizer = torch.optim.SGD([values[key] for key in table["parameters"]], lr=table["optimizer"]["learning_rate"])
    iterations = []
    for _ in range(2):
        for key in watched:
            values[key].grad = None
        error = ERRORS[name](values)
        error.backward()
        gradients = {key: values[key].grad.tolist() for key in watched}
        optimizer.step()
        after = {key: values[key].detach().tolist() for key in table["parameters"]}
        iterations.append({"E": error.item(), "gradients": gradients, "parameters": after})
    return iterations


if __name__ == "__main__":
    found = {"pytorch": torch.__version__, "networks": {name: recorded(name) for name in ERRORS}}
    (HERE / "equation-networks.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
