"""Drawn text never overwrites drawn text: every step of every network, at every size, in every notation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import nablastep as ns
from nablastep.files.built_in import network_names
from nablastep.notation import notations
from nablastep.optimizer_settings import OPTIMIZER_NAMES
from nablastep.program import UPDATE
from nablastep.transposition import CONVENTIONS
from nablastep_tui.draw.canvas import Canvas, Overprint
from nablastep_tui.look.glyphs import ASCII
from nablastep_tui.scene.scene import Key
from overprinting import SIZES, overprints
from region_scenes import edited, scene

MORE_SIZES = [(60, 16), (80, 34), (100, 30), (120, 24), (140, 44), (170, 50), (260, 70)]
KEYS = tuple(Key(key, f"does {key}") for key in ("→ ←", "w", "e", "h j k l", "/", "space", "?", "q"))


@pytest.fixture(autouse=True)
def _unwatch() -> Iterator[None]:
    yield
    Canvas.watched = None


def steps_of(session: ns.Session) -> Iterator[int]:
    """Every step of the first iteration and the start of the second, the session standing there."""
    for step in range(len(session.program) + 1):
        session.goto(iteration=1, step=step)
        yield step
    session.goto(iteration=2, step=0)
    yield 0


def optimised(optimizer: str, samples: int = 1, **changes: object) -> ns.Network:
    """Three units everywhere: biases that are just too wide for a line of numbers on a small screen."""
    generator = np.random.default_rng(0)
    fields = {
        "layers": [{"units": 3, "activation": "tanh"}, {"units": 3, "activation": "softmax"}],
        "x": generator.normal(size=(samples, 4)),
        "y": np.eye(3)[generator.integers(0, 3, samples)],
        "loss": "categorical_cross_entropy",
        "optimizer": {"name": optimizer, "weight_decay": 0.1},
        **changes,
    }
    return ns.Network(**fields)  # type: ignore[arg-type]


def test_the_canvas_tells_an_overprint() -> None:
    Canvas.watched = seen = list[Overprint]()
    canvas = Canvas(10, 1)
    canvas.horizontal(0, 0, 10, "─", canvas.background)
    canvas.write(1, 0, "ab")  # on a line: allowed
    canvas.write(1, 0, "ab")  # the same again: nothing is lost
    assert seen == []
    canvas.write(2, 0, "c")
    canvas.fill(1, 0, 1, 1, canvas.background)
    assert seen == [Overprint(2, 0, "b", "c"), Overprint(1, 0, "a", " ")]


@pytest.mark.parametrize("source", network_names())
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_text_over_text_at_any_step(source: str, size: tuple[int, int]) -> None:
    session = ns.open(source)
    found = [line for _ in steps_of(session) for line in overprints(scene(session, keys=KEYS), *size)]
    assert found == []


@pytest.mark.parametrize("optimizer", OPTIMIZER_NAMES)
def test_no_text_over_text_in_any_notation(optimizer: str) -> None:
    """Long updates, in every notation and both glyph sets; the other steps are the same with every optimiser."""
    session = ns.open(optimised(optimizer))
    for number in steps_of(session):
        if optimizer != "sgd" and session.program.steps[number - 1].phase != UPDATE:
            continue
        names = [name for name, writer in notations().items() if writer.on_screens]
        for place, name in enumerate(names):
            # Each step in each notation at one size, the next step at the next size.
            size = SIZES[(place + number) % len(SIZES)]
            assert overprints(scene(session, notation=name), *size, regions=("map", "stage")) == [], name
        assert overprints(scene(session, notation="ascii", glyphs=ASCII), 80, 24) == []


@pytest.mark.parametrize("size", MORE_SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_text_over_text_at_other_sizes(size: tuple[int, int]) -> None:
    for source in ("mazur", "cs231n-two-layer", optimised("adam", 5), optimised("momentum")):
        session = ns.open(source)
        for step in steps_of(session):
            if step % 2:
                continue
            shown = scene(session, list(CONVENTIONS)[step // 2 % 4], keys=KEYS)
            assert overprints(shown, *size) == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_text_over_text_while_a_number_is_edited(size: tuple[int, int]) -> None:
    session = ns.open("mazur")
    for step in ("z1", "grad_W1", "W1"):
        session.goto(step)
        for text in ("0.7", "-123456.75", "1e-9", "1e300", "0.5.2"):
            assert overprints(edited(session, "W1", (0, 1), text, keys=KEYS), *size) == []


def test_no_text_over_text_beside_branches_and_a_caption() -> None:
    session = ns.open("xor")
    session.train(30)
    session.goto(iteration=10)
    session.set("W0[0,0]", 2.0)
    session.goto("grad_W1")
    for size in (*SIZES, *MORE_SIZES):
        looks = scene(session, keys=KEYS, caption=("A caption of some length over the loss rows", "more", "3 of 9"))
        assert overprints(looks, *size) == []
