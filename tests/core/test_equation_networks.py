"""The built-in networks that are written as equations, against PyTorch's own functions, through two updates.

`tests/oracle/make_equation_networks.py` made the numbers; it has the networks a second time, in PyTorch's words.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import ORACLE, assert_near
from nablastep.errors import NetworkError
from nablastep.files.built_in import equation_network_names
from nablastep.graph import Role
from nablastep.judge import judge
from nablastep.notation import notation_named

GOLDEN: dict[str, list[dict[str, Any]]] = json.loads((ORACLE / "equation-networks.json").read_text(encoding="utf-8"))[
    "networks"
]


def in_columns(session: ns.Session, name: str, value: Any) -> Any:
    """PyTorch's array as the session holds it: lists are columns, samples × features lie the other way."""
    array = np.asarray(value, dtype=float)
    if name in session.program.samples:
        return array.T
    return array[:, np.newaxis] if array.ndim == 1 else array


def test_every_network_of_equations_has_numbers_from_outside() -> None:
    assert set(GOLDEN) == set(equation_network_names())


@pytest.mark.parametrize("name", GOLDEN)
def test_two_iterations_are_those_of_pytorch(name: str) -> None:
    session = ns.open(name)
    for number, expected in enumerate(GOLDEN[name], 1):
        session.goto(iteration=number, step=len(session.program))
        assert_near(session[session.program.error.id], expected["E"], rtol=1e-9, what="E")
        for quantity, gradient in expected["gradients"].items():
            wanted = in_columns(session, quantity, gradient)
            assert_near(session[f"grad_{quantity}"], wanted, rtol=1e-9, atol=1e-12, what=f"grad_{quantity}")
        for parameter, value in expected["parameters"].items():
            assert_near(session[parameter], in_columns(session, parameter, value), rtol=1e-9, what=parameter)


@pytest.mark.parametrize("notation", ["unicode", "ascii", "numpy"])
@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_printed_is_read_as_the_right_answer(name: str, notation: str) -> None:
    session, writer = ns.open(name), notation_named(notation)
    for step in session.program.steps:
        text = writer.equation_text(step.equation)
        assert judge(session, step.id, text, "column").right, text


@pytest.mark.parametrize("notation", ["unicode", "ascii", "latex", "numpy"])
@pytest.mark.parametrize(
    "name", sorted(set(GOLDEN) - {"layer-norm", "attention", "two-heads", "convolution"})
)  # they name sizes
def test_what_is_printed_is_read_as_the_equations_of_a_network(name: str, notation: str) -> None:
    session, writer = ns.open(name), notation_named(notation)
    session.goto("end")
    graph = session.program.graph
    text = "\n".join(writer.equation_text(step.definition or step.equation) for step in session.program.forward)
    data = {
        name: np.asarray(session.values[symbol.id]).T
        for name, symbol in (("x", graph.data), ("y", graph.target))
        if symbol is not None
    }
    given = {symbol.id: session.values[symbol.id] for symbol in graph.of(Role.GIVEN)}
    parameters = session.network.initial_parameters
    again = ns.open(ns.Network.from_equations(text, parameters=parameters, given=given, **data))
    again.goto("end")
    assert_near(again[graph.error.id], session[graph.error.id], rtol=1e-12)
    for symbol in graph.of(Role.PARAMETER):
        assert_near(again[f"grad_{symbol.id}"], session[f"grad_{symbol.id}"], rtol=1e-9, atol=1e-12, what=symbol.id)


def test_equations_in_latex_are_read_with_the_places_of_their_mistakes() -> None:
    text = r"""
        z^{(1)} = W^{(1)} x + b^{(1)}  # as in a paper
        E = \frac{1}{2 m} \sum \left(\tanh(z^{(1)}) - y\right)^2 + \frac{\lambda}{2} \left\lVert W^{(1)} \right\rVert^2
    """
    fields = {"given": {"lambda": 0.1}, "x": [[1.0, 2.0]], "y": [[1.0]]}
    session = ns.open(ns.Network.from_equations(text, parameters={"W1": [[0.1, 0.2]], "b1": 0.3}, **fields))
    session.goto("end")
    z = 0.1 + 0.4 + 0.3
    assert_near(session["E"], (np.tanh(z) - 1) ** 2 / 2 + 0.05 * 0.05, rtol=1e-12)
    with pytest.raises(NetworkError, match=r"line 3, column 98: there is no 'V'"):
        ns.Network.from_equations(
            text.replace("W^{(1)} \\right", "V \\right"), parameters={"W1": [[0.1, 0.2]], "b1": 0.3}, **fields
        )


@pytest.mark.parametrize("name", GOLDEN)
def test_gradients_are_the_slopes_of_the_error(name: str) -> None:
    session = ns.open(name)
    assert all(check.holds for check in ns.gradient_check(session))


def test_a_single_sample_is_read_as_it_is_given() -> None:
    """x has no samples' axis then, in the equations too, whatever a convention would turn."""
    numbers: dict[str, Any] = {"x": [[0.1, 0.2]], "y": [[0.3, -0.1]], "parameters": {"W": [[1.0, 0.5], [2.0, 0.1]]}}
    network = ns.Network.from_equations("h = x + tanh(W x)\nE = sum((h - y)^2)", **numbers)
    session = ns.open(network)
    session.goto("end")
    assert session["h"].shape == (2, 1)
    assert all(check.holds for check in ns.gradient_check(session))


@pytest.mark.parametrize("name", GOLDEN)
def test_what_an_edit_has_made_is_a_network_of_its_own(name: str) -> None:
    session = ns.open(name)
    learned = session.program.parameters[0]
    session.set(f"{learned.id}[0,0]" if learned.shape else learned.id, 0.25)
    again = ns.open(session.edited_network())
    session.goto("end")
    again.goto("end")
    error = session.program.error.id
    assert again[error] == session[error]
