"""However the app ends or is interrupted, the terminal is as before; in a real pseudo-terminal."""

from __future__ import annotations

import os
import signal
import sys
from itertools import product
from pathlib import Path

import pytest
from tests.terminal import KEYS, Terminal

from covering import covering

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix")


STRANGE = (
    b"\xff\xfe\xc3(", b"\x1b[47:63;2;63u", b"\x1b[M\xff\xff\xff", b"\x1b[<999999999;1;1M", b"\x1b[200~a\xff",
    b"\x1b[201~", b"\x1b]52;c;\x07", b"\x1b[1;1R", b"\x00\x01\x02\x1f", b"\xe2\x88", b"\x87",
)  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(tmp_path / "config")


SIGNALS = "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM"


@pytest.mark.parametrize("name", covering(SIGNALS, ("SIGHUP", "SIGINT", "SIGTERM", "SIGALRM")))
def test_a_signal_leaves_the_terminal_as_it_was_and_is_the_exit_code(config: str, name: str) -> None:
    number = getattr(signal, name)
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.press("right")
        terminal.wait_for("0.3775")
        terminal.process.send_signal(number)
        assert terminal.wait_for_exit() == 128 + number
        assert terminal.restored()
        assert "Traceback" not in terminal.written


def test_a_signal_during_a_run(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.press("/", *"E<1e-300", "enter")
        terminal.wait_for("running to")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.wait_for_exit() == 130
        assert terminal.restored()


def test_a_signal_that_was_ignored_stays_ignored(config: str) -> None:
    with Terminal(["run"], ignored=(signal.SIGHUP, signal.SIGINT), NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.process.send_signal(signal.SIGHUP)
        terminal.process.send_signal(signal.SIGINT)
        terminal.press("right")
        terminal.wait_for("0.3775")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


STOPS = signal.SIGSTOP, signal.SIGTSTP


@pytest.mark.parametrize(("stop", "times"), covering(product(STOPS, (1, 3)), zip(STOPS, (1, 3), strict=True)))
def test_stopped_and_continued_the_app_goes_on_and_leaves_the_terminal_as_it_was(
    config: str, stop: signal.Signals, times: int
) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        for _ in range(times):
            terminal.process.send_signal(stop)
            terminal.wait_until_stopped()
            terminal.forget_screen()
            terminal.process.send_signal(signal.SIGCONT)
            terminal.wait_for("nablastep")
            terminal.wait_for("forward")
        terminal.press("right")
        terminal.wait_for("0.3775")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_stopped_by_the_terminal_s_key_the_terminal_is_given_back_meanwhile(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.wait_until_stopped()
        terminal.settle()
        assert terminal.restored()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for("nablastep")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


JOB_CONTROL = """
import os, signal, subprocess, sys
job = subprocess.Popen(sys.argv[1:], process_group=0)
os.waitpid(job.pid, os.WUNTRACED)
print("it sleeps", flush=True)
sys.stdin.readline()
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
os.tcsetpgrp(0, job.pid)
os.kill(job.pid, signal.SIGCONT)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(job.pid, 0)[1]))
"""
"""What a shell does for `nablastep run &`, and for `fg` after a line has come."""


def test_started_in_the_background_the_app_sleeps_until_it_is_given_the_terminal(config: str) -> None:
    with Terminal(["run"], through=(sys.executable, "-c", JOB_CONTROL), NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("it sleeps")
        assert "nablastep" not in terminal.text
        terminal.press("enter")
        terminal.wait_for("press")
        terminal.press("right")
        terminal.wait_for("0.3775")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_continued_without_having_been_stopped(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        for _ in range(5):
            terminal.process.send_signal(signal.SIGCONT)
        terminal.press("right")
        terminal.wait_for("0.3775")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_no_key_is_lost_while_the_app_is_continued(config: str) -> None:
    with Terminal(["run", "--still"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        for _ in range(12):
            terminal.process.send_signal(signal.SIGCONT)
            for byte in KEYS["right"]:
                terminal.send(byte.encode())
        terminal.wait_for("step 12 of 15")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_bytes_that_no_terminal_should_send(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        for data in STRANGE:
            terminal.send(data)
            terminal.settle()
        terminal.press("escape", "escape", "/", "2", "enter")
        terminal.wait_for("step 2 of 15")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_a_terminal_that_goes_away_ends_the_app(config: str) -> None:
    with Terminal(["run"], ignored=(signal.SIGHUP,), NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.hang_up()
        assert terminal.process.wait(20) == 129


def test_play_leaves_as_well(config: str) -> None:
    with Terminal(["play", "why-hadamard"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("pause")
        os.kill(terminal.process.pid, signal.SIGHUP)
        assert terminal.wait_for_exit() == 129
        assert terminal.restored()
