"""Stretches of iterations against a naive loop over the printed equations: the same bits, wherever a stretch begins,
ends or is edited."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nablastep as ns
from core.support import assert_same_bits, one_layer, random_network, two_layers
from nablastep.evaluation import Code, compiled, function_sources, value_of
from nablastep.expressions import Add, Equation, Expression, Scale, Symbol, symbols
from nablastep.functions.activations import ACTIVATIONS
from nablastep.graph import Role
from nablastep.notation.numpy_code import NOTATION
from nablastep.program import Program
from nablastep.stretch import Stretch, stretch_of
from nablastep.timeline import Timeline

LAST = 12


def naive(timeline: Timeline, iterations: int) -> tuple[list[dict[str, Any]], list[float]]:
    """The values at the start of each iteration, and E of each, from the printed lines one by one.

    Nothing of the engine is used but the text of the equations: NumPy is NumPy's own, edits are made by hand.
    """
    network = timeline.network
    data = {"x": np.array(network.x), "y": np.array(network.y)}
    values: dict[str, Any] = {**network.initial_parameters, **network.given, **network.dimensions}
    for name in ("learning_rate", "momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay"):
        values[network.setting_name(name)] = getattr(network.optimizer, name)
    starts, errors = [], []
    for iteration in range(1, iterations + 1):
        program = timeline.program(iteration)
        for symbol in program.state:
            values.setdefault(symbol.id, np.zeros_like(values[symbol.id.split("_", 1)[1]]))
        for edit in timeline.edits:
            if edit.position == (iteration, 0):
                place = data if edit.name in data else values
                place[edit.name] = with_number(place[edit.name], edit.indices, edit.value)
        carried = [symbol.id for symbol in (*program.parameters, *program.state)]
        starts.append({name: np.array(values[name]) for name in carried})
        rows = list(network.batch(iteration)) if network.data_names else []
        for role, numbers in ((Role.DATA, data["x"]), (Role.TARGET, data["y"])):
            for symbol in program.graph.of(role):
                values[symbol.id] = np.ascontiguousarray(numbers[rows].T)
        values |= {"m": len(rows), program.count: iteration}
        for step in program.steps:
            values[step.id] = printed(step.equation, values)
            for edit in timeline.edits:
                if edit.position == (iteration, step.number):
                    values[edit.name] = with_number(values[edit.name], edit.indices, edit.value)
        errors.append(float(values[program.error.id]))
    return starts, errors


def with_number(value: Any, indices: tuple[int, ...], number: float) -> Any:
    if not np.ndim(value):
        return number
    changed = np.array(value, order="C")
    changed[indices] = number
    return changed


def printed(equation: Equation, values: dict[str, Any]) -> Any:
    """What the printed line gives, run by itself."""
    scope: dict[str, Any] = {"np": np, "math": math}
    exec("\n\n".join(function_sources([equation.expression])), scope)
    called = {symbol.id: NOTATION.symbol_text(symbol) for symbol in (equation.target, *symbols(equation.expression))}
    names = {called.get(name, name): value for name, value in values.items()}
    with np.errstate(all="ignore"):
        exec(NOTATION.equation_text(equation), scope, names)
    return names[called[equation.target.id]]


def assert_like_naive(session: ns.Session) -> None:
    """All that the session's branch has seen is what the loop gives, asked for in an order that replays."""
    finished = len(session.error_history)
    starts, errors = naive(session.timeline, finished)
    assert np.array(session.error_history).tobytes() == np.array(errors).tobytes()
    for iteration in (*range(finished, 0, -3), *range(1, finished + 1, 2)):
        session.goto(iteration=iteration)
        assert_same_bits({name: session[name] for name in starts[iteration - 1]}, starts[iteration - 1])


def numbers(*shape: int) -> Any:
    return (np.sin(np.arange(1.0, 1.0 + int(np.prod(shape)))) / 2).reshape(shape).tolist()


WRITTEN = {
    "the same weights three times": lambda: ns.Network.from_equations(
        """z1 = W h0 + U x1
        h1 = tanh(z1)
        z2 = W h1 + U x2
        h2 = tanh(z2)
        E = 1/2 sum((h2 - y0)^2)""",
        parameters={"W": numbers(3, 3), "U": numbers(3, 2)},
        given={"h0": numbers(3), "x1": numbers(2), "x2": numbers(2), "y0": numbers(3)},
    ),
    "attention": lambda: ns.Network.from_equations(
        """S = (X Wq) (X Wk)^T
        O = softmax(S, axis=1) (X Wv)
        E = 1/2 sum((O - Y)^2)""",
        parameters={"Wq": numbers(3, 2), "Wk": numbers(3, 2), "Wv": numbers(3, 2)},
        given={"X": numbers(4, 3), "Y": numbers(4, 2)},
        optimizer="adam",
    ),
    "a word of Python's and a batch": lambda: ns.Network.from_equations(
        """z = W x + b
        h = x + tanh(z)
        E = 1/(2 m) sum((h - y)^2) + lambda/2 sum(W^2)""",
        parameters={"W": numbers(3, 3), "b": numbers(3)},
        given={"lambda": 0.1},
        x=numbers(6, 3),
        y=numbers(6, 3),
        batch_size=2,
        shuffle=True,
        optimizer="momentum",
    ),
    "a parameter that is one number": lambda: ns.Network.from_equations(
        """p = softmax((W x) / T)
        E = 1/2 sum((p - y)^2)""",
        parameters={"W": numbers(3, 3), "T": 1.5},
        x=numbers(5, 3),
        y=numbers(5, 3),
        optimizer="adamw",
    ),
}


ACTIONS = st.one_of(
    st.tuples(st.just("train"), st.integers(1, 5)),
    st.tuples(st.just("next"), st.integers(1, 40)),
    st.tuples(st.just("back"), st.integers(1, 60)),
    st.tuples(st.just("goto"), st.integers(1, LAST)),
    st.tuples(st.sampled_from(["parameter", "x", "y", "learning_rate"]), st.integers(0, 99)),
)


def act(session: ns.Session, kind: str, number: int) -> None:
    if kind in {"train", "next"}:
        if session.position.iteration < LAST:
            getattr(session, kind)(number)
    elif kind == "back":
        session.back(number)
    elif kind == "goto":
        session.goto(iteration=number, step=number % (len(session.program) + 1))
    elif kind == "learning_rate":
        session.set("learning_rate", number / 500)
    else:
        name = session.program.parameters[number % len(session.program.parameters)].id if kind == "parameter" else kind
        cell = [number % size for size in session[name].shape]
        session.set(f"{name}[{','.join(map(str, cell))}]", number / 100)


@settings(max_examples=80)
@given(seed=st.integers(0, 2**32 - 1), actions=st.lists(ACTIONS, min_size=4, max_size=14), roomy=st.booleans())
def test_whatever_was_done_the_numbers_are_those_of_a_naive_loop(
    seed: int, actions: list[tuple[str, int]], roomy: bool
) -> None:
    session = ns.Session(random_network(np.random.default_rng(seed)), memory=None if roomy else 1)
    for kind, number in actions:
        act(session, kind, number)
    session.train(3)
    assert_like_naive(session)
    for branch in session.branches:
        session.switch(branch)
        if session.error_history:
            assert_like_naive(session)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_runs_in_a_stretch_as_it_is_printed(activation: str) -> None:
    session = ns.Session(one_layer(activation, "half_squared_error", samples=3, optimizer="adam"))
    session.train(6)
    assert_like_naive(session)


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("memory", [None, 1])
def test_equations_of_any_kind_run_in_stretches(name: str, memory: int | None) -> None:
    session = ns.Session(WRITTEN[name](), memory=memory)
    session.train(20)
    session.next(len(session.program) + 3)
    edited = session.program.parameters[-1].id
    cell = "[0,0]" if np.ndim(session[edited]) else ""
    session.set(f"{edited}{cell}", 0.75)
    session.train(4)
    for held in list(session.network.given)[:1]:
        session.set(f"{held}[0,0]" if np.ndim(session[held]) else held, 0.5)
    session.train(3)
    assert_like_naive(session)


def test_a_batch_of_many_samples_and_the_last_small_one() -> None:
    """1,003 samples in batches of 334: the last has one sample more than none, and so a program of its own."""
    generator = np.random.default_rng(5)
    network = ns.Network(
        [{"units": 7, "activation": "tanh"}, {"units": 3, "activation": "softmax"}],
        generator.standard_normal((1003, 40)), np.eye(3)[generator.integers(3, size=1003)],
        loss="categorical_cross_entropy", batch_size=334, shuffle=True, optimizer="momentum",
    )  # fmt: skip
    session = ns.Session(network, memory=1)
    session.train(9)
    assert_like_naive(session)


def test_the_stretch_is_the_printed_equations_and_nothing_else() -> None:
    program = ns.Session(two_layers(samples=3, optimizer="adam")).program
    lines = [line.strip() for line in Stretch(program).source.splitlines()]
    printed = [NOTATION.equation_text(step.equation) for step in program.steps]
    first = lines.index(printed[0])
    assert lines[first : first + len(printed)] == printed
    about_it = "the loop in two, the iteration's number, E noted, the state kept in two, the rest let go, the end"
    assert len(lines) == len(printed) + 8, about_it


def test_programs_share_their_code() -> None:
    first, second = (ns.Session(two_layers(samples=count)).program for count in (3, 3))
    assert stretch_of(first) is stretch_of(second)


def test_a_name_of_the_users_hides_nothing() -> None:
    """Quantities that are called as NumPy's attributes or the loop's own count are just names."""
    T, t, one = Symbol("T", None, ("n0", "1")), Symbol("t", None, ("n0", "1")), Symbol("axis", None, ())
    code = Code([Equation(Symbol("sum", None, ("n0", "1")), Add(T, Scale(one, t)))])
    assert sorted(code.reads) == ["T", "axis", "t"]
    values = {"T": np.ones((2, 1)), "t": np.full((2, 1), 2.0), "axis": 3.0}
    compiled([Equation(Symbol("sum", None, ("n0", "1")), Add(T, Scale(one, t)))])(values)
    assert values["sum"].tolist() == [[7.0], [7.0]]


def test_what_has_no_value_is_named() -> None:
    z: Expression = Symbol("z", 1, ("n1", "m"))
    with pytest.raises(KeyError, match="z1"):
        value_of(z, {})
    with pytest.raises(KeyError, match="z1"):
        compiled([Equation(Symbol("a", 1, ("n1", "m")), z)])({})


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_sums_are_numpys_own_to_the_bit(layout: str) -> None:
    from nablastep.evaluation import _NUMPY

    numbers = np.random.default_rng(1).standard_normal((37, 101)) * 1e3
    given = {"C": numbers, "F": np.asfortranarray(numbers), "strided": numbers[::2, 1::3]}[layout]
    for values in (given, given.T, given[0], given * 1j, np.float64(0.1)):
        found, expected = _NUMPY.sum(values), np.sum(values)
        assert type(found) is type(expected)
        assert found.tobytes() == expected.tobytes()


def test_a_slip_in_a_stretch_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison of this page sees an update that is made twice."""
    source = Stretch.source.fget  # type: ignore[attr-defined]

    def twice(stretch: Stretch) -> str:
        line = "W0 = W0 - learning_rate * grad_W0"
        return str(source(stretch)).replace(line, f"{line}\n        {line}")

    monkeypatch.setattr(Stretch, "source", property(twice))
    fresh: dict[Program, Stretch] = {}
    monkeypatch.setattr("nablastep.timeline.stretch_of", lambda program: fresh.setdefault(program, Stretch(program)))
    session = ns.Session(two_layers(samples=3))
    session.train(3)
    with pytest.raises(AssertionError):
        assert_like_naive(session)
