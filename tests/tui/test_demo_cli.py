"""The commands on demos as a user meets them: exit codes, streams, files; and one playback in a real terminal."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nablastep_tui.cli.main import main
from terminal import ROOT, Terminal

GOOD = (
    'demo 1\ntitle "Good"\nnetwork mazur\nsize 90x26\nchapter "A"\nnext 3\nexpect step = 3\nsay "Done."\nsnap "end"\n'
)
PATHS = os.pathsep.join(str(ROOT / root) for root in ("core", "tui", "demos"))


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in a folder, within this process, which is quicker."""

    def done(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setenv("NABLASTEP_CONFIG", str(folder / "config"))
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.chdir(folder)
        code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return done


def run_alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a program of its own, as recordings of a screen want to be."""
    environment = {**os.environ, "PYTHONPATH": PATHS, "NABLASTEP_CONFIG": str(folder / "config"), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "nablastep_tui.cli.main", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.demo").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.demo").write_text(GOOD.replace("step = 3", "step = 4"), encoding="utf-8")
    (tmp_path / "broken.demo").write_text(GOOD.replace("next 3", "nexxt 3\ngoto grad_W9"), encoding="utf-8")
    return tmp_path


def test_check_tells_the_length_and_exits_0(folder: Path, run: Run) -> None:
    done = run(folder, "check", "good.demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "good.demo: ok: 1 chapter, 1 step, 6 s, 1 expectation\n"


def test_failed_expectations_go_to_stdout_and_exit_1(folder: Path, run: Run) -> None:
    done = run(folder, "check", "good.demo", "bad.demo")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[1:] == [
        "bad.demo:7:1: expected step = 4, got 3",
        "bad.demo: 1 of 1 expectations failed: 1 chapter, 1 step, 6 s",
    ]


def test_a_script_that_cannot_be_read_exits_2_with_all_its_errors_on_stderr(folder: Path, run: Run) -> None:
    done = run(folder, "check", "broken.demo", "missing.demo", "good.demo")
    assert done.returncode == 2
    assert done.stdout == "good.demo: ok: 1 chapter, 1 step, 6 s, 1 expectation\n"
    messages = [line for line in done.stderr.splitlines() if line.startswith("nablastep: ")]
    assert messages == [
        "nablastep: broken.demo:6:1: unknown verb 'nexxt'; did you mean 'next'?",
        "nablastep: broken.demo:7:6: unknown step 'grad_W9'; did you mean 'grad_W1'?",
        "nablastep: missing.demo: no such file",
    ]


def test_check_reports_as_json_and_updates_numbers(folder: Path, run: Run) -> None:
    table = json.loads(run(folder, "check", "bad.demo", "--format", "json").stdout)
    assert table["holds"] is False
    done = run(folder, "check", "bad.demo", "--update")
    assert (done.returncode, done.stdout.rstrip().endswith("1 number updated")) == (0, True)
    assert (folder / "bad.demo").read_text(encoding="utf-8") == GOOD


def test_check_looks_at_the_screen_when_a_demo_asks_for_it(folder: Path, run: Run) -> None:
    text = GOOD + 'expect screen contains "step 3 of 15"\nexpect screen contains "no such words"\n'
    (folder / "screen.demo").write_text(text, encoding="utf-8")
    done = run(folder, "check", "screen.demo")
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first == 'screen.demo:11:1: expected screen contains "no such words", got a screen without it'


def test_fmt_lays_out_and_says_which_files_it_changed(folder: Path, run: Run) -> None:
    (folder / "loose.demo").write_text("demo   1\nnetwork  mazur # the one\nnext   3\n", encoding="utf-8")
    assert run(folder, "demo", "fmt", "--check", "loose.demo", "good.demo").returncode == 1
    done = run(folder, "demo", "fmt", "loose.demo", "good.demo")
    assert (done.returncode, done.stdout) == (0, "loose.demo\n")
    assert (folder / "loose.demo").read_text(encoding="utf-8") == "demo 1\nnetwork mazur  # the one\nnext 3\n"
    broken = run(folder, "demo", "fmt", "broken.demo")
    assert (broken.returncode, broken.stdout) == (2, "")


def test_demos_lists_names_first_without_a_heading(folder: Path, run: Run) -> None:
    from nablastep.demo.opening import demo_names

    done = run(folder, "demos")
    assert done.returncode == 0
    assert tuple(line.split()[0] for line in done.stdout.splitlines()) == demo_names()


def test_play_without_a_terminal_names_check(folder: Path, run: Run) -> None:
    done = run(folder, "play", "good.demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "play needs a terminal; 'nablastep check DEMO' plays it without one" in done.stderr


def test_record_without_a_terminal_exits_2_and_makes_nothing(folder: Path, run: Run) -> None:
    done = run(folder, "record", "out")
    assert done.returncode == 2
    assert not (folder / "out").exists()


def test_export_writes_the_same_bytes_every_time_and_prints_the_paths(folder: Path) -> None:
    kinds = [word for kind in ("html", "latex", "cast", "svg", "vtt", "markdown", "frames") for word in ("--to", kind)]
    digests = []
    for out in ("first", "second"):
        done = run_alone(folder, "export", "good.demo", *kinds, "--out", out)
        assert done.returncode == 0, done.stderr
        assert [Path(line).name for line in done.stdout.splitlines()] == [
            "good.html", "good.tex", "good.cast", "good.svg", "good.vtt", "good.md", "good-frames",
        ]  # fmt: skip
        files = sorted(path for path in (folder / out).rglob("*") if path.is_file())
        digests.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])
    assert digests[0] == digests[1]
    assert "01-end.txt" in dict(digests[0])
    assert "Done." in (folder / "first" / "good.vtt").read_text(encoding="utf-8")


def test_markdown_has_a_picture_of_each_place_and_names_no_keys_in_it(folder: Path) -> None:
    (folder / "plain.demo").write_text(GOOD.replace('snap "end"\n', ""), encoding="utf-8")
    assert run_alone(folder, "export", "plain.demo", "--to", "markdown").returncode == 0
    text = (folder / "plain.md").read_text(encoding="utf-8")
    pictures = sorted((folder / "plain-pictures").iterdir())
    assert len(pictures) == 4  # the start, and three steps
    assert all(f"(<plain-pictures/{picture.name}>)" in text for picture in pictures)
    assert len(re.findall(r"^!\[The stage in iteration", text, re.MULTILINE)) == len(pictures)
    last_rows = [
        re.findall(r"<text[^>]*>(.*?)</text>", picture.read_text(encoding="utf-8"))[-1] for picture in pictures
    ]
    assert not any("pause" in row or "keys" in row for row in last_rows)


def test_a_demo_with_snaps_shows_these(folder: Path) -> None:
    (folder / "snapped.demo").write_text(GOOD.replace('"end"', '"my own"'), encoding="utf-8")
    assert run_alone(folder, "export", "snapped.demo", "--to", "markdown", "--no-values").returncode == 0
    assert [path.name for path in (folder / "snapped-pictures").iterdir()] == ["01-my-own.svg"]
    text = (folder / "snapped.md").read_text(encoding="utf-8")
    assert "![my own: The stage" in text
    assert "|---" not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "html", "--no-values"), "--no-values goes with the formats markdown and latex"),
        (("--to", "markdown", "--fragment"), "--fragment goes with the format latex"),
    ],
)
def test_options_of_documents_go_with_documents(words: tuple[str, ...], message: str, folder: Path, run: Run) -> None:
    done = run(folder, "export", "good.demo", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_export_names_what_it_can_make(folder: Path, run: Run) -> None:
    done = run(folder, "export", "good.demo", "--to", "giff")
    assert done.returncode == 2
    assert "--to: unknown 'giff'; did you mean 'gif'?" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["bad.demo", "broken.demo", "good.demo"]


# in a real terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")


def test_a_demo_plays_in_a_real_terminal(folder: Path) -> None:
    arguments = ["play", str(folder / "good.demo"), "--speed", "8"]
    with Terminal(arguments, 120, 40, NABLASTEP_CONFIG=str(folder / "config")) as terminal:
        terminal.wait_for("Done.")
        terminal.wait_for("the end: space replays  1 of 1")
        terminal.press("left")
        terminal.wait_for("0 of 1")
        terminal.press("T")
        terminal.wait_for("exploring: R rejoins")
        terminal.press("right")
        terminal.wait_for("step 1 of 15")
        terminal.press("R")
        terminal.wait_for("paused")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_strict_prints_the_failure_and_exits_1(folder: Path) -> None:
    arguments = ["play", str(folder / "bad.demo"), "--speed", "8", "--strict"]
    with Terminal(arguments, 120, 40, NABLASTEP_CONFIG=str(folder / "config")) as terminal:
        assert terminal.wait_for_exit() == 1
        assert "expected step = 4, got 3" in terminal.text


def test_a_recording_made_in_a_terminal_can_be_played(folder: Path, run: Run) -> None:
    out = folder / "out"
    with Terminal(["record", str(out)], 120, 40, NABLASTEP_CONFIG=str(folder / "config")) as terminal:
        terminal.wait_for("recording:")
        terminal.press("right", "right", "right")
        terminal.wait_for("step 3 of 15")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert "next" in (out / "session.demo").read_text(encoding="utf-8")
    done = run(folder, "check", str(out / "session.demo"))
    assert done.returncode == 0
    cast = (out / "session.cast").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line) for line in cast)
    assert len(cast) > 3
