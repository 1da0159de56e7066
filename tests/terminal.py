"""A program in a real pseudo-terminal, and what its screen shows: for end-to-end tests. Unix only."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import pyte

ROOT = Path(__file__).parent.parent
LONGEST_WAIT = 120.0
"""Seconds after which whatever a test waits for counts as never coming."""
MODES = ("1049", "1000", "1003", "1006", "1015", "2004", "1004")
KEYS = {
    "right": "\x1b[C", "left": "\x1b[D", "up": "\x1b[A", "down": "\x1b[B", "home": "\x1b[H", "end": "\x1b[F",
    "enter": "\r", "escape": "\x1b", "pagedown": "\x1b[6~", "pageup": "\x1b[5~", "ctrl+c": "\x03", "tab": "\t",
    "shift+right": "\x1b[1;2C", "shift+left": "\x1b[1;2D", "backspace": "\x7f", "space": " ", "f2": "\x1bOQ",
}  # fmt: skip
_SEQUENCE = re.compile(
    r"\x1b\[[<>=?][0-9;:]*[a-zA-Z]|\x1b\[[0-9;]*\$[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\"
)
"""Sequences that pyte prints instead of obeying; private modes among them are kept in `written`."""


def _begin(ignored: frozenset[signal.Signals]) -> None:
    """In the new process: its own terminal, and signals as they are to be whatever the tests were started with."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)


class Terminal:
    """`with Terminal(["nablastep", "run"], 120, 40) as terminal:` — keys in, text of the screen out."""

    def __init__(
        self,
        arguments: list[str],
        columns: int = 120,
        rows: int = 40,
        *,
        ignored: Iterable[signal.Signals] = (),
        through: Iterable[str] = (),
        **environment: str,
    ) -> None:
        """`ignored` are signals that the program finds ignored, as under nohup; all others are as in a fresh shell.

        `through` is a command that starts the program, whose command line is added to it.
        """
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.written = ""
        self._pending = ""
        self._master, slave = os.openpty()
        self._size(columns, rows)
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        paths = os.pathsep.join(str(ROOT / root) for root in ("core", "tui", "demos"))
        known = {
            name: value
            for name, value in os.environ.items()
            if name not in {"NO_COLOR", "FORCE_COLOR", "TEXTUAL_THEME", "COLUMNS", "LINES"}
        }
        modern = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            [*through, sys.executable, "-m", "nablastep_tui.cli.main", *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: _begin(frozenset(ignored)),
            env=known | modern | {"PYTHONPATH": paths} | environment,
        )  # fmt: skip

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """The window is closed."""
        for side in (self._master, self._slave):
            if side >= 0:
                os.close(side)
        self._master = self._slave = -1

    @property
    def text(self) -> str:
        """The screen as it is, line by line."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, text: str, seconds: float = LONGEST_WAIT) -> str:
        """Read until the text stands on the screen; fails with the screen in the message."""
        return self._wait(lambda: text in self.text, f"{text!r} to appear", seconds)

    def wait_until_gone(self, text: str, seconds: float = LONGEST_WAIT) -> str:
        """Read until the text stands on the screen no more."""
        return self._wait(lambda: text not in self.text, f"{text!r} to go", seconds)

    def settle(self) -> None:
        """Read until nothing has come for a moment."""
        deadline = time.monotonic() + LONGEST_WAIT
        while self._read(0.1):
            assert time.monotonic() < deadline, f"the program draws without end:\n{self.text}"

    def press(self, *keys: str) -> None:
        """Send keys by name, or characters as they are."""
        self.send("".join(KEYS.get(key, key) for key in keys).encode())

    def send(self, data: bytes) -> None:
        """Send raw bytes, such as a mouse report; what the program writes meanwhile is read."""
        deadline = time.monotonic() + LONGEST_WAIT
        while data:
            assert time.monotonic() < deadline, f"the program reads no keys:\n{self.text}"
            if select.select([], [self._master], [], 0.05)[1]:
                data = data[os.write(self._master, data[:512]) :]
            self._read(0)

    def wait_until_stopped(self, seconds: float = LONGEST_WAIT) -> None:
        """Read until the program sleeps by a signal."""
        deadline = time.monotonic() + seconds
        while os.waitpid(self.process.pid, os.WNOHANG | os.WUNTRACED)[0] == 0:
            assert time.monotonic() < deadline, f"the program did not stop:\n{self.text}"
            self._read(0.05)

    def forget_screen(self) -> None:
        """Another program has drawn over everything."""
        self.settle()
        self.screen.reset()

    def resize(self, columns: int, rows: int) -> None:
        """The window becomes another size."""
        self._size(columns, rows)
        self.screen.resize(rows, columns)
        os.kill(self.process.pid, signal.SIGWINCH)

    def wait_for_exit(self, seconds: float = LONGEST_WAIT) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        assert self.process.poll() is not None, f"the program did not end:\n{self.text}"
        while self._read(0.05):
            pass
        return int(self.process.returncode)

    def restored(self) -> bool:
        """Whether modes are as before: line discipline, alternate screen, cursor, mouse, focus, paste, keys."""
        on = {mode: self.written.rfind(f"\x1b[?{mode}h") for mode in MODES}
        off = {mode: self.written.rfind(f"\x1b[?{mode}l") for mode in on}
        has_cursor = self.written.rfind("\x1b[?25h") >= self.written.rfind("\x1b[?25l")
        keys_pushed = len(re.findall(r"\x1b\[>[0-9]+u", self.written)) - self.written.count("\x1b[<u")
        is_quiet = has_cursor and not keys_pushed and all(off[mode] >= on[mode] for mode in on)
        return is_quiet and termios.tcgetattr(self._slave) == self.before

    def _wait(self, holds: object, what: str, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while not holds():  # type: ignore[operator]
            assert time.monotonic() < deadline, f"waited for {what}:\n{self.text}"
            self._read(0.05)
            if self.process.poll() is not None and not self._read(0.05) and not holds():  # type: ignore[operator]
                raise AssertionError(f"the program ended before {what}:\n{self.text}")
        return self.text

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        text = self._decoder.decode(data)
        self.written += text
        self._feed(text)
        return bool(data)

    def _feed(self, text: str) -> None:
        text, self._pending = self._pending + text, ""
        cut = text.rfind("\x1b")
        if (
            cut >= 0
            and len(text) - cut < 64
            and not re.match(r"\x1b(\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|[78=>cDEHM])", text[cut:])
        ):
            text, self._pending = text[:cut], text[cut:]
        self._stream.feed(_SEQUENCE.sub("", text))

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
