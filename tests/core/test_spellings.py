"""Answers in the spellings of courses, code and print; numbers to their digits; one's own equations; marks from 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nablastep as ns
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.spellings import plain
from nablastep.judge import judge
from nablastep.judging.comparison import compare, read_values
from nablastep.judging.numbers import typed_numbers
from nablastep.transposition import CONVENTIONS

FIELD = Path(__file__).parent / "field"

RIGHT = [
    ("ng-ex4", "grad_z1", "grad_a1 * sigmoid_derivative(z1)"),
    ("ng-ex4", "grad_z1", "dA1 * sigmoidGradient(Z1)"),
    ("ng-ex4", "grad_z1", "f'(z1) * W1.T.dot(grad_z2)"),
    ("ng-ex4", "grad_W1", "np.dot(grad_z2, a1.T)"),
    ("ng-ex4", "grad_W1", "dZ2.dot(A1.T)"),
    ("ng-ex4", "grad_W1", "δ2 @ a1.T"),
    ("ng-ex4", "grad_W1", "delta2 @ a1.T"),
    ("ng-ex4", "grad_W1", "δ⁽²⁾ A⁽¹⁾ᵀ"),
    ("ng-ex4", "grad_W1", "delta_2 a1ᵀ"),
    ("ng-ex4", "grad_W1", "dW1 = np.matmul(dZ_2, np.transpose(A_1))"),
    ("ng-ex4", "grad_b1", "np.sum(dZ2, axis=1, keepdims=True)"),
    ("ng-ex4", "grad_b1", "m * np.mean(dZ2, axis=1, keepdims=True)"),
    ("ng-ex4", "grad_b1", "m * dZ2.mean(axis=1, keepdims=True)"),
    ("ng-ex4", "grad_z2", "(A[2] - Y)/m"),
    ("ng-ex4", "grad_z2", r"\frac{1}{m}\left(A^{[2]} - Y\right)"),
    ("ng-ex4", "z1", "W[0] @ X + b[0]"),
    ("ng-ex4", "W1", "W1 := W1 - α dW1"),
    ("ng-ex4", "W1", "W1 -= lr * dW1"),
    ("ng-ex4", "W1", "W - alpha dW"),
    ("ng-ex4", "grad_W0", "np.multiply(W1.T @ dZ2, sigmoid_derivative(z1)) @ X.T"),
    ("planted-factors", "grad_z2", "grad_a2 * (z2 > 0)"),
    ("planted-factors", "grad_z2", "grad_a2 * np.int64(a2 > 0)"),
    ("planted-factors", "grad_z2", "np.where(z2 > 0, grad_a2, 0)"),
    ("planted-factors", "grad_z2", "np.where(z2 >= 0, 1, 0) * grad_a2"),
    ("planted-factors", "a1", "np.maximum(0, z1)"),
    ("planted-factors", "a1", "z1 * (0 < z1)"),
    ("mazur", "grad_W1", "np.outer(grad_z2, a1)"),
    ("mazur", "grad_W1", "dz2 ⊗ a1"),
    ("mazur", "grad_W1", "dE/dz2 @ a1.T"),
    ("mazur", "grad_W1", "dEdz2 @ a1.T"),
    ("mazur", "grad_W1", "∂E/∂W⁽¹⁾ = (∂E/∂z⁽²⁾) a⁽¹⁾ᵀ"),
    ("mazur", "grad_W1", "∇_{W⁽¹⁾} E = (∇_{z⁽²⁾} E) a⁽¹⁾ᵀ"),
    ("mazur", "grad_W1", "the gradient of W 1 equals the gradient of z 2 times a 1 transposed"),
    ("mazur", "grad_W1", r"\nabla z^{(2)}\, {a^{(1)}}^{\mathsf{T}}"),
    ("mazur", "grad_W1", r"\frac{\partial E}{\partial z^{(2)}} {a^{(1)}}^{\top}"),
    ("mazur", "grad_z2", r"\nabla a^{(2)} \odot \sigma'\left(z^{(2)}\right)"),
    ("mazur", "grad_a1", r"(W^{(1)})^\top \frac{\partial L}{\partial z^{(2)}}"),
    ("mazur", "grad_a1", r"W^{(1)\top} \delta^{(2)}"),
    ("mazur", "grad_a2", r"\frac{1}{2} \cdot 2 (a^{(2)} - y)"),
    ("mazur", "E", "0.5 * np.sum(np.power(a2 - y, 2))"),
    ("mazur", "E", "1/2 np.sum(np.square(a2-y))"),
    ("mazur", "E", r"\frac{1}{2} \sum \left(\hat{y} - y\right)^2"),
    ("mazur", "grad_x", "W0.T @ grad_z1"),
    ("mazur", "a1", "sigmoid(W0 @ x + b0)"),
    ("mazur", "grad_z2", "(out - target) * out*(1-out)"),
    ("mazur", "grad_z2", "(ŷ - y) ⊙ ŷ ⊙ (1 − ŷ)"),
    ("tanh-tanh", "W0", "W - η dW"),
    ("momentum", "velocity_W0", "momentum * v_W0 + dW0"),
    ("momentum", "W0", "W - lr * v"),
    ("one-over-m", "grad_b1", "1/m * np.sum(a2 - y)"),
]


def opened(name: str) -> ns.Session:
    own = FIELD / f"{name}.toml"
    return ns.open(own if own.exists() else name)


@pytest.mark.parametrize(("network", "step", "answer"), RIGHT)
def test_usual_spellings_are_read(network: str, step: str, answer: str) -> None:
    verdict = judge(opened(network), step, answer)
    assert verdict.right, verdict


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (r"\frac{1}{2} \nabla q^{(2)}", 13),
        (r"\nabla z^{(2)} + \unknown", 18),
        ("the gradient of W 1 times Q 7", 27),
    ],
)
def test_an_error_keeps_the_column_of_what_was_typed(text: str, column: int) -> None:
    with pytest.raises(FormulaError) as caught:
        judge(ns.open("mazur"), "grad_z2", text)
    assert caught.value.column == column


@given(st.text(alphabet="\\{}^_()ab12 ∂∇E/dfracnl=", max_size=60))
def test_any_print_is_translated_without_a_crash(text: str) -> None:
    found = plain(text)
    assert len(found.text) == len(found.places)
    assert all(0 <= place < len(text) for place in found.places)


@pytest.mark.parametrize(
    ("network", "name", "like"), [("mazur", "W9", "W1"), ("mazur", "grad_z7", "grad_z2"), ("xor", "b5", "b1")]
)
def test_the_nearest_name_is_of_the_same_role(network: str, name: str, like: str) -> None:
    with pytest.raises(FormulaError, match=f"did you mean '{like}'"):
        judge(ns.open(network), "grad_a1", f"{name} @ grad_z2")


# marks from 1


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("grad_W2", "dz2 @ a1.T"),
        ("W1", "W1 - lr*dW1"),
        ("grad_a1", "W2.T dz2"),
        ("z1", "W1 x + b1"),
        ("grad_W1", "grad_W1 = dz1 x.T"),
    ],
)
def test_layers_may_be_counted_from_1(step: str, answer: str) -> None:
    session = ns.open("mazur")
    assert judge(session, step, answer, layers_from=1).right
    assert not judge(session, "grad_a1", "W1.T dz2", layers_from=1).right


# one's own equations


def test_a_scheme_that_carries_one_over_m_elsewhere_is_consistent() -> None:
    session = opened("one-over-m")
    alone = judge(session, "grad_W1", "1/m grad_z2 a1.T")
    assert not alone.right
    assert "others" in (alone.nudge or "") or "Some books carry 1/m" in (alone.nudge or "")
    both = judge(session, "grad_W1", "1/m grad_z2 a1.T", given=["grad_z2 = a2 - y"])
    assert both.right
    assert both.remark == "∇Z⁽²⁾ is not this file's, but it is consistent: your ∇W⁽¹⁾ is right"
    carried = judge(session, "grad_W1", "grad_z2 a1.T", given=["grad_z2 = a2 - y"])
    assert carried.cause == "carried"
    assert "follows rightly from your ∇Z⁽²⁾" in carried.message
    for convention in CONVENTIONS:
        right = {"column": "1/m dZ2 a1.T", "column-transposed": "1/m a1 dZ2.T"}.get(convention)
        right = right or ("1/m a1.T dZ2" if convention == "row-keras" else "1/m dZ2.T a1")
        assert judge(session, "grad_W1", right, convention, given=["dZ2 = A2 - Y"]).right, convention


def test_an_own_equation_has_to_be_one() -> None:
    with pytest.raises(FormulaError, match="says nothing of a quantity"):
        judge(ns.open("mazur"), "grad_W1", "grad_z2 a1.T", given=["a2 - y"])
    with pytest.raises(FormulaError, match="has not the shape of ∇z⁽²⁾"):
        judge(ns.open("mazur"), "grad_W1", "grad_z2 a1.T", given=["grad_z2 = W1"])


# numbers


def text_of(value: np.ndarray, digits: int) -> str:
    rows = ", ".join("[" + ", ".join(f"{number:.{digits}f}" for number in row) + "]" for row in np.atleast_2d(value))
    return f"[{rows}]"


@pytest.mark.parametrize("network", ["mazur", "xor", "skinny", "tanh-tanh", "momentum", "temperature", "one-over-m"])
def test_every_step_is_right_to_any_number_of_digits_and_wrong_beyond(network: str) -> None:
    session = opened(network)
    session.goto("end")
    fresh = opened(network)
    for step in session.program.steps:
        value = np.asarray(session[step.id])
        for digits in (2, 4, 8):
            verdict = judge(fresh, step.id, text_of(value, digits), "column")
            assert verdict.right, (step.id, digits, verdict)
        changed = value + 0.01
        verdict = judge(fresh, step.id, text_of(changed, 6), "column")
        assert not verdict.right, step.id
        if value.ndim == 2 and np.max(np.abs(value)) > 1e-3 and step.phase == "backward":
            doubled = judge(fresh, step.id, text_of(2 * value, 9), "column")
            assert doubled.cause == "factor", (step.id, doubled)
            assert judge(fresh, step.id, text_of(-value, 9), "column").cause == "sign", step.id


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("0.5", (1, 1)), ("-1e-3", (1, 1)), ("[1, 2]", (2, 1)), ("[[1, 2]]", (1, 2)), ("[1 2; 3 4]", (2, 2)),
        ("[[1. 2.]\n [3. 4.]]", (2, 2)), ("[[1,2],[3,4],[5,6]]", (3, 2)), ("[−0.5]", (1, 1)),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_and_numpy_prints_them(text: str, shape: tuple[int, int]) -> None:
    found = typed_numbers(text)
    assert found is not None
    assert found.values.shape == shape


@pytest.mark.parametrize("text", ["W1", "[W1]", "1 + 2", "1/3", "[a, b]", "(1)"])
def test_formulas_are_no_numbers(text: str) -> None:
    assert typed_numbers(text) is None


def test_numbers_in_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(FormulaError, match="different lengths"):
        judge(ns.open("mazur"), "grad_W1", "[[1, 2], [3]]")


@pytest.mark.parametrize("suffix", ["txt", "json", "npz", "csv"])
def test_values_are_compared_from_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    session = ns.open("mazur")
    session.goto("end")
    wrong = 2 * session["grad_a1"]
    path = tmp_path / f"mine.{suffix}"
    if suffix == "npz":
        np.savez(path, grad_W1=session["grad_W1"], grad_a1=wrong)
    elif suffix == "json":
        path.write_text(f'{{"grad_a1": {wrong.tolist()}, "grad_W1": {session["grad_W1"].tolist()}}}')
    elif suffix == "csv":
        rows = [f"grad_W1,{i},{j},{session['grad_W1'][i, j]:.6f}" for i in range(2) for j in range(2)]
        rows += [f"grad_a1,{i},0,{wrong[i, 0]:.6f}" for i in range(2)]
        path.write_text("name,row,column,value\n" + "\n".join(rows))
    else:
        path.write_text(f"grad_a1 = {text_of(wrong, 6)}\n# a comment\ngrad_W1 = {text_of(session['grad_W1'], 4)}\n")
    found = compare(ns.open("mazur"), read_values(str(path)))
    assert [(each.id, each.verdict.right) for each in found.quantities] == [("grad_W1", True), ("grad_a1", False)]
    assert found.first_wrong is not None
    assert "2 times too large" in found.first_wrong.verdict.message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "grad_W1 = W1\n", "a.txt:1: expected numbers such as"),
        ("a.txt", "\n\ngrad_W1 = [[1, 2], [3]]\n", "a.txt:3: the rows of these numbers have different lengths"),
        ("a.txt", "", "expected a quantity a line"),
        ("a.json", "[1]", "expected JSON such as"),
        ("a.json", '{"grad_W1": [[1], [2, 3]]}', "grad_W1: expected rows of numbers of one length"),
        ("a.csv", "name,row,column,value\ngrad_W1,0,x,1\n", "a.csv:2: expected name,row,column,value"),
        ("a.npz", "not one", "expected an .npz of NumPy"),
    ],
)
def test_values_that_cannot_be_read_are_one_error(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ns.NablastepError) as caught:
        read_values(str(tmp_path / name))
    assert message in str(caught.value)
