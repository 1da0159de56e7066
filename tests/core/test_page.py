"""The page as a document: one file that asks for nothing, the same bytes each time, with the session's own data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import large_layer
from covering import covering
from nablastep.demo.opening import open_demo
from nablastep.page.document import demo_page, page_of_demo
from nablastep.page.lesson import Lesson
from nablastep.page.lesson_latex import demo_latex
from nablastep.page.lesson_markdown import markdown_lesson
from nablastep.page.moments import moments_of_demo
from nablastep.page.pool import MOST_ENTRIES, WINDOW, Pool, picture
from nablastep.trace import Trace, written
from nablastep.transposition import CONVENTIONS
from nablastep.view import View

LARGEST = 400_000


def trace_page(source: Any, **options: Any) -> str:
    return "".join(written(Trace(source, **options), "html"))


@cache
def shipped(name: str) -> str:
    """The page of a shipped demo."""
    return demo_page(open_demo(name))


@cache
def built_in(name: str) -> str:
    """The page of an iteration of a built-in network."""
    return trace_page(ns.open(name))


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document


def value_in(data: dict[str, Any], reference: int) -> Any:
    array = np.array(data["arrays"][reference >> 1]["v"], dtype=float)
    return array.T if reference & 1 else array


def demo(folder: Path, text: str) -> Any:
    path = folder / "own.demo"
    path.write_text(text, encoding="utf-8")
    return open_demo(path)


class Addresses(HTMLParser):
    """Everything in a document that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action", "data"}]


# one file


@pytest.mark.parametrize("name", ["forward-backward", "why-hadamard", "dead-relu"])
def test_a_demo_becomes_one_page_that_asks_for_nothing(name: str) -> None:
    page = shipped(name)
    parser = Addresses()
    parser.feed(page)
    assert parser.found == ["data:,"]
    assert not re.search(r"https?:|url\(|@import|//[a-z]+\.[a-z]", page)


def test_a_page_is_the_same_every_time() -> None:
    assert shipped("why-hadamard") == demo_page(open_demo("why-hadamard"))


def test_a_page_is_small() -> None:
    assert len(shipped("forward-backward").encode()) < LARGEST


def test_large_arrays_come_as_pictures_and_a_window() -> None:
    page = trace_page(ns.open(large_layer()))
    data = data_of(page)
    assert max(np.size(array["v"]) for array in data["arrays"]) <= MOST_ENTRIES
    large = next(array for array in data["arrays"] if array["n"] == [32, 64])
    assert np.shape(large["v"]) == (WINDOW, WINDOW)
    assert np.shape(large["picture"]) == (24, 48)
    assert len(page) < 2 * LARGEST


def test_the_policy_names_the_script_and_the_style_that_are_there() -> None:
    page = built_in("mazur")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for tag in ("script", "style"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert " style=" not in page.split("<script>")[0]


def test_a_strangers_markup_is_text(tmp_path: Path) -> None:
    title = "</title><script>alert(1)</script><!-- {{data}} & <b>"
    said = "</script><img src=x onerror=alert(2)>"
    text = f'demo 1\ntitle "{title}"\nnetwork mazur\nchapter "<i>one</i>"\nsay "{said}"\nnext 1\n'
    page = demo_page(demo(tmp_path, text))
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "<i>one" not in page
    assert page.count("{{") == 0 or "{{data}}" in page
    assert data_of(page)["moments"][0]["c"] == [said]


def test_what_is_printed_tells_edits_and_answers(tmp_path: Path) -> None:
    text = 'demo 1\ntitle "t"\nnetwork mazur\nnext 5\nset W1[0,0] = 0.5\nundo\nbranch 1\ngoto grad_a1\nwhy index\n'
    sheet = demo_page(demo(tmp_path, text)).split('<div id="sheet">')[1].split("<dialog")[0]
    for told in ("Edited: W1[0,0] = 0.5", "The last edit is taken back.", "Now on branch 1."):
        assert told in sheet
    assert "<b>Why W⁽¹⁾ᵀ, and why in front of ∇z⁽²⁾?</b> Each number of a⁽¹⁾ goes into every number of z⁽²⁾" in sheet


# its data are the session's


SOURCES = ["mazur", "xor", "ng-ex4", "ridge", "two-heads", "hinge"]


@pytest.mark.parametrize("source", covering(SOURCES, ["mazur", "ridge", "two-heads"]))
def test_every_step_has_the_sessions_numbers_in_every_convention(source: str) -> None:
    data = data_of(built_in(source))
    session = ns.open(source)
    assert len(data["moments"]) == len(session.program) + 1
    for number, moment in enumerate(data["moments"][1:], 1):
        session.goto(iteration=1, step=number)
        assert (moment["q"], moment["p"]) == (session.step.id, session.step.phase)  # type: ignore[union-attr]
        for seen, name in zip(moment["v"], CONVENTIONS, strict=False):  # without samples there is but one
            scene = data["shared"][seen]
            view = View(session, name)
            assert np.array_equal(value_in(data, scene["r"]), np.atleast_2d(view.result()))
            for cell in (data["shared"][cell] for cell in scene["c"]):
                assert data["texts"][cell[4]] == view.sentence((cell[0], cell[1]))


@pytest.mark.parametrize("name", ["skinny", "ridge", "residual", "attention", "hinge", "temperature"])
def test_any_network_has_a_page_with_all_its_steps(name: str) -> None:
    session = ns.open(name)
    data = data_of(built_in(name))
    assert [moment["q"] for moment in data["moments"][1:]] == [step.id for step in session.program.steps]
    named = [item[0] for card in data["map"] for item in card["items"]]
    read = {operand for definition in session.program.forward for operand in (s.id for s in definition.read)}
    assert set(named) >= read | {definition.target.id for definition in session.program.forward}
    assert len(named) == len(set(named))
    failing = [line for line in data["shared"] if isinstance(line, list) and len(line) == 5 and line[2] is False]
    assert failing == []


def test_a_network_without_samples_has_the_one_way_in_which_it_is_written() -> None:
    assert len(data_of(built_in("xor"))["conventions"]) == 4
    assert [found[0] for found in data_of(built_in("attention"))["conventions"]] == ["column"]


def test_nothing_is_computed_at_the_start() -> None:
    data = data_of(built_in("mazur"))
    first = data["moments"][0]
    assert (first["i"], first["s"]) == (1, 0)
    assert data["shared"][first["v"][0]]["r"] is None
    assert set(first["m"]) == {"a0", "y", "W0", "b0", "W1", "b1"}


def test_several_iterations_follow_each_other() -> None:
    moments = data_of(trace_page(ns.open("tanh-neuron"), iterations=3))["moments"]
    steps = len(ns.open("tanh-neuron").program)
    assert [(moment["i"], moment["s"]) for moment in moments[1:]] == [
        (iteration, step) for iteration in (1, 2, 3) for step in range(1, steps + 1)
    ]


def test_an_array_and_its_transpose_are_stored_once() -> None:
    pool = Pool()
    array = np.arange(6.0).reshape(2, 3)
    assert pool.array(array) == 0
    assert pool.array(array.T) == 1
    assert pool.array(array.copy()) == 0
    assert len(pool.things["arrays"]) == 1


def test_a_picture_keeps_sign_and_size() -> None:
    array = np.zeros((60, 100))
    array[:10, :50], array[50:, 50:] = 1.0, -2.0
    shown = np.array(picture(array))
    assert shown.shape == (24, 48)
    assert shown.min() == -8
    assert shown[0, 0] > 0
    assert shown[12, 12] == 0


# moments of a demo


def places(opened: Any) -> list[tuple[int, int]]:
    return [tuple(moment.position) for moment in moments_of_demo(opened)[0]]


def test_steps_that_a_demo_passes_over_are_there(tmp_path: Path) -> None:
    opened = demo(tmp_path, 'demo 1\nnetwork mazur\ngoto z2\ngoto E\nback 2\nsay "back"\n')
    assert places(opened) == [(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 4), (1, 3)]


def test_a_leap_over_iterations_lands_without_the_steps_between(tmp_path: Path) -> None:
    opened = demo(tmp_path, 'demo 1\nnetwork mazur\nnext\ntrain 50\ngoto a1\nsay "there"\n')
    assert places(opened) == [(1, 0), (1, 1), (51, 1), (51, 2)]
    opened = demo(tmp_path, 'demo 1\nnetwork mazur\ntrain 50\nsay "start of 51"\n')
    assert places(opened) == [(1, 0), (51, 0)]


def test_captions_belong_to_the_moment_at_which_they_appear(tmp_path: Path) -> None:
    text = (
        'demo 1\nnetwork mazur\nchapter "one"\nsay "before"\nnext\nsay "first"\nsay "second"\n'
        'chapter "two"\nsay "again"\nnext\nset W0[0,0] = 0.5\nsay "edited"\nwhy\nundo\n'
    )
    moments, chapters = moments_of_demo(demo(tmp_path, text))
    told = [(tuple(moment.position), moment.chapter, moment.captions, moment.change) for moment in moments]
    assert chapters == ("one", "two")
    assert told == [
        ((1, 0), 1, ["before"], ""),
        ((1, 1), 1, ["first", "second"], ""),
        ((1, 1), 2, ["again"], ""),
        ((1, 2), 2, [], ""),
        ((1, 2), 2, ["edited"], "Edited: W0[0,0] = 0.5"),
        ((1, 2), 2, [], "The last edit is taken back."),
    ]
    assert [moment.why for moment in moments] == [False, False, False, False, True, False]
    assert moments[4].session["a1"][0, 0] != moments[3].session["a1"][0, 0]
    assert moments[5].session["a1"][0, 0] == moments[3].session["a1"][0, 0]


def test_a_number_set_by_hand_is_no_result_of_the_update(tmp_path: Path) -> None:
    own = demo(tmp_path, 'demo 1\ntitle "t"\nnetwork mazur\ngoto W1\nset W1[0,1] = 0.7\nnext\n')
    data = data_of("".join(demo_page(own)))
    told = [
        cell
        for cell in data["shared"]
        if isinstance(cell, list) and len(cell) == 7 and isinstance(cell[6], str) and isinstance(cell[4], int)
    ]
    assert {cell[6] for cell in told} == {"0.408666"}
    assert all("set by hand to 0.7; the update made 0.408666" in data["texts"][cell[4]] for cell in told)


@pytest.mark.parametrize("route", ["", " index", " jacobian", " differential"])
def test_a_demo_may_ask_why_at_any_step(route: str, tmp_path: Path) -> None:
    """Forward steps and updates have other routes than gradients: what a step has not is no error."""
    steps = "".join(f"next\nwhy{route}\nclose\n" for _ in ns.open("mazur").program.steps)
    (tmp_path / "a.demo").write_text(f"demo 1\nnetwork mazur\n{steps}")
    opened = open_demo(tmp_path / "a.demo")
    assert demo_page(opened).count("Why: ") > 8
    assert demo_latex(opened)
    assert markdown_lesson(Lesson(page_of_demo(opened, *moments_of_demo(opened))))
