"""Colours by meaning: what a dimension, a phase, a value or a selection looks like in a palette, as cached styles.

Dimensions own line colours, values own fills, one accent means "now". Knows no widget and no shape; the only Textual
object made here is the `Theme` that an app registers.
"""

from __future__ import annotations

import math
import re
from dataclasses import fields
from functools import lru_cache
from typing import Literal

from rich.color import Color
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from nablastep_tui.look.palettes import Palette

Phase = Literal["forward", "backward", "update"]

LEVELS = 31
"""Fill levels on either side of zero, so a theme has 63 fills behind numbers and 63 in heat maps."""
NOT_FINITE = 127
"""The level of `nan` and infinities: drawn as what it is, never as a large value."""

STRENGTH_EXPONENT = 0.8
"""Exponent from a value's share of the scale to the strength of its colour: small values stay visible."""

_TEXT_FLOOR, _TEXT_SPAN = 0.16, 0.54
_MISSING_LINE = 0.6
_LAYER_DIMENSION = re.compile(r"n([0-9]+)")


def style(
    foreground: str = "",
    background: str = "",
    *,
    bold: bool = False,
    dim: bool = False,
    underline: bool = False,
    reverse: bool = False,
) -> Style:
    """The one Rich style of these tokens; equal arguments give the same object, so runs merge by identity."""
    return _style(foreground, background, bold, dim, underline, reverse)


@lru_cache(maxsize=16384)
def _style(foreground: str, background: str, bold: bool, dim: bool, underline: bool, reverse: bool) -> Style:
    return Style(
        color=_colour(foreground),
        bgcolor=_colour(background),
        bold=bold or None,
        dim=dim or None,
        underline=underline or None,
        reverse=reverse or None,
    )


@lru_cache(maxsize=1024)
def _colour(token: str) -> Color | None:
    return Color.parse(token) if token else None


def dimension_colour(palette: Palette, name: str) -> str:
    """The line colour of a dimension: `n0`, `n1`, … by layer, `m` for the batch, muted for `1` and anything else."""
    if name == "m":
        return palette.batch
    match = _LAYER_DIMENSION.fullmatch(name)
    return palette.dimensions[int(match[1]) % 4] if match else palette.muted


def dimension_style(palette: Palette, name: str, *, missing: bool = False, bold: bool = False) -> Style:
    """The style of brackets, rulers and letters of a dimension; `missing` weakens it where no value stands yet.

    Where colours are few a weaker one would be another one: there the missing value alone says that it is missing.
    """
    colour = dimension_colour(palette, name)
    if missing and palette.mixes:
        colour = mixed(palette.background, colour, _MISSING_LINE)
    return style(colour, bold=bold, dim=missing and palette.monochrome)


def phase_style(palette: Palette, phase: Phase, *, bold: bool = False) -> Style:
    """The style of a phase's glyph and word."""
    return style({"forward": palette.forward, "backward": palette.backward, "update": palette.update}[phase], bold=bold)


def faint_style(palette: Palette) -> Style:
    """What is not computed, and structural zeros; dimmed where there is no colour to say it."""
    return style(palette.faint, dim=palette.monochrome)


def accent_style(palette: Palette) -> Style:
    """Text that means "now", without a fill: keys, operands, the current symbol."""
    return style(palette.accent, bold=True)


def selected_style(palette: Palette) -> Style:
    """The selected cell or step: ink on accent; reverse video where there is no colour."""
    if palette.monochrome:
        return style(bold=True, reverse=True)
    return style(palette.on_accent, palette.accent, bold=True)


def not_finite_style(palette: Palette) -> Style:
    """`nan` and `∞`: reverse video in every theme."""
    return style(palette.text, palette.background, bold=True, reverse=True)


def level_of(value: float, scale: float) -> int:
    """The fill level of one value, −31 … 31: 0 for exact zero only, `NOT_FINITE` for `nan` and infinities.

    `scale` is the magnitude that reaches full strength; the level grows as (|value| / scale)^0.8.
    """
    if not math.isfinite(value):
        return NOT_FINITE
    if value == 0:
        return 0
    strength = min(1.0, abs(value) / scale) ** STRENGTH_EXPONENT if scale > 0 else 1.0
    return int(math.copysign(max(1, round(strength * LEVELS)), value))


@lru_cache(maxsize=16)
def value_fills(palette: Palette) -> tuple[str, ...]:
    """The 63 backgrounds behind numbers, from level −31 up; level 0 is the plain cell."""
    return tuple(_fill(palette, level) for level in range(-LEVELS, LEVELS + 1))


@lru_cache(maxsize=16)
def heat_fills(palette: Palette) -> tuple[str, ...]:
    """The 63 colours of heat maps, from level −31 up, to full strength; level 0 is the plain cell."""
    return tuple(_heat(palette, level) for level in range(-LEVELS, LEVELS + 1))


def value_fill(palette: Palette, level: int) -> str:
    """The background behind a number of that level; the plain cell in palettes without fills."""
    if not palette.fills or level == NOT_FINITE:
        return palette.cell
    return value_fills(palette)[level + LEVELS]


def heat_colour(palette: Palette, level: int) -> str:
    """The colour of a heat map's pixel; `nan` and infinities take the brightest text colour, which no value has."""
    if level == NOT_FINITE:
        return palette.bright
    return heat_fills(palette)[level + LEVELS]


class HeatStyles(dict[tuple[int, int], Style]):
    """The styles of half-block cells by the levels of their two pixels, made when first asked for; at most 64 × 64."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def __missing__(self, levels: tuple[int, int]) -> Style:
        found = style(heat_colour(self._palette, levels[0]), heat_colour(self._palette, levels[1]))
        self[levels] = found
        return found


@lru_cache(maxsize=16)
def heat_styles(palette: Palette) -> HeatStyles:
    """The one table of half-block styles of a palette: the first pixel in front of the second."""
    return HeatStyles(palette)


def _fill(palette: Palette, level: int) -> str:
    if level == 0:
        return palette.cell
    if not palette.mixes:
        return _step(palette.negative_fill_steps if level < 0 else palette.positive_fill_steps, level)
    end = palette.negative_fill if level < 0 else palette.positive_fill
    return mixed(palette.cell, end, _TEXT_FLOOR + _TEXT_SPAN * abs(level) / LEVELS)


def _heat(palette: Palette, level: int) -> str:
    if level == 0:
        return palette.cell
    if not palette.mixes:
        return _step(palette.negative_heat_steps if level < 0 else palette.positive_heat_steps, level)
    return mixed(palette.cell, palette.negative_heat if level < 0 else palette.positive_heat, abs(level) / LEVELS)


def _step(steps: tuple[str, ...], level: int) -> str:
    """The colour of a level that is not 0, of those from weak to strong."""
    return steps[(abs(level) - 1) * len(steps) // LEVELS]


@lru_cache(maxsize=1024)
def mixed(start: str, end: str, share: float) -> str:
    """The colour `share` (0 to 1) of the way from `start` to `end` in sRGB; empty tokens stay empty."""
    if not (start and end):
        return end or start
    pairs = zip(_channels(start), _channels(end), strict=True)
    return "#" + "".join(f"{round(first + (second - first) * share):02x}" for first, second in pairs)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it from relative luminance."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def textual_theme(palette: Palette) -> Theme:
    """The palette as a Textual theme named `nablastep-<name>`; tokens become variables such as `$nabla-accent`.

    Palettes with empty tokens become an `ansi` theme, in which Textual leaves the terminal's own colours alone.
    """

    def token(value: str) -> str:
        return value or "ansi_default"

    return Theme(
        name=f"nablastep-{palette.name}",
        primary=token(palette.accent),
        secondary=token(palette.forward),
        accent=token(palette.accent),
        warning=token(palette.accent),
        error=token(palette.backward),
        success=token(palette.update),
        foreground=token(palette.text),
        background=token(palette.background),
        surface=token(palette.background),
        panel=token(palette.panel),
        dark=palette.dark,
        ansi=palette.monochrome,
        variables=_own_ansi(palette) | {f"nabla-{key}": token(value) for key, value in _tokens(palette)},
    )


def _own_ansi(palette: Palette) -> dict[str, str]:
    """What Textual's own style sheets want to know of a theme in the terminal's colours."""
    return dict(BUILTIN_THEMES["ansi-dark" if palette.dark else "ansi-light"].variables) if palette.monochrome else {}


def _tokens(palette: Palette) -> list[tuple[str, str]]:
    """Name and value of every colour token: `on-accent`, and `n0` … `n3` for the dimensions."""
    found = []
    for field in fields(palette):
        value = getattr(palette, field.name)
        if field.name == "dimensions":
            found += [(f"n{index}", colour) for index, colour in enumerate(value)]
        elif isinstance(value, str) and field.name != "name":
            found.append((field.name.replace("_", "-"), value))
    return found
