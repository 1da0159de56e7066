"""How fast the app is on the screen, as ratios against the smallest Textual app in the same run. Unix only.

    python tests/benchmarks/screen.py [ROUNDS]

All programs run in pseudo-terminals of their own, by turns: in each round each of them answers one key or starts once.
The first frame ends when its synchronised update does; a key's frame likewise. Between two keys a program is left alone
until nothing more comes from it, as somebody who reads leaves it alone: what → will show, and after a ← another one, is
drawn then. Compiled bytecode is kept in a folder of its own, as an installed package has it. On a machine that does
other work the p95 says more about that than about us.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import numpy as np

import nablastep as ns

ROOT = Path(__file__).parents[2]
HELLO = """
from textual.app import App
from textual.strip import Strip
from textual.widget import Widget
from rich.segment import Segment
from textual.geometry import Size

class Line(Widget):
    count = 0
    def render_line(self, y):
        return Strip([Segment(f"hello {self.count}")])

class Hello(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Line()
    def on_key(self, event):
        line = self.query_one(Line)
        line.count += 1
        line.refresh()

Hello().run()
"""
NABLASTEP = [sys.executable, "-m", "nablastep_tui.cli.main"]
HELLO_APP = [sys.executable, "-c", HELLO]
STARTS = {
    "smallest app": HELLO_APP,
    "smallest app, NumPy": [sys.executable, "-c", "import numpy\n" + HELLO],
    "nablastep": [*NABLASTEP, "run", "mazur", "--still"],
}
LARGE = "784-128-10"
KEYS = (("mazur", 120, 40, 1.4), ("digits-mlp", 200, 55, 1.8), (LARGE, 200, 55, 1.8))
"""What is stepped through, in which size, and what the p95 of a key should be of the smallest app's median."""
END_OF_FRAME = b"\x1b[?2026l"
ASKS_FOR_SYNCHRONISING = b"\x1b[?2026$p"
SYNCHRONISES = b"\x1b[?2026;2$y"
RIGHT, LEFT = b"\x1b[C", b"\x1b[D"
IDLE = 0.08


def environment(home: str) -> dict[str, str]:
    """A terminal with true colour, this clone's code, and settings and bytecode in a folder of their own."""
    paths = os.pathsep.join(str(ROOT / part) for part in ("core", "tui", "demos"))
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    more = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": paths, "TEXTUAL_FPS": "120",
            "PYTHONPYCACHEPREFIX": f"{home}/bytecode", "NABLASTEP_CONFIG": f"{home}/settings"}  # fmt: skip
    return known | more


class Program:
    """A program in a terminal of its own, and the moments at which its frames end."""

    def __init__(self, arguments: list[str], columns: int, rows: int, home: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            arguments, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment(home)
        )
        os.close(slave)

    def next_frame(self, seconds: float = 10) -> float:
        """Wait for the end of a frame; the moment at which it came."""
        seen, deadline = b"", time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            if select.select([self.master], [], [], 0.5)[0]:
                before, seen = seen, seen + os.read(self.master, 1 << 16)
                if ASKS_FOR_SYNCHRONISING in seen and ASKS_FOR_SYNCHRONISING not in before:
                    os.write(self.master, SYNCHRONISES)
                if END_OF_FRAME in seen:
                    return time.perf_counter()
        raise TimeoutError(f"no frame in {seconds} s; the terminal got {seen[-400:]!r}")

    def settle(self) -> None:
        """Read until nothing comes any more."""
        while select.select([self.master], [], [], IDLE)[0]:
            os.read(self.master, 1 << 16)

    def press(self, key: bytes) -> float:
        """Seconds from a key to the end of the frame that answers it."""
        began = time.perf_counter()
        os.write(self.master, key)
        return self.next_frame() - began

    def end(self) -> None:
        """End the program that this object has started."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def started(arguments: list[str], columns: int, rows: int, home: str) -> tuple[Program, float]:
    """A program whose first frame is there, and the seconds that it took.

    Now and then the answer about synchronising comes too late for the first frame, whose end cannot be seen then.
    """
    while True:
        program = Program(arguments, columns, rows, home)
        try:
            return program, program.next_frame() - program.began
        except TimeoutError as error:
            program.end()
            print(f"started again: {error}"[:100], file=sys.stderr)


def first_frames(home: str, rounds: int) -> dict[str, list[float]]:
    """Seconds from the start to the first frame, the programs by turns; the first round only fills the caches."""
    times: dict[str, list[float]] = {name: [] for name in STARTS}
    for turn in range(rounds + 1):
        for name, arguments in STARTS.items():
            program, elapsed = started(arguments, 120, 40, home)
            program.end()
            if turn:
                times[name].append(elapsed)
    return times


Times = tuple[list[float], list[float]]


def key_times(network: str, columns: int, rows: int, home: str, presses: int) -> tuple[Times, Times]:
    """Seconds to answer a lone → and then a lone ←, each of the smallest app and of nablastep, by turns."""
    commands = (HELLO_APP, [*NABLASTEP, "run", network, "--still"])
    programs = [started(arguments, columns, rows, home)[0] for arguments in commands]
    times: tuple[Times, Times] = (([], []), ([], []))
    for program in programs:
        program.settle()
    for key, both in zip((RIGHT, LEFT), times, strict=True):
        for _ in range(presses):
            for program, found in zip(programs, both, strict=True):
                found.append(program.press(key))
                program.settle()
    for program in programs:
        program.end()
    return times


def help_times(home: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds that `import typer` takes in an interpreter of its own, and that `nablastep run --help` takes."""
    times: tuple[list[float], list[float]] = ([], [])
    commands = ([sys.executable, "-c", "import typer"], [*NABLASTEP, "run", "--help"])
    for turn in range(rounds + 1):
        for arguments, found in zip(commands, times, strict=True):
            began = time.perf_counter()
            subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True, env=environment(home))
            if turn:
                found.append(time.perf_counter() - began)
    return times


def large_network(folder: str) -> str:
    """A file of 784-128-10 with a batch of 64."""
    random = np.random.default_rng(0)
    network = ns.Network(
        [{"units": 128, "activation": "tanh"}, {"units": 10, "activation": "softmax"}],
        random.random((64, 784)), np.eye(10)[random.integers(10, size=64)],
        loss="categorical_cross_entropy", picture=(28, 28),
    )  # fmt: skip
    path = f"{folder}/large.toml"
    network.to_file(path)
    return path


def late(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[int(0.95 * len(times))]


def row(what: str, measured: list[float], base: float, reach: float | None = None, *, tail: bool = False) -> None:
    """Print a line: the median, the worst (or the 95th percentile), and the ratio to reach."""
    ratio = (late(measured) if tail else statistics.median(measured)) / base
    wanted = "" if reach is None else f"≤ {reach:g}×" + ("" if ratio <= reach else "  missed")
    print(f"{what:<36}{statistics.median(measured) * 1e3:>9.1f}{late(measured) * 1e3:>9.1f}{max(measured) * 1e3:>9.1f}"
          f"{ratio:>9.2f}×   {wanted}", flush=True)  # fmt: skip


def main() -> None:
    """Print keys, first frames and the help."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{'':<36}{'median ms':>9}{'p95':>9}{'worst':>9}{'ratio':>9}    reach")
    with tempfile.TemporaryDirectory() as home:
        files = {LARGE: large_network(home)}
        for network, columns, rows, reach in KEYS:
            there, back = key_times(files.get(network, network), columns, rows, home, 8 * rounds)
            base = statistics.median(there[0])
            row(f"→ smallest app {columns}×{rows}", there[0], base)
            row(f"→ {network} {columns}×{rows}, p95", there[1], base, reach, tail=True)
            row(f"← {network} {columns}×{rows}, p95", back[1], statistics.median(back[0]), tail=True)
        frames = first_frames(home, rounds)
        base = statistics.median(frames["smallest app"])
        for name, times in frames.items():
            row(f"first frame {name} 120×40", times, base, 1.7 if name == "nablastep" else None)
        typer, shown = help_times(home, rounds)
        row("import typer", typer, statistics.median(typer))
        row("run --help", shown, statistics.median(typer), 1.4)


if __name__ == "__main__":
    main()
