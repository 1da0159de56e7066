"""The symbolic shape of every node, with named dimensions, and the wording of shape errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import Any

from nablastep.errors import ShapeError
from nablastep.expressions import (
    COLUMNS,
    ROWS,
    Add,
    Apply,
    Block,
    Cases,
    Determinant,
    Dimension,
    Divide,
    Expression,
    Extension,
    Factor,
    Fill,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Shape,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    walk,
)

ShapeRule = Callable[[Any, tuple[Shape, ...]], Shape]


@lru_cache(maxsize=4096)
def shape_of(expression: Expression) -> Shape:
    """The shape of the expression: `()` or (rows, columns), as dimension names.

    Raises ShapeError if operands do not fit; its message names the dimensions that disagree.
    """
    operand_shapes = tuple(shape_of(operand) for operand in expression.operands)
    if isinstance(expression, Extension):
        return expression.shape_rule(operand_shapes)
    return SHAPE_RULES[type(expression)](expression, operand_shapes)


def rows_and_columns(expression: Expression) -> tuple[Dimension, Dimension]:
    """The two dimensions of a matrix or vector; ShapeError for a scalar."""
    return matrix_shape(shape_of(expression))


def matrix_shape(shape: Shape) -> tuple[Dimension, Dimension]:
    """The shape, which has two dimensions; ShapeError for that of a scalar."""
    match shape:
        case (rows, columns):
            return (rows, columns)
        case _:
            raise ShapeError("expected a matrix or a vector, found a scalar")


def shape_text(shape: Shape) -> str:
    """`n2×n1` for people; a scalar is `scalar`."""
    return "×".join(map(dimension_text, shape)) if shape else "scalar"


def dimension_text(dimension: Dimension) -> str:
    """`n1`, `m·n1`; the sum of two in brackets, `(m+n)·p`."""
    return "·".join(f"({part})" if "+" in part else part for part in dimension.split("·"))


def usual_axis(shape: Shape) -> int:
    """Along which axis one sample lies, so that a softmax need not say it: not that of the samples, nor one of 1."""
    short = [bool({"1", "m"} & {*dimension.split("·")}) for dimension in shape]
    return COLUMNS if short and short[ROWS] and not short[COLUMNS] else ROWS


def dimensions_in(expression: Expression) -> Iterator[Dimension]:
    """Every dimension that the expression names, in reading order: those of its symbols and those of inner nodes."""
    for node in walk(expression):
        plan = getattr(node, "plan", None)
        for owner, name in ((node, "shape"), (node, "dimensions"), (node, "times"), (plan, "before"), (plan, "after")):
            yield from getattr(owner, name, ())
        if hasattr(node, "dimension"):
            yield node.dimension


def sizes_of(shape: Shape, sizes: Mapping[Dimension, int]) -> tuple[int, ...]:
    """The shape in numbers."""
    return tuple(size_of(dimension, sizes) for dimension in shape)


def size_of(dimension: Dimension, sizes: Mapping[Dimension, int]) -> int:
    """How large a dimension is: one that has a size, a number, a product of several `m·n1`, or a sum, `n1+1`."""
    if dimension.isdigit():
        return int(dimension)
    if dimension in sizes:
        return int(sizes[dimension])
    if "·" in dimension:
        return prod(size_of(part, sizes) for part in dimension.split("·"))
    return sum(size_of(part, sizes) for part in dimension.split("+")) if "+" in dimension else int(sizes[dimension])


def in_sizes(expression: Expression, sizes: Mapping[Dimension, int]) -> Expression:
    """The expression with numbers in the place of the names of dimensions, so that it fits wherever its sizes do."""

    def sized(dimension: Dimension) -> Dimension:
        return str(size_of(dimension, sizes))

    match expression:
        case Symbol():
            return _shaped(expression, sizes_of(expression.shape, sizes))
        case Fill():
            shape: Any = tuple(map(sized, expression.shape))
            expression = replace(expression, shape=shape)
        case Repeat() | Block():
            expression = replace(expression, dimension=sized(expression.dimension))
        case Rearrange():
            plan = expression.plan
            changes: dict[str, Any] = {
                name: sized(end) for name in ("start", "stop") if (end := getattr(plan, name, ""))
            }
            changes |= {"before": tuple(map(sized, plan.before)), "after": tuple(map(sized, plan.after))}
            expression = replace(expression, plan=replace(plan, **changes))
    return expression.with_operands(tuple(in_sizes(operand, sizes) for operand in expression.operands))


@lru_cache(maxsize=4096)
def _shaped(symbol: Symbol, sizes: tuple[int, ...]) -> Symbol:
    shape: Any = tuple(map(str, sizes))
    return replace(symbol, shape=shape)


def _given(node: Symbol | Fill, _: tuple[Shape, ...]) -> Shape:
    return node.shape


def _scalar(_node: Expression, _: tuple[Shape, ...]) -> Shape:
    return ()


def _transpose(_: Transpose, shapes: tuple[Shape, ...]) -> Shape:
    rows, columns = _matrix(shapes[0], "a transpose")
    return (columns, rows)


def _product(_: MatMul, shapes: tuple[Shape, ...]) -> Shape:
    left, right = shapes
    rows, inner = _matrix(left, "a matrix product")
    other, columns = _matrix(right, "a matrix product")
    if inner != other:
        raise ShapeError(
            f"the product {shape_text(left)} · {shape_text(right)} does not fit: "
            f"the inner dimensions are {inner} and {other}",
            hint=f"transpose one factor so that {inner} meets {inner} or {other} meets {other}",
        )
    return (rows, columns)


def _equal(node: Expression, shapes: tuple[Shape, ...]) -> Shape:
    left, right = shapes
    if left != right:
        raise ShapeError(
            f"{_NAMES[type(node)]} needs equal shapes, found {shape_text(left)} and {shape_text(right)}",
            hint="work out which of the two has to be transposed, summed or repeated",
        )
    return left


def _quotient(node: Divide, shapes: tuple[Shape, ...]) -> Shape:
    return shapes[0] if shapes[1] == () else _equal(node, shapes)


def _scaled(_: Scale, shapes: tuple[Shape, ...]) -> Shape:
    if shapes[0] != ():
        raise ShapeError(f"the factor in front is {shape_text(shapes[0])}, and it has to be a scalar")
    return shapes[1]


def _same_as_operand(_: Expression, shapes: tuple[Shape, ...]) -> Shape:
    return shapes[0]


def _power(_: Power, shapes: tuple[Shape, ...]) -> Shape:
    if shapes[1] != ():
        raise ShapeError(f"an exponent has to be a number, found {shape_text(shapes[1])}")
    return shapes[0]


def _softmax(_: Softmax, shapes: tuple[Shape, ...]) -> Shape:
    return _matrix(shapes[0], "a softmax")


def _cases(_: Cases, shapes: tuple[Shape, ...]) -> Shape:
    if len(set(shapes)) > 1:
        first, second, last = map(shape_text, shapes)
        raise ShapeError(f"a choice by cases needs equal shapes, found {first}, {second} and {last}")
    return shapes[0]


def _repeat(node: Repeat, shapes: tuple[Shape, ...]) -> Shape:
    rows, columns = _matrix(shapes[0], "a repetition")
    if (columns if node.axis == COLUMNS else rows) != "1":
        raise ShapeError(f"only a vector can be repeated, found {shape_text(shapes[0])}")
    return (rows, node.dimension) if node.axis == COLUMNS else (node.dimension, columns)


def _along_axis(node: Total | LogSumExp, shapes: tuple[Shape, ...]) -> Shape:
    rows, columns = _matrix(shapes[0], "a sum along one axis")
    return (rows, "1") if node.axis == COLUMNS else ("1", columns)


def _rearranged(node: Rearrange, shapes: tuple[Shape, ...]) -> Shape:
    expected, found = (node.plan.after, node.plan.before) if node.back else (node.plan.before, node.plan.after)
    if shapes[0] != expected:
        raise ShapeError(f"this rearranges {shape_text(expected)}, found {shape_text(shapes[0])}")
    return found


def _blocks(node: Block, shapes: tuple[Shape, ...]) -> Shape:
    left, right = (_matrix(shape, "a matrix of blocks") for shape in shapes)
    across = COLUMNS if node.axis == ROWS else ROWS
    if left[across] != right[across]:
        raise ShapeError(f"the blocks {shape_text(left)} and {shape_text(right)} do not fit beside each other")
    return (node.dimension, left[across]) if node.axis == ROWS else (left[across], node.dimension)


def _square(node: Inverse | Determinant, shapes: tuple[Shape, ...]) -> Shape:
    rows, columns = _matrix(shapes[0], "an inverse or a determinant")
    if rows != columns:
        raise ShapeError(f"an inverse or a determinant needs a square matrix, found {shape_text(shapes[0])}")
    return shapes[0] if isinstance(node, Inverse) else ()


def _matrix(shape: Shape, what: str) -> tuple[Dimension, Dimension]:
    if not shape:
        raise ShapeError(f"{what} needs matrices or vectors, found a scalar")
    return shape


_NAMES = {
    Add: "a sum",
    Subtract: "a difference",
    Hadamard: "the element-wise product ⊙",
    Divide: "the element-wise quotient ⊘",
    Ratio: "the element-wise quotient ⊘",
    TimesLog: "the element-wise product ⊙",
}

SHAPE_RULES: dict[type[Expression], ShapeRule] = {
    Symbol: _given,
    Fill: _given,
    Factor: _scalar,
    Number: _scalar,
    Power: _power,
    Sum: _scalar,
    Transpose: _transpose,
    MatMul: _product,
    Hadamard: _equal,
    Divide: _quotient,
    Ratio: _equal,
    TimesLog: _equal,
    Add: _equal,
    Subtract: _equal,
    Scale: _scaled,
    Apply: _same_as_operand,
    Softmax: _softmax,
    Cases: _cases,
    Repeat: _repeat,
    Total: _along_axis,
    LogSumExp: _along_axis,
    Rearrange: _rearranged,
    Block: _blocks,
    Inverse: _square,
    Determinant: _square,
}
