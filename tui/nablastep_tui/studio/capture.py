"""Recording an app in virtual time: a Textual driver that keeps every frame, and a script that acts on the app.

Faster than real time and the same frames every run. Knows Textual and the recording model, no file format and
nothing of what the app is about. Runs in a thread without a running event loop, one app at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.driver import Driver
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from nablastep_tui.recording.errors import CaptureError
from nablastep_tui.recording.model import Caption, Frame, Grid, Marker, Recording, Snapshot, plain_text
from nablastep_tui.recording.screen_grid import ScreenGrid
from nablastep_tui.studio.virtual_time import VirtualTimeLoop, briefly_pinned_environment, textual_clock

SETTLE_SECONDS = 0.5
"""Virtual time between the app's start and the first frame, and what `settle` waits: the app has drawn by then."""


class Capture:
    """What a script does to the recording while the app runs. Times are virtual."""

    def __init__(self, size: tuple[int, int], loop: VirtualTimeLoop) -> None:
        self._screen = ScreenGrid(*size)
        self._loop = loop
        self._began = 0
        self._open = False
        self._frames: list[Frame] = []
        self._captions: list[Caption] = []
        self._markers: list[Marker] = []
        self._snapshots: list[Snapshot] = []
        self._caption: tuple[int, str] | None = None
        self._recorder: asyncio.Task[Any] | None = None

    @property
    def milliseconds(self) -> int:
        """Milliseconds since the first frame."""
        return self._loop.milliseconds - self._began

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass in the recording; the app draws and animates meanwhile.

        Ends the script if the recording was interrupted (ctrl+c): Textual would wait for the script.
        """
        await asyncio.sleep(seconds)
        if self._recorder is not None and self._recorder.cancelling():
            raise asyncio.CancelledError

    async def settle(self) -> None:
        """Let the app finish drawing what it was just told."""
        await self.sleep(SETTLE_SECONDS)

    def screen_text(self) -> str:
        """What is on screen now, as text."""
        return plain_text(self._screen.grid())

    def grid(self) -> Grid:
        """What is on screen now, as cells."""
        return self._screen.grid()

    def caption(self, text: str) -> None:
        """End the caption before, and begin this one unless it is empty."""
        now = self.milliseconds
        if self._caption is not None:
            start, words = self._caption
            self._captions.append(Caption(start, now, words))
        self._caption = (now, text) if text else None

    def marker(self, label: str) -> None:
        """Begin a chapter here."""
        self._markers.append(Marker(self.milliseconds, label))

    def snapshot(self, name: str) -> None:
        """Keep the screen as it stands as a named still."""
        self._snapshots.append(Snapshot(name, self._screen.grid(), self.milliseconds))

    def draw(self, data: str) -> None:
        """One frame's bytes, from the driver."""
        self._screen.feed(data)
        if self._open:
            self._keep_frame()

    def watch(self, recorder: asyncio.Task[Any] | None) -> None:
        """From now on the script ends when this task is cancelled."""
        self._recorder = recorder

    def begin(self) -> None:
        """The screen as it stands is the first frame, at 0 ms."""
        self._began = self._loop.milliseconds
        self._open = True
        self._keep_frame()

    def end(self, title: str) -> Recording:
        """Close the recording here. Raises CaptureError for sequences that the grid does not understand."""
        self.caption("")
        self._open = False
        if self._screen.unknown:
            raise CaptureError(f"Textual writes terminal sequences that are not understood: {self._screen.unknown!r}")
        return Recording(
            size=(self._screen.width, self._screen.height),
            frames=tuple(self._frames),
            captions=tuple(self._captions),
            markers=tuple(self._markers),
            snapshots=tuple(self._snapshots),
            title=title,
            duration_ms=self.milliseconds,
        )

    def _keep_frame(self) -> None:
        """Keep the screen if it changed; of several frames in one millisecond the last one stands."""
        grid, now = self._screen.grid(), self.milliseconds
        if self._frames and self._frames[-1].milliseconds == now:
            self._frames.pop()
        if not self._frames or self._frames[-1].cells != grid:
            self._frames.append(Frame(now, grid))


Script = Callable[[App[Any], Capture], Awaitable[None]]
"""Acts on the running app (`app.simulate_key`, actions, messages) and lets time pass with `capture.sleep`."""


def run_captured(
    app_factory: Callable[[], App[Any]], size: tuple[int, int], script: Script, *, title: str = ""
) -> Recording:
    """Run an app in virtual time at `size` (columns, rows), let `script` act on it, and return what was on screen.

    The recording begins when the app has drawn its first screen and ends when the script does; `title` defaults to
    the app's own. Raises what the script or the app raises, and CaptureError if the app stops by itself with a
    failure or Textual cannot be recorded. For the same bytes everywhere the environment must be pinned
    (`virtual_time.pin_environment`) before Textual is imported.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualTimeLoop)
        with textual_clock(loop.time):
            with briefly_pinned_environment():
                app = app_factory()
            return runner.run(_record(app, Capture(size, loop), size, script, title))


async def _record(app: App[Any], capture: Capture, size: tuple[int, int], script: Script, title: str) -> Recording:
    finished: list[Recording] = []

    async def act(_: Pilot[Any]) -> None:
        await capture.settle()
        capture.begin()
        await script(app, capture)
        finished.append(capture.end(title or app.title))
        if app.return_code is None:
            app.exit()

    capture.watch(asyncio.current_task())
    app.driver_class = _capture_driver(capture, size)
    try:
        await app.run_async(size=size, auto_pilot=act)
    except Exception as error:
        raise _failure(app) or error from None
    failure = _failure(app)
    if failure is not None:
        raise failure
    return finished[0]


def _failure(app: App[Any]) -> Exception | None:
    """Why the app stopped, if it failed. A script that goes on without its app fails too, but only in consequence."""
    failure = getattr(app, "_exception", None)
    if isinstance(failure, Exception):
        return failure
    return CaptureError(f"the recorded app stopped with return code {app.return_code}") if app.return_code else None


def _capture_driver(capture: Capture, size: tuple[int, int]) -> type[Driver]:
    """A driver class that draws on `capture`. It is not "headless": for a headless one Textual draws nothing."""

    class CaptureDriver(Driver):
        """Keeps what Textual writes up to each flush as one frame; has no input and no terminal."""

        def __init__(self, app: App[Any], **settings: Any) -> None:
            super().__init__(app, **settings)
            self._captured_app = app
            self._written: list[str] = []

        def write(self, data: str) -> None:
            self._written.append(data)

        def flush(self) -> None:
            data = "".join(self._written)
            self._written.clear()
            capture.draw(data)

        def start_application_mode(self) -> None:
            self._captured_app.post_message(Resize(Size(*size), Size(*size)))

        def disable_input(self) -> None:
            """There is none."""

        def stop_application_mode(self) -> None:
            """There is no terminal to restore."""

    return CaptureDriver
