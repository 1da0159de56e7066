"""A real headless Chromium for tests, spoken to over its own pipe: no driver, no socket, no package.

`Browser` starts it, `Browser.page` opens a file; a test asks in JavaScript, and acts with keys, mouse and touch.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip

# Chromium reads commands on descriptor 3 and answers on 4.
_MOVE = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""

_KEY_CODES = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Escape": 27, "Tab": 9}


class Browser:
    """A Chromium with an empty profile; use it in a `with` statement."""

    def __enter__(self) -> Self:
        assert CHROMIUM is not None
        self._profile = tempfile.mkdtemp(prefix="nablastep-chromium-")
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        moved = [sys.executable, "-c", _MOVE, str(to_browser), str(from_browser)]
        command = [*moved, CHROMIUM, *_OPTIONS, f"--user-data-dir={self._profile}", "about:blank"]
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen(command, pass_fds=(to_browser, from_browser), stdout=silent, stderr=silent)
        os.close(to_browser)
        os.close(from_browser)
        self._received = b""
        self._last = 0
        self.events: list[dict[str, Any]] = []
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.send("Browser.close")
        self._process.wait(20)
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol and its answer; what happens meanwhile is kept in `events`."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                found: dict[str, Any] = answer["result"]
                return found
            self.events.append(answer)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            chunk = os.read(self._read, 1 << 20)
            if not chunk:
                raise RuntimeError("the browser has gone")
            self._received += chunk
        message, _, self._received = self._received.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def page(
        self, address: str, *, width: int = 1000, height: int = 800, dark: bool = False, touch: bool = False
    ) -> Page:
        """A new tab with that address, loaded."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.send(f"{domain}.enable")
        page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        if touch:
            page.send("Emulation.setTouchEmulationEnabled", enabled=True)
        page.media(dark=dark)
        page.open(address)
        return page


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self.session = browser, session

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command to this tab."""
        return self.browser.send(method, self.session, **parameters)

    def open(self, address: str) -> None:
        """Load an address and wait until it is there."""
        self.send("Page.navigate", url=address)
        self.ask("new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', done))")

    def media(self, *, dark: bool = False, still: bool = True, kind: str = "screen") -> None:
        """The colour scheme, whether motion is wanted, and screen or print."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self.send("Emulation.setEmulatedMedia", media=kind, features=features)

    def ask(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "an exception"))
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """A key pressed and let go, and the page at rest again."""
        code = _KEY_CODES.get(key, ord(key[0].upper()))
        parts = {"key": key, "windowsVirtualKeyCode": code} | ({"text": key} if len(key) == 1 else {})
        self.send("Input.dispatchKeyEvent", type="keyDown", **parts)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
        self.rest()

    def click(self, selector: str) -> None:
        """A click of the mouse in the middle of the element."""
        box = self.ask(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        self.rest()

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """One finger from a place to another."""
        points = [{"x": start[0], "y": start[1]}]
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=points)
        self.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": end[0], "y": end[1]}])
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.rest()

    def rest(self) -> None:
        """Wait until what an event led to is drawn."""
        self.ask("new Promise(done => setTimeout(() => requestAnimationFrame(() => done()), 0))")

    def picture(self, path: Path) -> None:
        """A PNG of what is seen."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings in the console, and exceptions."""
        found = []
        for event in self.browser.events:
            if event.get("sessionId") == self.session and event["method"] in {
                "Runtime.exceptionThrown",
                "Log.entryAdded",
            }:
                found.append(json.dumps(event["params"]))
        return found

    @property
    def requests(self) -> list[str]:
        """The addresses that were asked for, but for data that stands in the page."""
        sent = (event for event in self.browser.events if event.get("sessionId") == self.session)
        urls = [event["params"]["request"]["url"] for event in sent if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("data:")]
