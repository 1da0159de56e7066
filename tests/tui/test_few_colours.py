"""Themes on terminals with 256 and 16 colours: measured on the colours that arrive there, not on those asked for."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem

import nablastep as ns
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.look.depth import colour_depth, palette_for
from nablastep_tui.look.palettes import PALETTES, Palette
from nablastep_tui.look.themes import LEVELS, contrast, dimension_style, heat_colour, value_fill
from region_scenes import at, drawn, rows, scene

NAMES = tuple(PALETTES)
PALETTES_256 = [palette_for(name, "256") for name in NAMES]
PALETTES_16 = [palette_for(name, "sixteen") for name in NAMES]

TEXTS = ("text", "bright", "muted", "accent", "batch")
PHASES = ("forward", "backward", "update")
FRAMES = ("faint", "line")
GROUNDS = ("background", "panel", "raised", "cell")

TERMINALS = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff"
    " ffffff",
    "linux": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff"
    " ffffff",
    "windows": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e"
    " 61d6d6 f2f2f2",
    "code": "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db"
    " e5e5e5",
}
"""What the sixteen colours are in terminals of today."""


def sent(token: str) -> str:
    """What a terminal with 256 colours is sent, as it shows it."""
    return Color.parse(token).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


def number_of(token: str) -> int:
    """Which of the sixteen a terminal with 16 colours is sent."""
    number = Color.parse(token).downgrade(ColorSystem.STANDARD).number
    assert number is not None
    return number


def channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def tokens(palette: Palette, names: tuple[str, ...]) -> dict[str, str]:
    return {name: getattr(palette, name) for name in names}


def lines(palette: Palette) -> dict[str, str]:
    """The colours of thin lines and letters: dimensions and phases."""
    return tokens(palette, PHASES) | {f"n{index}": colour for index, colour in enumerate(palette.dimensions)}


# 256


@pytest.mark.parametrize("palette", PALETTES_256, ids=lambda palette: palette.name)
def test_256_colours_arrive_as_they_are_written(palette: Palette) -> None:
    every = tokens(palette, TEXTS + FRAMES + GROUNDS + ("on_accent",)) | lines(palette)
    every |= {f"fill {level}": value_fill(palette, level) for level in range(-LEVELS, LEVELS + 1)}
    every |= {f"heat {level}": heat_colour(palette, level) for level in range(-LEVELS, LEVELS + 1)}
    off = {
        name: (colour, sent(colour))
        for name, colour in every.items()
        if max(abs(a - b) for a, b in zip(channels(colour), channels(sent(colour)), strict=True)) > 10
    }
    assert off == {}


@pytest.mark.parametrize(
    ("name", "text", "line", "frame"), [("dark", 5.5, 4.8, 1.7), ("light", 5.0, 4.8, 2.0), ("high-contrast", 7, 7, 3)]
)
def test_256_colours_can_be_read(name: str, text: float, line: float, frame: float) -> None:
    palette = palette_for(name, "256")
    for ground in ("background", "panel"):
        under = sent(getattr(palette, ground))
        for names, least in ((tokens(palette, TEXTS), text), (lines(palette), line), (tokens(palette, FRAMES), frame)):
            found = {token: round(contrast(sent(colour), under), 2) for token, colour in names.items()}
            assert {token: ratio for token, ratio in found.items() if ratio < least} == {}, ground
    assert contrast(sent(palette.on_accent), sent(palette.accent)) >= 7
    assert contrast(sent(palette.faint), sent(palette.cell)) >= 2.2


@pytest.mark.parametrize("palette", PALETTES_256, ids=lambda palette: palette.name)
def test_numbers_can_be_read_on_every_fill(palette: Palette) -> None:
    least = 7.0 if palette.name.startswith("high") else 5.0
    for level in range(-LEVELS, LEVELS + 1):
        fill = sent(value_fill(palette, level))
        assert contrast(sent(palette.bright), fill) >= least, level
        assert contrast(sent(palette.accent), fill) >= min(least, 5.0), level


@pytest.mark.parametrize("palette", PALETTES_256, ids=lambda palette: palette.name)
@pytest.mark.parametrize("colour_of", [value_fill, heat_colour])
def test_signs_have_their_hue_and_zero_has_none(palette: Palette, colour_of: object) -> None:
    assert callable(colour_of)
    negative = [sent(colour_of(palette, level)) for level in range(-LEVELS, 0)]
    positive = [sent(colour_of(palette, level)) for level in range(1, LEVELS + 1)]
    zero = sent(colour_of(palette, 0))
    assert len(set(channels(zero))) == 1
    assert set(negative).isdisjoint(positive)
    assert zero not in {*negative, *positive}
    for colour in set(negative):
        red, green, blue = channels(colour)
        assert blue == max(red, green, blue)
        assert blue > green
    for colour in set(positive):
        red, green, blue = channels(colour)
        assert red == max(red, green, blue)
        assert red > blue


# 16


@pytest.mark.parametrize("palette", PALETTES_16, ids=lambda palette: palette.name)
def test_sixteen_colours_are_the_terminals_own_and_drop_fills(palette: Palette) -> None:
    dull = {"#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa"}
    vivid = {"#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff"}
    every = tokens(palette, TEXTS + FRAMES + GROUNDS) | lines(palette)
    assert {name: colour for name, colour in every.items() if colour not in dull | vivid} == {}
    assert {value_fill(palette, level) for level in (-LEVELS, 0, LEVELS)} == {palette.cell}
    assert len(set(palette.dimensions)) == 4


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("palette", PALETTES_16, ids=lambda palette: palette.name)
def test_sixteen_colours_can_be_read_whatever_the_terminal_makes_of_them(palette: Palette, terminal: str) -> None:
    shown = [f"#{colour}" for colour in TERMINALS[terminal].split()]
    ground = shown[number_of(palette.background)]
    heats = {"negative": palette.negative_heat, "positive": palette.positive_heat}
    for names, least in (
        (tokens(palette, TEXTS), 7.0),
        (lines(palette) | heats, 3.0),
        (tokens(palette, FRAMES), 2.8 if palette.dark else 3.0),
    ):
        found = {token: round(contrast(shown[number_of(colour)], ground), 2) for token, colour in names.items()}
        assert {token: ratio for token, ratio in found.items() if ratio < least} == {}
    assert contrast(shown[number_of(palette.on_accent)], shown[number_of(palette.accent)]) >= 7


# what is drawn


@pytest.mark.parametrize("depth", ["256", "sixteen"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_computed_is_never_tinted(name: str, depth: str) -> None:
    palette = palette_for(name, depth)  # type: ignore[arg-type]
    places = 0
    for source in ("mazur", "digits-mlp"):
        shown = scene(ns.open(source), palette=palette)
        for draw, height in ((draw_map, map_height(120, 40, shown)), (draw_stage, 18)):
            canvas = drawn(draw, shown, 120, height)
            for y, line in enumerate(rows(draw, shown, 120, height)):
                for x in (x for x, character in enumerate(line) if character == "·" and "·" not in line[x + 1 : x + 2]):
                    found = canvas.style_at(x, y)
                    assert found.color is not None
                    assert found.bgcolor is not None
                    if found.color.name != palette.faint:
                        continue  # a dot of a formula
                    places += 1
                    for colour in (found.color, found.bgcolor):
                        assert len(set(channels(sent(colour.get_truecolor().hex)))) == 1
    assert places > 10


@pytest.mark.parametrize("palette", PALETTES_256 + PALETTES_16, ids=lambda palette: palette.name)
def test_a_missing_value_changes_no_colour_where_there_are_few(palette: Palette) -> None:
    assert dimension_style(palette, "n1", missing=True) == dimension_style(palette, "n1")


@pytest.mark.parametrize("palette", PALETTES_16, ids=lambda palette: palette.name)
def test_nothing_is_drawn_on_the_terminals_own_ground(palette: Palette) -> None:
    shown = scene(at("digits-mlp", "grad_a1"), palette=palette)
    for draw, height in ((draw_map, map_height(120, 40, shown)), (draw_stage, 18)):
        canvas = drawn(draw, shown, 120, height)
        assert all(canvas.style_at(x, y).bgcolor is not None for y in range(height) for x in range(120))


# which terminal


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "full"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "full"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm-kitty"}, "256"),
        ({"TERM": "xterm"}, "sixteen"),
        ({"TERM": "linux"}, "sixteen"),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "256"}, "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
    ],
)
def test_how_many_colours_a_terminal_has(
    environment: dict[str, str], depth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colour_depth() == depth
