"""The part of the app that starts and stops recordings, and adds to one what its author types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.driver import Driver

from nablastep.errors import NablastepError
from nablastep_tui.driver import sturdy_driver
from nablastep_tui.faults import KeepsOnRunning
from nablastep_tui.keymap import KeyMap
from nablastep_tui.screens.stage_screen import StageScreen
from nablastep_tui.studio.live_cast import LiveCast, recording_driver

if TYPE_CHECKING:
    from nablastep_tui.studio.session_recording import Recording

OFFERED_FOLDER = "nablastep-recording"


class RecordsSessions(KeepsOnRunning):
    """An app whose `stage` can be recorded. `source` is what its network was opened from, for the recording."""

    stage: StageScreen
    keymap: KeyMap

    def __init__(self, source: str | Path | None = None) -> None:
        self.live_cast = LiveCast()
        self.recording: Recording | None = None
        self.source = source
        self.palette_name = "dark"
        super().__init__()

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver, which also feeds the cast."""
        return recording_driver(sturdy_driver(super().get_driver_class()), self.live_cast)

    def post_display_hook(self) -> None:
        """After each paint: what is seen now belongs to the recording."""
        if self.recording is not None and self.screen_stack:
            self.recording.look(self.screen)
        if self.recording is not None and self.live_cast.failure is not None:
            self._give_up(f"the cast cannot be written: {self.live_cast.failure.strerror}")

    def toggle_recording(self) -> None:
        """Ask where to record, or finish the recording."""
        if self.recording is None:
            self.stage.ask_for_path("record into the folder", self.start_recording, OFFERED_FOLDER)
        else:
            path = self.recording.path
            self.stop_recording()
            self.stage.tell(f"recorded; this plays it: nablastep play {path}")

    def start_recording(self, folder: Path) -> None:
        """Record what is on stage into the folder from now on. Raises a NablastepError if that cannot be."""
        from nablastep_tui.screens.demo_screen import DemoScreen
        from nablastep_tui.studio.session_recording import PlaybackRecording, SessionRecording

        stage, cast, size = self.stage, self.live_cast, (self.size.width, self.size.height)
        if isinstance(stage, DemoScreen):
            self.recording = PlaybackRecording(folder, stage, cast, size, self._give_up)
        else:
            self.recording = SessionRecording(
                folder, stage, self.source, cast, size, self._give_up, theme=self.palette_name
            )
        self.stage.recording = True
        outside = ", ".join(map(str, self.recording.from_outside))
        self.stage.tell(f"recording: {self.recording.path}{f'; copied from outside: {outside}' if outside else ''}")
        self.refresh()  # the cast begins with a whole screen

    def stop_recording(self) -> None:
        """Finish the recording, if there is one."""
        if self.recording is not None:
            self.recording.stop()
            self.recording = None
            self.stage.recording = False
            self.stage.show()

    def _give_up(self, reason: str) -> None:
        self.stop_recording()
        self.stage.tell(f"the recording has ended: {reason}", is_error=True)

    def annotate_recording(self) -> None:
        """Ask what to add to the recording."""
        if self.recording is None:
            self.stage.tell(self.keymap.said("nothing is being recorded: {record} starts a recording"))
            return
        from nablastep_tui.screens.annotate import AnnotateScreen

        self.push_screen(AnnotateScreen(), self._annotate)

    def _annotate(self, letter: str | None) -> None:
        from nablastep_tui.screens.annotate import CAPTION, CHAPTER, EXPECT
        from nablastep_tui.studio.session_recording import SessionRecording

        recording = self.recording
        if not isinstance(recording, SessionRecording) or letter is None:
            return
        if letter == CAPTION:
            self.stage.ask("caption", recording.say)
        elif letter == CHAPTER:
            self.stage.ask("chapter", recording.chapter)
        elif letter == EXPECT:
            try:
                self.stage.tell(f"expected from now on: {recording.expect()}")
            except NablastepError as error:
                self.stage.tell(error.message, is_error=True)

    def exit(self, *arguments: Any, **options: Any) -> None:
        """Leave, with the recording complete."""
        self.stop_recording()
        super().exit(*arguments, **options)
