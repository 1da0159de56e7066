"""What is remembered by array identity is what would be made anew; rows that change are sent and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.style import Style

import nablastep as ns
from nablastep_tui.app import NablastepApp
from nablastep_tui.draw.canvas import Area, Canvas
from nablastep_tui.draw.map import cards as map_cards
from nablastep_tui.draw.pooling import heat_picture
from nablastep_tui.draw.remembered import Remembered
from nablastep_tui.widgets.region import Region


def frozen(*numbers: float) -> Any:
    values = np.array([numbers])
    values.flags.writeable = False
    return values


class Counting:
    """Makes a new number every time."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> int:
        self.made += 1
        return self.made


def test_a_frozen_array_is_made_once_for_each_rest() -> None:
    kept, make, values = Remembered[int](8), Counting(), frozen(1, 2)
    assert [kept.of(values, "a", make) for _ in range(3)] == [1, 1, 1]
    assert kept.of(values, "b", make) == 2
    assert kept.of(values.T, "a", make) == 3, "the same numbers, seen otherwise"
    assert kept.of(values.T, "a", make) == 3, "another view, but of the same array in the same way"
    assert kept.of(values[:, 1:], "a", make) == 4
    assert kept.of(None, "a", make) == 5
    assert kept.of(None, "a", make) == 5


def test_what_can_be_written_to_is_made_anew() -> None:
    kept, make = Remembered[int](8), Counting()
    open_array = np.ones((1, 2))
    view = open_array.T
    view.flags.writeable = False
    assert [kept.of(open_array, 0, make), kept.of(open_array, 0, make), kept.of(view, 0, make)] == [1, 2, 3]


def test_another_array_in_the_place_of_one_that_is_gone_is_another() -> None:
    kept, make, seen = Remembered[int](1000), Counting(), set()
    for number in range(200):
        seen.add(kept.of(frozen(number, 0.5), 0, make))
    assert len(seen) == 200


def test_no_array_is_kept_alive_and_no_more_than_so_many_results() -> None:
    kept, make = Remembered[int](3), Counting()
    arrays = [frozen(number) for number in range(5)]
    for values in arrays:
        kept.of(values, 0, make)
    assert len(kept._kept) == 3
    assert kept.of(arrays[4], 0, make) == 5
    assert kept.of(arrays[0], 0, make) == 6


def test_pictures_of_an_array_are_remembered_with_all_that_decides_them() -> None:
    values = frozen(*np.linspace(-1, 1, 64)).reshape(8, 8)
    first = heat_picture(values, 4, 2)
    assert heat_picture(values, 4, 2) is first
    others = [
        heat_picture(values, 5, 2),
        heat_picture(values, 4, 2, strength="max"),
        heat_picture(values, 4, 2, scale=9.0),
    ]
    for picture in others:
        assert picture is not first


def test_changed_rows_are_told_in_runs() -> None:
    before, after = Canvas(6, 7), Canvas(6, 7)
    for row in (1, 2, 5):
        after.write(0, row, "x")
    assert after.changed_rows(before) == [(1, 2), (5, 1)]
    assert after.changed_rows(after) == []
    repainted = Canvas(6, 7)
    repainted.paint(2, 6, 1, 1, Style(bold=True))
    assert repainted.changed_rows(before) == [(6, 1)]


class Places(Area):
    def at(self, x: int, y: int) -> tuple[int, int]:
        return (x, y)


def test_an_area_is_another_target_at_every_place() -> None:
    canvas = Canvas(10, 6)
    canvas.mark(3, 2, 4, 3, Places())
    assert canvas.target_at(3, 2) == (0, 0)
    assert canvas.target_at(6, 4) == (3, 2)
    assert canvas.target_at(7, 4) is None


@pytest.mark.parametrize("source", ["mazur", "digits-mlp"])
async def test_the_screen_is_what_it_would_be_if_nothing_were_remembered(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every key the rows on screen are those of a drawing from nothing."""
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path))
    app = NablastepApp(ns.open(source), still=True)
    async with app.run_test(size=(150, 44)) as pilot:
        for key in ("right", "right", "end", "right", "left", "right_square_bracket", "T", "right", "l", "l", "right"):
            await pilot.press(key)
            await pilot.pause()
            for region in app.stage.query(Region):
                if region.canvas is None or not region.display or region.scene is None:
                    continue
                monkeypatch.setattr(map_cards, "_SLOTS", Remembered(512))
                anew = Canvas(region.canvas.width, region.canvas.height, region.canvas.background)
                region._draw(anew, region.scene)
                assert region.canvas.changed_rows(anew) == [], (key, region.id)
                shown = region.render_lines(region.region.reset_offset)
                assert shown == region._styles_cache.render_widget(region, region.region.reset_offset), (key, region.id)
                assert [strip.text for strip in shown] == anew.text_rows(), (key, region.id)
