"""What a formula may name, what it is built as, and how its shapes are told: by names, and by sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import isfinite, prod

from nablastep.expressions import (
    COLUMNS,
    Block,
    Expression,
    Factor,
    Fill,
    Function,
    Rearrange,
    Repeat,
    Symbol,
    walk,
)
from nablastep.expressions import Number as Constant
from nablastep.field_checks import did_you_mean
from nablastep.formulas.dimensions import UNNAMED, Dimensions
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.syntax import Number

OPEN = "?"
"""What a dimension begins with that belongs to a vector of ones whose length only its neighbour tells: ?1, ?2, …"""


@dataclass(frozen=True)
class Scope:
    """The quantities a formula may name: symbols by id in the shown convention, and the sizes of dimensions.

    `activations` names the function that each quantity goes through or comes from: what f means beside it.
    `sample_axis` is the axis along which one sample's entries lie: ROWS in the column conventions. `functions` are the
    author's own. With `dimensions` what has to be equal is unified, else sizes are compared. Inverses are read
    as such only where the scope `inverts`. What was `printed` leaves out the axis that is clear from the shape.
    """

    symbols: Mapping[str, Symbol]
    sizes: Mapping[str, int]
    activations: Mapping[str, str]
    sample_axis: int
    functions: Mapping[str, Function] = field(default_factory=dict)
    dimensions: Dimensions | None = None
    inverts: bool = False
    printed: bool = False

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every spelling of a quantity's name → its id: the id, and the single letter in the other case."""
        other_case = {
            _in_other_case(symbol): symbol.id
            for symbol in self.symbols.values()
            if len(symbol.base) == 1 and symbol.base.islower()
        }
        return {**other_case, **{name: name for name in self.symbols}, **self.aliases}

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """x is what a network of layers calls a0."""
        return {"x": "a0", "X": "a0"} if "a0" in self.symbols and "x" not in self.symbols else {}


@lru_cache(maxsize=4096)
def _in_other_case(symbol: Symbol) -> str:
    return replace(symbol, base=symbol.base.swapcase()).id


@dataclass(frozen=True)
class Built:
    """An expression with its shape in names; `ones` marks a 1 that may be a number or a vector."""

    expression: Expression
    shape: tuple[str, ...]
    ones: bool = False
    ones_transposed: bool = False


def nearest(name: str, known: Mapping[str, Symbol]) -> str:
    """`; did you mean 'W1'?`: of the same letters and role, with the nearest mark, rather than of a like spelling."""
    stem, mark = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    number = int(mark[:9]) if mark else 0
    alike = [symbol for symbol in known.values() if replace(symbol, mark=None).id.lower() == stem.strip("_").lower()]
    if alike:
        return f"; did you mean {min(alike, key=lambda symbol: abs((symbol.mark or 0) - number)).id!r}?"
    return did_you_mean(name, tuple(known))


def named_size(dimension: str, sizes: Mapping[str, int]) -> str:
    """`n1 = 3`; the number of samples, which differs from batch to batch, is `m`."""
    if dimension.startswith(UNNAMED):
        return str(sizes[dimension])
    return dimension if dimension not in sizes or dimension in ("m", "1") else f"{dimension} = {sizes[dimension]}"


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
        others = prod(int(part) if part.isdigit() else sizes[part] for part in parts if part != "m")
        return "m" if others == 1 else f"{others}m"
    return str(prod(int(part) if part.isdigit() else sizes[part] for part in parts))


def joint_name(left: str, right: str) -> str:
    """The name of a product of two dimensions."""
    return "·".join(part for part in (*left.split("·"), *right.split("·")) if part != "1") or "1"


def with_renamed(built: Built, old: str, new: str) -> Built:
    """The same with another name for one dimension, wherever it stands."""

    def renamed(expression: Expression) -> Expression:
        expression = expression.with_operands(tuple(renamed(operand) for operand in expression.operands))
        if isinstance(expression, Repeat) and expression.dimension == old:
            return Repeat(expression.x, expression.axis, new)
        if isinstance(expression, Fill) and old in expression.shape:
            return Fill(expression.scalar, put(expression.shape))
        if isinstance(expression, Rearrange) and old in (*expression.plan.before, *expression.plan.after):
            plan = replace(expression.plan, before=put(expression.plan.before), after=put(expression.plan.after))
            return replace(expression, plan=plan)
        return expression

    def put(shape: Sequence[str]) -> tuple[str, str]:
        return pair([new if dimension == old else dimension for dimension in shape])

    shape = tuple(new if dimension == old else dimension for dimension in built.shape)
    return replace(built, expression=renamed(built.expression), shape=shape)


def dimensions_in(expression: Expression) -> Iterator[str]:
    """The dimensions that repetitions, constants, blocks and rearrangements are as long as."""
    for node in walk(expression):
        if isinstance(node, Repeat):
            yield node.dimension
        elif isinstance(node, Fill):
            yield from node.shape
        elif isinstance(node, Block):
            yield node.dimension
        elif isinstance(node, Rearrange):
            yield from (*node.plan.before, *node.plan.after)


def repeated_along(built: Built, axis: int, dimension: str) -> Built:
    """A vector copied along the axis."""
    shape = (built.shape[0], dimension) if axis == COLUMNS else (dimension, built.shape[1])
    return Built(Repeat(built.expression, axis, dimension), shape)


def one_over(dimensions: tuple[str, ...]) -> Factor:
    """1 over the product of the dimensions."""
    parts = (part for dimension in dimensions for part in dimension.split("·") if part != "1")
    return Factor(1, 1, tuple(sorted(parts)))


def pair(shape: Sequence[str]) -> tuple[str, str]:
    """The two dimensions of a matrix or vector."""
    rows, columns = shape
    return (rows, columns)


def number_of(node: Number) -> Built:
    """A number that was typed, exact where it is short. Raises FormulaError if it is too large."""
    value = float(node.text)
    if not isfinite(value):
        raise FormulaError("this number is too large", column=node.place + 1)
    # The exact fraction of a number with a large exponent would have as many digits.
    if value == 0 or 1e-9 < value < 1e15:
        fraction = Fraction(node.text)
        if fraction.denominator <= 1000:
            return Built(Factor(fraction.numerator, fraction.denominator), (), ones=node.text == "1")
    return Built(Constant(value), ())


def symbols_in(expression: Expression) -> list[Symbol]:
    """The quantities, each as often as it stands there."""
    found = [expression] if isinstance(expression, Symbol) else []
    for operand in expression.operands:
        found += symbols_in(operand)
    return found
