# ruff: noqa: E501
from __future__ import annotations

import math
from dataclasses import replace

import pytest

import nablastep as ns
from nablastep_tui.draw.stage.what_if import draw_what_if
from nablastep_tui.draw.stage.what_if_words import expected_gap, gap, verdict
from nablastep_tui.look.glyphs import ASCII, UNICODE, Glyphs
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.themes import accent_style, phase_style, selected_style
from nablastep_tui.scene.scene import Scene
from nablastep_tui.scene.what_if import WhatIf
from region_scenes import at, drawn, edited, ink, rows, scene


def weight(text: str, **looks: object) -> Scene:
    return edited(at("mazur", "grad_W1"), "W1", (1, 0), text, **looks)


def numbers(
    *, new: float = 1.0, before: float = 1.0, after: float = 1.0, slope: float = 0.0, curvature: float = 0.0
) -> WhatIf:
    half = before + slope * new / 2 + (after - before - slope * new) / 4 if curvature else math.nan  # of a parabola
    return WhatIf("W0[0,0]", "W", 0.0, new, str(new), "", before, after, slope, curvature, half)


def test_the_panel_with_its_curve() -> None:
    assert rows(draw_what_if, weight("1.3"), 120, 19) == [
        " ── what if  one weight edited, nothing committed: the map shows what would be ─────────── enter keep   esc discard ───",
        "",
        "    W⁽¹⁾₂₁   0.5 →  1.3    Δw +0.8                                   ─ E   ┄ tangent   ○ was   ● actual   ◇ predicted",
        "",
        "    ──────────────────│─────○━━━━━━━━━●──────────────          0.390 │⠑⡄",
        "    −1.5              0    was       now          2.5                │ ⠈⠢⡀",
        "                                                                     │   ⠈⢆",
        "    E before                     0.298371                            │     ⠑⢄",
        "                                                                     │⡀      ⠑⢄",
        "    predicted ΔE  old ∇W·Δw     −0.018082   ██████████│              │⠈ ⠒ ⣀    ⠑⢄⡀",
        "    actual ΔE                   −0.013116     ▐███████│              │      ⠑ ⠤  ⠈⠢⣀",
        "    gap  actual − predicted     +0.004966             │███           │          ⠉ ⠢ ⣑⠢⣀",
        "      ½E″Δw²: second order      +0.005812             0              │                ⠑⠑⠦⢄⡀",
        "                                                                     │                    ⠉⠑⠢○⣀",
        "    E after                      0.285255                            │                       ┊ ⠉⠑⠒⢤⠤⣀⣀●",
        "                                                               0.277 │                       ┊      ⠉ ◇⠉⣉⠒⠒⠒⠢⠤⠤⠤⠤⣀⣀⣀⣀",
        "    The gradient at 0.5 is −0.0226: a straight line. It              └───────────────────────┴────────┴──────────────",
        "    promised 38% too much because E bends. Halve Δw: the              −1.5                  0.5      1.3          2.5",
        "    gap drops to about a quarter.",
    ]  # fmt: skip


def test_the_small_panel_has_all_numbers_and_the_curve_in_the_place_of_bars_and_slider() -> None:
    assert rows(draw_what_if, weight("1.3"), 80, 14) == [
        " ── what if  one weight edited, nothing committed  enter keep   esc discard ───",
        "",
        "  W⁽¹⁾₂₁   0.5 →  1.3    Δw +0.8   ┄ tangent   ○ was   ● actual   ◇ predicted",
        "                                          0.390 │⠑⢄",
        "  E before                     0.298371         │ ⠈⠢⡀",
        "  predicted ΔE  old ∇W·Δw     −0.018082         │⡀  ⠈⠢⡀",
        "  actual ΔE                   −0.013116         │⠈ ⠒ ⢄⠈⠒⢄",
        "                                                │      ⠉ ⠫⠢⣄⡀",
        "  gap  actual − predicted     +0.004966         │           ⠈⠓⠢○⣀",
        "    ½E″Δw²: second order      +0.005812   0.277 │              ┊ ⠉⠉⠲●⣢⠤⠤⠤⢄⣀⣀⣀",
        "  E after                      0.285255         └──────────────┴────┴────────",
        "                                                 −1.5         0.5  1.3    2.5",
        "  The gradient at 0.5 is −0.0226: a straight line. It promised 38% too much",
        "  because E bends. Halve Δw: the gap drops to about a quarter.",
    ]  # fmt: skip


def test_the_smallest_panel() -> None:
    assert rows(draw_what_if, weight("1.3"), 60, 11) == [
        " ── what if  one weight edited, nothing committed ─────────",
        "  W⁽¹⁾₂₁   0.5 →  1.3    Δw +0.8",
        "  E before                     0.298371",
        "  predicted ΔE  old ∇W·Δw     −0.018082   ███████████│",
        "  actual ΔE                   −0.013116      ████████│",
        "  gap  actual − predicted     +0.004966              │███",
        "    ½E″Δw²: second order      +0.005812              0",
        "  E after                      0.285255",
        "  The gradient at 0.5 is −0.0226: a straight line. It",
        "  promised 38% too much because E bends. Halve Δw: the gap",
        "  drops to about a quarter.",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(60, 8), (60, 11), (80, 14), (110, 13), (120, 19), (170, 28), (220, 36)])
def test_every_number_stands_at_every_size(width: int, height: int) -> None:
    shown = "\n".join(rows(draw_what_if, weight("1.3"), width, height))
    for part in ("W⁽¹⁾₂₁", "0.298371", "−0.018082", "−0.013116", "+0.004966", "+0.005812", "0.285255", "Δw +0.8"):
        assert part in shown


def test_what_is_typed_stands_in_the_field_with_its_problem_beside() -> None:
    shown = weight("0.5.2")
    said = rows(draw_what_if, shown, 80, 14)
    assert "W⁽¹⁾₂₁   0.5 →  0.5.2    ✗ not a number: 0.5.2" in said[2]
    assert "Δw" not in said[2]
    canvas = drawn(draw_what_if, shown, 80, 14)
    assert canvas.style_at(said[2].index("0.5.2"), 2) == selected_style(DARK)


def test_promise_and_outcome_have_their_colours_and_a_common_zero() -> None:
    canvas = drawn(draw_what_if, weight("1.3"), 60, 11)
    text = canvas.text_rows()
    promise = next(y for y, row in enumerate(text) if "predicted" in row)
    outcome = next(y for y, row in enumerate(text) if "actual ΔE" in row)
    missed = next(y for y, row in enumerate(text) if "gap" in row)
    zero = {row.index("│", 39) for row in text[promise : missed + 1]}
    assert len(zero) == 1
    axis = zero.pop()
    assert text[missed + 1][axis] == "0"
    assert (text[promise][axis - 1], text[outcome][axis - 1], text[missed][axis + 1]) == ("█", "█", "█")
    assert ink(canvas, axis - 1, promise) == phase_style(DARK, "forward", bold=True)
    assert ink(canvas, axis - 1, outcome) == accent_style(DARK)


def test_the_numbers_of_a_change_too_small_for_six_decimals() -> None:
    shown = "\n".join(rows(draw_what_if, edited(at("mazur", "grad_W1"), "y", (1, 0), "0.98"), 120, 19))
    assert "predicted ΔE  old E′·Δy" in shown
    assert "+5.00×10⁻⁵" in shown


def test_inputs_biases_and_targets_are_called_so() -> None:
    session = at("mazur", "grad_W1")
    assert "one input edited" in rows(draw_what_if, edited(session, "a0", (1, 0), "0.3"), 80, 14)[0]
    assert "old ∇a·Δa" in "".join(rows(draw_what_if, edited(session, "a0", (1, 0), "0.3"), 80, 14))
    assert "one bias edited" in rows(draw_what_if, edited(session, "b1", (1, 0), "0.3"), 80, 14)[0]


def test_a_number_that_this_iteration_does_not_read_has_no_numbers() -> None:
    what_if = replace(numbers(), error_before=math.nan, error_after=math.nan, acts=False)
    said = rows(draw_what_if, replace(weight("1.3"), what_if=what_if), 80, 14)
    assert "nan" not in "".join(said)
    assert "  E of this iteration does not depend on this number." in said


def test_without_an_edit_there_is_no_panel() -> None:
    assert not any(rows(draw_what_if, scene(at("mazur", "E")), 80, 14))


@pytest.mark.parametrize(
    ("what_if", "said"),
    [
        (numbers(new=0.0), "Nothing is changed yet: type a number, or nudge this one."),
        (
            replace(numbers(new=0.0), instead_of="z"),
            "z is computed: W is edited, which it depends on. Nothing is changed yet: type a number, or nudge this one.",
        ),
        (numbers(after=math.inf), "With this number E overflows."),
        (numbers(after=math.nan), "With this number E is not a number."),
        (numbers(before=math.nan, new=2.0), "E was not finite before; with this number it is."),
        (
            numbers(after=0.9, slope=-0.15),
            "The gradient at 0 is −0.1500: a straight line. It promised 50% too much because E bends.",
        ),
        (
            numbers(after=0.9, slope=-0.05),
            "The gradient at 0 is −0.0500: a straight line. It promised 50% too little because E bends.",
        ),
        (
            numbers(after=1.1, slope=-0.1),
            "The gradient at 0 is −0.1000: a straight line. It promised that E falls, but E rises: the way was too long for it.",
        ),
        (
            numbers(after=0.9, slope=-0.1003),
            "The gradient at 0 is −0.1003: a straight line. Over a way this short E is nearly one too: "
            "the promise was kept to 0.3%.",
        ),
        (numbers(slope=0.0), "The gradient is 0 and promised no change: none came."),
        (numbers(after=1.5), "The gradient is 0 here and promised no change; E rises because it bends."),
        (
            numbers(slope=-0.5),
            "The gradient at 0 is −0.5000: a straight line. It promised that E falls; E did not move.",
        ),
    ],
)
def test_the_sentence_follows_from_the_numbers(what_if: WhatIf, said: str) -> None:
    assert " ".join(verdict(what_if, "w", "0")) == said


def test_a_kink_is_said_first() -> None:
    what_if = replace(numbers(after=0.9, slope=-0.05), at_kink=True)
    assert verdict(what_if, "w", "0")[0].startswith("Here z is 0 and E has a kink: both slopes are allowed")


def test_halving_is_promised_only_where_the_bend_explains_the_gap() -> None:
    quadratic = numbers(after=0.95, slope=-0.1, curvature=0.1)
    quadratic = replace(quadratic, error_halfway=1 - 0.05 + 0.05 / 4)
    assert gap(quadratic) == pytest.approx(expected_gap(quadratic))
    assert verdict(quadratic, "w", "0")[-1] == "Halve Δw: the gap drops to about a quarter."
    assert "Halve" not in " ".join(verdict(replace(quadratic, error_halfway=0.96), "w", "0"))


def test_ascii_draws_in_ascii() -> None:
    said = rows(draw_what_if, weight("1.3", glyphs=ASCII), 120, 19)
    assert all(row.isascii() for row in said)
    assert "W1[1,0]   0.5 ->  1.3" in said[2]


@pytest.mark.parametrize("text", ["1e300", "-1e300", "1e154", "1.7e308", "1e-300"])
def test_any_number_can_be_tried(text: str) -> None:
    for source, name in (("mazur", "W1"), ("skinny", "W0")):
        for size in ((80, 14), (120, 19), (150, 30)):
            rows(draw_what_if, edited(at(source, "E"), name, (0, 0), text), *size)


@pytest.mark.parametrize("text", ["", "0.5", "1e300"])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=lambda glyphs: glyphs.name)
def test_a_number_that_has_run_away_can_be_edited(text: str, glyphs: Glyphs) -> None:
    """After a step that is far too long weights are no numbers any more: setting one by hand is the way back."""
    session = ns.Session(
        ns.Network([{"activation": "identity", "W": [[1.0], [2.0]]}, {"activation": "identity", "W": [[1.0, 1.0]]}],
                   [[1.0]], [[1.0]], loss="half_squared_error", optimizer={"name": "sgd", "learning_rate": 1e200})
    )  # fmt: skip
    session.goto(iteration=6, step=5)
    assert not math.isfinite(session["W1"][0, 0])
    for size in ((60, 11), (80, 14), (120, 19), (150, 30)):
        said = rows(draw_what_if, edited(session, "W1", (0, 0), text, glyphs=glyphs), *size)
        assert any("E before" in row for row in said)
