"""The studio of an app: starts and stops recordings of its stage, and adds to one what its author types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.screen import Screen

from nablastep.errors import NablastepError
from nablastep_tui.app import NablastepApp, Onlooker
from nablastep_tui.screens.control.prompter import path_of
from nablastep_tui.studio.live_cast import LiveCast, recording_driver

if TYPE_CHECKING:
    from nablastep_tui.studio.session_recording import Recording

OFFERED_FOLDER = "nablastep-recording"


class Studio(Onlooker):
    """Records what is on the stage of one app; `recording` is what is being recorded."""

    def __init__(self, app: NablastepApp) -> None:
        super().__init__(app)
        self.live_cast = LiveCast()
        self.recording: Recording | None = None

    def driver(self, base: type[Driver]) -> type[Driver]:
        """The driver of the terminal, which also feeds the cast."""
        return recording_driver(base, self.live_cast)

    @property
    def is_recording(self) -> bool:
        """Whether something is being recorded."""
        return self.recording is not None

    def look(self, top: Screen[Any]) -> None:
        """After each paint: what is seen now belongs to the recording."""
        if self.recording is not None:
            self.recording.look(top)
        if self.recording is not None and self.live_cast.failure is not None:
            self._give_up(f"the cast cannot be written: {self.live_cast.failure.strerror}")

    def toggle(self) -> None:
        """Ask where to record, or finish the recording."""
        if self.recording is None:
            self._app.stage.ask("enter begins a recording in the folder", path_of(self.start), OFFERED_FOLDER)
        else:
            path = self.recording.path
            self.stop()
            self._app.stage.tell(f"recorded; this plays it: nablastep play {path}")

    def start(self, folder: Path) -> None:
        """Record what is on stage into the folder from now on. Raises a NablastepError if that cannot be."""
        from nablastep_tui.screens.demo import DemoDriver
        from nablastep_tui.studio.session_recording import PlaybackRecording, SessionRecording

        app, stage, cast = self._app, self._app.stage, self.live_cast
        size = (app.size.width, app.size.height)
        if isinstance(stage.driver, DemoDriver):
            self.recording = PlaybackRecording(folder, stage, stage.driver, cast, size, self._give_up)
        else:
            self.recording = SessionRecording(
                folder, stage, app.source, cast, size, self._give_up, theme=app.palette_name
            )
        stage.recording = True
        outside = ", ".join(map(str, self.recording.from_outside))
        stage.tell(f"recording: {self.recording.path}{f'; copied from outside: {outside}' if outside else ''}")
        app.refresh()  # the cast begins with a whole screen

    def stop(self) -> None:
        """Finish the recording, if there is one."""
        if self.recording is not None:
            self.recording.stop()
            self.recording = None
            self._app.stage.recording = False
            self._app.stage.show()

    def _give_up(self, reason: str) -> None:
        self.stop()
        self._app.stage.tell(f"the recording has ended: {reason}", is_error=True)

    def annotate(self) -> None:
        """Ask what to add to the recording."""
        if self.recording is None:
            self._app.stage.tell(self._app.keymap.said("nothing is being recorded: {record} starts a recording"))
            return
        from nablastep_tui.screens.annotate import AnnotateScreen

        self._app.push_screen(AnnotateScreen(), self._annotate)

    def _annotate(self, letter: str | None) -> None:
        from nablastep_tui.screens.annotate import CAPTION, CHAPTER, EXPECT
        from nablastep_tui.studio.session_recording import SessionRecording

        recording, stage = self.recording, self._app.stage
        if not isinstance(recording, SessionRecording) or letter is None:
            return
        if letter == CAPTION:
            stage.ask("caption", recording.say)
        elif letter == CHAPTER:
            stage.ask("chapter", recording.chapter)
        elif letter == EXPECT:
            try:
                stage.tell(f"expected from now on: {recording.expect()}")
            except NablastepError as error:
                stage.tell(error.message, is_error=True)
