"""Select Graphic Rendition: a cell's style read from, and written as, the parameters of `ESC [ … m`.

All colours come out as red, green, blue, whatever palette they were written in. Knows no other sequence.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from nablastep_tui.recording.colours import palette_colour
from nablastep_tui.recording.model import PLAIN, CellStyle, Colour

_FLAGS_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_FLAGS_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}
_FLAG_CODES = (("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("reverse", "7"), ("strike", "9"))
_UNDRAWN = frozenset((5, 6, 8, 25, 28, 51, 52, 53, 54, 55))  # blinking, concealing, frames, overlines


@cache
def styled(style: CellStyle, parameters: str) -> CellStyle | None:
    """`style` after an SGR sequence with these parameters; None if one of them is unknown."""
    codes = [int(code or 0) for code in parameters.replace(":", ";").split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = PLAIN
        elif code in _FLAGS_ON:
            style = replace(style, **{_FLAGS_ON[code]: True})  # type: ignore[arg-type]
        elif code in _FLAGS_OFF:
            style = replace(style, **dict.fromkeys(_FLAGS_OFF[code], False))  # type: ignore[arg-type]
        elif 30 <= code <= 49 or 90 <= code <= 107:
            coloured = _coloured(style, code, codes)
            if coloured is None:
                return None
            style = coloured
        elif code not in _UNDRAWN:
            return None
    return style


def _coloured(style: CellStyle, code: int, rest: list[int]) -> CellStyle | None:
    """`style` with the colour of one SGR code; parameters of 38 and 48 are taken off `rest`."""
    bright, low = (8, code - 60) if code >= 90 else (0, code)
    layer = "foreground" if low < 40 else "background"
    digit = low % 10
    if digit == 9:
        return replace(style, **{layer: None})  # type: ignore[arg-type]
    colour = _extended_colour(rest) if digit == 8 else palette_colour(bright + digit)
    return None if colour is None else replace(style, **{layer: colour})  # type: ignore[arg-type]


def _extended_colour(rest: list[int]) -> Colour | None:
    """The colour after 38 or 48: `5;index` or `2;red;green;blue`."""
    kind = rest.pop(0) if rest else 0
    if kind == 5 and rest and rest[0] < 256:
        return palette_colour(rest.pop(0))
    if kind == 2 and len(rest) >= 3 and max(rest[:3]) < 256:
        return (rest.pop(0), rest.pop(0), rest.pop(0))
    return None


@cache
def style_sequence(style: CellStyle) -> str:
    """The sequence that sets exactly this style, whatever was set before."""
    codes = ["0"] + [code for name, code in _FLAG_CODES if getattr(style, name)]
    for layer, colour in (("38", style.foreground), ("48", style.background)):
        if colour is not None:
            codes.append("{};2;{};{};{}".format(layer, *colour))
    return f"\x1b[{';'.join(codes)}m"
