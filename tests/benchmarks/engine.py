"""How fast the engine is and how much memory it takes, as ratios against hand-written NumPy loops in the same run.

    python tests/benchmarks/engine.py [--quick]

The baselines are what one would write by hand for the same equations: forward, backward, update, nothing kept. `loop`
makes new arrays for its results and updates the parameters in place; `buffers` writes every result into a buffer of its
own, so that nothing that it shows can be kept. Rounds are interleaved: in each, every contestant runs once, and the
ratio is taken within the round. Times are CPU seconds of this thread on one BLAS thread, so that what else the machine
does weighs less. `--quick` goes a tenth of the way in the last rows.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402 - the threads have to be set first

import nablastep as ns  # noqa: E402

RATE = 0.01
MEGABYTE = 2**20
Work = Callable[[int], object]
"""Runs so many iterations."""


def network(*sizes: int, samples: int) -> ns.Network:
    """Tanh layers, half squared error, sgd, all samples in one batch."""
    random = np.random.default_rng(0)
    return ns.Network(
        [{"units": units, "activation": "tanh"} for units in sizes[1:]],
        random.normal(size=(samples, sizes[0])), random.normal(size=(samples, sizes[-1])),
        loss="half_squared_error", optimizer={"name": "sgd", "learning_rate": RATE},
    )  # fmt: skip


def data(net: ns.Network) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray, np.ndarray, int]:
    """Weights, biases, samples and targets as columns, and their number, for a loop by hand."""
    p, count = {name: value.copy() for name, value in net.initial_parameters.items()}, range(len(net.layers))
    columns = np.ascontiguousarray(net.x.T), np.ascontiguousarray(net.y.T)
    return [p[f"W{k}"] for k in count], [p[f"b{k}"] for k in count], *columns, net.samples


def loop_of_two_layers(net: ns.Network, iterations: int) -> None:
    """By hand, the parameters in place."""
    (W0, W1), (b0, b1), x, y, m = data(net)
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
        W1 -= RATE * gW1
        b1 -= RATE * gb1
        W0 -= RATE * gW0
        b0 -= RATE * gb0


def loop_of_three_layers(net: ns.Network, iterations: int) -> None:
    """By hand, the parameters in place."""
    (W0, W1, W2), (b0, b1, b2), x, y, m = data(net)
    for _ in range(iterations):
        z1 = W0 @ x + b0
        a1 = np.tanh(z1)
        z2 = W1 @ a1 + b1
        a2 = np.tanh(z2)
        z3 = W2 @ a2 + b2
        a3 = np.tanh(z3)
        _ = 0.5 * np.sum((a3 - y) ** 2) / m
        g3 = (a3 - y) / m * (1 / np.cosh(z3) ** 2)
        gW2, gb2 = g3 @ a2.T, g3.sum(axis=1, keepdims=True)
        g2 = (W2.T @ g3) * (1 / np.cosh(z2) ** 2)
        gW1, gb1 = g2 @ a1.T, g2.sum(axis=1, keepdims=True)
        g1 = (W1.T @ g2) * (1 / np.cosh(z1) ** 2)
        gW0, gb0 = g1 @ x.T, g1.sum(axis=1, keepdims=True)
        W2 -= RATE * gW2
        b2 -= RATE * gb2
        W1 -= RATE * gW1
        b1 -= RATE * gb1
        W0 -= RATE * gW0
        b0 -= RATE * gb0


def buffers(net: ns.Network, iterations: int) -> None:
    """By hand, any number of layers, every result in a buffer of its own."""
    W, b, x, y, m = data(net)
    layers = range(len(W))
    z = [np.empty((len(weights), m)) for weights in W]
    a, g, slope = ([np.empty_like(values) for values in z] for _ in range(3))
    gW, gb, squares = [np.empty_like(w) for w in W], [np.empty_like(v) for v in b], np.empty_like(y)
    before, before_T, W_T = [x, *a[:-1]], [values.T for values in [x, *a[:-1]]], [w.T for w in W]
    backwards = tuple(reversed(layers))
    matmul, add, subtract, multiply, divide = np.matmul, np.add, np.subtract, np.multiply, np.divide
    tanh, cosh, square = np.tanh, np.cosh, np.square
    for _ in range(iterations):
        for k in layers:
            matmul(W[k], before[k], z[k])
            add(z[k], b[k], z[k])
            tanh(z[k], a[k])
        subtract(a[-1], y, g[-1])
        square(g[-1], squares)
        _ = 0.5 * squares.sum() / m
        divide(g[-1], m, g[-1])
        for k in backwards:
            cosh(z[k], slope[k])
            square(slope[k], slope[k])
            divide(g[k], slope[k], g[k])
            matmul(g[k], before_T[k], gW[k])
            g[k].sum(axis=1, keepdims=True, out=gb[k])
            if k:
                matmul(W_T[k], g[k], g[k - 1])
        for k in layers:
            multiply(gW[k], RATE, gW[k])
            subtract(W[k], gW[k], W[k])
            multiply(gb[k], RATE, gb[k])
            subtract(b[k], gb[k], b[k])


LOOPS = {2: loop_of_two_layers, 3: loop_of_three_layers}


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, against what, and what should be reached."""

    what: str
    against: str
    median: float
    worst: float
    reach: float | None = None
    unit: str = "×"

    def __str__(self) -> str:
        reach = "" if self.reach is None else f"≤ {self.reach:g}{self.unit}"
        verdict = "" if self.reach is None else "" if self.median <= self.reach else "  missed"
        measured = f"{short(self.median):>10}{self.unit:<3}{short(self.worst):>10}{self.unit:<3}"
        return f"{self.what:<48}{self.against:<16}{measured}{reach:>10}{verdict}"


def short(number: float) -> str:
    """Two decimals, or one digit that is not 0."""
    return f"{number:.2f}" if number == 0 or number >= 0.01 else f"{number:.1g}"


def seconds(work: Callable[[], object]) -> float:
    """What it takes this thread."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def ratios(contestant: Work, baseline: Work, count: int, rounds: int) -> list[float]:
    """The time of the one over that of the other for so many iterations, round by round, after one to get warm."""
    contestant(count), baseline(count)
    found = []
    for number in range(rounds):
        # who comes first changes from round to round
        pair = (contestant, baseline) if number % 2 else (baseline, contestant)
        times = {work: seconds(lambda work=work: work(count)) for work in pair}
        found.append(times[contestant] / times[baseline])
    return found


def against_loops(what: str, net: ns.Network, work: Work, count: int, reach: float, rounds: int = 61) -> Iterator[Row]:
    """The row against the loop, and the same against the loop with buffers."""
    loop = LOOPS[len(net.layers)]
    for name, baseline in (("loop", loop), ("buffers", buffers)):
        found = ratios(work, lambda n, baseline=baseline: baseline(net, n), count, rounds)
        yield Row(what, name, statistics.median(found), max(found), reach if name == "loop" else None)


def stepping(session: ns.Session) -> Work:
    """Iterations one equation at a time."""

    def run(iterations: int) -> None:
        for _ in range(iterations * len(session.program)):
            session.next()

    return run


def training() -> Iterator[Row]:
    """Whole iterations, run on and on."""
    nets = {
        "2-2-2": (network(2, 2, 2, samples=1), 500),
        "2-16-16-1, batch 32": (network(2, 16, 16, 1, samples=32), 250),
        "784-128-10, batch 64": (network(784, 128, 10, samples=64), 20),
    }
    for name, (net, count) in nets.items():
        yield from against_loops(f"training {name}", net, ns.open(net).train, count, 1.05)
    net = nets["784-128-10, batch 64"][0]
    yield from against_loops("first 100 iterations 784-128-10", net, lambda n: ns.Session(net).train(n), 100, 1.2, 11)
    large = network(2, 16, 1, samples=10_000)
    yield from against_loops("batch of 10,000, 2-16-1", large, ns.open(large).train, 10, 1.1)
    for name in ("2-2-2", "2-16-16-1, batch 32"):
        net = nets[name][0]
        yield from against_loops(f"stepping {name}", net, stepping(ns.open(net)), 20, 6.0)


def memory() -> Iterator[Row]:
    """200 edits with an iteration after each, at the tip and then in the past."""
    net = network(784, 128, 10, samples=64)
    session = ns.open(net)
    session.train(3)
    before = resident()
    for where in ("at the tip", "in the past"):
        for number in range(200):
            if where == "in the past":
                session.goto(iteration=2 + number % 150, step=3)
            session.set(f"W0[{number % 128},{number}]", 0.1)
            session.train(2)
        grown = (resident() - before) / MEGABYTE
        yield Row(f"memory, 200 edits {where} 784-128-10", "one session", grown, grown, 256, " MB")


def resident() -> float:
    """Bytes of memory that the process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return float(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def time_travel(iterations: int) -> Iterator[Row]:
    """Going back and jumping, with so many iterations behind the cursor in 64 MB; E and parameters to the bit."""
    for sizes, samples in (((2, 2, 2), 1), ((2, 16, 16, 1), 32)):
        net = network(*sizes, samples=samples)
        session = ns.Session(net, memory=64 * MEGABYTE)
        session.train(iterations)
        back = [seconds(session.back) for _ in range(2000)]
        places = np.random.default_rng(1).integers(1, iterations, 300).tolist()
        jump = [seconds(partial(session.goto, iteration=place, step=5)) for place in places]
        what = f"{iterations:,} iterations of {'-'.join(map(str, sizes))}, 64 MB:"
        yield Row(f"{what} back", "p95, ms", 1e3 * p95(back), 1e3 * max(back), 1, " ms")
        yield Row(f"{what} jump", "p95, ms", 1e3 * p95(jump), 1e3 * max(jump), 5, " ms")
        wrong = differing_bits(session, sorted(places[:60]))
        yield Row(f"{what} wrong bits", "run once more", wrong, wrong, 0, "")


def differing_bits(session: ns.Session, places: list[int]) -> int:
    """How many of these places are not what a run that keeps next to nothing comes to on its way."""
    other, wrong = ns.Session(session.network, memory=1), 0
    for place in places:
        other.goto(iteration=place)
        session.goto(iteration=place)
        names = [symbol.id for symbol in session.program.parameters]
        wrong += any(session[name].tobytes() != other[name].tobytes() for name in names)
    return wrong + (session.error_history[: len(other.error_history)] != other.error_history)


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[int(0.95 * len(times))]


def main() -> None:
    """Print the table."""
    print(f"{'':<48}{'against':<16}{'median':>11}  {'worst':>11}  {'reach':>10}")
    for row in training():
        print(row, flush=True)
    for rows in (memory(), time_travel(100_000 if "--quick" in sys.argv[1:] else 1_000_000)):
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
