"""The formula grammar: everything the product prints is read, and what cannot be read is said with its column."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nablastep as ns
from core.test_equations import Equations
from covering import covering
from nablastep.files.built_in import network_names
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.parser import parse
from nablastep.formulas.syntax import Called, Named, Negated, Number, Operation, Summed, Transposed
from nablastep.formulas.tokens import tokens_of
from nablastep.judge import judge, judge_answer, question_of
from nablastep.notation import notation_named
from nablastep.optimizer_settings import OPTIMIZER_NAMES
from nablastep.transposition import CONVENTIONS

PRINTED = ("unicode", "ascii", "numpy", "latex", "strict", "partial", "spoken")


def check_every_printed_equation(session: ns.Session, conventions: tuple[str, ...] = tuple(CONVENTIONS)) -> int:
    """Every equation of the program, with and without its left side, is a right answer; returns how many there were."""
    count = 0
    for convention in (CONVENTIONS[name] for name in conventions):
        for step in session.program.steps:
            question = question_of(session, step.id, convention)
            for own in (step.equation, step.definition):
                if own is None:
                    continue
                equation = convention.shown_equation(own)
                for writer in map(notation_named, PRINTED):
                    for answer in (writer.equation_text(equation), writer.text(equation.expression)):
                        verdict = judge_answer(question, answer)
                        assert verdict.right, (step.id, convention.name, answer, verdict)
                        count += 1
    return count


@pytest.mark.parametrize("name", network_names())
def test_every_equation_that_a_built_in_network_prints_is_a_right_answer(name: str) -> None:
    turn = list(CONVENTIONS)[network_names().index(name) % len(CONVENTIONS)]
    conventions = covering(CONVENTIONS, CONVENTIONS if name in {"mazur", "xor"} else [turn])
    assert check_every_printed_equation(ns.open(name), tuple(conventions)) > 40 * len(conventions)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=3, deadline=None)
def test_every_equation_that_a_random_graph_prints_is_a_right_answer(seed: int) -> None:
    check_every_printed_equation(ns.open(Equations(seed).network()), (list(CONVENTIONS)[seed % 4],))


WORDS = {
    "K": "the inverse of C",
    "d": "the determinant of C",
    "l": "the log determinant of C",
    "c": "the trace of C",
    "u": "the diagonal of C",
    "p": "the larger of x and open 2 times x minus 1 close",
    "q": "open tanh of x close squared",
    "w": "open x if x is above 0, else x squared close",
    "s": "softmax along each row of x",
    "e": "the log sum exp along each row of x",
    "B": "x beside q",
    "f_2": "the derivative of f at x",
}
EVERYTHING = """
f(u) = u / (1 + abs(u))
C = A + A^T
K = inv(C)
d = det(C)
l = logdet(C)
c = tr(C)
u = diag(C)
p = max(x, 2 x - 1)
q = tanh(x)^2
w = where(x > 0, x, x^2)
s = softmax(x, axis=1)
e = lse(x, axis=1)
B = [x, q]
f_2 = f(x) + cos(x) + sign(x) * sin(x) + x^3 + abs(x)
hidden_state2 = placed(x[1:2, :], 1, 3) + sqrt(p^2 + 1) + s^(-1)
E = sum(K) + d + l + c + sum(u) + sum(w) + sum(e) + sum(B) + sum(f_2) + sum(hidden_state2) + theta^-1 + sum(q)
"""


def everything() -> ns.Network:
    return ns.Network.from_equations(
        EVERYTHING,
        parameters={"A": [[2.0, 0.1, 0.2], [0.3, 1.5, 0.4], [0.1, 0.5, 1.1]], "theta": 0.7},
        given={"x": [[0.5, -0.6], [0.7, 0.9], [1.3, -0.2]]},
        gradients=["x"],
        optimizer="adam",
    )


def test_every_function_and_operation_is_read_as_it_is_printed() -> None:
    check_every_printed_equation(ns.open(everything()), ("column",))


@pytest.mark.parametrize("name", WORDS)
def test_words_that_hold_an_operation_are_read(name: str) -> None:
    session = ns.open(everything())
    if name != "f_2":
        assert notation_named("spoken").text(session.program.step(name).equation.expression) == WORDS[name]
    else:
        assert WORDS[name] in notation_named("spoken").text(session.program.step("grad_x").equation.expression)


@pytest.mark.parametrize("optimizer", OPTIMIZER_NAMES)
def test_the_updates_of_every_optimizer_are_read(optimizer: str) -> None:
    network = ns.Network(
        [{"activation": "softplus", "W": [[0.2, -0.4, 0.1], [0.3, 0.1, 0.7]], "b": [0.1, 0.2]}],
        [[0.5, -1.0, 0.3], [0.25, 2.0, -0.6]],
        [[0.5, 0.1], [1.0, 0.2]],
        loss="mean_squared_error",
        optimizer={"name": optimizer, "weight_decay": 0.1},
    )
    check_every_printed_equation(ns.open(network), ("column", "row-keras"))


@pytest.mark.parametrize("activation", ["softmax", "gelu", "leaky_relu", "identity"])
def test_losses_and_activations_beside_each_other_are_read(activation: str) -> None:
    for loss in ("mean_squared_error", "huber", "binary_cross_entropy"):
        network = ns.Network(
            [{"activation": activation, "W": [[0.2, -0.4], [0.3, 0.1], [0.5, 0.6]], "b": [0.1, 0.2, 0.3]}],
            [[0.5, -1.0], [0.25, 2.0]],
            [[0.5, 0.1, 0.4], [1.0, 0.0, 0.0]],
            loss=loss,
        )
        session = ns.open(network)
        for convention in CONVENTIONS.values():
            for name in ("grad_a1", "grad_z1", "grad_W0"):
                equation = convention.shown_equation(session.program.step(name).equation)
                for notation in PRINTED:
                    text = notation_named(notation).equation_text(equation)
                    assert judge(session, name, text, convention.name).right, text


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("grad_a1", "W1.T @ grad_z2"),
        ("grad_a1", "∇a⁽¹⁾ = W⁽¹⁾ᵀ ∇z⁽²⁾"),
        ("grad_a1", "W1^T grad_z2"),
        ("grad_a1", "W^(1)^T ∇z^(2)"),
        ("grad_a1", "np.dot(W1.T, grad_z2)"),
        ("grad_a1", "np.transpose(W1) @ dz2"),
        ("grad_a1", "(grad_z2.T @ W1).T"),
        ("grad_W1", "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ"),
        ("grad_W1", "np.outer(grad_z2, a1)"),
        ("grad_W1", "grad_z2 * a1.T"),
        ("grad_W1", "(a1 ∇z2ᵀ)ᵀ"),
        ("grad_z2", "grad_a2 * sigmoid_prime(z2)"),
        ("grad_z2", "grad_a2 (*) sigmoid'(z2)"),
        ("grad_z2", "∇a2 ⊙ f′(z2)"),
        ("grad_z2", "f'(z2) * grad_a2"),
        ("grad_z2", "diag(f′(z⁽²⁾)) ∇a⁽²⁾"),
        ("grad_z2", "np.diagflat(sigmoid_prime(z2)) @ grad_a2"),
        ("grad_z2", "∇a⁽²⁾ ⊙ σ(z⁽²⁾) ⊙ (1 − σ(z⁽²⁾))"),
        ("grad_z2", "grad_a2 * a2 * (1 - a2)"),
        ("grad_z2", "(a2 - y) * a2 * (1 - a2)"),
        ("grad_z2", "∇a⁽²⁾ ⊙ σ(z⁽²⁾) ⊙ σ(−z⁽²⁾)"),
        ("grad_z1", "(W1.T @ grad_z2) * f'(z1)"),
        ("grad_z1", "f′(z1) ⊙ W1ᵀ ∇z2"),
        ("grad_a2", "a2 - y"),
        ("grad_a2", "−(y − a⁽²⁾)"),
        ("E", "½ Σ (a⁽²⁾ − y)²"),
        ("E", "0.5 * np.sum((a2 - y) ** 2)"),
        ("E", "(a2 - y).T @ (a2 - y) / 2"),
        ("a1", "1 / (1 + np.exp(-z1))"),
        ("z1", "W0 x + b0"),
        ("z1", "b0 + W0 @ a0"),
        ("W1", "W1 ← W1 − η ∇W1"),
        ("W1", "W1 - lr * grad_W1"),
    ],
)
def test_equivalent_spellings_are_right(step: str, answer: str) -> None:
    verdict = judge(ns.open("mazur"), step, answer)
    assert verdict.right, verdict


@pytest.mark.parametrize(
    ("answer", "convention"),
    [
        ("grad_z2.sum(axis=1, keepdims=True)", "column"),
        ("np.sum(grad_z2, axis=1, keepdims=True)", "column"),
        ("∇Z⁽²⁾ 1", "column"),
        ("grad_z2 1", "column"),
        ("1ᵀ ∇Z⁽²⁾", "row-keras"),
        ("grad_z2.sum(axis=0, keepdims=True)", "row-pytorch"),
    ],
)
def test_sums_over_the_samples_are_read(answer: str, convention: str) -> None:
    assert judge(ns.open("xor"), "grad_b1", answer, convention).right


def test_vectors_are_repeated_where_numpy_would_broadcast() -> None:
    session = ns.open("xor")
    for answer in ("W0 @ a0 + b0", "W⁽⁰⁾ A⁽⁰⁾ + b⁽⁰⁾ 1ᵀ", "np.repeat(b0, m, axis=1) + W0 @ a0"):
        assert judge(session, "z1", answer).right, answer


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("W1.T @", "expected a name, a number or a bracket, but the formula ends here", 7),
        ("W1.T @ grad_z2)", "expected an operator or the end of the formula, but found ')' here", 15),
        ("(W1.T @ grad_z2", "expected ')', but the formula ends here", 16),
        ("W1 $ 3", "cannot read '$' in a formula", 4),
        ("", "expected a name, a number or a bracket, but the formula ends here", 1),
        ("W7 @ grad_z2", "there is no 'W7' in this network", 1),
        ("softmax'(z2)", "softmax has no derivative entry by entry", 1),
        ("f'(W1)", "which layer's f is meant", 1),
        ("ratio(y)", "ratio takes 2 arguments, found 1", 1),
        ("z2 ^ z2", "an exponent has to be a number", 4),
        ("grad_a1 = W1.T @ grad_z2", "the left side is grad_a1, and the question is about grad_z2", 1),
        ("__import__('os')", "", 1),
        ("grad_z2.sum(axis=2)", "expected the axis 0 or 1", 18),
        ("1/0", "this divides by zero", 2),
    ],
)
def test_what_cannot_be_read_is_said_with_its_column(text: str, message: str, column: int) -> None:
    with pytest.raises(FormulaError) as caught:
        judge(ns.open("mazur"), "grad_z2", text)
    assert message in caught.value.message
    assert caught.value.column is not None
    if message:
        assert caught.value.column == column


def test_too_long_and_too_deep_formulas_are_refused() -> None:
    with pytest.raises(FormulaError, match="too long to be read; 2000 are the most"):
        parse("a1 + " * 1000 + "a1")
    with pytest.raises(FormulaError, match="nested deeper than 40 levels, which are the most"):
        parse("(" * 300 + "a1" + ")" * 300)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_formula_error(text: str) -> None:
    session = ns.open("mazur")
    try:
        judge(session, "grad_a1", text)
    except FormulaError as error:
        assert error.message  # noqa: PT017 - either outcome is fine, a crash is not


@given(
    st.lists(
        st.sampled_from(
            [
                "W1",
                "grad_z2",
                "∇a⁽²⁾",
                ".T",
                "ᵀ",
                "@",
                "*",
                "⊙",
                "(",
                ")",
                "1",
                "-",
                "Σ",
                "f'",
                "½",
                " ",
                "²",
                "z2",
                "√",
            ]
        ),
        max_size=12,
    )
)
def test_any_row_of_tokens_is_read_or_refused_with_a_formula_error(pieces: list[str]) -> None:
    session = ns.open("mazur")
    try:
        verdict = judge(session, "grad_a1", "".join(pieces))
    except FormulaError:
        return
    assert verdict.right or verdict.message


def test_the_tree_is_that_of_the_text() -> None:
    tree = parse("-W1.T @ (a1 + 2) ⊙ f'(z1)").right
    assert isinstance(tree, Negated)
    product = tree.x
    assert isinstance(product, Operation)
    assert product.operator == "⊙"
    assert isinstance(product.right, Called)
    assert product.right.prime
    assert isinstance(product.left, Operation)
    assert product.left.left == Transposed(3, Named(1, "W1"))
    total = parse("1/m sum (a1 - y)^2").right
    assert isinstance(total, Operation)
    assert isinstance(total.right, Summed)
    assert total.left == Operation(1, "/", Number(0, "1"), Named(2, "m"))


def test_tokens_know_their_places() -> None:
    assert [(token.text, token.place) for token in tokens_of("∇W⁽¹⁾ = dz2 @ a1ᵀ", {"z2": "z2"})][:-1] == [
        ("grad_W1", 0),
        ("=", 6),
        ("grad_z2", 8),
        ("@", 12),
        ("a1", 14),
        ("ᵀ", 16),
    ]


def test_the_session_is_left_alone() -> None:
    session = ns.open("mazur")
    session.next(4)
    before = {name: np.copy(session[name]) for name in ("W0", "z1", "a2")}
    judge(session, "grad_W1", "∇z⁽²⁾ a⁽¹⁾ᵀ")
    assert session.position == (1, 4)
    for name, value in before.items():
        np.testing.assert_array_equal(session[name], value)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("h_t W_q", "h_t W_q"),
        ("∇h_t dW_q d_W_q grad_W_q", "grad_h_t grad_W_q grad_W_q grad_W_q"),
        ("h⁽²⁾ h₂ h2 h_2 h(2) h^(2) h^{(2)}", "h2 h2 h2 h2 h2 h2 h2"),
        ("λ lambda θ Y X", "lambda lambda theta Y X"),
        ("σ η ε", "sigmoid learning_rate epsilon"),
        ("dropped", "dropped"),
    ],
)
def test_any_name_is_a_name(text: str, ids: str) -> None:
    names = {name: name for name in ("h_t", "W_q", "h2", "lambda", "theta", "Y", "X", "t")}
    assert " ".join(token.text for token in tokens_of(text, names)).strip() == ids


def test_a_bracket_behind_a_name_is_a_factor_where_no_quantity_has_that_mark() -> None:
    assert [token.text for token in tokens_of("h(2)", {"h": "h"})][:-1] == ["h", "(", "2", ")"]
