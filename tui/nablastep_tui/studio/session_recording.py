"""A recording of what happens on stage: a demo that does it again, and a cast of what was seen.

Joins the recorder of the core and the live cast to one screen; knows no file format. Of a session the core hears the
commands from the screen itself, and the way of looking after each paint; of a demo that plays, its statements.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from nablastep.commands import Command
from nablastep.demo.language import Chapter, Statement
from nablastep.demo.player import ViewState
from nablastep.demo.recorder import Opening, Recorder
from nablastep.demo.references import Cell, Scalar, Value
from nablastep.demo.words import LARGEST_SIZE, ROUTES, SMALLEST_SIZE
from nablastep.errors import CommandError, NablastepError
from nablastep.safe_text import is_hidden
from nablastep_tui.scene.cursor import selected
from nablastep_tui.screens.demo import DemoDriver
from nablastep_tui.screens.stage import Stage
from nablastep_tui.screens.why import WhyScreen
from nablastep_tui.studio.live_cast import LiveCast


class Recording(ABC):
    """One recording, from its start to `stop`.

    `give_up` is called with the reason if it cannot go on; what has been recorded stays.
    """

    def __init__(
        self, recorder: Recorder, cast: LiveCast, size: tuple[int, int], title: str, give_up: Callable[[str], None]
    ) -> None:
        self._recorder = recorder
        self._cast = cast
        self._give_up = give_up
        cast.start(recorder.path.with_suffix(".cast"), size, title=title)

    @property
    def path(self) -> Path:
        """The demo that grows."""
        return self._recorder.path

    @property
    def from_outside(self) -> tuple[Path, ...]:
        """Files outside the network file's folder whose content is in the recording."""
        return self._recorder.from_outside

    def stop(self) -> None:
        """The recording is complete."""
        self._cast.stop()

    @abstractmethod
    def look(self, top: object) -> None:
        """How the session is looked at now; `top` is the screen on top of the stage."""

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except NablastepError as error:
            self.stop()
            self._give_up(str(error))


class PlaybackRecording(Recording):
    """The recording of a demo that plays: the demo as far as it has been played, and a cast of what was seen.

    Going back and exploring are seen in the cast and leave the script as it is. Raises a NablastepError if it cannot
    begin.
    """

    def __init__(
        self,
        folder: Path,
        stage: Stage,
        demo: DemoDriver,
        cast: LiveCast,
        size: tuple[int, int],
        give_up: Callable[[str], None],
    ) -> None:
        self._player = demo.player
        header = self._player.demo.header
        opening = Opening(header.title, header.size, header.convention, header.speed, header.theme)
        recorder = Recorder(folder, stage.session, demo.source, opening=opening)
        super().__init__(recorder, cast, size, header.title or "", give_up)
        self._written = 0
        self._player.observer = self._played
        self._follow()

    def stop(self) -> None:
        """The recording is complete."""
        self._player.observer = None
        super().stop()

    def look(self, top: object) -> None:
        """Nothing: how a demo looks at its session is written in it."""

    def _played(self, statement: Statement) -> None:
        if isinstance(statement, Chapter):
            self._cast.marker(statement.text)
        self._try(self._follow)

    def _follow(self) -> None:
        """Write every statement up to where the player is, each once, also those that the session has refused."""
        for beat in self._player.beats[self._written : self._player.at]:
            if beat.is_last:
                self._recorder.statement(beat.statement)
        self._written = max(self._written, self._player.at)


class SessionRecording(Recording):
    """The recording of a session that its author carries out. Raises a NablastepError if it cannot begin."""

    def __init__(
        self,
        folder: Path,
        stage: Stage,
        source: str | Path | None,
        cast: LiveCast,
        size: tuple[int, int],
        give_up: Callable[[str], None],
        *,
        theme: str | None,
    ) -> None:
        title = stage.session.network.title
        opening = Opening(title=title or None, size=_usual(size), convention=None, theme=theme)
        recorder = Recorder(folder, stage.session, source, opening=opening, performed=stage.performed)
        super().__init__(recorder, cast, size, title, give_up)
        self._stage = stage
        self._seen: ViewState | None = None
        stage.listeners.append(self._heard)

    def stop(self) -> None:
        """The recording is complete."""
        if self._heard in self._stage.listeners:
            self._stage.listeners.remove(self._heard)
        super().stop()

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


def view_of(stage: Stage, top: object) -> ViewState:
    """The way of looking at the session that a demo can repeat."""
    looks = stage.looks
    notation = "unicode" if looks.is_ascii else looks.notation
    value = focused_value(stage)
    focused = (value,) if isinstance(value, Cell) else ()
    is_open = isinstance(top, WhyScreen)
    route = top.page.route if isinstance(top, WhyScreen) else ""
    return ViewState(looks.convention, notation, is_open, _route(route), focused)


def focused_value(stage: Stage) -> Value:
    """The selected number of the stage as files name it."""
    target = stage.view.step.target
    if not target.shape:
        return Scalar(target.id)
    return Cell(target.id, stage.view.column_cell(target, selected(stage.view, stage.looks)))


def _route(name: str) -> str | None:
    return name if name in ROUTES else None


def _usual(size: tuple[int, int]) -> tuple[int, int] | None:
    """The size if a demo can have it."""
    fits = all(low <= n <= high for low, n, high in zip(SMALLEST_SIZE, size, LARGEST_SIZE, strict=True))
    return size if fits else None


def _checked(text: str) -> str:
    if not text.strip():
        raise CommandError("the text is empty")
    if any(is_hidden(character) for character in text):
        raise CommandError("the text holds a control or invisible character")
    return text.strip()
