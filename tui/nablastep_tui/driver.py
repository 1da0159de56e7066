"""The terminal as the app holds it: given back whole however the app is stopped, continued, signalled or cut off.

Mends what Textual's driver for Unix terminals leaves open; knows nothing of what is shown. Other drivers stay as they
are.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
from codecs import getincrementaldecoder
from threading import Event, Thread
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver

HUNG_UP = 128 + 1  # SIGHUP, as shells count
_WAIT = 0.1
_KEYS_AS_BEFORE = "\x1b[<u"
"""Takes back what was asked of the keyboard. https://sw.kovidgoyal.net/kitty/keyboard-protocol/"""


class _Screen:
    """The stream that is drawn on. Once the terminal is gone, what is written goes nowhere.

    A writer that died of it would keep everybody waiting who has something to write.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)

    def fileno(self) -> int:
        return int(self._stream.fileno())

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _sleep_in_background(terminal: int) -> None:
    """Sleep until the shell gives this program the terminal, as `fg` does. Nothing can be shown before."""
    with contextlib.suppress(OSError):  # no shell that hands a terminal about
        while os.tcgetpgrp(terminal) != os.getpgrp():
            os.kill(os.getpid(), signal.SIGSTOP)


class _Sturdy(Driver):
    """What the driver for Unix terminals becomes: one that knows whether it holds the terminal."""

    # what it is mixed into has these, and does the rest
    fileno: int
    exit_event: Event
    attrs_before: Any
    _key_thread: Thread | None

    def __init__(self, app: App[Any], **settings: Any) -> None:
        self._is_on = False
        super().__init__(app, **settings)
        self._file: Any = _Screen(self._file)
        self._decoder, self._parser = getincrementaldecoder("utf-8")("replace"), XTermParser(self._debug)

    def start_application_mode(self) -> None:
        _sleep_in_background(self.fileno)
        super().start_application_mode()  # type: ignore[safe-super]
        self._is_on = True

    def stop_application_mode(self) -> None:
        if self._is_on:
            self._is_on = False
            super().stop_application_mode()  # type: ignore[safe-super]

    # stopped and continued: a handler may interrupt anything, also a write, so the loop does the work

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the terminal has been given back
            self._loop.call_soon_threadsafe(self._continue)

    def _stop(self) -> None:
        """Give the terminal back before sleeping."""
        if self._auto_restart and self._is_on:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self) -> None:
        """Take the terminal again, whatever others made of it meanwhile."""
        if not self._auto_restart or self._app._exit:
            return
        if self._is_on:
            self._take_again()
        else:
            self.resume_application_mode()
        self._app.refresh(layout=True)

    def _take_again(self) -> None:
        """SIGSTOP gave no chance to give the terminal back. What was typed since is kept."""
        _sleep_in_background(self.fileno)
        before = self.attrs_before
        self._stop_reading()
        self.write(_KEYS_AS_BEFORE)
        self.close()
        self.start_application_mode()
        self.attrs_before = before

    # keys

    def _stop_reading(self) -> None:
        self.exit_event.set()
        if self._key_thread is not None:
            self._key_thread.join()
        self.exit_event.clear()

    def run_input_thread(self) -> None:
        """Turn bytes into events until the app leaves or the terminal is gone, whatever the bytes are."""
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                data = self._read() if selector.select(_WAIT) else None
                if data == b"":
                    self._hang_up()
                    return
                text = self._decoder.decode(data) if data else ""
                try:
                    for event in (*(self._parser.feed(text) if text else ()), *self._parser.tick()):
                        self.process_message(event)
                except Exception:  # a sequence that no terminal should send; the parser is of no use after it
                    self._parser = XTermParser(self._debug)

    def _read(self) -> bytes | None:
        """What has come; nothing at all if the terminal is gone."""
        try:
            return os.read(self.fileno, 4096)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _hang_up(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._app.exit, None, HUNG_UP)


def sturdy_driver(base: type[Driver]) -> type[Driver]:
    """The driver for Unix terminals with its ends mended; any other driver as it is."""
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:  # no Unix
        return base
    return type("SturdyDriver", (_Sturdy, base), {}) if issubclass(base, LinuxDriver) else base
