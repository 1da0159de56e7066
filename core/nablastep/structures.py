"""Nodes that talk about derivatives: changes, inner products, Jacobians, structured matrices, entries, indexed sums.

They extend the tree of `expressions` and bring their shapes and transposes along. What is known about differentiating
stands in `calculus`; how they are written in `derivations.writing`, what they are worth in `derivations.worth`.
An index is a single letter; in a scalar node it stands for every value from 1 to the size of its dimension.
"""

# ruff: noqa: D102 - shape_rule and transposed are explained once, on Extension
from __future__ import annotations

from nablastep.errors import ShapeError
from nablastep.expressions import Dimension, Expression, Extension, Plan, Shape, Symbol, Transpose
from nablastep.records import record
from nablastep.shapes import matrix_shape, rows_and_columns, shape_of, shape_text
from nablastep.transposition import transposed

Indices = tuple[str | None, str | None]
"""The indices of an entry; None along an axis of size 1."""

SAMPLE = "s"
"""The index of the sample that a line is written for."""


class _Scalar(Extension):
    """A node whose value, for fixed indices, is one number."""

    __slots__ = ()

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        return ()

    def transposed(self) -> Expression:
        return self


class _Opaque(Extension):
    """A matrix that knows no simpler form of its transpose."""

    __slots__ = ()

    def transposed(self) -> Expression:
        return Transpose(self)


@record(slots=True)
class Differential(_Opaque):
    """d x: the change of x, to first order, while one quantity moves and everything else stands still."""

    x: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[0]

    def transposed(self) -> Expression:
        if isinstance(self.x, Symbol):
            return Transpose(self) if self.x.shape else self
        return Differential(transposed(self.x))


@record(slots=True)
class OfSample(_Opaque):
    """The part of a quantity that belongs to sample s: one column of units × samples, one row of samples × units."""

    x: Symbol

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        rows, columns = matrix_shape(shapes[0])
        return ("1" if rows == "m" else rows, "1" if columns == "m" else columns)


@record(slots=True)
class Inner(_Scalar):
    """⟨left, right⟩: the sum of the entry by entry product of equal shapes."""

    left: Expression
    right: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        if shapes[0] != shapes[1]:
            raise ShapeError(
                f"an inner product needs equal shapes, found {shape_text(shapes[0])} and {shape_text(shapes[1])}"
            )
        return ()


@record(slots=True)
class Norm(_Scalar):
    """‖x‖ to a power, the root of the sum of squares: how √(Σ x²) and Σ x² are written where norms are."""

    x: Expression
    exponent: int


@record(slots=True)
class Trace(_Scalar):
    """The sum of the diagonal of a square matrix."""

    x: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        rows, columns = matrix_shape(shapes[0])
        if rows != columns:
            raise ShapeError(f"a trace needs a square matrix, found {shape_text(shapes[0])}")
        return ()


@record(slots=True)
class Diagonal(Extension):
    """diag(x): the square matrix with the vector x on its diagonal and zeros elsewhere."""

    x: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        rows, columns = matrix_shape(shapes[0])
        if "1" not in (rows, columns):
            raise ShapeError(f"diag needs a vector, found {shape_text(shapes[0])}")
        long = rows if columns == "1" else columns
        return (long, long)

    def transposed(self) -> Expression:
        return self


@record(slots=True)
class Identity(Extension):
    """I: ones on the diagonal."""

    dimension: Dimension

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        return (self.dimension, self.dimension)

    def transposed(self) -> Expression:
        return self


@record(slots=True)
class Kronecker(Extension):
    """left ⊗ right: every entry of the left matrix times the whole right one."""

    left: Expression
    right: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        left, right = matrix_shape(shapes[0]), matrix_shape(shapes[1])
        return (joint(left[0], right[0]), joint(left[1], right[1]))

    def transposed(self) -> Expression:
        return Kronecker(transposed(self.left), transposed(self.right))


@record(slots=True)
class Vec(_Opaque):
    """vec(x): the columns of x stacked into one long column."""

    x: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        return (joint(*matrix_shape(shapes[0])), "1")


@record(slots=True)
class Basis(_Opaque):
    """eᵢ: the column with a one in place i and zeros elsewhere."""

    index: str
    dimension: Dimension

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        return (self.dimension, "1")


@record(slots=True)
class Jacobian(_Opaque):
    """∂numerator/∂denominator of two vectors (or E, which counts as one entry).

    In numerator layout entry (i, j) is ∂uᵢ/∂vⱼ, so ∂E/∂v is a row; in denominator layout it is transposed. With one
    entry of a vector above and a matrix below it is laid out like the matrix: one slice of a table with three indices.
    """

    numerator: Expression
    denominator: Expression
    layout: str = "numerator"

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        if isinstance(self.numerator, Entry):
            return shapes[1]
        above, below = _length(shapes[0]), _length(shapes[1])
        return (above, below) if self.layout == "numerator" else (below, above)


@record(slots=True)
class Entry(_Scalar):
    """xᵢⱼ: one entry; the index along an axis of size 1 is None."""

    x: Expression
    indices: tuple[str | None, str | None]


@record(slots=True)
class Partial(_Scalar):
    """∂numerator/∂denominator: the derivative of one number by one entry."""

    numerator: Expression
    denominator: Entry


@record(slots=True)
class Delta(_Scalar):
    """δᵢⱼ: 1 if the two indices are equal, else 0."""

    left: str
    right: str
    dimension: Dimension


@record(slots=True)
class IndexSum(Extension):
    """Σᵢ x: the sum over every value of the index."""

    index: str
    dimension: Dimension
    x: Expression

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[0]

    def transposed(self) -> Expression:
        return IndexSum(self.index, self.dimension, transposed(self.x))


@record(slots=True)
class Named(Extension):
    """A quantity under a name of its own, such as the augmented W̃ = [W b]: two blocks side by side along the axis."""

    unicode: str
    ascii: str
    latex: str
    left: Expression
    right: Expression
    axis: int

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        rows, columns = matrix_shape(shapes[0])
        return (f"{rows}+1", columns) if self.axis == 0 else (rows, f"{columns}+1")

    def transposed(self) -> Expression:
        return Transpose(self)


@record(slots=True)
class Commutation(_Opaque):
    """K with K vec(X) = vec(Xᵀ) for X of shape rows × columns: a permutation of the stacked entries."""

    rows: Dimension
    columns: Dimension

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        both = joint(self.rows, self.columns)
        return (both, both)

    def transposed(self) -> Expression:
        return Commutation(self.columns, self.rows)


@record(slots=True)
class Selection(_Opaque):
    """P with P vec(x) = vec(x rearranged): zeros and ones; `back` is its transpose.

    `number` tells it from other rearrangements that are written beside it.
    """

    plan: Plan
    back: bool
    number: str = ""

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        after, before = joint(*matrix_shape(self.plan.after)), joint(*matrix_shape(self.plan.before))
        return (before, after) if self.back else (after, before)

    def transposed(self) -> Expression:
        return Selection(self.plan, not self.back, self.number)


@record(slots=True)
class Placed(_Scalar):
    """1 where the plan moves the entry `source` to the place `target`, else 0: a delta between pairs of indices.

    `number` tells it from other rearrangements that are written beside it.
    """

    plan: Plan
    back: bool
    target: Indices
    source: Indices
    number: str = ""

    @property
    def letters(self) -> tuple[str, ...]:
        """All indices, those of the target first."""
        return tuple(index for index in (*self.target, *self.source) if index is not None)

    def renamed(self, index: str, other: str) -> Placed:
        """The same with another letter for an index."""
        row, column, first, second = (other if each == index else each for each in (*self.target, *self.source))
        return Placed(self.plan, self.back, (row, column), (first, second), self.number)


def vec(x: Expression) -> Expression:
    """The columns of x stacked: a number or column is its own stack, a row lies and is turned."""
    if not shape_of(x):
        return x
    rows, columns = rows_and_columns(x)
    if columns == "1":
        return x
    return transposed(x) if rows == "1" else Vec(x)


def _length(shape: Shape) -> Dimension:
    """The dimension of a vector, however it lies; a scalar counts as one entry."""
    if shape == ():
        return "1"
    rows, columns = matrix_shape(shape)
    if "1" not in shape:
        raise ShapeError(f"a Jacobian is taken of vectors; {shape_text(shape)} has to be stacked with vec first")
    return rows if columns == "1" else columns


def joint(left: Dimension, right: Dimension) -> Dimension:
    """The name of a product of two dimensions."""
    parts = sorted(part for name in (left, right) for part in name.split("·") if part != "1")
    return "·".join(parts) or "1"
