"""The four conventions: the shown equation computes the exact transpose, and its transposes stand at the leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nablastep as ns
from core.support import assert_near, equations, one_layer, random_network, two_layers
from nablastep.errors import UnknownNameError
from nablastep.evaluation import value_of
from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    SAMPLES,
    WEIGHTS,
    Equation,
    Expression,
    Fill,
    LogSumExp,
    MatMul,
    Repeat,
    Softmax,
    Sum,
    Symbol,
    Total,
    Transpose,
    walk,
)
from nablastep.functions.losses import LOSSES
from nablastep.iteration import Iteration
from nablastep.shapes import shape_of
from nablastep.transposition import CONVENTIONS, Convention, convention_named, transposed

EVERY_CONVENTION = pytest.mark.parametrize("convention", CONVENTIONS.values(), ids=lambda convention: convention.name)


def shown_values(convention: Convention, symbols: Mapping[str, Symbol], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the convention stores them, and the settings and sizes as they are."""
    return {
        name: convention.shown_value(symbols[name], value) if name in symbols else value
        for name, value in values.items()
    }


def assert_transposes_at_leaves(expression: Expression) -> None:
    for node in walk(expression):
        if isinstance(node, Transpose):
            assert isinstance(node.x, Symbol), f"a transpose above {node.x}"


def check_iteration(session: ns.Session, convention: Convention, number: int) -> None:
    iteration = Iteration(session.timeline, number)
    program = iteration.program
    for step in program.steps:
        shown = convention.shown_equation(step.equation)
        before = shown_values(convention, program.symbols, iteration.values(step.number - 1))
        after = iteration.values(step.number)[step.id]
        with np.errstate(all="ignore"):
            expected = convention.shown_value(step.target, after) if step.target.shape else after
        found = value_of(shown.expression, before)
        scale = float(np.abs(expected).max()) if np.all(np.isfinite(expected)) else 0.0
        assert_near(found, expected, rtol=1e-12, atol=1e-13 * scale, what=f"{convention.name} {step.id}")
        assert_transposes_at_leaves(shown.expression)
        if step.definition is not None:
            definition = convention.shown_equation(step.definition)
            assert_transposes_at_leaves(definition.expression)
            assert_near(value_of(definition.expression, before), expected, rtol=1e-9, what="definition")


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_step_of_random_programs(seed: int) -> None:
    session = ns.Session(random_network(np.random.default_rng(seed)))
    session.train(2)
    for convention in CONVENTIONS.values():
        for number in (1, 2):
            check_iteration(session, convention, number)


@EVERY_CONVENTION
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str, activation: str, samples: int, convention: Convention) -> None:
    session = ns.Session(one_layer(activation, loss, samples=samples))
    check_iteration(session, convention, 1)


@EVERY_CONVENTION
def test_target_that_does_not_sum_to_one(convention: Convention) -> None:
    for samples in (1, 2):
        session = ns.Session(one_layer("softmax", "categorical_cross_entropy", samples=samples))
        session.set("y[0,0]", 0.7)
        check_iteration(session, convention, 1)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_shapes_of_shown_equations(seed: int) -> None:
    """Both sides have one shape in names, and that is the shape of the shown value."""
    session = ns.Session(random_network(np.random.default_rng(seed)))
    session.goto("end")
    for convention in CONVENTIONS.values():
        for step in session.program.steps:
            shown = convention.shown_equation(step.equation)
            assert shape_of(shown.expression) == shown.target.shape
            assert shown.target.id == step.id
            if shown.target.shape:
                assert np.shape(session[step.id])[:: -1 if convention.transposes(step.target) else 1] == tuple(
                    session.values.get(dimension, 1) for dimension in shown.target.shape
                )


def test_the_shown_value_is_the_same_memory() -> None:
    """Exact transposes: nothing is computed again for another convention."""
    session = ns.Session(two_layers(samples=3))
    session.goto("end")
    for convention in CONVENTIONS.values():
        for name in ("W0", "b0", "a1", "grad_W1", "y"):
            symbol = session.program.symbols[name]
            value = session.values[name]
            shown = convention.shown_value(symbol, value)
            assert np.shares_memory(shown, value)
            assert np.array_equal(shown.T if convention.transposes(symbol) else shown, value)


ONE_SAMPLE = {
    "column": {
        "z2": "z⁽²⁾ = W⁽¹⁾ a⁽¹⁾ + b⁽¹⁾",
        "grad_z1": "∇z⁽¹⁾ = ∇a⁽¹⁾ ⊙ tanh′(z⁽¹⁾)",
        "grad_a1": "∇a⁽¹⁾ = W⁽¹⁾ᵀ ∇z⁽²⁾",
        "grad_W1": "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ",
        "grad_b1": "∇b⁽¹⁾ = ∇z⁽²⁾",
    },
    "column-transposed": {
        "z2": "z⁽²⁾ = W⁽¹⁾ᵀ a⁽¹⁾ + b⁽¹⁾",
        "grad_z1": "∇z⁽¹⁾ = ∇a⁽¹⁾ ⊙ tanh′(z⁽¹⁾)",
        "grad_a1": "∇a⁽¹⁾ = W⁽¹⁾ ∇z⁽²⁾",
        "grad_W1": "∇W⁽¹⁾ = a⁽¹⁾ ∇z⁽²⁾ᵀ",
        "grad_b1": "∇b⁽¹⁾ = ∇z⁽²⁾",
    },
    "row-keras": {
        "z2": "z⁽²⁾ = a⁽¹⁾ W⁽¹⁾ + b⁽¹⁾",
        "grad_z1": "∇z⁽¹⁾ = ∇a⁽¹⁾ ⊙ tanh′(z⁽¹⁾)",
        "grad_a1": "∇a⁽¹⁾ = ∇z⁽²⁾ W⁽¹⁾ᵀ",
        "grad_W1": "∇W⁽¹⁾ = a⁽¹⁾ᵀ ∇z⁽²⁾",
        "grad_b1": "∇b⁽¹⁾ = ∇z⁽²⁾",
    },
    "row-pytorch": {
        "z2": "z⁽²⁾ = a⁽¹⁾ W⁽¹⁾ᵀ + b⁽¹⁾",
        "grad_z1": "∇z⁽¹⁾ = ∇a⁽¹⁾ ⊙ tanh′(z⁽¹⁾)",
        "grad_a1": "∇a⁽¹⁾ = ∇z⁽²⁾ W⁽¹⁾",
        "grad_W1": "∇W⁽¹⁾ = ∇z⁽²⁾ᵀ a⁽¹⁾",
        "grad_b1": "∇b⁽¹⁾ = ∇z⁽²⁾",
    },
}
BATCH = {
    "column": {
        "z2": "Z⁽²⁾ = W⁽¹⁾ A⁽¹⁾ + b⁽¹⁾ 1ᵀ",
        "grad_z1": "∇Z⁽¹⁾ = ∇A⁽¹⁾ ⊙ tanh′(Z⁽¹⁾)",
        "grad_a1": "∇A⁽¹⁾ = W⁽¹⁾ᵀ ∇Z⁽²⁾",
        "grad_W1": "∇W⁽¹⁾ = ∇Z⁽²⁾ A⁽¹⁾ᵀ",
        "grad_b1": "∇b⁽¹⁾ = ∇Z⁽²⁾ 1",
    },
    "column-transposed": {
        "z2": "Z⁽²⁾ = W⁽¹⁾ᵀ A⁽¹⁾ + b⁽¹⁾ 1ᵀ",
        "grad_z1": "∇Z⁽¹⁾ = ∇A⁽¹⁾ ⊙ tanh′(Z⁽¹⁾)",
        "grad_a1": "∇A⁽¹⁾ = W⁽¹⁾ ∇Z⁽²⁾",
        "grad_W1": "∇W⁽¹⁾ = A⁽¹⁾ ∇Z⁽²⁾ᵀ",
        "grad_b1": "∇b⁽¹⁾ = ∇Z⁽²⁾ 1",
    },
    "row-keras": {
        "z2": "Z⁽²⁾ = A⁽¹⁾ W⁽¹⁾ + 1 b⁽¹⁾",
        "grad_z1": "∇Z⁽¹⁾ = ∇A⁽¹⁾ ⊙ tanh′(Z⁽¹⁾)",
        "grad_a1": "∇A⁽¹⁾ = ∇Z⁽²⁾ W⁽¹⁾ᵀ",
        "grad_W1": "∇W⁽¹⁾ = A⁽¹⁾ᵀ ∇Z⁽²⁾",
        "grad_b1": "∇b⁽¹⁾ = 1ᵀ ∇Z⁽²⁾",
    },
    "row-pytorch": {
        "z2": "Z⁽²⁾ = A⁽¹⁾ W⁽¹⁾ᵀ + 1 b⁽¹⁾",
        "grad_z1": "∇Z⁽¹⁾ = ∇A⁽¹⁾ ⊙ tanh′(Z⁽¹⁾)",
        "grad_a1": "∇A⁽¹⁾ = ∇Z⁽²⁾ W⁽¹⁾",
        "grad_W1": "∇W⁽¹⁾ = ∇Z⁽²⁾ᵀ A⁽¹⁾",
        "grad_b1": "∇b⁽¹⁾ = 1ᵀ ∇Z⁽²⁾",
    },
}


@EVERY_CONVENTION
def test_the_table_of_equations(convention: Convention) -> None:
    for samples, table in ((1, ONE_SAMPLE), (3, BATCH)):
        steps = ns.Session(two_layers(samples=samples)).program.steps
        found = equations(steps, convention=convention.name)
        assert {name: found[name] for name in table[convention.name]} == table[convention.name]


@EVERY_CONVENTION
@pytest.mark.parametrize("samples", [1, 2])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_error_has_no_transposes_where_it_needs_none(loss: str, samples: int, convention: Convention) -> None:
    """A sum of all entries is the same for rows and columns, so E reads the same but for yᵀ z, 1ᵀ and 1."""
    for activation in ("sigmoid", "softmax"):
        steps = ns.Session(one_layer(activation, loss, samples=samples)).program.steps
        shown = equations(steps, convention=convention.name)["E"]
        plain = equations(steps)["E"]
        if convention.transposes_samples:
            plain = plain.replace("yᵀ z⁽¹⁾", "z⁽¹⁾ yᵀ").replace("1ᵀ(Y ⊙ Z⁽¹⁾)", "(Y ⊙ Z⁽¹⁾) 1")
        assert shown == plain


SHAPES = {
    "column": {"a": ("n1", "m"), "W": ("n2", "n1"), "b": ("n2", "1"), "z": ("n2", "m")},
    "column-transposed": {"a": ("n1", "m"), "W": ("n1", "n2"), "b": ("n2", "1"), "z": ("n2", "m")},
    "row-keras": {"a": ("m", "n1"), "W": ("n1", "n2"), "b": ("1", "n2"), "z": ("m", "n2")},
    "row-pytorch": {"a": ("m", "n1"), "W": ("n2", "n1"), "b": ("1", "n2"), "z": ("m", "n2")},
}


@EVERY_CONVENTION
def test_the_table_of_shapes(convention: Convention) -> None:
    symbols = ns.Session(two_layers(samples=3)).program.symbols
    found = {
        kind: convention.shown_symbol(symbols[name]).shape
        for kind, name in zip("aWbz", ("a1", "W1", "b1", "z2"), strict=True)
    }
    assert found == SHAPES[convention.name]
    for name in ("grad_a1", "grad_W1", "grad_b1", "grad_z2"):
        plain = convention.shown_symbol(symbols[name.removeprefix("grad_")])
        assert convention.shown_symbol(symbols[name]).shape == plain.shape


X = Symbol("a", 1, ("n1", "m"), flips_with=SAMPLES)
W = Symbol("W", 1, ("n2", "n1"), flips_with=WEIGHTS)
COLUMN = Symbol("b", 0, ("n1", "1"), flips_with=SAMPLES)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (X, Transpose(X)),
        (Transpose(X), X),
        (MatMul(W, X), MatMul(Transpose(X), Transpose(W))),
        (MatMul(W, Transpose(X)), MatMul(X, Transpose(W))),
        (Fill(ONE, ("n1", "m")), Fill(ONE, ("m", "n1"))),
        (Softmax(X, ROWS), Softmax(Transpose(X), COLUMNS)),
        (LogSumExp(X, ROWS), LogSumExp(Transpose(X), COLUMNS)),
        (Repeat(COLUMN, COLUMNS, "m"), Repeat(Transpose(COLUMN), ROWS, "m")),
        (Total(X, COLUMNS), Total(Transpose(X), ROWS)),
        (Sum(X), Sum(X)),
        (Symbol("E", None, ()), Symbol("E", None, ())),
    ],
)
def test_transposes_of_nodes(expression: Expression, expected: Expression) -> None:
    assert transposed(expression) == expected
    assert transposed(transposed(expression)) == expression


def test_a_scalar_equation_stays_one() -> None:
    target = Symbol("E", None, ())
    shown = CONVENTIONS["row-keras"].shown_equation(Equation(target, Sum(X)))
    assert shown == Equation(target, Sum(Symbol("a", 1, ("m", "n1"), flips_with=SAMPLES)))


def test_the_conventions_there_are() -> None:
    assert list(CONVENTIONS) == ["column", "column-transposed", "row-keras", "row-pytorch"]
    formulas = ["z = W a + b", "z = Wᵀa + b", "z = a W + b", "z = a Wᵀ + b"]
    assert [convention.formula for convention in CONVENTIONS.values()] == formulas


def test_an_unknown_convention() -> None:
    with pytest.raises(UnknownNameError) as caught:
        convention_named("rows")
    known = "column, column-transposed, row-keras, row-pytorch"
    assert str(caught.value) == f"unknown convention 'rows'; there are {known}"


def test_a_forgotten_flip_is_noticed() -> None:
    """A softmax that keeps its axis has the wrong values; the property above would fail."""
    values = {"a1": np.array([[0.1, 2.0], [0.5, -1.0], [0.9, 0.3]])}
    right = value_of(transposed(Softmax(X, ROWS)), values)
    wrong = value_of(Softmax(Transpose(X), ROWS), values)
    assert np.array_equal(right, value_of(Softmax(X, ROWS), values).T)
    assert not np.allclose(wrong, right)
