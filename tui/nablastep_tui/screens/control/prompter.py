"""Asking for a line of text above the footer; see `scene.prompt`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nablastep.errors import CommandError, NablastepError
from nablastep.safe_text import shortened
from nablastep_tui.faults import said
from nablastep_tui.scene.modes import BROWSING, Prompting, Running
from nablastep_tui.scene.prompt import Answer, Prompt
from nablastep_tui.screens.control.host import Host


class Prompter:
    """Feeds the keys of the stage to the question that is open."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def prompt(self) -> Prompt | None:
        """The question that is open."""
        return self._host.mode.prompt if isinstance(self._host.mode, Prompting) else None

    def ask(self, label: str, answer: Answer, value: str = "", *, on_close: Callable[[], None] | None = None) -> None:
        """Ask for a line of text. An answer may ask the next question; a run ends with the question."""
        under = BROWSING if isinstance(self._host.mode, Running) else self._host.mode
        self._host.mode = Prompting(Prompt(label, answer, value, on_close=on_close), under)
        self._host.show()

    def after_key(self, key: str, character: str | None) -> None:
        """One key for the question."""
        if key == "enter":
            self._answer()
        elif key == "escape":
            self._close()
        else:
            self._change(lambda prompt: prompt.after_key(key, character))

    def paste(self, text: str) -> None:
        """Text from elsewhere, for the question."""
        self._change(lambda prompt: prompt.with_typed(text))

    def refuse(self, problem: str) -> None:
        """Say under the question what is wrong."""
        self._change(lambda prompt: prompt.refused(problem))

    def _change(self, change: Callable[[Prompt], Prompt]) -> None:
        mode = self._host.mode
        if isinstance(mode, Prompting):
            self._host.mode = replace(mode, prompt=change(mode.prompt))

    def _answer(self) -> None:
        """Close the question and hand its line over; on a mistake it is open again, with the reason."""
        mode = self._host.mode
        assert isinstance(mode, Prompting)
        self._host.mode = mode.under
        try:
            mode.prompt.answer(mode.prompt.text)
        except Exception as error:
            self._host.mode = Prompting(mode.prompt.refused(said(error)), self._host.mode)
            if not isinstance(error, NablastepError | OSError):
                raise

    def _close(self) -> None:
        mode = self._host.mode
        assert isinstance(mode, Prompting)
        self._host.mode = mode.under
        if mode.prompt.on_close is not None:
            mode.prompt.on_close()


def path_of(answer: Callable[[Path], None]) -> Answer:
    """The answer that takes a file or folder; `~` is the user's home."""

    def answered(text: str) -> None:
        if not text.strip("/ "):
            raise CommandError("a file needs a name")
        try:
            path = Path(text.strip()).expanduser()
        except RuntimeError:
            raise CommandError(f"there is no home folder for {shortened(text.strip().split('/')[0])!r}") from None
        answer(path)

    return answered
