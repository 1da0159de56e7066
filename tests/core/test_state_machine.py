"""A session against a naive model that starts from the beginning every time it is asked for anything.

The model knows the contract's rules on positions, edits and branches, and computes one network in plain NumPy: three
samples in batches of two and one, tanh and sigmoid, half the squared error, momentum. It keeps no values at all: what
is visible at a position is a loop over iterations and steps from the opened network on. None of the engine is used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import nablastep as ns
from nablastep import CommandError, NablastepError

Values = dict[str, Any]
Position = tuple[int, int]

MOMENTUM, RATE = 0.9, 0.25
OPENED: Values = {
    "W0": np.array([[0.3, -0.5], [0.8, 0.2], [-0.4, 0.6]]),
    "b0": np.array([[0.1], [-0.2], [0.3]]),
    "W1": np.array([[0.7, -0.1, 0.4], [-0.6, 0.5, 0.9]]),
    "b1": np.array([[0.05], [-0.05]]),
    "x": np.array([[0.5, -1.0], [1.5, 0.25], [-0.75, 0.8]]),
    "y": np.array([[0.2, 0.8], [0.9, 0.1], [0.4, 0.6]]),
    "learning_rate": RATE,
}
PARAMETERS = ("W0", "b0", "W1", "b1")
BATCHES = ([0, 1], [2])


# one iteration, each step a line


def error(v: Values) -> Any:
    return 0.5 * np.sum((v["a2"] - v["y_batch"]) ** 2) / v["y_batch"].shape[1]


def moved(name: str) -> Callable[[Values], Any]:
    return lambda v: v[name] - v["learning_rate"] * v[f"velocity_{name}"]


def gathered(name: str) -> Callable[[Values], Any]:
    return lambda v: MOMENTUM * v[f"velocity_{name}"] + v[f"grad_{name}"]


STEPS: list[tuple[str, Callable[[Values], Any]]] = [
    ("z1", lambda v: v["W0"] @ v["a0"] + v["b0"]),
    ("a1", lambda v: np.tanh(v["z1"])),
    ("z2", lambda v: v["W1"] @ v["a1"] + v["b1"]),
    ("a2", lambda v: 1 / (1 + np.exp(-v["z2"]))),
    ("E", error),
    ("grad_a2", lambda v: (v["a2"] - v["y_batch"]) / v["y_batch"].shape[1]),
    ("grad_z2", lambda v: v["grad_a2"] * v["a2"] * (1 - v["a2"])),
    ("grad_W1", lambda v: v["grad_z2"] @ v["a1"].T),
    ("grad_b1", lambda v: v["grad_z2"].sum(axis=1, keepdims=True)),
    ("grad_a1", lambda v: v["W1"].T @ v["grad_z2"]),
    ("grad_z1", lambda v: v["grad_a1"] * (1 - v["a1"] ** 2)),
    ("grad_W0", lambda v: v["grad_z1"] @ v["a0"].T),
    ("grad_b0", lambda v: v["grad_z1"].sum(axis=1, keepdims=True)),
]
for _name in ("W1", "b1", "W0", "b0"):
    STEPS += [(f"velocity_{_name}", gathered(_name)), (_name, moved(_name))]
IDS = [name for name, _ in STEPS]
S = len(STEPS)
UPDATE = {name: IDS.index(name) + 1 for name in PARAMETERS}
STATE = [f"velocity_{name}" for name in PARAMETERS]
COMPUTED = [name for name in IDS if name not in PARAMETERS and name not in STATE]


@dataclass(frozen=True)
class Edit:
    """With step 0 it holds from the start of the iteration, else it is made after that step."""

    position: Position
    name: str
    index: tuple[int, ...]
    value: float

    def apply(self, values: Values) -> None:
        if self.index:
            values[self.name] = values[self.name].copy()
            values[self.name][self.index] = self.value
        else:
            values[self.name] = self.value


@dataclass(eq=False)
class Branch:
    edits: tuple[Edit, ...] = ()
    furthest: Position = (1, 0)
    left_at: Position = (1, 0)
    parent: int | None = None

    def values(self, position: Position) -> tuple[Values, list[float]]:
        """Everything visible at the position, and E of every iteration finished on the way."""
        values: Values = {**OPENED, **{f"velocity_{name}": np.zeros(OPENED[name].shape) for name in PARAMETERS}}
        errors: list[float] = []
        for iteration in range(1, position[0] + 1):
            for name in COMPUTED:
                values.pop(name, None)
            self.apply_edits((iteration, 0), values)
            batch = BATCHES[(iteration - 1) % 2]
            values["a0"], values["y_batch"] = values["x"][batch].T, values["y"][batch].T
            last = S if iteration < position[0] else position[1]
            for number, (name, formula) in enumerate(STEPS[:last], start=1):
                values[name] = formula(values)
                self.apply_edits((iteration, number), values)
            if last == S:
                errors.append(float(values["E"]))
        return values, errors

    def apply_edits(self, position: Position, values: Values) -> None:
        for edit in self.edits:
            if edit.position == position:
                edit.apply(values)

    def finished(self) -> int:
        iteration, step = self.furthest
        return iteration if step == S else iteration - 1


@dataclass
class Model:
    """Positions, edits, branches and undo as the contract words them."""

    branches: dict[int, Branch] = field(default_factory=lambda: {1: Branch()})
    current: int = 1
    position: Position = (1, 0)
    undone: list[tuple[Any, Any]] = field(default_factory=list)
    redone: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def branch(self) -> Branch:
        return self.branches[self.current]

    def move(self, iteration: int, step: int) -> None:
        self.position = (iteration, step)
        self.branch.left_at = self.position
        # (i, S) and (i + 1, 0) are one moment
        reached = (iteration + 1, 0) if step == S else self.position
        self.branch.furthest = max(self.branch.furthest, reached)

    def next(self, count: int) -> None:
        for _ in range(count):
            iteration, step = self.position
            self.move(*((iteration + 1, 1) if step == S else (iteration, step + 1)))

    def back(self, count: int) -> None:
        for _ in range(count):
            iteration, step = self.position
            if step > 0:
                self.move(iteration, step - 1)
            elif iteration > 1:
                self.move(iteration - 1, S - 1)

    def train(self, count: int) -> None:
        iteration, step = self.position
        self.move(iteration + count + (step == S), 0)

    def set(self, name: str, index: tuple[int, ...], value: float) -> None:
        iteration, step = self.position
        later = name in UPDATE and step >= UPDATE[name]
        edit = Edit((iteration, step if later else 0), name, index, value)
        before, left = self.moment(), self.branch
        here = (iteration + 1, 0) if step == S else self.position
        beyond = any(other.position > self.position for other in left.edits)
        number = max(self.branches) + 1 if left.furthest > here or beyond else self.current
        kept = tuple(other for other in left.edits if other.position <= self.position)
        parent = self.current if number != self.current else left.parent
        # between two edits at one position the later one counts
        made = Branch((*kept, edit), (iteration, 0), self.position, parent)
        self.branches = {**self.branches, number: made}
        self.current = number
        self.move(*self.position)
        self.remember(before)

    def reset(self) -> None:
        before = self.moment()
        number = max(self.branches) + 1
        self.branches = {**self.branches, number: Branch()}
        self.current = number
        self.move(1, 0)
        self.remember(before)

    def switch(self, number: int) -> None:
        self.current = number
        self.move(*self.branch.left_at)

    def moment(self) -> tuple[dict[int, Branch], int, Position]:
        return dict(self.branches), self.current, self.position

    def remember(self, before: Any) -> None:
        self.undone.append((before, self.moment()))
        self.redone.clear()

    def restore(self, moment: Any) -> None:
        branches, self.current, position = moment
        self.branches = dict(branches)
        self.move(*position)

    def undo(self) -> None:
        self.redone.append(self.undone.pop())
        self.restore(self.redone[-1][0])

    def redo(self) -> None:
        self.undone.append(self.redone.pop())
        self.restore(self.undone[-1][1])


def opened() -> ns.Session:
    network = ns.Network(
        layers=[
            {"activation": "tanh", "W": OPENED["W0"], "b": OPENED["b0"]},
            {"activation": "sigmoid", "W": OPENED["W1"], "b": OPENED["b1"]},
        ],
        x=OPENED["x"],
        y=OPENED["y"],
        loss="half_squared_error",
        batch_size=2,
        optimizer={"name": "momentum", "learning_rate": RATE, "momentum": MOMENTUM},
    )
    # room for three snapshots, so that most looks at the past are replays
    return ns.Session(network, memory=3 * 8 * 46)


def check_same(session: ns.Session, model: Model) -> None:
    assert session.position == model.position
    assert session.branch == model.current
    values, errors = model.branch.values(model.position)
    for name in (*COMPUTED, *PARAMETERS, *STATE, "a0", "x", "y", "learning_rate"):
        found = session.get(name)
        if name in values:
            assert found is not None, f"{name} is missing"
            np.testing.assert_allclose(found, values[name], rtol=1e-9, atol=1e-12, err_msg=name)
        else:
            assert found is None, f"{name} should not exist yet"
    history = model.branch.values((model.branch.finished() + 1, 0))[1]
    np.testing.assert_allclose(session.error_history, history, rtol=1e-9)
    assert len(history) == model.branch.finished()
    assert (session.can_undo, session.can_redo) == (bool(model.undone), bool(model.redone))
    assert len(errors) <= len(history)


def check_all(session: ns.Session, model: Model) -> None:
    check_same(session, model)
    check_branches(session, model)
    check_previous(session, model)


def check_branches(session: ns.Session, model: Model) -> None:
    assert [branch.number for branch in session.all_branches] == sorted(model.branches)
    for branch in session.all_branches:
        other = model.branches[branch.number]
        assert branch.parent == other.parent
        assert len(branch.error_history) == other.finished()
        # (i, S) and (i + 1, 0) are one moment
        assert branch.furthest in {other.furthest, (other.furthest[0] - 1, S)}


def check_previous(session: ns.Session, model: Model) -> None:
    iteration = model.position[0] - 1
    if iteration < 1:
        assert session.previous.get("E") is None
        return
    values, _ = model.branch.values((iteration, S))
    for name in (*COMPUTED, *PARAMETERS):
        np.testing.assert_allclose(session.previous[name], values[name], rtol=1e-9, atol=1e-12, err_msg=name)


LAST_ITERATION = 7  # long enough for thinning and for both kinds of batch

numbers = st.floats(-1.5, 1.5).map(lambda value: round(value, 3))
cells = st.one_of(
    [
        st.tuples(st.just(name), st.tuples(*(st.integers(0, size - 1) for size in OPENED[name].shape)))
        for name in (*PARAMETERS, "x", "y")
    ]
    + [st.just(("learning_rate", ()))]
)


class SessionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.session, self.model = opened(), Model()

    def room(self) -> bool:
        return self.model.position[0] < LAST_ITERATION

    @precondition(room)
    @rule(count=st.one_of(st.just(1), st.integers(1, S + 2)))
    def next(self, count: int) -> None:
        self.session.next(count)
        self.model.next(count)

    @rule(count=st.one_of(st.just(1), st.integers(1, 2 * S)))
    def back(self, count: int) -> None:
        self.session.back(count)
        self.model.back(count)

    @precondition(room)
    @rule(count=st.integers(1, 3))
    def train(self, count: int) -> None:
        self.session.train(count)
        self.model.train(count)

    @rule(place=st.sampled_from([*IDS, "start", "end"]))
    def goto(self, place: str) -> None:
        self.session.goto(place)
        step = {"start": 0, "end": S}.get(place)
        self.model.move(self.model.position[0], IDS.index(place) + 1 if step is None else step)

    @rule(iteration=st.integers(1, LAST_ITERATION), step=st.one_of(st.none(), st.integers(0, S)))
    def goto_iteration(self, iteration: int, step: int | None) -> None:
        self.session.goto(iteration=iteration, step=step)
        self.model.move(iteration, step or 0)

    @rule(cell=cells, value=numbers)
    def edit(self, cell: tuple[str, tuple[int, ...]], value: float) -> None:
        name, index = cell
        self.session.set(f"{name}[{','.join(map(str, index))}]" if index else name, value)
        self.model.set(name, index, value)

    @rule(value=numbers, update=st.sampled_from(PARAMETERS), after=st.booleans())
    def edit_around_an_update(self, value: float, update: str, after: bool) -> None:
        """Just before or just after the update step of the parameter, where the rules differ."""
        step = UPDATE[update] - (not after)
        self.session.goto(step=step)
        self.model.move(self.model.position[0], step)
        self.session.set(f"{update}[0,0]", value)
        self.model.set(update, (0, 0), value)

    @rule()
    def undo(self) -> None:
        if self.model.undone:
            self.session.undo()
            self.model.undo()
        else:
            with pytest.raises(CommandError, match="there is nothing to undo"):
                self.session.undo()

    @rule()
    def redo(self) -> None:
        if self.model.redone:
            self.session.redo()
            self.model.redo()
        else:
            with pytest.raises(CommandError, match="there is nothing to redo"):
                self.session.redo()

    @rule()
    def reset(self) -> None:
        self.session.reset()
        self.model.reset()

    @rule(choice=st.integers(0, 9))
    def switch(self, choice: int) -> None:
        known = sorted(self.model.branches)
        if choice < len(known):
            self.session.switch(known[choice])
            self.model.switch(known[choice])
        else:
            with pytest.raises(CommandError, match=f"there is no branch {known[-1] + choice}"):
                self.session.switch(known[-1] + choice)

    @rule(
        command=st.sampled_from(
            [
                ns.Next(0),
                ns.Goto("nothing"),
                ns.Goto(iteration=0),
                ns.Goto(step=S + 1),
                ns.Set("W0[9,9]", 1.0),
                ns.Set("z1[0,0]", 1.0),
                ns.Set("W0[0,0]", float("nan")),
            ]
        )
    )
    def fail(self, command: ns.commands.Command) -> None:
        with pytest.raises(NablastepError):
            self.session.do(command)

    @rule()
    def look_ahead(self) -> None:
        """A trial leaves no trace."""
        trial = self.session.trial()
        trial.set("W0[1,1]", 0.125)
        trial.train(2)

    @invariant()
    def same(self) -> None:
        check_all(self.session, self.model)


SessionMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestSession = SessionMachine.TestCase


# the model can tell


def walked(session: ns.Session, model: Model) -> None:
    for each in (session, model):
        each.next(3)
        each.train(2)
    session.goto(iteration=2, step=5)
    model.move(2, 5)
    session.set("W0[1,0]", 0.5)
    model.set("W0", (1, 0), 0.5)
    for each in (session, model):
        each.next(9)


def test_model_and_session_agree_on_a_walk() -> None:
    session, model = opened(), Model()
    walked(session, model)
    check_all(session, model)


@pytest.mark.parametrize(
    "slip",
    [
        lambda model: model.move(model.position[0], model.position[1] - 1),
        lambda model: model.set("W0", (0, 0), 0.5),
        lambda model: model.branches.pop(1),
        lambda model: model.undo(),
        lambda model: setattr(model.branch, "edits", ()),
        lambda model: setattr(model.branch, "furthest", (9, 0)),
    ],
)
def test_a_slip_of_either_is_noticed(slip: Callable[[Model], None]) -> None:
    session, model = opened(), Model()
    walked(session, model)
    slip(model)
    with pytest.raises(AssertionError):
        check_all(session, model)


def test_a_wrong_formula_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    session, model = opened(), Model()
    walked(session, model)
    for each in (session, model):
        each.next(S)
    steps = list(STEPS)
    steps[IDS.index("velocity_W0")] = ("velocity_W0", lambda v: v["velocity_W0"] + v["grad_W0"])
    monkeypatch.setattr(sys.modules[__name__], "STEPS", steps)
    with pytest.raises(AssertionError):
        check_same(session, model)
