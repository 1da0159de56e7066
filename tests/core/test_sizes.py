"""What is too large is refused before anything of it is made, with what it would need and what there is."""

from __future__ import annotations

import time
from dataclasses import replace
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
from nablastep.derivations import rendering
from nablastep.derivations.rendering import why_text
from nablastep.derivations.why import why
from nablastep.deriving.documents import document
from nablastep.deriving.kinds import DeriveError
from nablastep.errors import CommandError, NablastepError
from nablastep.files.built_in import equation_network_names, network_names, open_network
from nablastep.judge import judge
from nablastep.page.moments import moments_between
from nablastep.trace import Trace, written
from nablastep.trace.length import estimated_length

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


LARGE = of(2, 4500)


@pytest.mark.parametrize(
    ("format_name", "message"),
    [
        ("json", r"this trace as json would be about 1\.3 GB long; at most 250 MB are written"),
        ("python", r"this trace as python would be about 1\.3 GB long; at most 50 MB are written"),
        ("pytorch", r"this trace as pytorch would be about 1\.3 GB long; at most 50 MB are written"),
    ],
)
def test_a_document_with_too_many_numbers_is_refused_before_it_is_begun(format_name: str, message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        written(Trace(network(LARGE)), format_name)
    assert caught.value.hint == "text, markdown and latex shorten large matrices"
    with pytest.raises(CommandError, match="would be about") as caught:
        written(Trace(open_network("mazur"), iterations=100_000), format_name)
    assert caught.value.hint == "fewer iterations need less"


@pytest.mark.parametrize("format_name", ["json", "python", "pytorch"])
@pytest.mark.parametrize("name", [name for name in network_names() if name != "mazur-bug"])
def test_the_estimated_length_of_a_document_is_near_the_real_one(name: str, format_name: str) -> None:
    trace = Trace(open_network(name), iterations=3)
    length = sum(len(piece.encode()) for piece in written(trace, format_name))
    assert length / 3 < estimated_length(trace, format_name) < 3 * length


@pytest.mark.parametrize("units", [4500, 950], ids=["at once", "by its real length"])
def test_a_network_whose_file_could_not_be_read_back_is_not_saved(units: int, tmp_path: Path) -> None:
    session = ns.Session(network(of(2, units)))
    with pytest.raises(CommandError, match=r"a file of this network would be about .* long; at most 17 MB") as caught:
        session.edited_network().to_file(tmp_path / "edited.toml")
    assert caught.value.hint == "keep large arrays in files of their own: W = { file = … }"
    assert not list(tmp_path.iterdir())
    ns.Session(network(of(2, 300))).edited_network().to_file(tmp_path / "edited.toml")
    assert ns.open(tmp_path / "edited.toml").network.sizes == (2, 300, 300)


def test_a_derivation_with_too_many_numbers_is_no_json(monkeypatch: pytest.MonkeyPatch) -> None:
    session = ns.open("mazur")
    session.goto("end")
    assert why_text(session, "grad_W1", format="json")
    monkeypatch.setattr(rendering, "LONGEST_DOCUMENT", 1000)
    with pytest.raises(CommandError, match=r"the derivation of grad_W1 as json would be about .* long"):
        why_text(session, "grad_W1", format="json")


def test_a_page_has_a_largest_length() -> None:
    with pytest.raises(CommandError, match="a page has at most 2000 steps, found 150001"):
        list(written(Trace(open_network("mazur"), iterations=10_000), "html"))
    with pytest.raises(CommandError, match=r"a page of 1\d\d\d steps takes about \d hours; at most 30 minutes"):
        list(written(Trace(network(of(2, 4500)), iterations=100), "html"))


def test_moments_of_a_page_share_what_is_computed() -> None:
    opened = open_network("digits-mlp")
    moments = list(moments_between(ns.Session(opened), (1, 0), (1, 12), "column"))
    standing = [moment.session for moment in moments]
    assert len({id(session[name]) for session in standing[9:] for name in ("grad_z2",)}) == 1


def test_a_derivation_of_large_layers_leaves_out_what_takes_too_long() -> None:
    session = ns.Session(network(of(2, 2600)))
    session.goto("end")
    began = time.process_time()
    routes = why(session, "grad_a1")
    assert time.process_time() - began < 30  # half a minute of work for each table, were it made
    assert all(line.holds is not False for route in routes for line in route.lines)


@pytest.mark.parametrize(
    ("expression", "shape", "message"),
    [
        ("softmax(z)", "z=4000", "z has 4000 entries; at most 2000 are moved here"),
        ("logdet(A)", "A=positive definite 100×100", "A has 10000 entries; at most"),
        ("tr(A X B)", "X=300×300", "X has 90000 entries; at most"),
        ("sum((X w)^2)", "X=900×900", "X has 810000 entries; at most"),
    ],
)
def test_a_derivative_that_is_too_large_to_be_proved_is_refused(expression: str, shape: str, message: str) -> None:
    with pytest.raises(DeriveError, match=message) as caught:
        ns.derive(expression, by=shape[0], shape=shape)
    assert caught.value.hint == "smaller sizes prove the same: say --shape with them"


def test_rounding_is_no_disagreement() -> None:
    """Quotients of a large number have few digits: that is told, and is not the fault of the derivative."""
    answer = ns.derive("sum(w^2) + 10000000000", by="w")
    assert answer.first.numeric_error > 1e-6
    assert answer.holds
    assert "agrees with difference quotients" in document(answer)
    wrong = replace(answer.first, numeric_error=1.0)
    assert not wrong.holds


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


def test_no_slip_is_looked_for_in_numbers_of_large_layers() -> None:
    session = ns.Session(network(of(2, 1500)))
    began = time.process_time()
    for step, answer in (("grad_W1", "[[1, 2], [3, 4]]"), ("grad_a1", "[1, 2, 3]"), ("z2", "[1, 2, 3]")):
        verdict = judge(session, step, answer)
        assert verdict.cause == "numbers"
        assert "this is" in verdict.message
    assert time.process_time() - began < 10
