"""Falk's layout with numbers: what does not fit in one line stands aligned, and heat maps come last."""

from __future__ import annotations

import re

import numpy as np
import pytest

import nablastep as ns
from nablastep.files.built_in import network_names
from nablastep.layout import Operand, Operator
from nablastep.notation import notation_named
from nablastep_tui.draw.stage.beside import arrange_beside
from nablastep_tui.draw.stage.falk import arrange_falk
from nablastep_tui.draw.stage.folded import arrange_terms, folded_equation
from nablastep_tui.draw.stage.plan import has_room_for_numbers
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.draw.stage.words import half_of
from nablastep_tui.scene.cursor import stops
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
    found = next(arrange_falk(scene(session), 76))
    assert found is not None
    result, left, right = (placed.picture.values for placed in found.placed)
    assert result is not None
    assert left is not None
    assert right is not None
    np.testing.assert_array_equal(result, session["grad_a1"])
    np.testing.assert_allclose(left @ right, result, rtol=1e-12)


def test_every_quantity_stands_once_and_ones_not_at_all() -> None:
    text = "\n".join(rows(draw_stage, scene(at("cs231n-two-layer", "E")), 120, 19))
    assert text.count("15.3321") == 1
    assert "1ᵀ · (" in text
    assert "⊙ Z⁽²⁾" in text
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
    found = next(arrange_beside(scene(at("ng-ex4", "E")), 76, is_tight=True))
    assert found is not None
    assert found.height <= 7


def test_a_bias_beside_a_product_stands_once() -> None:
    found = next(arrange_falk(scene(at("xor", "z1")), 76))
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


GATES = """
h = H x[2:, :]
r = sigmoid(Wr x[:2, :] + Ur h + br)
u = sigmoid(Wu x[:2, :] + Uu h + bu)
c = tanh(Wc x[:2, :] + Uc (r ⊙ h) + bc)
E = sum(((1 - u) ⊙ h + u ⊙ c - y)^2)
"""


def gates(place: str) -> ns.Session:
    """A cell whose `h` is read in four places: its gradient is a sum of four long terms."""
    dice = np.random.default_rng(3)
    shapes = {"W": (3, 2), "U": (3, 3), "b": (3, 1)}
    parameters = {f"{letter}{gate}": dice.normal(size=shapes[letter]).tolist() for letter in "WUb" for gate in "ruc"}
    parameters["H"] = dice.normal(size=(3, 2)).tolist()
    session = ns.open(
        ns.Network.from_equations(
            GATES, parameters=parameters, x=dice.normal(size=(2, 4)).tolist(), y=dice.normal(size=(2, 3)).tolist()
        )
    )
    session.goto(place)
    return session


@pytest.mark.parametrize("size", [(80, 15), (120, 15), (120, 19)])
@pytest.mark.parametrize("place", ["grad_h", "grad_Wu", "grad_Uc"])
def test_an_equation_longer_than_a_row_is_whole(place: str, size: tuple[int, int]) -> None:
    session = gates(place)
    drawn_rows = rows(draw_stage, scene(session), *size)
    equation = session.program.steps[session.position.step - 1].equation
    written = "".join(notation_named("unicode").equation_text(equation).split())
    assert written in "".join("".join(drawn_rows).split())
    assert "▀" not in "".join(drawn_rows)


def test_a_sum_without_room_for_its_factors_shows_its_terms() -> None:
    session = gates("grad_h")
    found = next(arrange_terms(scene(session), 116))
    assert found is not None
    result, *terms = (placed.picture.values for placed in found.placed)
    assert len(terms) == 4
    np.testing.assert_allclose(sum(terms), result, rtol=1e-12)
    assert all(each.height > 9 for each in folded_equation(scene(session), 116))


def test_the_line_of_an_entry_then_adds_up_the_terms() -> None:
    session = gates("grad_h")
    said = " ".join(" ".join(rows(draw_stage, scene(session), 80, 15)).split())
    line = re.search(r"∇h₁₁ = ([−()+ .×⁻⁰-⁹0-9]+) = (−?[.0-9]+)", said)
    assert line is not None, said
    numbers = [float(one.replace("−", "-")) for one in re.findall(r"−?\d+\.\d+", line[1])]
    assert len(numbers) == 4
    assert sum(numbers) == pytest.approx(float(line[2].replace("−", "-")), abs=1e-4)


def test_a_term_that_is_taken_away_says_so() -> None:
    network = ns.Network.from_equations(
        "z = A B C D + A C B D - D C B A\nE = sum(z^2)",
        parameters={
            name: np.random.default_rng(place).normal(size=(3, 3)).tolist() for place, name in enumerate("ABCD")
        },
    )
    session = ns.open(network)
    session.goto("z")
    found = next(arrange_terms(scene(session), 116))
    assert found is not None
    assert [placed.picture.ruler_text for placed in found.placed] == ["z n₀", "A B C D n₀", "A C B D n₀", "D C B A n₀"]
    assert [sign.text for sign in found.signs] == ["=", "+", "−"]


@pytest.mark.parametrize("rows_of_stage", [11, 15])
@pytest.mark.parametrize("source", ["attention", "residual", "skinny", "two-heads"])
def test_inner_dimensions_are_joined_wherever_there_is_a_row_for_it(source: str, rows_of_stage: int) -> None:
    """A blank row below everything, and no sign that the inner dimensions agree, is never right."""
    session = at(source, "start")
    for _ in session.program.forward:
        session.next()
        text = rows(draw_stage, scene(session), 118, rows_of_stage)
        kinds = [piece for piece in session_pieces(session) if piece in "·⊙"]
        if kinds and notation_named("unicode").equation_text(session.step.equation) not in "\n".join(text):
            assert any(" ✓ " in row for row in text) or text[-1] != "", (session.step.id, text)


def session_pieces(session: ns.Session) -> list[str]:
    """The signs of the equation shown that join two matrices side by side."""
    pieces = scene(session).shown.pieces(None)
    beside = (
        sign.text
        for left, sign, right in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if isinstance(left, Operand) and isinstance(sign, Operator) and isinstance(right, Operand)
    )
    return list(beside)


@pytest.mark.parametrize(
    ("source", "place"), [("lstm-cell", "i"), ("temperature", "grad_s"), ("hinge", "E"), ("weight-decay", "E")]
)
def test_an_equation_over_several_rows_has_its_signs(source: str, place: str) -> None:
    """Read row by row, signs and matrices are those of the equation, in its order."""
    shown = scene(at(source, place))
    found = next(each for each in folded_equation(shown, 76) if each.height <= 12)
    assert found is not None
    assert found.width <= 76
    pieces = shown.shown.pieces(None)
    written = [piece.text for piece in pieces if isinstance(piece, Operator)]
    assert found.signs[0].text == "="
    assert [sign.text for sign in found.signs[1:] if sign.text in written] == written
    assert len(found.placed) == 1 + len({piece.text for piece in pieces if isinstance(piece, Operand)})
    text = "\n".join(rows(draw_stage, shown, 80, 15))
    assert re.search(r" = .*\n(.*\n)*? +[+−] ", text), text


def test_a_sum_of_products_shows_its_terms_rather_than_factors_without_signs() -> None:
    text = rows(draw_stage, scene(at("rnn", "grad_W")), 80, 14)
    assert any("∇z⁽²⁾ h⁽¹⁾ᵀ n₁" in row and "∇z⁽³⁾ h⁽²⁾ᵀ n₁" in row for row in text)
    assert any(" = " in row and " + " in row and "⎢" in row for row in text)


def test_an_operand_in_which_the_cursor_stands_is_shown_though_there_is_room_for_terms_only() -> None:
    session = at("rnn", "grad_W")
    for stop in stops(scene(session).view):
        text = "\n".join(rows(draw_stage, scene(session, focus=stop), 80, 14))
        name = notation_named("unicode").text(stop.expression)
        assert re.search(rf"╶[ ─]*{re.escape(name)} \w+ ", text), (name, text)
