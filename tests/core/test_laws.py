"""The laws of simplification: each rewrites instances of its own to the same value, in the same shape.

A law without an instance fails. The constructors are golden: what they build is what a person would write.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.instances import (
    COLUMN,
    EXTRA,
    LEFT,
    ROW,
    SCALAR,
    SQUARE_LEFT,
    SQUARE_RIGHT,
    X,
    Y,
)
from core.support import assert_near
from core.test_calculus import random_tree, random_values, whole
from nablastep.derivations.worth import Evaluator
from nablastep.deriving.textbook_laws import TEXTBOOK_LAWS
from nablastep.evaluation import value_of
from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Apply,
    Diagonals,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    Inverse,
    MatMul,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    TimesLog,
    Total,
    Transpose,
)
from nablastep.functions.elementary import EXP, SQUARE
from nablastep.laws import LAWS, Law, add, hadamard, matmul, negate, repeat, scale, simplified_throughout, transpose
from nablastep.products import same
from nablastep.shapes import shape_of
from nablastep.structures import Commutation, Diagonal, Identity, Kronecker, Vec

ONES, HALVES = Fill(ONE, X.shape), Fill(Factor(1, 2), X.shape)
SMALL = Fill(Factor(1, 2), ("1", "1"))


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (matmul(COLUMN, SMALL), Scale(Factor(1, 2), COLUMN)),
        (matmul(SMALL, ROW), Scale(Factor(1, 2), ROW)),
        (matmul(LEFT, ONES), Repeat(Total(LEFT, COLUMNS), COLUMNS, "m")),
        (matmul(ONES, EXTRA), Repeat(Total(EXTRA, ROWS), ROWS, "n1")),
        (hadamard(ONES, X), X),
        (hadamard(X, ONES), X),
        (hadamard(X, HALVES), Scale(Factor(1, 2), X)),
        (hadamard(X, Scale(Factor(2), Y)), Scale(Factor(2), Hadamard(X, Y))),
        (scale(ONE, X), X),
        (scale(Factor(2), Scale(Factor(1, 2), X)), X),
        (scale(Factor(2), Factor(3, 4, ("m",))), Factor(3, 2, ("m",))),
        (scale(Factor(2), HALVES), Fill(ONE, X.shape)),
        (negate(negate(X)), X),
        (transpose(transpose(X)), X),
        (transpose(HALVES), Fill(Factor(1, 2), ("m", "n1"))),
        (add(X, negate(Y)), Subtract(X, Y)),
        (add(negate(X), Y), Subtract(Y, X)),
        (add(negate(X), negate(Y)), negate(Add(X, Y))),
        (add(scale(Factor(2), X), scale(Factor(-2), Y)), Scale(Factor(2), Subtract(X, Y))),
        (add(scale(Factor(-2), X), scale(Factor(2), Y)), Scale(Factor(2), Subtract(Y, X))),
        (add(scale(Factor(2), X), Y), Add(Scale(Factor(2), X), Y)),
        (repeat(SMALL, COLUMNS, "m"), Fill(Factor(1, 2), ("1", "m"))),
        (repeat(COLUMN, COLUMNS, "m"), Repeat(COLUMN, COLUMNS, "m")),
    ],
)
def test_constructors_fold_constants(built: Expression, expected: Expression) -> None:
    assert built == expected
    assert shape_of(built) == shape_of(expected)


HALF = Factor(1, 2)
OTHER_LEFT = Apply(SQUARE, LEFT)
RAW: tuple[Expression, ...] = (
    Scale(Factor(0), X),
    Scale(ONE, X),
    Scale(HALF, Scale(Factor(2, 3, ("m",)), X)),
    Scale(HALF, Factor(3)),
    Scale(HALF, ONES),
    Scale(SCALAR, Scale(HALF, X)),
    Scale(Scale(HALF, SCALAR), X),
    Scale(SCALAR, HALF),
    Transpose(Transpose(X)),
    Transpose(HALVES),
    MatMul(COLUMN, SMALL),
    MatMul(SMALL, ROW),
    MatMul(Scale(HALF, LEFT), X),
    MatMul(LEFT, Scale(HALF, X)),
    MatMul(Scale(Factor(-1), LEFT), Scale(HALF, X)),
    Hadamard(HALVES, X),
    Hadamard(X, HALVES),
    Hadamard(Scale(HALF, X), Scale(Factor(-1), Y)),
    Divide(Scale(HALF, X), Y),
    Ratio(Scale(HALF, X), Y),
    Repeat(SMALL, COLUMNS, "m"),
    Repeat(Scale(HALF, COLUMN), COLUMNS, "m"),
    Total(Scale(HALF, X), ROWS),
    Sum(Scale(HALF, X)),
    Sum(Total(X, COLUMNS)),
    Sum(HALVES),
    Total(HALVES, ROWS),
    Total(SMALL, ROWS),
    MatMul(LEFT, HALVES),
    MatMul(HALVES, EXTRA),
    MatMul(Fill(HALF, ("n0", "1")), ROW),
    MatMul(Fill(HALF, ("1", "n2")), LEFT),
    MatMul(COLUMN, Fill(HALF, ("1", "m"))),
    MatMul(LEFT, Fill(HALF, ("n1", "1"))),
    Add(X, Fill(Factor(0), X.shape)),
    Add(Factor(1, 2), Factor(1, 3)),
    Add(X, X),
    Add(Scale(HALF, X), Scale(Factor(1, 3), X)),
    Add(Add(X, Y), X),
    Add(Subtract(X, Y), Scale(Factor(3), Y)),
    Add(Scale(HALF, X), Scale(HALF, Y)),
    Add(X, Scale(Factor(-1), Y)),
    Add(Hadamard(X, Y), Scale(Factor(-1), Hadamard(X, Apply(SQUARE, Y)))),
    Add(Hadamard(Y, X), Hadamard(Apply(SQUARE, Y), X)),
    Add(MatMul(LEFT, X), Scale(Factor(-1), MatMul(LEFT, Y))),
    Add(MatMul(LEFT, X), MatMul(OTHER_LEFT, X)),
    Add(Divide(X, SCALAR), Divide(Y, SCALAR)),
    Add(Sum(X), Sum(Y)),
    Add(Total(X, ROWS), Scale(Factor(-1), Total(Y, ROWS))),
)
"""Nodes that some law rewrites."""


SMALL_PRODUCT = MatMul(Transpose(COLUMN), COLUMN)
SQUARED = Apply(SQUARE, COLUMN)
IDENTITY = Identity("n1")
DIAGONALS = Diagonals(("n1", "n1"), ("n1", "1"))
RAW_OF_TEXTBOOKS: tuple[Expression, ...] = (
    Transpose(MatMul(LEFT, X)),
    Rearrange(Fill(HALF, ("n1", "1")), DIAGONALS, back=True),
    Diagonal(Fill(ONE, ("n1", "1"))),
    MatMul(IDENTITY, X),
    MatMul(LEFT, IDENTITY),
    MatMul(COLUMN, SMALL_PRODUCT),
    MatMul(Kronecker(LEFT, SQUARE_LEFT), Kronecker(SQUARE_RIGHT, X)),
    Hadamard(COLUMN, Repeat(SMALL_PRODUCT, ROWS, "n1")),
    Hadamard(COLUMN, Divide(SQUARED, COLUMN)),
    Hadamard(COLUMN, Subtract(SQUARED, Divide(SQUARED, COLUMN))),
    MatMul(Transpose(Divide(SQUARED, COLUMN)), COLUMN),
    MatMul(Divide(Transpose(SQUARED), Transpose(COLUMN)), COLUMN),
    Sum(Transpose(X)),
    Sum(Divide(SMALL_PRODUCT, SMALL_PRODUCT)),
    Sum(Apply(SQUARE, SMALL_PRODUCT)),
    Sum(Hadamard(COLUMN, SQUARED)),
    Sum(MatMul(Transpose(COLUMN), MatMul(Transpose(SQUARE_LEFT), COLUMN))),
    Hadamard(Transpose(SQUARE_LEFT), IDENTITY),
    Inverse(Inverse(SQUARE_LEFT)),
    Inverse(IDENTITY),
    Inverse(Scale(SCALAR, SQUARE_LEFT)),
    Apply(SQUARE, Transpose(X)),
    Softmax(Transpose(X), ROWS),
    Kronecker(IDENTITY, Identity("m")),
    Kronecker(SMALL_PRODUCT, X),
    Vec(COLUMN),
    Vec(ROW),
    Commutation("n1", "1"),
    Repeat(SMALL_PRODUCT, ROWS, "1"),
    Total(COLUMN, COLUMNS),
    Rearrange(MatMul(SQUARE_LEFT, SQUARE_RIGHT), DIAGONALS),
    Rearrange(MatMul(COLUMN, Transpose(SQUARED)), DIAGONALS),
    Rearrange(Repeat(COLUMN, COLUMNS, "n1"), DIAGONALS),
    Rearrange(Repeat(Transpose(COLUMN), ROWS, "n1"), DIAGONALS),
    Rearrange(Rearrange(COLUMN, DIAGONALS, back=True), DIAGONALS),
    Rearrange(Scale(HALF, SQUARE_LEFT), DIAGONALS),
    Rearrange(Fill(HALF, ("n1", "n1")), DIAGONALS),
    Sum(Hadamard(SQUARE_LEFT, IDENTITY)),
    Sum(Hadamard(SQUARE_LEFT, SQUARE_LEFT)),
    Sum(Hadamard(Transpose(COLUMN), Transpose(SQUARED))),
    Sum(Rearrange(MatMul(COLUMN, Transpose(SQUARED)), DIAGONALS)),
    Hadamard(COLUMN, Divide(Fill(ONE, ("n1", "1")), SQUARED)),
    Divide(Divide(COLUMN, SQUARED), Divide(COLUMN, Apply(EXP, COLUMN))),
    Ratio(Divide(COLUMN, SQUARED), COLUMN),
    Hadamard(Divide(COLUMN, SQUARED), Divide(SQUARED, Apply(EXP, COLUMN))),
    TimesLog(Fill(HALF, ("n1", "1")), Apply(EXP, COLUMN)),
)
"""Nodes that some law of textbooks rewrites."""


def applications() -> Iterator[tuple[Law, Expression, Expression]]:
    for law in (*LAWS, *TEXTBOOK_LAWS):
        for node in (*RAW, *RAW_OF_TEXTBOOKS):
            found = law.rewrite(node) if isinstance(node, law.kind) else None
            if found is not None:
                yield law, node, found


def test_every_law_has_an_instance() -> None:
    assert {(law.name, law.kind) for law, _, _ in applications()} == {
        (law.name, law.kind) for law in (*LAWS, *TEXTBOOK_LAWS)
    }


@pytest.mark.parametrize(("law", "node", "found"), list(applications()))
def test_a_law_keeps_shape_and_value(law: Law, node: Expression, found: Expression) -> None:
    assert shape_of(found) == shape_of(node), law.name
    for seed in range(3):
        values = random_values(node, np.random.default_rng(seed))
        expected = whole(worth(node, values), node)
        assert_near(whole(worth(found, values), found), expected, rtol=1e-11, atol=1e-13)
    if law in LAWS:
        assert same(node, found), law.name


def worth(node: Expression, values: dict[str, Any]) -> Any:
    return Evaluator(values, ())(node).array


@pytest.mark.parametrize("seed", range(40))
def test_simplifying_a_whole_expression_keeps_it(seed: int) -> None:
    expression = random_tree(random.Random(seed), 4)
    found = simplified_throughout(expression)
    values = random_values(expression, np.random.default_rng(seed))
    expected = whole(value_of(expression, values), expression)
    assert shape_of(found) == shape_of(expression)
    assert_near(whole(value_of(found, values), found), expected, rtol=1e-9, atol=1e-12)
    assert simplified_throughout(found) == found
