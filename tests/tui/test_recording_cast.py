"""The `.cast` file: its form, what a terminal shows that plays it, and what may be in one made of live bytes."""

from __future__ import annotations

import json
import re

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nablastep_tui.recording.cast import Sanitiser, asciicast
from nablastep_tui.recording.model import Frame, Marker, Recording, text_rows
from nablastep_tui.recording.screen_grid import ScreenGrid
from recording_sample import SIZE, sample_recording


def events() -> list[list[object]]:
    return [json.loads(line) for line in asciicast(sample_recording()).splitlines()[1:]]


def displayed(terminal: pyte.Screen) -> list[str]:
    """The terminal's rows; pyte keeps the right half of a wide character as an empty cell."""
    return [
        "".join(terminal.buffer[row][column].data for column in range(terminal.columns))
        for row in range(terminal.lines)
    ]


def test_the_header_is_that_of_version_2() -> None:
    header = json.loads(asciicast(sample_recording()).splitlines()[0])
    assert (header["version"], header["width"], header["height"], header["title"]) == (2, *SIZE, "Sample")
    assert "timestamp" not in header
    assert re.fullmatch("#[0-9a-f]{6}", header["theme"]["bg"])
    assert len(header["theme"]["palette"].split(":")) == 16


def test_each_line_is_one_event_in_order_of_time() -> None:
    text = asciicast(sample_recording())
    assert text.endswith("\n")
    entries = events()
    assert all(len(entry) == 3 and isinstance(entry[2], str) for entry in entries)
    assert {entry[1] for entry in entries} == {"o", "m"}
    times = [entry[0] for entry in entries]
    assert times == sorted(times)
    assert times[0] == 0
    assert times[-1] == 5.5
    assert [entry for entry in entries if entry[1] == "m"] == [[1.0, "m", "Forward"], [2.5, "m", "Backward"]]


def test_times_are_written_in_whole_milliseconds() -> None:
    lines = asciicast(sample_recording()).splitlines()[1:]
    assert all(re.match(r"\[\d+\.\d{3}, \"", line) for line in lines)


def test_the_alternate_screen_is_neither_entered_nor_left_and_the_cursor_comes_back() -> None:
    text = "".join(str(entry[2]) for entry in events())
    assert "1049" not in text
    assert text.count("\x1b[?25l") == 1
    assert text.endswith("\x1b[?25h")


def test_a_terminal_that_plays_it_shows_each_frame() -> None:
    recording = sample_recording()
    terminal = pyte.Screen(*SIZE)
    stream = pyte.Stream(terminal)
    output = {time: data for time, code, data in events() if code == "o"}
    for frame in recording.frames:
        stream.feed(str(output[frame.milliseconds / 1000]))
        assert displayed(terminal) == text_rows(frame.cells)
    stream.feed(str(output[5.5]))
    assert displayed(terminal) == text_rows(recording.frames[-1].cells)


def test_the_first_event_is_a_whole_screen() -> None:
    first = str(events()[0][2])
    grid = ScreenGrid(*SIZE)
    grid.feed("rubbish" * 40)
    grid.feed(first)
    assert grid.grid() == sample_recording().frames[0].cells


def test_a_marker_at_the_start_stands_behind_the_first_screen() -> None:
    cells = sample_recording().frames[0].cells
    text = asciicast(Recording(SIZE, (Frame(0, cells),), markers=(Marker(0, "Begin"),), duration_ms=700))
    assert [json.loads(line)[:2] for line in text.splitlines()[1:]] == [[0, "o"], [0, "m"], [0.7, "o"]]


def test_a_recording_begins_at_0() -> None:
    with pytest.raises(ValueError, match="begins with a frame at 0 ms"):
        Recording(SIZE, (Frame(5, sample_recording().frames[0].cells),))


PAINTING = [
    "text ∇W⁽¹⁾", "\n", "\r", "\x1b[m", "\x1b[0;38;2;1;2;3m", "\x1b[2;3H", "\x1b[2J", "\x1b[K", "\x1b[3C",
]  # fmt: skip
HARMFUL = [
    "\x1b[?1000h", "\x1b[?1003h", "\x1b[?1006h", "\x1b[?1015h", "\x1b[?1016h", "\x1b[?1004h",  # mouse, focus
    "\x1b[?2004h", "\x1b[>25u", "\x1b[<u", "\x1b[>4;1m",  # paste, keyboards
    "\x1b[?2026$p", "\x1b[?2048$p", "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[14t", "\x1bZ", "\x05",  # questions
    "\x1b[?2026h", "\x1b[?2026l", "\x1b[?2048h", "\x1b[?7l", "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25l",  # modes
    "\x1b]52;c;c2VjcmV0\x07", "\x1b]22;pointer\x07", "\x1b]0;title\x1b\\", "\x1b]8;;http://x\x1b\\", "\x07",
    "\x1bP$q q\x1b\\", "\x1b_Gi=1\x1b\\", "\x1b^x\x1b\\", "\x1bXx\x1b\\",  # other strings
    "\x1b(0", "\x0e", "\x1bc", "\x1b[3J", "\x1b[!p", "\x1b=", "\x9b", "\x1b7", "\x1b[2;5r", "\x00", "\x7f",
]  # fmt: skip


@pytest.mark.parametrize("harmful", HARMFUL)
def test_nothing_harmful_gets_through_however_it_is_split(harmful: str) -> None:
    data = f"a{harmful}b"
    for cut in range(len(data) + 1):
        sanitiser = Sanitiser()
        assert sanitiser.clean(data[:cut]) + sanitiser.clean(data[cut:]) == "ab"


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PAINTING + HARMFUL), max_size=6))
def test_what_paints_gets_through_unchanged_however_it_is_split(parts: list[str]) -> None:
    data = "".join(parts)
    expected = "".join(part for part in parts if part in PAINTING)
    for cut in range(len(data) + 1):
        sanitiser = Sanitiser()
        assert sanitiser.clean(data[:cut]) + sanitiser.clean(data[cut:]) == expected
    one_by_one = Sanitiser()
    assert "".join(one_by_one.clean(character) for character in data) == expected


@settings(max_examples=100)
@given(st.text(st.sampled_from("\x1b[]?;012Hm\\PX\x07\x18\nab \x9b"), max_size=14))
def test_rubbish_is_read_to_the_same_end_however_it_is_split(data: str) -> None:
    whole = Sanitiser().clean(data)
    assert not re.search(r"\x1b(?!\[[0-9;:]*[A-HJKdfm])|[\x00-\x07\x0e-\x1a\x7f-\x9f]", whole)
    for cut in range(len(data) + 1):
        sanitiser = Sanitiser()
        assert sanitiser.clean(data[:cut]) + sanitiser.clean(data[cut:]) == whole


def test_a_string_that_never_ends_is_broken_off_by_the_next_sequence() -> None:
    assert Sanitiser().clean("\x1b]52;c;abc\x1b[1mon") == "\x1b[1mon"
