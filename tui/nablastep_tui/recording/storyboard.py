"""A recording as a Markdown page: chapters as headings, narration as paragraphs, stills as pictures.

Owns the order of the page. Knows no folder and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nablastep_tui.recording.frames import file_stem
from nablastep_tui.recording.model import Grid, Recording, Snapshot
from nablastep_tui.recording.svg import still

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_LIST_LIKE = re.compile(r"^(\s*)(\d+)([.)])|^(\s*)([-+=])", re.MULTILINE)


def storyboard(recording: Recording, name: str) -> dict[str, str]:
    """`NAME.md`, and its stills in `NAME-stills/`.

    Each chapter shows the snapshots taken in it, or, if there is none, the screen with which it ends.
    """
    stills: dict[Grid, str] = {}
    parts = [f"# {_escaped(recording.title or name)}"]
    pictures: dict[str, str] = {}
    for _, _, kind, text, grid in sorted(_story(recording), key=lambda entry: entry[:2]):
        if kind == "chapter":
            parts.append(f"## {_escaped(text)}")
        elif kind == "words":
            parts.append(_escaped(text))
        else:
            if grid not in stills:
                stills[grid] = f"{name}-stills/{file_stem(len(stills) + 1, text)}.svg"
                pictures[stills[grid]] = still(grid, text)
            parts.append(f"![{_escaped(text)}](<{stills[grid]}>)")
    return {f"{name}.md": "\n\n".join(parts) + "\n", **pictures}


_Entry = tuple[int, int, str, str, Grid]


def _story(recording: Recording) -> Iterator[_Entry]:
    """(milliseconds, order within them, kind, text, screen) of everything on the page.

    A snapshot closes what came before: at one and the same moment it stands before the next chapter and caption.
    """
    for marker in recording.markers:
        yield marker.ms, 1, "chapter", marker.label, ()
    for caption in recording.captions:
        yield caption.start_ms, 2, "words", caption.text, ()
    for snapshot in recording.snapshots:
        yield snapshot.ms, 0 if snapshot.ms else 3, "still", snapshot.name, snapshot.grid
    for snapshot in _chapter_ends(recording):
        yield snapshot.ms, 4, "still", snapshot.name, snapshot.grid


def _chapter_ends(recording: Recording) -> Iterator[Snapshot]:
    """The last screen of each chapter without a snapshot of its own; of the whole, if there are no chapters."""
    starts = [marker.ms for marker in recording.markers] or [0]
    labels = [marker.label for marker in recording.markers] or ["end"]
    ends = [*starts[1:], recording.end_ms + 1]
    for start, end, label in zip(starts, ends, labels, strict=True):
        taken = any(start < snapshot.ms <= end or snapshot.ms == start == 0 for snapshot in recording.snapshots)
        if start < end and not taken:
            yield Snapshot(label, recording.frame_at(end - 1).cells, end - 1)


def _escaped(text: str) -> str:
    """`text` so that Markdown shows it as it stands."""
    plain = _SPECIAL.sub(r"\\\1", text)
    return _LIST_LIKE.sub(lambda match: _backslashed(match), plain)


def _backslashed(match: re.Match[str]) -> str:
    if match[2]:
        return f"{match[1]}{match[2]}\\{match[3]}"
    return f"{match[4]}\\{match[5]}"
