"""A line being typed above the footer: what is asked, what has been typed, and what is wrong with it.

The screen feeds it keys itself instead of focusing a field: a focus changes only after keys typed fast have gone
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nablastep.errors import NablastepError
from nablastep.records import record
from nablastep_tui.faults import said

Answer = Callable[[str], None]


@record(eq=False)
class Prompt:
    """A question that waits for a line. `fresh` says that the first value is still untouched: typing replaces it."""

    label: str
    answer: Answer
    text: str = ""
    problem: str = ""
    fresh: bool = True
    on_close: Callable[[], None] | None = None

    def after_key(self, key: str, character: str | None) -> Prompt | None:
        """The prompt after a key; None when it is done or given up. On a mistake it stays, with the reason."""
        if key == "escape":
            return None
        if key == "enter":
            return self._answered()
        if key in {"backspace", "ctrl+h"}:
            return replace(self, text="" if self.fresh else self.text[:-1], problem="", fresh=False)
        if key in {"ctrl+u", "delete"}:
            return replace(self, text="", problem="", fresh=False)
        if key in {"end", "right"}:
            return replace(self, fresh=False)
        if character is not None and character.isprintable():
            return self.with_typed(character)
        return self

    def with_typed(self, text: str) -> Prompt:
        """More text at the end; the first text replaces a value that was only offered."""
        return replace(self, text=text if self.fresh else self.text + text, problem="", fresh=False)

    def _answered(self) -> Prompt | None:
        try:
            self.answer(self.text)
        except (NablastepError, OSError) as error:
            return replace(self, problem=said(error), fresh=False)
        return None
