"""How fast the app is on the screen, as ratios against the smallest Textual app in the same run. Unix only.

    python tests/benchmarks/screen.py

Both programs run in a pseudo-terminal. The first frame ends when its synchronised update does; a key's frame likewise.
Compiled bytecode is kept in a folder of its own, as an installed package has it.
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
PROGRAMS = {
    "hello": [sys.executable, "-c", HELLO],
    "hello and NumPy": [sys.executable, "-c", "import numpy\n" + HELLO],
    "nablastep": [sys.executable, "-m", "nablastep_tui.cli", "run", "--still"],
}
END_OF_FRAME = b"\x1b[?2026l"
SYNCHRONISES = b"\x1b[?2026;2$y"
IDLE = 0.08


class Program:
    """A program in a terminal of its own, and the moments at which its frames end."""

    def __init__(self, arguments: list[str], columns: int, rows: int, home: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        paths = os.pathsep.join(str(ROOT / part) for part in ("core", "tui", "demos"))
        known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        more = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": paths, "TEXTUAL_FPS": "120",
                "PYTHONPYCACHEPREFIX": f"{home}/bytecode", "XDG_CONFIG_HOME": home}  # fmt: skip
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            arguments, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=known | more
        )
        os.close(slave)

    def next_frame(self, seconds: float = 10) -> float:
        """Wait for the end of a frame; the moment at which it came."""
        seen, deadline = b"", time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            if select.select([self.master], [], [], 0.5)[0]:
                data = os.read(self.master, 1 << 16)
                if b"\x1b[?2026$p" in data:
                    os.write(self.master, SYNCHRONISES)
                seen += data
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


def first_frames(home: str, rounds: int) -> dict[str, list[float]]:
    """Seconds from the start to the first frame, the programs by turns; the first round only fills the caches."""
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for turn in range(rounds + 1):
        for name, arguments in PROGRAMS.items():
            program = Program(arguments, 120, 40, home)
            elapsed = program.next_frame() - program.began
            program.end()
            if turn:
                times[name].append(elapsed)
    return times


def key_times(name: str, columns: int, rows: int, home: str, presses: int) -> list[float]:
    """Seconds to answer a lone key, many times over."""
    program = Program(PROGRAMS[name], columns, rows, home)
    program.next_frame()
    program.settle()
    times = []
    for _ in range(presses):
        times.append(program.press(b"\x1b[C"))
        program.settle()
    program.end()
    return times


def main() -> None:
    """Print first frames, then keys at three sizes."""
    with tempfile.TemporaryDirectory() as home:
        print(f"{'first frame':<24}{'median ms':>10}{'ratio':>8}")
        frames = first_frames(home, int(sys.argv[1]) if len(sys.argv) > 1 else 9)
        base = statistics.median(frames["hello"])
        for name, times in frames.items():
            print(f"{name:<24}{statistics.median(times) * 1e3:>10.0f}{statistics.median(times) / base:>7.2f}×")
        print(f"\n{'key to frame':<24}{'median ms':>10}{'p95 ms':>8}{'median / hello':>16}{'p95 / hello':>13}")
        for columns, rows in ((80, 24), (120, 40), (200, 55)):
            base = statistics.median(key_times("hello", columns, rows, home, 60))
            times = sorted(key_times("nablastep", columns, rows, home, 60))
            median, late = statistics.median(times), times[int(len(times) * 0.95)]
            print(f"{f'{columns}×{rows}':<24}{median * 1e3:>10.1f}{late * 1e3:>8.1f}"
                  f"{median / base:>15.1f}×{late / base:>12.1f}×")  # fmt: skip


if __name__ == "__main__":
    main()
