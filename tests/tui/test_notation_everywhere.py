"""Where the notation writes ∂E/∂z or LaTeX, nothing on stage, in the panels or in a trace writes ∇z beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nablastep as ns
from nablastep.trace import Trace, line_text, text_lines
from nablastep_tui.app import NablastepApp

BRAND = "∇ nablastep"
SHORT = {"partial": "∇", "latex": "∇", "strict": r"∇(?!_\{)"}
"""What no text in that notation has."""


@pytest.mark.parametrize("notation", SHORT)
@pytest.mark.parametrize("name", ["mazur", "xor", "digits-mlp", "rnn", "attention"])
def test_a_trace_names_gradients_as_its_notation_does(name: str, notation: str) -> None:
    lines = [line_text(line) for line in text_lines(Trace(ns.open(name)), notation=notation)]
    assert not [line for line in lines if re.search(SHORT[notation], line)]
    assert all(line_text(line).isascii() for line in text_lines(Trace(ns.open("mazur")), notation="numpy"))


def shown(app: NablastepApp) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).replace(BRAND, "") for strip in strips]


@pytest.mark.parametrize("notation", SHORT)
@pytest.mark.parametrize(("name", "cell"), [("mazur", "W0[0,1]"), ("ridge", "w[0]")])
async def test_the_app_names_gradients_as_its_notation_does(
    name: str, cell: str, notation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path))
    app = NablastepApp(ns.open(name), still=True)
    seen: list[str] = []
    async with app.run_test(size=(160, 50)) as pilot:
        while app.stage.looks.notation != notation:
            await pilot.press("N")
        await pilot.press("escape")
        for _ in app.session.program.steps:
            await pilot.press("right")
            seen += shown(app)
        await pilot.press("slash", *cell, "enter", "e", "0", ".", "7")
        await pilot.pause()
        panel = shown(app)
        await pilot.press("enter")
        seen += [*panel, *shown(app)]
    assert any("predicted" in line for line in panel)
    assert not [line for line in seen if re.search(SHORT[notation], line)]
