"""What the speaker reads while a demo plays: notes, the caption on screen and the one that follows.

Written to a file, or to a second terminal, which is cleared each time. Knows the player, not the screen.
"""

from __future__ import annotations

import contextlib
import os
from typing import TextIO

from nablastep.demo import language
from nablastep.demo.player import Player
from nablastep.errors import NablastepError

_CLEAR = "\x1b[2J\x1b[H"


class SpeakerNotes:
    """Follows a player. Raises NablastepError if the file or terminal cannot be opened."""

    def __init__(self, path: str) -> None:
        try:
            self._file: TextIO = open(path, "w", encoding="utf-8")  # noqa: SIM115 - open as long as the demo
        except OSError as problem:
            raise NablastepError(f"cannot be written: {problem.strerror or problem}", file=path) from None
        self._is_terminal = os.isatty(self._file.fileno())
        self._last = ""

    def follow(self, player: Player) -> None:
        """Write where the demo is, if that has changed. A reader that has gone is no reason to stop."""
        text = notes_text(player)
        if text == self._last:
            return
        self._last = text
        with contextlib.suppress(OSError):
            self._file.write(_CLEAR + text if self._is_terminal else text + "\n")
            self._file.flush()

    def close(self) -> None:
        """The demo is over."""
        with contextlib.suppress(OSError):
            self._file.close()


def notes_text(player: Player) -> str:
    """Chapter, place, notes since the last caption, the caption, and the next one."""
    view = player.view
    chapter = player.chapters[view.chapter - 1] if view.chapter else player.demo.header.title or ""
    following = next((b.statement for b in player.beats[player.at :] if isinstance(b.statement, language.Say)), None)
    parts = [f"{chapter}   {view.cue} of {player.cue_count}"]
    parts += [f"note: {note}" for note in _notes(player)]
    parts.append(f"now:  {view.caption}")
    parts.append(f"next: {following.text}" if following is not None else "next: the end")
    return "\n\n".join(parts) + "\n"


def _notes(player: Player) -> list[str]:
    """The notes that stand around the caption on screen: up to the next one."""
    said = [index for index, beat in enumerate(player.beats) if isinstance(beat.statement, language.Say)]
    start = max((index for index in said if index < player.at - 1), default=-1) + 1
    end = min((index for index in said if index >= player.at), default=len(player.beats))
    statements = (beat.statement for beat in player.beats[start:end])
    return [statement.text for statement in statements if isinstance(statement, language.Note)]
