"""The forward side of "why": an equation for one entry beside the same equation for whole arrays."""

from __future__ import annotations

from nablastep.derivations.index import entry_of
from nablastep.derivations.lines import Draft
from nablastep.derivations.worth import of_sample
from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Equation,
    Expression,
    Fill,
    LogSumExp,
    MatMul,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    Transpose,
)
from nablastep.functions.elementary import EXP
from nablastep.laws import matmul, scale
from nablastep.structures import SAMPLE, Basis, Entry, IndexSum, rows_and_columns


def index_form(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    """The equation entry by entry, ending with the equation itself."""
    target, expression = equation.target, equation.expression
    if target.shape == ():
        return _error_index(equation, definition)
    indices = ("i", SAMPLE if "m" in target.shape else None)
    left = Entry(target, indices)
    first = _softmax_entry(expression, indices) if isinstance(expression, Softmax) else entry_of(expression, indices)
    found = [Draft(left, first, _entry_sentence(expression))]
    if isinstance(expression, Add):
        part = Add(Entry(expression.left, indices), entry_of(expression.right, indices))
        found.append(Draft(left, part, "The sum over p is what row i of W times a column means: a matrix product."))
    found.append(Draft(left, Entry(expression, indices), "So this is entry i of the formula for whole arrays."))
    found.append(Draft(target, expression, "All entries at once: the equation of this step."))
    return tuple(found)


def matrix_form(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    """The equation as a whole, taken apart into columns or basis vectors, ending with the equation itself."""
    target, expression = equation.target, equation.expression
    if target.shape == ():
        return _error_matrix(equation, definition)
    product = expression.left if isinstance(expression, Add) else expression
    part = of_sample(target)
    if isinstance(product, MatMul):
        return _affine_matrix(equation, product, part)
    indices = ("i", SAMPLE if "m" in target.shape else None)
    rows = rows_and_columns(target)[0]

    def column(entry: Expression) -> Expression:
        return IndexSum("i", rows, Scale(entry, Basis("i", rows)))

    first = _softmax_entry(expression, indices) if isinstance(expression, Softmax) else entry_of(expression, indices)
    return (
        Draft(part, column(Entry(target, indices)), "A vector is the sum of its entries times the basis vectors."),
        Draft(part, column(first), _entry_sentence(expression)),
        Draft(part, of_sample(expression), _whole_sentence(expression)),
        Draft(target, expression, "The equation of this step."),
    )


def _softmax_entry(node: Softmax, indices: tuple[str, str | None]) -> Expression:
    """exp(zᵢ − lse(z)), which is exp(zᵢ) over the sum of all exp."""
    whole = Entry(LogSumExp(node.x, node.axis), (None, indices[1]))
    return Apply(EXP, Subtract(entry_of(node.x, indices), whole))


def _affine_matrix(equation: Equation, product: MatMul, part: Expression) -> tuple[Draft, ...]:
    expression = equation.expression
    inner = rows_and_columns(product.left)[1]
    activation = product.right
    assert isinstance(activation, Symbol)
    entry = Entry(activation, ("p", SAMPLE if "m" in activation.shape else None))
    mixed = IndexSum("p", inner, Scale(entry, MatMul(product.left, Basis("p", inner))))
    gathered = MatMul(product.left, IndexSum("p", inner, Scale(entry, Basis("p", inner))))

    def with_bias(x: Expression) -> Expression:
        return Add(x, of_sample(expression.right)) if isinstance(expression, Add) else x

    return (
        Draft(part, with_bias(mixed), "W a mixes the columns of W: W eₚ is column p, and aₚ says how much of it."),
        Draft(part, with_bias(gathered), "A matrix product is linear: pull W out of the sum."),
        Draft(part, of_sample(expression), "Σₚ aₚ eₚ is the vector a itself."),
        Draft(equation.target, expression, "The equation of this step."),
    )


def _error_index(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    target, expression = equation.target, equation.expression
    found = []
    if definition is not None:
        found.append(
            Draft(
                target,
                entry_of(definition.expression, (None, None)),
                "The definition of the loss, as a sum over the outputs (and over the samples of a batch).",
            )
        )
        found.append(Draft(target, definition.expression, "The same definition with whole arrays."))
    found.append(Draft(target, entry_of(expression, (None, None)), "The computed form, as a sum over single numbers."))
    if definition is None:
        found.append(
            Draft(target, _plain_sum(expression), "Adding up entries is multiplying by rows and columns of ones.")
        )
    found.append(Draft(target, expression, _error_sentence(definition)))
    return tuple(found)


def _error_matrix(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    target, expression = equation.target, equation.expression
    found = []
    if definition is not None:
        found.append(Draft(target, definition.expression, "The definition of the loss, from the activations."))
    found.append(Draft(target, _plain_sum(expression), "A sum over all entries is a product with ones on both sides."))
    found.append(Draft(target, entry_of(expression, (None, None)), "Written out, it is a sum over single numbers."))
    found.append(Draft(target, expression, _error_sentence(definition)))
    return tuple(found)


def _error_sentence(definition: Equation | None) -> str:
    if definition is None:
        return "The equation of this step."
    return "The step computes it from z: the same number, and it stays exact where the activations round to 0 or 1."


def _plain_sum(expression: Expression) -> Expression:
    """Σ x as 1ᵀ x 1."""
    if isinstance(expression, Scale):
        return scale(expression.scalar, _plain_sum(expression.x))
    if isinstance(expression, Sum):
        rows, columns = rows_and_columns(expression.x)
        found = expression.x
        if rows != "1":
            found = matmul(Transpose(Fill(ONE, (rows, "1"))), found)
        if columns != "1":
            found = matmul(found, Fill(ONE, (columns, "1")))
        return Sum(found)
    return expression


def _entry_sentence(expression: Expression) -> str:
    if isinstance(expression, Apply):
        return "The activation acts on every entry alone: entry i of a comes from entry i of z."
    if isinstance(expression, Softmax):
        return "Output i is exp(zᵢ) over the sum of exp(zₖ) of the same sample; lse(z) is the logarithm of that sum."
    return "Neuron i alone: a weighted sum of the activations before it, plus its bias where it has one."


def _whole_sentence(expression: Expression) -> str:
    if isinstance(expression, Softmax):
        return "Softmax takes the whole column at once, because every output needs the sum over all of them."
    return "The same function at every place, so it is written once for the whole column."
