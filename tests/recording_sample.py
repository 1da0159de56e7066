"""A small Textual app, a script for it, and the recording they give, for the tests of the recording machinery.

Run as a program it prints the SHA-256 of every export, in a pinned environment.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from typing import ClassVar

from nablastep_tui.studio.virtual_time import pin_environment

if __name__ == "__main__":
    pin_environment()

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Footer, Input, ProgressBar, Static

from nablastep_tui.recording.model import Recording
from nablastep_tui.studio.capture import Capture, run_captured

SIZE = (64, 16)

MATRIX = "⎡ 0.10 0.20 ⎤ ∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ\n⎢ 0.30 0.40 ⎥ ⣿⣧ ▁▃▅█ ░▓\n⎣ 0.50 0.60 ⎦ x[0,1] & <y> ŷ 日本"


class SampleApp(App[None]):
    """Borders, brackets, styles, a wide character, and an animation at each step."""

    TITLE = "Sample"
    BINDINGS: ClassVar = [("n", "next", "Next")]
    CSS = """
    #matrix { border: round green; height: 5; }
    #styles { border: heavy blue; height: 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0

    def compose(self) -> ComposeResult:
        yield Static("step 0", id="step", markup=False)
        yield Static(MATRIX, id="matrix", markup=False)
        styled = (("bold", "bold"), " ", ("under", "underline"), " ", ("turned", "reverse"), " ", ("gone", "strike"))
        yield Static(Content.assemble(*styled), id="styles")
        yield ProgressBar(total=4, show_eta=False)
        yield Input(value="0.5")
        yield Footer()

    def action_next(self) -> None:
        self.steps += 1
        self.query_one("#step", Static).update(f"step {self.steps}")
        self.query_one(ProgressBar).advance(1)
        self.query_one("#styles").styles.animate("opacity", value=0.3 if self.steps % 2 else 1.0, duration=0.3)


def strips(app: App[None]) -> list[str]:
    """What the app itself holds to be on screen."""
    return [strip.text for strip in app.screen._compositor.render_strips(app.screen.size)]


async def script(app: App[None], capture: Capture) -> None:
    """Two chapters, two captions, a key, a snapshot: 5.5 s."""
    app.set_focus(None)
    await capture.sleep(1)
    capture.marker("Forward")
    capture.caption("One sample, W0[0,1].\nEvery number is computed.")
    app.simulate_key("n")
    await capture.sleep(1.5)
    capture.snapshot("after the edit")
    capture.marker("Backward")
    capture.caption("Second & last: a --> b")
    app.simulate_key("n")
    await capture.sleep(3)


@cache
def sample_recording() -> Recording:
    """The script's recording; made once in each process."""
    return run_captured(SampleApp, SIZE, script)


def digests(recording: Recording) -> dict[str, str]:
    """SHA-256 of each export."""
    from nablastep_tui.recording import cast, fonts, frames, gif, svg, vtt

    exports: dict[str, str | bytes] = {
        "cast": cast.asciicast(recording),
        "svg": svg.animation(recording),
        "gif": gif.animated_gif(recording, fonts.find_font()),
        "vtt": vtt.webvtt(recording),
        "frames": repr(frames.frame_files(recording)),
    }
    return {
        name: hashlib.sha256(made.encode() if isinstance(made, str) else made).hexdigest()
        for name, made in exports.items()
    }


if __name__ == "__main__":
    for kind, digest in digests(sample_recording()).items():
        sys.stdout.write(f"{kind} {digest}\n")
