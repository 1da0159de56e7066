"""The differential route: dE = ⟨∇u, du⟩, and one node at a time is moved across the bracket to its adjoint.

The record of rules applied is `adjoints.moves`, the one that made the step's equation; here every node class says in
one sentence how its change looks and why it may move. A new node gets its derivation by an entry in DIFFERENTIAL_RULES.
Source: Magnus and Neudecker, Matrix Differential Calculus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nablastep.adjoints import Move, function_body, moves, seed
from nablastep.derivations.lines import NUMBER, QUANTITY, Draft
from nablastep.derivations.subject import Subject
from nablastep.expressions import (
    COLUMNS,
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Number,
    Ratio,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
)
from nablastep.laws import add, negate
from nablastep.shapes import shape_of
from nablastep.structures import Differential, Inner, Trace, rows_and_columns
from nablastep.transposition import transposed

Change = Expression | None
"""The change of an operand; None if it stands still."""


@dataclass(frozen=True)
class DifferentialRule:
    """`change` of a node from the changes of its operands, with the sentence on it, and why it `moves` (by operand)."""

    change: Callable[[Any, tuple[Change, ...]], Expression]
    sentence: Callable[[Any, int], str]
    moves: Callable[[Any, int], str]


def differential_drafts(subject: Subject) -> tuple[Draft, ...]:
    """The lines from dE = ⟨∇u, du⟩ to the step's own equation."""
    return _Walk(subject).drafts()


@dataclass(frozen=True)
class _Place:
    """One occurrence of the variable and how far the walk towards it has come."""

    path: tuple[Move, ...]
    done: int
    upstream: Expression
    inside: Expression

    @property
    def node(self) -> Expression | None:
        return self.path[self.done].node if self.done < len(self.path) else None

    def forward(self) -> _Place:
        move = self.path[self.done]
        inside = move.node.operands[move.operand]
        return _Place(self.path, self.done + 1, move.after, inside)


class _Walk:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.error = Symbol("E", None, ())
        upstream = seed() if subject.through_error else subject.upstream
        expression = subject.use.expression
        self.places = [_Place(path, 0, upstream, expression) for path in moves(expression, subject.variable, upstream)]
        self.found: list[Draft] = []

    def drafts(self) -> tuple[Draft, ...]:
        subject = self.subject
        if subject.through_error:
            self._line(
                Differential(subject.use.expression),
                "Put in the equation of the error: dE is its change while only this quantity moves.",
            )
        else:
            change = Inner(subject.upstream, Differential(subject.use.target))
            self._line(
                change,
                "This is what the gradient means: the change of E is its inner product with any small change.",
            )
        while any(place.node is not None for place in self.places):
            self._advance()
        self._collect()
        self._read_off()
        return tuple(self.found)

    def _line(self, right: Expression, rule: str) -> None:
        if not self.found or self.found[-1].right != right:
            self.found.append(Draft(Differential(self.error), right, rule, NUMBER))

    # one node

    def _advance(self) -> None:
        """Go through the first node that is still inside a bracket: its change, then its adjoint."""
        place = next(place for place in self.places if place.node is not None)
        node = place.node
        assert node is not None
        group = [other for other in self.places if (other.node, other.upstream) == (node, place.upstream)]
        rule = DIFFERENTIAL_RULES[type(node)]
        operand = place.path[place.done].operand
        changes = self._changes(node, group)
        moved = {id(other): other.forward() for other in group}
        if self._is_silent(node, group):
            self.places = [moved.get(id(other), other) for other in self.places]
            return
        changed = rule.change(node, changes)
        self._line(self._bracket({id(other): changed for other in group}), rule.sentence(node, operand))
        if isinstance(node, MatMul) and len(self.places) == 1 and not self.subject.through_error:
            self._rotate(place, node, changed, operand)
        self.places = [moved.get(id(other), other) for other in self.places]
        self._line(self._bracket(), rule.moves(node, operand))

    @staticmethod
    def _is_silent(node: Expression, group: list[_Place]) -> bool:
        """A sum of which one term moves, and not the variable itself: the next line says it in the same breath."""
        return isinstance(node, Add) and len(group) == 1 and group[0].done + 1 < len(group[0].path)

    def _changes(self, node: Expression, group: list[_Place]) -> tuple[Change, ...]:
        moving = {place.path[place.done].operand for place in group}
        return tuple(Differential(operand) if index in moving else None for index, operand in enumerate(node.operands))

    def _rotate(self, place: _Place, node: MatMul, changed: Expression, operand: int) -> None:
        """Why a matrix product moves across the bracket: by way of the trace."""
        upstream = place.upstream
        self._line(
            Trace(MatMul(Transpose(upstream), changed)),
            "An inner product is the trace of a product: ⟨A, B⟩ = tr(AᵀB).",
        )
        if operand == 0:
            change = Differential(node.left)
            self._line(
                Trace(MatMul(MatMul(node.right, Transpose(upstream)), change)),
                "A trace may be rotated, tr(ABC) = tr(CAB): the last factor walks to the front.",
            )
            after = Transpose(MatMul(upstream, transposed(node.right)))
        else:
            change = Differential(node.right)
            after = Transpose(MatMul(transposed(node.left), upstream))
        self._line(
            Trace(MatMul(after, change)), "A transposed product is the product of the transposes in reverse order."
        )

    # all brackets together

    def _bracket(self, changes: dict[int, Expression] | None = None) -> Expression:
        """Σ ⟨G, d…⟩ over the places; places that have not parted yet share one bracket."""
        terms: list[Expression] = []
        for place in self.places:
            inside = (changes or {}).get(id(place), Differential(place.inside))
            term = inner(place.upstream, inside)
            if term not in terms:
                terms.append(term)
        total = terms[0]
        for term in terms[1:]:
            total = Add(total, term)
        return total

    def _collect(self) -> None:
        total = self.places[0].upstream
        for place in self.places[1:]:
            total = add(total, place.upstream)
        change = Differential(self.subject.variable)
        if len(self.places) > 1:
            self._line(inner(total, change), "An inner product is linear: brackets with the same change add up.")
        named = self.subject.with_known(total)
        if named != total:
            self._line(inner(named, change), "The forward pass has computed this already: write its name.")

    def _read_off(self) -> None:
        subject = self.subject
        self.found.append(
            Draft(
                subject.gradient,
                subject.equation.expression,
                "The bracket gives dE for every small change, and only one array does that: read the gradient off.",
                QUANTITY,
            )
        )


def inner(upstream: Expression, change: Expression) -> Expression:
    """⟨G, dX⟩; a number G stands in front."""
    if upstream == ONE:
        return change
    if shape_of(upstream) == () or shape_of(change) == ():
        return Scale(upstream, change)
    return Inner(upstream, change)


def _slope(node: Apply) -> Expression:
    if node.function.named_derivative:
        return Apply(node.function, node.x, prime=True)
    return function_body(node.function, node.x, prime=True)


def _single(changes: tuple[Change, ...]) -> Expression:
    return next(change for change in changes if change is not None)


def _product_change(node: MatMul | Hadamard, changes: tuple[Change, ...]) -> Expression:
    left, right = changes
    terms = [type(node)(left, node.right)] if left is not None else []
    terms += [type(node)(node.left, right)] if right is not None else []
    return terms[0] if len(terms) == 1 else Add(terms[0], terms[1])


def _sum_change(_: Add, changes: tuple[Change, ...]) -> Expression:
    left, right = changes
    return Add(left, right) if left is not None and right is not None else _single(changes)


def _difference_change(_: Subtract, changes: tuple[Change, ...]) -> Expression:
    left, right = changes
    if right is None:
        return _single(changes)
    return negate(right) if left is None else Subtract(left, right)


def _quotient_change(node: Divide | Ratio, changes: tuple[Change, ...]) -> Expression:
    left, right = changes
    if right is None:
        return type(node)(_single(changes), node.right)
    falling = negate(Hadamard(Divide(node, node.right), right))
    return falling if left is None else Add(type(node)(left, node.right), falling)


def _softmax_change(node: Softmax, changes: tuple[Change, ...]) -> Expression:
    dimension: Any = rows_and_columns(node)[node.axis]
    change = _single(changes)
    return Hadamard(node, Subtract(change, Repeat(Total(Hadamard(node, change), node.axis), node.axis, dimension)))


def _log_sum_exp_change(node: LogSumExp, changes: tuple[Change, ...]) -> Expression:
    return Total(Hadamard(Softmax(node.x, node.axis), _single(changes)), node.axis)


def _repeat_change(node: Repeat, changes: tuple[Change, ...]) -> Expression:
    return Repeat(_single(changes), node.axis, node.dimension)


def _moved_factor(node: MatMul, operand: int) -> str:
    if operand == 0:
        return "Read tr(AᵀX) as ⟨A, X⟩ again: multiplying by a matrix moves over as its transpose, on the same side."
    return "Read tr(AᵀX) as ⟨A, X⟩ again: a matrix in front moves to the other side as its transpose."


def _let_move(node: Expression, operand: int) -> str:
    moving, other = node.operands[operand], node.operands[1 - operand]
    what = moving.base if isinstance(moving, Symbol) else "this factor"
    still = (
        f"{other.base} and b stand still"
        if isinstance(other, Symbol) and other.base in "Wa"
        else "the rest stands still"
    )
    return f"Put in the forward equation and let only {what} move, so that {still}: the product rule leaves one term."


def _say(sentence: str) -> Callable[[Any, int], str]:
    return lambda node, operand: sentence


_ENTRY_WISE_MOVE = "Multiplying entry by entry is its own adjoint: ⟨G, c ⊙ X⟩ = ⟨G ⊙ c, X⟩, nothing is transposed."

DIFFERENTIAL_RULES: dict[type[Expression], DifferentialRule] = {
    Transpose: DifferentialRule(
        lambda node, changes: Transpose(_single(changes)),
        _say("Transposing is linear: the change is transposed too."),
        _say("⟨G, Xᵀ⟩ = ⟨Gᵀ, X⟩: transposing is its own adjoint."),
    ),
    MatMul: DifferentialRule(_product_change, _let_move, _moved_factor),
    Hadamard: DifferentialRule(
        _product_change, _say("Product rule, entry by entry; the other factor stands still."), _say(_ENTRY_WISE_MOVE)
    ),
    Divide: DifferentialRule(
        _quotient_change, _say("Quotient rule, entry by entry."), _say("Dividing entry by entry is its own adjoint.")
    ),
    Ratio: DifferentialRule(
        _quotient_change, _say("Quotient rule, entry by entry."), _say("Dividing entry by entry is its own adjoint.")
    ),
    TimesLog: DifferentialRule(
        lambda node, changes: Hadamard(Ratio(node.left, node.right), _single(changes)),
        _say("d ln u = du ⊘ u, entry by entry."),
        _say("Dividing entry by entry is its own adjoint, so the quotient changes sides as it is."),
    ),
    Add: DifferentialRule(
        _sum_change,
        lambda node, operand: "Put in the forward equation: only this term moves, so the rest drops out.",
        _say("An inner product is linear, so a sum splits into brackets."),
    ),
    Subtract: DifferentialRule(
        _difference_change,
        _say("The change of a difference is the difference of the changes; what stands still drops out."),
        _say("An inner product is linear, so a difference splits and a minus sign moves over."),
    ),
    Scale: DifferentialRule(
        lambda node, changes: Scale(node.scalar, _single(changes)),
        _say("A constant factor stays in front of the change."),
        _say("A number may stand on either side of a bracket."),
    ),
    Apply: DifferentialRule(
        lambda node, changes: Hadamard(_slope(node), _single(changes)),
        lambda node, operand: (
            "The function acts on every entry alone, so each entry's change is its own slope times its own nudge."
        ),
        _say(_ENTRY_WISE_MOVE),
    ),
    Softmax: DifferentialRule(
        _softmax_change,
        _say("Quotient rule: each output grows with its own input and shrinks with the weighted mean of all inputs."),
        _say("This linear map is symmetric, diag(p) − p pᵀ, so it moves over as it is."),
    ),
    LogSumExp: DifferentialRule(
        _log_sum_exp_change,
        _say("The slope of lse by an input is that input's softmax: d lse(z) = pᵀ dz."),
        _say("⟨g, pᵀ X⟩ = ⟨p g, X⟩: the softmax p moves to the other side."),
    ),
    Repeat: DifferentialRule(
        _repeat_change,
        lambda node, operand: (
            "Put in the forward equation and let only b move: the same change is copied to every sample."
            if node.axis == COLUMNS
            else "The same change is copied along the axis."
        ),
        _say("The adjoint of copying is summing: ⟨G, x 1ᵀ⟩ = ⟨G 1, x⟩."),
    ),
    Total: DifferentialRule(
        lambda node, changes: Total(_single(changes), node.axis),
        _say("The change of a sum is the sum of the changes."),
        _say("The adjoint of summing is copying: ⟨g, 1ᵀ X⟩ = ⟨1 g, X⟩."),
    ),
    Sum: DifferentialRule(
        lambda node, changes: Sum(_single(changes)),
        _say("The change of a sum is the sum of the changes."),
        _say("A sum over all entries is an inner product with a matrix full of ones."),
    ),
}

CONSTANTS = (Factor, Number, Fill)
"""Nodes that never change and so need no rule."""
