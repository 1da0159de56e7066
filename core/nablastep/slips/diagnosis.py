"""Which slip explains an answer: the first one whose wrong formula has the answer's value.

The comparison goes forwards: each slip is made on the right formula, and what comes out is compared with the answer.
So the slip that is named is the one that was made, in whatever spelling, and nothing is ever guessed from how an
answer looks. A slip may also have been made in a step before, on the way to this one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain, islice
from typing import Any

import numpy as np

from nablastep.errors import NablastepError, ShapeError
from nablastep.expressions import Expression, matrix_symbols
from nablastep.program import BACKWARD, FORWARD, UPDATE, Program, Step
from nablastep.shapes import in_sizes, shape_of
from nablastep.slips.activation_slopes import SLOPE_SLIPS
from nablastep.slips.case import Case
from nablastep.slips.factors import FACTOR, Ratio, ratio_of, ratio_text, usual_ratio
from nablastep.slips.products import PRODUCT_SLIPS, SIGN
from nablastep.slips.record import Mistake, said
from nablastep.slips.records import mistakes
from nablastep.slips.worlds import Array, Reading, worth

MOST_CANDIDATES = 1500
"""So many formulas with one slip are tried, those of the nearest steps first."""

MOST_PAIRS = 500
"""So many formulas with two slips are tried."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """What went wrong: the name of the slip, what is said, a question that leads there, and a nudge."""

    name: str
    says: str
    question: str
    nudge: str


@dataclass(frozen=True, eq=False)
class Bench:
    """An answer's value beside the right one: in columns, one array for each of the mappings of values it is read from.

    `agree` says whether an array is the answer's in the world of that number; with `digits` the answer is known to
    some digits only, and its factor is one of the usual ones.
    """

    worlds: Sequence[Reading]
    right: Sequence[Array]
    answer: Sequence[Array]
    agree: Callable[[Array, int], bool]
    digits: object | None = None

    def ratio(self, others: Sequence[Array]) -> Ratio | None:
        """The constant by which the answer is too large, compared with these arrays."""
        if self.digits is None:
            return ratio_of(self.answer, others, self.worlds)
        return usual_ratio(lambda factor: self.agree(factor * others[0], 0), self.worlds[0])

    def holds(self, value_in: Callable[[Values], Array | None]) -> bool:
        """Whether the value is the answer's in every world."""
        for number, values in enumerate(self.worlds):
            found = value_in(values)
            if found is None or not self.agree(found, number):
                return False
        return True


def diagnosed(program: Program, step: Step, bench: Bench, named: Collection[str] = ()) -> Cause | None:
    """The slip that explains the answer, None for none; `named` are the quantities that the answer names itself.

    A quantity that the answer names has the right value in it, so that no slip was made on the way to it.
    """
    cases = cases_of(program, step)
    ratio = bench.ratio(bench.right)
    if ratio is not None:
        if ratio.number == -1 and not ratio.names:
            return _cause(Mistake(SIGN, cases[0].right))
        return _cause(Mistake(FACTOR, cases[0].right, {"what": ratio_text(ratio, cases[0].right)}))
    open_steps = _not_named(program, step, named)
    found = [
        each
        for each in candidates(program, step, bench.worlds[0])
        if each.before is None or each.before.id in open_steps
    ]
    for each in found:
        if bench.agree(each.value, 0) and bench.holds(each.value_in(program, step)):
            return _cause(each.mistake, each.before)
    if bench.digits is not None:
        return None  # a few digits agree with too much to name two slips
    return _scaled(program, step, bench, found) or _twofold(program, step, bench)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mistake, made in the step itself or in one `before` it, and the value of the step that comes of it."""

    mistake: Mistake
    before: Step | None
    value: Array

    def value_in(self, program: Program, step: Step) -> Callable[[Values], Array | None]:
        """How the step's value is found in any world."""
        if self.before is None:
            return lambda values: worth(self.mistake.expression, values)
        before = self.before
        return lambda values: _carried(program, step, before, self.mistake, values)


@lru_cache(maxsize=256)
def candidates(program: Program, step: Step, reading: Reading) -> tuple[Candidate, ...]:
    """All mistakes that have a value there: those of the step itself, then those on the way to it."""
    own = ((None, mistake) for case in cases_of(program, step) for mistake in mistakes(case))
    found = []
    for before, mistake in islice(chain(own, _on_the_way(program, step)), MOST_CANDIDATES):
        if before is None:
            value = worth(mistake.expression, reading)
        else:
            value = _carried(program, step, before, mistake, reading)
        if value is not None:
            found.append(Candidate(mistake, before, value))
    return tuple(found)


def cases_of(program: Program, step: Step) -> list[Case]:
    """The step's equation as a case, and its textbook form as another."""
    equations = [step.equation] + ([step.definition] if step.definition is not None else [])
    return [Case(program, step, equation.expression) for equation in equations]


def _cause(mistake: Mistake, before: Step | None = None) -> Cause:
    place = f"on the way, in {said(before.target)}: " if before is not None else ""
    return Cause(mistake.slip.name, place + mistake.says, mistake.question, mistake.nudge)


def _on_the_way(program: Program, step: Step) -> Iterator[tuple[Step, Mistake]]:
    """The slips of the steps that lead here, the nearest first."""
    phases = {FORWARD: {FORWARD}, BACKWARD: {BACKWARD}, UPDATE: {BACKWARD, UPDATE}}[step.phase]
    steps = {other.id: other for other in program.steps}
    waiting, seen = [step], {step.id}
    while waiting:
        here = waiting.pop(0)
        for symbol in matrix_symbols(here.equation.expression):
            made = steps.get(symbol.id)
            if made is None or made.id in seen or made.phase not in phases or made.number > here.number:
                continue
            seen.add(made.id)
            for case in cases_of(program, made):
                yield from ((made, mistake) for mistake in mistakes(case))
            waiting.append(made)


def _not_named(program: Program, step: Step, named: Collection[str]) -> set[str]:
    """The steps that lead here past the quantities that the answer names: what is named has the right value in it."""
    steps = {other.id: other for other in program.steps}
    waiting, seen = [step], {step.id}
    while waiting:
        for symbol in matrix_symbols(waiting.pop().equation.expression):
            if symbol.id in steps and symbol.id not in seen and symbol.id not in named:
                seen.add(symbol.id)
                waiting.append(steps[symbol.id])
    return seen


def _carried(program: Program, step: Step, before: Step, mistake: Mistake, values: Values) -> Array | None:
    """The value of the step if the slip was made in one before, and everything between was done right."""
    wrong = worth(mistake.expression, values)
    if wrong is None or np.shape(wrong) != np.shape(values[before.id]):
        return None
    changed = {**values, before.id: wrong}
    with np.errstate(all="ignore"):
        for other in program.steps[before.number : step.number - 1]:
            if other.phase != UPDATE or step.phase == UPDATE:
                other.run(changed)
    return worth(step.equation.expression, changed)


def _scaled(program: Program, step: Step, bench: Bench, found: Sequence[Candidate]) -> Cause | None:
    """A slip, and a constant factor or sign besides."""
    for each in found:
        if each.mistake.slip in (SIGN, FACTOR) or np.shape(each.value) != np.shape(bench.answer[0]):
            continue
        if ratio_of(bench.answer[:1], [each.value], bench.worlds[:1]) is None:
            continue
        values = [each.value_in(program, step)(values) for values in bench.worlds]
        known = [value for value in values if value is not None]
        ratio = bench.ratio(known) if len(known) == len(values) else None
        if ratio is not None:
            cause = _cause(each.mistake, each.before)
            return replace(cause, says=f"{cause.says}; besides, {ratio_text(ratio, step.equation.expression)}")
    return None


def _twofold(program: Program, step: Step, bench: Bench) -> Cause | None:
    """Two slips of slopes and products in one formula."""
    for first, second, value in pairs(program, step, bench.worlds[0]):
        if bench.agree(value, 0) and bench.holds(partial(worth, second.expression)):
            cause = _cause(first)
            return replace(cause, says=f"{cause.says}; besides, {second.says}")
    return None


@lru_cache(maxsize=256)
def pairs(program: Program, step: Step, reading: Reading) -> tuple[tuple[Mistake, Mistake, Array], ...]:
    """Two mistakes of slopes and products, one made on the other, that have a value of the step's shape there."""
    right = worth(step.equation.expression, reading)
    wanted = () if right is None else np.shape(right)
    found = []
    for first, second in islice(_twice(program, step), MOST_PAIRS):
        if _may_have_shape(second.expression, reading, wanted):
            value = worth(second.expression, reading)
            if value is not None:
                found.append((first, second, value))
    return tuple(found)


def _twice(program: Program, step: Step) -> Iterator[tuple[Mistake, Mistake]]:
    slips = (*PRODUCT_SLIPS, *SLOPE_SLIPS)
    for case in cases_of(program, step):
        for first in (mistake for slip in slips for mistake in slip.mistakes(case)):
            between = replace(case, right=first.expression)
            yield from ((first, second) for slip in slips for second in _safely(slip, between))


def _may_have_shape(expression: Expression, reading: Reading, wanted: tuple[int, ...]) -> bool:
    """Whether the shapes fit, which is quicker to find out than that a value does not exist; in a twin anything may."""
    if reading["1"] != 1:
        return True
    try:
        shape = shape_of(in_sizes(expression, reading))
    except (NablastepError, KeyError):
        return False
    return tuple(int(name) for name in shape) == wanted


def _safely(slip: Any, case: Case) -> Iterator[Mistake]:
    try:
        yield from slip.mistakes(case)
    except ShapeError:  # the first slip left no formula whose shapes could be asked for
        return
