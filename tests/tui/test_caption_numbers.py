"""Every decimal number in a caption of a shipped demo stands on the stage beside it, or is worked out here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from nablastep.demo.language import Say
from nablastep.demo.opening import demo_names, open_demo
from nablastep.demo.player import Player
from nablastep.session import Session
from nablastep_tui.scene.captions import DEFAULT_SIZE, caption_pages
from nablastep_tui.screens.demo import Playing
from nablastep_tui.studio.demo_app import DemoApp

DECIMAL = re.compile(r"(?<![\d.])\d+\.\d+(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

ENOUGH_FIGURES = 4
"""What is shown with fewer places than a caption gives must have so many figures to count as that number."""


def length(name: str) -> Callable[[Session], float]:
    """The length of a gradient, which may be known at the end of the iteration only."""

    def worked_out(session: Session) -> float:
        whole = Session(session.network)
        whole.goto("end")
        return float(np.linalg.norm(whole[name]))

    return worked_out


def largest(name: str) -> Callable[[Session], float]:
    return lambda session: float(np.abs(session[name]).max())


def changed(name: str) -> Callable[[Session], float]:
    """The largest change of a parameter since the beginning."""
    return lambda session: float(np.abs(session[name] - session.timeline.start(1)[name]).max())


def early(session: Session) -> float:
    """By how much the gradients of the hidden layer are off where weights move too early."""
    names = ("W0", "b0")
    right = open_demo("forward-backward").new_session()
    right.goto("end")
    return max(float(np.abs(session[f"grad_{name}"] - right[f"grad_{name}"]).max()) for name in names)


WORKED_OUT: dict[str, dict[str, Callable[[Session], float]]] = {
    "forward-backward": {
        "0.0554": lambda session: session["W1"][0, 0] * session["grad_z2"][0, 0],
        "0.0190": lambda session: session["W1"][1, 0] * session["grad_z2"][1, 0],
    },
    "why-transpose": {"0.1606": lambda session: (session["W1"] @ session["grad_z2"])[0, 0]},
    "why-hadamard": {
        "0.0955": lambda session: session["grad_a2"][0, 0] * session["a2"][0, 0] * (1 - session["a2"][0, 0])
    },
    "vanishing-gradient": {
        "0.004": largest("grad_z4"),
        "0.0008": largest("grad_z3"),
        "0.00009": largest("grad_z2"),
        "0.0004": changed("W0"),
    },
    "dead-relu": {"0.7": lambda session: session["W0"][1, 1], "0.57": lambda session: session["W0"][1, 0]},
    "the-published-number-is-wrong": {"0.0015": early},
    "shared-weights": {
        "0.384": length("grad_z3"),
        "0.231": length("grad_z2"),
        "0.130": length("grad_z1"),
        "0.01349": lambda session: (session["grad_z2"] @ session["h1"].T)[0, 0],
        "0.06835": lambda session: (session["grad_z3"] @ session["h2"].T)[0, 0],
    },
    "skip-connection": {"0.0594": lambda session: (session["W"].T @ session["grad_z"])[0, 0]},
}
"""Numbers that the stage does not spell out at their caption, and how they come from what it shows."""

BEFORE = {"forward-backward": {"0.298371"}, "vanishing-gradient": {"0.11"}}
"""Numbers of which a caption reminds: they stood on an earlier stage."""

AFTER = {"the-published-number-is-wrong": {"0.291027924", "0.291027774"}}
"""Numbers that a caption announces: they stand on a later stage."""


def decimals(text: str) -> list[Decimal]:
    return [Decimal(found.replace("×10", "e").translate(SUPERSCRIPTS)) for found in DECIMAL.findall(text)]


def places(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def is_shown(number: Decimal, shown: list[Decimal]) -> bool:
    """Whether one of these is the number, rounded to the places of whichever has fewer; its sign is in the words."""
    return any(
        abs(number - each) <= Decimal(1).scaleb(-min(places(number), places(each))) / 2
        and (places(each) >= places(number) or len(each.as_tuple().digits) >= ENOUGH_FIGURES)
        for each in shown
    )


async def stages(name: str) -> AsyncIterator[tuple[str, Session, list[Decimal]]]:
    """At each caption: its text, the session, and the decimals that stand beside it."""
    opened = open_demo(name)
    size = opened.demo.header.size or DEFAULT_SIZE
    app = DemoApp(opened, Player(opened.new_session(), opened.demo), Playing())
    async with app.run_test(size=size) as pilot:
        await pilot.press("space")
        for _ in (each for each in opened.demo.statements if isinstance(each, Say)):
            await pilot.press("right")
            caption = app.demo.player.view.caption
            own = [line for page in caption_pages(caption, size[0]) for line in page if line]
            strips = app.screen._compositor.render_strips()
            rows = ["".join(segment.text for segment in strip) for strip in strips]
            yield caption, app.session, decimals("\n".join(r for r in rows if not any(line in r for line in own)))


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))


@pytest.mark.parametrize("name", demo_names())
async def test_numbers_in_captions_stand_on_the_stage(name: str) -> None:
    worked_out, before, after = WORKED_OUT.get(name, {}), BEFORE.get(name, set()), set(AFTER.get(name, set()))
    used, seen, unseen = set(), [], []
    async for caption, session, shown in stages(name):
        after -= {text for text in after & used if is_shown(Decimal(text), shown)}
        for text in DECIMAL.findall(caption):
            number = Decimal(text)
            if is_shown(number, shown):
                continue
            used.add(text)
            if text in worked_out:
                found = Decimal(abs(float(worked_out[text](session))))
                if round(found, places(number)) != number:
                    unseen.append(f"{text} is {found:.6g}: {caption}")
            elif text not in after and not (text in before and is_shown(number, seen)):
                unseen.append(f"{text}: {caption}")
        seen += shown
    assert unseen == []
    assert not after, "announced and never shown"
    assert used == {*worked_out, *before, *AFTER.get(name, set())}


def test_a_number_is_shown_where_it_is_there_to_its_places() -> None:
    shown = decimals("⎡ −0.0495   0.2317 ⎤  0.050  3.51×10⁻⁵  0.00")
    assert all(is_shown(Decimal(text), shown) for text in ("0.0495", "0.05", "0.23", "0.000035", "0.23172"))
    assert not any(is_shown(Decimal(text), shown) for text in ("0.0174", "0.0496", "0.004", "0.24"))
