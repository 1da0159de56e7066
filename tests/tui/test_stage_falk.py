"""Falk's layout with numbers: what does not fit in one line stands aligned, and heat maps come last."""

from __future__ import annotations

import numpy as np
import pytest

from nablastep.files.built_in import network_names
from nablastep_tui.draw.stage.falk import arrange
from nablastep_tui.draw.stage.plan import has_room_for_numbers
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.draw.stage.words import half_of
from region_scenes import at, drawn, rows, scene


def test_a_product_too_wide_for_one_line_stands_in_falks_layout() -> None:
    assert rows(draw_stage, scene(at("ng-ex4", "grad_a1")), 80, 15)[1:] == [
        "                              ∇A⁽¹⁾ = W⁽¹⁾ᵀ ∇Z⁽²⁾",
        "                                                ╶──────── ∇Z⁽²⁾ m ────────╴",
        "                                               ⎡ ▸0.2962   0.2794   0.3078 ⎤",
        "                                            n₂ ⎢ ▸0.3025  −0.0466   0.3129 ⎥",
        "                                               ⎢ ▸0.3078   0.2933  −0.0164 ⎥",
        "                                               ⎣▸−0.0211   0.2990   0.3203 ⎦",
        "",
        "        ╶────────── W⁽¹⁾ᵀ n₂ ──────────╴        ╶──────── ∇A⁽¹⁾ m ────────╴",
        "    n₁ ⎡▸1.1000 ▸1.2000 ▸1.3000 ▸1.4000 ⎤   n₁ ⎡  1.0593   1.0513   1.1411 ⎤",
        "       ⎣ 1.5000  1.6000  1.7000  1.8000 ⎦      ⎣  1.4135   1.3813   1.5110 ⎦",
        "      ∇A⁽¹⁾₁₁  =  Σᵢ W⁽¹⁾ᵢ₁ ∇Z⁽²⁾ᵢ₁  =  1.1000 × 0.2962 + 1.2000 × 0.3025",
        "               + 1.3000 × 0.3078 + 1.4000 × (−0.0211)  =  1.0593",
        "     Raise what hidden neuron 1 sends for sample 1 and E rises by 1.06 per",
        "   unit: each neuron of the next layer reports its error through its weight.",
    ]  # fmt: skip


def test_shared_dimensions_align() -> None:
    text = rows(draw_stage, scene(at("ng-ex4", "grad_a1")), 80, 15)
    above = next(row for row in text if "0.2962" in row)
    beside = next(row for row in text if "1.1000" in row)
    assert above.index("0.2962") == beside.index("1.0593")
    assert "1.1000" in beside


def test_all_numbers_are_those_of_the_session() -> None:
    session = at("ng-ex4", "grad_a1")
    found = arrange(scene(session), 76, 11)
    assert found is not None
    result, left, right = (placed.picture.values for placed in found.placed)
    assert result is not None
    assert left is not None
    assert right is not None
    np.testing.assert_array_equal(result, session["grad_a1"])
    np.testing.assert_allclose(left @ right, result, rtol=1e-12)


def test_every_quantity_stands_once_and_ones_not_at_all() -> None:
    text = "\n".join(rows(draw_stage, scene(at("cs231n-two-layer", "E")), 120, 19))
    assert text.count("15.332068") == 1
    assert "Y m" in text
    assert "▀" not in text


def test_what_is_added_stands_beside_the_product() -> None:
    text = rows(draw_stage, scene(at("ng-ex4", "z1")), 84, 14)
    product = next(row for row in text if "Z⁽¹⁾ m" in row)
    assert "b⁽⁰⁾" in product
    assert "W⁽⁰⁾ n₀" in product


def test_what_is_tight_has_numbers_and_the_whole_sentence_on_a_small_screen() -> None:
    text = "\n".join(rows(draw_stage, scene(at("ng-ex4", "E")), 80, 15))
    assert "▀" not in text
    assert "what follows finds a way down." in text
    found = arrange(scene(at("ng-ex4", "E")), 76, 7, is_tight=True)
    assert found is not None
    assert found.height <= 7


def test_a_bias_beside_a_product_stands_once() -> None:
    found = arrange(scene(at("xor", "z1")), 76, 11)
    assert found is not None
    bias = found.placed[-1].picture
    assert bias.shape == (4, 1)
    assert bias.operands == {(0, 0)}


@pytest.mark.parametrize("source", [name for name in network_names() if name not in ("digits-mlp", "two-heads")])
def test_what_is_small_enough_has_numbers_and_whole_sentences_at_80_by_24(source: str) -> None:
    session = at(source, "start")
    for _ in session.program.steps:
        session.next()
        shown = scene(session)
        if not has_room_for_numbers(shown) or max(map(len, map(np.atleast_1d, session.values.values()))) > 8:
            continue
        text = " ".join("\n".join(rows(draw_stage, shown, 80, 15)).split())
        assert "▀" not in text, session.step
        assert "…" not in text.replace("+ … +", ""), session.step
        assert half_of(shown.view.sentence((0, 0))).rstrip(".") in text, session.step


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("source", ["mazur", "skinny", "square", "tanh-neuron"])
def test_single_samples_have_numbers_at_every_step(source: str, width: int) -> None:
    session = at(source, "start")
    for _ in session.program.steps:
        session.next()
        canvas = drawn(draw_stage, scene(session), width, 14 if width == 80 else 19)
        assert "▀" not in "".join(canvas.text_rows()), session.step
