"""Network → the ordered steps of one iteration, each one equation.

The forward equations are put together from the layers; every backward equation is produced from them by the adjoint
rules; the updates come from the optimiser. Nothing here holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from nablastep import optimizers
from nablastep.adjoints import gradient, seed
from nablastep.errors import UnknownNameError
from nablastep.evaluation import Run, compiled
from nablastep.expressions import (
    COLUMNS,
    Add,
    Equation,
    Expression,
    MatMul,
    Repeat,
    Symbol,
    matrix_symbols,
    substitute,
)
from nablastep.functions.activations import activation
from nablastep.functions.losses import LOSSES, error_of_batch
from nablastep.graph import Definition, Use
from nablastep.laws import add

if TYPE_CHECKING:
    from nablastep.network import Network

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
PHASES = (FORWARD, BACKWARD, UPDATE)


@dataclass(frozen=True, eq=False)
class Step:
    """One equation at one place of the iteration.

    `number` counts from 1, `phase` is forward, backward or update, `block` numbers the unbroken runs of one phase.
    `definition` is the textbook form beside an equation that is computed in another, stable form. `layer` is the
    number of the layer it belongs to, from 1.
    """

    number: int
    phase: str
    block: int
    equation: Equation
    definition: Equation | None
    layer: int

    @property
    def id(self) -> str:
        """The id of the quantity that the step computes."""
        return self.equation.target.id

    @property
    def target(self) -> Symbol:
        """The quantity that the step computes."""
        return self.equation.target

    @property
    def operands(self) -> tuple[str, ...]:
        """The ids read, each once, in reading order."""
        return tuple(symbol.id for symbol in matrix_symbols(self.equation.expression))

    @cached_property
    def run(self) -> Run:
        """The step's own code, carried out on a mapping of values."""
        return compiled((self.equation,))


@dataclass(frozen=True)
class Form:
    """What of a network decides its equations: programs are built once for each."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    biases: tuple[bool, ...]
    frozen: frozenset[str]
    loss: str
    reduction: str
    optimizer: str
    weight_decay: bool
    interleaved: bool
    batch: bool
    targets_sum_to_one: bool


@dataclass(frozen=True, eq=False)
class Program:
    """The steps of one iteration, and the symbols of everything they read and make."""

    form: Form
    steps: tuple[Step, ...]
    symbols: Mapping[str, Symbol]
    input_gradient: Equation
    _uses: Mapping[str, tuple[Use, ...]]

    def __len__(self) -> int:
        return len(self.steps)

    def step(self, name: str) -> Step:
        """The step that computes the quantity of that id; UnknownNameError if none does."""
        if name not in self._steps_by_id:
            raise UnknownNameError(f"no step computes '{name}'", hint=f"the steps are {' '.join(self._steps_by_id)}")
        return self._steps_by_id[name]

    @cached_property
    def forward(self) -> tuple[Definition, ...]:
        """The forward equations in order; E's has its textbook form beside it where it is computed in another."""
        return tuple(Definition(step.equation, step.definition) for step in self.steps if step.phase == FORWARD)

    def uses(self, quantity: Symbol) -> tuple[tuple[Equation, Symbol | None], ...]:
        """Where ∇quantity comes from: each (equation that reads it, ∇ of its target, or None where that is E)."""
        return tuple((use.equation, use.upstream) for use in self._uses.get(quantity.id, ()))

    @cached_property
    def _steps_by_id(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def run(self) -> Run:
        """All steps as one piece of code: the same equations in the same order as one by one."""
        return compiled(step.equation for step in self.steps)

    @cached_property
    def run_forward(self) -> Run:
        """The forward steps as one piece of code."""
        return compiled(step.equation for step in self.steps if step.phase == FORWARD)

    @cached_property
    def parameters(self) -> tuple[Symbol, ...]:
        """W0, b0, W1, …: in the order of the layers."""
        return tuple(symbol for symbol in self.symbols.values() if symbol.base in {"W", "b"} and not symbol.prefix)

    @cached_property
    def state(self) -> tuple[Symbol, ...]:
        """The optimiser's state quantities."""
        return tuple(symbol for symbol in self.symbols.values() if symbol.prefix not in {"", "grad"})


def program_for(network: Network, *, batch_samples: int, targets_sum_to_one: bool) -> Program:
    """The program of the network for a batch of so many samples."""
    form = Form(
        sizes=network.sizes,
        activations=tuple(layer.activation for layer in network.layers),
        biases=tuple(f"b{k}" in network.initial_parameters for k in range(len(network.layers))),
        frozen=network.frozen_parameters,
        loss=network.loss,
        reduction=network.reduction,
        optimizer=network.optimizer.name,
        weight_decay=bool(network.optimizer.weight_decay),
        interleaved=network.order == "interleaved",
        batch=batch_samples > 1,
        targets_sum_to_one=targets_sum_to_one,
    )
    return build(form)


@lru_cache(maxsize=256)
def build(form: Form) -> Program:
    """The program of that form."""
    symbols = _symbols(form)
    forward = _forward(form, symbols)
    error, definition = _error(form, symbols)
    uses = _uses(symbols, forward, error, definition)
    backward = {name: _gradient_equation(symbols[name], uses[name], forward) for name in uses}
    steps: list[tuple[str, Equation, Equation | None]] = [(FORWARD, equation, None) for equation in forward]
    steps.append((FORWARD, error, definition))
    steps += _backward_and_updates(form, symbols, backward)
    return Program(form, _numbered(steps, len(form.activations)), symbols, backward["a0"], uses)


def _symbols(form: Form) -> dict[str, Symbol]:
    """Every quantity: data, parameters, values, gradients and optimiser state, by id."""
    samples = "m" if form.batch else "1"
    last = len(form.activations)
    plain = [Symbol("a", 0, ("n0", samples)), Symbol("y", None, (f"n{last}", samples)), Symbol("E", None, ())]
    parameters = []
    for k in range(last):
        parameters.append(Symbol("W", k, (f"n{k + 1}", f"n{k}")))
        if form.biases[k]:
            parameters.append(Symbol("b", k, (f"n{k + 1}", "1")))
        plain += [Symbol(base, k + 1, (f"n{k + 1}", samples)) for base in ("z", "a")]
    gradients = [symbol.gradient for symbol in (*plain[3:], *parameters)]
    state = [
        symbol
        for parameter in parameters
        if parameter.id not in form.frozen
        for symbol in optimizers.state_symbols(form.optimizer, parameter)
    ]
    return {symbol.id: symbol for symbol in (*plain, *parameters, *gradients, *state)}


def _forward(form: Form, symbols: Mapping[str, Symbol]) -> list[Equation]:
    equations = []
    for k, name in enumerate(form.activations):
        z = symbols[f"z{k + 1}"]
        affine: Expression = MatMul(symbols[f"W{k}"], symbols[f"a{k}"])
        if form.biases[k]:
            bias = symbols[f"b{k}"]
            affine = Add(affine, Repeat(bias, COLUMNS, "m") if form.batch else bias)
        equations += [Equation(z, affine), Equation(symbols[f"a{k + 1}"], activation(name, z))]
    return equations


def _error(form: Form, symbols: Mapping[str, Symbol]) -> tuple[Equation, Equation | None]:
    """E as it is computed, and where that is a stable form of the logits, its definition."""
    last = len(form.activations)
    z, a, y = symbols[f"z{last}"], symbols[f"a{last}"], symbols["y"]
    loss = LOSSES[form.loss]

    def equation(summed: Expression) -> Equation:
        return Equation(symbols["E"], error_of_batch(summed, form.reduction, y.shape[1] if y.shape else "1"))

    definition = equation(loss.definition(a, y))
    if loss.pairs_with != form.activations[-1]:
        return definition, None
    logits = loss.logits_form if form.targets_sum_to_one else loss.general_logits_form
    assert logits is not None
    return equation(logits(z, y)), definition


def _uses(
    symbols: Mapping[str, Symbol], forward: Iterable[Equation], error: Equation, definition: Equation | None
) -> dict[str, tuple[Use, ...]]:
    """Every value and parameter with the equations in which it is used."""
    uses = [(operand, Use(definition or error, None)) for operand in matrix_symbols((definition or error).expression)]
    if definition is not None:
        uses += [(operand, Use(error, None)) for operand in matrix_symbols(error.expression)]
    # Where E is computed from z, what it owes to a is in it already.
    known = set() if definition is None else set(matrix_symbols(error.expression))
    for equation in forward:
        read = (operand for operand in matrix_symbols(equation.expression) if operand not in known)
        uses += [(operand, Use(equation, equation.target.gradient)) for operand in read]
    found: dict[str, tuple[Use, ...]] = {}
    for quantity, use in uses:
        if quantity.id != "y":
            found[quantity.id] = (*found.get(quantity.id, ()), use)
    return found


def _gradient_equation(quantity: Symbol, uses: Iterable[Use], forward: Iterable[Equation]) -> Equation:
    """∇quantity: the sum over its uses."""
    known = {equation.expression: equation.target for equation in forward}
    terms = [gradient(use.equation.expression, quantity, use.upstream or seed()) for use in uses]
    total = terms[0]
    for term in terms[1:]:
        total = add(total, term)
    # What a forward step has computed already is read, not computed again: softmax(z) is a.
    return Equation(quantity.gradient, substitute(total, known))


def _backward_and_updates(
    form: Form, symbols: Mapping[str, Symbol], gradients: Mapping[str, Equation]
) -> list[tuple[str, Equation, Equation | None]]:
    backward: list[tuple[str, Equation, Equation | None]] = []
    postponed: list[tuple[str, Equation, Equation | None]] = []
    for k in reversed(range(len(form.activations))):
        names = (f"grad_a{k + 1}", f"grad_z{k + 1}", f"grad_W{k}", f"grad_b{k}")
        backward += [(BACKWARD, gradients[name[5:]], None) for name in names if name[5:] in gradients]
        updates = [(UPDATE, equation, None) for equation in _updates_of_layer(form, symbols, k)]
        (backward if form.interleaved else postponed).extend(updates)
    return backward + postponed


def _updates_of_layer(form: Form, symbols: Mapping[str, Symbol], k: int) -> list[Equation]:
    parameters = [symbols[name] for name in (f"W{k}", f"b{k}") if name in symbols and name not in form.frozen]
    return [
        equation
        for parameter in parameters
        for equation in optimizers.update_equations(form.optimizer, parameter, weight_decay=form.weight_decay)
    ]


def _numbered(steps: list[tuple[str, Equation, Equation | None]], layers: int) -> tuple[Step, ...]:
    numbered = []
    block, previous = 0, ""
    for number, (phase, equation, definition) in enumerate(steps, 1):
        block += phase != previous
        previous = phase
        numbered.append(Step(number, phase, block, equation, definition, _layer_of(equation.target, layers)))
    return tuple(numbered)


def _layer_of(target: Symbol, layers: int) -> int:
    """z1, a1, W0 and b0 belong to layer 1; E to the last."""
    if target.layer is None:
        return layers
    return target.layer + 1 if target.base in {"W", "b"} else target.layer
