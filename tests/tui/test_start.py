"""What the first frame costs: what is loaded for it and what is not, and how often the stage is drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual.geometry import Size

import nablastep as ns
from command_line import environment
from nablastep_tui.app import NablastepApp
from nablastep_tui.scene.scene import Scene
from nablastep_tui.widgets.picture import Picture
from nablastep_tui.widgets.region import Region

STARTED = """
import asyncio, sys
from nablastep_tui.cli.terminal import prepare_for_textual
prepare_for_textual()
import nablastep as ns
session = ns.open({source!r})
from nablastep_tui.app import NablastepApp
app = NablastepApp(session, still=True)
async def start():
    async with app.run_test(size=(120, 40)):
        pass
asyncio.run(start())
print("LOADED", *sys.modules)
"""
NEEDLESS = (
    "numpy.random", "numpy.ma", "csv", "secrets", "http.client", "xml.sax", "importlib.resources",
    "nablastep.equations", "nablastep.derivations", "nablastep.formulas", "nablastep.files.csv_data",
    "nablastep.notation.latex", "nablastep.notation.mathml", "nablastep.notation.spoken",
    "nablastep_tui.recording.cast", "nablastep_tui.recording.svg", "nablastep_tui.screens.why",
    "nablastep_tui.screens.annotate", "nablastep_tui.draw.stage.what_if", "nablastep_tui.draw.stage.large",
    "nablastep_tui.studio.session_recording", "typer",
)  # fmt: skip


def loaded_for(source: str, folder: Path) -> set[str]:
    """The modules that are loaded when the first frame of a network is there."""
    ran = subprocess.run(
        [sys.executable, "-c", STARTED.format(source=source)],
        capture_output=True, text=True, env=environment(NABLASTEP_CONFIG=str(folder)), timeout=60, check=True,
    )  # fmt: skip
    return set(ran.stdout.splitlines()[-1].split()[1:])


def test_the_first_frame_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    loaded = loaded_for("mazur", tmp_path)
    assert [name for name in NEEDLESS if name in loaded] == []


def test_what_a_network_needs_is_loaded_for_it(tmp_path: Path) -> None:
    assert {"numpy.random", "nablastep_tui.draw.stage.large"} <= loaded_for("digits-mlp", tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_the_stage_is_the_first_screen_and_is_drawn_once(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path))
    drawn: list[str | None] = []
    drawing = Region._drawn

    def counted(region: Region, scene: Scene, size: Size) -> Picture:
        drawn.append(region.id)
        return drawing(region, scene, size)

    monkeypatch.setattr(Region, "_drawn", counted)
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert app.screen_stack == [app.stage]
        assert "stage" in drawn
        assert len(drawn) == len(set(drawn))


def test_the_network_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from nablastep_tui.cli.commands import run

    opened: list[str] = []
    monkeypatch.setattr(run, "need_terminal", lambda *_: None)
    monkeypatch.setattr(run, "prepare_for_textual", lambda: None)
    monkeypatch.setattr("nablastep_tui.app.NablastepApp.run", lambda _: None)
    monkeypatch.setattr(ns, "open", lambda source, real=ns.open: opened.append(source) or real(source))
    run.run("xor")
    assert opened == ["xor"]
