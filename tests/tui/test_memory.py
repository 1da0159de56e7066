"""What a long session holds: pages that have left leave nothing behind, and caches have bounds."""

from __future__ import annotations

import gc
import random
from collections import Counter
from pathlib import Path

import pytest
from textual.strip import Strip

import nablastep as ns
from covering import covering
from nablastep.derivations.lines import Line
from nablastep_tui.app import NablastepApp
from random_keys import come_to_rest

CYCLE = ("w", "tab", "escape", "question_mark", "escape", "o", "escape", "b", "escape", "right", "e", "1", "escape",
         "N", "C", "ctrl+p", "escape", "left")  # fmt: skip
ROUNDS, MORE = 3, 6
"""Rounds in which caches are filled, and those after them in which nothing grows any more."""


def held() -> Counter[type]:
    gc.unfreeze()
    gc.collect()
    return Counter(type(thing) for thing in gc.get_objects())


@pytest.mark.parametrize("name", covering(["mazur", "attention"], ["mazur"]))
async def test_the_same_keys_over_and_over_hold_no_more(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path))
    app = NablastepApp(ns.open(name), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["right"] * 9)
        before: Counter[type] = Counter()
        for number in range(ROUNDS + MORE):
            await pilot.press(*CYCLE)
            await come_to_rest(app, pilot, random.Random(0))
            if number == ROUNDS - 1:
                before = held()
        grown = held() - before
        assert grown[Strip] < 400, grown.most_common(8)
        assert grown[Line] < 60, grown.most_common(8)
        assert sum(grown.values()) < 12_000, grown.most_common(8)
