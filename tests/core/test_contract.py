"""Sentences of the contract tried from outside, where no other test tries them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns


def small_network(**changed: Any) -> ns.Network:
    """Three samples in batches of two, one frozen bias, Adam."""
    settings: dict[str, Any] = {
        "layers": [
            {"activation": "tanh", "W": [[0.1, 0.2], [0.3, 0.4]], "b": [0.1, 0.2], "frozen": ["b"]},
            {"activation": "tanh", "W": [[0.5, 0.6]]},
        ],
        "x": [[1, 2], [3, 4], [5, 6]],
        "y": [[0.1], [0.2], [0.3]],
        "loss": "half_squared_error",
        "optimizer": {"name": "adam", "learning_rate": 0.1},
        "batch_size": 2,
    }
    return ns.Network(**{**settings, **changed})


@pytest.mark.parametrize("cell", [5, None, ("W0", 0, 0)])
def test_a_cell_that_is_no_text_is_a_mistake_of_the_user_and_changes_nothing(cell: Any) -> None:
    session = ns.open("mazur")
    with pytest.raises(ns.UnknownNameError, match=r"cannot read '.*' as a cell"):
        session.set(cell, 1.0)
    assert not session.can_undo
    assert session.position == (1, 0)


@pytest.mark.parametrize(("source", "found"), [(None, "nothing"), (5, "5"), ([1], "a list of 1")])
def test_a_source_that_is_no_name_and_no_file_is_a_mistake_of_the_user(source: Any, found: str) -> None:
    with pytest.raises(ns.NetworkError, match=f"expected a built-in network's name or a file, found {found}"):
        ns.open(source)


def test_a_path_object_never_means_a_built_in_network(tmp_path: Path) -> None:
    path = tmp_path / "mazur"
    small_network(title="mine").to_file(path)
    assert ns.open(path).network.title == "mine"
    assert ns.open("mazur").network.title == "Mazur's step by step example"


def test_an_edit_after_its_update_shows_from_where_it_was_made_and_recomputes_nothing() -> None:
    session = ns.open(small_network())
    session.goto("W1")
    before = {step.id: session[step.id] for step in session.program.steps[: session.position.step] if step.id != "W1"}
    session.set("W1[0,1]", 7.0)
    assert session["W1"][0, 1] == 7.0
    for name, value in before.items():
        assert np.array_equal(session[name], value), name
    session.back()
    assert session["W1"][0, 1] == 0.6
    session.goto(iteration=2, step=3)
    assert np.allclose(session["z2"], session["W1"] @ session["a1"], rtol=1e-12)


def test_an_edit_from_the_start_of_an_iteration_does_not_show_at_the_end_of_the_one_before() -> None:
    session = ns.open(small_network())
    session.train(1)
    session.set("b0[0]", 5.0)
    assert session["b0"][0, 0] == 5.0
    session.back()
    session.next()
    assert session.position == (1, len(session.program))
    assert session["b0"][0, 0] == 0.1
    session.next()
    assert session.position == (2, 1)
    assert np.allclose(session["z1"], session["W0"] @ session["a0"] + session["b0"], rtol=1e-12)
    assert session["b0"][0, 0] == 5.0


@pytest.mark.parametrize(
    ("activation", "loss", "target", "gradient"),
    [
        ("softmax", "categorical_cross_entropy", [0.0, 1.0, 0.0], [1.0, -1.0, 0.0]),
        ("sigmoid", "binary_cross_entropy", [1.0, 1.0, 0.5], [0.0, -1.0, 0.0]),
    ],
)
def test_logits_of_a_thousand_leave_the_error_and_all_parameter_gradients_exact(
    activation: str, loss: str, target: list[float], gradient: list[float]
) -> None:
    layer = {"activation": activation, "W": [[1000.0], [-1000.0], [0.0]], "b": [0.0, 0.0, 0.0]}
    session = ns.open(ns.Network(layers=[layer], x=[[1.0]], y=[target], loss=loss))
    session.goto("end")
    assert session["E"] == pytest.approx(2000.0 if activation == "softmax" else 1000.0 + np.log(2.0), rel=1e-15)
    for name in ("grad_z1", "grad_W0", "grad_b0"):
        assert session[name][:, 0].tolist() == gradient
    assert session["grad_a1"][1, 0] == -np.inf
    assert all(check.holds for check in ns.gradient_check(session))


def test_a_target_may_leave_the_simplex_by_an_edit_and_the_general_form_follows() -> None:
    layer = {"activation": "softmax", "W": [[1, 2], [3, 4], [5, 6]], "b": [0, 0, 0]}
    network = ns.Network(layers=[layer], x=[[0.1, 0.2]], y=[[1, 0, 0]], loss="categorical_cross_entropy")
    session = ns.open(network)
    session.goto("grad_z1")
    for target in (1.0, -1.5):
        session.set("y[0,1]", target)
        expected = session["a1"] * session["y"].sum() - session["y"].T
        assert np.allclose(session["grad_z1"], expected, rtol=1e-12, atol=1e-12)
        assert all(check.holds for check in ns.gradient_check(session))
