"""f = expression by a variable: the derivative in its textbook form, by three routes, each line evaluated.

A scalar has a gradient; a vector or matrix a Jacobian, or with a seed G the vector-Jacobian product ∇⟨G, f⟩.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from nablastep.calculus import differential, gradient, jacobian, length_of
from nablastep.cost import work_of
from nablastep.derivations.collapse import folded_product, plain_product
from nablastep.derivations.differential import differential_drafts
from nablastep.derivations.index import index_drafts, slope_drafts
from nablastep.derivations.jacobian import LAYOUTS, NUMERATOR, jacobian_drafts
from nablastep.derivations.lines import OWN, Draft, Line, Route, Truth, evaluated, frozen
from nablastep.derivations.subject import Subject, Use
from nablastep.derivations.worth import Evaluator, most_steps
from nablastep.deriving.kinds import Array, DeriveError
from nablastep.deriving.norms import with_norms
from nablastep.deriving.reading import Reading
from nablastep.deriving.structure import structure_of
from nablastep.deriving.textbook import Step, textbook, textbook_steps, without_transposes
from nablastep.deriving.values import values_of
from nablastep.deriving.wording import worded
from nablastep.evaluation import value_of
from nablastep.expressions import (
    ONE,
    Add,
    Equation,
    Expression,
    Factor,
    Fill,
    Hadamard,
    MatMul,
    Scale,
    Subtract,
    Sum,
    Symbol,
    substitute,
)
from nablastep.laws import filled
from nablastep.shapes import rows_and_columns, shape_of, sizes_of
from nablastep.slopes import rounding_of
from nablastep.structures import Differential, Identity, Jacobian, Vec, vec
from nablastep.transposition import transposed

ROUTES = ("index", "jacobian", "differential")
GRADIENT, JACOBIAN_KIND, PRODUCT, HESSIAN, HESSIAN_PRODUCT = (
    "gradient", "jacobian", "vector-jacobian product", "hessian", "hessian-vector product",
)  # fmt: skip
TOLERANCE = 1e-6
_WIDTH = 1e-4
_DIRECTION_SEED = 20
_TARGET = Symbol("f", None, ())


@dataclass(frozen=True)
class Asked:
    """What is to be found beside the variables: the layout of Jacobians, a seed, the symmetric form, which routes."""

    layout: str = NUMERATOR
    seed: str | None = None
    symmetric: bool = False
    second: bool = False
    routes: tuple[str, ...] = ROUTES


@dataclass(frozen=True, eq=False)
class Result:
    """One derivative: `equation` in textbook form, its value at the numbers, its largest difference from quotients.

    `form` are the steps from what the rules give to the textbook form; `note` says what a reader has to know. `values`
    and `sizes` are the numbers it was proved on; `extra` are symbols in it that the expression does not have;
    `rounding` is by how much quotients may be wrong.
    """

    by: Symbol
    kind: str
    left: Expression
    expression: Expression
    value: Array | float
    numeric_error: float
    routes: tuple[Route, ...]
    form: tuple[Step, ...]
    structure: str | None = None
    note: str = ""
    layout: str = NUMERATOR
    symmetrised: bool = False
    target: Symbol = _TARGET
    values: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    extra: tuple[Symbol, ...] = ()
    rounding: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether the value agrees with difference quotients, as far as their digits reach."""
        return self.numeric_error <= TOLERANCE + self.rounding

    @property
    def holds(self) -> bool:
        """Whether all routes hold and the value agrees with difference quotients."""
        return self.agrees and all(route.holds for route in self.routes)


@dataclass(frozen=True)
class _Declared(Subject):
    """A subject in which some matrices equal their transposes."""

    symmetric: tuple[Symbol, ...] = ()

    def arrives_at(self, reached: Expression) -> bool:
        """Whether that is the equation's expression, with Aᵀ = A where it is so."""
        if textbook(reached, self.symmetric) == self.equation.expression:
            return True
        plain = replace(self, equation=replace(self.equation, expression=self._plain(self.equation.expression)))
        return Subject.arrives_at(plain, self._plain(reached))

    def _plain(self, x: Expression) -> Expression:
        return without_transposes(x, self.symmetric)


def derived(reading: Reading, by: Symbol, asked: Asked) -> tuple[Result, ...]:
    """The derivative by that variable, and with `second` the Hessian and its product. Raises DeriveError."""
    if asked.layout not in LAYOUTS:
        raise DeriveError(f"unknown layout {asked.layout!r}; there are {' and '.join(LAYOUTS)}")
    work = _Work(reading, by, asked)
    shape = shape_of(reading.expression)
    if asked.second and shape:
        raise DeriveError(
            f"--second needs a number to differentiate twice, and {reading.text} is {'×'.join(shape)}",
            hint="sum(…) makes a number of it; without --second there is the Jacobian",
        )
    if not shape and asked.seed is not None:
        raise DeriveError("--seed is for vectors and matrices; a number has its gradient", hint="leave --seed out")
    work.check_size()
    if shape:
        found: tuple[Result, ...] = (work.product() if asked.seed is not None else work.jacobian(),)
    else:
        first = work.gradient()
        found = (first, *work.second(first)) if asked.second else (first,)
    return tuple(work.finished(each) for each in found)


class _Work:
    """One expression, one variable, one set of numbers."""

    def __init__(self, reading: Reading, by: Symbol, asked: Asked) -> None:
        self.reading, self.by, self.asked = reading, by, asked
        self.expression = reading.expression
        taken = {symbol.id for symbol in reading.variables}
        name = next(letter for letter in ("f", "g", "h", "phi", "E", "Phi") if letter not in taken)
        shape = shape_of(self.expression)
        self.target = Symbol(name.upper() if shape and "1" not in shape and len(name) == 1 else name, None, shape)
        self.sum = Symbol(
            next(letter for letter in ("E", "L", "J", "total") if letter not in {*taken, self.target.id}), None, ()
        )
        self.symmetric = tuple(symbol for symbol in reading.variables if symbol.id in reading.properties)
        if asked.symmetric and by not in self.symmetric:
            raise DeriveError(f"--symmetric needs {by.id} declared symmetric", hint=f"say --shape {by.id}=symmetric")

    def check_size(self) -> None:
        """Raise DeriveError if the derivative is too large to be proved, one entry after the other."""
        entries = prod(sizes_of(self.by.shape, self.values))
        results = entries if self.asked.second else prod(sizes_of(shape_of(self.expression), self.values))
        most = most_steps(work_of(self.expression, self.values)[1] + results, 1 if self._seed else results)
        if entries > most:
            raise DeriveError(
                f"{self.by.id} has {entries} entries; at most {most} are moved here, one after the other, to prove "
                "a derivative",
                hint="smaller sizes prove the same: say --shape with them",
            )

    def finished(self, result: Result) -> Result:
        """With the numbers that it was proved on."""
        sizes = {name: size for name, size in self.values.items() if name in self.reading.sizes}
        values = {
            **self.values,
            **{symbol.id: self.direction for symbol in result.extra if symbol.id not in self.values},
        }
        return replace(
            result, target=self.target, values=values, sizes=sizes, layout=self.asked.layout,
            symmetrised=result.symmetrised, rounding=self._rounding(result),
        )  # fmt: skip

    def _rounding(self, result: Result) -> float:
        """By how much the quotients may be wrong only because the digits of what they differentiate end."""
        source = gradient(self.expression, self.by, ONE) if result.kind == HESSIAN else self.expression
        return rounding_of(float(np.max(np.abs(value_of(source, self.values)), initial=0.0)), _WIDTH)

    # numbers

    @cached_property
    def values(self) -> dict[str, Any]:
        return values_of(self.reading, () if self._seed is None else (self._seed,))

    @cached_property
    def direction(self) -> Array:
        """A change with no entry near zero."""
        generator = np.random.default_rng(_DIRECTION_SEED)
        sizes = sizes_of(self.by.shape, self.values)
        return frozen(generator.integers(50, 151, sizes) / 100 * generator.choice([-1.0, 1.0], sizes))

    @cached_property
    def _seed(self) -> Symbol | None:
        name = self.asked.seed
        if name is None:
            return None
        if name in {symbol.id for symbol in self.reading.variables}:
            raise DeriveError(
                f"--seed {name}: that name stands in the expression already", hint="choose another letter"
            )
        if not name.isidentifier():
            raise DeriveError(f"--seed takes a name, such as G, found {name!r}")
        return Symbol(name, None, self.target.shape)

    def routes(
        self, drafts: Mapping[str, Callable[[], Sequence[Draft]]], evaluator: Evaluator, truth: Truth, moving: Evaluator
    ) -> tuple[Route, ...]:
        """The routes that are asked for; the others are not walked."""
        found = []
        for name in (name for name in ROUTES if name in self.asked.routes):
            if name != "differential":
                found.append(Route(name, _shown(evaluated(name, drafts[name](), evaluator, truth), self.target)))
                continue
            change = moving.error_change() if truth.derivative is not None else None
            lines = evaluated(name, drafts[name](), moving, replace(truth, change=change))
            found.append(Route(name, _shown(lines, self.target), self.direction, self.by))
        return tuple(found)

    # scalars, and vectors with a seed

    def gradient(self) -> Result:
        uses = (Use(Equation(self.target, self.expression), None),)
        return self._gradient(GRADIENT, uses, self.target, (uses[0].equation,), ONE)

    def product(self) -> Result:
        seed = self._seed
        assert seed is not None
        use = Use(Equation(self.target, self.expression), seed)
        error = Equation(self.sum, Sum(Hadamard(seed, self.target)))
        return self._gradient(PRODUCT, (use,), self.sum, (use.equation, error), seed)

    def _gradient(
        self, kind: str, uses: tuple[Use, ...], error: Symbol, forward: tuple[Equation, ...], upstream: Expression
    ) -> Result:
        form = textbook_steps(gradient(self.expression, self.by, upstream), self.symmetric)
        expression = form[-1].expression
        step = Equation(self.by.gradient, expression)
        subject = _Declared(step, self.by, uses, error, forward, "", self.symmetric)
        evaluator = self._evaluator(forward)
        quantity = self._spread(evaluator(expression).array)
        moving = evaluator.with_direction(self.by, self.direction)
        drafts: dict[str, Callable[[], Sequence[Draft]]] = {
            "index": lambda: index_drafts(subject),
            "jacobian": lambda: jacobian_drafts(subject, self.asked.layout),
            "differential": lambda: differential_drafts(subject),
        }
        routes = self.routes(drafts, evaluator, Truth(quantity, evaluator.error_derivative(self.by)), moving)
        numeric = self._quotients(forward, error)
        error_found = _difference(quantity, numeric)
        if self.asked.symmetric:
            return self._symmetrised(kind, routes, form, evaluator, numeric)
        note = UNCONSTRAINED.format(self.by.id) if self.by in self.symmetric else ""
        if self._seed is not None:
            note = SEEDED.format(error.id, self._seed.id, self.target.id) + (f"; {note}" if note else "")
        value = _plain(quantity)
        return Result(
            self.by,
            kind,
            self.by.gradient,
            expression,
            value,
            error_found,
            routes,
            form,
            note=note,
            extra=(self._seed,) if self._seed else (),
        )

    def _evaluator(self, forward: tuple[Equation, ...]) -> Evaluator:
        values = dict(self.values)
        for equation in forward:
            sizes = sizes_of(equation.target.shape, values)
            values[equation.target.id] = np.broadcast_to(value_of(equation.expression, values), sizes)
            if not sizes:
                values[equation.target.id] = float(values[equation.target.id])
        return Evaluator(values, forward)

    def _spread(self, array: Any) -> Any:
        sizes = sizes_of(self.by.shape, self.values)
        return np.broadcast_to(array, sizes) if sizes else float(np.reshape(array, -1)[0])

    def _quotients(self, forward: tuple[Equation, ...], error: Symbol) -> Any:
        """∂error/∂(every entry) by central differences, which know nothing of rules."""

        def at(value: Any) -> float:
            values = {**self.values, self.by.id: value}
            for equation in forward:
                values[equation.target.id] = value_of(equation.expression, values)
            return float(np.reshape(values[error.id], -1)[0])

        return _central(at, self.values[self.by.id])

    def _symmetrised(
        self, kind: str, routes: tuple[Route, ...], form: tuple[Step, ...], evaluator: Evaluator, numeric: Any
    ) -> Result:
        """G + Gᵀ − G ⊙ I: the derivative along changes that keep the matrix symmetric."""
        free = form[-1].expression
        raw = Subtract(Add(free, transposed(free)), Hadamard(free, Identity(rows_and_columns(self.by)[0])))
        steps = textbook_steps(raw, self.symmetric)
        expression = steps[-1].expression
        value = np.asarray(evaluator(expression).array)
        expected = numeric + numeric.T - np.diag(np.diag(numeric))
        with_value = Evaluator({**evaluator.values, self.by.gradient.id: value}, evaluator.forward)
        last = Draft(self.by.gradient, expression, SYMMETRISED, OWN)
        added = tuple(
            replace(
                route,
                lines=(
                    *route.lines,
                    *_numbered(evaluated(route.name, [last], with_value, Truth(value)), len(route.lines)),
                ),
            )
            for route in routes
        )
        changes = (*form, Step("G + Gᵀ − G ⊙ I, of a symmetric matrix", raw), *steps[1:])
        return Result(
            self.by, kind, self.by.gradient, expression, frozen(value), _difference(value, expected), added, changes,
            note=SYMMETRIC_NOTE.format(self.by.id), symmetrised=True,
        )  # fmt: skip

    # Jacobians

    def jacobian(self) -> Result:
        return self._jacobian(JACOBIAN_KIND, self.target, self.expression)

    def _jacobian(self, kind: str, target: Symbol, whole: Expression) -> Result:
        linear = differential(whole, self.by)
        if linear is None:
            return self._still(kind, target)
        turned = self.asked.layout != NUMERATOR
        shown = transposed if turned else (lambda x: x)
        raw, folded = (shown(jacobian(linear, each)) for each in (plain_product, folded_product))
        form = textbook_steps(folded, self.symmetric)
        expression = form[-1].expression
        left = Jacobian(_below(target), _below(self.by), self.asked.layout)
        forward = (Equation(target, whole), Equation(self.sum, Sum(target) if target.shape else target))
        evaluator = self._evaluator(forward)
        moving = evaluator.with_direction(self.by, self.direction)
        last = Draft(left, expression, LAID_OUT[self.asked.layout], OWN)
        subject = Subject(Equation(self.by.gradient, ONE), self.by, (Use(forward[0], None),), self.sum, forward, "")
        drafts: dict[str, Callable[[], Sequence[Draft]]] = {
            "index": lambda: (*slope_drafts(subject), last),
            "jacobian": lambda: (
                Draft(left, raw, PRODUCT_OF_JACOBIANS, OWN), Draft(left, folded, MULTIPLIED, OWN), last,
            ),
            "differential": lambda: (*self._differential_lines(target, linear, shown(expression)), last),
        }  # fmt: skip
        value = _two(evaluator(expression).array)
        routes = self.routes(drafts, evaluator, Truth(value), moving)
        numeric = self._columns(target, whole)
        numeric = numeric.T if turned else numeric
        structure = structure_of(expression)
        value = np.broadcast_to(value, numeric.shape)
        return Result(
            self.by, kind, left, expression, frozen(value), _difference(value, numeric), routes, form, structure
        )

    def _still(self, kind: str, target: Symbol) -> Result:
        """A Jacobian of nothing that moves: zeros."""
        shape = (length_of(target), length_of(self.by))
        left = Jacobian(_below(target), _below(self.by), self.asked.layout)
        zeros = np.zeros(sizes_of(shape, self.values))
        expression = Fill(Factor(0), shape)
        return Result(self.by, kind, left, expression, frozen(zeros), 0.0, (), (Step("raw", expression),), "zero")

    def _differential_lines(self, target: Symbol, linear: Expression, matrix: Expression) -> list[Draft]:
        change = Differential(self.by)
        found = [
            Draft(Differential(target), linear, "The change of the result, to first order, while only this moves.", OWN)
        ]
        left = vec(Differential(target)) if target.shape else Differential(target)
        if isinstance(left, Vec) or isinstance(vec(change), Vec):
            found.append(Draft(left, vec(linear), "Stack the columns: vec makes one long column of a matrix.", OWN))
        if self.by.shape and shape_of(matrix):
            right: Expression = MatMul(matrix, vec(change))
        else:
            right = Scale(matrix, vec(change)) if self.by.shape else Scale(change, matrix)
        if shape_of(right) == shape_of(left):
            found.append(
                Draft(
                    left,
                    right,
                    "vec(A X B) = (Bᵀ ⊗ A) vec(X) takes the change out at the right end: what is left is the Jacobian.",
                    OWN,
                )
            )
        return found

    def _columns(self, target: Symbol, whole: Expression) -> Any:
        """The Jacobian by central differences, in numerator layout."""
        sizes = sizes_of(target.shape, self.values)

        def at(value: Any) -> Any:
            found = value_of(whole, {**self.values, self.by.id: value})
            return np.reshape(np.broadcast_to(found, sizes), -1, order="F")

        base = np.asarray(self.values[self.by.id], dtype=float)
        columns = []
        for place in np.ndindex(base.shape[::-1]):
            columns.append(_quotient(at, base, place[::-1]))
        return np.stack(columns, axis=1)

    # second derivatives

    def second(self, first: Result) -> tuple[Result, ...]:
        """The Hessian, and its product with a vector."""
        if len(self.by.shape) == 2 and self.by.shape[1] != "1":
            raise DeriveError(
                f"--second is by a vector or a number, and {self.by.id} is a matrix {'×'.join(self.by.shape)}",
                hint="stack its columns in a vector of your own, or leave --second out",
            )
        hessian = self._jacobian(HESSIAN, self.by.gradient, first.expression)
        if not self.by.shape:
            return (hessian,)
        name = next(letter for letter in ("v", "u", "d") if letter not in {s.id for s in self.reading.variables})
        moved = Symbol(name, None, self.by.shape)
        linear = differential(first.expression, self.by)
        if linear is None:
            linear = filled(Factor(0), self.by.shape)
        form = textbook_steps(substitute(linear, {Differential(self.by): moved}), self.symmetric)
        values = {**self.values, name: self.direction}
        value = np.broadcast_to(Evaluator(values, ())(form[-1].expression).array, self.direction.shape)
        expected = np.asarray(hessian.value) @ self.direction
        left = MatMul(hessian.left, moved)
        product = Result(
            self.by, HESSIAN_PRODUCT, left, form[-1].expression, frozen(value), _difference(value, expected), (), form,
            extra=(moved,),
        )  # fmt: skip
        return (hessian, product)


SEEDED = "{0} is the inner product of {1} and {2}, so that {1} is the gradient by {2}"
UNCONSTRAINED = "{0} is symmetric; this is the gradient by each entry as if it stood alone (--symmetric for the other)"
SYMMETRIC_NOTE = "entries (i, j) and (j, i) of {0} move together, so those beside the diagonal count twice"
SYMMETRISED = "Symmetric entries move together: the gradient, plus its transpose, less the diagonal that counts once."
PRODUCT_OF_JACOBIANS = "The chain rule: the Jacobian of each operation, multiplied, on stacked columns."
MULTIPLIED = "Multiply out what is known of diagonals, ones and the identity."
LAID_OUT = {
    "numerator": "In textbook form; row i is the derivative of entry i of the result.",
    "denominator": "In textbook form; column i is the derivative of entry i of the result.",
}


def _below(x: Symbol) -> Expression:
    return x if not x.shape or "1" in x.shape else Vec(x)


def _shown(lines: Sequence[Line], target: Symbol) -> tuple[Line, ...]:
    """The lines with norms written as norms, and words that fit an answer that no step computes."""
    name = target.id if not target.shape else "E"
    return tuple(
        replace(line, left=with_norms(line.left), right=with_norms(line.right), rule=worded(line.rule, name))
        for line in lines
    )


def _numbered(lines: Sequence[Line], before: int) -> tuple[Line, ...]:
    return tuple(replace(line, number=before + line.number) for line in lines)


def _plain(value: Any) -> Array | float:
    return float(value) if np.ndim(value) == 0 else frozen(value)


def _two(value: Any) -> Any:
    array = np.asarray(value)
    return array if array.ndim == 2 else array.reshape(1, 1)


def _difference(found: Any, expected: Any) -> float:
    """The largest |found − expected| / max(1, |found|, |expected|), as gradient checks measure."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    scale = np.maximum(1.0, np.maximum(np.abs(found), np.abs(expected)))
    return float(np.max(np.abs(found - expected) / scale)) if found.size else 0.0


def _central(at: Any, base: Any) -> Any:
    if np.ndim(base) == 0:
        return float(_quotient(at, np.asarray(base, dtype=float), ()))
    array = np.asarray(base, dtype=float)
    found = np.empty_like(array)
    for place in np.ndindex(array.shape):
        found[place] = _quotient(at, array, place)
    return found


def _quotient(at: Any, base: Any, place: tuple[int, ...]) -> Any:
    """The derivative by one entry: central differences at two widths, the error of one taken off by the other."""

    def moved(step: float) -> Any:
        value = np.array(base)
        value[place] += step
        return at(value if value.ndim else float(value))

    def central(step: float) -> Any:
        return (moved(step) - moved(-step)) / (2 * step)

    width = _WIDTH * max(1.0, abs(float(base[place])))
    return (4 * central(width / 2) - central(width)) / 3
