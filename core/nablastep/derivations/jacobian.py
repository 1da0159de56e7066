"""The Jacobian route: the gradient is the transposed row ∂E/∂v, the chain rule multiplies Jacobians, and the structure
of each makes the product collapse: diagonal → ⊙, a matrix → its transpose, aᵀ ⊗ I → outer product, I → itself.

The Jacobian of each operation stands in `calculus`, on stacked columns. Layouts: numerator (∂E/∂v is a row) or
denominator (a column, everything transposed).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from nablastep.calculus import CALCULUS, differential, entry_of, jacobian, moving
from nablastep.derivations import sentences
from nablastep.derivations.collapse import applied, folded_product, plain_product
from nablastep.derivations.lines import OWN, Draft
from nablastep.derivations.rearranged import told_apart
from nablastep.derivations.regroup import regrouped
from nablastep.derivations.samples import SAMPLES, of_sample
from nablastep.derivations.subject import Subject, Use
from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    LogSumExp,
    MatMul,
    Ratio,
    Scale,
    Softmax,
    Sum,
    Symbol,
    TimesLog,
    Transpose,
    depends_on,
    substitute,
    walk,
)
from nablastep.laws import add
from nablastep.shapes import shape_of
from nablastep.structures import SAMPLE, Differential, Entry, IndexSum, Jacobian, OfSample, Vec, vec
from nablastep.transposition import transposed

NUMERATOR, DENOMINATOR = "numerator", "denominator"
LAYOUTS = (NUMERATOR, DENOMINATOR)

_SHOWN = (Apply, Softmax, LogSumExp, TimesLog, Divide, Ratio, MatMul)
"""Operations inside an equation whose own Jacobian has a line."""


def jacobian_drafts(subject: Subject, layout: str = NUMERATOR) -> tuple[Draft, ...]:
    """The lines from (∂E/∂v)ᵀ to the step's own equation."""
    return told_apart(_Route(subject, layout).drafts())


class _Route:
    def __init__(self, subject: Subject, layout: str) -> None:
        self.subject, self.layout = subject, layout
        self.variable, self.gradient = subject.part(subject.variable), subject.part(subject.gradient)
        self.left = vec(self.gradient) if shape_of(self.gradient) else self.gradient
        self.names = _names_of_parts(subject) if subject.per_sample or subject.over_samples else subject.names
        self.linears = [self._linear(use) for use in subject.uses]

    def drafts(self) -> tuple[Draft, ...]:
        found = self._chain()
        for use, linear in zip(self.subject.uses, self.linears, strict=True):
            found += self._structure(use, linear)
        return (*found, *self._collapsed())

    # the chain rule

    def _chain(self) -> list[Draft]:
        subject = self.subject
        whole = Jacobian(subject.error, _below(self.variable), self.layout)
        is_matrix = isinstance(self.left, Vec)
        rule = (
            sentences.stacked(subject, self.layout)
            if is_matrix
            else sentences.layout_turns(subject, self.layout, self.layout == NUMERATOR)
        )
        found = [Draft(self.left, self._turned(whole), rule)]
        if subject.through_error:
            return found
        found.append(self._sum(self._product_of_jacobians, sentences.jacobian_chain(subject)))
        if self.layout == NUMERATOR:
            found.append(self._sum(self._transposed_product, sentences.TRANSPOSED_PRODUCT))
        found.append(
            self._sum(lambda use, linear: self._times_upstream(use, self._local(use)), sentences.UPSTREAM_NAMED)
        )
        return found

    def _sum(self, term: Callable[[Use, Expression], Expression], rule: str) -> Draft:
        terms = [term(use, linear) for use, linear in zip(self.subject.uses, self.linears, strict=True)]
        if not all(shape_of(each) == shape_of(terms[0]) for each in terms):  # a row times a column beside a number
            terms = [Sum(each) if shape_of(each) else each for each in terms]
        total = reduce(Add, terms)
        return Draft(self.left, IndexSum(SAMPLE, SAMPLES, total) if self.subject.over_samples else total, rule)

    def _local(self, use: Use) -> Jacobian:
        target = use.target if use.upstream is None else self.subject.part(use.target)
        above = use.expression if use.upstream is None and not self.subject.through_error else target
        return Jacobian(_below(above), _below(self.variable), self.layout)

    def _product_of_jacobians(self, use: Use, _: Expression) -> Expression:
        local = self._local(use)
        if use.upstream is None:
            return self._turned(local)
        row = Jacobian(self.subject.error, _below(self.subject.part(use.target)), self.layout)
        return self._turned(MatMul(row, local) if self.layout == NUMERATOR else MatMul(local, row))

    def _transposed_product(self, use: Use, _: Expression) -> Expression:
        if use.upstream is None:
            return self._turned(self._local(use))
        row = Jacobian(self.subject.error, _below(self.subject.part(use.target)), self.layout)
        return MatMul(Transpose(self._local(use)), Transpose(row))

    def _times_upstream(self, use: Use, matrix: Expression) -> Expression:
        return self._before_upstream(use, self._turned(matrix))

    def _before_upstream(self, use: Use, matrix: Expression) -> Expression:
        if use.upstream is None:
            return matrix
        upstream = self.subject.part(use.upstream)
        return MatMul(matrix, vec(upstream)) if shape_of(upstream) else Scale(upstream, matrix)

    def _turned(self, x: Expression) -> Expression:
        return Transpose(x) if self.layout == NUMERATOR and shape_of(x) else x

    # what each Jacobian is

    def _linear(self, use: Use) -> Expression:
        found = differential(self.subject.expression_of(use), self.variable)
        assert found is not None
        return substitute(found, self.names)

    def _structure(self, use: Use, linear: Expression) -> list[Draft]:
        found = [] if linear.operands and isinstance(linear.operands[0], Differential) else self._operations(use)
        raw, folded = jacobian(linear, plain_product), jacobian(linear, folded_product)
        left = self._local(use)
        named = sentences.structure_name(folded)
        found.append(Draft(left, self._shown(raw), sentences.structure(raw, linear, self.subject.variable), OWN, named))
        if folded != raw:
            found.append(Draft(left, self._shown(folded), sentences.MULTIPLIED_OUT, OWN, named))
        return found

    def _operations(self, use: Use) -> list[Draft]:
        """The Jacobian of each operation on the way from the equation down to the variable."""
        found: list[Draft] = []
        node = self.subject.expression_of(use)
        while node != self.variable:
            below = [operand for operand in node.operands if depends_on(operand, self.variable)]
            if len(below) != 1:
                break
            if isinstance(node, _SHOWN) and shape_of(below[0]) and "1" in shape_of(below[0]) and "1" in shape_of(node):
                own = differential(node, below[0])
                assert own is not None
                local = substitute(jacobian(own, folded_product), self.names)
                above = Jacobian(_below(node), _below(below[0]), self.layout)
                found.append(
                    Draft(above, self._shown(local), sentences.structure(local, own, self.subject.variable), OWN)
                )
            node = below[0]
        return found if len(found) > 1 or self.subject.through_error else []

    def _shown(self, matrix: Expression) -> Expression:
        return matrix if self.layout == NUMERATOR else transposed(matrix)

    # the product

    def _collapsed(self) -> list[Draft]:
        matrices = [jacobian(linear, folded_product) for linear in self.linears]
        by_use = dict(zip(self.subject.uses, matrices, strict=True))
        found = [
            self._sum(lambda use, _: self._times_upstream(use, self._shown(by_use[use])), sentences.PUT_JACOBIAN_IN)
        ]
        if self.layout == NUMERATOR:
            turned = {use: transposed(matrix) for use, matrix in by_use.items()}
            found.append(self._sum(lambda use, _: self._before_upstream(use, turned[use]), sentences.TURNED_OVER))
        total = reduce(
            add, (self._back(use, linear) for use, linear in zip(self.subject.uses, self.linears, strict=True))
        )
        inner = vec(total) if shape_of(total) else total
        summed = IndexSum(SAMPLE, SAMPLES, inner) if self.subject.over_samples else inner
        found.append(Draft(self.left, summed, sentences.collapse(matrices[0])))
        return [*found, *self._last(total)]

    def _back(self, use: Use, linear: Expression) -> Expression:
        """∇u sent back through the transposed Jacobian of one operation after the other."""
        upstream: Expression = ONE if use.upstream is None else self.subject.part(use.upstream)
        return _sent_back(linear, upstream)

    def _last(self, total: Expression) -> list[Draft]:
        subject = self.subject
        found: list[Draft] = []
        whole = total
        if subject.per_sample or subject.over_samples:
            if subject.over_samples and isinstance(self.left, Vec):
                found.append(Draft(subject.gradient, IndexSum(SAMPLE, SAMPLES, total), sentences.UNSTACKED))
            whole = subject.named(self._of_all_samples(total))
        elif isinstance(self.left, Vec):
            found.append(Draft(subject.gradient, whole, sentences.UNSTACKED))
        expression = subject.equation.expression
        if not subject.arrives_at(whole):
            found.append(Draft(subject.gradient, whole, sentences.UNSTACKED, arrived=False))
        else:
            found.append(Draft(subject.gradient, expression, self._last_sentence()))
        return found

    def _of_all_samples(self, total: Expression) -> Expression:
        number = _in_sample(entry_of(total, self.subject.indices))
        if self.subject.over_samples:
            number = IndexSum(SAMPLE, SAMPLES, number)
        return regrouped(number, *self.subject.indices, self.subject.variable.shape)

    def _last_sentence(self) -> str:
        if self.subject.per_sample:
            return "The samples stand side by side in one matrix: the equation of this step."
        if self.subject.over_samples:
            return "The sum over the samples is what a product over their dimension adds up: the step's equation."
        return "Written the way the step writes it: the equation of this step."


def _names_of_parts(subject: Subject) -> dict[Expression, Expression]:
    """What the forward pass has computed already of one sample, and the name of its part."""
    found: dict[Expression, Expression] = {}
    for right, name in subject.names.items():
        part, named = of_sample(right), of_sample(name)
        if part is not None and named is not None:
            found[part] = named
    return found


def _in_sample(number: Expression) -> Expression:
    """The number with entries of whole quantities in sample s in the place of entries of one sample's part."""
    if isinstance(number, Entry) and not isinstance(number.x, Symbol):
        parts: dict[Expression, Expression] = {node: node.x for node in walk(number.x) if isinstance(node, OfSample)}
        whole = substitute(number.x, parts)
        row, column = number.indices
        if parts and shape_of(whole)[1:] == (SAMPLES,):
            return Entry(whole, (row, SAMPLE))
        return Entry(whole, (SAMPLE, column)) if parts else number
    if not number.operands or isinstance(number, Entry):
        return number
    return number.with_operands(tuple(_in_sample(operand) for operand in number.operands))


def _sent_back(linear: Expression, upstream: Expression) -> Expression:
    if isinstance(linear, Differential):
        return upstream
    rule = CALCULUS[type(linear)].jacobian
    assert rule is not None
    return reduce(
        add,
        (
            _sent_back(
                linear.operands[index],
                applied(transposed(rule(linear, index)), upstream, shape_of(linear.operands[index])),
            )
            for index in moving(linear)
        ),
    )


def _below(x: Expression) -> Expression:
    """A vector or number in a Jacobian as it is, a matrix stacked."""
    return x if not shape_of(x) or "1" in shape_of(x) else Vec(x)
