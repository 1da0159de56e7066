"""The calculus, node by node: each row of CALCULUS against the complex step, on random shapes, in every column.

Every node is enrolled by its row: one without instances here fails. Adjoint, Jacobian and entry are computed and
compared with numbers that come from the node's own value; so is every route of a derivation through the node. The last
part puts garbage into every column of every row and asks that something notices.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from core.instances import (
    COLUMN,
    EXTRA,
    INSTANCES,
    LEAVES,
    LEFT,
    ROW,
    SCALAR,
    SIZES,
    SQUARE_LEFT,
    SQUARE_RIGHT,
    X,
    Y,
)
from core.support import assert_near
from nablastep import NablastepError
from nablastep.calculus import CALCULUS, Rules, differential, entry_of, gradient, jacobian
from nablastep.derivations.collapse import folded_product, plain_product
from nablastep.derivations.differential import differential_drafts
from nablastep.derivations.index import index_drafts
from nablastep.derivations.jacobian import jacobian_drafts
from nablastep.derivations.lines import Line, Truth, evaluated, laid_out
from nablastep.derivations.regroup import regrouped
from nablastep.derivations.subject import Subject, Use
from nablastep.derivations.worth import Evaluator
from nablastep.evaluation import value_of
from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Apply,
    Cases,
    Determinant,
    Divide,
    Equation,
    Expression,
    Extension,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
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
    symbols,
    walk,
)
from nablastep.functions.activations import ACTIVATIONS, ELEMENT_WISE
from nablastep.functions.elementary import EXP, SIGMOID, SOFTPLUS, SQUARE
from nablastep.notation.writer import RULES
from nablastep.products import TooManyProducts, same
from nablastep.shapes import shape_of, sizes_of
from nablastep.structures import Entry, Trace
from nablastep.transposition import transposed

TANH = ACTIVATIONS["tanh"]
assert TANH is not None


UPSTREAM, TARGET = "grad_u", Symbol("u", None, ())


def random_values(expression: Expression, generator: np.random.Generator) -> dict[str, Any]:
    """Positive numbers away from 0 and from the kinks, so that logarithms and quotients are smooth."""
    found: dict[str, Any] = dict(SIZES)
    for symbol in symbols(expression):
        found[symbol.id] = generator.uniform(0.2, 0.9, sizes_of(symbol.shape, SIZES))
    return found


def change_of(expression: Expression, values: dict[str, Any], symbol: Symbol, direction: Any) -> Any:
    """dF for dX = direction, by the complex step, or by central differences where Φ takes no complex numbers."""
    if any(
        (isinstance(node, Apply) and not node.function.analytic) or (isinstance(node, Determinant) and node.log)
        for node in walk(expression)
    ):
        up, down = (
            value_of(expression, {**values, symbol.id: values[symbol.id] + h * direction}) for h in (1e-5, -1e-5)
        )
        return (up - down) / 2e-5
    moved = {**values, symbol.id: values[symbol.id] + 1e-30j * direction}
    return np.imag(whole(value_of(expression, moved), expression)) / 1e-30


def whole(value: Any, expression: Expression) -> Any:
    """The value at its full size: constants are left to broadcasting in the code."""
    return np.broadcast_to(value, sizes_of(shape_of(expression), SIZES))


def check_adjoint(expression: Expression, symbol: Symbol, values: dict[str, Any], direction: Any) -> None:
    """⟨G, dF⟩ = ⟨∇X, dX⟩ for random G, X and dX, and ∇X has X's shape, in names and in numbers."""
    upstream = replace(TARGET, shape=shape_of(expression)).gradient
    found = gradient(expression, symbol, upstream)
    assert shape_of(found) == symbol.shape
    adjoint = whole(value_of(found, values), found)
    change = np.sum(values[upstream.id] * change_of(expression, values, symbol, direction))
    assert_near(np.sum(adjoint * direction), change, rtol=1e-8, atol=1e-9)


def check_jacobian(expression: Expression, symbol: Symbol, values: dict[str, Any], direction: Any) -> None:
    """vec(dF) = J vec(dX), with the Jacobians multiplied plainly and with structure used."""
    linear = differential(expression, symbol)
    assert linear is not None
    change = np.reshape(change_of(expression, values, symbol, direction), (-1, 1), order="F")
    for multiply in (plain_product, folded_product):
        matrix = Evaluator(values, ())(jacobian(linear, multiply)).array
        found = matrix @ np.reshape(direction, (-1, 1), order="F") if np.ndim(matrix) else matrix * direction
        assert_near(np.reshape(found, (-1, 1)), change, rtol=1e-8, atol=1e-9)


def check_entry(expression: Expression, values: dict[str, Any]) -> None:
    """The entries, laid out in their places, are the value; regrouped they are it again."""
    shape = shape_of(expression)
    rows, columns = shape or ("1", "1")
    indices = (None if rows == "1" else "i", None if columns == "1" else "j")
    number = entry_of(expression, ("i", "j"))
    target = Entry(replace(TARGET, shape=shape), indices) if shape else TARGET
    evaluator = Evaluator(values, ())
    found = laid_out(evaluator(number), target, evaluator.size)
    expected = whole(value_of(expression, values), expression)
    assert_near(found, expected, rtol=1e-10, atol=1e-12)
    again = regrouped(number, *indices, shape)
    assert shape_of(again) == shape
    assert_near(Evaluator(values, ())(again).array, expected, rtol=1e-10, atol=1e-12)
    with suppress(TooManyProducts):
        assert same(again, expression)


def check_routes(expression: Expression, symbol: Symbol, values: dict[str, Any], direction: Any) -> None:
    """Every line of every route from u = expression to ∇X holds, and every route arrives."""
    target = replace(TARGET, shape=shape_of(expression))
    error = Symbol("E", None, ())
    product = Hadamard(target.gradient, target) if target.shape else Scale(target.gradient, target)
    forward = (Equation(target, expression), Equation(error, Sum(product) if target.shape else product))
    step = Equation(symbol.gradient, gradient(expression, symbol, target.gradient))
    subject = Subject(step, symbol, (Use(forward[0], target.gradient),), error, forward)
    full = {**values, target.id: whole(value_of(expression, values), expression)}
    evaluator = Evaluator(full, forward)
    quantity = evaluator(step.expression).array
    truth = Truth(quantity, evaluator.error_derivative(symbol))
    drafts = {
        "index": index_drafts(subject),
        "jacobian": jacobian_drafts(subject),
        "denominator": jacobian_drafts(subject, "denominator"),
    }
    for route, lines in drafts.items():
        check_lines(evaluated(route, lines, evaluator, truth))
    moving = evaluator.with_direction(symbol, direction)
    truth = Truth(quantity, truth.derivative, moving.error_change())
    check_lines(evaluated("differential", differential_drafts(subject), moving, truth))


def check_lines(lines: tuple[Line, ...]) -> None:
    failing = [line.text() for line in lines if line.holds is not True]
    assert not failing, failing


def check_all(expression: Expression, symbol: Symbol, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = random_values(expression, generator)
    values[UPSTREAM] = generator.standard_normal(sizes_of(shape_of(expression), SIZES))
    direction = generator.uniform(0.5, 1.5, sizes_of(symbol.shape, SIZES))
    check_adjoint(expression, symbol, values, direction)
    check_jacobian(expression, symbol, values, direction)
    check_entry(expression, values)
    check_routes(expression, symbol, values, direction)


def enrolled() -> Iterator[Any]:
    for kind in CALCULUS:
        for number, expression in enumerate(INSTANCES.get(kind, ())):
            for symbol in symbols(expression):
                yield pytest.param(expression, symbol, id=f"{kind.__name__}-{number}-{symbol.id}")


def test_every_row_has_instances() -> None:
    assert INSTANCES.keys() | LEAVES == CALCULUS.keys()
    assert all(type(expression) is kind for kind, found in INSTANCES.items() for expression in found)


def test_a_row_without_instances_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CALCULUS, Trace, CALCULUS[Sum])
    with pytest.raises(AssertionError):
        test_every_row_has_instances()


@pytest.mark.parametrize(("expression", "symbol"), list(enrolled()))
def test_every_node_by_every_operand_in_every_way(expression: Expression, symbol: Symbol) -> None:
    check_all(expression, symbol, seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_forward_pass(seed: int) -> None:
    """½‖softmax(W f(x 1ᵀ-shifted)) − t‖² with everything in it, by each of its symbols."""
    shifted = Add(MatMul(SQUARE_LEFT, X), Repeat(COLUMN, COLUMNS, "m"))
    outputs = Softmax(MatMul(LEFT, Apply(ELEMENT_WISE[2], shifted)), ROWS)
    target = Symbol("y", None, ("n2", "m"))
    error = Scale(Factor(1, 2, ("m",)), Sum(Apply(SQUARE, Subtract(outputs, target))))
    for symbol in (SQUARE_LEFT, LEFT, COLUMN, X, target):
        check_all(error, symbol, seed)


# expressions never seen before

SYMBOLS = (X, Y, LEFT, COLUMN, ROW, SQUARE_LEFT, SQUARE_RIGHT, EXTRA)


def random_tree(generator: random.Random, depth: int) -> Expression:
    """Any expression over all nodes that fits together and stays smooth on positive numbers."""
    if depth == 0:
        return generator.choice(SYMBOLS)
    x = random_tree(generator, depth - 1)
    rows, columns = shape_of(x) or ("1", "1")
    fitting = [symbol for symbol in SYMBOLS if symbol.shape == shape_of(x)]
    partner: Expression = generator.choice(fitting) if fitting else x
    right = [symbol for symbol in SYMBOLS if symbol.shape[0] == columns]
    ways: list[Callable[[], Expression]] = [
        lambda: Transpose(x),
        lambda: Hadamard(x, partner),
        lambda: Hadamard(partner, x),
        lambda: Add(partner, x),
        lambda: Subtract(x, partner),
        lambda: Divide(x, Apply(EXP, partner)),
        lambda: Ratio(partner, Apply(EXP, x)),
        lambda: TimesLog(x, Apply(EXP, partner)),
        lambda: Cases(Subtract(partner, Apply(SQUARE, x)), x, Apply(TANH, partner)),
        lambda: Scale(SCALAR, x),
        lambda: Scale(Factor(-3, 2, ("m",)), x),
        lambda: Apply(generator.choice((TANH, SQUARE, SOFTPLUS, SIGMOID)), x),
        lambda: Softmax(x, generator.choice((ROWS, COLUMNS))),
        lambda: Repeat(LogSumExp(x, ROWS), ROWS, rows),
        lambda: Total(x, generator.choice((ROWS, COLUMNS))),
        lambda: Scale(Sum(x), partner),
        lambda: Divide(x, Power(SCALAR, Factor(2))),
        lambda: MatMul(x, Transpose(x)),
    ]
    if right:
        ways += [lambda: MatMul(x, generator.choice(right))] * 3
    if columns == "1":
        ways += [lambda: Repeat(x, COLUMNS, "m")] * 2
    return generator.choice(ways)()


@pytest.mark.parametrize("seed", sorted({*range(int(os.environ.get("NABLASTEP_FUZZ", "20"))), 245}))
def test_why_of_an_expression_never_seen_before_holds_by_every_route(seed: int) -> None:
    generator = random.Random(seed)
    expression = random_tree(generator, 4)
    symbol = generator.choice(symbols(expression))
    check_all(expression, symbol, seed)


# garbage in any column of any row


def notices(kind: type[Expression]) -> bool:
    """Whether an instance of the node fails in some way."""
    for parameters in enrolled():
        expression, symbol = parameters.values
        if type(expression) in (kind, Softmax):  # whose change is made of many linear nodes
            try:
                check_all(expression, symbol, seed=0)
            except (AssertionError, NablastepError, ValueError, KeyError, IndexError, TypeError):
                return True
    return False


def garbage(column: str, rule: Callable[..., Any]) -> Callable[..., Any]:
    """The rule with its result doubled; of a number or matrix alike."""
    del column

    def wrong(*arguments: Any) -> Any:
        found = rule(*arguments)
        return None if found is None else Scale(Factor(2), found)

    return wrong


COLUMNS_OF_RULES = ("entry", "change", "adjoint", "jacobian")


@pytest.mark.parametrize("column", COLUMNS_OF_RULES)
@pytest.mark.parametrize("kind", [kind for kind in CALCULUS if kind in INSTANCES])
def test_garbage_in_any_column_of_any_row_is_noticed(
    kind: type[Expression], column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = CALCULUS[kind]
    rule = getattr(rules, column)
    if rule is None:
        pytest.skip("the node has no rule in this column")
    monkeypatch.setitem(CALCULUS, kind, replace(rules, **{column: garbage(column, rule)}))
    assert notices(kind)


@pytest.mark.parametrize("kind", [kind for kind, rules in CALCULUS.items() if rules.change and kind in INSTANCES])
def test_an_operand_that_is_forgotten_is_noticed(kind: type[Expression], monkeypatch: pytest.MonkeyPatch) -> None:
    rules = CALCULUS[kind]
    rule = rules.change
    assert rule is not None
    operands = {index for expression in INSTANCES[kind] for index in range(len(expression.operands))}
    for forgotten in sorted(operands):
        if kind is Cases and forgotten == 0:
            continue  # which case holds does not change
        wrong = replace(
            rules,
            change=lambda node, operand, d, at=forgotten: None if operand == at else rule(node, operand, d),
        )
        monkeypatch.setitem(CALCULUS, kind, wrong)
        assert notices(kind), forgotten


@pytest.mark.parametrize("expression", [MatMul(SQUARE_LEFT, SQUARE_RIGHT), MatMul(SQUARE_LEFT, SQUARE_LEFT)])
def test_a_forgotten_transpose_is_noticed_even_where_the_shapes_fit(
    expression: MatMul, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(node: MatMul, operand: int, upstream: Expression) -> Expression:
        return MatMul(node.left, upstream) if operand else MatMul(upstream, node.right)

    monkeypatch.setitem(CALCULUS, MatMul, replace(CALCULUS[MatMul], adjoint=forgetful))
    with pytest.raises(AssertionError):
        check_all(expression, SQUARE_LEFT, seed=0)


def test_a_letter_is_never_captured() -> None:
    """A (B C) and products of four factors sum over letters of their own."""
    third = Symbol("W", 4, ("n1", "n1"))
    for expression in (
        MatMul(SQUARE_LEFT, MatMul(SQUARE_RIGHT, third)),
        MatMul(MatMul(SQUARE_LEFT, SQUARE_RIGHT), MatMul(third, X)),
    ):
        for symbol in symbols(expression):
            check_all(expression, symbol, seed=1)


def test_guarded_quotients_and_logarithms_are_zero_where_their_factor_is() -> None:
    values = {"z1": np.array([[0.0, 0.0, 2.0]]), "a1": np.array([[0.0, 5.0, 0.0]])}
    assert np.array_equal(value_of(TimesLog(Y, X), values), [[0.0, 0.0, -np.inf]])
    assert np.array_equal(value_of(Ratio(Y, X), values), [[0.0, 0.0, np.inf]])
    slope = gradient(TimesLog(Y, X), X, Fill(ONE, X.shape))
    assert np.array_equal(value_of(slope, values), [[0.0, 0.0, np.inf]])


# a node of one's own


@dataclass(frozen=True, slots=True)
class Midpoint(Extension):
    """½ (left + right) of equal shapes: a node that the core does not have."""

    left: Expression
    right: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        assert shapes[0] == shapes[1]
        return shapes[0]

    def transposed(self) -> Expression:
        return Midpoint(transposed(self.left), transposed(self.right))


def test_a_new_node_needs_a_row_of_the_calculus_and_a_word_of_the_notations_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Rules(
        lambda node, indices, used: Scale(
            Factor(1, 2), Add(entry_of(node.left, indices, used), entry_of(node.right, indices, used))
        ),
        lambda node, operand, d: Scale(Factor(1, 2), d),
    )
    monkeypatch.setitem(CALCULUS, Midpoint, row)
    half = Factor(1, 2)
    monkeypatch.setitem(
        RULES,
        Midpoint,
        lambda writer, node: writer.parenthesised(writer.tokens(Scale(half, Add(node.left, node.right)))),
    )
    for expression in (Midpoint(X, Y), MatMul(LEFT, Midpoint(X, Apply(SQUARE, X))), Midpoint(X, X)):
        for symbol in symbols(expression):
            check_all(expression, symbol, seed=0)
