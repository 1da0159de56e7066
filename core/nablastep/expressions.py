"""The expression tree: what an equation is, as data.

Nodes are small, immutable and hashable; they hold no values, no closures and no words for how they look.
Everything that can be done with an equation (its shape, its value, its NumPy code, its notations, its
adjoint) is an interpretation of this tree in a module of its own, keyed by the node's class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from nablastep.records import record

Dimension = str
"""The name of a dimension: `n0`, `n1`, … (units of a layer), `m` (samples of a batch) or `1`."""

Shape = tuple[()] | tuple[Dimension, Dimension]
"""`()` for a scalar, else (rows, columns)."""

ROWS, COLUMNS = 0, 1


class Expression:
    """A node of the tree, a dataclass. Its operands are those of its fields that are expressions, in reading order."""

    __slots__ = ("_hash", "_operands")

    __match_args__: ClassVar[tuple[str, ...]]
    """The names of the fields, which a dataclass sets."""

    _hash: int  # trees are looked up again and again
    _operands: tuple[Expression, ...]

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The sub-expressions, in reading order."""
        try:
            return self._operands  # every interpretation asks for them, many times
        except AttributeError:
            found = tuple([value for value in self._fields() if isinstance(value, Expression)])
            object.__setattr__(self, "_operands", found)
            return found

    def with_operands(self, operands: tuple[Expression, ...]) -> Expression:
        """The same node over other operands."""
        rest = iter(operands)
        return type(self)(*[next(rest) if isinstance(value, Expression) else value for value in self._fields()])

    def _fields(self) -> list[Any]:
        return [getattr(self, name) for name in self.__match_args__]


class Extension(Expression):
    """A node that a later module adds for its own use, such as those of derivations: it brings its own rules along."""

    __slots__ = ()

    def shape_rule(self, shapes: tuple[Shape, ...]) -> Shape:
        """The shape of the node, from those of its operands; raises ShapeError if they do not fit."""
        raise NotImplementedError

    def transposed(self) -> Expression:
        """The node transposed, with the transpose pushed down as far as it goes."""
        raise NotImplementedError


WEIGHTS, SAMPLES = "weights", "samples"
"""What a convention may store transposed: see `Symbol.flips_with`."""


@record(slots=True)
class Symbol(Expression):
    """A named quantity: `W⁽¹⁾` is base W, mark 1; `∇W⁽¹⁾` has the prefix `grad`, Adam's first moment `m`.

    `letter` is written instead of the base where they differ (Z for the z of many samples). `flips_with` says with
    what a convention stores the quantity transposed: WEIGHTS, SAMPLES, or never if it is empty. A `setting` is a
    number of the optimiser that equations mention, such as η or t, and no quantity of the network.
    """

    base: str
    mark: int | None
    shape: Shape
    prefix: str = ""
    letter: str = ""
    flips_with: str = ""
    setting: bool = False

    @property
    def id(self) -> str:
        """The name in files, code and commands: `W1`, `grad_W1`, `m_W1`, `learning_rate`."""
        name = self.base if self.mark is None else f"{self.base}{self.mark}"
        return f"{self.prefix}_{name}" if self.prefix else name

    @property
    def gradient(self) -> Symbol:
        """`∇` of this quantity: a quantity of the same shape."""
        return _prefixed(self, "grad")

    @property
    def bare(self) -> Symbol:
        """The quantity that the prefix is put on."""
        return _prefixed(self, "") if self.prefix else self


@lru_cache(maxsize=4096)
def _prefixed(symbol: Symbol, prefix: str) -> Symbol:
    """The symbol with that prefix: every reader of a program asks for it, many times."""
    return replace(symbol, prefix=prefix)


@record(slots=True)
class Factor(Expression):
    """An exact scalar: numerator · `times` / (denominator · `dimensions`), as in ½, 2/n₂, 1/(2m) or 3 n₁.

    `times` and `dimensions` stand for the sizes of dimensions.
    """

    numerator: int
    denominator: int = 1
    dimensions: tuple[Dimension, ...] = ()
    times: tuple[Dimension, ...] = ()


@record(slots=True)
class Number(Expression):
    """A scalar constant that is no simple fraction, such as the slope 0.01 of a leaky ReLU."""

    value: float


@record(slots=True)
class Fill(Expression):
    """A matrix whose every entry is the scalar; with the scalar 1 it is the `1` of `1 − y`."""

    scalar: Expression
    shape: Shape


@record(slots=True)
class Transpose(Expression):
    """xᵀ."""

    x: Expression


@record(slots=True)
class MatMul(Expression):
    """The matrix product."""

    left: Expression
    right: Expression


@record(slots=True)
class Hadamard(Expression):
    """The element-wise product ⊙ of equal shapes."""

    left: Expression
    right: Expression


@record(slots=True)
class Divide(Expression):
    """The element-wise quotient ⊘ of equal shapes, or a quotient by a scalar."""

    left: Expression
    right: Expression


@record(slots=True)
class Ratio(Expression):
    """The element-wise quotient ⊘ in which an entry with numerator 0 is 0, whatever it is divided by."""

    left: Expression
    right: Expression


@record(slots=True)
class TimesLog(Expression):
    """left ⊙ ln(right), in which an entry with left factor 0 is 0."""

    left: Expression
    right: Expression


@record(slots=True)
class Add(Expression):
    """The sum of equal shapes."""

    left: Expression
    right: Expression


@record(slots=True)
class Subtract(Expression):
    """The difference of equal shapes."""

    left: Expression
    right: Expression


@record(slots=True)
class Scale(Expression):
    """A scalar times a matrix or a scalar."""

    scalar: Expression
    x: Expression


@record(slots=True)
class Power(Expression):
    """Each entry to the power of a number, as in β₁ᵗ."""

    scalar: Expression
    exponent: Expression


@record(eq=False)
class Function:
    """An element-wise function of one argument, as data.

    Its value is `definition`, an expression of ARGUMENT, or where that cannot be, `primitive`, a NumPy function that
    needs nothing but `np` and `math`. `derivative` is an expression of ARGUMENT; `named_derivative` says that
    equations write f′(z) for it. At `kinks` (argument values) the derivative or its slope jumps, so that difference
    quotients may disagree there. `analytic` is false where the code cannot take complex numbers.
    """

    name: str
    unicode: str
    latex: str
    spoken: str
    definition: Expression | None = None
    primitive: Callable[..., Any] | None = None
    derivative: Expression | None = None
    named_derivative: bool = False
    kinks: tuple[float, ...] = ()
    analytic: bool = True
    style: str = "call"  # how it is written: "call" f(x), "postfix" x², "prefix" √x


@record(slots=True)
class Apply(Expression):
    """f(x), or with `prime` f′(x), entry by entry."""

    function: Function
    x: Expression
    prime: bool = False


@record(slots=True)
class Cases(Expression):
    """Entry by entry: `positive` where the condition is above 0, else `otherwise`."""

    condition: Expression
    positive: Expression
    otherwise: Expression


@record(slots=True)
class Softmax(Expression):
    """exp(x) over its sum along the axis: along ROWS each column (a sample) is one distribution."""

    x: Expression
    axis: int


@record(slots=True)
class LogSumExp(Expression):
    """ln Σ exp(x) along the axis, which shrinks to 1."""

    x: Expression
    axis: int


@record(slots=True)
class Repeat(Expression):
    """A vector copied along the axis to the given dimension: `x 1ᵀ` along COLUMNS, `1 x` along ROWS."""

    x: Expression
    axis: int
    dimension: Dimension


@record(slots=True)
class Total(Expression):
    """The sum along the axis, which shrinks to 1: `x 1` along COLUMNS, `1ᵀ x` along ROWS."""

    x: Expression
    axis: int


@record()
class Plan:
    """Which entries of a matrix go where: it had the shape `before`, and has the shape `after`."""

    before: Shape
    after: Shape


@record()
class Cut(Plan):
    """Rows (or columns, by the axis) from `start` to before `stop`, counted from 0.

    Both are numbers or names of dimensions; an empty stop is the end.
    """

    axis: int
    start: str
    stop: str


@record()
class Diagonals(Plan):
    """The diagonal of a square matrix as a column; back, a column on the diagonal of a matrix of zeros."""


@record()
class Fold(Plan):
    """The same entries, column by column, in another shape."""


@record()
class Windows(Plan):
    """The patches under a square kernel that slides over pictures.

    Each column is one picture: channel by channel, row by row. Each column of the result is one patch in the same
    order; patches go from left to right, then down, picture after picture.
    """

    height: int
    width: int
    kernel: int
    stride: int


@record(slots=True)
class Rearrange(Expression):
    """Entries moved as the plan says, which is linear; `back` is its transpose: each added to where it came from."""

    x: Expression
    plan: Plan
    back: bool = False


@record(slots=True)
class Block(Expression):
    """Two blocks in one matrix, one above the other along ROWS, side by side along COLUMNS, in `dimension` entries."""

    left: Expression
    right: Expression
    axis: int
    dimension: Dimension


@record(slots=True)
class Inverse(Expression):
    """x⁻¹ of a square matrix."""

    x: Expression


@record(slots=True)
class Determinant(Expression):
    """det x, or with `log` ln |det x|."""

    x: Expression
    log: bool = False


@record(slots=True)
class Sum(Expression):
    """The sum of all entries: a scalar."""

    x: Expression


@record(slots=True)
class Equation:
    """target = expression (or target ← expression, for an update)."""

    target: Symbol
    expression: Expression
    is_update: bool = False


ARGUMENT = Symbol("x", None, ("rows", "columns"))
"""The argument in the definition of a `Function`; it may stand for an array of any shape."""

ONE = Factor(1)
MINUS_ONE = Factor(-1)


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of the tree, parents first, in reading order."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.operands[::-1]


def symbols(expression: Expression) -> tuple[Symbol, ...]:
    """The symbols read, each once, in reading order."""
    return tuple(dict.fromkeys(node for node in walk(expression) if isinstance(node, Symbol)))


def matrix_symbols(expression: Expression) -> tuple[Symbol, ...]:
    """The symbols that are quantities of the network (not settings such as η), each once, in reading order."""
    return tuple(symbol for symbol in symbols(expression) if not symbol.setting)


def depends_on(expression: Expression, symbol: Expression) -> bool:
    """Whether the symbol (or another expression) occurs in the expression."""
    return any(node == symbol for node in walk(expression))


def substitute(expression: Expression, replacements: Mapping[Expression, Expression]) -> Expression:
    """The tree with whole sub-trees replaced, outermost matches first."""
    if expression in replacements:
        return replacements[expression]
    operands = expression.operands
    if not operands:
        return expression
    return expression.with_operands(tuple(substitute(operand, replacements) for operand in operands))
