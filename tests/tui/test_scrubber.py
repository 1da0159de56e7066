# ruff: noqa: E501
from __future__ import annotations

import re

import pytest

import nablastep as ns
from nablastep_tui.draw.chrome.scrubber import draw_scrubber, plan_tape
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.symbols import symbol_text
from nablastep_tui.look.themes import accent_style, faint_style, phase_style, selected_style, style
from nablastep_tui.scene.scene import Target
from region_scenes import at, deep, drawn, ink, rows, scene


def test_phases_bar_and_symbols() -> None:
    assert rows(draw_scrubber, scene(at("mazur", "grad_W1")), 120, 3) == [
        "   ▶ forward                              ◀ backward                                                  ◆ update",
        "   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━    ━━━━━━━━━━━━━━━━━●━━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄",
        "     z⁽¹⁾   a⁽¹⁾   z⁽²⁾   a⁽²⁾    E        ∇a⁽²⁾  ∇z⁽²⁾  ∇W⁽¹⁾  ∇b⁽¹⁾  ∇a⁽¹⁾  ∇z⁽¹⁾  ∇W⁽⁰⁾  ∇b⁽⁰⁾       W⁽¹⁾   W⁽⁰⁾",
    ]  # fmt: skip


def test_ten_cells_a_step_where_it_is_wide() -> None:
    assert rows(draw_scrubber, scene(at("skinny", "E")), 200, 3) == [
        "           ▶ forward                                             ◀ backward                                                                          ◆ update",
        "           ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━●━━━━    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄",
        "              z⁽¹⁾      a⁽¹⁾      z⁽²⁾      a⁽²⁾        E           ∇a⁽²⁾     ∇z⁽²⁾     ∇W⁽¹⁾     ∇b⁽¹⁾     ∇a⁽¹⁾     ∇z⁽¹⁾     ∇W⁽⁰⁾     ∇b⁽⁰⁾         W⁽¹⁾      b⁽¹⁾      W⁽⁰⁾      b⁽⁰⁾",
    ]  # fmt: skip


def test_two_rows_are_bar_and_names() -> None:
    assert rows(draw_scrubber, scene(at("mazur", "grad_W1")), 80, 2) == [
        "        ━━━━━━━━━━━━━━━━━━━━  ━━━━━━━━━━●━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  ┄┄┄┄┄┄┄┄",
        "        ▶ forward             ◀ backward                        ◆ update",
    ]  # fmt: skip


def test_layer_marks_lose_their_brackets_first() -> None:
    assert rows(draw_scrubber, scene(at("mazur", "grad_W1")), 80, 3) == [
        "      ▶ forward               ◀ backward                          ◆ update",
        "      ━━━━━━━━━━━━━━━━━━━━    ━━━━━━━━━━●━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄    ┄┄┄┄┄┄┄┄",
        "       z¹  a¹  z²  a²   E      ∇a² ∇z² ∇W¹ ∇b¹ ∇a¹ ∇z¹ ∇W⁰ ∇b⁰     W¹  W⁰",
    ]  # fmt: skip


def test_then_some_symbols_go_and_the_current_one_stays() -> None:
    assert rows(draw_scrubber, scene(deep(5, "grad_W3")), 120, 3) == [
        "                 ▶ forward               ◀ backward                                ◆ update",
        "                 ━━━━━━━━━━━━━━━━━━━━━━  ━━━━━━━━━━━━━●┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄",
        "                 z¹ a¹ a² z³ z⁴ a⁴ a⁵ E  ∇a⁵ ∇W⁴   ∇W⁽³⁾ ∇a³ ∇W² ∇a² ∇W¹ ∇a¹ ∇W⁰   W⁴ b⁴ b³ W² W¹ b¹ b⁰",
    ]  # fmt: skip


def test_at_last_a_layer_is_one_cell() -> None:
    assert rows(draw_scrubber, scene(deep(30, "grad_W20")), 80, 3) == [
        "                ▶ forward       ◀ backward      ◆ update",
        "                ━━━━━━━━━━━━━━━ ━━━━●┄┄┄┄┄┄┄┄┄┄ ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄",
        "                                 ∇W⁽²⁰⁾",
    ]  # fmt: skip


def test_interleaved_updates_are_blocks_of_their_own() -> None:
    assert rows(draw_scrubber, scene(at("mazur-bug", "grad_W1")), 120, 3) == [
        "       ▶ forward                         ◀ backward                  ◆ update  ◀ backward                  ◆ update",
        "       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━    ━━━━━━━━━━━━━━━●━━┄┄┄┄┄┄    ┄┄┄┄┄┄    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄    ┄┄┄┄┄┄",
        "        z⁽¹⁾  a⁽¹⁾  z⁽²⁾  a⁽²⁾    E       ∇a⁽²⁾ ∇z⁽²⁾ ∇W⁽¹⁾ ∇b⁽¹⁾     W⁽¹⁾      ∇a⁽¹⁾ ∇z⁽¹⁾ ∇W⁽⁰⁾ ∇b⁽⁰⁾     W⁽⁰⁾",
    ]  # fmt: skip
    assert rows(draw_scrubber, scene(at("mazur-bug", "grad_W1")), 80, 2) == [
        "      ━━━━━━━━━━━━━━━━━━━━  ━━━━━━━━━━●━┄┄┄┄  ┄┄┄┄  ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  ┄┄┄┄",
        "      ▶ forward             ◀ backward        ◆     ◀ backward        ◆ update",
    ]  # fmt: skip


def test_nothing_is_played_at_the_start() -> None:
    canvas = drawn(draw_scrubber, scene(ns.open("mazur")), 120, 3)
    assert "━" not in canvas.text_rows()[1]
    assert "●" not in canvas.text_rows()[1]
    assert ink(canvas, 3, 0) == style(DARK.muted)


def test_done_is_in_the_phase_colour_now_in_the_accent_and_the_rest_faint() -> None:
    canvas = drawn(draw_scrubber, scene(at("mazur", "grad_W1")), 120, 3)
    bar = canvas.text_rows()[1]
    dot = bar.index("●")
    assert ink(canvas, 3, 1) == phase_style(DARK, "forward")
    assert ink(canvas, bar.index("━", 40), 1) == phase_style(DARK, "backward")
    assert ink(canvas, dot, 1) == accent_style(DARK)
    assert ink(canvas, bar.index("┄"), 1) == faint_style(DARK)
    assert canvas.style_at(dot, 2) == selected_style(DARK)
    assert ink(canvas, 42, 0) == phase_style(DARK, "backward", bold=True)


def test_the_end_of_the_iteration_leaves_nothing_dashed() -> None:
    assert "┄" not in "".join(rows(draw_scrubber, scene(at("mazur", "end")), 120, 3))


def test_a_click_jumps_to_the_step_on_every_row() -> None:
    canvas = drawn(draw_scrubber, scene(at("mazur", "grad_W1")), 120, 3)
    x = canvas.text_rows()[2].index("∇z⁽¹⁾")
    assert [canvas.target_at(x, y) for y in range(3)] == [Target("step", number=11)] * 3


@pytest.mark.parametrize("name", ["mazur", "rnn", "digits-mlp"])
@pytest.mark.parametrize(("width", "height"), [(60, 1), (80, 2), (120, 3), (200, 3)])
def test_a_click_anywhere_goes_to_the_nearest_step(name: str, width: int, height: int) -> None:
    session = ns.open(name)
    canvas = drawn(draw_scrubber, scene(session), width, height)
    for y in range(height):
        numbers = [canvas.target_at(x, y).number for x in range(width)]
        assert numbers == sorted(numbers)
        assert (numbers[0], numbers[-1]) == (1, len(session.program.steps))


@pytest.mark.parametrize("layers", [1, 3, 9, 40, 130])
@pytest.mark.parametrize(("width", "height"), [(60, 2), (80, 3), (120, 3), (200, 3)])
def test_every_tape_fits_and_every_step_has_its_place_in_order(layers: int, width: int, height: int) -> None:
    shown = scene(deep(layers, "grad_W0"))
    tape = plan_tape(shown, width - 2, with_symbols=height >= 3)
    assert tape.width <= width - 2
    numbers = [step.number for block in tape.blocks for unit in block for step in unit]
    assert numbers == list(range(1, len(shown.session.program) + 1))
    assert "".join(rows(draw_scrubber, shown, width, height)).count("●") == 1


def test_symbols_never_touch() -> None:
    for source in ("mazur", "digits-mlp", "xor", "mazur-bug"):
        for width in (80, 100, 120, 150):
            shown = scene(at(source, "E"))
            symbols = rows(draw_scrubber, shown, width, 3)[2].split()
            names = {symbol_text(step.target, shown.glyphs, brief=brief)
                     for step in shown.session.program.steps for brief in (False, True)}  # fmt: skip
            assert names.issuperset(symbols), (source, width)
            assert len(symbols) > 12, (source, width)


def test_the_symbols_that_stand_stay_where_they_are_while_the_tape_is_played() -> None:
    session = ns.open("two-heads")
    at_first = named(session)
    while session.position.step < len(session.program):
        session.next()
        assert len(named(session) - at_first) <= 1, "the current one, which is written in full"
        assert len(named(session)) >= len(at_first) - 3


def named(session: ns.Session) -> set[tuple[int, str]]:
    """The symbols on the tape and where they begin."""
    row = rows(draw_scrubber, scene(session), 120, 3)[2]
    return {(match.start(), match[0]) for match in re.finditer(r"\S+", row)}


def test_ascii_draws_in_ascii() -> None:
    assert all(row.isascii() for row in rows(draw_scrubber, scene(at("mazur", "grad_W1"), glyphs=ASCII), 120, 3))
