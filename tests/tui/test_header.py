# ruff: noqa: E501
from __future__ import annotations

import pytest

import nablastep as ns
from nablastep_tui.draw.chrome.header import draw_header
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.themes import accent_style
from region_scenes import at, deep, drawn, edited, ink, rows, scene


def line(shown: object, width: int) -> str:
    return rows(draw_header, shown, width, 1)[0]  # type: ignore[arg-type]


def test_a_newcomer_sees_the_network_and_no_error_yet() -> None:
    shown = scene(ns.open("mazur"))
    assert line(shown, 80) == " ∇ nablastep  Mazur's step by step example   sigmoid          iteration 1   E ·"


def test_what_does_not_fit_is_left_out_from_the_least_important_on() -> None:
    shown = scene(at("mazur", "grad_W1"))
    assert [line(shown, width) for width in (60, 80, 120, 200)] == [
        " ∇ nablastep  Mazur's step by s…   iteration 1   E 0.298371",
        " ∇ nablastep  Mazur's step by step example   sigmoid   iteration 1   E 0.298371",
        " ∇ nablastep  Mazur's step by step example   sigmoid   ½Σ(a−y)²   η 0.5          z = W a + b   iteration 1   E 0.298371",
        " ∇ nablastep  Mazur's step by step example   sigmoid   ½Σ(a−y)²   η 0.5   2-2-2                                                                      z = W a + b   textbooks   iteration 1   E 0.298371",
    ]  # fmt: skip


def test_until_a_step_computes_it_the_error_of_the_iteration_before_is_labelled_as_such() -> None:
    session = ns.open("mazur")
    session.train(39)
    before = session.error_history[-1]
    for _ in range(5):
        assert line(scene(session), 80).endswith(f"iteration 40   E of 39: {before:.6f}")
        session.next()
    assert line(scene(session), 80).endswith(f"iteration 40   E {session['E']:.6f}")


@pytest.mark.parametrize(
    ("convention", "said"),
    [
        ("column", "z = W a + b   textbooks"),
        ("column-transposed", "z = Wᵀa + b   W from i to j"),
        ("row-keras", "z = a W + b   Keras"),
        ("row-pytorch", "z = a Wᵀ + b   PyTorch"),
    ],
)
def test_the_convention_says_where_it_is_met(convention: str, said: str) -> None:
    assert said in line(scene(at("mazur", "E"), convention), 140)


def test_layers_of_different_kinds_and_the_optimiser() -> None:
    assert "relu → softmax   CE   momentum η 0.1" in line(scene(ns.open("digits-mlp")), 140)
    assert line(scene(deep(4)), 140).count("tanh") == 1


def test_while_an_edit_is_tried_both_errors_stand() -> None:
    shown = edited(at("mazur", "grad_W1"), "W1", (1, 0), "1.3")
    assert line(shown, 80).endswith("iteration 1   E 0.298371 → 0.285255")
    canvas = drawn(draw_header, shown, 80, 1)
    assert ink(canvas, 78, 0) == accent_style(DARK)


def test_status_comes_before_everything_that_can_be_left_out() -> None:
    session = at("mazur", "grad_W1")
    session.train(3)
    session.goto(iteration=1, step=2)
    session.set("W1[0,0]", 1.0)
    shown = scene(session, recording=True, playing=True, busy="training 4 of 9")
    said = line(shown, 110)
    assert said.endswith("training 4 of 9   ▶ playing   ● rec   branch 2   iteration 1   E ·")
    assert "Mazur" in said


def test_branches_are_silent_while_there_is_one() -> None:
    assert "branch" not in line(scene(at("mazur", "E")), 200)


def test_error_and_time_stay_at_the_smallest_width() -> None:
    for source in ("mazur", "digits-mlp", "mazur-bug"):
        said = line(scene(at(source, "E"), recording=True), 60)
        assert said.startswith(" ∇ nablastep  ")
        assert "iteration 1   E " in said
        assert len(said) <= 60


def test_ascii_spells_everything_out() -> None:
    said = line(scene(at("mazur", "E"), glyphs=ASCII), 200)
    assert said.isascii()
    assert "half squared error   rate 0.5" in said
