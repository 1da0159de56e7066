"""The user's settings and what the program remembers: `config.toml` and `state.json` in the user's config folder.

A broken config is a warning with its line, a broken state file is ignored: neither keeps the program from starting.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

import platformdirs

from nablastep.errors import NablastepError
from nablastep.files.reading import read_text
from nablastep.files.toml_text import toml_table
from nablastep.files.writing import write_text
from nablastep.records import record

THEMES = ("dark", "light", "high-contrast")
LARGEST_FILE = 1_000_000  # bytes
GLYPH_SETS = ("unicode", "safe", "ascii")


@record()
class Settings:
    """What the user chose. `keymap` maps key ids to keys; `warnings` say what of the file could not be used."""

    theme: str | None = None
    glyphs: str | None = None
    motion: bool = True
    keymap: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def config_folder() -> Path:
    """Where config and state live: NABLASTEP_CONFIG if set, else the platform's place (XDG on Unix)."""
    chosen = os.environ.get("NABLASTEP_CONFIG")
    return Path(chosen) if chosen else Path(platformdirs.user_config_dir("nablastep", appauthor=False))


def read_settings(known_keys: frozenset[str]) -> Settings:
    """The settings of config.toml; defaults where there is none."""
    path = config_folder() / "config.toml"
    if not os.path.lexists(path):
        return Settings()
    try:
        table = toml_table(read_text(path, str(path), largest=LARGEST_FILE), str(path))
    except NablastepError as problem:
        return Settings(warnings=(f"{problem}; the defaults are used",))
    warnings: list[str] = []

    def choice(key: str, choices: tuple[str, ...]) -> str | None:
        value = table.get(key)
        if value is None or value in choices:
            return value
        warnings.append(f"{path}: {key} is one of {', '.join(choices)}, found {value!r}")
        return None

    keymap = table.get("keys", {})
    if not isinstance(keymap, dict):
        warnings.append(f"{path}: keys is a table of ids and keys")
        keymap = {}
    for name in set(keymap) - known_keys:
        warnings.append(f"{path}: there is no key id {name!r}")
    warnings += [
        f"{path}: unknown key {name!r}; there are theme, glyphs, motion, [keys]"
        for name in set(table) - {"theme", "glyphs", "motion", "keys"}
    ]
    for name, keys in keymap.items():
        if name in known_keys and not isinstance(keys, str):
            warnings.append(f'{path}: keys: {name} is a text such as "n,space", found {keys!r}')
    usable = {name: keys for name, keys in keymap.items() if name in known_keys and isinstance(keys, str)}
    return Settings(
        choice("theme", THEMES), choice("glyphs", GLYPH_SETS), bool(table.get("motion", True)), usable, tuple(warnings)
    )


class Memory:
    """Which hints have been seen and which theme was chosen last; written at once, atomically, errors ignored."""

    def __init__(self) -> None:
        self._path = config_folder() / "state.json"
        self._known: dict[str, Any] = {}
        try:
            found = json.loads(read_text(self._path, str(self._path), largest=LARGEST_FILE))
            self._known = found if isinstance(found, dict) else {}
        except (NablastepError, ValueError, RecursionError):
            pass  # no state is as good as a broken one: the program begins anew

    def has_seen(self, hint: str) -> bool:
        """Whether the hint has done its work."""
        return hint in self._seen()

    def see(self, hint: str) -> None:
        """The hint has been followed; it need not be shown again."""
        if not self.has_seen(hint):
            self._put("seen", [*self._seen(), hint])

    def forget_hints(self) -> None:
        """Show all hints again."""
        self._put("seen", [])

    @property
    def theme(self) -> str | None:
        """The theme chosen last."""
        theme = self._known.get("theme")
        return theme if theme in THEMES else None

    @theme.setter
    def theme(self, name: str) -> None:
        self._put("theme", name)

    def _seen(self) -> list[str]:
        seen = self._known.get("seen", [])
        return [name for name in seen if isinstance(name, str)] if isinstance(seen, list) else []

    def _put(self, key: str, value: object) -> None:
        self._known[key] = value
        with contextlib.suppress(NablastepError):  # a read-only home is no reason to stop
            write_text(self._path, json.dumps(self._known), folders=True)
