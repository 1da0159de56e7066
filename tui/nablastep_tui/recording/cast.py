"""asciicast v2: a recording as a `.cast` file, and what may be in one that was made of live bytes.

Format: docs.asciinema.org/manual/asciicast/v2. The header has no time stamp, so that a recording made twice is
the same file. The alternate screen is neither entered nor left: leaving it would blank the last frame in players.
Knows no Textual and no files.
"""

from __future__ import annotations

import json
import re

from nablastep_tui.recording.colours import ANSI_COLOURS, DEFAULT_FOREGROUND, hexadecimal, page_background
from nablastep_tui.recording.model import Colour, Recording
from nablastep_tui.recording.screen_grid import encode_changes
from nablastep_tui.recording.terminal_tokens import TokenReader

OPENING = "\x1b[0m\x1b[H\x1b[2J\x1b[?25l"
"""Written before the first frame: an empty screen without a cursor."""


def closing(rows: int) -> str:
    """Written at the end: the picture stays, and the cursor is back below it for whoever plays it in a terminal."""
    return f"\x1b[0m\x1b[{rows};1H\x1b[?25h"


def header(size: tuple[int, int], title: str, background: Colour) -> str:
    """The first line: `size` is (columns, rows); the background is also that of the players' margins."""
    fields = {
        "version": 2,
        "width": size[0],
        "height": size[1],
        "title": title,
        "theme": {
            "fg": hexadecimal(DEFAULT_FOREGROUND),
            "bg": hexadecimal(background),
            "palette": ":".join(hexadecimal(colour) for colour in ANSI_COLOURS),
        },
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def event(milliseconds: int, code: str, data: str) -> str:
    """One event line; the time is written in seconds with exactly three decimals."""
    seconds = f"{milliseconds // 1000}.{milliseconds % 1000:03d}"
    return f'[{seconds}, "{code}", {json.dumps(data, ensure_ascii=False)}]\n'


def asciicast(recording: Recording) -> str:
    """The recording as an asciicast v2 file: output events, and a marker at each chapter."""
    first = recording.frames[0]
    events = [(0, 0, "o", OPENING + encode_changes(None, first.cells))]
    for before, frame in zip(recording.frames, recording.frames[1:], strict=False):
        events.append((frame.milliseconds, 0, "o", encode_changes(before.cells, frame.cells)))
    events.append((recording.end_ms, 2, "o", closing(recording.size[1])))
    events += [(marker.ms, 1, "m", marker.label) for marker in recording.markers]
    events.sort(key=lambda entry: entry[:2])
    first_line = header(recording.size, recording.title, page_background(first.cells))
    return first_line + "".join(event(time, code, data) for time, _, code, data in events)


# What paints: text, line feed, carriage return, backspace, colours, cursor movement and erasure. All else is dropped,
# by construction: mouse, focus, paste and keyboard modes, questions that the viewer's terminal would answer,
# clipboard and pointer commands, the alternate screen, and whatever a later Textual may add. Erasing the
# scroll-back (3J) would destroy the viewer's own.
_PAINTS = re.compile(r"[^\x00-\x1f\x7f-\x9f]+\Z|[\n\r\b]\Z|(?!\x1b\[3J)\x1b\[[0-9;:]*[A-HJKdfm]\Z")


class Sanitiser:
    """Takes live terminal output apart and keeps only what paints.

    A sequence may be split over writes; its end is awaited before it is judged.
    """

    def __init__(self) -> None:
        self._reader = TokenReader()

    def clean(self, data: str) -> str:
        """What is left of `data`, together with what was awaited from before."""
        return "".join(token for token in self._reader.feed(data) if _PAINTS.match(token))
