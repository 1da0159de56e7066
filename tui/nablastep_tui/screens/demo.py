"""A demo that drives the stage: captions, the keys of a player, and exploring freely in between.

The player of the core decides what happens; the driver decides when. While the demo has the stage, keys that would
change the session do nothing; `T` hands the stage over and `R` takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path

from textual.timer import Timer

from nablastep.demo import language
from nablastep.demo.beats import Beat, reading_seconds
from nablastep.demo.expectation_outcomes import Outcome
from nablastep.demo.opening import OpenDemo
from nablastep.demo.player import Place, Player
from nablastep.demo.problems import DemoError
from nablastep.demo.words import FASTEST, SLOWEST
from nablastep.derivations.why import ROUTES
from nablastep_tui.keys import DEMO_PAGE_KEYS, KEYS_BY_ID, PLAYED_KEYS
from nablastep_tui.scene.captions import ROOMY, Page, caption_pages, caption_rows
from nablastep_tui.scene.looks import Cell
from nablastep_tui.scene.modes import BROWSING
from nablastep_tui.scene.scene import Key, Scene
from nablastep_tui.screens.control.host import Host, Program
from nablastep_tui.screens.control.motion import Moving
from nablastep_tui.screens.control.time import TimeControl

PACES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0)
SETTLING_SECONDS = 0.2
FREE = frozenset(
    {"time.next", "time.back", "time.iteration", "time.play", "time.speed", "time.take_over", "ask.keys", "view.theme",
     "view.loss", "program.copy", "program.copy_to_file", "program.export", "program.record", "program.palette",
     "program.leave", "program.quit"}
)  # fmt: skip
"""What keys may do while the demo has the stage."""
NOT_EXPLORING = frozenset({"time.take_over", "program.annotate"})

FOOTER = (
    ("next", "cue"), ("next-iteration", "chapter"), ("faster", "speed"), ("take-over", "take over"), ("quit", "leave"),
    ("keys", "keys"),
)  # fmt: skip
"""Ids of keys, and what they do while the demo has the stage."""


class State(Enum):
    """Who has the stage, and whether the demo waits."""

    PLAYING = "playing"
    PAUSED = "paused"
    EXPLORING = "exploring"


@dataclass(frozen=True)
class Playing:
    """How a demo is to be played: `start` is a place in it, `is_driven` says that somebody else drives the player.

    `strict` ends the app at the first expectation that fails; `on_change` follows the player.
    """

    pace: float | None = None
    start: int = 0
    strict: bool = False
    is_driven: bool = False
    on_change: Callable[[Player], None] | None = None


class DemoDriver(TimeControl):
    """A player in the place of the user; `source` is what its network was opened from."""

    KEYS = PLAYED_KEYS

    def __init__(
        self,
        host: Host,
        moving: Moving,
        program: Program,
        *,
        player: Player,
        source: str | Path,
        title: str,
        how: Playing,
    ) -> None:
        super().__init__(host, moving)
        self.player = player
        self.source = source
        self.state = State.PLAYING
        self.pace = how.pace or player.speed
        self.failures: list[Outcome] = []
        self.refused: list[DemoError] = []
        self._program = program
        self._title = title
        self._how = how
        self._page = 0
        self._rows_at: dict[tuple[int, int], int] = {}
        self._has_settled = False
        self._timer: Timer | None = None
        self._left_at: Place | None = None

    def begin(self) -> None:
        """Begin, unless somebody else drives the player."""
        self._seek(self._how.start)
        if not self._how.is_driven:
            self._wait(1.0)

    @property
    def steps(self) -> bool:
        """Whether the user has the stage."""
        return self.state is State.EXPLORING

    def allows(self, action: str) -> bool:
        """While the demo has the stage, only what does not touch the session."""
        name = action.partition("(")[0]
        return name not in NOT_EXPLORING if self.state is State.EXPLORING else name in FREE

    def wait(self) -> None:
        """The demo waits while something is asked."""
        if self.state is State.PLAYING:
            self._become(State.PAUSED)

    def help(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What keys do while the demo has the stage."""
        return super().help() if self.state is State.EXPLORING else ("while a demo plays", DEMO_PAGE_KEYS)

    # what is shown

    def dressed(self, scene: Scene) -> Scene:
        """The scene with the caption, the derivation that the demo shows, and the keys that work now."""
        lines = self._shown_page()
        blank = [""] * (self._caption_rows - len(lines))
        caption = (*lines, *blank, self._place_text())
        scene = replace(super().dressed(scene), caption=caption, hint="", why=self.why)
        if self._how.is_driven:  # nobody sits before it: its pictures name no keys
            return replace(scene, keys=(), playing=self.state is State.PLAYING)
        if self.state is State.EXPLORING:
            return replace(scene, keys=(*self._keys(("rejoin", "rejoin the demo")), *scene.keys))
        keys = self._keys(("play", self._space_label()), *FOOTER)
        return replace(scene, keys=keys, playing=self.state is State.PLAYING)

    def _keys(self, *labels: tuple[str, str]) -> tuple[Key, ...]:
        """Keys of the footer by their ids, with what they do here."""
        found = ((KEYS_BY_ID[name], label) for name, label in labels)
        return tuple(
            Key(keys, label, entry.action) for entry, label in found if (keys := self._host.keymap.in_footer(entry))
        )

    def _space_label(self) -> str:
        if self.state is State.PLAYING:
            return "pause"
        return "play again" if self.player.is_done else "go on"

    @property
    def pages(self) -> tuple[Page, ...]:
        """The caption on screen, cut to the band."""
        return caption_pages(self.player.view.caption or self._title, self._host.shown_size.width, self._caption_rows)

    @property
    def _caption_rows(self) -> int:
        """The rows of the band, the same for all captions: the stage keeps its place while they change."""
        size = self._host.shown_size
        if size not in self._rows_at:
            says = (each.text for each in self.player.demo.statements if isinstance(each, language.Say))
            self._rows_at[size] = caption_rows(says, size)
        return self._rows_at[size]

    @property
    def why(self) -> str:
        """The route of the derivation that the demo shows in place of the stage; empty where it shows none."""
        view, can_be_asked = self.player.view, self._host.session.step is not None
        is_open = view.why and self.state is not State.EXPLORING and can_be_asked
        return (view.route or ROUTES[0]) if is_open else ""

    def _shown_page(self) -> Page:
        pages = self.pages
        return pages[min(self._page, len(pages) - 1)]

    def _place_text(self) -> str:
        if self.state is State.EXPLORING:
            return self._host.keymap.said("exploring: {rejoin} rejoins")
        view, player = self.player.view, self.player
        place = f"{view.cue} of {player.cue_count}" if player.cue_count else ""
        if self.state is State.PLAYING or self._how.is_driven:
            return place
        waits = self._host.keymap.said("the end: {play} replays" if player.is_done else "paused: {play} goes on")
        return f"{waits}  {place}" if self._host.shown_size.width >= ROOMY else waits

    def turn_to(self, page: int) -> None:
        """Another page of the caption."""
        self._page = page
        self._host.show()

    def present(self) -> None:
        """Look at the session as the player does, and show it."""
        host, view = self._host, self.player.view
        notation = host.looks.notation if host.looks.is_ascii else view.notation
        host.looks = replace(host.looks, convention=view.convention, notation=notation)
        host.looks = replace(host.looks, cells=dict(self._focused()))
        host.show()
        if self._how.on_change is not None:
            self._how.on_change(self.player)

    def _focused(self) -> Iterator[tuple[str, Cell]]:
        """The cells that the demo has selected, as they are shown."""
        for cell in self.player.view.focused:
            row, column = (*cell.indices, 0, 0)[:2]
            symbol = self._host.session.program.symbols.get(cell.name)
            if symbol is not None and symbol.shape:
                row, column = self._host.view.column_cell(symbol, (row, column))
            yield cell.name, (row, column)

    # playing

    def advance(self) -> Beat:
        """Carry out the player's next beat and show it; a failure is told, and the demo goes on."""
        beat = self.player.upcoming
        assert beat is not None
        if isinstance(beat.statement, language.Say | language.Chapter):
            self._page = 0
            self._host.note("")
        try:
            outcome = self.player.advance()
        except DemoError as error:
            self.refused.append(error)
            self._host.note(str(error), is_error=True)
        else:
            if outcome is not None and not outcome.holds:
                self._fail(outcome)
        self.present()
        return beat

    def _fail(self, outcome: Outcome) -> None:
        """An expectation of the screen is judged at the demo's own size only."""
        here = tuple(self._host.shown_size)
        if isinstance(outcome.expectation, language.ExpectScreen) and here != (self.player.demo.header.size or here):
            return
        self.failures.append(outcome)
        self._host.note(outcome.words, is_error=True)
        if self._how.strict:
            self._program.leave(self._host, 1)

    def _play_on(self) -> None:
        """Carry out beats up to one that is shown for a while."""
        if self.state is not State.PLAYING:
            return
        while not self.player.is_done:
            if isinstance(self._upcoming(), language.ExpectScreen) and not self._has_settled:
                self._has_settled = True
                self._wait(SETTLING_SECONDS * self.pace)
                return
            self._has_settled = False
            failures = len(self.failures)
            beat = self.advance()
            if isinstance(beat.statement, language.Pause):
                self._become(State.PAUSED)
                return
            seconds = beat.seconds if len(self.failures) == failures else reading_seconds(self.failures[-1].words)
            if seconds:
                self._hold(beat, seconds)
                return
        self._become(State.PAUSED)

    def _upcoming(self) -> language.Statement | None:
        beat = self.player.upcoming
        return None if beat is None else beat.statement

    def _hold(self, beat: Beat, seconds: float) -> None:
        """Let a beat be seen; a caption of several pages is turned meanwhile."""
        pages = len(self.pages) if isinstance(beat.statement, language.Say) else 1
        self._wait(seconds / pages, pages - 1)

    def _wait(self, seconds: float, pages_left: int = 0) -> None:
        self._stop_timer()

        def go_on() -> None:
            if pages_left and self.state is State.PLAYING:
                self.turn_to(self._page + 1)
                self._wait(seconds, pages_left - 1)
            else:
                self._play_on()

        self._timer = self._host.set_timer(seconds / self.pace, go_on)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _become(self, state: State) -> None:
        self.state = state
        if state is not State.PLAYING:
            self._stop_timer()
        self._host.show()

    def _seek(self, at: int) -> None:
        """Another place of the demo; while it plays, its caption is read before it goes on."""
        self._page = 0
        self._host.note("")
        for error in self.player.seek(at):
            self._host.note(str(error), is_error=True)
        self.present()
        if self.state is State.PLAYING and not self._how.is_driven:
            self._wait(reading_seconds(self.player.view.caption))

    # keys

    def play(self) -> None:
        """Pause and go on; at the end, from the beginning again."""
        if self.state is State.EXPLORING:
            super().play()
        elif self.state is State.PLAYING:
            self._become(State.PAUSED)
        else:
            self.state = State.PLAYING
            if self.player.is_done:
                self._seek(0)
            else:
                self._play_on()
                self._host.show()

    def next(self) -> None:
        """The rest of the caption, or else the next one."""
        if self.state is State.EXPLORING:
            super().next()
        elif self._page + 1 < len(self.pages):
            self.turn_to(self._page + 1)
        else:
            self._seek(self.player.next_cue)

    def back(self) -> None:
        """The caption before."""
        if self.state is State.EXPLORING:
            super().back()
        else:
            self._seek(self.player.previous_cue)

    def iteration(self, direction: int) -> None:
        """The next chapter, or the start of this or the one before."""
        if self.state is State.EXPLORING:
            super().iteration(direction)
        else:
            self._seek(self.player.next_chapter if direction > 0 else self.player.previous_chapter)

    def speed(self, direction: int) -> None:
        """Slower or faster, for what follows."""
        if self.state is State.EXPLORING:
            super().speed(direction)
            return
        others = [pace for pace in PACES if (pace > self.pace if direction > 0 else pace < self.pace)]
        if others:
            self.pace = min(others) if direction > 0 else max(others)
        self.pace = max(SLOWEST, min(self.pace, FASTEST))
        self._host.tell(f"speed {self.pace:g}×")

    def take_over(self) -> None:
        """Hand the stage over; the demo waits where it is."""
        self._left_at = self.player.place()
        self._host.note("")
        self._become(State.EXPLORING)

    def rejoin(self) -> None:
        """Back into the demo, exactly where it was left."""
        self.stop()
        self._host.mode = BROWSING
        self._host.looks = replace(self._host.looks, loss=False)
        self._host.note("")
        if self._left_at is not None:
            self.player.return_to(self._left_at)
        self._left_at = None
        self.state = State.PAUSED
        self.present()


def driven_by(player: Player, opened: OpenDemo, how: Playing) -> Callable[[Host, Moving, Program], DemoDriver]:
    """The demo as the driver of a stage."""
    return partial(DemoDriver, player=player, source=opened.source, title=opened.title, how=how)
