# ruff: noqa: E501
from __future__ import annotations

import numpy as np
import pytest

import nablastep as ns
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.frame import more_map_rows, most_map_rows
from nablastep_tui.draw.map.cards import plan_within
from nablastep_tui.draw.map.folds import Fold
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.map.plan import plan_map
from nablastep_tui.draw.matrix import CellTarget
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.look.palettes import DARK, LIGHT, MONOCHROME
from nablastep_tui.look.themes import accent_style, dimension_style, faint_style, phase_style, selected_style
from nablastep_tui.scene.scene import Scene, Target
from region_scenes import at, deep, drawn, edited, ink, rows, scene


def text(shown: Scene, width: int, height: int) -> list[str]:
    return rows(draw_map, shown, width, map_height(width, height, shown))


def canvas_of(shown: Scene, width: int, height: int) -> Canvas:
    return drawn(draw_map, shown, width, map_height(width, height, shown))


def place(canvas: Canvas, part: str, nth: int = 0) -> tuple[int, int]:
    """Column and row where a text stands."""
    found = [(row.index(part), y) for y, row in enumerate(canvas.text_rows()) if part in row]
    return found[nth]


def test_cards() -> None:
    assert text(scene(at("mazur", "grad_W1")), 120, 40) == [
        "┌─ input ─┐  ┌─ layer 1  hidden  sigmoid ────────── n₁=2 ─┐  ┌─ layer 2  output  sigmoid ────────── n₂=2 ─┐  ┌─ loss ──┐",
        "│ a⁽⁰⁾  n₀│  │ W⁽⁰⁾      n₁×n₀ b⁽⁰⁾     z⁽¹⁾    ▹a⁽¹⁾     │  │ W⁽¹⁾      n₂×n₁ b⁽¹⁾     z⁽²⁾     a⁽²⁾     │  │ E       │",
        "│ ⎡0.050 ⎤│─→│ ⎡0.150  0.200 ⎤ ⎡0.350 ⎤→⎡0.378 ⎤→⎡0.593 ⎤ │─→│ ⎡0.400  0.450 ⎤ ⎡0.600 ⎤→⎡1.106 ⎤→⎡0.751 ⎤ │─→│  0.2984 │",
        "│ ⎣0.100 ⎦│  │ ⎣0.250  0.300 ⎦ ⎣0.350 ⎦ ⎣0.392 ⎦ ⎣0.597 ⎦ │  │ ⎣0.500  0.550 ⎦ ⎣0.600 ⎦ ⎣1.225 ⎦ ⎣0.773 ⎦ │  │         │",
        "│         │  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  │         │",
        "│ value   │  │ ∇W⁽⁰⁾     n₁×n₀ ∇b⁽⁰⁾    ∇z⁽¹⁾    ∇a⁽¹⁾    │  │▸∇W⁽¹⁾     n₂×n₁ ∇b⁽¹⁾   ▹∇z⁽²⁾    ∇a⁽²⁾    │  │ y     n₂│",
        "│ −     + │  │ ⎡  ·      ·   ⎤ ⎡  ·   ⎤←⎡  ·   ⎤←⎡  ·   ⎤ │  │ ⎡ 0.082  0.083⎤ ⎡  ·   ⎤←⎡ 0.138⎤←⎡ 0.741⎤ │←─│ ⎡0.010 ⎤│",
        "│         │  │ ⎣  ·      ·   ⎦ ⎣  ·   ⎦ ⎣  ·   ⎦ ⎣  ·   ⎦ │  │ ⎣−0.023 −0.023⎦ ⎣  ·   ⎦ ⎣−0.038⎦ ⎣−0.217⎦ │  │ ⎣0.990 ⎦│",
        "└─────────┘  └────────────────────────────────────────────┘  └────────────────────────────────────────────┘  └─────────┘",
        "                                                     └──────‹───────────────────────────────┘",
    ]  # fmt: skip


def test_wide_cards_have_six_decimals_and_a_badge_on_every_quantity() -> None:
    assert text(scene(at("mazur", "grad_W1")), 200, 55) == [
        " ┌─ input ─────┐        ┌─ layer 1  hidden  sigmoid ──────────────────────────────────── n₁=2 ─┐        ┌─ layer 2  output  sigmoid ──────────────────────────────────── n₂=2 ─┐        ┌─ loss ──────┐",
        " │ a⁽⁰⁾      n₀│        │ W⁽⁰⁾              n₁×n₀   b⁽⁰⁾      n₁   z⁽¹⁾      n₁  ▹a⁽¹⁾      n₁ │        │ W⁽¹⁾              n₂×n₁   b⁽¹⁾      n₂   z⁽²⁾      n₂   a⁽²⁾      n₂ │        │ E           │",
        " │ ⎡ 0.050000 ⎤│───────→│ ⎡ 0.150000   0.200000 ⎤   ⎡ 0.350000 ⎤ → ⎡ 0.377500 ⎤ → ⎡ 0.593270 ⎤ │───────→│ ⎡ 0.400000   0.450000 ⎤   ⎡ 0.600000 ⎤ → ⎡ 1.105906 ⎤ → ⎡ 0.751365 ⎤ │───────→│    0.298371 │",
        " │ ⎣ 0.100000 ⎦│        │ ⎣ 0.250000   0.300000 ⎦   ⎣ 0.350000 ⎦   ⎣ 0.392500 ⎦   ⎣ 0.596884 ⎦ │        │ ⎣ 0.500000   0.550000 ⎦   ⎣ 0.600000 ⎦   ⎣ 1.224921 ⎦   ⎣ 0.772928 ⎦ │        │             │",
        " │             │        ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤        ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤        │             │",
        " │ value       │        │ ∇W⁽⁰⁾             n₁×n₀   ∇b⁽⁰⁾     n₁   ∇z⁽¹⁾     n₁   ∇a⁽¹⁾     n₁ │        │▸∇W⁽¹⁾             n₂×n₁   ∇b⁽¹⁾     n₂  ▹∇z⁽²⁾     n₂   ∇a⁽²⁾     n₂ │        │ y         n₂│",
        " │ −         + │        │ ⎡    ·          ·     ⎤   ⎡    ·     ⎤ ← ⎡    ·     ⎤ ← ⎡    ·     ⎤ │        │ ⎡ 0.082167   0.082668 ⎤   ⎡    ·     ⎤ ← ⎡ 0.138499 ⎤ ← ⎡ 0.741365 ⎤ │←───────│ ⎡ 0.010000 ⎤│",
        " │             │        │ ⎣    ·          ·     ⎦   ⎣    ·     ⎦   ⎣    ·     ⎦   ⎣    ·     ⎦ │        │ ⎣−0.022603  −0.022740 ⎦   ⎣    ·     ⎦   ⎣−0.038098 ⎦   ⎣−0.217072 ⎦ │        │ ⎣ 0.990000 ⎦│",
        " └─────────────┘        └──────────────────────────────────────────────────────────────────────┘        └──────────────────────────────────────────────────────────────────────┘        └─────────────┘",
        "                                                                                        └───────────‹────────────────────────────────────────────────────┘",
    ]  # fmt: skip


def test_narrower_cells_before_numbers_are_given_up() -> None:
    assert text(scene(at("mazur", "z1")), 112, 40) == [
        " ┌─ input ─┐  ┌─ layer 1  hidden  sigmoid ───── n₁=2 ─┐  ┌─ layer 2  output  sigmoid ───── n₂=2 ─┐  ┌─ loss ──┐",
        " │▹a⁽⁰⁾ n₀ │  │▹W⁽⁰⁾    n₁×n₀▹b⁽⁰⁾   ▸z⁽¹⁾    a⁽¹⁾    │  │ W⁽¹⁾    n₂×n₁ b⁽¹⁾    z⁽²⁾    a⁽²⁾    │  │ E       │",
        " │ ⎡0.05 ⎤ │─→│ ⎡0.15  0.20 ⎤ ⎡0.35 ⎤→⎡0.38 ⎤→⎡  ·  ⎤ │─→│ ⎡0.40  0.45 ⎤ ⎡0.60 ⎤→⎡  ·  ⎤→⎡  ·  ⎤ │─→│   ·     │",
        " │ ⎣0.10 ⎦ │  │ ⎣0.25  0.30 ⎦ ⎣0.35 ⎦ ⎣0.39 ⎦ ⎣  ·  ⎦ │  │ ⎣0.50  0.55 ⎦ ⎣0.60 ⎦ ⎣  ·  ⎦ ⎣  ·  ⎦ │  │         │",
        " │         │  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  │         │",
        " │ value   │  │ ∇W⁽⁰⁾   n₁×n₀ ∇b⁽⁰⁾   ∇z⁽¹⁾   ∇a⁽¹⁾   │  │ ∇W⁽¹⁾   n₂×n₁ ∇b⁽¹⁾   ∇z⁽²⁾   ∇a⁽²⁾   │  │ y    n₂ │",
        " │ −     + │  │ ⎡  ·     ·  ⎤ ⎡  ·  ⎤←⎡  ·  ⎤←⎡  ·  ⎤ │  │ ⎡  ·     ·  ⎤ ⎡  ·  ⎤←⎡  ·  ⎤←⎡  ·  ⎤ │←─│ ⎡0.01 ⎤ │",
        " │         │  │ ⎣  ·     ·  ⎦ ⎣  ·  ⎦ ⎣  ·  ⎦ ⎣  ·  ⎦ │  │ ⎣  ·     ·  ⎦ ⎣  ·  ⎦ ⎣  ·  ⎦ ⎣  ·  ⎦ │  │ ⎣0.99 ⎦ │",
        " └─────────┘  └───────────────────────────────────────┘  └───────────────────────────────────────┘  └─────────┘",
        "                                                 └──────‹───────────────────────────┘",
    ]  # fmt: skip


def test_rail() -> None:
    assert text(scene(at("mazur", "grad_W1")), 80, 24) == [
        "  a⁽⁰⁾  → W⁽⁰⁾    b⁽⁰⁾  → z⁽¹⁾  →▹a⁽¹⁾  → W⁽¹⁾    b⁽¹⁾  → z⁽²⁾  → a⁽²⁾  → E",
        "          ∇W⁽⁰⁾   ∇b⁽⁰⁾ ← ∇z⁽¹⁾ ← ∇a⁽¹⁾  ▸∇W⁽¹⁾   ∇b⁽¹⁾ ←▹∇z⁽²⁾ ← ∇a⁽²⁾ ←",
        "                                    └───────────‹───────────┘",
    ]  # fmt: skip


def test_unequal_widths() -> None:
    assert text(scene(at("skinny", "grad_z1")), 120, 40) == [
        "┌─ input ─┐   ┌─ layer 1  hidden  tanh ────────────── n₁=2 ─┐   ┌─ layer 2  output  identity ──── n₂=4 ─┐   ┌─ loss ──┐",
        "│ a⁽⁰⁾ n₀ │   │ W⁽⁰⁾          n₁×n₀ b⁽⁰⁾   ▹z⁽¹⁾    a⁽¹⁾    │   │ W⁽¹⁾    n₂×n₁ b⁽¹⁾    z⁽²⁾    a⁽²⁾    │   │ E       │",
        "│ ⎡ 0.50⎤ │──→│ ⎡ 0.20 −0.40  0.10⎤ ⎡ 0.10⎤→⎡0.80 ⎤→⎡0.66 ⎤ │──→│ ⎡ 0.70 −0.20⎤ ⎡ 0.05⎤→⎡ 0.45⎤→⎡ 0.45⎤ │──→│  0.8850 │",
        "│ ⎢−1.00⎥ │   │ ⎣−0.30  0.50  0.60⎦ ⎣−0.20⎦ ⎣0.35 ⎦ ⎣0.34 ⎦ │   │ ⎢ 0.30  0.80⎥ ⎢−0.10⎥ ⎢ 0.37⎥ ⎢ 0.37⎥ │   │         │",
        "│ ⎣ 2.00⎦ │   │                                             │   │ ⎢−0.50  0.40⎥ ⎢ 0.20⎥ ⎢ 0.00⎥ ⎢ 0.00⎥ │   │         │",
        "│         │   │                                             │   │ ⎣ 0.10 −0.60⎦ ⎣ 0.00⎦ ⎣−0.14⎦ ⎣−0.14⎦ │   │         │",
        "│         │   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤   │         │",
        "│ value   │   │ ∇W⁽⁰⁾         n₁×n₀ ∇b⁽⁰⁾  ▸∇z⁽¹⁾  ▹∇a⁽¹⁾   │   │ ∇W⁽¹⁾   n₂×n₁ ∇b⁽¹⁾   ∇z⁽²⁾   ∇a⁽²⁾   │   │ y    n₂ │",
        "│ −     + │   │ ⎡  ·     ·     ·  ⎤ ⎡  ·  ⎤←⎡0.40 ⎤←⎡0.71 ⎤ │   │ ⎡−0.03 −0.02⎤ ⎡−0.05⎤←⎡−0.05⎤←⎡−0.05⎤ │←──│ ⎡ 0.50⎤ │",
        "│         │   │ ⎣  ·     ·     ·  ⎦ ⎣  ·  ⎦ ⎣0.34 ⎦ ⎣0.39 ⎦ │   │ ⎢ 0.58  0.29⎥ ⎢ 0.87⎥ ⎢ 0.87⎥ ⎢ 0.87⎥ │   │ ⎢−0.50⎥ │",
        "│         │   │                                             │   │ ⎢−0.66 −0.34⎥ ⎢−1.00⎥ ⎢−1.00⎥ ⎢−1.00⎥ │   │ ⎢ 1.00⎥ │",
        "│         │   │                                             │   │ ⎣−0.09 −0.05⎦ ⎣−0.14⎦ ⎣−0.14⎦ ⎣−0.14⎦ │   │ ⎣ 0.00⎦ │",
        "└─────────┘   └─────────────────────────────────────────────┘   └───────────────────────────────────────┘   └─────────┘",
        "                                                       └──────‹────────────────────────────┘",
    ]  # fmt: skip
    assert text(scene(at("skinny", "grad_z1")), 80, 24) == [
        "  a⁽⁰⁾  → W⁽⁰⁾    b⁽⁰⁾  →▹z⁽¹⁾  → a⁽¹⁾  → W⁽¹⁾    b⁽¹⁾  → z⁽²⁾  → a⁽²⁾  → E",
        "          ∇W⁽⁰⁾   ∇b⁽⁰⁾ ←▸∇z⁽¹⁾ ←▹∇a⁽¹⁾   ∇W⁽¹⁾   ∇b⁽¹⁾ ← ∇z⁽²⁾ ← ∇a⁽²⁾ ←",
        "                                    └───────────‹───────────┘",
    ]  # fmt: skip


def test_a_tall_screen_writes_taller_matrices_in_numbers() -> None:
    shown = scene(at("skinny", "grad_z1"))
    assert map_height(200, 55, shown) == 14
    assert "⎢−0.500000   0.400000 ⎥" in text(shown, 200, 55)[4]
    assert map_height(120, 36, shown) == 10


def test_a_batch_is_strips_of_heat_and_says_its_size() -> None:
    assert text(scene(at("digits-mlp", "grad_z1")), 120, 40) == [
        "┌─ input ─┐     ┌─ layer 1  hidden  relu ─────── n₁=32 ─┐     ┌─ layer 2  output  softmax ──── n₂=10 ─┐     ┌─ loss ──┐",
        "│ A⁽⁰⁾    │     │ W⁽⁰⁾ v     b⁽⁰⁾ v  ▹Z⁽¹⁾     A⁽¹⁾     │     │ W⁽¹⁾ v     b⁽¹⁾ v   Z⁽²⁾     A⁽²⁾     │     │ E       │",
        "│ [▀▀▀▀▀▀]│────→│ [▀▀▀▀▀▀▀▀] [▀▀▀▀▀▀]→[▀▀▀▀▀▀]→[▀▀▀▀▀▀] │────→│ [▀▀▀▀▀▀▀▀] [▀▀▀▀▀▀]→[▀▀▀▀▀▀]→[▀▀▀▀▀▀] │────→│  2.3340 │",
        "│         │     ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤     ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤     │         │",
        "│ value   │     │ ∇W⁽⁰⁾      ∇b⁽⁰⁾   ▸∇Z⁽¹⁾   ▹∇A⁽¹⁾    │     │ ∇W⁽¹⁾      ∇b⁽¹⁾    ∇Z⁽²⁾    ∇A⁽²⁾    │     │ Y   n₂×m│",
        "│ −     + │     │ [········] [······]←[▀▀▀▀▀▀]←[▀▀▀▀▀▀] │     │ [▀▀▀▀▀▀▀▀] [▀▀▀▀▀▀]←[▀▀▀▀▀▀]←[▀▀▀▀▀▀] │←────│ [▀▀▀▀▀▀]│",
        "└─ m=50 ──┘     └───────────────────────────────────────┘     └───────────────────────────────────────┘     └─ mean ──┘",
        "                                                   └───────‹────────────────────────────┘",
    ]  # fmt: skip


def test_a_deep_net_shows_the_active_card_and_both_neighbours() -> None:
    assert text(scene(deep(12, "grad_z3")), 120, 40) == [
        "            ┌─ layer 2 ──────── n₂=2 ─┐  ┌─ layer 3  hidden  tanh ───── n₃=2 ─┐  ┌─ layer 4 ──────── n₄=2 ─┐",
        "‹ 1 layer   │ W⁽¹⁾  b⁽¹⁾  z⁽²⁾  a⁽²⁾  │  │ W⁽²⁾       b⁽²⁾   ▹z⁽³⁾    a⁽³⁾    │  │ W⁽³⁾  b⁽³⁾  z⁽⁴⁾  a⁽⁴⁾  │  8 layers ›",
        "          ─→│ [▀▀▀] [▀▀▀]→[▀▀▀]→[▀▀▀] │─→│ [▀▀▀▀▀▀▀▀] ⎡0.00 ⎤→⎡−0.26⎤→⎡−0.25⎤ │─→│ [▀▀▀] [▀▀▀]→[▀▀▀]→[▀▀▀] │─→",
        "[▀▀▀▀▀▀▀▀]  │                         │  │            ⎣0.00 ⎦ ⎣−0.04⎦ ⎣−0.04⎦ │  │                         │  [▀▀▀▀▀▀▀▀]",
        "            ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  [▀▀▀▀▀▀▀▀]",
        "            │ ∇W⁽¹⁾ ∇b⁽¹⁾ ∇z⁽²⁾ ∇a⁽²⁾ │  │ ∇W⁽²⁾      ∇b⁽²⁾  ▸∇z⁽³⁾  ▹∇a⁽³⁾   │  │ ∇W⁽³⁾ ∇b⁽³⁾ ∇z⁽⁴⁾ ∇a⁽⁴⁾ │  [▀▀▀▀▀▀▀▀]",
        "            │ [···] [···]←[···]←[···] │  │ [········] ⎡  ·  ⎤←⎡ 0.05⎤←⎡ 0.05⎤ │  │ [▀▀▀] [▀▀▀]←[▀▀▀]←[▀▀▀] │  [▀▀▀▀▀▀▀▀]",
        "            │                         │  │            ⎣  ·  ⎦ ⎣−0.06⎦ ⎣−0.06⎦ │  │                         │  [▀▀▀▀▀▀▀▀]",
        "            └─────────────────────────┘  └────────────────────────────────────┘  └─────────────────────────┘",
        "       └─────────‹──────────┘     └─────‹────────────────────────┘       └──────‹────────────────┘     └──────‹──────┘",
    ]  # fmt: skip


def test_the_rail_of_a_deep_net_is_centred_on_the_active_layer() -> None:
    assert text(scene(deep(5, "grad_z3")), 80, 24) == [
        "‹ 1  a¹ → W¹   b¹ → z² → a² → W²   b² →▹z³ → a³ → W³   b³ → z⁴ → a⁴   W⁴     1 ›",
        "     ∇a¹  ∇W¹  ∇b¹← ∇z²← ∇a²  ∇W²  ∇b²←▸∇z³←▹∇a³  ∇W³  ∇b³← ∇z⁴← ∇a⁴  ∇W⁴",
        "       └──────‹───────┘    └──────‹───────┘    └──────‹───────┘",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [110, 120, 150, 200])
def test_neighbours_are_in_sight_wherever_a_deep_net_stands(width: int) -> None:
    session = deep(9)
    for step in session.program.steps:
        session.goto(step.id)
        plan = plan_map(scene(session), width, 2)
        layers = [card.index for _, card in plan.cards]
        active = 10 if step.id == "E" else step.card
        assert {active - 1, active, min(10, active + 1)} <= set(layers)
        assert all(x >= 0 and x + item.width <= width for x, item in plan.items)
        folded = [index for _, item in plan.items if isinstance(item, Fold) for index in item.boxes]
        assert sorted(layers + folded) == list(range(11))


def test_the_map_stands_still_and_is_drawn_on_the_rows_that_it_asks_for() -> None:
    for source in ("mazur", "skinny", "xor", "square", "digits-mlp", "ng-ex4"):
        session = ns.open(source)
        for convention in ("column", "row-pytorch"):
            for width, height in ((110, 34), (120, 40), (170, 50), (220, 60)):
                heights = set()
                for step in session.program.steps:
                    session.goto(step.id)
                    shown = scene(session, convention)
                    heights.add(map_height(width, height, shown))
                    assert plan_within(shown, width, max(heights)).height == max(heights)
                assert len(heights) == 1
                assert max(heights) <= most_map_rows(height) + more_map_rows(height)


def test_rows_are_shown_as_rows() -> None:
    shown = text(scene(at("mazur", "grad_W1"), "row-pytorch"), 160, 40)
    assert "[0.38  0.39 ]→[0.59  0.60 ]" in shown[2]
    assert "[ 0.14 −0.04]←[ 0.74 −0.22]" in shown[6]


def test_every_number_of_the_cards_is_a_number_of_the_session() -> None:
    session = at("mazur", "W0")
    shown = "\n".join(text(scene(session), 200, 55))
    for name in ("W0", "W1", "z1", "a1", "z2", "a2", "grad_W1", "grad_b0", "grad_z1", "grad_a1"):
        for value in np.ravel(session[name]):
            assert f"{value:.6f}".replace("-", "−") in shown, name


def test_a_shared_exponent_is_never_lost() -> None:
    shown = text(scene(at("mazur", "grad_W0")), 120, 40)
    assert "⎡4.386  8.771 ⎤" in shown[6]
    assert "×10⁻⁴" in shown[8]


def test_values_of_the_last_iteration_are_marked_as_such() -> None:
    session = ns.open("mazur")
    session.train(1)
    canvas = canvas_of(scene(session), 120, 40)
    x, y = place(canvas, "0.378")
    assert canvas.style_at(x, y).color.triplet.hex == DARK.muted  # type: ignore[union-attr]
    x, y = place(canvas, "0.359")
    assert canvas.style_at(x, y).color.triplet.hex == DARK.bright  # type: ignore[union-attr]
    session.next()
    assert "0.593" not in "".join(text(scene(session), 120, 40))


def test_strips_of_the_last_iteration_are_not_drawn() -> None:
    session = ns.open("digits-mlp")
    session.train(1)
    assert "▀" not in text(scene(session), 120, 40)[2][45:60]


def test_what_is_written_and_read_is_marked_and_nothing_else() -> None:
    canvas = canvas_of(scene(at("mazur", "grad_W1")), 120, 40)
    whole = "".join(canvas.text_rows())
    assert (whole.count("▸"), whole.count("▹")) == (1, 2)
    for part in ("▸∇W⁽¹⁾", "▹∇z⁽²⁾", "▹a⁽¹⁾"):
        x, y = place(canvas, part)
        assert ink(canvas, x + 1, y) == accent_style(DARK)
    x, y = place(canvas, "∇b⁽¹⁾")
    assert ink(canvas, x, y) == faint_style(DARK)


def test_only_the_active_card_has_the_accent_frame() -> None:
    canvas = canvas_of(scene(at("mazur", "grad_W1")), 120, 40)
    corners = [x for x in range(canvas.width) if canvas.text_at(x, 0) == "┌"]
    accents = [ink(canvas, x, 0) == accent_style(DARK) for x in corners]
    assert accents == [False, False, True, False]
    first = canvas_of(scene(ns.open("mazur")), 120, 40)
    assert ink(first, 0, 0) == accent_style(DARK)
    last = canvas_of(scene(at("mazur", "E")), 120, 40)
    assert ink(last, 119, 0) == accent_style(DARK)


def test_brackets_have_the_colour_of_the_rows() -> None:
    canvas = canvas_of(scene(at("mazur", "grad_z2")), 120, 40)
    x, y = place(canvas, "⎡0.050")
    assert ink(canvas, x, y) == dimension_style(DARK, "n0")
    x, y = place(canvas, "⎡0.400")
    assert ink(canvas, x, y) == dimension_style(DARK, "n2")


def test_arrows_and_hooks_light_when_the_error_passes() -> None:
    before = canvas_of(scene(at("mazur", "grad_b1")), 120, 40)
    now = canvas_of(scene(at("mazur", "grad_a1")), 120, 40)
    after = canvas_of(scene(at("mazur", "grad_z1")), 120, 40)
    hook = place(before, "└──────‹")
    assert ink(before, *hook) == faint_style(DARK)
    assert ink(now, *hook) == accent_style(DARK)
    assert ink(after, *hook) == phase_style(DARK, "backward")


def test_the_tag_of_the_optimiser_state_lights_with_its_step() -> None:
    canvas = canvas_of(scene(at("digits-mlp", "velocity_W1")), 120, 40)
    x, y = place(canvas, "▸W⁽¹⁾ v")
    assert ink(canvas, x + 6, y) == accent_style(DARK)
    x, y = place(canvas, "W⁽⁰⁾ v")
    assert ink(canvas, x + 5, y) != accent_style(DARK)


def test_an_edit_shows_in_its_cell_and_in_all_that_follows() -> None:
    shown = edited(at("mazur", "grad_W1"), "W1", (1, 0), "1.3")
    canvas = canvas_of(shown, 120, 40)
    x, y = place(canvas, "1.300")
    assert canvas.style_at(x, y) == selected_style(DARK)
    assert "1.700" in canvas.text_rows()[3]
    assert "0.2853" in canvas.text_rows()[2]


@pytest.mark.parametrize(("name", "cell", "digits"), [("a0", (1, 0), "0.777"), ("y", (0, 0), "0.777")])
def test_an_edited_sample_is_found_in_the_batch(name: str, cell: tuple[int, int], digits: str) -> None:
    canvas = canvas_of(edited(at("mazur", "grad_W1"), name, cell, "0.777"), 120, 40)
    x, y = place(canvas, digits)
    assert canvas.style_at(x, y) == selected_style(DARK)


def test_the_mouse_hits_symbols_and_cells() -> None:
    canvas = canvas_of(scene(at("mazur", "grad_W1")), 120, 40)
    assert canvas.target_at(*place(canvas, "∇W⁽¹⁾")) == Target("quantity", "grad_W1")
    x, y = place(canvas, "0.450")
    assert canvas.target_at(x, y) == CellTarget("W1", 0, 1)
    rail = canvas_of(scene(at("mazur", "grad_W1")), 80, 24)
    assert rail.target_at(*place(rail, "∇z⁽¹⁾")) == Target("quantity", "grad_z1")


@pytest.mark.parametrize("size", [(80, 3), (120, 10)])
def test_a_click_beside_a_quantity_means_it(size: tuple[int, int]) -> None:
    canvas = drawn(draw_map, scene(at("mazur", "grad_W1")), *size)
    missed = [
        (x, y)
        for y, row in enumerate(canvas.text_rows()[: size[1] - 1])
        for x, sign in enumerate(row[:-8])
        if sign.isalnum() and canvas.target_at(x, y) is None
    ]
    assert not missed
    x, y = place(canvas, "∇z⁽²⁾")
    assert canvas.target_at(x - 2, y) in {Target("quantity", "grad_z2"), Target("quantity", "grad_b1")}


def test_the_rail_marks_the_current_step_by_a_block() -> None:
    canvas = canvas_of(scene(at("mazur", "grad_W1")), 80, 24)
    x, y = place(canvas, "▸∇W⁽¹⁾")
    assert all(canvas.style_at(x + offset, y) == selected_style(DARK) for offset in range(7))


@pytest.mark.parametrize("palette", [LIGHT, MONOCHROME])
def test_other_palettes_say_the_same_words(palette: object) -> None:
    shown = scene(at("mazur", "grad_W1"), palette=palette)  # type: ignore[arg-type]
    assert text(shown, 120, 40)[:5] == text(scene(at("mazur", "grad_W1")), 120, 40)[:5]


def test_ascii_draws_in_ascii() -> None:
    for width, height in ((120, 40), (80, 24)):
        assert all(row.isascii() for row in text(scene(at("mazur", "grad_W1"), glyphs=ASCII), width, height))


def test_no_step_of_any_network_breaks_the_map() -> None:
    for source in ("tanh-neuron", "dead-relu", "cs231n-two-layer"):
        session = ns.open(source)
        for number in range(len(session.program) + 1):
            session.goto(iteration=2, step=number)
            for width, height in ((60, 16), (110, 34), (170, 50)):
                shown = scene(session, "row-keras")
                assert len(text(shown, width, height)) == map_height(width, height, shown)
