"""Every glyph that the program draws, in three sets: `unicode`, `safe` (glyphs of nearly all fonts) and `ascii`.

One field, one cell, in every set. Nothing else in the drawing layer writes a line, block, arrow or tick of its own.
"""

from __future__ import annotations

import re
from dataclasses import fields

from nablastep.errors import UnknownNameError
from nablastep.records import record

_DIMENSION = re.compile(r"([A-Za-z]+)([0-9]+)")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@record()
class Box:
    """The six glyphs of a frame, the four places where a rule meets it, and where two lines meet."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    horizontal: str
    vertical: str
    tee_left: str
    tee_right: str
    tee_top: str
    tee_bottom: str
    cross: str


@record()
class Bracket:
    """One tall bracket: its top, any number of middles, its bottom; `single` where it is one row high."""

    top: str
    middle: str
    bottom: str
    single: str


@record(eq=False)
class Glyphs:
    """One set. Every string is one cell wide, or empty where a set has no such glyph (then callers draw otherwise)."""

    name: str
    left: Bracket
    right: Bracket
    frame: Box
    card: Box
    # Rules: a ruler's two ends start and stop in the middle of their cells.
    rule: str
    rule_start: str
    rule_end: str
    dashed: str
    vertical: str
    vertical_dashed: str
    heavy: str
    heavy_vertical: str
    # A connector hangs below a line of symbols; a hook does so under the cards of the map.
    connector_left: str
    connector_right: str
    hook_left: str
    hook_right: str
    hook_arrow: str
    branch: str
    right_arrow: str
    join: str
    left_arrow: str
    up_arrow: str
    down_arrow: str
    # Phases, and the marks of the scrubber.
    forward: str
    backward: str
    update: str
    position: str
    # What a quantity or cell is doing now.
    written: str
    read: str
    operand: str
    sum: str
    caret_down: str
    caret_right: str
    tick: str
    cross: str
    not_computed: str
    ellipsis: str
    more_left: str
    more_right: str
    accent_bar: str
    # Operators between matrices.
    product: str
    times: str
    hadamard: str
    plus: str
    minus: str
    equals: str
    not_equals: str
    nabla: str
    implies: str
    # Blocks. `bars` rise from one eighth to the full cell; `ramp` carries sign and strength where fills cannot.
    bars: tuple[str, ...]
    upper_half: str
    left_half: str
    right_half: str
    full_block: str
    ramp_negative: tuple[str, str]
    ramp_positive: tuple[str, str]
    # Plots. `braille` is the blank pattern U+2800 on which dots are set; without it a column holds one `dot`.
    braille: str
    dot: str
    faint_dot: str
    point_before: str
    point_actual: str
    point_predicted: str
    axis_tick: str

    def dimension(self, name: str) -> str:
        """A dimension's letter for people: `n₁` for `n1`, `n1` in ASCII, `m` and `1` as they are."""
        match = None if self.name == "ascii" else _DIMENSION.fullmatch(name)
        return match[1] + match[2].translate(_SUBSCRIPTS) if match else name

    def every_glyph(self) -> list[str]:
        """All glyphs of the set in order of declaration, for the width test and for `doctor`."""
        return [
            glyph for field in fields(self) if field.name != "name" for glyph in _glyphs_in(getattr(self, field.name))
        ]


def _glyphs_in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, tuple):
        return [glyph for glyph in value if glyph]
    return [glyph for field in fields(value) if (glyph := getattr(value, field.name))]  # type: ignore[arg-type]


_LIGHT_BOX = Box("┌", "┐", "└", "┘", "─", "│", "├", "┤", "┬", "┴", "┼")
_ASCII_BOX = Box("+", "+", "+", "+", "-", "|", "+", "+", "+", "+", "+")
_EIGHTHS = ("▁", "▂", "▃", "▄", "▅", "▆", "▇", "█")

UNICODE = Glyphs(
    name="unicode",
    left=Bracket("⎡", "⎢", "⎣", "["),
    right=Bracket("⎤", "⎥", "⎦", "]"),
    frame=_LIGHT_BOX,
    card=_LIGHT_BOX,
    rule="─",
    rule_start="╶",
    rule_end="╴",
    dashed="┄",
    vertical="│",
    vertical_dashed="┊",
    heavy="━",
    heavy_vertical="┃",
    connector_left="╰",
    connector_right="╯",
    hook_left="└",
    hook_right="┘",
    hook_arrow="‹",
    branch="└",
    right_arrow="→",
    join="⊕",
    left_arrow="←",
    up_arrow="↑",
    down_arrow="↓",
    forward="▶",
    backward="◀",
    update="◆",
    position="●",
    written="▸",
    read="▹",
    operand="▸",
    sum="Σ",
    caret_down="▾",
    caret_right="▸",
    tick="✓",
    cross="✗",
    not_computed="·",
    ellipsis="…",
    more_left="‹",
    more_right="›",
    accent_bar="▌",
    product="·",
    times="×",
    hadamard="⊙",
    plus="+",
    minus="−",
    equals="=",
    not_equals="≠",
    nabla="∇",
    implies="⇒",
    bars=_EIGHTHS,
    upper_half="▀",
    left_half="▌",
    right_half="▐",
    full_block="█",
    ramp_negative=("−", "="),
    ramp_positive=("+", "#"),
    braille="\u2800",
    dot="•",
    faint_dot="·",
    point_before="○",
    point_actual="●",
    point_predicted="◇",
    axis_tick="┴",
)

SAFE = Glyphs(
    name="safe",
    left=Bracket("┌", "│", "└", "["),
    right=Bracket("┐", "│", "┘", "]"),
    frame=_LIGHT_BOX,
    card=_LIGHT_BOX,
    rule="─",
    rule_start="─",
    rule_end="─",
    dashed="-",
    vertical="│",
    vertical_dashed=":",
    heavy="═",
    heavy_vertical="║",
    connector_left="└",
    connector_right="┘",
    hook_left="└",
    hook_right="┘",
    hook_arrow="<",
    branch="└",
    right_arrow="→",
    join="⊕",
    left_arrow="←",
    up_arrow="↑",
    down_arrow="↓",
    forward="▶",
    backward="◀",
    update="■",
    position="●",
    written="»",
    read="›",
    operand=">",
    sum="S",
    caret_down="v",
    caret_right=">",
    tick="√",
    cross="×",
    not_computed="·",
    ellipsis="…",
    more_left="‹",
    more_right="›",
    accent_bar="▌",
    product="·",
    times="×",
    hadamard="⊙",
    plus="+",
    minus="−",
    equals="=",
    not_equals="≠",
    nabla="∇",
    implies="→",
    bars=_EIGHTHS,
    upper_half="▀",
    left_half="▌",
    right_half="▐",
    full_block="█",
    ramp_negative=("-", "="),
    ramp_positive=("+", "#"),
    braille="",
    dot="•",
    faint_dot="·",
    point_before="○",
    point_actual="●",
    point_predicted="■",
    axis_tick="┴",
)

ASCII = Glyphs(
    name="ascii",
    left=Bracket("[", "|", "[", "["),
    right=Bracket("]", "|", "]", "]"),
    frame=_ASCII_BOX,
    card=_ASCII_BOX,
    rule="-",
    rule_start="-",
    rule_end="-",
    dashed="-",
    vertical="|",
    vertical_dashed=":",
    heavy="=",
    heavy_vertical="|",
    connector_left="+",
    connector_right="+",
    hook_left="+",
    hook_right="+",
    hook_arrow="<",
    branch="+",
    right_arrow=">",
    join="+",
    left_arrow="<",
    up_arrow="^",
    down_arrow="v",
    forward=">",
    backward="<",
    update="*",
    position="O",
    written=">",
    read="'",
    operand=">",
    sum="S",
    caret_down="v",
    caret_right=">",
    tick="v",
    cross="X",
    not_computed=".",
    ellipsis="~",
    more_left="<",
    more_right=">",
    accent_bar="|",
    product=".",
    times="x",
    hadamard="*",
    plus="+",
    minus="-",
    equals="=",
    not_equals="#",
    nabla="d",
    implies=">",
    bars=(".", ".", ":", ":", "|", "|", "#", "#"),
    upper_half="",
    left_half="",
    right_half="",
    full_block="#",
    ramp_negative=("-", "="),
    ramp_positive=("+", "#"),
    braille="",
    dot="*",
    faint_dot=".",
    point_before="o",
    point_actual="@",
    point_predicted="x",
    axis_tick="+",
)

GLYPH_SETS = {glyphs.name: glyphs for glyphs in (UNICODE, SAFE, ASCII)}


def glyph_set(name: str) -> Glyphs:
    """The set of that name.

    Raises:
        UnknownNameError: there is no such set; the message names the three.
    """
    try:
        return GLYPH_SETS[name]
    except KeyError:
        raise UnknownNameError(f"no glyph set {name!r}; there are {', '.join(GLYPH_SETS)}") from None
