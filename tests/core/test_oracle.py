"""Thirty networks against PyTorch: the values of the first iteration and the parameters after 1, 2 and 25 updates.

The JSON files have PyTorch's orientation: activations samples × units, weights units × units, biases flat.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import ORACLE, assert_near

FILES = sorted(ORACLE.glob("open-*.toml"))
VALUES = ("z", "a", "grad_z", "grad_a", "grad_W", "grad_b")


def torch_orientation(name: str, value: Any) -> Any:
    """The value of a session as PyTorch holds it."""
    if name == "E" or "W" in name:
        return value
    return value[:, 0] if "b" in name else value.T


def golden(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return loaded


def test_all_thirty_are_here() -> None:
    assert len(FILES) == 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_first_iteration(path: Path) -> None:
    session = ns.Session(ns.Network.from_file(path))
    session.goto("end")
    expected = {name: value for name, value in golden(path).items() if name != "steps"}
    depth = len(session.network.layers)
    assert {f"{kind}{k}" for kind in ("z", "a", "grad_z", "grad_a") for k in range(1, depth + 1)} < expected.keys()
    for name, value in expected.items():
        assert_near(torch_orientation(name, session[name]), value, rtol=1e-9, atol=1e-12, what=name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_value_is_compared(path: Path) -> None:
    """The file holds E and every forward and backward value of the program, so nothing goes unchecked."""
    session = ns.Session(ns.Network.from_file(path))
    computed = {step.id for step in session.program.steps if step.phase != "update"}
    assert computed == golden(path).keys() - {"steps"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_parameters_after_updates(path: Path) -> None:
    session = ns.Session(ns.Network.from_file(path))
    for count, expected in sorted(golden(path)["steps"].items(), key=lambda item: int(item[0])):
        rtol = 1e-7 if int(count) == 25 else 1e-9
        session.goto(iteration=int(count) + 1)
        assert_near(session.error_history[int(count) - 1], expected["E_before"], rtol=rtol, atol=1e-12)
        parameters = {symbol.id for symbol in session.program.parameters}
        assert parameters == expected.keys() - {"E_before"}
        for name in sorted(parameters):
            assert_near(
                torch_orientation(name, session[name]), expected[name], rtol=rtol, atol=1e-12, what=f"{name} {count}"
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stepping_gives_the_numbers_of_training(path: Path) -> None:
    stepped, trained = (ns.Session(ns.Network.from_file(path)) for _ in range(2))
    stepped.next(2 * len(stepped.program))
    trained.train(2)
    for symbol in stepped.program.parameters:
        assert np.array_equal(stepped[symbol.id], trained[symbol.id]), symbol.id


def test_a_wrong_number_is_noticed() -> None:
    """The comparison of this page fails for a relative error of 1e-8."""
    expected = golden(FILES[0])["z1"]
    with pytest.raises(AssertionError):
        assert_near(np.asarray(expected) * (1 + 1e-8), expected, rtol=1e-9, atol=1e-12)
