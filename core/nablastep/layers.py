"""Layers in a chain, as a graph of equations: z⁽ᵏ⁺¹⁾ = W⁽ᵏ⁾ a⁽ᵏ⁾ + b⁽ᵏ⁾, a⁽ᵏ⁺¹⁾ = f(z⁽ᵏ⁺¹⁾), and E from the loss.

One way to write a graph; what is behind the graph does not know that there were layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce

from nablastep.expressions import (
    COLUMNS,
    SAMPLES,
    WEIGHTS,
    Add,
    Apply,
    Equation,
    Expression,
    Factor,
    MatMul,
    Repeat,
    Scale,
    Sum,
    Symbol,
)
from nablastep.functions.activations import activation
from nablastep.functions.elementary import SQUARE
from nablastep.functions.losses import LOSSES, error_of_batch
from nablastep.graph import Definition, Graph, Quantity, Role
from nablastep.records import record

PENALTY = "lambda"
"""The id of the number that the penalty is taken with."""


@record()
class Form:
    """What of a chain of layers decides its equations: graphs are built once for each."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    biases: tuple[bool, ...]
    loss: str
    reduction: str
    batch: bool
    targets_sum_to_one: bool
    penalty: str = ""  # what it is on: "", "weights" or "all", with the biases


@record(eq=False)
class LayerGraph(Graph):
    """A graph that was made from layers, which are what its words are about."""

    form: Form | None = None


@lru_cache(maxsize=256)
def layer_graph(form: Form) -> LayerGraph:
    """The graph of that form."""
    quantities = {quantity.symbol.id: quantity for quantity in _quantities(form)}
    symbols = {name: quantity.symbol for name, quantity in quantities.items()}
    definitions = (*_chain(form, symbols), _error(form, symbols))
    blocks = tuple(f"layer {k}" for k in range(1, len(form.activations) + 1))
    return LayerGraph(tuple(quantities.values()), definitions, symbols["E"], blocks, form=form)


def _quantities(form: Form) -> Iterator[Quantity]:
    samples = "m" if form.batch else "1"
    last = len(form.activations)

    def of_samples(base: str, mark: int | None, rows: str) -> Symbol:
        return Symbol(base, mark, (rows, samples), letter=base.upper() if form.batch else "", flips_with=SAMPLES)

    yield Quantity(of_samples("a", 0, "n0"), Role.DATA)
    yield Quantity(of_samples("y", None, f"n{last}"), Role.TARGET, last)
    yield Quantity(Symbol("E", None, ()), Role.ERROR, last)
    for k in range(1, last + 1):
        yield Quantity(of_samples("z", k, f"n{k}"), Role.VALUE, k)
        yield Quantity(of_samples("a", k, f"n{k}"), Role.VALUE, k)
    if form.penalty:
        yield Quantity(Symbol(PENALTY, None, ()), Role.GIVEN, last)
    for k, has_bias in enumerate(form.biases):
        weights = Symbol("W", k, (f"n{k + 1}", f"n{k}"), flips_with=WEIGHTS)
        yield Quantity(weights, Role.PARAMETER, k + 1)
        if has_bias:
            yield Quantity(Symbol("b", k, (f"n{k + 1}", "1"), flips_with=SAMPLES), Role.PARAMETER, k + 1)


def _chain(form: Form, symbols: dict[str, Symbol]) -> Iterator[Definition]:
    for k, name in enumerate(form.activations):
        z = symbols[f"z{k + 1}"]
        affine: Expression = MatMul(symbols[f"W{k}"], symbols[f"a{k}"])
        if form.biases[k]:
            bias = symbols[f"b{k}"]
            affine = Add(affine, Repeat(bias, COLUMNS, "m") if form.batch else bias)
        yield Definition(Equation(z, affine))
        yield Definition(Equation(symbols[f"a{k + 1}"], activation(name, z)))


def _with_penalty(error: Expression, form: Form, symbols: dict[str, Symbol]) -> Expression:
    """E + ½ λ Σ W²: over all weights, and over the biases where the penalty is on them too."""
    kinds = {"": (), "weights": ("W",), "all": ("W", "b")}[form.penalty]
    names = (f"{kind}{k}" for k in range(len(form.activations)) for kind in kinds)
    squares: list[Expression] = [Sum(Apply(SQUARE, symbols[name])) for name in names if name in symbols]
    if not squares:
        return error
    return Add(error, Scale(Factor(1, 2), Scale(symbols[PENALTY], reduce(Add, squares))))


def _error(form: Form, symbols: dict[str, Symbol]) -> Definition:
    """E as it is computed, and where that is a stable form of the logits, its definition."""
    last = len(form.activations)
    z, a, y = symbols[f"z{last}"], symbols[f"a{last}"], symbols["y"]
    loss = LOSSES[form.loss]

    def equation(summed: Expression) -> Equation:
        error = error_of_batch(summed, form.reduction, "m" if form.batch else "1")
        return Equation(symbols["E"], _with_penalty(error, form, symbols))

    definition = equation(loss.definition(a, y))
    if loss.pairs_with != form.activations[-1]:
        return Definition(definition)
    logits = loss.logits_form if form.targets_sum_to_one else loss.general_logits_form
    assert logits is not None
    return Definition(equation(logits(z, y)), definition)
