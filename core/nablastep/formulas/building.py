"""What was typed → an expression over one network's quantities, with repetition put in where NumPy would broadcast.

Shapes are compared by their sizes, so that a formula that fits a square network by chance is let through and judged by
its value; the names of the dimensions are for the messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from inspect import CO_VARARGS
from math import isfinite, prod

from nablastep.errors import ShapeError
from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    ONE,
    ROWS,
    Add,
    Apply,
    Cases,
    Divide,
    Expression,
    Factor,
    Fill,
    Function,
    Hadamard,
    LogSumExp,
    MatMul,
    Power,
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
    walk,
)
from nablastep.expressions import Number as Constant
from nablastep.field_checks import did_you_mean
from nablastep.formulas.dimensions import UNNAMED, Dimensions
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.syntax import Called, Named, Negated, Number, Operation, Summed, Transposed, Typed
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.elementary import (
    ABS,
    CLIP,
    COS,
    COSH,
    EXP,
    EXPM1,
    HUBER,
    LOG,
    NORMAL_CDF,
    SIN,
    SINH,
    SQRT,
    SQUARE,
)
from nablastep.structures import Diagonal, Kronecker

OPEN = "?"
"""What a dimension begins with that belongs to a vector of ones whose length only its neighbour tells: ?1, ?2, …"""

LARGEST_ENTRIES = 1_000_000
"""No intermediate result of a formula may have more entries."""

FUNCTIONS: dict[str, Function] = {
    **{name: function for name, function in ACTIVATIONS.items() if function is not None},
    "leaky": ACTIVATIONS["leaky_relu"],  # type: ignore[dict-item]
    **{function.name: function for function in (ABS, CLIP, COS, COSH, EXP, EXPM1, HUBER, NORMAL_CDF)},
    **{function.name: function for function in (SIN, SINH, SQRT, SQUARE)},
    "ln": LOG,
    "log": LOG,
}


@dataclass(frozen=True)
class Scope:
    """The quantities a formula may name: symbols by id in the shown convention, and the sizes of dimensions.

    `activations` names the function that each quantity goes through or comes from: what f means beside it.
    `sample_axis` is the axis along which one sample's entries lie: ROWS in the column conventions. `functions` are the
    author's own. With `dimensions` what has to be equal is unified, else sizes are compared.
    """

    symbols: Mapping[str, Symbol]
    sizes: Mapping[str, int]
    activations: Mapping[str, str]
    sample_axis: int
    functions: Mapping[str, Function] = field(default_factory=dict)
    dimensions: Dimensions | None = None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every spelling of a quantity's name → its id: the id, and the single letter in the other case."""
        other_case = {
            replace(symbol, base=symbol.base.swapcase()).id: symbol.id
            for symbol in self.symbols.values()
            if len(symbol.base) == 1 and symbol.base.islower()
        }
        return {**other_case, **{name: name for name in self.symbols}, **self.aliases}

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """x is what a network of layers calls a0."""
        return {"x": "a0", "X": "a0"} if "a0" in self.symbols and "x" not in self.symbols else {}


@dataclass(frozen=True)
class Built:
    """An expression with its shape in names; `ones` marks a 1 that may be a number or a vector."""

    expression: Expression
    shape: tuple[str, ...]
    ones: bool = False
    ones_transposed: bool = False


def build(node: Typed, scope: Scope, target: Symbol | None = None) -> Built:
    """The expression that was typed. Raises FormulaError for names and ShapeError for shapes, with the column."""
    builder = _Builder(scope)
    found = builder.built(node)
    if target is not None:
        found = builder.closed(found, target.shape)
    if any(dimension.startswith(OPEN) for dimension in _dimensions(found.expression)):
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
                return _number(node)
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
        raise FormulaError("cannot read this part of the formula", column=node.place + 1)

    # names

    def named(self, node: Named) -> Built:
        name = node.name
        symbol = self.scope.symbols.get(name)
        if symbol is not None:
            return Built(symbol, symbol.shape)
        if name in _SETTINGS:
            return Built(Symbol(name, None, (), setting=True), ())
        if name in self.scope.sizes:
            return Built(Divide(ONE, Factor(1, 1, (name,))), ())
        known = tuple(self.scope.symbols)
        raise FormulaError(
            f"there is no '{node.name}' in this network{did_you_mean(node.name, known)}",
            column=node.place + 1,
            hint=f"the quantities are {' '.join(known)}",
        )

    # shapes

    def size(self, dimension: str) -> int:
        return prod(1 if part == "1" else self.scope.sizes[part] for part in dimension.split("·"))

    def same(self, left: str, right: str) -> bool:
        if left.startswith(OPEN) or right.startswith(OPEN):
            return True
        if self.scope.dimensions is not None:
            return self.scope.dimensions.same(left, right)
        return self.size(left) == self.size(right)

    def text(self, shape: tuple[str, ...]) -> str:
        return shape_in_sizes(shape, self.scope.sizes)

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
                built = _renamed(built, built.shape[axis], shape[axis])
        return built

    def opened(self, inner: Built, axis: int) -> Built:
        """A vector copied along the axis as often as its neighbour will need."""
        self.repetitions += 1
        return _repeated(inner, axis, f"{OPEN}{self.repetitions}")

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
        # Never right as an answer; a transpose has its shape, and the judge names the slip.
        return self.transposed(inner)

    def mean(self, node: Called, inner: Built) -> Built:
        """The mean of all entries, or of those along an axis."""
        if inner.shape == ():
            return inner
        summed = Summed(node.place, node.arguments[0], node.axis)
        found = self.summed(summed)
        along = inner.shape if node.axis is None else (inner.shape[ROWS if node.axis == 0 else COLUMNS],)
        return Built(Scale(_one_over(along), found.expression), found.shape)

    def sized(self, node: Called, inner: Built) -> Built:
        """n(X), rows(X), columns(X): how many there are."""
        shape = inner.shape or ("1", "1")
        counted = {"rows": shape[:1], "columns": shape[1:]}.get(node.name, shape)
        return Built(Divide(ONE, _one_over(counted)), ())

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
        if len(inner.shape) != 2 or not any(self.same(dimension, "1") for dimension in inner.shape):
            raise ShapeError(f"diag needs a vector, found {self.text(inner.shape)}", column=node.place + 1)
        inner = self.closed(inner, ("1", "1"))
        long = inner.shape[0] if self.size(inner.shape[1]) == 1 else inner.shape[1]
        return Built(Diagonal(inner.expression), (long, long))

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
        axis = self.scope.sample_axis if node.axis is None else (COLUMNS if node.axis == 1 else ROWS)
        if node.name in {"softmax", "f"}:
            return Built(Softmax(inner.expression, axis), inner.shape)
        rows, columns = inner.shape
        return Built(LogSumExp(inner.expression, axis), (rows, "1") if axis == COLUMNS else ("1", columns))

    def layer_function(self, node: Called, inner: Built) -> Function | None:
        """f is the function that the quantity inside goes through or comes from."""
        known = [
            self.scope.activations[symbol.id]
            for symbol in _symbols(inner.expression)
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
        rows, columns = (_joint(*pair) for pair in zip(left.shape, right.shape, strict=True))
        return Built(Kronecker(left.expression, right.expression), (rows, columns))

    def power(self, node: Operation, left: Built, right: Built) -> Built:
        if right.shape != ():
            raise FormulaError("an exponent has to be a number", column=node.place + 1)
        if right.expression == Factor(2):
            if isinstance(left.expression, Apply) and left.expression.function is SQRT and not left.expression.prime:
                return Built(left.expression.x, left.shape)  # ‖x‖² has a slope at 0 too
            return Built(Apply(SQUARE, left.expression), left.shape)
        return Built(Power(left.expression, right.expression), left.shape)

    def quotient(self, node: Operation, left: Built, right: Built) -> Built:
        if right.shape == ():
            if isinstance(right.expression, Factor) and right.expression.numerator == 0:
                raise FormulaError("this divides by zero", column=node.place + 1)
            if left.shape == () and isinstance(left.expression, Factor) and isinstance(right.expression, Factor):
                below = Fraction(left.expression.numerator, left.expression.denominator) / Fraction(
                    right.expression.numerator, right.expression.denominator
                )
                return Built(Factor(below.numerator, below.denominator), ())
            return Built(Divide(left.expression, right.expression), left.shape)
        left, right = self.together(left, right, node, "a quotient")
        # An answer may leave out what is 0 times infinity; an author's quotient is NumPy's.
        kind = Ratio if self.scope.dimensions is None else Divide
        return Built(kind(left.expression, right.expression), left.shape)

    def entry_wise(self, node: Operation, left: Built, right: Built) -> Built:
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
            raise ShapeError(
                f"the product {self.text(left.shape)} times {self.text(right.shape)} does not fit: "
                f"{named_size(inner, self.scope.sizes)} meets {named_size(other, self.scope.sizes)}",
                column=node.place + 1,
                hint="two inner dimensions have to be the same one",
            )
        left, right = self.closed(left, (left.shape[0], other)), self.closed(right, (inner, right.shape[1]))
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
        left, right = self.closed(left, right.shape), self.closed(right, left.shape)
        for axis in (ROWS, COLUMNS):
            mine, other = left.shape[axis], right.shape[axis]
            if self.same(mine, other):
                continue
            if self.size(mine) == 1 and self.same(mine, "1"):
                left = _repeated(left, axis, other)
            elif self.size(other) == 1 and self.same(other, "1"):
                right = _repeated(right, axis, mine)
            else:
                raise ShapeError(
                    f"{what} of {self.text(left.shape)} and {self.text(right.shape)} does not fit: "
                    f"{named_size(mine, self.scope.sizes)} stands beside {named_size(other, self.scope.sizes)}",
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
}

_SETTINGS = ("learning_rate", "momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay", "t")


def named_size(dimension: str, sizes: Mapping[str, int]) -> str:
    """`n1 = 3`; the number of samples, which differs from batch to batch, is `m`."""
    if dimension.startswith(UNNAMED):
        return str(sizes[dimension])
    return dimension if dimension not in sizes or dimension == "m" else f"{dimension} = {sizes[dimension]}"


def shape_in_sizes(shape: tuple[str, ...], sizes: Mapping[str, int]) -> str:
    """`n2×n1 (4×2)`; `n2×m (4×m)`; a scalar is `a number`."""
    if shape == ():
        return "a number"
    names = "×".join("?" if dimension.startswith(OPEN) else dimension for dimension in shape)
    numbers = "×".join(_in_sizes(dimension, sizes) for dimension in shape)
    return numbers if names == numbers or UNNAMED in names else f"{names} ({numbers})"


def _in_sizes(dimension: str, sizes: Mapping[str, int]) -> str:
    if dimension.startswith(OPEN):
        return "?"
    parts = dimension.split("·")
    if "m" in parts:
        others = prod(1 if part in {"1", "m"} else sizes[part] for part in parts)
        return "m" if others == 1 else f"{others}m"
    return str(prod(1 if part == "1" else sizes[part] for part in parts))


def _joint(left: str, right: str) -> str:
    """The name of a product of two dimensions."""
    return "·".join(part for part in (*left.split("·"), *right.split("·")) if part != "1") or "1"


def _renamed(built: Built, old: str, new: str) -> Built:
    """The same with another name for one dimension, wherever it stands."""

    def renamed(expression: Expression) -> Expression:
        expression = expression.with_operands(tuple(renamed(operand) for operand in expression.operands))
        if isinstance(expression, Repeat) and expression.dimension == old:
            return Repeat(expression.x, expression.axis, new)
        if isinstance(expression, Fill) and old in expression.shape:
            rows, columns = (new if dimension == old else dimension for dimension in expression.shape)
            return Fill(expression.scalar, (rows, columns))
        return expression

    shape = tuple(new if dimension == old else dimension for dimension in built.shape)
    return replace(built, expression=renamed(built.expression), shape=shape)


def _dimensions(expression: Expression) -> Iterator[str]:
    """The dimensions that repetitions and constants are as long as."""
    for node in walk(expression):
        if isinstance(node, Repeat):
            yield node.dimension
        elif isinstance(node, Fill):
            yield from node.shape


def _repeated(built: Built, axis: int, dimension: str) -> Built:
    shape = (built.shape[0], dimension) if axis == COLUMNS else (dimension, built.shape[1])
    return Built(Repeat(built.expression, axis, dimension), shape)


def _one_over(dimensions: tuple[str, ...]) -> Factor:
    parts = (part for dimension in dimensions for part in dimension.split("·") if part != "1")
    return Factor(1, 1, tuple(sorted(parts)))


def _number(node: Number) -> Built:
    value = float(node.text)
    if not isfinite(value):
        raise FormulaError("this number is too large", column=node.place + 1)
    # The exact fraction of a number with a large exponent would have as many digits.
    if value == 0 or 1e-9 < value < 1e15:
        fraction = Fraction(node.text)
        if fraction.denominator <= 1000:
            return Built(Factor(fraction.numerator, fraction.denominator), (), ones=node.text == "1")
    return Built(Constant(value), ())


def _symbols(expression: Expression) -> list[Symbol]:
    found = [expression] if isinstance(expression, Symbol) else []
    for operand in expression.operands:
        found += _symbols(operand)
    return found
