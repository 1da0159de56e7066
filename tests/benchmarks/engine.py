"""How fast the engine is, as ratios against a tight NumPy loop in the same run.

    python tests/benchmarks/engine.py

The baseline is what one would write by hand for the same network: forward, backward, update, nothing kept. Ratios near
1 mean that stepping, history and exact replay cost next to nothing.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402 - the threads have to be set first

import nablastep as ns  # noqa: E402

NETWORKS = ((2, 2, 2, 1), (2, 16, 1, 32), (784, 128, 10, 64))


def network(n0: int, n1: int, n2: int, samples: int) -> ns.Network:
    """tanh, half squared error, sgd."""
    random = np.random.default_rng(0)
    layers = [{"units": n1, "activation": "tanh"}, {"units": n2, "activation": "tanh"}]
    return ns.Network(
        layers, random.normal(size=(samples, n0)), random.normal(size=(samples, n2)), loss="half_squared_error",
        optimizer={"name": "sgd", "learning_rate": 0.01},
    )  # fmt: skip


def tight(net: ns.Network, iterations: int) -> None:
    """The same training by hand."""
    p = {name: value.copy() for name, value in net.initial_parameters.items()}
    W0, b0, W1, b1 = (p[name] for name in ("W0", "b0", "W1", "b1"))
    x, y, m, rate = np.ascontiguousarray(net.x.T), np.ascontiguousarray(net.y.T), net.samples, 0.01
    for _ in range(iterations):
        z1 = W0 @ x + b0
        a1 = np.tanh(z1)
        z2 = W1 @ a1 + b1
        a2 = np.tanh(z2)
        _ = 0.5 * np.sum((a2 - y) ** 2) / m
        g2 = (a2 - y) / m * (1 / np.cosh(z2) ** 2)
        gW1, gb1 = g2 @ a1.T, g2.sum(axis=1, keepdims=True)
        g1 = (W1.T @ g2) * (1 / np.cosh(z1) ** 2)
        gW0, gb0 = g1 @ x.T, g1.sum(axis=1, keepdims=True)
        W1, b1, W0, b0 = W1 - rate * gW1, b1 - rate * gb1, W0 - rate * gW0, b0 - rate * gb0


def seconds(run: Callable[[], object], repeats: int = 5) -> float:
    """The median time of a run."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Print one line a network."""
    print(f"{'network':<14}{'tight µs':>10}{'trained':>9}{'stepped':>9}{'step back µs':>14}{'jump µs':>10}")
    for n0, n1, n2, samples in NETWORKS:
        net = network(n0, n1, n2, samples)
        count = 2000 if n0 < 100 else 40
        base = seconds(lambda net=net, count=count: tight(net, count)) / count
        session = ns.open(net)
        trained = seconds(lambda session=session, count=count: session.train(count)) / count
        steps = len(session.program) * max(10, count // 20)
        stepped = seconds(lambda session=session, steps=steps: [session.next() for _ in range(steps)])
        stepped = stepped / steps * len(session.program)
        back = seconds(lambda session=session: [session.back() for _ in range(100)]) / 100
        places = np.random.default_rng(1).integers(1, session.position.iteration, 50).tolist()
        jump = seconds(lambda session=session, places=places: [session.goto(iteration=i, step=3) for i in places]) / 50
        print(f"{n0}-{n1}-{n2} m={samples:<4}{base * 1e6:>10.1f}{trained / base:>8.2f}×{stepped / base:>8.2f}×"
              f"{back * 1e6:>14.0f}{jump * 1e6:>10.0f}")  # fmt: skip


if __name__ == "__main__":
    main()
