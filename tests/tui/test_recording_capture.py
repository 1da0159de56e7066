"""Capturing an app in virtual time: exact times, every frame, and failures that are not swallowed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

import recording_sample
from nablastep_tui.recording.errors import CaptureError
from nablastep_tui.recording.model import text_rows
from nablastep_tui.studio import virtual_time
from nablastep_tui.studio.capture import Capture, run_captured
from recording_sample import SIZE, SampleApp, sample_recording, script, strips


def test_the_recording_lasts_as_long_as_the_script() -> None:
    recording = sample_recording()
    assert recording.end_ms == 5500
    assert recording.frames[0].milliseconds == 0
    times = [frame.milliseconds for frame in recording.frames]
    assert times == sorted(set(times))
    assert recording.size == SIZE
    assert recording.title == "Sample"


def test_captions_markers_and_snapshots_carry_virtual_times() -> None:
    recording = sample_recording()
    assert [(marker.ms, marker.label) for marker in recording.markers] == [(1000, "Forward"), (2500, "Backward")]
    assert [(caption.start_ms, caption.end_ms) for caption in recording.captions] == [(1000, 2500), (2500, 5500)]
    assert [(snapshot.name, snapshot.ms) for snapshot in recording.snapshots] == [("after the edit", 2500)]


def test_each_screen_is_what_the_app_holds_to_be_on_screen() -> None:
    seen: list[tuple[int, list[str]]] = []

    async def act(app: App[Any], capture: Capture) -> None:
        app.set_focus(None)
        for _ in range(3):
            app.simulate_key("n")
            await capture.sleep(1)
            seen.append((capture.milliseconds, strips(app)))
            assert capture.screen_text().splitlines() == [row.rstrip() for row in strips(app)]

    recording = run_captured(SampleApp, SIZE, act)
    assert [time for time, _ in seen] == [1000, 2000, 3000]
    for time, rows in seen:
        assert text_rows(recording.frame_at(time - 1).cells) == rows
    assert "step 3" in seen[-1][1][0]


def test_animations_are_drawn_frame_by_frame() -> None:
    """Without Textual's clock in virtual time an animation collapses to its end."""
    during = [frame for frame in sample_recording().frames if 1000 < frame.milliseconds < 1350]
    assert len(during) >= 12


def test_an_unchanged_screen_makes_no_frame() -> None:
    async def act(_: App[Any], capture: Capture) -> None:
        await capture.sleep(60)

    recording = run_captured(App, SIZE, act, title="still")
    assert len(recording.frames) == 1
    assert recording.end_ms == 60_000
    assert recording.title == "still"


def test_an_error_in_the_script_comes_out() -> None:
    async def act(_: App[Any], __: Capture) -> None:
        raise LookupError("the script's own")

    with pytest.raises(LookupError, match="the script's own"):
        run_captured(App, SIZE, act)


def test_an_error_in_the_app_comes_out_and_not_its_consequences(capsys: pytest.CaptureFixture[str]) -> None:
    class BrokenApp(App[None]):
        def on_key(self) -> None:
            raise ZeroDivisionError("the app's own")

    async def act(app: App[Any], capture: Capture) -> None:
        app.simulate_key("x")
        await capture.sleep(1)
        raise LookupError("only because the app is gone")

    with pytest.raises(ZeroDivisionError, match="the app's own"):
        run_captured(BrokenApp, SIZE, act)
    capsys.readouterr()


def test_an_app_that_gives_up_is_an_error() -> None:
    async def act(app: App[Any], capture: Capture) -> None:
        app.exit(return_code=3)
        await capture.sleep(1)

    with pytest.raises(CaptureError, match="the recorded app stopped with return code 3"):
        run_captured(App, SIZE, act)


def test_sequences_that_are_not_understood_are_an_error() -> None:
    async def act(app: App[Any], capture: Capture) -> None:
        capture.draw("\x1b[5S")

    with pytest.raises(CaptureError, match=r"not understood: \['\\x1b\[5S'\]"):
        run_captured(App, SIZE, act)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT interrupts, also where the tests were started with SIGINT ignored, as a job in the background is."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_ends_an_endless_script() -> None:
    async def act(_: App[Any], capture: Capture) -> None:
        while capture.milliseconds < 100_000:
            await capture.sleep(1)
            if capture.milliseconds == 5000:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_captured(App, SIZE, act)


def test_threads_take_no_virtual_time() -> None:
    async def job() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(1000, int)
        await asyncio.to_thread(threading.Event().wait, 0.05)
        return loop.time()

    with asyncio.Runner(loop_factory=virtual_time.VirtualTimeLoop) as runner:
        assert runner.run(job()) == 0


def test_the_loop_does_not_wait_and_adds_up_exactly() -> None:
    async def job() -> float:
        for _ in range(1000):
            await asyncio.sleep(3.6)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=virtual_time.VirtualTimeLoop) as runner:
        assert runner.run(job()) == 3600


def test_waiting_for_nothing_is_an_error_instead_of_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "STALL_SECONDS", 0.05)

    async def job() -> None:
        await asyncio.get_running_loop().create_future()

    with (
        asyncio.Runner(loop_factory=virtual_time.VirtualTimeLoop) as runner,
        pytest.raises(CaptureError, match=r"waits for something that does not come: nothing happened for 0\.05 s"),
    ):
        runner.run(job())


def exported(hash_seed: str, **environment: str) -> subprocess.Popen[str]:
    """Another process that records the sample and prints the digests of its exports."""
    variables = {name: value for name, value in os.environ.items() if name not in ("TERM", "COLORTERM")}
    path = os.pathsep.join(sys.path)
    command = [sys.executable, "-W", "error", str(Path(recording_sample.__file__))]
    everything = {**variables, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed, **environment}
    return subprocess.Popen(command, env=everything, stdout=subprocess.PIPE, text=True)


def test_the_same_bytes_in_every_process() -> None:
    processes = [
        exported("1", NO_COLOR="", TERM="dumb", COLUMNS="40", TEXTUAL_FPS="5", TEXTUAL_ANIMATIONS="none"),
        exported("2", LC_ALL="C", TERM="xterm", TEXTUAL_THEME="nord"),
    ]
    first, second = (process.communicate(timeout=60)[0] for process in processes)
    assert [line.split()[0] for line in first.splitlines()] == ["cast", "svg", "gif", "vtt", "frames"]
    assert first == second


def test_the_same_recording_twice_in_one_process() -> None:
    assert run_captured(SampleApp, SIZE, script) == sample_recording()
