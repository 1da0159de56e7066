from __future__ import annotations

import math

import pytest
from rich.color import Color
from textual.app import App

from nablastep.errors import UnknownNameError
from nablastep_tui.look.depth import palette_for
from nablastep_tui.look.palettes import (
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    MONOCHROME,
    PALETTES,
    Palette,
)
from nablastep_tui.look.themes import (
    LEVELS,
    NOT_FINITE,
    contrast,
    dimension_colour,
    dimension_style,
    faint_style,
    heat_colour,
    heat_fills,
    heat_styles,
    level_of,
    mixed,
    not_finite_style,
    phase_style,
    selected_style,
    style,
    textual_theme,
    value_fill,
    value_fills,
)

TEXT_TOKENS = ("text", "bright", "muted", "accent", "batch", "forward", "backward", "update")


def readable_tokens(palette: Palette) -> dict[str, str]:
    tokens = {name: getattr(palette, name) for name in TEXT_TOKENS}
    return tokens | {f"n{index}": colour for index, colour in enumerate(palette.dimensions)}


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("palette", "least"),
    [(DARK, 4.8), (LIGHT, 4.8), (HIGH_CONTRAST, 7.0)],
    ids=lambda value: getattr(value, "name", value),
)
def test_text_dimension_and_phase_colours_are_readable(palette: Palette, least: float) -> None:
    found = {name: round(contrast(colour, palette.background), 2) for name, colour in readable_tokens(palette).items()}
    assert {name: ratio for name, ratio in found.items() if ratio < least} == {}


@pytest.mark.parametrize(
    ("palette", "number", "accent"),
    [(DARK, 6.9, 5.0), (LIGHT, 10.3, 10.1), (HIGH_CONTRAST, 7.0, 7.0)],
    ids=lambda value: getattr(value, "name", value),
)
def test_numbers_are_readable_on_the_strongest_fills(palette: Palette, number: float, accent: float) -> None:
    for level in (-LEVELS, LEVELS):
        assert contrast(palette.bright, value_fill(palette, level)) >= number
        assert contrast(palette.accent, value_fill(palette, level)) >= accent
    assert contrast(palette.on_accent, palette.accent) >= 7


def test_dimensions_cycle_by_layer() -> None:
    colours = [dimension_colour(DARK, f"n{index}") for index in range(6)]
    assert colours[:4] == list(DARK.dimensions)
    assert colours[4:] == list(DARK.dimensions[:2])
    assert dimension_colour(DARK, "m") == DARK.batch
    assert dimension_colour(DARK, "1") == DARK.muted
    assert dimension_colour(DARK, "anything") == DARK.muted


def test_missing_values_weaken_their_brackets() -> None:
    plain, weak = dimension_style(DARK, "n1"), dimension_style(DARK, "n1", missing=True)
    assert plain.color == Color.parse(DARK.dimensions[1])
    assert weak.color == Color.parse(mixed(DARK.background, DARK.dimensions[1], 0.6))
    assert dimension_style(MONOCHROME, "n1", missing=True).dim


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (0.0, 0),
        (1.0, 31),
        (-1.0, -31),
        (7.0, 31),
        (0.5, 18),
        (-0.5, -18),
        (1e-12, 1),
        (-1e-12, -1),
        (math.nan, NOT_FINITE),
        (math.inf, NOT_FINITE),
    ],
)
def test_levels_of_values(value: float, level: int) -> None:
    assert level_of(value, 1.0) == level


def test_levels_need_no_scale() -> None:
    assert level_of(3.0, 0.0) == LEVELS


def test_zero_recedes_and_strength_grows() -> None:
    assert value_fill(DARK, 0) == DARK.cell
    assert heat_colour(DARK, 0) == DARK.cell
    assert value_fill(DARK, LEVELS) == mixed(DARK.cell, DARK.positive_fill, 0.7)
    assert heat_colour(DARK, -LEVELS) == DARK.negative_heat
    ratios = [contrast(fill, DARK.cell) for fill in value_fills(DARK)[LEVELS:]]
    assert ratios == sorted(ratios)
    assert len(value_fills(DARK)) == len(heat_fills(DARK)) == 63


def test_infinities_are_no_large_values() -> None:
    assert heat_colour(DARK, NOT_FINITE) == DARK.bright
    assert not_finite_style(DARK).reverse
    assert not_finite_style(MONOCHROME).reverse


def test_styles_are_made_once() -> None:
    assert style("#ffffff", "#000000", bold=True) is style("#ffffff", "#000000", bold=True)
    assert style("#ffffff", "#000000") is style(foreground="#ffffff", background="#000000", bold=False)
    assert phase_style(DARK, "backward") is phase_style(DARK, "backward")
    assert heat_styles(LIGHT)[3, -4] is heat_styles(LIGHT)[3, -4]
    assert heat_styles(LIGHT)[3, -4] == style(heat_colour(LIGHT, 3), heat_colour(LIGHT, -4))


def test_monochrome_has_no_colour_and_still_tells_apart() -> None:
    palette = palette_for("light", "none")
    assert palette.monochrome
    styles = [
        selected_style(palette),
        faint_style(palette),
        phase_style(palette, "forward"),
        dimension_style(palette, "n0"),
    ]
    assert all(found.color is None and found.bgcolor is None for found in styles)
    assert selected_style(palette).reverse
    assert faint_style(palette).dim


def test_palettes_by_name_and_depth() -> None:
    assert palette_for("dark") is DARK
    for name, palette in PALETTES.items():
        few = [palette_for(name, "256"), palette_for(name, "sixteen")]
        assert [one.name for one in few] == [f"{name}-256", f"{name}-16"]
        assert {one.dark for one in few} == {palette.dark}
    with pytest.raises(UnknownNameError, match="no theme 'solarized'; there are dark, light, high-contrast"):
        palette_for("solarized")


@pytest.mark.parametrize("palette", [DARK, LIGHT, HIGH_CONTRAST, MONOCHROME], ids=lambda palette: palette.name)
def test_textual_takes_the_theme_and_its_variables(palette: Palette) -> None:
    theme = textual_theme(palette)
    app: App[None] = App()
    app.register_theme(theme)
    app.theme = theme.name
    variables = app.get_css_variables()
    assert variables["nabla-accent"] == (palette.accent or "ansi_default")
    assert variables["nabla-n1"] == (palette.dimensions[1] or "ansi_default")
    assert variables["nabla-on-accent"] == (palette.on_accent or "ansi_default")
    assert theme.dark is palette.dark
