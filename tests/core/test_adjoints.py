"""Shape rules and adjoint rules, node by node: ⟨G, dF⟩ by the complex step equals ⟨∇X, dX⟩ by the rule.

Every node that has a rule is enrolled by being registered: a rule without instances here fails, and so does an
instance whose rule is missing. The last part breaks each rule and asks that the property notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from core.support import assert_near
from nablastep import ShapeError
from nablastep.adjoints import ADJOINT_RULES, gradient, moves
from nablastep.evaluation import value_of
from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Apply,
    Block,
    Cases,
    Cut,
    Determinant,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Rearrange,
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
    depends_on,
    symbols,
)
from nablastep.functions.activations import ELEMENT_WISE
from nablastep.functions.elementary import HUBER, SQUARE
from nablastep.laws import add, hadamard, matmul, negate, repeat, scale, transpose
from nablastep.shapes import SHAPE_RULES, shape_of, shape_text, sizes_of

SIZES = {"n0": 3, "n1": 4, "n2": 2, "m": 5, "1": 1}
SCALAR = Symbol("learning_rate", None, ())
OTHER_SCALAR = Symbol("momentum", None, ())
X = Symbol("a", 1, ("n1", "m"))
Y = Symbol("z", 1, ("n1", "m"))
LEFT = Symbol("W", 1, ("n2", "n1"))
COLUMN = Symbol("b", 0, ("n1", "1"))
ROW = Symbol("a", 2, ("1", "m"))
SQUARE_LEFT, SQUARE_RIGHT = Symbol("W", 2, ("n1", "n1")), Symbol("W", 3, ("n1", "n1"))
EXTRA = Symbol("a", 3, ("m", "n0"))

INSTANCES: dict[type[Expression], tuple[Expression, ...]] = {
    Transpose: (Transpose(X), Transpose(ROW)),
    MatMul: (
        MatMul(LEFT, X),
        MatMul(X, EXTRA),
        MatMul(Transpose(X), Transpose(LEFT)),
        MatMul(COLUMN, ROW),
        MatMul(SQUARE_LEFT, SQUARE_RIGHT),
        MatMul(SQUARE_LEFT, SQUARE_LEFT),
        MatMul(Transpose(COLUMN), COLUMN),
    ),
    Hadamard: (Hadamard(X, Y), Hadamard(X, X), Hadamard(ROW, Total(X, ROWS))),
    Divide: (Divide(X, Y), Divide(X, SCALAR), Divide(X, X), Divide(SCALAR, OTHER_SCALAR)),
    Ratio: (Ratio(X, Y),),
    TimesLog: (TimesLog(Y, X),),
    Add: (Add(X, Y), Add(X, X), Add(COLUMN, Total(X, COLUMNS))),
    Subtract: (Subtract(X, Y), Subtract(Y, X), Subtract(Fill(ONE, X.shape), X)),
    Scale: (
        Scale(SCALAR, X),
        Scale(Factor(-3, 2, ("m",)), X),
        Scale(Number(0.3), X),
        Scale(SCALAR, OTHER_SCALAR),
        Scale(SCALAR, Scale(SCALAR, X)),
    ),
    Apply: (*(Apply(function, X) for function in ELEMENT_WISE), Apply(SQUARE, X), Apply(HUBER, X)),
    Softmax: (Softmax(X, ROWS), Softmax(X, COLUMNS), Softmax(COLUMN, ROWS)),
    LogSumExp: (LogSumExp(X, ROWS), LogSumExp(X, COLUMNS), LogSumExp(COLUMN, ROWS)),
    Repeat: (Repeat(COLUMN, COLUMNS, "m"), Repeat(ROW, ROWS, "n0")),
    Total: (Total(X, COLUMNS), Total(X, ROWS)),
    Sum: (
        Sum(X),
        Sum(Hadamard(X, Y)),
        Sum(Apply(SQUARE, Subtract(X, Y))),
        Sum(MatMul(Transpose(COLUMN), COLUMN)),
        Sum(Hadamard(Repeat(COLUMN, COLUMNS, "m"), X)),
    ),
}
"""Node → expressions with it on top. Square ones cannot hide behind a shape; a symbol met twice needs its sum."""

ONLY_SHAPES: dict[type[Expression], tuple[tuple[Expression, Shape], ...]] = {
    Symbol: ((X, ("n1", "m")), (SCALAR, ())),
    Fill: ((Fill(ONE, ("n1", "m")), ("n1", "m")),),
    Factor: ((Factor(1, 2, ("m",)), ()),),
    Number: ((Number(0.01), ()),),
    Power: ((Power(SCALAR, OTHER_SCALAR), ()),),
    Cases: ((Cases(X, X, Y), ("n1", "m")),),
    Rearrange: ((Rearrange(X, Cut(("n1", "m"), ("n2", "m"), ROWS, "1", "3")), ("n2", "m")),),
    Block: ((Block(X, Y, ROWS, "n0"), ("n0", "m")),),
    Inverse: ((Inverse(SQUARE_LEFT), ("n1", "n1")),),
    Determinant: ((Determinant(SQUARE_LEFT), ()),),
}

NOT_DIFFERENTIATED = {(TimesLog, 0)}
"""The target y, the factor of a logarithm, is no variable."""


def random_values(expression: Expression, generator: np.random.Generator) -> dict[str, Any]:
    """Positive numbers away from 0 and from the kinks, so that logarithms and quotients are smooth."""
    found: dict[str, Any] = dict(SIZES)
    for symbol in symbols(expression):
        found[symbol.id] = generator.uniform(0.2, 0.9, sizes_of(symbol.shape, SIZES))
    return found


def differential(expression: Expression, values: dict[str, Any], symbol: Symbol, direction: Any) -> Any:
    """dF for dX = direction, by the complex step, or by central differences where Φ takes no complex numbers."""
    if any(isinstance(node, Apply) and not node.function.analytic for node in (expression, *expression.operands)):
        up, down = (
            value_of(expression, {**values, symbol.id: values[symbol.id] + h * direction}) for h in (1e-5, -1e-5)
        )
        return (up - down) / 2e-5
    moved = {**values, symbol.id: values[symbol.id] + 1e-30j * direction}
    return np.imag(value_of(expression, moved)) / 1e-30


def check_adjoint(expression: Expression, symbol: Symbol, seed: int) -> None:
    """⟨G, dF⟩ = ⟨∇X, dX⟩ for random G, X and dX, and ∇X has X's shape, in names and in numbers."""
    generator = np.random.default_rng(seed)
    upstream = Symbol("E", 9, shape_of(expression), "grad")
    values = random_values(expression, generator)
    values[upstream.id] = generator.standard_normal(sizes_of(upstream.shape, SIZES))
    direction = generator.standard_normal(sizes_of(symbol.shape, SIZES))
    found = gradient(expression, symbol, upstream)
    assert shape_of(found) == symbol.shape
    adjoint = value_of(found, values)
    if isinstance(found, Fill):  # a constant alone is written as its scalar
        adjoint = np.full(sizes_of(found.shape, SIZES), adjoint)
    assert np.shape(adjoint) == sizes_of(symbol.shape, SIZES)
    change = np.sum(values[upstream.id] * differential(expression, values, symbol, direction))
    assert_near(np.sum(adjoint * direction), change, rtol=1e-8, atol=1e-10)


def enrolled() -> Iterator[Any]:
    for kind in ADJOINT_RULES:
        for number, expression in enumerate(INSTANCES.get(kind, ())):
            for symbol in symbols(expression):
                if not ((kind, 0) in NOT_DIFFERENTIATED and depends_on(expression.operands[0], symbol)):
                    yield pytest.param(expression, symbol, id=f"{kind.__name__}-{number}-{symbol.id}")


def test_every_rule_has_instances() -> None:
    assert INSTANCES.keys() == ADJOINT_RULES.keys()
    assert all(type(expression) is kind for kind, found in INSTANCES.items() for expression in found)


def test_a_rule_without_instances_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ADJOINT_RULES, Power, ADJOINT_RULES[Add])
    with pytest.raises(AssertionError):
        test_every_rule_has_instances()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("expression", "symbol"), list(enrolled()))
def test_adjoint(expression: Expression, symbol: Symbol, seed: int) -> None:
    check_adjoint(expression, symbol, seed)


@pytest.mark.parametrize("seed", range(3))
def test_adjoint_of_a_whole_forward_pass(seed: int) -> None:
    """½‖softmax(W f(x 1ᵀ-shifted)) − t‖² with everything in it, by each of its symbols."""
    shifted = Add(MatMul(SQUARE_LEFT, X), Repeat(COLUMN, COLUMNS, "m"))
    outputs = Softmax(MatMul(LEFT, Apply(ELEMENT_WISE[2], shifted)), ROWS)
    target = Symbol("y", None, ("n2", "m"))
    error = Scale(Factor(1, 2, ("m",)), Sum(Apply(SQUARE, Subtract(outputs, target))))
    for symbol in (SQUARE_LEFT, LEFT, COLUMN, X, target):
        check_adjoint(error, symbol, seed)


def test_the_factor_of_a_logarithm_is_no_variable() -> None:
    with pytest.raises(ValueError, match="the factor of a TimesLog is not needed"):
        gradient(TimesLog(Y, X), Y, Symbol("E", 9, X.shape, "grad"))


def test_guarded_quotients_and_logarithms_are_zero_where_their_factor_is() -> None:
    values = {"z1": np.array([[0.0, 0.0, 2.0]]), "a1": np.array([[0.0, 5.0, 0.0]])}
    assert np.array_equal(value_of(TimesLog(Y, X), values), [[0.0, 0.0, -np.inf]])
    assert np.array_equal(value_of(Ratio(Y, X), values), [[0.0, 0.0, np.inf]])
    slope = gradient(TimesLog(Y, X), X, Fill(ONE, X.shape))
    assert np.array_equal(value_of(slope, values), [[0.0, 0.0, np.inf]])


def test_the_record_of_moves_leads_from_the_upstream_gradient_to_the_result() -> None:
    upstream = Symbol("z", 2, ("n2", "m"), "grad")
    forward = MatMul(LEFT, Apply(ELEMENT_WISE[1], X))
    (path,) = moves(forward, X, upstream)
    assert path[0].before == upstream
    assert [type(move.node) for move in path] == [MatMul, Apply]
    assert [move.operand for move in path] == [1, 0]
    assert all(first.after == second.before for first, second in pairwise(path))
    assert gradient(forward, X, upstream) == path[-1].after
    assert len(list(moves(MatMul(SQUARE_LEFT, SQUARE_LEFT), SQUARE_LEFT, SQUARE_LEFT.gradient))) == 2


ONES, HALVES = Fill(ONE, X.shape), Fill(Factor(1, 2), X.shape)
SMALL = Fill(Factor(1, 2), ("1", "1"))


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (matmul(COLUMN, SMALL), Scale(Factor(1, 2), COLUMN)),
        (matmul(SMALL, ROW), Scale(Factor(1, 2), ROW)),
        (matmul(LEFT, ONES), MatMul(LEFT, ONES)),
        (matmul(ONES, EXTRA), MatMul(ONES, EXTRA)),
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


# breaking the rules


def fails(kind: type[Expression]) -> bool:
    """Whether an instance of the node breaks the property or its shapes."""
    for parameters in enrolled():
        expression, symbol = parameters.values
        if type(expression) is not kind:
            continue
        try:
            check_adjoint(expression, symbol, seed=0)
        except (AssertionError, ShapeError, ValueError):
            return True
    return False


@pytest.mark.parametrize("kind", ADJOINT_RULES)
def test_a_wrong_sign_is_noticed(kind: type[Expression], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not fails(kind)
    rule = ADJOINT_RULES[kind]
    monkeypatch.setitem(ADJOINT_RULES, kind, lambda node, operand, upstream: negate(rule(node, operand, upstream)))
    assert fails(kind)


@pytest.mark.parametrize("kind", ADJOINT_RULES)
def test_a_rule_that_passes_the_gradient_on_unchanged_is_noticed(
    kind: type[Expression], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ADJOINT_RULES, kind, lambda node, operand, upstream: upstream)
    assert fails(kind) is (kind is not Add)


@pytest.mark.parametrize("expression", [MatMul(SQUARE_LEFT, SQUARE_RIGHT), MatMul(SQUARE_LEFT, SQUARE_LEFT)])
def test_a_forgotten_transpose_is_noticed_even_where_the_shapes_fit(
    expression: MatMul, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(node: MatMul, operand: int, upstream: Expression) -> Expression:
        return MatMul(node.left, upstream) if operand else MatMul(upstream, node.right)

    monkeypatch.setitem(ADJOINT_RULES, MatMul, forgetful)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_adjoint(expression, SQUARE_LEFT, seed=0)


def test_a_transposed_result_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = ADJOINT_RULES[MatMul]
    monkeypatch.setitem(ADJOINT_RULES, MatMul, lambda node, operand, upstream: transpose(rule(node, operand, upstream)))
    with pytest.raises(AssertionError):
        check_adjoint(MatMul(LEFT, X), LEFT, seed=0)
    with pytest.raises(AssertionError):
        check_adjoint(MatMul(SQUARE_LEFT, SQUARE_RIGHT), SQUARE_LEFT, seed=0)


# shapes


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
