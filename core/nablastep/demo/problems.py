"""The errors of a demo: one mistake with its place, and all mistakes of one run together.

Knows nothing of what a statement means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

from nablastep import field_checks
from nablastep.demo.references import Place
from nablastep.errors import NablastepError

LONGEST_WORD = 40
MOST_LISTED = 20


class DemoError(NablastepError):
    """One mistake in a demo; `str(error)` is `file:line:column: message`."""

    @classmethod
    def at(cls, place: Place, message: str, hint: str | None = None) -> DemoError:
        """The mistake at that place."""
        return cls(message, file=place.file or None, line=place.line or None, column=place.column or None, hint=hint)


class DemoErrors(NablastepError):  # noqa: N818 - it holds several
    """All mistakes of a demo, in `errors`; its text has one line for each of the first ones."""

    def __init__(self, errors: Iterable[NablastepError]) -> None:
        self.errors = tuple(errors)
        super().__init__("")
        lines = [str(error) for error in self.errors[:MOST_LISTED]]
        left = len(self.errors) - len(lines)
        self.message = "\n".join([*lines, f"and {left} more errors"] if left else lines)


def forbidden_character_message(character: str) -> str:
    """What to say about it, without printing it."""
    name = unicodedata.name(character, "")
    kind = f"character U+{ord(character):04X} ({name})" if name else f"control character U+{ord(character):04X}"
    return f"{kind} is not allowed in a demo"


def quoted(word: str) -> str:
    """A piece of the demo in quotation marks, cut to a readable length, tabs as spaces."""
    word = word.replace("\t", " ")
    return f"'{word}'" if len(word) <= LONGEST_WORD else f"'{word[: LONGEST_WORD - 1]}…'"


def did_you_mean(word: str, candidates: Collection[str]) -> str:
    """`; did you mean 'next'?` for a near miss, empty for anything else."""
    return field_checks.did_you_mean(word, candidates) if len(word) <= LONGEST_WORD else ""


def listed(words: Collection[str]) -> str:
    """`a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
