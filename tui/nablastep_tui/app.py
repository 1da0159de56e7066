"""The application: themes, what is on stage, the screen that is too small, the start and the end.

All else is in the screens; recordings are made by an onlooker.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.driver import Driver as TerminalDriver
from textual.events import Event, InputEvent, Resize
from textual.geometry import Size
from textual.screen import Screen

from nablastep.errors import CommandError
from nablastep.safe_text import shown
from nablastep.session import Session
from nablastep.transposition import CONVENTIONS
from nablastep.words import convention_words, distinct_conventions
from nablastep_tui.driver import sturdy_driver
from nablastep_tui.faults import KeepsOnRunning
from nablastep_tui.keymap import KeyMap, written
from nablastep_tui.keys import EVERY_KEY, STAGE_KEYS
from nablastep_tui.look.depth import ColourDepth, palette_for
from nablastep_tui.look.glyphs import glyph_set
from nablastep_tui.look.palettes import PALETTES, Palette
from nablastep_tui.look.themes import textual_theme
from nablastep_tui.scene.looks import Looks
from nablastep_tui.screens.control.host import Host
from nablastep_tui.screens.page import CommandPage
from nablastep_tui.screens.stage import Driver, Setting, Stage, by_hand
from nablastep_tui.screens.too_small import TooSmallScreen, is_too_small
from nablastep_tui.settings import Memory, Settings, read_settings
from nablastep_tui.signals import leave_on_signals

CTRL_C_SECONDS = 2.0
MOST_TURNS = 1000
"""Turns of the loop for which what is typed waits for a page."""


class Onlooker:
    """Who sees what is on stage. This one only looks; another records it."""

    def __init__(self, app: NablastepApp) -> None:
        self._app = app

    @property
    def is_recording(self) -> bool:
        """Whether what is on stage is being recorded."""
        return False

    def driver(self, base: type[TerminalDriver]) -> type[TerminalDriver]:
        """The driver of the terminal, as the onlooker needs it."""
        return base

    def look(self, top: Screen[Any]) -> None:
        """Something has been painted; `top` is the screen on top."""

    def start(self, folder: Path) -> None:
        """Record into the folder from now on. Raises a NablastepError if that cannot be."""
        raise CommandError(f"nobody here can record into {folder}")

    def stop(self) -> None:
        """Finish the recording, if there is one."""

    def toggle(self) -> None:
        """Ask where to record, or finish the recording."""
        self._tell()

    def annotate(self) -> None:
        """Ask what to add to the recording."""
        self._tell()

    def _tell(self) -> None:
        self._app.stage.tell("nobody here can record")


class NablastepApp(KeepsOnRunning):
    """A session on stage. The session is given; everything else is how to look at it.

    `source` is what its network was opened from, `driver` who drives the stage through time, `onlooker` who records it.
    """

    TITLE = "nablastep"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("ctrl+c", "interrupt", "quit", show=False, priority=True, id="interrupt"),
        Binding("ctrl+q", "quit", "quit", show=False),
        Binding("ctrl+p,colon", "command_palette", "palette", show=False, id="palette"),
    ]

    def __init__(
        self,
        session: Session,
        *,
        theme: str | None = None,
        glyphs: str | None = None,
        still: bool = False,
        coach: bool = False,
        convention: str | None = None,
        depth: ColourDepth = "full",
        source: str | Path | None = None,
        record_to: Path | None = None,
        settings: Settings | None = None,
        driver: Driver = by_hand,
        onlooker: Callable[[NablastepApp], Onlooker] = Onlooker,
    ) -> None:
        self.settings: Settings = settings or read_settings(frozenset(entry.id for entry in EVERY_KEY))
        self.keymap = KeyMap(self.settings.keymap)
        self.memory = Memory()
        if coach:
            self.memory.forget_hints()
        self.source = source
        self.depth = depth
        self.palette_name = theme or self.settings.theme or self.memory.theme or "dark"
        self.palette: Palette = palette_for(self.palette_name, depth)
        self.glyph_set = glyph_set(glyphs or self.settings.glyphs or "unicode")
        self.still = still or not self.settings.motion
        self.onlooker = onlooker(self)
        super().__init__()
        self.set_keymap(self.keymap.for_textual)
        self._record_to = record_to
        for palette in (*(palette_for(each, depth) for each in PALETTES), self.palette):
            self.register_theme(textual_theme(palette))
        self.theme = f"nablastep-{self.palette.name}"
        self.stylesheet.set_variables(self.get_css_variables())
        self.stage = self._stage_of(session, driver, convention)
        self._before_demo: Stage | None = None
        self._interrupted = False

    def _stage_of(self, session: Session, driver: Driver = by_hand, convention: str | None = None) -> Stage:
        """A session, and who drives it. Only what the user does by hand is explained and seen moving."""
        looks = Looks(
            self.palette,
            self.glyph_set,
            convention or session.network.convention,
            notation="ascii" if self.glyph_set.name == "ascii" else "unicode",
        )
        is_by_hand = driver is by_hand
        moves = is_by_hand and not self.still and self.animation_level == "full"
        return Stage(session, looks, Setting(self.keymap, self.memory, first_run=is_by_hand, moves=moves), self, driver)

    def on_mount(self) -> None:
        """From here on the garbage of drawing is short-lived."""
        self._check_size(self.size)
        for warning in (*self.settings.warnings, *self.keymap.warnings):
            self.notify(shown(warning), markup=False, severity="warning", timeout=8)
        if self._record_to is not None:
            self.call_after_refresh(self.onlooker.start, self._record_to)
        gc.freeze()
        # A frame makes some thousands of objects that go by themselves: looking for cycles in them takes longer.
        gc.set_threshold(50_000, 20, 100)
        gc.enable()

    def refresh_css(self, animate: bool = True) -> None:
        """Another theme; that of the start is in the stylesheet before it is read for the first time."""
        if self.is_under_way:
            super().refresh_css(animate)

    def get_default_screen(self) -> Screen[Any]:
        """The stage is the first screen: none is drawn before it."""
        return self.stage

    def on_resize(self, event: Resize) -> None:
        """Under the least size one line says so; the state is kept."""
        if self.stage in self.screen_stack:
            self._check_size(event.size)

    def _check_size(self, size: Size) -> None:
        if is_too_small(size) and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen(self.palette))

    def _fatal_error(self) -> None:
        """A crash leaves quietly: the terminal is restored, and `run_app` hands the error to the command line."""
        self._close_messages_no_wait()

    @property
    def crash(self) -> Exception | None:
        """What ended the app, if it did not end by itself."""
        return self._exception

    @property
    def is_under_way(self) -> bool:
        """Whether the stage is there."""
        return self.stage.is_mounted

    def say_fault(self, text: str) -> None:
        """Where the user looks: in the line being typed, on the stage, or over the page that is open."""
        if self.screen is self.stage:
            self.stage.say_fault(text)
        else:
            self.notify(text, markup=False, severity="error")

    async def on_event(self, event: Event) -> None:
        """A page that has just been opened takes what is typed once it is there, in the order in which it comes."""
        if isinstance(event, InputEvent):
            for _ in range(MOST_TURNS):
                if self.screen.is_mounted:
                    break
                await asyncio.sleep(0)
        await super().on_event(event)

    def on_load(self) -> None:
        """Before anything is drawn: whatever ends the program gives the terminal back."""
        leave_on_signals(lambda code: self.exit(return_code=code))

    def action_command_palette(self) -> None:
        """Everything by name."""
        if not isinstance(self.screen, CommandPage):
            self.push_screen(CommandPage())

    def action_interrupt(self) -> None:
        """ctrl+c twice quits."""
        if self._interrupted:
            self.exit()
            return
        self._interrupted = True
        self.stage.tell("ctrl+c once more quits")
        self.set_timer(CTRL_C_SECONDS, self._forget_interrupt)

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def action_next_theme(self) -> None:
        """The next theme, remembered."""
        names = list(PALETTES)
        self.use_theme(names[(names.index(self.palette_name) + 1) % len(names)])

    def use_theme(self, name: str) -> None:
        """Show a theme from now on."""
        self.palette_name = self.memory.theme = name
        self.palette = palette_for(name, self.depth)
        self.theme = f"nablastep-{self.palette.name}"
        self._colour(self.stage)

    def _colour(self, stage: Stage) -> None:
        """Show a stage in the colours of now."""
        stage.looks = replace(stage.looks, palette=self.palette)
        stage.show()

    def get_key_display(self, binding: Binding) -> str:
        """Keys are written everywhere as the footer writes them."""
        return binding.key_display or written(binding.key)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that a key does, in the palette too."""
        from nablastep.demo.opening import demo_names

        for entry in STAGE_KEYS:
            key = f"key {self.keymap.all_keys(entry.id)}"
            yield SystemCommand(entry.help, key, lambda action=entry.action: self._act(action))
        derive = "the derivative of any expression, step by step"
        yield SystemCommand("derive …", derive, lambda: self._act("ask.derive"))
        conventions = distinct_conventions(self.session.program)
        for convention in conventions if len(conventions) > 1 else ():
            formula, met_in = convention_words(CONVENTIONS[convention], self.session.program)
            yield SystemCommand(f"convention {formula}   {met_in}", "the same equations in another convention",
                                lambda name=convention: self._act(f"view.in_convention('{name}')"))  # fmt: skip
        for name in PALETTES:
            yield SystemCommand(f"theme {name}", "colours", lambda name=name: self.use_theme(name))

        for name in demo_names():
            yield SystemCommand(f"demo {name}", "a lesson that plays", lambda name=name: self.start_demo(name))

    # what is on stage

    def open_network(self, name: str) -> None:
        """Another built-in network in the place of the one on stage, from its start."""
        from nablastep.files.built_in import open_network

        if self.is_free():
            self._put_on_stage(Session(open_network(name)), name)

    def open_session(self, session: Session) -> None:
        """Another session in the place of the one on stage."""
        self._put_on_stage(session, None)

    def _put_on_stage(self, session: Session, source: str | None) -> None:
        self.source = source
        self.stage = self._stage_of(session)
        self.push_screen(self.stage)

    def is_free(self) -> bool:
        """Whether the stage may be given to something else; else it says what to finish first."""
        from nablastep_tui.screens.demo import DemoDriver

        if not self.onlooker.is_recording and not isinstance(self.stage.driver, DemoDriver):
            return True
        self.stage.tell(
            self.keymap.said("finish what is on stage first: {record} ends a recording, {quit} leaves a demo")
        )
        return False

    def start_demo(self, name: str) -> None:
        """Play a built-in demo over the stage; leaving it comes back to where the stage was."""
        from nablastep.demo.opening import open_demo
        from nablastep.demo.player import Player
        from nablastep_tui.screens.demo import Playing, driven_by

        if not self.is_free():
            return
        opened = open_demo(name)
        player = Player(opened.new_session(), opened.demo)
        self._before_demo = self.stage
        self.stage = self._stage_of(player.session, driven_by(player, opened, Playing()), player.view.convention)
        self.push_screen(self.stage)

    def leave(self, stage: Host, code: int = 0) -> None:
        """Leave a demo that is over another stage, or else the program with that exit code."""
        before = self._before_demo
        if stage is not self.stage:
            return  # it has been left already
        if before is None:
            self.exit(return_code=code)
        elif self.screen is self.stage:  # no page is on top of it
            self.onlooker.stop()
            self.stage, self._before_demo = before, None
            self.pop_screen()
            self._colour(before)

    @property
    def session(self) -> Session:
        """The session on stage."""
        return self.stage.session

    def _act(self, action: str) -> None:
        self.call_later(self.stage.act, action)

    # recordings

    def get_driver_class(self) -> type[TerminalDriver]:
        """The platform's driver, with its ends mended, as the onlooker needs it."""
        return self.onlooker.driver(sturdy_driver(super().get_driver_class()))

    def post_display_hook(self) -> None:
        """After each paint: the onlooker looks."""
        if self.screen_stack:
            self.onlooker.look(self.screen)

    def toggle_recording(self) -> None:
        """Start or stop a recording."""
        self.onlooker.toggle()

    def annotate_recording(self) -> None:
        """Add to the recording."""
        self.onlooker.annotate()

    def exit(self, *arguments: Any, **options: Any) -> None:
        """Leave, with the recording complete."""
        self.onlooker.stop()
        super().exit(*arguments, **options)
