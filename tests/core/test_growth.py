"""Twice as much takes about twice the work, which is counted in calls: no load of the machine changes them."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

import nablastep as ns
from nablastep.derivations.rendering import why_text

WIDTH = 2
MOST = 2.6
"""Times the calls, for twice as much: 2 and what tables of names cost besides; in squares it would be 4."""


def chain(count: int) -> ns.Network:
    """h + tanh(W h + b), each with its own parameters."""
    before = ["x", *(f"h{k}" for k in range(1, count))]
    lines = [f"z{k} = W{k} {h} + b{k}\nh{k} = {h} + tanh(z{k})" for k, h in enumerate(before, 1)]
    parameters = {f"{name}{k}": np.full((WIDTH, columns), 0.1) for name, columns in (("W", WIDTH), ("b", 1))
                  for k in range(1, count + 1)}  # fmt: skip
    return network([*lines, f"E = 1/(2 m) sum((h{count} - y)^2)"], parameters)


def recurrent(count: int) -> ns.Network:
    """The same W and b over and over: their gradients are sums over as many uses."""
    before = ["x", *(f"h{k}" for k in range(1, count))]
    lines = [f"z{k} = W {h} + b\nh{k} = tanh(z{k})" for k, h in enumerate(before, 1)]
    parameters = {"W": np.full((WIDTH, WIDTH), 0.1), "b": np.full((WIDTH, 1), 0.1)}
    return network([*lines, f"E = 1/(2 m) sum((h{count} - y)^2)"], parameters)


def network(lines: list[str], parameters: dict[str, np.ndarray]) -> ns.Network:
    x = np.ones((3, WIDTH))
    return ns.Network.from_equations("\n".join(lines), parameters=parameters, x=x, y=x)


def calls(work: Callable[[], object]) -> int:
    """How many calls of functions it makes."""
    found = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("graph", [chain, recurrent])
def test_opening_takes_what_there_is_to_read(graph: Callable[[int], ns.Network]) -> None:
    def opened(count: int) -> int:
        return calls(lambda: ns.Session(graph(count)))

    opened(4)  # what is loaded once
    few, many = opened(30), opened(60)
    assert many < MOST * few


def test_a_derivation_takes_what_it_prints() -> None:
    def told(count: int) -> tuple[int, int]:
        session = ns.Session(recurrent(count))
        session.goto("end")
        texts: list[str] = []
        return calls(lambda: texts.append(why_text(session, "grad_W"))), len(texts[0])

    told(3)
    (few, short), (many, long) = told(8), told(24)
    assert many / few < 1.45 * long / short


def at_the_tip(session: ns.Session, number: int) -> None:
    session.set("W0[0,0]", 0.1 + number / 1000)
    session.train(1)


def in_the_past(session: ns.Session, number: int) -> None:
    session.goto(iteration=2 + number % 5, step=3)
    session.set("W0[0,0]", 0.1 + number / 1000)
    session.train(2)


@pytest.mark.parametrize("edit", [at_the_tip, in_the_past])
def test_an_edit_takes_no_longer_for_those_before_it(edit: Callable[[ns.Session, int], None]) -> None:
    def edited(count: int) -> int:
        session = ns.open("mazur")
        session.train(8)
        return calls(lambda: [edit(session, number) for number in range(count)])

    edited(4)
    assert edited(400) < MOST * edited(200)


NESTED = "sum(" + "tanh(" * 20 + "X w" + ")" * 20 + ")"
ALIKE = " ".join(["sum(x)"] * 10)
"""Every order of its ten sums is as good as any other: there are 3,628,800."""


@pytest.mark.parametrize(("expression", "by"), [(NESTED, "w"), (ALIKE, "x")], ids=["nested", "alike"])
def test_spellings_are_compared_in_little_memory(expression: str, by: str) -> None:
    ns.derive("sum(x)", by="x")
    tracemalloc.start()
    try:
        derived = ns.derive(expression, by=by)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert derived.holds
    assert most < 16 * 2**20


def test_a_long_product_is_derived_in_what_is_written() -> None:
    def derived(count: int) -> int:
        return calls(lambda: ns.derive(f"sum({'A ' * count} w)", by="A"))

    derived(2)
    # As many lines as factors, of as many terms, each with as many factors.
    assert derived(8) < 2**3 * derived(4)
