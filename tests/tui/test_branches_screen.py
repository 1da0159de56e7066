"""The list of branches: every branch has the E that it has computed, a begun iteration's too."""

from __future__ import annotations

import nablastep as ns
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.glyphs import UNICODE
from nablastep_tui.palettes import DARK
from nablastep_tui.screens.branches import BranchesScreen


def listed(session: ns.Session) -> str:
    canvas = Canvas(120, 40)
    BranchesScreen(session, DARK, UNICODE)._draw(canvas)
    return "\n".join(row.rstrip() for row in canvas.text_rows())


def test_e_of_a_begun_iteration_counts() -> None:
    session = ns.open("mazur")
    session.goto("E")
    assert "no E yet" not in listed(session)
    assert "0.298371" in listed(session)
    session.goto("grad_W1")
    session.goto("z1")
    session.set("W0[0,0]", 0.5)  # leaves a branch behind, which had computed E; the new one has none yet
    assert [len(session.errors_of(branch.number)) for branch in session.all_branches] == [1, 0]
    assert listed(session).count("no E yet") == 1


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
    assert "set by hand: W1[0,1] = 0.7" in listed(session)
    assert "set by hand: learning_rate = 0.25" in listed(session)
