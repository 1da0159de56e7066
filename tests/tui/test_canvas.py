from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from nablastep_tui.draw.canvas import Canvas, Hit
from nablastep_tui.draw.lines import draw_brackets, draw_connector, draw_hook, draw_ruler, draw_title_rule
from nablastep_tui.look.cells import cells_of, width_of
from nablastep_tui.look.glyphs import ASCII, UNICODE
from nablastep_tui.look.themes import style

GROUND = style("#aaaaaa", "#000000")
RED = style("#ff0000")
BAND = style(background="#222222")
KEY = style("#000000", "#ffff00", bold=True)


def canvas(width: int, height: int) -> Canvas:
    return Canvas(width, height, GROUND)


def test_text_keeps_the_background_and_nothing_else_of_what_was_there() -> None:
    found = canvas(6, 1)
    found.fill(0, 0, 6, 1, KEY)
    after = found.write(1, 0, "ab", RED)
    assert after == 3
    assert found.text_rows() == [" ab   "]
    assert found.style_at(1, 0) == Style(color="#ff0000", bgcolor="#ffff00")
    assert found.style_at(3, 0) is KEY


def test_text_with_a_background_brings_it() -> None:
    found = canvas(3, 1)
    found.write(0, 0, "x", KEY)
    assert found.style_at(0, 0) is KEY
    assert found.style_at(1, 0) is GROUND


@pytest.mark.parametrize(("x", "text"), [(-2, "cdef  "), (3, "   abc"), (6, "      "), (-6, "      ")])
def test_text_clips_at_both_edges(x: int, text: str) -> None:
    found = canvas(6, 2)
    found.write(x, 1, "abcdef", RED)
    found.write(x, 2, "below", RED)
    found.write(x, -1, "above", RED)
    assert found.text_rows() == ["      ", text]


def test_fill_blanks_and_paint_keeps_text() -> None:
    found = canvas(4, 1)
    found.write(0, 0, "abcd", RED)
    found.fill(2, -3, 9, 9, BAND)
    assert found.text_rows() == ["ab  "]
    found.paint(0, 0, 1, 1, BAND)
    assert found.text_rows() == ["ab  "]
    assert found.style_at(0, 0) == Style(color="#ff0000", bgcolor="#222222")
    assert found.style_at(1, 0) == Style(color="#ff0000", bgcolor="#000000")


def test_fill_with_a_glyph_and_no_background_keeps_the_ground() -> None:
    found = canvas(3, 1)
    found.fill(1, 0, 5, 1, RED, "─")
    assert found.text_rows() == [" ──"]
    assert found.style_at(2, 0) == Style(color="#ff0000", bgcolor="#000000")


def test_boxes_and_rules() -> None:
    found = canvas(6, 4)
    found.box(0, 0, 6, 4, UNICODE.frame, RED)
    found.horizontal(1, 1, 2, "─", RED)
    found.vertical(4, 1, 2, "│", RED)
    assert found.text_rows() == ["┌────┐", "│── ││", "│   ││", "└────┘"]
    narrow = canvas(3, 3)
    narrow.box(0, 0, 1, 3, UNICODE.frame, RED)
    assert narrow.text_rows() == ["   "] * 3


def test_blit_clips_and_brings_marks() -> None:
    small = Canvas(3, 2, BAND)
    small.write(0, 0, "abc", RED)
    small.mark(0, 0, 2, 1, "cell")
    found = canvas(4, 2)
    found.blit(small, 2, 1)
    assert found.text_rows() == ["    ", "  ab"]
    assert found.style_at(3, 1) == Style(color="#ff0000", bgcolor="#222222")
    assert found.hit_at(3, 1) == Hit("cell", 1, 0)
    assert found.target_at(2, 0) is None


def test_the_later_mark_lies_on_top() -> None:
    found = canvas(5, 5)
    found.mark(0, 0, 5, 5, "card")
    found.mark(1, 1, 2, 2, ("W1", 0, 1))
    assert found.target_at(0, 0) == "card"
    assert found.target_at(2, 2) == ("W1", 0, 1)
    assert found.target_at(3, 2) == "card"
    assert found.target_at(5, 0) is None
    assert found.hit_at(2, 1) == Hit(("W1", 0, 1), 1, 0)


def test_strips_merge_neighbours_of_one_style() -> None:
    found = canvas(6, 2)
    found.write(1, 0, "ab", RED)
    found.write(3, 0, "c", style("#ff0000"))
    strips = found.strips()
    assert [[segment.text for segment in strip] for strip in strips] == [[" ", "abc", "  "], ["      "]]
    assert [strip.cell_length for strip in strips] == [6, 6]
    assert list(found.strip(0)) == list(strips[0])


def test_styles_combined_in_different_ways_still_merge() -> None:
    found = canvas(2, 1)
    found.write(0, 0, "a", style("#ff0000", "#000000"))
    found.write(1, 0, "b", style("#ff0000", "#ffffff"))
    found.paint(0, 0, 2, 1, BAND)
    assert [segment.text for segment in found.strip(0)] == ["ab"]


def test_empty_canvas() -> None:
    found = Canvas(0, 2, GROUND)
    found.write(0, 0, "abc", RED)
    assert [strip.cell_length for strip in found.strips()] == [0, 0]
    assert Canvas(-1, -1).strips() == []


def test_text_is_never_markup() -> None:
    found = canvas(14, 1)
    found.write(0, 0, "[red]x[/] [i]", RED)
    assert found.text_rows() == ["[red]x[/] [i] "]


def test_text_cannot_drive_the_terminal() -> None:
    assert cells_of("a\x1b[2Jb\n\u202e") == ("a", "\ufffd", "[", "2", "J", "b", "\ufffd")
    # A width table gives the soft hyphen and the Arabic number sign a cell of their own.
    assert cells_of("a\u00ad\u0600\u2066b") == ("a", "b")


def test_wide_characters_take_two_cells_and_are_never_cut() -> None:
    found = canvas(4, 1)
    found.write(0, 0, "漢x", RED)
    assert found.text_rows() == ["漢x "]
    found.write(1, 0, "y", RED)
    assert found.text_rows() == [" yx "]
    found.write(3, 0, "漢", RED)
    assert found.text_rows() == [" yx "]
    found.write(-1, 0, "漢", RED)
    assert found.text_rows() == [" yx "]
    assert cells_of("e\u0301") == ("e\u0301",)
    assert width_of("漢字") == 4


@given(st.lists(st.tuples(st.integers(-3, 9), st.text(max_size=6)), max_size=5))
def test_rows_keep_their_width(writes: list[tuple[int, str]]) -> None:
    found = canvas(7, 1)
    for x, text in writes:
        found.write(x, 0, text, RED)
    assert cell_len(found.text_rows()[0]) == 7


def test_brackets_join_from_row_to_row() -> None:
    found = canvas(3, 4)
    draw_brackets(found, 1, 0, 1, 3, RED, UNICODE)
    draw_brackets(found, 1, 3, 1, 1, RED, UNICODE)
    assert found.text_rows() == ["⎡ ⎤", "⎢ ⎥", "⎣ ⎦", "[ ]"]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (14, "╶─── n₁ ────╴ "),
        (7, "╶ n₁ ─╴       "),
        (6, "╶ n₁ ╴        "),
        (5, " n₁           "),
        (2, "n₁            "),
    ],
)
def test_rulers_give_way_to_their_letter(width: int, text: str) -> None:
    found = canvas(14, 1)
    draw_ruler(found, 0, 0, width if width < 14 else 13, "n₁", RED, UNICODE)
    assert found.text_rows() == [text]


def test_connector_hangs_from_its_two_letters() -> None:
    found = canvas(24, 2)
    draw_connector(found, 1, 22, 0, "n₁ = n₁ ✓", RED, UNICODE)
    draw_connector(found, 7, 15, 1, "3 ≠ 2 ✗", RED, UNICODE)
    assert found.text_rows() == [" ╰──── n₁ = n₁ ✓ ─────╯ ", "        3 ≠ 2 ✗         "]


def test_hook_and_title_rule() -> None:
    found = canvas(40, 2)
    draw_hook(found, 2, 12, 0, RED, UNICODE)
    draw_title_rule(found, 0, 1, 40, [("◀ backward", KEY), ("  step 8", RED)], ("to the bias", RED), GROUND, UNICODE)
    assert found.text_rows() == [
        "  └────‹────┘                           ",
        "── ◀ backward  step 8 ─── to the bias ──",
    ]


def test_title_rule_drops_its_end_where_there_is_no_room() -> None:
    found = canvas(24, 1)
    draw_title_rule(found, 0, 0, 24, [("◀ backward", RED)], ("gradient of W", RED), GROUND, ASCII)
    assert found.text_rows() == ["-- ◀ backward ----------"]
