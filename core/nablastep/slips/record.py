"""What a slip is, as data: its name, how it arises from the right formula, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from nablastep.expressions import Expression, Symbol
from nablastep.notation import notation_named
from nablastep.slips.case import Case

Words = Mapping[str, Symbol | str]
Wrong = tuple[Expression, Words]
"""A wrong formula, and what the words of its record put into their blanks."""

Arises = Callable[[Case], Iterator[Wrong]]


@dataclass(frozen=True, eq=False)
class Slip:
    """One usual slip.

    `says` is what is wrong, in a few words with blanks for quantities; `question` leads there without giving the
    answer away, `nudge` says a little more. `arises` makes the wrong formulas from the right one. A slip that is
    `shown` stands in the list of formulas that fit and are wrong.
    """

    name: str
    says: str
    question: str
    nudge: str
    arises: Arises
    shown: bool = False

    def mistakes(self, case: Case) -> Iterator[Mistake]:
        """The wrong formulas that the slip makes of this step."""
        for expression, words in self.arises(case):
            if expression != case.right:
                yield Mistake(self, expression, words)


@dataclass(frozen=True, eq=False)
class Mistake:
    """One wrong formula, in columns, that came about by a slip."""

    slip: Slip
    expression: Expression
    words: Words = field(default_factory=dict)

    @property
    def says(self) -> str:
        """What is wrong, with the names of the quantities as the screen writes them."""
        return self._filled(self.slip.says)

    @property
    def question(self) -> str:
        """A question that leads there."""
        return self._filled(self.slip.question)

    @property
    def nudge(self) -> str:
        """A little more than the question."""
        return self._filled(self.slip.nudge)

    def _filled(self, text: str) -> str:
        return text.format_map({name: said(word) for name, word in self.words.items()})


def said(word: Symbol | str | Expression) -> str:
    """A quantity as the screen writes it."""
    return word if isinstance(word, str) else notation_named("unicode").text(word)


def slip(name: str, says: str, question: str, nudge: str, *, shown: bool = False) -> Callable[[Arises], Slip]:
    """Turns a function that makes wrong formulas into a record."""

    def made(arises: Arises) -> Slip:
        return Slip(name, says, question, nudge, arises, shown)

    return made
