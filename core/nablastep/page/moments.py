"""The moments of a page: where a session stands, one after the other, with what a demo says there.

A trace has every step of its iterations. A demo has every place that it visits and the steps that it passes over within
an iteration, so that a reader misses none; captions belong to the moment at which they appear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from nablastep import commands
from nablastep.cost import check_time
from nablastep.demo import language
from nablastep.demo.beats import Beat
from nablastep.demo.opening import OpenDemo
from nablastep.demo.player import Player
from nablastep.demo.references import Cell
from nablastep.errors import CommandError
from nablastep.network import Network
from nablastep.session import Position, Session

MOST_MOMENTS = 2000
"""A page of more is some ten megabytes, and nobody steps through it."""

_SECONDS_A_MOMENT = 0.05
_SECONDS_A_PARAMETER = 3e-7
"""Of each moment: every cell that is told about has a difference quotient."""

_EDITS = (commands.Set, commands.Undo, commands.Redo, commands.Reset, commands.Switch)


@dataclass(eq=False)
class Moment:
    """A place in a session and what is said there. `chapter` counts from 1; 0 is before the first.

    `why` opens the derivation, `route` says which one; `change` says in words which edit led here.
    """

    session: Session
    convention: str
    chapter: int = 0
    captions: list[str] = field(default_factory=list)
    focus: Cell | None = None
    why: bool = False
    route: str | None = None
    change: str = ""

    @property
    def position(self) -> Position:
        """(iteration, steps done)."""
        return self.session.position


def check_moments(network: Network, count: int) -> None:
    """Raise CommandError for more moments than a page has, or that take longer than anybody waits."""
    if count > MOST_MOMENTS:
        raise CommandError(f"a page has at most {MOST_MOMENTS} steps, found {count}", hint="fewer iterations have less")
    numbers = sum(int(np.size(value)) for value in network.initial_parameters.values())
    check_time(count * (_SECONDS_A_MOMENT + _SECONDS_A_PARAMETER * numbers), f"a page of {count} steps")


def moments_between(
    session: Session, first: tuple[int, int], last: tuple[int, int], convention: str
) -> Iterator[Moment]:
    """The place `first`, (iteration, steps done), and every step after it up to the place `last`."""
    iteration, step = first
    yield Moment(_at(session, iteration, step), convention)
    while (iteration, step) < last:
        step += 1
        standing = _at(session, iteration, step)
        yield Moment(standing, convention)
        if step == len(standing.program):
            iteration, step = iteration + 1, 0


def moments_of_demo(opened: OpenDemo) -> tuple[list[Moment], tuple[str, ...]]:
    """The moments of a demo, and the titles of its chapters. DemoError if the session refuses one of its commands."""
    player = Player(opened.new_session(), opened.demo)
    walk = Walk(player)
    while not player.is_done:
        beat = player.upcoming
        assert beat is not None
        player.advance()
        walk.follow(beat)
    walk.here()
    return walk.moments, player.chapters


class Walk:
    """The moments so far, while somebody plays a demo: `follow` is told each beat that was carried out."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.chapter_waits = False
        self.moments: list[Moment] = []
        self.stood = self._place()
        self._add(player.session.position.step)

    @property
    def last(self) -> Moment:
        """The latest moment."""
        return self.moments[-1]

    def follow(self, beat: Beat) -> None:
        """What one beat adds."""
        if isinstance(beat.command, _EDITS):
            self._add(self.player.session.position.step)
            self.last.change = _change(beat.statement)
        elif beat.command is not None:
            self._move()
        self.stood = self._place()
        match beat.statement:
            case language.Chapter():
                self.chapter_waits = True
            case language.Say(text):
                self.here(fresh=self.chapter_waits and bool(self.last.captions)).captions.append(text)
            case language.Why(route):
                self.here().why, self.last.route = True, route
            case language.Focus(cell):
                self.here().focus = cell
            case language.Convention(name):
                self.here(fresh=bool(self.last.captions)).convention = name

    def here(self, *, fresh: bool = False) -> Moment:
        """The moment of where the session stands now, a new one if it has none."""
        if fresh or _place(self.last.session) != self._place():
            self._add(self.player.session.position.step)
        elif self.chapter_waits and not self.last.captions:
            self._begin_chapter()
        return self.last

    def _move(self) -> None:
        """Moments for the steps passed over up to here; the start of an iteration waits for words."""
        (branch, (iteration, step)), now = self.stood, self._place()
        is_near = (branch, iteration) == (now[0], now[1].iteration) and step < now[1].step
        for number in range(step + 1 if is_near else now[1].step, now[1].step + 1):
            if number and _place(self.last.session) != (now[0], Position(now[1].iteration, number)):
                self._add(number)

    def _place(self) -> tuple[int, Position]:
        return _place(self.player.session)

    def _add(self, step: int) -> None:
        session = self.player.session
        self.moments.append(Moment(_at(session, session.position.iteration, step), self.player.view.convention))
        self.last.chapter = self.moments[-2].chapter if len(self.moments) > 1 else 0
        if self.chapter_waits:
            self._begin_chapter()

    def _begin_chapter(self) -> None:
        self.last.chapter = self.player.view.chapter
        self.chapter_waits = False


def _place(session: Session) -> tuple[int, Position]:
    return session.branch, session.position


def _change(statement: language.Statement) -> str:
    """An edit in words."""
    match statement:
        case language.SetValue(target, number):
            return f"Edited: {target} = {number:g}"
        case language.Undo():
            return "The last edit is taken back."
        case language.Redo():
            return "The edit is made again."
        case language.Branch(count):
            return f"Now on branch {count}."
    return "Begun again, as it was opened."


def _at(session: Session, iteration: int, step: int) -> Session:
    """A session that stands there; what is computed of an iteration is shared by all that stand in it."""
    session._iteration(iteration)
    standing = session.trial()
    standing.goto(iteration=iteration, step=step)
    return standing
