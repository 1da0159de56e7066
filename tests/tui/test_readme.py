"""The README is true: its commands run, its Python runs, its network file loads, its pictures are the app's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import nablastep as ns
from nablastep.files.built_in import network_names
from nablastep.notation import notation_named
from nablastep_tui.cli.main import main

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [
    line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines() if line.startswith("nablastep ")
]


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("E = 0.298371109\n", encoding="utf-8")  # one's own numbers, for compare
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


DERIVED = [
    line.split("#") for block in blocks("sh") for line in block.splitlines() if line.startswith("nablastep derive")
]


@pytest.mark.parametrize(("command", "answer"), DERIVED)
def test_its_questions_have_the_answers_that_it_gives(
    command: str, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(shlex.split(command)[1:]) == 0
    assert f"\n  {answer.strip()}\n" in capsys.readouterr().out


def test_its_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    assert "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ" in capsys.readouterr().out


def test_the_error_it_shows_is_the_error() -> None:
    session = ns.open("mazur")
    session.next(5)
    assert f"# {session['E']!r}" in README


def test_its_network_files_load(tmp_path: Path) -> None:
    layers, equations = (tmp_path / "layers.toml", tmp_path / "equations.toml")
    for path, text in zip((layers, equations), blocks("toml"), strict=True):
        path.write_text(text, encoding="utf-8")
    assert ns.Network.from_file(layers).sizes == (2, 2, 2)
    session = ns.open(equations)
    session.train(1)
    assert notation_named("unicode").equation_text(session.program.step("grad_x").equation) in README


def test_it_names_every_network_of_equations() -> None:
    assert all(name in README for name in network_names() if ns.open(name).network.equations)


def test_its_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_it_names_every_activation_loss_and_optimiser() -> None:
    from nablastep.functions import activation_names, loss_names
    from nablastep.network import OPTIMIZER_NAMES

    for name in (*activation_names(), *loss_names(), *OPTIMIZER_NAMES):
        assert name in README
    assert "mazur" in network_names()
