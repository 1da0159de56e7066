"""Expressions and values → arrays. The NumPy notation of an expression is compiled and run; there is no second way.

`value_of` evaluates any expression once; `compiled` turns a list of equations into one piece of code, so that one
step, a whole iteration and an exported program are the same lines in the same order, and so give the same bits.
"""

from __future__ import annotations

import ast
import linecache
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from functools import cached_property, lru_cache, partial
from itertools import takewhile
from operator import itemgetter
from types import ModuleType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from nablastep import primitives
from nablastep.expressions import (
    ARGUMENT,
    Apply,
    Cut,
    Determinant,
    Diagonals,
    Equation,
    Expression,
    Fill,
    Fold,
    Function,
    LogSumExp,
    Plan,
    Ratio,
    Rearrange,
    Softmax,
    Symbol,
    TimesLog,
    Windows,
    symbols,
    walk,
)
from nablastep.notation.numpy_code import NOTATION, NumpyWriter, code_name

Array = NDArray[np.float64]
Values = Mapping[str, Any]
Run = Callable[[MutableMapping[str, Any]], None]

_VALUE = Symbol("_", None, ())
"""What an expression's value is called in code: no quantity has that name."""

_NODE_FUNCTIONS: dict[type[Expression], Callable[..., Any]] = {
    Softmax: primitives.softmax,
    LogSumExp: primitives.log_sum_exp,
    Ratio: primitives.ratio,
    TimesLog: primitives.times_log,
}


_PLAN_FUNCTIONS: dict[tuple[type[Plan], bool], Callable[..., Any]] = {
    (Cut, True): primitives.placed,
    (Fold, False): primitives.reshape,
    (Fold, True): primitives.reshape,
    (Diagonals, False): primitives.diag,
    (Diagonals, True): primitives.diag,
    (Windows, False): primitives.patches,
    (Windows, True): primitives.patches_back,
}


def _sqrt(x: Any) -> Any:
    return np.sqrt(float(x) if type(x) is int else x)


_NUMPY = ModuleType("np")
"""NumPy with the `sum` that np.sum calls, reached without the half of its time that finding it takes, and with a `sqrt`
that takes the size of a dimension at once: over an int NumPy's own takes longer than over a small matrix."""
vars(_NUMPY).update(vars(np), sum=partial(np.add.reduce, axis=None), sqrt=_sqrt)


def value_of(expression: Expression, values: Values) -> Any:
    """The value of the expression; `values` maps ids and the names of dimensions to arrays and numbers.

    Arrays are float64 of the expression's shape (complex ones pass through analytic functions); a scalar expression
    gives a number. Raises KeyError for an id that has no value.
    """
    if isinstance(expression, Symbol):
        return values[expression.id]
    code = _code(expression)
    return quietly(code.function, *code.fetch(values))[0]


def compiled(equations: Iterable[Equation]) -> Run:
    """The code that carries out the equations in order on a mapping of values, adding or replacing their targets.

    NumPy's floating point warnings are the caller's: wrap the run in `quietly`. Raises KeyError for an id that has no
    value.
    """
    code = Code(equations)
    function, fetch, makes = code.function, code.fetch, code.makes

    def run(values: MutableMapping[str, Any]) -> None:
        values.update(zip(makes, function(*fetch(values)), strict=True))

    def run_one(values: MutableMapping[str, Any]) -> None:
        (values[makes[0]],) = function(*fetch(values))

    return run_one if len(makes) == 1 else run


@np.errstate(all="ignore")
def quietly(function: Callable[..., Any], *arguments: Any) -> Any:
    """What the function returns, without NumPy's floating point warnings: inf and nan are shown as they are."""
    return function(*arguments)


class Code:
    """Equations as the body of a function: its lines, the ids it reads from outside, and those it makes, in order."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        equations = tuple(equations)
        expressions = tuple(equation.expression for equation in equations)
        self.lines = tuple(NOTATION.equation_text(equation) for equation in equations)
        self.makes = tuple(dict.fromkeys(equation.target.id for equation in equations))
        self.functions = _namespace(expressions)
        found = [symbol for equation in equations for symbol in (equation.target, *symbols(equation.expression))]
        self._ids = {NOTATION.symbol_text(symbol): symbol.id for symbol in found}
        self._names = {identifier: name for name, identifier in self._ids.items()}
        self.reads = tuple(
            self._ids.get(name, name) for name in _names_read(self.lines, {*self.functions} - {*self._ids})
        )

    def names(self, ids: Iterable[str]) -> str:
        """The ids as they are called in the code, as a list of parameters or the inside of a tuple."""
        return "".join(f"{self._names.get(identifier, identifier)}, " for identifier in ids)

    def define(self, source: str, name: str) -> Callable[..., Any]:
        """The function of that name in the source, with all that the equations call in reach."""
        names = dict(self.functions)
        exec(source, names)
        return cast("Callable[..., Any]", names[name])

    @cached_property
    def function(self) -> Callable[..., tuple[Any, ...]]:
        """The values made, from the values read."""
        head, body = f"def _run({self.names(self.reads)}):", "\n    ".join(self.lines)
        return self.define(f"{head}\n    {body}\n    return ({self.names(self.makes)})", "_run")

    @cached_property
    def fetch(self) -> Callable[[Values], tuple[Any, ...]]:
        """The values read, out of a mapping that has them."""
        if len(self.reads) > 1:
            return itemgetter(*self.reads)
        return lambda values: tuple(values[name] for name in self.reads)


def _names_read(lines: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """Every name that the assignments read before one of them sets it, once, but those that are known."""
    seen = set(known)
    for statement in ast.parse("\n".join(lines)).body:
        assert isinstance(statement, ast.Assign)
        for node in ast.walk(statement.value):
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                yield node.id
        seen.update(target.id for target in statement.targets if isinstance(target, ast.Name))


def function_sources(expressions: Iterable[Expression], notation: NumpyWriter = NOTATION) -> tuple[str, ...]:
    """The source of every function that the expressions need beside NumPy's own, each after those that it calls."""
    sources: dict[str, str] = {}
    for expression in expressions:
        _collect(expression, sources, notation)
    return tuple(sources.values())


def body_on_argument(expression: Expression, notation: NumpyWriter = NOTATION) -> str:
    """The code of a definition, which keeps the size of the argument where the value is constant."""
    text = notation.text(expression)
    return f"np.full_like(x, {text})" if isinstance(expression, Fill) else text


@lru_cache(maxsize=4096)
def _code(expression: Expression) -> Code:
    return Code((Equation(_VALUE, expression),))


@lru_cache(maxsize=4096)
def _namespace(expressions: tuple[Expression, ...]) -> dict[str, Any]:
    """The globals in which the code of the expressions runs."""
    names: dict[str, Any] = {"np": _NUMPY, "math": math}
    exec("\n\n".join(function_sources(expressions)), names)
    return names


def _collect(expression: Expression, sources: dict[str, str], notation: NumpyWriter) -> None:
    for node in walk(expression):
        if isinstance(node, Apply):
            _collect_function(node.function, node.prime, sources, notation)
        elif type(node) in _NODE_FUNCTIONS:
            primitive = _NODE_FUNCTIONS[type(node)]
            sources.setdefault(primitive.__name__, _plain_source(primitive))
        elif isinstance(node, Determinant) and node.log:
            sources.setdefault("logdet", _plain_source(primitives.logdet))
        elif isinstance(node, Rearrange) and (type(node.plan), node.back) in _PLAN_FUNCTIONS:
            primitive = _PLAN_FUNCTIONS[type(node.plan), node.back]
            sources.setdefault(primitive.__name__, _plain_source(primitive))


def _collect_function(function: Function, prime: bool, sources: dict[str, str], notation: NumpyWriter) -> None:
    name = code_name(function, prime)
    if name in sources or name.startswith("np."):
        return
    body = function.derivative if prime else function.definition
    if body is not None:
        _collect(body, sources, notation)
        sources[name] = f"def {name}({ARGUMENT.base}):\n    return {body_on_argument(body, notation)}\n"
    elif function.primitive is not None and not prime:
        sources[name] = _plain_source(function.primitive)
    else:
        raise ValueError(f"{name} has neither a definition nor a primitive")


@lru_cache(maxsize=64)
def _plain_source(primitive: Callable[..., Any]) -> str:
    """The source without type annotations, which would need imports where it is printed."""
    # A function at the margin goes as far as lines are indented; `inspect` would load a tokenizer to find that out.
    lines = linecache.getlines(primitive.__code__.co_filename, primitive.__globals__)
    head, *rest = lines[primitive.__code__.co_firstlineno - 1 :]
    body = "".join(takewhile(lambda line: line[0].isspace(), rest)).rstrip()
    return re.sub(r": \w+(?=[,)])| -> \w+", "", head) + body + "\n"
