"""Files that something has damaged: whatever they have become, a command answers with 0, 1 or 2 and in few words.

`NABLASTEP_FUZZ=3000 pytest tests/tui/test_mutated_files.py` tries more of them.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from nablastep_tui.cli.main import main

COUNT = int(os.environ.get("NABLASTEP_FUZZ", "60"))
LONGEST = 4096  # bytes of what is told on stderr
SECONDS = 5.0

NETWORK = """title = "A network"
data = { csv = "points.csv", target = ["label"], one_hot = true, scale = "standard" }
loss = "categorical_cross_entropy"
batch_size = 2
[optimizer]
name = "adam"
learning_rate = 0.1
[[layers]]
units = 3
activation = "relu"
[[layers]]
units = 2
activation = "softmax"
"""
POINTS = "x1,x2,label\n1,10,b\n2,10,a\n6,10,b\n3,4,a\n"
DEMO = """demo 1
title "A lesson"
network net.toml
size 80x24
chapter "One"
say "Some words
  on two lines."
next 3
expect E > 0
set W0[0,1] = 0.25
goto grad_W1
why jacobian
train 3
include "more.demo"
"""
MORE = 'next 2\nback\nundo\nnote "a note"\nexpect shape(W0) = 3x2\nwait 1\n'

PIECES = [
    b"\x00", b"\xff\xfe", b"\x1b[31m", "\u202e".encode(), "\u200b".encode(), b'"', b"'''", b"[", b"]]", b"{", b"#",
    b"\n", b"\r", b"\t", b";", b",", b"=", b"9" * 5000, b"a" * 5000, b"[" * 3000, b"{a=" * 2000, b"nan", b"inf", b"-1",
    b"1e999", b"..", b"/dev/zero", b"/etc/passwd", b"../", b"999999999", b"$", b">", b"\\", b"0x", b"\xef\xbb\xbf",
]  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with a few bytes cut out, doubled, changed, or pieces put in that are known to be awkward."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(content))
        end = min(len(content), start + chance.randint(0, 12))
        content = _changed(content, start, end, chance)
    return content


def _changed(content: bytes, start: int, end: int, chance: random.Random) -> bytes:
    match chance.randrange(6):
        case 0:
            return content[:start] + content[end:]
        case 1:
            return content[:start] + chance.choice(PIECES) + content[end:]
        case 2:
            return content[:end] + content[start:]
        case 3:
            return content[:start] + bytes([chance.randrange(256)]) + content[start + 1 :]
        case 4:
            return content[:start]
    return content[:start] + content[start:end] * chance.randint(2, 300) + content[end:]


def demo_of(name: str) -> bytes:
    return files("nablastep_demos").joinpath(f"{name}.demo").read_bytes()


@pytest.mark.parametrize("seed", range(COUNT))
def test_a_damaged_file_is_told_in_few_words(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)
    sources = {
        "net.toml": NETWORK.encode(),
        "points.csv": POINTS.encode(),
        "a.demo": DEMO.encode(),
        "more.demo": MORE.encode(),
    }
    damaged = chance.choice(list(sources))
    if damaged == "a.demo" and chance.random() < 0.3:
        sources["a.demo"] = demo_of("forward-backward")
    sources[damaged] = mutated(sources[damaged], chance)
    for name, content in sources.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    commands: list[Callable[[], int]] = [lambda: main(["trace", "net.toml"]), lambda: main(["demo", "fmt", "a.demo"])]
    if damaged.endswith(".demo") or chance.random() < 0.3:
        commands.append(lambda: main(["check", "a.demo"]))
    for command in commands:
        began = time.process_time()
        code = command()
        err = capsys.readouterr().err
        assert code in (0, 1, 2), err
        assert len(err.encode()) <= LONGEST
        assert "internal error" not in err
        assert "Traceback" not in err
        assert not any(letter in err for letter in "\x1b\x00\u202e\u200b")
        assert time.process_time() - began < SECONDS or "still at work" in err
