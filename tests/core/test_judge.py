"""Your turn: wrong answers are refused with the cause that the usual misconception has."""

from __future__ import annotations

import pytest

import nablastep as ns
from nablastep.judge import judge
from nablastep.transposition import CONVENTIONS

CAUSES = [
    # network, step, answer, convention, cause; the numbers are those of the misconceptions in the reference's list
    ("square", "grad_a1", "W1 @ grad_z2", "column", "transpose"),  # 1, 22
    ("skinny", "grad_a1", "W1 @ grad_z2", "column", "transpose"),
    ("square", "grad_a1", "W1.T @ grad_z2", "column-transposed", "transpose"),  # 22
    ("square", "grad_a1", "grad_z2 @ W1", "row-keras", "transpose"),
    ("square", "grad_W1", "a1 @ grad_z2.T", "column", "lying"),  # 1
    ("skinny", "grad_W1", "a1 @ grad_z2.T", "column", "lying"),
    ("mazur", "grad_W1", "a1.T @ grad_z2", "column", "order"),
    ("mazur", "grad_a1", "grad_z2 @ W1.T", "column", "order"),
    ("mazur", "grad_a1", "np.linalg.pinv(W1) @ grad_z2", "column", "inverse"),  # 2
    ("mazur", "grad_a1", "W⁽¹⁾⁻¹ ∇z⁽²⁾", "column", "inverse"),
    ("mazur", "grad_a1", "W1^-1 grad_z2", "column", "inverse"),
    ("square", "grad_z1", "grad_a1 @ f'(z1)", "column", "product"),  # 3
    ("square", "grad_z1", "grad_a1 @ f'(z1).T", "column", "product"),  # 3
    ("mazur", "grad_z2", "grad_a2 * sigmoid_prime(a2)", "column", "slope-at-activation"),  # 4
    ("mazur", "grad_z2", "∇a⁽²⁾ ⊙ σ(z⁽²⁾)", "column", "value-for-slope"),
    ("mazur", "grad_z2", "grad_a2 * a2", "column", "value-for-slope"),
    ("mazur", "grad_z2", "grad_a2", "column", "slope"),
    ("mazur", "grad_z2", "∇a⁽²⁾ + f'(z2)", "column", "added"),
    ("cs231n-two-layer", "grad_z2", "grad_a2 * a2 * (1 - a2)", "column", "softmax-diagonal"),  # 5
    ("mazur", "grad_z2", "a2 - y", "column", "slope"),  # 6
    ("xor", "grad_a2", "1/m (a2 - y)", "column", "other-loss"),
    ("mazur", "grad_W1", "grad_a2 a1.T", "column", "slope"),
    ("mazur", "grad_a1", "W1.T @ grad_a2", "column", "slope"),
    ("mazur", "grad_W1", "∇z⁽²⁾ a⁽⁰⁾ᵀ", "column", "layer"),
    ("mazur", "grad_z1", "grad_a1 * f'(z2)", "column", "slope-at-activation"),
    ("mazur", "grad_a2", "y - a2", "column", "sign"),
    ("mazur", "grad_W1", "-grad_z2 @ a1.T", "column", "sign"),
    ("mazur", "W1", "W1 + learning_rate * grad_W1", "column", "uphill"),
    ("xor", "grad_z2", "a2 - y", "column", "factor"),  # 12
    ("xor", "grad_W1", "1/m grad_z2 a1.T", "column", "factor"),  # 12
    ("xor", "grad_b1", "grad_z2", "column", "sample-sum"),
    ("xor", "grad_b1", "grad_z2", "row-keras", "sample-sum"),
    ("mazur", "grad_a1", "2 W1.T grad_z2", "column", "factor"),
    ("mazur", "grad_W1", "grad_b1 a1.T", "column", "later"),
    ("mazur", "grad_W1", "grad_W1", "column", "circular"),
    ("mazur", "grad_z2", "grad_a2 * f'(z2) * f'(z2)", "column", "slope-too-many"),
    ("skinny", "grad_W1", "grad_z2", "column", "left-out"),
    ("skinny", "grad_W1", "W0 @ x * 3", "column", "shape"),
]


@pytest.mark.parametrize(("network", "step", "answer", "convention", "cause"), CAUSES)
def test_a_misconception_is_named(network: str, step: str, answer: str, convention: str, cause: str) -> None:
    verdict = judge(ns.open(network), step, answer, convention)
    assert not verdict.right
    assert verdict.cause == cause, verdict
    assert verdict.hint
    assert verdict.message


@pytest.mark.parametrize(("network", "step", "answer", "convention", "cause"), CAUSES)
def test_a_hint_does_not_give_the_answer_away(
    network: str, step: str, answer: str, convention: str, cause: str
) -> None:
    session = ns.open(network)
    verdict = judge(session, step, answer, convention)
    for sign in ("ᵀ", ".T", "⊙", "@", "∇"):
        assert sign not in (verdict.hint or ""), verdict.hint


def test_on_skinny_a_missing_transpose_names_the_dimension_that_disagrees() -> None:
    verdict = judge(ns.open("skinny"), "grad_a1", "W1 @ grad_z2")
    assert verdict.relative_error is None
    assert "the product n2×n1 (4×2) times n2×1 (4×1) does not fit: n1 = 2 meets n2 = 4" in verdict.message


def test_on_square_it_fits_and_the_value_is_off() -> None:
    verdict = judge(ns.open("square"), "grad_a1", "W1 @ grad_z2")
    assert verdict.relative_error is not None
    assert verdict.relative_error > 0.1
    assert "the shape fits here only because n1 = n2 = 3, and the relative error is 0.966" in verdict.message


@pytest.mark.parametrize(
    ("network", "step", "answer", "said"),
    [
        ("mazur", "grad_z1", "W1 @ grad_z2", "the shape fits here only because n1 = n2 = 2, and"),
        ("mazur", "grad_W1", "a1 @ grad_z2.T", "the shape fits here only because n1 = n2 = 2, and"),
        ("mazur", "z1", "W0.T @ a0 + b0", "the shape fits here only because n0 = n1 = 2, and"),
        ("mazur", "grad_a1", "2 W1.T @ grad_z2", "it is 2 times too large; the shape fits, and"),
        ("rnn", "grad_z1", "W @ grad_h1", "the shape fits, and"),
        ("skinny", "grad_a1", "2 W1.T @ grad_z2", "the shape fits, and the relative error is 0.5 on"),
    ],
)
def test_a_shape_that_fits_by_equal_sizes_only_is_said_to(network: str, step: str, answer: str, said: str) -> None:
    message = judge(ns.open(network), step, answer).message
    assert said in message
    assert ("only because" in message) == ("only because" in said)


def test_a_shape_that_fits_because_a_size_is_one_is_said_to() -> None:
    network = ns.Network(
        [
            {"activation": "tanh", "W": [[0.5, 0.2], [0.2, 0.3], [0.1, 0.4]], "b": [0.0, 0.1, 0.2]},
            {"activation": "identity", "W": [[0.5, 0.2, 0.3]], "b": [0.0]},
        ],
        x=[[0.1, 0.2]],
        y=[[0.3]],
        loss="half_squared_error",
    )
    message = judge(ns.Session(network), "grad_a1", "W1.T @ grad_z2 @ grad_z2").message
    assert "the shape fits here only because n2 = 1, and" in message


def test_a_shape_that_disagrees_with_the_left_side_is_named() -> None:
    verdict = judge(ns.open("skinny"), "grad_W1", "grad_z2")
    assert verdict.message == (
        "a⁽¹⁾ is left out: this is n2×1 (4×1), and ∇W⁽¹⁾ is n2×n1 (4×2): the columns disagree, 1 instead of n1 = 2"
    )
    assert judge(ns.open("mazur"), "grad_a1", "E").message == "this is a number, and ∇a⁽¹⁾ is n1×1 (2×1)"


def test_symmetric_numbers_of_the_users_network_prove_nothing() -> None:
    """W is symmetric here, so W ∇z has the right numbers; it is judged on random networks and refused."""
    network = ns.Network(
        [
            {"activation": "tanh", "W": [[0.5, 0.2], [0.2, 0.3]], "b": [0.0, 0.0]},
            {"activation": "identity", "W": [[0.5, 0.2], [0.2, 0.3]], "b": [0.0, 0.0]},
        ],
        [[0.5, -1.0]],
        [[0.5, 1.0]],
        loss="half_squared_error",
    )
    assert judge(ns.open(network), "grad_a1", "W1 @ grad_z2").cause == "transpose"


def test_an_identity_activation_needs_no_slope() -> None:
    assert judge(ns.open("skinny"), "grad_z2", "grad_a2").right


def test_the_convention_decides_which_transpose_is_right() -> None:
    right = {
        "column": "W1.T @ grad_z2",
        "column-transposed": "W1 @ grad_z2",
        "row-keras": "grad_z2 @ W1.T",
        "row-pytorch": "grad_z2 @ W1",
    }
    for convention in CONVENTIONS:
        for other, answer in right.items():
            assert judge(ns.open("square"), "grad_a1", answer, convention).right == (other == convention)


def test_the_mistake_in_the_order_of_mazur_bug_does_not_change_the_equation() -> None:
    assert judge(ns.open("mazur-bug"), "grad_a1", "W1.T @ grad_z2").right


def test_the_gradient_by_the_input_can_be_asked_too() -> None:
    assert judge(ns.open("mazur"), "grad_a0", "W0.T @ grad_z1").right


def test_unknown_steps_are_refused() -> None:
    with pytest.raises(ns.UnknownNameError, match="no step computes 'grad_W9'; did you mean"):
        judge(ns.open("mazur"), "grad_W9", "W1")
