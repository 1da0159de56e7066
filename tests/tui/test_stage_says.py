"""What the stage says is so: numbers set by hand, kinks, numbers that are none, and names in the chosen notation."""

from __future__ import annotations

import re

import numpy as np
import pytest

import nablastep as ns
from legible_pages import drawn as faults_drawn
from nablastep.files.built_in import network_names
from nablastep.notation import notation_named, notations
from nablastep.transposition import CONVENTIONS
from nablastep.view import View
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.draw.stage.what_if import draw_what_if
from random_equations import random_network
from region_scenes import at, edited, rows, scene


def stage(session: ns.Session, convention: str = "column", size: tuple[int, int] = (118, 19), **looks: object) -> str:
    return "\n".join(rows(draw_stage, scene(session, convention, **looks), *size))


# numbers set by hand


def edited_after_its_update() -> ns.Session:
    session = at("mazur", "W1")
    session.set("W1[0,1]", 0.7)
    return session


def test_a_number_set_by_hand_is_no_result_of_the_update() -> None:
    said = stage(edited_after_its_update(), cell=(0, 1))
    assert "0.450000 − 0.500000 × 0.082668  =  0.408666" in said
    assert "W⁽¹⁾₁₂ was set by hand to 0.7; the update made 0.408666." in said
    assert not re.search(r"=  0\.70*\b", said)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("size", [(78, 11), (118, 19), (120, 30)])
def test_it_is_said_whichever_cell_is_selected(convention: str, size: tuple[int, int]) -> None:
    said = stage(edited_after_its_update(), convention, size)
    name = "W⁽¹⁾₁₂" if convention in {"column", "row-pytorch"} else "W⁽¹⁾₂₁"
    assert f"{name} was set by hand to 0.7" in said


def test_it_is_said_over_a_large_matrix_too() -> None:
    session = at("cs231n-two-layer", "W1")
    session.set("W1[0,1]", 0.7)
    said = " ".join(stage(session, cell=(0, 1)).split())
    assert "W⁽¹⁾₁₂ was set by hand to 0.7; the update made" in said
    assert "= 0.7 " not in said


def test_an_edit_before_the_update_goes_into_its_equation() -> None:
    session = at("mazur", "grad_W1")
    session.set("W1[0,1]", 0.7)
    session.goto("W1")
    assert "by hand" not in stage(session, cell=(0, 1))
    assert "0.700000 − 0.500000 ×" in stage(session, cell=(0, 1))


def equation_holds(view: View, cell: tuple[int, int]) -> bool:
    """Whether the line of numbers that the stage writes for a cell is worth what stands behind it."""
    entry = view.entry(cell)
    assert entry is not None
    made = np.asarray(view.made())
    line = "".join(part.text if part.value is None else repr(part.value) for part in entry.numeric)
    if "…" in line or re.search(r"[a-zσΣ√²]", line.replace("e-", "").replace("e+", "")):
        return True
    number = eval(line.replace("×", "*").replace("−", "-"))
    return bool(np.isclose(number, made[cell] if made.ndim else made, rtol=1e-9, atol=1e-12))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_no_equation_with_numbers_that_do_not_hold(optimizer: str) -> None:
    network = ns.open("mazur").network
    layers = [{"activation": layer.activation, "W": layer.W, "b": [0.3, 0.4]} for layer in network.layers]
    session = ns.open(ns.Network(layers, network.x, network.y, loss=network.loss, optimizer={"name": optimizer}))
    for number in range(1, len(session.program) + 1):
        session.goto(iteration=1, step=number)
        session.set("W1[0,0]", 0.7)
        session.set("b0[1]", -0.25)
        session.goto(iteration=1, step=number)
        view = View(session)
        for cell in np.ndindex(*(np.asarray(view.result()).shape or (1, 1))):
            assert equation_holds(view, (cell[0], cell[1])), view.step.id
        session.reset()


# kinks


def test_a_z_that_is_zero_to_rounding_is_said_to_be_at_the_kink() -> None:
    network = ns.Network(
        [{"activation": "relu", "W": [[0.2, 0.1, -0.4], [1.0, 1.0, 1.0]], "b": [0.1, 0.0]}],
        [[1.0, 1.0, 1.0]],
        [[1.0, 0.0]],
        loss="half_squared_error",
    )
    session = ns.open(network)
    for step in ("z1", "a1", "grad_z1"):
        session.goto(step)
        assert "z⁽¹⁾₁ is 0 to rounding: at the kink of relu" in stage(session)
        assert "kink" not in stage(session, cell=(1, 0))


@pytest.mark.parametrize("size", [(60, 12), (60, 20), (80, 15)])
def test_a_check_is_whole_at_every_width(size: tuple[int, int]) -> None:
    kinked = ns.Network(
        [{"activation": "relu", "W": [[0.2, 0.1, -0.4], [1.0, 1.0, 1.0]], "b": [0.1, 0.0]}],
        [[1.0, 1.0, 1.0]],
        [[1.0, 0.0]],
        loss="half_squared_error",
    )
    tried = 0
    for session in (ns.open("tanh-neuron"), ns.open("xor"), ns.open(kinked)):
        for _ in session.program.steps:
            session.next()
            _, cut = faults_drawn(draw_stage, scene(session), *size)
            assert cut == [], session.step
            tried += 1
    assert tried > 30


# numbers that are none


def test_e_that_is_none_is_traced_to_its_operation() -> None:
    layers = [{"units": 2, "activation": "identity"}]
    session = ns.open(ns.Network(layers, [[1, 2.0]], [[0, 1.0]], loss="categorical_cross_entropy"))
    for step in ("E", "grad_a1", "grad_b0"):
        session.goto(step)
        said = " ".join(stage(session).split())
        assert "E is nan since iteration 1, step 3 (E): the logarithm of a negative number; / i1 goes" in said
        assert "difference quotient nan" not in said
        assert "E does not move" not in said


def test_a_run_away_is_traced_to_the_iteration_that_it_began_in() -> None:
    layers = [{"W": [[1.0, 0.5]], "activation": "identity"}]
    optimizer = {"name": "sgd", "learning_rate": 1e3}
    session = ns.open(ns.Network(layers, [[1, 2.0]], [[1.0]], loss="half_squared_error", optimizer=optimizer))
    session.train(300)
    session.goto("E")
    origin = View(session).origin()
    assert origin is not None
    assert origin.iteration < 300
    session.goto(iteration=origin.iteration, step=origin.step - 1)
    assert all(np.isfinite(value).all() for value in session.values.values() if isinstance(value, np.ndarray))
    session.next()
    assert not np.isfinite(session[origin.id]).all()


def test_a_gradient_that_may_be_infinite_offers_no_way_back() -> None:
    network = ns.Network(
        [{"W": [[1000.0], [-1000.0]], "activation": "softmax"}], [[1.0]], [[0.5, 0.5]], loss="categorical_cross_entropy"
    )
    session = ns.open(network)
    session.goto("grad_a1")
    said = " ".join(stage(session).split())
    assert "∇a⁽¹⁾ is −∞ since iteration 1, step 4 (grad_a1): a division by 0" in said
    assert "goes to" not in said


# notations


@pytest.mark.parametrize("notation", [name for name, one in notations().items() if one.on_screens][1:])
def test_line_and_map_follow_the_notation(notation: str) -> None:
    session = at("mazur", "grad_W1")
    writer = notation_named(notation)
    gradient = writer.text(session.program.symbols["grad_W1"])
    numbers = [row for row in rows(draw_stage, scene(session, notation=notation), 118, 19) if "0.593270" in row]
    assert gradient in "\n".join(rows(draw_stage, scene(session, notation=notation), 118, 19))
    if "∇" not in gradient:
        assert not any("∇" in row for row in numbers)
    for size in ((120, 40), (80, 24)):
        shown = scene(session, notation=notation)
        drawn = "\n".join(rows(draw_map, shown, size[0], map_height(*size, shown)))
        brief = gradient.replace("⁽", "").replace("⁾", "").replace("^{(1)}", "^1")
        assert gradient in drawn or brief in drawn
        assert "∇W" not in drawn


@pytest.mark.parametrize("source", [name for name in network_names() if name != "digits-mlp"])
def test_no_parentheses_around_parentheses(source: str) -> None:
    session = ns.open(source)
    for number in range(1, len(session.program) + 1):
        session.goto(iteration=1, step=number)
        said = stage(session, size=(240, 24))
        depth_of: list[int] = []
        pairs = {}
        for place, letter in enumerate(said):
            if letter == "(":
                depth_of.append(place)
            elif letter == ")" and depth_of:
                pairs[depth_of.pop()] = place
        doubled = [said[a : b + 1] for a, b in pairs.items() if pairs.get(a + 1) == b - 1]
        assert doubled == [], session.step


# what is told once


def keras_pasted() -> ns.Network:
    layers = [{"activation": "identity", "W": [[1.0, 2.0], [3.0, 4.0]], "b": [0.0, 0.0]}]
    return ns.Network(layers, [[1.0, 0.0]], [[0.0, 0.0]], loss="half_squared_error", convention="row-keras")


@pytest.mark.parametrize("size", [(80, 14), (118, 19)])
def test_which_way_a_square_w_was_read_is_said_before_the_first_step(size: tuple[int, int]) -> None:
    session = ns.open(keras_pasted())
    assert "W0 is square and was read with a row for each unit" in " ".join(stage(session, "row-keras", size).split())
    assert "square" not in stage(session, "column", size)
    session.next()
    assert "square" not in stage(session, "row-keras", size)


def test_a_pair_that_does_not_fit_is_said_before_the_first_step() -> None:
    layers = [{"units": 2, "activation": "identity"}]
    session = ns.open(ns.Network(layers, [[1, 2.0]], [[0, 1.0]], loss="categorical_cross_entropy"))
    assert "The pair that fits is softmax with categorical cross entropy." in " ".join(stage(session).split())


def test_an_edit_where_e_is_no_number_is_drawn_and_told() -> None:
    layers = [{"W": [[1.0, 0.5], [0.5, 0.5]], "activation": "identity"}]
    session = ns.open(ns.Network(layers, [[-1, 0.5]], [[0, 1.0]], loss="categorical_cross_entropy"))
    session.goto("z1")
    for text, said in (("9", "is not a number"), ("-3", "E was not finite before; with this number it is.")):
        shown = edited(session, "W0", (1, 0), text)
        for size in ((78, 11), (118, 19)):
            assert said in " ".join(" ".join(rows(draw_what_if, shown, *size)).split())


def test_a_term_longer_than_a_row_goes_on_below() -> None:
    session = ns.open(random_network(202))
    session.goto("grad_v2")
    for height in range(11, 20):
        _, cut = faults_drawn(draw_stage, scene(session), 120, height)
        assert cut == [], height


@pytest.mark.parametrize("seed", [305, 308])
def test_the_equation_sheet_names_equations_for_which_it_has_no_room(seed: int) -> None:
    session = ns.open(random_network(seed))
    sheets = 0
    for _ in session.program.steps:
        session.next()
        canvas, cut = faults_drawn(draw_stage, scene(session), 126, 31)
        assert cut == [], session.step
        sheets += "equation sheet" in "\n".join(canvas.text_rows())
    assert sheets > 5
