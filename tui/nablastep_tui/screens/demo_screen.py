"""The stage while a demo plays on it: captions, the keys of a player, and exploring freely in between.

The player of the core decides what happens; this screen decides when, and shows it. While the demo has the stage,
keys that would change the session do nothing; `T` hands the stage over and `R` takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from enum import Enum
from pathlib import Path

from textual import events
from textual.actions import parse
from textual.timer import Timer

from nablastep.demo import language
from nablastep.demo.beats import Beat, reading_seconds
from nablastep.demo.expectation_outcomes import Outcome
from nablastep.demo.player import Place, Player
from nablastep.demo.problems import DemoError
from nablastep.demo.words import FASTEST, SLOWEST
from nablastep.derivations.why import ROUTES
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.keymap import KeyMap
from nablastep_tui.keys import DEMO_PAGE_KEYS, KEYS_BY_ID, PLAYED_KEYS
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.scene.captions import ROOMY, Page, caption_pages, caption_rows
from nablastep_tui.scene.prompt import Answer
from nablastep_tui.scene.scene import Key, Scene, Target
from nablastep_tui.screens.stage_screen import StageScreen
from nablastep_tui.settings import Memory
from nablastep_tui.widgets.region import Region

PACES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0)
SETTLING_SECONDS = 0.2
FREE_ACTIONS = frozenset(
    {"next", "back", "iteration", "play", "speed", "quit", "keys", "theme", "copy", "export", "record",
     "copy_to_file", "palette", "leave", "loss", "take_over", "rejoin"}
)  # fmt: skip
"""What keys may do while the demo has the stage."""

FOOTER = (
    ("next", "cue"), ("next-iteration", "chapter"), ("faster", "speed"), ("take-over", "take over"), ("quit", "leave"),
    ("keys", "keys"),
)  # fmt: skip
"""Ids of keys, and what they do while the demo has the stage."""


class Mode(Enum):
    """Who has the stage."""

    PLAYING = "playing"
    PAUSED = "paused"
    EXPLORING = "exploring"


class DemoScreen(StageScreen):
    """A player on stage, with what its network was opened from.

    `strict` ends the app at the first expectation that fails; `on_change` follows the player.
    """

    OWN_KEYS = PLAYED_KEYS

    def __init__(
        self,
        player: Player,
        source: str | Path,
        *,
        palette: Palette,
        glyphs: Glyphs,
        memory: Memory,
        keymap: KeyMap,
        title: str = "",
        pace: float | None = None,
        start: int = 0,
        strict: bool = False,
        is_driven: bool = False,
        on_change: Callable[[Player], None] | None = None,
        on_quit: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(
            player.session,
            palette=palette,
            glyphs=glyphs,
            memory=memory,
            convention=player.view.convention,
            first_run=False,
            keymap=keymap,
        )
        self.player = player
        self.source = source
        self.mode = Mode.PLAYING
        self.pace = pace or player.speed
        self.failures: list[Outcome] = []
        self.refused: list[DemoError] = []
        self._is_driven = is_driven
        self._title = title
        self._start = start
        self._strict = strict
        self._on_change = on_change
        self._on_quit = on_quit
        self._page = 0
        self._rows_at: dict[tuple[int, int], int] = {}
        self._has_settled = False
        self._timer: Timer | None = None
        self._left_at: Place | None = None

    def on_mount(self) -> None:
        """Begin, unless somebody else drives the player."""
        self._seek(self._start)
        if not self._is_driven:
            self._wait(1.0)

    # what is shown

    def scene(self) -> Scene:
        """The stage's scene with the caption, and the keys that work now."""
        scene = super().scene()
        lines = self._shown_page()
        blank = [""] * (self._caption_rows - len(lines))
        caption = (*lines, *blank, self._place_text())
        scene = replace(scene, caption=caption, hint="", playing=self.mode is Mode.PLAYING)
        if self._is_driven:  # nobody sits before it: its pictures name no keys
            return replace(scene, keys=())
        if self.mode is Mode.EXPLORING:
            return replace(scene, keys=(*self._keys(("rejoin", "rejoin the demo")), *scene.keys))
        return replace(scene, keys=self._keys(("play", self._space_label()), *FOOTER))

    def _keys(self, *labels: tuple[str, str]) -> tuple[Key, ...]:
        """Keys of the footer by their ids, with what they do here."""
        found = ((KEYS_BY_ID[name], label) for name, label in labels)
        return tuple(Key(keys, label, entry.action) for entry, label in found if (keys := self.keymap.in_footer(entry)))

    def _space_label(self) -> str:
        if self.mode is Mode.PLAYING:
            return "pause"
        return "play again" if self.player.is_done else "go on"

    @property
    def pages(self) -> tuple[Page, ...]:
        """The caption on screen, cut to the band."""
        return caption_pages(self.player.view.caption or self._title, self.shown_size.width, self._caption_rows)

    @property
    def _caption_rows(self) -> int:
        """The rows of the band, the same for all captions: the stage keeps its place while they change."""
        size = self.shown_size
        if size not in self._rows_at:
            says = (each.text for each in self.player.demo.statements if isinstance(each, language.Say))
            self._rows_at[size] = caption_rows(says, size)
        return self._rows_at[size]

    @property
    def is_why_open(self) -> bool:
        """Whether the demo shows a derivation in place of the stage."""
        can_be_asked = self.session.step is not None
        return self.player.view.why and self.mode is not Mode.EXPLORING and can_be_asked

    def _shown_page(self) -> Page:
        pages = self.pages
        return pages[min(self._page, len(pages) - 1)]

    def _place_text(self) -> str:
        if self.mode is Mode.EXPLORING:
            return self.keymap.said("exploring: {rejoin} rejoins")
        view, player = self.player.view, self.player
        place = f"{view.cue} of {player.cue_count}" if player.cue_count else ""
        if self.mode is Mode.PLAYING or self._is_driven:
            return place
        waits = self.keymap.said("the end: {play} replays" if player.is_done else "paused: {play} goes on")
        return f"{waits}  {place}" if self.shown_size.width >= ROOMY else waits

    def _arrange(self, width: int, height: int) -> None:
        """A derivation takes the place of map, stage and scrubber."""
        super()._arrange(width, height)
        if not self.is_why_open:
            return
        for name in ("map", "scrubber", "loss", "why"):
            self.query_one(f"#{name}", Region).display = False
        stage, caption = self.query_one("#stage", Region), self.query_one("#caption", Region)
        top = int(caption.styles.offset.y.value)
        stage.styles.offset = (0, 2 if height >= 24 else 1)
        stage.styles.width, stage.styles.height = width, top - (3 if height >= 24 else 1)

    def _draw_stage(self, canvas: Canvas, scene: Scene) -> None:
        if not self.is_why_open:
            super()._draw_stage(canvas, scene)
            return
        self.docked_why.draw(canvas, scene, self.player.view.route or ROUTES[0])

    def turn_to(self, page: int) -> None:
        """Another page of the caption."""
        self._page = page
        self.show()

    def present(self) -> None:
        """Look at the session as the player does, and show it."""
        view = self.player.view
        self.convention = view.convention
        if self.glyphs.name != "ascii":
            self.notation = view.notation
        self.cells = {}
        for cell in view.focused:
            row, column = (*cell.indices, 0, 0)[:2]
            symbol = self.session.program.symbols.get(cell.name)
            if symbol is not None and symbol.shape:
                row, column = self.view.column_cell(symbol, (row, column))
            self.cells[cell.name] = (row, column)
        if self.is_mounted:
            self._arrange(*self.shown_size)
        self.show()
        if self._on_change is not None:
            self._on_change(self.player)

    # playing

    def advance(self) -> Beat:
        """Carry out the player's next beat and show it; a failure is told, and the demo goes on."""
        beat = self.player.upcoming
        assert beat is not None
        if isinstance(beat.statement, language.Say | language.Chapter):
            self._page = 0
            self.notice = ""
        try:
            outcome = self.player.advance()
        except DemoError as error:
            self.refused.append(error)
            self.notice, self.is_error = str(error), True
        else:
            if outcome is not None and not outcome.holds:
                self._fail(outcome)
        self.present()
        return beat

    def _fail(self, outcome: Outcome) -> None:
        """An expectation of the screen is judged at the demo's own size only."""
        is_of_screen = isinstance(outcome.expectation, language.ExpectScreen)
        if is_of_screen and tuple(self.shown_size) != (self.player.demo.header.size or tuple(self.shown_size)):
            return
        self.failures.append(outcome)
        self.notice, self.is_error = outcome.words, True
        if self._strict:
            self.app.exit(return_code=1)

    def _play_on(self) -> None:
        """Carry out beats up to one that is shown for a while."""
        if self.mode is not Mode.PLAYING:
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
                self._set_mode(Mode.PAUSED)
                return
            seconds = beat.seconds if len(self.failures) == failures else reading_seconds(self.notice)
            if seconds:
                self._hold(beat, seconds)
                return
        self._set_mode(Mode.PAUSED)

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
            if pages_left and self.mode is Mode.PLAYING:
                self.turn_to(self._page + 1)
                self._wait(seconds, pages_left - 1)
            else:
                self._play_on()

        self._timer = self.set_timer(seconds / self.pace, go_on)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _set_mode(self, mode: Mode) -> None:
        self.mode = mode
        if mode is not Mode.PLAYING:
            self._stop_timer()
        self.show()

    def _seek(self, at: int) -> None:
        """Another place of the demo; while it plays, its caption is read before it goes on."""
        self._page, self.notice = 0, ""
        for error in self.player.seek(at):
            self.notice, self.is_error = str(error), True
        self.present()
        if self.mode is Mode.PLAYING and not self._is_driven:
            self._wait(reading_seconds(self.player.view.caption))

    # keys

    def _act_on_key(self, event: events.Key) -> None:
        action = self.key_actions.get(event.key)
        if action is not None and not self.check_action(parse(action)[1], ()):
            event.stop()
            event.prevent_default()
            return
        super()._act_on_key(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the demo has the stage, only what does not touch the session."""
        if self.mode is Mode.EXPLORING:
            return action not in {"take_over", "annotate"}
        return action in FREE_ACTIONS and action != "rejoin"

    def action_play(self) -> None:
        """Pause and go on; at the end, from the beginning again."""
        if self.mode is Mode.EXPLORING:
            super().action_play()
        elif self.mode is Mode.PLAYING:
            self._set_mode(Mode.PAUSED)
        else:
            self.mode = Mode.PLAYING
            if self.player.is_done:
                self._seek(0)
            else:
                self._play_on()
                self.show()

    def action_next(self) -> None:
        """The rest of the caption, or else the next one."""
        if self.mode is Mode.EXPLORING:
            super().action_next()
        elif self._page + 1 < len(self.pages):
            self.turn_to(self._page + 1)
        else:
            self._seek(self.player.next_cue)

    def action_back(self) -> None:
        """The caption before."""
        if self.mode is Mode.EXPLORING:
            super().action_back()
        else:
            self._seek(self.player.previous_cue)

    def action_iteration(self, direction: int) -> None:
        """The next chapter, or the start of this or the one before."""
        if self.mode is Mode.EXPLORING:
            super().action_iteration(direction)
        else:
            self._seek(self.player.next_chapter if direction > 0 else self.player.previous_chapter)

    def action_speed(self, direction: int) -> None:
        """Slower or faster, for what follows."""
        if self.mode is Mode.EXPLORING:
            super().action_speed(direction)
            return
        others = [pace for pace in PACES if (pace > self.pace if direction > 0 else pace < self.pace)]
        if others:
            self.pace = min(others) if direction > 0 else max(others)
        self.pace = max(SLOWEST, min(self.pace, FASTEST))
        self.tell(f"speed {self.pace:g}×")

    def action_keys(self) -> None:
        """What keys do while the demo has the stage."""
        if self.mode is Mode.EXPLORING:
            super().action_keys()
        else:
            self.show_keys("while a demo plays", DEMO_PAGE_KEYS)

    def action_take_over(self) -> None:
        """Hand the stage over; the demo waits where it is."""
        self._left_at = self.player.place()
        self.notice = ""
        self._set_mode(Mode.EXPLORING)
        self._arrange(*self.shown_size)

    def action_rejoin(self) -> None:
        """Back into the demo, exactly where it was left."""
        self._stop_playing()
        self._cancelled = True
        self.edit, self.show_loss, self.notice = None, False, ""
        if self._left_at is not None:
            self.player.return_to(self._left_at)
        self._left_at = None
        self.mode = Mode.PAUSED
        self.present()

    def ask(self, label: str, answer: Answer, value: str = "", *, on_close: Callable[[], None] | None = None) -> None:
        """The demo waits while something is asked for."""
        if self.mode is Mode.PLAYING:
            self._set_mode(Mode.PAUSED)
        super().ask(label, answer, value, on_close=on_close)

    def action_quit(self) -> None:
        """Leave the demo."""
        self._stop_timer()
        if self._on_quit is not None:
            self._on_quit()
        else:
            self.app.exit()

    def _clicked(self, target: Hashable, *, on_stage: bool) -> None:
        """While the demo has the stage, a click on a key is a key and nothing else."""
        if self.mode is Mode.EXPLORING or (isinstance(target, Target) and target.kind == "key"):
            super()._clicked(target, on_stage=on_stage)
