"""Expressions and values → arrays. The NumPy notation of an expression is compiled and run; there is no second way.

`value_of` evaluates any expression once; `compiled` turns a list of equations into one piece of code, so that one
step, a whole iteration and an exported program are the same lines in the same order, and so give the same bits.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep import primitives
from nablastep.expressions import (
    ARGUMENT,
    Apply,
    Equation,
    Expression,
    Fill,
    Function,
    LogSumExp,
    Ratio,
    Softmax,
    TimesLog,
    walk,
)
from nablastep.notation.numpy_code import NOTATION, code_name

Array = NDArray[np.float64]
Values = Mapping[str, Any]
Run = Callable[[MutableMapping[str, Any]], None]

_NODE_FUNCTIONS: dict[type[Expression], Callable[..., Any]] = {
    Softmax: primitives.softmax,
    LogSumExp: primitives.log_sum_exp,
    Ratio: primitives.ratio,
    TimesLog: primitives.times_log,
}


def value_of(expression: Expression, values: Values) -> Any:
    """The value of the expression; `values` maps ids and the names of dimensions to arrays and numbers.

    Arrays are float64 of the expression's shape (complex ones pass through analytic functions); a scalar expression
    gives a number. Raises KeyError for an id that has no value.
    """
    try:
        with np.errstate(all="ignore"):
            return eval(_code(expression), _namespace((expression,)), dict(values))
    except NameError as missing:
        raise KeyError(missing.name) from missing


def compiled(equations: Iterable[Equation]) -> Run:
    """The code that carries out the equations in order on a mapping of values, adding or replacing their targets.

    NumPy's floating point warnings are the caller's: wrap the run in `np.errstate`.
    """
    equations = tuple(equations)
    source = "\n".join(NOTATION.equation_text(equation) for equation in equations)
    code = compile(source, "<equations>", "exec")
    functions = _namespace(tuple(equation.expression for equation in equations))

    def run(values: MutableMapping[str, Any]) -> None:
        exec(code, functions, values)

    return run


def function_sources(expressions: Iterable[Expression]) -> tuple[str, ...]:
    """The source of every function that the expressions need beside NumPy's own, each after those that it calls."""
    sources: dict[str, str] = {}
    for expression in expressions:
        _collect(expression, sources)
    return tuple(sources.values())


def body_on_argument(expression: Expression) -> str:
    """The code of a definition, which keeps the size of the argument where the value is constant."""
    text = NOTATION.text(expression)
    return f"np.full_like(x, {text})" if isinstance(expression, Fill) else text


@lru_cache(maxsize=4096)
def _code(expression: Expression) -> CodeType:
    return compile(NOTATION.text(expression), "<expression>", "eval")


@lru_cache(maxsize=4096)
def _namespace(expressions: tuple[Expression, ...]) -> dict[str, Any]:
    """The globals in which the code of the expressions runs."""
    names: dict[str, Any] = {"np": np, "math": math}
    exec("\n\n".join(function_sources(expressions)), names)
    return names


def _collect(expression: Expression, sources: dict[str, str]) -> None:
    for node in walk(expression):
        if isinstance(node, Apply):
            _collect_function(node.function, node.prime, sources)
        elif type(node) in _NODE_FUNCTIONS:
            primitive = _NODE_FUNCTIONS[type(node)]
            sources.setdefault(primitive.__name__, _plain_source(primitive))


def _collect_function(function: Function, prime: bool, sources: dict[str, str]) -> None:
    name = code_name(function, prime)
    if name in sources or name.startswith("np."):
        return
    body = function.derivative if prime else function.definition
    if body is not None:
        _collect(body, sources)
        sources[name] = f"def {name}({ARGUMENT.base}):\n    return {body_on_argument(body)}\n"
    elif function.primitive is not None and not prime:
        sources[name] = _plain_source(function.primitive)
    else:
        raise ValueError(f"{name} has neither a definition nor a primitive")


@lru_cache(maxsize=64)
def _plain_source(primitive: Callable[..., Any]) -> str:
    """The source without type annotations, which would need imports where it is printed."""
    head, body = inspect.getsource(primitive).split("\n", 1)
    return re.sub(r": \w+(?=[,)])| -> \w+", "", head) + "\n" + body
