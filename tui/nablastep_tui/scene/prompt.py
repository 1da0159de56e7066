"""A line being typed above the footer: what is asked, what has been typed, and what is wrong with it.

The screen feeds it keys itself instead of focusing a field: a focus changes only after keys typed fast have gone
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nablastep.records import record

Answer = Callable[[str], None]


@record(eq=False)
class Prompt:
    """A question that waits for a line. `fresh` says that the first value is still untouched: typing replaces it.

    `answer` is called with the line and may raise a NablastepError or OSError, which keeps the question open;
    `on_close` is called when the user gives up.
    """

    label: str
    answer: Answer
    text: str = ""
    problem: str = ""
    fresh: bool = True
    on_close: Callable[[], None] | None = None

    def after_key(self, key: str, character: str | None) -> Prompt:
        """The prompt after a key of typing; enter and esc are none."""
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

    def refused(self, problem: str) -> Prompt:
        """The prompt as it stays when its answer is not taken, with the reason."""
        return replace(self, problem=problem, fresh=False)
