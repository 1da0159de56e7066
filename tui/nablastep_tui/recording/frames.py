"""Text and SVG files of the named snapshots of a recording.

Owns how stills are named and numbered. Knows no folder and writes nothing.
"""

from __future__ import annotations

import re
import unicodedata

from nablastep_tui.recording.model import Recording, Snapshot, plain_text
from nablastep_tui.recording.svg import still


def file_stem(number: int, name: str) -> str:
    """`07-after-the-edit`: a name that every file system takes, sorted in order of time."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return f"{number:02d}-{words or 'snapshot'}"


def frame_files(recording: Recording) -> dict[str, str]:
    """`NN-name.txt` and `NN-name.svg` of each snapshot; of the last frame, as `01-end`, if there is none."""
    last = recording.frames[-1]
    snapshots = recording.snapshots or (Snapshot("end", last.cells, last.milliseconds),)
    files: dict[str, str] = {}
    for number, snapshot in enumerate(snapshots, 1):
        stem = file_stem(number, snapshot.name)
        files[f"{stem}.txt"] = plain_text(snapshot.grid)
        files[f"{stem}.svg"] = still(snapshot.grid, snapshot.name)
    return files
