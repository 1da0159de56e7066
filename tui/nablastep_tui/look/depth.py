"""How many colours a terminal has, and which palette of a theme it gets."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Literal

from rich.console import Console

from nablastep.errors import UnknownNameError
from nablastep_tui.look.palettes import MONOCHROME, PALETTES, Palette

ColourDepth = Literal["full", "256", "sixteen", "none"]


def colour_depth() -> ColourDepth:
    """How many colours the terminal has, as Textual will find it; none where NO_COLOR is set."""
    if os.environ.get("NO_COLOR"):
        return "none"
    wanted: Any = os.environ.get("TEXTUAL_COLOR_SYSTEM") or "auto"
    found = Console(color_system=wanted, force_terminal=True).color_system
    return {"truecolor": "full", "256": "256"}.get(found or "", "sixteen")  # type: ignore[return-value]


def palette_for(name: str, depth: ColourDepth = "full") -> Palette:
    """The palette of theme `name` as far as a terminal of that colour depth can show it.

    Raises:
        UnknownNameError: there is no such theme; the message names those that exist.
    """
    if name not in PALETTES:
        raise UnknownNameError(f"no theme {name!r}; there are {', '.join(PALETTES)}")
    match depth:
        case "full":
            return PALETTES[name]
        case "none":
            return replace(MONOCHROME, dark=PALETTES[name].dark)
        case few:
            from nablastep_tui.look.few_colours import palette_of_few

            return palette_of_few(name, few)
