from __future__ import annotations

import pytest
from rich.cells import cell_len
from wcwidth import wcwidth

from nablastep.errors import UnknownNameError
from nablastep_tui.look.glyphs import ASCII, GLYPH_SETS, SAFE, UNICODE, Glyphs, glyph_set

SETS = pytest.mark.parametrize("glyphs", GLYPH_SETS.values(), ids=GLYPH_SETS)


@SETS
def test_every_glyph_is_one_cell_wide(glyphs: Glyphs) -> None:
    every = glyphs.every_glyph()
    assert len(every) > 70
    assert [glyph for glyph in every if (len(glyph), wcwidth(glyph), cell_len(glyph)) != (1, 1, 1)] == []


@SETS
def test_there_are_eight_bars(glyphs: Glyphs) -> None:
    assert len(glyphs.bars) == 8


def test_the_ascii_set_is_ascii() -> None:
    assert [glyph for glyph in ASCII.every_glyph() if not glyph.isascii()] == []


def test_the_safe_set_has_no_glyph_that_fonts_often_miss() -> None:
    assert set("⎡⎢⎣⎤⎥⎦▸▹✓✗╶╴╰╯\u2800").isdisjoint(SAFE.every_glyph())
    assert set("⎡⎢⎣⎤⎥⎦▸▹✓✗╶╴╰╯\u2800") <= set(UNICODE.every_glyph())


@SETS
def test_tick_differs_from_cross_and_phases_from_each_other(glyphs: Glyphs) -> None:
    assert glyphs.tick != glyphs.cross
    assert len({glyphs.forward, glyphs.backward, glyphs.update}) == 3
    assert len({glyphs.point_before, glyphs.point_actual, glyphs.point_predicted}) == 3
    assert glyphs.written != glyphs.read


def test_letters_of_dimensions() -> None:
    assert [UNICODE.dimension(name) for name in ("n0", "n12", "m", "1")] == ["n₀", "n₁₂", "m", "1"]
    assert ASCII.dimension("n12") == "n12"


def test_sets_by_name() -> None:
    assert glyph_set("safe") is SAFE
    with pytest.raises(UnknownNameError, match="no glyph set 'emoji'; there are unicode, safe, ascii"):
        glyph_set("emoji")
