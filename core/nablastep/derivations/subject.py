"""What a derivation is about: the step, the forward equation that it goes back through, and the quantity."""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.expressions import Equation, Expression, Symbol, depends_on, substitute
from nablastep.program import BACKWARD, FORWARD, Program
from nablastep.structures import SAMPLE, OfSample


@dataclass(frozen=True)
class Subject:
    """A backward step seen from the forward equation in which its variable is used.

    `equation` is the step's own, ∇v = …; `use` the forward equation u = …v…, or E = …v…; `known` maps right sides that
    the forward pass has computed to their names. All in columns.
    """

    equation: Equation
    variable: Symbol
    use: Equation
    known: tuple[tuple[Expression, Expression], ...]

    @property
    def gradient(self) -> Symbol:
        """∇v."""
        return self.variable.gradient

    @property
    def through_error(self) -> bool:
        """Whether v is used by E itself."""
        return self.use.target.base == "E"

    @property
    def upstream(self) -> Symbol:
        """∇u."""
        return self.use.target.gradient

    @property
    def is_batch(self) -> bool:
        """Whether the equation through which it goes has samples."""
        return "m" in self.use.target.shape or "m" in self.variable.shape

    @property
    def per_sample(self) -> bool:
        """Whether v has a part for each sample."""
        return "m" in self.variable.shape

    def part(self, symbol: Symbol) -> Expression:
        """The quantity itself, or its part that belongs to sample s."""
        return OfSample(symbol) if "m" in symbol.shape else symbol

    def sample_of(self, symbol: Symbol, index: str = SAMPLE) -> str | None:
        """The index of the sample, where the quantity has samples."""
        return index if "m" in symbol.shape else None

    def with_known(self, expression: Expression) -> Expression:
        """The expression with what the forward pass has computed under its name."""
        return substitute(expression, dict(self.known))


def subject_of(program: Program, name: str) -> Subject:
    """The subject of the backward step of that id, or of `grad_a0`."""
    forward = [step for step in program.steps if step.phase == FORWARD]
    known = tuple((step.equation.expression, step.target) for step in forward if step.id != "E")
    if name == "grad_a0":
        equation = program.input_gradient
    else:
        equation = next(step.equation for step in program.steps if step.id == name and step.phase == BACKWARD)
    target = equation.target
    variable = program.symbols[target.id.removeprefix("grad_")]
    return Subject(equation, variable, _use(program, variable), known)


def _use(program: Program, variable: Symbol) -> Equation:
    """The equation that the gradient was derived from: E's own or its definition, else the next forward equation."""
    last = len(program.form.activations)
    error = program.step("E")
    if variable.id == f"a{last}":
        return error.definition or error.equation
    if variable.id == f"z{last}" and error.definition is not None:
        return error.equation
    for step in program.steps:
        if step.phase == FORWARD and depends_on(step.equation.expression, variable):
            return step.equation
    raise ValueError(f"nothing uses {variable.id}")


def forward_equations(program: Program, variable: Symbol) -> tuple[Equation, ...]:
    """The forward equations in order, E last: in the form whose variable it is."""
    equations = [step.equation for step in program.steps if step.phase == FORWARD and step.id != "E"]
    error = program.step("E")
    last = len(program.form.activations)
    chosen = error.definition if variable.id == f"a{last}" and error.definition else error.equation
    return (*equations, chosen)
