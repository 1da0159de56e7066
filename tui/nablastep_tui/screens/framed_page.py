"""A page with the header of the stage above it and a footer with its own keys below.

What stands on a page is in its own module; which keys it has, in the one table of keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from textual import events
from textual.actions import parse
from textual.app import ComposeResult
from textual.screen import ScreenResultType
from textual.widget import Widget

from nablastep_tui.draw.chrome.footer import draw_footer
from nablastep_tui.draw.chrome.header import draw_header
from nablastep_tui.keymap import KeyMap
from nablastep_tui.keys import PAGE_KEYS, KeyEntry, footer_keys
from nablastep_tui.scene.scene import Key, Scene, Target
from nablastep_tui.screens.keys_page import KeysScreen
from nablastep_tui.screens.page import Page
from nablastep_tui.widgets.region import Region


class FramedPage(Page[ScreenResultType]):
    """A page between the header of the stage and a footer with its own keys, those of `PAGE_KEYS[NAME]`.

    `scene_behind` is what the stage shows; its header stands over the page.
    """

    NAME: ClassVar[str]
    DEFAULT_CSS = """
    FramedPage { background: $nabla-background; layout: vertical; }
    FramedPage Region { height: 1; }
    """
    AUTO_FOCUS = ""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene_behind = scene

    @cached_property
    def keymap(self) -> KeyMap:
        """The user's keys, as they are on this page."""
        return self.scene_behind.keymap.on_page(PAGE_KEYS[self.NAME])

    @cached_property
    def _actions(self) -> dict[str, str]:
        return self.keymap.actions(PAGE_KEYS[self.NAME])

    def compose(self) -> ComposeResult:
        """Header, page, footer."""
        yield Region(draw_header, id="header")
        yield self.content()
        yield Region(draw_footer, id="footer")

    def content(self) -> Widget:
        """What stands between header and footer."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Fill header and footer."""
        self.show_frame()

    def show_frame(self) -> None:
        """Header and footer of now."""
        scene = replace(self.scene_behind, keys=self.footer())
        for region in self.query(Region):
            region.scene = scene

    def footer(self) -> tuple[Key, ...]:
        """The keys that work now, most useful first."""
        return tuple(self._footer_keys(footer_keys(PAGE_KEYS[self.NAME])))

    def _footer_keys(self, entries: Iterable[KeyEntry]) -> Iterator[Key]:
        for entry in entries:
            if keys := self.keymap.in_footer(entry):
                # A pair of directions is no one thing that a click could do.
                yield Key(keys, entry.label, "" if entry.beside else entry.action)

    def on_key(self, event: events.Key) -> None:
        """What the key table says, before Textual's own keys."""
        action = self._actions.get(event.key)
        if action is None:
            return
        event.stop()
        event.prevent_default()
        _, name, arguments = parse(action)
        getattr(self, f"action_{name}")(*arguments)

    def on_region_hit(self, event: Region.Hit) -> None:
        """A key of the footer."""
        if isinstance(event.target, Target) and event.target.kind == "key":
            self.call_later(self.run_action, event.target.name)

    def action_keys(self) -> None:
        """The keys of this page."""
        self.app.push_screen(KeysScreen(self.scene_behind.keymap, self.NAME, tuple(self._rows())))

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Keys and what they do; what stands beside another in the footer stands with it here, too."""
        entries = {entry.id: entry for entry in PAGE_KEYS[self.NAME]}
        beside = {name for entry in entries.values() for name in entry.beside}
        shown: dict[str, list[str]] = {}
        for entry in entries.values():
            if entry.id not in beside:
                group = [entry, *(entries[name] for name in entry.beside)]
                several = len(group) > 1
                keys = [self.keymap.brief(each.id) if several else self.keymap.all_keys(each.id) for each in group]
                shown.setdefault(", ".join(dict.fromkeys(each.help for each in group)), []).extend(filter(None, keys))
        yield from ((" ".join(keys), what) for what, keys in shown.items() if keys)

    def action_leave(self) -> None:
        """Back to the stage."""
        self.dismiss()
