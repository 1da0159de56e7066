"""The player and the check of demos: values, expectations, going back and forth, and what reports say."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nablastep as ns
from nablastep.demo import language
from nablastep.demo.check import Report, check_demo, time_text, write_found_numbers
from nablastep.demo.check_formats import as_json, junit, text
from nablastep.demo.opening import OpenDemo, demo_path, open_demo
from nablastep.demo.player import Player
from nablastep.demo.problems import DemoError, DemoErrors
from nablastep.graph import Role
from nablastep.page.document import demo_page

HEAD = "demo 1\nnetwork mazur\n"
TOUR = (
    HEAD
    + """
chapter "Forward"
say "First."
next 3
set W0[0,0] = 0.3
undo
next 4
chapter "Backward"
goto grad_W1
say "Second, a little longer
  and on two lines."
focus grad_W1[1,0]
why jacobian
close
back 2
set W1[1,0] = 0.25
notation ascii
redo_placeholder
train 3
convention row-keras
goto iteration 2
set b0[1] = 0.5
branch 1
say "Third."
undo
""".replace("redo_placeholder\n", "")
)


def opened(tmp_path: Path, body: str, head: str = HEAD) -> OpenDemo:
    path = tmp_path / "some.demo"
    path.write_text(head + body, encoding="utf-8")
    return open_demo(path)


def player(tmp_path: Path, body: str, head: str = HEAD) -> Player:
    found = opened(tmp_path, body, head)
    return Player(found.new_session(), found.demo)


def report(tmp_path: Path, body: str) -> Report:
    path = tmp_path / "some.demo"
    path.write_text(HEAD + body, encoding="utf-8")
    return check_demo(path)


def state(played: Player) -> tuple[object, ...]:
    """All of the session and the view that can be seen, bit for bit."""
    session = played.session
    names = (*session.program.symbols, "x", "y", "learning_rate")
    values = {name: np.asarray(session.get(name), dtype=object if session.get(name) is None else float).tobytes()
              for name in names}  # fmt: skip
    branches = tuple((b.number, b.parent, b.left_parent_at, b.furthest, b.error_history) for b in session.all_branches)
    return (values, session.position, session.branch, branches, session.can_undo, session.can_redo, played.view)


def test_a_demo_does_what_its_commands_do(tmp_path: Path) -> None:
    played = player(tmp_path, "next 3\nset W0[0,0] = 0.3\ngoto grad_W1\nfocus grad_W1[1,0]\nconvention row-keras\n")
    played.finish()
    assert played.session.position == (1, 8)
    assert played.session["W0"][0, 0] == 0.3
    assert str(played.view.focus) == "grad_W1[1,0]"
    assert played.view.convention == "row-keras"


@settings(max_examples=25)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_seeking_back_and_forth_gives_what_playing_gives(places: list[int]) -> None:
    demo = open_demo(TOUR_FILE)
    straight = Player(demo.new_session(), demo.demo)
    sought = Player(demo.new_session(), demo.demo)
    states = [state(straight)]
    while not straight.is_done:
        straight.advance()
        states.append(state(straight))
    for place in places:
        sought.seek(place)
        assert state(sought) == states[min(place, len(states) - 1)]


def test_rejoining_forgets_what_was_explored(tmp_path: Path) -> None:
    tour = open_demo(TOUR_FILE)
    straight, explored = (Player(tour.new_session(), tour.demo) for _ in range(2))
    straight.seek(5)
    explored.seek(5)
    left = explored.place()
    explored.session.next(20)
    explored.session.set("W1[0,0]", 9.0)
    explored.session.reset()
    explored.session.train(5)
    explored.return_to(left)
    assert state(explored) == state(straight)
    straight.finish()
    explored.finish()
    assert state(explored) == state(straight)


@pytest.fixture(scope="module", autouse=True)
def _tour(tmp_path_factory: pytest.TempPathFactory) -> None:
    global TOUR_FILE
    TOUR_FILE = tmp_path_factory.mktemp("tour") / "tour.demo"
    TOUR_FILE.write_text(TOUR, encoding="utf-8")


TOUR_FILE = Path()


def test_moving_closes_a_derivation(tmp_path: Path) -> None:
    played = player(tmp_path, "goto grad_W1\nwhy jacobian\nnext\n")
    played.seek(2)
    assert (played.view.why, played.view.route) == (True, "jacobian")
    played.finish()
    assert (played.view.why, played.view.route) == (False, None)


def test_cues_and_chapters_can_be_gone_to(tmp_path: Path) -> None:
    played = player(tmp_path, 'chapter "A"\nnext\nsay "1"\nnext 2\nsay "2"\nchapter "Bee"\nsay "3"\nnext\n')
    found = []
    for _ in range(4):
        played.seek(played.next_cue)
        found.append((played.view.caption, played.session.position.step))
    assert found == [("1", 1), ("2", 3), ("3", 3), ("3", 4)]
    played.seek(played.previous_cue)
    assert (played.view.caption, played.session.position.step) == ("2", 3)
    played.seek(played.next_chapter)
    assert played.view.caption == "Bee"
    played.seek(played.previous_chapter)
    assert played.view.caption == "A"
    played.seek(played.previous_cue)
    assert played.at == 0
    assert played.chapter_start("be") == played.chapter_start("2")
    with pytest.raises(DemoError, match="there is no chapter 'C'") as error:
        played.chapter_start("C")
    assert error.value.hint == "the chapters are 1 A, 2 Bee"


def test_the_length_counts_reading_steps_and_waits(tmp_path: Path) -> None:
    long = "x" * 100
    played = player(tmp_path, f'say "short"\nsay "{long}"\npause\nwait 1.5s\nnext 3\nexpect step = 3\n')
    assert played.seconds == pytest.approx(2.5 + 6.0 + 2.0 + 1.5 + 3 * 0.8)
    fast = player(tmp_path, f'say "{long}"\n', HEAD + "speed 2\n")
    assert fast.seconds == pytest.approx(3.0)
    assert [time_text(seconds) for seconds in (9.6, 60, 112.2)] == ["10 s", "1 min 0 s", "1 min 52 s"]


HOLDS = [
    "expect a1[0,0] ~ 0.593269992 tol 1e-9", "expect a1[1] ~ 0.5968844", "expect E > 0.2", "expect E <= 0.3",
    "expect learning_rate = 0.5", "expect iteration = 1", "expect step = 8", "expect branch = 1",
    "expect shape(W1) = 2x2", "expect gradcheck < 1e-6", "expect x[0,1] = 0.1",
]  # fmt: skip
FAILS = [
    ("expect a1[0,0] ~ 0.6", "a1[0,0] ~ 0.6, got 0.5932699921071872"),
    ("expect a1[0,0] = 0.593269992107187", "a1[0,0] = 0.593269992107187, got 0.5932699921071872"),
    ("expect E ~ inf", "E ~ inf, got 0.2983711087600027"),
    ("expect E ~ nan", "E ~ nan, got 0.2983711087600027"),
    ("expect E < nan", "E < nan, got 0.2983711087600027"),
    ("expect grad_b0[0] ~ 1", "grad_b0[0] ~ 1, got nothing: grad_b0 is not computed yet"),
    ("expect shape(W1) = 2x3", "shape(W1) = 2x3, got 2x2"),
    ("expect step > 8", "step > 8, got 8"),
    ('expect screen contains "x"', 'screen contains "x", got nothing: there is no screen here'),
]


@pytest.mark.parametrize("line", HOLDS)
def test_expectations_that_hold(tmp_path: Path, line: str) -> None:
    found = report(tmp_path, f"goto grad_W1\n{line}\n")
    assert found.holds
    assert len(found.outcomes) == 1


@pytest.mark.parametrize(("line", "words"), FAILS)
def test_expectations_that_fail_say_what_was_found_and_where(tmp_path: Path, line: str, words: str) -> None:
    (failure,) = report(tmp_path, f"goto grad_W1\n{line}\n").failures
    assert failure.message == f"{tmp_path / 'some.demo'}:4:1: expected {words}"


def test_infinities_equal_only_themselves(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_text(
        'x = [[1.0]]\ny = [[0.0]]\nloss = "half_squared_error"\n[[layers]]\nactivation = "identity"\nW = [[1e200]]\n'
    )
    played = player(
        tmp_path, "goto E\nexpect E ~ inf\nexpect E = inf\nexpect E ~ 1e300\n", "demo 1\nnetwork big.toml\n"
    )
    played.finish()
    assert [outcome.holds for outcome in played.outcomes] == [True, True, False]


def test_a_screen_that_is_read_decides(tmp_path: Path) -> None:
    found = opened(tmp_path, 'expect screen contains "one row"\nexpect screen contains "two rows"\n')
    played = Player(found.new_session(), found.demo, lambda: "only one row\ntwo\nrows")
    played.finish()
    assert [outcome.holds for outcome in played.outcomes] == [True, False]


def test_a_command_that_the_session_refuses_is_an_error_of_the_script(tmp_path: Path) -> None:
    with pytest.raises(DemoErrors) as error:
        report(tmp_path, "next\nundo\nbranch 7\nnext\n")
    place = tmp_path / "some.demo"
    assert str(error.value) == f"{place}:4:1: there is nothing to undo\n{place}:5:1: there is no branch 7"


def test_the_observer_hears_each_statement_once(tmp_path: Path) -> None:
    heard: list[language.Statement] = []
    found = opened(tmp_path, 'next 3\nsay "x"\nback\n')
    Player(found.new_session(), found.demo, observer=heard.append).finish()
    assert tuple(heard) == found.demo.statements


def test_updating_writes_failing_numbers_and_nothing_else(tmp_path: Path) -> None:
    body = (
        "goto grad_W1  # here\nexpect   a1[0,0]  ~ 0.6 tol 1e-9 # keep\nexpect E > 0.9\nexpect E ~ 0.298371\n"
        "expect shape(W1) = 3x2\nexpect step = 7\nexpect grad_b0[0] ~ 1\n"
    )
    before = report(tmp_path, body)
    assert write_found_numbers(before.outcomes) == 3
    after = body.replace("~ 0.6 tol", "~ 0.5932699921 tol").replace("3x2", "2x2").replace("step = 7", "step = 8")
    assert (tmp_path / "some.demo").read_text(encoding="utf-8") == HEAD + after
    assert [failure.expectation.verb for failure in check_demo(tmp_path / "some.demo").failures] == ["expect"] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["some.demo"]


def test_reports_in_three_formats(tmp_path: Path) -> None:
    found = report(tmp_path, 'chapter "A"\nnext 3\nexpect step = 3\nexpect step = 4\n')
    file = str(tmp_path / "some.demo")
    assert text([found]) == (
        f"{file}:6:1: expected step = 4, got 3\n{file}: 1 of 2 expectations failed: 1 chapter, 1 step, 4 s\n"
    )
    table = json.loads(as_json([found]))
    assert (table["format"], table["version"], table["holds"]) == ("nablastep-check", 1, False)
    assert table["demos"][0]["expectations"][1] == {
        "file": file, "line": 6, "column": 1, "expected": "step = 4", "got": "3", "holds": False,
    }  # fmt: skip
    suites = ElementTree.fromstring(junit([found]))
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    assert suites.find("testsuite/testcase/failure").get("message") == "expected step = 4, got 3"  # type: ignore[union-attr]


def test_built_in_names_beat_files_and_unknown_names_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert demo_path("why-transpose").name == "why-transpose.demo"
    assert demo_path("./why-transpose") == Path("./why-transpose")
    with pytest.raises(DemoErrors, match=r"'why-transpos' is neither .* did you mean 'why-transpose'"):
        open_demo("why-transpos")


@pytest.mark.parametrize("name", ["attention", "weight-decay"])
def test_demos_name_anything_of_a_network_of_equations(name: str, tmp_path: Path) -> None:
    session = ns.open(name)
    session.goto("end")
    graph, lines = session.program.graph, ["demo 1", f"network {name}", "goto end"]
    for step in session.program.steps:
        value = np.asarray(session[step.id])
        cell = f"{step.id}[0,0]" if value.ndim else step.id
        lines += [f"focus {cell}", f"expect {cell} ~ {float(value.flat[0])!r} tol 1e-9"]
    for symbol in graph.of(Role.GIVEN, Role.PARAMETER):
        lines += ["goto start", f"set {symbol.id}{'[0,0]' if symbol.shape else ''} = 0.25", "next", "undo"]
    lines += ["convention row-keras", "expect gradcheck < 1e-6"]
    path = tmp_path / "own.demo"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert check_demo(path).holds
    assert demo_page(open_demo(path))
