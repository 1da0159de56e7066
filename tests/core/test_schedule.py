"""A learning rate that is a formula in t: in the update equations, in every iteration, and back from its file."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import WITHOUT_WEIGHT_DECAY, assert_near, two_layers
from nablastep.judge import judge
from nablastep.notation import notation_named
from nablastep.trace.model import Trace
from nablastep.trace.python_program import python_chunks

SCHEDULE = "0.5 / (1 + 0.01 t)"


def scheduled(text: str = SCHEDULE, name: str = "sgd") -> ns.Network:
    return two_layers(2, optimizer={"name": name, "learning_rate": text})


def test_the_update_equation_says_it() -> None:
    session = ns.open(scheduled())
    text = notation_named("unicode").equation_text(session.program.step("W1").equation)
    assert text == "W⁽¹⁾ ← W⁽¹⁾ − (½ / (1 + 0.01 t)) ∇W⁽¹⁾"
    session.goto("end")
    assert judge(session, "W1", text, "column").right


@pytest.mark.parametrize("optimizer", [found["name"] for found in WITHOUT_WEIGHT_DECAY])
def test_every_iteration_has_the_rate_of_its_own(optimizer: str) -> None:
    session, other = ns.open(scheduled(name=optimizer)), ns.open(two_layers(2, optimizer={"name": optimizer}))
    for iteration in range(1, 6):
        other.set("learning_rate", 0.5 / (1 + 0.01 * iteration))
        assert_near(session["learning_rate"], 0.5 / (1 + 0.01 * iteration), rtol=1e-15)
        session.train()
        other.train()
        for name in ("W0", "b0", "W1", "b1"):
            assert_near(session[name], other[name], rtol=1e-12, atol=1e-15, what=name)


def test_stepping_and_training_give_the_same_bits_and_the_program_proves_itself(tmp_path: Path) -> None:
    network = scheduled("where(t > 2, 0.1, 0.4) * exp(-0.1 t)")
    stepped, trained = ns.open(network), ns.open(network)
    stepped.next(4 * len(stepped.program))
    trained.train(4)
    assert np.array_equal(stepped["W0"], trained["W0"])
    path = tmp_path / "net.toml"
    network.to_file(path)
    assert ns.Network.from_file(path).optimizer.schedule == network.optimizer.schedule
    with redirect_stdout(io.StringIO()) as told:
        exec("".join(python_chunks(Trace(network, iterations=3))), {"__name__": "proof"})
    assert "values hold" in told.getvalue()


def test_it_is_not_edited_as_a_number() -> None:
    session = ns.open(scheduled())
    with pytest.raises(ns.EditError, match="the learning rate follows"):
        session.set("learning_rate", 0.1)
    assert session.edited_network().optimizer.schedule == SCHEDULE


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "0.5 / (1 + 0.01 k)",
            "optimizer.learning_rate: a schedule is a formula in t, the number of the iteration; found",
        ),
        ("0.5 / (1 +", "optimizer.learning_rate: column 11: expected a name, a number or a bracket"),
        ("-t", "optimizer.learning_rate: expected a finite number of at least 0 for every t, found -1.0 at t = 1"),
    ],
)
def test_mistakes(value: str, message: str) -> None:
    with pytest.raises(ns.NetworkError) as caught:
        scheduled(value)
    assert str(caught.value).startswith(message)


def test_a_schedule_survives_replacing_other_settings() -> None:
    settings: Any = replace(scheduled().optimizer, weight_decay=0.1)
    assert settings.schedule == SCHEDULE
