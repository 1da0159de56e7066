"""The table of keys with the user's own in it: which key does what, how keys are written for people, and what clashes.

Reads no file and knows no screen. Names of keys are Textual's; characters such as `?` and `[` are taken as they are.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Iterator, Mapping

from textual.binding import Binding, InvalidBinding
from textual.keys import KEY_ALIASES, Keys, format_key

from nablastep_tui.keys import EVERY_KEY, FIXED_KEYS, KEYS_BY_ID, PAGE_KEYS, PAGES, KeyEntry

_WRITTEN = {"enter": "enter", "backspace": "backspace", "delete": "delete"}
_SAME = {"shift+question_mark"}
"""Names under which some terminals send a key that has another name already: not worth two words."""
_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
_MODIFIERS = ("ctrl+", "shift+", "alt+", "super+", "hyper+", "meta+")
_NAMES = tuple(sorted({key.value for key in Keys} | {"space"}))
_NONE = "no key"


def written(key: str) -> str:
    """A key as people write it: `→`, `shift+→`, `[`, `pgdn`, `ctrl+r`, `esc`."""
    modifiers, separator, name = key.rpartition("+")
    return f"{modifiers}{separator}{_WRITTEN.get(name) or format_key(name)}"


class KeyMap:
    """Keys by id of the table; `chosen` is the user's part: ids and keys, several by commas.

    A chosen key goes to the first who chose it, and is taken from whatever has it by default; an empty text means no
    key. The stage and every page have keys of their own, so the same one may do different things there. `warnings` say
    what a choice costs, and which keys cannot be pressed.
    """

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        self._warnings: list[str] = []
        owners: _Owners = {scope: {} for scope in ("", *PAGES)}
        mine = {name: keys for name, keys in (chosen or {}).items() if name in KEYS_BY_ID}
        self.keys: dict[str, tuple[str, ...]] = {}
        for name, text in mine.items():
            keys = tuple(self._free(name, self._read(name, text), owners))
            if keys or not text.strip():
                self.keys[name] = keys
        for entry in EVERY_KEY:
            if entry.id not in self.keys:
                self.keys[entry.id] = self._left(entry, owners)

    def _read(self, name: str, text: str) -> Iterator[str]:
        """The keys of one line of the user's, those that exist."""
        if not text.strip():
            return
        try:
            keys = [binding.key for binding in Binding.make_bindings([Binding(text, "")])]
        except InvalidBinding:
            self._warnings.append(f"keys: {name} = {text!r}: a key is missing; a comma is written 'comma'")
            return
        for key in keys:
            known = _plain(key)
            if known is None:
                near = difflib.get_close_matches(key.lower(), _NAMES, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                self._warnings.append(f"keys: {name}: there is no key {key!r}{hint}")
            else:
                yield known

    def _free(self, name: str, keys: Iterable[str], owners: _Owners) -> Iterator[str]:
        """Those of the chosen keys that nobody has; they are this id's from now on, on every page that borrows it."""
        own, *borrowing = (owners[scope] for scope in _scopes(name))
        for key in dict.fromkeys(keys):
            if key in FIXED_KEYS:
                self._warnings.append(f"keys: {name}: {written(key)} always quits and cannot be given away")
            elif key in own:
                first = own[key]
                self._warnings.append(f"keys: {written(key)} is chosen for {first} and {name}: it is {first}")
            else:
                own[key] = name
                for page in borrowing:
                    page.setdefault(key, name)
                yield key

    def _left(self, entry: KeyEntry, owners: _Owners) -> tuple[str, ...]:
        """The default keys of an entry that have not been given away."""
        keys, own = tuple(entry.keys.split(",")), owners[_scopes(entry.id)[0]]
        left = tuple(key for key in keys if key not in own)
        without = "" if entry.group in PAGES else ", only the palette"
        kept = f"{entry.id} keeps {_or(left)}" if left else f"{entry.id} has no key now{without}"
        for key in keys:
            if key in own:
                self._warnings.append(f"keys: {written(key)} is {own[key]} now; {kept}")
        return left

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the user's choice clashes or cannot be used, a line each."""
        return tuple(self._warnings)

    def actions(self, entries: Iterable[KeyEntry]) -> dict[str, str]:
        """What every key of these entries does."""
        return {key: entry.action for entry in entries for key in self.keys[entry.id]}

    def on_page(self, entries: Iterable[KeyEntry]) -> KeyMap:
        """The key map of a page with these entries: what it borrows from the stage gives way to what is its own."""
        entries = tuple(entries)
        own = {key for entry in entries if entry.keys for key in self.keys[entry.id]}
        page = copy.copy(self)
        borrowed = (entry.id for entry in entries if not entry.keys)
        page.keys = self.keys | {name: tuple(key for key in self.keys[name] if key not in own) for name in borrowed}
        return page

    @property
    def for_textual(self) -> dict[str, str]:
        """The same for `App.set_keymap`."""
        return {name: ",".join(keys) for name, keys in self.keys.items() if keys}

    def all_keys(self, name: str) -> str:
        """Every key of an id: `e or enter`."""
        return _or(self.keys[name]) or _NONE

    def brief(self, name: str) -> str:
        """One key of an id: esc, the way back that everybody knows, or a single character; empty if it has none."""
        keys = [written(key) for key in self.keys[name]]
        return next((key for key in keys if len(key) == 1 or key == "esc"), keys[0] if keys else "")

    def in_footer(self, entry: KeyEntry) -> str:
        """The keys that stand for an entry in the footer: `→ ←`, `hjkl`; empty if it has none."""
        keys = [key for name in (entry.id, *entry.beside) if (key := self.brief(name))]
        is_word = len(keys) > 2 and all(len(key) == 1 and not key.isdigit() for key in keys)
        return ("" if is_word else " ").join(keys)

    def said(self, text: str) -> str:
        """A text for people with the keys of ids in it: `{why} asks why` gives `w asks why`."""
        return text.format_map({name: self.brief(name) or _NONE for name in self.keys})


_Owners = dict[str, dict[str, str]]
"""Whose every chosen key is, for the stage (the empty name) and for each page."""


def _scopes(name: str) -> list[str]:
    """Where an id has its keys: on the stage or its page, and on the pages that borrow it."""
    group = KEYS_BY_ID[name].group
    borrowing = [page for page, entries in PAGE_KEYS.items() for each in entries if each.id == name and not each.keys]
    return [group if group in PAGES else "", *borrowing]


def _or(keys: tuple[str, ...]) -> str:
    return " or ".join(written(key) for key in keys if key not in _SAME)


def _plain(key: str) -> str | None:
    """The name under which Textual reports a key, None if no key is called so."""
    modifiers, name = "", _ALIASES.get(key, key)
    while (modifier := next((one for one in _MODIFIERS if name.startswith(one)), None)) and name != modifier:
        modifiers, name = modifiers + modifier, name.removeprefix(modifier)
    if len(name) == 1 and name.isalpha() and modifiers:
        # Terminals send a shifted letter as the capital, and a letter with ctrl without its case.
        return name.upper() if modifiers == "shift+" else modifiers + name.lower()
    named = _READ.get(name.lower())
    if named is not None:
        return modifiers + named
    character = format_key(name)
    if len(character) != 1 or not character.isprintable():
        return None
    # One key has one name, whichever the user knows: `minus`, `hyphen_minus` or the character itself.
    return modifiers + (
        "comma" if character == "," else next(iter(Binding.make_bindings([Binding(character, "")]))).key
    )


_READ = {name: key for key in _NAMES for name in (written(key), key)}
"""Keys by every name that people may write: `pagedown` and `pgdn`, `right` and `→`."""


DEFAULT_KEYS = KeyMap()
