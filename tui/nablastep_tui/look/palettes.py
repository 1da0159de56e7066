"""The colour tokens of every theme on a terminal that shows any colour, or none.

Tables only: what a dimension, a phase or a value looks like is decided in `themes`. A token that is empty means the
terminal's own colour.
"""

from __future__ import annotations

from nablastep.records import record


@record(eq=False)
class Palette:
    """The colour tokens of one theme, `#rrggbb` each or empty for the terminal's own.

    `dimensions`: the cycle of n₀ n₁ n₂ n₃. `cell`: the surface of a matrix, which is also the fill of exact zero.
    `fills`: whether backgrounds may carry values; without them signs, marks and line colours still say everything.
    `…_steps`: the colours of values from weak to strong where a terminal cannot mix; empty where they are mixed.
    """

    name: str
    dark: bool
    background: str
    panel: str
    raised: str
    text: str
    bright: str
    muted: str
    faint: str
    line: str
    accent: str
    on_accent: str
    dimensions: tuple[str, str, str, str]
    batch: str
    forward: str
    backward: str
    update: str
    cell: str
    negative_fill: str
    positive_fill: str
    negative_heat: str
    positive_heat: str
    fills: bool = True
    negative_fill_steps: tuple[str, ...] = ()
    positive_fill_steps: tuple[str, ...] = ()
    negative_heat_steps: tuple[str, ...] = ()
    positive_heat_steps: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # Palettes are the keys of style caches that are asked once per cell: hashing every token would cost more
        # than drawing it.
        return hash(self.name)

    @property
    def mixes(self) -> bool:
        """Whether the terminal can show any mixture of two tokens."""
        return not self.negative_heat_steps

    @property
    def monochrome(self) -> bool:
        """Whether this palette uses no colour at all, only bold, dim, underline and reverse."""
        return not self.text


DARK = Palette(
    name="dark",
    dark=True,
    background="#0e1117",
    panel="#141923",
    raised="#1b2230",
    text="#d9dee7",
    bright="#ffffff",
    muted="#8791a3",
    faint="#465063",
    line="#2a3242",
    accent="#ffcb52",
    on_accent="#17130a",
    dimensions=("#22d0ff", "#1fa35c", "#dc66ad", "#9b822f"),
    batch="#c8ccd2",
    forward="#86aecf",
    backward="#d196a8",
    update="#a6bf93",
    cell="#171d28",
    negative_fill="#5a50c8",
    positive_fill="#a35a22",
    negative_heat="#9d94ff",
    positive_heat="#ffa24f",
)

LIGHT = Palette(
    name="light",
    dark=False,
    background="#fbfaf7",
    panel="#f4f2ec",
    raised="#ebe8df",
    text="#23272f",
    bright="#000000",
    muted="#626a78",
    faint="#a9adb5",
    line="#d6d3ca",
    accent="#16181d",
    on_accent="#ffffff",
    dimensions=("#013a86", "#0f6a30", "#7d1b58", "#7a7102"),
    batch="#666c73",
    forward="#3f6a8f",
    backward="#964c62",
    update="#55703d",
    cell="#f0eee7",
    negative_fill="#b3aaf2",
    positive_fill="#f5b877",
    negative_heat="#4d3fc4",
    positive_heat="#c25d00",
)

HIGH_CONTRAST = Palette(
    name="high-contrast",
    dark=True,
    background="#000000",
    panel="#101010",
    raised="#1c1c1c",
    text="#ffffff",
    bright="#ffffff",
    muted="#c4c8ce",
    faint="#8a8f98",
    line="#6a7079",
    accent="#ffe600",
    on_accent="#000000",
    dimensions=("#4fd8ff", "#3fd07f", "#ff9bd8", "#bba64c"),
    batch="#ffffff",
    forward="#a8d4ff",
    backward="#ffb3c4",
    update="#c6e6ae",
    cell="#0a0a0a",
    negative_fill="#4a3fd0",
    positive_fill="#8f4200",
    negative_heat="#a79fff",
    positive_heat="#ffab5e",
)

MONOCHROME = Palette(
    name="monochrome",
    dark=True,
    background="",
    panel="",
    raised="",
    text="",
    bright="",
    muted="",
    faint="",
    line="",
    accent="",
    on_accent="",
    dimensions=("", "", "", ""),
    batch="",
    forward="",
    backward="",
    update="",
    cell="",
    negative_fill="",
    positive_fill="",
    negative_heat="",
    positive_heat="",
    fills=False,
)

PALETTES = {palette.name: palette for palette in (DARK, LIGHT, HIGH_CONTRAST)}
