"""What a derivation is about: a quantity, the equations that read it, and the step's own equation for its gradient.

Everything is written in the convention that is shown, so that no route knows of conventions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from nablastep.calculus import differential
from nablastep.derivations.samples import SAMPLES, of_sample
from nablastep.expressions import (
    Add,
    Apply,
    Equation,
    Expression,
    MatMul,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    depends_on,
    substitute,
    walk,
)
from nablastep.products import TooManyProducts, same
from nablastep.program import BACKWARD, Program
from nablastep.shapes import shape_of
from nablastep.structures import SAMPLE, Indices
from nablastep.transposition import Convention


@dataclass(frozen=True)
class Use:
    """One equation that reads the quantity, u = …v…; `upstream` is ∇u, or None where u is E itself."""

    equation: Equation
    upstream: Symbol | None

    @property
    def target(self) -> Symbol:
        """u."""
        return self.equation.target

    @property
    def expression(self) -> Expression:
        """The right side."""
        return self.equation.expression


@dataclass(frozen=True)
class Subject:
    """A backward step: `equation` is the step's own, ∇v = …; `uses` are the forward equations that read v.

    `samples` names the dimension that runs over the samples of a batch; it is empty where there are none.
    """

    equation: Equation
    variable: Symbol
    uses: tuple[Use, ...]
    error: Symbol
    forward: tuple[Equation, ...]
    samples: str = SAMPLES

    @property
    def gradient(self) -> Symbol:
        """∇v."""
        return self.equation.target

    @property
    def through_error(self) -> bool:
        """Whether E itself reads v, and nothing else."""
        return all(use.upstream is None for use in self.uses)

    @cached_property
    def names(self) -> dict[Expression, Expression]:
        """What the forward pass has computed already, and the name it has."""
        return {each.expression: each.target for each in self.forward if each.target != self.error}

    @cached_property
    def meanings(self) -> dict[Expression, Expression]:
        """The names of functions of quantities, and what they stand for, down to what none of them computes."""
        read = {use.target: use.expression for use in self.uses if use.upstream is not None}
        found: dict[Expression, Expression] = {}
        for each in self.forward:
            right = read.get(each.target, each.expression)
            if each.target in read or (isinstance(right, Apply | Softmax) and isinstance(right.x, Symbol)):
                found[each.target] = substitute(right, found)
        return found

    @cached_property
    def everything(self) -> dict[Expression, Expression]:
        """What every quantity of the forward pass stands for, down to what is given."""
        found: dict[Expression, Expression] = {}
        for each in self.forward:
            found[each.target] = substitute(each.expression, found)
        return found

    def named(self, expression: Expression) -> Expression:
        """The expression with what the forward pass has computed under its name."""
        return substitute(expression, self.names)

    @cached_property
    def per_sample(self) -> bool:
        """Whether v has a part for each sample, and each sample's part is read by that sample alone."""
        return self.samples in self.variable.shape and all(self._part_of(use) is not None for use in self.uses)

    @cached_property
    def over_samples(self) -> bool:
        """Whether v is one for all samples, and each sample reads it for itself."""
        return self.samples not in self.variable.shape and all(
            self.samples in use.target.shape and of_sample(use.expression) is not None for use in self.uses
        )

    def _part_of(self, use: Use) -> Expression | None:
        if use.upstream is None:
            return _summand_of_sample(use.expression, self.variable)
        return of_sample(use.expression) if self.samples in use.target.shape else None

    def expression_of(self, use: Use) -> Expression:
        """The right side of the use, of one sample where it can be."""
        if not (self.per_sample or self.over_samples):
            return use.expression
        found = self._part_of(use) if self.per_sample else of_sample(use.expression)
        assert found is not None
        return found

    def part(self, symbol: Symbol) -> Expression:
        """The quantity, or the part of it that belongs to sample s where the derivation is written for one."""
        if not (self.per_sample or self.over_samples):
            return symbol
        found = of_sample(symbol)
        assert found is not None
        return found

    def changes(self, use: Use) -> Expression:
        """d u, linear in dv, with what the forward pass has computed under its name."""
        found = differential(use.expression, self.variable)
        assert found is not None
        return self.named(found)

    def arrives_at(self, reached: Expression) -> bool:
        """Whether a route that reached this expression has reached the step's own, up to spelling.

        Names that stand for functions of quantities are opened first; where that does not decide, so are all others. An
        expression too long for the first is judged by its value alone, like every line; one that differs by it, and is
        too long for the second, has not been shown to be the same.
        """
        expression = self.equation.expression
        try:
            if same(reached, expression, self.meanings):
                return True
        except TooManyProducts:
            return True
        try:
            return same(reached, expression, self.everything)
        except TooManyProducts:
            return False

    # letters

    @cached_property
    def indices(self) -> Indices:
        """The letters of an entry of v: of a factor that something multiplies from the left the one it is summed by."""
        rows, columns = self.variable.shape or ("1", "1")
        multiplied = any(
            isinstance(node, MatMul) and node.right == self.variable
            for use in self.uses
            for node in walk(use.expression)
        )
        first = "l" if multiplied else "i"
        if self.samples in self.variable.shape:
            letters = [SAMPLE if dimension == self.samples else first for dimension in self.variable.shape]
        elif rows != "1" and columns != "1":
            letters = ["j", "l"]
        else:
            letters = ["j" if self.over_samples or self._is_copied else first] * 2
        kept = [None if size == "1" else letter for letter, size in zip(letters, (rows, columns), strict=True)]
        return (kept[0], kept[1])

    @property
    def _is_copied(self) -> bool:
        return any(isinstance(node, Repeat) for use in self.uses for node in walk(use.expression))

    def target_indices(self, use: Use) -> Indices:
        """The letters of an entry of u: the sample's own where it is the same sample."""
        taken = set(self.indices)
        row = "i" if "i" not in taken else "j"
        other = "k" if "k" not in taken else "l"
        shape = use.target.shape or ("1", "1")
        letters: list[str | None] = []
        for size in shape:
            if size == "1":
                letters.append(None)
            elif size == self.samples:
                own = SAMPLE if self.per_sample or self.over_samples or SAMPLE not in taken else "t"
                letters.append(own if own not in letters else "u")
            else:
                letters.append(row if row not in letters else other)
        return (letters[0], letters[1])


def _summand_of_sample(expression: Expression, variable: Symbol) -> Expression | None:
    """The part of a sum over everything that belongs to one sample, where the samples are summed last."""
    if not depends_on(expression, variable):
        return expression
    match expression:
        case Sum():
            part = of_sample(expression.x)
            return None if part is None else Sum(part)
        case Scale() if not depends_on(expression.scalar, variable):
            part = _summand_of_sample(expression.x, variable)
            return None if part is None else Scale(expression.scalar, part)
        case Add() | Subtract():
            left = _summand_of_sample(expression.left, variable)
            right = _summand_of_sample(expression.right, variable)
            return None if left is None or right is None else type(expression)(left, right)
    return None


def subject_of(program: Program, name: str, convention: Convention) -> Subject:
    """The subject of the backward step of that id, or of the gradient by an input, as the convention writes it."""
    equation = backward_equation(program, name)
    variable = program.symbols[equation.target.id.removeprefix("grad_")]
    found = program.uses(variable)
    uses = tuple(
        Use(convention.shown_equation(each), None if upstream is None else convention.shown_symbol(upstream))
        for each, upstream in found
    )
    return Subject(
        convention.shown_equation(equation),
        convention.shown_symbol(variable),
        uses,
        program.error,
        shown_forward(program, variable, convention),
    )


def backward_equation(program: Program, name: str) -> Equation:
    """The equation of ∇v: a step's, or that of the gradient by an input, which is a view."""
    for step in program.steps:
        if step.id == name and step.phase == BACKWARD:
            return step.equation
    return program.views[name]


def shown_forward(program: Program, variable: Symbol, convention: Convention) -> tuple[Equation, ...]:
    """The forward equations in order as the convention writes them, E's in the form that reads the variable."""
    own: Iterable[Equation] = (equation for equation, upstream in program.uses(variable) if upstream is None)
    last = program.graph.definition_of(program.error.id)
    assert last is not None
    others = (each.equation for each in program.forward if each is not last)
    return tuple(convention.shown_equation(each) for each in (*others, next(iter(own), last.equation)))


def is_vector(expression: Expression) -> bool:
    """Whether it has one row or one column."""
    return "1" in shape_of(expression)
