"""An answer, however strange, gets a verdict or one clear error, and soon.

`NABLASTEP_FUZZ=3000 pytest tests/core/test_any_answer.py` tries more of them.
"""

from __future__ import annotations

import os
import random
import time

import pytest

import nablastep as ns
from nablastep.formulas.errors import FormulaError
from nablastep.judge import judge
from nablastep.transposition import CONVENTIONS

SECONDS = 2.0
COUNT = int(os.environ.get("NABLASTEP_FUZZ", "200"))
NAMES = (
    "W0",
    "W1",
    "b1",
    "b0",
    "a0",
    "a1",
    "z1",
    "x",
    "y",
    "E",
    "m",
    "n1",
    "t",
    "grad_z2",
    "grad_a1",
    "grad_W1",
    "∇a⁽²⁾",
    "learning_rate",
    "0",
    "1",
    "2",
    "0.5",
    "1e9",
)
PIECES = (
    *NAMES, ".T", "ᵀ", "@", "*", "⊙", "(", ")", "-", "+", "Σ", "sum", "np.sum(", "f'", "½", " ", "²", "√", "⊗", "/",
    "⊘", "^", "diag(", "softmax(", "repeat(", ",", "axis=0", ".sum(axis=1)", "1ᵀ", "⁻¹", "exp(", "log(", "σ(",
    "σ'(", "lse(", "ratio(", "inv(",
    "[", "]", ":", ";", "where(", "> 0", ".dot(", "\\frac{", "{", "}", "max(", "mean(", "reshape(", "tr(", "det(",
    "np.power(", "np.full(", "[0:1, :]", "[W1, W1]", "[1, 2]", "norm(",
)  # fmt: skip
OPERATORS = ("@", "*", "⊗", "+", "-", "/", "⊘", " ", "·", "^")
CALLS = ("f", "exp", "sum", "diag", "softmax", "lse", "σ", "repeat", "√", "-", "Σ", "1ᵀ")


def tree(draw: random.Random, depth: int) -> str:
    """A formula that can be read; whether its shapes fit is another matter."""
    if depth == 0 or draw.random() < 0.2:
        return draw.choice(NAMES)
    kind = draw.randrange(9)
    if kind < 5:
        return f"({tree(draw, depth - 1)} {draw.choice(OPERATORS)} {tree(draw, depth - 1)})"
    if kind == 5:
        return f"{tree(draw, depth - 1)}ᵀ"
    if kind == 6:
        return f"{draw.choice(CALLS)}({tree(draw, depth - 1)})"
    return f"{tree(draw, depth - 1)} 1" if kind == 7 else f"1 {tree(draw, depth - 1)}"


def judged(session: ns.Session, step: str, answer: str, convention: str = "column") -> None:
    started = time.process_time()
    try:
        verdict = judge(session, step, answer, convention)
        assert verdict.right or (verdict.message and verdict.hint), answer
    except FormulaError as error:
        assert error.message  # noqa: PT017 - either outcome is fine, a crash is not
    assert time.process_time() - started < SECONDS, answer


LAYERS = ("mazur", "xor", "tanh-neuron", "square", "cs231n-two-layer")
EQUATIONS = ("residual", "rnn", "layer-norm", "convolution", "ridge", "hinge", "temperature", "weight-decay")


@pytest.mark.parametrize(("seed", "networks"), [*((seed, LAYERS) for seed in range(4)), (4, EQUATIONS), (5, EQUATIONS)])
def test_random_answers_are_judged_or_refused(seed: int, networks: tuple[str, ...]) -> None:
    draw = random.Random(seed)
    sessions = [ns.open(name) for name in networks]
    for _ in range(COUNT // 6):
        row = "".join(draw.choice(PIECES) for _ in range(draw.randrange(1, 14)))
        answer = row if draw.random() < 0.5 else tree(draw, draw.randrange(1, 6))
        session = draw.choice(sessions)
        judged(session, draw.choice(session.program.steps).id, answer, draw.choice(list(CONVENTIONS)))


DEEP = {
    "brackets": "(" * 990 + "a1" + ")" * 990,
    "brackets that are just read": "(" * 39 + "a1" + ")" * 39,
    "differences": "grad_z2 - (" * 150 + "a1" + ")" * 150,
    "a long sum": "1+" * 999 + "1",
    "a sum that is just read": "grad_z2+" * 59 + "grad_z2",
    "signs": "-" * 1900 + "1",
    "roots": "√" * 1900 + "2",
    "powers": "2^" * 900 + "2",
    "a tower of powers": "9^9^9^9^9^9",
    "a large exponent": "1e999999999",
    "an infinite constant": "grad_z2 * 1e308 * 1e308",
    "many digits": "5" * 1900,
    "transposes": "W1" + "ᵀ" * 1900,
    "squares": "a1" + "²" * 900,
    "Kronecker products": "W1" + "⊗W1" * 55,
    "sums": "Σ" * 1000 + "a1",
    "sums in words": "sum " * 400 + "a1",
    "functions without brackets": "sqrt " * 300 + "2",
    "functions": "exp(" * 38 + "z2" + ")" * 38,
    "a long product": "W1 W1.T " * 120,
    "a division by zero": "E/0",
    "a division by what is zero": "grad_z2/(2-2)",
    "a root of a negative number": "(0-2)^0.5 grad_z2",
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_and_long_answers_are_judged_or_refused(kind: str) -> None:
    for name, step in (("mazur", "grad_a1"), ("xor", "W1"), ("digits-mlp", "grad_W0")):
        judged(ns.open(name), step, DEEP[kind])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("(" * 300 + "a1" + ")" * 300, "nested deeper than 40 levels"),
        ("+".join(["(" + "+".join(["1"] * 9) + ")"] * 40), "more than 250 names, numbers and operations"),
        ("1+" * 100 + "1", "more than 60 operations stand in a row"),
        ("1e999", "this number is too large"),
        ("W1⊗W1⊗W1⊗W1⊗W1⊗W1⊗W1⊗W1⊗W1⊗W1⊗W1", "1,000,000 entries are the most"),
    ],
)
def test_the_bounds_are_said(answer: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        judge(ns.open("mazur"), "grad_a1", answer)


@pytest.mark.parametrize("answer", ["-1 grad_z2", "2 ⊗ t", "W0 ⊗ 2", "b1 ⊗ grad_z2", "1 1 m", "(1 1) 1 a1ᵀ"])
def test_repetitions_and_kronecker_products_of_anything_are_judged(answer: str) -> None:
    judged(ns.open("mazur"), "grad_a1", answer)


def test_a_kronecker_product_of_vectors_is_their_outer_product() -> None:
    assert judge(ns.open("mazur"), "grad_W1", "grad_z2 ⊗ a1ᵀ").right


def test_a_slip_and_a_sign_are_one_sentence() -> None:
    verdict = judge(ns.open("mazur"), "grad_a1", "-1 grad_z2")
    assert verdict.message.startswith("W⁽¹⁾ is left out; besides, its sign is the wrong way round; the shape fits")
