"""Plays a demo on a session, beat by beat, and goes back and forth in it exactly. Needs no terminal and no clock.

Whoever shows the demo asks how long a beat lasts, waits, and draws the session and the `ViewState`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from nablastep.demo import language
from nablastep.demo.beats import Beat, beats_of, is_step
from nablastep.demo.expectation_outcomes import Outcome, ReadScreen, judge
from nablastep.demo.language import Statement
from nablastep.demo.problems import DemoError
from nablastep.demo.references import Cell
from nablastep.demo.script import Demo
from nablastep.errors import NablastepError
from nablastep.session import Bookmark, Session
from nablastep.whole_numbers import whole_number

Observer = Callable[[Statement], None]


@dataclass(frozen=True)
class ViewState:
    """How the demo looks at the session.

    `why` tells whether the derivation is open and `route` which one was asked for, if one was. `focused` holds the
    last focused cell of each quantity, the latest at the end. `caption` is the text on screen, `cue` counts the
    captions and `chapter` the chapters so far; 0 is before the first.
    """

    convention: str = "column"
    notation: str = "unicode"
    why: bool = False
    route: str | None = None
    focused: tuple[Cell, ...] = ()
    caption: str = ""
    cue: int = 0
    chapter: int = 0

    @property
    def focus(self) -> Cell | None:
        """The cell that was focused last."""
        return self.focused[-1] if self.focused else None


@dataclass(frozen=True, eq=False)
class Place:
    """All that a demo is at one beat: where the session stands and how it is looked at."""

    bookmark: Bookmark
    view: ViewState
    outcomes: Mapping[int, Outcome]


class Player:
    """A demo on a session that was opened for it.

    `read_screen` gives the text that is on screen, for `expect screen`; without it such an expectation fails.
    `observer` is told each statement that has been carried out.
    """

    def __init__(
        self,
        session: Session,
        demo: Demo,
        read_screen: ReadScreen | None = None,
        *,
        observer: Observer | None = None,
    ) -> None:
        self.session = session
        self.demo = demo
        self.beats = beats_of(demo.statements)
        self.read_screen = read_screen
        self.observer = observer
        self.at = 0
        self.view = ViewState(convention=demo.header.convention or session.network.convention)
        self._outcomes: dict[int, Outcome] = {}
        self._places: list[Place] = []
        self._cues = self._ends_of(language.Say)
        self._chapters = self._ends_of(language.Chapter)

    # what there is

    @property
    def upcoming(self) -> Beat | None:
        """The beat that `advance` carries out; None at the end."""
        return self.beats[self.at] if self.at < len(self.beats) else None

    @property
    def is_done(self) -> bool:
        """Whether the demo has been played to its end."""
        return self.at == len(self.beats)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the expectations so far, in the order of the demo."""
        return tuple(outcome for _, outcome in sorted(self._outcomes.items()))

    @property
    def chapters(self) -> tuple[str, ...]:
        """The titles of the chapters."""
        return tuple(s.text for s in self.demo.statements if isinstance(s, language.Chapter))

    @property
    def cue_count(self) -> int:
        """How many captions the demo has."""
        return len(self._cues)

    @property
    def step_count(self) -> int:
        """How many things the demo does on stage; `next 3` is one."""
        return sum(is_step(statement) for statement in self.demo.statements)

    @property
    def speed(self) -> float:
        """The factor that the demo asks for."""
        return self.demo.header.speed or 1.0

    @property
    def seconds(self) -> float:
        """How long the demo takes when nobody interrupts it."""
        return sum(beat.seconds for beat in self.beats) / self.speed

    # playing

    def advance(self) -> Outcome | None:
        """Carry out the next beat; the outcome if it is an expectation.

        DemoError if the session refuses a command; the demo can go on after it.
        """
        beat = self.beats[self.at]
        del self._places[self.at :]
        self._places.append(self.place())
        self.at += 1
        if beat.command is not None:
            self._carry_out(beat)
        self.view = self._seen(beat)
        outcome = self._judged(beat)
        if outcome is not None:
            self._outcomes[self.at - 1] = outcome
        if beat.is_last and self.observer is not None:
            self.observer(beat.statement)
        return outcome

    def finish(self) -> None:
        """Play to the end without stopping. DemoError at the first command that the session refuses."""
        while not self.is_done:
            self.advance()

    def place(self) -> Place:
        """Where the demo and its session are now, to return to."""
        return Place(self.session.bookmark(), self.view, dict(self._outcomes))

    def return_to(self, place: Place) -> None:
        """Be again where the place was taken, whatever has been done to the session since."""
        self.session.return_to(place.bookmark)
        self.view = place.view
        self._outcomes = dict(place.outcomes)

    def seek(self, at: int) -> tuple[DemoError, ...]:
        """Go to before the beat of that index, back or on; what the session refused on the way."""
        at = max(0, min(at, len(self.beats)))
        if at < self.at:
            self.return_to(self._places[at])
            self.at = at
        refused = []
        while self.at < at:
            try:
                self.advance()
            except DemoError as error:
                refused.append(error)
        return tuple(refused)

    # places to go to

    @property
    def next_cue(self) -> int:
        """Where the next caption appears; the end after the last one."""
        return min((end for end in self._cues if end > self.at), default=len(self.beats))

    @property
    def previous_cue(self) -> int:
        """Where the caption before the one on screen appears; the beginning before the first."""
        shown = [end for end in self._cues if end <= self.at]
        return shown[-2] if len(shown) > 1 else 0

    @property
    def next_chapter(self) -> int:
        """Just after the next chapter's title; the end after the last one."""
        return min((end for end in self._chapters if end > self.at), default=len(self.beats))

    @property
    def previous_chapter(self) -> int:
        """Just after this chapter's title, or there just after that of the one before."""
        return max((end for end in self._chapters if end < self.at), default=0)

    def chapter_start(self, words: str) -> int:
        """Just after the title of a chapter, named by its number from 1 or by how its title begins.

        DemoError, naming the chapters, if there is none.
        """
        titles = [title.casefold() for title in self.chapters]
        wanted = whole_number(words)
        if wanted is not None and 1 <= wanted <= len(titles):
            return self._chapters[wanted - 1]
        for number, title in enumerate(titles):
            if words and title.startswith(words.casefold()):
                return self._chapters[number]
        known = ", ".join(f"{number} {title}" for number, title in enumerate(self.chapters, 1))
        message = f"there is no chapter '{words}'"
        raise DemoError(message, file=self.demo.file, hint=f"the chapters are {known}" if known else "it has none")

    # parts of a beat

    def _carry_out(self, beat: Beat) -> None:
        assert beat.command is not None
        try:
            self.session.do(beat.command)
        except NablastepError as error:
            raise DemoError.at(beat.statement.place, error.message, error.hint) from None

    def _judged(self, beat: Beat) -> Outcome | None:
        match beat.statement:
            case language.ExpectValue() | language.ExpectShape() | language.ExpectGradcheck() | language.ExpectScreen():
                return judge(beat.statement, self.session, self.read_screen)
        return None

    def _seen(self, beat: Beat) -> ViewState:
        """The view after a beat. A derivation belongs to its equation: whatever moves the session closes it."""
        view = self.view if beat.command is None else replace(self.view, why=False, route=None)
        match beat.statement:
            case language.Say(text):
                return replace(view, caption=text, cue=view.cue + 1)
            case language.Chapter(text):
                return replace(view, caption=text, chapter=view.chapter + 1)
            case language.Convention(word):
                return replace(view, convention=word)
            case language.Notation(word):
                return replace(view, notation=word)
            case language.Why(route):
                return replace(view, why=True, route=route)
            case language.Close():
                return replace(view, why=False, route=None)
            case language.Focus(cell):
                others = tuple(other for other in view.focused if other.name != cell.name)
                return replace(view, focused=(*others, cell))
        return view

    def _ends_of(self, kind: type[Statement]) -> tuple[int, ...]:
        """For each statement of that kind the index of the beat after it."""
        return tuple(index + 1 for index, beat in enumerate(self.beats) if isinstance(beat.statement, kind))
