"""Random keys, clicks, pastes and sizes on every screen of the app: whatever is pressed, it is alive afterwards.

`python tests/random_keys.py [KEYS] [FIRST_SEED]` presses 100,000 keys over the networks in `SOURCES`, in runs of some
thousand, each from the next seed, and says how much memory each run left; it fails if a fault was found or if memory
grows from run to run. The suite does a short run of each network; see `test_random_keys.py`. That the terminal is
given back is what `test_terminal.py` looks at, after as many keys in a real one.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from textual import events
from textual.pilot import Pilot

import nablastep as ns
from nablastep_tui.app import NablastepApp
from nablastep_tui.keys import STAGE_KEYS
from nablastep_tui.studio.studio import Studio

SOURCES = ("mazur", "xor", "digits-mlp", "rnn", "attention", "convolution")
SIZES = ((80, 24), (120, 40), (200, 55), (60, 16), (70, 50), (180, 20), (40, 10), (1, 1))
LETTERS = "0123456789.-+eE<>/iWbaz∇⁽¹⁾²③٣ ()@⊙⊗*=~nouser"
PLACES = ("i40", "i1", "E<0.1", "E<1e-300", "dW1", "8", "i3000", "²", "9" * 300, "~nouser/x", "/", "i999999999")
NAMED = ("left", "right", "up", "down", "home", "end", "pageup", "pagedown", "tab", "escape", "enter", "backspace",
         "space", "delete", "shift+right", "shift+left", "shift+up", "shift+down", "ctrl+r", "ctrl+u", "f1", "f2",
         "ctrl+p", "ctrl+c")  # fmt: skip
A_RUN = 5_000
LARGEST_GROWTH = 64.0
"""Megabytes by which memory may be larger after the last runs than after the first: what a process caches at most."""
ROUND = 50
"""Keys between two rests, in which everything under way comes to its end."""


def keys_of_app() -> list[str]:
    """Every key that does something on the stage, on a page or in a demo, the usual ones more often."""
    found = {key for entry in STAGE_KEYS for key in entry.keys.split(",")} | set(
        "0123456789abcdfghjklmnoprstuvwxyzHJKLMNPTRY"
    )
    return sorted(found | set(NAMED)) + ["right"] * 12 + ["left"] * 5 + ["escape"] * 8 + ["enter"] * 6


class Staying(NablastepApp):
    """The app, but leaving it only stops what leaving stops."""

    def exit(self, *_: object, **__: object) -> None:
        self.onlooker.stop()


async def press(app: NablastepApp, dice: random.Random, keys: list[str]) -> None:
    """One key, or now and then something else that a user may do."""
    if dice.random() < 0.1:
        app.stage.ahead.now()  # in a terminal the next key's picture is drawn whenever there is time
    chance = dice.random()
    if chance < 0.01:
        await app._post_message(events.Paste(dice.choice((*PLACES, "9" * 5000, "∇W\n\x1b[31m", "a" * 3000))))
    elif chance < 0.03:
        for key in ("slash", *dice.choice(PLACES), "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
    elif chance < 0.1:
        letter = dice.choice(LETTERS)
        app.post_message(events.Key(letter, letter))
    elif chance < 0.101:
        app.start_demo(dice.choice(("why-hadamard", "xor-training", "dead-relu")))
    else:
        key = dice.choice(keys)
        app.post_message(events.Key(key, key if len(key) == 1 else None))


async def one_run(source: str, count: int, seed: int) -> None:
    """Press so many keys; raises the first fault."""
    dice, keys = random.Random(seed), keys_of_app()
    app = Staying(ns.open(source), still=dice.random() < 0.5, theme=dice.choice(("dark", "light", "high-contrast")),
                  glyphs=dice.choice(("unicode", "safe", "ascii")), onlooker=Studio)  # fmt: skip
    async with app.run_test(size=dice.choice(SIZES[:6]), notifications=True) as pilot:
        await pilot.pause()
        for _ in range(count // ROUND):
            for _ in range(ROUND):
                await press(app, dice, keys)
                for _ in range(dice.choice((0, 1, 1, 3, 20))):
                    await asyncio.sleep(0)
            await come_to_rest(app, pilot, dice)
        assert app.is_running
        assert app.return_code is None


async def come_to_rest(app: NablastepApp, pilot: Pilot[None], dice: random.Random) -> None:
    """Now and then another size, a click and what is on screen drawn; a fault is raised, whoever has caught it."""
    app.stage.act("program.leave")
    if dice.random() < 0.5:
        await pilot.resize_terminal(*dice.choice(SIZES))
        await asyncio.sleep(0.01)
    if dice.random() < 0.5 and min(app.size) > 20:
        await pilot.click(offset=(dice.randrange(app.size.width), dice.randrange(app.size.height)))
    app.screen._compositor.render_strips()
    if app.faults:
        raise app.faults[0]
    assert app._exception is None


def memory() -> float:
    """Megabytes that the process holds now; 0 where the system does not say."""
    gc.unfreeze()  # an app freezes what its start has made: here it is over
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def grown(held: list[float]) -> float:
    """Megabytes by which the runs of the last third hold more than those of the second; the first ones fill caches."""
    third = len(held) // 3
    return max(held[-third:]) - max(held[third:-third]) if third > 1 else 0.0


def main(count: int, first_seed: int) -> int:
    """All runs; the exit code says whether a fault was found or memory grew."""
    found, done, number = 0, 0, 0
    held: list[float] = []
    while done < count:
        seed = first_seed + number
        source = SOURCES[seed % len(SOURCES)]
        keys = min(A_RUN, count - done)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            os.environ["NABLASTEP_CONFIG"] = folder
            os.chdir(folder)
            try:
                asyncio.run(one_run(source, keys, seed))
            except BaseException as fault:
                if isinstance(fault, KeyboardInterrupt):
                    raise
                found += 1
                traceback.print_exc()
            os.chdir("/")
        done, number = done + keys, number + 1
        seconds = time.monotonic() - began
        held.append(memory())
        said = f"{done:>7} keys  {source:<11} seed {seed}  {seconds:5.1f} s  {held[-1]:6.1f} MB  {found} faults"
        print(said, flush=True)
    print(f"memory grew by {grown(held):.1f} MB, {LARGEST_GROWTH:.0f} are allowed")
    return 1 if found or grown(held) > LARGEST_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1000))
