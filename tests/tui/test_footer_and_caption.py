from __future__ import annotations

import pytest

import nablastep as ns
from nablastep_tui.draw.chrome.caption import draw_caption
from nablastep_tui.draw.chrome.footer import draw_footer
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.look.palettes import DARK
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Key, Target
from region_scenes import at, drawn, ink, rows, scene

KEYS = (
    Key("→ ←", "step", "next"),
    Key("space", "play", "play"),
    Key("w", "why", "why"),
    Key("shift+→ or p", "phase", "phase(1)"),
    Key("/", "go to", "goto"),
    Key("?", "keys", "keys"),
)
CAPTION = ("The gradient of z meets what layer 1 sent.", "That is why this is an outer product.", "3 of 9")


def test_all_keys_where_there_is_room() -> None:
    shown = scene(ns.open("mazur"), keys=KEYS)
    assert rows(draw_footer, shown, 80, 1) == [
        " → ← step   space play   w why   shift+→ or p phase   / go to   ? keys"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (70, " → ← step  space play  w why  shift+→ or p phase  / go to  ? keys"),
        (50, " → ← step  space play  w why  / go to  ? keys"),
        (30, " → ← step  space play  ? keys"),
    ],
)
def test_keys_go_whole_and_the_list_of_keys_stays(width: int, said: str) -> None:
    assert rows(draw_footer, scene(ns.open("mazur"), keys=KEYS), width, 1) == [said]


def test_a_key_is_in_the_accent_and_can_be_clicked() -> None:
    canvas = drawn(draw_footer, scene(ns.open("mazur"), keys=KEYS), 80, 1)
    assert ink(canvas, 12, 0) == accent_style(DARK)
    assert ink(canvas, 18, 0) == style(DARK.muted)
    assert canvas.target_at(18, 0) == Target("key", "play")
    assert canvas.target_at(23, 0) is None


def test_arrows_are_words_in_ascii() -> None:
    assert rows(draw_footer, scene(ns.open("mazur"), keys=KEYS[:1], glyphs=ASCII), 80, 1) == [" right left step"]


def test_a_caption_has_two_lines_and_says_how_far_it_is() -> None:
    assert rows(draw_caption, scene(at("mazur", "E"), caption=CAPTION), 60, 2) == [
        "▌  The gradient of z meets what layer 1 sent.",
        "▌  That is why this is an outer product.           3 of 9",
    ]


def test_a_caption_on_one_row_is_its_first_line() -> None:
    assert rows(draw_caption, scene(at("mazur", "E"), caption=CAPTION), 40, 1) == [
        "▌  The gradient of z meets w…  3 of 9"
    ]  # fmt: skip


def test_a_caption_has_the_raised_ground_and_without_one_nothing_is_drawn() -> None:
    canvas = drawn(draw_caption, scene(at("mazur", "E"), caption=CAPTION), 60, 2)
    assert canvas.style_at(59, 1).bgcolor == style("", DARK.raised).bgcolor
    assert rows(draw_caption, scene(at("mazur", "E")), 60, 2) == ["", ""]
