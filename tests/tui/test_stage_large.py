"""Steps too large for numbers: pictures fill the stage, one entry is written out, and ones are not pictured."""

from __future__ import annotations

import re

import numpy as np
import pytest

from nablastep.program import UPDATE
from nablastep_tui.draw.stage.plan import is_product
from nablastep_tui.draw.stage.stage import draw_stage
from region_scenes import at, rows, scene


@pytest.mark.parametrize("size", [(80, 15), (120, 19), (126, 31)])
@pytest.mark.parametrize("source", ["digits-mlp", "cs231n-two-layer", "convolution"])
def test_an_entry_of_what_is_no_product_is_written_out(source: str, size: tuple[int, int]) -> None:
    session = at(source, "start")
    tried = 0
    for step in session.program.steps:
        session.next()
        shown = scene(session)
        text = rows(draw_stage, shown, *size)
        if step.phase == UPDATE or is_product(shown) or not any("▀" in row for row in text):
            continue
        entry = shown.shown.entry((0, 0))
        assert entry is not None
        made = np.asarray(shown.shown.made())
        value = float(made[0, 0] if made.ndim else made)
        name = "".join(part.text for part in entry.name)
        line = next(row for row in text if row.strip().startswith(f"{name}  ="))
        below = " ".join(text[text.index(line) :]).replace("−", "-")
        told = [float(number) for number in re.findall(r"-?\d+\.\d+", below)]
        assert abs(value) < 1e-3 or any(np.isclose(number, value, rtol=0.01) for number in told), (step.id, value)
        assert "".join(part.text for part in entry.symbolic).split()[0] in line, step.id
        tried += 1
    assert tried >= 2


def test_the_place_of_an_entry_far_out_is_told_with_a_comma() -> None:
    said = "\n".join(rows(draw_stage, scene(at("digits-mlp", "a1"), cell=(11, 20)), 120, 19))
    assert "A⁽¹⁾₁₂,₂₁  =  relu(Z⁽¹⁾₁₂,₂₁)" in said


def test_one_number_and_ones_are_no_pictures() -> None:
    said = rows(draw_stage, scene(at("digits-mlp", "E")), 120, 19)
    rulers = next(row for row in said if "m=50" in row)
    assert rulers.count("╶") == 2
    assert "row 1  column 1" not in "\n".join(said)


def test_pictures_are_enlarged_by_whole_numbers() -> None:
    narrow = rows(draw_stage, scene(at("cs231n-two-layer", "grad_z1")), 120, 19)
    wide = rows(draw_stage, scene(at("cs231n-two-layer", "grad_z1")), 200, 19)
    for text in (narrow, wide):
        body = next(row for row in text if row.count("⎡") >= 3)
        for piece in body.split("⎡")[1:4]:
            width = piece.index("⎤")
            assert width % 3 == 0
            assert width >= 12


@pytest.mark.parametrize("size", [(80, 15), (120, 19)])
def test_no_word_stands_alone_below_a_sentence(size: tuple[int, int]) -> None:
    session = at("digits-mlp", "start")
    for _ in range(15):
        session.next()
        said = [row.strip() for row in rows(draw_stage, scene(session), *size)]
        sentence = scene(session).shown.sentence((0, 0))
        lines = [row for row in said if row and row in sentence and row != sentence]
        assert all(" " in row for row in lines), lines
