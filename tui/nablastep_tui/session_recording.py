"""A recording of what happens on stage: a demo that does it again, and a cast of what was seen.

Joins the recorder of the core and the live cast to one screen; knows no file format. The core hears of commands from
the screen itself and of the way of looking after each paint.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nablastep.commands import Command
from nablastep.demo.player import ViewState
from nablastep.demo.problems import is_forbidden
from nablastep.demo.recorder import Opening, Recorder
from nablastep.demo.references import Cell, Scalar, Value
from nablastep.demo.words import LARGEST_SIZE, ROUTES, SMALLEST_SIZE
from nablastep.errors import CommandError, NablastepError
from nablastep_tui.recording.live_cast import LiveCast
from nablastep_tui.screens.stage_screen import StageScreen
from nablastep_tui.screens.why import WhyScreen


class SessionRecording:
    """One recording, from its start to `stop`. Raises a NablastepError if it cannot begin.

    `give_up` is called with the reason if it cannot go on; what has been recorded stays.
    """

    def __init__(
        self,
        folder: Path,
        stage: StageScreen,
        source: str | Path | None,
        cast: LiveCast,
        size: tuple[int, int],
        *,
        theme: str | None,
        give_up: Callable[[str], None],
    ) -> None:
        network = stage.session.network
        opening = Opening(title=network.title or None, size=_usual(size), convention=None, theme=theme)
        self._stage = stage
        self._cast = cast
        self._give_up = give_up
        self._seen: ViewState | None = None
        self._recorder = Recorder(folder, stage.session, source, opening=opening, performed=stage.performed)
        cast.start(self._recorder.path.with_suffix(".cast"), size, title=network.title)
        stage.listeners.append(self._heard)

    @property
    def path(self) -> Path:
        """The demo that grows."""
        return self._recorder.path

    def stop(self) -> None:
        """The recording is complete."""
        if self._heard in self._stage.listeners:
            self._stage.listeners.remove(self._heard)
        self._cast.stop()

    def look(self, top: object) -> None:
        """How the session is looked at now; `top` is the screen on top of the stage."""
        view = view_of(self._stage, top)
        if view != self._seen:
            self._seen = view
            self._try(lambda: self._recorder.view(view))

    def say(self, text: str) -> None:
        """A caption that the author types."""
        self._recorder.say(_checked(text))

    def chapter(self, text: str) -> None:
        """A chapter that the author types; also a marker in the cast."""
        self._recorder.chapter(_checked(text))
        self._cast.marker(text)

    def expect(self) -> str:
        """An expectation of the focused number; what it is called. NotComputed if there is none yet."""
        self.look(self._stage)
        value = focused_value(self._stage)
        self._recorder.expect(value)
        return str(value)

    def _heard(self, command: Command) -> None:
        self._try(lambda: self._recorder.command(command))

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except NablastepError as error:
            self.stop()
            self._give_up(str(error))


def view_of(stage: StageScreen, top: object) -> ViewState:
    """The way of looking at the session that a demo can repeat."""
    notation = stage.notation if stage.glyphs.name != "ascii" else "unicode"
    value = focused_value(stage)
    focused = (value,) if isinstance(value, Cell) else ()
    is_open = isinstance(top, WhyScreen)
    route = top.page.route if isinstance(top, WhyScreen) else ""
    return ViewState(stage.convention, notation, is_open, _route(route), focused)


def focused_value(stage: StageScreen) -> Value:
    """The selected number of the stage as files name it."""
    target = stage.view.step.target
    if not target.shape:
        return Scalar(target.id)
    return Cell(target.id, stage.view.column_cell(target, stage.cell))


def _route(name: str) -> str | None:

    return name if name in ROUTES else None


def _usual(size: tuple[int, int]) -> tuple[int, int] | None:
    """The size if a demo can have it."""

    fits = all(low <= n <= high for low, n, high in zip(SMALLEST_SIZE, size, LARGEST_SIZE, strict=True))
    return size if fits else None


def _checked(text: str) -> str:
    if not text.strip():
        raise CommandError("the text is empty")
    if any(is_forbidden(character) for character in text):
        raise CommandError("the text holds a control character")
    return text.strip()
