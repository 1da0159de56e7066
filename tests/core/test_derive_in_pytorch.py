"""The PyTorch programs of derive: autograd agrees with every identity, question and random expression.

They run where PyTorch can be imported and are read everywhere.
"""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from core.test_derive import QUESTIONS, RIDGE, SHAPE, answer_to, random_number, random_vector, read_names
from core.test_identities import IDENTITIES, answer_of
from nablastep import derive
from nablastep.deriving.answer import Answer
from nablastep.deriving.documents import document

README = ((RIDGE, "w"), ("norm(A x - b)^2", "x"), ("tr(A X B)", "X"), ("-sum(y * ln(softmax(z)))", "z"))


def run(answer: Answer) -> None:
    """Carry the program out, which asserts that autograd finds the same."""
    exec(compile(document(answer, "pytorch"), "<program>", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["expression"])
def test_the_program_knows_pytorch_only(question: dict[str, Any]) -> None:
    text = document(answer_to(question), "pytorch")
    compile(text, "<program>", "exec")
    assert not re.search(r"\bnp\.|numpy", text)


@pytest.mark.parametrize("row", IDENTITIES, ids=lambda row: f"{row['source']}: {row['f']}")
def test_autograd_agrees_with_an_identity(row: dict[str, Any]) -> None:
    pytest.importorskip("torch")
    run(answer_of(row))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["expression"])
def test_autograd_agrees_with_an_answer(question: dict[str, Any]) -> None:
    pytest.importorskip("torch")
    run(answer_to(question))


@pytest.mark.parametrize(("text", "by"), README)
def test_autograd_agrees_with_the_answers_of_the_readme(text: str, by: str) -> None:
    pytest.importorskip("torch")
    run(derive(text, by))


@pytest.mark.parametrize("seed", range(50))
def test_autograd_agrees_with_the_derivatives_of_random_expressions(seed: int) -> None:
    pytest.importorskip("torch")
    generator = random.Random(7000 + seed)
    text = (random_number, random_vector)[seed % 2](generator, 2)
    shape = ", ".join(part for part in SHAPE.split(", ") if part.partition("=")[0] in read_names(text))
    run(derive(text, shape=shape, route="none"))
    if seed % 2:
        run(derive(text, shape=shape, seed="G", route="none"))
    elif "x" in read_names(text):
        run(derive(text, "x", shape=shape, second=True, route="none"))
