"""Wrong but fits: transposed formulas are shape errors where widths differ and pass where they do not."""

from __future__ import annotations

import numpy as np
import pytest

import nablastep as ns
from nablastep.derivations.wrong_formulas import Comparison, WrongFormula, training_with, wrong_formulas
from nablastep.files.built_in import equation_network_names, network_names
from nablastep.notation import notation_named


def compared(network: str, name: str, convention: str | None = None) -> Comparison:
    session = ns.open(network)
    session.goto("end")
    return wrong_formulas(session, name, convention)


def slip(comparison: Comparison, words: str) -> WrongFormula:
    return next(wrong for wrong in comparison.wrong if words in wrong.slip)


def test_a_wrong_transpose_is_a_shape_error_on_skinny_and_passes_on_square() -> None:
    skinny = slip(compared("skinny", "grad_a1"), "W⁽¹⁾ is the wrong way round")
    assert not skinny.fits
    assert skinny.value is None
    assert skinny.problem == "the product n2×n1 · n2×1 does not fit: the inner dimensions are n1 and n2"
    square = slip(compared("square", "grad_a1"), "W⁽¹⁾ is the wrong way round")
    assert square.fits
    assert square.relative_error == pytest.approx(0.6258, abs=1e-3)
    assert notation_named("unicode").equation_text(square.equation) == "∇a⁽¹⁾ = W⁽¹⁾ ∇z⁽²⁾"


def test_a_swapped_outer_product_is_a_shape_error_on_skinny_and_passes_on_square() -> None:
    skinny = slip(compared("skinny", "grad_W1"), "lying on its side")
    assert not skinny.fits
    assert skinny.problem == "the value is n1×n2, and ∇W⁽¹⁾ is n2×n1"
    square = slip(compared("square", "grad_W1"), "lying on its side")
    assert square.fits
    assert square.relative_error is not None
    assert square.relative_error > 0.5


@pytest.mark.parametrize("words", ["is missing between", "at the wrong place", "the value of tanh", "added"])
def test_no_shape_check_sees_a_wrong_slope(words: str) -> None:
    for network in ("skinny", "square"):
        wrong = slip(compared(network, "grad_z1"), words)
        assert wrong.fits
        assert wrong.problem is None
        assert wrong.relative_error is not None
        assert wrong.relative_error > 0.05


def test_weights_after_their_update_have_the_right_shape_and_the_wrong_value() -> None:
    wrong = slip(compared("square", "grad_a1"), "has been updated")
    assert wrong.fits
    assert wrong.relative_error is not None
    assert wrong.relative_error > 0.01
    session = ns.open("mazur")
    interleaved = training_with(session, slip(compared("mazur", "grad_a1"), "has been updated"), 1)
    bug = ns.open("mazur-bug")
    bug.goto("end")
    assert interleaved.wrong[0] == bug["E"]


def test_the_diagonal_of_softmax_alone_is_wrong() -> None:
    generator = np.random.default_rng(1)
    network = ns.Network(
        [{"activation": "softmax", "W": generator.normal(size=(4, 3)), "b": generator.normal(size=4)}],
        generator.normal(size=(2, 3)),
        generator.normal(size=(2, 4)),
        loss="half_squared_error",
    )
    session = ns.open(network)
    session.goto("end")
    wrong = slip(wrong_formulas(session, "grad_z1"), "only the diagonal")
    assert wrong.relative_error is not None
    assert wrong.relative_error > 0.05


def test_the_right_equation_agrees_with_the_derivative_and_every_wrong_one_does_not() -> None:
    for network in network_names():
        if network in {"digits-mlp", "mazur-bug"}:
            continue
        session = ns.open(network)
        session.goto("end")
        for step in session.program.steps:
            if step.phase != "backward" or not np.isfinite(session[step.id]).all():
                continue
            found = wrong_formulas(session, step.id)
            assert found.relative_error is not None
            assert found.relative_error < 1e-12
            assert all(wrong.relative_error is None or wrong.relative_error > 1e-9 for wrong in found.wrong)


@pytest.mark.parametrize("network", equation_network_names())
def test_any_network_can_be_trained_with_a_wrong_formula(network: str) -> None:
    session = ns.open(network)
    session.goto("end")
    steps = [step.id for step in session.program.steps if step.phase == "backward"]
    fitting = (wrong for name in steps for wrong in wrong_formulas(session, name).wrong if wrong.fits)
    training = training_with(session, next(fitting), 2)
    assert np.isfinite(training.wrong).all()
    assert training.right[0] == training.wrong[0] == session["E"]


def test_values_and_equations_are_shown_in_the_convention() -> None:
    column = slip(compared("square", "grad_a1"), "W⁽¹⁾ is the wrong way round")
    row = slip(compared("square", "grad_a1", "row-keras"), "W⁽¹⁾ is the wrong way round")
    assert column.value is not None
    np.testing.assert_array_equal(row.value, column.value.T)
    assert notation_named("numpy").equation_text(row.equation) == "grad_a1 = grad_z2 @ W1"


def test_training_with_a_wrong_formula_can_look_like_success() -> None:
    """A falling error proves nothing: W ∇z learns too, only worse."""
    session = ns.open("square")
    session.goto("end")
    wrong = slip(wrong_formulas(session, "grad_a1"), "W⁽¹⁾ is the wrong way round")
    training = training_with(session, wrong, 60)
    assert len(training.right) == len(training.wrong) == 60
    assert training.wrong[-1] < 0.01 * training.wrong[0]
    assert training.right[-1] < 0.01 * training.wrong[-1]
    assert session.position == (1, len(session.program))


def test_training_with_the_wrong_sign_grows_the_error() -> None:
    session = ns.open("mazur")
    session.goto("end")
    training = training_with(session, slip(wrong_formulas(session, "grad_a2"), "sign"), 30)
    assert training.wrong[-1] > training.wrong[0]


def test_formulas_that_do_not_fit_and_steps_that_have_none_are_refused() -> None:
    session = ns.open("skinny")
    session.goto("end")
    with pytest.raises(ns.CommandError, match="does not fit cannot be trained with"):
        training_with(session, slip(wrong_formulas(session, "grad_a1"), "W⁽¹⁾ is the wrong way round"), 5)
    with pytest.raises(ns.CommandError, match="z1 is no backward step"):
        wrong_formulas(session, "z1")


def test_a_wrong_formula_that_lowers_the_error_faster_is_explained() -> None:
    session = ns.open("square")
    session.goto("end")
    found = wrong_formulas(session, "grad_a1")
    doubled = training_with(session, slip(found, "twice as large"), 60)
    assert doubled.wrong[-1] < doubled.right[-1]
    assert doubled.first_step is not None
    assert doubled.first_step.length > 1.2
    assert doubled.first_step.error_wrong > doubled.first_step.error_right
    assert doubled.remark is not None
    assert "which proves nothing: its first step is 1.3 times as long" in doubled.remark
    assert training_with(session, slip(found, "W⁽¹⁾ is the wrong way round"), 60).remark is None


def test_after_a_step_of_the_same_small_length_the_right_formula_is_ahead() -> None:
    """The gradient is the steepest way down: no other direction of that length does better, to first order."""
    network = ns.open("square").network
    small = network.with_parameters({}, learning_rate=1e-4)
    session = ns.open(small)
    session.goto("end")
    for step in (step for step in session.program.steps if step.phase == "backward"):
        for wrong in wrong_formulas(session, step.id).wrong:
            if wrong.fits:
                first = training_with(session, wrong, 1).first_step
                assert first is None or first.error_right <= first.error_wrong * (1 + 1e-12), wrong.slip
