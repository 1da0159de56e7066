"""Recording a live session: every event on disk at once, no gap while suspended, and a killed process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest
from textual.app import App
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Static

from nablastep_tui.recording.cast import Sanitiser
from nablastep_tui.recording.errors import ExportError
from nablastep_tui.studio.live_cast import LiveCast, recording_driver


class Clock:
    """Time that moves only when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cast(clock: Clock, tmp_path: Path) -> LiveCast:
    cast = LiveCast(clock)
    cast.start(tmp_path / "session.cast", (80, 24), title="Live")
    return cast


def lines(folder: Path) -> list[Any]:
    text = (folder / "session.cast").read_bytes().decode()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_every_event_is_on_disk_as_soon_as_it_happened(cast: LiveCast, clock: Clock, tmp_path: Path) -> None:
    assert lines(tmp_path)[0]["title"] == "Live"
    clock.seconds += 5
    cast.write("\x1b[?1000h\x1b[1;1Hone")
    assert len(lines(tmp_path)) == 1
    cast.end_frame((80, 24))
    first = lines(tmp_path)[1]
    assert first[:2] == [0, "o"]
    assert first[2].endswith("\x1b[?25l\x1b[1;1Hone")
    clock.seconds += 1.2345
    cast.write("\x1b[2;1Htw")
    cast.write("o")
    cast.end_frame((80, 24))
    assert lines(tmp_path)[2] == [1.234, "o", "\x1b[2;1Htwo"]


def test_a_frame_that_paints_nothing_is_no_event(cast: LiveCast, tmp_path: Path) -> None:
    cast.write("\x1b[?2026h\x1b]22;default\x07")
    cast.end_frame((80, 24))
    assert len(lines(tmp_path)) == 1


def test_resizes_and_markers(cast: LiveCast, clock: Clock, tmp_path: Path) -> None:
    for size in ((80, 24), (80, 24), (100, 30)):
        cast.write("x")
        cast.end_frame(size)
        clock.seconds += 1
    cast.marker("Backward")
    assert [event[:2] for event in lines(tmp_path)[1:]] == [[0, "o"], [1, "o"], [2, "r"], [2, "o"], [3, "m"]]
    assert lines(tmp_path)[3][2] == "100x30"


def test_suspending_leaves_no_gap(cast: LiveCast, clock: Clock, tmp_path: Path) -> None:
    cast.write("before")
    cast.end_frame((80, 24))
    clock.seconds += 1
    cast.suspend()
    cast.write("a shell's own output")
    cast.end_frame((80, 24))
    clock.seconds += 3600
    cast.resume()
    clock.seconds += 1
    cast.write("after")
    cast.end_frame((80, 24))
    assert [event[0] for event in lines(tmp_path)[1:]] == [0, 2]
    assert "shell" not in str(lines(tmp_path))


def test_stopping_closes_the_file_and_later_frames_go_nowhere(cast: LiveCast, tmp_path: Path) -> None:
    cast.write("x")
    cast.end_frame((80, 24))
    cast.stop()
    assert not cast.is_recording
    assert lines(tmp_path)[-1][2] == "\x1b[0m\x1b[24;1H\x1b[?25h"
    before = lines(tmp_path)
    cast.write("y")
    cast.end_frame((80, 24))
    cast.stop()
    assert lines(tmp_path) == before


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "session.cast"
    path.write_text("mine")
    with pytest.raises(ExportError, match=r"session\.cast: cannot record: File exists"):
        LiveCast().start(path, (80, 24))
    assert path.read_text() == "mine"


def test_a_full_disk_ends_the_recording_and_not_the_app(
    cast: LiveCast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nablastep_tui.studio.live_cast.os.write", refuse)
    cast.write("x")
    cast.end_frame((80, 24))
    assert not cast.is_recording
    assert cast.failure is not None
    assert cast.failure.strerror == "No space left on device"


def test_a_disk_that_fills_up_leaves_whole_lines(
    cast: LiveCast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cast.write("whole")
    cast.end_frame((80, 24))
    before = (tmp_path / "session.cast").read_bytes()
    write, room = os.write, [17]

    def fill(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = write(file, bytes(data)[: room[0]])
        room[0] -= written
        return written

    monkeypatch.setattr("nablastep_tui.studio.live_cast.os.write", fill)
    cast.write("torn")
    cast.end_frame((80, 24))
    assert room == [0]
    assert (tmp_path / "session.cast").read_bytes() == before
    assert before.endswith(b"\n")


class PretendTerminal(HeadlessDriver):
    """A driver that Textual draws on, that can be suspended, and that shows nothing."""

    is_headless = False  # type: ignore[assignment]
    can_suspend = True  # type: ignore[assignment]


def recorded(app: App[None], cast: LiveCast) -> type[Driver]:
    app.driver_class = recording_driver(PretendTerminal, cast)
    return app.driver_class


async def test_an_app_is_recorded_from_the_moment_it_asks(tmp_path: Path) -> None:
    cast = LiveCast()
    app: App[None] = App()
    recorded(app, cast)

    async def pilot(_: object) -> None:
        await app.mount(Static("early"))
        cast.start(tmp_path / "session.cast", (30, 4))
        app.refresh()
        static = app.query_one(Static)
        for words in ("first", "second", "third"):
            static.update(words)
            await drawn(app, words, lambda: (tmp_path / "session.cast").read_text())
        with app.suspend():
            pass
        cast.stop()
        app.exit()

    await app.run_async(size=(30, 4), auto_pilot=pilot)
    events = lines(tmp_path)[1:]
    assert "first" in events[0][2]
    terminal = pyte.Screen(30, 4)
    for _, code, data in events:
        assert code == "o"
        pyte.Stream(terminal).feed(data)
    assert terminal.display == ["third".ljust(30), " " * 30, " " * 30, " " * 30]


async def drawn(app: App[None], words: str, text: Callable[[], str]) -> None:
    """Wait until the app has drawn `words`."""
    import asyncio

    for _ in range(500):
        if words in text():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{words!r} was not drawn")


PROGRAM = """
import sys
from pathlib import Path
from textual.app import App
from textual.widgets import Static
from nablastep_tui.studio.live_cast import LiveCast, recording_driver

class Live(App):
    def get_driver_class(self):
        return recording_driver(super().get_driver_class(), cast)
    def compose(self):
        yield Static("step 0 ∇W⁽¹⁾")
    def on_mount(self):
        self.count = 0
        self.set_interval(0.02, self.step)
    def step(self):
        self.count += 1
        self.query_one(Static).update(f"step {self.count} ∇W⁽¹⁾")

cast = LiveCast()
cast.start(Path(sys.argv[1]), (40, 5))
Live().run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_killed_process_leaves_a_valid_cast_that_shows_what_the_terminal_showed(tmp_path: Path) -> None:
    raw = killed_on_a_terminal(tmp_path / "session.cast")
    header, *events = lines(tmp_path)
    assert header["version"] == 2
    assert len(events) > 5
    data = "".join(event[2] for event in events)
    assert not any(mode in data for mode in ("?1000", "?1049", "?2004", ">25u", "$p"))
    real, replayed = pyte.Screen(40, 5), pyte.Screen(40, 5)
    pyte.Stream(real).feed(Sanitiser().clean(raw))
    pyte.Stream(replayed).feed(data)
    assert real.display[1:] == replayed.display[1:]
    assert step_of(real) >= 6
    assert abs(step_of(replayed) - step_of(real)) <= 2, "the file is at most a frame from what the terminal read"


def step_of(terminal: pyte.Screen) -> int:
    word, number, _ = terminal.display[0].split()
    assert word == "step"
    return int(number)


def killed_on_a_terminal(cast: Path) -> str:
    """Run the program on a pseudo-terminal of 40 × 5, kill it after a few frames; what the terminal received."""
    import fcntl
    import pty
    import select
    import signal
    import struct
    import subprocess
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 40, 0, 0))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(cast)], stdin=follower, stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    received = b""
    while b"step 6" not in received and select.select([leader], [], [], 30)[0]:
        received += os.read(leader, 65536)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    while chunk := rest(leader):
        received += chunk
    os.close(leader)
    return received.decode()


def rest(leader: int) -> bytes:
    """What is left to read; a terminal whose process is gone reports an error at its end on some systems."""
    try:
        return os.read(leader, 65536)
    except OSError:
        return b""
