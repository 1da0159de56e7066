"""What is too large is refused before anything of it is made, with what it would need and what there is."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import nablastep as ns
from nablastep import cost
from nablastep.checks import check_seconds, gradient_check
from nablastep.cost import MOST_LAYERS, layers_cost, size_text, time_text
from nablastep.demo.loader import MOST_BEATS
from nablastep.demo.opening import open_demo
from nablastep.demo.problems import DemoErrors
from nablastep.derivations.why import why
from nablastep.errors import CommandError, NablastepError
from nablastep.files.built_in import equation_network_names, network_names, open_network
from nablastep.trace import Trace

Layers = list[dict[str, object]]


def network(layers: Layers, samples: int = 1) -> ns.Network:
    units = layers[-1]["units"]
    assert isinstance(units, int)
    return ns.Network(layers, np.ones((samples, 2)), np.ones((samples, units)), loss="huber")


def of(count: int, units: int) -> Layers:
    return [{"activation": "tanh", "units": units}] * count


@pytest.mark.parametrize(
    ("layers", "samples", "message"),
    [
        (of(10_000, 1), 1, f"layers: expected at most {MOST_LAYERS} layers, found 10000"),
        (of(40, 5000), 1, r"needs about \d+\.\d GB of memory; at most \d.* are used"),
        (of(4, 500) + of(1, 1), 100_000, r"needs about \d+\.\d GB of memory; at most \d"),
    ],
    ids=["layers", "units", "samples"],
)
def test_a_network_beyond_the_bounds_is_refused_at_once(layers: Layers, samples: int, message: str) -> None:
    began = time.process_time()
    with pytest.raises(NablastepError, match=message):
        network(layers, samples)
    assert time.process_time() - began < 3


def test_work_is_bounded_beside_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "LONGEST_ITERATION", 1e-9)
    with pytest.raises(NablastepError, match=r"an iteration of this network takes about .*; at most"):
        network(of(1, 2))


def test_a_small_machine_has_a_smaller_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "machine_memory", lambda: 1_000_000)
    with pytest.raises(NablastepError, match=r"at most 1 MB are used \(1 MB in this machine\)"):
        network(of(2, 200))
    monkeypatch.setattr(cost, "machine_memory", lambda: None)
    assert cost.most_memory() == cost.LARGEST_MEMORY


@pytest.mark.parametrize("name", network_names())
def test_what_is_built_in_is_far_below_every_bound(name: str) -> None:
    found = open_network(name)
    assert found.cost.memory < cost.LARGEST_MEMORY / 20
    assert found.cost.seconds < 1
    assert check_seconds(found) < 60


def test_the_estimate_is_not_below_what_is_held() -> None:
    """Every array that exists at the end of an iteration, and the parameters that it began with."""
    for optimizer in ("sgd", "momentum", "adam"):
        made = ns.Network(of(3, 40), np.ones((30, 20)), np.ones((30, 40)), loss="huber", optimizer=optimizer)
        session = ns.Session(made)
        session.goto("end")
        held = {id(value): value.nbytes for value in session.values.values() if isinstance(value, np.ndarray)}
        assert sum(held.values()) < made.cost.memory
        assert made.cost.memory < 20 * sum(held.values())


@pytest.mark.parametrize("name", equation_network_names())
def test_the_estimate_of_equations_is_not_below_what_is_held(name: str) -> None:
    session = ns.open(name)
    session.goto("end")
    held = {id(value): value.nbytes for value in session.values.values() if isinstance(value, np.ndarray)}
    assert sum(held.values()) < session.network.cost.memory


def test_a_matrix_of_samples_by_samples_counts_in_the_estimate() -> None:
    def kernel(samples: int) -> ns.Network:
        return ns.Network.from_equations("K = x.T x\nE = sum((w K)^2)", parameters={"w": 0.5}, x=np.ones((samples, 2)))

    assert kernel(900).cost.memory > 3 * 8 * 900**2
    with pytest.raises(NablastepError, match="an intermediate result is m×m; 1,000,000 entries are the most"):
        kernel(30_000)


def test_the_estimate_grows_with_everything() -> None:
    base = layers_cost((10, 20, 5), 8, 4, 0)
    for larger in (
        layers_cost((11, 20, 5), 8, 4, 0),
        layers_cost((10, 20, 5), 9, 4, 0),
        layers_cost((10, 20, 5), 8, 5, 0),
        layers_cost((10, 20, 5), 8, 4, 1),
    ):
        assert larger.memory > base.memory
    assert layers_cost((10, 20, 5), 8, 5, 0).seconds > base.seconds


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("next\n" * (MOST_BEATS + 1), rf"a\.demo:{MOST_BEATS + 3}:1: up to here the demo has more than {MOST_BEATS}"),
        ("next 60\n" * (MOST_BEATS // 60 + 1), "up to here the demo has more than"),
        ("train 999999999\n", r"a\.demo:3:1: up to here the demo computes for about \d+ hours; at most 30 minutes"),
        ("goto iteration 999999999\n", r"a\.demo:3:1: up to here the demo computes for about"),
        ("train 9000000\n" * 30, "up to here the demo computes for about"),
    ],
    ids=["lines", "beats", "training", "iteration", "trainings"],
)  # fmt: skip
def test_a_demo_that_takes_too_long_is_refused_before_it_is_played(lines: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.demo").write_text(f"demo 1\nnetwork mazur\n{lines}")
    with pytest.raises(DemoErrors, match=message) as caught:
        open_demo(tmp_path / "a.demo")
    assert len(caught.value.errors) == 1


def test_beats_of_included_files_count_too(tmp_path: Path) -> None:
    (tmp_path / "many.demo").write_text("next\n" * 30_000)
    (tmp_path / "a.demo").write_text("demo 1\nnetwork mazur\n" + 'include "many.demo"\n' * 100)
    with pytest.raises(DemoErrors, match="up to here the demo has more than") as caught:
        open_demo(tmp_path / "a.demo")
    assert len(caught.value.errors) == 1


def test_a_check_of_too_many_gradients_is_refused() -> None:
    session = ns.Session(network(of(2, 3000)))
    with pytest.raises(CommandError, match=r"a check of every gradient takes about \d+ days; at most 30 minutes"):
        gradient_check(session)


def test_a_trace_has_a_largest_length() -> None:
    with pytest.raises(CommandError, match="a trace has at most 1000000 iterations, found 1000001"):
        Trace(open_network("mazur"), iterations=1_000_001)


def test_jacobians_that_no_machine_holds_are_not_written_out() -> None:
    session = ns.Session(network(of(2, 700), samples=2))
    session.goto("end")
    (route,) = why(session, "grad_W1", "jacobian")
    assert any(line.value is None for line in route.lines)
    assert all(line.holds is not False for line in route.lines)


def test_sizes_and_times_are_told_in_words() -> None:
    assert [size_text(size) for size in (10, 240_000_000, 8_100_000_000)] == ["1 MB", "240 MB", "8.1 GB"]
    times = (40, 200, 8000, 800_000)
    assert [time_text(seconds) for seconds in times] == ["40 seconds", "3 minutes", "2 hours", "9 days"]
