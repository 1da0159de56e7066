"""The session: positions, moving, looking, edits, branches, undo and what it refuses, as the contract words them.

The network has 17 steps: z1 a1 z2 a2 E, eight gradients, W1 b1 W0 b0 as steps 14 to 17.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import assert_near, assert_same_bits, one_layer, two_layers, visible
from nablastep import CommandError, EditError, NablastepError, NotComputed, UnknownNameError
from nablastep.stretch import Stretch

S = 17
UPDATE_OF_W1, UPDATE_OF_B1, UPDATE_OF_W0, UPDATE_OF_B0 = 14, 15, 16, 17


@pytest.fixture
def session() -> ns.Session:
    return ns.Session(two_layers(samples=3))


def at(iteration: int, step: int, **changes: Any) -> ns.Session:
    opened = ns.Session(two_layers(samples=3, **changes))
    opened.goto(iteration=iteration, step=step)
    return opened


def everything(session: ns.Session) -> tuple[object, ...]:
    """All that a failed command must leave as it was."""
    return (
        session.position,
        session.branch,
        session.all_branches,
        session.can_undo,
        session.can_redo,
        session.error_history,
        {name: np.asarray(value).tobytes() for name, value in visible(session).items()},
    )


def refused(session: ns.Session, action: Callable[[], object], kind: type[NablastepError], message: str) -> None:
    """The action raises that error with that message, and nothing has changed."""
    before = everything(session)
    with pytest.raises(kind) as caught:
        action()
    assert str(caught.value) == message
    assert everything(session) == before


# moving


def test_a_session_opens_at_the_start(session: ns.Session) -> None:
    assert session.position == (1, 0)
    assert session.position.iteration == 1
    assert session.step is None
    assert session.upcoming.id == "z1"
    assert session.error_history == []
    assert session.branches == ()
    assert session.branch == 1


def test_next_one_by_one(session: ns.Session) -> None:
    for count, step in enumerate(session.program.steps, start=1):
        assert session.upcoming.id == step.id
        session.next()
        assert session.position == (1, count)
        assert session.step is not None
        assert session.step.id == step.id
    assert session.position == (1, S)
    assert session.upcoming.id == "z1"
    session.next()
    assert session.position == (2, 1)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ((1, 0), 1, (1, 1)),
        ((1, S - 1), 1, (1, S)),
        ((1, S), 1, (2, 1)),
        ((2, 0), 1, (2, 1)),
        ((1, 0), S, (1, S)),
        ((1, 0), S + 1, (2, 1)),
        ((1, 0), 2 * S, (2, S)),
        ((1, S), S, (2, S)),
        ((2, 0), S, (2, S)),
        ((2, 5), 3 * S, (5, 5)),
    ],
)
def test_next(start: tuple[int, int], count: int, end: tuple[int, int]) -> None:
    moved = at(*start)
    moved.next(count)
    assert moved.position == end


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ((1, 0), 1, (1, 0)),
        ((1, 5), 99, (1, 0)),
        ((1, 5), 5, (1, 0)),
        ((2, 1), 1, (2, 0)),
        ((2, 0), 1, (1, S - 1)),
        ((1, S), 1, (1, S - 1)),
        ((2, 1), 2, (1, S - 1)),
        ((3, 4), 4, (3, 0)),
        ((3, 4), 4 + S, (2, 0)),
        ((3, 0), S, (2, 0)),
        ((3, 0), S + 1, (1, S - 1)),
        ((2, S), S, (2, 0)),
    ],
)
def test_back(start: tuple[int, int], count: int, end: tuple[int, int]) -> None:
    moved = at(*start)
    moved.back(count)
    assert moved.position == end


def test_the_end_of_an_iteration_and_the_start_of_the_next_are_one_moment() -> None:
    end, start = at(1, S), at(2, 0)
    for name in ("W0", "b0", "W1", "b1"):
        assert np.array_equal(end[name], start[name])
    assert end.error_history == start.error_history
    end.next()
    start.next()
    assert end.position == start.position == (2, 1)
    assert_same_bits(visible(end), visible(start))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [((1, 0), 1, (2, 0)), ((1, 5), 1, (2, 0)), ((1, S), 1, (3, 0)), ((2, 0), 3, (5, 0)), ((3, 16), 2, (5, 0))],
)
def test_train(start: tuple[int, int], count: int, end: tuple[int, int]) -> None:
    moved = at(*start)
    moved.train(count)
    assert moved.position == end
    assert len(moved.error_history) == end[0] - 1


def test_goto(session: ns.Session) -> None:
    session.goto("grad_W1")
    assert session.position == (1, 8)
    session.goto("z1")
    assert session.position == (1, 1)
    session.goto("end")
    assert session.position == (1, S)
    session.goto("start")
    assert session.position == (1, 0)
    session.goto(iteration=40)
    assert session.position == (40, 0)
    assert len(session.error_history) == 39
    session.goto("E")
    assert session.position == (40, 5)
    session.goto("W1")
    assert session.position == (40, UPDATE_OF_W1)
    session.goto(iteration=3, step=4)
    assert session.position == (3, 4)
    session.goto(step=7)
    assert session.position == (3, 7)
    session.goto(iteration=3)
    assert session.position == (3, 0)
    session.goto(step=0)
    assert session.position == (3, 0)
    session.goto(iteration=2, step=S)
    assert session.position == (2, S)


def test_commands_are_the_methods(session: ns.Session) -> None:
    other = ns.Session(two_layers(samples=3))
    commands: list[ns.commands.Command] = [
        ns.Next(3),
        ns.Goto("grad_W1"),
        ns.Set("W0[0,1]", 0.25),
        ns.Back(2),
        ns.Train(2),
        ns.Undo(),
        ns.Redo(),
        ns.Goto(iteration=1, step=2),
        ns.Set("learning_rate", 0.1),
        ns.Switch(1),
        ns.Reset(),
    ]
    for command in commands:
        session.do(command)
    other.next(3)
    other.goto("grad_W1")
    other.set("W0[0,1]", 0.25)
    other.back(2)
    other.train(2)
    other.undo()
    other.redo()
    other.goto(iteration=1, step=2)
    other.set("learning_rate", 0.1)
    other.switch(1)
    other.reset()
    assert everything(session) == everything(other)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (ns.Next(0), "next counts from 1, found 0"),
        (ns.Next(-2), "next counts from 1, found -2"),
        (ns.Next(1.5), "the count of next is a whole number, found 1.5"),  # type: ignore[arg-type]
        (ns.Next(True), "the count of next is a whole number, found True"),
        (ns.Back(0), "back counts from 1, found 0"),
        (ns.Train(0), "train counts from 1, found 0"),
        (ns.Train("3"), "the count of train is a whole number, found '3'"),  # type: ignore[arg-type]
        (ns.Goto(iteration=0), "there is no iteration 0; iterations count from 1"),
        (ns.Goto(iteration=-1), "there is no iteration -1; iterations count from 1"),
        (ns.Goto(iteration=2.0), "an iteration is a whole number, found 2.0"),  # type: ignore[arg-type]
        (ns.Goto(iteration=2, step=18), "there is no step 18; an iteration has steps 0 to 17"),
        (ns.Goto(step=-1), "there is no step -1; an iteration has steps 0 to 17"),
        (ns.Goto(), "goto needs a place"),
        (ns.Goto("z1", iteration=2), "goto takes an id or an iteration with a step, not both"),
        (ns.Goto(40), "goto takes an id such as 'grad_W1', found 40"),  # type: ignore[arg-type]
        ("next", "not a command: 'next'"),
        (ns.Undo(), "there is nothing to undo"),
        (ns.Redo(), "there is nothing to redo"),
        (ns.Switch(2), "there is no branch 2"),
        (ns.Switch("1"), "a branch is a whole number, found '1'"),  # type: ignore[arg-type]
        (ns.Switch(True), "a branch is a whole number, found True"),
    ],
    ids=str,
)
def test_refused_commands(command: ns.commands.Command, message: str) -> None:
    opened = at(2, 5)
    refused(opened, lambda: opened.do(command), CommandError, message)


def test_refused_ids(session: ns.Session) -> None:
    session.next(4)
    for target, message in (
        ("grad_w1", "no step computes 'grad_w1'; did you mean 'grad_W1'?"),
        ("grad_a0", "no step computes 'grad_a0'; did you mean 'grad_W0'?"),
        ("blob", "no step computes 'blob'; did you mean 'b0'?"),
        ("", "no step computes ''"),
    ):
        with pytest.raises(UnknownNameError) as caught:
            session.goto(target)
        assert str(caught.value).startswith(f"no step computes '{target}'")
        if target.startswith("grad"):
            assert str(caught.value) == message
        assert caught.value.hint is not None
        assert caught.value.hint.startswith("the steps are z1 a1 z2 a2 E grad_a2")
        assert session.position == (1, 4)


# looking


def test_values_exist_once_their_step_is_done(session: ns.Session) -> None:
    names = [step.id for step in session.program.steps if step.phase != "update"]
    for count in range(S + 1):
        session.goto(step=count)
        for number, name in enumerate(names, start=1):
            if number <= count:
                assert session[name] is not None
                assert session.get(name) is not None
            else:
                assert session.get(name) is None
                with pytest.raises(NotComputed):
                    session[name]


def test_parameters_data_and_settings_exist_everywhere() -> None:
    session = ns.Session(two_layers(samples=3, optimizer={"name": "adam", "learning_rate": 0.1}))
    names = ["W0", "b0", "W1", "b1", "a0", "x", "y", "learning_rate", "m_W0", "v_b1"]
    for position in ((1, 0), (1, 9), (1, len(session.program)), (2, 0), (2, 3)):
        session.goto(iteration=position[0], step=position[1])
        for name in names:
            assert session[name] is not None
    assert session["learning_rate"] == 0.1
    assert isinstance(session["learning_rate"], float)
    assert np.array_equal(session["x"], session.network.x)
    assert np.array_equal(session["y"], session.network.y)


def test_at_the_start_of_an_iteration_nothing_of_it_exists() -> None:
    session = at(2, 0)
    computed = [step.id for step in session.program.steps if step.phase != "update"]
    assert all(session.get(name) is None for name in computed)
    assert all(session.previous.get(name) is not None for name in computed)
    assert set(visible(session)) == {"W0", "b0", "W1", "b1", "a0", "y", "x", "learning_rate"}


def test_not_computed_says_when(session: ns.Session) -> None:
    with pytest.raises(NotComputed) as caught:
        session["grad_W1"]
    assert str(caught.value) == "grad_W1 is not computed yet"
    assert caught.value.hint == "step 8 of the iteration computes it"
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, NablastepError)
    with pytest.raises(NotComputed) as caught:
        session["grad_a0"]
    assert caught.value.hint == "grad_z1 has to be computed first"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("w0", "unknown name 'w0'; did you mean 'W0'?"),
        ("grad_z3", "unknown name 'grad_z3'"),
        ("E ", "unknown name 'E '; did you mean 'E'?"),
        ("learningrate", "unknown name 'learningrate'; did you mean 'learning_rate'?"),
        ("n0", "unknown name 'n0'"),
        ("m_W0", "unknown name 'm_W0'"),
        ("momentum", "unknown name 'momentum'"),
    ],
)
def test_unknown_names(session: ns.Session, name: str, message: str) -> None:
    for where in (session, session.previous):
        with pytest.raises(UnknownNameError) as caught:
            where[name]
        assert str(caught.value).startswith(message.partition(";")[0])
        assert isinstance(caught.value, KeyError)
        with pytest.raises(UnknownNameError):
            where.get(name)
    if "did you mean" in message:
        with pytest.raises(UnknownNameError, match="did you mean"):
            session[name]


def test_names_that_are_no_text_are_unknown(session: ns.Session) -> None:
    for name in (0, None, ("W0", 1)):
        with pytest.raises(UnknownNameError, match="unknown name"):
            session[name]  # type: ignore[index]


def test_arrays_are_float64_columns_and_read_only() -> None:
    session = ns.Session(two_layers(samples=3, optimizer="adam"))
    session.goto("end")
    shapes = {"a0": (3, 3), "z1": (4, 3), "a2": (2, 3), "W0": (4, 3), "b0": (4, 1), "grad_b1": (2, 1), "m_W1": (2, 4)}
    for name, value in visible(session).items():
        if isinstance(value, float):
            continue
        assert value.dtype == np.float64, name
        assert not value.flags.writeable, name
        with pytest.raises(ValueError, match="read-only"):
            value[0, 0] = 1.0
        if name in shapes:
            assert value.shape == shapes[name]
    assert isinstance(session["E"], float)
    with pytest.raises(ValueError, match="read-only"):
        session["a0"].T[0, 0] = 1.0


def test_the_values_of_here_are_read_only(session: ns.Session) -> None:
    session.next(3)
    with pytest.raises(TypeError):
        session.values["W0"] = np.zeros((4, 3))  # type: ignore[index]
    assert session.values["n0"] == 3
    assert session.values["m"] == 3
    assert session.values["t"] == 1


def test_arrays_in_hand_stay_what_they_were(session: ns.Session) -> None:
    session.goto("end")
    held = {name: value for name, value in visible(session).items() if isinstance(value, np.ndarray)}
    copies = {name: value.copy() for name, value in held.items()}
    session.train(3)
    session.set("W0[0,0]", 9.0)
    session.set("x[0,0]", 9.0)
    session.goto(iteration=1)
    session.set("b0[0]", 9.0)
    session.undo()
    for name, value in held.items():
        assert np.array_equal(value, copies[name]), name


def test_previous_is_the_end_of_the_iteration_before() -> None:
    session, other = at(3, 6), at(2, S)
    for name, value in visible(other).items():
        assert np.array_equal(session.previous[name], value), name
    assert session.previous["E"] == session.error_history[1]
    assert not np.array_equal(session.previous["W0"], session["W0"]) or session.position.step < UPDATE_OF_W0


def test_previous_in_the_first_iteration(session: ns.Session) -> None:
    session.goto("end")
    with pytest.raises(NotComputed) as caught:
        session.previous["z1"]
    assert str(caught.value) == "z1 has no previous value: this is the first iteration"
    assert session.previous.get("z1") is None


def test_the_gradient_by_the_input_is_a_view() -> None:
    """∇a⁽⁰⁾ = W⁽⁰⁾ᵀ ∇z⁽¹⁾ with the W⁽⁰⁾ of the backward pass, before and after the update."""
    for order in ("gradients-first", "interleaved"):
        session = ns.Session(two_layers(samples=3, order=order))
        W0 = session["W0"]
        assert "grad_a0" not in {step.id for step in session.program.steps}
        session.goto("grad_a1")
        assert session.get("grad_a0") is None
        session.goto("grad_z1")
        expected = W0.T @ session["grad_z1"]
        for place in ("grad_z1", "grad_W0", "W0", "end"):
            session.goto(place)
            assert_near(session["grad_a0"], expected, rtol=1e-14, what=f"{order} at {place}")
            assert not session["grad_a0"].flags.writeable
        session.goto(iteration=2)
        assert session.get("grad_a0") is None
        assert_near(session.previous["grad_a0"], expected, rtol=1e-14)


def test_the_gradient_by_the_input_is_a_gradient(session: ns.Session) -> None:
    session.goto("end")
    gradient = session["grad_a0"].T
    for sample, feature in ((0, 0), (1, 2), (2, 1)):
        values = []
        for h in (1e-6, -1e-6):
            moved = ns.Session(session.network)
            moved.set(f"x[{sample},{feature}]", float(session.network.x[sample, feature]) + h)
            moved.goto("E")
            values.append(moved["E"])
        assert_near(gradient[sample, feature], (values[0] - values[1]) / 2e-6, rtol=1e-7)


def test_error_history_covers_the_whole_branch() -> None:
    session = ns.Session(two_layers(samples=3))
    session.next(5)
    assert session.error_history == []
    session.next(S - 6)
    assert session.error_history == []
    session.next(1)
    assert session.position == (1, S)
    assert len(session.error_history) == 1
    session.train(4)
    whole = session.error_history
    assert len(whole) == 5
    session.goto(iteration=2)
    assert session.error_history == whole
    for iteration, error in enumerate(whole, start=1):
        session.goto(iteration=iteration, step=5)
        assert session["E"] == error
    assert session.error_history == whole


def test_the_history_is_a_copy(session: ns.Session) -> None:
    session.train(2)
    session.error_history.clear()
    assert len(session.error_history) == 2


# edits: what they change


def test_an_edit_before_the_update_holds_from_the_start_of_the_iteration() -> None:
    """What was computed is computed again, and the position stays."""
    for step in (0, 1, 7, UPDATE_OF_W0 - 1):
        session = at(2, step)
        session.set("W0[1,2]", 0.75)
        assert session.position == (2, step)
        fresh = at(2, 0)
        parameters = {name: fresh[name].copy() for name in ("W0", "b0", "W1", "b1")}
        parameters["W0"][1, 2] = 0.75
        other = ns.Session(fresh.network.with_parameters(parameters))
        other.goto(step=step)
        found, expected = visible(session), visible(other)
        for name in expected:
            assert np.array_equal(found[name], expected[name]), (step, name)
        session.goto("start")
        assert session["W0"][1, 2] == 0.75


def test_an_edit_from_the_update_on_holds_for_the_next_iteration() -> None:
    for step in (UPDATE_OF_W0, UPDATE_OF_B0):
        session, plain = at(2, step), at(2, step)
        before = visible(session)
        session.set("W0[1,2]", 0.75)
        after = visible(session)
        assert after["W0"][1, 2] == 0.75
        changed = {name for name in after if not np.array_equal(after[name], before[name])}
        assert changed == {"W0"}
        assert np.sum(after["W0"] != before["W0"]) == 1
        assert session.position == (2, step)
        # earlier positions show what the step computed
        session.goto(step=step - 1)
        plain.goto(step=step - 1)
        assert_same_bits(visible(session), visible(plain))
        # and the next iteration starts from it
        session.goto(iteration=3)
        assert session["W0"][1, 2] == 0.75
        session.goto(iteration=2, step=step)
        assert session["W0"][1, 2] == 0.75


def test_each_parameter_has_its_own_update_step() -> None:
    """Between the updates of W1 and W0 an edit of W1 holds for the next iteration, one of W0 for this."""
    session = at(1, UPDATE_OF_W1)
    error = session["E"]
    session.set("W1[0,0]", 0.5)
    assert session["E"] == error
    session.set("W0[0,0]", 0.5)
    assert session["E"] != error
    assert session["W1"][0, 0] == 0.5, "the edit made here before is still there"
    session.goto(step=UPDATE_OF_W1 - 1)
    assert session["W1"][0, 0] != 0.5


def test_an_edit_of_the_parameter_during_its_optimizer_state_is_before_the_update() -> None:
    session = ns.Session(two_layers(samples=3, optimizer="adam"))
    session.goto("v_W1")
    error = session["E"]
    session.set("W1[0,0]", 2.5)
    assert session["E"] != error
    session.goto("start")
    assert session["W1"][0, 0] == 2.5


def test_a_frozen_parameter_can_be_edited_and_stays() -> None:
    layers = [{"activation": "tanh", "W": np.ones((2, 3)), "b": [0.5, 0.5], "frozen": ["b"]}]
    session = ns.Session(two_layers(samples=3, layers=layers))
    for step in (0, 4, len(session.program)):
        session.reset()
        session.goto(step=step)
        session.set("b0[1]", 0.9)
        assert session["b0"][1, 0] == 0.9
        session.train(2)
        assert session["b0"][1, 0] == 0.9
        assert session["b0"][0, 0] == 0.5


@pytest.mark.parametrize("step", [0, 3, 9, S])
def test_data_and_learning_rate_hold_from_the_start_of_the_iteration(step: int) -> None:
    for cell, value in (("x[1,2]", 0.9), ("y[0,1]", 0.1), ("learning_rate", 0.01)):
        session = at(2, step)
        history = session.error_history[:1]
        session.set(cell, value)
        assert session.position == (2, step)
        other = at(2, 0)
        other.set(cell, value)
        other.goto(step=step)
        assert_same_bits(visible(session), visible(other))
        session.goto(iteration=1, step=S)
        assert_same_bits(visible(session), visible(at(1, S)))
        assert session.error_history[:1] == history
        session.goto(iteration=4)
        other.goto(iteration=4)
        assert_same_bits(visible(session), visible(other))


def test_edits_of_data_are_seen_in_the_batch() -> None:
    session = ns.Session(two_layers(samples=3, batch_size=2))
    session.set("x[2,1]", 7.0)
    assert session["x"][2, 1] == 7.0
    assert 7.0 not in session["a0"]
    session.goto(iteration=2)
    assert session["a0"][1, 0] == 7.0
    session.set("y[0,1]", 0.3)
    session.goto(iteration=3)
    assert session["y"][0, 1] == 0.3
    assert session.values["y"][1, 0] == 0.3
    session.goto(iteration=1)
    assert session["y"][0, 1] != 0.3


def test_two_edits_of_one_cell_the_last_one_counts() -> None:
    for step in (0, 3, UPDATE_OF_B0):
        session = at(1, step)
        session.set("W0[0,0]", 0.1)
        session.set("W0[0,0]", 0.2)
        assert session["W0"][0, 0] == 0.2
        session.undo()
        assert session["W0"][0, 0] == 0.1
        session.undo()
        assert_same_bits(visible(session), visible(at(1, step)))


def test_an_edit_back_to_the_old_value_gives_the_old_numbers() -> None:
    session = at(2, 9)
    before = visible(session)
    old = float(session["W0"][0, 0])
    session.set("W0[0,0]", 5.0)
    session.set("W0[0,0]", old)
    assert_same_bits(visible(session), before)


def test_an_edit_at_the_start_is_not_shown_at_the_end_before() -> None:
    session = at(3, 0)
    old = float(session["W0"][0, 0])
    session.set("W0[0,0]", 5.0)
    session.goto(iteration=2, step=S)
    assert session["W0"][0, 0] == old
    session.next()
    assert session.position == (3, 1)
    assert session["W0"][0, 0] == 5.0
    assert session.previous["W0"][0, 0] == old


def test_an_edit_at_the_end_is_shown_at_the_start_after() -> None:
    session = at(2, S)
    session.set("W0[0,0]", 5.0)
    assert session["W0"][0, 0] == 5.0
    session.next()
    assert session["W0"][0, 0] == 5.0
    assert session.previous["W0"][0, 0] == 5.0
    session.back(2)
    assert session.position == (2, S - 1)
    assert session["W0"][0, 0] != 5.0


def test_edits_change_no_history_before_them() -> None:
    plain, edited = at(6, 0), at(6, 0)
    edited.goto(iteration=4)
    edited.set("W1[0,0]", 3.0)
    edited.goto(iteration=6)
    assert edited.error_history[:3] == plain.error_history[:3]
    assert edited.error_history[3] != plain.error_history[3]
    for iteration in (1, 2, 3):
        for step in (0, 8, S):
            for each in (plain, edited):
                each.goto(iteration=iteration, step=step)
            assert_same_bits(visible(edited), visible(plain))


def test_an_edit_at_the_end_changes_the_error_of_the_iteration_if_it_holds_in_it() -> None:
    session = at(2, S)
    history = session.error_history
    session.set("x[0,0]", 3.0)
    assert len(session.error_history) == 2
    assert session.error_history[0] == history[0]
    assert session.error_history[1] == session["E"] != history[1]


@pytest.mark.parametrize(
    ("cell", "index"),
    [("W0[3,2]", (3, 2)), ("b0[3]", (3, 0)), ("b0[3,0]", (3, 0)), (" b1 [ 1 ] ", (1, 0)), ("W1[ 1 , 3 ]", (1, 3))],
)
def test_names_of_cells(session: ns.Session, cell: str, index: tuple[int, int]) -> None:
    session.set(cell, 0.125)
    name = cell.partition("[")[0].strip()
    assert session[name][index] == 0.125
    assert np.sum(session[name] == 0.125) == 1


# edits that are refused


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("W0[4,0]", "'W0[4,0]' is out of range: W0 is 4×3, its indices go from 0 to 3,2"),
        ("W0[0,3]", "'W0[0,3]' is out of range: W0 is 4×3, its indices go from 0 to 3,2"),
        ("W0[-1,0]", "'W0[-1,0]' is out of range: W0 is 4×3, its indices go from 0 to 3,2"),
        ("b0[4]", "'b0[4]' is out of range: b0 is 4×1, its indices go from 0 to 3,0"),
        ("x[3,0]", "'x[3,0]' is out of range: x is 3×3, its indices go from 0 to 2,2"),
        ("y[0,2]", "'y[0,2]' is out of range: y is 3×2, its indices go from 0 to 2,1"),
        ("W0", "'W0' has no indices; write W0[i,j]"),
        ("W0[1]", "'W0[1]' has one index; write W0[i,j]"),
        ("W0[1,1,1]", "'W0[1,1,1]' has 3 indices; write W0[i,j]"),
        ("learning_rate[0]", "the learning rate is one number; write learning_rate without indices"),
        ("a0[0,0]", "a0 shows samples of x; edit x[sample,feature]"),
        ("z1[0,0]", "z1 is computed; only parameters, data and the learning rate can be edited"),
        ("E", "E is computed; only parameters, data and the learning rate can be edited"),
        ("grad_W1[0,0]", "grad_W1 is computed; only parameters, data and the learning rate can be edited"),
        ("grad_a0[0,0]", "grad_a0 is computed; only parameters, data and the learning rate can be edited"),
    ],
)
def test_refused_cells(cell: str, message: str) -> None:
    session = at(1, S)
    refused(session, lambda: session.set(cell, 0.5), EditError, message)


def test_refused_optimizer_state() -> None:
    session = ns.Session(two_layers(optimizer="momentum"))
    message = "velocity_W0 is computed; only parameters, data and the learning rate can be edited"
    refused(session, lambda: session.set("velocity_W0[0,0]", 1.0), EditError, message)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("W9[0,0]", "unknown name 'W9'"),
        ("w0[0,0]", "unknown name 'w0'; did you mean 'W0'?"),
        ("", "cannot read '' as a cell"),
        ("W0[", "cannot read 'W0[' as a cell"),
        ("W0[0;1]", "cannot read the indices in 'W0[0;1]'"),
        ("W0[a,b]", "cannot read the indices in 'W0[a,b]'"),
        ("W0[]", "cannot read the indices in 'W0[]'"),
        ("W0[0,1] = 3", "cannot read 'W0[0,1] = 3' as a cell"),
        ("momentum", "unknown name 'momentum'"),
    ],
)
def test_unreadable_cells(session: ns.Session, cell: str, message: str) -> None:
    before = everything(session)
    with pytest.raises(UnknownNameError) as caught:
        session.set(cell, 0.5)
    assert str(caught.value).startswith(message)
    assert everything(session) == before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "not a finite number: nan"),
        (math.inf, "not a finite number: inf"),
        (-math.inf, "not a finite number: -inf"),
        ("abc", "not a number: abc"),
        (None, "not a number: None"),
        (10**400, "not a finite number: too large for a double"),
        (True, "not a number: True"),
    ],
    ids=["nan", "inf", "-inf", "text", "None", "huge", "truth"],
)
def test_refused_numbers(session: ns.Session, value: Any, message: str) -> None:
    session.next(5)
    for cell in ("W0[0,0]", "x[0,0]", "y[0,0]", "learning_rate"):
        refused(session, lambda cell=cell: session.set(cell, value), EditError, message)  # type: ignore[misc]


@pytest.mark.parametrize("value", [-0.001, 1.001, -1.0])
def test_binary_targets_stay_between_0_and_1(value: float) -> None:
    session = ns.Session(one_layer("sigmoid", "binary_cross_entropy", samples=2))
    session.goto("end")
    message = f"y[1,0] = {value!r}: binary cross entropy needs targets from 0 to 1"
    refused(session, lambda: session.set("y[1,0]", value), EditError, message)
    for allowed in (0.0, 1.0, 0.5):
        session.set("y[1,0]", allowed)
        assert session["y"][1, 0] == allowed


def test_other_targets_may_be_anything() -> None:
    for loss, activation in (("categorical_cross_entropy", "softmax"), ("huber", "identity")):
        session = ns.Session(one_layer(activation, loss))
        session.set("y[0,0]", -3.5)
        session.goto("end")
        assert session["y"][0, 0] == -3.5


def test_integers_and_numpy_numbers_are_numbers(session: ns.Session) -> None:
    values: list[Any] = [2, np.float64(2.0), np.int64(2), np.float32(2.0)]
    for value in values:
        session.set("W0[0,0]", value)
        assert session["W0"][0, 0] == 2.0
        assert session["W0"].dtype == np.float64


# branches


def test_an_edit_without_a_future_goes_on_with_the_branch() -> None:
    session = at(3, 7)
    session.set("W0[0,0]", 1.0)
    session.set("x[0,0]", 1.0)
    assert session.branch == 1
    assert session.branches == ()
    session.next()
    session.set("W0[0,0]", 2.0)
    session.goto("end")
    session.set("W0[0,0]", 3.0)
    session.next()
    session.set("W0[0,0]", 4.0)
    assert session.branches == ()


def test_an_edit_in_the_past_leaves_the_future_as_a_branch() -> None:
    session = at(5, 3)
    future, history = visible(session), session.error_history
    session.goto(iteration=3, step=2)
    session.set("W0[0,0]", 1.0)
    assert session.position == (3, 2)
    assert session.branch == 2
    assert [branch.number for branch in session.branches] == [1]
    (left,) = session.branches
    assert left.error_history == tuple(history)
    assert left.furthest == (5, 3)
    assert left.parent is None
    assert len(session.error_history) == 2
    session.train(4)
    assert session.error_history[:2] == history[:2]
    assert session.error_history[2:4] != history[2:4]
    session.switch(1)
    assert session.branch == 1
    assert session.position == (3, 2), "where it was left"
    assert [branch.number for branch in session.branches] == [2]
    session.goto(iteration=5, step=3)
    assert_same_bits(visible(session), future)
    assert session.error_history == history


def test_one_step_beyond_is_a_future() -> None:
    session = at(2, 4)
    session.back()
    session.set("W0[0,0]", 1.0)
    assert session.branch == 2


def test_the_end_of_an_iteration_has_no_future_in_the_start_of_the_next() -> None:
    session = at(2, 0)
    session.goto(iteration=1, step=S)
    session.set("W0[0,0]", 1.0)
    assert session.branch == 1


def test_an_edit_that_waits_beyond_is_a_future() -> None:
    """It would be lost without a branch."""
    session = at(2, 0)
    session.set("W0[0,0]", 1.0)
    session.goto(iteration=1, step=S)
    session.set("W0[1,1]", 2.0)
    assert session.branch == 2
    session.goto(iteration=2)
    assert session["W0"][0, 0] != 1.0
    session.switch(1)
    session.goto(iteration=2)
    assert session["W0"][0, 0] == 1.0


def test_branches_are_numbered_in_order_of_creation_and_keep_their_numbers() -> None:
    session = at(4, 0)
    for number in (2, 3, 4):
        session.goto(iteration=2)
        session.set("W0[0,0]", float(number))
        assert session.branch == number
        session.train(2)
    session.switch(2)
    session.goto(iteration=1)
    session.set("W0[0,0]", 5.0)
    assert session.branch == 5
    assert [branch.number for branch in session.branches] == [1, 2, 3, 4]
    parents = {branch.number: branch.parent for branch in session.all_branches}
    assert parents == {1: None, 2: 1, 3: 2, 4: 3, 5: 2}
    for number in (1, 2, 3, 4):
        session.switch(number)
        session.goto(iteration=2)
        if number > 1:
            assert session["W0"][0, 0] == number
    session.switch(session.branches[0])
    assert session.branch == 1


def test_switch_takes_numpy_numbers_and_the_branch_it_is_on() -> None:
    session = at(3, 2)
    session.goto(iteration=1)
    session.set("W0[0,0]", 1.0)
    session.next(3)
    session.switch(2)
    assert session.position == (1, 3)
    session.switch(np.int64(1))  # type: ignore[arg-type]
    assert session.branch == 1
    assert type(session.branch) is int


def test_an_unknown_branch_names_those_there_are() -> None:
    session = at(3, 0)
    session.goto(iteration=2)
    session.set("W0[0,0]", 1.0)
    with pytest.raises(CommandError, match="there is no branch 7") as caught:
        session.switch(7)
    assert caught.value.hint == "branches: 1, 2"


def test_edits_made_later_are_not_part_of_the_new_branch() -> None:
    session = at(1, 0)
    session.set("W0[0,0]", 1.0)
    session.train(2)
    session.set("W0[1,1]", 2.0)
    session.train(2)
    session.goto(iteration=2)
    session.set("b0[0]", 3.0)
    session.goto(iteration=3)
    plain = ns.Session(two_layers(samples=3))
    plain.set("W0[0,0]", 1.0)
    plain.train()
    plain.set("b0[0]", 3.0)
    plain.train()
    assert_same_bits(visible(session), visible(plain))


# undo, redo, reset


def test_undo_restores_timeline_and_position() -> None:
    session = at(3, 4)
    before = everything(session)
    session.goto(iteration=2, step=1)
    back_then = everything(session)
    session.set("W0[0,0]", 1.0)
    made = everything(session)
    session.train(3)
    session.undo()
    found = everything(session)
    assert found[:4] == back_then[:4]
    assert found[5:] == back_then[5:]
    assert session.can_redo
    session.redo()
    assert session.position == (2, 1), "redo ends where the edit was made"
    assert session.branch == 2
    assert session["W0"][0, 0] == 1.0
    assert everything(session)[6] == made[6]
    session.undo()
    session.goto(iteration=3, step=4)
    assert everything(session)[6] == before[6]


def test_undo_and_redo_of_several_edits() -> None:
    session = at(2, 5)
    values = [visible(session)]
    for number, cell in enumerate(("W0[0,0]", "x[0,0]", "learning_rate", "b1[1]"), start=1):
        session.set(cell, 0.1 * number)
        values.append(visible(session))
    for expected in reversed(values[:-1]):
        session.undo()
        assert_same_bits(visible(session), expected)
    assert not session.can_undo
    for expected in values[1:]:
        session.redo()
        assert_same_bits(visible(session), expected)
    assert not session.can_redo


def test_moving_keeps_what_can_be_redone_and_a_new_edit_ends_it() -> None:
    session = at(2, 5)
    session.set("W0[0,0]", 1.0)
    session.undo()
    session.next(3)
    session.train(2)
    assert session.can_redo
    session.redo()
    assert session.position == (2, 5)
    session.undo()
    session.goto(iteration=2, step=5)
    session.set("W0[0,0]", 2.0)
    refused(session, session.redo, CommandError, "there is nothing to redo")


def test_one_undo_history_for_all_branches() -> None:
    session = at(4, 0)
    session.goto(iteration=2)
    session.set("W0[0,0]", 1.0)
    session.switch(1)
    session.goto(iteration=4)
    session.set("W0[1,1]", 2.0)
    assert session.branch == 1
    session.undo()
    assert session.branch == 1
    assert session.position == (4, 0)
    assert [branch.number for branch in session.all_branches] == [1, 2]
    session.undo()
    assert session.branch == 1
    assert session.position == (2, 0)
    assert [branch.number for branch in session.all_branches] == [1]
    session.redo()
    session.redo()
    assert [branch.number for branch in session.all_branches] == [1, 2]
    assert session["W0"][1, 1] == 2.0


def test_undo_of_an_edit_that_branched_forgets_the_branch() -> None:
    session = at(3, 0)
    session.goto(iteration=1)
    session.set("W0[0,0]", 1.0)
    session.undo()
    assert session.branches == ()
    refused(session, lambda: session.switch(2), CommandError, "there is no branch 2")


def test_reset_leaves_its_timeline_as_a_branch() -> None:
    session = at(3, 4)
    session.set("W0[0,0]", 1.0)
    history = session.error_history
    session.reset()
    assert session.position == (1, 0)
    assert session.branch == 2
    assert session.error_history == []
    assert_same_bits(visible(session), visible(ns.Session(two_layers(samples=3))))
    (left,) = session.branches
    assert (left.number, left.error_history, left.furthest) == (1, tuple(history), (3, 4))
    session.undo()
    assert session.position == (3, 4)
    assert session.branch == 1
    assert session["W0"][0, 0] == 1.0
    session.redo()
    assert session.position == (1, 0)
    assert session.branch == 2
    session.switch(1)
    assert session["W0"][0, 0] == 1.0


def test_edits_start_from_the_network_that_was_opened(session: ns.Session) -> None:
    opened = {name: value.copy() for name, value in session.network.initial_parameters.items()}
    session.set("W0[0,0]", 9.0)
    session.set("x[0,0]", 9.0)
    session.set("y[0,0]", 0.9)
    session.train(2)
    for name, value in session.network.initial_parameters.items():
        assert np.array_equal(value, opened[name])
    assert session.network.x[0, 0] != 9.0
    session.reset()
    assert session["W0"][0, 0] == opened["W0"][0, 0]
    assert session["x"][0, 0] == session.network.x[0, 0]


def test_a_thousand_edits_and_more() -> None:
    """Each edit at the tip continues the one before; looking does not go through all of them by recursion."""
    session = ns.Session(two_layers(samples=1))
    session.train(3)
    for number in range(1100):
        session.set("W0[0,0]", number / 1000)
    assert session["W0"][0, 0] == 1.099
    session.train()
    assert len(session.error_history) == 4
    session.goto(iteration=2, step=5)
    assert session["E"] == session.error_history[1]
    for _ in range(1100):
        session.undo()
    plain = ns.Session(two_layers(samples=1))
    plain.train(3)
    assert_same_bits(visible(session), visible(plain))


def test_an_interrupted_run_leaves_a_sound_history(session: ns.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """ctrl+c in the middle of training: what is run afterwards gives the numbers of an undisturbed run."""
    session.train(2)
    run = Stretch.run

    def interrupted(stretch: Stretch, first: int, *rest: Any) -> Any:
        if first >= 7:
            raise KeyboardInterrupt
        return run(stretch, first, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Stretch, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.train(20)
    assert session.position == (3, 0)
    assert len(session.error_history) == 2
    assert session.timeline.errors_after(0) == session.error_history
    session.set("W0[0,0]", session["W0"][0, 0])
    assert session.branch == 1, "what was interrupted is no future"
    session.undo()
    session.train(10)
    plain = ns.Session(two_layers(samples=3))
    plain.train(12)
    assert session.error_history == plain.error_history
    assert_same_bits(visible(session), visible(plain))


class TestLongRuns:
    """`advance`: the same command in stretches, each ending at a place."""

    @pytest.mark.parametrize("command", [ns.Train(3000), ns.Goto(iteration=3001), ns.Goto(iteration=3001, step=5)])
    def test_it_comes_to_the_same(self, command: ns.Train | ns.Goto) -> None:
        session, plain = ns.Session(two_layers(samples=3)), ns.Session(two_layers(samples=3))
        seen = []
        for progress in session.advance(command):
            assert session.position == (1 + progress.done, 0)
            assert len(session.error_history) == progress.done
            assert np.isfinite(session.error_history[-1])
            seen.append(progress)
        plain.do(command)
        assert session.position == plain.position
        assert session.error_history == plain.error_history
        assert_same_bits(visible(session), visible(plain))
        assert len(seen) > 2, "one is told before all is over"
        assert [progress.done for progress in seen] == sorted({progress.done for progress in seen})
        assert seen[-1].done == seen[-1].total == 3000
        assert all(progress.rate > 0 and progress.seconds_left >= 0 for progress in seen)

    def test_whoever_stops_asking_stands_at_a_place(self) -> None:
        session = at(2, 4)
        run = session.advance(ns.Train(10**9))
        done = [next(run).done for _ in range(4)][-1]
        run.close()
        assert session.position == (2 + done, 0)
        plain = ns.Session(session.network)
        plain.train(1 + done)
        assert_same_bits(visible(session), visible(plain))
        session.next(3)
        session.set("W0[0,0]", 1.0)
        assert session.branch == 1

    def test_it_ends_where_somebody_else_moves_the_session(self) -> None:
        session = at(1, 0)
        run = session.advance(ns.Train(10**9))
        next(run)
        session.back(3)
        where = session.position
        assert list(run) == []
        assert session.position == where

    def test_the_past_needs_no_run(self) -> None:
        session = at(9, 0)
        assert list(session.advance(ns.Goto(iteration=4, step=2))) == []
        assert session.position == (4, 2)

    @pytest.mark.parametrize("command", [ns.Train(0), ns.Goto(iteration=0), ns.Goto(iteration=5, step=99)])
    def test_what_is_refused_moves_nothing(self, command: ns.Train | ns.Goto) -> None:
        session = at(2, 4)
        with pytest.raises(CommandError):
            list(session.advance(command))
        assert session.position == (2, 4)


# looking ahead and sideways


def test_what_is_done_in_a_trial_stays_in_it() -> None:
    session = at(3, 5)
    session.goto(iteration=2, step=4)
    before = everything(session)
    trial = session.trial()
    assert everything(trial)[:3] == before[:3]
    trial.set("W0[0,0]", 5.0)
    trial.train(4)
    assert everything(session) == before
    other = session.trial()
    other.train(6)
    other.goto(iteration=1, step=1)
    other.switch(1)
    assert everything(session) == before
    session.goto(iteration=3, step=5)
    session.set("W0[0,0]", 6.0)
    assert session.branch == 1, "the trial's steps are no future of the session"


def test_a_trial_computes_what_the_session_would() -> None:
    session, plain = at(2, 3), at(2, 3)
    trial = session.trial()
    for each in (trial, plain):
        each.set("b0[1]", 0.7)
        each.train(2)
        each.next(4)
    assert_same_bits(visible(trial), visible(plain))
    assert trial.error_history == plain.error_history


def test_comparing_branches_changes_nothing() -> None:
    session = at(4, 6)
    session.goto(iteration=2)
    session.set("W0[1,2]", 5.0)
    session.set("b1[0]", 0.5)
    session.train()
    session.switch(1)
    session.goto(iteration=4, step=2)
    session.switch(2)
    before = everything(session)
    rows = session.compare(1)
    assert everything(session) == before
    assert rows[0][0] == ns.cells.Cell("W0", (1, 2))
    here, there = session["W0"][1, 2], rows[0][2]
    assert rows[0][1] == here
    session.switch(1)
    assert session.position == (4, 2), "where it was left"
    session.goto(iteration=3)
    assert session["W0"][1, 2] == there


def test_a_bookmark_brings_back_everything() -> None:
    session = at(4, 6)
    session.set("W0[0,0]", 0.5)
    session.goto(iteration=2, step=3)
    session.set("W0[1,1]", 0.5)
    session.undo()
    before = everything(session)
    bookmark = session.bookmark()
    session.train(5)
    session.undo()
    session.train(9)
    session.goto(iteration=1)
    session.set("x[0,0]", 3.0)
    session.switch(1)
    session.train(2)
    session.reset()
    session.return_to(bookmark)
    assert everything(session) == before
    session.redo()
    assert session["W0"][1, 1] == 0.5
    session.undo()
    session.undo()
    session.goto(iteration=4, step=6)
    session.set("W0[0,0]", 0.25)
    assert session.branch == 1, "the steps run meanwhile are no future"


def test_the_network_of_here() -> None:
    session = at(3, 0)
    session.set("x[0,1]", 0.5)
    session.set("learning_rate", 0.125)
    network = session.edited_network()
    assert network.optimizer.learning_rate == 0.125
    opened = ns.Session(network)
    for name in ("W0", "b0", "W1", "b1", "x", "y"):
        assert np.array_equal(opened[name], session[name])
