"""What every page over the stage has in common: it leaves once, and only itself."""

from __future__ import annotations

from textual import events
from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.message import Message
from textual.screen import Screen, ScreenResultType
from textual.widgets import Input, OptionList

from nablastep_tui.faults import Guarded


class Page(Guarded, Screen[ScreenResultType]):
    """A screen over the stage.

    Textual's `dismiss` takes away whatever is on top: of two keys typed fast the second would take the stage as well.
    """

    _has_left = False

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave, if this page is on top and has not left yet."""
        if self._has_left or self.app.screen is not self:
            return AwaitComplete()
        self._has_left = True
        self.workers.cancel_node(self)  # what still works for this page finds it no more
        return super().dismiss(result)

    def on_unmount(self) -> None:
        """Textual remembers colours by the widget that asked: a thousand pages would stay with all that they drew."""
        StylesCache.get_inner_outer.cache_clear()

    async def _dispatch_message(self, message: Message) -> None:
        """What comes after it has left is nothing to it any more."""
        is_asked = isinstance(message, events.InputEvent | Input.Changed | Input.Submitted | OptionList.OptionSelected)
        if not (self._has_left and is_asked):
            await super()._dispatch_message(message)


class CommandPage(CommandPalette, Page[None]):
    """Textual's command palette, as a page."""

    def _action_command_list(self, action: str) -> None:
        """Keys for the list of commands; one that has no place on screen yet cannot be paged through."""
        if self.query_one(CommandList).size:
            super()._action_command_list(action)
