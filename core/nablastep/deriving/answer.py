"""What is asked, and the answer: every derivative of one expression, callable on arrays and shown in notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nablastep.derivations.lines import Lines
from nablastep.derivations.worth import Evaluator
from nablastep.derivations.writing import derivation_notation
from nablastep.deriving.derivation import GRADIENT, HESSIAN, HESSIAN_PRODUCT, PRODUCT, ROUTES, Asked, Result, derived
from nablastep.deriving.kinds import Array, DeriveError, Kind, declared, let, number_array
from nablastep.deriving.norms import with_norms
from nablastep.deriving.reading import Reading, read
from nablastep.displayed import DisplayedEquation
from nablastep.errors import UnknownNameError
from nablastep.expressions import Symbol
from nablastep.field_checks import did_you_mean
from nablastep.formulas.statements import canonical_name
from nablastep.shapes import shape_of, sizes_of


@dataclass(frozen=True, eq=False)
class Answer(DisplayedEquation):
    """The derivatives of one expression, in the order of `by`.

    `results` has one for each variable, and with `second` the Hessian and its product with a vector behind it. The
    properties speak of the first variable.
    """

    reading: Reading
    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        """The derivative by the first variable."""
        return self.results[0]

    @property
    def holds(self) -> bool:
        """Whether every route holds, and every value agrees with difference quotients."""
        return all(result.holds for result in self.results)

    @property
    def gradient(self) -> Array | float:
        """The gradient's value at the given numbers (or at random ones), in the shape of the variable.

        Raises DeriveError for a vector or a matrix, which has a Jacobian.
        """
        if self.first.kind not in (GRADIENT, PRODUCT):
            raise DeriveError(
                f"{self.reading.text} is no number, so it has no gradient",
                hint="jacobian is what it has, or give a seed",
            )
        return self.first.value

    @property
    def jacobian(self) -> Array:
        """The Jacobian's value. Raises DeriveError for a number, which has a gradient."""
        if self.first.kind in (GRADIENT, PRODUCT):
            raise DeriveError("a number has a gradient, and no Jacobian", hint="ask for gradient")
        return np.asarray(self.first.value)

    @property
    def latex(self) -> str:
        """The answer as LaTeX, without dollar signs."""
        return self.text("latex")

    @property
    def lines(self) -> Lines:
        """The lines of all routes, one route after the other."""
        return Lines(line for route in self.first.routes for line in route.lines)

    def text(self, notation: str = "unicode") -> str:
        """The answer as an equation in that notation."""
        return equation_text(self.first, notation)

    def __str__(self) -> str:
        return self.text()

    def __call__(self, **arrays: Any) -> Any:
        """The first derivative at other numbers: one array for each variable, a number for a number.

        Arrays are as NumPy has them; a one-dimensional one is a column, and so is the answer then. Raises DeriveError
        for a name that is no variable, and where a shape does not fit.
        """
        return _Call(self.reading, self.first).at(arrays)


def derive(
    expression: str,
    by: str | Iterable[str] | None = None,
    *,
    shape: str | Mapping[str, Kind] = "",
    layout: str = "numerator",
    seed: str | None = None,
    second: bool = False,
    symmetric: bool = False,
    route: str = "all",
    **values: Any,
) -> Answer:
    """The derivative of the expression by a variable, by several, or by all of them.

    `shape` declares kinds as `--shape` does; arrays given by name say both kind and numbers. `layout` is that of
    Jacobians, `seed` names the array of a vector-Jacobian product, `second` asks for the Hessian too and `symmetric`
    for the form of a gradient by a matrix that stays symmetric; `route` is one of index, jacobian and differential, or
    "none" where only the answer is wanted. Raises DeriveError, with the column of the mistake.
    """
    kinds = declared(shape) if isinstance(shape, str) else dict(shape)
    numbers = {canonical_name(name.rstrip("_")): number_array(name, value) for name, value in values.items()}
    return answered(expression, by, kinds, numbers, Asked(layout, seed, symmetric, second, routes_named(route)))


def routes_named(route: str) -> tuple[str, ...]:
    """The routes that the word asks for. Raises UnknownNameError."""
    known = {"all": ROUTES, "none": (), **{name: (name,) for name in ROUTES}}
    if route not in known:
        raise UnknownNameError(
            f"unknown route {route!r}{did_you_mean(route, tuple(known))}; there are {', '.join(known)}"
        )
    return known[route]


def answered(
    expression: str,
    by: str | Iterable[str] | None,
    kinds: Mapping[str, Kind],
    values: Mapping[str, Array],
    asked: Asked,
) -> Answer:
    """The same, of what is parsed already."""
    reading = read(expression, kinds, values)
    if not reading.variables:
        raise DeriveError(f"nothing in {expression} can change", hint="write a name in it, such as x")
    names = [by] if isinstance(by, str) else list(by or [])
    symbols = [reading.variable(name) for name in names] or list(reading.variables)
    if asked.second and not names:
        symbols = [each for each in symbols if not each.shape or each.shape[1] == "1"]
    results = [result for symbol in dict.fromkeys(symbols) for result in derived(reading, symbol, asked)]
    return Answer(reading, tuple(results))


def equation_text(result: Result, notation: str = "unicode") -> str:
    """left = right, as the notation writes it."""
    writer = derivation_notation(notation)
    return f"{left_text(result, notation)}{writer.equals}{writer.text(with_norms(result.expression))}"


def left_text(result: Result, notation: str = "unicode") -> str:
    """What the derivative is called: ∇w, ∂f/∂x, or for a Hessian ∇²f."""
    hessian = {"latex": r"\nabla^2 f", "ascii": "hessian", "spoken": "the Hessian of f", "numpy": "hessian"}
    if result.kind == HESSIAN:
        return hessian.get(notation, "∇²f")
    if result.kind == HESSIAN_PRODUCT:
        vector = derivation_notation(notation).text(result.left.operands[1])
        return f"{hessian.get(notation, '∇²f')} {vector}"
    return derivation_notation(notation).text(result.left)


class _Call:
    """One derivative at numbers that are given now."""

    def __init__(self, reading: Reading, result: Result) -> None:
        self.reading, self.result = reading, result

    def at(self, arrays: Mapping[str, Any]) -> Any:
        values: dict[str, Any] = {"1": 1}
        for name, value in arrays.items():
            extra = {each.id: each for each in self.result.extra}
            symbol = extra.get(name) or self.reading.variable(name.rstrip("_"))
            array = number_array(name, value)
            values[symbol.id] = self._fitted(symbol, array, values)
        missing = [symbol.id for symbol in self.reading.variables if symbol.id not in values]
        for name in missing:
            if name not in self.reading.values:
                raise DeriveError(f"{name} has no value here", hint=f"give it by name, such as {name}=…")
            values[name] = self._fitted(self.reading.variable(name), self.reading.values[name], values)
        for symbol in self.result.extra:
            if symbol.id not in values:
                raise DeriveError(f"{symbol.id} has no value here", hint=f"give it by name, such as {symbol.id}=…")
        found = Evaluator(values, ())(self.result.expression).array
        return self._spread(found, values)

    def _fitted(self, symbol: Symbol, array: Array, values: dict[str, Any]) -> Any:
        if not symbol.shape or array.ndim == 0:
            if symbol.shape or array.size != 1:
                raise DeriveError(f"{symbol.id} is {'×'.join(symbol.shape) or 'a number'}, found {array.shape}")
            return float(array.reshape(-1)[0])
        for dimension, size in zip(symbol.shape, array.shape, strict=True):
            known = int(dimension) if dimension.isdigit() else values.setdefault(dimension, size)
            if known != size:
                raise DeriveError(
                    f"{symbol.id} is {'×'.join(symbol.shape)}: {dimension} is {known} elsewhere and {size} here"
                )
        return array

    def _spread(self, found: Any, values: Mapping[str, Any]) -> Any:
        shape = shape_of(self.result.expression)
        if not shape:
            return float(np.reshape(found, -1)[0])
        return np.array(np.broadcast_to(found, sizes_of(shape, values)))


_ = let
