"""The page about network files: every example in it opens, and its gradients are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nablastep as ns
from nablastep.checks import gradient_check

PAGE = Path(__file__).resolve().parents[2] / "docs" / "your-own-network.md"
EXAMPLES = [
    block
    for block in re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    if ("equations =" in block or ("loss =" in block and "x =" in block)) and ".safetensors" not in block
]


def test_there_are_examples_of_both_kinds() -> None:
    assert any("equations =" in block for block in EXAMPLES)
    assert any("[[layers]]" in block for block in EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_opens_and_its_gradients_are_right(number: int, tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text(EXAMPLES[number], encoding="utf-8")
    session = ns.open(path)
    session.train(2)
    session.goto("end")
    assert all(check.holds for check in gradient_check(session))
