"""Finding a monospaced font for pictures made of pixels.

Owns the list of fonts that cover the app's glyphs and the folders in which systems keep fonts. Draws nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

_PREFERRED = (
    "dejavusansmono.ttf",
    "jetbrainsmono-regular.ttf",
    "jetbrainsmononl-regular.ttf",
    "juliamono-regular.ttf",
    "menlo.ttc",
    "cascadiamono.ttf",
    "consola.ttf",
    "notosansmono-regular.ttf",
    "liberationmono-regular.ttf",
    "ubuntumono-r.ttf",
)
"""Regular faces by file name in small letters, the ones that hold most mathematical signs first."""

_BOLD = {
    "dejavusansmono.ttf": "DejaVuSansMono-Bold.ttf",
    "consola.ttf": "consolab.ttf",
    "ubuntumono-r.ttf": "UbuntuMono-B.ttf",
}


def font_folders() -> tuple[Path, ...]:
    """Where this system keeps fonts, the user's own first."""
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
        return (local / "Microsoft" / "Windows" / "Fonts", Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts")
    if sys.platform == "darwin":
        return (home / "Library" / "Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    own = Path(os.environ.get("XDG_DATA_HOME", home / ".local" / "share")) / "fonts"
    return (own, home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


def find_font(folders: Iterable[Path] | None = None) -> Path | None:
    """The best monospaced font in `folders` (default: the system's); None if there is none.

    A preferred font in any folder comes before a file that merely has "mono" in its name.
    """
    files: dict[str, Path] = {}
    for folder in font_folders() if folders is None else folders:
        for root, subfolders, names in os.walk(folder):
            subfolders.sort()
            for name in sorted(names):
                files.setdefault(name.lower(), Path(root, name))
    others = sorted(name for name in files if _is_plain_monospaced(name))
    return next((files[name] for name in (*_PREFERRED, *others) if name in files), None)


def _is_plain_monospaced(name: str) -> bool:
    slanted_or_weighted = ("bold", "italic", "oblique", "light", "thin", "black", "medium", "emoji")
    return "mono" in name and name.endswith((".ttf", ".otf")) and not any(word in name for word in slanted_or_weighted)


def bold_of(font: Path) -> Path | None:
    """The bold face that stands beside a regular one, if it does."""
    candidates = (_BOLD.get(font.name.lower()), font.name.replace("-Regular", "-Bold"))
    for name in candidates:
        if name and name != font.name and (font.parent / name).is_file():
            return font.parent / name
    return None


def font_note(font: Path | None) -> str | None:
    """What to tell the user about the font of a picture; None if all is well."""
    if font is not None:
        return None
    return (
        "no monospaced font was found on this system; Pillow's own was used, which lacks some signs"
        " (install DejaVu Sans Mono for better pictures)"
    )
