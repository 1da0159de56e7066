"""Recording a live session: a driver that also writes each frame it draws, sanitised, to a `.cast` file.

Every event is on disk at once, so a killed process leaves a valid file. A failure to write ends the recording with the
last whole line, never the app. What writes casts is loaded when a recording starts: every app has this driver, most
are not recorded. Knows Textual's public Driver methods, on any platform; the app says when a recording
starts and stops.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nablastep_tui.recording.errors import ExportError

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

    from nablastep_tui.recording.cast import Sanitiser
    from nablastep_tui.recording.model import Colour


class LiveCast:
    """A `.cast` file that grows while a session runs. Give it to `recording_driver` before the app starts.

    The clock begins with the first frame after `start` and stands still while the app is suspended.
    `failure` is the error that ended the recording early, if one did.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()  # a signal may suspend the app in the middle of a frame
        self._file: int | None = None
        self._length = 0  # bytes of whole lines
        self._sanitiser: Sanitiser | None = None
        self._frame: list[str] = []
        self._size = (0, 0)
        self._began: float | None = None
        self._suspended_at: float | None = None
        self.failure: OSError | None = None

    @property
    def is_recording(self) -> bool:
        """Whether frames go to a file now."""
        return self._file is not None

    def start(self, path: Path, size: tuple[int, int], *, title: str = "", background: Colour | None = None) -> None:
        """Create `path` and record to it from the next frame on; `size` is the terminal's (columns, rows).

        `background` is that of the player's margins, DEFAULT_BACKGROUND of `colours` if it is left out.
        In a running app call `app.refresh()` right after, so that the next frame is the whole screen.
        Raises ExportError if the file exists or cannot be made.
        """
        from nablastep_tui.recording.cast import Sanitiser, header
        from nablastep_tui.recording.colours import DEFAULT_BACKGROUND

        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            file = os.open(path, flags, 0o666)
        except OSError as error:
            raise ExportError(f"cannot record: {error.strerror}", file=str(path)) from error
        with self._lock:
            self._file, self._length, self._size = file, 0, size
            self._sanitiser, self._began, self.failure = Sanitiser(), None, None
            self._frame.clear()
            self._put(header(size, title, background or DEFAULT_BACKGROUND))

    def stop(self) -> None:
        """Close the file. Without effect if nothing is recorded."""
        if self._file is None:
            return
        from nablastep_tui.recording.cast import closing

        with self._lock:
            self._put_event("o", closing(self._size[1]))
            self._close()

    def marker(self, label: str) -> None:
        """Begin a chapter here."""
        with self._lock:
            self._put_event("m", label)

    def write(self, data: str) -> None:
        """What the driver writes to the terminal; kept until the end of the frame."""
        with self._lock:
            if self._sanitiser is not None and self._file is not None and self._suspended_at is None:
                self._frame.append(self._sanitiser.clean(data))

    def end_frame(self, size: tuple[int, int]) -> None:
        """Write what was painted since the last frame as one event, after a resize event if `size` is new."""
        if self._file is None:
            return
        from nablastep_tui.recording.cast import OPENING

        with self._lock:
            painted = "".join(self._frame)
            self._frame.clear()
            if not painted or self._file is None:
                return
            if self._began is None:
                self._began = self._clock()
                painted = OPENING + painted
            if size != self._size:
                self._size = size
                self._put_event("r", f"{size[0]}x{size[1]}")
            self._put_event("o", painted)

    def suspend(self) -> None:
        """The app leaves the terminal to others: nothing is recorded and the clock stands still."""
        with self._lock:
            if self._suspended_at is None:
                self._suspended_at = self._clock()

    def resume(self) -> None:
        """The app has the terminal back."""
        with self._lock:
            if self._suspended_at is not None and self._began is not None:
                self._began += self._clock() - self._suspended_at
            self._suspended_at = None

    def _put_event(self, code: str, data: str) -> None:
        from nablastep_tui.recording.cast import event

        now = self._clock() if self._suspended_at is None else self._suspended_at
        milliseconds = 0 if self._began is None else round((now - self._began) * 1000)
        self._put(event(milliseconds, code, data))

    def _put(self, line: str) -> None:
        """Write one whole line; if the disk refuses, stop recording and remember why."""
        whole = line.encode("utf-8", "replace")
        rest = memoryview(whole)
        while self._file is not None and rest:
            try:
                rest = rest[os.write(self._file, rest) :]
            except OSError as error:
                self.failure = error
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, self._length)
                self._close()
        self._length += len(whole)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None
        self._frame.clear()


def recording_driver(base: type[Driver], cast: LiveCast) -> type[Driver]:
    """A subclass of the platform's driver (`App.get_driver_class()`'s result) that also feeds `cast`.

    Hand it to the app as `driver_class`, or return it from the app's own `get_driver_class`.
    """

    class RecordingDriver(base):  # type: ignore[misc, valid-type]
        """Draws on the terminal as its base does, and on the cast."""

        def __init__(self, app: App[Any], **settings: Any) -> None:
            super().__init__(app, **settings)
            self._recorded_app = app

        def write(self, data: str) -> None:
            super().write(data)
            cast.write(data)

        def flush(self) -> None:
            super().flush()
            width, height = self._recorded_app.size
            cast.end_frame((width, height))

        def suspend_application_mode(self) -> None:
            cast.suspend()
            super().suspend_application_mode()

        def resume_application_mode(self) -> None:
            super().resume_application_mode()
            cast.resume()

    return RecordingDriver
