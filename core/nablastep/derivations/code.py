"""The NumPy code of a derivation's line, in which every index letter has an axis in front of rows and columns.

It is the NumPy notation with words for entries, deltas and sums over indices, and with functions that carry a complex
step. What the code calls beside NumPy stands in `arrays`.
"""

# ruff: noqa: D102 - one method a node; the nodes are explained where they are defined
from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from nablastep.derivations import arrays
from nablastep.derivations.samples import SAMPLES
from nablastep.evaluation import function_sources
from nablastep.expressions import (
    ARGUMENT,
    Apply,
    Block,
    Cases,
    Determinant,
    Expression,
    Factor,
    Fill,
    Function,
    LogSumExp,
    MatMul,
    Number,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Sum,
    Symbol,
    Total,
    Transpose,
    walk,
)
from nablastep.notation.numpy_code import NOTATION, NumpyWriter
from nablastep.notation.writer import RULES, Strength, Token, Tokens
from nablastep.products import indices_of
from nablastep.shapes import shape_of
from nablastep.structures import (
    SAMPLE,
    Basis,
    Commutation,
    Delta,
    Diagonal,
    Entry,
    Identity,
    IndexSum,
    Inner,
    Kronecker,
    Named,
    OfSample,
    Placed,
    Trace,
    Vec,
)


def letters_of(expression: Expression) -> str:
    """The letters of all indices in the expression, free and summed, in one order."""
    return "".join(sorted(all_letters(expression)))


def all_letters(expression: Expression) -> tuple[str, ...]:
    """The letters of all indices in the expression, free and summed, in reading order."""
    found: dict[str, None] = {}
    for node in walk(expression):
        match node:
            case Entry():
                found.update((index, None) for index in node.indices if index is not None)
            case Delta():
                found.update({node.left: None, node.right: None})
            case Placed():
                found.update((index, None) for index in node.letters)
            case IndexSum() | Basis():
                found[node.index] = None
            case OfSample():
                found[SAMPLE] = None
    return tuple(found)


class Code(NumpyWriter):
    """NumPy code in which every letter of the line has an axis in front of rows and columns."""

    def __init__(self, letters: str, given: Mapping[Expression, str], size: Callable[[str], int]) -> None:
        self.letters, self.given, self.size = letters, given, size

    def tokens(self, expression: Expression) -> Tokens:
        name = self.given.get(expression)
        return super().tokens(expression) if name is None else (Token(name),)

    @classmethod
    def rules(cls) -> Mapping[type[Expression], Callable[[Any, Any], Tokens]]:
        return _CODE_RULES

    def factor_text(self, factor: Factor) -> str:
        """A double from the start: whole numbers of Python would make a tower of powers endless."""
        sizes = "".join(f" * {self.size(each)}" for each in factor.times)
        sizes += "".join(f" / {self.size(each)}" for each in factor.dimensions)
        return f"(np.float64({factor.numerator / factor.denominator!r}){sizes})"

    def call_text(self, name: str, *arguments: Any) -> Tokens:
        """name(argument, …), where an argument is an expression or a constant."""
        return (Token(f"{name}({', '.join(self.argument(each) for each in arguments)})"),)

    def argument(self, x: Any) -> str:
        return self.text(x) if isinstance(x, Expression) else repr(x)

    def product(self, node: Any) -> Tokens:
        if isinstance(node, MatMul):
            return self.call_text("matmul", node.left, node.right)
        if shape_of(node.left) and not shape_of(node.right):
            return (*self.wrapped(node.left, Strength.PRODUCT), Token(f" / lifted({self.text(node.right)})"))
        return super().product(node)

    def transpose(self, node: Transpose) -> Tokens:
        return self.call_text("transpose", node.x)

    def scaled(self, node: Scale) -> Tokens:
        if self.letters and not shape_of(node.x) and not isinstance(node.scalar, Factor | Number):
            return self.call_text("times", node.scalar, node.x)
        if shape_of(node.x) and not isinstance(node.scalar, Factor | Number):
            return (Token(f"lifted({self.text(node.scalar)}) * "), *self.wrapped(node.x, Strength.ATOM))
        return super().scaled(node)

    def cases(self, node: Cases) -> Tokens:
        condition, positive, otherwise = (self.text(operand) for operand in node.operands)
        return (Token(f"np.where(np.real({condition}) > 0, {positive}, {otherwise})"),)

    def softmax(self, node: Softmax) -> Tokens:
        return (Token(f"softmax({self.text(node.x)}, axis={node.axis - 2})"),)

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return (Token(f"log_sum_exp({self.text(node.x)}, axis={node.axis - 2})"),)

    def total(self, node: Total) -> Tokens:
        return (Token(f"{self.spread(node.x)}.sum(axis={node.axis - 2}, keepdims=True)"),)

    def sum(self, node: Sum) -> Tokens:
        if shape_of(node.x) == ():
            return self.tokens(node.x)
        return (Token(f"{self.spread(node.x)}.sum(axis=(-2, -1))"),)

    def repeat(self, node: Repeat) -> Tokens:
        return (Token(self.spread(node)),)

    def beside(self, left: Expression, right: Expression) -> tuple[Expression, Expression]:
        """Constants are left numbers; a number that is computed has axes for its letters and stays at its full size."""
        constants = all(isinstance(x.scalar, Factor | Number) for x in (left, right) if isinstance(x, Fill))
        return super().beside(left, right) if constants else (left, right)

    def fill(self, node: Fill) -> Tokens:
        if node.shape in ((), ARGUMENT.shape):  # a constant in the definition of a function is as large as its argument
            return super().fill(node)
        rows, columns = (self.size(dimension) for dimension in node.shape)
        return (Token(f"whole(lifted({self.text(node.scalar)}), {rows}, {columns})"),)

    def spread(self, x: Expression) -> str:
        """x at its full size."""
        rows, columns = (self.size(dimension) for dimension in shape_of(x))
        return f"whole({self.text(x.x if isinstance(x, Repeat) else x)}, {rows}, {columns})"

    # the nodes of derivations

    def entry(self, node: Entry) -> Tokens:
        indices = "".join("." if index is None else index for index in node.indices)
        return self.call_text("entry", node.x, indices, self.letters)

    def delta(self, node: Delta) -> Tokens:
        return (Token(f"entry(np.eye({self.size(node.dimension)}), '{node.left}{node.right}', '{self.letters}')"),)

    def index_sum(self, node: IndexSum) -> Tokens:
        if shape_of(node.x) != ():
            place = self.letters.index(node.index)
            return (Token(f"({self.text(node.x)}).sum(axis={place}, keepdims=True)"),)
        summed: list[IndexSum] = []
        factors: list[Expression] = []

        def collect(x: Expression) -> None:
            if isinstance(x, IndexSum):
                summed.append(x)
                collect(x.x)
            elif isinstance(x, Scale):
                collect(x.scalar)
                collect(x.x)
            else:
                factors.append(x)

        collect(node)
        texts = [self.text(factor) for factor in factors]
        present = {index for factor in factors for index in indices_of(factor)}
        texts += [
            f"entry(np.ones(({self.size(each.dimension)}, 1)), '{each.index}.', '{self.letters}')"
            for each in summed
            if each.index not in present
        ]
        indices = "".join(each.index for each in summed)
        return (Token(f"contracted('{indices}', '{self.letters}', {', '.join(texts)})"),)

    def of_sample(self, node: OfSample) -> Tokens:
        axis = node.x.shape.index(SAMPLES)
        return self.call_text("of_sample", node.x, axis, self.letters.index(SAMPLE), len(self.letters))

    def basis(self, node: Basis) -> Tokens:
        return self.call_text("basis", self.size(node.dimension), self.letters.index(node.index), len(self.letters))

    def inner(self, node: Inner) -> Tokens:
        if shape_of(node.left) == ():
            return self.call_text("times", node.left, node.right)
        left, right = self.spread(node.left), self.spread(node.right)
        return (Token(f"times({left}, {right}).sum(axis=(-2, -1))"),)

    def trace(self, node: Trace) -> Tokens:
        return (Token(f"np.trace({self.text(node.x)}, axis1=-2, axis2=-1)"),)

    def diagonal(self, node: Diagonal) -> Tokens:
        return (Token(f"diagonal({self.spread(node.x)})"),)

    def identity(self, node: Identity) -> Tokens:
        return (Token(f"np.eye({self.size(node.dimension)})"),)

    def kronecker(self, node: Kronecker) -> Tokens:
        return (Token(f"kronecker({self.spread(node.left)}, {self.spread(node.right)})"),)

    def vec(self, node: Vec) -> Tokens:
        return (Token(f"vec({self.spread(node.x)})"),)

    def rearrange(self, node: Rearrange) -> Tokens:
        own = NOTATION.text(node.with_operands((Symbol("one", None, shape_of(node.x)),)))
        return (Token(f"on_each(lambda one: {own}, {self.spread(node.x)})"),)

    def block(self, node: Block) -> Tokens:
        left, right = (self.spread(operand) for operand in node.operands)
        return (Token(f"beside({left}, {right}, {node.axis - 2})"),)

    def determinant(self, node: Determinant) -> Tokens:
        text = f"np.linalg.det({self.spread(node.x)})"
        return (Token(f"log_size({text})" if node.log else text),)

    def commutation(self, node: Commutation) -> Tokens:
        return self.call_text("commutation", self.size(node.rows), self.size(node.columns))

    def named(self, node: Named) -> Tokens:
        return (Token(f"beside({self.spread(node.left)}, {self.spread(node.right)}, {node.axis - 2})"),)


_OWN_RULES: dict[type[Expression], Callable[[Any, Any], Tokens]] = {
    Entry: lambda writer, node: writer.entry(node),
    Delta: lambda writer, node: writer.delta(node),
    IndexSum: lambda writer, node: writer.index_sum(node),
    OfSample: lambda writer, node: writer.of_sample(node),
    Basis: lambda writer, node: writer.basis(node),
    Inner: lambda writer, node: writer.inner(node),
    Trace: lambda writer, node: writer.trace(node),
    Diagonal: lambda writer, node: writer.diagonal(node),
    Identity: lambda writer, node: writer.identity(node),
    Kronecker: lambda writer, node: writer.kronecker(node),
    Vec: lambda writer, node: writer.vec(node),
    Commutation: lambda writer, node: writer.commutation(node),
    Named: lambda writer, node: writer.named(node),
}

_CODE_RULES = ChainMap(_OWN_RULES, RULES)

_OWN = {
    each.__name__: each
    for each in (
        arrays.entry,
        arrays.contracted,
        arrays.times,
        arrays.matmul,
        arrays.transpose,
        arrays.lifted,
        arrays.whole,
        arrays.diagonal,
        arrays.kronecker,
        arrays.vec,
        arrays.commutation,
        arrays.of_sample,
        arrays.basis,
        arrays.on_each,
        arrays.beside,
        arrays.log_size,
        arrays.times_log,
    )
}


@lru_cache(maxsize=1024)
def namespace(expressions: tuple[Expression, ...]) -> dict[str, Any]:
    """The names in which the code of the expressions runs, each function made to carry a complex step."""
    names: dict[str, Any] = {"np": np, "math": math}
    exec("\n\n".join(function_sources(expressions, Code("", {}, int))), names)
    for function in _functions_in(expressions):
        if not function.analytic and function.primitive is not None:
            names[function.name] = arrays.stepped(function.primitive)
    names.update(_OWN)
    return names


def _functions_in(expressions: Iterable[Expression | None]) -> set[Function]:
    """Every function that is applied, also inside the definitions of others."""
    found: set[Function] = set()
    waiting = [expression for expression in expressions if expression is not None]
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Apply) and node.function not in found:
                found.add(node.function)
                waiting += [body for body in (node.function.definition, node.function.derivative) if body is not None]
    return found
