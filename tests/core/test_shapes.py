"""Shape rules: in names, in numbers, and the wording of what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from core.instances import (
    COLUMN,
    INSTANCES,
    LEFT,
    ROW,
    SCALAR,
    SIZES,
    X,
)
from core.test_calculus import random_values
from nablastep import ShapeError
from nablastep.evaluation import value_of
from nablastep.expressions import (
    COLUMNS,
    ROWS,
    Add,
    Cases,
    Divide,
    Expression,
    Factor,
    Hadamard,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Repeat,
    Scale,
    Shape,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
)
from nablastep.shapes import SHAPE_RULES, shape_of, shape_text, sizes_of

ONLY_SHAPES: dict[type[Expression], tuple[tuple[Expression, Shape], ...]] = {
    Symbol: ((X, ("n1", "m")), (SCALAR, ())),
    Factor: ((Factor(1, 2, ("m",)), ()),),
    Number: ((Number(0.01), ()),),
}


def test_every_shape_rule_has_instances() -> None:
    assert INSTANCES.keys() | ONLY_SHAPES.keys() == SHAPE_RULES.keys()
    assert not INSTANCES.keys() & ONLY_SHAPES.keys()


@pytest.mark.parametrize("kind", INSTANCES)
def test_the_shape_in_names_is_the_shape_of_the_value(kind: type[Expression]) -> None:
    for expression in INSTANCES[kind]:
        values = random_values(expression, np.random.default_rng(1))
        assert np.shape(value_of(expression, values)) == sizes_of(shape_of(expression), SIZES)


@pytest.mark.parametrize("kind", ONLY_SHAPES)
def test_shapes_of_the_other_nodes(kind: type[Expression]) -> None:
    for expression, shape in ONLY_SHAPES[kind]:
        assert type(expression) is kind
        assert shape_of(expression) == shape


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        (MatMul(LEFT, X), ("n2", "m")),
        (Transpose(X), ("m", "n1")),
        (Total(X, COLUMNS), ("n1", "1")),
        (Total(X, ROWS), ("1", "m")),
        (LogSumExp(X, ROWS), ("1", "m")),
        (Repeat(COLUMN, COLUMNS, "m"), ("n1", "m")),
        (Repeat(ROW, ROWS, "n0"), ("n0", "m")),
        (Sum(X), ()),
        (Scale(SCALAR, SCALAR), ()),
        (Divide(X, SCALAR), ("n1", "m")),
    ],
)
def test_shapes_in_names(expression: Expression, shape: Shape) -> None:
    assert shape_of(expression) == shape


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (MatMul(X, LEFT), "the product n1×m · n2×n1 does not fit: the inner dimensions are m and n2"),
        (MatMul(SCALAR, X), "a matrix product needs matrices or vectors, found a scalar"),
        (Transpose(SCALAR), "a transpose needs matrices or vectors, found a scalar"),
        (Add(X, COLUMN), "a sum needs equal shapes, found n1×m and n1×1"),
        (Add(X, SCALAR), "a sum needs equal shapes, found n1×m and scalar"),
        (Subtract(X, Transpose(X)), "a difference needs equal shapes, found n1×m and m×n1"),
        (Hadamard(LEFT, X), "the element-wise product ⊙ needs equal shapes, found n2×n1 and n1×m"),
        (TimesLog(LEFT, X), "the element-wise product ⊙ needs equal shapes, found n2×n1 and n1×m"),
        (Divide(X, COLUMN), "the element-wise quotient ⊘ needs equal shapes, found n1×m and n1×1"),
        (Ratio(X, COLUMN), "the element-wise quotient ⊘ needs equal shapes, found n1×m and n1×1"),
        (Ratio(X, SCALAR), "the element-wise quotient ⊘ needs equal shapes, found n1×m and scalar"),
        (Scale(X, X), "the factor in front is n1×m, and it has to be a scalar"),
        (Repeat(X, COLUMNS, "m"), "only a vector can be repeated, found n1×m"),
        (Repeat(COLUMN, ROWS, "m"), "only a vector can be repeated, found n1×1"),
        (Repeat(SCALAR, COLUMNS, "m"), "a repetition needs matrices or vectors, found a scalar"),
        (Total(SCALAR, COLUMNS), "a sum along one axis needs matrices or vectors, found a scalar"),
        (Softmax(SCALAR, ROWS), "a softmax needs matrices or vectors, found a scalar"),
        (Power(SCALAR, X), "an exponent has to be a number, found n1×m"),
        (Cases(X, X, LEFT), "a choice by cases needs equal shapes, found n1×m, n1×m and n2×n1"),
    ],
)
def test_wording_of_shape_errors(expression: Expression, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        shape_of(expression)
    assert str(caught.value) == message


def test_hints_of_shape_errors() -> None:
    with pytest.raises(ShapeError) as caught:
        shape_of(MatMul(LEFT, Transpose(X)))
    assert caught.value.hint == "transpose one factor so that n1 meets n1 or m meets m"
    with pytest.raises(ShapeError) as caught:
        shape_of(Hadamard(X, COLUMN))
    assert caught.value.hint == "work out which of the two has to be transposed, summed or repeated"


def test_equal_sizes_of_different_dimensions_do_not_fit() -> None:
    """Dimensions are names: a square network hides no slip."""
    with pytest.raises(ShapeError):
        shape_of(Add(Symbol("a", 1, ("n1", "m")), Symbol("a", 2, ("n2", "m"))))


def test_text_of_shapes() -> None:
    assert shape_text(("n2", "n1")) == "n2×n1"
    assert shape_text(()) == "scalar"
