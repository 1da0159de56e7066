"""What is told once of a network: pairs that do not fit, and which way a square W was read."""

from __future__ import annotations

import pytest

import nablastep as ns
from core.support import one_layer
from nablastep.files.built_in import network_names
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.losses import LOSSES
from nablastep.network_notes import network_notes
from nablastep.trace import Trace, written
from nablastep.transposition import CONVENTIONS


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_logarithms_of_what_is_no_probability_are_told(activation: str, loss: str) -> None:
    notes = network_notes(one_layer(activation, loss))
    takes_logarithms = LOSSES[loss].pairs_with is not None
    between = activation in {"sigmoid", "softmax"}
    fits = not takes_logarithms or activation == LOSSES[loss].pairs_with or (between and loss.startswith("binary"))
    assert bool(notes) is not fits
    if notes:
        assert f"The pair that fits is {LOSSES[loss].pairs_with}" in notes[0]


def test_nothing_is_told_of_the_built_in_networks() -> None:
    assert all(network_notes(ns.open(name).network) == () for name in network_names())


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_which_way_a_square_w_was_read(convention: str) -> None:
    def network(*weights: list[list[float]]) -> ns.Network:
        layers = [{"activation": "identity", "W": W} for W in weights]
        return ns.Network(layers, [[1.0] * len(weights[0][0])], [[0.0] * len(weights[-1])], loss="half_squared_error")

    square, symmetric, wide = [[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]
    assert network_notes(network(symmetric), convention) == ()
    assert network_notes(network(wide), convention) == ()
    notes = network_notes(network(wide, square, square), convention)
    assert bool(notes) is (convention != "column")
    assert not notes or notes[0].startswith("W1 and W2 are square and were read with a row for each unit")


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex"])
def test_a_trace_tells_it(format_name: str) -> None:
    text = " ".join("".join(written(Trace(one_layer("tanh", "binary_cross_entropy")), format_name)).split())
    assert "Loss and output do not fit: binary cross entropy takes the logarithm of the output" in text
    spoken = " ".join("".join(written(Trace(one_layer("tanh", "binary_cross_entropy")), notation="spoken")).split())
    assert "The pair that fits is sigmoid" in spoken


@pytest.mark.parametrize("notation", ["unicode", "ascii", "spoken"])
def test_a_trace_tells_kinks_hands_and_numbers_that_are_none(notation: str) -> None:
    layers = [{"activation": "relu", "W": [[0.2, 0.1, -0.4], [1.0, 1.0, 1.0]], "b": [0.1, 0.0]}]
    network = ns.Network(layers, [[1.0, 1.0, 1.0]], [[0.0, 1.0]], loss="half_squared_error")
    session = ns.open(network)
    session.goto("b0")
    session.set("W0[0,1]", -0.25)
    session.set("b0[1]", 1e-6)
    session.goto("start")
    session.set("learning_rate", 0.5)
    text = " ".join("".join(written(Trace(session), notation=notation)).split())
    assert "z1[0,0] is 0 to rounding: at the kink of relu" in text
    assert text.count("learning_rate was set by hand to 0.5.") == 1
    if notation == "ascii":
        assert text.isascii()


def test_a_trace_tells_where_numbers_stop_being_finite() -> None:
    network = one_layer("identity", "categorical_cross_entropy")
    steps = [step for iteration in Trace(network, iterations=2) for step in iteration.steps if step.notes]
    assert [(step.iteration, step.id) for step in steps] == [(1, "E"), (2, "E")]
    assert steps[0].notes == ("E is nan since iteration 1, step 3 (E): the logarithm of a negative number.",)


def test_an_update_changed_by_hand_is_told_with_what_it_made() -> None:
    session = ns.open("mazur")
    session.goto("W1")
    made = session["W1"][0, 1]
    session.set("W1[0,1]", -0.5)
    for convention in CONVENTIONS:
        [step] = [step for iteration in Trace(session, convention=convention) for step in iteration.steps if step.notes]
        assert step.id == "W1"
        assert step.notes[0] == f"W1[0,1] was set by hand to −0.5; the update made {made:.6g}."
