"""Every command with each of its streams closed, full, or with nobody at the other end: no command breaks on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.core import TyperGroup

from command_line import command, environment
from covering import covering
from nablastep_tui.cli.main import app

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")

DEMO = 'demo 1\nnetwork mazur\nnext 5\nsay "five"\nexpect E > 0\n'
COMMANDS = {
    "run": (["run"], 2),
    "trace": (["trace", "mazur"], 0),
    "why": (["why", "mazur", "grad_W1", "--route", "index"], 0),
    "quiz": (["quiz", "mazur", "grad_a1", "--answer", "grad_z2"], 1),
    "compare": (["compare", "mazur", "mine.txt"], 1),
    "derive": (["derive", "sum(x^2)"], 0),
    "gradcheck": (["gradcheck", "mazur-bug"], 1),
    "play": (["play", "one.demo"], 2),
    "check": (["check", "wrong.demo"], 1),
    "record": (["record", "folder"], 2),
    "export": (["export", "one.demo", "--to", "vtt"], 0),
    "demos": (["demos"], 0),
    "networks": (["networks"], 0),
    "doctor": (["doctor"], 0),
    "keys": (["keys"], 0),
    "schema": (["schema"], 0),
    "new": (["new", "--from", "weights.npy"], 0),
    "demo": (["demo", "fmt", "--check", "crooked.demo"], 1),
    "--help": (["--help"], 0),
    "--version": (["--version"], 0),
}
"""Words, and the exit code where all streams are open: 2 for those that need a terminal."""
SILENT = {"run", "play", "record"}
WHOLE = {"trace", "check", "--version"}
"""What is tried with every kind of broken output; every other command with one, as one place handles them all."""
STREAMS = ("stdin", "stdout", "stderr")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("streams")
    (place / "one.demo").write_text(DEMO)
    np.save(place / "weights.npy", np.ones((2, 3)))
    (place / "wrong.demo").write_text(DEMO + "expect E > 5\n")
    (place / "crooked.demo").write_text(DEMO.replace("next 5", "next    5"))
    (place / "mine.txt").write_text("grad_W1 = [[0.16, 0.17], [-0.05, -0.05]]\n")
    return place


@contextmanager
def broken(kind: str) -> Iterator[int]:
    """A descriptor that is full, or a pipe that nobody reads."""
    if kind == "full":
        end = os.open("/dev/full", os.O_RDWR)
    else:
        reader, end = os.pipe()
        os.close(reader)
    try:
        yield end
    finally:
        os.close(end)


def run(words: list[str], folder: Path, **streams: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr (as far as they are whole) of the command with those streams broken."""
    shut = [number for number, name in enumerate(STREAMS) if streams.get(name) == "closed"]

    def close() -> None:
        for number in shut:
            os.close(number)

    with ExitStack() as stack:
        ends: dict[str, int] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        for name, kind in streams.items():
            if kind != "closed":
                ends[name] = stack.enter_context(broken(kind))
        done = subprocess.run(
            command(*words), **ends, preexec_fn=close, env=environment(), cwd=folder, timeout=120, encoding="utf-8"
        )  # fmt: skip
    return done.returncode, done.stdout or "", done.stderr or ""


def test_every_command_is_tried() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    assert set(group.list_commands(typer.Context(group))) == {name for name in COMMANDS if not name.startswith("--")}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_without_one_of_its_streams(name: str, folder: Path) -> None:
    words, code = COMMANDS[name]
    wrong = 2 if name not in SILENT else code
    cases = {
        "closed": wrong,  # what was asked for could not be printed
        "full": wrong,
        "unread": code,  # the reader had enough: what was found out still counts
    }
    kinds = list(cases)
    turn = list(COMMANDS).index(name) % len(kinds)
    for kind in covering(kinds, kinds if name in WHOLE else [kinds[turn]]):
        expected = cases[kind]
        found, _, err = run(words, folder, stdout=kind)
        assert found == expected, (kind, err)
        assert "internal error" not in err
        assert "Traceback" not in err
        if kind != "unread":
            assert err.startswith("nablastep: ")
        if kind == "closed" and name not in SILENT:
            assert "standard output is closed" in err


@pytest.mark.parametrize("name", ["trace", "check", "run", "export"])
def test_stdin_and_stderr_matter_only_to_those_that_need_them(name: str, folder: Path) -> None:
    words, code = COMMANDS[name]
    whole = run(words, folder)
    assert whole[0] == code
    kinds = ("closed", "full", "unread")
    for kind in covering(kinds, kinds if name in WHOLE else ("full",)):
        assert run(words, folder, stderr=kind)[:2] == whole[:2]
    assert run(words, folder, stdin="closed") == whole


def test_all_streams_closed_still_tell_by_the_exit_code(folder: Path) -> None:
    closed = dict.fromkeys(STREAMS, "closed")
    assert run(["trace", "mazur"], folder, **closed)[0] == 2
    assert run(["export", "one.demo", "--to", "vtt", "--out", "all.vtt"], folder, **closed)[0] == 2
    assert (folder / "all.vtt").read_text().startswith("WEBVTT")
    assert "nablastep" not in (folder / "all.vtt").read_text()
