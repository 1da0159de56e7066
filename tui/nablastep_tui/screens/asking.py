"""Asking for a line of text above the footer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import events

from nablastep.errors import CommandError
from nablastep.safe_text import shortened
from nablastep_tui.scene.prompt import Answer, Prompt
from nablastep_tui.screens.moving import Moving
from nablastep_tui.widgets.region import Region


class Asking(Moving):
    """A prompt that is fed the keys of the screen; see `nablastep_tui.scene.prompt`."""

    def ask(self, label: str, answer: Answer, value: str = "", *, on_close: Callable[[], None] | None = None) -> None:
        """Ask for a line of text. `answer` is called with it and may raise a NablastepError, which keeps it open.

        An answer may ask the next question. `on_close` is called when the user gives up.
        """
        self._set_prompt(Prompt(label, answer, value, on_close=on_close))
        self.show()

    def ask_for_path(self, label: str, answer: Callable[[Path], None], value: str) -> None:
        """Ask for a file or folder; `~` is the user's home."""

        def answered(text: str) -> None:
            if not text.strip("/ "):
                raise CommandError("a file needs a name")
            try:
                path = Path(text.strip()).expanduser()
            except RuntimeError:
                raise CommandError(f"there is no home folder for {shortened(text.strip().split('/')[0])!r}") from None
            answer(path)

        self.ask(label, answered, value)

    def _set_prompt(self, prompt: Prompt | None) -> None:
        self.prompt = prompt
        self.query_one("#prompt", Region).display = prompt is not None

    def _prompt_key(self, event: events.Key) -> None:
        asked = self.prompt
        assert asked is not None
        after = asked.after_key(event.key, event.character)
        if self.prompt is asked:  # an answer that has asked something new keeps its own prompt
            self._set_prompt(after)
        if after is None and event.key == "escape" and asked.on_close is not None:
            asked.on_close()
