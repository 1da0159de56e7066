"""The main screen through Textual's pilot: state first, then what stands on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import signature
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from tests.on_stage import edit_of, prompt_of, stop_of
from textual.pilot import Pilot

import nablastep as ns
from covering import covering
from nablastep.files.built_in import open_network
from nablastep_tui.app import NablastepApp
from nablastep_tui.draw.matrix import CellTarget
from nablastep_tui.keys import STAGE_KEYS
from nablastep_tui.scene.scene import Target
from nablastep_tui.screens.open_page import OpenPage
from nablastep_tui.screens.too_small import TooSmallScreen

SIZES = [(80, 24), (120, 40), (200, 55)]


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def running(
    source: str | ns.Network = "mazur", size: tuple[int, int] = (120, 40), **options: object
) -> AsyncIterator[tuple[NablastepApp, Pilot[None]]]:
    app = NablastepApp(ns.open(source), **({"still": True} | options))  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def screen_text(app: NablastepApp) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()
    )


@pytest.mark.parametrize("size", SIZES)
async def test_first_run_invites_and_shows_nothing_computed(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, _):
        text = screen_text(app)
        assert "press" in text
        assert "to compute z⁽¹⁾" in text
        assert "E ·" in text.split("\n")[0]
        assert "0.3775" not in text


@pytest.mark.parametrize("size", SIZES)
async def test_eight_steps_reach_the_published_gradient(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await pilot.press(*["right"] * 8)
        await pilot.pause()
        text = screen_text(app)
        assert app.session.position == (1, 8)
        assert "0.082167" in text or "0.0822" in text
        assert "E 0.298371" in text.split("\n")[0]
        assert "step 8 of 15" in text


async def test_back_at_the_beginning_says_so_and_changes_nothing() -> None:
    async with running() as (app, pilot):
        await pilot.press("left")
        assert "this is the beginning" in screen_text(app)
        assert app.session.position == (1, 0)


async def test_phase_and_iteration_keys() -> None:
    async with running() as (app, pilot):
        places = []
        for key in ("p", "p", "p", "p", "P", "P", "P", "right_square_bracket", "left_square_bracket", "end", "home"):
            await pilot.press(key)
            places.append(tuple(app.session.position))
        assert places == [
            (1, 5), (1, 13), (1, 15), (2, 5), (2, 0), (1, 13), (1, 5), (2, 5), (1, 5), (1, 15), (1, 0),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "position"),
    [
        ("dW1", (1, 8)),
        ("∇W1", (1, 8)),
        ("grad_W1", (1, 8)),
        ("8", (1, 8)),
        ("i40", (40, 0)),
        ("E", (1, 5)),
        ("W0", (1, 15)),
    ],
)
async def test_go_to(typed: str, position: tuple[int, int]) -> None:
    async with running() as (app, pilot):
        await pilot.press("slash", *typed, "enter")
        await pilot.pause()
        assert app.session.position == position


async def test_go_to_nonsense_keeps_the_field_open_with_the_reason() -> None:
    async with running() as (app, pilot):
        await pilot.press("slash", *"dW9", "enter")
        await pilot.pause()
        assert "no step computes 'dW9'; did you mean" in screen_text(app)
        await pilot.press("escape")
        await pilot.press("right")
        assert app.session.position == (1, 1)


async def test_an_edit_shows_promise_and_outcome_and_enter_keeps_it() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "e", *"1.3")
        await pilot.pause()
        text = screen_text(app)
        edit = edit_of(app.stage)
        assert edit is not None
        panel = edit.what_if()
        assert panel.predicted == pytest.approx(0.0821670405642308 * 0.9, rel=1e-12)
        other = ns.open("mazur")
        other.set("W1[0,0]", 1.3)
        other.goto("E")
        assert panel.actual == pytest.approx(other["E"] - 0.2983711087600027, rel=1e-9)
        assert "predicted" in text
        assert "actual" in text
        assert app.session["W1"][0, 0] == 0.4
        await pilot.press("enter")
        assert app.session["W1"][0, 0] == 1.3
        assert app.session.position == (1, 8)
        await pilot.press("u")
        assert app.session["W1"][0, 0] == 0.4
        await pilot.press("ctrl+r")
        assert app.session["W1"][0, 0] == 1.3


async def test_escape_discards_an_edit() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "e", *"7", "escape")
        assert edit_of(app.stage) is None
        assert app.session["W1"][0, 0] == 0.4
        assert not app.session.can_undo


async def test_text_that_is_no_number_keeps_the_field_open() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "e", *"0.5.2", "enter")
        await pilot.pause()
        assert edit_of(app.stage) is not None
        assert edit_of(app.stage).text == "0.5.2"
        assert "not a number" in screen_text(app)
        assert app.session["W1"][0, 0] == 0.4


async def test_nudges() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "e", "up", "up", "shift+up", "down", "enter")
        assert app.session["W1"][0, 0] == pytest.approx(0.51, abs=1e-12)


async def test_while_something_is_typed_the_footer_offers_no_other_key() -> None:
    async with running() as (app, pilot):
        await pilot.press("slash")
        assert screen_text(app).split("\n")[-1].split() == ["enter", "take", "it", "esc", "close"]
        await pilot.press("escape")
        assert "space play" in screen_text(app).split("\n")[-1]


async def test_all_keys_stand_on_one_screen() -> None:
    async with running() as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(app)
        assert all(entry.help in text for entry in STAGE_KEYS)
        assert "Every ✓ on screen was computed." in text


async def test_why_says_the_way_back_and_branches_how_each_began() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 7, "w")
        await pilot.pause()
        assert "esc back to step 7" in screen_text(app)
        await pilot.press("f")
        await pilot.pause()
        await pilot.press("escape", "escape")
        await pilot.pause()
        await pilot.press("0", "right", "b")
        await pilot.pause()
        assert "Branch 2 began again from the start" in screen_text(app)
        await pilot.press("up")
        assert "Branch 1 is the first" in screen_text(app)


async def test_edit_on_a_computed_step_edits_the_parameter_that_the_number_reads() -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "j", "e")
        assert edit_of(app.stage) is not None
        assert str(edit_of(app.stage).cell) == "W0[1,0]"
        await pilot.press(*"0.5", "enter")
        assert app.session["W0"][1, 0] == 0.5
        assert app.session.position == (1, 1)


@pytest.mark.parametrize("source", covering(["mazur", "ng-ex4", "xor", "tanh-neuron"], ["xor", "tanh-neuron"]))
async def test_every_step_has_something_to_edit_and_typing_on_never_begins_anew(source: str) -> None:
    async with running(source) as (app, pilot):
        for step in app.session.program.steps:
            await pilot.press("right", "e")
            assert edit_of(app.stage) is not None, step.id
            await pilot.press(*"0.01", "escape")
            assert app.session.position == (1, step.number)
            assert app.session.branch == 1


async def test_typing_on_after_a_refusal_does_nothing() -> None:
    async with running() as (app, pilot):
        await pilot.press("right", "right")
        app.stage.change.begin_edit("a1", (0, 0))
        assert edit_of(app.stage) is None
        await pilot.press(*"0.5")
        assert app.session.position == (1, 2)
        assert app.session.branch == 1
        assert "is computed" in screen_text(app)
        await pilot.press("left")
        assert app.session.position == (1, 1)


async def test_tab_walks_the_cell_cursor_through_the_operands() -> None:
    async with running() as (app, pilot):
        await pilot.press("right")
        names = []
        for _ in range(4):
            await pilot.press("tab")
            names.append(stop_of(app.stage).symbol.id if stop_of(app.stage) else "")
        assert names == ["W0", "a0", "b0", ""]
        await pilot.press("shift+tab", "j", "e")
        assert edit_of(app.stage) is not None
        assert str(edit_of(app.stage).cell) == "b0[1,0]"
        await pilot.press("escape")
        assert app.stage.scene().cell == (1, 0)
        await pilot.press("right")
        assert stop_of(app.stage) is None


async def test_go_to_takes_cells_and_a_key_goes_back_to_before_the_jump() -> None:
    async with running("skinny") as (app, pilot):
        await pilot.press(*["right"] * 5, "slash", *"W0[1,0]", "enter")
        assert app.session.position == (1, 1)
        assert stop_of(app.stage) is not None
        assert (stop_of(app.stage).symbol.id, app.stage.scene().focus_cell) == ("W0", (1, 0))
        await pilot.press("backspace")
        assert app.session.position == (1, 5)
        await pilot.press("slash")
        assert "back to iteration 1, step 1" in screen_text(app)
        await pilot.press("enter")
        assert app.session.position == (1, 1)
        await pilot.press("slash", *"W0[9,9]", "enter")
        assert "out of range" in screen_text(app)
        await pilot.press("escape", "n", "slash", *"dW1[0,1]", "enter")
        await pilot.pause()
        assert app.stage.view.column_cell(app.stage.view.equation.target, app.stage.scene().cell) == (0, 1)


async def test_a_click_on_an_operand_selects_and_a_second_one_edits() -> None:
    async with running() as (app, pilot):
        await pilot.press("right")
        target = CellTarget("W0", 1, 1)
        app.stage.cell.click(target, on_stage=True)
        assert edit_of(app.stage) is None
        assert app.stage.scene().focus_cell == (1, 1)
        app.stage.cell.click(target, on_stage=True)
        assert edit_of(app.stage) is not None
        assert str(edit_of(app.stage).cell) == "W0[1,1]"


async def test_a_click_on_a_symbol_of_the_stage_is_one_on_its_matrix() -> None:
    async with running() as (app, pilot):
        await pilot.press("right")
        symbol = Target("quantity", "W0")
        app.stage.cell.click(symbol, on_stage=True)
        assert edit_of(app.stage) is None
        assert stop_of(app.stage) is not None
        assert stop_of(app.stage).symbol.id == "W0"
        app.stage.cell.click(Target("quantity", "z1"), on_stage=True)
        assert stop_of(app.stage) is None
        for _ in range(2):
            app.stage.cell.click(symbol, on_stage=True)
        assert str(edit_of(app.stage).cell) == "W0[0,0]"


@pytest.mark.parametrize(("keys", "title"), [(("w",), "keys: why"), (("e",), "keys: while a number is edited")])
async def test_a_question_mark_shows_the_keys_of_the_page(keys: tuple[str, ...], title: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("right", *keys, "question_mark")
        await pilot.pause()
        assert title in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert title not in screen_text(app)


async def test_o_opens_lessons_demos_networks_and_export() -> None:
    async with running() as (app, pilot):
        await pilot.press("o")
        await pilot.pause()
        text = screen_text(app)
        for word in ("your turn", "demo ", "network skinny"):
            assert word in text
        page = app.screen
        assert isinstance(page, OpenPage)
        page.dismiss(next(offer for offer in page.offers if offer.title == "network skinny"))
        await pilot.pause()
        await pilot.pause()
        assert app.session.network.title == open_network("skinny").title
        assert app.screen is app.stage
        await pilot.press("right", "w")
        await pilot.pause()
        assert "index sums" in screen_text(app)


async def test_an_edit_in_the_past_makes_a_branch_and_switching_goes_back() -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 12, *["left"] * 4, "e", *"1", "enter")
        assert app.session.branch == 2
        await pilot.press("b")
        await pilot.pause()
        assert "branch 1" in screen_text(app)
        await pilot.press("up", "enter")
        await pilot.pause()
        assert app.session.branch == 1
        assert app.session["W1"][0, 0] == 0.4


async def test_conventions_turn_and_the_numbers_stay() -> None:
    async with running("skinny") as (app, pilot):
        await pilot.press("slash", *"dW0", "enter")
        await pilot.pause()
        before = np.asarray(app.stage.view.result())
        names = []
        for _ in range(4):
            await pilot.press("n")
            names.append(app.stage.looks.convention)
            shown = np.asarray(app.stage.view.result())
            assert np.array_equal(shown, before) or np.array_equal(shown, before.T)
        assert names == ["column-transposed", "row-keras", "row-pytorch", "column"]


async def test_cells_are_remembered_and_clamped() -> None:
    async with running("skinny") as (app, pilot):
        await pilot.press("slash", *"dW0", "enter")
        await pilot.press("j", "l", "l", "l", "l")
        assert app.stage.scene().cell == (1, 2)
        await pilot.press("right", "left")
        assert app.stage.scene().cell == (1, 2)
        await pilot.press("m")
        value = app.session["grad_W0"]
        assert abs(value[app.stage.scene().cell]) == np.abs(value).max()


async def test_every_action_is_a_key_a_help_line_and_a_palette_entry() -> None:
    async with running() as (app, pilot):
        for entry in STAGE_KEYS:
            signature(app.stage.resolved(entry.action)).bind()
        palette = [command.title for command in app.get_system_commands(app.screen)]
        assert all(entry.help in palette for entry in STAGE_KEYS)
        await pilot.press("question_mark")
        await pilot.pause()
        for entry in STAGE_KEYS:
            page = app.screen
            assert entry.help in str(page.query("Static").first().render()), entry.id


async def test_clicks_on_map_scrubber_and_cell() -> None:
    async with running() as (app, pilot):
        await pilot.press("end")
        await pilot.pause()
        text = screen_text(app).split("\n")
        row = next(index for index, line in enumerate(text) if "∇W⁽¹⁾" in line)
        await pilot.click(offset=(text[row].index("∇W⁽¹⁾") + 1, row))
        await pilot.pause()
        assert app.session.position == (1, 8)
        row = max(index for index, line in enumerate(text) if "∇a⁽¹⁾" in line)
        await pilot.click(offset=(text[row].index("∇a⁽¹⁾") + 1, row))
        await pilot.pause()
        assert app.session.position == (1, 10)


@pytest.mark.parametrize("size", [(59, 16), (60, 15), (20, 5)])
async def test_a_terminal_that_is_too_small_says_both_sizes(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, _):
        assert isinstance(app.screen, TooSmallScreen)
        assert f"{size[0]}×{size[1]}" in screen_text(app) or size[0] < 40


async def test_a_resize_ends_where_a_fresh_start_does() -> None:
    async with running(size=(200, 55)) as (app, pilot):
        await pilot.press(*["right"] * 8)
        for size in ((50, 10), (80, 24), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        resized = screen_text(app)
    async with running(size=(120, 40)) as (app, pilot):
        await pilot.press(*["right"] * 8)
        await pilot.pause()
        assert screen_text(app) == resized


async def test_keys_can_be_remapped_from_the_config(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('[keys]\nnext = "g,right"\n', encoding="utf-8")
    async with running() as (app, pilot):
        await pilot.press("g")
        assert app.session.position == (1, 1)


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast"])
@pytest.mark.parametrize("glyphs", ["unicode", "safe", "ascii"])
async def test_every_theme_and_glyph_set_shows_the_stage(theme: str, glyphs: str) -> None:
    async with running(theme=theme, glyphs=glyphs) as (app, pilot):
        await pilot.press(*["right"] * 8)
        await pilot.pause()
        text = screen_text(app)
        assert "0.082167" in text
        if glyphs == "ascii":
            assert text.isascii(), [line for line in text.split("\n") if not line.isascii()]


STEPPED = "mazur-bug", "ng-ex4", "cs231n-two-layer", "tanh-neuron", "dead-relu", "xor", "skinny", "square", "digits-mlp"
EVERY_SIZE = [(60, 16), *SIZES]
AT_TWO_SIZES = [(name, EVERY_SIZE[(place + step) % 4]) for place, name in enumerate(STEPPED) for step in (0, 1)]


@pytest.mark.parametrize(("network", "size"), covering(product(STEPPED, EVERY_SIZE), AT_TWO_SIZES))
async def test_every_network_steps_through_an_iteration_at_every_size(network: str, size: tuple[int, int]) -> None:
    async with running(network, size=size) as (app, pilot):
        for _ in range(len(app.session.program) + 1):
            await pilot.press("right")
        await pilot.pause()
        text = screen_text(app)
        assert app.session.position == (2, 1)
        assert all(len(line) <= size[0] for line in text.split("\n"))


async def test_overflow_is_shown_as_it_is() -> None:
    network = ns.Network([{"W": [[1e200]], "activation": "identity"}], [[1e200]], [[0.0]], loss="half_squared_error")
    async with running(network) as (app, pilot):
        await pilot.press(*["right"] * 3)
        await pilot.pause()
        assert "∞" in screen_text(app)


async def test_saving_the_edited_network(tmp_path: Path) -> None:
    async with running() as (app, pilot):
        await pilot.press(*["right"] * 8, "e", *"0.7", "enter", "s")
        await pilot.press("enter")
        await pilot.pause()
        assert "saved as edited.toml" in screen_text(app)
    assert ns.Network.from_file(tmp_path / "edited.toml").initial_parameters["W1"][0, 0] == 0.7


async def test_ctrl_c_twice_quits() -> None:
    async with running() as (app, pilot):
        await pilot.press("ctrl+c")
        assert "once more" in screen_text(app)
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert app.return_code == 0


async def test_a_result_fills_in_and_a_key_jumps_to_its_end() -> None:
    async with running("skinny", still=False) as (app, pilot):
        app.stage.act("time.next")
        await pilot.pause(0)
        assert app.stage.scene().rows_shown == 0
        assert "nothing" not in screen_text(app)
        await pilot.press("l")
        assert app.stage.moving.now is None
        assert app.session.position == (1, 1)
        await pilot.press("right")
        await pilot.pause(0.4)
        assert app.stage.moving.now is None


@pytest.mark.parametrize("source", ["mazur", "digits-mlp"])
@pytest.mark.parametrize("steps", [0, 8])
async def test_a_message_too_long_for_the_title_is_whole_below_it(source: str, steps: int) -> None:
    async with running(source, size=(80, 24)) as (app, pilot):
        await pilot.press(*["right"] * steps)
        message = "what is said here has more letters than a row of a small screen has cells, and is read to its end"
        app.stage.tell(message)
        await pilot.pause()
        assert "".join(message.split()) in "".join(screen_text(app).split())


async def test_a_problem_too_long_for_its_row_is_whole_above_the_line_being_typed() -> None:
    async with running(size=(80, 24)) as (app, pilot):
        await pilot.press("s", *"/no/such/folder/anywhere/on/this/disk/edited.toml", "enter")
        await pilot.pause()
        problem = prompt_of(app.stage).problem
        rows = screen_text(app).split("\n")
        assert "".join(problem.split()) in "".join("".join(rows[-5:-2]).split())
        assert rows[-2].strip().startswith("save the network as /no/such")
        await pilot.press("escape")
        await pilot.pause()
        assert problem not in screen_text(app)
