# ruff: noqa: E501
"""The map of graphs of equations: tracks, channels, the bus, folds and what is lit."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

import nablastep as ns
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.map.chart import chart_of
from nablastep_tui.draw.map.folds import Fold
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.map.plan import plan_map, plan_within
from nablastep_tui.draw.map.quantity import active_box
from nablastep_tui.draw.map.route import Route, coloured, rows_needed
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.themes import accent_style
from nablastep_tui.scene.scene import Scene, Target
from random_equations import random_network
from region_scenes import at, drawn, edited, ink, rows, scene


def text(shown: Scene, width: int, height: int) -> list[str]:
    return rows(draw_map, shown, width, map_height(width, height, shown))


def canvas_of(shown: Scene, width: int, height: int) -> Canvas:
    return drawn(draw_map, shown, width, map_height(width, height, shown))


def place(canvas: Canvas, part: str) -> tuple[int, int]:
    return next((row.index(part), y) for y, row in enumerate(canvas.text_rows()) if part in row)


def deep_residual(blocks: int) -> ns.Network:
    """So many blocks h + relu(W h + b) behind each other."""
    lines = ["## embed", "h0 = W0 x"]
    parameters = {"W0": [[0.1, 0.2], [0.3, 0.4]]}
    for k in range(1, blocks + 1):
        lines += [f"## block {k}", f"z{k} = W{k} h{k - 1} + b{k}", f"a{k} = relu(z{k})", f"h{k} = h{k - 1} + a{k}"]
        parameters |= {f"W{k}": [[0.1, -0.2], [0.3, 0.4]], f"b{k}": [[0.1], [0.2]]}
    lines += ["## error", f"E = 1/2 sum((h{blocks} - y)^2)"]
    data = [[0.1, 0.2], [0.3, 0.4]]
    return ns.Network.from_equations("\n".join(lines), parameters=parameters, x=data, y=data)


def test_a_skip_goes_over_the_cards_and_its_gradient_back_under_them() -> None:
    assert text(scene(at("residual", "grad_x")), 120, 40) == [
        "         ┌───────────────────────────────────── x ────────────────────────────────────┐",
        "┌─ input ────────┐     ┌─ block ──────────────────────────────────────────────────────── n₀=3 ─┐     ┌─ loss ─────────┐",
        "│ x          n₀×m│     │▹W                n₀×n₀   b     n₀   z          n₀×m   h          n₀×m │     │ E              │",
        "│ ⎡ 0.500  0.300⎤│────→│ ⎡ 0.200 −0.400  0.100⎤   ⎡ 0.100⎤ → ⎡ 0.290 −0.210⎤ ⊕ ⎡ 0.782  0.093⎤ │────→│       0.533770 │",
        "│ ⎢−0.200  0.800⎥│     │ ⎢ 0.500  0.300 −0.200⎥   ⎢ 0.000⎥   ⎢ 0.170  0.490⎥   ⎢−0.032  1.254⎥ │     │                │",
        "│ ⎣ 0.100 −0.500⎦│     │ ⎣−0.300  0.100  0.600⎦   ⎣−0.100⎦   ⎣−0.210 −0.410⎦   ⎣−0.107 −0.888⎦ │     │                │",
        "├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤     ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤     │                │",
        "│▸∇x Σ2      n₀×m│     │ ∇W               n₀×n₀   ∇b    n₀  ▹∇z         n₀×m  ▹∇h         n₀×m │     │ y          n₀×m│",
        "│ ⎡−0.050  0.232⎤│     │ ⎡−0.065 −0.021  0.016⎤   ⎡  ·   ⎤ ← ⎡−0.100 −0.051⎤ ← ⎡−0.109 −0.053⎤ │←────│ ⎡1.000  0.200 ⎤│",
        "│ ⎢−0.009  0.507⎥│     │ ⎢ 0.094  0.274 −0.171⎥   ⎢  ·   ⎥   ⎢−0.015  0.339⎥   ⎢−0.016  0.427⎥ │     │ ⎢0.000  0.400 ⎥│",
        "│ ⎣−0.485 −0.819⎦│     │ ⎣−0.271 −0.278  0.181⎦   ⎣  ·   ⎦   ⎣−0.290 −0.420⎦   ⎣−0.303 −0.494⎦ │     │ ⎣0.500  0.100 ⎦│",
        "└─ m=2 ──────────┘     └───────────────────────────────────────────────────────────────────────┘     └────────────────┘",
        "         ├──────────‹───────────────────────────────────────────────┘                 │",
        "         └─────────────────────────────────‹ ∇x ───────────────────────────────── ×1 ─┘",
    ]  # fmt: skip


def test_a_skip_on_the_rail() -> None:
    assert text(scene(at("residual", "grad_x")), 80, 24) == [
        "           ┌────────────────────── x ──────────────────────┐",
        "         x         →▹W           b         → z         ⊕ h         → E",
        "        ▸∇x          ∇W          ∇b        ←▹∇z        ←▹∇h        ←",
        "           └─────────────────‹─────────────────┴────── ×1 ─┘",
    ]  # fmt: skip


def test_what_is_shared_is_drawn_once_and_gathered() -> None:
    assert text(scene(at("rnn", "grad_W")), 120, 40) == [
        " shared   x [▀▀▀▀▀▀▀▀▀▀▀▀]          W [▀▀▀▀▀▀▀▀▀▀▀▀]           U [▀▀▀▀▀▀▀▀▀▀▀▀]           b [▀▀▀▀▀▀▀▀▀▀▀▀]",
        "    ┌─────┴────────────────┬────────┴───────────────────────┬──┴──────────────────────────┘",
        "┌─ step 1 ────┐   ┌─ step 2 ───────────────── n₁=3 ─┐   ┌─ step 3 ────┐   ┌─ output ──────── n₃=1 ─┐   ┌─ loss ───────┐",
        "│ z⁽¹⁾ ▹h⁽¹⁾  │   │ z⁽²⁾       n₁×m▹h⁽²⁾       n₁×m │   │ z⁽³⁾  h⁽³⁾  │   │ V  n₃×n₁ o        n₃×m │   │ E            │",
        "│ [▀▀▀]→[▀▀▀] │──→│ ⎡ 0.134 −0.362⎤→⎡ 0.133 −0.347⎤ │──→│ [▀▀▀]→[▀▀▀] │──→│ [▀▀▀▀▀▀]→[−0.58 −0.18] │──→│     0.314908 │",
        "│             │   │ ⎢ 0.661  0.553⎥ ⎢ 0.579  0.503⎥ │   │             │   │                        │   │              │",
        "│             │   │ ⎣−0.451  0.115⎦ ⎣−0.423  0.115⎦ │   │             │   │                        │   │              │",
        "├┄┄┄┄┄┄┄┄┄┄┄┄┄┤   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┤   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤   │              │",
        "│ ∇z⁽¹⁾ ∇h⁽¹⁾ │   │▹∇z⁽²⁾      n₁×m ∇h⁽²⁾      n₁×m │   │▹∇z⁽³⁾ ∇h⁽³⁾ │   │ ∇V n₃×n₁ ∇o       n₃×m │   │ y        n₃×m│",
        "│ [···]←[···] │←──│ ⎡−0.079  0.024⎤←⎡−0.080  0.027⎤ │←──│ [▀▀▀]←[▀▀▀] │   │ [▀▀▀▀▀▀]←[−0.54  0.16] │←──│ [ 0.50 −0.50]│",
        "│             │   │ ⎢ 0.041 −0.030⎥ ⎢ 0.062 −0.040⎥ │   │             │   │                        │   │              │",
        "│             │   │ ⎣−0.186  0.096⎦ ⎣−0.227  0.097⎦ │   │             │   │                        │   │              │",
        "└─────────────┘   └─────────────────────────────────┘   └─────────────┘   └────────────────────────┘   └──────────────┘",
        "    │                      │                                │     └─────‹──────────────────┘",
        "    └──────────────────────┴────────┬───────────────────────┴──┬──────────────────────────┐",
        " summed                            ▸∇W [▀▀▀▀▀▀▀▀▀▀▀▀] 2 of 2   ∇U [············] 2 of 3   ∇b [············] 2 of 3",
    ]  # fmt: skip


def test_what_is_shared_stands_first_on_the_rail() -> None:
    assert text(scene(at("rnn", "grad_W")), 80, 24) == [
        "           ┌───────────── W ─────────────┬───────────┐                 Σ 2 of 2",
        "   x     W     U     b   → z¹  →▹h¹  → z²  →▹h²  → z³  → h³  → V   → o   → E",
        "        ▸∇W    ∇U    ∇b    ∇z¹ ← ∇h¹ ←▹∇z² ← ∇h² ←▹∇z³ ← ∇h³   ∇V  ← ∇o  ←",
        "           └──────────────‹──────────────┴───────────┘     └─────‹─────┘",
    ]  # fmt: skip


def test_a_rail_that_scrolls_keeps_what_the_step_reads_and_marks_the_gaps() -> None:
    assert text(scene(at("two-heads", "grad_X")), 80, 24) == [
        "       ┌────────── X ──────────┬───────────┬───────────┬───────────┐",
        "     X   →▹A¹  → Q¹  ·▹B¹  → K¹   ▹C¹  → V¹   ▹A²  → Q²  ·▹B²  → K²          1 ›",
        "    ▸∇X    ∇A¹ ←▹∇Q¹   ∇B¹ ←▹∇K¹   ∇C¹ ←▹∇V¹   ∇A² ←▹∇Q²   ∇B² ←▹∇K²",
        "       └─────‹─────┴───────────┴───────────┴───────────┴───────────┘",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 105])
def test_the_rail_shows_the_step_and_as_much_of_what_it_reads_as_it_has_places_for(width: int) -> None:
    for network in (ns.open("rnn").network, ns.open("lstm-cell").network, heads(4), deep_residual(12), dense()):
        session = ns.open(network)
        for step in session.program.steps:
            session.next()
            shown = "".join(text(scene(session), width, 24)[:3])
            assert shown.count("▸") == 1, step.id
            names = {name for name in step.operands if name in session.program.symbols} - {step.id}
            read = [name for name in names if name.removeprefix("grad_") in chart_names(session)]
            assert shown.count("▹") >= min(len(read), (width - 10) // 7 - 1), (step.id, shown)


def chart_names(session: ns.Session) -> set[str]:
    """What has a place on the rail: all but what E alone is compared with."""
    chart = chart_of(session.program.graph)
    return {*chart.shared, *(name for box in chart.boxes for track in box.tracks for name in track)}


def test_parallel_branches_have_tracks_of_their_own() -> None:
    assert text(scene(at("attention", "grad_S")), 120, 40) == [
        "┌─ given ─┐  ┌─ queries, keys, values ─┐  ┌─ attention ──────────────────────────────────────────── n₀=4 ─┐  ┌─ loss ──┐",
        "│ X       │  │                         │  │ S                   n₀×n₀▹P                   n₀×n₀ O   n₀×n₃ │  │ E       │",
        "│ [▀▀▀▀▀▀]│─→│ W_q  [▀▀▀] → Q  [▀▀▀]   │─→│ ⎡ 0.11 −0.12 −0.06  0.14⎤→⎡0.27  0.22  0.23  0.28 ⎤→[▀▀▀▀▀▀▀] │─→│  0.2265 │",
        "│         │←─│ ∇W_q [···] ← ∇Q [···]   │←─│ ⎢ 0.14 −0.21 −0.02  0.22⎥ ⎢0.27  0.19  0.23  0.30 ⎥           │  │         │",
        "│         │  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  │ ⎢−0.14  0.64 −0.43 −0.47⎥ ⎢0.22  0.47  0.16  0.15 ⎥           │  │         │",
        "│         │─→│ W_k  [▀▀▀] → K  [▀▀▀]   │─→│ ⎣−0.03  0.03  0.03 −0.04⎦ ⎣0.24  0.26  0.26  0.24 ⎦           │  │         │",
        "├┄┄┄┄┄┄┄┄┄┤←─│ ∇W_k [···] ← ∇K [···]   │←─├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  │         │",
        "│ ∇X Σ3   │  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  │▸∇S                  n₀×n₀▹∇P                  n₀×n₀ ∇O  n₀×n₃ │  │ Y  n₀×n₃│",
        "│ [······]│─→│ W_v  [▀▀▀] → V  [▀▀▀]   │─→│ ⎡−0.01 −0.01  0.01  0.01⎤←⎡−0.03 −0.06  0.04  0.02⎤←[▀▀▀▀▀▀▀] │←─│ [▀▀▀▀▀▀]│",
        "│         │←─│ ∇W_v [···] ← ∇V [···]   │←─│ ⎢−0.03 −0.03  0.07 −0.01⎥ ⎢−0.10 −0.12  0.32  0.00⎥           │  │         │",
        "│         │  │                         │  │ ⎢ 0.02  0.07 −0.07 −0.01⎥ ⎢ 0.14  0.19 −0.39 −0.03⎥           │  │         │",
        "│         │  │                         │  │ ⎣−0.03 −0.01  0.07 −0.03⎦ ⎣−0.05  0.02  0.35 −0.07⎦           │  │         │",
        "└─────────┘  └─────────────────────────┘  └───────────────────────────────────────────────────────────────┘  └─────────┘",
        "",
    ]  # fmt: skip


def test_blocks_side_by_side_lie_one_under_the_other_around_what_the_step_reads() -> None:
    assert text(scene(at("two-heads", "grad_H1")), 120, 40) == [
        "┌─ given ─┐  ┌─ head 1, 2 ──────────────────────────────────────────────── n₀=3 ─┐  ┌─ together ─── n₀=3 ─┐  ┌─ loss ──┐",
        "│ X       │─→│ A⁽¹⁾  [▀▀▀▀▀▀] → Q⁽¹⁾  [▀▀▀▀▀▀] → P⁽¹⁾  [▀▀▀▀▀▀] → H⁽¹⁾  [▀▀▀▀▀▀] │─→│▹W_o        O  n₀×n₆ │  │ E       │",
        "│ [▀▀▀▀▀▀]│←─│ ∇A⁽¹⁾ [······] ← ∇Q⁽¹⁾ [······] ← ∇P⁽¹⁾ [······] ←▸∇H⁽¹⁾ [▀▀▀▀▀▀] │←─│ [▀▀▀▀▀▀] → [▀▀▀▀▀▀] │─→│  0.1127 │",
        "│         │─→│ B⁽¹⁾  [▀▀▀▀▀▀] → K⁽¹⁾  [▀▀▀▀▀▀] → P⁽¹⁾                            │  │                     │  │         │",
        "│         │←─│ ∇B⁽¹⁾ [······] ← ∇K⁽¹⁾ [······] ←                                 │  │                     │  │         │",
        "│         │─→│ C⁽¹⁾  [▀▀▀▀▀▀] → V⁽¹⁾  [▀▀▀▀▀▀] → H⁽¹⁾                            │  │                     │  │         │",
        "├┄┄┄┄┄┄┄┄┄┤←─│ ∇C⁽¹⁾ [······] ← ∇V⁽¹⁾ [······] ←                                 │  ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  │         │",
        "│ ∇X Σ6   │─→│ A⁽²⁾  [▀▀▀▀▀▀] → Q⁽²⁾  [▀▀▀▀▀▀] → P⁽²⁾  [▀▀▀▀▀▀] → H⁽²⁾  [▀▀▀▀▀▀] │─→│ ∇W_o      ▹∇O n₀×n₆ │  │ Y  n₀×n₆│",
        "│ [······]│←─│ ∇A⁽²⁾ [▀▀▀▀▀▀] ← ∇Q⁽²⁾ [▀▀▀▀▀▀] ← ∇P⁽²⁾ [▀▀▀▀▀▀] ← ∇H⁽²⁾ [▀▀▀▀▀▀] │←─│ [▀▀▀▀▀▀] ← [▀▀▀▀▀▀] │←─│ [▀▀▀▀▀▀]│",
        "│         │─→│ B⁽²⁾  [▀▀▀▀▀▀] → K⁽²⁾  [▀▀▀▀▀▀] → P⁽²⁾                            │  │                     │  │         │",
        "│         │←─│ ∇B⁽²⁾ [▀▀▀▀▀▀] ← ∇K⁽²⁾ [▀▀▀▀▀▀] ←                                 │  │                     │  │         │",
        "│         │─→│ C⁽²⁾  [▀▀▀▀▀▀] → V⁽²⁾  [▀▀▀▀▀▀] → H⁽²⁾                            │  │                     │  │         │",
        "│         │←─│ ∇C⁽²⁾ [▀▀▀▀▀▀] ← ∇V⁽²⁾ [▀▀▀▀▀▀] ←                                 │  │                     │  │         │",
        "└─────────┘  └───────────────────────────────────────────────────────────────────┘  └─────────────────────┘  └─────────┘",
    ]  # fmt: skip
    chart = chart_of(ns.open("two-heads").program.graph)
    assert [box.title for box in chart.boxes] == ["given", "head 1, 2", "together", "loss"]
    assert chart.shared == ()


def heads(count: int) -> ns.Network:
    """Attention with so many heads: three tracks for each of them in one card."""
    lines, dice = [], np.random.default_rng(1)
    for k in range(1, count + 1):
        lines += [f"## head {k}", f"Q{k} = X A{k}", f"K{k} = X B{k}", f"V{k} = X C{k}"]
        lines += [f"P{k} = softmax(Q{k} K{k}ᵀ, axis=1)", f"H{k} = P{k} V{k}"]
    lines += ["## together", f"O = {' + '.join(f'H{k}' for k in range(1, count + 1))}", "E = sum((O - Y)^2)"]
    parameters = {f"{w}{k}": dice.normal(size=(3, 2)).tolist() for w in "ABC" for k in range(1, count + 1)}
    given = {"X": dice.normal(size=(3, 3)).tolist(), "Y": dice.normal(size=(3, 2)).tolist()}
    return ns.Network.from_equations("\n".join(lines), parameters=parameters, given=given, gradients=["X"])


@pytest.mark.parametrize(("width", "height"), [(120, 40), (200, 55)])
@pytest.mark.parametrize("count", [2, 4])
def test_tracks_of_the_step_are_in_sight_and_a_fold_says_what_it_hides(count: int, width: int, height: int) -> None:
    session = ns.open(heads(count))
    chart = chart_of(session.program.graph)
    (card,) = (box for box in chart.boxes if len(box.tracks) == 3 * count)
    seen = set()
    for step in session.program.steps:
        session.next()
        shown = "\n".join(text(scene(session), width, height))
        numbers = dict(zip("¹²³⁴", "1234", strict=True))
        visible = {f"{name}{numbers[mark]}" for name, mark in re.findall(r"([ABC])⁽([¹²³⁴])⁾ +\[", shown)}
        wanted = {name.removeprefix("grad_") for name in (step.target.bare.id, *step.operands)}
        tracks = [track for track in card.tracks if wanted.intersection(track)]
        rows_for = 6 if height == 40 else 10
        if len(tracks) <= rows_for:
            assert {track[0] for track in tracks} <= visible, step.id
        fold = re.search(r"─ (\d+) more: ([^─]+) ─", shown)
        hidden = len(card.tracks) - len(visible)
        seen.add(hidden)
        assert (fold is None) == (hidden == 0), step.id
        if fold is not None:
            assert int(fold[1]) == hidden
            told = {f"{name}{numbers[mark]}" for name, mark in re.findall(r"([A-Z])⁽([¹²³⁴])⁾", fold[2])}
            assert len([track for track in card.tracks if told.intersection(track)]) == hidden
            assert not [track for track in card.tracks if told.intersection(track) and visible.intersection(track)]
    assert max(seen) == (0 if count == 2 else 6 if height == 40 else 2)


@pytest.mark.parametrize("name", ["A4", "C1"])
def test_a_track_in_which_a_number_is_edited_is_in_sight(name: str) -> None:
    session = ns.open(heads(4))
    session.goto("Q2")
    shown = text(edited(session, name, (0, 0), "0.5"), 120, 40)
    assert any(re.search(rf"{name[0]}⁽{'⁰¹²³⁴'[int(name[1])]}⁾ +\[", row) for row in shown)


@pytest.mark.parametrize("source", ["attention", "temperature", "residual", "batch-norm"])
def test_the_active_card_has_the_first_claim_on_numbers(source: str) -> None:
    session = ns.open(source)
    for step in session.program.steps:
        session.next()
        shown = scene(session)
        plan = plan_within(shown, 120, map_height(120, 40, shown))
        assert not [item for _, item in plan.items if isinstance(item, Fold)], step.id
        names = {step.target.bare.id, *(name.removeprefix("grad_") for name in step.operands)}
        (card,) = (card for _, card in plan.cards if card.index == active_box(shown, plan.chart))
        for slot in card.slots if not card.is_inline else ():
            if slot.name in names and slot.measured.rows <= plan.lane and slot.measured.columns <= 4:
                assert slot.numeric, (step.id, slot.name)


@pytest.mark.parametrize(
    ("source", "convention"),
    [
        ("dead-relu", "column"),
        ("skinny", "row-keras"),
        ("ng-ex4", "row-pytorch"),
        ("ridge", "column"),
        ("xor", "column"),
    ],
)
def test_what_a_step_makes_is_in_numbers_where_they_fit(source: str, convention: str) -> None:
    session = ns.open(source)
    for step in session.program.steps:
        session.next()
        shown = scene(session, convention)
        plan = plan_within(shown, 120, map_height(120, 40, shown))
        (card,) = (card for _, card in plan.cards if card.index == active_box(shown, plan.chart))
        made = [slot for slot in card.slots if slot.name == step.target.bare.id and slot.measured.columns <= 4]
        assert all(slot.numeric for slot in made if slot.measured.rows <= plan.bands.numbers), step.id


def test_two_rows_more_are_taken_for_the_sake_of_numbers_only() -> None:
    for source, step, height, number in (
        ("ridge", "r", 15, "−0.625"), ("rnn", "grad_h1", 16, "⎢−0.291  0.501⎥"), ("layer-norm", "c", 16, "⎢−1.19  1.06⎥"),
    ):  # fmt: skip
        assert map_height(120, 40, scene(at(source, step))) == height
        assert number in "\n".join(text(scene(at(source, step)), 120, 40))
    for source in ("two-heads", "weight-decay"):
        assert map_height(120, 40, scene(at(source, "E"))) <= 14


def test_the_map_of_a_graph_stands_still() -> None:
    for source in ("attention", "two-heads", "temperature", "batch-norm"):
        session = ns.open(source)
        heights = set()
        for _ in session.program.steps:
            heights.add(map_height(120, 40, scene(session)))
            session.next()
        assert len(heights) == 1, source


def test_where_nothing_is_gathered_no_rows_are_kept_for_it() -> None:
    equations = "## a\nh = W x\n## b\nk = V x + h\nE = sum(k^2)"
    matrix = [[0.1, 0.2], [0.3, 0.4]]
    network = ns.Network.from_equations(equations, parameters={"W": matrix, "V": matrix}, x=matrix)
    learned = ns.Network.from_equations(equations, parameters={"W": matrix, "V": matrix}, x=matrix, gradients=["x"])
    without, with_gradient = (text(scene(ns.open(each)), 120, 40) for each in (network, learned))
    assert "shared" in without[0]
    assert not any("summed" in row for row in without)
    assert any("summed" in row for row in with_gradient)


def test_ways_join_where_values_are_added_up() -> None:
    joins = {
        name: set(chart_of(ns.open(name).program.graph).joins) for name in ("residual", "lstm-cell", "rnn", "mazur")
    }
    assert joins == {"residual": {"h"}, "lstm-cell": {"C"}, "rnn": set(), "mazur": set()}
    session = ns.open(deep_residual(2))
    session.goto("h2")
    for size in ((120, 40), (80, 24)):
        shown = "\n".join(text(scene(session), *size))
        assert shown.count("⊕") == 2
        assert shown.count("+") == 0
    assert "\n".join(text(scene(session, glyphs=ASCII), 80, 24)).count("+") >= 2


def test_the_chart_of_layers_is_a_chain() -> None:
    chart = chart_of(ns.open("mazur").program.graph)
    assert [box.tracks for box in chart.boxes] == [
        (("a0",),),
        (("W0", "b0", "z1", "a1"),),
        (("W1", "b1", "z2", "a2"),),
        (("E",),),
    ]
    assert chart.boxes[-1].compared == ("y",)
    assert chart.shared == ()
    assert rows_needed(chart, 2) == (0, 1)


@pytest.mark.parametrize("seed", range(30))
def test_everything_stands_in_one_place_and_every_reading_is_a_link(seed: int) -> None:
    graph = ns.open(random_network(seed)).program.graph
    chart = chart_of(graph)
    placed = [name for box in chart.boxes for name in box.names]
    known = {quantity.symbol.id for quantity in graph.quantities}
    assert sorted([*placed, *chart.shared]) == sorted(known)
    order = {name: (chart.box_of[name], chart.track_of(name)) for name in placed}
    linked = {(link.source, link.reader) for link in chart.links}
    for definition in graph.definitions:
        for symbol in definition.read:
            if symbol.id in chart.computed:
                assert order[symbol.id][0] <= order[definition.target.id][0]
                if definition.definition is None:
                    assert (symbol.id, definition.target.id) in linked


def test_channels_never_share_a_place() -> None:
    columns = {name: 10 * place for place, name in enumerate("abcdefgh")}
    routes = [Route("a", ("c",)), Route("b", ("d", "e")), Route("c", ("f",)), Route("e", ("g",)), Route("f", ("h",))]
    found = coloured(routes, columns, 2)
    for row in (0, 1):
        spans = sorted((columns[r.source], columns[r.readers[-1]]) for r in found if r.row == row)
        assert all(left[1] < right[0] for left, right in pairwise(spans))
    assert next(route.source for route in coloured(routes, columns, 1, frozenset({"c"})) if route.row == 0) == "c"


def test_exactly_what_the_step_passes_along_is_lit() -> None:
    for step, part, is_lit in (
        ("h", "┌────", True),
        ("z", "┌────", False),
        ("grad_x", "└────", True),
        ("grad_z", "‹ ∇x", False),
    ):
        canvas = canvas_of(scene(at("residual", step)), 120, 40)
        x, y = place(canvas, " x ") if part == "┌────" else place(canvas, "‹ ∇x")
        assert (ink(canvas, x + 1, y) == accent_style(DARK)) is is_lit, step


def test_the_terms_of_a_sum_are_counted_as_they_come() -> None:
    session = ns.open("rnn")
    seen = []
    for step in session.program.steps:
        session.goto(step.id)
        found = next(row for row in text(scene(session), 120, 40) if row.lstrip().startswith("summed"))
        seen.append(found.count("1 of"))
        assert "4 of" not in found
    assert max(seen) > 0


@pytest.mark.parametrize(("width", "height"), [(120, 40), (200, 55)])
def test_the_step_and_all_that_it_reads_stay_in_sight(width: int, height: int) -> None:
    session = ns.open(deep_residual(12))
    for step in session.program.steps:
        session.goto(step.id)
        plan = plan_map(scene(session), width, 2)
        folded = {index for _, item in plan.items if isinstance(item, Fold) for index in item.boxes}
        names = {step.target.bare.id, *(name.removeprefix("grad_") for name in step.operands)}
        assert not {plan.chart.box_of[name] for name in names if name in plan.chart.box_of} & folded, step.id
        assert sum(item.width for _, item in plan.items) <= width


def test_the_mouse_finds_channels_tracks_and_the_bus() -> None:
    canvas = canvas_of(scene(at("residual", "grad_x")), 120, 40)
    x, y = place(canvas, "‹ ∇x")
    assert canvas.target_at(x + 2, y) == Target("quantity", "grad_x")
    canvas = canvas_of(scene(at("attention", "S")), 120, 40)
    assert canvas.target_at(*place(canvas, "∇W_k")) == Target("quantity", "grad_W_k")
    canvas = canvas_of(scene(at("rnn", "grad_W")), 120, 40)
    assert canvas.target_at(*place(canvas, "∇U")) == Target("quantity", "grad_U")


def test_graphs_are_drawn_in_ascii_too() -> None:
    for source in ("residual", "rnn", "two-heads"):
        for width, height in ((80, 24), (120, 40)):
            assert all(row.isascii() for row in text(scene(at(source, "E"), glyphs=ASCII), width, height))


def test_numbers_of_the_map_are_those_of_the_session() -> None:
    session = at("residual", "grad_x")
    shown = "\n".join(text(scene(session), 200, 55))
    for name in ("x", "W", "b", "z", "h", "y", "grad_h", "grad_z", "grad_W", "grad_x"):
        values = session.values[name] if name in session.program.inputs else session[name]
        for value in np.ravel(values):
            assert f"{value:.6f}".replace("-", "−") in shown, name


def dense() -> ns.Network:
    """More leaps than there are rows for channels."""
    text = """
    ## a
    a1 = tanh(x)
    ## b
    b1 = tanh(a1)
    ## c
    c1 = b1 + a1
    ## d
    d1 = tanh(c1 + b1 + a1)
    ## e
    e1 = d1 + W c1 + b1 + a1
    E = sum((e1 - y)^2)
    """
    return ns.Network.from_equations(text, parameters={"W": [[0.1, 0.2], [0.3, 0.4]]}, x=[[0.1, 0.2]], y=[[0.3, 0.1]])


def test_where_channels_run_out_that_of_the_step_has_one_all_the_same() -> None:
    session = ns.open(dense())
    for step, name in (("grad_c1", "∇c⁽¹⁾"), ("grad_b1", "∇b⁽¹⁾"), ("grad_a1", "∇a⁽¹⁾")):
        session.goto(step)
        canvas = canvas_of(scene(session), 120, 40)
        x, y = place(canvas, f"‹ {name}")
        assert ink(canvas, x, y) == accent_style(DARK)
