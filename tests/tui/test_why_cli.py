"""`nablastep why` and `nablastep quiz`: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import nablastep as ns
from nablastep.derivations.why import ROUTES
from nablastep.files.built_in import network_names
from nablastep_tui.cli.commands import why
from nablastep_tui.cli.main import main

Capture = pytest.CaptureFixture[str]


def test_the_names_of_routes_and_formats_are_those_of_the_core() -> None:
    from nablastep.derivations.rendering import FORMATS

    assert (*ROUTES, "all") == why.ROUTES
    assert FORMATS == why.FORMATS


def test_why_prints_every_route_with_ticks_numbers_and_the_closing_answer(capsys: Capture) -> None:
    assert main(["why", "mazur", "grad_W1"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("why  ∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ\n")
    for heading in ("Index sums: one entry at a time   ✓", "Jacobians: the chain rule as a product of matrices   ✓"):
        assert heading in text
    assert "Differentials: no index, no layout   ✓" in text
    assert "0.082167" in text
    assert "✗" not in text
    assert "Why an outer product, and why this order?" in text
    assert "vector notation of most textbooks: z = W a + b, ∇a = Wᵀ ∇z, ∇W = ∇z aᵀ   ← shown here" in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("route", ROUTES)
def test_one_route_alone(route: str, capsys: Capture) -> None:
    assert main(["why", "skinny", "grad_a1", "--route", route, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [found["route"] for found in document["routes"]] == [route]
    session = ns.open("skinny")
    session.goto("end")
    last = document["routes"][0]["lines"][-1]
    assert last["unicode"] == "∇a⁽¹⁾ = W⁽¹⁾ᵀ ∇z⁽²⁾"
    np.testing.assert_allclose(last["value"], session["grad_a1"])
    assert last["holds"] is True


def test_the_convention_is_the_networks_own_unless_given(capsys: Capture) -> None:
    main(["why", "mazur", "grad_a1", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["convention"] == "column"
    main(["why", "mazur", "grad_a1", "--format", "json", "--convention", "row-pytorch"])
    document = json.loads(capsys.readouterr().out)
    assert document["convention"] == "row-pytorch"
    assert document["routes"][1]["lines"][-1]["unicode"] == "∇a⁽¹⁾ = ∇z⁽²⁾ W⁽¹⁾"


def test_markdown_keeps_mathematics_in_fences(capsys: Capture) -> None:
    assert main(["why", "xor", "grad_W1", "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# Why\n")
    assert text.count("```math\n") == len(re.findall(r"^```$", text, re.MULTILINE))
    assert "| PyTorch Linear: its weight is units × inputs | z = a Wᵀ + b | ∇a = ∇z W | ∇W = ∇zᵀ a |" in text


def test_latex_is_a_whole_document(capsys: Capture) -> None:
    assert main(["why", "cs231n-two-layer", "grad_z2", "--format", "latex"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(r"\documentclass{article}")
    assert text.endswith("\\end{document}\n")
    assert text.isascii()


def test_a_network_that_updates_too_early_says_so(capsys: Capture) -> None:
    assert main(["why", "mazur-bug", "grad_a1", "--route", "index"]) == 0
    assert "In this network parameters move before this step" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", network_names())
def test_the_last_backward_step_of_every_built_in_network_has_a_worksheet(name: str, capsys: Capture) -> None:
    last = [step.id for step in ns.open(name).program.steps if step.phase == "backward"][-1]
    assert main(["why", name, last, "--route", "differential"]) == 0
    found = capsys.readouterr().out
    assert "✗" not in found
    assert "✓" in found


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["why", "mazur", "b1"], "b1 is no step: it is given, or stands still"),
        (["why", "mazur", "grad_W9"], "no step computes 'grad_W9'; did you mean"),
        (["why", "mazur", "grad_W1", "--route", "jacobi"], "--route: unknown 'jacobi'; did you mean 'jacobian'?"),
        (["why", "mazur", "z1", "--route", "jacobian"], "z1 has no jacobian route; it has index and matrix"),
        (["why", "mazur", "grad_W1", "--format", "pdf"], "--format: unknown 'pdf'"),
        (["quiz", "mazur", "grad_a1", "--answer", "W1.T @ ("], "expected a name, a number or a bracket"),
        (["quiz", "mazur", "grad_a1", "--answer", "W9 @ grad_z2"], "there is no 'W9' in this network"),
        (["quiz", "mazur", "nonsense", "--answer", "W1"], "no step computes 'nonsense'"),
    ],
)
def test_wrong_use_is_one_line_on_stderr_and_exit_2(words: list[str], message: str, capsys: Capture) -> None:
    assert main(words) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith("nablastep: ")
    assert message in found.err
    assert "Traceback" not in found.err


@pytest.mark.parametrize("answer", ["W1.T @ grad_z2", "∇a⁽¹⁾ = W⁽¹⁾ᵀ ∇z⁽²⁾", "grad_a1 = W1.T grad_z2"])
def test_a_right_answer_exits_0(answer: str, capsys: Capture) -> None:
    assert main(["quiz", "mazur", "grad_a1", "--answer", answer]) == 0
    assert capsys.readouterr().out == "right\n"


def test_a_wrong_answer_exits_1_with_the_cause_and_a_hint(capsys: Capture) -> None:
    assert main(["quiz", "skinny", "grad_a1", "--answer", "W1 @ grad_z2"]) == 1
    found = capsys.readouterr()
    assert found.err == ""
    assert found.out.splitlines() == [
        "wrong: W⁽¹⁾ is the wrong way round: the product n2×n1 (4×2) times n2×1 (4×1) does not fit: "
        "n1 = 2 meets n2 = 4",
        "hint: Write one entry as a sum: does the sum run over the first or the second index of W⁽¹⁾?",
    ]


def test_the_convention_decides_what_is_right() -> None:
    words = ["quiz", "square", "grad_a1", "--answer", "grad_z2 @ W1", "--convention"]
    assert main([*words, "row-pytorch"]) == 0
    assert main([*words, "row-keras"]) == 1


@pytest.mark.parametrize("command", ["why", "quiz"])
def test_help_has_an_example(command: str, capsys: Capture) -> None:
    assert main([command, "--help"]) == 0
    assert f"nablastep {command} mazur" in capsys.readouterr().out


@pytest.mark.parametrize("convention", ["column", "row-keras"])
def test_a_zero_has_no_sign(tmp_path: Path, convention: str, capsys: Capture) -> None:
    """A delta of −0.2 times a slope of 0 is −0.0 in binary; on paper it is 0."""
    network = tmp_path / "zero.toml"
    network.write_text(
        'x = [[1.0, 0.0]]\ny = [[1.0, 1.0]]\nloss = "half_squared_error"\n'
        '[[layers]]\nactivation = "relu"\nW = [[-0.5, 0.5], [0.5, 0.25]]\n'
        '[[layers]]\nactivation = "identity"\nW = [[0.3, 0.2], [0.1, 0.5]]\n'
    )
    for arguments in (["why", str(network), "grad_z1"], ["trace", str(network)]):
        assert main([*arguments, "--convention", convention]) == 0
        printed = capsys.readouterr().out
        assert "0.5" in printed
        assert not re.search(r"[-−]0(?![.\d])", printed)
