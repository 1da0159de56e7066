"""The list of branches: every branch has the E that it has computed, a begun iteration's too."""

from __future__ import annotations

import pytest

import nablastep as ns
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.glyphs import ASCII, UNICODE, Glyphs
from nablastep_tui.screens.branches import BranchesScreen
from region_scenes import scene


def listed(session: ns.Session, width: int = 120, height: int = 38, glyphs: Glyphs = UNICODE, up: int = 0) -> str:
    """The page with the branch in focus that stands so many above that of here."""
    canvas = Canvas(width, height)
    page = BranchesScreen(scene(session, glyphs=glyphs))
    page.place -= up
    Canvas.watched = overprints = []
    page._draw(canvas)
    Canvas.watched = None
    assert not [one for one in overprints if one.before != glyphs.dot]  # a mark stands on its curve
    return "\n".join(row.rstrip() for row in canvas.text_rows())


def branched() -> ns.Session:
    """Three branches, each leaving the one before it."""
    session = ns.open("mazur")
    session.goto(iteration=30)
    session.goto(iteration=12)
    session.set("W0[0,0]", 0.9)
    session.goto(iteration=25)
    session.goto(iteration=18)
    session.set("W1[0,0]", 0.2)
    session.goto(iteration=40)
    return session


def test_e_of_a_begun_iteration_counts() -> None:
    session = ns.open("mazur")
    session.goto("E")
    assert "no E yet" not in listed(session)
    assert "0.298371" in listed(session)
    session.goto("grad_W1")
    session.goto("z1")
    session.set("W0[0,0]", 0.5)  # leaves a branch behind, which had computed E; the new one has none yet
    assert [len(session.errors_of(branch.number)) for branch in session.all_branches] == [1, 0]
    assert sum(row.endswith("no E yet") for row in listed(session).split("\n")) == 1


def test_errors_of_a_branch_are_its_history_and_the_begun_one() -> None:
    session = ns.open("xor")
    session.train(3)
    session.goto("E")
    expected = [*session.error_history, session["E"]]
    assert list(session.errors_of(session.branch)) == expected
    session.goto(iteration=2)
    assert list(session.errors_of(session.branch)) == expected
    assert session.position == (2, 0)


def test_a_branch_says_what_was_set_by_hand_on_it() -> None:
    session = ns.open("mazur")
    session.goto("W1")
    session.set("W1[0,1]", 0.7)
    session.goto("start")
    session.set("learning_rate", 0.25)
    first, second = session.all_branches
    assert [edit.name for edit in first.edits] == ["W1"]
    assert [edit.name for edit in second.edits] == ["learning_rate"]
    assert "Set by hand: W1[0,1] = 0.7" in listed(session, up=1)
    assert "Set by hand: learning_rate = 0.25" in " ".join(listed(session).split())


@pytest.mark.parametrize("size", [(80, 22), (120, 38), (200, 53), (60, 14)])
@pytest.mark.parametrize("up", [0, 1, 2])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_all_branches_stand_on_one_axis_each_with_its_e(size: tuple[int, int], up: int, glyphs: Glyphs) -> None:
    rows = listed(branched(), *size, glyphs, up).split("\n")
    numbers = next(row for row in rows if row.startswith("  iteration"))
    lanes = [next(row for row in rows if row[4:].startswith(f"branch {number}")) for number in (1, 2, 3)]
    # A branch begins under the number of its iteration, on the lane of the branch that it left.
    for number, lane in ((12, 1), (18, 2)):
        column = next(i for i, sign in enumerate(lanes[lane][14:], 14) if sign == glyphs.card.bottom_left)
        assert abs(numbers.index(str(number)) - column) <= 1
        assert lanes[lane - 1][column] in {glyphs.card.tee_top, glyphs.card.cross}
    for lane, error in zip(lanes, ("0.107285", "0.130437", "0.090088"), strict=True):
        assert lane.endswith(f"E {error}")


def test_many_branches_show_those_around_the_one_in_focus() -> None:
    session = ns.open("mazur")
    for _ in range(20):
        session.goto(iteration=3)
        session.goto(iteration=2)
        session.set("W0[0,0]", session["W0"][0, 0] + 0.01)
    count = len(session.all_branches)
    for up in (0, 10, count - 1):
        assert f"branch {count - up}" in listed(session, 80, 22, up=up)


def test_a_parameter_that_is_one_number_differs_between_branches() -> None:
    session = ns.open("temperature")
    session.goto(iteration=3)
    session.goto(iteration=2)
    session.set("T", 0.9)
    session.goto(iteration=3)
    cell, here, there = session.compare(1)[0]
    assert (str(cell), here) == ("T", session["T"])
    assert there != here
    assert "Set by hand: T = 0.9" in listed(session)
    assert "largest differences here" in listed(session, up=1)
