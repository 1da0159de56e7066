"""Pictures of the app, made by the app: every screen at three sizes in two themes, as SVG without a network.

    python docs/make_pictures.py                 the README's pictures, into docs/pictures
    python docs/make_pictures.py --all FOLDER    all of them

The same bytes every time: the app runs in virtual time with a pinned environment.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from nablastep_tui.studio.virtual_time import pin_environment

pin_environment()
os.environ["NABLASTEP_CONFIG"] = tempfile.mkdtemp(prefix="nablastep-pictures-")

import nablastep as ns  # noqa: E402 - the environment has to be pinned before Textual is imported
from nablastep.demo.opening import demo_names, open_demo  # noqa: E402
from nablastep.demo.player import Player  # noqa: E402
from nablastep_tui.app import NablastepApp  # noqa: E402
from nablastep_tui.recording.model import Grid  # noqa: E402
from nablastep_tui.recording.svg import still  # noqa: E402
from nablastep_tui.recording.writing import write_export  # noqa: E402
from nablastep_tui.screens.demo import Playing  # noqa: E402
from nablastep_tui.studio.capture import Capture, run_captured  # noqa: E402
from nablastep_tui.studio.demo_app import DemoApp  # noqa: E402

SIZES = ((80, 24), (120, 40), (200, 55))
THEMES = ("dark", "light")


@dataclass(frozen=True)
class Picture:
    """A screen: its network, or the demo that plays there, and the keys that lead to it."""

    name: str
    source: str
    keys: tuple[str, ...]


PICTURES = (
    Picture("first-run", "mazur", ()),
    Picture("forward", "mazur", ("right",)),
    Picture("error", "mazur", ("right",) * 5),
    Picture("stage", "mazur", (*("right",) * 8, "j")),
    Picture("update", "mazur", ("end",)),
    Picture("second-iteration", "mazur", ("slash", "i", "4", "0", "enter", "right")),
    Picture("what-if", "mazur", (*("right",) * 8, "j", "e", "1", ".", "3")),
    Picture("what-if-refused", "mazur", (*("right",) * 8, "e", "0", ".", "5", ".", "2")),
    Picture("why-index", "mazur", (*("right",) * 8, "w", "1", "down", "down", "down")),
    Picture("why-jacobian", "mazur", (*("right",) * 7, "w", "2", "down", "down", "down", "down")),
    Picture("why-differential", "mazur", (*("right",) * 8, "w", "3", "down", "down", "down")),
    Picture("why-softmax", "mazur", (*("right",) * 7, "w", "2", "s", "down", "down", "down", "down")),
    Picture("wrong-but-fits", "square", ("slash", "d", "a", "1", "enter", "w", "f", "t")),
    Picture("your-turn", "skinny", ("right", "a", *"a0", "enter")),
    Picture("keys", "mazur", ("question_mark",)),
    Picture("go-to", "mazur", (*("right",) * 3, "slash", *"E<0.1")),
    Picture("loss", "mazur", ("slash", "i", "4", "0", "enter", "t")),
    Picture(
        "branches",
        "mazur",
        ("slash", *"i9", "enter", "slash", *"i3", "enter", "e", *"0.9", "enter", "slash", *"i7", "enter", "b"),
    ),
    Picture("row-convention", "mazur", (*("right",) * 8, "n", "n")),
    Picture("partial-notation", "mazur", (*("right",) * 8, *("N",) * 5)),
    Picture("diverged", "skinny", ("equals_sign", *"1e200", "enter", "slash", *"i4", "enter", "right")),
    Picture("batch", "ng-ex4", ("right",) * 10),
    Picture("softmax", "cs231n-two-layer", ("right",) * 4),
    Picture("cross-entropy", "cs231n-two-layer", ("right",) * 5),
    Picture("deep", "deep", (*("right",) * 9,)),
    Picture("skip", "residual", ("slash", *"dx", "enter")),
    Picture("shared", "rnn", ("slash", *"dU", "enter")),
    Picture("branches-of-a-graph", "attention", ("slash", *"dS", "enter")),
    Picture("gates", "lstm-cell", ("slash", *"df", "enter")),
    Picture("folds", "two-heads", ("slash", *"dA2", "enter")),
    Picture("patches", "convolution", ("slash", *"dK", "enter")),
    Picture("large", "digits-mlp", (*("right",) * 12, "m", "m")),
    Picture("large-forward", "digits-mlp", ("right", "m")),
    Picture("adam-state", "xor", ("end",)),
    Picture("attention", "attention", ("right",) * 14),
    Picture("shared", "rnn", ("right",) * 14),
    Picture("demo", "why-transpose", ("space", *("right",) * 4)),
    Picture("demo-why", "why-hadamard", ("space", *("right",) * 5)),
)
README = (("stage", "dark", (120, 40)), ("what-if", "dark", (120, 40)), ("why-jacobian", "dark", (120, 40)),
          ("large", "light", (120, 40)), ("attention", "dark", (200, 55)))  # fmt: skip


def presses(keys: tuple[str, ...]) -> Callable[[NablastepApp, Capture], Awaitable[None]]:
    """A script that presses the keys and takes the picture."""

    async def script(app: NablastepApp, capture: Capture) -> None:
        await capture.sleep(0.2)
        for key in keys:
            app.simulate_key(key)
            await capture.sleep(0.1)
        await capture.sleep(0.5)
        capture.snapshot("picture")

    return script


def deep_network() -> ns.Network:
    """Six layers: a map that scrolls."""
    layers = [{"units": units, "activation": "tanh"} for units in (3, 3, 4, 3, 3, 1)]
    return ns.Network(layers, [[0.5, -1.0]], [[1.0]], loss="half_squared_error", seed=1, title="Six layers")


def app_for(source: str, theme: str) -> NablastepApp:
    """The app with that network or demo in it."""
    if source in demo_names():
        opened = open_demo(source)
        return DemoApp(opened, Player(opened.new_session(), opened.demo), Playing(), theme=theme, still=True)
    return NablastepApp(ns.open(deep_network() if source == "deep" else source), theme=theme, still=True)


def capture(picture: Picture, theme: str, size: tuple[int, int]) -> Grid:
    """The screen that the keys lead to."""
    recording = run_captured(lambda: app_for(picture.source, theme), size, presses(picture.keys))
    return recording.snapshots[-1].grid


def main() -> int:
    """Write the pictures and say where."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--all", metavar="FOLDER", help="every screen at three sizes in two themes")
    folder = parser.parse_args().all
    wanted = README if folder is None else tuple((p.name, t, s) for p in PICTURES for t in THEMES for s in SIZES)
    place = Path(folder) if folder else Path(__file__).parent / "pictures"
    place.mkdir(parents=True, exist_ok=True)
    by_name = {picture.name: picture for picture in PICTURES}
    for name, theme, size in wanted:
        path = place / f"{name}-{theme}-{size[0]}x{size[1]}.svg"
        write_export(path, still(capture(by_name[name], theme, size), title=f"nablastep: {name}"))
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
