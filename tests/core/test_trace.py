"""The trace: JSON to the bit, exact transposes, text that fits, documents that hold together, programs that run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from itertools import cycle, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.test_equations import Equations
from covering import covering
from nablastep.errors import CommandError, UnknownNameError
from nablastep.expressions import SAMPLES, WEIGHTS
from nablastep.files.built_in import network_names
from nablastep.network import CONVENTION_NAMES
from nablastep.notation import notations
from nablastep.trace import FORMAT_NAMES, Trace, line_text, text_lines, written
from nablastep.trace.numerals import format_for

ORACLE = sorted(str(path) for path in (Path(__file__).parents[1] / "oracle").glob("*.toml"))
SOURCES = [*network_names(), *ORACLE]
NAMES = [Path(source).stem for source in SOURCES]

FOR_READERS = [name for name in notations() if name != "mathml"]

every_source = pytest.mark.parametrize("source", SOURCES, ids=NAMES)
every_convention = pytest.mark.parametrize("convention", CONVENTION_NAMES)


def document(source: Any, format_name: str, **options: Any) -> str:
    notation = options.pop("notation", "unicode")
    return "".join(written(Trace(source, **options), format_name, notation=notation))


def json_trace(source: Any, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(source, "json", **options))
    return found


def run_program(program: str) -> str:
    """What the program prints. Its np.seterr must not outlive it."""
    printed = StringIO()
    with np.errstate(), redirect_stdout(printed):
        exec(compile(program, "<trace>", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def confident_network() -> ns.Network:
    """Logits of ±1000: the gradient by the output is infinite, all others are finite."""
    return ns.Network(
        layers=[{"activation": "softmax", "W": [[1000.0, 0.0], [-1000.0, 0.0]]}],
        x=[[1.0, 0.5]],
        y=[[0.0, 1.0]],
        loss="categorical_cross_entropy",
    )


# JSON


def test_json_has_the_form_of_the_contract() -> None:
    trace = json_trace(ns.open("mazur"))
    assert trace["format"] == "nablastep-trace"
    assert trace["version"] == 1
    assert trace["convention"] == "column"
    assert trace["network"] == {"title": "Mazur's step by step example", "sizes": [2, 2, 2]}
    assert trace["batches"] == [[0]]
    assert list(trace["initial"]) == ["a0", "y", "W0", "b0", "W1", "b1"]
    assert trace["initial"]["a0"] == [[0.05], [0.1]]
    ids = " ".join(step["id"] for step in trace["steps"])
    assert ids == "z1 a1 z2 a2 E grad_a2 grad_z2 grad_W1 grad_b1 grad_a1 grad_z1 grad_W0 grad_b0 W1 W0"
    first = trace["steps"][0]
    assert {name: first[name] for name in ("iteration", "step", "phase", "id")} == {
        "iteration": 1,
        "step": 1,
        "phase": "forward",
        "id": "z1",
    }
    assert first["inputs"] == {"a0": [[0.05], [0.1]], "y": [[0.01], [0.99]]}
    assert list(first["equation"]) == list(notations())
    assert first["equation"]["unicode"] == "z⁽¹⁾ = W⁽⁰⁾ a⁽⁰⁾ + b⁽⁰⁾"
    assert first["equation"]["numpy"] == "z1 = W0 @ a0 + b0"
    assert first["operands"] == ["W0", "a0", "b0"]
    assert first["dimensions"] == ["n1", "1"]
    assert first["shape"] == [2, 1]
    assert "definition" not in first


def test_the_error_is_a_number_without_dimensions() -> None:
    step = next(step for step in json_trace(ns.open("mazur"))["steps"] if step["id"] == "E")
    assert (step["shape"], step["dimensions"]) == ([], [])
    assert step["value"] == 0.2983711087600027


@every_source
def test_json_floats_read_back_to_the_same_bits(source: str) -> None:
    trace = json_trace(ns.open(source), convention="column", iterations=2)
    session = ns.open(source)
    for step in trace["steps"]:
        session.next()
        expected = session[step["id"]]
        found = np.array(step["value"], dtype=float)
        assert found.tobytes() == np.ascontiguousarray(expected).tobytes(), step["id"]
        assert list(np.shape(expected)) == step["shape"]


@every_source
def test_the_conventions_are_exact_transposes(source: str) -> None:
    session = ns.open(source)
    column = json_trace(session, convention="column")
    for convention in CONVENTION_NAMES[1:]:
        other = json_trace(session, convention=convention)
        transposes_samples, transposes_weights = convention.startswith("row"), convention != "column"
        if convention == "row-pytorch":
            transposes_weights = False
        pairs = [(name, column["initial"][name], other["initial"][name]) for name in column["initial"]]
        for ours, theirs in zip(column["steps"], other["steps"], strict=True):
            pairs.append((ours["id"], ours["value"], theirs["value"]))
            assert ours["operands"] or np.size(ours["value"])
            assert sorted(ours["operands"]) == sorted(theirs["operands"])
            if "inputs" in ours:
                pairs += [(name, ours["inputs"][name], theirs["inputs"][name]) for name in ours["inputs"]]
        for name, ours, theirs in pairs:
            turns = session.program.symbols[name].flips_with
            transposed = transposes_weights if turns == WEIGHTS else transposes_samples and turns == SAMPLES
            expected = np.array(ours, dtype=float).T if transposed else np.array(ours, dtype=float)
            assert np.array_equal(expected, np.array(theirs, dtype=float), equal_nan=True), (convention, name)


def test_shapes_follow_the_convention() -> None:
    steps = {step["id"]: step for step in json_trace(ns.open("ng-ex4"), convention="row-keras")["steps"]}
    assert steps["z2"]["dimensions"] == ["m", "n2"]
    assert steps["z2"]["shape"] == [3, 4]
    assert steps["grad_W1"]["dimensions"] == ["n1", "n2"]
    assert steps["grad_b1"]["dimensions"] == ["1", "n2"]


def test_values_that_are_not_finite_are_strings() -> None:
    trace = json_trace(confident_network())
    steps = {step["id"]: step for step in trace["steps"]}
    assert steps["grad_a1"]["value"] == [[0.0], ["-inf"]]
    assert steps["E"]["value"] == 2000.0
    assert steps["grad_z1"]["value"] == [[1.0], [-1.0]]


def test_a_stable_equation_has_its_definition_beside_it() -> None:
    step = next(step for step in json_trace(ns.open("xor"))["steps"] if step["id"] == "E")
    assert step["equation"]["unicode"] == "E = 1/m Σ (softplus(Z⁽²⁾) − Y ⊙ Z⁽²⁾)"
    assert step["definition"]["unicode"] == "E = −1/m Σ (Y ⊙ ln(A⁽²⁾) + (1 − Y) ⊙ ln(1 − A⁽²⁾))"


def test_each_iteration_tells_its_batch_and_its_inputs() -> None:
    session = ns.open("digits-mlp")
    trace = json_trace(session, iterations=3)
    assert trace["batches"] == [list(session.network.batch(number)) for number in (1, 2, 3)]
    with_inputs = [step for step in trace["steps"] if "inputs" in step]
    assert [(step["iteration"], step["step"]) for step in with_inputs] == [(1, 1), (2, 1), (3, 1)]
    second = np.array(with_inputs[1]["inputs"]["a0"])
    assert np.array_equal(second, session.network.x[trace["batches"][1]].T)
    assert "velocity_W1" in trace["initial"]


def test_the_last_batch_of_a_pass_may_be_smaller() -> None:
    network = ns.Network(
        layers=[{"activation": "identity", "W": [[0.5, -0.25]]}],
        x=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        y=[[1.0], [2.0], [3.0]],
        loss="half_squared_error",
        batch_size=2,
    )
    trace = json_trace(network, iterations=2)
    assert trace["batches"] == [[0, 1], [2]]
    first, second = (step for step in trace["steps"] if step["id"] == "z1")
    assert first["dimensions"] == ["n1", "m"]
    assert second["dimensions"] == ["n1", "1"]
    assert run_program(document(network, "python", iterations=2)).startswith("all ")


# the session


def test_tracing_leaves_the_session_where_it_is() -> None:
    session = ns.open("mazur")
    session.next(3)
    list(Trace(session, iterations=5))
    assert session.position == (1, 3)
    session.set("W0[0,0]", 0.5)
    assert session.branches == (), "what the trace computed ahead is not the session's future"


@every_convention
def test_edits_of_a_session_are_part_of_its_trace(convention: str) -> None:
    session = ns.open("skinny")
    session.set("W0[1,0]", 0.5)
    session.goto("end")
    session.set("W1[2,1]", 0.125)
    session.set("b0[1]", -0.5)
    session.next(4)
    session.set("learning_rate", 0.01)
    trace = json_trace(session, convention=convention, iterations=3)
    assert (
        np.array(trace["initial"]["W0"])[(0, 1) if convention in {"column-transposed", "row-keras"} else (1, 0)] == 0.5
    )
    edited = [edit for step in trace["steps"] for edit in step.get("edits", [])]
    assert [(edit["name"], edit["value"]) for edit in edited] == [("W1", 0.125), ("b0", -0.5)]
    session.goto(iteration=2, step=1)
    shown = next(step for step in trace["steps"] if step["iteration"] == 2)
    assert np.array_equal(np.ravel(sorted(np.ravel(shown["value"]))), np.sort(session["z1"], axis=None))
    assert run_program(document(session, "python", convention=convention, iterations=3)).startswith("all ")


def test_an_edited_value_is_not_taken_for_the_computed_one() -> None:
    session = ns.open("mazur")
    session.goto("W1")
    computed = session["W1"][0, 0]
    session.set("W1[0,0]", 9.0)
    steps = {step["id"]: step for step in json_trace(session)["steps"]}
    assert steps["W1"]["value"][0][0] == computed
    assert steps["W1"]["edits"] == [{"name": "W1", "indices": [0, 0], "value": 9.0}]
    assert "W1[0,0] was set by hand to 9; the update made 0.35" in document(session, "text")


# Python


EVERY_WAY = [*product(network_names(), CONVENTION_NAMES), *zip(ORACLE, cycle(CONVENTION_NAMES), strict=False)]
ONE_WAY = [*zip(SOURCES, cycle(CONVENTION_NAMES), strict=False), *product(["xor", "rnn"], CONVENTION_NAMES)]


@pytest.mark.parametrize(("source", "convention"), covering(EVERY_WAY, dict.fromkeys(ONE_WAY)))
def test_the_printed_program_holds(source: str, convention: str) -> None:
    session = ns.open(source)
    trace = json_trace(session, convention=convention, iterations=2)
    program = document(session, "python", convention=convention, iterations=2)
    values = sum(int(np.prod(step["shape"])) for step in trace["steps"])
    assert run_program(program) == f"all {values} values hold\n"
    lines = set(program.splitlines())
    assert all(step["equation"]["numpy"] in lines for step in trace["steps"])


def test_the_program_of_infinite_values_holds() -> None:
    assert run_program(document(confident_network(), "python")).startswith("all ")


def test_the_program_of_many_iterations_holds() -> None:
    assert run_program(document(ns.open("xor"), "python", iterations=60, convention="row-keras")).startswith("all ")


@pytest.mark.parametrize(
    ("true", "false", "message"),
    [
        ("grad_W1 = a1.T @ grad_z2", "grad_W1 = (a1.T @ grad_z2).T", "grad_W1 has shape"),
        ("grad_z1 = grad_a1 * tanh_prime(z1)", "grad_z1 = grad_a1 * (1 + 2e-9)", "grad_z1 is"),
        ("E = ", "E = 1e-6 + ", "E is"),
    ],
)
def test_the_program_notices_a_wrong_equation(true: str, false: str, message: str) -> None:
    program = document(ns.open("xor"), "python", convention="row-keras").replace("np.tanh(z1)", "np.tanh(z1)")
    changed = program.replace(true, false)
    assert changed != program, f"{true} does not stand in the program"
    with pytest.raises(AssertionError, match=message):
        run_program(changed)


@pytest.mark.parametrize("flags", [["-I"], ["-I", "-O"]], ids=["plain", "optimised"])
@pytest.mark.parametrize("source", ["mazur", "digits-mlp", ORACLE[7]], ids=["mazur", "digits-mlp", "gelu"])
def test_the_program_needs_only_numpy(source: str, flags: list[str], tmp_path: Path) -> None:
    program = tmp_path / "proof.py"
    program.write_text(document(ns.open(source), "python", convention="row-pytorch"), encoding="utf-8")
    ran = subprocess.run([sys.executable, *flags, str(program)], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == 1
    assert ran.stdout.endswith(" values hold\n")
    words = {line.split()[1] for line in program.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert words <= {"numpy", "math"}


# text


@pytest.mark.parametrize("source", [*network_names(), *ORACLE[::3]])
def test_text_fits_into_80_columns(source: str) -> None:
    session = ns.open(source)
    columns, rows = (Trace(session, convention=convention) for convention in ("column", "row-keras"))
    for notation, trace in (*((name, columns) for name in FOR_READERS), ("unicode", rows)):
        lines = [line_text(line) for line in text_lines(trace, notation=notation)]
        widest = max(lines, key=len)
        assert len(widest) <= 80, (notation, trace.convention.name, widest)
        assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("source", ["xor", "two-heads", Equations(1005).network()])
def test_derivations_fit_into_80_columns_too(source: str | ns.Network) -> None:
    trace = Trace(ns.open(source), why=True)
    for notation in FOR_READERS:
        lines = [line_text(line) for line in text_lines(trace, notation=notation)]
        assert max(map(len, lines)) <= 80, notation


def test_text_uses_a_wider_terminal() -> None:
    lines = [line_text(line) for line in text_lines(Trace(ns.open("digits-mlp")), width=120)]
    assert 80 < max(map(len, lines)) <= 120


def test_a_step_reads_as_on_paper() -> None:
    text = document(ns.open("mazur"), "text")
    assert (
        """\
  8  Gradient of the weights into layer 2 (grad_W1)

     ∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ

         ∇z⁽²⁾               a⁽¹⁾ᵀ                      ∇W⁽¹⁾
          n₂×1                1×n₁                      n₂×n₁
     ⎡  0.138499 ⎤ · [ 0.593270  0.596884 ] = ⎡  0.0821670   0.0826676 ⎤
     ⎣ -0.038098 ⎦                            ⎣ -0.0226025  -0.0227402 ⎦
"""
        in text
    )


def test_the_same_step_in_plain_ascii() -> None:
    text = document(ns.open("mazur"), "text", notation="ascii", convention="row-keras")
    assert text.isascii()
    assert (
        """\
     grad_W1 = a1.T grad_z2

         a1.T             grad_z2                    grad_W1
         n1x1               1xn2                      n1xn2
     [ 0.593270 ] [ 0.138499  -0.038098 ] = [ 0.0821670  -0.0226025 ]
     [ 0.596884 ]                           [ 0.0826676  -0.0227402 ]
"""
        in text
    )


def test_an_update_shows_the_weights_from_before_and_after() -> None:
    lines = document(ns.open("mazur"), "text").splitlines()
    start = lines.index(" 14  Update of the weights into layer 2 (W1)")
    block = "\n".join(lines[start : start + 8])
    assert "W⁽¹⁾ ← W⁽¹⁾ − η ∇W⁽¹⁾" in block
    assert "⎡ 0.40  0.45 ⎤ − 0.5 ·" in block
    assert "new W⁽¹⁾" in block
    assert "= ⎡ 0.358916  0.408666 ⎤" in block


def test_large_matrices_are_shortened_and_said_to_be() -> None:
    text = document(ns.open("digits-mlp"), "text")
    assert "n₁×n₀ = 32×64" in text
    assert "Shortened (… is left out): W⁽⁰⁾, A⁽⁰⁾, b⁽⁰⁾, Z⁽¹⁾" in text
    assert "⋱" in text
    assert "Shortened" not in document(ns.open("ng-ex4"), "text")


def test_brackets_are_as_high_as_what_they_enclose() -> None:
    text = document(ns.open("mazur"), "text")
    assert "½ · Σ ⎛⎡ 0.751365 ⎤ − ⎡ 0.01 ⎤⎞² = 0.298371" in text
    assert "      ⎝⎣ 0.772928 ⎦   ⎣ 0.99 ⎦⎠" in text


def test_several_iterations_end_with_their_errors() -> None:
    text = document(ns.open("mazur"), "text", iterations=2)
    assert text.endswith("E in iterations 1 to 2: 0.298371, 0.291028\n")
    many = document(ns.open("tanh-neuron"), "text", iterations=12)
    assert "E in iterations 1 to 12: " in many
    assert "…" in many.splitlines()[-1]


def test_interleaved_updates_have_headings_of_their_own() -> None:
    headings = [line for line in document(ns.open("mazur-bug"), "text").splitlines() if line.startswith("──")]
    assert [heading.split(",")[1].split()[0] for heading in headings] == [
        "forward",
        "backward",
        "update",
        "backward",
        "update",
    ]


def test_spoken_text_is_linear() -> None:
    text = document(ns.open("mazur"), "text", notation="spoken")
    assert text.isascii()
    assert "Step 8 of 15, grad_W1: gradient of the weights into layer 2." in text
    assert "The gradient of W 1 equals the gradient of z 2 times a 1 transposed." in text
    assert "The gradient of W 1 is 2 rows by 2 columns.\nRow 1: 0.0821670, 0.0826676.\n" in text
    assert "Row 2: minus 0.0226025, minus 0.0227402." in text
    assert text.count("\na 1 is 2 rows by 1 column") == 1, "a value is said once"


def test_spoken_text_says_what_it_leaves_out() -> None:
    text = document(ns.open("digits-mlp"), "text", notation="spoken")
    assert ", and 61 more." in text
    assert "And 28 more rows." in text
    assert "m is the number of samples in a batch, 50." in text


def test_spoken_numbers_have_no_signs_to_be_swallowed() -> None:
    network = confident_network()
    text = document(network, "text", notation="spoken")
    assert "minus infinity" in text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.15, 0.2], ["0.15", "0.20"]),
        ([0.37749999999999995], ["0.3775"]),
        ([0.000438567734, 0.0], ["0.000438568", "0"]),
        ([1e-7, -2.5e-7], ["1.00000e-07", "-2.50000e-07"]),
        ([123456.789, 1e-9], ["123457", "0"]),
        ([0.5, -1e-9], ["0.500000", "0.000000"]),
        ([float("inf"), float("-inf"), float("nan"), 1.0], ["inf", "-inf", "nan", "1"]),
        ([12345678.0], ["1.23457e+07"]),
        ([-0.0], ["0"]),
    ],
)
def test_numbers_of_a_matrix_share_their_decimals(values: list[float], texts: list[str]) -> None:
    number = format_for(values)
    assert [number.text(value) for value in values] == texts


# documents


def test_markdown_uses_only_mathematics_that_github_renders() -> None:
    text = document(ns.open("xor"), "markdown", why=True)
    assert r"\operatorname" not in text
    assert text.count("```math\n") * 2 == text.count("```")
    assert text.startswith("# Exclusive or\n")
    assert "### 8. Gradient of the weights into layer 2 (`grad_W1`)\n\nShape n₂×n₁ = 1×4.\n" in text


def test_markdown_and_latex_take_a_title_as_it_is() -> None:
    network = ns.Network(
        layers=[{"activation": "identity", "W": [[0.5]]}],
        x=[[1.0]],
        y=[[1.0]],
        loss="half_squared_error",
        title=r"50% of $x_1$ & #2 \o/ <b>*~^{} 网",
    )
    assert document(network, "markdown").startswith("# 50% of \\$x\\_1\\$ \\& \\#2 \\\\o/ \\<b\\>\\*\\~^\\{\\} 网\n")
    latex = document(network, "latex")
    assert (
        r"\section*{50\% of \$x\_1\$ \& \#2 \textbackslash{}o/ <b>*\textasciitilde{}\textasciicircum{}\{\} 网}" in latex
    )
    assert r"\DeclareUnicodeCharacter{7F51}{(U+7F51)}" in latex
    assert "# 50% of $x_1$" in document(network, "python").splitlines()[0]


@every_source
def test_latex_is_a_balanced_document(source: str) -> None:
    text = document(ns.open(source), "latex")
    assert text.startswith(r"\documentclass")
    assert text.endswith("\\end{document}\n")
    for name in ("document", "aligned", "bmatrix"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}")
    plain = text.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
    assert max(ord(character) for character in text.replace("网", "")) < 0x100


def test_no_bracket_of_latex_stretches_over_a_line_break() -> None:
    for source in SOURCES:
        for row in document(ns.open(source), "latex").split("\\\\\n"):
            assert row.count(r"\left(") == row.count(r"\right)"), row


@pytest.mark.parametrize("format_name", FORMAT_NAMES)
def test_every_format_can_carry_the_derivations(format_name: str) -> None:
    plain = document(ns.open("mazur"), format_name)
    derived = document(ns.open("mazur"), format_name, why=True)
    assert len(derived) > len(plain)
    assert "one array does that" in " ".join(derived.replace("#", "").split())


def test_derivations_hold_and_end_with_the_equation() -> None:
    trace = json_trace(ns.open("skinny"), why=True, iterations=2)
    for step in trace["steps"]:
        assert ("why" in step) == (step["phase"] == "backward")
        for route in step.get("why", []):
            assert route["lines"][-1]["unicode"] == step["equation"]["unicode"]
            assert all(line["holds"] for line in route["lines"])


# mistakes


@pytest.mark.parametrize("iterations", [0, -1, True, 1.5, "2"])
def test_a_trace_has_at_least_one_iteration(iterations: Any) -> None:
    with pytest.raises(CommandError, match="a trace has a whole number of iterations from 1, found"):
        Trace(ns.open("mazur"), iterations=iterations)


def test_unknown_names_are_refused_before_anything_is_written() -> None:
    session = ns.open("mazur")
    with pytest.raises(UnknownNameError, match="unknown convention 'rows'"):
        Trace(session, convention="rows")
    with pytest.raises(UnknownNameError, match="unknown format 'jsn'; did you mean 'json'"):
        written(Trace(session), "jsn")
    with pytest.raises(UnknownNameError, match="unknown notation 'tex'"):
        written(Trace(session), "text", notation="tex")


def test_values_handed_out_are_frozen() -> None:
    for step in Trace(ns.open("skinny"), convention="row-keras").steps:
        for value in (step.value, *step.values.values()):
            if isinstance(value, np.ndarray):
                assert not value.flags.writeable


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex"])
def test_a_network_with_a_planted_mistake_says_so(format_name: str) -> None:
    warning = "not the gradients of E"
    assert warning in " ".join(document(ns.open("mazur-bug"), format_name).split())
    assert warning not in " ".join(document(ns.open("mazur"), format_name).split())


def test_a_strangers_titles_are_text_in_markdown(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'title = "<b>![a](http://example.org/a.png)"\nx = [[1.0]]\ny = [[0.5]]\nequations = """\n'
        '## <i>![b](http://example.org/b.png)\nE = sum((w x - y)^2)  # <u>![c](http://example.org/c.png)\n"""\n'
        "[parameters]\nw = 0.5\n",
        encoding="utf-8",
    )
    session = ns.open(path)
    text = document(session, "markdown", why=True)
    assert "(http://example.org/a.png)" in text
    assert "(http://example.org/c.png)" in text
    assert re.findall(r"(?<!\\)(?:<[biu]>|!?\[[abc])", text) == []
