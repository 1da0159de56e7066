"""The gradient check: what the program computes against what E itself does when a parameter is moved.

Two independent witnesses that use forward steps only: difference quotients, and where every function is analytic the
complex step (Squire and Trapp, SIAM Review 40, 1998), which has no truncation or cancellation error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.cost import check_time
from nablastep.displayed import Displayed
from nablastep.evaluation import Run, compiled
from nablastep.expressions import Apply, Cases, Determinant, Equation, Symbol, walk
from nablastep.iteration import Iteration
from nablastep.kinks import at_kink, kinked
from nablastep.network import Network
from nablastep.program import FORWARD, Program, Step
from nablastep.session import Session
from nablastep.shapes import shape_of
from nablastep.slopes import rounding_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-6
STEP = 1e-5
COMPLEX_STEP = 1e-30
_SECONDS_AN_ENTRY = 3e-4


@dataclass(frozen=True, eq=False)
class ParameterCheck(Displayed):
    """The check of one parameter; all arrays have its shape in column orientation and are read-only.

    `analytic` is the gradient of the program, `numeric` that of difference quotients, `complex_step` that of the
    complex step or None. `kinks` marks entries whose perturbation moves an argument across, onto or away from a kink,
    such as the 0 of a relu: they are reported and decide nothing. An argument that is at a kink but for rounding
    counts as being there. `rounding` is by how much differences may be wrong only because the digits of E end.
    """

    id: str
    analytic: Array
    numeric: Array
    complex_step: Array | None
    kinks: Mask
    rounding: float = 0.0

    @property
    def error(self) -> float:
        """The largest |analytic − numeric| / max(1, |analytic|, |numeric|) of entries away from kinks."""
        return _largest_error(self.analytic, self.numeric, ~self.kinks)

    @property
    def complex_error(self) -> float | None:
        """The same against the complex step, for every entry away from kinks."""
        return None if self.complex_step is None else _largest_error(self.analytic, self.complex_step, ~self.kinks)

    @property
    def worst(self) -> tuple[int, ...]:
        """The cell of that largest error; no indices for a number."""
        errors = np.where(self.kinks, -1.0, _errors(self.analytic, self.numeric))
        return tuple(int(index) for index in np.unravel_index(int(np.argmax(errors)), errors.shape))

    @property
    def is_checked(self) -> bool:
        """Whether any entry was compared; where all lie at kinks, nothing is known of the parameter."""
        return not self.kinks.all()

    @property
    def holds(self) -> bool:
        """Whether one witness agrees to 1e-6. The complex step overrules a difference that rounding has spoilt.

        A parameter of which nothing could be compared does not fail; see `is_checked`.
        """
        if self.complex_error is not None and self.complex_error <= TOLERANCE:
            return True
        return _largest_error(self.analytic, self.numeric, ~self.kinks, self.rounding) <= TOLERANCE


def check_seconds(network: Network) -> float:
    """How long a check of the network takes, about: three forward passes for each number that can be moved."""
    numbers = sum(int(np.size(value)) for value in network.initial_parameters.values())
    return numbers * (_SECONDS_AN_ENTRY + 1.5 * network.cost.seconds)


class Checks(tuple[ParameterCheck, ...], Displayed):
    """The checks of all parameters, in their order."""

    __slots__ = ()


def gradient_check(session: Session) -> Checks:
    """Check every parameter, frozen ones too, in the session's current iteration, from its start.

    Central difference quotients with h = 1e-5·max(1, |θ|); the complex step with h = 1e-30. The session does not move.
    Raises CommandError before it starts if that is estimated to take longer than anybody waits.
    """
    check_time(check_seconds(session.network), "a check of every gradient")
    iteration = Iteration(session.timeline, session.position.iteration)
    program = iteration.program
    computed = iteration.values(len(program))
    with np.errstate(all="ignore"):
        start = dict(iteration.values(0))
        program.run_forward(start)
        return Checks(
            _check(program, start, symbol, np.asarray(computed[symbol.gradient.id])) for symbol in program.parameters
        )


def _check(program: Program, start: Mapping[str, Any], parameter: Symbol, analytic: Array) -> ParameterCheck:
    forward = _ForwardFrom(program, start, parameter)
    numeric = np.empty(analytic.shape)
    kinks = np.zeros(analytic.shape, dtype=bool)
    complex_step = np.empty(analytic.shape) if forward.is_analytic else None
    for cell in np.ndindex(*analytic.shape):
        numeric[cell], kinks[cell] = forward.central_difference(cell)
        if complex_step is not None:
            complex_step[cell] = forward.complex_step(cell)
    for array in (numeric, kinks, complex_step):
        if array is not None:
            array.flags.writeable = False
    rounding = rounding_of(float(start[program.error.id]), STEP)
    return ParameterCheck(parameter.id, analytic, numeric, complex_step, kinks, rounding)


class _ForwardFrom:
    """The forward steps from the one that reads a parameter on, run again with one entry of it moved."""

    def __init__(self, program: Program, start: Mapping[str, Any], parameter: Symbol) -> None:
        steps = _steps_from(program, parameter)
        self.name = parameter.id
        self.error = program.error.id
        self.values = dict(start)
        self.base: Array = np.asarray(start[self.name])
        self.kinks, argument_equations = _kink_arguments(steps)
        self.at_kink = [(found.argument.id, at_kink(program, found, start)) for found in kinked(steps)]
        self.run: Run = compiled((*(step.equation for step in steps), *argument_equations))
        nodes = [node for step in steps for node in walk(step.equation.expression)]
        self.is_analytic = all(node.function.analytic for node in nodes if isinstance(node, Apply)) and not any(
            isinstance(node, Determinant) and node.log for node in nodes
        )
        _, self.sides = self._moved(self.base.copy())
        self.arguments = self._arguments()

    def central_difference(self, cell: tuple[int, ...]) -> tuple[float, bool]:
        """The quotient, and whether a kink lies within its reach."""
        h = STEP * max(1.0, abs(float(self.base[cell])))
        moved = self.base.copy()
        moved[cell] = self.base[cell] + h
        above, sides_above = self._moved(moved)
        leaves_kink = self._leaves_kink()
        reach = float(moved[cell])
        moved[cell] = self.base[cell] - h
        below, sides_below = self._moved(moved)
        leaves_kink |= self._leaves_kink()
        # What was really stepped: θ ± h is rounded.
        quotient = (above - below) / (reach - float(moved[cell]))
        return quotient, leaves_kink or not sides_above == self.sides == sides_below

    def complex_step(self, cell: tuple[int, ...]) -> float:
        """The imaginary part of E(θ + ih) over h."""
        moved = self.base.astype(complex)
        moved[cell] += 1j * COMPLEX_STEP
        self.values[self.name] = moved
        self.run(self.values)
        return float(np.imag(self.values[self.error])) / COMPLEX_STEP

    def _arguments(self) -> list[Array]:
        return [np.array(self.values[name]) for name, _ in self.at_kink]

    def _leaves_kink(self) -> bool:
        """Whether an argument that was at a kink, to rounding, is now another number."""
        return any(
            bool(np.any((self.values[name] != before) & mask))
            for (name, mask), before in zip(self.at_kink, self.arguments, strict=True)
        )

    def _moved(self, parameter: Array) -> tuple[float, list[bytes]]:
        """E, and on which side of every kink all arguments are."""
        self.values[self.name] = parameter
        self.run(self.values)
        sides = [np.sign(np.asarray(self.values[name] - kink)).tobytes() for name, kink in self.kinks]
        return float(self.values[self.error]), sides


def _steps_from(program: Program, parameter: Symbol) -> list[Step]:
    forward = [step for step in program.steps if step.phase == FORWARD]
    first = next(index for index, step in enumerate(forward) if parameter.id in step.operands)
    return forward[first:]


def _kink_arguments(steps: list[Step]) -> tuple[list[tuple[str, float]], list[Equation]]:
    """Where to look for each kink: the name of an argument and the kink's place; and equations for those names."""
    kinks: list[tuple[str, float]] = []
    equations: list[Equation] = []
    for step in steps:
        for node in walk(step.equation.expression):
            if isinstance(node, Cases):
                target = Symbol("argument", len(equations), shape_of(node.condition), "kink")
                equations.append(Equation(target, node.condition))
                kinks.append((target.id, 0.0))
            if isinstance(node, Apply) and node.function.kinks:
                target = Symbol("argument", len(equations), shape_of(node.x), "kink")
                equations.append(Equation(target, node.x))
                kinks += [(target.id, kink) for kink in node.function.kinks]
    return kinks, equations


def _largest_error(first: Array, second: Array, counted: Mask, rounding: float = 0.0) -> float:
    errors = _errors(first, second, rounding)[counted]
    return float(errors.max()) if errors.size else 0.0


def _errors(first: Array, second: Array, rounding: float = 0.0) -> Array:
    """|first − second| / max(1, |first|, |second|), entry by entry; equal entries, infinite ones too, have none.

    `rounding` is what the difference may be for nothing.
    """
    with np.errstate(all="ignore"):
        scale = np.maximum(1.0, np.maximum(np.abs(first), np.abs(second)))
        return np.where(first == second, 0.0, np.maximum(np.abs(first - second) - rounding, 0.0) / scale)
