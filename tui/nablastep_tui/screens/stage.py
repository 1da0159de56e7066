"""The main screen: a session, how it is looked at, and one door for commands; keys and clicks go to the controllers.

No arithmetic on the network and no drawing happens here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
from textual import events
from textual.actions import parse
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen

from nablastep.commands import Back, Command, Next, Set
from nablastep.errors import NablastepError
from nablastep.records import record
from nablastep.safe_text import shown
from nablastep.session import Session
from nablastep.view import View
from nablastep.words import significant
from nablastep_tui.faults import Guarded
from nablastep_tui.keymap import KeyMap
from nablastep_tui.keys import EDIT_FOOTER, PROMPT_FOOTER, QUESTION_FOOTER, VERDICT_FOOTER, footer_keys
from nablastep_tui.scene.coach import HINTS, hint_for
from nablastep_tui.scene.cursor import selected, stop_of
from nablastep_tui.scene.looks import Looks
from nablastep_tui.scene.modes import BROWSING, Browsing, Editing, Learning, Mode, Prompting, Running, found
from nablastep_tui.scene.prompt import Answer
from nablastep_tui.scene.scene import Key, Motion, Scene, Target
from nablastep_tui.screens.arrangement import Arrangement
from nablastep_tui.screens.control.ask import AskControl
from nablastep_tui.screens.control.cell import CellControl
from nablastep_tui.screens.control.change import ChangeControl
from nablastep_tui.screens.control.host import Host, Program
from nablastep_tui.screens.control.motion import Moving
from nablastep_tui.screens.control.program import ProgramControl
from nablastep_tui.screens.control.prompter import Prompter
from nablastep_tui.screens.control.time import TimeControl
from nablastep_tui.screens.control.view import ViewControl
from nablastep_tui.screens.look_ahead import LookAhead
from nablastep_tui.settings import Memory
from nablastep_tui.widgets.region import Region

WALKING_KEYS = ("tab", "shift+tab")
"""Keys with which Textual walks through widgets: on the stage they walk through matrices."""

MOST_NUMBERS = 1_000_000
"""Of a session: with more of them one equation may take so long that a key would have to wait for what is ahead."""

Driver = Callable[[Host, Moving, Program], TimeControl]
"""Who drives the stage through time: its user, or a demo."""


def by_hand(host: Host, moving: Moving, _: Program) -> TimeControl:
    """The user drives."""
    return TimeControl(host, moving)


@record()
class Setting:
    """What stays as it is while a stage is there: the user's keys and memory, and whether things move on it."""

    keymap: KeyMap
    memory: Memory
    first_run: bool = True
    moves: bool = False


class Stage(Guarded, Screen[None]):
    """A session on stage. `performed` are the commands so far, `listeners` hear of every one; see `Host` for the rest.

    `recording` says that what happens is being recorded.
    """

    DEFAULT_CSS = """
    Stage { background: $nabla-background; }
    Stage Region { position: absolute; }
    Stage #prompt { height: 1; }
    """
    AUTO_FOCUS = ""

    def __init__(
        self, session: Session, looks: Looks, setting: Setting, program: Program, driver: Driver = by_hand
    ) -> None:
        super().__init__()
        self.session = session
        self.looks = looks
        self.mode: Mode = BROWSING
        self.keymap = setting.keymap
        self.notice, self.is_error = "", False
        self.recording = False
        self.performed: list[Command] = []
        self.listeners: list[Callable[[Command], None]] = []
        self._actions: dict[str, Callable[[], None]] = {}
        self._setting = setting
        self._arrangement = Arrangement()
        self.ahead = LookAhead(tuple(self._arrangement.widgets()), self._scenes_ahead)
        self._view: tuple[tuple[object, ...], View] | None = None
        self.moving = Moving(self, moves=setting.moves)
        self.driver = driver(self, self.moving, program)
        self.prompter = Prompter(self)
        self.change = ChangeControl(self, self.driver)
        self.cell = CellControl(self, self.change)
        self._controllers: dict[str, object] = {
            "time": self.driver,
            "cell": self.cell,
            "change": self.change,
            "ask": AskControl(self, self.driver, program, moves=setting.moves),
            "view": ViewControl(self, self.moving, program),
            "program": ProgramControl(self, self.driver, program),
        }

    # regions and sizes

    def compose(self) -> ComposeResult:
        """The regions, top to bottom."""
        yield from self._arrangement.widgets()

    def on_mount(self) -> None:
        """Show the first scene: the first frame has it already."""
        self.driver.begin()
        self._fit(self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        """Give every region its rows for the new size."""
        if event.size != self._arrangement.size:  # Textual tells of the first size more than once
            self._fit(event.size)

    def _fit(self, size: Size) -> None:
        self._arrangement.size = size  # a demo's caption is cut to it
        scene = self.scene()
        self._arrangement.arrange(size, scene)
        self._arrangement.show(scene)
        if not self.app.is_headless:
            self.call_after_refresh(self.ahead.soon)

    @property
    def shown_size(self) -> Size:
        """The size that the regions are arranged for; the terminal's before that."""
        return self._arrangement.size or self.app.size

    # the scene

    @property
    def view(self) -> View:
        """The session in the chosen convention; made anew only when something changed."""
        session, convention = self.session, self.looks.convention
        key = (id(session), session.branch, session.position, id(session.timeline), convention)
        if self._view is None or key != self._view[0]:
            self._view = (key, View(session, convention))
        return self._view[1]

    def scene(self) -> Scene:
        """What is to be shown now."""
        return self._scene_of(self.view, self.moving.now, self.notice, is_error=self.is_error)

    def _scene_of(self, view: View, motion: Motion | None, notice: str = "", *, is_error: bool = False) -> Scene:
        """A session in a convention, looked at as the user does now."""
        looks, mode, session = self.looks, self.mode, view.session
        editing, learning, running = found(mode, Editing), found(mode, Learning), found(mode, Running)
        stop, first_run = stop_of(view, looks), self._setting.first_run
        return self.driver.dressed(
            Scene(
                session=session,
                view=view,
                palette=looks.palette,
                glyphs=looks.glyphs,
                cell=selected(view, looks),
                notation=looks.notation,
                notice=notice or (running.said if running else ""),
                is_error=is_error,
                hint=self._hint(session) if looks.hints and first_run else "",
                keys=self._footer(),
                keymap=self.keymap,
                first_run=first_run and session.position == (1, 0),
                recording=self.recording,
                busy=running.said if running else "",
                what_if=editing.edit.what_if() if editing else None,
                trial=editing.edit.trial() if editing else None,
                pooling=looks.pooling,
                picture=looks.pictures,
                loss=looks.loss,
                route=looks.route,
                prompt=self.prompter.prompt,
                lesson=learning.lesson if learning else None,
                motion=motion,
                focus=stop,
                focus_cell=selected(view, looks, stop.symbol) if stop else (0, 0),
            )
        )

    def show(self) -> None:
        """Hand the scene of now to every region."""
        if self._arrangement.size is not None:
            self._arrangement.show(self.scene())
            self.ahead.at(self.session.position)
            if not self.app.is_headless:
                self.ahead.soon()

    def _scenes_ahead(self, step: Next | Back) -> tuple[Scene, ...]:
        """What a step will show, in that order; nothing where its key means something else or takes time."""
        size = sum(map(np.size, self.session.values.values()))
        if not isinstance(self.mode, Browsing) or not self.driver.steps or size > MOST_NUMBERS:
            return ()
        view, start = View(self.session.ahead(step), self.looks.convention), self.session.position
        moves = self._setting.moves and isinstance(step, Next)
        motions = (Motion("step", self.scene(), start), None) if moves else (None,)
        return tuple(self._scene_of(view, motion) for motion in motions)

    def on_unmount(self) -> None:
        """Nothing more will be shown."""
        self.ahead.stop()

    def _hint(self, session: Session) -> str:
        hint = hint_for(session, frozenset(filter(self._setting.memory.has_seen, HINTS)))
        return self.keymap.said(hint.text) if hint else ""

    def _footer(self) -> tuple[Key, ...]:
        """The keys that work now, most useful first."""
        fixed: tuple[tuple[str, str], ...]
        match self.mode:
            case Editing():
                fixed = EDIT_FOOTER
            case Prompting(under=Learning(lesson)):
                fixed = VERDICT_FOOTER if lesson.waiting else QUESTION_FOOTER
            case Prompting():
                fixed = PROMPT_FOOTER
            case _:
                return self._stage_footer_recording if self.recording else self._stage_footer
        return tuple(Key(key, label) for key, label in fixed)

    @cached_property
    def _stage_footer(self) -> tuple[Key, ...]:
        entries = ((self.keymap.in_footer(entry), entry) for entry in footer_keys())
        return tuple(Key(keys, entry.label, entry.action) for keys, entry in entries if keys)

    @cached_property
    def _stage_footer_recording(self) -> tuple[Key, ...]:
        first, *others = self._stage_footer or (Key("", ""),)
        key = self.keymap.brief("record")
        ends = Key(key, "end the recording", "program.record")
        return (first, ends, *others) if key else self._stage_footer

    # the one door

    def perform(self, command: Command) -> bool:
        """Carry out one command of the core; a mistake becomes the notice, of the command or of who listens to it."""
        self.note(_done(command))
        try:
            self.carry_out(command)
        except NablastepError as error:
            self.tell(error.message, is_error=True)
            return False
        self.show()
        return True

    def carry_out(self, command: Command) -> None:
        """Hand a command to the session, keep it, and tell who listens. Raises the NablastepError of a refused one."""
        before = self.session.position
        self.session.do(command)
        self.driver.heard(command, before)
        self.performed.append(command)
        for listener in self.listeners:
            listener(command)

    # messages, questions, pages

    def note(self, text: str, *, is_error: bool = False) -> None:
        """A short message in the title rule until the next command, with whatever is shown next."""
        self.notice, self.is_error = shown(text), is_error

    def tell(self, text: str, *, is_error: bool = False) -> None:
        """The same, shown at once."""
        self.note(text, is_error=is_error)
        self.show()

    def say_fault(self, text: str) -> None:
        """A fault in one line, under what is being typed if anything is."""
        if self.prompter.prompt is not None:
            self.prompter.refuse(text)
            self.show()
        else:
            self.tell(text, is_error=True)

    def ask(self, label: str, answer: Answer, value: str = "", *, on_close: Callable[[], None] | None = None) -> None:
        """Ask for a line of text above the footer."""
        self.driver.wait()
        self.prompter.ask(label, answer, value, on_close=on_close)

    def used(self, hint: str) -> None:
        """A key has been used: its hint has done its work."""
        self._setting.memory.see(hint)

    def open(self, page: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """A page over the stage."""
        self.app.push_screen(page, then)

    @property
    def is_on_top(self) -> bool:
        """Whether no page is over it."""
        return self.app.screen is self

    # keys

    def resolved(self, action: str) -> Callable[[], None]:
        """What an action does, a method of a controller with its arguments; looked for once."""
        if action not in self._actions:
            controller, name, arguments = parse(action)
            self._actions[action] = partial(getattr(self._controllers[controller], name), *arguments)
        return self._actions[action]

    @cached_property
    def _action_of(self) -> dict[str, str]:
        """The action of every key, with the user's own keys."""
        return self.keymap.actions(self.driver.KEYS)

    def act(self, action: str) -> None:
        """Do what a key of the table does, if it may be done now."""
        if self.driver.allows(action):
            self.resolved(action)()

    def on_key(self, event: events.Key) -> None:
        """A key goes to what is being typed, or does what the table says, before the next key is looked at.

        Textual's own bindings act only after a key has bubbled to the app, when keys typed fast have passed already:
        `/dW1` would lose its letters. Bindings of a subclass still go first.
        """
        self.moving.end()
        if not self.is_on_top:
            # The key was on its way when another screen opened: it belongs there.
            self.app.screen.post_message(events.Key(event.key, event.character))
        elif isinstance(self.mode, Prompting):
            self.prompter.after_key(event.key, event.character)
            self.show()
        elif isinstance(self.mode, Editing):
            self.change.after_key(self.mode, event.key, event.character)
            self.show()
        elif not self.change.swallows(event.character):
            action = self._action_of.get(event.key)
            if action is None or (event.key in self._bindings.key_to_bindings and event.key not in WALKING_KEYS):
                return
            self.act(action)
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text belongs to the field that is open."""
        text = "".join(letter for letter in event.text if letter.isprintable())
        if isinstance(self.mode, Prompting):
            self.prompter.paste(text)
        elif isinstance(self.mode, Editing):
            self.change.paste(self.mode, text)
        self.show()

    # mouse

    def on_region_hit(self, event: Region.Hit) -> None:
        """A click on a key, or on a number or name of the session."""
        if isinstance(self.mode, Prompting | Editing):
            return
        if isinstance(event.target, Target) and event.target.kind == "key":
            self.call_later(self.act, event.target.name)
        elif self.driver.allows("cell.click"):
            self.cell.click(event.target, on_stage=event.region == "stage")

    def on_region_wheel(self, event: Region.Wheel) -> None:
        """The wheel steps through time."""
        if not isinstance(self.mode, Editing):
            (self.driver.next if event.direction > 0 else self.driver.back)()


def _done(command: Command) -> str:
    """What is said of a command that was carried out: a number set by hand is no result of the equations."""
    return f"{command.cell} was set by hand to {significant(command.value, 6)}" if isinstance(command, Set) else ""
