"""What the speaker reads while a demo plays: notes, the caption on screen and the one that follows.

Written to a file, or to a second terminal, which is cleared each time. Knows the player, not the screen.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TextIO

from nablastep.demo import language
from nablastep.demo.player import Player
from nablastep.errors import NablastepError
from nablastep.files.kinds import reason
from nablastep.files.writing import write_text

_CLEAR = "\x1b[2J\x1b[H"


class SpeakerNotes:
    """Follows a player. Raises NablastepError if the file cannot be written or the terminal not be opened."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._terminal = _opened_terminal(path)
        self._told: list[str] = []
        if self._terminal is None:
            write_text(path, "")

    def follow(self, player: Player) -> None:
        """Write where the demo is, if that has changed. A reader that has gone is no reason to stop."""
        text = notes_text(player)
        if self._told[-1:] == [text]:
            return
        self._told.append(text)
        with contextlib.suppress(OSError, NablastepError):
            if self._terminal is None:
                write_text(self._path, "".join(f"{text}\n" for text in self._told))
            else:
                self._terminal.write(_CLEAR + text)
                self._terminal.flush()

    def close(self) -> None:
        """The demo is over."""
        with contextlib.suppress(OSError):
            if self._terminal is not None:
                self._terminal.close()


def _opened_terminal(path: str) -> TextIO | None:
    """The terminal of that name, or None if it is none. Raises NablastepError if it cannot be opened."""
    try:
        if not stat.S_ISCHR(os.stat(path).st_mode):
            return None
        number = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise NablastepError(f"cannot be written: {reason(problem)}", file=path) from None
    if os.isatty(number):
        os.set_blocking(number, True)
        return os.fdopen(number, "w", encoding="utf-8", errors="replace")
    os.close(number)
    return None


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
