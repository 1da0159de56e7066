"""Laws of matrix algebra by which textbooks write results: transposes at the leaves, I left out, numbers in front.

They are laws as those of `nablastep.laws` are, and tested with them; equations of networks do not go through them.
"""

from __future__ import annotations

from functools import reduce

from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Apply,
    Diagonals,
    Divide,
    Expression,
    Fill,
    Hadamard,
    Inverse,
    MatMul,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    walk,
)
from nablastep.functions.elementary import LOG, SQUARE
from nablastep.laws import Law, scale
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import Commutation, Diagonal, Identity, Kronecker, Vec
from nablastep.transposition import transposed


def _pushed(node: Transpose) -> Expression | None:
    return None if isinstance(node.x, Symbol | Apply | Softmax) else transposed(node.x)


def _function_of_a_transpose(node: Apply | Softmax) -> Expression | None:
    """f(xᵀ) = f(x)ᵀ, with the axis turned."""
    return Transpose(_turned(node)) if isinstance(node.x, Transpose) else None


def _turned(node: Apply | Softmax) -> Expression:
    found = transposed(node)
    return found.x if isinstance(found, Transpose) else found


def _ones_on_the_diagonal(node: Rearrange) -> Expression | None:
    if not (isinstance(node.plan, Diagonals) and node.back and isinstance(node.x, Fill)):
        return None
    return scale(node.x.scalar, Identity(rows_and_columns(node)[0]))


def _identity_factor(node: MatMul) -> Expression | None:
    if isinstance(node.left, Identity):
        return node.right
    return node.left if isinstance(node.right, Identity) else None


def _small(x: Expression) -> bool:
    return shape_of(x) == ("1", "1") and not isinstance(x, Fill)


def _number_factor(node: MatMul) -> Expression | None:
    """x S = S x for a 1×1 matrix S: a number in front."""
    if shape_of(node) == ("1", "1"):
        return None
    if _small(node.right):
        return scale(Sum(node.right), node.left)
    return scale(Sum(node.left), node.right) if _small(node.left) else None


def _number_repeated(node: Hadamard) -> Expression | None:
    """x ⊙ (1 s) = s x."""
    for x, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, Repeat):
            inner: Expression = other
            while isinstance(inner, Repeat):
                inner = inner.x
            if _small(inner):
                return scale(Sum(inner), x)
    return None


def _one_number(node: Sum) -> Expression | None:
    """An operation on 1×1 matrices is one on numbers."""
    x = node.x
    if shape_of(x) == ():
        return x
    if shape_of(x) != ("1", "1"):
        return None
    match x:
        case Divide(left, right) | Ratio(left, right):
            return Divide(Sum(left), Sum(right) if shape_of(right) else right)
        case Hadamard(left, right):
            return Scale(Sum(left), Sum(right))
        case Scale(scalar, inner):
            return Scale(scalar, Sum(inner))
        case Add(left, right) | Subtract(left, right):
            return type(x)(Sum(left), Sum(right))
        case Apply(function, inner, prime):
            return Apply(function, Sum(inner), prime)
        case Fill(scalar):
            return scalar
        case Total(inner):
            return Sum(inner)
    return None


def _fewer_transposes(node: Sum) -> Expression | None:
    """A number is its own transpose: the form with fewer transposes."""
    if shape_of(node.x) != ("1", "1"):
        return None
    turned = transposed(node.x)
    return Sum(turned) if _count(turned) < _count(node.x) else None


def _count(x: Expression) -> int:
    """Transposes of matrices; those of vectors make rows of columns."""
    return sum(isinstance(each, Transpose) and "1" not in shape_of(each) for each in walk(x))


def _scalar_product(node: Sum) -> Expression | None:
    """Σ a ⊙ b = aᵀ b for columns, a bᵀ for rows; Σ A ⊙ A = Σ A² for matrices."""
    x = node.x
    if not isinstance(x, Hadamard) or shape_of(x) == ("1", "1"):
        return None
    if shape_of(x)[1:] == ("1",):
        return Sum(MatMul(transposed(x.left), x.right))
    if shape_of(x)[:1] == ("1",):
        return Sum(MatMul(x.left, transposed(x.right)))
    return Sum(Apply(SQUARE, x.left)) if x.left == x.right else None


def _reciprocal_factor(node: Hadamard) -> Expression | None:
    for one, other in ((node.right, node.left), (node.left, node.right)):
        if isinstance(one, Divide) and shape_of(one.right) and isinstance(one.left, Fill) and one.left.scalar == ONE:
            return Divide(other, one.right)
    return None


def _one_fraction(node: Divide | Ratio | Hadamard) -> Expression | None:
    """(a ⊘ b) ⊘ c = a ⊘ (b ⊙ c), and what stands above and below goes."""
    if not shape_of(node):
        return None
    above, below, lines = _factors(node)
    if not lines or (len(lines) == 1 and not any(factor in below for factor in above)):
        return None
    for factor in tuple(above):
        if factor in below:
            above.remove(factor)
            below.remove(factor)
    over = reduce(Hadamard, above) if above else Fill(ONE, shape_of(node))
    kind = Ratio if Ratio in lines else Divide
    return kind(over, reduce(Hadamard, below)) if below else over


def _factors(x: Expression) -> tuple[list[Expression], list[Expression], list[type[Expression]]]:
    """What stands above and below in a product of quotients, entry by entry, and the quotients there are."""
    if isinstance(x, Hadamard):
        left, right = _factors(x.left), _factors(x.right)
        return left[0] + right[0], left[1] + right[1], left[2] + right[2]
    if isinstance(x, Divide | Ratio) and shape_of(x.right):
        left, right = _factors(x.left), _factors(x.right)
        return left[0] + right[1], left[1] + right[0], [*left[2], *right[2], type(x)]
    return [x], [], []


def _number_times_log(node: TimesLog) -> Expression | None:
    return scale(node.left.scalar, Apply(LOG, node.right)) if isinstance(node.left, Fill) else None


def _quotient_cancelled(node: Hadamard) -> Expression | None:
    """x ⊙ (y ⊘ x) = y."""
    for x, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, Divide | Ratio) and shape_of(other.right) and other.right == x:
            return other.left
    return None


def _quotient_summed(node: MatMul) -> Expression | None:
    """(y ⊘ x)ᵀ x = 1ᵀ y, for columns."""
    if shape_of(node) != ("1", "1"):
        return None
    for quotient, x in ((node.left, node.right), (node.right, node.left)):
        if isinstance(quotient, Divide | Ratio) and quotient.right == Transpose(x):
            return Total(quotient.left, COLUMNS)
        if isinstance(x, Transpose) and isinstance(quotient, Divide | Ratio) and quotient.right == x.x:
            return Total(quotient.left, ROWS)
    return None


def _sum_of_a_transpose(node: Sum) -> Expression | None:
    return Sum(node.x.x) if isinstance(node.x, Transpose) else None


def _spread_to_cancel(node: Hadamard) -> Expression | None:
    """x ⊙ (y + z) = x ⊙ y + x ⊙ z, where then something cancels."""
    for x, other in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(other, Add | Subtract):
            continue
        terms = _terms(other)
        if any(_quotient_cancelled(Hadamard(x, _bare(term))) is not None for term in terms):
            return type(other)(Hadamard(x, other.left), Hadamard(x, other.right))
    return None


def _terms(x: Expression) -> list[Expression]:
    return [*_terms(x.left), *_terms(x.right)] if isinstance(x, Add | Subtract) else [x]


def _bare(x: Expression) -> Expression:
    return _bare(x.x) if isinstance(x, Scale) else x


def _trace(node: Sum) -> Expression | None:
    """Σ (A ⊙ I) = tr(A)."""
    if not isinstance(node.x, Hadamard):
        return None
    for one, other in ((node.x.left, node.x.right), (node.x.right, node.x.left)):
        if isinstance(one, Identity):
            return Sum(Rearrange(other, Diagonals(shape_of(one), (one.dimension, "1"))))
    return None


def _trace_of_an_outer_product(node: Sum) -> Expression | None:
    """tr(x yᵀ) = yᵀ x."""
    diagonal = node.x
    if not (isinstance(diagonal, Rearrange) and isinstance(diagonal.plan, Diagonals) and not diagonal.back):
        return None
    inner = diagonal.x
    if isinstance(inner, MatMul) and rows_and_columns(inner.left)[1] == "1":
        return Sum(MatMul(inner.right, inner.left))
    return None


def _diagonal_of_a_transpose(node: Hadamard) -> Expression | None:
    """Aᵀ ⊙ I = A ⊙ I."""
    if isinstance(node.right, Identity) and isinstance(node.left, Transpose):
        return Hadamard(node.left.x, node.right)
    return None


def _inverse_twice(node: Inverse) -> Expression | None:
    return node.x.x if isinstance(node.x, Inverse) else None


def _identity_inverted(node: Inverse) -> Expression | None:
    return node.x if isinstance(node.x, Identity) else None


def _scalar_out_of_inverse(node: Inverse) -> Expression | None:
    return Scale(Divide(ONE, node.x.scalar), Inverse(node.x.x)) if isinstance(node.x, Scale) else None


def _kronecker_of_identities(node: Kronecker) -> Expression | None:
    """I ⊗ I = I."""
    if isinstance(node.left, Identity) and isinstance(node.right, Identity):
        return Identity(rows_and_columns(node)[0])
    return None


def _kronecker_of_a_number(node: Kronecker) -> Expression | None:
    """s ⊗ A = A ⊗ s = s A for a 1×1 matrix s."""
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if _small(one):
            return scale(Sum(one), other)
    return None


def _product_of_kroneckers(node: MatMul) -> Expression | None:
    """(A ⊗ B) (C ⊗ D) = A C ⊗ B D."""
    left, right = node.left, node.right
    if isinstance(left, Kronecker) and isinstance(right, Kronecker):
        fits = rows_and_columns(left.left)[1] == rows_and_columns(right.left)[0]
        if fits and rows_and_columns(left.right)[1] == rows_and_columns(right.right)[0]:
            return Kronecker(_product(left.left, right.left), _product(left.right, right.right))
    return None


def _product(left: Expression, right: Expression) -> Expression:
    return _identity_factor(MatMul(left, right)) or MatMul(left, right)


def _diagonal_of_ones(node: Diagonal) -> Expression | None:
    if isinstance(node.x, Fill) and node.x.scalar == ONE:
        return Identity(rows_and_columns(node)[0])
    return None


def _stack_of_a_column(node: Vec) -> Expression | None:
    rows, columns = rows_and_columns(node.x)
    return node.x if columns == "1" else transposed(node.x) if rows == "1" else None


def _commutation_of_a_vector(node: Commutation) -> Expression | None:
    return Identity(rows_and_columns(node)[0]) if "1" in (node.rows, node.columns) else None


def _outer_of_ones(node: Repeat) -> Expression | None:
    """x 1ᵀ of one column only is x."""
    return node.x if shape_of(node) == shape_of(node.x) else None


def _total_of_a_column(node: Total) -> Expression | None:
    return node.x if shape_of(node) == shape_of(node.x) else None


TEXTBOOK_LAWS = (
    Law("(A B)ᵀ = Bᵀ Aᵀ, transposes go to the leaves", Transpose, _pushed),
    Law("diag(1) = I", Rearrange, _ones_on_the_diagonal),
    Law("diag(1) = I", Diagonal, _diagonal_of_ones),
    Law("I A = A I = A", MatMul, _identity_factor),
    Law("a 1×1 matrix in a product is a number in front", MatMul, _number_factor),
    Law("(A ⊗ B) (C ⊗ D) = A C ⊗ B D", MatMul, _product_of_kroneckers),
    Law("x ⊙ (1 s) = s x", Hadamard, _number_repeated),
    Law("x ⊙ (y ⊘ x) = y", Hadamard, _quotient_cancelled),
    Law("x ⊙ (1 ⊘ y) = x ⊘ y", Hadamard, _reciprocal_factor),
    Law("(a ⊘ b) ⊘ c = a ⊘ (b ⊙ c)", Divide, _one_fraction),
    Law("(a ⊘ b) ⊘ c = a ⊘ (b ⊙ c)", Ratio, _one_fraction),
    Law("(a ⊘ b) ⊙ (c ⊘ d) = (a ⊙ c) ⊘ (b ⊙ d)", Hadamard, _one_fraction),
    Law("k ⊙ ln x = k ln x", TimesLog, _number_times_log),
    Law("x ⊙ (y + z) = x ⊙ y + x ⊙ z", Hadamard, _spread_to_cancel),
    Law("(y ⊘ x)ᵀ x = 1ᵀ y", MatMul, _quotient_summed),
    Law("Σ xᵀ = Σ x", Sum, _sum_of_a_transpose),
    Law("a 1×1 matrix is a number", Sum, _one_number),
    Law("Aᵀ ⊙ I = A ⊙ I", Hadamard, _diagonal_of_a_transpose),
    Law("Σ (A ⊙ I) = tr(A)", Sum, _trace),
    Law("tr(x yᵀ) = yᵀ x", Sum, _trace_of_an_outer_product),
    Law("Σ (a ⊙ b) = aᵀ b", Sum, _scalar_product),
    Law("a number is its own transpose", Sum, _fewer_transposes),
    Law("(A⁻¹)⁻¹ = A", Inverse, _inverse_twice),
    Law("I⁻¹ = I", Inverse, _identity_inverted),
    Law("(s A)⁻¹ = A⁻¹ / s", Inverse, _scalar_out_of_inverse),
    Law("f(xᵀ) = f(x)ᵀ", Apply, _function_of_a_transpose),
    Law("f(xᵀ) = f(x)ᵀ", Softmax, _function_of_a_transpose),
    Law("s ⊗ A = s A", Kronecker, _kronecker_of_a_number),
    Law("I ⊗ I = I", Kronecker, _kronecker_of_identities),
    Law("a column is its own stack", Vec, _stack_of_a_column),
    Law("K does nothing to a vector", Commutation, _commutation_of_a_vector),
    Law("one copy is the thing itself", Repeat, _outer_of_ones),
    Law("a sum of one is the thing itself", Total, _total_of_a_column),
)
"""Every law; `tests/core/test_laws.py` proves each on instances of its own."""
