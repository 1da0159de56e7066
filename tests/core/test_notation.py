"""The notations: golden strings of every kind of step, tokens, and NumPy code against an interpreter of its own.

The golden strings stand in `golden_equations.txt`, one section for each kind. After a change that is meant, write the
file anew and read what changed: `PYTHONPATH=core:tests python tests/core/test_notation.py` from the project's root.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nablastep as ns
import nablastep.notation
from core.support import WITH_WEIGHT_DECAY, WITHOUT_WEIGHT_DECAY, assert_near, one_layer, random_network, two_layers
from nablastep.errors import UnknownNameError
from nablastep.evaluation import compiled, function_sources, value_of
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
    Equation,
    Expression,
    Factor,
    Fill,
    Function,
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
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    walk,
)
from nablastep.functions.activations import ACTIVATIONS, ELEMENT_WISE
from nablastep.functions.elementary import SQRT, SQUARE
from nablastep.functions.losses import LOSSES
from nablastep.notation import Writer, notation_named, notations
from nablastep.notation.writer import RULES
from nablastep.program import Step
from nablastep.transposition import CONVENTIONS

GOLDEN = Path(__file__).with_name("golden_equations.txt")
NAMES = ("unicode", "ascii", "latex", "numpy", "spoken")
STRICT_NAMES = ("partial", "strict")
MARKUP_NAMES = ("mathml",)


# golden strings


def sections() -> Iterator[tuple[str, list[Step]]]:
    """Every kind of step, by what it belongs to."""
    yield "one sample", program(two_layers())
    yield "a batch", program(two_layers(samples=3))
    for name in ACTIVATIONS:
        yield f"activation {name}", chosen(one_layer(name, "huber", samples=2), "a1", "grad_z1")
    for loss in LOSSES:
        for activation in ("sigmoid", "softmax"):
            for samples in (1, 2):
                network = one_layer(activation, loss, samples=samples)
                yield f"{loss} of {activation}, m = {samples}", chosen(network, "E", "grad_a1", "grad_z1")
    for samples in (1, 2):
        session = ns.Session(one_layer("softmax", "categorical_cross_entropy", samples=samples, reduction="sum"))
        session.set("y[0,0]", 0.7)
        steps = [session.program.step(name) for name in ("E", "grad_a1", "grad_z1")]
        yield f"targets that do not sum to 1, summed, m = {samples}", steps
    for optimizer in (*WITHOUT_WEIGHT_DECAY, *WITH_WEIGHT_DECAY):
        updates = [step for step in program(one_layer("relu", "huber", optimizer=optimizer)) if step.phase == "update"]
        decay = ", weight decay" if optimizer["weight_decay"] else ""
        yield f"optimizer {optimizer['name']}{decay}", updates[: len(updates) // 2]


def program(network: ns.Network) -> list[Step]:
    return list(ns.Session(network).program.steps)


def chosen(network: ns.Network, *names: str) -> list[Step]:
    return [step for step in program(network) if step.id in names]


def golden_text() -> str:
    lines = []
    for title, steps in sections():
        lines.append(f"# {title}")
        for step in steps:
            written = [(step.id, step.equation)]
            written += [(f"{step.id} by definition", step.definition)] if step.definition else []
            for label, equation in written:
                lines.append(f"{label}:")
                lines += [f"    {notation_named(name).equation_text(equation)}" for name in NAMES]
        lines.append("")
    return "\n".join(lines)


def test_golden_equations() -> None:
    found = golden_text().splitlines()
    expected = GOLDEN.read_text(encoding="utf-8").splitlines()
    different = [pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]]
    assert not different
    assert len(found) == len(expected)


# what holds for every notation

EVERY_NOTATION = pytest.mark.parametrize("name", NAMES)


def shown_equations() -> Iterator[Equation]:
    for _, steps in sections():
        for step in steps:
            for convention in CONVENTIONS.values():
                yield convention.shown_equation(step.equation)


def test_the_notations_there_are() -> None:
    assert set(notations()) == {*NAMES, *STRICT_NAMES, *MARKUP_NAMES}
    assert next(iter(notations())) == "unicode"


def test_an_unknown_notation() -> None:
    with pytest.raises(UnknownNameError) as caught:
        notation_named("braille")
    assert (
        str(caught.value)
        == "unknown notation 'braille'; there are unicode, ascii, latex, mathml, numpy, partial, spoken, strict"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("strict", "∇_{W⁽¹⁾} E = (∇_{z⁽²⁾} E) a⁽¹⁾ᵀ"), ("partial", "∂E/∂W⁽¹⁾ = (∂E/∂z⁽²⁾) a⁽¹⁾ᵀ")],
)
def test_strict_notations_write_the_gradient_out(name: str, expected: str) -> None:
    program = ns.open("mazur").program
    assert notation_named(name).equation_text(program.step("grad_W1").equation) == expected


@EVERY_NOTATION
def test_tokens_join_to_the_text(name: str) -> None:
    writer = notation_named(name)
    for equation in shown_equations():
        assert "".join(token.text for token in writer.equation_tokens(equation)) == writer.equation_text(equation)
        assert "".join(token.text for token in writer.tokens(equation.expression)) == writer.text(equation.expression)


@EVERY_NOTATION
def test_every_symbol_has_its_token_in_reading_order(name: str) -> None:
    """A view can colour and link every quantity; a repetition's ones are marked as such."""
    writer = notation_named(name)
    for equation in shown_equations():
        in_text = [token.symbol for token in writer.tokens(equation.expression) if token.symbol is not None]
        in_tree = [node for node in walk(equation.expression) if isinstance(node, Symbol) and node.base != "t"]
        assert [symbol for symbol in in_text if symbol.base != "t"] == in_tree, writer.equation_text(equation)


@EVERY_NOTATION
def test_every_token_is_of_a_known_kind(name: str) -> None:
    kinds = {token.kind for equation in shown_equations() for token in notation_named(name).equation_tokens(equation)}
    assert kinds <= {"symbol", "operator", "number", "ones", "function"}


@EVERY_NOTATION
def test_parentheses_are_balanced_and_nothing_is_empty(name: str) -> None:
    pairs = {"spoken": ("open ", " close")}.get(name, ("(", ")"))
    for equation in shown_equations():
        text = notation_named(name).equation_text(equation)
        assert text.count(pairs[0]) == text.count(pairs[1]), text
        assert text == text.strip()
        assert "  " not in text, text


def test_plain_notations_are_plain() -> None:
    for equation in shown_equations():
        for name in ("ascii", "numpy", "latex"):
            assert notation_named(name).equation_text(equation).isascii()
        assert all(word.isascii() for word in notation_named("spoken").equation_text(equation).split())


def test_different_equations_are_written_differently() -> None:
    """Nothing is lost in writing: the same text means the same tree, but for sizes that no notation writes."""
    for name in ("unicode", "latex"):
        writer = notation_named(name)
        seen: dict[str, Equation] = {}
        for equation in shown_equations():
            text = writer.equation_text(equation)
            other = seen.setdefault(text, equation)
            assert _bare(other.expression) == _bare(equation.expression), text


def _bare(expression: Expression) -> object:
    """The tree without shapes and axes."""
    own: object = None
    if isinstance(expression, Symbol):
        own = (expression.id, "m" in expression.shape)
    elif isinstance(expression, Apply):
        own = (expression.function.name, expression.prime)
    elif isinstance(expression, Factor | Number):
        own = expression
    return (type(expression), own, tuple(_bare(operand) for operand in expression.operands))


@EVERY_NOTATION
def test_every_node_can_be_written(name: str) -> None:
    writer = notation_named(name)
    assert RULES.keys() == INTERPRETER.keys()
    for kind in RULES:
        text = writer.text(EXAMPLES[kind])
        assert text, kind


# parentheses

A, B = Symbol("a", 1, ("n1", "m"), letter="A"), Symbol("z", 1, ("n1", "m"), letter="Z")
W, V = Symbol("W", 1, ("n1", "n1")), Symbol("W", 2, ("n1", "n1"))
ROW, CELL = Symbol("a", 3, ("1", "m"), letter="A"), Symbol("b", 4, ("1", "1"))
ETA = Symbol("learning_rate", None, (), setting=True)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Hadamard(MatMul(W, A), B), "(W⁽¹⁾ A⁽¹⁾) ⊙ Z⁽¹⁾"),
        (MatMul(W, Hadamard(A, B)), "W⁽¹⁾ (A⁽¹⁾ ⊙ Z⁽¹⁾)"),
        (MatMul(MatMul(W, V), A), "W⁽¹⁾ W⁽²⁾ A⁽¹⁾"),
        (MatMul(W, MatMul(V, A)), "W⁽¹⁾ (W⁽²⁾ A⁽¹⁾)"),
        (Hadamard(Hadamard(A, B), A), "A⁽¹⁾ ⊙ Z⁽¹⁾ ⊙ A⁽¹⁾"),
        (Hadamard(A, Hadamard(B, A)), "A⁽¹⁾ ⊙ (Z⁽¹⁾ ⊙ A⁽¹⁾)"),
        (Divide(A, Divide(B, A)), "A⁽¹⁾ ⊘ (Z⁽¹⁾ ⊘ A⁽¹⁾)"),
        (Divide(Divide(A, B), A), "(A⁽¹⁾ ⊘ Z⁽¹⁾) ⊘ A⁽¹⁾"),
        (Subtract(A, Subtract(B, A)), "A⁽¹⁾ − (Z⁽¹⁾ − A⁽¹⁾)"),
        (Subtract(Subtract(A, B), A), "A⁽¹⁾ − Z⁽¹⁾ − A⁽¹⁾"),
        (Subtract(A, Add(B, A)), "A⁽¹⁾ − (Z⁽¹⁾ + A⁽¹⁾)"),
        (Subtract(A, Scale(Factor(-1), B)), "A⁽¹⁾ − (−Z⁽¹⁾)"),
        (Subtract(A, Scale(Factor(-1, 2), B)), "A⁽¹⁾ − (−½ Z⁽¹⁾)"),
        (Scale(Factor(-1), Add(A, B)), "−(A⁽¹⁾ + Z⁽¹⁾)"),
        (Scale(Factor(1, 2), Hadamard(A, B)), "½ (A⁽¹⁾ ⊙ Z⁽¹⁾)"),
        (Scale(Subtract(ONE, ETA), A), "(1 − η) A⁽¹⁾"),
        (Scale(ETA, Scale(Factor(-1), A)), "η (−A⁽¹⁾)"),
        (MatMul(W, Scale(ETA, A)), "W⁽¹⁾ (η A⁽¹⁾)"),
        (Transpose(MatMul(W, A)), "(W⁽¹⁾ A⁽¹⁾)ᵀ"),
        (Transpose(Transpose(A)), "A⁽¹⁾ᵀᵀ"),
        (Apply(SQUARE, Add(A, B)), "(A⁽¹⁾ + Z⁽¹⁾)²"),
        (Apply(SQUARE, A), "(A⁽¹⁾)²"),
        (Apply(SQRT, A), "√A⁽¹⁾"),
        (Apply(SQRT, Add(A, B)), "√(A⁽¹⁾ + Z⁽¹⁾)"),
        (Sum(Add(A, B)), "Σ (A⁽¹⁾ + Z⁽¹⁾)"),
        (Sum(Hadamard(A, B)), "Σ (A⁽¹⁾ ⊙ Z⁽¹⁾)"),
        (Scale(Factor(1, 2), Sum(A)), "½ Σ A⁽¹⁾"),
        (Divide(A, Sum(A)), "A⁽¹⁾ / (Σ A⁽¹⁾)"),
        (Sum(MatMul(ROW, Transpose(ROW))), "A⁽³⁾ A⁽³⁾ᵀ"),
        (Scale(Factor(1, 2), Sum(MatMul(ROW, Transpose(ROW)))), "½ A⁽³⁾ A⁽³⁾ᵀ"),
        (Scale(Factor(1, 2), Sum(Subtract(CELL, CELL))), "½ (b⁽⁴⁾ − b⁽⁴⁾)"),
        (Scale(Factor(-1), Sum(Add(CELL, CELL))), "−(b⁽⁴⁾ + b⁽⁴⁾)"),
        (Divide(A, Sum(Subtract(CELL, CELL))), "A⁽¹⁾ / (b⁽⁴⁾ − b⁽⁴⁾)"),
        (Power(Subtract(ONE, ETA), Symbol("t", None, (), setting=True)), "(1 − η)ᵗ"),
        (Factor(2, 1, ("m", "n1")), "2/(m n₁)"),
        (Factor(1, 4), "¼"),
        (Factor(-3, 4), "−¾"),
        (Factor(2, 3, ("m",)), "2/(3 m)"),
        (Number(0.01), "0.01"),
        (Cases(A, A, B), "(A⁽¹⁾ if A⁽¹⁾ > 0 else Z⁽¹⁾)"),
    ],
)
def test_parentheses(expression: Expression, text: str) -> None:
    assert notation_named("unicode").text(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Apply(SQRT, A), "sqrt(a1)"),
        (Apply(SQUARE, A), "(a1)^2"),
        (Apply(ELEMENT_WISE[1], A, prime=True), "sigmoid'(a1)"),
        (Hadamard(A, B), "a1 (*) z1"),
        (Divide(A, B), "a1 (/) z1"),
    ],
)
def test_ascii_reads_as_one_thinks(expression: Expression, text: str) -> None:
    assert notation_named("ascii").text(expression) == text


# NumPy code

SIZES = {"n0": 2, "n1": 3, "m": 4, "1": 1}


def _axis_sum(x: Any, axis: int) -> Any:
    return np.sum(x, axis=axis, keepdims=True)


def _lse(x: Any, axis: int) -> Any:
    return np.log(_axis_sum(np.exp(x), axis))


def _guarded(test: Any, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: np.where(test(x), 0.0, function(x, np.where(test(x), 1.0, y)))


FORMULAS: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "square": lambda x: x**2,
    "sqrt": lambda x: x**0.5,
    "softplus": lambda x: np.log(1 + np.exp(x)),
}
SLOPES: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
    "sigmoid": lambda x: FORMULAS["sigmoid"](x) * (1 - FORMULAS["sigmoid"](x)),
    "relu": lambda x: (x > 0).astype(float),
    "softplus": FORMULAS["sigmoid"],
}

INTERPRETER: dict[type[Expression], Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    Symbol: lambda node, _, values: values[node.id],
    Factor: lambda node, _, values: node.numerator / node.denominator / math.prod(values[d] for d in node.dimensions),
    Number: lambda node, _, values: node.value,
    Fill: lambda node, found, values: np.full([values[d] for d in node.shape], found[0]),
    Transpose: lambda node, found, _: found[0].T,
    MatMul: lambda node, found, _: np.einsum("ij,jk->ik", *found),
    Hadamard: lambda node, found, _: np.multiply(*found),
    Divide: lambda node, found, _: np.divide(*found),
    Ratio: lambda node, found, _: _guarded(lambda x: x == 0, np.divide)(*found),
    TimesLog: lambda node, found, _: _guarded(lambda x: x == 0, lambda x, y: x * np.log(y))(*found),
    Add: lambda node, found, _: np.add(*found),
    Subtract: lambda node, found, _: np.subtract(*found),
    Scale: lambda node, found, _: found[0] * found[1],
    Power: lambda node, found, _: found[0] ** found[1],
    Apply: lambda node, found, _: (SLOPES if node.prime else FORMULAS)[node.function.name](found[0]),
    Softmax: lambda node, found, _: np.exp(found[0]) / _axis_sum(np.exp(found[0]), node.axis),
    LogSumExp: lambda node, found, _: _lse(found[0], node.axis),
    Cases: lambda node, found, _: np.where(found[0] > 0, found[1], found[2]),
    Repeat: lambda node, found, values: np.concatenate([found[0]] * values[node.dimension], axis=node.axis),
    Total: lambda node, found, _: _axis_sum(found[0], node.axis),
    Sum: lambda node, found, _: np.sum(found[0]),
    Rearrange: lambda node, found, _: found[0][1:3],
    Block: lambda node, found, _: np.vstack(found),
    Inverse: lambda node, found, _: np.linalg.inv(found[0]),
    Determinant: lambda node, found, _: np.linalg.det(found[0]),
}
"""What each node means, said in NumPy without the notation's code."""


def interpret(node: Expression, values: dict[str, Any]) -> Any:
    found = [interpret(operand, values) for operand in node.operands]
    return INTERPRETER[type(node)](node, found, values)


COLUMN = Symbol("b", 1, ("n1", "1"))
EXAMPLES: dict[type[Expression], Expression] = {
    Symbol: A,
    Factor: Factor(1, 2),
    Number: Number(0.5),
    Fill: Fill(ONE, ("n1", "m")),
    Transpose: Transpose(A),
    MatMul: MatMul(W, A),
    Hadamard: Hadamard(A, B),
    Divide: Divide(A, B),
    Ratio: Ratio(A, B),
    TimesLog: TimesLog(A, B),
    Add: Add(A, B),
    Subtract: Subtract(A, B),
    Scale: Scale(ETA, A),
    Power: Power(ETA, ETA),
    Apply: Apply(SQUARE, A),
    Softmax: Softmax(A, ROWS),
    LogSumExp: LogSumExp(A, ROWS),
    Cases: Cases(A, A, B),
    Repeat: Repeat(COLUMN, COLUMNS, "m"),
    Total: Total(A, ROWS),
    Sum: Sum(A),
    Rearrange: Rearrange(A, Cut(("n1", "m"), ("n2", "m"), ROWS, "1", "3")),
    Block: Block(A, B, ROWS, "n3"),
    Inverse: Inverse(W),
    Determinant: Determinant(W),
}


class Trees:
    """Random expressions of a given shape; constants stand beside something that has the full size."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.values: dict[str, Any] = {**SIZES, "learning_rate": 0.7, "momentum": 0.4}

    def pick(self, *options: Any) -> Any:
        return options[int(self.generator.integers(len(options)))]

    def leaf(self, shape: tuple[str, ...]) -> Expression:
        if not shape:
            momentum = Symbol("momentum", None, (), setting=True)
            scalar: Expression = self.pick(ETA, momentum, Factor(-1, 2), Factor(2, 1, ("m",)), Number(0.3), Factor(-1))
            return scalar
        symbol = Symbol(self.pick("a", "W"), int(self.generator.integers(3)) + 10 * number_of(shape), shape)  # type: ignore[arg-type]
        self.values[symbol.id] = self.generator.uniform(0.1, 0.9, [SIZES[dimension] for dimension in shape])
        return symbol

    def tree(self, shape: tuple[str, ...], depth: int) -> Expression:
        if depth == 0:
            return self.leaf(shape)
        return self.scalar(depth - 1) if not shape else self.matrix(shape, depth - 1)

    def scalar(self, depth: int) -> Expression:
        def small() -> Expression:
            return self.tree((), depth)

        made: Expression = self.pick(
            lambda: Sum(self.tree(("n1", "m"), depth)),
            lambda: Add(small(), small()),
            lambda: Subtract(small(), small()),
            lambda: Scale(small(), small()),
            lambda: Divide(small(), small()),
            lambda: Power(Number(0.5), small()),
        )()
        return made

    def matrix(self, shape: tuple[str, ...], depth: int) -> Expression:
        def same() -> Expression:
            return self.tree(shape, depth)

        def constant() -> Expression:
            return Fill(self.pick(ONE, Factor(1, 2), Number(-0.3), ETA), shape)  # type: ignore[arg-type]

        inner = self.pick("n0", "n1", "m")
        node: Any = self.pick(Add, Subtract, Hadamard, Divide, Ratio)
        element_wise: Any = (Add, Subtract, Hadamard, Divide)
        functions = [function for function in ELEMENT_WISE if function.name in FORMULAS]
        differentiable = [function for function in functions if function.name in SLOPES]
        choices: list[Callable[[], Expression]] = [
            lambda: node(same(), same()),
            lambda: self.pick(*element_wise[:2])(constant(), same()),
            lambda: self.pick(*element_wise)(same(), constant()),
            lambda: MatMul(self.tree((shape[0], inner), depth), self.tree((inner, shape[1]), depth)),
            lambda: Transpose(self.tree((shape[1], shape[0]), depth)),
            lambda: Scale(self.tree((), depth), same()),
            lambda: Divide(same(), self.tree((), depth)),
            lambda: Apply(self.pick(*functions, SQUARE), same()),
            lambda: Apply(self.pick(*differentiable), same(), prime=True),
            lambda: Softmax(same(), self.pick(ROWS, COLUMNS)),
            lambda: Cases(same(), same(), same()),
        ]
        if "1" not in shape:
            choices += [
                lambda: Repeat(self.tree((shape[0], "1"), depth), COLUMNS, shape[1]),
                lambda: Repeat(self.tree(("1", shape[1]), depth), ROWS, shape[0]),
            ]
        elif shape[1] == "1":
            choices.append(lambda: Total(self.tree((shape[0], "m"), depth), COLUMNS))
        else:
            choices.append(lambda: LogSumExp(self.tree(("n1", shape[1]), depth), ROWS))
        chosen: Expression = self.pick(*choices)()
        return chosen


def number_of(shape: tuple[str, ...]) -> int:
    """A number of its own for each shape, so that equal names have equal shapes."""
    order = ["1", "m", "n0", "n1"]
    rows, columns = (order.index(dimension) for dimension in shape)
    return 1 + rows + len(order) * columns


@settings(max_examples=400)
@given(seed=st.integers(0, 2**32 - 1))
def test_numpy_code_means_the_tree(seed: int) -> None:
    """Parentheses, broadcasting and calls of the NumPy notation against the interpreter, on random trees."""
    trees = Trees(seed)
    expression = trees.tree(trees.pick((), ("n1", "m"), ("n0", "1"), ("1", "m")), depth=3)
    try:
        with np.errstate(all="ignore"):
            expected = interpret(expression, trees.values)
        found = value_of(expression, trees.values)
    except ZeroDivisionError:  # of two scalars, which are Python's numbers
        assume(False)
    assert_near(found, expected, rtol=1e-9, atol=1e-11, what=notation_named("numpy").text(expression))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_numpy_text_of_a_program_is_what_runs(seed: int) -> None:
    """The printed lines, carried out as a plain script in every convention, give the values of the session."""
    session = ns.Session(random_network(np.random.default_rng(seed)))
    start = dict(session.values)
    session.goto("end")
    program = session.program
    for convention in CONVENTIONS.values():
        shown = [convention.shown_equation(step.equation) for step in program.steps]
        lines = [notation_named("numpy").equation_text(equation) for equation in shown]
        names: dict[str, Any] = {"np": np, "math": math}
        exec("\n\n".join(function_sources(equation.expression for equation in shown)), names)
        for name, value in start.items():
            names[name] = convention.shown_value(program.symbols[name], value) if name in program.symbols else value
        with np.errstate(all="ignore"):
            exec("\n".join(lines), names)
        for step in program.steps:
            value = session.values[step.id]
            expected = convention.shown_value(step.target, value) if step.target.shape else value
            assert_near(names[step.id], expected, rtol=1e-9, atol=1e-12, what=f"{convention.name} {step.id}")


def test_compiled_code_and_single_values_are_the_same_bits() -> None:
    session = ns.Session(two_layers(samples=3))
    values = dict(session.values)
    compiled(step.equation for step in session.program.steps)(values)
    session.goto("end")
    for step in session.program.steps:
        assert np.array_equal(values[step.id], session.values[step.id])


def test_a_missing_value_is_a_key_error() -> None:
    with pytest.raises(KeyError) as caught:
        value_of(MatMul(W, A), {"W1": np.eye(3)})
    assert caught.value.args == ("a1",)


# adding a notation adds a file


def test_a_new_module_of_the_package_is_a_new_notation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shouting.py").write_text(
        '''"""Upper case, to see that one file is enough."""
from nablastep.notation.ascii import AsciiWriter

class ShoutingWriter(AsciiWriter):
    name = "shouting"
    def symbol_text(self, symbol):
        return super().symbol_text(symbol).upper()

NOTATION = ShoutingWriter()
''',
        encoding="utf-8",
    )
    monkeypatch.setattr(nablastep.notation, "__path__", [*nablastep.notation.__path__, str(tmp_path)])
    notations.cache_clear()
    try:
        assert isinstance(notation_named("shouting"), Writer)
        assert set(notations()) == {*NAMES, *STRICT_NAMES, *MARKUP_NAMES, "shouting"}
        step = ns.Session(two_layers()).program.step("grad_W1")
        assert notation_named("shouting").equation_text(step.equation) == "GRAD_W1 = GRAD_Z2 A1.T"
    finally:
        notations.cache_clear()


def test_a_function_without_code_is_noticed() -> None:
    with pytest.raises(ValueError, match="cube has neither a definition nor a primitive"):
        value_of(Apply(Function("cube", "cube", "cube", "cube of"), A), {"a1": np.ones((1, 1))})


if __name__ == "__main__":
    GOLDEN.write_text(golden_text(), encoding="utf-8")
