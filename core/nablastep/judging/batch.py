"""Many answers at once: a CSV file of answers → the same file with the verdicts beside them."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path

from nablastep.errors import DataError, NablastepError
from nablastep.files.built_in import open_network
from nablastep.files.reading import read_text
from nablastep.judging.verdict import judge
from nablastep.session import Session

WANTED = ("source", "id", "answer")
ADDED = ("verdict", "cause", "message", "hint")

LARGEST_BATCH = 8 * 1024 * 1024  # bytes


def judged_table(path: str, convention: str | None = None, *, layers_from: int = 0) -> str:
    """The CSV with the columns verdict (right, wrong or unreadable), cause, message and hint at its end.

    Other columns are kept. Raises DataError for a file without the columns source, id and answer.
    """
    text = read_text(Path(path), path, DataError, largest=LARGEST_BATCH)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = [cell.strip() for cell in rows[0]] if rows else []
    for name in WANTED:
        if name not in header:
            found = f"found {', '.join(header)[:80]}" if header else "found an empty file"
            raise DataError(f"expected the columns {', '.join(WANTED)}, {found}", file=path, line=1)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*header, *ADDED])
    for row in (row for row in rows[1:] if row):
        cells = [*row, *[""] * (len(header) - len(row))]
        asked = {name: cells[header.index(name)].strip() for name in WANTED}
        writer.writerow([*cells, *_verdict(asked, convention, layers_from)])
    return out.getvalue()


@lru_cache(maxsize=32)
def _session(source: str) -> Session:
    return Session(open_network(source))


def _verdict(asked: dict[str, str], convention: str | None, layers_from: int) -> tuple[str, str, str, str]:
    try:
        found = judge(_session(asked["source"]), asked["id"], asked["answer"], convention, layers_from=layers_from)
    except NablastepError as error:
        return ("unreadable", "", str(error), error.hint or "")
    if found.right:
        return ("right", "", found.remark or "", "")
    return ("wrong", found.cause or "", found.message, found.hint or "")
