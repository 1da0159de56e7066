"""How fast training is beside other libraries, as ratios in the same run.

    pip install --group peers -e .        # pip 25.1 or newer
    python tests/benchmarks/peers.py

The networks, their data and the rounds are those of engine.py: below 1 is ahead. Every peer trains the network as its
own documentation does it, in float64 on one thread, and has to come to the same E, but for two that know less:
micrograd has no tanh, so its neurons are ReLUs, and of 784-128-10 it gets one sample instead of 64, whose graph would
fill the memory; scikit-learn's last layer is linear. A peer that is not installed is named and left out.
"""

from __future__ import annotations

import statistics
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from engine import RATE, Row, Work, data, network, ratios  # isort: skip - first: it sets the threads

import numpy as np

import nablastep as ns

NETWORKS = {
    "2-2-2": (network(2, 2, 2, samples=1), 500, 500),
    "2-16-16-1, batch 32": (network(2, 16, 16, 1, samples=32), 250, 3),
    "784-128-10, batch 64": (network(784, 128, 10, samples=64), 20, 1),
}
"""With the iterations in a round, and those for which micrograd has time."""

RECURSION = 20_000
"""How deep micrograd goes: as deep as a neuron has inputs, layer after layer."""


def pytorch(net: ns.Network) -> Work:
    """Modules and an optimiser."""
    import torch

    torch.set_num_threads(1)
    W, b, x, y, m = data(net)
    modules: list[Any] = []
    for weights, bias in zip(W, b, strict=True):
        linear = torch.nn.Linear(weights.shape[1], weights.shape[0], dtype=torch.float64)
        linear.load_state_dict({"weight": torch.tensor(weights), "bias": torch.tensor(bias[:, 0])})
        modules += [linear, torch.nn.Tanh()]
    model = torch.nn.Sequential(*modules)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    samples, targets = torch.tensor(x.T.copy()), torch.tensor(y.T.copy())

    def run(iterations: int) -> float:
        for _ in range(iterations):
            optimizer.zero_grad()
            error = 0.5 * torch.nn.functional.mse_loss(model(samples), targets, reduction="sum") / m
            error.backward()
            optimizer.step()
        return error.item()

    return run


def autograd(net: ns.Network) -> Work:
    """The gradient of a function of the parameters."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    W, b, x, y, m = data(net)

    def error(parameters: list[Any]) -> Any:
        a = x
        for weights, bias in parameters:
            a = anp.tanh(anp.dot(weights, a) + bias)
        return 0.5 * anp.sum((a - y) ** 2) / m

    gradient = value_and_grad(error)
    parameters = list(zip(W, b, strict=True))

    def run(iterations: int) -> float:
        nonlocal parameters
        for _ in range(iterations):
            value, slopes = gradient(parameters)
            parameters = [(w - RATE * gw, v - RATE * gv) for (w, v), (gw, gv) in zip(parameters, slopes, strict=True)]
        return float(value)

    return run


def micrograd(net: ns.Network) -> Work:
    """Its own network of neurons, one number at a time."""
    from micrograd.nn import MLP

    sys.setrecursionlimit(RECURSION)
    large = net.x.shape[1] > 100
    x, y = (values[:1] if large else values for values in (net.x, net.y))
    samples, wanted = x.tolist(), y.ravel().tolist()
    model = MLP(net.x.shape[1], [layer.units for layer in net.layers])

    def run(iterations: int) -> float:
        for _ in range(iterations):
            outputs = [model(sample) for sample in samples]
            found = [a for output in outputs for a in (output if isinstance(output, list) else [output])]
            error = sum((a - t) ** 2 for a, t in zip(found, wanted, strict=True)) * (0.5 / len(x))
            model.zero_grad()
            error.backward()
            for parameter in model.parameters():
                parameter.data -= RATE * parameter.grad
        return float(error.data)

    return run


def scikit_learn(net: ns.Network) -> Work:
    """Its regressor, all samples in one batch."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    hidden = [layer.units for layer in net.layers[:-1]]
    targets = net.y[:, 0] if net.y.shape[1] == 1 else net.y

    def run(iterations: int) -> float:
        model = MLPRegressor(
            hidden_layer_sizes=hidden, activation="tanh", solver="sgd", learning_rate_init=RATE, momentum=0, alpha=0,
            batch_size=net.samples, shuffle=False, max_iter=iterations, n_iter_no_change=iterations + 1, tol=0,
        )  # fmt: skip
        return float(model.fit(net.x, targets).loss_)

    return run


PEERS: dict[str, tuple[str, Callable[[ns.Network], Work]]] = {
    "PyTorch": ("torch", pytorch),
    "autograd": ("autograd", autograd),
    "scikit-learn": ("sklearn", scikit_learn),
    "micrograd": ("micrograd", micrograd),
}
"""What to import, and the work."""


def same_error(net: ns.Network, work: Callable[[ns.Network], Work]) -> None:
    """Ten iterations come to the E of ours."""
    session = ns.open(net)
    session.train(10)
    np.testing.assert_allclose(work(net)(10), session.error_history[-1], rtol=1e-9)


def rows() -> Iterator[Row]:
    """Each network beside each peer."""
    for peer, (module, work) in PEERS.items():
        if find_spec(module) is None:
            print(f"{peer} is not installed")
            continue
        for name, (net, count, of_micrograd) in NETWORKS.items():
            if peer in {"PyTorch", "autograd"}:
                same_error(net, work)
            number, rounds = (of_micrograd, 5) if peer == "micrograd" else (count, 31)
            found = ratios(ns.open(net).train, work(net), number, rounds)
            yield Row(f"training {name}", peer, statistics.median(found), max(found), 1)


def main() -> None:
    """Print the table."""
    print(f"{'':<48}{'against':<16}{'median':>11}  {'worst':>11}  {'reach':>10}")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
