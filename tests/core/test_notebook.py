"""Notebook displays: HTML that stands on its own, LaTeX of equations, the stage in a frame, and the tutorial run."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import nablastep as ns
from nablastep.errors import UnknownNameError

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.ipynb"


def at(name: str, source: str = "mazur") -> ns.Session:
    session = ns.open(source)
    session.goto(name)
    return session


def inside(shown: Any) -> ElementTree.Element:
    """What an object shows, which has to be well formed."""
    return ElementTree.fromstring(shown._repr_html_())


def words(shown: Any) -> str:
    return "".join(inside(shown).itertext())


def test_a_session_shows_where_it_stands() -> None:
    session = at("grad_W1")
    text = words(session)
    assert "iteration 1, step 8 of 15, E = 0.298371" in text
    assert "Raise this weight and E rises by 0.0822" in text
    titles = [cell.get("title") for cell in inside(session).iter("td")]
    assert titles == [repr(float(value)) for value in session["grad_W1"].ravel()]
    assert "Next: " in words(ns.open("mazur"))


def test_a_network_shows_its_equations_and_parameters() -> None:
    network = ns.open("xor").network
    assert len(list(inside(network).iter("{*}math"))) + len(list(inside(network).iter("math"))) >= 5
    assert "4×2" in words(network)


def test_steps_lines_and_checks() -> None:
    session = at("grad_W1")
    assert session.step is not None
    assert session.step._repr_latex_() == r"$\nabla W^{(1)} = \nabla z^{(2)}\, {a^{(1)}}^{\mathsf{T}}$"
    lines = ns.why(session, "grad_W1", route="differential")
    assert lines[0]._repr_latex_().startswith(r"$\mathrm{d}E = ")
    assert lines[0].rule in words(lines[0])
    assert all(line.rule in words(lines) for line in lines)
    checks = ns.gradient_check(session)
    assert words(checks).count("✓") == 4
    assert "W0" in words(checks[0])


def test_the_stage_is_a_page_in_a_frame() -> None:
    session = at("grad_W1", "xor")
    shown = session.show("row-pytorch")
    frame = inside(shown)
    assert frame.tag == "iframe"
    page = frame.get("srcdoc") or ""
    assert page.startswith("<!doctype html>")
    assert page.count('"p":"backward"') == 1
    assert session.position == (1, 8)
    with pytest.raises(UnknownNameError, match="unknown convention"):
        session.show("rows")


def test_a_strangers_title_is_text() -> None:
    network = ns.Network(
        layers=[{"activation": "tanh", "W": [[1.0]]}], x=[[1.0]], y=[[1.0]], loss="half_squared_error",
        title="<script>alert(1)</script>",
    )  # fmt: skip
    for shown in (network, ns.open(network), ns.open(network).show()):
        assert "<script>alert(1)" not in shown._repr_html_()


def test_the_package_shows_its_api_and_nothing_else() -> None:
    assert dir(ns) == sorted(ns.__all__)
    assert all(getattr(ns, name) is not None for name in dir(ns))


def test_the_tutorial_runs() -> None:
    cells = json.loads(TUTORIAL.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    shown = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            *body, last = ast.parse("".join(cell["source"])).body
            exec(compile(ast.Module(body, []), f"<cell {number}>", "exec"), names)
            if isinstance(last, ast.Expr):
                shown.append(eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), names))
            else:
                exec(compile(ast.Module([last], []), f"<cell {number}>", "exec"), names)
    displays = [value for value in shown if hasattr(value, "_repr_html_")]
    assert len(displays) >= 7
    assert all(value._repr_html_() for value in displays)
    assert any(value is True for value in shown)  # NumPy agrees
    first, last = shown[-3]
    assert last < first / 100
