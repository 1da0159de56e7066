"""The application: themes, the screen that is too small, the start and the end. All else is in the screens."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from textual.app import SystemCommand
from textual.binding import Binding
from textual.events import Event, InputEvent, Resize
from textual.geometry import Size
from textual.screen import Screen

from nablastep.safe_text import shown
from nablastep.session import Session
from nablastep_tui.keymap import KeyMap, written
from nablastep_tui.keys import EVERY_KEY, STAGE_KEYS
from nablastep_tui.look.glyphs import glyph_set
from nablastep_tui.look.palettes import PALETTES, ColourDepth, Palette, palette_for
from nablastep_tui.look.themes import textual_theme
from nablastep_tui.screens.page import CommandPage
from nablastep_tui.screens.stage_screen import StageScreen
from nablastep_tui.screens.too_small import TooSmallScreen, is_too_small
from nablastep_tui.settings import Memory, Settings, read_settings
from nablastep_tui.signals import leave_on_signals
from nablastep_tui.studio.records_sessions import RecordsSessions

CTRL_C_SECONDS = 2.0
MOST_TURNS = 1000
"""Turns of the loop for which what is typed waits for a page."""


class NablastepApp(RecordsSessions):
    """A session on stage. The session is given; everything else is how to look at it."""

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
    ) -> None:
        self.settings: Settings = settings or read_settings(frozenset(entry.id for entry in EVERY_KEY))
        self.keymap = KeyMap(self.settings.keymap)
        self.memory = Memory()
        if coach:
            self.memory.forget_hints()
        self.session = session
        self.depth = depth
        name = theme or self.settings.theme or self.memory.theme or "dark"
        self.palette: Palette = palette_for(name, depth)
        self.glyph_set = glyph_set(glyphs or self.settings.glyphs or "unicode")
        self.still = still or not self.settings.motion
        super().__init__(source)
        self.set_keymap(self.keymap.for_textual)
        self.palette_name = name
        self._record_to = record_to
        for palette in (*(palette_for(each, depth) for each in PALETTES), self.palette):
            self.register_theme(textual_theme(palette))
        self.theme = f"nablastep-{self.palette.name}"
        self.stage = self.make_stage(convention or session.network.convention)
        self._interrupted = False

    def make_stage(self, convention: str) -> StageScreen:
        """The screen that the app begins with."""
        return StageScreen(
            self.session,
            palette=self.palette,
            glyphs=self.glyph_set,
            memory=self.memory,
            convention=convention,
            first_run=True,
            keymap=self.keymap,
            motion=not self.still and self.animation_level == "full",
        )

    def on_mount(self) -> None:
        """From here on the garbage of drawing is short-lived."""
        self._check_size(self.size)
        for warning in (*self.settings.warnings, *self.keymap.warnings):
            self.notify(shown(warning), markup=False, severity="warning", timeout=8)
        if self._record_to is not None:
            self.call_after_refresh(self.start_recording, self._record_to)
        gc.freeze()
        # A frame makes some thousands of objects that go by themselves: looking for cycles in them takes longer.
        gc.set_threshold(50_000, 20, 100)
        gc.enable()

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
        self.stage.palette = self.palette
        self.stage.show()

    def get_key_display(self, binding: Binding) -> str:
        """Keys are written everywhere as the footer writes them."""
        return binding.key_display or written(binding.key)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that a key does, in the palette too."""
        from nablastep.demo.opening import demo_names

        for entry in STAGE_KEYS:
            key = f"key {self.keymap.all_keys(entry.id)}"
            yield SystemCommand(entry.help, key, lambda action=entry.action: self._act(action))
        yield SystemCommand("derive …", "the derivative of any expression, step by step", lambda: self._act("derive"))
        for name in PALETTES:
            yield SystemCommand(f"theme {name}", "colours", lambda name=name: self.use_theme(name))

        for name in demo_names():
            yield SystemCommand(f"demo {name}", "a lesson that plays", lambda name=name: self.start_demo(name))

    def open_network(self, name: str) -> None:
        """Another built-in network in the place of the one on stage, from its start."""
        from nablastep.files.built_in import open_network

        if not self.is_free():
            return
        self._open(Session(open_network(name)), name)

    def open_derived(self, session: Session) -> None:
        """An expression in the place of the network on stage."""
        self._open(session, None)

    def _open(self, session: Session, source: str | None) -> None:
        self.session, self.source = session, source
        self.stage = self.make_stage(session.network.convention)
        self.push_screen(self.stage)

    def is_free(self) -> bool:
        """Whether the stage may be given to something else; else it says what to finish first."""
        from nablastep_tui.screens.demo_screen import DemoScreen

        if self.recording is None and not isinstance(self.stage, DemoScreen):
            return True
        self.stage.tell(
            self.keymap.said("finish what is on stage first: {record} ends a recording, {quit} leaves a demo")
        )
        return False

    def start_demo(self, name: str) -> None:
        """Play a built-in demo over the stage; leaving it comes back to where the stage was."""
        from nablastep.demo.opening import open_demo
        from nablastep.demo.player import Player
        from nablastep_tui.screens.demo_screen import DemoScreen

        if not self.is_free():
            return
        before, opened = self.stage, open_demo(name)
        self.stage = DemoScreen(
            Player(opened.new_session(), opened.demo),
            opened.source,
            palette=self.palette,
            glyphs=self.glyph_set,
            memory=self.memory,
            keymap=self.keymap,
            title=opened.title,
            on_quit=lambda: self._leave_demo(before),
        )
        self.push_screen(self.stage)

    def _leave_demo(self, before: StageScreen) -> None:
        if self.screen is not self.stage or self.stage is before:
            return  # it has been left already, or a page is on top of it
        self.stop_recording()
        self.stage = before
        before.palette = self.palette
        self.pop_screen()
        before.show()

    def _act(self, action: str) -> None:
        self.call_later(self.stage.run_action, action)


def run_app(
    session: Session,
    source: str | None,
    *,
    theme: str | None = None,
    glyphs: str | None = None,
    still: bool = False,
    coach: bool = False,
    convention: str | None = None,
    record_to: Path | None = None,
) -> int:
    """Run the app with a session, opened from `source` if there is one; returns the exit code."""
    if still:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"
    app = NablastepApp(
        session,
        theme=theme,
        glyphs=glyphs,
        still=still,
        coach=coach,
        convention=convention,
        depth=colour_depth(),
        source=source,
        record_to=record_to,
    )
    app.run()
    if app.crash is not None:
        raise app.crash
    return app.return_code or 0


def colour_depth() -> ColourDepth:
    """How many colours the terminal has, as Textual will find it; none where NO_COLOR is set."""
    if os.environ.get("NO_COLOR"):
        return "none"
    wanted: Any = os.environ.get("TEXTUAL_COLOR_SYSTEM") or "auto"
    found = Console(color_system=wanted, force_terminal=True).color_system
    return {"truecolor": "full", "256": "256"}.get(found or "", "sixteen")  # type: ignore[return-value]
