"""derive: random expressions against differences, kinds and shapes, formats that prove themselves, mistakes."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from nablastep.derivations.worth import Evaluator
from nablastep.deriving.as_network import network_of
from nablastep.deriving.documents import FORMATS, document
from nablastep.deriving.judged import judged
from nablastep.deriving.kinds import DeriveError, Kind, declared
from nablastep.deriving.reading import read
from nablastep.shapes import shape_of

RIDGE = "sum((X w - y)^2) + lambda sum(w^2)"

# random expressions


def random_vector(generator: random.Random, depth: int) -> str:
    """An expression whose value is a column of n entries."""
    if depth == 0:
        return generator.choice(("x", "y", "x", "a"))
    u, v = random_vector(generator, depth - 1), random_vector(generator, generator.randrange(depth))
    s = random_number(generator, depth - 1)
    return generator.choice(
        (
            f"A ({u})", f"A^T ({u})", f"({u} + {v})", f"({u} - 2 {v})", f"({u}) * ({v})", f"tanh({u})", f"exp({u} / 4)",
            f"softmax({u})", f"sigmoid({u})", f"({s}) ({u})", f"B^T (B ({u}))", f"({u}) / (1 + ({v})^2)",
            f"({u}) / (2 + norm({v})^2)", f"inv(A A^T + S) ({u})", f"cos({u})",
        )
    )  # fmt: skip


def random_number(generator: random.Random, depth: int) -> str:
    """An expression whose value is a number."""
    if depth <= 0:
        return generator.choice(("lambda", "0.5", "x^T y", "sum(x)"))
    u, v = random_vector(generator, depth - 1), random_vector(generator, generator.randrange(depth))
    return generator.choice(
        (
            f"sum({u})", f"({u})^T ({v})", f"norm({u})^2", f"lse({u})", f"({u})^T A ({v})", f"tr(A^T ({u}) ({v})^T)",
            f"sqrt(1 + norm({u})^2)", f"ln(1 + ({u})^T ({u}))", f"lambda norm({u})^2 - sum({v})", f"mean({u})",
            f"logdet(S + A A^T) + sum({u})", f"norm(B ({u}))^2",
        )
    )  # fmt: skip


SHAPE = "A=n×n, B=m×n, S=positive definite n×n, x=n, y=n, a=n"


@pytest.mark.parametrize("start", range(0, 500, 25))
def test_five_hundred_random_expressions_agree_with_differences(start: int) -> None:
    """The textbook form of a gradient, or of a vector-Jacobian product, against quotients, which know no rules."""
    for seed in range(start, start + 25):
        generator = random.Random(seed)
        make = generator.choice((random_number, random_number, random_vector))
        text = make(generator, generator.choice((2, 2, 3)))
        names = [name for name in ("A", "B", "S", "x", "y", "a") if name in read_names(text)]
        shape = ", ".join(part for part in SHAPE.split(", ") if part.partition("=")[0] in names)
        by = generator.choice([name for name in names if name != "S"] or ["S"])
        is_number = shape_of(read(text, declared(shape)).expression) == ()
        answer = ns.derive(text, by, shape=shape, seed=None if is_number else "G", route="none")
        assert answer.first.numeric_error < 1e-6, (text, by, answer.text())


def read_names(text: str) -> tuple[str, ...]:
    from nablastep.deriving.reading import names_in

    return names_in(text)


@pytest.mark.parametrize("seed", range(12))
def test_random_expressions_hold_by_every_route(seed: int) -> None:
    generator = random.Random(1000 + seed)
    text = (random_number, random_vector)[seed % 2](generator, 2)
    names = read_names(text)
    shape = ", ".join(part for part in SHAPE.split(", ") if part.partition("=")[0] in names)
    by = generator.choice([name for name in names if name not in ("S", "lambda")])
    answer = ns.derive(text, by, shape=shape)
    failing = [(text, by, line.text()) for line in answer.lines if line.holds is False]
    assert not failing, failing
    assert answer.holds


# kinds and shapes


def test_kinds_by_typography_and_shapes_by_unification() -> None:
    reading = read(RIDGE)
    shapes = {symbol.id: symbol.shape for symbol in reading.variables}
    assert shapes == {"X": ("m", "n"), "w": ("n", "1"), "y": ("m", "1"), "lambda": ()}
    assert ns.derive(RIDGE, "w").text() == "∇w = 2 Xᵀ (X w − y) + 2 λ w"
    assert ns.derive(RIDGE, "λ").text() == "∇λ = ‖w‖²"


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("norm(X^T X - I)^2", "X", "∇X = 4 X (Xᵀ X − I)"),
        ("logdet(X X^T + lambda I)", "lambda", "∇λ = tr((X Xᵀ + λ I)⁻¹)"),
        ("x^T (A - mu I)^T x", "mu", "∇μ = −xᵀ x"),
        ("tr(X)", "X", "∇X = I"),
        ("sum(diag(w) x)", "w", "∇w = x"),
        ("sum(exp(diag(w) X))", "w", "∇w = (exp(diag(w) X) ⊙ X) 1"),
        ("log(tr(X^T X))", "X", "∇X = (2 / tr(Xᵀ X)) X"),
        ("norm(x)^3", "x", "∇x = 3 ‖x‖ x"),
        ("-y^T log(softmax(z))", "z", "∇z = (Σ y) softmax(z) − y"),
        ("sum(x * log(x / y))", "x", "∇x = ln(x ⊘ y) + 1"),
        ("sum(x * log(x / y))", "y", "∇y = −x ⊘ y"),
        ("lambda x^T x", "lambda", "∇λ = xᵀ x"),
        ("lambda sum(X * X)", "lambda", "∇λ = ‖X‖²"),
        (r"\log \det X", "X", "∇X = (Xᵀ)⁻¹"),
        (r"\operatorname{tr}(A X B)", "X", "∇X = Aᵀ Bᵀ"),
        (r"\frac{1}{2} \left\lVert A x - b \right\rVert^2", "x", "∇x = Aᵀ (A x − b)"),
        (r"\lambda \|w\|^{2}", "w", "∇w = 2 λ w"),
        (r"\sum \sigma(W x)", "x", "∇x = Wᵀ (σ(W x) ⊙ σ(−W x))"),
    ],
)
def test_diagonals_identities_and_quotients_come_out_short_and_hold_by_every_route(
    text: str, by: str, expected: str
) -> None:
    answer = ns.derive(text, by)
    assert answer.text() == expected
    assert answer.holds
    assert judged(answer, expected).right


def test_only_a_number_that_was_rounded_excuses_an_error() -> None:
    answer = ns.derive("sum(x^2) + 0.00001 sum(y)", "y")
    assert judged(answer, "0.00001").right
    assert not judged(ns.derive("sum(x^2) + 0.00001 sum(x)", "x"), "2 x + 0.00002").right
    assert judged(ns.derive("norm(x)^2 / 3", "x"), "0.666667 x").right
    assert not judged(ns.derive("norm(x)^2 / 3", "x"), "0.66667 x").right


def test_letters_that_stand_together_are_said_to_be_one_name() -> None:
    told = " ".join(document(ns.derive("norm(Ax - b)^2", "b"), "text").split())
    assert "Ax is one name; a product is written A x." in told
    assert "one name" not in document(ns.derive("norm(Ax - b)^2", "b", shape="Ax=n"), "text")


def test_i_is_the_identity_unless_it_is_declared() -> None:
    assert [symbol.id for symbol in read("A I").variables] == ["A"]
    assert [symbol.id for symbol in read("A I", {"I": Kind(("n", "n"))}).variables] == ["A", "I"]
    assert ns.derive("tr(A I)", "I", shape="I=n×n").text() == "∇I = Aᵀ"


@pytest.mark.parametrize(
    ("text", "shape", "expected"),
    [
        ("B x", "B=3×3", {"B": ("3", "3"), "x": ("3", "1")}),
        ("s x", "s=1", {"s": (), "x": ("n", "1")}),
        ("A x", "A=symmetric", {"A": ("n", "n"), "x": ("n", "1")}),
        ("A x", "A=symmetric p×p", {"A": ("p", "p"), "x": ("p", "1")}),
        ("1/(2 m) sum((X w - y)^2)", "X=mxn", {"X": ("m", "n"), "w": ("n", "1"), "y": ("m", "1")}),
        ("X w + b", "b=1", {"X": ("m", "n"), "w": ("n", "1"), "b": ()}),
        ("[x; y]", "", {"x": ("m", "1"), "y": ("n", "1")}),
    ],
)
def test_declarations(text: str, shape: str, expected: dict[str, tuple[str, ...]]) -> None:
    answer = ns.derive(text, shape=shape)
    assert {symbol.id: symbol.shape for symbol in answer.reading.variables} == expected
    assert answer.holds


@pytest.mark.parametrize(
    "text", ["‖A x − b‖²", "||A x - b||^2", "norm(A x - b)^2", "(A x - b)^T (A x - b)", "np.linalg.norm(A @ x - b)**2"]
)
def test_spellings_of_one_question_have_one_answer(text: str) -> None:
    assert ns.derive(text, "x").text() == "∇x = 2 Aᵀ (A x − b)"


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("‖x‖₁", "x", "∇x = sign(x)"),
        ("2 ‖x‖² + ‖y‖ ‖x‖", "y", "∇y = ‖x‖ / ‖y‖ y"),
        ("lse(z) - y^T z", "z", "∇z = softmax(z) − y"),
        ("tr(A X B)", "X", "∇X = Aᵀ Bᵀ"),
        ("lambda^3", "lambda", "∇λ = 3 λ²"),
        ("softmax(z)", "z", "∂f/∂z = diag(softmax(z)) − softmax(z) softmax(z)ᵀ"),
    ],
)
def test_textbook_forms(text: str, by: str, expected: str) -> None:
    answer = ns.derive(text, by)
    assert answer.holds
    assert answer.text() in (expected, expected.replace("‖x‖ / ‖y‖ y", "(‖x‖ / ‖y‖) y"))


# layouts, seeds, second derivatives, symmetry


def test_layouts_are_transposes_and_a_seed_multiplies() -> None:
    values = {"A": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x": [0.3, -0.2]}
    numerator = ns.derive("exp(A x)", "x", **values)
    denominator = ns.derive("exp(A x)", "x", layout="denominator", **values)
    assert np.array_equal(numerator.jacobian.T, denominator.jacobian)
    exact = np.diag(np.exp(np.array(values["A"]) @ values["x"])) @ np.array(values["A"])
    assert np.allclose(numerator.jacobian, exact)
    seeded = ns.derive("exp(A x)", "x", seed="G", **values)
    assert seeded.text() == "∇x = Aᵀ (G ⊙ exp(A x))"
    found = seeded(**values, G=[1.0, -2.0, 0.5])
    assert np.allclose(found, numerator.jacobian.T @ [[1.0], [-2.0], [0.5]])


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("x * y", "diagonal"), ("X^T", "permutation"), ("A X B", "Kronecker product"), ("x - y", "identity"),
        ("softmax(x)", "diagonal plus rank one"), ("x (y^T x)", "diagonal plus rank one"), ("A x", None),
        ("3 x", "a multiple of the identity"), ("[x; y]", "selection of entries"),
    ],
)  # fmt: skip
def test_the_structure_of_a_jacobian_is_named(text: str, structure: str | None) -> None:
    shape = "y=n, x=n" if "y^T x" in text else ""
    answer = ns.derive(text, "X" if "X" in text else "x", shape=shape)
    assert answer.first.structure == structure
    assert answer.holds


def test_the_hessian_and_its_product() -> None:
    answer = ns.derive("x^T A x", "x", second=True)
    gradient, hessian, product = answer.results
    assert [each.kind for each in answer.results] == ["gradient", "hessian", "hessian-vector product"]
    assert np.allclose(hessian.value, np.transpose(hessian.value))
    assert np.allclose(product.value, np.asarray(hessian.value) @ product.values["v"])
    assert "∇²f = A + Aᵀ" in document(answer)
    assert gradient.holds


def test_a_symmetric_matrix_has_two_conventions_and_says_which() -> None:
    free = ns.derive("logdet(A)", "A", shape="A=positive definite")
    assert free.text() == "∇A = A⁻¹"
    assert "--symmetric" in free.first.note
    together = ns.derive("logdet(A)", "A", shape="A=positive definite", symmetric=True)
    assert together.text() == "∇A = 2 A⁻¹ − A⁻¹ ⊙ I"
    assert "move together" in together.first.note
    assert free.holds
    assert together.holds


# from Python


def test_the_answer_is_callable_and_shown() -> None:
    X, y = np.arange(6.0).reshape(3, 2) / 3, np.array([1.0, -1.0, 0.5])
    w = np.array([0.2, -0.4])
    answer = ns.derive(RIDGE, by="w", X=X, y=y, w=w, lambda_=0.3)
    expected = 2 * X.T @ (X @ w - y) + 2 * 0.3 * w
    assert np.allclose(np.ravel(answer.gradient), expected)
    assert np.allclose(np.ravel(answer(w=w + 1)), 2 * X.T @ (X @ (w + 1) - y) + 0.6 * (w + 1))
    assert answer.latex.startswith(r"\nabla w = 2\, {X}^{\mathsf{T}}")
    assert answer._repr_latex_() == f"${answer.latex}$"
    assert "<math" in answer._repr_html_()
    assert {line.route for line in answer.lines} == {"index", "jacobian", "differential"}
    assert str(answer) == "∇w = 2 Xᵀ (X w − y) + 2 λ w"


def test_calls_with_other_sizes_are_checked() -> None:
    answer = ns.derive("norm(A x - b)^2", "x")
    assert answer(A=np.ones((5, 2)), x=[1.0, 2.0], b=np.zeros(5)).shape == (2, 1)
    with pytest.raises(DeriveError, match="is 2 elsewhere and 3 here"):
        answer(A=np.ones((5, 2)), x=[1.0, 2.0, 3.0], b=np.zeros(5))
    with pytest.raises(DeriveError, match="b has no value here"):
        answer(A=np.ones((5, 2)), x=[1.0, 2.0])
    with pytest.raises(DeriveError, match="no number"):
        _ = ns.derive("A x", "x").gradient


# documents

QUESTIONS: tuple[dict[str, Any], ...] = (
    {"expression": RIDGE, "by": "w"},
    {"expression": RIDGE},
    {"expression": "softmax(z)", "layout": "denominator"},
    {"expression": "tr(A inv(X) B)", "by": "X"},
    {"expression": "A X B", "by": ["X", "A"]},
    {"expression": "[X; Y]^T", "by": "X"},
    {"expression": "x^T A x + lse(x)", "by": "x", "second": True},
    {"expression": "logdet(A)", "shape": "A=spd", "symmetric": True},
    {"expression": "diag(A) + sigmoid(x)", "seed": "G", "shape": "A=n×n, x=n"},
    {"expression": "sum(gelu(A x)) + max(0, lambda)", "by": ["x", "lambda"]},
    {"expression": "X[1:3, :]", "shape": "X=4×2"},
)


def answer_to(question: dict[str, Any]) -> ns.Answer:
    return ns.derive(**question)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["expression"])
def test_the_numpy_program_proves_itself(question: dict[str, Any], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(document(answer_to(question), "python"), encoding="utf-8")
    found = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.count(" holds, ") == len(answer_to(question).results)


def test_a_wrong_program_fails(tmp_path: Path) -> None:
    text = document(ns.derive(RIDGE, "w"), "python").replace("grad_w = 2 * ", "grad_w = 3 * ")
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "program.py")]
    assert subprocess.run(command, capture_output=True, timeout=120, check=False).returncode == 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["expression"])
def test_the_json_is_the_contracts_and_its_numpy_text_runs(question: dict[str, Any]) -> None:
    answer = answer_to(question)
    found = json.loads(document(answer, "json", form=True))
    assert (found["format"], found["version"], found["expression"]) == ("nablastep-derive", 1, question["expression"])
    names: dict[str, Any] = {"np": np}
    exec(found["functions"], names)
    for name, variable in found["variables"].items():
        value = variable["value"]
        names[{"lambda": "lambda_"}.get(name, name)] = np.array(value) if isinstance(value, list) else value
    names.update(found["dimensions"])
    for result, own in zip(found["results"], answer.results, strict=True):
        assert {"by", "equation", "shape", "value", "numeric_error", "routes"} <= result.keys()
        assert set(result["equation"]) == {"unicode", "ascii", "latex", "numpy"}
        for symbol in own.extra:
            names[symbol.id] = own.values[symbol.id]
        value = eval(result["equation"]["numpy"].partition(" = ")[2], names)
        assert np.allclose(value, result["value"], rtol=1e-12, atol=1e-12)
        for route in result["routes"]:
            assert set(route) == {"route", "direction", "lines"}
            assert all(line["holds"] is not False for line in route["lines"])
        assert result["form"][0]["law"] == "raw"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["expression"])
def test_text_fits_eighty_columns(question: dict[str, Any]) -> None:
    for notation in ("unicode", "ascii"):
        text = document(answer_to(question), notation=notation, form=True)
        assert not [line for line in text.splitlines() if len(line) > 80]
        assert notation == "unicode" or text.isascii()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs LaTeX")
def test_the_latex_compiles_without_overfull_lines(tmp_path: Path) -> None:
    for number, question in enumerate(QUESTIONS[:10:3]):
        source = tmp_path / f"q{number}.tex"
        source.write_text(document(answer_to(question), "latex", form=True), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
        found = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120, check=False
        )
        assert found.returncode == 0, found.stdout[-2000:]
        assert "Overfull" not in found.stdout, [line for line in found.stdout.splitlines() if "Overfull" in line]


def test_every_format_of_one_answer() -> None:
    answer = ns.derive("‖A x − b‖²", "x")
    texts = {format_name: document(answer, format_name) for format_name in FORMATS}
    assert r"\begin{align*}" in texts["latex"]
    assert "$$\\nabla x" in texts["markdown"]
    assert "torch.autograd.functional.jacobian" in texts["pytorch"]
    assert all(text.endswith("\n") for text in texts.values())
    with pytest.raises(ns.UnknownNameError):
        document(answer, "word")
    with pytest.raises(ns.UnknownNameError, match="did you mean 'jacobian'"):
        ns.derive("A x", route="jacobain")
    assert {line.route for line in ns.derive("A x", "x", route="index").lines} == {"index"}


def test_the_steps_of_the_form_keep_the_value() -> None:
    for text, by in (("tr(A inv(X) B)", "X"), ("x^T A x / (x^T x)", "x"), ("norm(x - a)^3", "x")):
        answer = ns.derive(text, by)
        for step in answer.first.form:
            found = Evaluator(answer.first.values, ())(step.expression).array
            assert np.allclose(found, answer.first.value)


# on the stage


@pytest.mark.parametrize(
    ("text", "by"),
    [
        (RIDGE, "w"), ("tr(A X B)", "X"), ("-sum(y * ln(softmax(z)))", "z"), ("x^T A x / (x^T x)", "x"),
        ("sum(tanh(A x)) / 2", "x"), ("logdet(X)", "X"), ("lambda^2", "lambda"), ("‖x − a‖", "a"),
    ],
)  # fmt: skip
def test_on_the_stage_it_is_a_network_of_named_parts_with_the_same_gradient(text: str, by: str) -> None:
    answer = ns.derive(text, by, route="none")
    session = ns.open(network_of(answer))
    session.goto("end")
    assert np.allclose(session[f"grad_{by}"], answer.gradient)
    forward = [step.id for step in session.program.steps if step.phase == "forward"]
    assert forward == [*(f"t{number}" for number in range(1, len(forward))), "f"]


@pytest.mark.parametrize("text", ["softmax(A x)", "x x^T A", "A^T (x * x)", "x"])
def test_on_the_stage_a_vector_is_followed_from_its_product_with_a_seed(text: str) -> None:
    answer = ns.derive(text, "x", seed="G", route="none")
    session = ns.open(network_of(answer))
    session.goto("end")
    assert np.allclose(session["grad_x"], answer.gradient)
    session.set("G[0,0]", 5.0)
    assert session.network.given["G"].shape == answer.first.values["G"].shape


def test_a_vector_without_a_seed_has_no_stage() -> None:
    with pytest.raises(DeriveError, match="follows a number backward"):
        network_of(ns.derive("A x", route="none"))


# mistakes

MISTAKES = (
    ({"expression": ""}, "no expression", None),
    ({"expression": "3 + 4"}, "nothing in 3 + 4 can change", None),
    ({"expression": "foo(x)"}, "no function 'foo'", 1),
    ({"expression": "sum(x $ y)"}, "cannot read", 7),
    ({"expression": "A x", "by": "z"}, "there is no 'z' in A x", None),
    ({"expression": "tr(AXB)", "by": "X"}, "there is no 'X'", None),
    ({"expression": "s X"}, "is s a scalar or a vector", 3),
    ({"expression": "c x^T A x"}, "is c a scalar or a vector", 1),
    ({"expression": "X w - y", "shape": "X=m×n, y=n"}, "m×1 and n×1", 5),
    ({"expression": "X w", "shape": "X=m by n"}, "cannot read X=m by n", None),
    ({"expression": "A x", "shape": "A=symetric"}, "did you mean 'symmetric'", None),
    ({"expression": "A x", "shape": "A=symmetric m×n"}, "so it is square", None),
    ({"expression": "A x", "shape": "B=m×n"}, "there is no 'B'", None),
    ({"expression": "inv(X)", "shape": "X=2×3"}, "needs a square matrix", 1),
    ({"expression": "A x", "second": True}, "--second needs a number", None),
    ({"expression": "tr(X)", "second": True, "by": "X"}, "by a vector or a number", None),
    ({"expression": "tr(X)", "seed": "G"}, "a number has its gradient", None),
    ({"expression": "A x", "seed": "x"}, "stands in the expression already", None),
    ({"expression": "A x", "layout": "row"}, "unknown layout", None),
    ({"expression": "tr(X)", "symmetric": True}, "needs X declared symmetric", None),
    ({"expression": "sum(abs(x))", "x": [0.0, 1.0]}, "abs has a kink at 0", None),
    ({"expression": "norm(x)", "x": [0.0, 0.0]}, "the square root has a kink", None),
    ({"expression": "sum(ln(x))", "x": [-1.0]}, "not finite", None),
    ({"expression": "max(a, b)", "a": 1.0, "b": 1.0}, "where both sides are equal", None),
    ({"expression": "logdet(X)", "X": [[1.0, 2.0], [2.0, 4.0]]}, "singular", None),
    ({"expression": "w^T x", "w": [1.0, 2.0], "x": [1.0, 2.0, 3.0]}, "does not fit", 5),
    ({"expression": "x", "x": ["a"]}, "not made of numbers", None),
    ({"expression": "x", "x": [float("nan")]}, "not finite", None),
    ({"expression": "A x", "shape": "A=spd", "A": [[1.0, 2.0], [3.0, 4.0]]}, "not symmetric", None),
    ({"expression": "A x", "shape": "A=spd", "A": [[1.0, 2.0], [2.0, 1.0]]}, "positive definite", None),
)


@pytest.mark.parametrize(("question", "message", "column"), MISTAKES, ids=lambda x: str(x)[:60])
def test_a_mistake_is_told_with_its_place_and_the_repair(
    question: dict[str, Any], message: str, column: int | None
) -> None:
    with pytest.raises(ns.NablastepError) as found:
        ns.derive(**question)
    assert message in found.value.message
    assert found.value.column == column


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ({"expression": "X w - y", "shape": "X=m×n, y=n"}, "say --shape y=m"),
        ({"expression": "s X"}, "say --shape s=1"),
        ({"expression": "tr(AXB)", "by": "X"}, "A X B"),
        ({"expression": "A x", "second": True}, "there is the Jacobian"),
        ({"expression": "sum(abs(x))", "x": [0.0, 1.0]}, "--let"),
    ],
)
def test_the_repair_is_one_that_works(question: dict[str, Any], hint: str) -> None:
    with pytest.raises(DeriveError) as found:
        ns.derive(**question)
    assert found.value.hint is not None
    assert hint in found.value.hint
