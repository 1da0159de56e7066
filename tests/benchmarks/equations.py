"""How fast networks of equations are: shared weights, attention, twelve residual blocks, beside loops written by hand.

    python tests/benchmarks/equations.py

As in engine.py, in whose rounds it runs: the loops compute the same gradients, update their parameters in place, keep
nothing, and have to come to the same E as the program that was derived.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

from engine import RATE, Row, ratios, stepping  # isort: skip - first: it sets the threads

import numpy as np

import nablastep as ns

BLOCKS, WIDTH, SAMPLES = 12, 16, 32
Loop = Callable[[ns.Network, int], float]
"""Runs so many iterations, and gives E of the last."""


def residual() -> ns.Network:
    """Twelve blocks h + tanh(W h + b), half the mean squared error."""
    random = np.random.default_rng(0)
    before = ["x", *(f"h{k}" for k in range(1, BLOCKS))]
    lines = [f"z{k} = W{k} {h} + b{k}\nh{k} = {h} + tanh(z{k})" for k, h in enumerate(before, 1)]
    parameters = {f"W{k}": random.normal(0, 0.2, (WIDTH, WIDTH)) for k in range(1, BLOCKS + 1)}
    parameters |= {f"b{k}": random.normal(0, 0.1, WIDTH) for k in range(1, BLOCKS + 1)}
    return ns.Network.from_equations(
        "\n".join([*lines, f"E = 1/(2 m) sum((h{BLOCKS} - y)^2)"]), parameters=parameters,
        x=random.normal(size=(SAMPLES, WIDTH)), y=random.normal(size=(SAMPLES, WIDTH)),
        optimizer={"name": "sgd", "learning_rate": RATE},
    )  # fmt: skip


def data(net: ns.Network) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, int, float]:
    """Parameters, samples and targets as columns, their number, and the learning rate, for a loop by hand."""
    parameters = {name: value.copy() for name, value in net.initial_parameters.items()}
    columns = np.ascontiguousarray(net.x.T), np.ascontiguousarray(net.y.T)
    return parameters, *columns, net.samples, net.optimizer.learning_rate


def loop_of_residual(net: ns.Network, iterations: int) -> float:
    """By hand, block after block."""
    p, x, y, m, rate = data(net)
    W, b = ([p[f"{name}{k}"] for k in range(1, BLOCKS + 1)] for name in "Wb")
    for _ in range(iterations):
        h, z = [x], []
        for weights, bias in zip(W, b, strict=True):
            z.append(weights @ h[-1] + bias)
            h.append(h[-1] + np.tanh(z[-1]))
        error = 0.5 * np.sum((h[-1] - y) ** 2) / m
        g, slopes = (h[-1] - y) / m, []
        for k in range(BLOCKS - 1, -1, -1):
            through = g * (1 / np.cosh(z[k]) ** 2)
            slopes.append((k, through @ h[k].T, through.sum(axis=1, keepdims=True)))
            if k:
                g = W[k].T @ through + g
        for k, gW, gb in slopes:
            W[k] -= rate * gW
            b[k] -= rate * gb
    return float(error)


def loop_of_rnn(net: ns.Network, iterations: int) -> float:
    """By hand, three steps in time."""
    p, x, y, m, rate = data(net)
    W, U, b, V = p["W"], p["U"], p["b"], p["V"]
    x1, x2, x3 = x[:2], x[2:4], x[4:6]
    for _ in range(iterations):
        z1 = U @ x1 + b
        h1 = np.tanh(z1)
        z2 = W @ h1 + U @ x2 + b
        h2 = np.tanh(z2)
        z3 = W @ h2 + U @ x3 + b
        h3 = np.tanh(z3)
        difference = V @ h3 - y
        error = 0.5 * np.sum(difference**2) / m
        go = difference / m
        g3 = (V.T @ go) * (1 / np.cosh(z3) ** 2)
        g2 = (W.T @ g3) * (1 / np.cosh(z2) ** 2)
        g1 = (W.T @ g2) * (1 / np.cosh(z1) ** 2)
        gV, gW = go @ h3.T, g2 @ h1.T + g3 @ h2.T
        gU, gb = g1 @ x1.T + g2 @ x2.T + g3 @ x3.T, (g1 + g2 + g3).sum(axis=1, keepdims=True)
        V -= rate * gV
        W -= rate * gW
        U -= rate * gU
        b -= rate * gb
    return float(error)


def loop_of_attention(net: ns.Network, iterations: int) -> float:
    """By hand, one head."""
    p, *_, rate = data(net)
    W_q, W_k, W_v = p["W_q"], p["W_k"], p["W_v"]
    X, Y = (np.array(net.given[name]) for name in "XY")
    root = np.sqrt(W_q.shape[1])
    for _ in range(iterations):
        Q, K, V = X @ W_q, X @ W_k, X @ W_v
        S = Q @ K.T / root
        powers = np.exp(S - S.max(axis=1, keepdims=True))
        P = powers / powers.sum(axis=1, keepdims=True)
        gO = P @ V - Y
        error = 0.5 * np.sum(gO**2)
        gP = gO @ V.T
        gS = P * (gP - (P * gP).sum(axis=1, keepdims=True)) / root
        gV, gQ, gK = P.T @ gO, gS @ K, gS.T @ Q
        _ = gQ @ W_q.T + gK @ W_k.T + gV @ W_v.T
        W_v -= rate * (X.T @ gV)
        W_k -= rate * (X.T @ gK)
        W_q -= rate * (X.T @ gQ)
    return float(error)


CASES: dict[str, tuple[ns.Network, Loop]] = {
    "rnn": (ns.open("rnn").network, loop_of_rnn),
    "attention": (ns.open("attention").network, loop_of_attention),
    f"{BLOCKS} residual blocks of {WIDTH}, batch {SAMPLES}": (residual(), loop_of_residual),
}


def rows() -> Iterator[Row]:
    """Training and stepping of each."""
    for name, (net, loop) in CASES.items():
        session = ns.open(net)
        session.train(20)
        np.testing.assert_allclose(loop(net, 20), session.error_history[-1], rtol=1e-9)
        count = 100 if len(session.program) > 50 else 250
        for what, work, number in (("training", session.train, count), ("stepping", stepping(session), 20)):
            found = ratios(work, lambda n, net=net, loop=loop: loop(net, n), number, 31)
            yield Row(f"{what} {name}", "loop", statistics.median(found), max(found), 1.05 if what == "training" else 6)


def main() -> None:
    """Print the table."""
    print(f"{'':<48}{'against':<16}{'median':>11}  {'worst':>11}  {'reach':>10}")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
