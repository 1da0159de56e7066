"""The penalty of networks of layers: in E, in the gradients, in gradcheck; on biases only if it says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import assert_near, random_network, two_layers
from nablastep.checks import gradient_check
from nablastep.notation import notation_named


def with_penalty(network: ns.Network, **penalty: Any) -> ns.Network:
    return replace(network, penalty=penalty)


def test_the_course_test_with_lambda_4() -> None:
    """Ng, Machine Learning, exercise 4, nnCostFunction: the term is λ/(2m) Σ W², so l2 is λ/m with m = 3."""
    session = ns.open(with_penalty(ns.open("ng-ex4").network, l2=4 / 3))
    session.goto("end")
    assert_near(session["E"], 19.473636522732416, rtol=1e-12)
    assert_near(session["grad_W0"], [[0.37246, 0.64174], [0.49749, 0.74614]], atol=5e-6, rtol=0)
    assert_near(session["grad_b0"][:, 0], [0.766138, 0.979897], atol=5e-7, rtol=0)
    assert_near(session["grad_b1"][:, 0], [0.88342, 0.56876, 0.58467, 0.59814], atol=5e-6, rtol=0)
    columns = [[1.92598, 1.94462, 1.98965, 2.17855], [2.47834, 2.50225, 2.52644, 2.72233]]
    assert_near(session["grad_W1"], np.transpose(columns), atol=5e-6, rtol=0)


def test_equations_say_it() -> None:
    program = ns.open(with_penalty(two_layers(2), l2=0.1)).program
    text = notation_named("unicode").equation_text
    assert text(program.step("E").equation) == "E = 1/(2 m) Σ (A⁽²⁾ − Y)² + ½ λ (Σ (W⁽⁰⁾)² + Σ (W⁽¹⁾)²)"
    assert text(program.step("grad_W1").equation) == "∇W⁽¹⁾ = ∇Z⁽²⁾ A⁽¹⁾ᵀ + λ W⁽¹⁾"
    assert text(program.step("grad_b1").equation) == "∇b⁽¹⁾ = ∇Z⁽²⁾ 1"
    biased = ns.open(with_penalty(two_layers(2), l2=0.1, biases=True)).program
    assert text(biased.step("grad_b1").equation) == "∇b⁽¹⁾ = ∇Z⁽²⁾ 1 + λ b⁽¹⁾"


@pytest.mark.parametrize("seed", range(12))
def test_gradcheck_contains_it(seed: int) -> None:
    network = with_penalty(random_network(np.random.default_rng(seed), order="gradients-first"), l2=0.3)
    assert all(check.holds for check in gradient_check(ns.open(network)))


def test_it_is_what_the_course_cs231n_writes_as_reg_times_w() -> None:
    """∇W has `reg · W` for ½ reg ΣW², and `2 · reg · W` for reg ΣW²: l2 = reg or 2 reg."""
    plain, half, whole = (ns.open(two_layers(2)), *(ns.open(with_penalty(two_layers(2), l2=l2)) for l2 in (0.05, 0.1)))
    for session in (plain, half, whole):
        session.goto("grad_W0")
    for name in ("W0", "W1"):
        own = plain[name]
        assert_near(half[f"grad_{name}"] - plain[f"grad_{name}"], 0.05 * own, rtol=1e-9, atol=1e-15)
        assert_near(whole[f"grad_{name}"] - plain[f"grad_{name}"], 2 * 0.05 * own, rtol=1e-9, atol=1e-15)


def test_it_comes_back_from_its_file_and_is_edited(tmp_path: Path) -> None:
    network = with_penalty(two_layers(), l2=0.1, biases=True)
    path = tmp_path / "net.toml"
    network.to_file(path)
    assert "penalty = { l2 = 0.1, biases = true }" in path.read_text(encoding="utf-8")
    session = ns.open(path)
    assert session.network.penalty == network.penalty
    session.goto("E")
    before = session["E"]
    session.set("lambda", 0.5)
    assert session["E"] > before
    edited = session.edited_network().penalty
    assert edited is not None
    assert (edited.l2, edited.biases) == (0.5, True)


@pytest.mark.parametrize(
    ("penalty", "message"),
    [
        (0.1, "penalty: expected a table such as { l2 = 0.1 }, found 0.1"),
        ({"l1": 0.1}, "penalty: unknown key 'l1'; the keys are l2, biases"),
        ({}, "penalty: expected l2, the factor of the squared weights, such as { l2 = 0.1 }"),
        ({"l2": -1}, "penalty.l2: expected a finite number of at least 0, found -1"),
        ({"l2": 1, "biases": 1}, "penalty.biases: expected true or false, found 1"),
    ],
)
def test_mistakes(penalty: Any, message: str) -> None:
    with pytest.raises(ns.NetworkError) as caught:
        replace(two_layers(), penalty=penalty)
    assert str(caught.value).startswith(message)
