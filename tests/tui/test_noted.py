"""What should be known of a network is told by every command that opens one, and never in its answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nablastep_tui.cli.main import main

PAIR = """title = "A pair"
x = [[0.05, 0.1]]
y = [[0.0, 1.0]]
loss = "categorical_cross_entropy"
convention = "row-keras"
[[layers]]
units = 2
activation = "identity"
W = [[1.0, 2.0], [3.0, 4.0]]
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pair.toml").write_text(PAIR, encoding="utf-8")
    (tmp_path / "a.demo").write_text("demo 1\nnetwork pair.toml\nnext 2\n", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("E = 0.5\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "words",
    ["gradcheck pair.toml", "why pair.toml grad_W0 --format json", "quiz pair.toml grad_W0 --answer 1",
     "compare pair.toml mine.txt", "check a.demo --format json"],
)  # fmt: skip
def test_a_pair_that_does_not_fit_and_a_square_kernel_are_told_on_stderr(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(words.split())
    found = capsys.readouterr()
    place = "a.demo: " if words.startswith("check") else ""
    pair, square = found.err.splitlines()
    assert pair.startswith(f"nablastep: {place}note: Loss and output do not fit: ")
    assert pair.endswith("The pair that fits is softmax with categorical cross entropy.")
    assert square.startswith(f"nablastep: {place}note: W0 is square and was read with a row for each unit")
    assert "do not fit" not in found.out
    if "json" in words:
        json.loads(found.out)


def test_a_network_as_it_should_be_has_no_notes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gradcheck", "mazur"]) == 0
    assert capsys.readouterr().err == ""
