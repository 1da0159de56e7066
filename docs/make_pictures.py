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

from nablastep_tui.recording.virtual_time import pin_environment

pin_environment()
os.environ["NABLASTEP_CONFIG"] = tempfile.mkdtemp(prefix="nablastep-pictures-")

import nablastep as ns  # noqa: E402 - the environment has to be pinned before Textual is imported
from nablastep_tui.app import NablastepApp  # noqa: E402
from nablastep_tui.recording.capture import Capture, run_captured  # noqa: E402
from nablastep_tui.recording.svg import still  # noqa: E402
from nablastep_tui.recording.writing import write_atomically  # noqa: E402

SIZES = ((80, 24), (120, 40), (200, 55))
THEMES = ("dark", "light")


@dataclass(frozen=True)
class Picture:
    """A screen: its network, and the keys that lead there."""

    name: str
    network: str
    keys: tuple[str, ...]


PICTURES = (
    Picture("first-run", "mazur", ()),
    Picture("forward", "mazur", ("right",)),
    Picture("error", "mazur", ("right",) * 5),
    Picture("stage", "mazur", (*("right",) * 8, "j")),
    Picture("update", "mazur", ("end",)),
    Picture("second-iteration", "mazur", ("slash", "i", "4", "0", "enter", "right")),
    Picture("what-if", "mazur", (*("right",) * 8, "j", "e", "1", ".", "3")),
    Picture("why-jacobian", "mazur", (*("right",) * 7, "w", "2", "down", "down", "down", "down")),
    Picture("why-differential", "mazur", (*("right",) * 8, "w", "3", "down", "down", "down")),
    Picture("keys", "mazur", ("question_mark",)),
    Picture("batch", "ng-ex4", ("right",) * 10),
    Picture("softmax", "cs231n-two-layer", ("right",) * 4),
    Picture("large", "digits-mlp", (*("right",) * 12, "m", "m")),
    Picture("adam-state", "xor", ("end",)),
)
README = (("stage", "dark", (120, 40)), ("what-if", "dark", (120, 40)), ("why-jacobian", "dark", (120, 40)),
          ("large", "light", (120, 40)))  # fmt: skip


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


def render(picture: Picture, theme: str, size: tuple[int, int]) -> str:
    """The picture as SVG."""
    recording = run_captured(
        lambda: NablastepApp(ns.open(picture.network), theme=theme, still=True), size, presses(picture.keys)
    )
    return still(recording.snapshots[-1].grid, title=f"nablastep: {picture.name}")


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
        write_atomically(path, render(by_name[name], theme, size))
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
