"""The themes on terminals with 256 and with 16 colours: tables of tokens that such a terminal shows as they are.

A terminal that has not the colour asked for gets the nearest, which may be another hue; so these palettes ask for
colours that exist. Greys of 256 are written as the value that arrives at the grey meant. Tables only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from nablastep_tui.look.palettes import Palette

# 256 colours: the cube of the levels 00 5f 87 af d7 ff, and 24 greys.

DARK_256 = Palette(
    name="dark-256",
    dark=True,
    background="#121212",
    panel="#1c1c1c",
    raised="#303030",
    text="#d6d6d6",
    bright="#ffffff",
    muted="#949494",
    faint="#585858",
    line="#444444",
    accent="#ffff5f",
    on_accent="#121212",
    dimensions=("#00d7ff", "#00af5f", "#d75faf", "#af8700"),
    batch="#c0c0c0",
    forward="#87afd7",
    backward="#d787af",
    update="#afd787",
    cell="#1c1c1c",
    negative_fill="#5f00af",
    positive_fill="#875f00",
    negative_heat="#af87ff",
    positive_heat="#ffaf5f",
    negative_fill_steps=("#5f0087", "#5f00af"),
    positive_fill_steps=("#5f0000", "#875f00"),
    negative_heat_steps=("#5f0087", "#5f00d7", "#5f5fd7", "#875fff", "#af87ff"),
    positive_heat_steps=("#5f0000", "#875f00", "#af5f00", "#d78700", "#ffaf5f"),
)

LIGHT_256 = Palette(
    name="light-256",
    dark=False,
    background="#ffffff",
    panel="#f2f2f2",
    raised="#e6e6e6",
    text="#262626",
    bright="#000000",
    muted="#626262",
    faint="#949494",
    line="#aaaaaa",
    accent="#121212",
    on_accent="#ffffff",
    dimensions=("#005faf", "#005f00", "#87005f", "#875f00"),
    batch="#626262",
    forward="#005f87",
    backward="#af005f",
    update="#5f5f00",
    cell="#f2f2f2",
    negative_fill="#afafff",
    positive_fill="#ffaf5f",
    negative_heat="#5f00d7",
    positive_heat="#af5f00",
    negative_fill_steps=("#d7d7ff", "#afafff"),
    positive_fill_steps=("#ffd7af", "#ffaf5f"),
    negative_heat_steps=("#d7d7ff", "#afafff", "#8787ff", "#5f5fff", "#5f00d7"),
    positive_heat_steps=("#ffd7af", "#ffaf5f", "#ff8700", "#d75f00", "#af5f00"),
)

HIGH_CONTRAST_256 = Palette(
    name="high-contrast-256",
    dark=True,
    background="#000000",
    panel="#121212",
    raised="#1c1c1c",
    text="#ffffff",
    bright="#ffffff",
    muted="#c0c0c0",
    faint="#8a8a8a",
    line="#6c6c6c",
    accent="#ffff00",
    on_accent="#000000",
    dimensions=("#5fd7ff", "#5fd787", "#ff87d7", "#d7af5f"),
    batch="#ffffff",
    forward="#afd7ff",
    backward="#ffafd7",
    update="#d7ffaf",
    cell="#080808",
    negative_fill="#5f00af",
    positive_fill="#870000",
    negative_heat="#af87ff",
    positive_heat="#ffaf5f",
    negative_fill_steps=("#5f0087", "#5f00af"),
    positive_fill_steps=("#5f0000", "#870000"),  # any orange would take the contrast from the number on it
    negative_heat_steps=("#5f00af", "#5f5fd7", "#875fff", "#af87ff"),
    positive_heat_steps=("#875f00", "#af5f00", "#d78700", "#ffaf5f"),
)

# 16 colours: every token is one of the terminal's own sixteen, written as Rich knows them. Terminals show them
# differently, some of them barely: on white neither yellow nor green nor cyan can be read, and white is no grey.

_BLACK, _RED, _GREEN, _BROWN, _BLUE, _MAGENTA, _CYAN, _WHITE = (
    "#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa",
)  # fmt: skip
_GREY, _VIVID_RED, _VIVID_GREEN, _YELLOW, _VIVID_BLUE, _VIVID_MAGENTA, _VIVID_CYAN, _VIVID_WHITE = (
    "#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff",
)  # fmt: skip

DARK_16 = Palette(
    name="dark-16",
    dark=True,
    background=_BLACK,
    panel=_BLACK,
    raised=_BLACK,
    text=_WHITE,
    bright=_VIVID_WHITE,
    muted=_WHITE,
    faint=_GREY,
    line=_GREY,
    accent=_YELLOW,
    on_accent=_BLACK,
    dimensions=(_VIVID_CYAN, _GREEN, _VIVID_MAGENTA, _BROWN),
    batch=_WHITE,
    forward=_CYAN,
    backward=_VIVID_RED,
    update=_VIVID_GREEN,
    cell=_BLACK,
    negative_fill=_BLACK,
    positive_fill=_BLACK,
    negative_heat=_VIVID_BLUE,
    positive_heat=_BROWN,
    fills=False,
    negative_heat_steps=(_VIVID_BLUE,),
    positive_heat_steps=(_BROWN,),
)

LIGHT_16 = replace(
    DARK_16,
    name="light-16",
    dark=False,
    background=_VIVID_WHITE,
    panel=_VIVID_WHITE,
    raised=_VIVID_WHITE,
    text=_BLACK,
    bright=_BLACK,
    muted=_BLACK,
    faint=_GREY,
    line=_GREY,
    accent=_BLACK,
    on_accent=_VIVID_WHITE,
    dimensions=(_BLUE, _MAGENTA, _RED, _GREY),
    batch=_BLACK,
    forward=_BLUE,
    backward=_RED,
    update=_MAGENTA,
    cell=_VIVID_WHITE,
    negative_fill=_VIVID_WHITE,
    positive_fill=_VIVID_WHITE,
    negative_heat=_BLUE,
    positive_heat=_RED,
    negative_heat_steps=(_BLUE,),
    positive_heat_steps=(_RED,),
)

HIGH_CONTRAST_16 = replace(
    DARK_16,
    name="high-contrast-16",
    text=_VIVID_WHITE,
    muted=_VIVID_WHITE,
    faint=_WHITE,
    line=_WHITE,
    dimensions=(_VIVID_CYAN, _VIVID_GREEN, _VIVID_MAGENTA, _YELLOW),
    batch=_VIVID_WHITE,
    forward=_VIVID_CYAN,
)

_PALETTES = {
    "256": {"dark": DARK_256, "light": LIGHT_256, "high-contrast": HIGH_CONTRAST_256},
    "sixteen": {"dark": DARK_16, "light": LIGHT_16, "high-contrast": HIGH_CONTRAST_16},
}


def palette_of_few(name: str, depth: Literal["256", "sixteen"]) -> Palette:
    """The palette of a theme on a terminal of that many colours."""
    return _PALETTES[depth][name]
