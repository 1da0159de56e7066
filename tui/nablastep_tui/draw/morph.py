"""Things on their way from one place to another: cells between two columns, and a line of text out of another one."""

from __future__ import annotations

from collections.abc import Sequence

from nablastep.records import record
from nablastep_tui.look.cells import width_of


def between(start: int, end: int, part: float) -> int:
    """The cell that is that part of the way, fast at first and slow at the end."""
    eased = 1 - (1 - part) ** 2
    return round(start + (end - start) * eased)


@record()
class Piece:
    """A piece of a line of text on its way: where it stands now, and whether the line before had it not."""

    column: int
    text: str
    is_new: bool = False


def morphed(before: Sequence[str], after: Sequence[str], part: float) -> tuple[Piece, ...]:
    """The pieces of `after`, those that `before` has too on their way from there; the farthest traveller is last.

    A piece that stands several times goes from its first place to its first place, and so on. New pieces appear in
    the last third.
    """
    starts = _places(before)
    pieces: list[tuple[int, Piece]] = []
    for key, end in _places(after).items():
        start = starts.get(key)
        if start is not None:
            pieces.append((abs(end - start), Piece(between(start, end, part), key[0])))
        elif part >= 2 / 3:
            pieces.append((-1, Piece(end, key[0], is_new=True)))
    return tuple(piece for _, piece in sorted(pieces, key=lambda found: found[0]))


def _places(pieces: Sequence[str]) -> dict[tuple[str, int], int]:
    """Where each piece begins, by its text without blanks and how often it came before."""
    places: dict[tuple[str, int], int] = {}
    column = 0
    for text in pieces:
        bare = text.strip()
        if bare:
            number = sum(1 for known, _ in places if known == bare)
            places[bare, number] = column + width_of(text) - width_of(text.lstrip())
        column += width_of(text)
    return places
