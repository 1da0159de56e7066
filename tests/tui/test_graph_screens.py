"""Every screen works on any graph of equations: random networks, and those that are built in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import nablastep as ns
from covering import covering
from nablastep.files.built_in import equation_network_names
from nablastep.program import BACKWARD
from nablastep_tui.app import NablastepApp
from nablastep_tui.draw.canvas import Canvas, Overprint
from nablastep_tui.scene.editing import begin_edit, can_be_edited
from nablastep_tui.screens.why import WhyScreen
from overprinting import SIZES, overprints
from random_equations import random_network
from region_scenes import scene

SEEDS = covering(range(8), range(0, 8, 2))


@pytest.fixture(autouse=True)
def _unwatch() -> Iterator[None]:
    yield
    Canvas.watched = None


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_of_a_random_network_is_drawn_at_every_size(seed: int) -> None:
    session = ns.open(random_network(seed))
    for step in range(len(session.program) + 1):
        session.goto(iteration=1, step=step)
        for size in SIZES:
            assert overprints(scene(session), *size) == []


def at_rest(app: NablastepApp) -> None:
    """The screen is drawn whole, and no fault has been caught on the way."""
    app.screen._compositor.render_strips()
    assert app.faults == []


async def walk(app: NablastepApp, size: tuple[int, int], steps: int | None = None) -> None:
    """Forwards through an iteration, and back with why opened on every backward step."""
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        program = app.stage.session.program
        count = len(program) if steps is None else steps
        for _ in range(count):
            await pilot.press("right")
        await pilot.pause()
        at_rest(app)
        assert app.stage.session.position.step == count
        for step in reversed(program.steps[:count]):
            if step.phase == BACKWARD:
                await pilot.press("w")
                await pilot.pause()
                assert isinstance(app.screen, WhyScreen)
                at_rest(app)
                await pilot.press("tab", "down", "escape")
                await pilot.pause()
            await pilot.press("left")
        assert app.stage.session.position.step == 0
        at_rest(app)


@pytest.mark.parametrize(("source", "size"), [("residual", (80, 24)), (20, (120, 40))])
async def test_a_network_of_equations_is_stepped_through_and_asked_why(
    source: str | int, size: tuple[int, int]
) -> None:
    Canvas.watched = overprinted = list[Overprint]()
    network = source if isinstance(source, str) else random_network(source)
    await walk(NablastepApp(ns.open(network), still=True), size)
    assert overprinted == []


@pytest.mark.parametrize("name", covering(equation_network_names(), equation_network_names()[::2]))
async def test_the_keys_of_the_stage_work_on_equations(name: str) -> None:
    """Phases, go to, cells, an edit of a parameter kept and taken back, loss, conventions, your turn, branches."""
    app = NablastepApp(ns.open(name), still=True)
    session = app.stage.session
    learned = session.program.parameters[0].id
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p", "P", "slash", *f"d{learned}", "enter")
        assert session.step is not None
        assert session.step.id == f"grad_{learned}"
        await pilot.press("l", "j", "e", *"0.75", "enter")
        await pilot.pause()
        at_rest(app)
        assert len(session.timeline.edits) == 1
        for keys in ("n", "N", "t", "t", "m", "u", "bracketright"):
            await pilot.press(keys)
        await pilot.press("a", *"x", "enter")
        await pilot.pause()
        at_rest(app)
        await pilot.press("escape", "slash", *"E<1e-9", "escape", "b")
        await pilot.pause()
        at_rest(app)
        await pilot.press("escape")


@pytest.mark.parametrize("name", equation_network_names())
def test_everything_that_comes_in_can_be_edited_by_a_click(name: str) -> None:
    session = ns.open(name)
    session.goto("end")
    shown = scene(session)
    for quantity in session.program.graph.quantities:
        if can_be_edited(session.program, quantity.symbol.id):
            edit = begin_edit(shown.view, quantity.symbol.id, (0, 0)).with_text("0.5")
            looks = scene(session, what_if=edit.what_if(), trial=edit.trial())
            for size in SIZES:
                assert overprints(looks, *size) == []
            assert edit.command is not None
            session.do(edit.command)
            session.undo()


async def test_equations_where_nothing_turns_have_one_convention_and_say_so() -> None:
    app = NablastepApp(ns.open("attention"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        assert app.stage.looks.convention == "column"
        assert app.stage.notice.startswith("as written")
    app = NablastepApp(ns.open("residual"), still=True)
    async with app.run_test(size=(120, 40)) as pilot:
        seen = []
        for _ in range(4):
            await pilot.press("n")
            seen.append(app.stage.looks.convention)
        assert sorted(set(seen)) == ["column", "column-transposed", "row-keras", "row-pytorch"]
        at_rest(app)
