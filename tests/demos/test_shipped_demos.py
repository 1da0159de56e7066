"""Every demo that is shipped: it says the truth, is laid out in the canonical way, and is as long as a lesson."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from covering import covering
from nablastep.demo import language
from nablastep.demo.check import check_demo
from nablastep.demo.formatter import format_text
from nablastep.demo.opening import demo_names, demo_path, open_demo
from terminal import Terminal

FOLDER = demo_path("why-transpose").parent
IN_TERMINALS = covering(demo_names(), ("why-transpose", "dead-relu", "skip-connection"))
"""One with derivations, one with edits, one on a graph of equations; tests/tui plays each of them through a pilot."""


def test_every_file_is_listed_and_every_name_is_a_file() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.demo")) == sorted(demo_names())


@pytest.mark.parametrize("name", demo_names())
def test_it_says_the_truth(name: str) -> None:
    report = check_demo(name)
    assert [failure.message for failure in report.failures] == []
    assert len(report.outcomes) >= 9
    assert report.chapters >= 2
    assert 60 <= report.seconds <= 180


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.demo")), ids=lambda path: path.stem)
def test_it_is_laid_out_in_the_canonical_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(text) == text


@pytest.mark.parametrize("name", demo_names())
def test_its_narration_fits_the_band(name: str) -> None:
    statements = open_demo(name).demo.statements
    for statement in statements:
        if isinstance(statement, language.Say):
            lines = statement.text.split("\n")
            assert len(lines) <= 2
            assert len(lines[0]) <= 115, lines[0]


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
@pytest.mark.parametrize("name", IN_TERMINALS)
def test_it_plays_in_a_real_terminal(name: str, tmp_path: Path) -> None:
    cues = sum(isinstance(statement, language.Say) for statement in open_demo(name).demo.statements)
    with Terminal(["play", name, "--speed", "8"], 120, 40, NABLASTEP_CONFIG=str(tmp_path)) as terminal:
        terminal.wait_for(f"1 of {cues}")
        terminal.press("space")
        terminal.wait_for("paused")
        # No caption has more than three pages.
        terminal.press(*["right"] * (3 * cues))
        terminal.wait_for("the end", 60)
        assert f"the end: space replays  {cues} of {cues}" in terminal.text
        assert "expected" not in terminal.text
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()
