"""Splitting a terminal stream into text, control characters and whole escape sequences.

Follows ECMA-48's grammar. Knows what a sequence looks like, not what it does; a sequence may arrive in pieces.
"""

from __future__ import annotations

import re

_STRING_BODY = r"[^\x18\x1a\x1b]*"
_OSC_BODY = r"[^\x07\x18\x1a\x1b]*"

_WHOLE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # control sequence
    rf"|\x1b\]{_OSC_BODY}(?:\x07|\x1b\\)"  # operating system command
    rf"|\x1b[PX^_]{_STRING_BODY}\x1b\\"  # device control and other strings
    r"|\x1b[ -/]+[0-~]"  # escape with intermediates, such as a character set
    r"|\x1b[0-OQ-WYZ\\`-~]"  # plain escape
    r"|[^\x00-\x1f\x7f-\x9f]+"  # text
    r"|[\x00-\x1a\x1c-\x1f\x7f-\x9f]"  # one control character
)

_BEGUN = re.compile(rf"\x1b(?:\[[0-?]*[ -/]*|\]{_OSC_BODY}\x1b?|[PX^_]{_STRING_BODY}\x1b?|[ -/]*)\Z")

_BROKEN = re.compile(rf"\x1b(?:\[[0-?]*[ -/]*|\]{_OSC_BODY}|[PX^_]{_STRING_BODY}|[ -/]*)")


class TokenReader:
    """Reads a stream piece by piece; a sequence that is not finished waits for the next piece."""

    def __init__(self) -> None:
        self._waiting = ""

    def feed(self, data: str) -> list[str]:
        """The tokens completed by `data`, in order. A sequence broken off by another one is a token of its own."""
        text = self._waiting + data
        tokens: list[str] = []
        position = 0
        while position < len(text):
            match = _WHOLE.match(text, position)
            if match is None and _BEGUN.match(text, position):
                break
            match = match or _BROKEN.match(text, position)
            assert match is not None, "every character that begins no whole token is an escape"
            tokens.append(match.group())
            position = match.end()
        self._waiting = text[position:]
        return tokens
