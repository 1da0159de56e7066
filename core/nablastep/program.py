"""Graph + optimiser + order → the ordered steps of one iteration, each one equation.

The forward equations are the graph's, the backward equations are derived from them, the updates come from the
optimiser. Nothing here holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from nablastep import optimizers
from nablastep.backward import backward_order, gradient_equation
from nablastep.displayed import DisplayedEquation
from nablastep.errors import UnknownNameError
from nablastep.evaluation import Run, compiled
from nablastep.expressions import Equation, Expression, Symbol, matrix_symbols
from nablastep.graph import Definition, Graph, Role
from nablastep.layers import Form, LayerGraph
from nablastep.notation.settings import hidden_setting
from nablastep.notation.unicode import NOTATION
from nablastep.phrases import about
from nablastep.records import record

if TYPE_CHECKING:
    from nablastep.network import Network

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
PHASES = (FORWARD, BACKWARD, UPDATE)


@record(eq=False)
class Step(DisplayedEquation):
    """One equation at one place of the iteration.

    `number` counts from 1, `phase` is forward, backward or update, `block` numbers the unbroken runs of one phase.
    `definition` is the textbook form beside an equation that is computed in another, stable form. `card` is the
    number of the block of equations (a layer, a heading of the file) that it belongs to, from 1.
    """

    number: int
    phase: str
    block: int
    equation: Equation
    definition: Equation | None
    card: int

    @cached_property
    def id(self) -> str:
        """The id of the quantity that the step computes."""
        return self.equation.target.id

    @property
    def target(self) -> Symbol:
        """The quantity that the step computes."""
        return self.equation.target

    @cached_property
    def operands(self) -> tuple[str, ...]:
        """The ids read, each once, in reading order."""
        return tuple(symbol.id for symbol in matrix_symbols(self.equation.expression))

    @cached_property
    def run(self) -> Run:
        """The step's own code, carried out on a mapping of values."""
        return compiled((self.equation,))


@record()
class Training:
    """What decides the updates and where they stand: programs are built once for each graph and each of these."""

    optimizer: str
    weight_decay: bool
    interleaved: bool
    frozen: frozenset[str]
    schedule: str = ""


@record(eq=False)
class Program:
    """The steps of one iteration, and the symbols of everything they read and make.

    `views` are gradients that no step computes but anyone may look at, by id: those of data and given quantities.
    """

    graph: Graph
    training: Training
    steps: tuple[Step, ...]
    symbols: Mapping[str, Symbol]
    views: Mapping[str, Equation]

    def __len__(self) -> int:
        return len(self.steps)

    def step(self, name: str) -> Step:
        """The step that computes the quantity of that id; UnknownNameError if none does."""
        name = self.named(name)
        if name not in self._steps_by_id:
            raise UnknownNameError(f"no step computes '{name}'", hint=f"the steps are {' '.join(self._steps_by_id)}")
        return self._steps_by_id[name]

    @property
    def forward(self) -> tuple[Definition, ...]:
        """The forward equations in order; E's has its textbook form beside it where it is computed in another."""
        return self.graph.definitions

    @property
    def error(self) -> Symbol:
        """The scalar that is to become small."""
        return self.graph.error

    def about(self, text: str) -> str:
        """A text about E, with the name that its author has given it."""
        return about(NOTATION.symbol_text(self.error), text)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """What differs from batch to batch, by id: the samples, their targets, and how many they are."""
        return (*(symbol.id for symbol in self.graph.of(Role.DATA, Role.TARGET)), "m")

    def uses(self, quantity: Symbol) -> tuple[tuple[Equation, Symbol | None], ...]:
        """Where ∇quantity comes from: each (equation that reads it, ∇ of its target, or None where that is E)."""
        return tuple((use.equation, use.upstream) for use in self.graph.uses(quantity))

    def setting(self, name: str) -> str:
        """The id of a setting of the optimiser, which is another one where a quantity has its name."""
        return hidden_setting(name) if name in self.graph.by_id else name

    @property
    def count(self) -> str:
        """What the number of the iteration is called where an update reads it."""
        return self.setting("t")

    @cached_property
    def samples(self) -> dict[str, Symbol]:
        """x and y, as far as there are data, with the quantities that show a batch of them."""
        found = {"x": self.graph.data, "y": self.graph.target}
        return {name: symbol for name, symbol in found.items() if symbol is not None}

    @property
    def form(self) -> Form:
        """The layers that the graph was made from."""
        assert isinstance(self.graph, LayerGraph)
        assert self.graph.form is not None
        return self.graph.form

    def known_after(self, view: Equation) -> int:
        """The number of the step from which on a view's equation can be computed."""
        read = {symbol.id for symbol in matrix_symbols(view.expression)}
        return max((step.number for step in self.steps if step.id in read and step.phase != UPDATE), default=0)

    def named(self, name: str) -> str:
        """The id that is meant: E is the error, whatever its author calls it, unless another quantity is called so."""
        return self.error.id if name == "E" and name not in self.symbols else name

    @cached_property
    def _steps_by_id(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def run_forward(self) -> Run:
        """The forward steps as one piece of code."""
        return compiled(step.equation for step in self.steps if step.phase == FORWARD)

    @cached_property
    def parameters(self) -> tuple[Symbol, ...]:
        """What is learned: W0, b0, W1, … in the order of the graph."""
        return self.graph.of(Role.PARAMETER)

    @cached_property
    def state(self) -> tuple[Symbol, ...]:
        """The optimiser's state quantities."""
        return tuple(symbol for symbol in self.symbols.values() if symbol.prefix not in {"", "grad"})


def program_for(network: Network, *, batch_samples: int, targets_sum_to_one: bool) -> Program:
    """The program of the network for a batch of so many samples."""
    training = Training(
        optimizer=network.optimizer.name,
        weight_decay=bool(network.optimizer.weight_decay),
        interleaved=network.order == "interleaved",
        frozen=network.frozen_parameters,
        schedule=network.optimizer.schedule,
    )
    return build(network.graph(batch=batch_samples > 1, targets_sum_to_one=targets_sum_to_one), training)


@lru_cache(maxsize=64)
def build(graph: Graph, training: Training) -> Program:
    """The program of that graph."""
    steps = [(FORWARD, definition.equation, definition.definition) for definition in graph.definitions]
    steps += _backward_and_updates(graph, training)
    gradients = {equation.target.id for phase, equation, _ in steps if phase == BACKWARD}
    inputs = (symbol for symbol in graph.of(Role.DATA, Role.GIVEN) if symbol.gradient.id not in gradients)
    views = {symbol.gradient.id: gradient_equation(graph, symbol) for symbol in inputs if graph.uses(symbol)}
    return Program(graph, training, _numbered(graph, steps), _symbols(graph, training, gradients), views)


def _symbols(graph: Graph, training: Training, gradients: Iterable[str]) -> dict[str, Symbol]:
    """Every quantity: data, parameters, values, gradients and optimiser state, by id."""
    plain = [quantity.symbol for quantity in graph.quantities]
    known = [symbol.gradient for symbol in plain if symbol.gradient.id in gradients]
    state = [
        symbol
        for parameter in graph.of(Role.PARAMETER)
        if parameter.id not in training.frozen
        for symbol in optimizers.state_symbols(training.optimizer, parameter)
    ]
    return {symbol.id: symbol for symbol in (*plain, *known, *state)}


_Unnumbered = tuple[str, Equation, Equation | None]


def _backward_and_updates(graph: Graph, training: Training) -> list[_Unnumbered]:
    backward: list[_Unnumbered] = []
    postponed: list[_Unnumbered] = []
    for group in backward_order(graph):
        backward += [(BACKWARD, gradient_equation(graph, symbol), None) for symbol in group]
        updates = [(UPDATE, equation, None) for symbol in group for equation in _updates(graph, training, symbol)]
        (backward if training.interleaved else postponed).extend(updates)
    return backward + postponed


def _updates(graph: Graph, training: Training, symbol: Symbol) -> tuple[Equation, ...]:
    if graph.by_id[symbol.id].role is not Role.PARAMETER or symbol.id in training.frozen:
        return ()
    decays = training.weight_decay
    rate = _rate(training.schedule)
    return optimizers.update_equations(training.optimizer, symbol, weight_decay=decays, taken=graph.by_id, rate=rate)


def _rate(schedule: str) -> Expression:
    """The learning rate as updates have it: η, or a formula in t."""
    if not schedule:
        return optimizers.LEARNING_RATE
    from nablastep.schedule import schedule_expression  # only who has a schedule waits for the reader of formulas

    return schedule_expression(schedule)


def _numbered(graph: Graph, steps: list[_Unnumbered]) -> tuple[Step, ...]:
    numbered = []
    block, previous = 0, ""
    for number, (phase, equation, definition) in enumerate(steps, 1):
        block += phase != previous
        previous = phase
        own = graph.by_id[equation.target.bare.id].block
        numbered.append(Step(number, phase, block, equation, definition, own))
    return tuple(numbered)
