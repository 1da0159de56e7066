"""The patch of Textual's clock: it holds, it is undone, and it complains when Textual has moved."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import textual._time
import textual.timer
from textual.message import Message

from nablastep_tui.recording.errors import CaptureError
from nablastep_tui.studio.virtual_time import (
    briefly_pinned_environment,
    pin_environment,
    pinned_environment,
    textual_clock,
)


def test_textual_takes_its_time_from_the_clock_and_gets_its_own_back() -> None:
    before = textual._time.get_time, textual.timer.sleep
    with textual_clock(lambda: 42.0):
        assert Message().time == 42
        assert textual._time.get_time() == 42
    assert (textual._time.get_time, textual.timer.sleep) == before


def test_an_error_inside_undoes_the_patch() -> None:
    before = textual._time.get_time
    with pytest.raises(KeyError), textual_clock(lambda: 0.0):
        raise KeyError
    assert textual._time.get_time is before


def test_two_patches_at_once_are_refused_and_the_first_one_stays() -> None:
    with textual_clock(lambda: 1.0):
        with pytest.raises(CaptureError, match="only one app can be recorded"), textual_clock(lambda: 2.0):
            pass
        assert Message().time == 1


@pytest.mark.parametrize("module", ["timer", "_animator", "message"])
def test_the_canary_sings_when_a_module_reads_another_clock(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"textual.{module}._time", object())
    message = rf"Textual 8\S* keeps its time elsewhere: textual\.{module} no longer reads textual\._time"
    with pytest.raises(CaptureError, match=message), textual_clock(lambda: 0.0):
        pass


@pytest.mark.parametrize("name", ["_time.get_time", "timer.sleep"])
def test_the_canary_sings_when_a_function_is_gone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(f"textual.{name}")
    with pytest.raises(CaptureError, match=f"textual.{name} is gone"), textual_clock(lambda: 0.0):
        pass


def test_the_canary_sings_when_messages_keep_their_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Message, "__init__", lambda self: setattr(self, "time", 7.0))
    before = textual._time.get_time
    with pytest.raises(CaptureError, match="does not carry the patched time"), textual_clock(lambda: 0.0):
        pass
    assert textual._time.get_time is before
    with pytest.raises(CaptureError, match="does not carry"), textual_clock(lambda: 0.0):
        pass  # and not "only one app": the lock is free again


def test_pinned_environment_keeps_the_rest() -> None:
    pinned = pinned_environment({"HOME": "/h", "NO_COLOR": "", "TEXTUAL_FPS": "9", "TERM": "vt100", "LINES": "9"})
    assert pinned == {
        "HOME": "/h",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
    }


def test_pinning_for_a_moment_brings_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    before = dict(os.environ)
    with briefly_pinned_environment():
        assert (os.environ["TERM"], os.environ.get("NO_COLOR")) == ("xterm-256color", None)
    assert dict(os.environ) == before


def test_pinning_too_late_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_FPS", "9")
    with pytest.raises(CaptureError, match="can be pinned only before Textual is imported"):
        pin_environment()
    assert os.environ["TEXTUAL_FPS"] == "9"


def test_pinning_needs_no_textual_and_works_in_place() -> None:
    program = (
        "import os, sys; from nablastep_tui.studio.virtual_time import pin_environment, pinned_environment;"
        "assert 'textual' not in sys.modules and 'rich' not in sys.modules; pin_environment();"
        "assert dict(os.environ) == pinned_environment(os.environ); assert 'NO_COLOR' not in os.environ"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1", "TEXTUAL_THEME": "nord"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
