"""SVG, GIF, text frames, captions, and how they are written to disk."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from nablastep_tui.recording import fonts
from nablastep_tui.recording.errors import ExportError
from nablastep_tui.recording.frames import file_stem, frame_files
from nablastep_tui.recording.gif import animated_gif
from nablastep_tui.recording.glyph_shapes import CELL_HEIGHT, CELL_WIDTH, glyph_shapes
from nablastep_tui.recording.model import Caption, Cell, CellStyle, Frame, Grid, Recording, text_rows
from nablastep_tui.recording.svg import animation, still
from nablastep_tui.recording.vtt import webvtt
from nablastep_tui.recording.writing import write_export, write_files
from recording_sample import SIZE, sample_recording

SVG = "{http://www.w3.org/2000/svg}"
FAINT = 100
"""Half of a stroke's brightness: what a curve has at least where it runs between pixels."""


def screen(*rows: str, style: CellStyle = CellStyle()) -> Grid:  # noqa: B008 - frozen
    return tuple(tuple(Cell(character, style) for character in row) for row in rows)


def recording_of(*grids: Grid, step_ms: int = 1000) -> Recording:
    frames = tuple(Frame(number * step_ms, grid) for number, grid in enumerate(grids))
    return Recording((len(grids[0][0]), len(grids[0])), frames, duration_ms=step_ms * len(grids))


# Stills


def drawn_text(group: ElementTree.Element, row: int, canvas: list[list[str]]) -> None:
    """Put the characters of a row's text elements where their x says."""
    for text in group.iter(f"{SVG}text"):
        characters, places = str(text.text), str(text.get("x")).split()
        for character, place in zip([characters] if len(places) == 1 else characters, places, strict=True):
            canvas[row][int(place) // CELL_WIDTH] = character


def expected_text(grid: Grid) -> list[list[str]]:
    """What must be drawn as text: all but spaces and what is drawn as shapes."""
    return [
        [cell.text if cell.text.strip() and glyph_shapes(cell.text) is None else " " for cell in row] for row in grid
    ]


def test_a_still_has_every_character_in_its_cell() -> None:
    grid = sample_recording().frames[-1].cells
    root = ElementTree.fromstring(still(grid, "The <end>"))
    canvas = [[" "] * SIZE[0] for _ in range(SIZE[1])]
    for group in root.findall(f"{SVG}g"):
        match = re.fullmatch(r"translate\(0 (\d+)\)", str(group.get("transform")))
        assert match is not None
        drawn_text(group, int(match[1]) // CELL_HEIGHT, canvas)
    assert canvas == expected_text(grid)
    assert root.findtext(f"{SVG}title") == "The <end>"
    assert (root.get("width"), root.get("height")) == (str(SIZE[0] * CELL_WIDTH), str(SIZE[1] * CELL_HEIGHT))


@pytest.mark.parametrize(
    "document", [lambda: still(sample_recording().frames[0].cells), lambda: animation(sample_recording())]
)
def test_a_document_needs_no_network_and_no_script(document) -> None:  # type: ignore[no-untyped-def]
    text = document()
    ElementTree.fromstring(text)
    assert re.findall("https?://[^\"' )]*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search("<script|@import|url\\(|<image|<animate|textLength", text)


def test_touching_shapes_are_one_path() -> None:
    document = still(screen("┌──────┐", "│      │", "└──────┘"))
    rows = ElementTree.fromstring(document).findall(f"{SVG}g")
    assert [len(group.findall(f"{SVG}path")) for group in rows] == [1, 1, 1]
    across = str(rows[0].find(f"{SVG}path").get("d"))  # type: ignore[union-attr]
    assert across.count("M") == 3, "one line across, and one down at each corner"


def test_backgrounds_differ_from_the_page() -> None:
    red = CellStyle(background=(200, 0, 0))
    row = (*screen("....")[0], Cell("x", red), Cell("y", red))
    document = ElementTree.fromstring(still((row,)))
    page, block = document.iter(f"{SVG}rect")
    assert page.get("fill") == "#121212"
    assert (block.get("x"), block.get("width"), block.get("fill")) == ("36", "18", "#c80000")


# Animated SVG


def shown_at(document: str, milliseconds: int) -> list[list[str]]:
    """The text that an animated SVG shows at a time, worked out from its keyframes."""
    root = ElementTree.fromstring(document)
    total = int(re.findall(r"(\d+)ms step-end", document)[0])
    definitions = {str(group.get("id")): group for group in root.iter(f"{SVG}g")}
    canvas = [
        [" "] * (int(str(root.get("width"))) // CELL_WIDTH) for _ in range(int(str(root.get("height"))) // CELL_HEIGHT)
    ]
    for use in root.findall(f"{SVG}use"):
        names = str(use.get("class") or "").split()
        timings = [name for name in names if name.startswith("t")]
        if timings and state_at(document, timings[0], 100 * milliseconds / total) == "hidden":
            continue
        drawn_text(definitions[str(use.get("href"))[1:]], int(str(use.get("y"))) // CELL_HEIGHT, canvas)
    return canvas


def state_at(document: str, name: str, percent: float) -> str:
    rule = re.search(rf"@keyframes {name}{{(.*?)}}}}", document)
    assert rule is not None
    stops = re.findall(r"([\d.]+)%{visibility:(\w+)}?", rule[1])
    assert stops[0][0] == "0"
    assert stops[-1][0] == "100"
    return [state for at, state in stops if float(at) <= percent][-1]


def test_an_animation_shows_each_frame_at_its_time() -> None:
    recording = sample_recording()
    document = animation(recording)
    for frame in recording.frames[:: max(1, len(recording.frames) // 8)]:
        assert shown_at(document, frame.milliseconds + 1) == expected_text(frame.cells)
    assert shown_at(document, 5400) == expected_text(recording.frames[-1].cells)


def test_without_motion_the_last_frame_stands() -> None:
    document = animation(recording_of(screen("one"), screen("two"), screen("six")))
    root = ElementTree.fromstring(document)
    assert document.index("@media (prefers-reduced-motion:no-preference){@keyframes") > 0
    texts = {str(group.get("id")): "".join(group.itertext()) for group in root.iter(f"{SVG}g")}
    still_shown = [use for use in root.findall(f"{SVG}use") if "h" not in str(use.get("class")).split()]
    assert [texts[str(use.get("href"))[1:]] for use in still_shown] == ["six"]


def test_content_that_comes_back_is_defined_once_and_captions_are_described() -> None:
    one, two = screen("one"), screen("two")
    recording = recording_of(one, two, one, two)
    document = animation(Recording(recording.size, recording.frames, (Caption(0, 9, "words"),), title="Back & forth"))
    root = ElementTree.fromstring(document)
    assert len(root.findall(f"{SVG}use")) == 2
    assert root.findtext(f"{SVG}title") == "Back & forth"
    assert root.findtext(f"{SVG}desc") == "words"


# GIF


def pixels(data: bytes, frame: int = 0):  # type: ignore[no-untyped-def]
    from PIL import Image

    image = Image.open(io.BytesIO(data))
    image.seek(frame)
    return image.convert("RGB")


def test_a_gif_has_the_frames_and_times_of_the_recording() -> None:
    from PIL import Image

    recording = recording_of(screen("one"), screen("two"), screen("two"), screen("six"))
    image = Image.open(io.BytesIO(animated_gif(recording, fonts.find_font())))
    assert image.size == (3 * CELL_WIDTH, CELL_HEIGHT)
    assert image.n_frames == 3
    times = []
    for number in range(3):
        image.seek(number)
        times.append(image.info["duration"])
    assert times == [1000, 2000, 2000]
    assert image.info["loop"] == 0


def test_a_gif_is_the_same_every_time() -> None:
    assert animated_gif(sample_recording()) == animated_gif(sample_recording())


def test_a_frame_of_the_gif_is_complete_though_only_changes_are_stored() -> None:
    recording = recording_of(screen("█ ", "  "), screen("██", "  "), screen(" █", " █"))
    data = animated_gif(recording)
    corners = [(0, 0), (CELL_WIDTH, 0), (0, CELL_HEIGHT), (CELL_WIDTH, CELL_HEIGHT)]
    lit = [[pixels(data, frame).getpixel(corner) == (224, 224, 224) for corner in corners] for frame in range(3)]
    assert lit == [[True, False, False, False], [True, True, False, False], [False, True, False, True]]


def test_a_wide_character_is_painted_anew_in_both_its_cells() -> None:
    from PIL import Image

    grids = [((Cell("a"), Cell(text), Cell("")),) for text in "日月"]
    image = Image.open(io.BytesIO(animated_gif(recording_of(*grids))))
    image.seek(1)
    assert image.tile[0][1] == (CELL_WIDTH, 0, 3 * CELL_WIDTH, CELL_HEIGHT)


@pytest.mark.parametrize("upright", ["│││", "║║║", "⎡⎢⎣", "⎤⎥⎦", "⎛⎜⎝", "╭│╰", "┏┃┗", "▌▌▌"])
def test_uprights_join_from_row_to_row(upright: str) -> None:
    image = pixels(animated_gif(recording_of(screen(*upright))))
    for y in range(CELL_HEIGHT // 2 + 2, 3 * CELL_HEIGHT - CELL_HEIGHT // 2 - 2):
        assert any(image.getpixel((x, y))[0] > FAINT for x in range(CELL_WIDTH)), y


@pytest.mark.parametrize("line", ["───", "═══", "╭─╮", "┌┬┐", "▁▁▁", "━━━", "╚═╝"])
def test_lines_join_from_column_to_column(line: str) -> None:
    image = pixels(animated_gif(recording_of(screen(line))))
    for x in range(CELL_WIDTH // 2 + 3, 2 * CELL_WIDTH + CELL_WIDTH // 2 - 3):
        assert any(image.getpixel((x, y))[0] > FAINT for y in range(CELL_HEIGHT)), x


def test_more_colours_than_a_gif_has_are_replaced_by_near_ones() -> None:
    styles = [CellStyle(background=(7 * row, 15 * column, 40)) for row in range(20) for column in range(16)]
    grid = tuple(tuple(Cell(" ", style) for style in styles[start : start + 20]) for start in range(0, 320, 20))
    image = pixels(animated_gif(recording_of(grid)))
    for row, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            assert cell.style.background is not None
            found = image.getpixel((column * CELL_WIDTH + 4, row * CELL_HEIGHT + 9))
            assert max(abs(a - b) for a, b in zip(found, cell.style.background, strict=True)) <= 16


def test_a_gif_without_pillow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "nablastep_tui.recording.glyph_painter", raising=False)
    with pytest.raises(ExportError, match="a GIF needs Pillow, which is not installed") as caught:
        animated_gif(sample_recording())
    for install in ("pip install '.[gif]'", "pip install 'nablastep[gif]'"):
        assert install in str(caught.value.hint)


def test_a_font_that_is_none_is_an_error(tmp_path: Path) -> None:
    font = tmp_path / "mono.ttf"
    font.write_text("no font")
    with pytest.raises(ExportError, match=r"mono\.ttf: the font cannot be read"):
        animated_gif(sample_recording(), font)


def test_fonts_are_found_by_preference(tmp_path: Path) -> None:
    assert fonts.find_font([tmp_path]) is None
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/SomeMono-Bold.ttf", "a/SomeMono.ttf", "a/b/Serif.ttf"):
        (tmp_path / name).touch()
    assert fonts.find_font([tmp_path]) == tmp_path / "a" / "SomeMono.ttf"
    for name in ("a/b/JetBrainsMono-Regular.ttf", "a/b/JetBrainsMono-Bold.ttf"):
        (tmp_path / name).touch()
    found = fonts.find_font([tmp_path / "missing", tmp_path])
    assert found == tmp_path / "a" / "b" / "JetBrainsMono-Regular.ttf"
    assert fonts.bold_of(found) == tmp_path / "a" / "b" / "JetBrainsMono-Bold.ttf"


def test_a_missing_font_is_mentioned() -> None:
    assert fonts.font_note(Path("any.ttf")) is None
    assert "no monospaced font was found" in str(fonts.font_note(None))


# Frames, captions


def test_snapshots_become_numbered_files() -> None:
    files = frame_files(sample_recording())
    assert list(files) == ["01-after-the-edit.txt", "01-after-the-edit.svg"]
    rows = text_rows(sample_recording().snapshots[0].grid)
    assert files["01-after-the-edit.txt"] == "".join(f"{row.rstrip()}\n" for row in rows)
    assert files["01-after-the-edit.txt"].startswith("step 1\n")


def test_without_snapshots_the_end_is_kept() -> None:
    assert frame_files(recording_of(screen("one"), screen("two")))["01-end.txt"] == "two\n"


def test_file_names_fit_every_file_system() -> None:
    assert file_stem(3, "../Über ∇W⁽¹⁾: 50 %/..") == "03-uber-w-1-50"
    assert file_stem(12, "∇") == "12-snapshot"
    assert len(file_stem(1, "x" * 300)) == 63


def test_captions_as_webvtt() -> None:
    assert webvtt(sample_recording()) == (
        "WEBVTT\n\n"
        "1\n00:00:01.000 --> 00:00:02.500\nOne sample, W0[0,1].\nEvery number is computed.\n\n"
        "2\n00:00:02.500 --> 00:00:05.500\nSecond &amp; last: a --&gt; b\n"
    )


def test_cues_last_and_hold_no_empty_lines() -> None:
    captions = (Caption(0, 0, "never seen"), Caption(3_723_004, 3_724_000, "above\n\n  below"))
    recording = Recording((1, 1), (Frame(0, screen(" ")),), captions)
    assert webvtt(recording) == "WEBVTT\n\n1\n01:02:03.004 --> 01:02:04.000\nabove\nbelow\n"


# Writing


def test_files_are_written_whole_into_new_folders(tmp_path: Path) -> None:
    paths = write_files(tmp_path / "out", {"a.md": "∇\n", "stills/b.svg": "<svg/>\r\n", "c.gif": b"\x00"})
    assert paths == [tmp_path / "out" / "a.md", tmp_path / "out" / "stills" / "b.svg", tmp_path / "out" / "c.gif"]
    assert [path.read_bytes() for path in paths] == ["∇\n".encode(), b"<svg/>\r\n", b"\x00"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.md", "c.gif", "stills"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "demo.cast"
    path.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ExportError, match=r"demo\.cast: cannot be written: no space left on device"):
        write_export(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "demo.svg").mkdir()
    with pytest.raises(ExportError, match=r"demo\.svg: cannot be written: there is a folder of that name"):
        write_export(tmp_path / "demo.svg", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["demo.svg"]


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match=r"demo\.svg: cannot be written: "):
        write_export(tmp_path / "out" / "demo.svg", "x")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_new_files_are_as_readable_as_any(tmp_path: Path) -> None:
    write_export(tmp_path / "a", "x")
    (tmp_path / "b").write_text("x")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)
