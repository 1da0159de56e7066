"""An expression on the stage: what `derive --open` and the palette's derive make of it. No arithmetic here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nablastep.deriving.answer import answered
from nablastep.deriving.as_network import network_of
from nablastep.deriving.derivation import Asked
from nablastep.deriving.kinds import Kind, declared, let
from nablastep.deriving.reading import read
from nablastep.errors import CommandError
from nablastep.session import Session

OPTIONS = ("by", "shape", "let", "seed")
_OPTION = re.compile(r"(?:^|\s+)--([a-z]+)(?:\s+|=|$)")
_QUOTES = "\"'"


@dataclass(frozen=True)
class Question:
    """An expression with what is said about it; `by` is empty where all variables are meant."""

    expression: str
    by: tuple[str, ...]
    kinds: Mapping[str, Kind]
    numbers: Mapping[str, Any]
    seed: str | None = None

    def session(self, by: Sequence[str] = ()) -> Session:
        """The stage of it, its parts named t1, t2, … Raises a NablastepError that says what to mend."""
        asked = Asked(seed=self.seed, routes=())
        answer = answered(self.expression, by or self.by or None, self.kinds, self.numbers, asked)
        return Session(network_of(answer))

    def variables(self) -> tuple[str, ...]:
        """What it can be differentiated by."""
        return tuple(symbol.id for symbol in read(self.expression, self.kinds, self.numbers).variables)


def question_of(line: str) -> Question:
    """What was typed in one line: an expression, and behind it --by, --shape, --let and --seed as on the command line.

    Raises CommandError for another option, DeriveError for what cannot be read.
    """
    expression, *rest = _OPTION.split(line)
    found: dict[str, str] = {}
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        if option not in OPTIONS:
            raise CommandError(f"unknown option --{option}", hint=f"there are {', '.join(f'--{o}' for o in OPTIONS)}")
        said = value.strip().strip(_QUOTES)
        found[option] = f"{found[option]}, {said}" if option in found else said
    by = tuple(name for name in re.split(r"[\s,]+", found.get("by", "")) if name)
    kinds, numbers = declared(found.get("shape", "")), let(found.get("let", ""))
    return Question(expression.strip().strip(_QUOTES), by, kinds, numbers, found.get("seed"))
