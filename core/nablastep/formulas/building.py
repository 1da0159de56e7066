"""What was typed → an expression over one network's quantities, with repetition put in where NumPy would broadcast.

Shapes are compared by their sizes, so that a formula that fits a square network by chance is let through and judged by
its value; the names of the dimensions are for the messages.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import CO_VARARGS
from math import prod

from nablastep.errors import ShapeError
from nablastep.exact import exact
from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    ONE,
    ROWS,
    Add,
    Apply,
    Cases,
    Determinant,
    Diagonals,
    Divide,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Power,
    Ratio,
    Rearrange,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
)
from nablastep.formulas import rearranging
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.scope import (
    OPEN,
    Built,
    Scope,
    dimensions_in,
    joint_name,
    named_size,
    nearest,
    number_of,
    one_over,
    pair,
    repeated_along,
    shape_in_sizes,
    symbols_in,
    with_renamed,
)
from nablastep.formulas.syntax import (
    Blocks,
    Called,
    Named,
    Negated,
    Number,
    Operation,
    Sliced,
    Summed,
    Transposed,
    Typed,
)
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.elementary import ABS, SQRT, SQUARE
from nablastep.functions.named import FUNCTIONS
from nablastep.notation.settings import setting_named
from nablastep.shapes import usual_axis
from nablastep.structures import Diagonal, Kronecker

LARGEST_ENTRIES = 1_000_000
"""No intermediate result of a formula may have more entries."""


def build(node: Typed, scope: Scope, target: Symbol | None = None) -> Built:
    """The expression that was typed. Raises FormulaError for names and ShapeError for shapes, with the column."""
    builder = _Builder(scope)
    found = builder.built(node)
    if target is not None:
        found = builder.closed(found, target.shape)
    if any(dimension.startswith(OPEN) for dimension in dimensions_in(found.expression)):
        raise ShapeError("the length of a repetition in this formula is not clear", column=node.place + 1)
    return found


class _Builder:
    """Builds expressions in one scope, node by node."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.repetitions = 0

    def built(self, node: Typed) -> Built:
        found = self.made(node)
        entries = prod(self.size(dimension) for dimension in found.shape if not dimension.startswith(OPEN))
        if entries > LARGEST_ENTRIES:
            raise FormulaError(
                f"an intermediate result is {self.text(found.shape)}; {LARGEST_ENTRIES:,} entries are the most",
                column=node.place + 1,
            )
        return found

    def made(self, node: Typed) -> Built:
        match node:
            case Named():
                return self.named(node)
            case Number():
                return number_of(node)
            case Negated():
                inner = self.built(node.x)
                return Built(Scale(MINUS_ONE, inner.expression), inner.shape)
            case Transposed():
                return self.transposed(self.built(node.x))
            case Summed():
                return self.summed(node)
            case Called():
                return self.called(node)
            case Operation():
                return self.operation(node)
            case Sliced():
                return rearranging.sliced(self, node)
            case Blocks():
                return rearranging.blocks(self, node)
        raise FormulaError("cannot read this part of the formula", column=node.place + 1)

    # names

    def named(self, node: Named) -> Built:
        name = node.name
        symbol = self.scope.symbols.get(name)
        if symbol is not None:
            return Built(symbol, symbol.shape)
        setting = setting_named(name, self.scope.symbols)
        if setting is not None:
            return Built(Symbol(setting, None, (), setting=True), ())
        if name in self.scope.sizes:
            return Built(Factor(1, times=(name,)), ())
        known = tuple(self.scope.symbols)
        raise FormulaError(
            f"there is no '{node.name}' in this network{nearest(node.name, self.scope.symbols)}",
            column=node.place + 1,
            hint=f"the quantities are {' '.join(known)}",
        )

    # shapes

    def size(self, dimension: str) -> int:
        return prod(int(part) if part.isdigit() else self.scope.sizes[part] for part in dimension.split("·"))

    def same(self, left: str, right: str) -> bool:
        if left.startswith(OPEN) or right.startswith(OPEN):
            return True
        if self.scope.dimensions is not None:
            return self.scope.dimensions.same(left, right)
        return self.size(left) == self.size(right)

    def text(self, shape: tuple[str, ...]) -> str:
        names = [self.described(dimension) for dimension in shape]
        return "×".join(map(str, names)) if all(names) and names else shape_in_sizes(shape, self.scope.sizes)

    def described(self, dimension: str) -> str | None:
        return None if self.scope.dimensions is None else self.scope.dimensions.described(dimension)

    def size_text(self, dimension: str) -> str:
        return self.described(dimension) or named_size(dimension, self.scope.sizes)

    def transposed(self, inner: Built) -> Built:
        if inner.ones:
            return Built(inner.expression, (), True, not inner.ones_transposed)
        if inner.shape == ():
            return inner
        return Built(Transpose(inner.expression), inner.shape[::-1])

    def closed(self, built: Built, shape: tuple[str, ...]) -> Built:
        """With repetitions of open length as long as the shape that stands beside them, axis by axis."""
        for axis in range(min(len(built.shape), len(shape))):
            if built.shape[axis].startswith(OPEN) and built.shape[axis] != shape[axis]:
                built = with_renamed(built, built.shape[axis], shape[axis])
        return built

    def opened(self, inner: Built, axis: int) -> Built:
        """A vector copied along the axis as often as its neighbour will need."""
        self.repetitions += 1
        return repeated_along(inner, axis, f"{OPEN}{self.repetitions}")

    def summed(self, node: Summed) -> Built:
        inner = self.built(node.x)
        if inner.shape == ():
            return inner
        if node.axis is None:
            return Built(Sum(inner.expression), ())
        return self.along(inner, COLUMNS if node.axis == 1 else ROWS)

    def along(self, inner: Built, axis: int) -> Built:
        rows, columns = inner.shape
        return Built(Total(inner.expression, axis), (rows, "1") if axis == COLUMNS else ("1", columns))

    # functions

    def called(self, node: Called) -> Built:
        own = self.scope.functions.get(node.name)
        special = None if own is not None else _CALLS.get(node.name)
        arguments = [self.built(argument) for argument in node.arguments]
        if special is not None:
            return special(self, node, *self.counted(node, arguments, special))
        self.count(node, 1)
        inner = arguments[0]
        function = own or (self.layer_function(node, inner) if node.name == "f" else FUNCTIONS[node.name])
        if function is None:
            return self.whole(node, inner)
        if node.prime and function.derivative is None:
            raise FormulaError(f"the derivative of {node.name} is not known here", column=node.place + 1)
        return Built(Apply(function, inner.expression, node.prime), inner.shape)

    def counted(self, node: Called, arguments: list[Built], call: Callable[..., Built]) -> list[Built]:
        """The arguments, as many as the call takes."""
        code = call.__code__
        if not code.co_flags & CO_VARARGS:
            self.count(node, code.co_argcount - 2)
        return arguments

    def ratio(self, node: Called, left: Built, right: Built) -> Built:
        left, right = self.together(left, right, node, node.name)
        return Built(Ratio(left.expression, right.expression), left.shape)

    def times_log(self, node: Called, left: Built, right: Built) -> Built:
        left, right = self.together(left, right, node, node.name)
        return Built(TimesLog(left.expression, right.expression), left.shape)

    def inverse(self, node: Called, inner: Built) -> Built:
        if inner.shape == ():
            return Built(Divide(ONE, inner.expression), ())
        if self.scope.inverts:
            return self.of_square(node, inner, Inverse(inner.expression), inner.shape)
        # Never right as an answer; a transpose has its shape, and the judge names the slip.
        return self.transposed(inner)

    def determinant(self, node: Called, inner: Built) -> Built:
        return self.of_square(node, inner, Determinant(inner.expression, node.name == "logdet"), ())

    def trace(self, node: Called, inner: Built) -> Built:
        return self.of_square(node, inner, Sum(self.diagonal_of(inner).expression), ()) if inner.shape else inner

    def diagonal_of(self, inner: Built) -> Built:
        shape = (inner.shape[0], "1")
        return Built(Rearrange(inner.expression, Diagonals(pair(inner.shape), shape)), shape)

    def of_square(self, node: Called, inner: Built, expression: Expression, shape: tuple[str, ...]) -> Built:
        if len(inner.shape) != 2 or not self.same(*inner.shape):
            found = self.text(inner.shape)
            entries = "entry by entry it is written 1 / x or x^(-1)" if node.name == "inv" else None
            raise ShapeError(f"{node.name} needs a square matrix, found {found}", column=node.place + 1, hint=entries)
        return Built(expression, shape)

    def fresh(self, size: int) -> str:
        """A dimension of that size; a plain number where sizes are compared only."""
        return str(size) if self.scope.dimensions is None else self.scope.dimensions.fresh(size)

    def joined(self, left: str, right: str) -> str:
        """The dimension of two blocks together."""
        if self.scope.dimensions is None:
            return str(self.size(left) + self.size(right))
        return self.scope.dimensions.joined(left, right)

    def mean(self, node: Called, inner: Built) -> Built:
        """The mean of all entries, or of those along an axis."""
        if inner.shape == ():
            return inner
        summed = Summed(node.place, node.arguments[0], node.axis)
        found = self.summed(summed)
        along = inner.shape if node.axis is None else (inner.shape[ROWS if node.axis == 0 else COLUMNS],)
        return Built(Scale(one_over(along), found.expression), found.shape)

    def sized(self, node: Called, inner: Built) -> Built:
        """n(X), rows(X), columns(X): how many there are."""
        shape = inner.shape or ("1", "1")
        counted = {"rows": shape[:1], "columns": shape[1:]}.get(node.name, shape)
        return Built(Factor(1, times=one_over(counted).dimensions), ())

    def norm(self, node: Called, inner: Built) -> Built:
        if node.name == "norm1":
            absolute = Apply(ABS, inner.expression)
            return Built(Sum(absolute) if inner.shape else absolute, ())
        square = Apply(SQUARE, inner.expression)
        return Built(Apply(SQRT, Sum(square) if inner.shape else square), ())

    def maximum(self, node: Called, left: Built, right: Built) -> Built:
        left, right = self.together(left, right, node, "max")
        difference = Subtract(left.expression, right.expression)
        return Built(Cases(difference, left.expression, right.expression), left.shape)

    def chosen(self, node: Called, condition: Built, positive: Built, otherwise: Built) -> Built:
        """where(c > 0, a, b)."""
        positive, otherwise = self.together(positive, otherwise, node, "where")
        condition, positive = self.together(condition, positive, node, "where")
        positive, otherwise = self.together(positive, otherwise, node, "where")
        return Built(Cases(condition.expression, positive.expression, otherwise.expression), condition.shape)

    def count(self, node: Called, wanted: int) -> None:
        if len(node.arguments) != wanted:
            raise FormulaError(
                f"{node.name} takes {wanted} argument{'s' * (wanted != 1)}, found {len(node.arguments)}",
                column=node.place + 1,
            )

    def repeated(self, node: Called, inner: Built, *_: Built) -> Built:
        axis = COLUMNS if node.axis in (None, 1) else ROWS
        if len(inner.shape) != 2 or not self.same(inner.shape[axis], "1"):
            raise ShapeError(f"only a vector can be repeated, found {self.text(inner.shape)}", column=node.place + 1)
        return self.opened(self.closed(inner, ("1", "1")), axis)

    def diagonal(self, node: Called, inner: Built) -> Built:
        """A vector on the diagonal of a matrix, or a number all along it, or the diagonal of a square matrix."""
        if inner.shape == ():
            self.repetitions += 1
            shape = (f"{OPEN}{self.repetitions}", "1")
            return self.on_diagonal(Fill(inner.expression, shape), shape[0])
        if len(inner.shape) == 2 and 1 not in map(self.known_size, inner.shape) and self.same(*inner.shape):
            return self.diagonal_of(inner)
        if len(inner.shape) != 2 or not any(self.same(dimension, "1") for dimension in inner.shape):
            raise ShapeError(f"diag needs a vector, found {self.text(inner.shape)}", column=node.place + 1)
        inner = self.closed(inner, ("1", "1"))
        if self.size(inner.shape[1]) == 1:
            return self.on_diagonal(inner.expression, inner.shape[0])
        if self.scope.dimensions is not None:
            return self.on_diagonal(Transpose(inner.expression), inner.shape[1])
        return self.on_diagonal(inner.expression, inner.shape[1])

    def on_diagonal(self, vector: Expression, long: str) -> Built:
        if self.scope.dimensions is None:
            return Built(Diagonal(vector), (long, long))
        return Built(Rearrange(vector, Diagonals((long, long), (long, "1")), True), (long, long))

    def known_size(self, dimension: str) -> int | None:
        return None if dimension.startswith(OPEN) else self.size(dimension)

    def whole(self, node: Called, inner: Built) -> Built:
        """softmax and lse, which take a whole sample at once."""
        if node.prime:
            raise FormulaError(
                "softmax has no derivative entry by entry: every output depends on every input",
                column=node.place + 1,
                hint="write its effect with ⊙ and a sum, or with diag(a) - a @ a.T for one sample",
            )
        if len(inner.shape) != 2:
            raise ShapeError(f"{node.name} needs a vector or matrix, found a number", column=node.place + 1)
        axis = self.usual_axis(inner.shape) if node.axis is None else (COLUMNS if node.axis == 1 else ROWS)
        if node.name in {"softmax", "f"}:
            return Built(Softmax(inner.expression, axis), inner.shape)
        rows, columns = inner.shape
        return Built(LogSumExp(inner.expression, axis), (rows, "1") if axis == COLUMNS else ("1", columns))

    def usual_axis(self, shape: tuple[str, ...]) -> int:
        """Down the columns in files; in answers as notations leave it out."""
        if self.scope.dimensions is not None and self.scope.printed:
            shape = tuple(self.scope.dimensions.named(dimension) for dimension in shape)
        elif self.scope.dimensions is not None or any(dimension.startswith(OPEN) for dimension in shape):
            return self.scope.sample_axis
        return usual_axis(pair(shape))

    def layer_function(self, node: Called, inner: Built) -> Function | None:
        """f is the function that the quantity inside goes through or comes from."""
        known = [
            self.scope.activations[symbol.id]
            for symbol in symbols_in(inner.expression)
            if symbol.id in self.scope.activations
        ]
        if not known:
            raise FormulaError(
                f"which layer's f is meant? Write f{'′' * node.prime}(z2), or the activation's name",
                column=node.place + 1,
            )
        return ACTIVATIONS[known[0]]

    # operators

    def operation(self, node: Operation) -> Built:
        left, right = self.built(node.left), self.built(node.right)
        operator = node.operator
        if operator in "+-":
            kind: Callable[[Expression, Expression], Expression] = Add if operator == "+" else Subtract
            left, right = self.together(left, right, node, "a sum" if operator == "+" else "a difference")
            return Built(kind(left.expression, right.expression), left.shape)
        if operator == "^":
            return self.power(node, left, right)
        if operator == "⊗":
            return self.kronecker(node, left, right)
        if operator in "⊘/":
            return self.quotient(node, left, right)
        if operator in " @·×":
            return self.product(node, left, right)
        return self.entry_wise(node, left, right)

    def kronecker(self, node: Operation, left: Built, right: Built) -> Built:
        if left.shape == () or right.shape == ():
            return self.scaled(left, right)
        left, right = self.closed(left, ("1", "1")), self.closed(right, ("1", "1"))
        if self.scope.dimensions is None and left.shape[1:] == right.shape[1:] == ("1",):
            # Of two columns many write ⊗ for the outer product; the Kronecker product has no use in an answer.
            return Built(MatMul(left.expression, Transpose(right.expression)), (left.shape[0], right.shape[0]))
        rows, columns = (joint_name(*pair) for pair in zip(left.shape, right.shape, strict=True))
        return Built(Kronecker(left.expression, right.expression), (rows, columns))

    def power(self, node: Operation, left: Built, right: Built) -> Built:
        if right.shape != ():
            raise FormulaError("an exponent has to be a number", column=node.place + 1)
        if right.expression == Factor(2):
            if isinstance(left.expression, Apply) and left.expression.function is SQRT and not left.expression.prime:
                return Built(left.expression.x, left.shape)  # ‖x‖² has a slope at 0 too
            return Built(Apply(SQUARE, left.expression), left.shape)
        return Built(Power(left.expression, right.expression), left.shape)

    def number_beside(self, built: Built, other: Built) -> Built:
        """A 1×1 matrix beside a larger one as the number it is."""
        if built.shape == ("1", "1") and other.shape != built.shape and other.shape:
            return Built(Sum(built.expression), ())
        return built

    def quotient(self, node: Operation, left: Built, right: Built) -> Built:
        right = self.number_beside(right, left)
        if right.shape == ():
            if isinstance(right.expression, Factor) and right.expression.numerator == 0:
                raise FormulaError("this divides by zero", column=node.place + 1)
            above, below = exact(left.expression), exact(right.expression)
            if above is not None and below is not None and below.fraction:
                return Built(above.times(below, -1).written, ())
            return Built(Divide(left.expression, right.expression), left.shape)
        left, right = self.together(left, right, node, "a quotient")
        # An answer may leave out what is 0 times infinity; an author's quotient is NumPy's.
        kind = Ratio if self.scope.dimensions is None else Divide
        return Built(kind(left.expression, right.expression), left.shape)

    def entry_wise(self, node: Operation, left: Built, right: Built) -> Built:
        left, right = self.number_beside(left, right), self.number_beside(right, left)
        if left.shape == () or right.shape == ():
            return self.scaled(left, right)
        left, right = self.together(left, right, node, "the entry by entry product")
        return Built(Hadamard(left.expression, right.expression), left.shape)

    def scaled(self, left: Built, right: Built) -> Built:
        scalar, x = (left, right) if left.shape == () else (right, left)
        return Built(Scale(scalar.expression, x.expression), x.shape)

    def product(self, node: Operation, left: Built, right: Built) -> Built:
        if left.ones or right.ones:
            found = self.with_ones(left, right)
            if found is not None:
                return found
        if left.shape == () or right.shape == ():
            return self.scaled(left, right)
        inner, other = left.shape[1], right.shape[0]
        if not self.same(inner, other):
            number, x = self.number_beside(left, right), self.number_beside(right, left)
            if () in (number.shape, x.shape):
                return self.scaled(number, x)
            raise ShapeError(
                f"the product {self.text(left.shape)} times {self.text(right.shape)} does not fit: "
                f"{self.size_text(inner)} meets {self.size_text(other)}",
                column=node.place + 1,
                hint="two inner dimensions have to be the same one",
            )
        left = self.closed(left, (left.shape[0], other))
        right = self.closed(right, (left.shape[1], right.shape[1]))
        return Built(MatMul(left.expression, right.expression), (left.shape[0], right.shape[1]))

    def with_ones(self, left: Built, right: Built) -> Built | None:
        """x 1 and 1ᵀ x are sums, x 1ᵀ and 1 x repetitions; a 1 before anything else is the number."""
        if right.ones and len(left.shape) == 2:
            if not right.ones_transposed:
                return self.along(left, COLUMNS)
            if not left.shape[1].startswith(OPEN) and self.size(left.shape[1]) == 1:
                return self.opened(left, COLUMNS)
        if left.ones and len(right.shape) == 2:
            if left.ones_transposed:
                return self.along(right, ROWS)
            if not right.shape[0].startswith(OPEN) and self.size(right.shape[0]) == 1:
                return self.opened(right, ROWS)
        return None

    def together(self, left: Built, right: Built, node: Typed, what: str) -> tuple[Built, Built]:
        """Two operands of one shape: numbers fill, vectors repeat, as NumPy broadcasts."""
        if left.shape == () and right.shape == ():
            return left, right
        if left.shape == ():
            return Built(Fill(left.expression, right.shape), right.shape), right  # type: ignore[arg-type]
        if right.shape == ():
            return left, Built(Fill(right.expression, left.shape), left.shape)  # type: ignore[arg-type]
        left = self.closed(left, right.shape)
        right = self.closed(right, left.shape)
        for axis in (ROWS, COLUMNS):
            mine, other = left.shape[axis], right.shape[axis]
            if self.same(mine, other):
                continue
            if self.size(mine) == 1 and self.same(mine, "1"):
                left = repeated_along(left, axis, other)
            elif self.size(other) == 1 and self.same(other, "1"):
                right = repeated_along(right, axis, mine)
            else:
                raise ShapeError(
                    f"{what} of {self.text(left.shape)} and {self.text(right.shape)} does not fit: "
                    f"{self.size_text(mine)} stands beside {self.size_text(other)}",
                    column=node.place + 1,
                    hint="entry by entry both need the same shape",
                )
        return left, right


_CALLS: dict[str, Callable[..., Built]] = {
    "ratio": _Builder.ratio,
    "times_log": _Builder.times_log,
    "repeat": _Builder.repeated,
    "inv": _Builder.inverse,
    "pinv": _Builder.inverse,
    "diag": _Builder.diagonal,
    "diagflat": _Builder.diagonal,
    "softmax": _Builder.whole,
    "lse": _Builder.whole,
    "log_sum_exp": _Builder.whole,
    "logsumexp": _Builder.whole,
    "mean": _Builder.mean,
    "n": _Builder.sized,
    "rows": _Builder.sized,
    "columns": _Builder.sized,
    "norm": _Builder.norm,
    "norm1": _Builder.norm,
    "max": _Builder.maximum,
    "maximum": _Builder.maximum,
    "where": _Builder.chosen,
    "det": _Builder.determinant,
    "logdet": _Builder.determinant,
    "tr": _Builder.trace,
    "trace": _Builder.trace,
    "reshape": rearranging.reshaped,
    "patches": rearranging.patches,
    "patches_back": rearranging.patches,
    "placed": rearranging.placed,
}
