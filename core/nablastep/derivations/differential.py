"""The differential route: dE = ⟨∇u, du⟩, opened one operation at a time and moved across the bracket to its adjoint.

What a node changes by and what its adjoint is stands in `calculus`; here is how the route walks. Source: Magnus and
Neudecker, Matrix Differential Calculus.
"""

from __future__ import annotations

from functools import reduce

from nablastep.calculus import CALCULUS, moving, opened
from nablastep.derivations import sentences
from nablastep.derivations.lines import NUMBER, QUANTITY, Draft
from nablastep.derivations.subject import Subject
from nablastep.expressions import (
    ONE,
    Add,
    Expression,
    MatMul,
    Scale,
    Subtract,
    Symbol,
    Transpose,
    depends_on,
    substitute,
)
from nablastep.laws import add
from nablastep.shapes import shape_of
from nablastep.structures import Differential, Inner, Trace
from nablastep.transposition import transposed

Bracket = tuple[Expression, Expression]
"""(G, X) for ⟨G, X⟩, with X linear in changes."""

MOST_LINES = 40


def differential_drafts(subject: Subject) -> tuple[Draft, ...]:
    """The lines from dE = ⟨∇u, du⟩ to the step's own equation."""
    return _Walk(subject).drafts()


class _Walk:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.change = Differential(subject.variable)
        self.meanings: dict[Expression, Expression] = {
            use.target: use.expression for use in subject.uses if use.upstream is not None
        }
        self.hidden = {name: right for right, name in subject.names.items() if name not in self.meanings}
        self.brackets: list[Bracket] = [
            (ONE, Differential(use.expression)) if use.upstream is None else (use.upstream, Differential(use.target))
            for use in subject.uses
        ]
        self.found: list[Draft] = []

    def drafts(self) -> tuple[Draft, ...]:
        several = len(self.brackets) > 1
        start = sentences.ERROR_CHANGE if self.subject.through_error else sentences.MEANING
        self._line(sentences.SEVERAL_MEANINGS if several else start)
        while (place := self._next()) is not None:
            self._advance(place)
        self._collect()
        return tuple(self.found)

    def _next(self) -> int | None:
        return next((place for place, (_, x) in enumerate(self.brackets) if x != self.change), None)

    def _line(self, rule: str, right: Expression | None = None) -> None:
        right = right or reduce(Add, (inner(upstream, x) for upstream, x in self.brackets))
        if not self.found or self.found[-1].right != right:
            self.found.append(Draft(Differential(self.subject.error), right, rule, NUMBER))

    def _advance(self, place: int) -> None:
        upstream, x = self.brackets[place]
        if isinstance(x, Differential):
            self._open(place, upstream, x.x)
        else:
            self._move(place, upstream, x)

    def _open(self, place: int, upstream: Expression, x: Expression) -> None:
        """The change of an operation in those of its operands; of a sum with one moving term that term's change."""
        node = self.meanings.get(x, x)
        while isinstance(node, Add) and len(_moving_operands(node, self.subject.variable)) == 1:
            node = _moving_operands(node, self.subject.variable)[0]
        if node == self.subject.variable:
            self.brackets[place] = (upstream, self.change)
            self._line(sentences.opened(self.meanings.get(x, x), self.subject.variable))
            return
        if node in self.hidden:  # its name says nothing of what moves in it
            node = self.hidden[node]
        linear = opened(node, self.subject.variable)
        assert linear is not None
        self.brackets[place] = (upstream, self._named(linear))
        self._line(sentences.opened(node, self.subject.variable))

    def _named(self, linear: Expression) -> Expression:
        """What is computed already under its name; what moves inside a change is seen."""
        if not isinstance(linear, Differential):
            if linear in self.subject.names or not linear.operands:
                return self.subject.names.get(linear, linear)
            return linear.with_operands(tuple(self._named(operand) for operand in linear.operands))
        still = {right: name for right, name in self.subject.names.items() if not self._moves(right)}
        return Differential(self.subject.names.get(linear.x, substitute(linear.x, still)))

    def _moves(self, x: Expression) -> bool:
        return depends_on(x, self.subject.variable)

    def _move(self, place: int, upstream: Expression, x: Expression) -> None:
        """A linear node goes to the other side as its adjoint."""
        rule = CALCULUS[type(x)].adjoint
        assert rule is not None
        operands = moving(x)
        if isinstance(x, MatMul) and len(self.brackets) == 1 and len(operands) == 1 and not self.subject.through_error:
            self._rotate(upstream, x, operands[0])
        self.brackets[place : place + 1] = [(rule(x, index, upstream), x.operands[index]) for index in operands]
        self._line(sentences.moved(x, operands[0]))

    def _rotate(self, upstream: Expression, x: MatMul, operand: int) -> None:
        """Why a matrix product moves across the bracket: by way of the trace."""
        self._line(sentences.TRACE, Trace(MatMul(Transpose(upstream), x)))
        change = x.operands[operand]
        if operand == 0:
            self._line(sentences.ROTATION, Trace(MatMul(MatMul(x.right, Transpose(upstream)), change)))
            after = MatMul(upstream, transposed(x.right))
        else:
            after = MatMul(transposed(x.left), upstream)
        self._line(sentences.TRANSPOSED_PRODUCT, Trace(MatMul(Transpose(after), change)))

    def _collect(self) -> None:
        subject = self.subject
        total = reduce(add, (upstream for upstream, _ in self.brackets))
        if len(self.brackets) > 1:
            self._line(sentences.COLLECTED, inner(total, self.change))
        named = subject.named(total)
        if named != total:
            self._line(sentences.KNOWN, inner(named, self.change))
        expression = subject.equation.expression
        if named == expression or not subject.arrives_at(named):
            arrived = named == expression
            self.found.append(Draft(subject.gradient, named, sentences.READ_OFF, QUANTITY, arrived=arrived))
            return
        self._line(sentences.as_the_step_writes_it(named, expression), inner(expression, self.change))
        self.found.append(Draft(subject.gradient, expression, sentences.READ_OFF))


def _moving_operands(node: Add | Subtract, variable: Symbol) -> list[Expression]:
    return [operand for operand in node.operands if depends_on(operand, variable)]


def inner(upstream: Expression, change: Expression) -> Expression:
    """⟨G, dX⟩; a number G stands in front."""
    if upstream == ONE:
        return change
    if shape_of(upstream) == () or shape_of(change) == ():
        return Scale(upstream, change)
    return Inner(upstream, change)
