"""What controllers know of the stage and of the app, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import WorkType

from nablastep.commands import Command
from nablastep.session import Session
from nablastep.view import View
from nablastep_tui.keymap import KeyMap
from nablastep_tui.scene.looks import Looks
from nablastep_tui.scene.modes import Mode
from nablastep_tui.scene.prompt import Answer
from nablastep_tui.scene.scene import Scene
from nablastep_tui.screens.export import Photographed


class Host(Protocol):
    """The stage: a session, how it is looked at, and what the keys are for."""

    session: Session
    looks: Looks
    mode: Mode
    keymap: KeyMap

    @property
    def view(self) -> View:
        """The session in the chosen convention."""

    @property
    def shown_size(self) -> Size:
        """Columns and rows of the screen."""

    @property
    def is_on_top(self) -> bool:
        """Whether no page is over it."""

    def scene(self) -> Scene:
        """What is to be shown now."""

    def show(self) -> None:
        """Show it."""

    def perform(self, command: Command) -> bool:
        """Carry out a command and show what came of it; whether the session took it."""

    def carry_out(self, command: Command) -> None:
        """The same without showing. Raises the NablastepError of a refused command."""

    def tell(self, text: str, *, is_error: bool = False) -> None:
        """A short message until the next command."""

    def note(self, text: str, *, is_error: bool = False) -> None:
        """The same message, with whatever is shown next; the empty one takes the last away."""

    def ask(self, label: str, answer: Answer, value: str = "", *, on_close: Callable[[], None] | None = None) -> None:
        """Ask for a line of text."""

    def used(self, hint: str) -> None:
        """A key has been used: its hint has done its work."""

    def open(self, page: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """A page over the stage; `then` is called with what it answers."""

    def act(self, action: str) -> None:
        """What a key of the table does, by its action."""

    # Textual's, for what goes on by itself

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call again and again."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call once."""

    def run_worker(self, work: WorkType[Any], *, exclusive: bool) -> object:
        """Go on with something between keys."""


class Program(Photographed, Protocol):
    """The app around the stage."""

    def is_free(self) -> bool:
        """Whether the stage may be given to something else; else it says what to finish first."""

    def open_network(self, name: str) -> None:
        """A built-in network in the place of the one on stage."""

    def open_session(self, session: Session) -> None:
        """A session in the place of the one on stage."""

    def start_demo(self, name: str) -> None:
        """A built-in demo over the stage."""

    def toggle_recording(self) -> None:
        """Start or stop a recording."""

    def annotate_recording(self) -> None:
        """Add to the recording."""

    def action_next_theme(self) -> None:
        """The next theme."""

    def action_command_palette(self) -> None:
        """Everything by name."""

    def copy_to_clipboard(self, text: str) -> None:
        """Hand text to the terminal's clipboard."""

    def leave(self, stage: Host, code: int = 0) -> None:
        """Leave a demo that is over another stage, or else the program with that exit code."""
