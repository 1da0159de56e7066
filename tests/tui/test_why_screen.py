"""The why screen, the wrong formulas and the lesson, through Textual's pilot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.on_stage import lesson_of, prompt_of
from tests.tui.test_stage_screen import running, screen_text

from nablastep.notation import notation_named
from nablastep_tui.screens.why import WhyScreen


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_w_opens_the_three_routes_and_closes_again(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await pilot.press(*["right"] * 7, "w")
        await pilot.pause()
        assert isinstance(app.screen, WhyScreen)
        text = screen_text(app)
        for name in ("index sums", "Jacobian", "differential"):
            assert name in text
        assert "Why ⊙ here and a matrix product elsewhere?" in text
        assert all(route.holds for route in app.screen.page.routes)
        for key, route in (("2", "jacobian"), ("3", "differential"), ("1", "index"), ("tab", "jacobian")):
            await pilot.press(key)
            assert app.screen.page.shown.name == route
        await pilot.press("w")
        await pilot.pause()
        assert not isinstance(app.screen, WhyScreen)
        assert app.session.position == (1, 7)


async def test_every_line_can_be_focused_and_carries_its_rule() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "w", "3")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, WhyScreen)
        for line in screen.page.lines:
            assert line.rule.split(" ")[0] in screen_text(app)
            await pilot.press("down")
        first = screen.page.shown.direction
        await pilot.press("r")
        second = screen.page.shown.direction
        assert first is not None
        assert second is not None
        assert (first != second).all()
        assert screen.page.shown.holds


async def test_softmax_swapped_in_is_no_hadamard_any_more() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 7, "w", "2", "s")
        await pilot.pause()
        text = screen_text(app)
        assert "softmax in place of sigmoid" in text
        assert "diag(a⁽²⁾) − a⁽²⁾ a⁽²⁾ᵀ" in text
        await pilot.press("s")
        await pilot.pause()
        assert "diag(σ′(z⁽²⁾))" in screen_text(app)


async def test_wrong_formulas_stand_beside_the_right_one() -> None:
    async with running("square") as (app, pilot):
        await pilot.press("slash", *"da1", "enter", "w", "f")
        await pilot.pause()
        text = screen_text(app)
        assert "∇a⁽¹⁾ = W⁽¹⁾ ∇z⁽²⁾" in text
        assert "W⁽¹⁾ is the wrong way round" in text
        assert " right " in text
        assert "18° apart" in text
        await pilot.press("t")
        await pilot.pause()
        assert "a falling error proves nothing" in screen_text(app)
        assert "E falls faster with the wrong formula here, which proves nothing" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("network", "step"), [("rnn", "dU"), ("square", "da1"), ("skinny", "da1")])
async def test_every_wrong_formula_is_read_whole_and_those_that_do_not_fit_come_last(
    network: str, step: str, size: tuple[int, int]
) -> None:
    async with running(network, size) as (app, pilot):
        await pilot.press("slash", *step, "enter", "w", "f")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, WhyScreen)
        assert screen._comparison is not None
        wrong = screen._comparison.wrong
        assert [each.fits for each in wrong] == sorted((each.fits for each in wrong), reverse=True)
        assert "relative error: how far a value is from the right one" in " ".join(screen_text(app).split())
        for each in wrong:
            rows = screen_text(app).split("\n")
            own = [row for row in rows if row.startswith("  ▌")]
            ends = next(row for row in rows if "what is wrong" in row).index("relative error")
            formula = " ".join(row[9:ends].strip() for row in own).strip()
            assert formula.removesuffix("  with new W") == notation_named("unicode").equation_text(each.equation)
            assert each.fits or "these do not even fit:" in screen_text(app)
            await pilot.press("down")
            await pilot.pause()


async def test_why_of_an_update_says_what_the_gradient_promises() -> None:
    async with running() as (app, pilot):
        await pilot.press("end", "w")
        await pilot.pause()
        assert isinstance(app.screen, WhyScreen)
        assert "Why minus, and why this length?" in screen_text(app)


async def test_a_lesson_judges_and_keeps_score() -> None:
    async with running() as (app, pilot):
        await pilot.press("a", *"a0 @ W0", "enter")
        await pilot.pause()
        assert lesson_of(app.stage) is not None
        assert lesson_of(app.stage).tries == 1
        assert app.session.position == (1, 0)
        assert "z⁽¹⁾ = W⁽⁰⁾ a⁽⁰⁾ + b⁽⁰⁾" not in screen_text(app)
        assert "z⁽¹⁾ = a0 @ W0 ✗" in screen_text(app)
        await pilot.press("ctrl+u", *"W0 @ a0 + b0", "enter")
        await pilot.pause()
        assert app.session.position == (1, 1)
        assert "✓ right: W0 @ a0 + b0   enter goes on" in screen_text(app)
        assert "0.377500" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "a⁽¹⁾ = ?" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.session.position == (1, 2)
        assert lesson_of(app.stage).score == "1 right (0 at the first try), 1 shown"
        assert "0.593270" in screen_text(app)
        assert "✓ shown   enter goes on" in screen_text(app)
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert lesson_of(app.stage) is None
        assert "to practise: " in screen_text(app)


async def test_hints_go_from_a_question_to_the_roles() -> None:
    async with running("square") as (app, pilot):
        await pilot.press("slash", *"dW1", "enter", "n", "n", "n", "n")
        await pilot.press("slash", *"db1", "enter", "a")
        for count in (1, 2, 3, 4):
            await pilot.press("ctrl+u", *"W1 @ grad_z2", "enter")
            await pilot.pause()
            assert lesson_of(app.stage) is not None
            assert len(lesson_of(app.stage).hints) == min(count, 3)
        text = screen_text(app)
        assert "does the sum run over the first or the second index of W⁽¹⁾?" in text
        assert "it takes W⁽¹⁾ (a parameter) and ∇z⁽²⁾ (what came back)" in text
        assert "Aᵀ B or A.T B" in text
        assert "W⁽¹⁾ᵀ ∇z⁽²⁾" not in text, "that is the answer"


async def test_numbers_are_taken_and_any_answer_leaves_the_app_alive() -> None:
    async with running() as (app, pilot):
        await pilot.press("a", *"[0.3775, 0.3925]", "enter")
        await pilot.pause()
        assert app.session.position == (1, 1)
        assert "right to the 4 digits given" in screen_text(app)
        await pilot.press("enter")
        for answer in ("-1 grad_z2", "2 ⊗ t", "W0 ⊗ 2", "b1 ⊗ z1", "(" * 60, "9^9^9^9", "[[1, 2], [3]]", "[", "W0["):
            assert prompt_of(app.stage) is not None
            app.stage.prompter.paste(answer)
            await pilot.press("enter")
            await pilot.pause()
            assert app.session.position == (1, 1), answer
            await pilot.press("ctrl+u")


async def test_a_whole_iteration_can_be_answered_with_the_printed_equations() -> None:
    async with running("skinny") as (app, pilot):
        from nablastep.notation import notation_named

        answers = [notation_named("numpy").text(step.equation.expression) for step in app.session.program.steps]
        await pilot.press("a")
        for answer in answers:
            assert prompt_of(app.stage) is not None
            app.stage.prompter.paste(answer)
            await pilot.press("enter", "enter")
        await pilot.pause()
        assert app.session.position == (1, len(answers))
        assert f"lesson: {len(answers)} right ({len(answers)} at the first try)" in screen_text(app)


async def test_a_large_derivation_is_worked_out_beside_the_keys() -> None:
    async with running("cs231n-two-layer") as (app, pilot):
        await pilot.press("slash", *"dz1", "enter", "w")
        screen = app.screen
        assert isinstance(screen, WhyScreen)
        assert not screen.page.derivation.is_quick
        await asyncio.wait_for(app.workers.wait_for_complete(), 60)
        await pilot.pause()
        assert screen.page.shown.holds
        assert "index sums" in screen_text(app)
