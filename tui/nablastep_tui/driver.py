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
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver

HUNG_UP = 128 + 1  # SIGHUP, as shells count
_WAIT = 0.1


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


def sturdy_driver(base: type[Driver]) -> type[Driver]:
    """The driver for Unix terminals with its ends mended; any other driver as it is."""
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:  # no Unix
        return base
    if not issubclass(base, LinuxDriver):
        return base

    class SturdyDriver(base):  # type: ignore[misc, valid-type]
        """A driver that knows whether it holds the terminal."""

        def __init__(self, app: App[Any], **settings: Any) -> None:
            self._is_on = False
            super().__init__(app, **settings)
            self._file: Any = _Screen(self._file)

        def start_application_mode(self) -> None:
            super().start_application_mode()
            self._is_on = True

        def stop_application_mode(self) -> None:
            if self._is_on:
                self._is_on = False
                super().stop_application_mode()

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
            """Take the terminal again. SIGSTOP gave no chance to give it back before, so that is done now."""
            if not self._auto_restart or self._app._exit:
                return
            if self._is_on:
                self.suspend_application_mode()
            self.resume_application_mode()
            self._app.refresh(layout=True)

        # keys

        def run_input_thread(self) -> None:
            """Turn bytes into events until the app leaves or the terminal is gone, whatever the bytes are."""
            decoder, parser = getincrementaldecoder("utf-8")("replace"), XTermParser(self._debug)
            with selectors.SelectSelector() as selector:
                selector.register(self.fileno, selectors.EVENT_READ)
                while not self.exit_event.is_set():
                    data = self._read() if selector.select(_WAIT) else None
                    if data == b"":
                        self._hang_up()
                        return
                    text = decoder.decode(data) if data else ""
                    try:
                        for event in (*(parser.feed(text) if text else ()), *parser.tick()):
                            self.process_message(event)
                    except Exception:  # a sequence that no terminal should send; the parser is of no use after it
                        parser = XTermParser(self._debug)

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

    return SturdyDriver
