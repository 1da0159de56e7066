"""Captions as WebVTT, for video players and screen readers.

Format: w3.org/TR/webvtt1. Knows captions only, not what is on screen.
"""

from __future__ import annotations

from nablastep_tui.recording.model import Recording


def webvtt(recording: Recording) -> str:
    """One numbered cue for each caption that lasts."""
    lasting = (caption for caption in recording.captions if caption.end_ms > caption.start_ms)
    cues = [
        f"{number}\n{_time(caption.start_ms)} --> {_time(caption.end_ms)}\n{_cue_text(caption.text)}\n"
        for number, caption in enumerate(lasting, 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _time(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{thousandths:03d}"


def _cue_text(text: str) -> str:
    """`text` with markup characters escaped and without empty lines, which would end the cue."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "\n".join(line.strip() for line in escaped.splitlines() if line.strip())
