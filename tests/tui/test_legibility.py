"""The short version of `tests/legibility.py`: what no reader could read, at two sizes."""

from __future__ import annotations

import pytest

from covering import covering
from legibility import faults_of
from legible_pages import demo_faults, drawn, keys_faults, open_faults
from nablastep_tui.look.palettes import DARK


@pytest.mark.parametrize("name", covering(["mazur", "ng-ex4", "skinny"], ["mazur", "skinny"]))
def test_everything_can_be_read(name: str) -> None:
    assert [str(fault) for fault in faults_of(name, short=True)] == []


def test_the_other_pages_can_be_read() -> None:
    found = [*open_faults(DARK, (80, 24)), *keys_faults(80), *demo_faults("skip-connection", (80, 24))]
    found += demo_faults("vanishing-gradient", (120, 40))
    assert found == []


def test_what_runs_over_the_edge_is_found() -> None:
    _, found = drawn(lambda canvas, _: canvas.write(77, 0, "E = 1/m"), None, 80, 1)
    assert found == ["cut at the edge: 'E = 1/m'"]
    _, found = drawn(lambda canvas, _: canvas.write(70, 0, "E = 1/m ───────"), None, 80, 1)
    assert found == []
