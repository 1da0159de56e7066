"""The screen as cells: reading terminal sequences, and writing changes so that a terminal reads the same screen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from nablastep_tui.recording.model import PLAIN, Cell, CellStyle, Grid, plain_text, text_rows
from nablastep_tui.recording.screen_grid import ScreenGrid, encode_changes


def screen(data: str, width: int = 8, height: int = 3) -> ScreenGrid:
    grid = ScreenGrid(width, height)
    grid.feed(data)
    return grid


def rows(data: str, width: int = 8, height: int = 3) -> list[str]:
    return text_rows(screen(data, width, height).grid())


def style(data: str) -> CellStyle:
    return screen(f"{data}x").grid()[0][0].style


def test_text_is_placed_and_cut_at_the_edge() -> None:
    assert rows("abc\x1b[2;3Hde\x1b[3;7Hlonger") == ["abc     ", "  de    ", "      lo"]


def test_line_feed_keeps_the_column() -> None:
    assert rows("ab\ncd\r\ne") == ["ab      ", "  cd    ", "e       "]


def test_relative_moves_and_erasures() -> None:
    assert rows("abcdefgh\x1b[1;4H\x1b[K") == ["abc     ", " " * 8, " " * 8]
    assert rows("abcdefgh\x1b[1;4H\x1b[1K") == ["    efgh", " " * 8, " " * 8]
    assert rows("abc\x1b[2Bx\x1b[A\x1b[2Dy\x1b[5Gz") == ["abc     ", "  y z   ", "   x    "]
    assert rows("ab\x1b[2;1Hcd\x1b[2J") == [" " * 8] * 3


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("\x1b[1;38;2;1;2;3m", CellStyle(foreground=(1, 2, 3), bold=True)),
        ("\x1b[48;2;9;8;7m\x1b[39m", CellStyle(background=(9, 8, 7))),
        ("\x1b[31;104m", CellStyle(foreground=(205, 49, 49), background=(59, 142, 234))),
        ("\x1b[38;5;196m", CellStyle(foreground=(255, 0, 0))),
        ("\x1b[38;5;232m", CellStyle(foreground=(8, 8, 8))),
        ("\x1b[1;2;3;4;7;9m\x1b[22;24m", CellStyle(italic=True, reverse=True, strike=True)),
        ("\x1b[1m\x1b[m", PLAIN),
        ("\x1b[1m\x1b[0m", PLAIN),
    ],
)
def test_styles(sequence: str, expected: CellStyle) -> None:
    assert style(sequence) == expected


def test_wide_characters_take_two_cells_and_are_not_cut_in_two() -> None:
    grid = screen("日本x").grid()
    assert [cell.text for cell in grid[0]][:5] == ["日", "", "本", "", "x"]
    assert rows("日本\x1b[1;2Hy") == [" y本    ", " " * 8, " " * 8]
    assert rows("日本\x1b[1;3Hz") == ["日z     ", " " * 8, " " * 8]
    assert rows("1234567日") == ["1234567 ", " " * 8, " " * 8]


def test_combining_marks_join_the_character_before() -> None:
    assert [cell.text for cell in screen("x\u0302y").grid()[0]][:2] == ["x\u0302", "y"]


@pytest.mark.parametrize("text", ["⚠\ufe0f", "👩\u200d👧", "👩\u200d⚕\ufe0f", "日"])
def test_joined_characters_are_as_wide_as_textual_takes_them(text: str) -> None:
    row = screen(f"a{text}b").grid()[0]
    assert [cell.text for cell in row][:4] == ["a", text, "", "b"]
    assert cell_len(text) == 2


def test_what_does_not_paint_is_ignored_and_what_is_not_understood_is_kept() -> None:
    grid = screen("\x1b[?25l\x1b]22;text\x07\x1b]8;id=1;http://x\x1b\\a\x1b]8;;\x1b\\\x07")
    assert grid.unknown == []
    grid.feed("\x1b[4S\x1b(0\x1b[38;9m\x1b[4S\x1b[?1000h\x0e")
    assert grid.unknown == ["\x1b[4S", "\x1b(0", "\x1b[38;9m", "\x1b[?1000h", "\x0e"]


def test_rows_without_change_stay_the_same_objects() -> None:
    grid = screen("abc")
    before = grid.grid()
    grid.feed("\x1b[1;1Habc\x1b[2;1Hd")
    after = grid.grid()
    assert after[0] is before[0]
    assert after[2] is before[2]
    assert after[1] is not before[1]


def test_a_sequence_may_arrive_in_pieces() -> None:
    data = "a\x1b[2;3H\x1b[1;38;2;1;2;3mb\x1b]22;x\x1b\\c"
    whole = screen(data).grid()
    for cut in range(len(data)):
        grid = screen(data[:cut])
        grid.feed(data[cut:])
        assert grid.grid() == whole


def test_plain_text_has_no_trailing_spaces() -> None:
    assert plain_text(screen("ab\x1b[3;2Hc").grid()) == "ab\n\n c\n"


styles = st.sampled_from(
    [PLAIN, CellStyle(foreground=(1, 2, 3), bold=True), CellStyle(background=(200, 0, 9), reverse=True, underline=True)]
)
characters = st.sampled_from(["a", "b", " ", "│", "日", "x\u0302"])


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Screens of 3 rows and 7 columns, filled as a terminal would fill them."""
    lines = []
    for _ in range(3):
        row: list[Cell] = []
        while len(row) < 7:
            text, look = draw(characters), draw(styles)
            wide = text == "日" and len(row) < 6
            row += [Cell("日", look), Cell("", look)] if wide else [Cell("." if text == "日" else text, look)]
        lines.append(tuple(row))
    return tuple(lines)


@settings(max_examples=60)
@given(grids(), grids())
def test_changes_turn_one_screen_into_the_other(before: Grid, after: Grid) -> None:
    terminal = ScreenGrid(7, 3)
    terminal.feed(encode_changes(None, before))
    assert terminal.grid() == before
    terminal.feed(encode_changes(before, after))
    assert terminal.grid() == after
    assert terminal.unknown == []


def test_only_what_changed_is_written() -> None:
    before, after = screen("abcdefgh\nx").grid(), screen("abcdefgH\nx").grid()
    assert encode_changes(before, before) == ""
    assert encode_changes(before, after) == "\x1b[1;8H\x1b[0mH\x1b[0m"


def test_changes_that_are_near_are_written_in_one_go() -> None:
    before, near, far = screen("abcdefgh").grid(), screen("AbcdeFgh").grid(), screen("AbcdefGh").grid()
    assert encode_changes(before, near) == "\x1b[1;1H\x1b[0mAbcdeF\x1b[0m"
    assert encode_changes(before, far) == "\x1b[1;1H\x1b[0mA\x1b[1;7HG\x1b[0m"
