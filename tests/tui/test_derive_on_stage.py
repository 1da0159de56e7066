"""derive in the app: the palette asks for an expression and by what, and puts it on the stage as `--open` does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.on_stage import edit_of, prompt_of
from textual.pilot import Pilot

import nablastep as ns
from nablastep.errors import NablastepError
from nablastep_tui.app import NablastepApp
from nablastep_tui.scene.derived import question_of

RIDGE = "sum((X w - y)^2) + lambda sum(w^2)"


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open("mazur"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


async def typed(pilot: Pilot[None], text: str) -> None:
    """The line, key by key, and enter."""
    names = {" ": "space", "(": "left_parenthesis", ")": "right_parenthesis", "^": "circumflex_accent", "-": "minus",
             "+": "plus", "=": "equals_sign", ",": "comma", '"': "quotation_mark", "_": "underscore"}  # fmt: skip
    await pilot.press(*(names.get(character, character) for character in text), "enter")
    await pilot.pause()


def screen_text(app: NablastepApp) -> str:
    return "\n".join("".join(s.text for s in strip).rstrip() for strip in app.screen._compositor.render_strips())


async def test_the_palette_asks_for_an_expression_and_puts_it_on_the_stage() -> None:
    async with running() as (app, pilot):
        await pilot.press("colon")
        await pilot.pause()
        await pilot.press(*"derive")
        for _ in range(20):
            await pilot.pause(0.05)
            if "derive …" in screen_text(app):
                break
        await pilot.press("enter")
        await pilot.pause()
        assert prompt_of(app.stage) is not None
        assert prompt_of(app.stage).label == "derive"
        await typed(pilot, RIDGE)
        assert prompt_of(app.stage).label == "by"
        assert prompt_of(app.stage).text == "X, w, y, lambda"
        await typed(pilot, "w")
        assert prompt_of(app.stage) is None
        assert app.session.network.title == RIDGE
        assert [symbol.id for symbol in app.session.program.parameters] == ["w"]
        await pilot.press(*["right"] * app.session.program.step("grad_w").number)
        X, w, y, factor = (np.asarray(app.session.values[name]) for name in ("X", "w", "y", "lambda"))
        gradient = 2 * X.T @ (X @ w - y) + 2 * factor * w
        assert np.allclose(app.session["grad_w"], gradient)
        assert "∇w" in screen_text(app)
        assert "f rises by" in " ".join(screen_text(app).split()) or "f falls by" in " ".join(screen_text(app).split())


async def test_what_cannot_be_read_keeps_the_line_open_with_the_reason() -> None:
    async with running() as (app, pilot):
        app.stage.act("ask.derive")
        await typed(pilot, "A x")
        assert prompt_of(app.stage) is not None
        assert "follows a number backward" in prompt_of(app.stage).problem
        await pilot.press("space")
        await typed(pilot, '--seed G --by x --shape "A=2x3"')
        assert prompt_of(app.stage) is None
        assert app.session.network.given["A"].shape == (2, 3)
        await pilot.press("e")
        assert edit_of(app.stage) is not None


@pytest.mark.parametrize(
    ("line", "by", "numbers"),
    [
        ("sum(x)", (), ()),
        (f'"{RIDGE}" --by w', ("w",), ()),
        ("x^T A x --by=x,A --let x=[1,2]", ("x", "A"), ("x",)),
        ("-sum(y * ln(softmax(z))) --by z --by y", ("z", "y"), ()),
    ],
)
def test_a_line_says_what_the_command_line_says(line: str, by: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    question = question_of(line)
    assert question.by == by
    assert tuple(question.numbers) == numbers
    assert question.session().program.error.id == "f"


@pytest.mark.parametrize("line", ["", "sum(x", "sum(x) --bye x", "sum(x) --by z", "A x --by x", "sum(x) --shape x"])
def test_a_mistake_in_the_line_is_told(line: str) -> None:
    with pytest.raises(NablastepError):
        question_of(line).session()
