"""The recorder: what it writes, that it does the same again, and that a killed process leaves a playable file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nablastep as ns
from nablastep.demo.formatter import statement_text
from nablastep.demo.language import Wait
from nablastep.demo.opening import demo_names, open_demo
from nablastep.demo.player import Player, ViewState
from nablastep.demo.recorder import Opening, Recorder
from nablastep.demo.references import Cell, Scalar
from nablastep.errors import NablastepError, NotComputed

NETWORK = """x = [[0.05, 0.10]]
y = [[0.01, 0.99]]
loss = "half_squared_error"
[[layers]]
activation = "sigmoid"
W = [[0.15, 0.20], [0.25, 0.30]]
b = [0.35, 0.35]
[[layers]]
activation = "sigmoid"
W = [[0.40, 0.45], [0.50, 0.55]]
b = [0.60, 0.60]
"""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Recorded:
    """A session whose commands go to a recorder, as the app does it."""

    def __init__(self, folder: Path, source: str | Path = "mazur", **options: object) -> None:
        self.session = ns.open(source)
        self.clock = Clock()
        self.recorder = Recorder(folder, self.session, source, clock=self.clock, **options)  # type: ignore[arg-type]

    def do(self, *commands: object, after: float = 0.0) -> None:
        self.clock.now += after
        for command in commands:
            self.session.do(command)  # type: ignore[arg-type]
            self.recorder.command(command)  # type: ignore[arg-type]

    @property
    def body(self) -> list[str]:
        text = self.recorder.path.read_text(encoding="utf-8")
        return [line for line in text.split("\n\n", 1)[1].split("\n") if line]


def played(path: Path) -> Player:
    found = open_demo(path)
    player = Player(found.new_session(), found.demo)
    player.finish()
    return player


def values(session: ns.Session) -> dict[str, bytes]:
    names = (*session.program.symbols, *session.program.samples, "learning_rate")
    return {name: np.asarray(session[name]).tobytes() for name in names if session.get(name) is not None}


def test_commands_become_lines_at_once_and_steps_are_merged(tmp_path: Path) -> None:
    made = Recorded(tmp_path)
    assert made.recorder.path.read_text(encoding="utf-8") == "demo 1\nnetwork mazur\n\n"
    made.do(ns.Next())
    assert made.body == ["next"]
    made.do(ns.Next(), ns.Next(2))
    assert made.body == ["next 4"]
    made.do(ns.Back(), ns.Goto("grad_W1"), ns.Set("W1[0,0]", 0.25), ns.Set("learning_rate", 0.1), ns.Undo(), ns.Redo())
    made.do(ns.Train(3), ns.Train(2), ns.Reset(), ns.Switch(1))
    assert made.body[1:] == [
        "back", "goto grad_W1", "set W1[0,0] = 0.25", "set learning_rate = 0.1", "undo", "redo", "train 5", "reset",
        "branch 1",
    ]  # fmt: skip


def test_a_jump_to_a_step_is_one_line_within_its_iteration(tmp_path: Path) -> None:
    made = Recorded(tmp_path)
    made.do(ns.Goto(iteration=1, step=5), ns.Goto(iteration=3, step=8), ns.Goto(iteration=3, step=15))
    made.do(ns.Goto(iteration=3, step=0), ns.Goto("start"), ns.Goto(iteration=2))
    assert made.body == [
        "goto E", "goto iteration 3", "goto grad_W1", "goto end", "goto iteration 3", "goto start", "goto iteration 2",
    ]  # fmt: skip


def test_gaps_become_clamped_waits(tmp_path: Path) -> None:
    made = Recorded(tmp_path)
    made.do(ns.Next(), after=0.29)
    made.do(ns.Next(), after=0.29)
    made.do(ns.Next(), after=1.13)
    made.do(ns.Back(), after=60)
    made.recorder.say("Thought about")
    made.clock.now += 10
    made.recorder.chapter("No wait for typing")
    made.do(ns.Next(), after=0.1)
    assert made.body == [
        "next 2", "wait 1.1s", "next", "wait 3s", "back", 'say "Thought about"', 'chapter "No wait for typing"', "next",
    ]  # fmt: skip


def test_views_appear_and_focus_only_with_what_is_done_there(tmp_path: Path) -> None:
    made = Recorded(tmp_path)
    made.do(ns.Goto("grad_W1"))
    focused = (Cell("grad_W1", (1, 0)),)
    made.recorder.view(ViewState(focused=(Cell("grad_W1", (0, 1)),)))
    made.recorder.view(ViewState("row-keras", "ascii", focused=focused))
    made.recorder.view(ViewState("row-keras", "ascii", True, "jacobian", focused))
    made.recorder.view(ViewState("row-keras", "ascii", focused=focused))
    made.do(ns.Set("W1[1,0]", 0.3))
    made.recorder.expect(Cell("grad_W1", (1, 0)))
    made.recorder.expect(Scalar("E"))
    with pytest.raises(NotComputed):
        made.recorder.expect(Cell("grad_W0", (0, 0)))
    assert made.body == [
        "goto grad_W1", "convention row-keras", "notation ascii", "why jacobian", "close", "focus grad_W1[1,0]",
        "set W1[1,0] = 0.3", f"expect grad_W1[1,0] ~ {made.session['grad_W1'][1, 0]:.9g}",
        f"expect E ~ {made.session['E']:.9g}",
    ]  # fmt: skip
    again = played(made.recorder.path)
    assert all(outcome.holds for outcome in again.outcomes)
    assert again.view == ViewState("row-keras", "ascii", focused=focused)


COMMANDS = st.one_of(
    st.integers(1, 5).map(ns.Next),
    st.integers(1, 5).map(ns.Back),
    st.integers(1, 3).map(ns.Train),
    st.sampled_from(["z1", "E", "grad_W0", "W1", "start", "end"]).map(ns.Goto),
    st.tuples(st.integers(1, 4), st.integers(0, 15)).map(lambda place: ns.Goto(iteration=place[0], step=place[1])),
    st.tuples(st.sampled_from(["W0[0,1]", "W1[1,1]", "b0[1]", "x[0,0]", "y[0,1]", "learning_rate"]),
              st.floats(-2, 2)).map(lambda edit: ns.Set(*edit)),
    st.sampled_from([ns.Undo(), ns.Redo(), ns.Reset(), ns.Switch(1), ns.Switch(2)]),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=st.lists(st.tuples(COMMANDS, st.sampled_from([0.0, 0.1, 0.5])), max_size=14), late=st.integers(0, 14))
def test_playing_a_recording_gives_the_same_and_recording_that_the_same_script(
    tmp_path: Path, commands: list[tuple[ns.Next, float]], late: int
) -> None:
    session, clock = ns.open("mazur"), Clock()
    before: list[ns.Next] = []
    recorder = None
    for number, (command, gap) in enumerate(commands):
        if number == late:
            recorder = Recorder(tmp_path, session, "mazur", performed=before, clock=clock)
        clock.now += gap
        try:
            session.do(command)
        except NablastepError:
            continue
        before.append(command)
        if recorder is not None:
            recorder.command(command)
    recorder = recorder or Recorder(tmp_path, session, "mazur", performed=before, clock=clock)

    again = played(recorder.path)
    assert values(again.session) == values(session)
    assert (again.session.position, again.session.branch) == (session.position, session.branch)
    assert [branch.furthest for branch in again.session.branches] == [branch.furthest for branch in session.branches]

    found = open_demo(recorder.path)
    second_session = found.new_session()
    second = Recorder(tmp_path / "second", second_session, "mazur", waits=False)
    Player(second_session, found.demo, observer=second.statement).finish()
    assert open_demo(second.path).demo.statements == found.demo.statements
    recorder.path.unlink()
    second.path.unlink()


@pytest.mark.parametrize("name", demo_names())
def test_recording_the_playback_of_a_built_in_demo_gives_the_same_script(name: str, tmp_path: Path) -> None:
    found = open_demo(name)
    header, session = found.demo.header, found.new_session()
    opening = Opening(header.title, header.size, header.convention, header.speed, header.theme)
    recorder = Recorder(tmp_path, session, found.source, opening=opening)
    Player(session, found.demo, observer=recorder.statement).finish()
    again = open_demo(recorder.path)
    assert again.demo.statements == found.demo.statements
    assert again.demo.header == header
    assert values(played(recorder.path).session) == values(session)


def test_recordings_are_kept_and_numbered(tmp_path: Path) -> None:
    (tmp_path / "session-2.cast").write_text("", encoding="utf-8")
    assert [Recorded(tmp_path).recorder.path.name for _ in range(3)] == ["session.demo", "session-3.demo",
                                                                        "session-4.demo"]  # fmt: skip


def test_a_network_file_and_its_csv_are_copied_beside(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    (home / "data").mkdir(parents=True)
    (home / "data" / "points.csv").write_text("a,label\n1,0\n2,1\n", encoding="utf-8")
    network = home / "my net.toml"
    network.write_text(
        '# mine\ndata = { csv = "data/points.csv", target = ["label"] }\nloss = "half_squared_error"\n'
        '[[layers]]\nunits = 1\nactivation = "sigmoid"\n',
        encoding="utf-8",
    )
    made = Recorded(out, network)
    made.do(ns.Next(3))
    assert made.recorder.path.read_text(encoding="utf-8").startswith('demo 1\nnetwork "my net.toml"\n')
    assert (out / "my net.toml").read_bytes() == network.read_bytes()
    assert (out / "data" / "points.csv").is_file()
    assert values(played(made.recorder.path).session) == values(made.session)
    Recorded(out, network)
    assert sorted(path.name for path in out.iterdir()) == ["data", "my net.toml", "session-2.demo", "session.demo"]


def test_what_was_opened_is_recorded_even_if_the_file_has_changed(tmp_path: Path) -> None:
    network = tmp_path / "net.toml"
    network.write_text(NETWORK, encoding="utf-8")
    session = ns.open(network)
    network.write_text(NETWORK.replace("0.15", "0.16"), encoding="utf-8")
    out = tmp_path / "out"
    recorder = Recorder(out, session, network, opening=Opening(title="T", size=(80, 24), theme="light"))
    session.next(4)
    recorder.command(ns.Next(4))
    assert values(played(recorder.path).session) == values(session)
    assert 'title "T"\nnetwork net.toml\nsize 80x24\ntheme light\n' in recorder.path.read_text(encoding="utf-8")


def test_a_network_of_another_folder_brings_its_data_along(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,label\n1,0\n2,1\n", encoding="utf-8")
    (tmp_path / "nets").mkdir()
    network = tmp_path / "nets" / "mazur"
    network.write_text(
        'data = { csv = "../points.csv", target = ["label"] }\nloss = "half_squared_error"\n'
        '[[layers]]\nunits = 1\nactivation = "sigmoid"\n',
        encoding="utf-8",
    )
    made = Recorded(tmp_path / "out", network)
    made.do(ns.Next(2))
    assert values(played(made.recorder.path).session) == values(made.session)


TABLE = 'data = {{ csv = "{}", target = ["label"] }}\nloss = "huber"\n[[layers]]\nunits = 1\nactivation = "sigmoid"\n'


def test_what_comes_from_outside_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    points = tmp_path / "points.csv"
    points.write_text("a,label\n1,0\n2,1\n", encoding="utf-8")
    (home / "own.csv").write_bytes(points.read_bytes())
    for name, csv in (("inside.toml", "own.csv"), ("up.toml", "../points.csv"), ("far.toml", str(points))):
        (home / name).write_text(TABLE.format(csv), encoding="utf-8")
    (home / "link.toml").symlink_to("inside.toml")
    (tmp_path / "elsewhere.toml").symlink_to("home/inside.toml")
    (tmp_path / "own.csv").write_bytes(points.read_bytes())
    (tmp_path / "next").mkdir()
    (tmp_path / "next" / "linked.toml").symlink_to("../elsewhere.toml")
    (tmp_path / "next" / "own.csv").write_bytes(points.read_bytes())
    for place, outside in (
        (home / "inside.toml", ()),
        (home / "link.toml", ()),
        (home / "up.toml", (home / "../points.csv",)),
        (home / "far.toml", (points,)),
        (tmp_path / "next" / "linked.toml", (home / "inside.toml",)),
    ):
        assert Recorded(tmp_path / f"out-{place.stem}", place).recorder.from_outside == outside


def test_a_recording_follows_no_link_out(tmp_path: Path) -> None:
    home, out, secret = tmp_path / "home", tmp_path / "out", tmp_path / "secret.csv"
    home.mkdir()
    secret.write_text("a,label\n1,0\n2,1\n", encoding="utf-8")
    (home / "link.csv").symlink_to(secret)
    (home / "net.toml").write_text(TABLE.format("link.csv"), encoding="utf-8")
    with pytest.raises(NablastepError, match=r"net\.toml: its data 'link\.csv' are a link that leads out"):
        Recorded(out, home / "net.toml")
    assert os.listdir(out) == []


def test_a_recording_writes_through_no_link_out(tmp_path: Path) -> None:
    home, out, away = tmp_path / "home", tmp_path / "out", tmp_path / "away"
    for folder in (home / "data", out, away):
        folder.mkdir(parents=True)
    (home / "data" / "points.csv").write_text("a,label\n1,0\n2,1\n", encoding="utf-8")
    (home / "net.toml").write_text(TABLE.format("data/points.csv"), encoding="utf-8")
    (out / "data").symlink_to(away)
    (out / "session.demo").symlink_to(away / "session.demo")
    (out / "net.toml").symlink_to(away / "net.toml")
    made = Recorded(out, home / "net.toml")
    made.do(ns.Next(2))
    assert os.listdir(away) == []
    assert made.recorder.path.name == "session-2.demo"
    assert values(played(made.recorder.path).session) == values(made.session)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NablastepError, match=r"file/deeper: cannot be made a folder"):
        Recorded(tmp_path / "file" / "deeper")


def test_lines_read_back_to_what_was_done(tmp_path: Path) -> None:
    made = Recorded(tmp_path)
    made.recorder.say('quotes " and \\ backslashes')
    made.do(ns.Set("W0[0,0]", 0.1 + 0.2), after=1)
    statements = open_demo(made.recorder.path).demo.statements
    assert [statement_text(statement) for statement in statements] == made.body
    assert statements[1] == Wait(1.0)


KILLED = """
import os, signal, sys, time
from pathlib import Path
import nablastep as ns
from nablastep.demo.recorder import Recorder

def record(folder):
    session = ns.open("mazur")
    recorder = Recorder(folder, session, "mazur", waits=False)
    number = 0
    while True:
        number += 1
        commands = (ns.Next(), ns.Next(), ns.Set("W0[0,0]", number / 7), ns.Train(2), ns.Goto(iteration=2, step=9))
        for command in commands:
            session.do(command)
            recorder.command(command)
        if number == 1:
            os.write(ready, b"!")

folder = Path(sys.argv[1])
for moment in range(100):
    done, ready = os.pipe()
    child = os.fork()
    if child == 0:
        record(folder / str(moment))
    os.read(done, 1)
    time.sleep(moment * 0.0004)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(done)
    os.close(ready)
"""


@pytest.mark.skipif(not hasattr(os, "fork") or not hasattr(signal, "SIGKILL"), reason="processes are forked and killed")
def test_a_recording_killed_at_any_moment_is_playable(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=True, timeout=60)
    lengths = set()
    for moment in range(100):
        path = tmp_path / str(moment) / "session.demo"
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n")
        lengths.add(len(text))
        if moment % 10 == 0:
            played(path)
        else:
            open_demo(path)
    assert len(lengths) > 10


def test_what_is_done_on_equations_is_recorded_and_played_again(tmp_path: Path) -> None:
    made = Recorded(tmp_path, source="weight-decay")
    made.do(ns.Next(5), ns.Set("lambda", 0.5), ns.Goto("grad_W2"), ns.Set("W2[0,1]", -1.0), ns.Set("x[0,1]", 2.0))
    made.do(ns.Train(2), ns.Next(5))
    assert made.body == [
        "next 5", "set lambda = 0.5", "goto grad_W2", "set W2[0,1] = -1", "set x[0,1] = 2", "train 2", "next 5",
    ]  # fmt: skip
    assert values(played(made.recorder.path).session) == values(made.session)
