"""The pages of docs are true: their commands run, their networks open, and what they link to is there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

import nablastep as ns
from nablastep_tui.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md") if path.name != "python-api.md")


def blocks(language: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        texts = re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        found += [(page.stem, text) for text in texts]
    return found


LINES = [line for _, text in blocks("sh") for line in text.splitlines() if line]
COMMANDS = [line.split("  # ")[0].split(" > ")[0] for line in LINES]
ANSWERED = [line.split("  # ") for line in LINES if "  # " in line]
NETWORKS = [(page, text) for page, text in blocks("toml")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if "--to svg" in command or "--to cast" in command or "--to markdown" in command:
        pytest.skip("played on a screen elsewhere")
    np.savez(tmp_path / "numbers.npz", A=[[1.0, 2.0], [3.0, 4.0]], x=[1.0, 0.0], b=[0.0, 1.0])  # one's own numbers
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(("command", "answer"), ANSWERED)
def test_every_question_has_the_answer_beside_it(command: str, answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)[1:]) == 0
    assert f"\n  {answer}\n" in capsys.readouterr().out


def test_what_a_wrong_answer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Sessions on the pages: a command behind `$`, and what it prints."""
    sessions = [text for _, text in blocks("text") if text.startswith("$ ")]
    assert sessions
    for text in sessions:
        command, _, printed = text.partition("\n")
        main(shlex.split(command)[2:])
        found = capsys.readouterr()
        assert found.out + found.err == printed


def test_the_python_of_derive_runs_and_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (script,) = [text for page, text in blocks("python") if page == "derive"]
    exec(script, {})
    printed = capsys.readouterr().out
    assert printed.startswith(re.findall(r"print\(answer\)  # (.*)", script)[0] + "\n")


@pytest.mark.parametrize(("page", "text"), NETWORKS)
def test_every_network_opens_and_its_gradients_hold(page: str, text: str, tmp_path: Path) -> None:
    if "safetensors" in text:
        pytest.importorskip("safetensors")
        model = DOCS.parent / "tests" / "pytorch_models" / "tanh-3-4-2.safetensors"
        shutil.copy(model, tmp_path / "model.safetensors")
    (tmp_path / "net.toml").write_text(text, encoding="utf-8")
    session = ns.open(tmp_path / "net.toml")
    assert all(check.holds for check in ns.gradient_check(session)), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_it_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_index_has_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    named = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    assert [name for name in sorted(named) if f"({name})" not in index] == []


def test_every_lesson_is_named_where_lessons_are_taught() -> None:
    from nablastep.demo.opening import demo_names

    text = (DOCS / "lessons.md").read_text(encoding="utf-8")
    assert all(name in demo_names() for name in re.findall(r"nablastep play ([a-z-]+)`", text))
