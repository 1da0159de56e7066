"""The pages of docs are true: their commands run, their networks open, and what they link to is there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

import nablastep as ns
from nablastep_tui.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md") if path.name != "python-api.md")


def blocks(language: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        texts = re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        found += [(page.stem, text) for text in texts]
    return found


COMMANDS = [line.split(" > ")[0] for _, text in blocks("sh") for line in text.splitlines() if line]
NETWORKS = [(page, text) for page, text in blocks("toml")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if "--to svg" in command or "--to cast" in command or "--to markdown" in command:
        pytest.skip("played on a screen elsewhere")
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


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
