"""The forward side of "why": an equation for one entry beside the same equation for whole arrays."""

from __future__ import annotations

from nablastep.calculus import entry_of
from nablastep.derivations.lines import Draft
from nablastep.derivations.samples import SAMPLES, of_sample
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
    walk,
)
from nablastep.functions.elementary import EXP
from nablastep.laws import matmul, scale
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import SAMPLE, Basis, Entry, IndexSum, Indices


def index_form(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    """The equation entry by entry, ending with the equation itself."""
    target, expression = equation.target, equation.expression
    if target.shape == ():
        return _number_by_entries(equation, definition)
    indices = _indices(target)
    left = Entry(target, indices)
    found = [Draft(left, _entry(expression, indices), _entry_sentence(expression))]
    if isinstance(expression, Add):
        part = Add(_whole_entry(expression.left, indices), entry_of(expression.right, indices))
        found.append(
            Draft(left, part, "A sum over an index that two factors share is an entry of their matrix product.")
        )
    found.append(Draft(left, Entry(expression, indices), "So this is the entry of the formula for whole arrays."))
    found.append(Draft(target, expression, "All entries at once: the equation of this step."))
    return tuple(found)


def matrix_form(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    """The equation as a whole, taken apart into columns or basis vectors, ending with the equation itself."""
    target, expression = equation.target, equation.expression
    if target.shape == ():
        return _number_as_a_whole(equation, definition)
    part, of_one = of_sample(target), of_sample(expression)
    if of_one is None and "1" in target.shape:
        return _by_basis(equation, target, expression)
    if part is None or of_one is None or "1" not in shape_of(part):
        return _by_columns(equation)
    product = of_one.left if isinstance(of_one, Add) else of_one
    if isinstance(product, MatMul) and isinstance(_mixed(product), Symbol):
        return _mixing(equation, part, of_one, product)
    return _by_basis(equation, part, of_one)


def _indices(target: Symbol) -> Indices:
    letters = [SAMPLE if size == SAMPLES else letter for size, letter in zip(target.shape, "ij", strict=True)]
    first, second = (None if size == "1" else letter for size, letter in zip(target.shape, letters, strict=True))
    return (first, second)


def _whole_entry(x: Expression, indices: Indices) -> Expression:
    rows, columns = rows_and_columns(x)
    return Entry(x, (indices[0] if rows != "1" else None, indices[1] if columns != "1" else None))


def _entry(expression: Expression, indices: Indices) -> Expression:
    if not isinstance(expression, Softmax):
        return entry_of(expression, indices)
    # exp(zᵢ − lse(z)), which is exp(zᵢ) over the sum of all exp
    whole = entry_of(LogSumExp(expression.x, expression.axis), indices)
    return Apply(EXP, Subtract(entry_of(expression.x, indices), whole))


def _mixed(product: MatMul) -> Expression:
    """The vector that mixes the columns (or rows) of the other factor."""
    vector = product.right if shape_of(product.right)[1:] == ("1",) else product.left
    inner = vector.x if isinstance(vector, Transpose) else vector
    return inner.operands[0] if inner.operands else inner


def _mixing(equation: Equation, part: Expression, of_one: Expression, product: MatMul) -> tuple[Draft, ...]:
    """W a as the columns of W, each as often as a says; for rows the rows of W."""
    stands = shape_of(product.right)[1:] == ("1",)
    matrix, vector = (product.left, product.right) if stands else (product.right, product.left)
    inner = rows_and_columns(product.left)[1]
    entry = entry_of(vector, ("p", None) if stands else (None, "p"))
    unit: Expression = Basis("p", inner) if stands else Transpose(Basis("p", inner))
    line = "column" if stands else "row"

    def in_place(x: Expression) -> Expression:
        return MatMul(matrix, x) if stands else MatMul(x, matrix)

    def with_rest(x: Expression) -> Expression:
        return Add(x, of_one.right) if isinstance(of_one, Add) else x

    return (
        Draft(
            part,
            with_rest(IndexSum("p", inner, Scale(entry, in_place(unit)))),
            f"The product mixes the {line}s of the matrix: eₚ picks {line} p, and the number before it says how "
            f"much of it.",
        ),
        Draft(
            part,
            with_rest(in_place(IndexSum("p", inner, Scale(entry, unit)))),
            "A matrix product is linear: pull the matrix out of the sum.",
        ),
        Draft(part, of_one, "The sum of all entries times their basis vectors is the vector itself."),
        Draft(equation.target, equation.expression, "The equation of this step."),
    )


def _by_basis(equation: Equation, part: Expression, of_one: Expression) -> tuple[Draft, ...]:
    """A vector as the sum of its entries times the basis vectors."""
    stands = shape_of(part)[1:] == ("1",)
    length = rows_and_columns(part)[0 if stands else 1]
    unit: Expression = Basis("i", length) if stands else Transpose(Basis("i", length))
    place: Indices = ("i", None) if stands else (None, "i")

    def spread(entry: Expression) -> Expression:
        return IndexSum("i", length, Scale(entry, unit))

    return (
        Draft(part, spread(entry_of(part, place)), "A vector is the sum of its entries times the basis vectors."),
        Draft(part, spread(_entry(of_one, place)), _entry_sentence(of_one)),
        Draft(part, of_one, _whole_sentence(of_one)),
        Draft(equation.target, equation.expression, "The equation of this step."),
    )


def _by_columns(equation: Equation) -> tuple[Draft, ...]:
    """A matrix as its columns side by side, and as its entries."""
    target, expression = equation.target, equation.expression
    rows, columns = rows_and_columns(target)
    ways = (Basis("i", rows), Basis("j", columns))
    column = IndexSum("j", columns, MatMul(MatMul(expression, ways[1]), Transpose(ways[1])))
    number = entry_of(expression, ("i", "j"))
    cells = IndexSum("i", rows, IndexSum("j", columns, Scale(number, MatMul(ways[0], Transpose(ways[1])))))
    return (
        Draft(
            target, column, "A matrix is its columns side by side: times eⱼ is column j, and eⱼᵀ puts it in its place."
        ),
        Draft(target, cells, _entry_sentence(expression)),
        Draft(target, expression, "The equation of this step."),
    )


# numbers: E above all


def _number_by_entries(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    target, expression = equation.target, equation.expression
    found = []
    if definition is not None:
        written_out = entry_of(definition.expression, (None, None))
        found.append(Draft(target, written_out, "The definition, as a sum over single numbers."))
        found.append(Draft(target, definition.expression, "The same definition with whole arrays."))
    found.append(Draft(target, entry_of(expression, (None, None)), "The computed form, as a sum over single numbers."))
    if definition is None:
        ones = _with_ones(expression)
        found.append(Draft(target, ones, "Adding up entries is multiplying by rows and columns of ones."))
    found.append(Draft(target, expression, _number_sentence(definition)))
    return tuple(found)


def _number_as_a_whole(equation: Equation, definition: Equation | None) -> tuple[Draft, ...]:
    target, expression = equation.target, equation.expression
    found = []
    if definition is not None:
        found.append(Draft(target, definition.expression, "The definition, as a textbook has it."))
    found.append(Draft(target, _with_ones(expression), "A sum over all entries is a product with ones on both sides."))
    found.append(Draft(target, entry_of(expression, (None, None)), "Written out, it is a sum over single numbers."))
    found.append(Draft(target, expression, _number_sentence(definition)))
    return tuple(found)


def _number_sentence(definition: Equation | None) -> str:
    if definition is None:
        return "The equation of this step."
    return "What the step computes: the same number, and it stays exact where the definition rounds to ln 0."


def _with_ones(expression: Expression) -> Expression:
    """Σ x as 1ᵀ x 1, everywhere in the expression."""
    if isinstance(expression, Sum) and shape_of(expression.x):
        rows, columns = rows_and_columns(expression.x)
        found = expression.x
        if rows != "1":
            found = matmul(Transpose(Fill(ONE, (rows, "1"))), found)
        if columns != "1":
            found = matmul(found, Fill(ONE, (columns, "1")))
        return Sum(found)
    if isinstance(expression, Scale):
        return scale(_with_ones(expression.scalar), _with_ones(expression.x))
    if not expression.operands or shape_of(expression):
        return expression
    return expression.with_operands(tuple(_with_ones(operand) for operand in expression.operands))


def _entry_sentence(expression: Expression) -> str:
    if isinstance(expression, Apply):
        return "The function acts on every entry alone: each output comes from the input in the same place."
    if isinstance(expression, Softmax):
        return "One output is exp of its input over the sum of exp of all; lse is the logarithm of that sum."
    if any(isinstance(node, MatMul) for node in walk(expression)):
        return "One output alone: a weighted sum of the inputs, and whatever is added to it."
    return "One entry alone: the operation on the numbers in that place."


def _whole_sentence(expression: Expression) -> str:
    if isinstance(expression, Softmax):
        return "Softmax takes all entries at once, because every output needs the sum over all of them."
    return "The same operation for every entry: written once, for the whole array."
