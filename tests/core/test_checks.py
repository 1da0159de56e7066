"""The gradient check finds what is wrong, passes what is right and knows a kink; predictions and accuracy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from nablastep.checks import ParameterCheck, gradient_check
from nablastep.errors import CommandError
from nablastep.files.built_in import network_names
from nablastep.kinks import places
from nablastep.predictions import accuracy, predictions
from nablastep.view import View

ORACLE = sorted(str(path) for path in (Path(__file__).parents[1] / "oracle").glob("*.toml"))
# The digits are checked through the command line, which keeps NumPy on one thread: here it takes twenty times as long.
RIGHT = [name for name in network_names() if name not in {"mazur-bug", "digits-mlp"}]


def checked(source: Any) -> dict[str, ParameterCheck]:
    session = source if isinstance(source, ns.Session) else ns.open(source)
    return {check.id: check for check in gradient_check(session)}


def relu_network(weights: list[list[float]], *, activation: str = "relu") -> ns.Network:
    """Two hidden units over one sample (1, 2), then an identity output."""
    return ns.Network(
        layers=[
            {"activation": activation, "W": weights, "b": [0.0, 0.0]},
            {"activation": "identity", "W": [[0.5, -1.5]], "b": [0.25]},
        ],
        x=[[1.0, 2.0]],
        y=[[1.0]],
        loss="half_squared_error",
    )


@pytest.mark.parametrize("source", [*RIGHT, *ORACLE], ids=lambda source: Path(source).stem)
def test_what_the_program_computes_is_the_gradient(source: str) -> None:
    session = ns.open(source)
    checks = checked(session)
    assert list(checks) == [symbol.id for symbol in session.program.parameters]
    for check in checks.values():
        assert check.holds
        assert check.error < 1e-7, check.id
        assert check.complex_error is None or check.complex_error < 1e-13, check.id
        assert not check.kinks.any()
        assert check.analytic.shape == check.numeric.shape == np.shape(session[check.id])


def zero_on_paper(scale: float = 1.0) -> ns.Network:
    """One relu whose z is 0.2 + 0.1 − 0.4 + 0.1 = 0 on paper and 2.8e-17 in binary, and an identity output."""
    return ns.Network(
        layers=[
            {"activation": "relu", "W": [[0.2 * scale, 0.1 * scale, -0.4 * scale]], "b": [0.1 * scale]},
            {"activation": "identity", "W": [[0.5], [1.5]], "b": [0.25, 0.0]},
        ],
        x=[[1.0, 1.0, 1.0]],
        y=[[1.0, 0.0]],
        loss="half_squared_error",
    )


@pytest.mark.parametrize("scale", [2.0**-30, 1.0, 2.0**30])  # powers of two leave the rounding as it is
def test_a_zero_that_rounding_has_spoilt_counts_as_a_kink(scale: float) -> None:
    session = ns.open(zero_on_paper(scale))
    session.goto("E")
    assert 0 < abs(session["z1"][0, 0]) < 1e-15 * scale
    checks = checked(session)
    assert checks["W0"].kinks.all()
    assert checks["b0"].kinks.all()
    assert not checks["W0"].is_checked
    assert checks["W1"].is_checked
    assert [(str(cell), kink.function, exact) for cell, kink, exact in places(session)] == [("z1[0,0]", "relu", False)]


def test_a_small_number_that_is_not_rounding_is_at_no_kink() -> None:
    session = ns.open(relu_network([[1e-9, 1e-9], [2.0, -1.0]]))
    assert [str(cell) for cell, _, exact in places(session) if exact] == ["z1[1,0]"]
    assert len(list(places(session))) == 1


def test_interleaved_updates_are_found_out() -> None:
    checks = checked("mazur-bug")
    assert {name: check.holds for name, check in checks.items()} == {"W0": False, "b0": False, "W1": True, "b1": True}
    assert checks["W0"].error > 1e-4
    assert checks["W0"].worst == (1, 1)
    assert checks["W0"].complex_error == pytest.approx(checks["W0"].error, rel=1e-6)


def test_frozen_parameters_are_checked_too() -> None:
    assert "b0" in ns.open("mazur").network.frozen_parameters
    assert checked("mazur")["b0"].error < 1e-9


def test_the_check_is_of_the_current_iteration_and_moves_nothing() -> None:
    session = ns.open("mazur")
    session.goto(iteration=4, step=8)
    shown = session["grad_W1"]
    assert np.array_equal(checked(session)["W1"].analytic, shown)
    assert session.position == (4, 8)
    assert session.timeline.furthest == (4, 8)


def test_edits_are_part_of_what_is_checked() -> None:
    session = ns.open("skinny")
    before = checked(session)["W0"].numeric
    session.set("W1[0,0]", 3.0)
    after = checked(session)["W0"]
    assert after.holds
    assert not np.allclose(before, after.numeric)


def test_an_argument_on_a_kink_is_reported_and_does_not_fail() -> None:
    # z of the first unit is exactly 0: to one side relu rises, to the other it does not.
    checks = checked(relu_network([[2.0, -1.0], [0.5, 0.25]]))
    assert checks["W0"].kinks.tolist() == [[True, True], [False, False]]
    assert checks["b0"].kinks.tolist() == [[True], [False]]
    assert not checks["W1"].kinks.any()
    disagreement = np.abs(checks["b0"].analytic - checks["b0"].numeric)
    assert disagreement[0, 0] > 0.1, "the difference quotient does disagree at the kink"
    assert all(check.holds for check in checks.values())


def test_a_kink_that_only_the_perturbation_crosses_counts() -> None:
    checks = checked(relu_network([[2.0, -1.0 + 1e-6], [0.5, 0.25]]))
    assert checks["b0"].kinks.tolist() == [[True], [False]]


def test_an_argument_that_is_not_moved_is_no_kink() -> None:
    # The second unit rests on its kink whatever happens to the first one's weights.
    checks = checked(relu_network([[0.5, 0.25], [2.0, -1.0]]))
    assert checks["W0"].kinks.tolist() == [[False, False], [True, True]]


def test_the_corners_of_huber_are_kinks() -> None:
    network = ns.Network(
        layers=[{"activation": "identity", "W": [[1.0, 0.0]]}], x=[[2.0, 3.0]], y=[[1.0]], loss="huber"
    )
    assert checked(network)["W0"].kinks.tolist() == [[True, True]]


def test_functions_that_take_no_complex_numbers_have_no_complex_step() -> None:
    check = checked(relu_network([[0.3, -1.0], [0.5, 0.25]], activation="gelu"))
    assert check["W0"].complex_step is None
    assert check["W0"].complex_error is None
    assert check["W0"].holds
    assert check["W1"].complex_step is not None, "behind the gelu every function is analytic"


def test_the_complex_step_overrules_a_difference_that_rounding_has_spoilt() -> None:
    # E is about 1e16 and its slope by the bias about 1: the difference quotient has no digit left.
    network = ns.Network(
        layers=[{"activation": "identity", "W": [[1.0], [0.0]], "b": [0.0, 0.0]}],
        x=[[1e8]],
        y=[[0.0, 1.0]],
        loss="half_squared_error",
    )
    check = checked(network)["b0"]
    assert check.error > 1e-6
    assert check.complex_error is not None
    assert check.complex_error < 1e-12
    assert check.holds


def large_error(activation: str) -> ns.Network:
    """Targets in the ten thousands: E has some 10 digits before the point, so that differences have few behind it."""
    generator = np.random.default_rng(3)
    layers = [
        {"activation": activation, "W": generator.uniform(-1, 1, (4, 2)), "b": [0.1] * 4},
        {"activation": "identity", "W": generator.uniform(-1, 1, (1, 4))},
    ]
    x, y = generator.uniform(-1, 1, (40, 2)), generator.uniform(3e4, 9e4, (40, 1))
    return ns.Network(layers, x, y, loss="half_squared_error", reduction="sum")


def test_digits_that_end_are_no_wrong_gradient() -> None:
    found = checked(ns.Session(large_error("gelu")))["W0"]
    assert found.complex_step is None
    assert found.error > 1e-6
    assert found.holds
    assert not replace(found, analytic=1.001 * found.analytic).holds
    session = ns.Session(large_error("gelu"))
    session.goto("grad_W0")
    checks = [View(session, "column").check((row, column)) for row in range(4) for column in range(2)]
    values = session["grad_W0"].ravel()
    assert all(check.agrees(value) for check, value in zip(checks, values, strict=True) if check is not None)
    assert not any(check.agrees(1.1 * value) for check, value in zip(checks, values, strict=True) if check)


def test_what_is_no_number_does_not_hold() -> None:
    wrong = np.full((1, 1), np.nan)
    check = ParameterCheck("W0", wrong, np.ones((1, 1)), None, np.zeros((1, 1), dtype=bool))
    assert not check.holds


def test_arrays_are_frozen() -> None:
    for check in checked("skinny").values():
        for array in (check.analytic, check.numeric, check.complex_step, check.kinks):
            assert array is not None
            assert not array.flags.writeable


# predictions


def test_a_trained_classifier_is_right() -> None:
    session = ns.open("xor")
    assert accuracy(session) == 0.5
    session.train(400)
    found = predictions(session)
    assert found.classes is not None
    assert found.classes.tolist() == [0, 1, 1, 0]
    assert found.correct.tolist() == [True] * 4
    assert found.outputs.shape == (4, 1)
    assert accuracy(session) == 1.0


def test_every_sample_is_predicted_not_only_the_batch() -> None:
    session = ns.open("digits-mlp")
    assert session.network.batch_size < session.network.samples
    found = predictions(session)
    assert found.outputs.shape == (session.network.samples, 10)
    assert np.allclose(found.outputs.sum(axis=1), 1)
    rows = list(session.batch)
    session.goto("a2")
    assert np.allclose(found.outputs[rows], session["a2"].T, rtol=1e-12)


def test_predictions_use_the_parameters_as_they_are_here() -> None:
    session = ns.open("xor")
    start = predictions(session).outputs
    session.goto("W1")
    updated = predictions(session).outputs
    assert not np.allclose(start, updated)
    session.back(1)
    assert np.array_equal(predictions(session).outputs, start)


def test_one_hot_targets_make_outputs_compete_whatever_the_loss() -> None:
    found = predictions(ns.open("ng-ex4"))
    assert found.classes is not None
    assert found.classes.tolist() == [3, 3, 3]
    assert found.correct.tolist() == [True, False, False]
    assert found.accuracy == pytest.approx(1 / 3)


def test_several_classes_may_be_right_at_once() -> None:
    network = ns.Network(
        layers=[{"activation": "sigmoid", "W": [[4.0, 0.0], [0.0, 4.0]], "b": [-2.0, -2.0]}],
        x=[[1, 1], [1, 0], [0, 0]],
        y=[[1, 1], [1, 1], [0, 0]],
        loss="binary_cross_entropy",
    )
    found = predictions(ns.open(network))
    assert found.classes is None
    assert found.correct.tolist() == [True, False, True]


def test_an_output_that_is_no_number_is_not_right() -> None:
    network = ns.Network(
        layers=[{"activation": "softmax", "W": [[1e308, 1e308], [0.0, 0.0]]}],
        x=[[10.0, 10.0], [0.0, 0.0]],
        y=[[1, 0], [1, 0]],
        loss="categorical_cross_entropy",
    )
    assert predictions(ns.open(network)).correct.tolist() == [False, True]


def test_a_network_that_predicts_numbers_has_no_accuracy() -> None:
    with pytest.raises(CommandError, match="predicts numbers, not classes"):
        accuracy(ns.open("mazur"))
