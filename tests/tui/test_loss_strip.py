# ruff: noqa: E501
from __future__ import annotations

import pytest

import nablastep as ns
from nablastep.session import Session
from nablastep_tui.draw.chrome.loss import draw_loss
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.themes import accent_style, faint_style, style
from nablastep_tui.scene.scene import Target
from region_scenes import at, deep, drawn, ink, rows, scene


def trained(iterations: int) -> Session:
    session = ns.open("mazur")
    session.train(iterations)
    return session


def forked() -> Session:
    session = trained(40)
    session.goto(iteration=10)
    session.set("W0[0,1]", 3.0)
    session.train(20)
    return session


def test_before_there_is_an_error_it_says_when() -> None:
    assert rows(draw_loss, scene(ns.open("mazur")), 120, 2) == ["", "     E appears at step 5"]
    assert rows(draw_loss, scene(deep(3)), 120, 2)[1] == "     E appears at step 7"


def test_the_running_iteration_has_its_bar_as_soon_as_its_error_is_known() -> None:
    assert rows(draw_loss, scene(at("mazur", "a2")), 120, 2)[1] == "     E appears at step 5"
    # One value is no curve: it stands in the header.
    shown = rows(draw_loss, scene(at("mazur", "E")), 120, 2)
    assert shown == ["", "     E over the iterations is drawn here from the second value on"]
    session = at("mazur", "E")
    session.goto(iteration=2, step=5)
    assert "█" in rows(draw_loss, scene(session), 120, 2)[1]


def test_many_iterations_on_two_and_three_rows() -> None:
    assert rows(draw_loss, scene(trained(240)), 120, 2) == [
        "              ██▇▇▇▆▆▅▅▄▄▃▃▂▂▂▁▁▁",
        "     E 0.2984 ███████████████████████▇▇▇▇▆▆▆▆▆▆▅▅▅▅▅▅▅▄▄▄▄▄▄▄▄▄▃▃▃▃▃▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁ 0.0067  log scale",
    ]  # fmt: skip
    assert rows(draw_loss, scene(trained(240)), 80, 3) == [
        "              █▇▆▅▃▂",
        "              ███████▇▆▅▄▃▂▂▁▁",
        "     E 0.2984 ██████████████████▇▇▆▆▆▅▅▅▄▄▄▃▃▃▃▂▂▂▂▂▁▁▁ 0.0067  log scale",
    ]  # fmt: skip


def test_over_the_stage() -> None:
    assert rows(draw_loss, scene(trained(60)), 80, 14) == [
        " ── E over the iterations ──────────────────────────────────────── log scale ──",
        "",
        "     E 0.2984                                              0.0407",
        "     █▇▆▅▄▃▁",
        "     ████████▇▅▄▃▁",
        "     ██████████████▆▅▃▁",
        "     ███████████████████▆▄▃▁",
        "     ████████████████████████▆▄▃▁",
        "     ████████████████████████████▇▆▄▃▁",
        "     ██████████████████████████████████▆▅▃▂▁",
        "     ███████████████████████████████████████▇▆▅▃▂▁",
        "     ██████████████████████████████████████████████▇▅▄▃▂▁",
        "     █████████████████████████████████████████████████████▇▆▅▄▃▂▁",
        "     1                                                         60",
    ]  # fmt: skip


def test_the_iteration_of_now_is_in_the_accent() -> None:
    session = trained(40)
    session.goto(iteration=30, step=3)
    canvas = drawn(draw_loss, scene(session), 120, 2)
    first = canvas.text_rows()[1].index("█")
    accents = [x for x in range(canvas.width) if ink(canvas, x, 1) == accent_style(DARK)]
    assert accents == [first + 29]
    assert ink(canvas, first, 1) == faint_style(DARK)


def test_a_click_goes_to_the_iteration() -> None:
    canvas = drawn(draw_loss, scene(trained(40)), 120, 2)
    first = canvas.text_rows()[1].index("█")
    assert canvas.target_at(first + 11, 0) == Target("iteration", number=12)
    assert canvas.target_at(first - 1, 1) is None
    pooled = drawn(draw_loss, scene(trained(240)), 120, 2)
    assert pooled.target_at(pooled.text_rows()[1].index("█") + 1, 1) == Target("iteration", number=3)


def test_branches_stand_side_by_side() -> None:
    shown = rows(draw_loss, scene(forked()), 120, 2)
    assert shown == [
        "                        ██▇▇▇▆▆▅▄▄▃▂▂▁                                   ██▇▇▆▅▄▄▃▂▁▁",
        "     branch 2  E 0.2984 ████████████████▇▆▆▅▄ 0.0977  branch 1  E 0.2984 █████████████▇▆▅▄▃▃▂▁ 0.0714  log scale",
    ]  # fmt: skip


def test_only_this_branch_can_be_clicked() -> None:
    canvas = drawn(draw_loss, scene(forked()), 120, 2)
    other = canvas.text_rows()[1].index("branch 1")
    assert ink(canvas, other, 1) == style(DARK.muted)
    assert all(canvas.target_at(x, 1) is None for x in range(other, 120))


def test_branches_share_one_scale() -> None:
    session = ns.open("mazur")
    session.train(5)
    session.goto(iteration=1)
    session.set("learning_rate", 0.001)
    session.train(5)
    here, there = (
        part.strip("0123456789. Elogsca")
        for part in rows(draw_loss, scene(session), 120, 2)[0].split("   ")
        if part.strip()
    )
    assert here.count("█") == 5
    assert there.count("█") < 5


def test_a_branch_without_a_finished_iteration_does_not_hide_the_others() -> None:
    session = trained(5)
    session.goto(iteration=1)
    session.reset()
    shown = rows(draw_loss, scene(session), 120, 2)[1]
    assert "E appears at step 5" in shown
    assert "branch 1  E 0.2984" in shown


def test_an_error_that_overflows_is_said() -> None:
    session = ns.open("skinny")
    session.set("learning_rate", 1e200)
    session.train(4)
    shown = rows(draw_loss, scene(session), 120, 2)
    assert any("∞" in row or "nan" in row for row in shown)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_runs_over_the_edge(width: int) -> None:
    for session in (trained(3), trained(300), forked()):
        assert rows(draw_loss, scene(session), width, 2)[1].endswith("log scale")


def test_ascii_draws_in_ascii() -> None:
    assert all(row.isascii() for row in rows(draw_loss, scene(trained(30), glyphs=ASCII), 120, 3))
